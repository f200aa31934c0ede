"""A mentee: any account, seen as one who has a mentor, had one, waits for one, or could."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.sets import count
from graph.compile.shape import Param
from graph.compile.words import (
    ENDLESS,
    both,
    covers,
    either,
    is_caller,
    no,
    one_of,
    or_else,
    same,
    sees_opt_out,
    when,
)
from graph.kinds import MenteeState, RelationshipRole
from resolvers.account import Account, is_own_mentee, is_party, may_see, was_registered
from resolvers.declare import Connection, Edge, answer, connection, node
from resolvers.mentor import answers_at
from resolvers.orders import NEWEST
from resolvers.relationships import STARTED_LAST, RelationshipFilter, RelationshipOrder

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.mentor import Mentor
    from resolvers.relationship import Relationship
    from resolvers.suspension import Suspension

TOLD = (MenteeState.RELEASED, MenteeState.UNASSIGNED)
"""What an opt-out reads as to those who may not know of it."""


@node("An account, seen as a mentee.")
class Mentee(Row[models.Account], Account):
    """One account; its mentorship is in the ties and spans that name it."""

    under = cast("RelationshipRole | None", None)
    """In whose list it stands: a mentor's, in that role; None: in no mentor's."""

    @property
    def account(self) -> models.Account:
        """The row itself."""
        return self.row

    of_whole_wiki = False
    """Whether it stands in a list of the wiki, in which whoever is hidden stands for nobody without the right."""

    def visible(self) -> bool:
        """A hidden account is not there, but for itself, and for the mentors who have a tie with it: without its names,
        and for these without its figures.
        """
        if self.of_whole_wiki:
            return may_see(self, self.row)
        if self.under:
            return either(
                may_see(self, self.row), is_party(self, self.span(self.under).mentor_id, self.row.id)
            )
        return either(may_see(self, self.row), is_caller(self, self.row.id), is_own_mentee(self, self.row.id))

    def figure(self, value: Any, nothing: Any = None) -> Any:
        """To the mentors of a hidden account nothing is told of it but the tie."""
        if self.of_whole_wiki:
            return value
        return when(either(may_see(self, self.row), is_caller(self, self.row.id)), value, nothing)

    def reachable(self) -> bool:
        """At a moment of the past: once it was registered."""
        return was_registered(self, self.row)

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

    # What filters and orders speak of: under a mentor the tie of that role, else the mentee's own state.

    def listed_under(self, role: RelationshipRole) -> Mentee:
        """The same mentee, in the list of a mentor in that role."""
        self.under = role
        return self

    @property
    def since(self) -> datetime:
        """Since when it stands so, as everyone may know it."""
        return self.span(self.under).valid_from if self.under else self.stretch.told_since

    @property
    def until(self) -> datetime:
        """When that will change if nothing else happens."""
        return self.span(self.under).valid_to if self.under else self.stretch.told_until

    @property
    def edited(self) -> datetime:
        """The last edit; a mentor's ties know it too."""
        return self.span(self.under).last_edit_at if self.under else self.account.last_edit_at

    @property
    def place(self) -> int:
        """What tells apart those that are alike in an order."""
        return self.span(self.under).relationship_id if self.under else self.account.id

    @property
    def place_in_state(self) -> int:
        """The same, where `since` or `until` is: an order's keys are of one index."""
        return self.place if self.under else self.stretch.mentee_id

    def tie(self, role: RelationshipRole) -> Any:
        """The open tie of that role."""
        return self.one(
            lambda tie: both(same(tie.row.id, self.span(role).relationship_id), *tie.listed(None))
        )

    def stands(self, span: models.MenteeSpan) -> str:
        """The state in a stretch, as the caller may know it."""
        return cast("str", or_else(self.told(span), MenteeState.UNASSIGNED))

    def is_in(self, states: Any) -> bool:
        """Whether it stands in one of those states, for the filter."""
        if self.under:
            return one_of(self.span(self.under).state, states)
        if isinstance(states, Param):
            return one_of(self.stands(self.stretch), states)
        if not set(states) & {MenteeState.OPTED_OUT, *TOLD}:
            return one_of(self.stretch.told_state, states)
        # What is told to everyone is a plain column, which an index knows; an opt-out is told as one of the two.
        told = TOLD if MenteeState.OPTED_OUT in states else states
        return both(one_of(self.stretch.told_state, told), one_of(self.told(self.stretch), states))

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
        return cast("str", when(sees_opt_out(self, span.mentee_id), span.state, span.told_state))

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
            answers = answers_at(self, span.mentor_id) if available else True
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
    def question_count(self) -> int | None:
        """Questions to mentors, as told by `recordActivity`; null where never told."""
        return cast("int | None", self.figure(self.row.question_count))

    @answer
    def reverted_edit_count(self) -> int | None:
        """Reverted edits, as told by `recordActivity`; null where never told."""
        return cast("int | None", self.figure(self.row.reverted_edit_count))

    @answer
    def is_starred(self) -> bool:
        """Whether the caller, a mentor, has starred this mentee."""
        return self.exists(
            models.Star,
            lambda star: both(is_caller(self, star.mentor_id), same(star.mentee_id, self.row.id)),
        )

    @answer
    def block_count(self) -> int:
        """How many blocks it has had."""
        if not self.within.then:
            return cast("int", self.figure(self.row.block_count, 0))
        then = count(
            self,
            models.Block,
            lambda block: both(
                same(block.mentee_id, self.row.id),
                block.placed_at <= self.moment,
                same(block.withdrawn_at, ENDLESS),
                self.exists(models.BlockSpan, lambda span: same(span.block_id, block.id)),
            ),
        )
        return cast("int", self.figure(then, 0))

    @answer
    def as_mentor(self) -> Mentor | None:
        """The same account as a mentor, where it is or was one."""
        return self.one(lambda mentor: both(same(mentor.row.id, self.row.id), mentor.reachable()))

    @connection
    def relationships(
        self, where: RelationshipFilter | None = None, order_by: RelationshipOrder | None = STARTED_LAST
    ) -> Connection[Relationship]:
        """Every tie of this mentee."""
        order = order_by or STARTED_LAST
        return self.page(
            lambda tie: both(same(tie.row.mentee_id, self.row.id), *tie.listed(where)), order.keys()
        )

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """What became of this mentee's ties, newest first."""
        return self.page(
            lambda event: both(same(event.row.mentee_id, self.row.id), *event.listed(where)), NEWEST
        )


def is_mentee(row: Row[Any], account: models.Account) -> bool:
    """Whether the account had, has or waits for a mentor at the row's moment, or did before."""
    if not row.within.then:
        return account.is_mentee
    had = row.exists(
        models.Relationship,
        lambda tie: both(
            same(tie.mentee_id, account.id), tie.started_at <= row.moment, same(tie.withdrawn_at, ENDLESS)
        ),
    )
    waited = row.exists(
        models.Need, lambda need: both(same(need.mentee_id, account.id), need.valid_from <= row.moment)
    )
    # Whoever was one is one today: said besides, for it is what the indexes of lists know.
    return both(account.is_mentee, either(had, waited))


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
