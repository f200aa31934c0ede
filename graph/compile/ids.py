"""Global ids: what a client holds in place of a type, a wiki and a key, and below `asOf` of a moment too.

Opaque to it, checked here.
"""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from graph.errors import ErrorCode, RequestRefused

NODE_TYPES = frozenset(
    {
        "Wiki",
        "Mentor",
        "Mentee",
        "Relationship",
        "RelationshipEvent",
        "Block",
        "Policy",
        "Job",
        "Delivery",
        "Webhook",
    }
)
"""What has an id. Fixed here, so that the number of shapes an id can have is too."""
LARGEST = 2**63 - 1
"""Of a key: what PostgreSQL's bigint holds."""
LARGEST_WIKI = 2**31 - 1
LONGEST = 128
"""Characters of an id; all that were ever given out are shorter."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Kind(NamedTuple):
    """What of an id chooses a plan: its type, and whether it names a moment."""

    type: str
    then: bool = False


class Ref(NamedTuple):
    """One object: its type's name, its wiki, its key there, and the moment it is looked at, where it has one."""

    type: str
    wiki: int
    key: int
    at: datetime | None = None

    @property
    def kind(self) -> Kind:
        """What of it chooses a plan."""
        return Kind(self.type, self.at is not None)


class BadId(RequestRefused, ValueError):
    """A text that is no id, or the id of something else than what is expected."""

    def __init__(self, message: str) -> None:
        RequestRefused.__init__(self, ErrorCode.BAD_ID, message)


def encode(type_: str, wiki: int, key: int, at: datetime | None = None) -> str:
    """The id of an object, as the statements write it: of now, or as of a moment (to the millisecond)."""
    moment = "" if at is None else f"@{(at - EPOCH) // MILLISECOND}"
    return b64encode(f"{type_}:{wiki}:{key}{moment}".encode()).decode()


def decode(text: str, *expected: str) -> Ref:
    """What an id stands for; `expected` names the types that will do, if not every type does."""
    ref = _read(text)
    if ref is None:
        raise BadId(f"`{text[:LONGEST]}` is not an id. Use the `id` of an object as this server gave it.")
    if expected and ref.type not in expected:
        wanted = " or a ".join(expected)
        raise BadId(f"The id of a {ref.type} was given where a {wanted}'s is expected.")
    return ref


def _read(text: str) -> Ref | None:
    if len(text) > LONGEST:
        return None
    try:
        type_, wiki, rest = b64decode(text.encode("ascii"), validate=True).decode("ascii").split(":")
        key, mark, moment = rest.partition("@")
        ref = Ref(type_, int(wiki), int(key), EPOCH + int(moment) * MILLISECOND if mark else None)
    except (ValueError, OverflowError):
        return None
    # Only what `encode` writes is read: one object has one id, whatever `int` or base64 would put up with.
    if ref.type not in NODE_TYPES:
        return None
    if not (0 <= ref.wiki <= LARGEST_WIKI and 0 <= ref.key <= LARGEST) or encode(*ref) != text:
        return None
    return ref
