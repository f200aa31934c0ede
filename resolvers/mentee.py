"""A mentee: any account, seen as one who has a mentor, had one, waits for one, or could."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.shape import Param
from graph.compile.words import SEES_OPT_OUTS, both, covers, no, one_of, or_else, same, when
from graph.kinds import MenteeState, RelationshipRole
from resolvers.account import Account, may_see
from resolvers.declare import Connection, Edge, Filter, answer, column, connection, node
from resolvers.declare import where as member
from resolvers.mentor import is_available
from resolvers.orders import NEWEST, STARTED

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.mentor import Mentor
    from resolvers.relationship import Relationship, RelationshipFilter
    from resolvers.suspension import Suspension

PRIVATE = (MenteeState.OPTED_OUT, MenteeState.UNASSIGNED)
"""The states that read differently to those who may not know of an opt-out."""


@node("An account, seen as a mentee.")
class Mentee(Row[models.Account], Account):
    """One account; its mentorship is in the ties and spans that name it."""

    block_count: int = column("How many blocks it has had.")

    @property
    def account(self) -> models.Account:
        """The row itself."""
        return self.row

    def visible(self) -> bool:
        """A hidden account is not there."""
        return may_see(self.row)

    # What is joined, once, wherever it is named.

    def span(self, role: RelationshipRole) -> models.RelationshipSpan:
        """The stretch of the open tie of that role that the moment falls in."""
        return self.join(
            models.RelationshipSpan,
            lambda span: both(
                same(span.mentee_id, self.row.id), same(span.role, str(role)), covers(span, self.moment)
            ),
            name=f"span {role}",
        )

    @property
    def stretch(self) -> models.MenteeSpan:
        """The stretch of the mentee's own states that the moment falls in."""
        return self.join(
            models.MenteeSpan, lambda span: both(same(span.mentee_id, self.row.id), covers(span, self.moment))
        )

    def tie(self, role: RelationshipRole) -> Any:
        """The open tie of that role."""
        return self.one(
            lambda tie: both(same(tie.row.id, self.span(role).relationship_id), *tie.listed(None))
        )

    def stands(self, span: models.MenteeSpan) -> str:
        """The state in a stretch, as the caller may know it."""
        told = when(cast("bool", SEES_OPT_OUTS), span.state, span.told_state)
        return cast("str", or_else(told, MenteeState.UNASSIGNED))

    def is_in(self, states: Any) -> bool:
        """Whether it stands in one of those states, for the filter."""
        if not isinstance(states, Param) and not set(states) & set(PRIVATE):
            # All others read the same to everyone, and a plain column is what an index knows.
            return one_of(self.stretch.told_state, states)
        return one_of(self.stands(self.stretch), states)

    @answer
    def state(self) -> MenteeState:
        """How the mentorship stands."""
        found = self.value(
            models.MenteeSpan,
            lambda span: both(same(span.mentee_id, self.row.id), covers(span, self.moment)),
            self.told,
        )
        return or_else(found, MenteeState.UNASSIGNED)

    def told(self, span: models.MenteeSpan) -> str:
        """The state as the caller may know it."""
        return cast("str", when(cast("bool", SEES_OPT_OUTS), span.state, span.told_state))

    @answer
    def waiting_since(self) -> datetime | None:
        """Since when a mentor is being sought; null where none is."""
        return self.value(
            models.Need,
            lambda need: both(
                same(need.mentee_id, self.row.id),
                same(need.role, RelationshipRole.PRIMARY.value),
                covers(need, self.moment),
            ),
            lambda need: need.since,
        )

    @answer
    def suspension(self) -> Suspension | None:
        """The blocks that count, and what comes next; null while none is open. It is there also when the tie
        was released.
        """
        return self.one(
            lambda span: both(
                same(span.row.mentee_id, self.row.id),
                covers(span.row, self.moment),
                no(span.row.blocked_since.is_(None)),
            )
        )

    @answer
    def relationship(self, role: RelationshipRole = RelationshipRole.PRIMARY) -> Relationship | None:
        """The open tie of that role."""
        return self.one(
            lambda tie: both(
                same(tie.row.mentee_id, self.row.id),
                same(tie.row.role, str(role)),
                tie.row.ends_at > self.moment,
                *tie.listed(None),
            )
        )

    @answer
    def mentor(self) -> Mentor | None:
        """The primary mentor, also while the mentee is suspended."""
        return self.one(lambda mentor: same(mentor.row.id, self.mentor_in(RelationshipRole.PRIMARY)))

    def mentor_in(self, role: RelationshipRole, *, available: bool = False) -> Any:
        """The id of the mentor of the open tie of that role."""

        def on(span: models.RelationshipSpan) -> bool:
            answers = is_available(self, span.mentor_id) if available else True
            mine = both(same(span.mentee_id, self.row.id), same(span.role, str(role)))
            return both(mine, covers(span, self.moment), answers)

        return self.value(models.RelationshipSpan, on, lambda span: span.mentor_id)

    @answer
    def effective_mentor(self) -> Mentor | None:
        """Who answers now: the primary mentor, or the backup while the primary is unavailable; null where
        neither is available.
        """
        primary = self.mentor_in(RelationshipRole.PRIMARY, available=True)
        backup = self.mentor_in(RelationshipRole.BACKUP, available=True)
        return self.one(lambda mentor: same(mentor.row.id, or_else(primary, backup)))

    @answer
    def as_mentor(self) -> Mentor | None:
        """The same account as a mentor, where it is or was one."""
        return self.by_key(self.row.id)

    @connection
    def relationships(self, where: RelationshipFilter | None = None) -> Connection[Relationship]:
        """Every tie of this mentee, newest first."""
        return self.page(lambda tie: both(same(tie.row.mentee_id, self.row.id), *tie.listed(where)), STARTED)

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """What became of this mentee's ties, newest first."""
        return self.page(
            lambda event: both(same(event.row.mentee_id, self.row.id), *event.listed(where)), NEWEST
        )


@strawberry.input(description="Which mentees.")
class MenteeFilter(Filter):
    """Each member says which mentees it lets through."""

    state: list[MenteeState] | None = member(
        "Whose mentorship stands so.", lambda mentee, states: mentee.is_in(states)
    )


@strawberry.type(description="Under a mentor, the edge carries the tie itself.")
class MenteeEdge(Edge[Mentee]):
    """A mentee of a page."""

    relationship: Relationship | None = strawberry.field(
        description="The tie with the mentor whose list it is."
    )


@strawberry.type(description="A page of mentees.")
class MenteeConnection(Connection[Mentee]):
    """Its edges know the tie."""

    # mypy: a list of the narrower edge, which nobody writes to.
    edges: list[MenteeEdge] = strawberry.field(description="The page, each with its cursor.")  # type: ignore[assignment]
