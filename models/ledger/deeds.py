"""Deeds: each change that somebody asked for says who it was, and is none where they are blocked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from graph.errors import Refused
from graph.kinds import AccountId, UserErrorCode
from models.ledger.acting import Acting
from models.ledger.connections import Connection

# Whoever records a block of theirs has this row for its own: of the two, the one that is later sees the other.
HOLD_DOER: Final = "SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.id = $2 FOR SHARE"
IS_BLOCKED: Final = """
SELECT EXISTS (
    SELECT FROM block_span AS s JOIN block AS b ON b.wiki_id = $1 AND b.id = s.block_id
    WHERE s.wiki_id = $1 AND s.mentee_id = $2 AND s.valid_from <= $3 AND s.valid_to > $3
      AND (s.scope = 'SITEWIDE' OR b.kind IN ('GLOBAL_BLOCK', 'GLOBAL_LOCK')))
"""
KEEP: Final = """
INSERT INTO deed AS d (wiki_id, done_at, doer, mutation, facts) VALUES ($1, $2, $3, $4, $5::bigint[])
"""


def doer_on(wiki: int, acting: Acting | None) -> AccountId | None:
    """The account of whoever acts, on that wiki."""
    return None if acting is None else acting.caller.accounts.get(wiki)


async def keep(
    connection: Connection, wiki: int, acting: Acting, now: datetime, facts: Sequence[int]
) -> None:
    """Write down who makes this change. Whoever is blocked sitewide makes none."""
    account = doer_on(wiki, acting)
    if account is not None:
        await connection.execute(HOLD_DOER, wiki, account)
        if await connection.fetchval(IS_BLOCKED, wiki, account, now):
            raise Refused(
                UserErrorCode.CALLER_BLOCKED,
                "You are blocked on this wiki, and can do nothing here until the block ends.",
            )
    await note(connection, wiki, acting.caller.mark, acting.mutation, now, facts)


async def note(
    connection: Connection, wiki: int, doer: str, what: str, now: datetime, facts: Sequence[int] = ()
) -> None:
    """Write down what somebody does."""
    await connection.execute(KEEP, wiki, now, doer, what, list(facts))
