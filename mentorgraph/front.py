"""The hot path: raw ASGI before everything else, for operations that were validated before.

It only remembers. What it does not know, cannot read or may not answer falls through to Strawberry's view,
which says why; so there is one place that validates, one that words errors, and this one, which is fast.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from graph.compile.plan import NotCompiled, Plan, Unreadable
from graph.compile.shape import Values
from graph.errors import RequestRefused
from mentorgraph import errors
from mentorgraph.executor import Engine
from mentorgraph.view import GRAPHQL_JSON, JSON, refusal, status_of

PATH = "/graphql"
LARGEST = 1_000_000

# What a request that is not as it should be runs into, here and there. Strawberry's view finds better words.
NOT_FOR_US = (ValueError, LookupError, TypeError, AttributeError, NotCompiled, Unreadable, RequestRefused)


class Front:
    """Answers known operations; hands everything else on to the application behind it."""

    def __init__(self, behind: Starlette, host: str) -> None:
        self.behind = behind
        self.engine: Engine | None = None
        self.hosts = {b"127.0.0.1", b"localhost", b"[::1]", f"[{host}]".encode(), host.encode()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.behind(scope, receive, send)
        headers = dict(scope["headers"])
        if not self.is_meant(headers.get(b"host", b"")):
            return await refuse(send, 421, "This server answers to the name of its own machine alone.")
        if scope["path"] != PATH or scope["method"] != "POST" or self.engine is None:
            return await self.behind(scope, receive, send)
        body = await whole(receive)
        if body is None:
            return await refuse(send, 413, "A request may have a million bytes.")
        if headers.get(b"content-type", b"").startswith(b"application/json"):
            found = self.plan(self.engine, body)
            if found is not None:
                asked = GRAPHQL_JSON if GRAPHQL_JSON.encode() in headers.get(b"accept", b"") else JSON
                return await answer(self.engine, *found, asked, send)
        return await self.behind(scope, again(body, receive), send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What uvicorn does at start and end, for those who ask without it."""
        async with self.behind.router.lifespan_context(self.behind):
            yield

    def is_meant(self, host: bytes) -> bool:
        """Whether the caller knows whom it asks. A page elsewhere can make its own name mean this machine."""
        return host in self.hosts or host.rpartition(b":")[0] in self.hosts

    def plan(self, engine: Engine, body: bytes) -> tuple[Plan, Values] | None:
        """What the body asks for, if it is known and can be read."""
        try:
            asked = orjson.loads(body)
            operation = engine.memory.get(asked["query"], asked.get("operationName"))
            if operation is None:
                return None
            values = engine.values()
            return operation.plan(operation.read(asked.get("variables") or {}, values)), values
        except NOT_FOR_US:
            return None


async def answer(engine: Engine, plan: Plan, values: Values, asked: str, send: Send) -> None:
    """Run the plan and send what comes of it."""
    try:
        data, found = await engine.reader.answer(plan, values)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and nothing leaks
        data, found = b"null", [errors.said_of(error)]
    if found:
        body = {"data": orjson.loads(data), "errors": [errors.told(error) for error in found]}
        await respond(send, status_of(body, asked), asked.encode(), orjson.dumps(body))
    else:
        await respond(send, 200, asked.encode(), b'{"data":' + data + b"}")


async def whole(receive: Receive) -> bytes | None:
    """The body, or None if it is too large or was cut off."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= LARGEST:
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= LARGEST else None


def again(body: bytes, receive: Receive) -> Receive:
    """The request once more, for who comes after us."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def respond(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, sentence: str) -> None:
    await respond(send, status, JSON.encode(), orjson.dumps(refusal(status, sentence)))
