"""A mentor: an account that mentors others, or did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

import models
from graph.compile.rows import By, Row
from graph.compile.words import both, covers, either, first_of, one_of, same
from graph.kinds import BlockKind, BlockScope, MentorShare, MentorStatus, RelationshipRole
from resolvers.account import Account, may_see
from resolvers.declare import Connection, Filter, answer, column, connection, is_given, node
from resolvers.declare import where as member
from resolvers.orders import NEWEST, STARTED

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.mentee import Mentee, MenteeConnection, MenteeFilter
    from resolvers.relationship import Relationship, RelationshipFilter


@node("An account that is or was a mentor.")
class Mentor(Row[models.Mentor], Account):
    """One mentor, with what that mentor chose."""

    share: MentorShare = column("How many of the newcomers this mentor is drawn for.")
    capacity: int | None = column("The most mentees this mentor is given by drawing; null: no limit.")
    introduction: str | None = column("At most 240 characters.")
    enrolled_at: datetime = column("When the latest term as a mentor began.")
    version: int = column("Grows with every change to the mentor; for `expectedVersion`.")

    @property
    def account(self) -> models.Account:
        """The account's row, joined."""
        return self.join(models.Account, lambda account: same(account.id, self.row.id))

    def visible(self) -> bool:
        """A hidden account is not there."""
        return may_see(self.account)

    @answer
    def status(self) -> MentorStatus:
        """Whether this mentor can answer now, and if not, why."""
        return self.stands()

    def stands(self) -> MentorStatus:
        """The first that fits, from the right."""
        return first_of(
            (self.row.resigned_at <= self.moment, MentorStatus.RESIGNED),
            (self.is_blocked(), MentorStatus.BLOCKED),
            (self.row.away_until > self.moment, MentorStatus.AWAY),
            other=MentorStatus.AVAILABLE,
        )

    def is_blocked(self) -> bool:
        """Whether a lock, a global block or a sitewide block is open."""
        wide = (BlockKind.GLOBAL_BLOCK, BlockKind.GLOBAL_LOCK)
        return self.exists(
            models.BlockSpan,
            lambda span: both(
                same(span.mentee_id, self.row.id),
                covers(span, self.moment),
                either(
                    same(span.scope, BlockScope.SITEWIDE.value),
                    self.exists(
                        models.Block,
                        lambda block: both(same(block.id, span.block_id), one_of(block.kind, wide)),
                    ),
                ),
            ),
        )

    @answer
    def away_until(self) -> datetime | None:
        """Until when this mentor is away; null where they are not."""
        return first_of((self.row.away_until > self.moment, self.row.away_until), other=None)

    @answer
    def resigned_at(self) -> datetime | None:
        """When the latest term as a mentor ended; null while it lasts."""
        return first_of((self.row.resigned_at <= self.moment, self.row.resigned_at), other=None)

    @connection
    def mentees(
        self, role: RelationshipRole = RelationshipRole.PRIMARY, where: MenteeFilter | None = None
    ) -> MenteeConnection:
        """The mentees this mentor has in that role, those who edited last first; `state` chooses between
        active and suspended ones, and both are given where it is left out. Those lost are in
        `relationships`.
        """
        states: Any = where.state if where else None

        def on(mentee: Any) -> bool:
            span = mentee.span(role)
            chosen = [one_of(span.state, states)] if is_given(states) else []
            return both(same(span.mentor_id, self.row.id), *chosen)

        orders = (
            By("last_edit", lambda mentee: mentee.span(role).last_edit_at, descending=True),
            By("tie", lambda mentee: mentee.span(role).relationship_id, descending=True),
        )
        return self.page(on, orders, edge={"relationship": lambda mentee: mentee.tie(role)})

    @connection
    def relationships(self, where: RelationshipFilter | None = None) -> Connection[Relationship]:
        """Every tie of this mentor, those that started last first."""
        return self.page(lambda tie: both(same(tie.row.mentor_id, self.row.id), *tie.listed(where)), STARTED)

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """What became of this mentor's ties, newest first."""
        return self.page(
            lambda event: both(same(event.row.mentor_id, self.row.id), *event.listed(where)), NEWEST
        )

    @answer
    def as_mentee(self) -> Mentee:
        """The same account as a mentee."""
        return self.by_key(self.row.id)


def is_available(row: Row[Any], mentor_id: Any) -> bool:
    """Whether that mentor answers at the moment of the row."""
    return row.exists(
        models.Mentor,
        lambda mentor: both(same(mentor.id, mentor_id), same(_over(mentor, row).stands(), AVAILABLE)),
    )


AVAILABLE = MentorStatus.AVAILABLE


def _over(columns: Any, row: Row[Any]) -> Mentor:
    mentor = Mentor.__new__(Mentor)
    mentor.row, mentor.within, mentor.origin = columns, row.within, row.origin
    return mentor


@strawberry.input(description="Which mentors.")
class MentorFilter(Filter):
    """Each member says which mentors it lets through."""

    status: list[MentorStatus] | None = member(
        "Who stands so now.", lambda mentor, states: one_of(mentor.stands(), states)
    )
