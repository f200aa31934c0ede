"""EventStreams: one connection that tells of all wikis, followed from where it was left.

The stream ends its connections after a quarter of an hour, repeats what it told where data centres differ, and tells a
canary event now and then, so that silence can be told from peace: https://wikitech.wikimedia.org/wiki/EventStreams.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, NamedTuple

import anyio
import httpx2
import orjson
from anyio.streams.memory import MemoryObjectSendStream

from mentorgraph.action_api import WikiAwayError, seconds_of
from mentorgraph.feed import events
from mentorgraph.feed.following import Following, Heard

LOG = logging.getLogger("mentorgraph")

SOURCE: Final = "stream"
CONNECTED_WITHIN: Final = 15.0
SILENT_AFTER: Final = 300.0
"""Seconds without an event of any wiki, not even a canary, after which the connection is taken for dead."""
LARGEST: Final = 16 << 20
"""Bytes of an event. EventStreams takes 4 MB; one that we did not take would stop us at its place for good."""
TOGETHER: Final = 2_000
"""Events that are recorded together at most."""
PAUSE: Final = 0.2
"""Seconds between two batches: what comes meanwhile shares a transaction."""
KEPT_EVERY: Final = 10.0
"""Seconds after which the place is kept although nothing happened."""


class Frame(NamedTuple):
    """One event of the stream and the id to go on from."""

    id: str
    event: dict[str, object]


Frames = MemoryObjectSendStream[Frame]


class Stream:
    """The stream at that address, for these wikis by their own names."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        url: str,
        wikis: Mapping[str, Following],
        since: datetime | None = None,
    ) -> None:
        self.client, self.url, self.wikis, self.since = client, url, wikis, since
        self.heard: Callable[[], None] = _nobody
        """Is told of every event, of whatever wiki: a stream that opens and says nothing is silent."""
        self._kept_at = 0.0

    async def follow(self) -> None:
        """Follow until the connection ends, which is normal; raises `WikiAwayError` where it can't be had."""
        position = await self._begin()
        async for frames in self._batches(position):
            await self._take(frames)
            await asyncio.sleep(PAUSE)

    async def _begin(self) -> str | None:
        """The place from which no wiki misses anything: where two differ, what one knows already is told again."""
        wikis = [*self.wikis.values()]
        found = [await following.ledger.reached(following.wiki, SOURCE) for following in wikis]
        for following in wikis:
            await following.begin()
        reached = [one for one in found if one is not None]
        return min(reached, key=lambda one: one.read_at).position if reached else None

    async def _take(self, frames: Sequence[Frame]) -> None:
        told: dict[str, list[Heard]] = defaultdict(list)
        for frame in frames:
            # Of ten thousand events one is about a block, and of a hundred one about a wiki that is followed.
            if frame.event.get("type") == "log":
                told[str(frame.event.get("wiki"))].append(Heard(frame.event, frame.id))
        now, last = asyncio.get_running_loop().time(), frames[-1].id
        at = frames[-1].event.get("timestamp")
        of = datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None
        due = now >= self._kept_at + KEPT_EVERY
        self._kept_at = now if due else self._kept_at
        # Whoever is slow to explain something holds back the next batch, and nobody's facts of this one.
        taking = []
        for name, following in self.wikis.items():
            following.hears(of)
            if told[name] or following.is_ripe or due:
                taking.append(following.take(told[name], last))
        for taken in await asyncio.gather(*taking, return_exceptions=True):
            if isinstance(taken, BaseException):
                raise taken

    async def _batches(self, position: str | None) -> AsyncIterator[list[Frame]]:
        """What has come since the last look, as soon as there is anything."""
        send, receive = anyio.create_memory_object_stream[Frame](TOGETHER)
        reading = asyncio.create_task(self._read(position, send))
        try:
            with receive:
                async for frame in receive:
                    frames = [frame]
                    with suppress(anyio.WouldBlock, anyio.EndOfStream):
                        while len(frames) < TOGETHER:
                            frames.append(receive.receive_nowait())
                    yield frames
            await reading
        finally:
            reading.cancel()
            await asyncio.wait({reading})

    async def _read(self, position: str | None, send: Frames) -> None:
        with send, suppress(anyio.BrokenResourceError):
            try:
                await self._connection(position, send)
            except httpx2.ReadTimeout as error:
                raise WikiAwayError(f"the stream has been silent for {SILENT_AFTER:g} s") from error
            except (httpx2.RemoteProtocolError, httpx2.ReadError):
                LOG.debug("the stream was cut")
            except httpx2.HTTPError as error:
                raise WikiAwayError(f"the stream does not answer ({type(error).__name__})") from error

    async def _connection(self, position: str | None, send: Frames) -> None:
        timeout = httpx2.Timeout(SILENT_AFTER, connect=CONNECTED_WITHIN)
        headers = {"last-event-id": position} if position else {}
        begin = {"since": self.since.isoformat()} if self.since is not None and not position else {}
        async with self.client.sse(
            self.url, params=begin, headers=headers, timeout=timeout, max_event_size=LARGEST
        ) as source:
            if not source.response.is_success:
                after = seconds_of(source.response.headers.get("retry-after"))
                raise WikiAwayError(f"the stream answers with status {source.response.status_code}", after)
            for following in self.wikis.values():
                following.hears()
            async for told in source:
                self.heard()
                if told.event != "message" or not told.data:
                    continue
                try:
                    event = orjson.loads(told.data)
                except orjson.JSONDecodeError:
                    LOG.warning("the stream tells what is no JSON")
                    continue
                if events.is_event(event):
                    await send.send(Frame(told.id, event))


def _nobody() -> None:
    """Nobody wants to know."""
