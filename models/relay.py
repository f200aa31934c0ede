"""The relay: one connection on which processes give each other the hint that there is news.

Only a hint. A NOTIFY in the transaction that writes would take PostgreSQL's one lock for that and cost most of
the writes there can be, so none does: the relay sends one for all that was written in the last twentieth of a
second. What it fails to say is found by those who look every second or so.

The same connection holds the turn to announce, so that of many processes one does the work. That too is no more
than a convenience: whoever announces takes the locks that make it right.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import asyncpg

from models.ledger.connections import GONE

CHANNEL: Final = "mentorgraph_feed"
TELL: Final = "SELECT pg_notify('mentorgraph_feed', $1)"
TURN: Final = "SELECT pg_try_advisory_lock(20261122, 2)"
ALIVE: Final = "SELECT 1"

EVERYTHING: Final = ""
"""The payload that means all wikis."""
LONGEST: Final = 1000
"""Bytes of a payload, of the 8,000 that PostgreSQL takes."""
PAUSE: Final = 0.05
"""Seconds between two hints."""
HEARTBEAT: Final = 5.0
"""Seconds between two signs of life: a connection that died silently is noticed by nothing else."""
PATIENCE: Final = 5.0
AGAIN: Final = 1.0
"""Seconds until a lost connection is tried again."""


class Relay:
    """Sends and hears hints, for as long as `run` runs; `heard` is given the wikis, or None for all."""

    def __init__(self, dsn: str, heard: Callable[[frozenset[int] | None], None]) -> None:
        self.dsn = dsn
        self.heard = heard
        self.leads = False
        """Whether it is this process's turn to announce."""
        self.unsent: set[int] = set()
        self.wake = asyncio.Event()

    def tell(self, wiki: int) -> None:
        """There is news of that wiki; the other processes will be told soon."""
        self.unsent.add(wiki)
        self.wake.set()

    async def run(self) -> None:
        """Stay connected, until cancelled."""
        while True:
            try:
                await self._stay()
            except (*GONE, asyncpg.PostgresError):
                self.leads = False
                await asyncio.sleep(AGAIN)

    async def _stay(self) -> None:
        connection = await asyncpg.connect(
            self.dsn,
            timeout=PATIENCE,
            command_timeout=PATIENCE,
            server_settings={"application_name": "mentorgraph relay"},
        )
        try:
            connection.add_termination_listener(lambda _: self.wake.set())
            await connection.add_listener(CHANNEL, self._hear)
            # Who was away has missed what was said meanwhile.
            self.heard(None)
            while True:
                self.leads = self.leads or await connection.fetchval(TURN)
                await connection.execute(ALIVE)
                await self._send_until_heartbeat(connection)
        finally:
            self.leads = False
            connection.terminate()

    async def _send_until_heartbeat(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        loop = asyncio.get_running_loop()
        heartbeat = loop.time() + HEARTBEAT
        while (left := heartbeat - loop.time()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self.wake.wait()
            self.wake.clear()
            if connection.is_closed():
                raise ConnectionResetError
            if self.unsent:
                wikis, self.unsent = self.unsent, set()
                payload = ",".join(map(str, sorted(wikis)))
                await connection.execute(TELL, payload if len(payload) <= LONGEST else EVERYTHING)
                await asyncio.sleep(PAUSE)

    def _hear(self, connection: Any, sender: int, _: str, payload: object) -> None:
        if connection.is_closed() or sender == connection.get_server_pid():
            return  # a hint that came as the connection was let go, or our own
        with suppress(ValueError):  # somebody else's words on our channel
            self.heard(frozenset(map(int, str(payload).split(","))) if payload else None)
