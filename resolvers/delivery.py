"""What is done outside: letters to mentors, mentors set on the wiki, webhooks told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.words import both, one_of, same
from graph.kinds import DeliveryKind, DeliveryState
from resolvers.account import seen
from resolvers.declare import Filter, Node, answer, column, node
from resolvers.declare import where as member

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent
    from resolvers.webhook import Webhook


@node("Something that is done outside: a letter, a mentor set on the wiki, or a webhook told.")
class Delivery(Row[models.Outbox], Node):
    """One row of the outbox; remembered for 90 days, and as long as it is `DEAD`."""

    kind: DeliveryKind = column("What is done.", of="notification")
    state: DeliveryState = column("How it stands.")
    created_at: datetime = column("Since when it is to be done.")
    sent_at: datetime | None = column("When it was done.")
    tries: int = column("How often it was tried.")
    said: str | None = column("Why it failed the last time, or was left out.")

    def visible(self) -> bool:
        """They are there for who administers the wiki; that of somebody hidden is not."""
        event = self.join(models.RelationshipEvent, lambda event: same(event.id, self.row.event_id))
        known = both(seen(self, self.row.mentee_id), seen(self, event.mentor_id))
        return both(cast("bool", self.may.administers), known)

    @answer
    def event(self) -> RelationshipEvent:
        """What it tells of."""
        return self.by_key(self.row.event_id)

    @answer
    def webhook(self) -> Webhook | None:
        """Which webhook is told; null: it is done on the wiki."""
        return self.by_key(self.row.webhook_id)


@strawberry.input(description="Which deliveries.")
class DeliveryFilter(Filter):
    """Each member says which it lets through."""

    state: list[DeliveryState] | None = member(
        "That stand so.", lambda delivery, states: one_of(delivery.row.state, states)
    )
    kind: list[DeliveryKind] | None = member(
        "Of those kinds.", lambda delivery, kinds: one_of(delivery.row.notification, kinds)
    )
