"""A request, read: from a body that is counted while it arrives, or from an address."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from graph.errors import ErrorCode
from mentorgraph.http.accept import KEPT
from mentorgraph.http.refused import Headers, HttpRefused

LARGEST: Final = 100_000
"""Bytes of a body; of an address, what uvicorn reads of one."""
PATIENCE: Final = 10.0
"""Seconds in which a body has to arrive."""
FORGOTTEN: Final = 10_000_000
"""Bytes of a body that is too large which are read and not kept, once that was said."""
LINGERING: Final = 2.0
"""Seconds in which they are."""
NESTING: Final = 32
"""Levels of JSON in a body."""
MEMBERS: Final = 20
"""Parameters of an address."""

NAMES: Final = (b'"query"', b'"variables"', b'"operationName"', b'"documentId"', b'"extensions"')

WANTED: Final = 'A request is a JSON object: {"query": …, "variables": …}.'


class Asked(NamedTuple):
    """What GraphQL is asked: a document or the id of a trusted one."""

    query: str | None
    operation_name: str | None
    variables: dict[str, Any]
    document_id: str | None = None


def read(members: Mapping[str, Any]) -> Asked:
    """The request in a JSON object; what we know nothing of is passed over."""
    asked = Asked(
        _text(members, "query"),
        _text(members, "operationName"),
        _object(members, "variables"),
        _text(members, "documentId") or _persisted(_object(members, "extensions")),
    )
    if asked.query is None and asked.document_id is None:
        raise HttpRefused(
            400, "Give a `query`, or the `documentId` of a trusted document.", code=ErrorCode.NO_DOCUMENT
        )
    return asked


async def whole(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """The body; refused while it arrives where it is too large or too slow."""
    length = headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > 10 or int(length) > LARGEST):
        raise too_large()
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(body) > LARGEST:
            raise too_large()
        return body
    try:
        async with asyncio.timeout(PATIENCE):
            return await _rest(receive, [body], len(body))
    except TimeoutError:
        raise HttpRefused(
            408, f"The body did not arrive within {PATIENCE:g} seconds.", headers=CLOSE
        ) from None


CLOSE: Final[Headers] = [(b"connection", b"close")]


async def _rest(receive: Receive, parts: list[bytes], size: int) -> bytes:
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            raise too_large()
        if not message.get("more_body"):
            return b"".join(parts)


async def forget(receive: Receive) -> None:
    """Read on, for a while, and keep nothing: to close a connection on which more arrives resets it, and a client
    that sends on would lose the answer that says why."""
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGERING):
            while size < FORGOTTEN:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def too_large() -> HttpRefused:
    message = f"A request may have {LARGEST:,} bytes. Ask in several."
    return HttpRefused(413, message, code=ErrorCode.CONTENT_TOO_LARGE, headers=CLOSE)


def of_json(body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
    """A request in a body of JSON."""
    check_type(headers)
    return read(_loaded(body))


def check_type(headers: Mapping[bytes, bytes]) -> None:
    """The body is JSON in UTF-8, as it is: what a form of another page can send is not read."""
    _check_type(headers.get(b"content-type", b""), headers.get(b"content-encoding", b"identity"))


@lru_cache(KEPT)
def _check_type(said: bytes, coding: bytes) -> None:
    kind, _, parameters = said.decode("latin-1").partition(";")
    if kind.strip().lower() not in ("application/json", "application/graphql+json"):
        raise HttpRefused(
            415, "Send the request as application/json.", headers=[(b"accept", b"application/json")]
        )
    charset = parameters.lower().replace('"', "").partition("charset=")[2].split(";")[0].strip()
    if charset not in ("", "utf-8", "utf8"):
        raise HttpRefused(415, "Send JSON in UTF-8.", headers=[(b"accept", b"application/json")])
    if coding.strip().lower() != b"identity":
        raise HttpRefused(
            415, "Send the body as it is, without a coding.", headers=[(b"accept-encoding", b"identity")]
        )


def _loaded(body: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(body)
    except ValueError:
        raise HttpRefused(400, f"The body is no JSON. {WANTED}", code=ErrorCode.BAD_JSON) from None
    if isinstance(asked, list):
        raise HttpRefused(400, f"Requests are not taken in batches: send one after the other. {WANTED}")
    if not isinstance(asked, dict):
        raise HttpRefused(400, WANTED)
    if (
        any(asked.get(name) for name in ("variables", "extensions"))
        or body.count(b"[") + body.count(b"{") > NESTING
        or b"\\u00" in body  # with which a name can be written otherwise
        or any(body.count(name) > 1 for name in NAMES)
    ):
        check_json(body, asked)
    return asked


def check_json(text: bytes | str, found: Any) -> None:
    """Refuse JSON that other readers would read otherwise, or get lost in."""
    if isinstance(found, dict | list) and _is_deep(found):
        raise HttpRefused(400, f"JSON may be nested {NESTING} levels deep.", code=ErrorCode.TOO_DEEP)
    json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two members of the same name they take: then who checks may not read what we do."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise HttpRefused(400, "Give each member of a JSON object once.", code=ErrorCode.BAD_JSON)
    return found


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(NESTING):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _text(asked: Mapping[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise HttpRefused(400, f"`{name}` is a string, or null.")
    return value or None


def _object(asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = asked.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise HttpRefused(400, f"`{name}` is an object, or null.")
    return value


def _persisted(extensions: dict[str, Any]) -> str | None:
    """The id of a trusted document as Apollo's clients send it."""
    persisted = extensions.get("persistedQuery")
    found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return f"sha256:{found}" if isinstance(found, str) and found else None


def of_address(query_string: bytes) -> Asked:
    """A request in an address; a parameter without a value is as good as none."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), errors="strict", max_num_fields=MEMBERS)
    except ValueError:
        raise HttpRefused(400, "The address can't be read: it is UTF-8, percent-encoded.") from None
    asked: dict[str, Any] = dict(pairs)
    if len(asked) < len(pairs):
        raise HttpRefused(400, "Give each parameter once.")
    for name in ("variables", "extensions"):
        if name in asked:
            asked[name] = _object_in(asked[name], name)
    return read(asked)


def _object_in(text: str, name: str) -> Any:
    try:
        found = orjson.loads(text)
    except ValueError:
        raise HttpRefused(400, f"`{name}` is an object, written as JSON.", code=ErrorCode.BAD_JSON) from None
    check_json(text, found)
    return found
