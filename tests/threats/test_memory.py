"""What would fill the server's memory, if it kept all that it is sent, or all that nobody reads. It does not."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from random import Random
from typing import Any, Final, NamedTuple

import httpx
import orjson
import pytest
from graphql import get_introspection_query

from acceptance.client import Client, server_process
from acceptance.watcher import raw
from threats.besieged import HONEST, resident

pytestmark = pytest.mark.acceptance

MB: Final = 1_000_000
ROUNDS: Final = 2
HEAD = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
INTROSPECTION = orjson.dumps({"query": get_introspection_query()})


class Server(NamedTuple):
    """A server, and its process."""

    address: str
    pid: int
    http: httpx.AsyncClient

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def memory(self) -> int:
        """Bytes of its memory that are resident."""
        return resident(self.pid)


@pytest.fixture
async def victim(database: str) -> AsyncIterator[Server]:
    """A server that grants each caller as many connections as they like, and logs no fault of its own."""
    with tempfile.TemporaryFile() as log:
        with server_process(database, log, limit_connections="0") as (address, process):
            async with httpx.AsyncClient(base_url=address, timeout=60) as http:
                await Client(http).done("addWiki", {"dbName": "x", "url": "https://x.example.org"})
                yield Server(address, process.pid, http)
            process.terminate()
            assert process.wait(30) == 0
        log.seek(0)
        assert b'"level":"error"' not in log.read()


Attack = Callable[[Server], Coroutine[Any, Any, None]]


async def large_bodies(victim: Server) -> None:
    """300 MB in 30 bodies at once, of which none says how long it is."""
    part = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", victim.port)
        with contextlib.suppress(ConnectionError):
            writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
            for _ in range(160):
                writer.write(part)
                await writer.drain()
            await reader.read(1_000)
        writer.close()

    await asyncio.gather(*(send() for _ in range(30)))


async def bodies_that_never_end(victim: Server) -> None:
    """900 bodies that are as long as may be, but for the last byte."""
    begun = HEAD + b"content-length: 100000\r\n\r\n" + b" " * 99_999

    async def send() -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("127.0.0.1", victim.port)
        writer.write(begun)
        await writer.drain()
        return writer

    writers = await asyncio.gather(*(send() for _ in range(900)))
    for writer in writers:
        writer.close()


async def many_sockets(victim: Server) -> None:
    """1,000 sockets on which nothing happens."""
    sockets = []
    for _ in range(100):
        sockets += await asyncio.gather(*(raw(victim.address) for _ in range(10)))
    await asyncio.gather(*(socket.send('{"type":"connection_init"}') for socket in sockets))
    for socket in sockets:
        socket.transport.abort()


async def answers_that_nobody_reads(victim: Server) -> None:
    """20 who ask for 150 answers of 150 kB each, one after the other, and read nothing."""
    asked = HEAD + b"content-length: %d\r\n\r\n" % len(INTROSPECTION) + INTROSPECTION

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", victim.port, limit=1_000)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(2):
                for _ in range(150):
                    writer.write(asked)
                    await writer.drain()
                await asyncio.sleep(2)
        del reader
        writer.transport.abort()

    await asyncio.gather(*(ask() for _ in range(20)))


async def sockets_that_nobody_reads(victim: Server) -> None:
    """20 sockets on which 90 answers of 150 kB are asked for, and none is read."""
    asked = orjson.dumps({"type": "subscribe", "id": "?", "payload": orjson.loads(INTROSPECTION)}).decode()

    async def ask() -> None:
        async with raw(victim.address, max_queue=1) as socket:
            await socket.send('{"type":"connection_init"}')
            await socket.recv()
            for number in range(90):
                await socket.send(asked.replace("?", str(number)))
            await asyncio.sleep(2)
            socket.transport.abort()

    await asyncio.gather(*(ask() for _ in range(20)))


async def documents_without_end(victim: Server) -> None:
    """800 documents that nobody asks twice, of 20 kB each."""
    random = Random()
    for _ in range(80):
        await asyncio.gather(
            *(victim.http.post("/graphql", json={"query": made_up(random)}) for _ in range(10))
        )


def made_up(random: Random) -> str:
    """A document that is valid, and new."""
    return f"query Q{random.getrandbits(64)} {{ wikis {{ totalCount }} }} #" + "x" * 20_000


ATTACKS: dict[Attack, int] = {
    large_bodies: 100,
    bodies_that_never_end: 200,
    many_sockets: 100,
    answers_that_nobody_reads: 120,
    sockets_that_nobody_reads: 450,
    documents_without_end: 150,
}
"""Each with the MB that it may take at any time, which are two to three times what it takes: the first is 600 MB of
bytes, those that nobody reads are gigabytes.
"""


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_would_fill_the_memory_does_not(victim: Server, attack: Attack) -> None:
    before = highest = victim.memory()

    async def watch() -> None:
        nonlocal highest
        while True:
            highest = max(highest, victim.memory())
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    for _ in range(ROUNDS):
        await attack(victim)
        answer = await victim.http.post("/graphql", json={"query": HONEST})
        assert answer.json()["data"] == {"wikis": {"totalCount": 1}}
    watching.cancel()
    assert highest - before <= ATTACKS[attack] * MB, (highest - before) // MB
