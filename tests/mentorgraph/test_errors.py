"""What a caller is told of an error, and what is kept from them."""

import inspect
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from graphql import GraphQLError, GraphQLSyntaxError, parse

import graph.errors
from graph.compile.ids import encode
from graph.errors import ErrorCode, RequestRefused, Unavailable
from mentorgraph import errors
from mentorgraph.app import create_app
from mentorgraph.front import Front
from mentorgraph.settings import Settings
from those_who_ask import DOES_ALL, bearing

ROOT = Path(__file__).parents[2]


def told(cause: Exception) -> dict[str, object]:
    return errors.told(GraphQLError("located", path=["wiki"], original_error=cause))


def test_an_unknown_exception_keeps_its_words() -> None:
    said = told(RuntimeError("password hunter2"))
    assert "hunter2" not in str(said)
    assert said["path"] == ["wiki"]


def test_an_unknown_exception_is_logged_once_under_the_number_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = told(RuntimeError("a bug"))
    [record] = caplog.records
    assert record.exc_info is not None
    assert record.getMessage().split()[-1] in str(said["message"])


def test_what_is_refused_is_told_in_its_own_words_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    said = told(RequestRefused(ErrorCode.BAD_CURSOR, "This cursor is of another order."))
    assert said["message"] == "This cursor is of another order."
    assert said["extensions"] == {"code": "BAD_CURSOR", "retryable": False}
    assert caplog.records == []


@pytest.mark.parametrize(
    "cause",
    [
        Unavailable("x"),
        ConnectionRefusedError("x"),
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.AdminShutdownError("x"),
        TimeoutError(),
    ],
)
def test_a_lost_database_is_told_as_unavailable(cause: Exception) -> None:
    assert told(cause)["extensions"] == {"code": "UNAVAILABLE", "retryable": True}


def test_a_syntax_error_is_told_as_graphql_core_says_it() -> None:
    with pytest.raises(GraphQLSyntaxError) as caught:
        parse("{")
    assert errors.told(caught.value) == {
        "message": "Syntax Error: Expected Name, found <EOF>.",
        "locations": [{"line": 1, "column": 2}],
        "extensions": {"code": "GRAPHQL_PARSE_FAILED", "retryable": False},
    }


def test_no_error_is_put_together_elsewhere() -> None:
    """So each has a code of the list: nothing else makes one."""
    makers = {
        str(path.relative_to(ROOT))
        for package in ("graph", "models", "resolvers", "mentorgraph")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r'"extensions": \{', path.read_text())
    }
    assert makers == {"mentorgraph/errors.py"}


def test_every_code_is_one_that_can_be_told() -> None:
    sources = "".join(
        path.read_text()
        for package in ("graph", "models", "resolvers", "mentorgraph")
        for path in (ROOT / package).rglob("*.py")
    )
    # The others are given a code that says more, or that every Python calls the same.
    statuses = set(re.findall(r"HttpRefused\(\s*(\d+)", sources)) - {"401", "413", "429", "503"}
    by_status = {HTTPStatus(int(status)).name for status in statuses}
    told_of = set(
        re.findall(r"\bErrorCode\.([A-Z_]+)\b", sources.replace(inspect.getsource(graph.errors), ""))
    )
    assert {code.name for code in ErrorCode} == told_of | by_status | {"REQUEST_HEADER_FIELDS_TOO_LARGE"}


def test_errors_of_requests_that_run_at_once_are_each_told_to_its_own_caller() -> None:
    """Nothing that is shared holds an error: who asks beside others is told of no secret of theirs."""

    def ask(number: int) -> bool:
        said = [told(RequestRefused(ErrorCode.BAD_ID, f"secret {number}"))["message"] for _ in range(20)]
        return said == [f"secret {number}"] * 20

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(50)))


async def asked(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    error: dict[str, Any] = answer.json()["errors"][0]
    return error


@pytest.fixture(scope="module")
async def fronts(module_database: str) -> AsyncIterator[tuple[Front, Front]]:
    """One whose schema everybody may read, and one whose schema nobody may."""
    opened = create_app(Settings(), module_database)
    closed = create_app(Settings(introspection=False), module_database)
    async with opened.running(), closed.running():
        yield opened, closed


def asking(front: Front) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://127.0.0.1:8400")


@pytest.mark.parametrize(
    ("query", "code", "coordinate"),
    [
        ("{", "GRAPHQL_PARSE_FAILED", None),
        ("{ wikies { totalCount } }", "GRAPHQL_VALIDATION_FAILED", "Query"),
        ("{ wikis(frist: 1) { totalCount } }", "GRAPHQL_VALIDATION_FAILED", "Query.wikis"),
        ('{ wikis(first: "1") { totalCount } }', "GRAPHQL_VALIDATION_FAILED", "Query.wikis(first:)"),
        (
            "{ wikis { ...a } } fragment a on WikiConnection { nodes }",
            "GRAPHQL_VALIDATION_FAILED",
            "WikiConnection.nodes",
        ),
        (
            'mutation { addWiki(input: {dbName: "x", link: 1}) { wiki { id } } }',
            "GRAPHQL_VALIDATION_FAILED",
            "Mutation.addWiki(input:)",
        ),
        (
            'mutation { addWiki(input: {dbName: 1, url: "x"}) { wiki { id } } }',
            "GRAPHQL_VALIDATION_FAILED",
            "AddWikiInput.dbName",
        ),
        (
            "query($first: Int!) { wikis(first: $first) { totalCount } }",
            "BAD_USER_INPUT",
            "Query.wikis(first:)",
        ),
    ],
)
async def test_graphqls_own_errors_have_a_code_and_say_what_of_the_schema_they_are_about(
    fronts: tuple[Front, Front], query: str, code: str, coordinate: str | None
) -> None:
    async with asking(fronts[0]) as client:
        extensions = (await asked(client, query))["extensions"]
    expected = {"code": code, "retryable": False} | ({"coordinate": coordinate} if coordinate else {})
    assert extensions == expected


async def test_a_bug_is_told_with_its_field_and_its_number_in_the_log(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("DROP TABLE policy CASCADE")
    await connection.close()
    front = create_app(Settings(), database)
    async with front.running(), asking(front) as client:
        client.headers.update(bearing(DOES_ALL))
        mutation = (
            'mutation { made: addWiki(input: {dbName: "xwiki", url: "https://x.example"}) { wiki { id } } }'
        )
        error = await asked(client, mutation)
    assert error["path"] == ["made"]
    extensions = error["extensions"]
    assert (extensions["code"], extensions["coordinate"]) == ("INTERNAL", "Mutation.addWiki")
    assert [record.getMessage() for record in caplog.records] == [f"internal error {extensions['errorId']}"]


@pytest.mark.parametrize(
    "query",
    [
        "{ wikies { totalCount } }",
        "{ wikis(frist: 1) { totalCount } }",
        "{ wikis { ...on WikiConection { totalCount } } }",
        '{ wiki(dbName: "x") { mentees(where: {stat: []}) { totalCount } } }',
        '{ wiki(dbName: "x") { mentees(where: {state: [ACTIV]}) { totalCount } } }',
    ],
)
async def test_where_nobody_may_read_the_schema_no_error_tells_of_it(
    fronts: tuple[Front, Front], query: str
) -> None:
    opened, closed = fronts
    async with asking(opened) as client:
        assert "Did you mean" in (await asked(client, query))["message"]
    async with asking(closed) as client:
        assert "Did you mean" not in (await asked(client, query))["message"]


async def test_a_value_that_cannot_be_suggests_no_other_where_nobody_may_read_the_schema(
    fronts: tuple[Front, Front],
) -> None:
    query = 'query($by: MenteeOrder) { wiki(dbName: "x") { mentees(orderBy: $by) { totalCount } } }'
    said = []
    for front in fronts:
        async with asking(front) as client:
            said.append((await asked(client, query, by={"field": "NAM", "direction": "ASC"}))["message"])
    assert ["Did you mean" in message for message in said] == [True, False]


async def test_where_nobody_may_read_the_schema_nobody_reads_it(fronts: tuple[Front, Front]) -> None:
    async with asking(fronts[1]) as client:
        for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Wiki") { name } }'):
            assert (await asked(client, query))["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        answer = await client.post("/graphql", json={"query": "{ __typename wikis { __typename } }"})
        assert answer.json()["data"] == {"__typename": "Query", "wikis": {"__typename": "WikiConnection"}}


WHOLE = [
    ("{ a " * 12 + "{ b }" + " }" * 12, {}, "TOO_DEEP", "Query"),
    (
        '{ wiki(dbName: "x") { ' + "mentees { nodes { mentor { " * 3 + "name" + " }" * 11,
        {},
        "TOO_DEEP",
        "Mentor.name",
    ),
    ("{ " + " ".join(f"a{n}: __typename" for n in range(21)) + " }", {}, "TOO_MANY_ROOT_FIELDS", "Query"),
    (
        (
            'query($n: Int!) { wiki(dbName: "x") { mentees(first: $n) { nodes { relationships(first: $n) '
            "{ nodes { events(first: $n) { nodes { kind } } } } } } } }"
        ),
        {"n": 100},
        "TOO_EXPENSIVE",
        "Relationship.events",
    ),
    ('{ wiki(dbName: "x") { mentees(first: 0) { totalCount } } }', {}, "PAGE_SIZE", "Wiki.mentees"),
    ("query($n: Int!) { wikis(first: $n) { totalCount } }", {"n": 101}, "PAGE_SIZE", "Query.wikis"),
    (
        "query($n: Int!) { wikis { totalCount nodes { mentees(last: $n) { nodes { name } } } } }",
        {"n": 0},
        "PAGE_SIZE",
        "Wiki.mentees",
    ),
    ("{ wikis(first: 1, last: 1) { totalCount } }", {}, "FIRST_AND_LAST", "Query.wikis"),
    (
        'query($at: String) { wiki(dbName: "x") { mentees(after: $at) { nodes { name } } } }',
        {"at": "x"},
        "BAD_CURSOR",
        "Wiki.mentees",
    ),
    ('{ wiki(dbName: "x", asOf: "cat") { url } }', {}, "BAD_VALUE", "Query.wiki(asOf:)"),
    (
        'query($t: DateTime) { wiki(dbName: "x", asOf: $t) { url } }',
        {"t": "cat"},
        "BAD_VALUE",
        "Query.wiki(asOf:)",
    ),
    (
        'query($w: MenteeFilter) { wiki(dbName: "x") { mentees(where: $w) { totalCount } } }',
        {"w": {"stateSince": {"from": "cat"}}},
        "BAD_VALUE",
        "DateTimeRange.from",
    ),
    (
        'query($by: AccountBy!) { wiki(dbName: "x") { mentee(by: $by) { name } } }',
        {"by": {"userId": "cat"}},
        "BAD_VALUE",
        "AccountBy.userId",
    ),
    (
        'query($by: [AccountBy!]!) { wiki(dbName: "x") { accounts(by: $by) { name } } }',
        {"by": [{"userId": "cat"}]},
        "BAD_VALUE",
        "AccountBy.userId",
    ),
    (
        'query($t: DateTime) { wiki(dbName: "x", asOf: $t) { url } }',
        {"t": "9000-01-01T00:00:00Z"},
        "IN_THE_FUTURE",
        "Query.wiki",
    ),
    ('{ node(id: "cat") { id } }', {}, "BAD_ID", "Query.node(id:)"),
    ("query($id: ID!) { node(id: $id) { id } }", {"id": "cat"}, "BAD_ID", "Query.node(id:)"),
    (
        "query($i: [ID!]!) { nodes(ids: $i) { id } }",
        {"i": [encode("Mentee", 1, 1)] * 101},
        "TOO_MANY_IDS",
        "Query.nodes",
    ),
    (
        'subscription { relationshipEvents(wiki: "x") { cursor } }',
        {},
        "SUBSCRIPTION",
        "Subscription.relationshipEvents",
    ),
    (
        'mutation { addWiki(input: {dbName: "x", url: "https://x.example"}) { wiki { id } } }',
        {},
        "UNAUTHENTICATED",
        "Mutation.addWiki",
    ),
]


@pytest.mark.parametrize(
    ("query", "variables", "code", "coordinate"), WHOLE, ids=[f"{one[2]} {one[3]}" for one in WHOLE]
)
async def test_what_refuses_a_whole_request_says_what_of_the_schema_it_is_about(
    fronts: tuple[Front, Front], query: str, variables: dict[str, Any], code: str, coordinate: str
) -> None:
    async with asking(fronts[0]) as client:
        for _ in ("as it is learnt", "as it is known"):
            extensions = (await asked(client, query, **variables))["extensions"]
            assert (extensions["code"], extensions.get("coordinate")) == (code, coordinate)


async def test_what_cant_be_watched_says_which_subscription_it_was(fronts: tuple[Front, Front]) -> None:
    query = 'subscription { relationshipEvents(wiki: "nowhere") { cursor } }'
    async with asking(fronts[0]) as client:
        answer = await client.post("/graphql", json={"query": query}, headers={"accept": "text/event-stream"})
    assert '"coordinate":"Subscription.relationshipEvents"' in answer.text
