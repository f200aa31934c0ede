"""A server that is attacked: how long its loop is held, what it logs, and whether it still answers who is honest."""

import asyncio
import gc
import logging
import os
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from acceptance.client import Client
from acceptance.watcher import listening
from mentorgraph.front import Front

HELD = 0.25
"""Seconds of CPU for which nothing may hold the loop's thread. A tenth is meant; machines of CI may be slow."""
NEXT = 0.05
"""Seconds of CPU, of all threads, in which whoever asks next is answered."""
HONEST = "query Honest { wikis { totalCount } }"
MARK = "canary7f3a"
"""Stands in every secret that is planted, and so in nothing that anybody is told."""


def resident(pid: int) -> int:
    """Bytes of a process's memory that are resident."""
    kernels = Path(f"/proc/{pid}/statm")
    if kernels.exists():
        return int(kernels.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    told = subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)])  # noqa: S607 - wherever it is
    return int(told) * 1024


class Log(logging.Handler):
    """All that the process logs, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Besieged:
    """The server, whoever asks it, and what was seen of it."""

    address: str
    client: Client
    front: Front
    log: Log
    longest: float = 0.0
    """Seconds of CPU that the loop was held at most since this was last looked at."""
    memory: int = 0
    """Bytes that this process had at most since it was last begun to be looked at."""
    base: int = field(default_factory=lambda: len(asyncio.all_tasks()))

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def http(self) -> httpx.AsyncClient:
        return self.client.http

    async def feel(self) -> None:
        """Feel the loop's pulse for ever."""
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - before)
            if self.memory:
                self.memory = max(self.memory, resident(os.getpid()))

    @asynccontextmanager
    async def weighed(self, what: object, most: int) -> AsyncIterator[None]:
        """See that this process, who attacks it among it, has at no time so many bytes more than before the block."""
        before = self.memory = resident(os.getpid())
        yield
        grown = max(self.memory, resident(os.getpid())) - before
        self.memory = 0
        assert grown <= most, (what, grown)

    async def check(self, what: object) -> float:
        """It holds nobody up, has logged nothing, and answers who is honest; the CPU which that took."""
        longest, self.longest = self.longest, 0.0
        assert longest < HELD, (what, longest)
        lines, self.log.lines = self.log.lines, []
        assert lines == [], (lines, what)
        # On a connection of its own: who is honest may be idle for longer than a test lets anybody be.
        before = time.process_time()
        answer = await self.http.post("/graphql", json={"query": HONEST}, headers={"connection": "close"})
        assert answer.json()["data"] == {"wikis": {"totalCount": 1}}, (what, answer.text)
        return time.process_time() - before

    async def is_alone(self) -> None:
        """Until nobody who attacked it has left anything running."""
        async with asyncio.timeout(10):
            while len(asyncio.all_tasks()) > self.base:
                await asyncio.sleep(0.01)
        assert not self.front.door.open
        assert not self.front.door.connections.taken
        assert not self.front.door.subscriptions.taken


@asynccontextmanager
async def besieged(database: str, **settings: Any) -> AsyncIterator[Besieged]:
    """A server over that database, with one wiki and secrets planted, for as long as the block takes."""
    log = Log()
    logging.getLogger().addHandler(log)
    try:
        async with listening(with_password(database), **settings) as (address, client, front):
            # The whole run's objects are no concern of the server's, which begins with none to look through.
            gc.collect()
            gc.freeze()
            await client.done("addWiki", {"dbName": "x", "url": "https://x.example.org"})
            assert front.answering is not None
            await front.answering.study.prepare()
            server = Besieged(address, client, front, log)
            await server.check("nothing")
            feeling = asyncio.create_task(server.feel())
            server.base = len(asyncio.all_tasks())
            yield server
            feeling.cancel()
    finally:
        gc.unfreeze()
        logging.getLogger().removeHandler(log)


def with_password(database: str) -> str:
    """The same database, by a DSN that holds a secret."""
    parts = urlsplit(database)
    user, _, where = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0] or 'postgres'}:{MARK}@{where}"))
