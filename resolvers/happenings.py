"""What can be told of a wiki: an input for each happening."""

from datetime import datetime
from typing import TypeAlias

import strawberry

from graph.kinds import BlockCategory, BlockKind, BlockScope
from resolvers.inputs import AccountRef
from resolvers.scalars import BigInt

LEAVE_OUT = strawberry.UNSET

WIKI = "The wiki's database name, such as `enwiki`."
SOURCE = "Where it was learnt, such as `mw-log`."
SOURCE_ID = "Its id there, such as a log id."
OCCURRED = "When it happened on the wiki."
PERFORMER = "Who did it, by the name that the source writes."
VALIDATE_ONLY = "Only say what would come of it: nothing is kept."


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
    validate_only: bool = strawberry.field(default=False, description=VALIDATE_ONLY)


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


@strawberry.input(description="What is left out stays as it was.")
class RecordVisibilityInput:
    """A name, or a block's reason or performer, was hidden or shown again."""

    wiki: str = strawberry.field(description=WIKI)
    target: AccountRef = strawberry.field(description="The account.")
    name_hidden: bool | None = strawberry.field(
        default=LEAVE_OUT, description="Whether the account's name is hidden from the public."
    )
    block_id: str | None = strawberry.field(
        default=LEAVE_OUT, description="With the two below: one block, else all of the target's."
    )
    reason_hidden: bool | None = strawberry.field(
        default=LEAVE_OUT, description="Whether the block's reason is hidden from the public."
    )
    performer_hidden: bool | None = strawberry.field(
        default=LEAVE_OUT, description="Whether who placed the block is hidden from the public."
    )
    occurred_at: datetime = strawberry.field(description=OCCURRED)
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)


@strawberry.input(
    one_of=True, description="One of the happenings, told as the mutation of its name takes it."
)
class FactInput:
    """One of many facts."""

    registration: strawberry.Maybe[RecordRegistrationInput] = strawberry.field(
        description="An account was registered."
    )
    block: strawberry.Maybe[RecordBlockInput] = strawberry.field(description="An account was blocked.")
    block_change: strawberry.Maybe[RecordBlockChangeInput] = strawberry.field(
        description="A block was changed."
    )
    unblock: strawberry.Maybe[RecordUnblockInput] = strawberry.field(description="A block was lifted.")
    rename: strawberry.Maybe[RecordRenameInput] = strawberry.field(description="An account was renamed.")
    departure: strawberry.Maybe[RecordDepartureInput] = strawberry.field(description="An account vanished.")
    visibility: strawberry.Maybe[RecordVisibilityInput] = strawberry.field(
        description="Something was hidden, or shown again."
    )


Happening: TypeAlias = (
    RecordRegistrationInput
    | RecordBlockInput
    | RecordBlockChangeInput
    | RecordUnblockInput
    | RecordRenameInput
    | RecordDepartureInput
    | RecordVisibilityInput
)
