"""A mentee's affairs at one instant, and the moves every rule is made of: start a tie, end it, lose it."""

from datetime import datetime

from graph.blocks import BlockDraft
from graph.holds import NO_CAUSE, Cause, Phase, Turn
from graph.kinds import (
    AccountId,
    EndReason,
    MenteeState,
    NeedCause,
    RelationshipRole,
    StartReason,
    TieKey,
    UnblockAction,
)
from graph.moments import BEGINNING, FOREVER, after
from graph.policy import PolicySettings
from graph.seats import NOTHING_KNOWN, STILL, Due, Found, Seat, Standing, Stir, TieDraft

# Looked up once: to look up a member of an enumeration takes longer than to compare it.
_ACTIVE, _SUSPENDED, _RELEASED, _UNASSIGNED, _OPTED_OUT, _GRADUATED, _DEPARTED = MenteeState
_PRIMARY = RelationshipRole.PRIMARY
_RESTORE_ORIGINAL = UnblockAction.RESTORE_ORIGINAL

Life = tuple[MenteeState, datetime | None, AccountId | None, datetime]
"""How an instant left the mentee: the state, since when blocked, to whom an unblock would return them, and until
when (FOREVER: without limit).
"""

_ACTIVE_LIFE: Life = (_ACTIVE, None, None, FOREVER)
_UNDECIDED = PolicySettings()
_MISSING = Due(NeedCause.MISSING)
_RESIGNED = NeedCause.RESIGNED
_TRANSFERRED = EndReason.TRANSFERRED


class Affairs:
    """How things stand. `counted` are the counted blocks that are open, with what each says now."""

    __slots__ = (
        "backup",
        "blocked_since",
        "cause",
        "counted",
        "graduated",
        "mentee",
        "mentors",
        "now",
        "opted_out",
        "primary",
        "registered",
        "seats",
        "settings",
        "vanished",
    )  # fmt: skip

    def __init__(self, mentee: AccountId) -> None:
        self.mentee = mentee
        self.now = BEGINNING
        self.settings = _UNDECIDED
        self.counted: dict[BlockDraft, Phase] = {}
        self.blocked_since: datetime | None = None
        self.mentors: frozenset[AccountId] = frozenset()
        self.primary = Seat(RelationshipRole.PRIMARY)
        self.backup = Seat(RelationshipRole.BACKUP)
        self.seats = (self.primary, self.backup)
        self.registered = self.opted_out = self.graduated = self.vanished = False
        self.cause: Cause = NO_CAUSE

    def fork(self) -> "Affairs":
        """The same affairs, to go on otherwise, between two instants."""
        other = Affairs.__new__(Affairs)
        other.mentee, other.now, other.settings, other.mentors = (
            self.mentee, self.now, self.settings, self.mentors,
        )  # fmt: skip
        other.counted, other.blocked_since = self.counted.copy(), self.blocked_since
        other.seats = other.primary, other.backup = self.primary.fork(), self.backup.fork()
        other.registered, other.opted_out = self.registered, self.opted_out
        other.graduated, other.vanished, other.cause = self.graduated, self.vanished, self.cause
        return other

    def seat(self, role: RelationshipRole) -> Seat:
        return self.primary if role is _PRIMARY else self.backup

    def start(
        self,
        seat: Seat,
        key: TieKey,
        mentor: AccountId,
        because: StartReason,
        continues: TieKey | None = None,
    ) -> TieDraft:
        """Whoever has the role gives way, and who becomes primary stops being the backup (rule 7)."""
        displaced = self.end(seat, _TRANSFERRED)
        place_of = next((old.key for old in displaced if old.role is seat.role), None) or seat.emptied_by()
        if seat is self.primary and self.backup.is_held_by(mentor):
            displaced = displaced + self.end(self.backup, _TRANSFERRED)
        replaces = place_of if place_of != continues else None
        found = Found(displaced, seat.standing, self.graduated)
        tie = TieDraft(key, seat.role, mentor, self.now, because, continues, replaces, found)
        tie.began_by = self.cause
        seat.tie, seat.standing = tie, NOTHING_KNOWN
        if seat is self.primary:
            self.graduated = False
        return tie

    def end(self, seat: Seat, because: EndReason) -> list[TieDraft]:
        """End the role's tie, if it has one; answers which ties have ended thereby.

        A tie that would start and end at the same instant is not made: all is as it was before, and whoever
        it displaced has ended for the later reason.
        """
        tie, seat.tie = seat.tie, None
        if tie is None:
            return []
        ended = [tie]
        if tie.start == self.now:
            ended, seat.standing, graduated = tie.found
            if seat is self.primary:
                self.graduated = graduated
        for old in ended:
            old.end, old.ended_because, old.ended_by = self.now, because, self.cause
            self.seat(old.role).last = old
        return ended

    def lose(self, seat: Seat, because: EndReason) -> None:
        """End the role's tie without a decision: lost while the mentee is blocked, else another is due."""
        for tie in self.end(seat, because):
            emptied = self.seat(tie.role)
            if emptied.tie is None:
                emptied.standing = (
                    Standing(lost=tie) if self.counted else Standing(due=Due(_RESIGNED, tie.key))
                )

    def close(self, because: EndReason) -> None:
        """End both roles; what was lost is not restored. A bar stays."""
        for seat in self.seats:
            self.end(seat, because)
            seat.standing = Standing(barred=seat.standing.barred)

    def turn(self, turn: Turn, before: Stir) -> Stir:
        """A block opens, says something else, or closes; answers what has stirred in this instant by now."""
        stir = Stir() if before is STILL else before
        block = turn.block
        if isinstance(turn, Phase) and turn.counted:
            self.counted[block] = turn
            stir.opened = stir.opened or turn
        elif block in self.counted:
            del self.counted[block]
            stir.closed = turn
        else:
            return stir
        if turn.fact is not None:
            stir.touched = turn
        return stir

    def be_blocked_or_not(self, stir: Stir) -> None:
        """Rule 1: the mentee is blocked while at least one counted block is open."""
        if not self.counted:
            stir.unblocked, self.blocked_since = self.blocked_since, None
        elif self.blocked_since is None:
            self.blocked_since = self.now

    def wanted(self, seat: Seat) -> Due | None:
        """Why a mentor is due for the role, be the mentee blocked or not (rule 12)."""
        if seat.tie is not None:
            return None
        lost, due, barred = seat.standing
        if barred or self.opted_out or self.graduated or self.vanished:
            return None
        if due is None and lost is None and seat is self.backup and self.primary.tie is not None:
            return _MISSING
        return due

    def returns_until(self, seat: Seat) -> datetime:
        """Until when an unblock would restore what the role has lost; long past where none would."""
        lost = seat.standing.lost
        if lost is None or lost.end is None or self.settings.on_unblock is not _RESTORE_ORIGINAL:
            return BEGINNING
        if lost.mentor not in self.mentors or (seat is self.backup and self.primary.is_held_by(lost.mentor)):
            return BEGINNING
        return after(lost.end, self.settings.restore_within)

    def life(self) -> Life:
        """The mentee's own state, and with whom an unblock now would leave them."""
        since, tie = self.blocked_since, self.primary.tie
        if tie is not None:
            return _ACTIVE_LIFE if since is None else (_SUSPENDED, since, tie.mentor, FOREVER)
        state = self._state_without_tie()
        lost = self.primary.standing.lost
        if since is not None and lost is not None:
            until = self.returns_until(self.primary)
            if until > self.now:
                return state, since, lost.mentor, until
        return state, since, None, FOREVER

    def _state_without_tie(self) -> MenteeState:
        """Where several fit, the last of the enumeration."""
        if self.vanished:
            return _DEPARTED
        if self.graduated:
            return _GRADUATED
        if self.opted_out:
            return _OPTED_OUT
        return _RELEASED if self.counted else _UNASSIGNED
