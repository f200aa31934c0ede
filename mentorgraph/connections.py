"""Connections, as uvicorn keeps them, with an end to every wait: for a head, for a reader, for a sign of life.

uvicorn waits for ever for the rest of a head, reads one of any length, and keeps what nobody reads. Nothing here is
done for a request that arrives in one piece but a look at how long its head was.
"""

from asyncio import TimerHandle, Transport
from typing import Any, Final

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from graph.errors import ErrorCode
from mentorgraph.allowance import Bucket
from mentorgraph.front import Front
from mentorgraph.http.refused import HttpRefused
from mentorgraph.watching.socket import MESSAGES, WITHIN

HEAD_WITHIN: Final = 10.0
"""Seconds in which the head of a request arrives, and in which a new connection has one."""
MOST: Final = 5_000
"""Connections of one process, those of sockets among them; who asks on one more is told to come back."""
LARGEST_HEAD: Final = 16_384
"""Bytes of an address and of all headers."""
KEEP_FOR: Final = 5
"""Seconds that a connection is kept for the next request."""
UNREAD_FOR: Final = 10.0
"""Seconds that a client may read nothing of what waits for it."""
LARGEST_MESSAGE: Final = 65_536
"""Bytes of a message on a socket."""
PING_EVERY: Final = 20.0
"""Seconds between two pings on a socket; whoever answers none for as long is gone."""
NO_TEXT: Final = 1007
"""The code with which a text is refused that is no UTF-8."""
GOODBYE: Final = 15
"""Seconds that running requests have to end in: longer than a statement may take."""


class Requests(HttpToolsProtocol):
    """uvicorn's connections for HTTP, which end where nothing arrives and where nothing is read."""

    head_timer: TimerHandle | None = None
    reader_timer: TimerHandle | None = None
    head_size = 0
    unread = 0
    refusal: HttpRefused | None = None
    is_handed_over = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app = self._answer
        self.head_timer = self.loop.call_later(HEAD_WITHIN, self._give_up)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. That somebody left in the middle of it is no fault: uvloop raises before it tells of it."""
        try:
            await self.config.loaded_app(scope, receive, send)
        except RuntimeError:
            if not self.transport.is_closing():
                raise
            # Of requests that wait behind each other uvicorn tells the last alone that the caller is gone.
            cycle: RequestResponseCycle = send.__self__  # type: ignore[attr-defined]  # it sends by the cycle's method
            cycle.disconnected = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. Between two requests and within a head, somebody has to be in a hurry."""
        self.head_size += len(data)
        super().data_received(data)
        cycle = self.cycle
        is_begun = cycle is not None and cycle.scope is self.scope  # type: ignore[redundant-expr]  # none at first
        if is_begun:
            self.head_size = 0
        if (is_begun and not cycle.response_complete) or self.is_handed_over:
            if self.head_timer is not None:
                self.head_timer.cancel()
                self.head_timer = None
        elif self.head_size > LARGEST_HEAD:
            self._turn_away(_too_long(self.url))
        elif self.head_timer is None:
            self.head_timer = self.loop.call_later(HEAD_WITHIN, self._give_up)

    def on_headers_complete(self) -> None:
        """Begin with the request, unless there are too many, or its head is too long, which so few bytes can't be."""
        if len(self.connections) > MOST:
            sentence = f"This server has {MOST:,} connections, and serves no more. Come back in a moment."
            self.refusal = HttpRefused(
                503, sentence, code=ErrorCode.UNAVAILABLE, headers=[(b"retry-after", b"1")]
            )
            raise self.refusal
        if self.head_size > LARGEST_HEAD:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > LARGEST_HEAD:
                self.refusal = _too_long(self.url)
                raise self.refusal
        self.scope["state"]["abort"] = self.transport.abort
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, unless the handshake is none: nobody would answer it, or end it."""
        self._stop_timers()
        self.is_handed_over = True
        super().handle_websocket_upgrade()
        taken = self.transport.get_protocol()
        if isinstance(taken, Sockets) and not taken.handshake_initiated:
            self._turn_away(HttpRefused(400, "This is no handshake of a WebSocket. It is a GET."))

    def send_400_response(self, msg: str) -> None:
        """What the parser could not read is told in GraphQL's shape too."""
        self._turn_away(self.refusal or HttpRefused(400, msg))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.reader_timer is not None:
            self.reader_timer.cancel()
            self.reader_timer = None

    def timeout_keep_alive_handler(self) -> None:
        """Close what is idle; what is unread yet may be read."""
        self._wait_for_reader()
        super().timeout_keep_alive_handler()

    def _wait_for_reader(self) -> None:
        self.unread = self.transport.get_write_buffer_size()
        if self.unread and self.reader_timer is None:
            self.reader_timer = self.loop.call_later(UNREAD_FOR, self._look_for_reader)

    def _look_for_reader(self) -> None:
        """Cut off who has read nothing since the last look."""
        self.reader_timer = None
        if self.transport.get_write_buffer_size() >= self.unread:
            self.transport.abort()
        else:
            self._wait_for_reader()

    def _give_up(self) -> None:
        self.head_timer = None
        if self.head_size:
            sentence = f"The head of the request did not arrive within {HEAD_WITHIN:g} seconds."
            self._turn_away(HttpRefused(408, sentence))
        else:
            self.transport.close()

    def _turn_away(self, refused: HttpRefused) -> None:
        if self.transport.is_closing():
            return
        body = orjson.dumps(refused.body())
        kind = b"content-type: application/json; charset=utf-8\r\nconnection: close\r\n"
        kind += b"".join(b"%s: %s\r\n" % header for header in refused.headers)
        head = b"%s%scontent-length: %d\r\n\r\n" % (STATUS_LINE[refused.status], kind, len(body))
        self.transport.write(head + body)
        self.transport.close()

    def _stop_timers(self) -> None:
        for timer in (self.head_timer, self.reader_timer):
            if timer is not None:
                timer.cancel()
        self.head_timer = self.reader_timer = None


def _too_long(address: bytes) -> HttpRefused:
    # Not every Python calls 414 the same.
    status, code = (431, None) if len(address) < LARGEST_HEAD / 2 else (414, ErrorCode.URI_TOO_LONG)
    message = f"An address and its headers may have {LARGEST_HEAD:,} bytes. Ask by POST."
    return HttpRefused(status, message, code=code)


class Sockets(WebSocketsSansIOProtocol):
    """uvicorn's sockets; those of clients that read nothing can be cut off, and so are those that only ping."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.pings = Bucket(MESSAGES, WITHIN)

    async def run_asgi(self) -> None:
        """Without this a buffer that nobody reads stays for as long as the client keeps its side open."""
        self.scope["state"]["abort"] = self.transport.abort
        await super().run_asgi()

    def send_receive_event_to_app(self) -> None:
        """Pass a message on. A text that is no UTF-8 is the client's mistake: uvicorn writes a traceback of each."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(NO_TEXT)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer, but not for ever, and not to somebody who does not read."""
        if self.pings.take(1, self.loop.time()) or not self.writable.is_set():
            self.transport.abort()
        else:
            super().handle_ping()


def configuration(front: Front) -> uvicorn.Config:
    """How uvicorn serves it."""
    return uvicorn.Config(
        front,
        http=Requests,
        ws=Sockets,
        ws_max_size=LARGEST_MESSAGE,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PING_EVERY,
        ws_per_message_deflate=False,  # frames are small, and 2,000 compressors are not
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody stands before us: who asks is whoever is connected
        timeout_keep_alive=KEEP_FOR,
        timeout_graceful_shutdown=GOODBYE,
    )
