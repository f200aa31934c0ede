"""Hundreds who send drop by drop, or read nothing: all are cut off, and nobody else waits for them."""

import asyncio
import socket
from collections.abc import AsyncIterator

import orjson
import pytest
from graphql import get_introspection_query

from mentorgraph import connections
from mentorgraph.http import asked
from threats.besieged import Besieged, besieged

pytestmark = pytest.mark.acceptance

SOON = 0.3
PATIENCE = 30.0
HEAD = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
LARGE = orjson.dumps({"query": get_introspection_query()})
HEADS, BODIES, READERS = 200, 100, 50


@pytest.fixture(scope="module")
async def siege(module_database: str) -> AsyncIterator[Besieged]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "HEAD_WITHIN", SOON)
        patch.setattr(connections, "UNREAD_FOR", SOON)
        patch.setattr(asked, "PATIENCE", SOON)
        async with besieged(module_database) as siege:
            yield siege


async def test_hundreds_who_are_slow_are_cut_off_and_hold_up_nobody(siege: Besieged) -> None:
    slow = [asyncio.create_task(drop_by_drop(siege.port, HEAD)) for _ in range(HEADS)]
    begun = HEAD + b"content-length: 50\r\n\r\n"
    slow += [asyncio.create_task(drop_by_drop(siege.port, begun)) for _ in range(BODIES)]
    slow += [asyncio.create_task(reads_nothing(siege.port)) for _ in range(READERS)]
    while not all(one.done() for one in slow):
        await siege.check("while they are slow")
        await asyncio.sleep(SOON / 3)
    for one in slow:
        heard = one.result()
        assert heard == b"" or heard.startswith(b"HTTP/1.1 408 "), heard
    await siege.check("afterwards")
    await siege.is_alone()


async def drop_by_drop(port: int, begun: bytes) -> bytes:
    """What is said to somebody who says this and then a byte now and then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(begun)
            hearing = asyncio.create_task(reader.read())
            while not hearing.done():
                writer.write(b"x")
                await asyncio.wait([hearing], timeout=SOON / 4)
            return hearing.result()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def reads_nothing(port: int) -> bytes:
    """Ask for much, read nothing of it until the server has given up, and then see that most of it was let go."""
    loop, read = asyncio.get_running_loop(), 0
    with socket.create_connection(("127.0.0.1", port)) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        found.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(LARGE) + LARGE)
        found.setblocking(False)
        await asyncio.sleep(5 * SOON)
        try:
            while part := await loop.sock_recv(found, 65_536):
                read += len(part)
        except ConnectionError:
            pass
    assert read < 150_000
    return b""
