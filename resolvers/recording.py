"""Mutations that record what happened on the wiki."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry

from graph.errors import Refused
from graph.facts import (
    ABSENT,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Fact,
    Registered,
    Renamed,
    Vanished,
)
from graph.kinds import BlockCategory, BlockKind, BlockScope, Origin, UserErrorCode
from models.ledger import Entry, Recorded, Target
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.block import Block
from resolvers.declare import ref
from resolvers.event import RelationshipEvent
from resolvers.inputs import AccountRef, block_id_of, origin_of, target_of, user_id
from resolvers.mentee import Mentee
from resolvers.refusals import UserError, refusing
from resolvers.scalars import BigInt

LEAVE_OUT = strawberry.UNSET

WIKI = "The wiki's database name, such as `enwiki`."
SOURCE = "Where it was learnt, such as `mw-log`."
SOURCE_ID = "Its id there, such as a log id."
OCCURRED = "When it happened on the wiki."
PERFORMER = "Who did it, by the name that the source writes."


@strawberry.type(
    description="`events` are the transitions that this fact caused, those that lie in the future left out."
)
class RecordPayload:
    """What became of a fact."""

    mentee: Mentee | None = strawberry.field(default=None, description="Whom it is about, as they are now.")
    block: Block | None = strawberry.field(
        default=None, description="The block it is about, if it is about one."
    )
    events: list[RelationshipEvent] = strawberry.field(default_factory=list, description="What it caused.")
    replayed: bool = strawberry.field(
        default=False, description="True where the fact was known already and nothing changed."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was recorded."
    )


@strawberry.input(
    description=(
        "`source` and `sourceId` name the happening at its origin, such as `mw-log` and a log id, "
        "whichever way it came here: a repeat changes nothing, and other content under the same name is "
        "refused (`CONFLICT`). `performer` is a name as the source writes it: shown as that account is "
        "called now, and hidden where it is hidden."
    )
)
class RecordRegistrationInput:
    """An account was registered."""

    wiki: str = strawberry.field(description=WIKI)
    user_id: BigInt = strawberry.field(description="The account's id on its wiki.")
    name: str = strawberry.field(description="The name that it was registered under.")
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)
    preferred_mentors: list[AccountRef] | None = strawberry.field(
        default=LEAVE_OUT, description="Drawn before others, where they are available."
    )
    assign: bool = strawberry.field(
        default=True, description="False for history that is brought in later: nobody is drawn."
    )


@strawberry.input(description="A block of an account, never of an address, a range or an autoblock.")
class RecordBlockInput:
    """A block was placed."""

    wiki: str = strawberry.field(description=WIKI)
    target: AccountRef = strawberry.field(description="The blocked account.")
    block_id: str | None = strawberry.field(
        default=LEAVE_OUT, description="Left out where the source tells none (MediaWiki before 1.44)."
    )
    kind: BlockKind = strawberry.field(default=BlockKind.LOCAL, description="What kind of block it is.")
    scope: BlockScope = strawberry.field(default=BlockScope.SITEWIDE, description="How far it reaches.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="The reason as written.")
    category: BlockCategory | None = strawberry.field(
        default=LEAVE_OUT, description="Left out: by the policy's rules."
    )
    hides_name: bool = strawberry.field(default=False, description="Whether it hides the name.")
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=PERFORMER)
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    expires_at: datetime | None = strawberry.field(
        default=LEAVE_OUT, description="Null or left out: without an end."
    )
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)


@strawberry.input(
    description=(
        "What is left out stays as it was. A new `reason` without a `category` has its category worked out "
        "anew. At least one of `blockId` and `target`; without `blockId`, the one open block of that kind."
    )
)
class RecordBlockChangeInput:
    """A block was changed."""

    wiki: str = strawberry.field(description=WIKI)
    target: AccountRef | None = strawberry.field(default=LEAVE_OUT, description="The blocked account.")
    block_id: str | None = strawberry.field(default=LEAVE_OUT, description="The block's id at its source.")
    kind: BlockKind = strawberry.field(default=BlockKind.LOCAL, description="What kind of block it is.")
    scope: BlockScope | None = strawberry.field(default=LEAVE_OUT, description="How far it reaches now.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="The new reason.")
    category: strawberry.Maybe[BlockCategory | None] = strawberry.field(
        description="Null: by the policy's rules."
    )
    unblock_requested: bool | None = strawberry.field(
        default=LEAVE_OUT, description="Whether an unblock request of the mentee is open on the wiki."
    )
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=PERFORMER)
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    expires_at: strawberry.Maybe[datetime | None] = strawberry.field(description="Null: without an end.")
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)


@strawberry.input(
    description=(
        "At least one of `blockId` and `target`; without `blockId`, every open block of that kind: lifting "
        "local blocks lifts no lock."
    )
)
class RecordUnblockInput:
    """A block was lifted."""

    wiki: str = strawberry.field(description=WIKI)
    target: AccountRef | None = strawberry.field(default=LEAVE_OUT, description="The blocked account.")
    block_id: str | None = strawberry.field(default=LEAVE_OUT, description="The block's id at its source.")
    kind: BlockKind = strawberry.field(default=BlockKind.LOCAL, description="What kind of block it is.")
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=PERFORMER)
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="The reason as written.")
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)


@strawberry.input(description="An account got another name; nothing else changes.")
class RecordRenameInput:
    """An account was renamed."""

    wiki: str = strawberry.field(description=WIKI)
    target: AccountRef = strawberry.field(description="The account, by its old name or its id.")
    new_name: str = strawberry.field(description="The name it has from then on.")
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=PERFORMER)
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)


@strawberry.input(
    description="The account vanished: its ties end, its former names are hidden, nobody is assigned again."
)
class RecordDepartureInput:
    """An account vanished."""

    wiki: str = strawberry.field(description=WIKI)
    target: AccountRef = strawberry.field(description="The account.")
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a fact is told with: names and free text that lie beside it."""

    reason: str | None = None
    performer: str | None = None
    name: str | None = None


async def record(
    info: Info,
    wiki: int,
    target: Target | None,
    fact: Fact,
    beside: Beside,
    *,
    draw: bool = True,
    preferred: Sequence[Target] = (),
) -> RecordPayload:
    """Record one fact and say what became of it."""
    entry = Entry(
        fact=fact, target=target, reason=beside.reason, performer=beside.performer, name=beside.name
    )
    recorded = await ledger_of(info).record(wiki, entry, draw=draw, preferred=preferred)
    return payload_of(wiki, recorded)


def payload_of(wiki: int, recorded: Recorded) -> RecordPayload:
    """The payload's objects, by address: the compiler reads them."""
    return RecordPayload(
        mentee=ref("Mentee", wiki, recorded.mentee),
        block=ref("Block", wiki, recorded.block),
        events=[ref("RelationshipEvent", wiki, event) for event in recorded.events],
        replayed=recorded.replayed,
    )


def or_none(value: Any) -> Any:
    """What was given, or None where it was left out."""
    return None if value is LEAVE_OUT else value


def or_absent(value: Any) -> Any:
    """What was given, or that it stays: null is taken for left out, having no meaning of its own there."""
    return ABSENT if value is LEAVE_OUT or value is None else value


def maybe_absent(value: Any) -> Any:
    """What was given, null included, or that it stays."""
    return ABSENT if value is None else value.value


def which(target: AccountRef | None, block_id: str | None, wiki: int) -> Target | None:
    """Whose block is meant, where the caller says so; who says neither whose nor which is told."""
    if target:
        return target_of(target, wiki, "target")
    if block_id is None:
        raise Refused(
            UserErrorCode.INVALID, "Say which block is meant: give `blockId`, `target` or both.", "target"
        )
    return None


@refusing(RecordPayload)
async def record_registration(info: Info, input: RecordRegistrationInput) -> RecordPayload:
    """Record a registration, and draw mentors where the policy says so."""
    wiki = await wiki_of(info, input.wiki)
    origin = origin_of(input.source, input.source_id)
    target = Target(id=user_id(input.user_id, "userId"))
    preferred = [
        target_of(mentor, wiki, "preferredMentors", str(place))
        for place, mentor in enumerate(or_none(input.preferred_mentors) or ())
    ]
    fact = Registered(at=input.occurred_at, origin=origin, assign=input.assign)
    beside = Beside(name=input.name)
    return await record(info, wiki, target, fact, beside, draw=input.assign, preferred=preferred)


@refusing(RecordPayload)
async def record_block(info: Info, input: RecordBlockInput) -> RecordPayload:
    """Record that a block was placed."""
    wiki = await wiki_of(info, input.wiki)
    fact = BlockPlaced(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        block_kind=input.kind,
        block_id=block_id_of(input.block_id),
        scope=input.scope,
        expires_at=or_none(input.expires_at),
        category=or_none(input.category),
        reason=or_none(input.reason),
        hides_name=input.hides_name,
    )
    beside = Beside(reason=fact.reason, performer=or_none(input.performer))
    return await record(info, wiki, target_of(input.target, wiki, "target"), fact, beside)


@refusing(RecordPayload)
async def record_block_change(info: Info, input: RecordBlockChangeInput) -> RecordPayload:
    """Record that a block was changed."""
    wiki = await wiki_of(info, input.wiki)
    reason = or_none(input.reason)
    fact = BlockChanged(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        block_kind=input.kind,
        block_id=block_id_of(input.block_id),
        scope=or_absent(input.scope),
        expires_at=maybe_absent(input.expires_at),
        category=maybe_absent(input.category),
        reason=or_absent(input.reason),
        unblock_requested=or_absent(input.unblock_requested),
    )
    beside = Beside(reason=reason, performer=or_none(input.performer))
    return await record(info, wiki, which(or_none(input.target), fact.block_id, wiki), fact, beside)


@refusing(RecordPayload)
async def record_unblock(info: Info, input: RecordUnblockInput) -> RecordPayload:
    """Record that a block, or every block of a kind, was lifted."""
    wiki = await wiki_of(info, input.wiki)
    fact = BlockLifted(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        block_kind=input.kind,
        block_id=block_id_of(input.block_id),
    )
    beside = Beside(reason=or_none(input.reason), performer=or_none(input.performer))
    return await record(info, wiki, which(or_none(input.target), fact.block_id, wiki), fact, beside)


@refusing(RecordPayload)
async def record_rename(info: Info, input: RecordRenameInput) -> RecordPayload:
    """Record that an account has another name."""
    wiki = await wiki_of(info, input.wiki)
    fact = Renamed(at=input.occurred_at, origin=origin_of(input.source, input.source_id))
    beside = Beside(performer=or_none(input.performer), name=input.new_name)
    return await record(info, wiki, target_of(input.target, wiki, "target"), fact, beside)


@refusing(RecordPayload)
async def record_departure(info: Info, input: RecordDepartureInput) -> RecordPayload:
    """Record that an account vanished."""
    wiki = await wiki_of(info, input.wiki)
    fact = Vanished(at=input.occurred_at, origin=Origin(*origin_of(input.source, input.source_id)))
    return await record(info, wiki, target_of(input.target, wiki, "target"), fact, Beside())
