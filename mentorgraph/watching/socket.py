"""One socket: the protocol `graphql-transport-ws`, in which operations run beside each other.

Why not Strawberry's: it encodes every frame for every socket, waits for ever for a reader that does not read,
closes the socket over one operation that does not parse, dies of a frame that is JSON but no object, and has
no word to say when the server stops. See docs/decisions.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from graph.errors import ErrorCode
from mentorgraph import errors
from mentorgraph.allowance import Bucket
from mentorgraph.callers import ANYBODY, Stranger, Unauthenticated, Visitor, authorization_in
from mentorgraph.eyes.seen import SEEN, Seen
from mentorgraph.http.asked import Asked, check_json, read
from mentorgraph.http.refused import HttpRefused
from mentorgraph.watching.operations import Desk, NoLonger, Watch, Wrong

LOG = logging.getLogger("mentorgraph")

PROTOCOL = "graphql-transport-ws"
INIT_WITHIN = 5.0
"""Seconds in which a client says `connection_init`."""
STALLED = 10.0
"""Seconds that one frame may wait for a client to read those before it."""
GONE_WITHIN = 1.0
"""Seconds in which a client that reads nothing is given the chance to read why the socket is closed."""
IDLE = 300.0
"""Seconds that a socket may be open on which nothing runs and nothing is said."""
MESSAGES, WITHIN = 200, 10.0
"""Messages of one socket that are read, in so many seconds."""
OPERATIONS = 100
"""Operations of one socket at a time."""
ANSWERS = 4
"""Of these, queries and mutations that are answered at a time: what is answered lies here until it is read."""
CHANGED = "Your rights have changed"
LONGEST_REASON = 123
"""Bytes of a reason, in a frame that closes."""

BAD_FORM = 400
GOING_AWAY, RESTART, TRY_AGAIN_LATER = 1001, 1012, 1013
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, BAD_PROTOCOL = 4400, 4401, 4403, 4406
NO_INIT, TAKEN, TOO_MANY, FAILED = 4408, 4409, 4429, 4500

# What a server says of a client that is gone; uvicorn's own is an OSError.
DISCONNECTED = (OSError, RuntimeError)


class Closing(Exception):
    """The socket is to be closed."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket:
    """One client's socket, from the handshake to the end."""

    def __init__(
        self,
        desk: Desk,
        scope: Scope,
        receive: Receive,
        send: Send,
        watch: Callable[[Visitor], Watch],
        stranger: Stranger,
    ) -> None:
        self.desk = desk
        self.watch = watch
        self.stranger = stranger
        self.messages = Bucket(MESSAGES, WITHIN)
        self.loop = asyncio.get_running_loop()
        self.deadline: asyncio.TimerHandle | None = None
        self.scope, self.receive, self._transmit = scope, receive, send
        self.visitor = ANYBODY
        self.is_initialised = False
        self.is_closed = False
        self.was_cut_off = False
        self.running: dict[str, tuple[asyncio.Task[None], Watch]] = {}
        self.turns = asyncio.Semaphore(ANSWERS)
        self._keeping: asyncio.Task[None] | None = None
        self.handle: dict[str, Callable[[dict[str, Any]], Any]] = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }

    async def run(self) -> None:
        """Serve it."""
        await self.receive()
        if PROTOCOL not in self.scope.get("subprotocols", ()):
            await self._transmit({"type": "websocket.accept"})
            return await self.close(BAD_PROTOCOL, "Subprotocol not acceptable")
        await self._transmit({"type": "websocket.accept", "subprotocol": PROTOCOL})
        self._end_in(INIT_WITHIN, NO_INIT, "Connection initialisation timeout")
        try:
            while await self._hear():
                self._wait()
        except Closing as closing:
            await self.close(closing.code, closing.reason)
        finally:
            await self._end_all()

    async def turn_away(self, code: int, reason: str) -> None:
        """Close it before anything is said, with a reason that a page can read."""
        await self.receive()
        await self._transmit({"type": "websocket.accept", "subprotocol": PROTOCOL})
        await self.close(code, shortened(reason))

    def _wait(self) -> None:
        """Let a socket on which nothing runs be closed when nothing is said either."""
        if self.is_initialised and not self.is_closed:
            self._stop_waiting()
            if not self.running:
                self._end_in(IDLE, GOING_AWAY, "Nothing runs here")

    def _end_in(self, seconds: float, code: int, reason: str) -> None:
        def end() -> None:
            self._ending = asyncio.create_task(self.close(code, reason))

        self.deadline = self.loop.call_later(seconds, end)

    def _stop_waiting(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()

    async def _hear(self) -> bool:
        """Act on one message; False at the end."""
        message = await self.receive()
        if message["type"] == "websocket.disconnect":
            return False
        if self.messages.take(1, self.loop.time()):
            raise Closing(TOO_MANY, f"{MESSAGES} messages are read in {WITHIN:g} seconds")
        try:
            said = orjson.loads(text := message.get("text") or b"")
            check_json(text, said)
        except orjson.JSONDecodeError:
            raise Closing(BAD_REQUEST, "A message is a text, and JSON") from None
        except HttpRefused as refused:
            raise Closing(BAD_REQUEST, refused.message) from None
        handle = self.handle.get(str(said.get("type"))) if isinstance(said, dict) else None
        if handle is None:
            raise Closing(BAD_REQUEST, "A message is an object of a type that the protocol names")
        with suppress(*DISCONNECTED):
            await handle(said)
        return True

    # What a client says.

    async def _init(self, said: dict[str, Any]) -> None:
        if self.is_initialised:
            raise Closing(TOO_MANY, "Too many initialisation requests")
        authorization = authorization_in(said.get("payload"))
        callers = self.desk.callers
        try:
            if authorization is None:
                self.visitor = await callers.of(dict(self.scope["headers"]), self.stranger)
            else:
                self.visitor = await callers.bearing(authorization, self.stranger)
        except Unauthenticated as refused:
            raise Closing(FORBIDDEN, shortened(refused.message)) from None
        except HttpRefused as refused:
            raise Closing(TOO_MANY, shortened(refused.message)) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and nothing leaks
            found = errors.told_of(error)
            code = TRY_AGAIN_LATER if found["extensions"]["code"] == ErrorCode.UNAVAILABLE else FAILED
            raise Closing(code, shortened(found["message"])) from None
        self.is_initialised = True
        if self.visitor.digest is not None:
            self._keeping = asyncio.create_task(self._keep_rights())
        await self._send('{"type":"connection_ack"}')

    async def _keep_rights(self) -> None:
        """Close the socket of whoever has lost a right, though nothing happens of which they would have been told."""
        try:
            await self.desk.while_still_so(self.visitor)
        except NoLonger:
            self._ending = asyncio.create_task(self._leave(FORBIDDEN, CHANGED))

    async def _ping(self, said: dict[str, Any]) -> None:
        echo = {"payload": said["payload"]} if isinstance(said.get("payload"), dict) else {}
        await self._send(orjson.dumps({"type": "pong", **echo}).decode())

    async def _pong(self, _: dict[str, Any]) -> None:
        """A sign of life, which TCP and WebSocket give already."""

    async def _subscribe(self, said: dict[str, Any]) -> None:
        name, payload = said.get("id"), said.get("payload")
        if not isinstance(name, str) or not name or not isinstance(payload, dict):
            raise Closing(BAD_REQUEST, "`subscribe` has an id, and a payload with a query")
        if not self.is_initialised:
            raise Closing(UNAUTHORIZED, "Unauthorized")
        if name in self.running:
            raise Closing(TAKEN, shortened(f"Subscriber for {name} already exists"))
        try:
            asked, watch = read(payload), self.watch(self.visitor)
            self._check_room()
            if watch.allowance is not None:
                watch.allowance.ask()
        except HttpRefused as refused:
            if refused.status == BAD_FORM and refused.code is not ErrorCode.NO_DOCUMENT:
                raise Closing(BAD_REQUEST, shortened(refused.message)) from None
            await self._say_errors(name, refused.body()["errors"])
            return
        watch.fall_behind, watch.turn = self.cut_off, self.turns
        self.running[name] = (asyncio.create_task(self._operate(name, asked, watch)), watch)

    def _check_room(self) -> None:
        if len(self.running) >= OPERATIONS:
            raise HttpRefused(
                429, f"A socket runs at most {OPERATIONS} operations at a time.", code=ErrorCode.TOO_MANY
            )

    async def _complete(self, said: dict[str, Any]) -> None:
        task, _ = self._done(str(said.get("id")))
        if task is not None:
            task.cancel()

    # What it is told.

    async def _operate(self, name: str, asked: Asked, watch: Watch) -> None:
        SEEN.set(Seen())
        head = f'{{"id":{orjson.dumps(name).decode()},"type":"next","payload":'
        try:
            await self.desk.must_still_be(watch.visitor)
            async with aclosing(self.desk.answers(asked, watch)) as answers:
                async for text in answers:
                    await self._send(f"{head}{text}}}")
            self._done(name)
            await self._send(orjson.dumps({"id": name, "type": "complete"}).decode())
        except DISCONNECTED:
            self._done(name)
        except NoLonger:
            self._ending = asyncio.create_task(self._leave(FORBIDDEN, CHANGED))
        except Wrong as wrong:
            await self._fail(name, wrong.errors)
        except HttpRefused as refused:
            await self._fail(name, refused.body()["errors"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and nothing leaks
            await self._fail(name, [errors.told_of(error)])

    async def _fail(self, name: str, found: Sequence[dict[str, Any]]) -> None:
        self._done(name)
        with suppress(*DISCONNECTED):
            await self._say_errors(name, found)

    def _done(self, name: str) -> tuple[asyncio.Task[None] | None, Watch | None]:
        found = self.running.pop(name, (None, None))
        self._wait()
        return found

    async def _say_errors(self, name: str, found: Sequence[dict[str, Any]]) -> None:
        await self._send(orjson.dumps({"id": name, "type": "error", "payload": list(found)}).decode())

    async def _send(self, text: str) -> None:
        """Send one frame; a client that reads nothing is not waited for."""
        try:
            async with asyncio.timeout(STALLED):
                await self._transmit({"type": "websocket.send", "text": text})
        except TimeoutError:
            self.cut_off()
            raise ConnectionAbortedError from None

    # The end.

    def cut_off(self) -> None:
        """The client reads too slowly: close its socket, with the place to go on from."""
        if not self.was_cut_off:
            self.was_cut_off = True
            LOG.warning("a socket is closed that is read too slowly")
            self._ending = asyncio.create_task(self._leave(TRY_AGAIN_LATER, "Read too slowly"))

    async def restart(self) -> None:
        """The server stops: say so, with the place to go on from."""
        await self._leave(RESTART, "The server restarts")

    async def _leave(self, code: int, why: str) -> None:
        cursors = {watch.events.cursor for _, watch in self.running.values() if watch.events}
        # Of several streams each has its own place, which the client has read with the last event of each.
        after = f"; go on after {cursors.pop()}" if len(cursors) == 1 else ""
        for task, _ in self.running.values():
            task.cancel()
        try:
            async with asyncio.timeout(GONE_WITHIN):
                await self.close(code, shortened(f"{why}{after}"))
        except TimeoutError:
            self.scope.get("state", {}).get("abort", lambda: None)()

    async def close(self, code: int, reason: str) -> None:
        """Close it, once."""
        if not self.is_closed:
            self.is_closed = True
            self._stop_waiting()
            with suppress(*DISCONNECTED):
                await self._transmit({"type": "websocket.close", "code": code, "reason": reason})

    async def _end_all(self) -> None:
        self._stop_waiting()
        tasks = [task for task, _ in self.running.values()]
        tasks += [] if self._keeping is None else [self._keeping]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def shortened(reason: str) -> str:
    """As much of it as a frame that closes can hold."""
    return reason.encode()[:LONGEST_REASON].decode(errors="ignore")
