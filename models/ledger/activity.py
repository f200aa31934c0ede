"""What is known of accounts beside their timelines: their edits, their questions. No rule of the lifecycle reads it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from graph.facts import ABSENT, Absent
from models.columns import NEVER
from models.ledger.connections import Connection
from models.ledger.locks import lock_accounts

# NULL stands for what was left out, and stays as it was; a count below nothing for one that was never told.
NOTE: Final = """
UPDATE account AS a
SET edit_count = coalesce(new.edit_count, a.edit_count),
    last_edit_at = coalesce(new.last_edit_at, a.last_edit_at),
    question_count = nullif(coalesce(new.question_count, a.question_count), -1),
    reverted_edit_count = nullif(coalesce(new.reverted_edit_count, a.reverted_edit_count), -1)
FROM unnest($2::bigint[], $3::integer[], $4::timestamptz[], $5::integer[], $6::integer[])
     AS new (id, edit_count, last_edit_at, question_count, reverted_edit_count)
WHERE a.wiki_id = $1 AND a.id = new.id
"""
NOTE_IN_SPANS: Final = """
UPDATE relationship_span AS s SET last_edit_at = new.last_edit_at
FROM unnest($2::bigint[], $3::timestamptz[]) AS new (id, last_edit_at)
WHERE s.wiki_id = $1 AND s.mentee_id = new.id AND s.last_edit_at <> new.last_edit_at
"""
NOTE_IN_NEEDS: Final = """
UPDATE need AS n SET last_edit_at = new.last_edit_at
FROM unnest($2::bigint[], $3::timestamptz[]) AS new (id, last_edit_at)
WHERE n.wiki_id = $1 AND n.mentee_id = new.id AND n.last_edit_at <> new.last_edit_at
"""

FORGOTTEN: Final = -1


class Activity(NamedTuple):
    """What one account did. What is ABSENT stays as it was; None: there is none, or it is not known any longer."""

    account: int
    edit_count: int | Literal[Absent.ABSENT] = ABSENT
    last_edit_at: datetime | Literal[Absent.ABSENT] | None = ABSENT
    question_count: int | Literal[Absent.ABSENT] | None = ABSENT
    reverted_edit_count: int | Literal[Absent.ABSENT] | None = ABSENT


class Noted(NamedTuple):
    """How many of the accounts are known and not hidden, known and hidden, not known."""

    seen: int
    hidden: int
    unknown: int


async def record_activity(connection: Connection, wiki: int, told: Sequence[Activity]) -> Noted:
    """Note it of all that are known; where one account is named more than once, the last word counts."""
    by_account = {one.account: one for one in told}
    known = await lock_accounts(connection, wiki, by_account)
    rows = [_row(by_account[account]) for account in known]
    if rows:
        await connection.execute(NOTE, wiki, *zip(*rows, strict=True))
    edited = [(account, last) for account, _, last, _, _ in rows if last is not None]
    if edited:
        await connection.execute(NOTE_IN_NEEDS, wiki, *zip(*edited, strict=True))
        # The last edit of who is hidden is told by no place in a mentor's list.
        shown = [(account, last) for account, last in edited if not known[account].is_hidden]
        if shown:
            await connection.execute(NOTE_IN_SPANS, wiki, *zip(*shown, strict=True))
    hidden = sum(account.is_hidden for account in known.values())
    return Noted(len(known) - hidden, hidden, len(by_account) - len(known))


def _row(told: Activity) -> tuple[int, int | None, datetime | None, int | None, int | None]:
    return (
        told.account,
        None if told.edit_count is ABSENT else told.edit_count,
        None if told.last_edit_at is ABSENT else told.last_edit_at or NEVER,
        _count(told.question_count),
        _count(told.reverted_edit_count),
    )


def _count(told: int | Literal[Absent.ABSENT] | None) -> int | None:
    if told is ABSENT:
        return None
    return FORGOTTEN if told is None else told
