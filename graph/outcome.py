"""What a policy made of a stretch of time: what became of mentees who were blocked, and at what clutter.

All of it is told of primary ties, and of moments `start <= t < end` of the window.

- *Suspensions* are mentees who had a suspended tie at some moment.
- *Released* are ties that ended because their hold had elapsed.
- An *unblock* is the moment at which the last counted block closes. The mentor whom the mentee had is that of the
  last tie before it, if that tie was still there when the mentee was blocked. Has the mentee that mentor at the
  moment of the unblock, it is *continued*; was the tie lost (its hold elapsed or the mentor resigned), it is
  *broken*; did somebody decide otherwise in between, or was there no tie, it is neither.
- The *clutter* is the suspended ties on mentors' lists: their time by the time in which somebody was a mentor, and the
  most that were on one list at any moment.
- A *day* begins at midnight, the first with the window. `suspended` is how many ties are suspended at its beginning.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from typing import Any, NamedTuple, Protocol, Self

from graph.kinds import AccountId, EndReason, RelationshipRole
from graph.moments import DAY
from graph.seats import TieDraft

_PRIMARY = RelationshipRole.PRIMARY
_HOLD_ELAPSED, _MENTOR_RESIGNED = EndReason.HOLD_ELAPSED, EndReason.MENTOR_RESIGNED
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_A_DAY = DAY // _MICROSECOND


class Window(NamedTuple):
    """The stretch of time that is looked at, half-open, in UTC."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> datetime:
        """The midnight with which the day begins in which the window does."""
        return datetime.combine(self.start.date(), time(), UTC)

    @property
    def days(self) -> int:
        """How many days it touches."""
        return -(self.first_day - self.end).days


class Day(NamedTuple):
    """One day of a window; `day` is the midnight it begins with."""

    day: datetime
    suspended: int
    released: int
    continued: int
    broken: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one policy made of a window; the words are defined above."""

    suspensions: int
    continued: int
    broken: int
    released: int
    mean_suspended_per_mentor: float
    max_suspended_per_mentor: int
    daily: tuple[Day, ...]

    @property
    def continuity(self) -> float | None:
        """The part of the unblocked who came back to the mentor they had; None where nobody was unblocked."""
        unblocked = self.continued + self.broken
        return self.continued / unblocked if unblocked else None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        counts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "daily"}
        daily = [{**day._asdict(), "day": f"{day.day:%Y-%m-%dT%H:%M:%S.000Z}"} for day in self.daily]
        return {**counts, "continuity": self.continuity, "daily": daily}

    @property
    def suspended_at_the_end(self) -> int:
        """How many ties are suspended at the last midnight."""
        return self.daily[-1].suspended if self.daily else 0


class Told(Protocol):
    """What is counted of a mentee, as `graph.lifecycle` tells it."""

    def ties(self) -> Sequence[TieDraft]:
        """In the order of their starts."""

    def unblocks(self) -> Sequence[tuple[datetime, datetime]]:
        """Since when the mentee had been blocked, and when the last counted block closed."""


class Tally:
    """The counts of some mentees under one policy. Those of other mentees, in the same window, can be added."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.suspensions = 0
        self.suspended_for = 0
        zeros = bytes(8 * (window.days + 1))
        self.came, self.released, self.continued, self.broken = (array("q", zeros) for _ in range(4))
        self.lists: defaultdict[AccountId, array[int]] = defaultdict(_no_moments)
        self._first_day = window.first_day
        self._length = (window.end - window.start) // _MICROSECOND
        self._into_first_day = (window.start - self._first_day) // _MICROSECOND

    def count(self, walk: Told) -> None:
        """Add one mentee, as the policy made their life."""
        start, end = self.window
        was_suspended = False
        ties = [tie for tie in walk.ties() if tie.role is _PRIMARY]
        for tie in ties:
            for begins, ends in tie.suspensions():
                if begins < end and (ends is None or ends > start):
                    was_suspended = True
                    self._list(tie.mentor, begins, ends)
            if tie.ended_because is _HOLD_ELAPSED and tie.end is not None and start <= tie.end < end:
                self.released[(tie.end - self._first_day).days] += 1
        self.suspensions += was_suspended
        for since, unblocked in walk.unblocks():
            if start <= unblocked < end:
                self._unblocked(ties, since, unblocked)

    def _list(self, mentor: AccountId, since: datetime, until: datetime | None) -> None:
        """A suspended tie is on the mentor's list, for as much of it as lies in the window."""
        start, end = self.window
        begins = (since - start) // _MICROSECOND if since > start else 0
        ends = (until - start) // _MICROSECOND if until is not None and until < end else self._length
        self.suspended_for += ends - begins
        # Both moments in one number each, so that in order of size whoever leaves goes before whoever comes.
        self.lists[mentor].extend((begins << 1 | 1, ends << 1))
        self.came[self._midnights(begins) if begins else 0] += 1
        self.came[self._midnights(ends)] -= 1

    def _midnights(self, moment: int) -> int:
        """How many there are from the first on, and before that moment of the window."""
        return -(-(moment + self._into_first_day) // _MICROSECONDS_A_DAY)

    def _unblocked(self, ties: Sequence[TieDraft], since: datetime, at: datetime) -> None:
        last = next((tie for tie in reversed(ties) if tie.start < at), None)
        if last is None or (last.end is not None and last.end < since):
            return
        day = (at - self._first_day).days
        if any(
            tie.start <= at and (tie.end is None or tie.end > at) and tie.mentor == last.mentor
            for tie in ties
        ):
            self.continued[day] += 1
        elif last.ended_because is _HOLD_ELAPSED or last.ended_because is _MENTOR_RESIGNED:
            self.broken[day] += 1

    def add(self, other: "Tally") -> None:
        """Add what was counted of other mentees."""
        if other.window != self.window:
            raise ValueError("only what was counted in the same window can be added")
        self.suspensions += other.suspensions
        self.suspended_for += other.suspended_for
        for mine, theirs in zip(self.by_day(), other.by_day(), strict=True):
            for day, count in enumerate(theirs):
                mine[day] += count
        for mentor, moments in other.lists.items():
            self.lists[mentor].extend(moments)

    def by_day(self) -> tuple["array[int]", ...]:
        """The counts that each day has."""
        return self.came, self.released, self.continued, self.broken

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, to be kept or sent."""
        return {
            "suspensions": self.suspensions,
            "suspended_for": self.suspended_for,
            "by_day": [[*days] for days in self.by_day()],
            "lists": {str(mentor): [*moments] for mentor, moments in self.lists.items()},
        }

    @classmethod
    def from_json(cls, window: Window, values: Mapping[str, Any]) -> Self:
        """What `to_json` has made of the counts of that window."""
        tally = cls(window)
        tally.suspensions, tally.suspended_for = values["suspensions"], values["suspended_for"]
        for mine, kept in zip(tally.by_day(), values["by_day"], strict=True):
            mine[:] = array("q", kept)
        tally.lists.update({int(mentor): array("q", moments) for mentor, moments in values["lists"].items()})
        return tally

    def outcome(self, mentoring: timedelta) -> Outcome:
        """What has become of all of them; `mentoring` is the time of all mentors in the window together."""
        suspended_for = self.suspended_for * _MICROSECOND
        days = zip(accumulate(self.came), self.released, self.continued, self.broken, strict=True)
        daily = [Day(self._first_day + number * DAY, *counts) for number, counts in enumerate(days)]
        return Outcome(
            suspensions=self.suspensions,
            continued=sum(self.continued),
            broken=sum(self.broken),
            released=sum(self.released),
            mean_suspended_per_mentor=suspended_for / mentoring if mentoring else 0.0,
            max_suspended_per_mentor=max(map(_longest, self.lists.values()), default=0),
            daily=tuple(daily[:-1]),
        )


def _no_moments() -> "array[int]":
    return array("q")


def _longest(moments: Iterable[int]) -> int:
    """The most that were on one list at once."""
    return max(accumulate(1 if moment & 1 else -1 for moment in sorted(moments)))


def mentoring(terms: Iterable[tuple[datetime, datetime]], window: Window) -> timedelta:
    """How long all mentors together were mentors in the window; each term from its start to its end."""
    start, end = window
    return sum((max(min(ends, end) - max(begins, start), timedelta()) for begins, ends in terms), timedelta())
