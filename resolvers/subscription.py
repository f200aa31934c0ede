"""The root of all subscriptions, a line a field: what is told, each time that there is something to tell.

Which events are told to whom, and when counts are read again, is decided where they are sent; here is only
what of them is read. One statement answers it, for all who asked the same with the same rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import strawberry

import models
from graph.compile.rows import Root
from graph.compile.shape import Id, Param
from graph.compile.words import both, same
from graph.kinds import RelationshipEventKind, RelationshipRole
from resolvers.account import seen
from resolvers.counts import RelationshipCounts, ties_of
from resolvers.declare import Edge, answer, node
from resolvers.orders import LEARNT

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent
    from resolvers.job import Job


@node("What can be watched.")
class Subscription(Root):
    """The root."""

    @answer
    def relationship_events(
        self,
        wiki: str,
        mentor: strawberry.ID | None = None,  # noqa: ARG002 - chooses whom an event is told to, not what of it
        mentee: strawberry.ID | None = None,  # noqa: ARG002 - the same
        kind: list[RelationshipEventKind] | None = None,  # noqa: ARG002 - the same
        after: str | None = None,  # noqa: ARG002 - where the stream begins
    ) -> Edge[RelationshipEvent] | None:
        """The transitions of relationships as they take effect, block expiries and ends of holds among them.
        With `after`, first all that came since that cursor: nothing is missed and nothing repeated.
        """
        return self.told(cast("Param", wiki), LEARNT)

    @answer
    def relationship_counts(
        self, mentor: strawberry.ID, role: RelationshipRole = RelationshipRole.PRIMARY
    ) -> RelationshipCounts | None:
        """The counts of a mentor's dashboard, sent now and whenever they change."""
        found = cast("Id", mentor)
        there = both(self.exists(models.Mentor, lambda one: same(one.id, found.key)), seen(self, found.key))
        return self.of(found, self.part(ties_of(self, found.key, role), there=there))

    @answer
    def job(self, id: strawberry.ID) -> Job | None:
        """How a job goes, sent now and at most once a second until it ends."""
        return self.looked_up(id)
