"""What mentors choose for themselves; no rule reads it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from graph.errors import Refused
from graph.kinds import MentorShare, NotificationKind, UserErrorCode
from models.columns import NEVER
from models.ledger.checks import check_text
from models.ledger.connections import Connection, aware
from models.ledger.decisions import stale

MENTOR: Final = """
SELECT m.share, m.capacity, m.introduction, m.away_since, m.away_until, m.notify, m.version, m.resigned_at
FROM mentor AS m WHERE m.wiki_id = $1 AND m.id = $2 FOR NO KEY UPDATE
"""
CHOOSE: Final = """
UPDATE mentor AS m
SET share = $3, capacity = $4, introduction = $5, away_since = $6, away_until = $7, notify = $8::text[],
    version = m.version + 1
WHERE m.wiki_id = $1 AND m.id = $2
"""
TAKE_OVER: Final = """
UPDATE mentor AS m
SET share = new.share, capacity = new.capacity, introduction = new.introduction, away_since = new.away_since,
    away_until = new.away_until, notify = string_to_array(new.notify, ','), version = m.version + 1
FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[])
     AS new (id, share, capacity, introduction, away_since, away_until, notify)
WHERE m.wiki_id = $1 AND m.id = new.id
RETURNING m.id
"""

LONGEST_ABSENCE: Final = timedelta(days=365)
INTRODUCTION_CHARACTERS: Final = 240
MOST_MENTEES: Final = 2**31 - 1


class Choices(NamedTuple):
    """What a mentor chose elsewhere; None as `notify`: they never did."""

    mentor: int
    share: str
    capacity: int | None
    introduction: str | None
    away_since: datetime | None
    away_until: datetime | None
    notify: Sequence[str] | None


def checked_choices(share: str, capacity: int | None, introduction: str | None) -> dict[str, Any]:
    """What a mentor may choose."""
    if share not in set(MentorShare):
        raise _invalid("share", "A share is one of NONE, LOW, NORMAL, HIGH.")
    if capacity is not None and not 0 <= capacity <= MOST_MENTEES:
        raise _invalid("capacity", "A capacity is a number of mentees, 0 or more; null is no limit.")
    if introduction is not None and len(introduction) > INTRODUCTION_CHARACTERS:
        raise _invalid("introduction", f"An introduction has at most {INTRODUCTION_CHARACTERS} characters.")
    check_text(introduction, "introduction")
    return {"share": str(share), "capacity": capacity, "introduction": introduction}


def _invalid(field: str, message: str) -> Refused:
    return Refused(UserErrorCode.INVALID, message, field)


async def update_mentor(
    connection: Connection,
    wiki: int,
    mentor: int,
    changes: Mapping[str, object],
    expected_version: int | None,
    now: datetime,
) -> None:
    """Change only what is given; what stays as it is makes no new version."""
    found = await connection.fetchrow(MENTOR, wiki, mentor)
    if found is None:
        raise Refused(UserErrorCode.NOT_FOUND, "No mentor of that id is known on this wiki.", "mentor")
    row = dict(zip(found.keys(), aware(found.values()), strict=True))
    if row["resigned_at"] <= now:
        raise Refused(UserErrorCode.NOT_A_MENTOR, "That mentor has resigned; enroll them again.", "mentor")
    if expected_version is not None and row["version"] != expected_version:
        raise stale()
    chosen: dict[str, Any] = {**row, **changes}
    chosen |= checked_choices(chosen["share"], chosen["capacity"], chosen["introduction"])
    if "away_until" in changes:
        chosen |= _absence(row["away_since"], row["away_until"], chosen["away_until"], now)
    if chosen["notify"] is not None:
        chosen["notify"] = [NotificationKind(kind).value for kind in chosen["notify"]]
    columns = ("share", "capacity", "introduction", "away_since", "away_until", "notify")
    if all(chosen[column] == row[column] for column in columns):
        return
    await connection.execute(CHOOSE, wiki, mentor, *(chosen[column] for column in columns))


def _absence(
    since: datetime | None, until: datetime, asked: datetime | None, now: datetime
) -> dict[str, datetime | None]:
    """Whoever is away and says until when anew has been away since then; none: back now."""
    if asked is None:
        return {"away_since": None, "away_until": NEVER}
    if not now < asked <= now + LONGEST_ABSENCE:
        raise _invalid(
            "awayUntil", "An absence ends in the future, at most 365 days from now; null is back now."
        )
    return {"away_since": since if until > now else now, "away_until": asked}


async def take_over(connection: Connection, wiki: int, chosen: Sequence[Choices]) -> int:
    """Put mentors' choices of elsewhere in place of theirs here; answers how many of the mentors are known."""
    rows = [
        (
            one.mentor,
            *checked_choices(one.share, one.capacity, one.introduction).values(),
            one.away_since,
            one.away_until or NEVER,
            # An array of arrays must be a rectangle, so a list goes as text.
            None if one.notify is None else ",".join(NotificationKind(kind).value for kind in one.notify),
        )
        for one in sorted(chosen)
    ]
    found = await connection.fetch(TAKE_OVER, wiki, *zip(*rows, strict=True)) if rows else []
    return len(found)
