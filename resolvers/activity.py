"""The mutation that records what accounts did, for dashboards to filter and sort by."""

from datetime import datetime
from typing import Final

import strawberry

from graph.errors import Refused
from graph.kinds import UserErrorCode
from models.ledger import Activity
from models.ledger.checks import is_ahead
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.happenings import WIKI
from resolvers.inputs import user_id
from resolvers.refusals import UserError, refusing
from resolvers.scalars import BigInt
from resolvers.telling import maybe_absent

AT_ONCE: Final = 1000
"""Accounts that one request may tell of."""


@strawberry.input(description="What one account did. What is left out stays as it was.")
class AccountActivity:
    """Edits and questions of one account."""

    user_id: BigInt = strawberry.field(description="The account's id on its wiki.")
    edit_count: strawberry.Maybe[int | None] = strawberry.field(description="Edits on this wiki; not null.")
    last_edit_at: strawberry.Maybe[datetime | None] = strawberry.field(
        description="The last edit; null: there is none."
    )
    question_count: strawberry.Maybe[int | None] = strawberry.field(
        description="Questions to mentors; null: not known any longer."
    )
    reverted_edit_count: strawberry.Maybe[int | None] = strawberry.field(
        description="Edits that were reverted; null: not known any longer."
    )


@strawberry.input(description="What accounts did, as it is now.")
class RecordActivityInput:
    """The activity of many accounts."""

    wiki: str = strawberry.field(description=WIKI)
    activity: list[AccountActivity] = strawberry.field(description="At most 1,000.")


@strawberry.type(description="How many of the accounts were told of.")
class RecordActivityPayload:
    """What became of it."""

    updated: int = strawberry.field(default=0, description="Accounts that are known here.")
    unknown: int = strawberry.field(default=0, description="Accounts not known here are passed over.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was recorded."
    )


@refusing(RecordActivityPayload)
async def record_activity(info: Info, input: RecordActivityInput) -> RecordActivityPayload:
    """Record what accounts did."""
    if len(input.activity) > AT_ONCE:
        raise Refused(UserErrorCode.TOO_MANY, f"Tell of {AT_ONCE} accounts at most at once.", "activity")
    wiki = await wiki_of(info, input.wiki)
    caller = info.context["caller"]
    now = info.context["engine"].values(caller)["now"]
    told = [read(one, now, place) for place, one in enumerate(input.activity)]
    each_once(told)
    noted = await ledger_of(info).record_activity(wiki, told)
    if caller.rights(wiki).sees_hidden:
        return RecordActivityPayload(updated=noted.seen + noted.hidden, unknown=noted.unknown)
    # Noted all the same; but to who lacks the right, a hidden account does not exist.
    return RecordActivityPayload(updated=noted.seen, unknown=noted.unknown + noted.hidden)


def each_once(told: list[Activity]) -> None:
    """Refuse two words about one account: nobody could say which of them holds."""
    seen: set[int] = set()
    for place, one in enumerate(told):
        if one.account in seen:
            raise refused(place, "userId", "Name each account once.")
        seen.add(one.account)


def read(given: AccountActivity, now: datetime, place: int) -> Activity:
    """What is told of one account, in the ledger's words."""
    if given.edit_count is not None and given.edit_count.value is None:
        raise refused(place, "editCount", "An account's edits can't be null; leave them out to keep them.")
    for name, field in COUNTS.items():
        count = getattr(given, name)
        if count is not None and count.value is not None and count.value < 0:
            raise refused(place, field, "A count is 0 or more.")
    last = given.last_edit_at
    if last is not None and last.value is not None and is_ahead(last.value, now):
        raise Refused(
            UserErrorCode.IN_THE_FUTURE,
            "The last edit is more than five minutes in the future; check the clock and the offset.",
            *("activity", str(place), "lastEditAt"),
        )
    return Activity(
        user_id(given.user_id, "activity", str(place), "userId"),
        maybe_absent(given.edit_count),
        maybe_absent(given.last_edit_at),
        maybe_absent(given.question_count),
        maybe_absent(given.reverted_edit_count),
    )


COUNTS: Final = {
    "edit_count": "editCount",
    "question_count": "questionCount",
    "reverted_edit_count": "revertedEditCount",
}


def refused(place: int, field: str, message: str) -> Refused:
    """What is wrong with the account of that place."""
    return Refused(UserErrorCode.INVALID, message, "activity", str(place), field)
