"""An event loop whose clock stands still while anybody works, and jumps to the next appointment when nobody does.

Fourteen days pass in the time that PostgreSQL needs for what happens in them. All that is real stays real: the loops,
their time-outs and retries, the ledger, the database.

run(main)           runs a coroutine so; what it leaves behind is cancelled
now()               the moment there
everybodys_clock()  lets everything that asks the wall clock ask this one
"""

import asyncio
import selectors
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from inspect import unwrap
from typing import Any, TypeVar

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionHolder

from models.ledger import Ledger
from models.ledger.connections import wall_clock

T = TypeVar("T")

START = datetime(2026, 3, 1, tzinfo=UTC)
A_WHILE = 30.0
"""Seconds, real ones, after which a database that does not answer is taken for gone."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time is what its timers say."""

    def __init__(self) -> None:
        super().__init__(_Selector(self))
        self.elapsed = 0.0
        self.at_work = 0
        """Connections that are in somebody's hands: PostgreSQL works, and time stands still."""

    def time(self) -> float:
        return self.elapsed


class _Selector(selectors.DefaultSelector):
    """Waits for sockets where somebody is at work, and else lets time pass instead of waiting."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self.loop.at_work:
            found = super().select(A_WHILE)
            assert found, "the database does not answer"
            return found
        assert timeout is not None, "everybody waits for ever"
        self.loop.elapsed += timeout
        return []


def now() -> datetime:
    """The moment, to the millisecond, as the wall clock has it."""
    loop = asyncio.get_running_loop()
    return START + timedelta(milliseconds=round(loop.time() * 1000))


def run(main: Callable[[], Awaitable[T]]) -> T:
    """Run it to its end."""

    async def whole() -> T:
        return await main()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(whole())


@contextmanager
def everybodys_clock(interrupt: Callable[[], None] = lambda: None) -> Iterator[None]:
    """For as long as the block takes; `interrupt` is called whenever somebody takes a connection in hand."""
    with pytest.MonkeyPatch.context() as patch:
        for module in [*sys.modules.values()]:
            if getattr(module, "wall_clock", None) is wall_clock:
                patch.setattr(module, "wall_clock", now)
        for method in (Ledger.__init__, Ledger.open):
            plain: Any = unwrap(getattr(method, "__func__", method))
            patch.setattr(plain, "__kwdefaults__", {**plain.__kwdefaults__, "clock": now})
        patch.setattr(
            asyncpg, "create_pool", partial(asyncpg.create_pool, max_inactive_connection_lifetime=0)
        )
        patch.setattr(PoolConnectionHolder, "acquire", _taking(PoolConnectionHolder.acquire, interrupt))
        patch.setattr(PoolConnectionHolder, "release", _giving_back(PoolConnectionHolder.release))
        yield


def _loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def _taking(acquire: Callable[..., Awaitable[Any]], interrupt: Callable[[], None]) -> Callable[..., Any]:
    async def counted(self: PoolConnectionHolder) -> Any:
        _loop().at_work += 1
        interrupt()
        try:
            return await acquire(self)
        except BaseException:
            _loop().at_work -= 1
            raise

    return counted


def _giving_back(release: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    async def counted(self: PoolConnectionHolder, within: float | None) -> Any:
        try:
            return await release(self, within)
        finally:
            _loop().at_work -= 1

    return counted
