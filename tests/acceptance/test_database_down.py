"""A database that is down: a 503 that says when to come back, and nobody has to restart the server."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from acceptance.client import Client, mutation, serving
from acceptance.own_database import Database, own_database
from those_who_ask import DOES_ALL

pytestmark = pytest.mark.acceptance

WIKI = {"dbName": "steadywiki", "url": "https://steady.example.org"}
ASK = '{ wiki(dbName: "steadywiki") { dbName } }'
ANOTHER = '{ wiki(dbName: "steadywiki") { mentees { totalCount } } }'


@pytest.fixture(scope="module")
async def standing() -> AsyncIterator[tuple[Database, Client]]:
    """A server in a process of its own, over a database that can be stopped under it."""
    with own_database() as database, serving(database.dsn, bootstrap_token=DOES_ALL) as address:
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
    assert (await client.http.get("/livez")).status_code == httpx.codes.OK, "the process itself is well"

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
