"""What every GraphQL client takes for granted: nodes, interfaces, introspection; and what is no request."""

from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query

from acceptance.office import Office
from graph.compile.ids import decode, encode

pytestmark = pytest.mark.acceptance

NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


# The language.


async def test_nodes_come_in_the_order_asked_with_nulls_and_as_often_as_asked(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    nobody = encode("Mentee", decode(newcomer).wiki, 999)
    found = (await office.client.ask(NODES, ids=[newcomer, nobody, ada, newcomer]))["nodes"]
    assert [one and (one["__typename"], one["id"]) for one in found] == [
        ("Mentee", newcomer),
        None,
        ("Mentor", ada),
        ("Mentee", newcomer),
    ]


async def test_an_account_is_told_of_through_its_interface(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    document = """
      query($id: ID!) {
        node(id: $id) {
          __typename
          ... on Account { name userId wiki { dbName } }
          ... on Mentor { status asMentee { __typename asMentor { id } } }
        }
      }
    """
    found = (await office.client.ask(document, id=ada))["node"]
    assert found == {
        "__typename": "Mentor",
        "name": "Mentor Ada",
        "userId": "101",
        "wiki": {"dbName": office.wiki},
        "status": "AVAILABLE",
        "asMentee": {"__typename": "Mentee", "asMentor": {"id": ada}},
    }


async def test_introspection_works_alone_and_beside_data(office: Office) -> None:
    schema = build_client_schema(await office.client.ask(get_introspection_query()))  # type: ignore[arg-type]  # it is what was asked for
    assert schema.query_type is not None
    assert {"wiki", "wikis", "node", "nodes"} <= set(schema.query_type.fields)
    document = """
      query($wiki: String!) {
        __typename
        __type(name: "Mentee") { kind name }
        wiki(dbName: $wiki) { __typename dbName }
      }
    """
    assert await office.client.ask(document, wiki=office.wiki) == {
        "__typename": "Query",
        "__type": {"kind": "OBJECT", "name": "Mentee"},
        "wiki": {"__typename": "Wiki", "dbName": office.wiki},
    }


async def test_two_mutations_in_one_request_happen_one_after_the_other(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    document = """
      mutation($mentor: ID!, $no: Boolean!) {
        first: updateMentor(input: {mentor: $mentor, capacity: 1}) {
          mentor { capacity version @skip(if: $no) }
        }
        refused: updateMentor(input: {mentor: $mentor, capacity: -1}) {
          mentor { capacity } userErrors { code }
        }
        second: updateMentor(input: {mentor: $mentor, capacity: 2}) {
          mentor { capacity } __typename
        }
      }
    """
    done = await office.client.ask(document, mentor=ada, no=True)
    assert done == {
        "first": {"mentor": {"capacity": 1}},
        "refused": {"mentor": None, "userErrors": [{"code": "INVALID"}]},
        "second": {"mentor": {"capacity": 2}, "__typename": "MentorPayload"},
    }


# What is no request.

GARBAGE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nothing", {"content": b""}),
    ("no JSON", {"content": b"{query: wikis}"}),
    ("no UTF-8", {"content": b'{"query": "\xff"}'}),
    ("a list", {"content": b"[]"}),
    ("a number", {"content": b"7"}),
    ("null", {"content": b"null"}),
    ("no query", {"content": b"{}"}),
    ("a query that is no text", {"content": b'{"query": 7}'}),
    ("variables that are no object", {"content": b'{"query": "{ __typename }", "variables": [1]}'}),
    ("an operation's name that is no text", {"content": b'{"query": "{ __typename }", "operationName": 7}'}),
    ("deeply nested JSON", {"content": b"[" * 100_000}),
)


@pytest.mark.parametrize("request_", GARBAGE, ids=lambda request_: request_[0])
async def test_garbage_gets_a_4xx_in_graphqls_shape(
    office: Office, request_: tuple[str, dict[str, Any]]
) -> None:
    headers = {"content-type": "application/json"}
    must_be_refused(await office.client.http.post("/graphql", headers=headers, **request_[1]))


async def test_other_ways_to_ask_get_a_4xx_in_graphqls_shape(office: Office) -> None:
    http = office.client.http
    must_be_refused(await http.get("/graphql"))
    must_be_refused(
        await http.get(
            "/graphql",
            params={"query": 'mutation { addWiki(input: {dbName: "x", url: "x"}) { __typename } }'},
        )
    )
    must_be_refused(await http.put("/graphql", json={"query": "{ __typename }"}))
    must_be_refused(await http.delete("/graphql"))
    must_be_refused(
        await http.post("/graphql", content=b"{ __typename }", headers={"content-type": "text/plain"})
    )
    must_be_refused(
        await http.post("/graphql", content=b"x" * 2_000_000, headers={"content-type": "application/json"})
    )


NO_OPERATION = (
    "",
    "{",
    "{ nothing }",
    "{ wiki }",
    "query A { __typename } query B { __typename }",
    "fragment F on Query { __typename }",
    "subscription { __typename }",
    "{ wikis(first: 1, first: 2) { totalCount } }",
    "mutation { addWiki(input: {}) { __typename } }",
)


@pytest.mark.parametrize("document", NO_OPERATION)
async def test_a_document_that_cannot_run_gets_errors_without_data(office: Office, document: str) -> None:
    http = office.client.http
    headers = {"accept": "application/graphql-response+json"}
    answer = await http.post("/graphql", json={"query": document}, headers=headers)
    must_be_refused(answer)
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    older = (await http.post("/graphql", json={"query": document})).json()
    assert older.get("data") is None
    assert older["errors"]


def must_be_refused(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    body = answer.json()
    assert body.get("data") is None
    assert body["errors"][0]["message"]
    assert "Traceback" not in answer.text
