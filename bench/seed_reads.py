"""Fills databases with a wiki of a given size, by SQL, and keeps them for the next run over the same folder.

One wiki, mentors with 250 mentees each and, in a large one, a mentor with ten thousand.
"""

import json
import time
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

import asyncpg

from graph.kinds import PolicyPreset
from graph.policy import PRESETS, to_json
from models.migrate import upgrade

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

WIKI: Final = "benchwiki"
WIKI_ID: Final = 1
MENTEES_EACH: Final = 250
GREAT: Final = 10_000
"""Mentees of the one great mentor."""

ROWS: Final = Path(__file__).with_suffix(".sql")

# The same dice each time; and no waiting for the disk.
PREPARE: Final = """
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '256MB';
SELECT setseed(0.5);
CREATE TEMP TABLE given (ties bigint, mentors bigint, every bigint, now timestamptz)
"""

# What makes inserting dear is taken away before and put back after, as it was: indexes, then exclusions, then
# references. Primary and unique keys stay; rows come in their order.
BURDENS: Final = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS off,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s',
        c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) AS on,
    CASE c.contype WHEN 'x' THEN 2 ELSE 3 END AS turn
FROM pg_constraint AS c
WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('f', 'x')
UNION ALL
SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid), 1
FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
WHERE t.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY turn
"""


class Seeded(NamedTuple):
    """A database with a wiki in it, and what seeding it took."""

    dsn: str
    ties: int
    mentors: int
    """Mentors with 250 mentees each: the accounts 1 to this."""
    great: int
    """The account of the mentor with ten thousand, in a large wiki."""
    gigabytes: float
    seconds: float | None
    """None where it was there already."""


async def seeded(server: str, ties: int, *, great: bool) -> Seeded:
    """A database of that size: the one that is kept, or a new one."""
    name, begun = f"reads_{ties}_{_version():08x}", time.monotonic()
    mentors = (ties - GREAT * great) // MENTEES_EACH
    admin = await asyncpg.connect(server)
    try:
        kept = await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        if not kept:
            await _fresh(admin, server, ties, name)
            await _fill(_within(server, f"{name}_new"), ties, mentors, ties // GREAT if great else 0)
            await admin.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
        size = await admin.fetchval("SELECT pg_database_size($1)", name)
    finally:
        await admin.close()
    seconds = None if kept else time.monotonic() - begun
    return Seeded(_within(server, name), ties, mentors, mentors + 1, size / 2**30, seconds)


def _within(server: str, database: str) -> str:
    """The same server's DSN, for another database of it."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def _version() -> int:
    """What tables and rows look like; a database of another version is made anew."""
    migrations = sorted((Path(__file__).parents[1] / "models/migrations/versions").glob("*.sql"))
    return crc32(b"".join(one.read_bytes() for one in (*migrations, ROWS, Path(__file__))))


async def _fresh(admin: Connection, server: str, ties: int, name: str) -> None:
    """An empty database with the newest tables; those of the same size and another version go."""
    like = f"reads\\_{ties}\\_%"
    for (old,) in await admin.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", like):
        await admin.execute(f"DROP DATABASE {old} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name}_new")
    await upgrade(_within(server, f"{name}_new"))


async def _fill(dsn: str, ties: int, mentors: int, every: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(PREPARE)
        await connection.execute("INSERT INTO given VALUES ($1, $2, $3, now())", ties, mentors, every)
        await _add_wiki(connection)
        burdens = await connection.fetch(BURDENS)
        for burden in reversed(burdens):
            await connection.execute(burden["off"])
        for statement in ROWS.read_text().split(";\n"):
            if statement.strip():
                await connection.execute(statement)
        for burden in burdens:
            await connection.execute(burden["on"])
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _add_wiki(connection: Connection) -> None:
    await connection.execute(
        "INSERT INTO wiki (id, db_name, url, added_at) VALUES ($1, $2, $3, now())",
        WIKI_ID,
        WIKI,
        "https://bench.example",
    )
    await connection.execute(
        "INSERT INTO policy (wiki_id, version, settings, recorded_at) VALUES ($1, 1, $2, now())",
        WIKI_ID,
        json.dumps(to_json(PRESETS[PolicyPreset.DEFAULT])),
    )
