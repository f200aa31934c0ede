"""What mentors choose for themselves, and what is known of accounts beside their timelines: no rule reads either."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from graph.errors import Refused
from graph.kinds import MentorShare, NotificationKind, UserErrorCode
from models.columns import NEVER
from models.ledger.checks import check_text
from models.ledger.connections import Connection, aware
from models.ledger.decisions import stale
from models.ledger.locks import lock_accounts

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
EDITED: Final = """
UPDATE account AS a SET edit_count = new.edit_count, last_edit_at = new.last_edit_at
FROM unnest($2::bigint[], $3::integer[], $4::timestamptz[]) AS new (id, edit_count, last_edit_at)
WHERE a.wiki_id = $1 AND a.id = new.id
"""
EDITED_SPANS: Final = """
UPDATE relationship_span AS s SET last_edit_at = new.last_edit_at
FROM unnest($2::bigint[], $3::timestamptz[]) AS new (id, last_edit_at)
WHERE s.wiki_id = $1 AND s.mentee_id = new.id AND s.last_edit_at <> new.last_edit_at
"""

LONGEST_ABSENCE: Final = timedelta(days=365)
INTRODUCTION_CHARACTERS: Final = 240
MOST_MENTEES: Final = 2**31 - 1

Activity = tuple[int, int, datetime | None]
"""An account, its edits and the last of them."""


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
    """Change only what is given."""
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


async def record_activity(connection: Connection, wiki: int, activity: Sequence[Activity]) -> int:
    """Note edits; accounts that are not known are passed over. Answers how many were known."""
    known = await lock_accounts(connection, wiki, (account for account, _, _ in activity))
    rows = {account: (account, edits, last or NEVER) for account, edits, last in activity if account in known}
    if rows:
        accounts, edits, last = zip(*rows.values(), strict=True)
        await connection.execute(EDITED, wiki, accounts, edits, last)
        await connection.execute(EDITED_SPANS, wiki, accounts, last)
    return len(rows)
