"""Who took over from whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import models
from graph.compile.arrays import gathered, grouped
from graph.compile.rows import Row
from graph.compile.shape import Param, Values
from graph.compile.words import ENDLESS, both, either, no, number_in, same, sees_opt_outs, told_in
from graph.errors import ErrorCode, RequestRefused
from graph.kinds import EndReason, RelationshipRole
from resolvers import ends
from resolvers.account import seen
from resolvers.declare import answer, node

if TYPE_CHECKING:
    from resolvers.mentor import Mentor

MOST = 500


@node("Mentees who passed from one mentor to another, or to nobody, for the same reason.")
class HandOver(Row[Any]):
    """A member of the array of hand-overs."""

    @answer
    def from_(self) -> Mentor:
        """Whose mentees they were."""
        return self.by_key(number_in(self.row.value["giver"]))

    @answer
    def to(self) -> Mentor | None:
        """Null: nobody followed."""
        return self.by_key(number_in(self.row.value["taker"]))

    @answer
    def because(self) -> EndReason:
        """Why the earlier tie ended."""
        return cast("EndReason", told_in(self.row.value["because"]))

    @answer
    def mentees(self) -> int:
        """How many mentees."""
        return number_in(self.row.value["mentees"])


def hand_overs(wiki: Row[Any], start: Param, end: Param) -> Any:
    """The hand-overs of a stretch of time as an array, the largest first.

    Primary ties that ended in it, by whoever followed. Whoever came back to the mentor they had was not handed over.
    """

    def ended(tie: models.Relationship) -> bool:
        return both(
            same(tie.role, RelationshipRole.PRIMARY.value),
            tie.ends_at >= cast("datetime", start.derive("first", start.type, before(end))),
            tie.ends_at < cast("datetime", end),
            tie.ends_at <= wiki.moment,
            same(tie.withdrawn_at, ENDLESS),
            seen(wiki, tie.mentor_id),
            seen(wiki, tie.mentee_id),
            no(wiki.exists(models.Relationship, lambda later: both(follows(later, tie), back(later, tie)))),
        )

    def follows(later: models.Relationship, tie: models.Relationship) -> bool:
        return both(
            same(later.mentee_id, tie.mentee_id),
            either(same(later.replaces_id, tie.id), same(later.continues_id, tie.id)),
            later.started_at <= wiki.moment,
            same(later.withdrawn_at, ENDLESS),
        )

    def back(later: models.Relationship, tie: models.Relationship) -> bool:
        return same(later.mentor_id, tie.mentor_id)

    def taker(tie: models.Relationship) -> Any:
        return wiki.value(
            models.Relationship,
            lambda later: both(follows(later, tie), seen(wiki, later.mentor_id)),
            lambda later: later.mentor_id,
            latest=lambda later: later.started_at,
        )

    each = wiki.rows(
        models.Relationship,
        ended,
        lambda tie: {
            "giver": tie.mentor_id,
            "taker": taker(tie),
            "because": ends.told(tie, sees_opt_outs(wiki)),
            "mentee": tie.mentee_id,
        },
    )
    counted = grouped(each, most=MOST, count="mentees", of="mentee")
    order = [("mentees", True), ("giver", False), ("taker", False), ("because", False)]
    return gathered(counted, order=order)


def before(end: Param) -> Any:
    """Refuses a stretch that ends before it begins."""

    def check(start: datetime, values: Values) -> datetime:
        if start >= end.read(values):
            raise RequestRefused(ErrorCode.BAD_STRETCH, "`from` must lie before `to`.")
        return start

    return check
