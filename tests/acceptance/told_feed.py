"""A wiki whose feed the test writes itself: any number of events, in transactions that end when it says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg

from acceptance.client import Client
from acceptance.in_process import written
from graph.compile.ids import encode

NAME = "toldwiki"
TELL = """
INSERT INTO relationship_event
    (wiki_id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, from_state, to_state, bulk)
SELECT r.wiki_id, 'CHANGED', $1, $1, r.id, r.mentor_id, r.mentee_id, 'SUSPENDED', 'SUSPENDED', false
FROM relationship AS r, generate_series(1, $2) WHERE r.wiki_id = 1 AND r.mentee_id = $3
RETURNING id
"""
PATIENCE = 60.0
HOW_MANY = f'{{ wiki(dbName: "{NAME}") {{ events {{ totalCount }} }} }}'
ORDER = "SELECT id FROM relationship_event WHERE wiki_id = 1 ORDER BY xid, id"


class Feed:
    """The feed of a wiki in which each of some mentors (101, 102, …) has one mentee (1, 2, …)."""

    def __init__(self, database: str) -> None:
        self.database = database

    async def settle(self, client: Client, mentors: int = 1) -> None:
        """Everybody moves in."""
        await client.done("addWiki", {"dbName": NAME, "url": "https://told.example.org"})
        for number in range(1, mentors + 1):
            for user in (100 + number, number):
                said = {"userId": str(user), "name": f"User {user}", "assign": False}
                await log(client, "recordRegistration", **said)
            mentor = {"wiki": NAME, "account": {"userId": str(100 + number)}}
            await client.done("enrollMentor", mentor)
            by = {"mentee": self.mentee(number), "mentor": self.mentor(number)}
            await client.done("assignMentor", by)
        # The feed stops before the oldest transaction of the whole server, which may be another test's.
        async with asyncio.timeout(PATIENCE):
            while (await client.ask(HOW_MANY))["wiki"]["events"]["totalCount"] < mentors:
                await asyncio.sleep(0.02)

    def mentor(self, number: int = 1) -> str:
        return encode("Mentor", 1, 100 + number)

    def mentee(self, number: int = 1) -> str:
        return encode("Mentee", 1, number)

    @asynccontextmanager
    async def writer(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """Who writes; nobody is given a hint."""
        connection = await asyncpg.connect(self.database)
        try:
            yield connection
        finally:
            await connection.close()

    async def tell(
        self, count: int = 1, about: int = 1, by: "asyncpg.Connection[asyncpg.Record] | None" = None
    ) -> list[str]:
        """Put some events of a mentee into the feed; their ids."""
        if by is None:
            async with self.writer() as own:
                return await self.tell(count, about, own)
        return [event(row["id"]) for row in await by.fetch(TELL, datetime.now(UTC), count, about)]

    async def order(self) -> list[str]:
        """All events, as the feed has them."""
        async with self.writer() as reader:
            return [event(row["id"]) for row in await reader.fetch(ORDER)]


def event(key: int) -> str:
    """The id of an event of the wiki."""
    return encode("RelationshipEvent", 1, key)


async def log(client: Client, mutation: str, **said: Any) -> dict[str, Any]:
    """Something that happens now."""
    now = written(datetime.now(UTC))
    name = f"{mutation}-{now}-{said}"[:250]
    entry = {"wiki": NAME, "source": "mw-log", "sourceId": name, "occurredAt": now}
    return await client.done(mutation, entry | said)
