"""The events of a wiki that writes them to a file, told as EventStreams does, and not too reliably."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n:ok\n\n"
LASTS = 3.0
"""Seconds until a connection is cut; it is a quarter of an hour at Wikimedia's."""
AGAIN = 3
"""Events at most that a connection begins with although they were told."""


class EventServer:
    """Tells the lines of the file to whoever connects, from the place that they name."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.chance = random.Random(seed)
        self.connections = 0
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Its address, for as long as the block takes."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2/stream/mediawiki.recentchange"
        finally:
            server.close()
            for one in self._serving:
                one.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            writer.write(HEAD)
            async with asyncio.timeout(LASTS):
                await self._tell(writer, self._begin(head))
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            return  # asyncio would tell of it
        finally:
            self._serving.discard(serving)
            writer.close()

    def _begin(self, head: str) -> int:
        for line in head.split("\r\n"):
            name, _, value = line.partition(":")
            if name == "last-event-id":
                told: int = orjson.loads(value)[0]["offset"] + 1
                return max(0, told - self.chance.randrange(AGAIN + 1))
        return 0

    async def _tell(self, writer: asyncio.StreamWriter, place: int) -> None:
        while True:
            for line in self._lines(place):
                name = orjson.dumps(
                    [{"topic": "local.mediawiki.recentchange", "partition": 0, "offset": place}]
                )
                frame = b"event: message\nid: " + name + b"\ndata: " + line + b"\n\n"
                cut = self.chance.randrange(len(frame))
                writer.write(frame[:cut])
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(frame[cut:])
                place += 1
            await writer.drain()
            await asyncio.sleep(0.05)

    def _lines(self, place: int) -> Iterator[bytes]:
        whole = self.path.read_bytes().rpartition(b"\n")[0]
        yield from whole.split(b"\n")[place:] if whole else ()
