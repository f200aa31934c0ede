"""One who watches for long: over restarts of the server and of the database, the feed and nothing but the feed."""

import asyncio
import random
from contextlib import suppress

import asyncpg
import pytest
from websockets.exceptions import WebSocketException

from acceptance.client import free_port
from acceptance.own_database import own_database
from acceptance.told_feed import NAME, Feed
from acceptance.watcher import EVENTS, Closed, Watcher, listening
from models.ledger.connections import GONE
from models.migrate import upgrade
from those_who_ask import let_in

pytestmark = pytest.mark.acceptance

SNAPSHOT = f'{{ wiki(dbName: "{NAME}") {{ eventCursor }} }}'
RESTARTS = 10
CHANCE = random.Random(11)


class Listener:
    """Somebody who comes and goes, and goes on where they were."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        self.told: list[str] = []
        self.goodbyes: list[int] = []

    async def listen(self, address: str) -> None:
        """Until cancelled."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError, Closed):
                async with Watcher.at(address) as watcher:
                    await watcher.subscribe(EVENTS, wiki=NAME, after=self.cursor)
                    await self.hear(watcher, CHANCE.randint(1, 200))
                    if CHANCE.random() < 0.5:
                        watcher.socket.transport.abort()
            await asyncio.sleep(0.05)

    async def hear(self, watcher: Watcher, most: int) -> None:
        try:
            for _ in range(most):
                said = await watcher.hear()
                if said["type"] == "error":
                    return  # the database is away
                edge = said["payload"]["data"]["relationshipEvents"]
                self.told.append(edge["node"]["id"])
                self.cursor = edge["cursor"]
        except Closed as closed:
            self.goodbyes.append(closed.code)
            if "after" in closed.reason:
                self.cursor = closed.reason.rpartition(" ")[2]


async def write(feed: Feed, over: asyncio.Event) -> None:
    """Put events into the feed, until it is over; who has no database tries again."""
    while not over.is_set():
        with suppress(*GONE, asyncpg.PostgresError):
            async with feed.writer() as writer:
                while not over.is_set():
                    async with writer.transaction():
                        await feed.tell(CHANCE.randint(1, 3), by=writer)
                        await asyncio.sleep(CHANCE.choice([0, 0.01, 0.05]))
        await asyncio.sleep(0.05)


async def test_over_ten_restarts_what_was_heard_is_exactly_the_feed() -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with own_database() as database:
        await upgrade(database.dsn)
        await let_in(database.dsn)
        feed = Feed(database.dsn)
        async with listening(database.dsn, port=port) as (_, client, _):
            await feed.settle(client)
            start = (await client.ask(SNAPSHOT))["wiki"]["eventCursor"]
        before = await feed.order()
        listeners = [Listener(start) for _ in range(3)]
        tasks = [asyncio.create_task(one.listen(address)) for one in listeners]
        over = asyncio.Event()
        writing = [asyncio.create_task(write(feed, over)) for _ in range(4)]
        for number in range(RESTARTS):
            async with listening(database.dsn, port=port, politely=number % 3 > 0):
                await asyncio.sleep(CHANCE.uniform(0.5, 1.5))
                if number == RESTARTS // 2:
                    await asyncio.to_thread(database.stop)
                    await asyncio.to_thread(database.start)
                    await asyncio.sleep(1)
        over.set()
        await asyncio.gather(*writing)
        order = (await feed.order())[len(before) :]
        async with listening(database.dsn, port=port):
            async with asyncio.timeout(120):
                while any(len(one.told) < len(order) for one in listeners):
                    await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)
        for task in tasks:
            assert not task.done(), task
            task.cancel()
        await asyncio.wait(tasks)
    for listener in listeners:
        assert listener.told == order
    assert len(order) > 100
    assert any(1012 in one.goodbyes for one in listeners), "who was there when it stopped was told so"
