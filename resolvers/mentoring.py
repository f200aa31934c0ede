"""Mutations by which people decide who is a mentor, and who mentors whom."""

from datetime import datetime
from typing import Any

import strawberry

from graph.errors import Refused
from graph.kinds import AccountId, ErrorPolicy, MentorShare, NotificationKind, RelationshipRole, UserErrorCode
from models.ledger import Recorded, Target
from models.ledger.resolving import nobody_of_that_name
from resolvers.asking import Info, is_known_name, known, ledger_of, open_tie, wiki_of
from resolvers.declare import ref
from resolvers.event import RelationshipEvent
from resolvers.happenings import LEAVE_OUT, SOURCE, SOURCE_ID, VALIDATE_ONLY, WIKI
from resolvers.inputs import AccountRef, account_key, decode_as, own_origin, target_of
from resolvers.mentor import Mentor
from resolvers.permissions import TELLS
from resolvers.refusals import Outdated, UserError, about, at_place, refusing, told
from resolvers.relationship import Relationship
from resolvers.telling import or_none

AT_ONCE = 100
"""Mentees that one claim may name."""

WHEN = "When it happened, for tools that bring the past; left out: now."
FOR_WHOM = "The name of whoever a tool acts for."


@strawberry.input(
    description=(
        "`occurredAt`, here and below: when it happened, for tools that bring the past; left out: now. "
        "`source` and `sourceId`, given together, make it a fact known by that name, safe to send again. "
        "`performer`: the name of whoever a tool acts for."
    )
)
class EnrollMentorInput:
    """Somebody becomes a mentor."""

    wiki: str = strawberry.field(description=WIKI)
    account: AccountRef = strawberry.field(description="Who becomes a mentor.")
    share: MentorShare = strawberry.field(
        default=MentorShare.NORMAL, description="How many newcomers they get."
    )
    capacity: int | None = strawberry.field(default=LEAVE_OUT, description="Null: no limit.")
    introduction: str | None = strawberry.field(default=LEAVE_OUT, description="At most 240 characters.")
    occurred_at: datetime | None = strawberry.field(default=LEAVE_OUT, description=WHEN)
    source: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE)
    source_id: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE_ID)
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=FOR_WHOM)


@strawberry.input(description="What is left out stays as it was.")
class UpdateMentorInput:
    """A mentor changes what they chose."""

    mentor: strawberry.ID = strawberry.field(description="The mentor.")
    share: strawberry.Maybe[MentorShare | None] = strawberry.field(description="Not null.")
    capacity: strawberry.Maybe[int | None] = strawberry.field(description="Null: no limit.")
    introduction: strawberry.Maybe[str | None] = strawberry.field(description="Null: none.")
    away_until: strawberry.Maybe[datetime | None] = strawberry.field(
        description="Null: back now. At most 365 days ahead."
    )
    notify: strawberry.Maybe[list[NotificationKind] | None] = strawberry.field(description="Not null.")
    expected_version: int | None = strawberry.field(
        default=LEAVE_OUT, description="Refuse the change if the mentor has another version."
    )


@strawberry.input(description="A mentor is named, or drawn, for one mentee.")
class AssignMentorInput:
    """Somebody decides who mentors."""

    mentee: strawberry.ID = strawberry.field(description="The mentee.")
    mentor: strawberry.ID | None = strawberry.field(default=LEAVE_OUT, description="Left out: drawn.")
    role: RelationshipRole = strawberry.field(default=RelationshipRole.PRIMARY, description="In which role.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    occurred_at: datetime | None = strawberry.field(default=LEAVE_OUT, description=WHEN)
    source: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE)
    source_id: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE_ID)
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=FOR_WHOM)
    expected_version: int | None = strawberry.field(
        default=LEAVE_OUT, description="Of the open tie of that role; 0: that there is none."
    )


@strawberry.input(description="`source` and `sourceId` name one happening for each of the mentees.")
class ClaimMenteesInput:
    """A mentor takes mentees over."""

    mentor: strawberry.ID = strawberry.field(description="Who takes them over.")
    mentees: list[strawberry.ID] = strawberry.field(description=f"At most {AT_ONCE}.")
    reason: str | None = strawberry.field(default=LEAVE_OUT, description="Why.")
    occurred_at: datetime | None = strawberry.field(default=LEAVE_OUT, description=WHEN)
    source: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE)
    source_id: str | None = strawberry.field(default=LEAVE_OUT, description=SOURCE_ID)
    performer: str | None = strawberry.field(default=LEAVE_OUT, description=FOR_WHOM)
    error_policy: ErrorPolicy = strawberry.field(
        default=ErrorPolicy.ALL_OR_NOTHING,
        description="What becomes of the others where one can't be claimed.",
    )
    validate_only: bool = strawberry.field(default=False, description=VALIDATE_ONLY)


ERRORS = "Why nothing was done."


@strawberry.type(description="The mentor as they are now.")
class MentorPayload:
    """What became of a change to a mentor."""

    mentor: Mentor | None = strawberry.field(default=None, description="The mentor.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="The tie as it is now, and the transition that the request caused.")
class RelationshipPayload:
    """What became of a decision about one tie."""

    relationship: Relationship | None = strawberry.field(default=None, description="The tie.")
    event: RelationshipEvent | None = strawberry.field(
        default=None, description="Null where nothing changed, such as for the mentor they have already."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What became of one of the mentees.")
class ClaimResult:
    """A claimed mentee, or why not."""

    mentee: strawberry.ID = strawberry.field(description="As the request named it.")
    relationship: Relationship | None = strawberry.field(default=None, description="The tie.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="One result for each mentee, in the order asked.")
class ClaimMenteesPayload:
    """What became of a claim."""

    results: list[ClaimResult] = strawberry.field(default_factory=list, description="One for each mentee.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


def circumstances(input: Any) -> dict[str, Any]:
    """What every decision may be told with: why, when, known as what, on whose behalf."""
    return {
        "reason": or_none(getattr(input, "reason", None)),
        "at": or_none(input.occurred_at),
        "origin": own_origin(or_none(input.source), or_none(input.source_id)),
        "performer": or_none(input.performer),
    }


@refusing(MentorPayload)
async def enroll_mentor(info: Info, input: EnrollMentorInput) -> MentorPayload:
    """Make somebody a mentor."""
    wiki = await wiki_of(info, input.wiki)
    told_with = circumstances(input)
    del told_with["reason"]
    account = target_of(input.account, wiki, "account")
    # Who tells what happened elsewhere has read of whom; to others the hidden are nobody, as is who never was.
    if not info.context["caller"].may(wiki, *TELLS):
        await must_be_known(info, input.wiki, wiki, account)
    with about("account"):
        mentor = await ledger_of(info).enroll(
            wiki,
            account,
            share=input.share,
            capacity=or_none(input.capacity),
            introduction=or_none(input.introduction),
            **told_with,
        )
    return MentorPayload(mentor=ref("Mentor", wiki, mentor))


async def must_be_known(info: Info, db_name: str, wiki: int, account: Target) -> None:
    """Refuse an account of which the caller can't know."""
    if account.name is not None:
        if not await is_known_name(info, db_name, account.name):
            raise nobody_of_that_name("account")
    elif account.id is not None and await known(info, wiki, [account.id]) != [account.id]:
        raise Refused(
            UserErrorCode.NOT_FOUND,
            "No account of that id is known on this wiki; have its registration recorded first.",
            "account",
        )


@refusing(MentorPayload)
async def update_mentor(info: Info, input: UpdateMentorInput) -> MentorPayload:
    """Change only what is given."""
    who = decode_as(input.mentor, ("Mentor",), "mentor")
    asked = {
        name: value.value
        for name in ("share", "capacity", "introduction", "away_until", "notify")
        if (value := getattr(input, name)) is not None
    }
    for name, what in {"share": "A share", "notify": "What a mentor is told"}.items():
        if name in asked and asked[name] is None:
            message = f"{what} can't be null; leave it out to keep it as it is."
            raise Refused(UserErrorCode.INVALID, message, name)
    mentor = ref("Mentor", who.wiki, who.key)
    try:
        with about("mentor"):
            [key] = await known(info, who.wiki, [who.key])
            await ledger_of(info).update_mentor(who.wiki, key, asked, or_none(input.expected_version))
    except Refused as refused:
        if refused.code is not UserErrorCode.STALE_VERSION:
            raise
        raise Outdated(refused, mentor) from None
    return MentorPayload(mentor=mentor)


@refusing(RelationshipPayload)
async def assign_mentor(info: Info, input: AssignMentorInput) -> RelationshipPayload:
    """Draw or name a mentor for a mentee."""
    mentee = decode_as(input.mentee, ("Mentee", "Mentor"), "mentee")
    mentor = or_none(input.mentor)
    try:
        with about("mentee"):
            [key] = await known(info, mentee.wiki, [mentee.key])
            done = await ledger_of(info).assign(
                mentee.wiki,
                key,
                None if mentor is None else account_key(mentor, mentee.wiki, "mentor"),
                input.role,
                expected_version=or_none(input.expected_version),
                **circumstances(input),
            )
    except Refused as refused:
        if refused.code is not UserErrorCode.STALE_VERSION:
            raise
        raise Outdated(refused, await open_tie(info, mentee.wiki, mentee.key, input.role)) from None
    return decided(mentee.wiki, done)


def decided(wiki: int, done: Recorded) -> RelationshipPayload:
    """The tie and the last of the transitions, by address."""
    return RelationshipPayload(
        relationship=ref("Relationship", wiki, done.relationship),
        event=ref("RelationshipEvent", wiki, done.events[-1] if done.events else None),
    )


def claimed(given: list[strawberry.ID], wiki: int) -> list[AccountId]:
    """Whom a claim names, each once."""
    if len(given) > AT_ONCE:
        raise Refused(UserErrorCode.TOO_MANY, f"Claim {AT_ONCE} mentees at most at once.", "mentees")
    if not given:
        raise Refused(
            UserErrorCode.INVALID, "Say whom to claim: give the ids of one or more mentees.", "mentees"
        )
    mentees: list[AccountId] = []
    for place, one in enumerate(given):
        mentee = account_key(one, wiki, "mentees", str(place))
        if mentee in mentees:
            raise Refused(UserErrorCode.INVALID, "Name each mentee once.", "mentees", str(place))
        mentees.append(mentee)
    return mentees


@refusing(ClaimMenteesPayload)
async def claim_mentees(info: Info, input: ClaimMenteesInput) -> ClaimMenteesPayload:
    """Take mentees over, all or none unless the error policy says otherwise."""
    mentor = decode_as(input.mentor, ("Mentor",), "mentor")
    per_item = input.error_policy is ErrorPolicy.PER_ITEM
    mentees = claimed(input.mentees, mentor.wiki)
    with about("mentor"):
        mentees = await known(info, mentor.wiki, mentees)
        ledger = ledger_of(info, rehearse=input.validate_only)
        done = await ledger.claim(mentor.wiki, mentor.key, mentees, per_item=per_item, **circumstances(input))
    results = []
    for place, (given, became) in enumerate(zip(input.mentees, done, strict=True)):
        result = ClaimResult(mentee=given)
        if isinstance(became, Refused):
            result.user_errors = [told(at_place(place, became))]
        else:
            result.relationship = ref("Relationship", mentor.wiki, became.relationship)
        results.append(result)
    # Who asked for all or none reads in one place why it was none.
    refusals = [] if per_item else [error for result in results for error in result.user_errors]
    return ClaimMenteesPayload(results=results, user_errors=refusals)
