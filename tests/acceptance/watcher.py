"""One who watches: a client of `graphql-transport-ws`, and the server in the test's own process, with sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from acceptance.client import Client
from acceptance.in_process import UNLIMITED
from mentorgraph.app import create_app
from mentorgraph.connections import configuration
from mentorgraph.front import Front
from mentorgraph.settings import Settings
from models.ledger.connections import Clock, wall_clock
from those_who_ask import bearing

PROTOCOL = Subprotocol("graphql-transport-ws")
EVENTS = """
  subscription($wiki: String!, $mentor: ID, $mentee: ID, $kind: [RelationshipEventKind!], $after: String) {
    relationshipEvents(wiki: $wiki, mentor: $mentor, mentee: $mentee, kind: $kind, after: $after) {
      cursor node { id kind }
    }
  }
"""
COUNTS = (
    "subscription($mentor: ID!) { relationshipCounts(mentor: $mentor) { active suspended released ended } }"
)
PATIENCE = 30.0


class Closed(Exception):
    """The server closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Watcher:
    """A socket of one's own."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.number = 0

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str, token: str | None = None) -> AsyncIterator[Self]:
        """A socket that is initialised, by whoever has that token."""
        async with raw(address) as socket:
            watcher = cls(socket)
            await watcher.say(type="connection_init", payload=bearing(token))
            assert await watcher.hear() == {"type": "connection_ack"}
            yield watcher

    async def say(self, **message: Any) -> None:
        await self.socket.send(orjson.dumps(message).decode())

    async def hear(self, patience: float = PATIENCE) -> dict[str, Any]:
        """The next message; text alone is right."""
        try:
            text = await asyncio.wait_for(self.socket.recv(), patience)
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise ConnectionAbortedError("gone without a word") from None
            raise Closed(closed.rcvd.code, closed.rcvd.reason) from None
        assert isinstance(text, str)
        said: dict[str, Any] = orjson.loads(text)
        return said

    async def subscribe(self, query: str, **variables: Any) -> str:
        """Begin an operation; its id."""
        self.number += 1
        await self.say(
            id=str(self.number), type="subscribe", payload={"query": query, "variables": variables}
        )
        return str(self.number)

    async def told(self, patience: float = PATIENCE) -> Any:
        """The data of the next `next`."""
        said = await self.hear(patience)
        assert said["type"] == "next", said
        assert "errors" not in said["payload"], said
        return said["payload"]["data"]

    async def event(self, patience: float = PATIENCE) -> Any:
        """The next event's edge."""
        return (await self.told(patience))["relationshipEvents"]

    async def silent(self, seconds: float = 0.5) -> bool:
        """Whether nothing is said for so long."""
        try:
            await self.hear(seconds)
        except TimeoutError:
            return True
        return False


def raw(address: str, **options: Any) -> Any:
    """A socket on which nothing was said yet."""
    # Unbounded, for who leaves with much unread would not read the server's goodbye, and wait for it ten seconds.
    options = {"subprotocols": [PROTOCOL], "ping_interval": None, "proxy": None, "max_queue": None} | options
    return connect(address.replace("http", "ws", 1) + "/graphql", **options)


async def started(server: uvicorn.Server, running: "asyncio.Task[None]") -> None:
    """Until the server answers; one that gave up never will."""
    async with asyncio.timeout(PATIENCE):
        while not server.started:
            assert not running.done(), "The server did not start: the log says why."
            await asyncio.sleep(0.01)


async def watched(front: Front, count: int) -> None:
    """Until so many listen to the feed of the first wiki."""
    news = front.hints.news
    assert news is not None
    async with asyncio.timeout(PATIENCE):
        while 1 not in news.wires or sum(map(len, news.wires[1].listeners.values())) != count:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(
    database: str, clock: Clock = wall_clock, *, port: int = 0, politely: bool = True, **settings: Any
) -> AsyncIterator[tuple[str, Client, Front]]:
    """The address of a server in this process, somebody who asks it over HTTP, and the server itself.

    It stops as a server does that is asked to, or (`politely` is false) as one that is killed.
    """
    # What the kernel would hold back of what nobody reads is megabytes.
    door = socket.create_server(("127.0.0.1", port))
    door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    front = create_app(Settings(**({"demo": False} | UNLIMITED | settings)), database, clock)
    server = uvicorn.Server(configuration(front))
    running = asyncio.create_task(server._serve([door]))
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    try:
        await started(server, running)
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            yield address, Client(http), front
    finally:
        if politely:
            await front.door.drain()
        for connection in () if politely else tuple(server.server_state.connections):
            connection.transport.abort()
        server.should_exit = True
        await running
