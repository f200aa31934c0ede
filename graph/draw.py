"""Who is drawn, and for whom somebody is due to be drawn (rules 8 and 12). Chance comes from outside."""

from bisect import bisect
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from graph.kinds import AccountId, MentorShare, NeedCause
from graph.moments import after
from graph.policy import PolicySettings
from graph.timeline import Need, Timeline

WEIGHTS: dict[MentorShare, int] = {
    MentorShare.NONE: 0,
    MentorShare.LOW: 1,
    MentorShare.NORMAL: 2,
    MentorShare.HIGH: 4,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mentor as the draw sees them; `capacity` None: without limit."""

    mentor: AccountId
    share: MentorShare = MentorShare.NORMAL
    capacity: int | None = None
    active_primaries: int = 0
    available: bool = True


class Urn:
    """The mentors of a moment, to be drawn one after the other.

    Their lots lie in order, so that a draw among hundreds looks at few of them: thousands are drawn when
    somebody resigns.
    """

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.mentors = {candidate.mentor: candidate for candidate in candidates}
        self._place: dict[AccountId, int] = {}
        self._until: list[int] = []
        self._lay_out()

    def _lay_out(self) -> None:
        lots = [mentor for mentor in sorted(self.mentors) if self._has_lots(mentor)]
        self._place = {mentor: place for place, mentor in enumerate(lots)}
        self._until = list(accumulate(self._weight(mentor) for mentor in lots))
        self._lots = lots

    def _weight(self, mentor: AccountId) -> int:
        return WEIGHTS[self.mentors[mentor].share]

    def has_room(self, mentor: AccountId) -> bool:
        """Whether the mentor is available and below their capacity."""
        one = self.mentors.get(mentor)
        return (
            one is not None
            and one.available
            and (one.capacity is None or one.active_primaries < one.capacity)
        )

    def draw(
        self, excluded: Collection[AccountId], chance: Random, preferred: Collection[AccountId] = ()
    ) -> AccountId | None:
        """A mentor, or None where there is none to be had; the order of the candidates never counts.

        `excluded` are the mentee and the mentor of the other role. A preferred mentor comes first where
        available: share and capacity keep newcomers away, not those who come back.
        """
        for mentor in preferred:
            if mentor in self.mentors and self.mentors[mentor].available and mentor not in excluded:
                return mentor
        out = sorted(self._place[mentor] for mentor in set(excluded) if mentor in self._place)
        left = sum(self._weight(self._lots[place]) for place in out)
        if not self._until or self._until[-1] == left:
            return None
        ticket = chance.random() * (self._until[-1] - left)
        for place in out:
            weight = self._weight(self._lots[place])
            if ticket >= self._until[place] - weight:
                ticket += weight
        return self._lots[min(bisect(self._until, ticket), len(self._lots) - 1)]

    def give(self, mentor: AccountId, mentees: int = 1) -> None:
        """The mentor has so many active primaries more; fewer, where a draw came to nothing."""
        known = self.mentors[mentor]
        self.mentors[mentor] = replace(known, active_primaries=known.active_primaries + mentees)
        if (mentor in self._place) is not self._has_lots(mentor):
            self._lay_out()

    def _has_lots(self, mentor: AccountId) -> bool:
        return self.has_room(mentor) and self._weight(mentor) > 0


def draw(
    candidates: Iterable[Candidate],
    excluded: Collection[AccountId],
    chance: Random,
    preferred: Collection[AccountId] = (),
) -> AccountId | None:
    """One draw among these, as `Urn.draw` makes it."""
    return Urn(candidates).draw(excluded, chance, preferred)


def needs_at(timeline: Timeline, now: datetime) -> tuple[Need, ...]:
    """The needs that cover this moment, primary first."""
    return tuple(
        need for need in timeline.needs if need.start <= now and (need.end is None or now < need.end)
    )


def due_needs(
    timeline: Timeline,
    now: datetime,
    settings: PolicySettings,
    registered_at: datetime | None = None,
    last_edit_at: datetime | None = None,
) -> tuple[Need, ...]:
    """The needs to be answered now."""
    sought = is_sought(timeline, now, settings, registered_at, last_edit_at)
    return needs_at(timeline, now) if sought else ()


def is_sought(
    timeline: Timeline,
    now: datetime,
    settings: PolicySettings,
    registered_at: datetime | None = None,
    last_edit_at: datetime | None = None,
) -> bool:
    """Whether needs are answered now: only where the wiki draws, and for mentees who were here of late."""
    signs = (registered_at, last_edit_at, _last_unblock(timeline, now))
    return settings.auto_assign and _was_here(signs, now, settings.seek_for)


def signed_at(
    timeline: Timeline, need: Need, registered_at: datetime | None, opted_in_at: datetime | None
) -> datetime | None:
    """The last sign of life that counts while this need lasts, edits aside.

    No policy is in it and no moment, so it stays as it is until another fact is told. It is a bound: who is due has
    this sign, or an edit, less than `seek_for` ago.
    """
    ends = (stretch.blocked_until for stretch in timeline.stretches)
    unblocks = (end for end in ends if end is not None and (need.end is None or end < need.end))
    return max((sign for sign in (registered_at, opted_in_at, *unblocks) if sign is not None), default=None)


def preferred_for(need: Need) -> tuple[AccountId, ...]:
    """Whom the draw that answers it takes, where available: after an opt-in the previous mentor."""
    if need.cause is NeedCause.OPTED_IN and need.previous is not None:
        return (need.previous,)
    return ()


def _was_here(signs: Iterable[datetime | None], now: datetime, within: timedelta | None) -> bool:
    """Without a limit somebody is sought for ever, and no sign of life is asked for."""
    if within is None:
        return True
    return any(sign is not None and sign <= now < after(sign, within) for sign in signs)


def _last_unblock(timeline: Timeline, now: datetime) -> datetime | None:
    ends = (stretch.blocked_until for stretch in timeline.stretches)
    return max((end for end in ends if end is not None and end <= now), default=None)
