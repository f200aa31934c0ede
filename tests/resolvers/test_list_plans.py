"""What the lists of a large wiki cost, by PostgreSQL's own plans: 200,000 mentees, 761 mentors, and one of these with
10,000 of the mentees.

Plans are generic and estimates may be far off, so the rows are counted that a page really touches.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest
from graphql import parse
from seed_reads import WIKI, seeded

from graph.caller import ANYONE
from graph.compile.plan import Operation, request
from graph.kinds import MenteeOrderField, MentorOrderField, OrderDirection, RelationshipOrderField
from models.reader import Reader
from plans import Plan, planned
from reading import READS, SCHEMA

TIES = 200_000
GREAT = 10_000
PAGE = 20

# A third of the ties was handed over long ago: half a year after the start.
HANDED_OVER = """
UPDATE relationship SET ends_at = started_at + interval '180 days', ends_because = 'TRANSFERRED'
WHERE id % 3 = 0 AND mentor_id < 761 AND started_at < now() - interval '200 days';
DELETE FROM relationship_span AS s USING relationship AS r WHERE s.relationship_id = r.id AND s.valid_from >= r.ends_at;
UPDATE relationship_span AS s SET valid_to = r.ends_at FROM relationship AS r
WHERE s.relationship_id = r.id AND r.ends_at < s.valid_to
"""


class Wiki(NamedTuple):
    """The database, its moment, and its mentors."""

    dsn: str
    now: datetime
    mentors: int

    async def plan(self, selection: str, **variables: object) -> Plan:
        types = {int: "Int", str: "String"}
        declared = ", ".join(f"${name}: {types[type(value)]}" for name, value in variables.items())
        document = (
            f'query{f"({declared})" if declared else ""} {{ wiki(dbName: "{WIKI}") {{ {selection} }} }}'
        )
        return await planned(self.dsn, document, self.now, wiki=WIKI, variables=variables)

    async def cursor(self, listed: str) -> str:
        """The last cursor of a page."""
        document = parse(f'{{ wiki(dbName: "{WIKI}") {{ list: {listed} {{ pageInfo {{ endCursor }} }} }} }}')
        values = request(self.now, ANYONE, {WIKI: 1})
        operation = Operation(SCHEMA, document)
        async with Reader.open(self.dsn, READS) as reader:
            data, _ = await reader.answer(operation.plan(operation.read({}, values)), values)
        return str(orjson.loads(data)["wiki"]["list"]["pageInfo"]["endCursor"])


@pytest.fixture(scope="module")
async def wiki(server: str) -> AsyncIterator[Wiki]:
    made = await seeded(server, TIES, great=True)
    connection = await asyncpg.connect(made.dsn)
    await connection.execute(HANDED_OVER)
    for table in ("relationship", "relationship_span"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.close()
    yield Wiki(made.dsn, datetime.now(UTC).replace(microsecond=0), made.mentors + 1)
    admin = await asyncpg.connect(server)
    await admin.execute(f"DROP DATABASE {urlsplit(made.dsn).path.lstrip('/')} WITH (FORCE)")
    await admin.close()


def orders(fields: type[MenteeOrderField | MentorOrderField | RelationshipOrderField]) -> list[str]:
    return [
        f"orderBy: {{field: {field}, direction: {direction}}}"
        for field in fields
        for direction in OrderDirection
    ]


OF_A_WIKI = [
    *(f"mentees %s {order}" for order in orders(MenteeOrderField)),
    *(f"relationships %s {order}" for order in orders(RelationshipOrderField)),
    "blocks %s",
    "events %s",
]
PAGES = ("first: $first", "last: $last", "first: $first, after: $after", "last: $last, before: $before")
SHOWN = "{ edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } }"


@pytest.mark.parametrize("listed", OF_A_WIKI)
async def test_a_page_of_a_wikis_list_comes_from_an_index_wherever_it_lies(wiki: Wiki, listed: str) -> None:
    field, _, order = listed.partition(" %s")
    cursor = await wiki.cursor(f"{field}(first: 100 {order})")
    for page in PAGES:
        variables = {"first": PAGE, "last": PAGE, "after": cursor, "before": cursor}
        named = {name: value for name, value in variables.items() if f"${name}" in page}
        plan = await wiki.plan(f"{field}({page} {order}) {SHOWN}", **named)
        assert plan.sorted <= PAGE + 1, f"{page}\n{plan.told()}"
        assert plan.touched <= 25 * PAGE, f"{page}\n{plan.told()}"


@pytest.mark.parametrize("order", orders(MentorOrderField))
async def test_mentors_are_few_and_sorted_in_memory(wiki: Wiki, order: str) -> None:
    """By their load the open ties of the wiki are counted, in an index alone."""
    plan = await wiki.plan(f"mentors(first: 20, {order}) {{ nodes {{ id }} }}")
    assert plan.sorted <= wiki.mentors, plan.told()
    loads = TIES if "MENTEES" in order else 0
    assert plan.touched <= 3 * wiki.mentors + loads, plan.told()
    if loads:
        assert "relationship_span_open" in plan.indexes()


OF_A_MENTOR = [
    *(("mentees", order) for order in orders(MenteeOrderField)),
    *(("relationships", order) for order in orders(RelationshipOrderField)),
]


@pytest.mark.parametrize(("field", "order"), OF_A_MENTOR)
async def test_a_list_within_one_mentor_reads_that_mentors_rows_at_most(
    wiki: Wiki, field: str, order: str
) -> None:
    of_great = f"mentor(by: {{userId: {wiki.mentors}}})"
    plan = await wiki.plan(f"{of_great} {{ {field}(first: 20, {order}) {{ nodes {{ id }} }} }}")
    assert plan.sorted <= GREAT, plan.told()
    # Of each tie, the stretch and the mentee's account.
    assert plan.touched <= 4 * GREAT + 10, plan.told()
    if "LAST_EDIT" in order or "STARTED" in order:
        assert plan.touched <= 25 * PAGE, plan.told()


FILTERS = [
    ("mentees", "state: [SUSPENDED]", 5_000),
    ("mentees", "state: [UNASSIGNED]", 100),
    ("mentees", 'namePrefix: "newcomer 1999"', 1_000),
    ("mentees", "waiting: true", 100),
    ("mentees", "blockScope: SITEWIDE", 5_000),
    ("mentees", "blockCategory: [USERNAME]", 5_000),
    ("mentees", "blockKind: [GLOBAL_LOCK]", 100),
    ("mentees", "editCount: {min: 390}", 10_000),
    ("relationships", "state: [SUSPENDED]", 5_000),
    ("relationships", "restorable: true", 100),
    ("relationships", "withdrawn: true", 100),
    ("relationships", "mentee: {waiting: true}", 100),
    ("events", "withdrawn: true", 100),
    ("mentors", "atCapacity: true", 200_000),
]


@pytest.mark.parametrize(("field", "where", "bound"), FILTERS)
async def test_a_filter_costs_what_it_finds_and_not_what_the_wiki_has(
    wiki: Wiki, field: str, where: str, bound: int
) -> None:
    plan = await wiki.plan(f"{field}(first: 20, where: {{{where}}}) {{ nodes {{ id }} }}")
    assert plan.touched <= bound, plan.told()
