"""Mutations about one mentee alone: wanting no mentor, wanting one after all, having outgrown mentorship."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import strawberry

from models.ledger import Ledger, Recorded
from resolvers.asking import Info, known, ledger_of
from resolvers.declare import ref
from resolvers.happenings import LEAVE_OUT, SOURCE, SOURCE_ID
from resolvers.inputs import decode_as
from resolvers.mentee import Mentee
from resolvers.mentoring import ERRORS, FOR_WHOM, WHEN, circumstances
from resolvers.refusals import UserError, about, refusing


@strawberry.input(description="`reason` is shown to the mentee and to coordinators alone.")
class MenteeInput:
    """A mentee decides for themselves."""

    mentee: strawberry.ID = strawberry.field(description="The mentee.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    occurred_at: datetime | None = strawberry.field(default=LEAVE_OUT, description=WHEN)
    source: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE)
    source_id: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE_ID)
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=FOR_WHOM)


@strawberry.type(description="The mentee as they are now.")
class MenteePayload:
    """What became of a mentee's decision."""

    mentee: Mentee | None = strawberry.field(default=None, description="The mentee.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


Choice = Callable[..., Awaitable[Recorded]]
"""What the ledger is asked of a mentee."""


async def choose(info: Info, input: MenteeInput, choice: Choice) -> MenteePayload:
    """Ask it of the ledger, and answer with the mentee."""
    who = decode_as(input.mentee, ("Mentee", "Mentor"), "mentee")
    with about("mentee"):
        [key] = await known(info, who.wiki, [who.key])
        await choice(ledger_of(info), who.wiki, key, **circumstances(input))
    return MenteePayload(mentee=ref("Mentee", who.wiki, who.key))


@refusing(MenteePayload)
async def opt_out_of_mentorship(info: Info, input: MenteeInput) -> MenteePayload:
    """Have no mentor from now on."""
    return await choose(info, input, Ledger.opt_out)


@refusing(MenteePayload)
async def opt_in_to_mentorship(info: Info, input: MenteeInput) -> MenteePayload:
    """Have a mentor after all."""
    return await choose(info, input, Ledger.opt_in)


@refusing(MenteePayload)
async def graduate_mentee(info: Info, input: MenteeInput) -> MenteePayload:
    """End mentorship of somebody who has outgrown it."""
    return await choose(info, input, Ledger.graduate)
