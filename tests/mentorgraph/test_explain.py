"""How a query was answered: told to whoever may know of statements and plans, and to nobody else."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from mentorgraph.app import create_app
from mentorgraph.front import Front
from mentorgraph.settings import Settings
from those_who_ask import DOES_ALL, bearing

ADDRESS = "http://127.0.0.1:8400"
EXPLAIN = {"x-graphql-explain": "1"}


ADMIN = bearing(DOES_ALL)


@pytest.fixture(scope="module")
async def front(module_database: str) -> AsyncIterator[Front]:
    front = create_app(Settings(), module_database)
    async with front.running():
        yield front


async def ask(front: Front, query: str, headers: dict[str, str]) -> dict[str, Any]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS) as client:
        answer: dict[str, Any] = (
            await client.post("/graphql", json={"query": query}, headers=headers)
        ).json()
    return answer


async def test_an_operation_is_explained_by_its_one_statement_and_postgresqls_plan_of_it(
    front: Front,
) -> None:
    query = '{ wiki(dbName: "nowiki") { mentees { totalCount nodes { name } } } wikis { totalCount } }'
    new, known = [(await ask(front, query, ADMIN | EXPLAIN))["extensions"]["explain"] for _ in range(2)]
    assert (new["plan"], known["plan"]) == ("new", "known")
    for told in (new, known):
        [statement] = told["statements"]
        assert statement["sql"].startswith("SELECT")
        assert statement["plan"][0]["Plan"]["Node Type"]
        assert 0 < statement["ms"] <= told["ms"]


async def test_whoever_does_not_ask_is_told_nothing_of_it(front: Front) -> None:
    answer = await ask(front, "{ wikis { totalCount } }", ADMIN)
    assert set(answer["extensions"]) == {"cost"}


async def test_whoever_may_not_know_of_statements_is_not_told_of_them(front: Front) -> None:
    for _ in range(2):
        answer = await ask(front, "{ wikis { totalCount } }", EXPLAIN)
        assert set(answer["extensions"]) == {"cost"}
