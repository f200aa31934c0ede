"""Who is drawn, and for whom somebody is due to be drawn (rules 8 and 12). Chance comes from outside."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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


def draw(
    candidates: Iterable[Candidate],
    excluded: Collection[AccountId],
    chance: Random,
    preferred: Collection[AccountId] = (),
) -> AccountId | None:
    """A mentor, or None where there is none to be had; the order of the candidates never counts.

    `excluded` are the mentee and the mentor of the other role. A preferred mentor comes first where
    available: share and capacity keep newcomers away, not those who come back.
    """
    able = sorted((c for c in candidates if c.available and c.mentor not in excluded), key=lambda c: c.mentor)
    for mentor in preferred:
        if any(candidate.mentor == mentor for candidate in able):
            return mentor
    free = [c for c in able if WEIGHTS[c.share] and (c.capacity is None or c.active_primaries < c.capacity)]
    if not free:
        return None
    return chance.choices(free, [WEIGHTS[candidate.share] for candidate in free])[0].mentor


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
    """The needs to be answered now: only where the wiki draws, and for mentees who were here of late."""
    signs = (registered_at, last_edit_at, _last_unblock(timeline, now))
    if settings.auto_assign and _was_here(signs, now, settings.seek_for):
        return needs_at(timeline, now)
    return ()


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
