"""How many ties a mentor has, by how they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.sets import count
from graph.compile.words import ENDLESS, both, covers, either, same
from graph.kinds import EndReason, RelationshipRole, RelationshipState
from resolvers.account import is_party, is_shown


@strawberry.type(
    description="`released` are those ended because a hold had elapsed whose mentee is still blocked."
)
class RelationshipCounts:
    """A mentor's ties in one role, with mentees of whom the caller may know."""

    active: int = strawberry.field(description="Ties that run.")
    suspended: int = strawberry.field(description="Ties that are kept while the mentee is blocked.")
    released: int = strawberry.field(
        description="Of those ended: whose hold had elapsed, and whose mentee has been blocked ever since."
    )
    ended: int = strawberry.field(description="Ties that are over, the released among them.")


def ties_of(row: Row[Any], mentor_id: Any, role: RelationshipRole) -> dict[str, int]:
    """The four counts, each as an expression."""

    def told(mentee_id: Any) -> bool:
        return either(is_party(row, mentor_id, mentee_id), is_shown(row, mentee_id))

    def open_ones(state: RelationshipState) -> int:
        return count(
            row,
            models.RelationshipSpan,
            lambda span: both(
                same(span.mentor_id, mentor_id),
                same(span.role, str(role)),
                same(span.state, str(state)),
                covers(span, row.moment),
                told(span.mentee_id),
            ),
        )

    def over(further: Callable[[models.Relationship], bool]) -> int:
        return count(
            row,
            models.Relationship,
            lambda tie: both(
                same(tie.mentor_id, mentor_id),
                same(tie.role, str(role)),
                tie.ends_at <= row.moment,
                same(tie.withdrawn_at, ENDLESS),
                further(tie),
                told(tie.mentee_id),
            ),
        )

    return {
        "active": open_ones(RelationshipState.ACTIVE),
        "suspended": open_ones(RelationshipState.SUSPENDED),
        "released": over(lambda tie: is_released(row, tie)),
        "ended": over(lambda _: True),
    }


def is_released(row: Row[Any], tie: models.Relationship) -> bool:
    """Whether its hold had elapsed, and the mentee has been blocked ever since."""
    return both(
        same(tie.ends_because, EndReason.HOLD_ELAPSED.value),
        row.exists(
            models.MenteeSpan,
            lambda span: both(
                same(span.mentee_id, tie.mentee_id),
                covers(span, row.moment),
                # NULL, while nothing is open, holds for nothing.
                span.blocked_since <= tie.ends_at,  # type: ignore[operator]  # a column
            ),
        ),
    )
