"""A mark in every secret, and every error provoked: the mark is in no answer, no header and no line of the log."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from acceptance.client import Client, mutation
from acceptance.inputs_walked import MUTATIONS, example
from acceptance.watcher import Closed, Watcher
from graph.kinds import ViewerRole
from models.ledger import Ledger
from those_who_ask import DOES_ALL, SEES_ALL, a_token, bearing
from threats.besieged import MARK, Besieged, besieged
from threats.documents import asked

pytestmark = pytest.mark.acceptance

PLANTED = f"an-operators-own-token-{MARK}-of-some-length"
ABOUT = """
  query About($id: ID!) {
    node(id: $id) { __typename id }
    wiki(dbName: "x") {
      one: mentee(by: {userId: "1"}) { id name formerNames { name } blocks { nodes { reason performer { name } } } }
      mentees { totalCount nodes { name } }
      blocks { nodes { reason performer { name } } }
      events { nodes { kind relationship { mentee { name } } } }
      accounts(by: [{userId: "1"}, {userId: "2"}]) { name }
    }
  }
"""
WRONG = (
    "{",
    "{ nobody }",
    "{ wiki }",
    "query($a: Int!) { __typename }",
    "subscription { nobody }",
    "mutation { nobody }",
)


@pytest.fixture(scope="module")
async def siege(module_database: str) -> AsyncIterator[Besieged]:
    async with Ledger.open(module_database, size=1) as ledger:
        await ledger.tokens.bring(PLANTED, a_token(ViewerRole.READER))
    async with besieged(module_database, look_every=0.2) as siege:
        await plant(siege.client)
        yield siege


async def plant(client: Client) -> None:
    """Somebody whose name is hidden, and the reason and the performer of their block."""
    entry = {"wiki": "x", "source": "mw-log", "occurredAt": "2024-01-01T00:00:00Z"}
    for user, name in (("1", f"Rude {MARK}"), ("2", "Newcomer")):
        said = {"userId": user, "name": name, "sourceId": user}
        await client.done("recordRegistration", entry | said)
    hidden = {"target": {"userId": "1"}, "hidesName": True, "reason": f"Because {MARK}"}
    by = {"performer": f"Admin {MARK}", "sourceId": "3", "occurredAt": "2024-01-02T00:00:00Z"}
    await client.done("recordBlock", entry | hidden | by)


class Ear:
    """All that is told, to whoever asks by whatever way."""

    def __init__(self, siege: Besieged, hidden: str) -> None:
        self.siege, self.hidden, self.heard = siege, hidden, list[str]()

    async def listen(self, answer: httpx.Response) -> None:
        self.heard.append(f"{answer.status_code} {answer.headers} {(await answer.aread()).decode()}")

    async def ask_about(self, *tokens: str | None, wrong: Sequence[str] = ()) -> None:
        """Every way to ask, by everybody who is not shown what is hidden."""
        documents = [(ABOUT, {"id": self.hidden}), *((query, dict[str, Any]()) for query in wrong)]
        for token in tokens:
            for query, variables in documents:
                for accept in ("application/json", "text/event-stream"):
                    headers = bearing(token) | {"accept": accept}
                    await self.siege.http.post(
                        "/graphql", json={"query": query, "variables": variables}, headers=headers
                    )
            try:
                await self.watch_all(documents, token)
            except Closed as closed:
                self.heard.append(f"{closed.code} {closed.reason}")

    async def ask_wrongly(self) -> None:
        """What is no good question, and what is no good token."""
        documents = [(one.query, one.variables) for one in asked() if len(one.query) < 2_000][::6]
        for query, variables in documents:
            await self.siege.client.post(query, **variables)
        for other in (f"Bearer {PLANTED}x", f"Basic {MARK}", f"Bearer mgt_{MARK}"):
            await self.siege.http.post("/graphql", json={"query": ABOUT}, headers={"authorization": other})
        for path in ("/metrics", "/healthz", "/settings", "/static/../mentorgraph/settings.py"):
            await self.siege.http.get(path)

    async def watch_all(self, documents: list[tuple[str, dict[str, Any]]], token: str | None) -> None:
        """The same over a socket."""
        async with Watcher.at(self.siege.address, token) as watcher:
            for query, variables in documents:
                await watcher.subscribe(query, **variables)
                while (said := await watcher.hear())["type"] == "next":
                    self.heard.append(str(said))
                self.heard.append(str(said))

    async def change_all(self) -> None:
        """Every mutation, of the hidden account."""
        for name, type_ in MUTATIONS.items():
            given = pointed(example(type_), self.hidden)
            for token in (None, DOES_ALL):
                await Client(self.siege.http, token).post(mutation(name), input=given)


def pointed(value: Any, hidden: str) -> Any:
    """The same input, about the hidden account where it is about one."""
    if isinstance(value, list):
        return [pointed(one, hidden) for one in value]
    if isinstance(value, dict):
        fits = {"wiki": "x", "userId": "1", "mentee": hidden, "source": "mw-log"}
        return {name: fits.get(name) or pointed(one, hidden) for name, one in value.items()}
    return value


async def test_no_secret_is_in_any_answer_or_in_the_log(
    siege: Besieged, module_database: str, server: str
) -> None:
    trusted = Client(siege.http, SEES_ALL, reads_too=True)
    by_id = await trusted.ask('{ wiki(dbName: "x") { mentee(by: {userId: "1"}) { id } } }')
    ear = Ear(siege, by_id["wiki"]["mentee"]["id"])
    found = await trusted.ask(ABOUT, id=ear.hidden)
    assert str(found).count(MARK) >= 7, "it is there, for those who may see it"
    siege.http.event_hooks["response"].append(ear.listen)
    try:
        await ear.change_all()
        await ear.ask_wrongly()
        await ear.ask_about(None, PLANTED, DOES_ALL, wrong=WRONG)
        for trouble in (broken, away):
            async with trouble(module_database, server):
                await ear.ask_about(None, PLANTED)
    finally:
        siege.http.event_hooks["response"].clear()
    told = "\n".join(ear.heard)
    for code in ("UNAUTHENTICATED", "NOT_FOUND", "INTERNAL", "UNAVAILABLE", "FORBIDDEN", "TOO_MANY_ALIASES"):
        assert code in told, f"{code} was not provoked"
    assert [one for one in ear.heard if MARK in one] == []
    assert [line for line in siege.log.lines if MARK in line] == []
    assert any("internal error" in line for line in siege.log.lines)
    assert "mentorgraph_" in told or "# HELP" in told, "the metrics were looked at"
    assert not any("Exception in ASGI" in line for line in siege.log.lines)
    assert not any(one.startswith("500 ") and "Internal error" not in one for one in ear.heard)


@asynccontextmanager
async def broken(database: str, _: str) -> AsyncIterator[None]:
    """A column is not where we think that it is: our mistake."""
    await run(database, "ALTER TABLE account RENAME COLUMN is_mentee TO elsewhere")
    try:
        yield
    finally:
        await run(database, "ALTER TABLE account RENAME COLUMN elsewhere TO is_mentee")


@asynccontextmanager
async def away(database: str, server: str) -> AsyncIterator[None]:
    """The database takes no connections."""
    name = urlsplit(database).path.lstrip("/")
    await run(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await run(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - our own name
    try:
        yield
    finally:
        await run(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def run(dsn: str, command: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


async def test_nothing_that_a_stolen_database_holds_opens_the_door(
    siege: Besieged, module_database: str
) -> None:
    connection = await asyncpg.connect(module_database)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = {
            name: await connection.fetch(f"SELECT * FROM {name}")  # noqa: S608 - the database's own names
            for (name,) in tables
        }
    finally:
        await connection.close()
    tokens = rows["token"]
    assert len(tokens) >= 3
    for name, held in rows.items():
        for token in (PLANTED, DOES_ALL, SEES_ALL):
            assert token not in str(held), name
            assert token.encode().hex() not in str(held), name
    kept = [value for row in tokens for value in row.values()]
    tried = {one for one in kept if isinstance(one, str)} | {
        one.hex() for one in kept if isinstance(one, bytes)
    }
    assert len(tried) > 6
    for one in tried:
        answer = await siege.http.post("/graphql", json={"query": ABOUT}, headers=bearing(one))
        assert answer.status_code == httpx.codes.UNAUTHORIZED, one
