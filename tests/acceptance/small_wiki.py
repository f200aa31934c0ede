"""A small wiki with somebody of every kind, and what its tables hold: to be refused against."""

from typing import Any

import asyncpg

from acceptance.client import Client
from acceptance.in_process import Calendar, written
from graph.kinds import ViewerRole
from lifecycle_stories import on
from models.ledger import Ledger
from those_who_ask import a_token

TODAY = on(100)
ADA, BEN, CEM, DAN = "101", "102", "103", "104"
NEWCOMER, OPTED_OUT, GONE, TWICE, ONCE, PASSING = "1", "2", "3", "4", "5", "6"

PEOPLE = {
    ADA: "Mentor Ada",
    BEN: "Mentor Ben",
    CEM: "Cem who resigned",
    DAN: "Dan who never was one",
    NEWCOMER: "Newcomer",
    OPTED_OUT: "Wants None",
    GONE: "Gone",
    TWICE: "Blocked Twice",
    ONCE: "Blocked Once",
    PASSING: "~2026-12345-6",
}


class SmallWiki:
    """Three wikis: one with people, one that drops blocked mentees, one without a mentor."""

    name = "smallwiki"
    dropping = "dropwiki"
    empty = "emptywiki"

    def __init__(self, client: Client, calendar: Calendar, database: str) -> None:
        self.client, self.calendar, self.database = client, calendar, database
        self.mentors: dict[str, str] = {}
        self.mentees: dict[tuple[str, str], str] = {}
        self.ties: dict[str, str] = {}
        self.number = 0

    async def settle(self) -> None:
        """Everybody moves in, the day before the test."""
        self.calendar.now = on(99)
        for wiki, preset in (
            (self.name, "DEFAULT"),
            (self.dropping, "DROP_ON_INDEFINITE_BLOCK"),
            (self.empty, "DEFAULT"),
        ):
            url = f"https://{wiki}.example.org"
            await self.client.done("addWiki", {"dbName": wiki, "url": url, "policy": {"preset": preset}})
        for user, name in PEOPLE.items():
            # Of a temporary account the server itself sees that nobody is due to it.
            await self.register(self.name, user, name, assign=user == PASSING)
        for mentor in (ADA, BEN, CEM):
            await self.enroll(self.name, mentor)
        await self.client.done("resignMentor", {"mentor": self.mentors[CEM]})
        for mentee in (NEWCOMER, OPTED_OUT, GONE, ONCE):
            await self.assign(mentee)
        await self.client.done("optOutOfMentorship", {"mentee": self.mentee(OPTED_OUT)})
        await self.client.done("recordDeparture", self.logged(target={"userId": GONE}))
        for user, blocks in ((TWICE, ("41", "42")), (ONCE, ("51",))):
            for block in blocks:
                await self.client.done(
                    "recordBlock", self.logged(target={"userId": user}, blockId=block, reason="Spam")
                )
        await self.register(self.dropping, ADA, "Mentor Ada", assign=False)
        await self.enroll(self.dropping, ADA)
        await self.register(self.dropping, NEWCOMER, "Newcomer", assign=False)
        await self.client.done("recordBlock", self.logged(wiki=self.dropping, target={"userId": NEWCOMER}))
        await self.register(self.empty, NEWCOMER, "Newcomer", assign=False)
        self.client.own = {"starMentee": await a_mentors_token(self.database, int(ADA))}
        self.client.own["unstarMentee"] = self.client.own["starMentee"]
        self.calendar.now = TODAY

    async def register(self, wiki: str, user: str, name: str, *, assign: bool) -> None:
        said = self.logged(wiki=wiki, userId=user, name=name, assign=assign, occurredAt=written(on(90)))
        payload = await self.client.done("recordRegistration", said, "mentee { id }")
        self.mentees[wiki, user] = payload["mentee"]["id"]

    async def enroll(self, wiki: str, user: str) -> None:
        # A share of none: nobody is drawn unless a test says so.
        asked = {"wiki": wiki, "account": {"userId": user}, "share": "NONE", "occurredAt": written(on(95))}
        payload = await self.client.done("enrollMentor", asked, "mentor { id }")
        self.mentors[user if wiki == self.name else f"{user}@{wiki}"] = payload["mentor"]["id"]

    async def assign(self, user: str) -> None:
        asked = {"mentee": self.mentee(user), "mentor": self.mentors[ADA]}
        told = await self.client.done("assignMentor", asked, "relationship { id }")
        self.ties[user] = told["relationship"]["id"]

    def mentee(self, user: str, wiki: str | None = None) -> str:
        """The global id of an account as a mentee."""
        return self.mentees[wiki or self.name, user]

    def logged(self, **said: Any) -> dict[str, Any]:
        """The next entry of the wiki's log, of this moment."""
        self.number += 1
        entry = {"wiki": self.name, "source": "mw-log", "sourceId": str(self.number)}
        return entry | {"occurredAt": written(self.calendar.now)} | said

    async def tie_of(self, user: str) -> dict[str, Any]:
        """The open primary tie."""
        document = """
          query($id: ID!) { node(id: $id) { ... on Mentee { relationship { id version } } } }
        """
        found = await self.client.ask(document, id=self.mentee(user))
        return dict(found["node"]["relationship"])

    async def kept(self) -> dict[str, tuple[int, ...]]:
        """How many rows each table has, and what tells whether any has changed."""
        connection = await asyncpg.connect(self.database)
        try:
            asked = await connection.fetch(LOOK_INTO_EVERY_TABLE)
            return {table: tuple(await connection.fetchrow(look) or ()) for table, look in asked}
        finally:
            await connection.close()


async def a_mentors_token(database: str, account: int) -> str:
    """A token of the mentor with that account on the first wiki."""
    async with Ledger.open(database, size=1) as ledger:
        _, token = await ledger.tokens.create(a_token(ViewerRole.MENTOR, wiki=1, account=account))
    assert token is not None
    return token


LOOK_INTO_EVERY_TABLE = """
SELECT tablename, format(
    'SELECT count(*), coalesce(sum(hashtext((to_jsonb(t) - ''last_used_at'')::text)), 0) FROM %I AS t', tablename)
FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""
