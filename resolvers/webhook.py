"""Webhooks, as those see them who may make them."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import models
from graph.compile.rows import Row
from graph.kinds import RelationshipEventKind
from resolvers.declare import Node, column, node


@node(
    "An address that is told what happens to ties, as the public may know it, in the form of Standard Webhooks. Also "
    "called a hook or a callback."
)
class Webhook(Row[models.Webhook], Node):
    """One webhook; its secret was shown to whoever made it."""

    url: str = column("Where to.")
    kinds: list[RelationshipEventKind] | None = column("Which events it is told; null: all.")
    created_at: datetime = column("When it was made; it is told what happened since.")
    created_by: str = column("By whom.")
    rotated_at: datetime | None = column(
        "When it was last given another secret; for a day the one before signs as well."
    )
    ended_at: datetime | None = column("Since when it is told nothing more.")
    ended_because: str | None = column("Why: it was removed, or answered 410.")

    def visible(self) -> bool:
        """Webhooks are there for who administers the wiki."""
        return cast("bool", self.may.administers)
