"""One PostgreSQL for the whole run, and a fresh database for whoever asks.

A template is migrated once; a database copied from it takes 20 ms where its files lie in memory and 350 ms on a slow
disk, so tests need not share one. With MENTORGRAPH_TEST_DATABASE_URL the databases are made inside that server instead,
and dropped at the end.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from mentorgraph import postgres
from statement_lint import Statements, everything_of
from those_who_ask import let_in

NUMBER = count(1)
ROOM = 4 << 30
"""Bytes that the largest databases of a run take, several times over."""
ADMINISTRATION = 120.0
"""Seconds within which a database is made or dropped, on the slowest disk."""


def within(server: str, database: str) -> str:
    """The same server's DSN, for another database of it."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The DSN of a server to make databases in."""
    given = os.environ.get("MENTORGRAPH_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="mg-", dir=in_memory()) as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder), postgres.UNSAFE_BUT_FAST) as dsn:
            yield dsn


def in_memory() -> str | None:
    """A folder whose files are kept in memory, where there is one with room enough for a server."""
    shared = Path("/dev/shm")  # noqa: S108 - what is made there has a name of its own
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > ROOM else None


@asynccontextmanager
async def new_database(server: str, template: str = "template1") -> AsyncIterator[str]:
    """A database of its own for as long as the block takes."""
    name = f"mg_{os.getpid()}_{next(NUMBER)}"
    await _admin(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield within(server, name)
    finally:
        await _admin(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _admin(server: str, command: str) -> None:
    connection = await asyncpg.connect(server, command_timeout=ADMINISTRATION)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


@pytest.fixture(scope="session", autouse=True)
def every_statement() -> Iterator[Statements]:
    """Every statement that our code runs, held at the end of the run to what many machines can run."""
    seen = Statements()
    with everything_of(("models", "mentorgraph", "resolvers"), seen):
        yield seen
    found = seen.breaches()
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
async def template(server: str) -> AsyncIterator[str]:
    """The name of a database that is migrated and empty."""
    from models.migrate import upgrade

    async with new_database(server) as dsn:
        await upgrade(dsn)
        await let_in(dsn)
        yield urlsplit(dsn).path.lstrip("/")


@pytest.fixture
async def database(server: str, template: str) -> AsyncIterator[str]:
    """The DSN of a migrated, empty database for one test alone."""
    async with new_database(server, template) as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def module_database(server: str, template: str) -> AsyncIterator[str]:
    """The DSN of a migrated, empty database that the tests of one module share."""
    async with new_database(server, template) as dsn:
        yield dsn


@pytest.fixture(scope="session")
async def session_database(server: str, template: str) -> AsyncIterator[str]:
    """The DSN of a migrated, empty database for a whole folder, which one fixture fills."""
    async with new_database(server, template) as dsn:
        yield dsn


@pytest.fixture
async def bare_database(server: str) -> AsyncIterator[str]:
    """The DSN of a database without a single table."""
    async with new_database(server) as dsn:
        yield dsn
