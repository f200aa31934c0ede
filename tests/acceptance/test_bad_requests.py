"""Requests that cannot be answered as a whole: GraphQL errors with a code, and no data."""

from typing import Any

import pytest

from acceptance.client import mutation
from acceptance.refusals import Input, of_wiki, someone
from acceptance.small_wiki import NEWCOMER, ONCE, SmallWiki

pytestmark = pytest.mark.acceptance

# What is no value of its type: the request as a whole is refused, before anything is done.

NOT_OF_ITS_TYPE: tuple[tuple[str, str, Input, str, str], ...] = (
    (
        "an account named in two ways",
        "recordBlock",
        {"target": {"userId": "5", "name": "Five"}},
        "AccountRef",
        "one",
    ),
    ("an account named in no way", "recordBlock", {"target": {}}, "AccountRef", "one"),
    ("a kind that is none", "recordBlock", {"kind": "LOCALE"}, "kind", "LOCAL"),
    ("a field that is none", "recordBlock", {"expires": None}, "expires", "expiresAt"),
    ("a source left out", "recordBlock", {"source": None}, "source", "null"),
)


@pytest.mark.parametrize("wrong", NOT_OF_ITS_TYPE, ids=lambda wrong: wrong[0])
async def test_what_is_not_of_its_type_is_a_request_error_that_says_where_and_how(
    wiki: SmallWiki, wrong: tuple[str, str, Input, str, str]
) -> None:
    _, name, said, path, words = wrong
    before = await wiki.kept()
    answer = await wiki.client.post(mutation(name), input=wiki.logged(**someone(ONCE)) | said)
    body = answer.json()
    assert body.get("data") is None
    message = body["errors"][0]["message"]
    assert words in message, message
    assert path.split(".")[-1] in message, message
    assert await wiki.kept() == before


UNREADABLE = (
    ('mentee(by: {userId: "five"}) { id }', "BigInt"),
    ('mentee(by: {userId: "9223372036854775808"}) { id }', "64 bits"),
    ("mentee(by: {userId: 1.5}) { id }", "BigInt"),
)


@pytest.mark.parametrize(("asked", "words"), UNREADABLE, ids=lambda one: one)
async def test_a_value_that_cannot_be_read_refuses_the_reading(
    wiki: SmallWiki, asked: str, words: str
) -> None:
    answer = await wiki.client.post(f'{{ wiki(dbName: "{wiki.name}") {{ {asked} }} }}')
    error = must_be_refused(answer.json())
    assert error["extensions"]["code"] == "BAD_VALUE"
    assert words in error["message"]


async def test_the_same_in_a_variable(wiki: SmallWiki) -> None:
    document = """
      query($wiki: String!, $user: BigInt!) { wiki(dbName: $wiki) { mentee(by: {userId: $user}) { id } } }
    """
    for _ in ("never seen", "remembered"):
        answer = await wiki.client.post(document, wiki=wiki.name, user="five")
        assert must_be_refused(answer.json())["extensions"]["code"] == "BAD_VALUE"


HALF = (
    ("a reason", {"reason": "Half \ud800"}),
    ("a source id", {"sourceId": "\udc00"}),
    ("a name", {"target": {"name": "\ud800"}}),
)


@pytest.mark.parametrize("half", HALF, ids=lambda half: half[0])
async def test_half_a_surrogate_pair_is_no_text_and_so_no_request(
    wiki: SmallWiki, half: tuple[str, Input]
) -> None:
    before = await wiki.kept()
    answer = await wiki.client.post(mutation("recordBlock"), input=wiki.logged(**someone(NEWCOMER)) | half[1])
    assert answer.status_code == 400
    assert answer.json().get("data") is None
    assert answer.json()["errors"][0]["message"].endswith(".")
    assert await wiki.kept() == before


PAGES = """
  query($wiki: String!, $first: Int, $last: Int, $after: String, $before: String) {
    wiki(dbName: $wiki) {
      mentees(first: $first, last: $last, after: $after, before: $before) { edges { cursor } }
    }
  }
"""
MENTORS_PAGE = "query($wiki: String!) { wiki(dbName: $wiki) { mentors(first: 1) { edges { cursor } } } }"

BAD_PAGES = (
    ("a page of nothing", {"first": 0}),
    ("a page of 101", {"first": 101}),
    ("a page of less than nothing", {"first": -1}),
    ("a last page of nothing", {"last": 0}),
    ("a last page of 101", {"last": 101}),
    ("a page from both ends", {"first": 1, "last": 1}),
    ("a broken cursor", {"after": "broken"}),
    ("a cursor that is none", {"after": ""}),
    ("a cursor of JSON that is none", {"after": "WyJ4Il0="}),
    ("a broken cursor before", {"last": 2, "before": "broken"}),
)


@pytest.mark.parametrize("page", BAD_PAGES, ids=lambda page: page[0])
async def test_a_page_that_cannot_be_is_a_request_error_with_a_code_and_no_data(
    wiki: SmallWiki, page: tuple[str, dict[str, Any]]
) -> None:
    for _ in ("never seen", "remembered"):
        answer = await wiki.client.post(PAGES, wiki=wiki.name, **page[1])
        must_be_refused(answer.json())


@pytest.mark.parametrize("arguments", ["first: 0", "first: 101", "first: 1, last: 1", 'after: "broken"'])
async def test_the_same_written_in_the_document(wiki: SmallWiki, arguments: str) -> None:
    document = f'{{ wiki(dbName: "{wiki.name}") {{ mentors({arguments}) {{ nodes {{ id }} }} }} }}'
    must_be_refused((await wiki.client.post(document)).json())


async def test_the_cursor_of_another_list_is_refused(wiki: SmallWiki) -> None:
    mentors = await wiki.client.ask(MENTORS_PAGE, wiki=wiki.name)
    cursor = mentors["wiki"]["mentors"]["edges"][0]["cursor"]
    answer = await wiki.client.post(PAGES, wiki=wiki.name, after=cursor)
    assert must_be_refused(answer.json())["extensions"]["code"] == "BAD_CURSOR"


async def test_the_cursor_of_the_same_rows_in_another_order_is_refused(wiki: SmallWiki) -> None:
    document = """
      query($wiki: String!, $after: String) {
        wiki(dbName: $wiki) {
          learnt: events(first: 1) { edges { cursor } }
          mentor(by: {userId: "101"}) { newest: events(first: 1, after: $after) { edges { cursor } } }
        }
      }
    """
    found = (await wiki.client.ask(document, wiki=wiki.name))["wiki"]
    newest = found["mentor"]["newest"]["edges"][0]["cursor"]
    await wiki.client.ask(document, wiki=wiki.name, after=newest)
    learnt = found["learnt"]["edges"][0]["cursor"]
    answer = await wiki.client.post(document, wiki=wiki.name, after=learnt)
    assert must_be_refused(answer.json())["extensions"]["code"] == "BAD_CURSOR"


async def test_a_broken_id_is_a_request_error_where_something_is_looked_up(wiki: SmallWiki) -> None:
    document = "query($id: ID!) { node(id: $id) { id } }"
    for given in ("broken", "", "TWVudG9y", "TWVudG9yOjE6MQ", "a" * 10_000):
        assert (
            must_be_refused((await wiki.client.post(document, id=given)).json())["extensions"]["code"]
            == "BAD_ID"
        )


async def test_an_id_of_nothing_is_null(wiki: SmallWiki) -> None:
    document = "query($id: ID!) { node(id: $id) { id } }"
    for kind in ("Wiki", "Mentor", "Mentee", "Relationship", "RelationshipEvent", "Block", "Policy"):
        assert await wiki.client.ask(document, id=of_wiki(kind, 999_999)) == {"node": None}, kind


async def test_more_than_a_hundred_objects_at_once_are_refused(wiki: SmallWiki) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    must_be_refused((await wiki.client.post(document, ids=[of_wiki("Mentee")] * 101)).json())
    assert len((await wiki.client.ask(document, ids=[of_wiki("Mentee")] * 100))["nodes"]) == 100


ACCOUNTS = """
  query($wiki: String!, $by: [AccountBy!]!) { wiki(dbName: $wiki) { accounts(by: $by) { userId } } }
"""


async def test_more_than_a_hundred_accounts_at_once_are_refused(wiki: SmallWiki) -> None:
    answer = await wiki.client.post(ACCOUNTS, wiki=wiki.name, by=[{"userId": NEWCOMER}] * 101)
    assert must_be_refused(answer.json())["extensions"]["code"] == "TOO_MANY_ACCOUNTS"
    found = await wiki.client.ask(ACCOUNTS, wiki=wiki.name, by=[{"userId": NEWCOMER}] * 100)
    assert found["wiki"]["accounts"] == [{"userId": NEWCOMER}] * 100


@pytest.mark.parametrize(
    "by",
    [
        [{}],
        [{"userId": "1"}, {"userId": "1", "name": "Newcomer"}],
        [{"name": None}],
        [{"id": "5"}],
        [None],
        ["Newcomer"],
        None,
    ],
)
async def test_accounts_that_are_named_in_no_way_or_in_two_are_refused(wiki: SmallWiki, by: Any) -> None:
    for _ in ("never seen", "remembered"):
        body = (await wiki.client.post(ACCOUNTS, wiki=wiki.name, by=by)).json()
        assert body.get("data") is None
        assert "by" in body["errors"][0]["message"], body


async def test_an_account_whose_id_is_no_number_is_refused_by_its_value(wiki: SmallWiki) -> None:
    written = f'{{ wiki(dbName: "{wiki.name}") {{ accounts(by: [{{userId: "five"}}]) {{ userId }} }} }}'
    for _ in ("never seen", "remembered"):
        for answer in (
            await wiki.client.post(ACCOUNTS, wiki=wiki.name, by=[{"name": "Newcomer"}, {"userId": "five"}]),
            await wiki.client.post(written),
        ):
            assert must_be_refused(answer.json())["extensions"]["code"] == "BAD_VALUE"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("2024-02-01T00:00:00Z", "2024-02-01T01:00:00+01:00"),
    ],
)
async def test_hand_overs_of_a_stretch_without_length_are_refused(
    wiki: SmallWiki, start: str, end: str
) -> None:
    document = """
      query($wiki: String!, $from: DateTime!, $to: DateTime!) {
        wiki(dbName: $wiki) { handOvers(from: $from, to: $to) { mentees } }
      }
    """
    answer = await wiki.client.post(document, wiki=wiki.name, **{"from": start, "to": end})
    assert must_be_refused(answer.json())["extensions"]["code"] == "BAD_STRETCH"


@pytest.mark.parametrize("moment", ["2024-01-05T10:00:00", "2024-01-05", "yesterday", 1704448800])
async def test_a_moment_that_could_mean_several_is_no_moment_of_the_past(
    wiki: SmallWiki, moment: Any
) -> None:
    document = "query($wiki: String!, $at: DateTime) { wiki(dbName: $wiki, asOf: $at) { dbName } }"
    for _ in ("never seen", "remembered"):
        body = (await wiki.client.post(document, wiki=wiki.name, at=moment)).json()
        assert body.get("data") is None
        assert "2026-01-31T09:30:00Z" in body["errors"][0]["message"]


async def test_what_is_not_tracked_is_null_where_it_is_read(wiki: SmallWiki) -> None:
    assert await wiki.client.ask('{ wiki(dbName: "nowiki") { dbName } }') == {"wiki": None}
    assert await wiki.client.ask('{ wiki(dbName: "no\\u0000wiki") { dbName } }') == {"wiki": None}


def must_be_refused(body: dict[str, Any]) -> dict[str, Any]:
    """The one error of a request that has no data."""
    assert body.get("data") is None
    (error,) = body["errors"]
    assert error["extensions"]["code"].replace("_", "").isalpha()
    assert error["message"].endswith(".")
    return dict(error)
