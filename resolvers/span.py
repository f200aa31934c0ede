"""A stretch of a tie in one state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from graph.compile.rows import Row
from graph.compile.words import both, same
from graph.kinds import RelationshipState
from resolvers.declare import answer, column, node

if TYPE_CHECKING:
    from resolvers.block import Block


@node("A stretch of a tie in one state.")
class RelationshipSpan(Row[models.RelationshipSpan]):
    """One stretch, the future included."""

    state: RelationshipState = column("How the tie stands in it.")
    from_: datetime = column("When it begins.", of="valid_from", name="from")
    to: datetime | None = column("Null: no end is known.", of="valid_to")

    @answer
    def blocks(self) -> list[Block]:
        """The counted blocks that are open in it, earliest first."""

        def on(block: Block) -> bool:
            return self.exists(
                models.BlockSpan,
                lambda span: both(
                    same(span.block_id, block.row.id),
                    same(span.mentee_id, self.row.mentee_id),
                    span.counted,
                    span.valid_from < self.row.valid_to,
                    span.valid_to > self.row.valid_from,
                ),
            )

        return self.all(
            lambda block: both(same(block.row.mentee_id, self.row.mentee_id), on(block)),
            order=lambda block: [block.row.placed_at, block.row.id],
        )
