"""The server's doors: what is let in, which way it goes, and in what form the answer leaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import orjson
import pytest

from mentorgraph.app import create_app
from mentorgraph.front import Front
from mentorgraph.http.asked import LARGEST
from mentorgraph.settings import Settings
from mentorgraph.study import TOOLS

ADDRESS = "http://127.0.0.1:8400"
WIKIS = "query Wikis { wikis { nodes { dbName } } }"


@pytest.fixture(scope="module")
async def front(module_database: str) -> AsyncIterator[Front]:
    front = create_app(Settings(pool_size=2), module_database)
    async with front.running():
        yield front


@pytest.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, accept: str = "*/*", **variables: Any) -> httpx.Response:
    return await client.post(
        "/graphql", json={"query": query, "variables": variables}, headers={"accept": accept}
    )


async def test_a_query_is_answered_alike_when_it_is_new_and_when_it_is_known(
    client: httpx.AsyncClient, front: Front
) -> None:
    new, known = [await ask(client, WIKIS) for _ in range(2)]
    assert new.json() == known.json()
    assert new.json()["data"] == {"wikis": {"nodes": []}}
    assert front.answering is not None
    assert front.answering.engine.memory.get(WIKIS) is not None


async def test_a_known_operation_is_found_by_its_name(client: httpx.AsyncClient) -> None:
    two = WIKIS + " query Two { wikis(first: 1) { totalCount } }"
    for _ in range(2):
        answer = await client.post("/graphql", json={"query": two, "operationName": "Two"})
        assert answer.json()["data"] == {"wikis": {"totalCount": 0}}


async def test_which_of_two_operations_must_be_said(client: httpx.AsyncClient) -> None:
    answer = await ask(client, WIKIS + " query Two { wikis { totalCount } }")
    assert answer.json()["errors"][0]["extensions"]["code"] == "WHICH_OPERATION"


async def test_the_answer_has_the_media_type_that_was_asked_for(client: httpx.AsyncClient) -> None:
    newer = "application/graphql-response+json"
    for _ in range(2):
        assert (await ask(client, WIKIS, newer)).headers["content-type"] == f"{newer}; charset=utf-8"
        assert (await ask(client, WIKIS)).headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("query", ["query {", "{ nobody }"])
async def test_what_cannot_run_is_400_in_the_newer_media_type_alone(
    client: httpx.AsyncClient, query: str
) -> None:
    newer = await ask(client, query, "application/graphql-response+json")
    older = await ask(client, query)
    assert (newer.status_code, older.status_code) == (400, 200)
    assert newer.json()["errors"] == older.json()["errors"]


async def test_a_variable_of_the_wrong_type_is_worded_by_graphql(client: httpx.AsyncClient) -> None:
    query = "query Some($first: Int) { wikis(first: $first) { totalCount } }"
    assert "errors" not in (await ask(client, query, first=1)).json()
    [error] = (await ask(client, query, first="one")).json()["errors"]
    assert "$first" in error["message"]


async def test_introspection_is_answered_beside_data(client: httpx.AsyncClient) -> None:
    query = "{ __schema { queryType { name } } wikis { totalCount } }"
    for _ in range(2):
        answer = await ask(client, query)
        assert answer.json()["data"] == {
            "__schema": {"queryType": {"name": "Query"}},
            "wikis": {"totalCount": 0},
        }


async def test_tools_find_the_schema_described_already(client: httpx.AsyncClient, front: Front) -> None:
    assert front.answering is not None
    study = front.answering.study
    await study.prepare()
    for ready, query in zip(list(study.of_tools), TOOLS, strict=True):
        assert (await ask(client, query)).content == b'{"data":' + study.of_tools[ready] + b"}"
        study.of_tools[ready] = b'{"ready":true}'
        assert (await ask(client, f"{query} # asked by another tool")).json()["data"] == {"ready": True}


async def test_what_is_asked_of_the_schema_alone_is_worked_out_once(
    client: httpx.AsyncClient, front: Front
) -> None:
    query = "query Types { __schema { types { name fields { type { isOneOf } } } } }"
    first, again = [(await ask(client, query)).content for _ in range(2)]
    assert first == again
    assert "errors" not in orjson.loads(first)
    assert front.answering is not None
    assert front.answering.study.descriptions.get((query, None)) is not None
    named = "query One($name: String!) { __type(name: $name) { name } }"
    for name in ("Mentee", "Mentor"):
        assert (await ask(client, named, name=name)).json()["data"] == {"__type": {"name": name}}


async def test_of_many_who_ask_something_new_at_once_it_is_studied_for_one(
    client: httpx.AsyncClient, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert front.answering is not None
    study, learnt = front.answering.study, []
    learn = study._learn

    def counted(query: str, name: str | None) -> Any:
        learnt.append(query)
        return learn(query, name)

    monkeypatch.setattr(study, "_learn", counted)
    query = "query New { wikis { totalCount nodes { dbName } } }"
    answers = await asyncio.gather(*(ask(client, query) for _ in range(10)), ask(client, "{ nobody }"))
    assert [answer.json().get("data") for answer in answers].count(
        {"wikis": {"totalCount": 0, "nodes": []}}
    ) == 10
    assert sorted(learnt) == sorted([query, "{ nobody }"])
    assert not study.running


async def test_a_query_may_be_asked_by_get_and_a_mutation_may_not(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql", params={"query": WIKIS})).status_code == 200
    mutation = 'mutation { addWiki(input: {dbName: "x", url: "https://x.example"}) { userErrors { code } } }'
    refused = await client.get("/graphql", params={"query": mutation})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_what_a_form_of_another_page_can_send_is_not_read(client: httpx.AsyncClient) -> None:
    await ask(client, WIKIS)
    body = f'{{"query": "{WIKIS}"}}'
    answer = await client.post("/graphql", content=body, headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.headers["accept"]) == (415, "application/json")


async def test_a_name_of_elsewhere_that_was_made_to_mean_this_machine_is_turned_away(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/graphql", json={"query": WIKIS}, headers={"host": "evil.example:8400"})
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8400", "localhost:1", "[::1]:8400", "[::1]"])
async def test_this_machine_has_several_names(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/livez", headers={"host": host})).status_code == 200


async def test_a_request_that_is_too_large_is_turned_away(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", content=b" " * (LARGEST + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"[]", b"{}", b"null", b'"x"', b'{"query": 1}', b'{"query": [], "variables": 1}', b"\xff"],
)
async def test_a_body_that_is_no_request_is_the_callers_mistake(
    client: httpx.AsyncClient, body: bytes
) -> None:
    answer = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_graphiql_opens_and_asks_nobody_else(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphiql")
    assert page.status_code == 200
    assert "://" not in page.text
    for asset in ("graphiql.js", "graphiql.css", "editor.worker.js", "graphql.worker.js", "json.worker.js"):
        assert (await client.get(f"/static/graphiql/{asset}")).status_code == 200


async def test_a_bug_is_told_by_its_number_alone(
    bare_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    # No tables, so every statement is a bug.
    front = create_app(Settings(), bare_database)
    async with (
        front.running(),
        httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS) as client,
    ):
        for _ in range(2):
            answer = await ask(client, WIKIS)
            [error] = answer.json()["errors"]
            assert error["message"].startswith("Internal error ")
            assert "relation" not in answer.text
    assert len(caplog.records) == 2


async def test_a_database_that_comes_back_is_found_again(database: str, server: str) -> None:
    front = create_app(Settings(pool_size=2), database)
    async with (
        front.running(),
        httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS) as client,
    ):
        assert (await ask(client, WIKIS)).status_code == 200
        name = urlsplit(database).path.lstrip("/")
        admin = await asyncpg.connect(server)
        try:
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
            )
            down = await ask(client, WIKIS)
            assert (down.status_code, down.headers["retry-after"]) == (503, "1")
            assert down.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        finally:
            await admin.close()
        assert (await ask(client, WIKIS)).status_code == 200
