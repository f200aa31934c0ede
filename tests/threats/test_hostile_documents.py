"""Documents that attack: each is refused, holds up nobody, and writes nothing into the log."""

import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from mentorgraph.http.asked import LARGEST
from threats.besieged import MARK, NEXT, Besieged, besieged
from threats.documents import Hostile, asked

pytestmark = pytest.mark.acceptance

GROWTH = 20_000_000
"""Bytes that one document may take at any time."""
DOCUMENTS = list(asked())
BY_THREAT = Counter(one.threat for one in DOCUMENTS)


@pytest.fixture(scope="module")
async def siege(module_database: str) -> AsyncIterator[Besieged]:
    async with besieged(module_database) as siege:
        yield siege


def test_there_are_as_many_as_were_promised() -> None:
    assert len(DOCUMENTS) >= 120
    assert len({str(one) for one in DOCUMENTS}) == len(DOCUMENTS)


@pytest.mark.parametrize("threat", BY_THREAT)
async def test_what_attacks_is_refused_and_holds_up_nobody(siege: Besieged, threat: str) -> None:
    for one in DOCUMENTS:
        if one.threat == threat:
            await refused(siege, one)


async def refused(siege: Besieged, one: Hostile) -> None:
    body = json.dumps({"query": one.query, "variables": one.variables}).encode()
    headers = {"content-type": "application/json"}
    async with siege.weighed(str(one), GROWTH):
        answer = await siege.http.post("/graphql", content=body, headers=headers)
    assert answer.status_code == (413 if len(body) > LARGEST else answer.status_code)
    assert answer.status_code < 500, (one, answer.text)
    errors = answer.json()["errors"]
    assert errors, one
    assert len(errors) <= 51, "of mistakes only so many are told"
    for error in errors:
        assert error.get("extensions", {}).get("code") != "INTERNAL", (one, error)
    for leak in (MARK, "Traceback", 'File "/'):
        assert leak not in answer.text, one
    assert len(answer.content) < LARGEST, one
    assert await siege.check(one) < NEXT, (str(one), "whoever is next waits for it")
