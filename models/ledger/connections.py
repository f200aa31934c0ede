"""The ledger's connections, as the role that can only append; and one transaction, tried again whole."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from graph.errors import Unavailable
from models.columns import ENDLESS, NEVER
from models.migrate import ROLE

# asyncpg's own types are generic over a record; no subclass of it is used here.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

Timed = Callable[[str, float], None]
"""Hears each statement when it is over, and how many seconds it took."""
Clock = Callable[[], datetime]
T = TypeVar("T")


class Connections(Protocol):
    """Where a transaction has its connection from."""

    def acquire(self, *, timeout: float | None = None) -> AbstractAsyncContextManager[Connection]:
        """A connection, for as long as the block takes."""


SETTINGS: Final = {
    "role": ROLE,
    "application_name": "mentorgraph ledger",
    "lock_timeout": "3s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
    # What a rehearsal reads is written as the reader writes it.
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
}

# Told by SQLSTATE: a serialization failure, a deadlock, a lock not had in time, a plan that a migration outdated.
TRY_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
)
# The connection is gone. Whether what was asked was committed is not known, but every change has an origin that
# it was given before the first try: if it was, the second try finds it and answers with it.
GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
    OSError,
)
TRIES: Final = 12
TRIES_WHEN_GONE: Final = 4
# The first wait, in seconds; it doubles each time up to the longest, and a random part of it is waited.
FIRST_WAIT: Final = 0.004
LONGEST_WAIT: Final = 0.25
# A wiki that was added since PostgreSQL last looked at its tables counts as one row. Planned for that wiki, a join
# reads all of the wiki's rows for each of them: a rename took a minute. Planned for any wiki, it takes the keys.
PLANS: Final = "force_generic_plan"
CONNECT_TIMEOUT: Final = 5.0
POOL_TIMEOUT: Final = 10.0
CLOSED_WITHIN: Final = 5.0


def wall_clock() -> datetime:
    """Now, to the millisecond: what a client reads is what was compared."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def aware(row: Iterable[Any]) -> tuple[Any, ...]:
    """A row's values, where an infinity has a zone like every other moment and can be compared with them."""
    return tuple(
        [
            (ENDLESS if value == datetime.max else NEVER)
            if value.__class__ is datetime and value.tzinfo is None
            else value
            for value in row
        ]
    )


async def no_reset(_: Connection) -> None:
    """Nothing that a change sets outlives its transaction, so a connection goes back as it came."""


async def connect(
    dsn: str, size: int, plans: str, observe: Callable[[str], None] | None, timed: Timed | None = None
) -> Pool:
    """A pool that opens connections as they are needed; `observe` is told every statement, `timed` its seconds."""

    async def prepare(connection: Connection) -> None:
        if observe is not None:
            seen = observe
            connection.add_query_logger(lambda query: seen(query.query))
        if timed is not None:
            hears = timed
            connection.add_query_logger(lambda query: hears(query.query, query.elapsed))

    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        server_settings={**SETTINGS, "plan_cache_mode": plans},
        command_timeout=65,
        timeout=CONNECT_TIMEOUT,
        init=prepare,
        reset=no_reset,
    )


async def disconnect(pool: Pool) -> None:
    """Close what is idle, and wait a few seconds for what is not; what is at work then is cut off."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSED_WITHIN):
            await pool.close()


async def transact(
    pool: Connections,
    work: Callable[[Connection], Awaitable[T]],
    chance: random.Random,
    *,
    readonly: bool = False,
) -> T:
    """Do the work in one transaction. What another's transaction spoiled is done again, whole, a few times."""
    lost = 0
    for attempt in range(TRIES):
        try:
            async with (
                pool.acquire(timeout=POOL_TIMEOUT) as connection,
                connection.transaction(readonly=readonly),
            ):
                return await work(connection)
        except TRY_AGAIN as error:
            spoiled: Exception = error
        except GONE as error:
            if isinstance(error, ValueError):
                raise  # asyncpg's word for a value that fits no type: a mistake of ours, that no other try mends
            spoiled, lost = error, lost + 1
            if lost == TRIES_WHEN_GONE:
                break
        await asyncio.sleep(chance.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**attempt)))
    raise Unavailable("The database can't take the change now; send the same again in a moment.") from spoiled
