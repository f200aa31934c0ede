"""What a blocked mentee's mentorship waits for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from graph.compile.rows import Row
from graph.compile.words import ENDLESS, both, covers, same
from graph.kinds import EndReason, RelationshipRole
from resolvers.declare import answer, column, node

if TYPE_CHECKING:
    from resolvers.block import Block
    from resolvers.mentor import Mentor


@node("What suspends a mentee's mentorship, and what comes next.")
class Suspension(Row[models.MenteeSpan]):
    """The stretch of the mentee's states that the moment falls in, while a counted block is open."""

    since: datetime = column(
        "Since when, without a break, a counted block has been open.", of="blocked_since"
    )
    resumes_at: datetime | None = column(
        "When it ends by itself, if every block has an expiry.", of="blocked_until"
    )
    returns_until: datetime | None = column(
        "Until when an unblock would still bring a released mentor back; null: no limit, or nothing was "
        "released."
    )

    @answer
    def blocks(self) -> list[Block]:
        """The open blocks that count, earliest first."""
        return self.all(
            lambda block: both(
                same(block.row.mentee_id, self.row.mentee_id),
                self.exists(
                    models.BlockSpan,
                    lambda span: both(
                        same(span.block_id, block.row.id), span.counted, covers(span, self.moment)
                    ),
                ),
            ),
            order=lambda block: [block.row.placed_at, block.row.id],
        )

    @answer
    def releases_at(self) -> datetime | None:
        """When the primary tie will be released if no block is lifted by then; null: it is kept as long as
        the mentor stays, or there is none to release.
        """
        return self.value(
            models.Relationship,
            lambda tie: both(
                same(tie.mentee_id, self.row.mentee_id),
                same(tie.role, RelationshipRole.PRIMARY.value),
                tie.started_at <= self.moment,
                tie.ends_at > self.moment,
                same(tie.withdrawn_at, ENDLESS),
                same(tie.ends_because, EndReason.HOLD_ELAPSED.value),
            ),
            lambda tie: tie.ends_at,
        )

    @answer
    def returns_to(self) -> Mentor | None:
        """The mentor that an unblock now would leave the mentee with; null where nobody, or somebody new,
        would be.
        """
        return self.by_key(self.row.returns_to)
