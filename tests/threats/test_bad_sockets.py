"""Three hundred things that are no good word on a socket: each is answered, or closes it."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest

from threats.besieged import MARK, Besieged, besieged
from threats.frames import CLOSE, HANDSHAKE, TOTAL, Said, frame, inputs

pytestmark = pytest.mark.acceptance

PATIENCE = 20.0
AT_ONCE = 25
INPUTS = inputs()
LAST = frame('{"type":"ping","payload":{"is":"last"}}')


@pytest.fixture(scope="module")
async def siege(module_database: str) -> AsyncIterator[Besieged]:
    async with besieged(module_database) as siege:
        yield siege


def test_there_are_as_many_as_were_promised_and_no_two_are_alike() -> None:
    assert len(INPUTS) == TOTAL
    assert len({one.frames for one in INPUTS}) == TOTAL


@pytest.mark.parametrize("first", range(0, TOTAL, AT_ONCE))
async def test_what_is_no_good_word_closes_the_socket_as_is_documented(siege: Besieged, first: int) -> None:
    batch = INPUTS[first : first + AT_ONCE]
    for one, (code, texts) in zip(
        batch, await asyncio.gather(*(said(siege.port, one) for one in batch)), strict=True
    ):
        assert code in one.codes, (one.name, code, texts)
        heard = b"\n".join(texts).decode(errors="replace")
        for leak in (MARK, "Traceback", 'File "/', "INTERNAL"):
            assert leak not in heard, (one.name, heard)
    await siege.check([one.name for one in batch])


async def test_nothing_is_left_of_them(siege: Besieged) -> None:
    await siege.is_alone()


async def said(port: int, one: Said) -> tuple[int | None, list[bytes]]:
    """The code with which the server closes; None if it answers a ping that is said last. And all that it says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    texts: list[bytes] = []
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(HANDSHAKE)
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
            writer.write(one.frames + LAST)
            while True:
                opcode, payload = await heard(reader)
                texts.append(payload)
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2]) or 1005, texts
                if payload.startswith(b"{") and orjson.loads(payload).get("payload") == {"is": "last"}:
                    return None, texts
    except (ConnectionError, asyncio.IncompleteReadError):
        return 1006, texts
    except TimeoutError:
        pytest.fail(f"{one.name} is not answered: {texts}")
    finally:
        writer.close()


async def heard(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """A frame of the server's."""
    head, size = await reader.readexactly(2)
    if size > 125:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
    return head & 15, await reader.readexactly(size)
