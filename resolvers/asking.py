"""What a resolver may ask of its request: the ledger, which wiki is meant, and whom the caller may see."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, TypedDict

import orjson
import strawberry
from graphql import parse

from graph.compile.ids import Ref, decode, encode
from graph.compile.plan import Memory, Operation
from graph.compile.shape import Values
from graph.errors import Refused
from graph.kinds import AccountId, RelationshipRole, UserErrorCode
from models.ledger import Ledger
from models.reader import Reader


class Reads(Protocol):
    """What answers reads."""

    @property
    def reader(self) -> Reader:
        """Runs statements."""

    @property
    def memory(self) -> Memory:
        """Keeps operations and their plans."""

    def values(self) -> Values:
        """The moment, and the rights of the caller."""


class Context(TypedDict):
    """What the application hands to every request."""

    ledger: Ledger
    engine: Reads


Info: TypeAlias = strawberry.Info[Context, Any]


def ledger_of(info: Info) -> Ledger:
    """The only writer."""
    return info.context["ledger"]


async def wiki_of(info: Info, db_name: str) -> int:
    """The id of the wiki of that name; a wiki that is not tracked is refused."""
    wikis = await ledger_of(info).wikis()
    found = wikis.get(db_name)
    if found is None:
        raise Refused(
            UserErrorCode.NOT_FOUND, "This wiki is not tracked here. Start tracking it by `addWiki`.", "wiki"
        )
    return found


WHO_IS_THERE = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
OPEN_TIE = """
  query($id: ID!, $role: RelationshipRole!) {
    node(id: $id) { ... on Mentee { relationship(role: $role) { id } } }
  }
"""


async def known(info: Info, wiki: int, accounts: Sequence[AccountId]) -> list[AccountId]:
    """These accounts, as far as the caller may know of them: the hidden are nobody, to the ledger too."""
    ids = [encode("Mentee", wiki, account) for account in accounts]
    there = (await _ask(info, WHO_IS_THERE, ids=ids))["nodes"]
    # No wiki gives an id below zero, so the ledger answers as it does of those who never were.
    return [
        account if seen else -1 - place
        for place, (account, seen) in enumerate(zip(accounts, there, strict=True))
    ]


async def open_tie(info: Info, wiki: int, mentee: AccountId, role: RelationshipRole) -> Ref | None:
    """The address of the mentee's open tie of that role."""
    found = (await _ask(info, OPEN_TIE, id=encode("Mentee", wiki, mentee), role=role.value))["node"]
    return decode(found["relationship"]["id"]) if found and found["relationship"] else None


async def _ask(info: Info, document: str, **variables: Any) -> Any:
    """The data of a query of our own, with the rights of the caller."""
    engine = info.context["engine"]
    operation = engine.memory.get(document) or engine.memory.put(
        document,
        None,
        Operation(info.schema._schema, parse(document), None),  # noqa: SLF001 - Strawberry has no public name for it
    )
    values = engine.values()
    data, _ = await engine.reader.answer(operation.plan(operation.read(variables, values)), values)
    return orjson.loads(data)
