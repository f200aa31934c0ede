"""Lists of ties: which, and in what order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import strawberry

import models
from graph.compile.rows import By
from graph.compile.sets import among
from graph.compile.shape import Param
from graph.compile.words import ENDLESS, both, covers, no, one_of, or_else, same, sees_opt_out
from graph.kinds import (
    EndReason,
    MenteeState,
    OrderDirection,
    RelationshipOrderField,
    RelationshipRole,
    RelationshipState,
)
from resolvers import ends
from resolvers.account import may_see
from resolvers.declare import Filter, is_given
from resolvers.declare import where as member
from resolvers.mentees import MenteeFilter
from resolvers.ranges import DateTimeRange

if TYPE_CHECKING:
    from resolvers.relationship import Relationship

ENDED = RelationshipState.ENDED


@strawberry.input(description="An order of ties. Those that are alike in it go by an id, in its direction.")
class RelationshipOrder:
    """One of the orders, one way or the other."""

    field: RelationshipOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")

    __hash__ = object.__hash__  # Strawberry hashes the defaults of arguments

    def keys(self, *, whole_wiki: bool = False) -> tuple[By, ...]:
        """What a page is sorted by. In a wiki's list the keys of states are those that two indexes hold: of the
        stretch that the moment falls in, and of the end.
        """
        word, key, turn = KEYS[self.field]
        down = self.direction == OrderDirection.DESC
        if whole_wiki and turn:
            return By(word, turn, descending=down), By("id", lambda tie: tie.turn.id, descending=down)
        return By(word, key, descending=down), By("id", lambda tie: tie.key, descending=down)

    def driven_by(self, tie: Relationship) -> Iterator[bool]:
        """What holds of every tie of a wiki's list anyway, and gives the index of the order its beginning."""
        if self.field == RelationshipOrderField.STATE_SINCE:
            yield tie.turn.since <= tie.moment
        elif self.field == RelationshipOrderField.STATE_UNTIL:
            yield tie.turn.until > tie.moment


KEYS: dict[RelationshipOrderField, tuple[str, Any, Any]] = {
    RelationshipOrderField.STARTED: ("started", lambda tie: tie.row.started_at, None),
    RelationshipOrderField.ENDED: ("ended", lambda tie: tie.row.ends_at, None),
    RelationshipOrderField.STATE_SINCE: ("since", lambda tie: tie.stands_since, lambda tie: tie.turn.since),
    RelationshipOrderField.STATE_UNTIL: (
        "until",
        lambda tie: or_else(tie.span.valid_to, ENDLESS),
        lambda tie: tie.turn.until,
    ),
}

STARTED_LAST = RelationshipOrder(field=RelationshipOrderField.STARTED, direction=OrderDirection.DESC)


@strawberry.input(description="Which ties.")
class RelationshipFilter(Filter):
    """Each member says which ties it lets through."""

    state: list[RelationshipState] | None = member(
        "Which stand so; a withdrawn tie reads as ended.", lambda _tie, _states: True
    )
    role: RelationshipRole | None = member("Of that role.", lambda tie, role: same(tie.row.role, str(role)))
    ended_because: list[EndReason] | None = member(
        "Which have ended so, as `Relationship.endedBecause` tells it.",
        lambda tie, reasons: both(tie.row.ends_at <= tie.moment, one_of(_reason(tie, reasons), reasons)),
    )
    started: DateTimeRange | None = member(
        "Which began then.", lambda tie, range_: range_.holds(tie.row.started_at)
    )
    ended: DateTimeRange | None = member(
        "Which have ended, and ended then.",
        lambda tie, range_: both(tie.row.ends_at <= tie.moment, range_.holds(tie.row.ends_at)),
    )
    restorable: bool | None = member(
        "Whose mentee is still blocked and would come back to this mentor at an unblock now.",
        lambda tie, asked: _is_restorable(tie) if asked else no(_is_restorable(tie)),
    )
    mentee: MenteeFilter | None = member(
        "Whose mentee is one of these.",
        lambda tie, asked: both(may_see(tie, tie.of_mentee.account), *asked.conditions(tie.of_mentee)),
    )
    withdrawn: bool | None = member(
        "True: those alone that a late or a taken-back fact unmade. Else they are left out.",
        lambda _tie, _withdrawn: True,
    )

    def conditions(self, row: Any) -> Iterator[bool]:
        """What must hold of a tie."""
        if is_given(self.state):
            yield _is_in(row, self.state, unmade=self.withdrawn is True)
        yield from super().conditions(row)


def _is_in(tie: Relationship, states: Any, *, unmade: bool) -> bool:
    """Where it can be told by the end or by the stretch alone, by what an index knows."""
    if not (unmade or isinstance(states, Param)):
        if set(states) == {ENDED}:
            return both(tie.row.ends_at <= tie.moment)
        if ENDED not in states:
            return one_of(tie.span.state, states)
    return one_of(or_else(tie.span.state, ENDED), states)


def _reason(tie: Relationship, reasons: Any) -> Any:
    if not isinstance(reasons, Param) and not {EndReason.OPTED_OUT, EndReason.ENDED_BY_HAND} & set(reasons):
        return tie.row.ends_because
    return ends.told(tie.row, sees_opt_out(tie, tie.row.mentee_id))


def _is_restorable(tie: Relationship) -> bool:
    """Of the primary ties of a mentee who is blocked and without one, the last; and the mentor is still to be had."""
    return both(
        same(tie.row.role, RelationshipRole.PRIMARY),
        tie.row.ends_at <= tie.moment,
        same(tie.row.withdrawn_at, ENDLESS),
        among(
            tie,
            tie.row.mentee_id,
            models.MenteeSpan,
            lambda span: both(
                same(span.told_state, MenteeState.RELEASED),
                covers(span, tie.moment),
                no(span.returns_to.is_(None)),  # type: ignore[union-attr]  # a column
            ),
            lambda span: span.mentee_id,
        ),
        tie.exists(
            models.MenteeSpan,
            lambda span: both(
                same(span.mentee_id, tie.row.mentee_id),
                covers(span, tie.moment),
                same(span.returns_to, tie.row.mentor_id),
                span.returns_until > tie.moment,
            ),
        ),
        no(
            tie.exists(
                models.Relationship,
                lambda later: both(
                    same(later.mentee_id, tie.row.mentee_id),
                    same(later.role, RelationshipRole.PRIMARY),
                    later.started_at > tie.row.started_at,
                    later.started_at <= tie.moment,
                    same(later.withdrawn_at, ENDLESS),
                ),
            )
        ),
    )
