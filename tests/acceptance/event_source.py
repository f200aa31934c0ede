"""One who listens to server-sent events, and reads them as the standard has them read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

import httpx
import orjson


class Event(NamedTuple):
    """One event, and the id that stands at it."""

    kind: str
    data: Any
    id: str | None


class Source:
    """A stream that is open. `comments` are those that came so far; `last_id` is where to go on."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.lines = answer.aiter_lines()
        self.comments: list[str] = []
        self.last_id: str | None = None

    @classmethod
    @asynccontextmanager
    async def at(
        cls, http: httpx.AsyncClient, query: str, headers: dict[str, str] | None = None, **variables: Any
    ) -> AsyncIterator[Self]:
        """A stream that is asked for by POST."""
        asked = {"query": query, "variables": variables}
        accept = {"accept": "text/event-stream"} | (headers or {})
        async with http.stream("POST", "/graphql", json=asked, headers=accept) as answer:
            yield cls(answer)

    async def hear(self) -> Event | None:
        """The next event; None at the end of the stream."""
        kind, data = "message", list[str]()
        async for line in self.lines:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line.startswith(":"):
                self.comments.append(value)
            elif name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif data:
                text = "\n".join(data)
                return Event(kind, orjson.loads(text) if text else None, self.last_id)
        return None

    async def told(self) -> Any:
        """The data of the next `next`."""
        event = await self.hear()
        assert event is not None
        assert event.kind == "next"
        assert "errors" not in event.data, event.data
        return event.data["data"]
