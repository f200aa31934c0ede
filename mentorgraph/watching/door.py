"""The door for those who listen: who may, how many do, and how all are told when the server stops."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

from starlette.types import Receive, Scope, Send

from graph.errors import ErrorCode
from mentorgraph.allowance import Allowances, caller_key
from mentorgraph.callers import Visitor
from mentorgraph.http.asked import Asked
from mentorgraph.http.cross_origin import CrossOrigin
from mentorgraph.http.refused import Headers, HttpRefused
from mentorgraph.watching.operations import Desk, Watch
from mentorgraph.watching.sent_events import EventStream
from mentorgraph.watching.socket import TOO_MANY, Socket


class Limits(Protocol):
    """What the installation grants to each caller."""

    @property
    def limit_connections(self) -> int:
        """Sockets and streams of events that are open; 0: any number."""

    @property
    def limit_subscriptions(self) -> int:
        """Subscriptions that run; 0: any number."""


class Places:
    """How many of something each caller has. Whoever has none takes no memory."""

    def __init__(self, most: int, what: str) -> None:
        self.most, self.what = most, what
        self.taken: Counter[str] = Counter()

    @contextmanager
    def one(self, caller: str) -> Iterator[None]:
        """One more of them, for as long as the block takes; or a refusal."""
        if self.most and self.taken[caller] >= self.most:
            sentence = (
                f"One caller may have {self.most:,} {self.what} at a time. End one, then begin another."
            )
            raise HttpRefused(429, sentence, code=ErrorCode.TOO_MANY)
        self.taken[caller] += 1
        try:
            yield
        finally:
            self.taken[caller] -= 1
            if not self.taken[caller]:
                del self.taken[caller]


class Door:
    """All who listen to this process. `cut_off` counts those who were closed because they read too slowly."""

    def __init__(self, allowances: Allowances, limits: Limits, cross_origin: CrossOrigin) -> None:
        self.allowances = allowances
        self.connections = Places(limits.limit_connections, "sockets and streams of events")
        self.subscriptions = Places(limits.limit_subscriptions, "subscriptions")
        self.cross_origin = cross_origin
        self.desk: Desk | None = None
        self.open: set[Socket | EventStream] = set()
        self.cut_off = 0

    async def enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket, unless it comes from a page of elsewhere or the server is on its way out."""
        # Nothing else would keep a page of elsewhere out: the rules about origins that browsers have for requests
        # do not hold for sockets.
        if self.desk is None or not self.cross_origin.is_friend(dict(scope["headers"])):
            return await shut(scope, receive, send)
        stranger = self.allowances.stranger(scope)
        socket = Socket(
            self.desk, scope, receive, send, lambda visitor: self._watch(scope, visitor), stranger
        )
        try:
            with self.connections.one(caller_key(scope)), self._counted(socket):
                await socket.run()
        except HttpRefused as refused:
            await socket.turn_away(TOO_MANY, refused.message)

    async def stream(
        self, asked: Asked, visitor: Visitor, scope: Scope, own: Headers, receive: Receive, send: Send
    ) -> None:
        """Serve a stream of events."""
        if self.desk is None:
            raise HttpRefused(
                503,
                "The server restarts. Ask again in a moment.",
                code=ErrorCode.UNAVAILABLE,
                headers=[(b"retry-after", b"1")],
            )
        watch = self._watch(scope, visitor)
        last = dict(scope["headers"]).get(b"last-event-id", b"")
        watch.after = last.decode("latin-1") or None
        stream = EventStream(self.desk, asked, watch, scope, send)
        with self.connections.one(caller_key(scope, visitor.caller)), self._counted(stream):
            await stream.run(own, receive)

    def _watch(self, scope: Scope, visitor: Visitor) -> Watch:
        key = caller_key(scope, visitor.caller)
        return Watch(visitor, self.allowances.of(key), lambda: self.subscriptions.one(key))

    @contextmanager
    def _counted(self, one: Socket | EventStream) -> Iterator[None]:
        self.open.add(one)
        try:
            yield
        finally:
            self.open.discard(one)
            self.cut_off += one.was_cut_off

    @asynccontextmanager
    async def opened(self, desk: Desk) -> AsyncIterator[None]:
        """Let them in, for as long as the block takes."""
        self.desk = desk
        try:
            yield
        finally:
            await self.drain()

    async def drain(self) -> None:
        """Let nobody in any more, and tell all who are in that the server restarts."""
        self.desk = None
        await asyncio.gather(*(one.restart() for one in self.open))


async def shut(_: Scope, receive: Receive, send: Send) -> None:
    """Refuse the handshake: a 403."""
    await receive()
    await send({"type": "websocket.close"})
