"""The reader's connections: few, read-only, replaced when they die; a database that is away is said to be."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from graph.errors import RequestRefused, Unavailable
from models.reader import Reader
from reading import READS

PID = "SELECT pg_backend_pid()::text"


async def kill(dsn: str, pid: bytes) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SELECT pg_terminate_backend($1)", int(pid))
    await connection.close()


async def test_the_connection_that_was_used_last_is_used_next(database: str) -> None:
    async with Reader.open(database, READS) as reader:
        one, other = await asyncio.gather(*(reader.fetch(f"{PID} FROM pg_sleep(0.1)", ()) for _ in range(2)))
        assert one != other
        last = await reader.fetch(PID, ())
        assert [await reader.fetch(PID, ()) for _ in range(3)] == [last] * 3


async def test_more_readers_than_connections_wait_for_their_turn(database: str) -> None:
    async with Reader.open(database, READS) as reader:
        found = await asyncio.gather(*(reader.fetch(f"{PID} FROM pg_sleep(0.01)", ()) for _ in range(20)))
        assert len(set(found)) == READS.pool_size == reader.open_connections


async def test_a_reader_that_gives_up_its_turn_holds_nobody_up(database: str) -> None:
    async with Reader.open(database, replace(READS, pool_size=1)) as reader:
        tasks = [asyncio.create_task(reader.fetch(f"{PID} FROM pg_sleep(0.2)", ())) for _ in range(5)]
        await asyncio.sleep(0.05)
        for task in tasks[:4]:
            task.cancel()
        async with asyncio.timeout(5):
            assert await tasks[4]
            assert await reader.fetch(PID, ())


async def test_a_connection_that_died_is_replaced_without_a_word(database: str) -> None:
    async with Reader.open(database, READS) as reader:
        before = await reader.fetch(PID, ())
        await kill(database, before)
        assert await reader.fetch(PID, ()) != before
        assert reader.open_connections == 1


async def test_a_database_that_is_away_is_unavailable_and_found_again(database: str) -> None:
    async with Reader.open(database, READS) as reader:
        reader.dsn = "postgresql://postgres@127.0.0.1:1/nothing"
        with pytest.raises(Unavailable):
            await reader.fetch(PID, ())
        reader.dsn = database
        assert await reader.fetch(PID, ())
        assert reader.open_connections == 1


async def test_nothing_can_be_written(database: str) -> None:
    async with Reader.open(database, READS) as reader:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reader.fetch("INSERT INTO wiki VALUES (1, 'a', 'b', '2026-01-01') RETURNING db_name", ())


async def test_a_read_that_takes_too_long_is_refused(database: str) -> None:
    async with Reader.open(database, replace(READS, statement_timeout=0.05)) as reader:
        with pytest.raises(RequestRefused, match="Ask for less") as refused:
            await reader.fetch("SELECT pg_sleep(5)::text", ())
        assert refused.value.code == "TIMEOUT"
        assert await reader.fetch(PID, ())
