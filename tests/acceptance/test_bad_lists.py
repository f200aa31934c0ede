"""Lists that cannot be: a page, a cursor, a range, an order or a filter that is refused, and what is said of it."""

from typing import Any

import pytest

from acceptance.office import Office
from graph.compile.ids import encode

pytestmark = pytest.mark.acceptance

DAY, LATER = "2024-01-05T00:00:00Z", "2024-01-06T00:00:00Z"
TURNED = f'{{from: "{LATER}", to: "{DAY}"}}'
NONE = f'{{from: "{DAY}", to: "{DAY}"}}'
MENTEE = encode("Mentee", 1, 1)

REFUSED = [
    ("a page of none", "mentees(first: 0)", "PAGE_SIZE", "1 to 100"),
    ("a page of too many", "mentees(last: 101)", "PAGE_SIZE", "1 to 100"),
    ("a page of both ends", "relationships(first: 1, last: 1)", "FIRST_AND_LAST", "not both"),
    ("a cursor that is none", 'mentors(after: "cat")', "BAD_CURSOR", "not one of this list"),
    ("moments that are turned", f"mentees(where: {{lastEdit: {TURNED}}})", "EMPTY_RANGE", "`from`"),
    ("moments without one between", f"blocks(where: {{placed: {NONE}}})", "EMPTY_RANGE", "`to`"),
    ("moments without ends", "events(where: {at: {}})", "EMPTY_RANGE", "`from`, `to` or both"),
    ("numbers that are turned", "mentees(where: {editCount: {min: 2, max: 1}})", "EMPTY_RANGE", "`min`"),
    ("numbers without ends", "mentees(where: {editCount: {min: null}})", "EMPTY_RANGE", "`min`, `max`"),
    ("a range within", "relationships(where: {mentee: {registered: {}}})", "EMPTY_RANGE", "`from`"),
    (
        "a mentee for a mentor",
        f'mentees(where: {{mentor: ["{MENTEE}"]}})',
        "BAD_ID",
        "a Mentor's is expected",
    ),
    ("a mentor that is no id", 'mentees(where: {mentor: ["Ada"]})', "BAD_ID", "is not an id"),
]


@pytest.mark.parametrize(("field", "code", "words"), [pytest.param(*one[1:], id=one[0]) for one in REFUSED])
async def test_a_list_that_cannot_be_is_refused_and_told_why(
    office: Office, field: str, code: str, words: str
) -> None:
    error = await refused(office, f"{field} {{ totalCount }}")
    assert error["extensions"]["code"] == code
    assert words in error["message"]


async def refused(office: Office, selection: str, declared: str = "", **variables: Any) -> dict[str, Any]:
    document = f"query($wiki: String!{declared}) {{ wiki(dbName: $wiki) {{ {selection} }} }}"
    body = (await office.client.post(document, wiki=office.wiki, **variables)).json()
    assert body.get("data") is None
    error: dict[str, Any] = body["errors"][0]
    return error


WHERE = "mentees(where: $where) { totalCount }"


@pytest.mark.parametrize(
    "where",
    [
        {"stateSince": {"from": LATER, "to": DAY}},
        {"editCount": {"min": 5, "max": 4}},
        {"registered": {"from": None}},
    ],
)
async def test_a_range_is_checked_where_it_is_a_variable_too(office: Office, where: dict[str, Any]) -> None:
    error = await refused(office, WHERE, ", $where: MenteeFilter", where=where)
    assert error["extensions"]["code"] == "EMPTY_RANGE"


@pytest.mark.parametrize(("low", "high"), [("$n", "4"), ("6", "$n"), ("$n", "$m")])
async def test_a_range_is_checked_where_one_end_is_a_variable(office: Office, low: str, high: str) -> None:
    asked = f"mentees(where: {{editCount: {{min: {low}, max: {high}}}}}) {{ totalCount }}"
    variables = {"n": 5, **({"m": 4} if high == "$m" else {})}
    declared = ", $n: Int" + (", $m: Int" if high == "$m" else "")
    assert (await refused(office, asked, declared, **variables))["extensions"]["code"] == "EMPTY_RANGE"


async def test_equal_numbers_are_a_range(office: Office) -> None:
    found = await office.see("mentees(where: {editCount: {min: 5, max: 5}}) { totalCount }")
    assert found == {"mentees": {"totalCount": 0}}


UNKNOWN = [
    ("mentees(orderBy: {field: AGE, direction: ASC})", "AGE"),
    ("mentors(orderBy: {field: NAME, direction: UP})", "UP"),
    ("relationships(orderBy: {field: STARTED})", "direction"),
    ("mentees(where: {state: [BLOCKED]})", "BLOCKED"),
    ("blocks(where: {colour: RED})", "colour"),
    ('mentees(where: {lastEdit: {from: "yesterday"}})', "Write it like"),
    ('mentees(where: {lastEdit: {from: "2024-01-05T00:00:00"}})', "offset"),
]


@pytest.mark.parametrize(("field", "words"), UNKNOWN)
async def test_a_word_that_the_schema_does_not_know_is_named(office: Office, field: str, words: str) -> None:
    assert words in (await refused(office, f"{field} {{ totalCount }}"))["message"]


async def test_an_unknown_word_in_a_variable_is_named_too(office: Office) -> None:
    order = {"field": "AGE", "direction": "ASC"}
    selection = "mentees(orderBy: $order) { totalCount }"
    assert "AGE" in (await refused(office, selection, ", $order: MenteeOrder", order=order))["message"]


async def test_a_mentors_list_has_no_filter_for_mentors(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    asked = f'mentor(by: {{name: "Mentor Ada"}}) {{ mentees(where: {{mentor: ["{ada}"]}}) {{ totalCount }} }}'
    error = await refused(office, asked)
    assert error["extensions"]["code"] == "ONLY_UNDER_WIKI"
    assert "Wiki.mentees" in error["message"]


@pytest.mark.parametrize(
    "order", ["EDIT_COUNT ASC", "EDIT_COUNT DESC", "NAME ASC", "NAME DESC", "LAST_EDIT DESC"]
)
async def test_a_cursor_of_another_order_is_refused(office: Office, order: str) -> None:
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    cursor = (await office.see("mentees(first: 1) { edges { cursor } }"))["mentees"]["edges"][0]["cursor"]
    field, direction = order.split()
    asked = (
        f'mentees(orderBy: {{field: {field}, direction: {direction}}}, after: "{cursor}") {{ totalCount }}'
    )
    assert (await refused(office, asked))["extensions"]["code"] == "BAD_CURSOR"


async def test_a_mentors_list_refuses_the_cursors_of_the_wikis(office: Office) -> None:
    """Their last key is the tie, not the account."""
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    order = "orderBy: {field: LAST_EDIT, direction: DESC}"
    found = await office.see(f"mentees(first: 1, {order}) {{ edges {{ cursor }} }}")
    cursor = found["mentees"]["edges"][0]["cursor"]
    asked = f'mentor(by: {{userId: 101}}) {{ mentees({order}, after: "{cursor}") {{ totalCount }} }}'
    assert (await refused(office, asked))["extensions"]["code"] == "BAD_CURSOR"
