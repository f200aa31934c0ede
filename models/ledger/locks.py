"""Who waits for whom: mentors before mentees, each in the order of their ids, so that no two wait for each other."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

from models.ledger.connections import Connection, aware
from models.ledger.rows import AccountRow


class Strength(IntEnum):
    """How a mentor is locked: against a change of their terms, or as the one who changes terms or load."""

    SHARED = 0
    EXCLUSIVE = 1


Locks = dict[int, Strength]

# Row locks alone are right, and unfair: as long as one change after the other shares a mentor's row, whoever
# wants it alone waits for ever. These queue in the order of coming. Nothing that is written rests on them.
QUEUE_FOR_MENTORS: Final = """
SELECT CASE WHEN wanted.alone THEN pg_advisory_xact_lock($1, wanted.key)::text
       ELSE pg_advisory_xact_lock_shared($1, wanted.key)::text END
FROM unnest($2::integer[], $3::boolean[]) AS wanted (key, alone)
"""
SHARE_MENTORS: Final = """
SELECT m.id, m.notify FROM mentor AS m WHERE m.wiki_id = $1 AND m.id = ANY($2::bigint[]) ORDER BY m.id FOR SHARE
"""
TAKE_MENTORS: Final = """
SELECT m.id, m.notify FROM mentor AS m WHERE m.wiki_id = $1 AND m.id = ANY($2::bigint[]) ORDER BY m.id FOR NO KEY UPDATE
"""
# FOR NO KEY UPDATE is what an UPDATE takes: it keeps every other change out, and lets a row that only refers to
# the account (a mentor's, say) be checked meanwhile.
TAKE_ACCOUNTS: Final = """
SELECT a.id, a.name, a.is_hidden, a.registered_at, a.last_edit_at, a.is_mentee, a.eligible, a.block_count,
       a.next_change_at
FROM account AS a WHERE a.wiki_id = $1 AND a.id = ANY($2::bigint[]) ORDER BY a.id FOR NO KEY UPDATE
"""
ADD_ACCOUNTS: Final = """
INSERT INTO account AS a (wiki_id, id)
SELECT $1, new.id FROM unnest($2::bigint[]) AS new (id) ORDER BY new.id
ON CONFLICT (wiki_id, id) DO NOTHING
RETURNING a.id
"""

ADVISORY_KEYS: Final = 2**31


async def lock_mentors(
    connection: Connection, wiki: int, wanted: Mapping[int, Strength]
) -> dict[int, list[str] | None]:
    """Lock the rows of these mentors; answers what each wants to be told. Who was never enrolled has no row."""
    if not wanted:
        return {}
    await _queue(connection, wiki, wanted)
    shared = sorted(mentor for mentor, strength in wanted.items() if strength is Strength.SHARED)
    alone = sorted(mentor for mentor, strength in wanted.items() if strength is Strength.EXCLUSIVE)
    found = await connection.fetch(SHARE_MENTORS, wiki, shared) if shared else []
    found += await connection.fetch(TAKE_MENTORS, wiki, alone) if alone else []
    return {row["id"]: row["notify"] for row in found}


async def _queue(connection: Connection, wiki: int, wanted: Mapping[int, Strength]) -> None:
    keys: dict[int, bool] = {}
    for mentor, strength in wanted.items():
        key = mentor % ADVISORY_KEYS
        keys[key] = keys.get(key, False) or strength is Strength.EXCLUSIVE
    ordered = sorted(keys)
    await connection.fetch(QUEUE_FOR_MENTORS, wiki, ordered, [keys[key] for key in ordered])


async def lock_accounts(connection: Connection, wiki: int, wanted: Iterable[int]) -> dict[int, AccountRow]:
    """Lock these accounts; those that do not exist are left out."""
    found = await connection.fetch(TAKE_ACCOUNTS, wiki, sorted(set(wanted)))
    return {row["id"]: AccountRow(*aware(row)) for row in found}


async def add_accounts(connection: Connection, wiki: int, unknown: Iterable[int]) -> set[int]:
    """Make accounts of which nothing is known yet; answers which of them are our own making."""
    made = await connection.fetch(ADD_ACCOUNTS, wiki, sorted(set(unknown)))
    return {row["id"] for row in made}
