"""Walking a list while rows come and go: each row whose sort key stood still is met exactly once, in order."""

from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any, NamedTuple

import asyncpg
import orjson
import pytest
from graphql import parse

import seeded
from graph.caller import ANYONE
from graph.compile.ids import decode
from graph.compile.plan import Operation, request
from graph.kinds import MenteeOrderField, MentorOrderField, OrderDirection, RelationshipOrderField
from meddling import Meddler
from models.reader import Reader
from reading import READS, SCHEMA

WALKS = 2
"""Of each list, each with other dice."""


FOUR = "$first: Int, $after: String, $last: Int, $before: String"
GIVEN = "first: $first, after: $after, last: $last, before: $before"
PAGE = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


class Walked(NamedTuple):
    """A list: what is written to meanwhile, its field, what it lies in, and its order."""

    table: str
    field: str
    parent: str = ""
    order: str = ""

    def asks(self) -> Operation:
        body = f"list: {self.field}({GIVEN} {self.order}) {{ {PAGE} }}"
        within = f"in: {self.parent} {{ {body} }}" if self.parent else body
        return Operation(SCHEMA, parse(f'query({FOUR}) {{ wiki(dbName: "enwiki") {{ {within} }} }}'))


MENTOR, MENTEE = "mentor(by: {userId: 101})", "mentee(by: {userId: 5})"


def lists() -> list[Walked]:
    """Every list of a wiki in every order."""

    def orders(fields: Any) -> list[str]:
        return [
            f"orderBy: {{field: {field}, direction: {direction}}}"
            for field in fields
            for direction in OrderDirection
        ]

    mentees, ties = orders(MenteeOrderField), orders(RelationshipOrderField)
    return [
        *(Walked("mentee", "mentees", parent, order) for parent in ("", MENTOR) for order in mentees),
        *(Walked("tie", "relationships", parent, order) for parent in ("", MENTOR, MENTEE) for order in ties),
        *(Walked("mentor", "mentors", "", order) for order in orders(MentorOrderField)),
        *(Walked("block", "blocks", parent) for parent in ("", MENTEE)),
        *(Walked("event", "events", parent) for parent in ("", MENTOR, MENTEE)),
        Walked("policy", "policies"),
    ]


class Walker:
    """Reads a list from somewhere to both of its ends, in steps of any size and either way."""

    def __init__(self, reader: Reader, walked: Walked, random: Random) -> None:
        self.reader, self.operation, self.random = reader, walked.asks(), random
        self.parent = bool(walked.parent)

    async def page(self, **given: Any) -> dict[str, Any]:
        variables = dict.fromkeys(("first", "after", "last", "before")) | given
        values = request(seeded.NOW, ANYONE, self.reader.directory)
        plan = self.operation.plan(self.operation.read(variables, values))
        data, errors = await self.reader.answer(plan, values)
        assert not errors
        wiki: dict[str, Any] = orjson.loads(data)["wiki"]
        found: dict[str, Any] = wiki["in"]["list"] if self.parent else wiki["list"]
        return found

    async def whole(self) -> list[dict[str, Any]]:
        """All there is now, in the largest pages."""
        edges: list[dict[str, Any]] = []
        more, after = True, None
        while more:
            page = await self.page(first=100, after=after)
            edges += page["edges"]
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        return edges

    async def begin(self, edges: list[dict[str, Any]]) -> dict[str, Any]:
        """Some first page; where nothing lies beyond its cursor, one from the end."""
        size = self.random.randrange(1, 12)
        ways = [("first", "after"), ("last", "before")]
        way, beyond = self.random.choice(ways)
        if self.random.random() < 0.6:
            page = await self.page(**{way: size, beyond: self.random.choice(edges)["cursor"]})
            if page["edges"]:
                return page
        return await self.page(**{way: size})

    async def walk(self, edges: list[dict[str, Any]], meddle: Callable[[], Any]) -> list[str]:
        """The ids that were met, from end to end."""
        page = await self.begin(edges)
        met = ids(page)
        left, right = page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]
        before, after = page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]
        while before or after:
            await meddle()
            size = self.random.randrange(1, 12)
            if after and (not before or self.random.random() < 0.5):
                page = await self.page(first=size, after=right)
                met += ids(page)
                right, after = page["pageInfo"]["endCursor"] or right, page["pageInfo"]["hasNextPage"]
            else:
                page = await self.page(last=size, before=left)
                met = ids(page) + met
                left, before = page["pageInfo"]["startCursor"] or left, page["pageInfo"]["hasPreviousPage"]
        return met


def ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


@pytest.fixture(scope="module")
async def meddler(module_database: str) -> AsyncIterator[Meddler]:
    await seeded.seed(module_database)
    connection = await asyncpg.connect(module_database)
    meddler = Meddler(connection)
    await meddler.prepare()
    yield meddler
    await connection.close()


@pytest.fixture(scope="module")
async def reader(module_database: str, meddler: Meddler) -> AsyncIterator[Reader]:
    del meddler  # there is something to read once it is there
    async with Reader.open(module_database, READS) as reader:
        await reader.refresh()
        yield reader


def stands_still(text: str) -> bool:
    """Whether nobody writes to it."""
    found = decode(text)
    return found.type == "Policy" or found.key % 3 != 0


@pytest.mark.parametrize("walked", lists(), ids=lambda one: f"{one.field} {one.parent[:6]} {one.order[17:]}")
async def test_each_row_whose_key_stood_still_is_met_once_and_in_order(
    reader: Reader, meddler: Meddler, walked: Walked
) -> None:
    for dice in range(WALKS):
        walker = Walker(reader, walked, Random(dice))
        edges = await walker.whole()
        still = [one for one in ids({"edges": edges}) if stands_still(one)]
        assert still, "there is something to meet"
        met = await walker.walk(edges, lambda: meddler.meddle(walked.table))
        known = set(still)
        assert [one for one in met if one in known] == still
