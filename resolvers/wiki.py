"""A wiki: the root of all that is kept about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import models
from graph.compile.rows import Row, Scope
from graph.compile.words import both, same
from resolvers.account import AccountBy
from resolvers.declare import Connection, Node, answer, column, connection, node
from resolvers.orders import BY_NAME, LEARNT, PLACED, REGISTERED, STARTED, VERSIONS

if TYPE_CHECKING:
    from resolvers.block import Block, BlockFilter
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.mentee import Mentee, MenteeConnection, MenteeFilter
    from resolvers.mentor import Mentor, MentorFilter
    from resolvers.policy import Policy
    from resolvers.relationship import Relationship, RelationshipFilter


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
            row.within = Scope(row.row.id, scope.at)
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

    @connection
    def mentors(self, where: MentorFilter | None = None) -> Connection[Mentor]:
        """Everyone who is or was a mentor, by name."""
        return self.page(lambda mentor: both(True, *where.conditions(mentor) if where else ()), BY_NAME)

    @connection
    def mentees(self, where: MenteeFilter | None = None) -> MenteeConnection:
        """Everyone who has, had or waits for a mentor, those registered last first."""
        return self.page(
            lambda mentee: both(mentee.row.is_mentee, *where.conditions(mentee) if where else ()), REGISTERED
        )

    @connection
    def relationships(self, where: RelationshipFilter | None = None) -> Connection[Relationship]:
        """Every tie, those that started last first."""
        return self.page(lambda tie: both(*tie.listed(where)), STARTED)

    @connection
    def blocks(self, where: BlockFilter | None = None) -> Connection[Block]:
        """Every block, newest first."""
        return self.page(lambda block: both(*block.listed(where)), PLACED)

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """In the order in which they became known."""
        return self.page(lambda event: both(*event.listed(where)), LEARNT)

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
