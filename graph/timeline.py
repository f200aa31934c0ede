"""What the rules make of the facts about one mentee: ties, spans, states, needs, blocks and events.

It is plain data. Every moment is UTC, every interval half-open, and `None` as an end means that none is known.
The future is in it: what begins after now is a forecast.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from graph.kinds import (
    AccountId,
    BlockCategory,
    BlockKey,
    BlockScope,
    CategorySource,
    EndReason,
    MenteeState,
    NeedCause,
    Origin,
    RelationshipEventKind,
    RelationshipRole,
    RelationshipState,
    StartReason,
    TieKey,
)


class Span(NamedTuple):
    """A stretch of one tie in one state; a tie's spans neither overlap nor leave gaps and are never empty."""

    state: RelationshipState
    start: datetime
    end: datetime | None


class Tie(NamedTuple):
    """One mentor, the mentee, one role, from a start to an end.

    `continues` is the tie that this one restores, `replaces` the one whose place it took: after a transfer, a
    resignation, or a loss that could not be restored.
    """

    key: TieKey
    role: RelationshipRole
    mentor: AccountId
    start: datetime
    because: StartReason
    start_is_known: bool
    end: datetime | None
    ended_because: EndReason | None
    continues: TieKey | None
    replaces: TieKey | None
    spans: tuple[Span, ...]


class Stretch(NamedTuple):
    """A stretch of the mentee's own life.

    `blocked_since` is since when, without a break, a counted block has been open, None while none is;
    `blocked_until` when the last of them closes, None: no end is known. `returns_to` is the mentor whom an
    unblock now would leave the mentee with, `returns_until` until when an unblock would still bring a released
    mentor back.
    """

    state: MenteeState
    start: datetime
    end: datetime | None
    blocked_since: datetime | None = None
    blocked_until: datetime | None = None
    returns_to: AccountId | None = None
    returns_until: datetime | None = None


class Need(NamedTuple):
    """A stretch of time in which a mentor is being sought for a role.

    `since` is when the seeking began, also across the blocks that made it pause. `previous` is the mentor to be
    taken where that one is available (after an opt-in); `replaces` the tie that the answering one will name.
    """

    role: RelationshipRole
    start: datetime
    end: datetime | None
    since: datetime
    cause: NeedCause
    previous: AccountId | None = None
    replaces: TieKey | None = None


class BlockSpan(NamedTuple):
    """A stretch in which a block was open with the same properties. `counted`: it suspends."""

    start: datetime
    end: datetime | None
    scope: BlockScope
    category: BlockCategory
    category_source: CategorySource
    expires_at: datetime | None
    counted: bool
    unblock_requested: bool


class Block(NamedTuple):
    """A block as it last was.

    `lifted_at` is None where it is open or expired; `spans` is empty where it never was open. `placed_by` is
    the fact that placed it (or stands for its placing), `reason_by` the one whose reason holds.
    """

    key: BlockKey
    placed_at: datetime
    expires_at: datetime | None
    lifted_at: datetime | None
    scope: BlockScope
    category: BlockCategory
    category_source: CategorySource
    unblock_requested: bool
    hides_name: bool
    placed_by: Origin
    reason_by: Origin
    spans: tuple[BlockSpan, ...]


class Event(NamedTuple):
    """A transition of a tie.

    `fact` is what caused it, None for the clock and for a policy; `block` is the block that did, if one did.
    """

    kind: RelationshipEventKind
    at: datetime
    tie: TieKey
    from_state: RelationshipState | None
    to_state: RelationshipState
    block: BlockKey | None
    fact: Origin | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that follows from the facts about one mentee and the policy; equal facts give equal timelines.

    Ties are in the order of their starts (primary first at one instant), stretches and needs in the order of
    time, blocks in the order of their placing, events in the order in which they take effect. `without_effect`
    are the decisions and draws that changed nothing, with the reason why as an error's code (rule 7).
    """

    ties: tuple[Tie, ...]
    stretches: tuple[Stretch, ...]
    needs: tuple[Need, ...]
    blocks: tuple[Block, ...]
    events: tuple[Event, ...]
    without_effect: dict[Origin, str]
