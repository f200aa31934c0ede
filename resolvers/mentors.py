"""Lists of mentors: which, and in what order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from graph.compile.rows import By
from graph.compile.words import ENDLESS, both, earliest, either, no, one_of, or_else
from graph.kinds import MentorOrderField, MentorShare, MentorStatus, OrderDirection, RelationshipState
from resolvers.declare import Filter
from resolvers.declare import where as member
from resolvers.mentees import is_called
from resolvers.orders import by_name

if TYPE_CHECKING:
    from resolvers.mentor import Mentor


@strawberry.input(
    description="An order of mentors. Those that are alike in it go by an id, in its direction."
)
class MentorOrder:
    """One of the orders, one way or the other."""

    field: MentorOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")

    __hash__ = object.__hash__  # Strawberry hashes the defaults of arguments

    def keys(self) -> tuple[By, ...]:
        """What a page is sorted by."""
        down = self.direction == OrderDirection.DESC
        last = By("id", lambda mentor: mentor.key, descending=down)
        if self.field == MentorOrderField.NAME:
            return by_name(last)
        word, key = KEYS[self.field]
        return By(word, key, descending=down), last


KEYS: dict[MentorOrderField, tuple[str, Any]] = {
    MentorOrderField.ENROLLED: ("enrolled", lambda mentor: mentor.row.enrolled_at),
    MentorOrderField.ACTIVE_MENTEES: ("active", lambda mentor: mentor.load(RelationshipState.ACTIVE)),
    MentorOrderField.SUSPENDED_MENTEES: (
        "suspended",
        lambda mentor: mentor.load(RelationshipState.SUSPENDED),
    ),
}

NAMED = MentorOrder(field=MentorOrderField.NAME, direction=OrderDirection.ASC)


def _is_full(mentor: Mentor) -> bool:
    return mentor.load(RelationshipState.ACTIVE) >= or_else(mentor.row.capacity, 2**31 - 1)


def _unavailable_since(mentor: Mentor, moment: datetime) -> bool:
    """Something began before the moment and lasted until it; and whatever ended since then, another was on."""
    now = mentor.moment
    since = earliest(moment, now)
    began = either(
        both(_left(mentor) < since, mentor.row.away_until >= since),
        mentor.is_blocked(lambda span: both(span.valid_from < since, span.valid_to >= since)),
    )
    back = mentor.is_blocked(
        lambda span: both(span.valid_to >= since, span.valid_to <= now, no(_is_out(mentor, span.valid_to)))
    )
    returned = both(
        mentor.row.away_until >= since,
        mentor.row.away_until <= now,
        no(_is_out(mentor, mentor.row.away_until)),
    )
    return both(no(mentor.has_resigned()), began, no(back), no(returned))


def _left(mentor: Mentor) -> datetime:
    return or_else(mentor.row.away_since, ENDLESS)


def _is_out(mentor: Mentor, at: datetime) -> bool:
    """Whether the mentor was away or blocked at that moment."""
    return either(
        both(_left(mentor) <= at, mentor.row.away_until > at),
        mentor.is_blocked(lambda span: both(span.valid_from <= at, span.valid_to > at)),
    )


@strawberry.input(description="Which mentors.")
class MentorFilter(Filter):
    """Each member says which mentors it lets through."""

    status: list[MentorStatus] | None = member(
        "Who stands so now.", lambda mentor, states: one_of(mentor.stands(), states)
    )
    share: list[MentorShare] | None = member(
        "Who is drawn so often.", lambda mentor, shares: one_of(mentor.row.share, shares)
    )
    name_prefix: str | None = member(
        "Of the name now or a former one, letter case folded; hidden names never match.",
        lambda mentor, prefix: is_called(mentor, mentor.row.id, prefix),
    )
    unavailable_since: datetime | None = member(
        "Away or blocked without a break since before this moment.",
        _unavailable_since,
    )
    at_capacity: bool | None = member(
        "Who has as many active mentees as they take, or who has room for more.",
        lambda mentor, asked: _is_full(mentor) if asked else no(_is_full(mentor)),
    )
