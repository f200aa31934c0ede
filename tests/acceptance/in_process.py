"""The server in the test's own process, on a day of the test's choosing: a draw is made when it is made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from acceptance.client import Client
from mentorgraph.app import create_app
from mentorgraph.settings import Settings

UNLIMITED = {"limit_requests": 0, "limit_cost": 0, "limit_connections": 0, "limit_subscriptions": 0}
"""Tests ask from one address what thousands of people do; what callers may ask is a test of its own."""
SIGNING: dict[str, Any] = {"webhook_key": "k" * 32, "webhook_every": 3600}
"""There can be webhooks, and none of them is told anything."""


class Calendar:
    """The clock of a server, which stands still until the test turns a page."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def living(database: str, calendar: Calendar, **settings: Any) -> AsyncIterator[Client]:
    """Somebody who asks a server that lives by that calendar, for as long as the block takes."""
    app = create_app(Settings(**({"demo": False} | UNLIMITED | SIGNING | settings)), database, calendar)
    transport = httpx.ASGITransport(app)
    async with started(app), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as http:
        yield Client(http)


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[None]:
    """Start the application and stop it again, as a server does."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    running = asyncio.ensure_future(
        app({"type": "lifespan", "asgi": {"version": "3.0"}}, said.get, heard.put)
    )
    said.put_nowait({"type": "lifespan.startup"})
    answer = await heard.get()
    assert answer["type"] == "lifespan.startup.complete", answer.get("message")
    try:
        yield
    finally:
        said.put_nowait({"type": "lifespan.shutdown"})
        await running


def written(moment: datetime) -> str:
    """A moment as callers write it, and as the server does."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
