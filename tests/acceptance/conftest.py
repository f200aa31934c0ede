"""Servers to ask: one as a process of its own, one with a small wiki, one with an office for every test."""

from collections.abc import AsyncIterator

import httpx
import pytest

from acceptance.client import Client, serving
from acceptance.in_process import Calendar, living
from acceptance.office import Office
from acceptance.small_wiki import TODAY, SmallWiki
from lifecycle_stories import on
from those_who_ask import SEES_ALL


@pytest.fixture(scope="module")
async def client(module_database: str) -> AsyncIterator[Client]:
    """A server of the module's own, and somebody who asks it."""
    with serving(module_database) as address:
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            yield Client(http)


@pytest.fixture(scope="module")
async def wiki(module_database: str) -> AsyncIterator[SmallWiki]:
    """A small wiki with somebody of every kind."""
    calendar = Calendar(TODAY)
    async with living(module_database, calendar) as client:
        small = SmallWiki(client, calendar, module_database)
        await small.settle()
        yield small


@pytest.fixture(scope="module")
async def servers(module_database: str) -> AsyncIterator[tuple[Client, Client, Calendar]]:
    """Two who ask one server: who reads as anyone does, and who is shown all."""
    calendar = Calendar(on(0))
    async with living(module_database, calendar) as client:
        yield client, Client(client.http, SEES_ALL, reads_too=True), calendar


@pytest.fixture
async def office(servers: tuple[Client, Client, Calendar]) -> Office:
    made = Office(*servers)
    await made.open()
    return made
