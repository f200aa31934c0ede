"""What callers name in mutations (accounts, nodes, happenings), read into the words of the rules."""

import strawberry

from graph.compile.ids import decode
from graph.errors import Refused
from graph.kinds import AccountId, Origin, UserErrorCode
from models.ledger import Target
from models.ledger.checks import check_name, check_text
from resolvers.scalars import BigInt

LONGEST = 255
"""Characters of a source's name and of its ids."""


@strawberry.input(
    one_of=True,
    description=(
        "By `name`: whoever held it at `occurredAt`, else whoever holds it now. Give `userId` where it is "
        "known: names move, and a log read later is rewritten to the names of that day."
    ),
)
class AccountRef:
    """An account, in one of three ways."""

    id: strawberry.Maybe[strawberry.ID]
    name: strawberry.Maybe[str]
    user_id: strawberry.Maybe[BigInt]


def account_key(given: str, wiki: int, *path: str) -> AccountId:
    """The user id in the global id of a mentor or a mentee of that wiki."""
    ref = decode_as(given, ("Mentor", "Mentee"), *path)
    if ref.wiki != wiki:
        raise Refused(
            UserErrorCode.INVALID, "This id is of another wiki. Give one of the wiki that is named.", *path
        )
    return ref.key


def decode_as(given: str, types: tuple[str, ...], *path: str) -> "Located":
    """The global id's parts, where it is one of those types; else a refusal that says what was given."""
    try:
        ref = decode(given)
    except ValueError as error:
        raise Refused(UserErrorCode.INVALID, str(error), *path) from None
    if ref.at is not None:
        raise Refused(
            UserErrorCode.INVALID,
            f"This id is of {ref.at:%Y-%m-%d %H:%M:%S} UTC, as `asOf` gave it, and what was can't be changed. "
            "Give the id that the object has now: ask for it without `asOf`.",
            *path,
        )
    if ref.type not in types:
        wanted = " or a ".join(types)
        raise Refused(
            UserErrorCode.INVALID,
            f"The id of a {ref.type} was given where that of a {wanted} is expected.",
            *path,
        )
    return Located(ref.type, ref.wiki, ref.key)


class Located:
    """A row by its wiki and key."""

    __slots__ = ("key", "type", "wiki")

    def __init__(self, type_: str, wiki: int, key: int) -> None:
        self.type = type_
        self.wiki = wiki
        self.key = key


def target_of(given: AccountRef, wiki: int, *path: str) -> Target:
    """Who is meant, as the ledger looks it up."""
    if given.id:
        return Target(id=account_key(given.id.value, wiki, *path, "id"))
    if given.user_id:
        return Target(id=user_id(given.user_id.value, *path, "userId"))
    assert given.name is not None
    check_name(given.name.value, *path, "name")
    return Target(name=given.name.value)


def user_id(given: int, *path: str) -> AccountId:
    """An account's id on its wiki; MediaWiki gives 0 to those who have none."""
    if given <= 0:
        raise Refused(UserErrorCode.INVALID, "A user id is a number from 1 on.", *path)
    return given


def block_id_of(given: str | None) -> str | None:
    """A block's id at its source, where one is given."""
    if given is None or given is strawberry.UNSET:
        return None
    if not 0 < len(given) <= LONGEST:
        raise Refused(UserErrorCode.INVALID, f"A block's id has 1 to {LONGEST} characters.", "blockId")
    check_text(given, "blockId")
    return given


def origin_of(source: str, source_id: str) -> Origin:
    """The happening's name at its source."""
    for value, path in ((source, "source"), (source_id, "sourceId")):
        if not 0 < len(value) <= LONGEST:
            raise Refused(UserErrorCode.INVALID, f"Give 1 to {LONGEST} characters.", path)
    if source in RESERVED:
        raise Refused(
            UserErrorCode.INVALID, f"The source `{source}` is the server's own. Choose another.", "source"
        )
    return Origin(source, source_id)


RESERVED = frozenset({"api", "clock", "draw"})
"""Sources that the server itself writes: nobody else may speak in their name."""


def own_origin(source: str | None, source_id: str | None) -> Origin | None:
    """The origin of a decision, where the caller names it: both parts or neither."""
    if source is None and source_id is None:
        return None
    if source is None or source_id is None:
        raise Refused(
            UserErrorCode.INVALID,
            "Give `source` and `sourceId` together, or neither.",
            "sourceId" if source else "source",
        )
    return origin_of(source, source_id)
