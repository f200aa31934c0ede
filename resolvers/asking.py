"""What a resolver may ask of its request: the ledger, which wiki is meant, and whom the caller may see."""

from collections.abc import Sequence
from typing import Any, NotRequired, Protocol, TypeAlias, TypedDict

import orjson
import strawberry
from graphql import parse

from graph.caller import Caller
from graph.compile.ids import Ref, decode, encode
from graph.compile.plan import Memory, Operation
from graph.compile.shape import Values
from graph.errors import Refused
from graph.kinds import AccountId, RelationshipRole, UserErrorCode
from models.ledger import Ledger, Rehearsal
from models.reader import Reader


class Reads(Protocol):
    """What answers reads."""

    @property
    def reader(self) -> Reader:
        """Runs statements."""

    @property
    def memory(self) -> Memory:
        """Keeps operations and their plans."""

    def values(self, caller: Caller) -> Values:
        """The moment, and who asks."""


class Context(TypedDict):
    """What the application hands to every request."""

    ledger: Ledger
    engine: Reads
    caller: Caller
    rehearsal: NotRequired[Rehearsal]


Info: TypeAlias = strawberry.Info[Context, Any]


def ledger_of(info: Info, *, rehearse: bool = False) -> Ledger:
    """The only writer. What it is asked to rehearse lasts until the payload was read, and is then undone."""
    ledger = info.context["ledger"]
    if not rehearse:
        return ledger
    info.context["rehearsal"] = rehearsal = ledger.rehearse()
    return ledger.within(rehearsal)


async def wiki_of(info: Info, db_name: str) -> int:
    """The id of the wiki of that name; a wiki that is not tracked is refused."""
    wikis = await ledger_of(info).wikis()
    found = wikis.get(db_name)
    if found is None:
        raise Refused(
            UserErrorCode.NOT_FOUND, "This wiki is not tracked here. Start tracking it by `addWiki`.", "wiki"
        )
    return found


async def wiki_called(info: Info, db_name: str) -> int | None:
    """The id of the wiki of that name, from the directory in memory; None where none is tracked."""
    reader = info.context["engine"].reader
    if db_name not in reader.directory:
        await reader.refresh()
    found: int | None = reader.directory.get(db_name)
    return found


WHO_IS_CALLED = """
  query($wiki: String!, $name: String!) { wiki(dbName: $wiki) { mentee(by: {name: $name}) { __typename } } }
"""
WHO_IS_THERE = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
OPEN_TIE = """
  query($id: ID!, $role: RelationshipRole!) {
    node(id: $id) { ... on Mentee { relationship(role: $role) { id } } }
  }
"""


IN_PLACE_OF = """
  query($id: ID!) {
    node(id: $id) {
      ... on Relationship {
        role
        mentee { PRIMARY: relationship(role: PRIMARY) { id } BACKUP: relationship(role: BACKUP) { id } }
      }
    }
  }
"""


WHOSE = "query($id: ID!) { node(id: $id) { ... on Relationship { mentor { id } } } }"


async def known(info: Info, wiki: int, accounts: Sequence[AccountId]) -> list[AccountId]:
    """These accounts, as far as the caller may know of them: the hidden are nobody, to the ledger too."""
    return await _known(info, "Mentee", wiki, accounts)


async def is_known_name(info: Info, db_name: str, name: str) -> bool:
    """Whether that name has or had a bearer of whom the caller may know."""
    found = await _ask(info, WHO_IS_CALLED, wiki=db_name, name=name)
    return bool(found["wiki"]["mentee"])


async def known_tie(info: Info, wiki: int, tie: int) -> int:
    """The tie, if the caller may know of it; else one that never was."""
    [key] = await _known(info, "Relationship", wiki, [tie])
    return key


async def _known(info: Info, type_: str, wiki: int, keys: Sequence[int]) -> list[int]:
    there = (await _ask(info, WHO_IS_THERE, ids=[encode(type_, wiki, key) for key in keys]))["nodes"]
    # No id is below zero, so the ledger answers as it does of what never was.
    return [key if seen else -1 - place for place, (key, seen) in enumerate(zip(keys, there, strict=True))]


async def open_tie(info: Info, wiki: int, mentee: AccountId, role: RelationshipRole) -> Ref | None:
    """The address of the mentee's open tie of that role."""
    found = (await _ask(info, OPEN_TIE, id=encode("Mentee", wiki, mentee), role=role.value))["node"]
    return decode(found["relationship"]["id"]) if found and found["relationship"] else None


async def tie_in_place_of(info: Info, wiki: int, tie: int) -> Ref | None:
    """The address of the open tie that the mentee of this one has in its role."""
    found = (await _ask(info, IN_PLACE_OF, id=encode("Relationship", wiki, tie)))["node"]
    there = found["mentee"][found["role"]]
    return decode(there["id"]) if there else None


async def mentor_of_tie(info: Info, wiki: int, tie: int) -> AccountId | None:
    """Whose mentee the tie is about, if the caller may know of it; that never changes."""
    found = (await _ask(info, WHOSE, id=encode("Relationship", wiki, tie)))["node"]
    return decode(found["mentor"]["id"]).key if found else None


async def _ask(info: Info, document: str, **variables: Any) -> Any:
    """The data of a query of our own, with the rights of the caller."""
    engine = info.context["engine"]
    operation = engine.memory.get(document) or engine.memory.put(
        document,
        None,
        Operation(info.schema._schema, parse(document), None),  # noqa: SLF001 - Strawberry has no public name for it
    )
    values = engine.values(info.context["caller"])
    data, _ = await engine.reader.answer(operation.plan(operation.read(variables, values)), values)
    return orjson.loads(data)
