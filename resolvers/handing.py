"""Mutations that hand over many mentees at once: a mentor resigns, or gives some away."""

from datetime import datetime

import strawberry

from graph.errors import Refused
from graph.kinds import RelationshipRole, RelationshipState, UserErrorCode
from models.ledger.checks import NotAllError
from resolvers.asking import Info, known, ledger_of
from resolvers.declare import ref
from resolvers.happenings import LEAVE_OUT, SOURCE, SOURCE_ID
from resolvers.inputs import Located, account_key, decode_as
from resolvers.job import Job
from resolvers.mentor import Mentor
from resolvers.mentoring import AT_ONCE, ERRORS, FOR_WHOM, WHEN, circumstances
from resolvers.refusals import UserError, about, refusing, told
from resolvers.telling import or_none

WHAT_IF = "Only tell what would come of it; nothing is done."
GOES_ON = "Where it goes on after the answer, which takes at most a few seconds; the counts are those so far."


@strawberry.input(description="Somebody stops being a mentor; their active mentees are handed over.")
class ResignMentorInput:
    """A mentor resigns or is removed."""

    mentor: strawberry.ID = strawberry.field(description="The mentor.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    occurred_at: datetime | None = strawberry.field(default=LEAVE_OUT, description=WHEN)
    source: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE)
    source_id: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE_ID)
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=FOR_WHOM)
    validate_only: bool = strawberry.field(default=False, description=WHAT_IF)


@strawberry.input(
    description=(
        "From one mentor to another, or, where `to` is left out, to mentors that are drawn. "
        "`mentees` left out: all of the states named."
    )
)
class TransferMenteesInput:
    """A mentor gives mentees away."""

    from_: strawberry.ID = strawberry.field(name="from", description="Whose mentees they are.")
    to: strawberry.ID | None = strawberry.field(default=LEAVE_OUT, description="Left out: drawn.")
    mentees: list[strawberry.ID] | None = strawberry.field(
        default=LEAVE_OUT,
        description=f"All of them or none; at most {AT_ONCE}. Left out: all of the states named.",
    )
    states: list[RelationshipState] = strawberry.field(
        default_factory=lambda: [RelationshipState.ACTIVE], description="Of the ties; not `ENDED`."
    )
    role: RelationshipRole = strawberry.field(default=RelationshipRole.PRIMARY, description="In which role.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    validate_only: bool = strawberry.field(default=False, description=WHAT_IF)


@strawberry.type(
    description="The counts are of primary ties, of mentees whom you may know of; null where the request was refused."
)
class ResignMentorPayload:
    """What became of a mentor's mentees."""

    mentor: Mentor | None = strawberry.field(default=None, description="The mentor who resigned.")
    transferred: int | None = strawberry.field(
        default=None, description="Mentees who have another mentor now."
    )
    ended: int | None = strawberry.field(default=None, description="Ties that ended.")
    unassigned: int | None = strawberry.field(
        default=None, description="Mentees for whom nobody was available; they wait."
    )
    job: Job | None = strawberry.field(default=None, description=GOES_ON)
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(
    description="The counts are of mentees whom you may know of; null where the request was refused."
)
class TransferMenteesPayload:
    """What became of the mentees."""

    transferred: int | None = strawberry.field(
        default=None, description="Mentees who have another mentor now."
    )
    unassigned: int | None = strawberry.field(
        default=None, description="Mentees for whom there was nobody; they stay where they are."
    )
    job: Job | None = strawberry.field(default=None, description=GOES_ON)
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@refusing(ResignMentorPayload)
async def resign_mentor(info: Info, input: ResignMentorInput) -> ResignMentorPayload:
    """End somebody's mentoring and find new mentors for their active mentees."""
    who = decode_as(input.mentor, ("Mentor",), "mentor")
    with about("mentor"):
        [key] = await known(info, who.wiki, [who.key])
        done = await ledger_of(info).resign(
            who.wiki, key, validate_only=input.validate_only, **circumstances(input)
        )
    done = done.told(hidden=knows_mentees_of(info, who))
    return ResignMentorPayload(
        mentor=ref("Mentor", who.wiki, who.key),
        transferred=done.transferred,
        ended=done.ended,
        unassigned=done.unassigned,
        job=ref("Job", who.wiki, done.job),
    )


@refusing(TransferMenteesPayload)
async def transfer_mentees(info: Info, input: TransferMenteesInput) -> TransferMenteesPayload:
    """Hand mentees over without resigning."""
    giver = decode_as(input.from_, ("Mentor",), "from")
    wiki = giver.wiki
    taker = or_none(input.to)
    asked = [giver.key] if taker is None else [giver.key, account_key(taker, wiki, "to")]
    mentees = named(or_none(input.mentees), wiki)
    keys = await known(info, wiki, [*asked, *(mentees or ())])
    try:
        done = await ledger_of(info).transfer(
            wiki,
            keys[0],
            None if taker is None else keys[1],
            mentees=None if mentees is None else keys[len(asked) :],
            states=input.states,
            role=input.role,
            reason=or_none(input.reason),
            validate_only=input.validate_only,
        )
    except NotAllError as error:
        places = {key: place for place, key in enumerate(keys[len(asked) :])}
        errors = [
            told(Refused(refused.code, refused.message, "mentees", str(places[key])))
            for key, refused in error.refused.items()
        ]
        return TransferMenteesPayload(user_errors=errors)
    done = done.told(hidden=knows_mentees_of(info, giver))
    return TransferMenteesPayload(
        transferred=done.transferred, unassigned=done.unassigned, job=ref("Job", wiki, done.job)
    )


def knows_mentees_of(info: Info, mentor: Located) -> bool:
    """Whether the caller is told of all of the mentor's mentees: as that mentor, or for seeing who is hidden."""
    rights = info.context["caller"].rights(mentor.wiki)
    return rights.sees_hidden or rights.account == mentor.key


def named(given: list[strawberry.ID] | None, wiki: int) -> list[int] | None:
    """Whom a transfer names, each once."""
    if given is None:
        return None
    if len(given) > AT_ONCE:
        message = f"Name {AT_ONCE} mentees at most, or leave it out to hand over all."
        raise Refused(UserErrorCode.TOO_MANY, message, "mentees")
    mentees: list[int] = []
    for place, one in enumerate(given):
        mentee = account_key(one, wiki, "mentees", str(place))
        if mentee in mentees:
            raise Refused(UserErrorCode.INVALID, "Name each mentee once.", "mentees", str(place))
        mentees.append(mentee)
    return mentees
