"""How accounts stand by what is kept: their names and their open blocks, to be compared with the wiki's own answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from graph.kinds import BlockScope
from models.ledger.connections import Connection, aware

# An account may have several blocks open: the one that weighs most stands for them.
STANDINGS: Final = """
SELECT a.id, coalesce(s.name, a.name) AS name, a.is_hidden, open.scope, open.expires_at, open.blocks,
       a.is_mentee, a.edit_count, turned.at AS turned_at
FROM account AS a
LEFT JOIN suppressed_name AS s ON s.wiki_id = $1 AND s.account_id = a.id AND s.valid_to = 'infinity'
LEFT JOIN LATERAL (
    SELECT coalesce(min(b.scope) FILTER (WHERE b.scope = 'SITEWIDE'), min(b.scope)) AS scope,
           max(least(b.expires_at, b.lifted_at)) AS expires_at, count(*) AS blocks
    FROM block AS b
    WHERE b.wiki_id = $1 AND b.mentee_id = a.id AND b.kind = 'LOCAL' AND b.withdrawn_at = 'infinity'
      AND b.placed_at <= $2 AND $2 < least(b.expires_at, b.lifted_at)
    HAVING count(*) > 0
) AS open ON true
LEFT JOIN LATERAL (
    SELECT max(CASE WHEN b.lifted_at <= $2 THEN b.lifted_at ELSE b.placed_at END) AS at
    FROM block AS b
    WHERE b.wiki_id = $1 AND b.mentee_id = a.id AND b.kind = 'LOCAL' AND b.withdrawn_at = 'infinity'
      AND b.placed_at <= $2
) AS turned ON true
WHERE a.wiki_id = $1 AND a.id = ANY($3::bigint[])
ORDER BY a.id
"""
ACCOUNTS: Final = "SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3"


class Standing(NamedTuple):
    """One account. `scope` is None for whoever has no open block; of several blocks it is that which weighs most, and
    `expires_at` the last end of any. `turned_at` is when a block was last placed or lifted; None: never.
    """

    id: int
    name: str | None
    is_hidden: bool
    scope: BlockScope | None
    expires_at: datetime | None
    blocks: int
    is_mentee: bool
    edit_count: int
    turned_at: datetime | None = None


async def standings(
    connection: Connection, wiki: int, accounts: Sequence[int], now: datetime
) -> list[Standing]:
    """How these accounts stand, in the order of their ids; who is not known is left out."""
    rows = await connection.fetch(STANDINGS, wiki, now, list(accounts))
    return [_standing(*aware(row)) for row in rows]


async def accounts(connection: Connection, wiki: int, after: int, limit: int) -> list[int]:
    """The accounts of a wiki that come after that one, in the order of their ids."""
    return [row["id"] for row in await connection.fetch(ACCOUNTS, wiki, after, limit)]


def _standing(account: int, name: str | None, is_hidden: bool, scope: str | None, *rest: Any) -> Standing:
    expires_at, blocks, *others = rest
    found = None if scope is None else BlockScope(scope)
    return Standing(account, name, is_hidden, found, expires_at, blocks or 0, *others)


SEATS: Final = """
SELECT m.id AS mentee, r.id AS tie, r.mentor_id, EXISTS (
    SELECT FROM relationship AS earlier
    WHERE earlier.wiki_id = $1 AND earlier.mentee_id = m.id AND earlier.role = 'PRIMARY'
      AND earlier.withdrawn_at = 'infinity'
) AS had_one
FROM unnest($3::bigint[]) AS m (id)
LEFT JOIN relationship AS r
  ON r.wiki_id = $1 AND r.mentee_id = m.id AND r.role = 'PRIMARY' AND r.withdrawn_at = 'infinity'
 AND r.started_at <= $2 AND $2 < r.ends_at
"""
ENROLLED_BY: Final = """
SELECT DISTINCT ON (f.mentor_id) f.mentor_id, f.source FROM fact AS f
WHERE f.wiki_id = $1 AND f.mentor_id = ANY($2::bigint[]) AND f.kind = 'MENTOR_ENROLLED' AND f.mentee_id IS NULL
ORDER BY f.mentor_id, f.occurred_at DESC, f.id DESC
"""


class Seat(NamedTuple):
    """Who mentors somebody now: the open primary tie and its mentor, if there is one; whether there ever was one."""

    mentee: int
    tie: int | None
    mentor: int | None
    had_one: bool


async def seats(connection: Connection, wiki: int, mentees: Sequence[int], now: datetime) -> dict[int, Seat]:
    """By mentee; of those whom nobody knows too, who have no mentor."""
    return {row["mentee"]: Seat(*row) for row in await connection.fetch(SEATS, wiki, now, list(mentees))}


async def enrolled_by(connection: Connection, wiki: int, mentors: Sequence[int]) -> dict[int, str]:
    """Which source said last that these became mentors."""
    return {
        row["mentor_id"]: row["source"] for row in await connection.fetch(ENROLLED_BY, wiki, list(mentors))
    }
