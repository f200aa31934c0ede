"""Five hundred inputs that are no good request: none is our mistake, all refusals have a code, and none leaks."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import orjson
import pytest

from mentorgraph import connections
from mentorgraph.http import asked
from threats.besieged import MARK, Besieged, besieged
from threats.requests import TOTAL, Bytes, inputs

pytestmark = pytest.mark.acceptance

SOON = 0.2
PATIENCE = 20.0
AT_ONCE = 25
INPUTS = inputs()
LENGTH = re.compile(rb"^content-length: (\d+)", re.MULTILINE | re.IGNORECASE)
CHUNK = re.compile(rb"\r\n[0-9a-f]+\r\n")
OURS = re.compile(rb"[A-Z]+ /graphql[? ]")
OF_OTHER_ADDRESSES = (b"Not Found", b"Method Not Allowed")
STATUS = re.compile(rb"^HTTP/1\.1 (\d{3}) ", re.MULTILINE)
SAID_OF_ALL = {
    f"WARNING uvicorn.error: {words}."
    for words in ("Invalid HTTP request received", "Unsupported upgrade request")
}
"""What the log says, in these words and no others, of what is no HTTP."""


@pytest.fixture(scope="module")
async def siege(module_database: str) -> AsyncIterator[Besieged]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "KEEP_FOR", SOON)
        patch.setattr(connections, "HEAD_WITHIN", SOON)
        patch.setattr(asked, "PATIENCE", SOON)
        patch.setattr(asked, "LINGERING", SOON)
        async with besieged(module_database) as siege:
            yield siege


def test_there_are_as_many_as_were_promised_and_no_two_are_alike() -> None:
    assert len(INPUTS) == TOTAL
    assert len({one.said for one in INPUTS}) == TOTAL


@pytest.mark.parametrize("first", range(0, TOTAL, AT_ONCE))
async def test_what_is_no_request_is_the_callers_mistake(siege: Besieged, first: int) -> None:
    batch, told = INPUTS[first : first + AT_ONCE], 0
    for one, heard in zip(
        batch, await asyncio.gather(*(said(siege.port, one) for one in batch)), strict=True
    ):
        statuses = [int(status) for status in STATUS.findall(heard)]
        assert all(status < 500 for status in statuses), (one.name, heard)
        for status, body in refusals(heard):
            if body in OF_OTHER_ADDRESSES and not OURS.match(one.said):
                continue
            for error in orjson.loads(body)["errors"]:
                assert error["message"], one.name
                assert error["extensions"]["code"], (one.name, status)
            told += 1
        for leak in (MARK, "Traceback", 'File "/', "Internal"):
            assert leak.encode() not in heard, one.name
    assert told, "some of each were refused"
    siege.log.lines = [line for line in siege.log.lines if line not in SAID_OF_ALL]
    await siege.check([one.name for one in batch])


def refusals(heard: bytes) -> Iterator[tuple[int, bytes]]:
    """The bodies with which something was refused, each with its status; an answer to HEAD has none."""
    while heard.startswith(b"HTTP/1.1 "):
        head, _, heard = heard.partition(b"\r\n\r\n")
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head.lower():
            chunks, _, heard = heard.partition(b"0\r\n\r\n")
            body = CHUNK.sub(b"", b"\r\n" + chunks).strip()
        else:
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            body, heard = (b"", heard) if heard.startswith(b"HTTP/1.1 ") else (heard[:size], heard[size:])
        if status >= 400 and body:
            yield status, body


async def said(port: int, one: Bytes) -> bytes:
    """All that is answered until the server closes the connection, which it does by itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(one.said)
            return await reader.read()
    except ConnectionError:
        return b""
    except TimeoutError:
        pytest.fail(f"{one.name} is still connected")
    finally:
        writer.close()


async def test_nothing_is_left_of_them(siege: Besieged) -> None:
    await siege.is_alone()
