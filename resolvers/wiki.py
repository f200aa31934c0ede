"""A wiki: the root of all that is kept about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry
from sqlalchemy import literal

import models
from graph.compile.page import cursor
from graph.compile.rows import Row, Scope
from graph.compile.shape import OneOfs, Param
from graph.compile.words import both, same
from resolvers.account import AccountBy, is_one_of, named_by
from resolvers.census import WikiCounts, counts_of
from resolvers.declare import Connection, Node, answer, column, connection, node
from resolvers.event import horizon
from resolvers.handover import HandOver, hand_overs
from resolvers.mentee import is_mentee
from resolvers.mentees import REGISTERED_LAST, MenteeFilter, MenteeOrder
from resolvers.mentors import NAMED, MentorFilter, MentorOrder
from resolvers.orders import FEED, LAST_BEGUN, LEARNT, NEWEST, PLACED, VERSIONS
from resolvers.relationships import STARTED_LAST, RelationshipFilter, RelationshipOrder

if TYPE_CHECKING:
    from resolvers.block import Block, BlockFilter
    from resolvers.delivery import Delivery, DeliveryFilter
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.job import Job
    from resolvers.mentee import Mentee, MenteeConnection
    from resolvers.mentor import Mentor
    from resolvers.policy import Policy
    from resolvers.relationship import Relationship
    from resolvers.webhook import Webhook


@node("A wiki whose mentors and mentees are kept here.")
class Wiki(Row[models.Wiki], Node):
    """One wiki; all that is asked below it is asked of it."""

    db_name: str = column("The database name, such as `enwiki`.")
    url: str = column("The address of the wiki, such as `https://en.wikipedia.org`.")

    @classmethod
    def over(cls, source: Any, scope: Scope) -> Row[models.Wiki]:
        """In a list of wikis each row is the wiki of what hangs below."""
        row = super().over(source, scope)
        if scope.wiki is None:
            row.within = scope._replace(wiki=row.row.id)
        return row

    @answer
    def mentee(self, by: AccountBy) -> Mentee | None:
        """The account of that id or name, as a mentee. A name finds whoever holds it now, else whoever held
        it last.
        """
        return self.one(by.finds)

    @answer
    def mentor(self, by: AccountBy) -> Mentor | None:
        """The same, as a mentor; null where that account never was one."""
        return self.one(by.finds)

    @answer
    def accounts(self, by: list[AccountBy]) -> list[Mentee | None]:
        """Many accounts at once, at most 100, in the order asked; null where there is none."""
        return self.each(named_by(cast("OneOfs", by)), is_one_of)

    @connection
    def mentors(
        self, where: MentorFilter | None = None, order_by: MentorOrder | None = NAMED
    ) -> Connection[Mentor]:
        """Everyone who is or was a mentor."""
        return self.page(
            lambda mentor: both(mentor.reachable(), *where.conditions(mentor) if where else ()),
            (order_by or NAMED).keys(),
        )

    @connection
    def mentees(
        self, where: MenteeFilter | None = None, order_by: MenteeOrder | None = REGISTERED_LAST
    ) -> MenteeConnection:
        """Everyone who has, had or waits for a mentor."""
        order = order_by or REGISTERED_LAST

        def on(mentee: Any) -> bool:
            mentee.of_whole_wiki = True
            chosen = where.conditions(mentee) if where else ()
            there = both(mentee.reachable(), is_mentee(mentee, mentee.row))
            return both(there, *order.driven_by(mentee), *chosen)

        return self.page(on, order.keys())

    @connection
    def relationships(
        self, where: RelationshipFilter | None = None, order_by: RelationshipOrder | None = STARTED_LAST
    ) -> Connection[Relationship]:
        """Every tie."""
        order = order_by or STARTED_LAST
        if where and where.withdrawn is True:
            # Those have no turns, and are few.
            return self.page(lambda tie: both(*tie.listed(where)), order.keys())
        return self.page(
            lambda tie: both(*order.driven_by(tie), *tie.listed(where)), order.keys(whole_wiki=True)
        )

    @connection
    def blocks(self, where: BlockFilter | None = None) -> Connection[Block]:
        """Every block, newest first."""
        return self.page(lambda block: both(*block.listed(where)), PLACED)

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """In the order in which they became known; its cursors are those of `relationshipEvents`."""
        return self.page(lambda event: both(event.is_settled(), *event.listed(where)), LEARNT)

    @answer
    def event_cursor(self) -> str:
        """Where the stream of events stands at this read: `relationshipEvents(after:)` goes on from here
        without a gap.
        """
        return cast("str", cursor(FEED, [horizon(self), literal(0)]))

    @answer
    def policy(self) -> Policy:
        """The policy in force."""
        latest = self.value(
            models.Policy,
            lambda policy: policy.effective_from <= self.moment,
            lambda policy: policy.version,
            latest=lambda policy: policy.version,
        )
        return self.one(lambda policy: same(policy.row.version, latest))

    @connection
    def policies(self) -> Connection[Policy]:
        """All that were set, those that have force later included, the latest first."""
        return self.page(lambda _: True, VERSIONS)

    @connection
    def jobs(self) -> Connection[Job]:
        """Long work: simulations, policies that re-project, resignations, newest first."""
        return self.page(lambda _: True, LAST_BEGUN)

    @connection
    def deliveries(self, where: DeliveryFilter | None = None) -> Connection[Delivery]:
        """What is done outside, newest first, for an `ADMIN` of the wiki; for others none."""
        return self.page(lambda delivery: both(True, *where.conditions(delivery) if where else ()), NEWEST)

    @answer
    def webhooks(self) -> list[Webhook]:
        """All that were ever made, the oldest first, for an `ADMIN` of the wiki; for others none."""
        return self.all(lambda _: True, order=lambda webhook: [webhook.row.id])

    @answer
    def counts(self) -> WikiCounts:
        """How mentees and mentors stand, in numbers."""
        return self.part(counts_of(self))

    @answer
    def hand_overs(
        self, from_: Annotated[datetime, strawberry.argument(name="from")], to: datetime
    ) -> list[HandOver]:
        """Who took over from whom in a stretch of time, the largest first, at most 500."""
        return self.elements(hand_overs(self, cast("Param", from_), cast("Param", to)))
