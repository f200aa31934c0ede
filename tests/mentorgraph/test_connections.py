"""Connections byte by byte: who is slow, who says too much, and who does not read, is not waited for."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import orjson
import pytest
from graphql import get_introspection_query

from acceptance.watcher import Watcher, listening
from mentorgraph import connections
from mentorgraph.connections import LARGEST_HEAD

SOON = 0.1
PATIENCE = 20.0
BODY = orjson.dumps({"query": "{ __typename }"})
HEAD = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
ASKED = HEAD + b"content-length: %d\r\n\r\n" % len(BODY) + BODY


class Heard(NamedTuple):
    """What the server said until it closed the connection."""

    status: int
    body: bytes


class Caller:
    """A connection of one's own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, *parts: bytes) -> None:
        """Send this, as far as it is listened to."""
        with suppress(ConnectionError):
            for part in parts:
                self.writer.write(part)
                await self.writer.drain()

    async def answer(self) -> Heard:
        """One answer, after which the connection may stay."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return Heard(int(head.split()[1]), await self.reader.readexactly(size))

    async def end(self) -> bytes:
        """All that is said until the end, of which a reset is one: what came after it was not listened to."""
        with suppress(ConnectionResetError):
            async with asyncio.timeout(PATIENCE):
                return await self.reader.read()
        return b""


@pytest.fixture(scope="module")
async def port(module_database: str) -> AsyncIterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "KEEP_FOR", SOON)
        async with listening(module_database) as (address, _, _):
            yield int(address.rpartition(":")[2])


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", SOON)


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


async def refused(caller: Caller) -> tuple[int, str]:
    """The status and the code with which the connection ends."""
    heard = await caller.answer()
    assert await caller.end() == b""
    [error] = orjson.loads(heard.body)["errors"]
    assert error["message"].endswith(".")
    return heard.status, error["extensions"]["code"]


@pytest.mark.usefixtures("hurried")
async def test_a_head_that_does_not_arrive_is_given_up(port: int) -> None:
    async with calling(port) as caller:
        await caller.say(HEAD)
        assert await refused(caller) == (408, "REQUEST_TIMEOUT")


@pytest.mark.usefixtures("hurried")
async def test_a_head_that_arrives_drop_by_drop_is_given_up(port: int) -> None:
    async with calling(port) as caller:
        drops = asyncio.create_task(dripping(caller))
        assert await refused(caller) == (408, "REQUEST_TIMEOUT")
        drops.cancel()


async def dripping(caller: Caller) -> None:
    for number in range(1_000):
        await caller.say(b"GET / HTTP/1.1\r\n" if number == 0 else b"x: y\r\n")
        await asyncio.sleep(SOON / 10)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("said", [b"", b"\r\n"], ids=["nothing", "an empty line"])
async def test_who_connects_and_asks_nothing_is_not_waited_for(port: int, said: bytes) -> None:
    async with calling(port) as caller:
        await caller.say(said)
        await caller.end()


@pytest.mark.usefixtures("hurried")
async def test_the_next_request_of_a_connection_is_hurried_too(port: int) -> None:
    async with calling(port) as caller:
        await caller.say(ASKED)
        assert (await caller.answer()).status == 200
        await caller.say(ASKED[:30])
        assert await refused(caller) == (408, "REQUEST_TIMEOUT")


async def test_a_connection_is_kept_for_the_next_request_and_closed_when_none_comes(port: int) -> None:
    async with calling(port) as caller:
        for _ in range(2):
            await caller.say(ASKED[:40], ASKED[40:])
            assert (await caller.answer()).status == 200
        assert await caller.end() == b""


@pytest.mark.usefixtures("hurried")
async def test_after_a_request_empty_lines_keep_no_connection(port: int) -> None:
    async with calling(port) as caller:
        await caller.say(ASKED)
        await caller.answer()
        await caller.say(b"\r\n")
        assert await caller.end() == b""


LONG = b"x: " + b"y" * LARGEST_HEAD + b"\r\n"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([HEAD + LONG + b"content-length: 0\r\n\r\n"], "REQUEST_HEADER_FIELDS_TOO_LARGE"),
        ([HEAD + LONG], "REQUEST_HEADER_FIELDS_TOO_LARGE"),
        ([HEAD, *[b"x%d: %s\r\n" % (n, b"y" * 1_000) for n in range(20)]], "REQUEST_HEADER_FIELDS_TOO_LARGE"),
        ([b"GET /graphql?query=" + b"y" * LARGEST_HEAD], "URI_TOO_LONG"),
        ([b"GET /graphql?query=" + b"y" * LARGEST_HEAD + b" HTTP/1.1\r\n\r\n"], "URI_TOO_LONG"),
    ],
    ids=["at once", "and no end", "in pieces", "an address", "an address and its end"],
)
async def test_a_head_that_is_too_long_is_not_read(port: int, parts: list[bytes], code: str) -> None:
    async with calling(port) as caller:
        await caller.say(*parts)
        assert await refused(caller) == (414 if "URI" in code else 431, code)


async def test_a_head_that_is_long_is_read(port: int) -> None:
    async with calling(port) as caller:
        await caller.say(HEAD + LONG[:15_000] + b"\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY)
        assert (await caller.answer()).status == 200


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02\x00", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
async def test_what_is_no_http_is_400_in_graphqls_shape(port: int, said: bytes) -> None:
    async with calling(port) as caller:
        await caller.say(said)
        assert await refused(caller) == (400, "BAD_REQUEST")


async def test_what_is_no_handshake_of_a_socket_is_400_and_not_kept(port: int) -> None:
    async with calling(port) as caller:
        await caller.say(HEAD + b"content-length: 1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
        assert await refused(caller) == (400, "BAD_REQUEST")


async def test_requests_that_follow_at_once_are_answered_in_their_order(port: int) -> None:
    async with calling(port) as caller:
        other = BODY.replace(b"{ __typename }", b"{ two: __typename }")
        asked = HEAD + b"content-length: %d\r\n\r\n" % len(other) + other
        await caller.say(ASKED + asked + ASKED)
        bodies = [(await caller.answer()).body for _ in range(3)]
        assert [b"two" in body for body in bodies] == [False, True, False]


SCHEMA = orjson.dumps({"query": get_introspection_query()})
LARGE = HEAD + b"content-length: %d\r\n\r\n" % len(SCHEMA) + SCHEMA


@asynccontextmanager
async def narrow(port: int) -> AsyncIterator[socket.socket]:
    """A connection of somebody who asked for much, and reads when they like."""
    with socket.create_connection(("127.0.0.1", port)) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        found.sendall(LARGE)
        found.setblocking(False)
        yield found


async def test_who_reads_nothing_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_FOR", SOON)
    loop = asyncio.get_running_loop()
    async with narrow(port) as found, asyncio.timeout(PATIENCE):
        read = len(await loop.sock_recv(found, 1))
        await asyncio.sleep(5 * SOON)
        with suppress(ConnectionResetError):
            while part := await loop.sock_recv(found, 65_536):
                read += len(part)
        assert read < 150_000, "most of it was let go"


async def test_who_reads_slowly_gets_all(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_FOR", SOON)
    loop, read = asyncio.get_running_loop(), 0
    async with narrow(port) as found, asyncio.timeout(PATIENCE):
        while part := await loop.sock_recv(found, 20_000):
            read += len(part)
            await asyncio.sleep(SOON / 4)
        assert read > 200_000


@pytest.mark.usefixtures("hurried")
async def test_a_socket_is_no_head_that_does_not_end(port: int) -> None:
    async with Watcher.at(f"http://127.0.0.1:{port}") as watcher:
        assert await watcher.silent(3 * SOON)
        await watcher.say(type="ping")
        assert await watcher.hear() == {"type": "pong"}


async def test_who_is_one_too_many_is_told_to_come_back(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 1)
    async with calling(port) as first:
        await asyncio.sleep(0)
        async with calling(port) as second:
            await second.say(ASKED)
            said = await second.end()
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 1\r\n" in said
            code = orjson.loads(said.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"]["code"]
            assert code == "UNAVAILABLE"
        await first.say(ASKED)
        assert (await first.answer()).status == 200, "there is room again"
