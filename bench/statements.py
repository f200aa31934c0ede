"""How many statements a request costs, as PostgreSQL itself counted them."""

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import asyncpg
from load import Load

# Loaded from the start, but counting only while asked to, so that it costs the other figures nothing.
SETTINGS: Final = ("shared_preload_libraries=pg_stat_statements",)
COUNT = "ALTER SYSTEM SET pg_stat_statements.track = 'top'"
REST = "ALTER SYSTEM SET pg_stat_statements.track = 'none'"
# What the server sends by itself now and then is no part of a request; BEGIN and RESET would be.
CALLS = """
SELECT coalesce(sum(s.calls), 0) FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
WHERE d.datname = $1 AND s.calls > $2 / 10
"""


async def rest(server: str) -> None:
    """Count nothing until somebody asks."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await _set(connection, REST)
    finally:
        await connection.close()


async def for_each(server: str, database: str, drive: Callable[[], Load]) -> float:
    """Statements for each request of a load, of any kind."""
    connection = await asyncpg.connect(server)
    try:
        await _set(connection, COUNT)
        await connection.execute("SELECT pg_stat_statements_reset()")
        done = await asyncio.to_thread(drive)
        calls = await connection.fetchval(CALLS, urlsplit(database).path.lstrip("/"), done.requests)
        await _set(connection, REST)
    finally:
        await connection.close()
    return float(calls) / done.requests


async def _set(connection: "asyncpg.Connection[asyncpg.Record]", what: str) -> None:
    await connection.execute(what)
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.2)
