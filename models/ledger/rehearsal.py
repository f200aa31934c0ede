"""A rehearsal: changes are made as ever and read while they last, and all of it is rolled back (`validateOnly`)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from asyncpg.transaction import Transaction

from graph.caller import NO_RIGHTS, Rights
from graph.errors import Unavailable
from models.ledger.connections import GONE, Connection, Pool


class Rehearsal:
    """One transaction that is never committed. A change in it is a savepoint, so one that is refused leaves the others.

    It stands where a pool stands, and has one connection, for one at a time. Its locks are held until `end`.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._opened = AsyncExitStack()
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def acquire(self, *, timeout: float | None = None) -> AsyncIterator[Connection]:  # noqa: ASYNC109 - a pool's
        """The connection; where it was lost, another, on which all begins anew."""
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                await self._opened.aclose()
                self._connection = await self._open(timeout)
            yield self._connection

    async def _open(self, patience: float | None) -> Connection:
        connection = await self._opened.enter_async_context(self._pool.acquire(timeout=patience))
        transaction = connection.transaction()
        await transaction.start()
        self._opened.push_async_callback(_undo, connection, transaction)
        return connection

    async def fetch(self, sql: str, arguments: Sequence[Any], _: Rights = NO_RIGHTS) -> bytes:
        """The one value that a statement selects, with all that has been changed until now."""
        try:
            async with self._turn:
                assert self._connection is not None, (
                    "there is nothing to read but between a change and the end"
                )
                text: bytes = await self._connection.fetchval(sql, *arguments)
        except GONE as error:
            raise Unavailable("The database can't be reached now.") from error
        return text

    async def end(self) -> None:
        """Undo all of it."""
        async with self._turn:
            self._connection = None
            await self._opened.aclose()


async def _undo(connection: Connection, transaction: Transaction) -> None:
    """Roll back; a connection on which that can't be done is given back to nobody."""
    try:
        await transaction.rollback()
    except BaseException as error:
        connection.terminate()
        if not isinstance(error, GONE):
            raise
