"""A database that is down: a 503 that says when to come back, and nobody has to restart the server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from acceptance.client import Client, mutation, serving
from mentorgraph import postgres

pytestmark = pytest.mark.acceptance

WIKI = {"dbName": "steadywiki", "url": "https://steady.example.org"}
ASK = '{ wiki(dbName: "steadywiki") { dbName } }'
ANOTHER = '{ wiki(dbName: "steadywiki") { mentees { totalCount } } }'


class Database:
    """A PostgreSQL of the test's own, which it can stop and start again in the same place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = ExitStack()
        self.dsn = ""

    def start(self) -> None:
        self.dsn = self.run.enter_context(postgres.running(self.folder, postgres.UNSAFE_BUT_FAST))

    def stop(self) -> None:
        self.run.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's own folder: its path is too long for a socket, and only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="mg-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "data"


@pytest.fixture(scope="module")
async def standing(folder: Path) -> AsyncIterator[tuple[Database, Client]]:
    """A server in a process of its own, over a database that can be stopped under it."""
    with ExitStack() as everything:
        database = Database(folder)
        database.start()
        everything.callback(database.stop)
        address = everything.enter_context(serving(database.dsn))
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            yield database, Client(http)


async def test_who_asks_while_the_database_is_down_is_told_to_come_back_and_then_is_answered(
    standing: tuple[Database, Client],
) -> None:
    database, client = standing
    await client.done("addWiki", WIKI)
    assert await client.ask(ASK) == {"wiki": {"dbName": "steadywiki"}}

    database.stop()
    refused = {
        "a query that was asked before": await client.post(ASK),
        "the same again": await client.post(ASK),
        "a query that was never asked": await client.post(ANOTHER),
        "a mutation": await client.post(mutation("addWiki"), input=WIKI | {"dbName": "otherwiki"}),
    }
    for what, answer in refused.items():
        must_be_unavailable(what, answer)
    assert (await client.http.get("/healthz")).status_code == httpx.codes.OK, "the process itself is well"

    database.start()
    assert await client.ask(ASK) == {"wiki": {"dbName": "steadywiki"}}
    assert await client.ask(ANOTHER) == {"wiki": {"mentees": {"totalCount": 0}}}
    await client.done("addWiki", WIKI | {"dbName": "otherwiki"})


async def test_many_who_ask_while_the_database_goes_and_comes_are_all_answered(
    standing: tuple[Database, Client],
) -> None:
    database, client = standing
    answers = asyncio.gather(*(client.post(ASK) for _ in range(20)))
    database.stop()
    for answer in await answers:
        if answer.status_code == httpx.codes.OK:
            assert answer.json() == {"data": {"wiki": {"dbName": "steadywiki"}}}
        else:
            must_be_unavailable("a query that was on its way", answer)
    database.start()
    assert [
        answer.status_code for answer in await asyncio.gather(*(client.post(ASK) for _ in range(20)))
    ] == [200] * 20


def must_be_unavailable(what: str, answer: httpx.Response) -> None:
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, f"{what}: {answer.text}"
    assert int(answer.headers["retry-after"]) >= 1, what
    body = answer.json()
    assert body.get("data") is None, what
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE", what
    assert "in a moment" in error["message"], what
