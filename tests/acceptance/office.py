"""A wiki of a test's own, in which things happen one moment after the other."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from acceptance.client import Client
from acceptance.in_process import Calendar, written
from lifecycle_stories import on

NUMBER = count(1)
MOMENT = timedelta(seconds=1)


class Office:
    """A wiki of the test's own. `client` is anybody, `trusted` asks where hidden things are shown."""

    def __init__(self, client: Client, trusted: Client, calendar: Calendar) -> None:
        self.client, self.trusted, self.calendar = client, trusted, calendar
        self.wiki = f"office{next(NUMBER)}wiki"
        self.log = count(1)

    def now(self) -> str:
        return written(self.calendar.now)

    async def open(self, **policy: Any) -> None:
        self.calendar.now = on(0)
        url = f"https://{self.wiki}.example.org"
        await self.client.done(
            "addWiki", {"dbName": self.wiki, "url": url, "policy": policy or {"preset": "DEFAULT"}}
        )

    async def mentor(self, user: int, name: str, **chosen: Any) -> str:
        """The id of a new mentor."""
        await self.log_it("recordRegistration", userId=str(user), name=name, assign=False)
        asked = {"wiki": self.wiki, "account": {"userId": str(user)}} | chosen
        mentor: str = (await self.do("enrollMentor", asked, "mentor { id }"))["mentor"]["id"]
        return mentor

    async def newcomer(self, user: int, name: str) -> str:
        """The id of a new account, for which a mentor is drawn where one is available."""
        told = await self.log_it("recordRegistration", "mentee { id }", userId=str(user), name=name)
        mentee: str = told["mentee"]["id"]
        return mentee

    async def log_it(self, mutation: str, selection: str = "__typename", /, **said: Any) -> dict[str, Any]:
        entry = {"wiki": self.wiki, "source": "mw-log", "sourceId": str(next(self.log))}
        self.calendar.now += MOMENT
        return await self.client.done(
            mutation, entry | {"occurredAt": written(self.calendar.now)} | said, selection
        )

    async def do(self, mutation: str, asked: dict[str, Any], selection: str = "__typename") -> dict[str, Any]:
        """A decision, a moment after what was before."""
        self.calendar.now += MOMENT
        return await self.client.done(mutation, asked, selection)

    async def block(self, user: int, **said: Any) -> dict[str, Any]:
        return await self.log_it(
            "recordBlock", "mentee { id } block { id }", target={"userId": str(user)}, **said
        )

    async def tie(self, user: int, role: str = "PRIMARY") -> dict[str, Any]:
        """The open tie of somebody, with its version."""
        seen = await self.mentee(user, f"relationship(role: {role}) {{ id version }}")
        return dict(seen["relationship"])

    async def refused(self, mutation: str, asked: dict[str, Any]) -> tuple[str, str]:
        """The code and the path of what cannot be done, a moment after what was before."""
        self.calendar.now += MOMENT
        (error,) = (await self.client.do(mutation, asked))["userErrors"]
        return error["code"], ".".join(error["field"][1:])

    async def see(
        self, selection: str, *, trusted: bool = False, as_of: datetime | None = None, **variables: Any
    ) -> dict[str, Any]:
        """What is below the wiki, now or at a moment that was."""
        given = f"query($wiki: String!, $asOf: DateTime{declared(variables)})"
        document = f"{given} {{ wiki(dbName: $wiki, asOf: $asOf) {{ {selection} }} }}"
        asking = self.trusted if trusted else self.client
        moment = as_of and written(as_of)
        found = (await asking.ask(document, wiki=self.wiki, asOf=moment, **variables))["wiki"]
        return dict(found)

    async def mentee(self, user: int, selection: str, *, trusted: bool = False) -> dict[str, Any]:
        document = f'mentee(by: {{userId: "{user}"}}) {{ {selection} }}'
        return dict((await self.see(document, trusted=trusted))["mentee"])


def declared(variables: dict[str, Any]) -> str:
    return "".join(
        f", ${name}: {'[ID!]!' if isinstance(value, list) else 'ID!'}" for name, value in variables.items()
    )
