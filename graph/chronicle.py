"""What is written down at the end of each instant: spans, events, stretches and needs, never one of no
length.

The walk changes drafts; here they are compared with what was written last. So whatever an instant undid is
not told. Whoever only counts ties has only them written down: `Ties`, without what `Chronicle` adds.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from graph.affairs import Affairs, Life
from graph.holds import Cause, cause_of
from graph.kinds import (
    EndReason,
    Origin,
    RelationshipEventKind,
    RelationshipRole,
    RelationshipState,
    StartReason,
)
from graph.moments import FOREVER, or_none
from graph.seats import STILL, Due, Seat, Stir, TieDraft
from graph.timeline import Block, Event, Need, Stretch, Timeline

_ACTIVE, _SUSPENDED, _ENDED = RelationshipState.ACTIVE, RelationshipState.SUSPENDED, RelationshipState.ENDED
_PRIMARY, _BACKUP = RelationshipRole
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


class Ties:
    """The ties that have ended, with their spans, and the stretches for which the mentee was blocked.

    Those that are open are in their seats.
    """

    __slots__ = ("_ended", "_unblocks")

    def __init__(self) -> None:
        self._ended: list[TieDraft] = []
        self._unblocks: list[tuple[datetime, datetime]] = []

    def fork(self) -> "Ties":
        """What was written so far, to be gone on with otherwise."""
        other = Ties()
        other._ended, other._unblocks = self._ended.copy(), self._unblocks.copy()
        return other

    def write(self, affairs: Affairs, stir: Stir) -> datetime:
        """What an instant has left; answers when there is something to write though nothing happens."""
        primary, backup = affairs.seats
        if stir is STILL and primary.written is primary.tie and backup.written is backup.tie:
            return FOREVER
        self._write_ties(affairs.now, affairs.seats, affairs.blocked_since is not None, stir)
        if stir.unblocked is not None:
            self._unblocks.append((stir.unblocked, affairs.now))
        return FOREVER

    def _write_ties(self, now: datetime, seats: Sequence[Seat], blocked: bool, stir: Stir) -> None:
        """Endings first, then what changed its state, then what began."""
        state = _SUSPENDED if blocked else _ACTIVE
        passed_on = [seat for seat in seats if seat.written is not seat.tie]
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
        tie.close_span(now)
        self._ended.append(tie)

    def _write_turn(self, tie: TieDraft, now: datetime, state: RelationshipState, _: Stir) -> None:
        if state is not tie.state:
            tie.close_span(now)
            tie.be(state)

    def _write_start(self, tie: TieDraft, _: datetime, state: RelationshipState) -> None:
        tie.be(state)

    def refuse(self, origin: Origin, why: str) -> None:
        """A fact had no effect: no tie shows it."""

    def ties(self, seats: Iterable[Seat]) -> list[TieDraft]:
        """In the order of their starts, primary first; `seats` hold those that are open."""
        ties = [*self._ended, *[seat.tie for seat in seats if seat.tie is not None]]
        if len(ties) > 1:
            ties.sort(key=_by_start)
        return ties

    def unblocks(self) -> list[tuple[datetime, datetime]]:
        """Since when the mentee had been blocked, and when the last counted block closed; in their order."""
        return self._unblocks


def _by_start(tie: TieDraft) -> tuple[datetime, bool]:
    return tie.start, tie.role is _BACKUP


class Sought:
    """For one role, why one is wanted; who is sought while no block is open, first from `first` on, now since
    `since`.
    """

    __slots__ = ("first", "since", "wanted")

    def __init__(self) -> None:
        self.wanted: Due | None = None
        self.first: datetime | None = None
        self.since: datetime | None = None


class Chronicle(Ties):
    """All that is told, in the order in which it was written; `_life` is how the mentee was left last."""

    __slots__ = ("_events", "_life", "_lives", "_needs", "_sought", "_without_effect")

    def __init__(self) -> None:
        super().__init__()
        self._events: list[Event] = []
        self._needs: list[Need] = []
        self._sought = {_PRIMARY: Sought(), _BACKUP: Sought()}
        self._life: Life | None = None
        self._lives: list[tuple[datetime, Life]] = []
        self._without_effect: dict[Origin, str] = {}

    def write(self, affairs: Affairs, stir: Stir) -> datetime:
        """The same, and whom the mentee needs and how they stand: which changes once a loss can't be undone."""
        super().write(affairs, stir)
        now, blocked = affairs.now, affairs.blocked_since is not None
        for seat in affairs.seats:
            sought = self._sought[seat.role]
            if seat.tie is None or sought.wanted is not None:
                self._write_need(now, seat.role, sought, affairs.wanted(seat), blocked)
        life = affairs.life()
        if life != self._life:
            self._life = life
            self._lives.append((now, life))
        return life[-1]

    def _write_end(self, tie: TieDraft, now: datetime) -> None:
        assert tie.ended_because is not None
        super()._write_end(tie, now)
        self._tell(ENDING_EVENT[tie.ended_because], now, tie, _ENDED, tie.ended_by)

    def _write_start(self, tie: TieDraft, now: datetime, state: RelationshipState) -> None:
        super()._write_start(tie, now, state)
        kind = _RESTORED if tie.because is _BY_RESTORING else _STARTED
        fact, block = tie.began_by
        self._events.append(Event(kind, now, tie.key, None, state, block, fact))

    def _write_turn(self, tie: TieDraft, now: datetime, state: RelationshipState, stir: Stir) -> None:
        if state is not tie.state:
            kind, turn = (_OPENED, stir.opened) if state is _SUSPENDED else (_RESUMED, stir.closed)
            self._tell(kind, now, tie, state, cause_of(turn))
            super()._write_turn(tie, now, state, stir)
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

    def _write_need(
        self, now: datetime, role: RelationshipRole, sought: Sought, wanted: Due | None, blocked: bool
    ) -> None:
        """A need lasts while one is wanted, and pauses while the mentee is blocked."""
        if wanted is sought.wanted and (wanted is None or blocked is (sought.since is None)):
            return
        changed = wanted != sought.wanted
        if sought.since is not None and (changed or blocked):
            self._close_need(role, sought, now)
        if changed:
            sought.wanted, sought.first = wanted, None
        if wanted is not None and not blocked and sought.since is None:
            sought.since = now
            sought.first = sought.first or now

    def _close_need(self, role: RelationshipRole, sought: Sought, end: datetime | None) -> None:
        assert sought.since is not None
        assert sought.first is not None
        assert sought.wanted is not None
        cause, replaces, previous = sought.wanted
        self._needs.append(Need(role, sought.since, end, sought.first, cause, previous, replaces))
        sought.since = None

    def refuse(self, origin: Origin, why: str) -> None:
        """A fact had no effect, and why."""
        self._without_effect[origin] = why

    def frozen(self, seats: Iterable[Seat], blocks: tuple[Block, ...]) -> Timeline:
        """The whole, as it can be handed out."""
        for role, sought in self._sought.items():
            if sought.since is not None:
                self._close_need(role, sought, None)
        self._needs.sort(key=lambda need: (need.start, need.role is _BACKUP))
        return Timeline(
            tuple([tie.frozen() for tie in self.ties(seats)]),
            self._stretches(),
            tuple(self._needs),
            blocks,
            tuple(self._events),
            self._without_effect,
        )

    def _stretches(self) -> tuple[Stretch, ...]:
        ends = [start for start, _ in self._lives[1:]]
        until = dict(self._unblocks).get
        return tuple(
            [
                Stretch(state, start, end, since, since and until(since), returns_to, or_none(returns_until))
                for (start, (state, since, returns_to, returns_until)), end in zip(
                    self._lives, [*ends, None], strict=bool(self._lives)
                )
            ]
        )
