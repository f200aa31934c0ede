"""What a stranger tries on a server that speaks GraphQL over HTTP, each with what it gets."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from mentorgraph.app import create_app
from mentorgraph.front import Front
from mentorgraph.http.accept import GRAPHQL_JSON, JSON
from mentorgraph.settings import Settings
from models.migrate import PUBLIC

ADDRESS = "http://127.0.0.1:8400"
WIKIS = "query Wikis { wikis { totalCount } }"
PATIENCE = 0.4


@pytest.fixture(scope="module")
async def front(module_database: str) -> AsyncIterator[Front]:
    front = create_app(Settings(pool_size=1, statement_timeout=PATIENCE), module_database)
    async with front.running():
        yield front


@pytest.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS) as client:
        yield client


async def post(client: httpx.AsyncClient, body: bytes | dict[str, Any], accept: str = JSON) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/graphql", content=content, headers={"content-type": JSON, "accept": accept})


def code(answer: httpx.Response) -> str:
    """The code of the first error of an answer without data."""
    body = answer.json()
    assert "data" not in body, body
    return str(body["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "query": "{ wikis { totalCount } }"}',
        b'{"query": "{ __typename }", "variables": {}, "variables": {"a": 1}}',
        b'{"query": "{ __typename }", "qu\\u0065ry": "{ wikis { totalCount } }"}',
        b'{"query": "{ __typename }", "variables": {"caf\\u00e9": 1, "caf\\u00e9": 2}}',
        b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}',
        b'{"query": "{ __typename }", "variables": {"a": [{"b" :1, "b" :2}]}}',
        b'{"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "version": 1}}}',
    ],
)
async def test_what_is_said_twice_is_not_chosen_from(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await post(client, body)
    assert (answer.status_code, code(answer)) == (400, "BAD_JSON")


async def test_nor_is_what_an_address_says_twice(client: httpx.AsyncClient) -> None:
    twice = {"query": WIKIS, "variables": '{"a": 1, "a": 2}'}
    answer = await client.get("/graphql", params=twice)
    assert (answer.status_code, code(answer)) == (400, "BAD_JSON")


async def test_a_word_that_comes_again_within_is_said_once(client: httpx.AsyncClient) -> None:
    body = {"query": WIKIS, "variables": {"query": "x", "variables": ["query"], "é": 1}}
    assert (await post(client, body)).json()["data"] == {"wikis": {"totalCount": 0}}


NUMBERS = "query($first: Int!) { wikis(first: $first) { totalCount } }"


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1" * 5_000, "9223372036854775808", "1.5", '"1"', "1e3"]
)
async def test_a_number_that_is_none_of_ours_is_the_callers_mistake(
    client: httpx.AsyncClient, number: str
) -> None:
    body = f'{{"query": "{NUMBERS}", "variables": {{"first": {number}}}}}'.encode()
    answer = await post(client, body, GRAPHQL_JSON)
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert "Internal" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A __typename }",
        "{ ...Nobody }",
        "{ __type { name } }",
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "{ wikis(first: $first) { totalCount } }",
        "query($a: Nothing) { __typename }",
        "{ wikis @nothing { totalCount } }",
        "type Query { a: Int }",
        "subscription { __typename }",
        "{ a: wikis { totalCount } a: __typename }",
    ],
)
async def test_a_document_that_is_not_valid_is_400_with_what_to_mend(
    client: httpx.AsyncClient, query: str
) -> None:
    answer = await post(client, {"query": query}, GRAPHQL_JSON)
    assert answer.status_code == 400
    assert all(error["message"] for error in answer.json()["errors"])
    assert "data" not in answer.json()


async def test_an_operation_that_the_document_does_not_have_is_not_guessed(client: httpx.AsyncClient) -> None:
    for name in ("Nobody", "wikis"):
        assert code(await post(client, {"query": WIKIS, "operationName": name})) == "WHICH_OPERATION"


async def test_a_subscription_by_an_address_is_told_which_ways_there_are(client: httpx.AsyncClient) -> None:
    watch = 'subscription { relationshipEvents(wiki: "x") { cursor } }'
    answer = await client.get("/graphql", params={"query": watch})
    assert code(answer) == "SUBSCRIPTION"
    assert "text/event-stream" in answer.json()["errors"][0]["message"]


async def test_caches_are_told_what_an_answer_depends_on(client: httpx.AsyncClient) -> None:
    asked = [
        client.get("/graphql", params={"query": WIKIS}),
        client.get("/graphql"),
        client.options("/graphql"),
    ]
    for answer in await asyncio.gather(*asked):
        assert {"accept", "accept-encoding", "authorization", "cookie", "origin"} <= set(
            answer.headers["vary"].split(", ")
        )
    streamed = await client.get("/graphql", params={"query": WIKIS}, headers={"accept": "text/event-stream"})
    assert "accept" in streamed.headers["vary"]


async def test_a_secret_in_an_exception_stays_here(
    client: httpx.AsyncClient, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "as mentor, with hunter2, at 10.0.0.7"

    async def fail(*_: Any) -> None:
        raise ZeroDivisionError(told)

    assert front.answering is not None
    with monkeypatch.context() as patch:
        patch.setattr(front.answering.engine.reader, "fetch", fail)
        for accept in (JSON, GRAPHQL_JSON, "text/event-stream"):
            answer = await post(client, {"query": WIKIS}, accept)
            assert "Internal error" in answer.text
            assert "hunter2" not in answer.text + str(answer.headers)


async def test_a_query_has_a_deadline_with_all_that_it_waits_for(
    client: httpx.AsyncClient, front: Front
) -> None:
    assert (await post(client, {"query": WIKIS})).status_code == 200
    assert front.answering is not None
    lane = front.answering.engine.reader.lanes[PUBLIC]
    only = await lane.take()
    try:
        async with asyncio.timeout(20):
            for accept in (GRAPHQL_JSON, "text/event-stream"):
                answer = await post(client, {"query": WIKIS}, accept)
                assert "This took longer than 0.4 s. Ask for less." in answer.text
                assert answer.status_code == (504 if accept == GRAPHQL_JSON else 200)
    finally:
        lane.give(only)
    assert (await post(client, {"query": WIKIS})).json()["data"] == {"wikis": {"totalCount": 0}}
