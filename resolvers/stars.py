"""Mutations by which a mentor marks mentees, for nobody else to see."""

import strawberry

from graph.kinds import ViewerRole
from resolvers.asking import Info, known, ledger_of
from resolvers.declare import ref
from resolvers.inputs import decode_as
from resolvers.mentee import Mentee
from resolvers.refusals import UserError, about, refusing


@strawberry.input(description="The star is the caller's, who is a mentor on the mentee's wiki.")
class StarMenteeInput:
    """Whom the star is for."""

    mentee: strawberry.ID = strawberry.field(description="The mentee.")


@strawberry.type(description="The mentee as they are now.")
class StarMenteePayload:
    """What became of it."""

    mentee: Mentee | None = strawberry.field(default=None, description="The mentee.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


async def _mark(info: Info, input: StarMenteeInput, *, on: bool) -> StarMenteePayload:
    who = decode_as(input.mentee, ("Mentee", "Mentor"), "mentee")
    mentor = info.context["caller"].own(who.wiki, ViewerRole.MENTOR)
    assert mentor is not None, "nobody else is let in"
    with about("mentee"):
        [key] = await known(info, who.wiki, [who.key])
        await ledger_of(info).star(who.wiki, mentor, key, on=on)
    return StarMenteePayload(mentee=ref("Mentee", who.wiki, who.key))


@refusing(StarMenteePayload)
async def star_mentee(info: Info, input: StarMenteeInput) -> StarMenteePayload:
    """Put a star on a mentee."""
    return await _mark(info, input, on=True)


@refusing(StarMenteePayload)
async def unstar_mentee(info: Info, input: StarMenteeInput) -> StarMenteePayload:
    """Take the star off."""
    return await _mark(info, input, on=False)
