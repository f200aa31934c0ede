"""Mutations about one tie: to keep it longer, to end it, to bring a mentee back to the mentor of one that is past."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import strawberry

from graph.errors import Refused
from graph.kinds import UserErrorCode
from models.ledger import Recorded
from resolvers.asking import Info, known_tie, ledger_of, tie_in_place_of
from resolvers.declare import ref
from resolvers.happenings import LEAVE_OUT
from resolvers.inputs import Located, decode_as
from resolvers.mentoring import WHEN, RelationshipPayload, decided
from resolvers.refusals import Outdated, refusing
from resolvers.telling import or_none

TIE_VERSION = "Refuse the change if the tie has another version."


@strawberry.input(description="`until` null: as long as the mentor stays. Not before the hold would end.")
class KeepRelationshipInput:
    """A suspended tie is kept."""

    relationship: strawberry.ID = strawberry.field(description="The tie.")
    until: datetime | None = strawberry.field(
        default=LEAVE_OUT, description="Until when; null or left out: as long as the mentor stays."
    )
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    expected_version: int | None = strawberry.field(default=LEAVE_OUT, description=TIE_VERSION)


@strawberry.input(description="The mentor of a tie that is past becomes the mentor again.")
class RestoreRelationshipInput:
    """A mentee comes back."""

    relationship: strawberry.ID = strawberry.field(description="The tie of the past.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    expected_version: int | None = strawberry.field(
        default=LEAVE_OUT, description="Of the mentee's open tie, which it would end; 0: that there is none."
    )


@strawberry.input(description="Nobody follows, and nothing is restored, until somebody assigns.")
class EndRelationshipInput:
    """A tie is ended by hand."""

    relationship: strawberry.ID = strawberry.field(description="The tie.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    occurred_at: datetime | None = strawberry.field(default=LEAVE_OUT, description=WHEN)
    expected_version: int | None = strawberry.field(default=LEAVE_OUT, description=TIE_VERSION)


async def answered(
    info: Info, given: str, decide: Callable[[Located, int], Awaitable[Recorded]], *, restoring: bool = False
) -> RelationshipPayload:
    """Decide about the tie of that id, as far as the caller may know of it."""
    tie = decode_as(given, ("Relationship",), "relationship")
    try:
        done = await decide(tie, await known_tie(info, tie.wiki, tie.key))
    except Refused as refused:
        if refused.code is not UserErrorCode.STALE_VERSION:
            raise
        there = ref("Relationship", tie.wiki, tie.key)
        current = await tie_in_place_of(info, tie.wiki, tie.key) if restoring else there
        raise Outdated(refused, current) from None
    return decided(tie.wiki, done)


def told_with(input: Any) -> dict[str, Any]:
    """What each of these decisions is told with."""
    return {"reason": or_none(input.reason), "expected_version": or_none(input.expected_version)}


@refusing(RelationshipPayload)
async def keep_relationship(info: Info, input: KeepRelationshipInput) -> RelationshipPayload:
    """Keep a suspended tie longer than the policy holds it."""
    until = or_none(input.until)
    ties = ledger_of(info).ties
    return await answered(
        info, input.relationship, lambda tie, key: ties.keep(tie.wiki, key, until, **told_with(input))
    )


@refusing(RelationshipPayload)
async def restore_relationship(info: Info, input: RestoreRelationshipInput) -> RelationshipPayload:
    """Bring a mentee back to a mentor of their past."""
    ties = ledger_of(info).ties
    return await answered(
        info,
        input.relationship,
        lambda tie, key: ties.restore(tie.wiki, key, **told_with(input)),
        restoring=True,
    )


@refusing(RelationshipPayload)
async def end_relationship(info: Info, input: EndRelationshipInput) -> RelationshipPayload:
    """End a tie; nobody follows."""
    at = or_none(input.occurred_at)
    ties = ledger_of(info).ties
    return await answered(
        info, input.relationship, lambda tie, key: ties.end(tie.wiki, key, at=at, **told_with(input))
    )
