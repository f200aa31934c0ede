"""GraphQL's door: raw ASGI before everything else, for every request to `/graphql`, and for sockets.

It reads the request, has it answered, and says the answer in the form that was asked for. What an operation does
is no concern of it; what HTTP has to say about requests is the concern of nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from graphql import OperationType
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from graph.caller import Caller
from graph.compile.plan import Operation
from graph.errors import ErrorCode
from mentorgraph.allowance import Allowance, Allowances, caller_key
from mentorgraph.answering import Answer, Answering
from mentorgraph.callers import ANYBODY, Callers, Unauthenticated, Visitor
from mentorgraph.errors import told_of
from mentorgraph.eyes.explain import HEADER, begin
from mentorgraph.eyes.seen import SEEN, Seen
from mentorgraph.eyes.signs import Signs
from mentorgraph.feed.live import Live
from mentorgraph.http import said
from mentorgraph.http.accept import EVENT_STREAM, GRAPHQL_JSON, JSON, media_type, takes_events
from mentorgraph.http.asked import Asked, of_address, of_json, whole
from mentorgraph.http.cross_origin import CrossOrigin
from mentorgraph.http.refused import HttpRefused
from mentorgraph.settings import Settings
from mentorgraph.watching.door import Door, shut
from mentorgraph.watching.hints import Hints

PATH: Final = "/graphql"
METHODS: Final = b"GET, HEAD, OPTIONS, POST"

ASK_BY: Final = "Ask by POST, or by GET."
NO_SINGLE_CONNECTION: Final = (
    f"{ASK_BY} Server-sent events are told one operation a connection: create graphql-sse's client with "
    "`singleConnection: false`, or watch by a WebSocket."
)
RESERVED: Final = b"x-graphql-event-stream-token"
"""By which graphql-sse names the one stream that all operations would be told on."""

GRACE: Final = 0.1
"""Seconds after which it is worth looking whether the caller is still there."""


class Front:
    """Answers GraphQL; hands everything else on to the application behind it."""

    def __init__(self, behind: Starlette, settings: Settings) -> None:
        self.behind = behind
        self.answering: Answering | None = None
        self.callers: Callers | None = None
        self.is_proxied = settings.proxied
        self.allowances = Allowances(settings)
        self.cross_origin = CrossOrigin(settings.origins, settings.public_url)
        self.door = Door(self.allowances, settings, self.cross_origin)
        self.hints = Hints()
        self.signs = Signs()
        self.live: Live | None = None
        """What follows wikis beside this server, if anything does."""
        self.counts: list[Callable[[Seen], None]] = []
        """Who is shown each request when it is over."""
        self.hosts = {
            b"127.0.0.1",
            b"localhost",
            b"[::1]",
            f"[{settings.host}]".encode(),
            settings.host.encode(),
        }
        if settings.public_url is not None:
            self.hosts.add(settings.public_url.partition("://")[2].encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.behind(scope, receive, send)
        headers = joined(scope["headers"])
        if self.is_proxied:
            scope = {**scope, "client": forwarded(headers) or scope.get("client")}
        if scope["type"] == "websocket":
            is_open = scope["path"] == PATH and self.is_meant(headers.get(b"host", b""))
            return await (self.door.enter if is_open else shut)(scope, receive, send)
        SEEN.set(seen := Seen(headers.get(b"x-request-id"), headers.get(b"traceparent")))
        try:
            self.check_host(headers.get(b"host", b""))
            if scope["path"] != PATH or self.answering is None:
                return await self.behind(scope, receive, send)
            return await self.respond(self.answering, scope, headers, receive, send)
        except HttpRefused as refused:
            kind = media_type(headers.get(b"accept", b"").decode("latin-1")) or JSON
            own = self.cross_origin.headers(headers)
            return await said.refusal(refused, kind, own, receive, send, head=scope["method"] == "HEAD")
        finally:
            if scope["path"] == PATH:
                for count in self.counts:
                    count(seen)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What uvicorn does at start and end, for those who ask without it."""
        async with self.behind.router.lifespan_context(self.behind):
            yield

    def is_meant(self, host: bytes) -> bool:
        """Whether the caller knows whom it asks. A page elsewhere can make its own name mean this machine."""
        return host in self.hosts or host.rpartition(b":")[0] in self.hosts

    def check_host(self, host: bytes) -> None:
        """Refuse who does not know whom it asks."""
        if not self.is_meant(host):
            raise HttpRefused(421, "This server answers to the name of its own machine alone.")

    async def respond(
        self, answering: Answering, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        """One request to GraphQL, of whatever method."""
        method = scope["method"]
        if method == "OPTIONS":
            return await said.options(self.cross_origin.preflight(headers), METHODS, send)
        check_way(method, headers)
        accept = headers.get(b"accept", b"").decode("latin-1")
        kind = EVENT_STREAM if takes_events(accept) and method != "HEAD" else media_type(accept)
        if kind is None:
            raise HttpRefused(406, f"Answers are {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}.")
        is_told = b"authorization" in headers or b"cookie" in headers
        visitor = await self.identify(scope, headers) if is_told else ANYBODY
        allowance = self.allowances.of(caller_key(scope, visitor.caller))
        if allowance is not None:
            allowance.ask()
        asked = await self.asked(scope, headers, receive)
        if kind == EVENT_STREAM:
            query = answering.document(asked)
            operation = query if isinstance(query, Answer) else await answering.operation(query, asked)
            if not isinstance(operation, Answer):
                check_method(operation, method)
            own = [*self.cross_origin.headers(headers), (b"vary", said.VARY)]
            own += allowance.headers() if allowance is not None else []
            return await self.door.stream(asked, visitor, scope, own, receive, send)
        if HEADER in headers:
            begin(answering.engine.reader, visitor.caller)
        answer = await self.answered(answering, asked, visitor.caller, method, allowance, receive)
        if answer is None:
            return None
        answer = shown(answer)
        own = self.cross_origin.headers(headers)
        if allowance is not None:
            own += allowance.headers()
        form = said.Form(kind, headers, own, method)
        return await said.answer(answer, form, answering.engine.most, send)

    async def identify(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Visitor:
        """Who asks. Whoever says who they are, and are not, is not taken for anyone, but turned away."""
        assert self.callers is not None
        try:
            # Who guesses at tokens uses up what their address may ask for, and then asks the database nothing.
            visitor = await self.callers.of(headers, self.allowances.stranger(scope))
        except HttpRefused:
            raise
        except Unauthenticated as refused:
            challenge = [(b"www-authenticate", b'Bearer realm="mentorgraph", error="invalid_token"')]
            raise HttpRefused(401, refused.message, code=refused.code, headers=challenge) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and nothing leaks
            found = told_of(error)
            code = ErrorCode(found["extensions"]["code"])
            status, again = (503, [(b"retry-after", b"1")]) if code is ErrorCode.UNAVAILABLE else (500, [])
            raise HttpRefused(status, found["message"], code=code, headers=again) from None
        by_cookie = visitor is not ANYBODY and b"authorization" not in headers
        if by_cookie and not self.cross_origin.is_friend(headers):
            raise HttpRefused(403, "A session is used by pages of this server alone.", code=ErrorCode.CSRF)
        return visitor

    async def asked(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> Asked:
        """What is asked, in the body or in the address."""
        if scope["method"] == "POST":
            return of_json(await whole(receive, headers), headers)
        self.cross_origin.check_simple(headers)
        return of_address(scope["query_string"])

    async def answered(
        self,
        answering: Answering,
        asked: Asked,
        caller: Caller,
        method: str,
        allowance: Allowance | None,
        receive: Receive,
    ) -> Answer | None:
        """The answer; None where nobody waits for it any longer."""
        query = answering.document(asked)
        if isinstance(query, Answer):
            return query
        found = answering.known(query, asked, caller)
        if found is not None:
            return await while_there(answering.read(*found, allowance), answering, receive)
        operation = await answering.operation(query, asked)
        if isinstance(operation, Answer):
            return operation
        if operation.definition.operation is OperationType.QUERY:
            return await while_there(
                answering.first(query, asked, operation, caller, allowance), answering, receive
            )
        check_method(operation, method)
        return await answering.other(query, asked, operation, caller)


def shown(answer: Answer) -> Answer:
    """Show an answer to those who look on, and tell how it came about to whoever is to know."""
    seen = SEEN.get()
    if seen is None:
        return answer
    seen.cost = answer.cost
    return answer if seen.explanation is None else answer._replace(explained=seen.explanation.told(seen))


def check_way(method: str, headers: Mapping[bytes, bytes]) -> None:
    """Refuse what is asked in a way that is none of ours."""
    if method not in ("POST", "GET", "HEAD"):
        way = NO_SINGLE_CONNECTION if method in ("PUT", "DELETE") else ASK_BY
        raise HttpRefused(405, way, headers=[(b"allow", METHODS)])
    if RESERVED in headers:
        raise HttpRefused(400, NO_SINGLE_CONNECTION)


def check_method(operation: Operation, method: str) -> None:
    """Refuse a change that is asked for by an address."""
    if operation.definition.operation is OperationType.MUTATION and method != "POST":
        raise HttpRefused(405, "A mutation is asked by POST.", headers=[(b"allow", b"POST")])


async def while_there(
    work: Coroutine[Any, Any, Answer], answering: Answering, receive: Receive
) -> Answer | None:
    """Do the work, but give it up when the caller leaves, or at the deadline: PostgreSQL cancels its statement."""
    loop = asyncio.get_running_loop()
    caller = _Caller(loop, receive, answering.patience)
    timer = loop.call_later(GRACE, caller.listen)
    try:
        return await work
    except asyncio.CancelledError:
        if not caller.has_enough:
            raise
        caller.task.uncancel()
        return None if caller.left else answering.too_late()
    finally:
        timer.cancel()
        if caller.listening is not None:
            caller.listening.cancel()


class _Caller:
    """Who waits for an answer, and may leave."""

    __slots__ = ("has_enough", "left", "listening", "loop", "patience", "receive", "task")

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive, patience: float) -> None:
        task = asyncio.current_task(loop)
        assert task is not None
        self.loop, self.receive, self.patience, self.task = loop, receive, patience, task
        self.listening: asyncio.Task[None] | None = None
        self.left = self.has_enough = False

    def listen(self) -> None:
        self.listening = self.loop.create_task(self._until_left())

    async def _until_left(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience - GRACE):
                while (await self.receive())["type"] != "http.disconnect":
                    pass
                self.left = True
        self.has_enough = True
        self.task.cancel()


def forwarded(headers: Mapping[bytes, bytes]) -> tuple[str, int] | None:
    """Whom the proxy before us says it speaks for. What stands before its own word anybody can have written."""
    said = headers.get(b"x-forwarded-for", b"").rpartition(b",")[2].strip().decode("latin-1")
    return (said, 0) if said else None


def joined(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; what stands in several lines is one list, as RFC 9110 has it."""
    found = dict(headers)
    if len(found) == len(headers):
        return found
    found.clear()
    for name, value in headers:
        found[name] = found[name] + b", " + value if name in found else value
    return found
