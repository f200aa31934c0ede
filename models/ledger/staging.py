"""Where a load waits: the rows of a dump, and what was found out about them, until all is in the wiki's own tables.

All of it lies in a schema of the load's own, which is gone when the load is done. These tables are unlogged: what a
crash of PostgreSQL takes with it is read again from the files.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

import asyncpg

from models.ledger.connections import Connection

# One load at a time in an installation; the lock is the session's, so it is free when the process dies. What a
# process that died has begun may go on for a second: each of its connections shares the other lock until then.
TAKE_TURN: Final = "SELECT pg_advisory_lock(20261122, 4)"
HELP: Final = "SELECT pg_advisory_lock_shared(20261122, 3)"
WAIT_FOR_THE_DYING: Final = "SELECT pg_advisory_lock(20261122, 3), pg_advisory_unlock(20261122, 3)"

MAKE_SCHEMA: Final = "CREATE SCHEMA mentorgraph_load"
MAKE_LOAD: Final = (
    "CREATE UNLOGGED TABLE mentorgraph_load.load (wiki_id integer NOT NULL, name varchar NOT NULL)"
)
MAKE_ROWS: Final = """
CREATE UNLOGGED TABLE mentorgraph_load.load_row
    (line bigint NOT NULL, mentee bigint NOT NULL, mentor bigint NOT NULL, is_backup boolean NOT NULL)
"""
DROP: Final = "DROP SCHEMA IF EXISTS mentorgraph_load CASCADE"
WHICH: Final = "SELECT l.name FROM load AS l WHERE l.wiki_id = $1"
NAME: Final = "INSERT INTO load (wiki_id, name) VALUES ($1, $2)"
STAGED: Final = "SELECT coalesce(max(r.line), 0) AS line, count(*) AS rows FROM load_row AS r"

MAKE_BEGINNING: Final = """
CREATE UNLOGGED TABLE mentorgraph_load.load_beginning
    (rests_on varchar NOT NULL, begun_at timestamptz(3) NOT NULL, facts bigint NOT NULL, ties bigint NOT NULL,
     is_moved boolean NOT NULL)
"""
BEGIN: Final = (
    "INSERT INTO load_beginning (rests_on, begun_at, facts, ties, is_moved) VALUES ($1, $2, $3, $4, false)"
)
BEGUN: Final = "SELECT b.rests_on, b.begun_at, b.facts, b.ties, b.is_moved FROM load_beginning AS b"
MOVED: Final = "UPDATE load_beginning SET is_moved = true"

PIECES: Final = """
SELECT format('DROP TABLE mentorgraph_load.%I CASCADE', c.relname) AS command FROM pg_class AS c
WHERE c.relnamespace = to_regnamespace('mentorgraph_load') AND c.relkind = 'r' AND c.relname NOT IN ('load', 'load_row')
"""

# Of several rows about one mentee and role the first counts, as it would if they came one after the other.
SET_REPEATS_ASIDE: Final = """
CREATE UNLOGGED TABLE mentorgraph_load.load_repeat AS
WITH several AS (
    SELECT r.mentee, r.is_backup, min(r.line) AS line
    FROM load_row AS r GROUP BY r.mentee, r.is_backup HAVING count(*) > 1
), first AS (
    SELECT r.mentee, r.is_backup, r.line, r.mentor FROM several AS s JOIN load_row AS r ON r.line = s.line
)
SELECT r.line, r.mentor = f.mentor AS is_same FROM load_row AS r
JOIN first AS f ON r.mentee = f.mentee AND r.is_backup = f.is_backup AND r.line > f.line
"""
DROP_REPEATS: Final = "DELETE FROM load_row AS r USING load_repeat AS p WHERE p.line = r.line"
REPEATS: Final = "SELECT p.line, p.is_same FROM load_repeat AS p"

AT_ONCE: Final = 250_000
"""Rows that are committed together: what a kill may cost."""


class Staged(NamedTuple):
    """A row that waits. `line` is its place among all rows of the load, from 1 and ascending."""

    line: int
    mentee: int
    mentor: int
    is_backup: bool


class Beginning(NamedTuple):
    """With what the first piece of a load began, and so all others go on.

    `rests_on` says what would have to be begun anew if it were otherwise; `facts` and `ties` are the ids before the
    first of its own; `is_moved`: the rows are in the wiki's own tables.
    """

    rests_on: str
    begun_at: datetime
    facts: int
    ties: int
    is_moved: bool = False


class Repeat(NamedTuple):
    """A row that tells of a mentee and role of which an earlier one told already; `is_same`: the same mentor."""

    line: int
    is_same: bool


class BusyError(Exception):
    """Another load is under way in this database."""


async def take_turn(connection: Connection) -> None:
    try:
        await connection.execute(TAKE_TURN)
        await connection.execute(WAIT_FOR_THE_DYING)
    except asyncpg.LockNotAvailableError:
        message = "Another import is being loaded into this database; wait until it has ended."
        raise BusyError(message) from None


async def resume(connection: Connection, wiki: int, name: str) -> tuple[int, int]:
    """Go on with the load of that name, or begin it; answers the last place that waits already, and how many do."""
    try:
        is_ours = await connection.fetchval(WHICH, wiki) == name
    except asyncpg.UndefinedTableError:
        is_ours = False
    if not is_ours:
        async with connection.transaction():
            for statement in (DROP, MAKE_SCHEMA, MAKE_LOAD, MAKE_ROWS):
                await connection.execute(statement)
            await connection.execute(NAME, wiki, name)
    found = await connection.fetchrow(STAGED)
    assert found is not None
    return found["line"], found["rows"]


async def stage(connection: Connection, rows: Iterable[Staged], after: int) -> AsyncIterator[int]:
    """Put what comes after that place with the rest, a part at a time; gives how many each part has."""
    coming = (row for row in rows if row.line > after)
    while part := list(islice(coming, AT_ONCE)):
        async with connection.transaction():
            await connection.copy_records_to_table("load_row", schema_name="mentorgraph_load", records=part)
        yield len(part)


async def beginning(connection: Connection) -> Beginning | None:
    """How the load began; None where no piece of it is there yet."""
    try:
        found = await connection.fetchrow(BEGUN)
    except asyncpg.UndefinedTableError:
        return None
    return None if found is None else Beginning(*found)


async def begin(connection: Connection, how: Beginning) -> None:
    await connection.execute(MAKE_BEGINNING)
    await connection.execute(BEGIN, how.rests_on, how.begun_at, how.facts, how.ties)


async def forget(connection: Connection) -> None:
    """All pieces; the rows of the files stay."""
    async with connection.transaction():
        for row in await connection.fetch(PIECES):
            await connection.execute(row["command"])


async def set_repeats_aside(connection: Connection) -> None:
    await connection.execute(SET_REPEATS_ASIDE)
    await connection.execute(DROP_REPEATS)


async def repeats(connection: Connection) -> list[Repeat]:
    return [Repeat(*row) for row in await connection.fetch(REPEATS)]
