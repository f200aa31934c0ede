"""The roles while a life is lived: who has each, the ties in the making, and what is known of a role without one."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from graph.holds import NO_CAUSE, Cause, Phase, Turn
from graph.kinds import (
    AccountId,
    EndReason,
    NeedCause,
    RelationshipRole,
    RelationshipState,
    StartReason,
    TieKey,
)
from graph.moments import BEGINNING
from graph.outlook import Outlook, outlook
from graph.timeline import Span, Tie

_ACTIVE, _SUSPENDED, _ENDED = RelationshipState.ACTIVE, RelationshipState.SUSPENDED, RelationshipState.ENDED


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


NOTHING_KNOWN = Standing()


class Stir:
    """What an instant did to counted blocks: the first to open, the last to close, the last by a fact.

    `unblocked` is since when the mentee had been blocked, where that has come to its end.
    """

    unblocked: datetime | None = None
    opened: Turn | None = None
    closed: Turn | None = None
    touched: Turn | None = None


STILL = Stir()
"""Of an instant at which no block turned."""


class Found(NamedTuple):
    """What a tie's first instant found, should that instant undo it: whom it displaced, and how things stood."""

    displaced: "list[TieDraft]"
    standing: Standing
    graduated: bool


class TieDraft:
    """A tie in the making. What it began with stays; the rest is what has happened to it since."""

    __slots__ = (
        "because",
        "began_by",
        "closed",
        "continues",
        "end",
        "ended_because",
        "ended_by",
        "foreseen",
        "found",
        "kept_until",
        "key",
        "mentor",
        "outlook",
        "replaces",
        "role",
        "start",
        "start_is_known",
        "state",
        "state_since",
    )  # fmt: skip

    def __init__(
        self,
        key: TieKey,
        role: RelationshipRole,
        mentor: AccountId,
        start: datetime,
        because: StartReason,
        continues: TieKey | None,
        replaces: TieKey | None,
        found: Found,
    ) -> None:
        self.key, self.role, self.mentor, self.start, self.because = key, role, mentor, start, because
        self.continues, self.replaces, self.found = continues, replaces, found
        self.began_by = NO_CAUSE
        self.start_is_known = True
        self.kept_until = BEGINNING
        self.state = _ACTIVE
        self.state_since = start
        self.closed: list[Span] = []
        self.foreseen: Outlook | None = None
        self.outlook: Outlook | None = None
        self.end: datetime | None = None
        self.ended_because: EndReason | None = None
        self.ended_by = NO_CAUSE

    def fork(self) -> "TieDraft":
        """The same tie, which has not ended yet, to go on otherwise."""
        other = TieDraft(
            self.key, self.role, self.mentor, self.start, self.because, self.continues, self.replaces, self.found
        )  # fmt: skip
        other.began_by, other.start_is_known, other.kept_until = (
            self.began_by, self.start_is_known, self.kept_until,
        )  # fmt: skip
        other.state, other.state_since, other.closed = self.state, self.state_since, self.closed.copy()
        other.foreseen, other.outlook = self.foreseen, self.outlook
        return other

    def keep(self, until: datetime) -> None:
        """Rule 18; what comes next is to be worked out anew."""
        self.kept_until = until
        self.foreseen, self.outlook = self.outlook or self.foreseen, None

    def look_ahead(self, phases: Collection[Phase]) -> Outlook:
        """What comes next, by the open counted blocks; what had been foreseen is kept beside it."""
        self.foreseen = self.outlook or self.foreseen
        self.outlook = ahead = outlook(self.start, self.kept_until, phases)
        return ahead

    def cause_of_release(self, now: datetime, stir: Stir) -> Cause:
        """The clock, where this moment was foreseen; the block is the one that held the tie longest."""
        foreseen = self.outlook if stir is STILL else self.foreseen
        held_by = foreseen or self.outlook
        holder = held_by.holder if held_by is not None else None
        if stir.touched is None or (foreseen is not None and foreseen[:2] == (now, _ENDED)):
            return None, holder
        return stir.touched.fact, holder

    def be(self, state: RelationshipState) -> None:
        self.state = state
        if state is not _SUSPENDED:
            self.foreseen = self.outlook = None

    def close_span(self, end: datetime) -> None:
        self.closed.append(Span(self.state, self.state_since, end))
        self.state_since = end

    def suspensions(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when the mentee was blocked; None: the tie is suspended still."""
        found: list[tuple[datetime, datetime | None]] = [
            (start, end) for state, start, end in self.closed if state is _SUSPENDED
        ]
        if self.state is _SUSPENDED and self.end is None:
            found.append((self.state_since, None))
        return found

    def frozen(self) -> Tie:
        spans = tuple(self.closed)
        if self.end is None:
            spans += (Span(self.state, self.state_since, None),)
        return Tie(
            self.key, self.role, self.mentor, self.start, self.because, self.start_is_known, self.end,
            self.ended_because, self.continues, self.replaces, spans,
        )  # fmt: skip


class Seat:
    """One role: who has it, what is known while nobody does, who had it last, and of whom it was written last."""

    __slots__ = ("last", "role", "standing", "tie", "written")

    def __init__(self, role: RelationshipRole) -> None:
        self.role = role
        self.tie: TieDraft | None = None
        self.standing = NOTHING_KNOWN
        self.last: TieDraft | None = None
        self.written: TieDraft | None = None

    def fork(self) -> "Seat":
        """The same role, to be filled otherwise from here on. Only open ties still change, so only they fork."""
        other = Seat(self.role)
        other.standing, other.last = self.standing, self.last
        if self.tie is not None:
            other.tie = other.written = self.tie.fork()
        return other

    def is_held_by(self, mentor: AccountId) -> bool:
        return self.tie is not None and self.tie.mentor == mentor

    def emptied_by(self) -> TieKey | None:
        """The tie whose place is empty: lost, or left by a mentor who resigned."""
        lost, due, _ = self.standing
        if lost is not None:
            return lost.key
        return due.replaces if due is not None else None
