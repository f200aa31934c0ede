"""What happened, in the past tense. Facts are recorded once, never changed, and are all that the rules read."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, Final, Literal

from graph.kinds import (
    AccountId,
    BlockCategory,
    BlockKind,
    BlockScope,
    FactKind,
    Origin,
    RelationshipRole,
    StartReason,
    TieKey,
)


class Absent(Enum):
    """Stands for what a change leaves out, where `None` is a value of its own."""

    ABSENT = "ABSENT"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One happening.

    `at` is when it happened on the wiki (UTC, whole milliseconds); `origin` names it at its source. When it was
    recorded is no part of it: the order of recording never counts.
    """

    kind: ClassVar[FactKind]

    at: datetime
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorEnrolled(Fact):
    """Somebody became a mentor. A fact about the mentor, that the timelines of mentees read too."""

    kind = FactKind.MENTOR_ENROLLED
    mentor: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorResigned(Fact):
    """Somebody stopped being a mentor, or was removed."""

    kind = FactKind.MENTOR_RESIGNED
    mentor: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Fact):
    """The account was registered; `assign` says whether mentors are due (false for history brought in later)."""

    kind = FactKind.REGISTERED
    assign: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlaced(Fact):
    """A block was placed on the account itself.

    `block_id` is None where the source tells none: the block is then known by this fact's id at its source.
    `expires_at` None: without an end. `category` None: by the policy's rules, from `reason`, which is kept beside the
    fact and None where there is none or where it was erased.
    """

    kind = FactKind.BLOCK_PLACED
    block_kind: BlockKind = BlockKind.LOCAL
    block_id: str | None = None
    scope: BlockScope = BlockScope.SITEWIDE
    expires_at: datetime | None = None
    category: BlockCategory | None = None
    reason: str | None = None
    hides_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockChanged(Fact):
    """What it names replaces what was, from that moment on; what is ABSENT stays.

    `block_id` None: the one open block of that kind. `expires_at` None: without an end. `category` None: by the
    policy's rules. A new reason with the category ABSENT has its category worked out anew.
    """

    kind = FactKind.BLOCK_CHANGED
    block_kind: BlockKind = BlockKind.LOCAL
    block_id: str | None = None
    scope: BlockScope | Literal[Absent.ABSENT] = ABSENT
    expires_at: datetime | Literal[Absent.ABSENT] | None = ABSENT
    category: BlockCategory | Literal[Absent.ABSENT] | None = ABSENT
    reason: str | Literal[Absent.ABSENT] | None = ABSENT
    unblock_requested: bool | Literal[Absent.ABSENT] = ABSENT
    hides_name: bool | Literal[Absent.ABSENT] = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLifted(Fact):
    """A block was lifted before it expired; `block_id` None: every block of that kind that is open then."""

    kind = FactKind.BLOCK_LIFTED
    block_kind: BlockKind = BlockKind.LOCAL
    block_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Fact):
    """The account has another name; the names lie beside the fact."""

    kind = FactKind.RENAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibilityChanged(Fact):
    """The name, or a block's reason or performer, was hidden from the public or shown again; None: as it was."""

    kind = FactKind.VISIBILITY_CHANGED
    name_hidden: bool | None = None
    block_kind: BlockKind = BlockKind.LOCAL
    block_id: str | None = None
    reason_hidden: bool | None = None
    performer_hidden: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Fact):
    """Somebody decided who mentors: a claim, a choice, a hand-over, a restoring by hand.

    `because` is one of CLAIMED, SET, TRANSFERRED, RESTORED; `continues` names the tie of the past that is restored.
    """

    kind = FactKind.ASSIGNED
    role: RelationshipRole = RelationshipRole.PRIMARY
    mentor: AccountId
    because: StartReason = StartReason.SET
    continues: TieKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported(Fact):
    """Who was mentor at the moment of an import; the tie's true start is unknown."""

    kind = FactKind.IMPORTED
    role: RelationshipRole = RelationshipRole.PRIMARY
    mentor: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Fact):
    """Chance answered a need, at this moment. `instead_of`: the unavailable backup whose place is taken, if any."""

    kind = FactKind.DRAWN
    role: RelationshipRole = RelationshipRole.PRIMARY
    mentor: AccountId
    instead_of: AccountId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Fact):
    """Somebody keeps the suspended tie of that role and mentor until then; None: as long as the mentor stays."""

    kind = FactKind.KEPT
    role: RelationshipRole = RelationshipRole.PRIMARY
    mentor: AccountId
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Fact):
    """Somebody ended the open tie of that role and mentor; nobody follows until somebody assigns."""

    kind = FactKind.ENDED
    role: RelationshipRole = RelationshipRole.PRIMARY
    mentor: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut(Fact):
    """The mentee chose not to have a mentor."""

    kind = FactKind.OPTED_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedIn(Fact):
    """The mentee chose to have a mentor after all."""

    kind = FactKind.OPTED_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Graduated(Fact):
    """The mentee has outgrown mentorship."""

    kind = FactKind.GRADUATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished(Fact):
    """The account vanished: its former names are hidden and nobody is ever assigned again."""

    kind = FactKind.VANISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(Fact):
    """The fact of that origin was a mistake: everything is as if it had not been recorded."""

    kind = FactKind.TAKEN_BACK
    target: Origin


FACTS: dict[FactKind, type[Fact]] = {
    fact.kind: fact
    for fact in (
        MentorEnrolled,
        MentorResigned,
        Registered,
        BlockPlaced,
        BlockChanged,
        BlockLifted,
        Renamed,
        VisibilityChanged,
        Assigned,
        Imported,
        Drawn,
        Kept,
        Ended,
        OptedOut,
        OptedIn,
        Graduated,
        Vanished,
        TakenBack,
    )
}
"""The class of each kind, for whoever reads facts back from where they are kept."""
