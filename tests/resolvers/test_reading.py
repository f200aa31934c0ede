"""Reading as a caller sees it: one statement for each wiki, and clear refusals of what can't be answered."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import parse, validate

import seeded
from graph.compile.ids import decode, encode
from graph.compile.plan import NotCompiled, Operation, request
from graph.errors import RequestRefused
from models.reader import Reader
from reading import SCHEMA, reader, seeing, statements
from statement_lint import Statements

__all__ = ["reader", "statements"]


async def ask(reader: Reader, text: str, variables: dict[str, Any] | None = None, **rights: bool) -> Any:
    document = parse(text)
    assert not validate(SCHEMA, document)
    operation = Operation(SCHEMA, document)
    values = request(seeded.NOW, seeing(**rights), reader.directory)
    data, errors = await reader.answer(operation.plan(operation.read(variables or {}, values)), values)
    assert not errors
    return orjson.loads(data)


ENWIKI, DEWIKI = 'wiki(dbName: "enwiki")', 'wiki(dbName: "dewiki")'
TIES = "relationships { nodes { mentor { mentees { nodes { blocks { nodes { performer { name } } } } } } } }"
EVENTS = "events { nodes { actor { name } withdraws { id } block { reason } } }"
DEEP = f"{{ mentees {{ nodes {{ name {TIES} {EVENTS} relationship {{ spans {{ blocks {{ id }} }} }} }} }} }}"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"{{ {ENWIKI} {{ dbName }} }}", 1),
        (f"{{ {ENWIKI} {DEEP.replace('mentees {', 'mentees(first: 2) {', 1)} }}", 1),
        (f"{{ a: {ENWIKI} {{ dbName }} b: {ENWIKI} {{ url }} __typename }}", 1),
        (f"{{ a: {ENWIKI} {{ dbName }} b: {DEWIKI} {{ url }} c: {ENWIKI} {{ url }} }}", 2),
        (f'{{ node(id: "{encode("Mentee", 1, 1)}") {{ id }} {DEWIKI} {{ url }} }}', 2),
        (f'{{ nodes(ids: ["{encode("Mentee", 1, 1)}", "{encode("Mentor", 2, 101)}"]) {{ id }} }}', 2),
        ("{ nodes(ids: []) { id } }", 1),
        ("{ wikis { nodes { dbName mentors { nodes { name } } } } }", 1),
        ("{ __typename }", 1),
    ],
)
async def test_an_operation_is_one_statement_for_each_wiki(
    reader: Reader, statements: Statements, text: str, count: int
) -> None:
    before = statements.total()
    await ask(reader, text)
    assert statements.total() - before == count


async def test_fields_keep_their_order_over_several_wikis(reader: Reader) -> None:
    found = await ask(
        reader, f"{{ a: {ENWIKI} {{ dbName }} b: {DEWIKI} {{ dbName }} c: {ENWIKI} {{ dbName }} }}"
    )
    assert list(found) == ["a", "b", "c"]
    assert [one["dbName"] for one in found.values()] == ["enwiki", "dewiki", "enwiki"]


async def test_nodes_keep_their_order_over_several_wikis(reader: Reader) -> None:
    ids = [encode("Mentee", 2, 1), encode("Mentee", 1, 1), encode("Mentee", 9, 9), encode("Mentee", 2, 2)]
    found = await ask(reader, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    assert [one and one["id"] for one in found["nodes"]] == [ids[0], ids[1], None, ids[3]]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("mentees(first: 0) { totalCount }", "PAGE_SIZE"),
        ("mentees(first: 101) { totalCount }", "PAGE_SIZE"),
        ("mentees(last: -1) { nodes { id } }", "PAGE_SIZE"),
        ("mentees(first: 1, last: 1) { nodes { id } }", "FIRST_AND_LAST"),
        ('mentees(after: "") { nodes { id } }', "BAD_CURSOR"),
        ('mentees(after: "Ünï") { nodes { id } }', "BAD_CURSOR"),
        ('mentees(before: "WzFd") { nodes { id } }', "BAD_CURSOR"),
        ('blocks(after: "WyIxMTM4NzJjOGQiLCJlbndpa2kiXQ==") { nodes { id } }', "BAD_CURSOR"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(reader: Reader, field: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        await ask(reader, f"{{ {ENWIKI} {{ {field} }} }}")
    assert refused.value.code == code


@pytest.mark.parametrize("size", [0, 101, -5])
async def test_a_page_size_is_checked_where_it_is_a_variable_too(reader: Reader, size: int) -> None:
    with pytest.raises(RequestRefused, match="from 1 to 100"):
        await ask(
            reader,
            f"query ($n: Int) {{ {ENWIKI} {{ mentees(first: $n) {{ nodes {{ id }} }} }} }}",
            {"n": size},
        )


async def test_a_cursor_of_another_order_of_the_same_type_is_refused(reader: Reader) -> None:
    found = await ask(reader, f"{{ {ENWIKI} {{ events(first: 1) {{ pageInfo {{ endCursor }} }} }} }}")
    text = found["wiki"]["events"]["pageInfo"]["endCursor"]
    mentor = f'mentor(by: {{userId: 101}}) {{ events(after: "{text}") {{ nodes {{ id }} }} }}'
    with pytest.raises(RequestRefused, match="not one of this list in this order"):
        await ask(reader, f"{{ {ENWIKI} {{ {mentor} }} }}")


@pytest.mark.parametrize("text", ['{ node(id: "cat") { id } }', '{ nodes(ids: ["cat"]) { id } }'])
async def test_what_is_no_id_is_refused(reader: Reader, text: str) -> None:
    with pytest.raises(RequestRefused, match="`cat` is not an id") as refused:
        await ask(reader, text)
    assert refused.value.code == "BAD_ID"


async def test_more_than_a_hundred_ids_are_refused(reader: Reader) -> None:
    ids = [encode("Mentee", 1, 1)] * 101
    with pytest.raises(RequestRefused, match="at most 100"):
        await ask(reader, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})


async def test_an_operation_that_may_bring_too_many_rows_is_refused(reader: Reader) -> None:
    events = "events(first: 20) { nodes { id } }"
    pages = f"mentees(first: 100) {{ nodes {{ relationships(first: $n) {{ nodes {{ {events} }} }} }} }}"
    text = f"query ($n: Int) {{ {ENWIKI} {{ {pages} }} }}"
    assert await ask(reader, text, {"n": 2})
    with pytest.raises(RequestRefused, match="Ask for smaller pages") as refused:
        await ask(reader, text, {"n": 50})
    assert refused.value.code == "TOO_EXPENSIVE"


@pytest.mark.parametrize("text", ["{ __schema { description } }", "mutation { __typename }"])
async def test_what_no_statement_answers_is_left_to_the_other_executor(reader: Reader, text: str) -> None:
    with pytest.raises(NotCompiled):
        await ask(reader, text)


WHO = 'query ($name: String) { wiki(dbName: "enwiki") { mentee(by: {name: $name}) { userId } } }'


@pytest.mark.parametrize(
    ("name", "user", "sees_hidden"),
    [
        ("Account 59 59", "59", False),
        ("account_59__59 ", "59", False),
        ("Former 2", "4", False),
        ("Former 3", None, True),  # 6 and 7 held it; 7 is hidden, and held it last
        ("Former 3", "6", False),
        ("\u202eRight to left 7", None, False),
        ("\u202eRight to left 7", "7", True),
        ("Nobody", None, False),
        ("a\0b", None, False),
    ],
)
async def test_a_name_finds_whoever_holds_it_or_held_it_last(
    reader: Reader, name: str, user: str | None, sees_hidden: bool
) -> None:
    found = (await ask(reader, WHO, {"name": name}, sees_hidden=sees_hidden))["wiki"]["mentee"]
    if user is None and name == "Former 3":
        assert found["userId"] in ("6", "7")
    else:
        assert (found and found["userId"]) == user


async def test_a_wiki_that_was_added_a_moment_ago_is_found(reader: Reader) -> None:
    reader.directory.clear()
    assert await ask(reader, f"{{ {ENWIKI} {{ dbName }} }}") == {"wiki": {"dbName": "enwiki"}}


EVERY_TYPE = """
  id policy { id }
  mentors(first: 3) { nodes { id status mentees(first: 3) { nodes { id state } } } }
  relationships(first: 3) { nodes { id tie: state } }
  blocks(first: 3) { nodes { id isOpen scope } }
  events(first: 3) { nodes { id kind } }
"""
AGAIN = """
  query ($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ... on Mentor { status mentees(first: 3) { nodes { id state } } }
      ... on Mentee { state }
      ... on Relationship { tie: state }
      ... on Block { isOpen scope }
      ... on RelationshipEvent { kind }
    }
  }
"""


def nodes_in(found: Any) -> Iterator[dict[str, Any]]:
    """Every object with an id, wherever it is."""
    if isinstance(found, dict):
        if "id" in found:
            yield found
        for one in found.values():
            yield from nodes_in(one)
    elif isinstance(found, list):
        for one in found:
            yield from nodes_in(one)


@pytest.mark.parametrize("days", [0, 30, 100, 170, 280])
async def test_every_id_of_a_moment_finds_the_object_as_of_it(reader: Reader, days: int) -> None:
    moment = seeded.NOW - days * seeded.DAY
    text = f"query ($at: DateTime!) {{ {ENWIKI.replace(')', ', asOf: $at)')} {{ {EVERY_TYPE} }} }}"
    told = await ask(reader, text, {"at": moment.isoformat()}, sees_hidden=True)
    # A wiki and its policy are told without more than their ids, here and there.
    objects = [one for one in nodes_in(told) if "policy" not in one]
    assert {decode(one["id"]).at for one in objects} == {moment}
    assert {decode(one["id"]).type for one in objects} >= {"Mentor", "Policy"}
    found = await ask(reader, AGAIN, {"ids": [one["id"] for one in objects]}, sees_hidden=True)
    assert found["nodes"] == objects
    for one in objects:
        alone = await ask(reader, "query ($id: ID!) { node(id: $id) { id } }", one, sees_hidden=True)
        assert alone == {"node": {"id": one["id"]}}


def test_no_statement_breaks_the_rules_for_many_machines(statements: Statements) -> None:
    assert statements.breaches() == []
