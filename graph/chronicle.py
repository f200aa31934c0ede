"""What is written down at the end of each instant: spans, events, stretches and needs, never one of no
length.

The walk changes drafts; here they are compared with what was written last. So whatever an instant undid is
not told.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from graph.holds import NO_CAUSE, Cause, Phase, Turn, cause_of
from graph.kinds import (
    AccountId,
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
from graph.moments import BEGINNING, or_none
from graph.outlook import Outlook, outlook
from graph.timeline import Block, Event, Need, Span, Stretch, Tie, Timeline

_ACTIVE, _SUSPENDED, _ENDED = RelationshipState.ACTIVE, RelationshipState.SUSPENDED, RelationshipState.ENDED
_BY_RESTORING = StartReason.RESTORED
_STARTED, _RESTORED = RelationshipEventKind.STARTED, RelationshipEventKind.RESTORED
_OPENED, _RESUMED = RelationshipEventKind.SUSPENDED, RelationshipEventKind.RESUMED

ENDING_EVENT = {
    EndReason.HOLD_ELAPSED: RelationshipEventKind.RELEASED,
    EndReason.TRANSFERRED: RelationshipEventKind.TRANSFERRED,
    EndReason.MENTOR_RESIGNED: RelationshipEventKind.ENDED,
    EndReason.OPTED_OUT: RelationshipEventKind.ENDED,
    EndReason.GRADUATED: RelationshipEventKind.ENDED,
    EndReason.VANISHED: RelationshipEventKind.ENDED,
    EndReason.ENDED_BY_HAND: RelationshipEventKind.ENDED,
}


class Due(NamedTuple):
    """Why a mentor is due for a role, and whom the next tie follows."""

    cause: NeedCause
    replaces: TieKey | None = None
    previous: AccountId | None = None


class Standing(NamedTuple):
    """What is known of a role without a tie: a loss to be undone, why one is due, whether none may be."""

    lost: "TieDraft | None" = None
    due: Due | None = None
    barred: bool = False


class TieDraft:
    """A tie in the making.

    `displaced`, `before` and `graduated_before` are what its first instant found, should that instant undo
    it.
    """

    __slots__ = (
        "because", "before", "began_by", "continues", "displaced", "end", "ended_because", "ended_by",
        "foreseen", "graduated_before", "kept_until", "key", "mentor", "outlook", "replaces", "role",
        "span_start", "spans", "start", "start_is_known", "state", "was_suspended",
    )  # fmt: skip

    def __init__(
        self, key: TieKey, role: RelationshipRole, mentor: AccountId, start: datetime, because: StartReason
    ) -> None:
        self.key, self.role, self.mentor = key, role, mentor
        self.start, self.because, self.start_is_known = start, because, True
        self.continues: TieKey | None = None
        self.replaces: TieKey | None = None
        self.began_by: Cause = NO_CAUSE
        self.ended_by: Cause = NO_CAUSE
        self.end: datetime | None = None
        self.ended_because: EndReason | None = None
        self.kept_until = BEGINNING
        self.displaced: list[TieDraft] = []
        self.before = Standing()
        self.graduated_before = False
        self.state = _ACTIVE
        self.was_suspended = False
        self.foreseen: Outlook | None = None
        self.outlook: Outlook | None = None
        self.spans: list[Span] = []
        self.span_start = start

    def keep(self, until: datetime) -> None:
        """Rule 18; what comes next is to be worked out anew."""
        self.kept_until = until
        self.foreseen, self.outlook = self.outlook or self.foreseen, None

    def look_ahead(self, phases: Collection[Phase]) -> Outlook:
        """What comes next, by the open counted blocks; what had been foreseen is kept beside it."""
        self.foreseen = self.outlook or self.foreseen
        self.outlook = outlook(self.start, self.kept_until, phases)
        return self.outlook

    def cause_of_release(self, now: datetime, stir: "Stir") -> Cause:
        """The clock, where this moment was foreseen; the block is the one that held the tie longest."""
        foreseen = self.outlook if stir is STILL else self.foreseen
        by_the_clock = foreseen is not None and foreseen[:2] == (now, _ENDED)
        fact = None if by_the_clock or stir.touched is None else stir.touched.fact
        held_by = foreseen or self.outlook
        return fact, held_by.holder if held_by is not None else None

    def be(self, state: RelationshipState) -> None:
        self.state = state
        if state is _SUSPENDED:
            self.was_suspended = True
        else:
            self.foreseen = self.outlook = None

    def close_span(self, end: datetime | None) -> None:
        self.spans.append(Span(self.state, self.span_start, end))
        if end is not None:
            self.span_start = end

    def frozen(self) -> Tie:
        if self.end is None:
            self.close_span(None)
        return Tie(
            self.key, self.role, self.mentor, self.start, self.because, self.start_is_known, self.end,
            self.ended_because, self.continues, self.replaces, tuple(self.spans),
        )  # fmt: skip


class Seat:
    """One role: who has it, what is known while nobody does, and what was written of it last.

    `wanted` is why one is wanted; one is sought while no block is open, first from `first_sought` on, now since
    `sought_from`.
    """

    __slots__ = ("first_sought", "last", "role", "sought_from", "standing", "tie", "wanted", "written")

    def __init__(self, role: RelationshipRole) -> None:
        self.role = role
        self.tie: TieDraft | None = None
        self.standing = Standing()
        self.last: TieDraft | None = None
        self.written: TieDraft | None = None
        self.wanted: Due | None = None
        self.first_sought: datetime | None = None
        self.sought_from: datetime | None = None

    def is_held_by(self, mentor: AccountId) -> bool:
        return self.tie is not None and self.tie.mentor == mentor


class Stir:
    """What an instant did to counted blocks: the first to open, the last to close, the last by a fact."""

    unblocked = False
    opened: Turn | None = None
    closed: Turn | None = None
    touched: Turn | None = None


STILL = Stir()
"""Of an instant at which no block turned."""


Life = tuple[MenteeState, datetime | None, AccountId | None, datetime]
"""How an instant left the mentee: the state, since when blocked, to whom an unblock would return them, and until
when (FOREVER: without limit).
"""


class Chronicle:
    """All that was written so far; `life` is how the mentee was left last."""

    def __init__(self) -> None:
        self._ties: list[TieDraft] = []
        self._events: list[Event] = []
        self._needs: list[Need] = []
        self.life: Life | None = None
        self._lives: list[tuple[datetime, Life]] = []
        self._blocked_until: dict[datetime | None, datetime] = {}

    def write_ties(self, now: datetime, seats: Sequence[Seat], blocked: bool, stir: Stir) -> None:
        """Endings first, then what changed its state, then what began."""
        primary, backup = seats
        if stir is STILL and primary.written is primary.tie and backup.written is backup.tie:
            return
        passed_on = [seat for seat in seats if seat.written is not seat.tie]
        state = _SUSPENDED if blocked else _ACTIVE
        for seat in passed_on:
            if seat.written is not None:
                self._write_end(seat.written, now)
        if stir is not STILL:
            for seat in seats:
                if seat.tie is not None and seat.tie is seat.written:
                    self._write_turn(seat.tie, now, state, stir)
        for seat in passed_on:
            if seat.tie is not None:
                self._write_start(seat.tie, now, state)
            seat.written = seat.tie

    def _write_end(self, tie: TieDraft, now: datetime) -> None:
        assert tie.ended_because is not None
        tie.close_span(now)
        self._tell(ENDING_EVENT[tie.ended_because], now, tie, _ENDED, tie.ended_by)

    def _write_start(self, tie: TieDraft, now: datetime, state: RelationshipState) -> None:
        tie.be(state)
        self._ties.append(tie)
        kind = _RESTORED if tie.because is _BY_RESTORING else _STARTED
        fact, block = tie.began_by
        self._events.append(Event(kind, now, tie.key, None, state, block, fact))

    def _write_turn(self, tie: TieDraft, now: datetime, state: RelationshipState, stir: Stir) -> None:
        if state is not tie.state:
            kind, turn = (_OPENED, stir.opened) if state is _SUSPENDED else (_RESUMED, stir.closed)
            self._tell(kind, now, tie, state, cause_of(turn))
            tie.close_span(now)
            tie.be(state)
        elif stir.touched and tie.foreseen and tie.outlook and tie.foreseen[:2] != tie.outlook[:2]:
            self._tell(RelationshipEventKind.CHANGED, now, tie, state, cause_of(stir.touched))

    def _tell(
        self,
        kind: RelationshipEventKind,
        now: datetime,
        tie: TieDraft,
        to: RelationshipState,
        cause: Cause,
    ) -> None:
        fact, block = cause
        self._events.append(Event(kind, now, tie.key, tie.state, to, block, fact))

    def write_need(self, now: datetime, seat: Seat, wanted: Due | None, blocked: bool) -> None:
        """A need lasts while one is wanted, and pauses while the mentee is blocked."""
        if wanted is seat.wanted and (wanted is None or blocked is (seat.sought_from is None)):
            return
        changed = wanted != seat.wanted
        if seat.sought_from is not None and (changed or blocked):
            self._close_need(seat, now)
        if changed:
            seat.wanted, seat.first_sought = wanted, None
        if wanted is not None and not blocked and seat.sought_from is None:
            seat.sought_from = now
            seat.first_sought = seat.first_sought or now

    def _close_need(self, seat: Seat, end: datetime | None) -> None:
        assert seat.sought_from is not None
        assert seat.first_sought is not None
        assert seat.wanted is not None
        cause, replaces, previous = seat.wanted
        self._needs.append(
            Need(seat.role, seat.sought_from, end, seat.first_sought, cause, previous, replaces)
        )
        seat.sought_from = None

    def write_life(self, now: datetime, life: Life) -> None:
        """Another stretch, for something of it is new."""
        before, self.life = self.life, life
        self._lives.append((now, life))
        if before is not None and before[1] is not None and life[1] is None:
            self._blocked_until[before[1]] = now

    def frozen(
        self, seats: Sequence[Seat], blocks: tuple[Block, ...], without_effect: dict[Origin, str]
    ) -> Timeline:
        """The whole, as it can be handed out."""
        for seat in seats:
            if seat.sought_from is not None:
                self._close_need(seat, None)
        self._needs.sort(key=lambda need: (need.start, need.role is RelationshipRole.BACKUP))
        return Timeline(
            tuple([tie.frozen() for tie in self._ties]),
            self._stretches(),
            tuple(self._needs),
            blocks,
            tuple(self._events),
            without_effect,
        )

    def _stretches(self) -> tuple[Stretch, ...]:
        ends = [start for start, _ in self._lives[1:]]
        until = self._blocked_until.get
        return tuple(
            [
                Stretch(state, start, end, since, until(since), returns_to, or_none(returns_until))
                for (start, (state, since, returns_to, returns_until)), end in zip(
                    self._lives, [*ends, None], strict=bool(self._lives)
                )
            ]
        )
