"""One stream of server-sent events: one operation, told over HTTP. In graphql-sse's words, a connection of its own.

For those to whom a socket is not open: `curl`, proxies that know no WebSocket, `EventSource` in a page. An event of
the feed has its cursor as `id:`, so whoever connects again with `Last-Event-ID` hears what came since.
"""

import asyncio
import logging
from contextlib import aclosing
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope, Send

from graph.errors import ErrorCode
from mentorgraph import errors
from mentorgraph.http.accept import EVENT_STREAM
from mentorgraph.http.asked import Asked
from mentorgraph.http.refused import Headers, HttpRefused
from mentorgraph.watching.operations import Desk, NoLonger, Watch, Wrong

LOG = logging.getLogger("mentorgraph")

BEAT: Final = 15.0
"""Seconds between two comments, which tell everybody on the way that the stream is alive."""
FIRST_BEAT: Final = 1.0
"""Seconds until the first, by which whoever was told nothing yet knows where to go on."""
STALLED: Final = 10.0
"""Seconds that an event may wait for a client to read those before it."""
GONE_WITHIN: Final = 1.0
"""Seconds in which a client can read that the server stops."""
COMPLETE: Final = b"event: complete\ndata:\n\n"
HEADERS: Final[Headers] = [
    (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class EventStream:
    """One client's stream, from the headers to the end."""

    def __init__(self, desk: Desk, asked: Asked, watch: Watch, scope: Scope, send: Send) -> None:
        self.desk, self.asked, self.watch = desk, asked, watch
        self.scope, self._transmit = scope, send
        self.was_cut_off = False
        self.is_over = asyncio.Event()
        watch.fall_behind = self.cut_off

    async def run(self, own: Headers, receive: Receive) -> None:
        """Tell until the operation ends, the client leaves or is too slow, or the server stops."""
        await self._transmit({"type": "http.response.start", "status": 200, "headers": [*own, *HEADERS]})
        ways_to_end = [self._tell(), self._beat(), _until_left(receive), self.is_over.wait()]
        if self.watch.visitor.digest is not None:
            ways_to_end.append(self._keep_rights())
        tasks = [asyncio.ensure_future(way) for way in ways_to_end]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not self.was_cut_off:
            await self._transmit({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self) -> None:
        try:
            async with aclosing(self.desk.answers(self.asked, self.watch)) as answers:
                async for text in answers:
                    await self._next(text)
        except NoLonger:
            await self._fail_for_rights()
        except Wrong as wrong:
            await self._fail(wrong.errors)
        except HttpRefused as refused:
            await self._fail(refused.body()["errors"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and nothing leaks
            await self._fail([errors.told_of(error)])
        await self._send(COMPLETE)

    async def _keep_rights(self) -> None:
        """End the stream of whoever has lost a right, though nothing happens of which they would have been told."""
        try:
            await self.desk.while_still_so(self.watch.visitor)
        except NoLonger:
            await self._fail_for_rights()
            await self._send(COMPLETE)

    async def _fail_for_rights(self) -> None:
        sentence = "Your rights have changed. Connect again to see what they show."
        await self._fail([errors.said(ErrorCode.FORBIDDEN, sentence)])

    async def _next(self, text: str) -> None:
        cursor = self.watch.events and self.watch.events.telling
        head = f"id: {cursor}\nevent: next\ndata: " if cursor else "event: next\ndata: "
        # A payload is one line: it is written by `string_agg` and `jsonb_agg`, which break none, and by orjson.
        await self._send(f"{head}{text}\n\n".encode())

    async def _fail(self, found: Any) -> None:
        await self._next(orjson.dumps({"errors": list(found)}).decode())

    async def _beat(self) -> None:
        await asyncio.sleep(FIRST_BEAT)
        while True:
            cursor = self.watch.events and self.watch.events.cursor
            await self._send(f":\nid: {cursor}\n\n".encode() if cursor else b":\n\n")
            await asyncio.sleep(BEAT)

    async def _send(self, part: bytes) -> None:
        """Send a part; a client that reads nothing is not waited for."""
        try:
            async with asyncio.timeout(STALLED):
                await self._transmit({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            self.cut_off()

    def cut_off(self) -> None:
        """The client reads too slowly: what it has not read is let go. It goes on after what it has."""
        if not self.was_cut_off:
            self.was_cut_off = True
            LOG.warning("a stream of events is ended that is read too slowly")
            self._abort()

    async def restart(self) -> None:
        """The server stops. The stream ends without `complete`, so that the client connects again."""
        try:
            async with asyncio.timeout(GONE_WITHIN):
                goodbye = b": The server restarts.\n\n"
                await self._transmit({"type": "http.response.body", "body": goodbye, "more_body": True})
        except TimeoutError:
            self._abort()
        self.is_over.set()

    def _abort(self) -> None:
        """Cut the connection, after which the client counts as one that has left."""
        self.scope.get("state", {}).get("abort", self.is_over.set)()


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
