"""An answer as HTTP says it: status, headers, and the body in the coding that the caller takes."""

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Protocol

import orjson
from starlette.types import Receive, Send

from graph.errors import ErrorCode
from mentorgraph.eyes.seen import SEEN
from mentorgraph.http.accept import GRAPHQL_JSON, JSON, takes
from mentorgraph.http.asked import forget
from mentorgraph.http.refused import Headers, HttpRefused

SMALL: Final = 1_000
"""Bytes up to which a body is sent as it is."""
LEVEL: Final = 1
"""Of gzip: JSON shrinks to a seventh at once, and little further for four times the work."""
AT_ONCE: Final = 60_000
"""Bytes that fit into the buffers on the way: no caller can hold up what sends them."""
PATIENCE: Final = 30.0
"""Seconds in which a caller has to take what it is sent."""
VARY: Final = b"accept, accept-encoding, authorization, cookie, origin"

CONTENT_TYPE: Final = {kind: f"{kind}; charset=utf-8".encode() for kind in (JSON, GRAPHQL_JSON)}
STATUS: Final = {ErrorCode.UNAVAILABLE: 503, ErrorCode.TIMEOUT: 504, ErrorCode.INTERNAL: 500}
"""Codes of request errors that are not the caller's mistake."""


class Answer(Protocol):
    """What is said, whatever the form."""

    @property
    def data(self) -> bytes | None:
        """None where nothing was run."""

    @property
    def errors(self) -> Sequence[dict[str, Any]]:
        """As they are sent."""

    @property
    def cost(self) -> int | None:
        """What the operation may cost at most."""

    def body(self, most: int) -> bytes:
        """The response, as JSON."""


class Form(NamedTuple):
    """How an answer is to be said."""

    kind: str
    asked: Mapping[bytes, bytes]
    own: Headers
    method: str


async def answer(answer: Answer, form: Form, most: int, send: Send) -> None:
    """Send an answer."""
    status = status_of(answer, form.kind)
    body = answer.body(most)
    headers = [*form.own, (b"vary", VARY)]
    if answer.cost is not None:
        headers.append((b"graphql-cost", b"%d" % answer.cost))
    if status == 503:
        headers.append((b"retry-after", b"1"))
    if form.method != "POST":
        headers.append((b"cache-control", b"private, no-cache"))
        if status == 200 and not answer.errors:
            tag = b'"' + sha256(body).hexdigest()[:32].encode() + b'"'
            headers.append((b"etag", tag))
            if is_known(tag, form.asked.get(b"if-none-match")):
                await deliver(send, 304, headers, b"")
                return
    if len(body) > SMALL and takes("gzip", form.asked.get(b"accept-encoding", b"").decode("latin-1")):
        body = gzip.compress(body, LEVEL, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers += typed(form.kind, body)
    await deliver(send, status, headers, b"" if form.method == "HEAD" else body)


def status_of(answer: Answer, kind: str) -> int:
    """200, but 503 without a database; and 4xx for what never ran, to those who know the newer type."""
    if not answer.errors:
        return 200
    codes = [error["extensions"]["code"] for error in answer.errors]
    if ErrorCode.UNAVAILABLE in codes:
        return 503
    if answer.data is None and kind == GRAPHQL_JSON:
        return max((STATUS.get(ErrorCode(code), 400) for code in codes), default=400)
    return 200


def is_known(tag: bytes, asked: bytes | None) -> bool:
    """Whether the caller has that very answer already."""
    if asked is None:
        return False
    return asked.strip() == b"*" or tag in {one.strip().removeprefix(b"W/") for one in asked.split(b",")}


async def refusal(
    refused: HttpRefused, kind: str, own: Headers, receive: Receive, send: Send, *, head: bool
) -> None:
    """Send what is turned away its reason; where a body is too large, before all of it has arrived."""
    body = orjson.dumps(refused.body())
    headers = [*own, (b"vary", VARY), *refused.headers, *typed(kind, body)]
    if refused.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return await deliver(send, refused.status, headers, b"" if head else body)
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await forget(receive)
    return await send({"type": "http.response.body"})


async def options(allowed: Headers, methods: bytes, send: Send) -> None:
    """What may be asked here."""
    headers = [*allowed, (b"allow", methods), (b"accept-post", b"application/json"), (b"vary", VARY)]
    await deliver(send, 204, headers, b"")


def typed(kind: str, body: bytes) -> Headers:
    return [
        (b"content-type", CONTENT_TYPE[kind]),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
    ]


async def deliver(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send it, if the caller takes it in time."""
    if (seen := SEEN.get()) is not None:
        seen.status = status
        headers.append((b"x-request-id", seen.id))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if len(body) < AT_ONCE:
        await send({"type": "http.response.body", "body": body})
        return
    async with asyncio.timeout(PATIENCE):
        await send({"type": "http.response.body", "body": body})
