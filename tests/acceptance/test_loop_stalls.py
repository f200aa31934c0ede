"""No request holds up the others: the longest that one keeps the loop's thread from everything else, in CPU time."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from graph.compile.ids import encode
from mentorgraph.app import create_app
from mentorgraph.front import Front
from mentorgraph.settings import Settings

pytestmark = pytest.mark.acceptance

PROMISED = 0.1
"""Seconds of CPU, for a document. docs/limits.md has the figures."""
OF_VARIABLES = 0.25
"""For variables, which are read where the request is answered."""


@pytest.fixture(scope="module")
async def front(module_database: str) -> AsyncIterator[Front]:
    front = create_app(Settings(pool_size=2), module_database)
    async with front.running():
        yield front


@pytest.fixture(autouse=True, scope="module")
def no_collection() -> Iterator[None]:
    """The whole run's objects are no concern of the server's, which begins with none to look through."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


async def stall(front: Front, asked: Any) -> float:
    """How long the loop's thread was kept at most while this was answered, in seconds of CPU."""
    transport = httpx.ASGITransport(front)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as http:
        asking = asyncio.create_task(http.post("/graphql", json=asked))
        longest = 0.0
        while not asking.done():
            before = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - before)
        assert {"data", "errors"} & set((await asking).json())
        return longest


def many(count: int, text: str) -> str:
    """The text so many times, each with its number in place of `#`."""
    return " ".join(text.replace("#", str(n)) for n in range(count))


def wiki(selection: str) -> str:
    return f'{{ wiki(dbName: "x") {{ {selection} }} }}'


NAMES = " ".join(f"a{n}: name" for n in range(28))
DOCUMENTS = {
    "lists in many roots": "{" + many(19, 'w#: wiki(dbName: "x") { mentees(first: 3) {'
        " totalCount nodes { name state mentor { name } } } }") + "}",
    "objects within rows": wiki(f"mentees {{ nodes {{ "
        f"{many(20, 'a#: relationship { spans { state from to } mentor { name } mentee { name } }')} }} }}"),
    "fields that are none": wiki(many(190, "mente#")),
    "arguments that are none": wiki(f"mentees({many(300, 'firs#: 1')}) {{ totalCount }}"),
    "inputs that are none": wiki(f"mentees(where: {{ {many(300, 'stat#: 1')} }}) {{ totalCount }}"),
    "a value again and again": wiki(f"mentees(where: {{ state: [{many(900, 'ACTIVE')}] }}) {{ totalCount }}"),
    "fragments that nobody spreads": "{ __typename }" + many(19, "fragment F# on Wiki { " + many(10, "dbName") + " }"),
    "comments": "{ __typename " + "#" * 90_000 + "\n}",
    "the schema, deep": "{ __schema { types { fields { type { fields { type {"
        f" kind {NAMES} }} }} }} }} }} }} }}",
    "the schema, beside data": "{ wikis { totalCount } __schema { types { fields { type { fields { type {"
        f" kind {NAMES} }} }} }} }} }} }} }}",
}  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_no_document_holds_up_the_others(front: Front, document: str) -> None:
    assert await stall(front, {"query": document}) < PROMISED


IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
EDITS = "mutation($i: RecordActivityInput!) { recordActivity(input: $i) { userErrors { code } } }"
STATES = 'query($s: [MenteeState!]) { wiki(dbName: "x") { mentees(where: {state: $s}) { totalCount } } }'
VARIABLES = {
    "ids": (IDS, {"ids": [encode("Mentee", 1, 5)] * 4_000}),
    "numbers for states": (STATES, {"s": [1] * 49_000}),
    "edits": (EDITS, {"i": {"wiki": "x", "activity": [{"userId": "1", "lastEditAt": "2024-01-01T00:00:00Z"}] * 1_700}}),
}  # fmt: skip


@pytest.mark.parametrize("asked", VARIABLES.values(), ids=VARIABLES)
async def test_nor_do_variables(front: Front, asked: tuple[str, dict[str, Any]]) -> None:
    query, variables = asked
    assert await stall(front, {"query": query, "variables": variables}) < OF_VARIABLES
