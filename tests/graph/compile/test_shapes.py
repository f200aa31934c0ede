"""Variables: what of them chooses a plan, and what is bound."""

from typing import Any

import pytest
from graphql import build_schema, parse

import seeded
from graph.caller import ANYONE
from graph.compile.ids import Ref, encode
from graph.compile.plan import Lru, Operation, Unreadable, request
from graph.compile.shape import Values, storable

SCHEMA = build_schema(
    """
    enum E { A B C }
    input One @oneOf { s: String e: E }
    input By @oneOf { name: String number: Int }
    input In { e: E many: [E!] s: String n: Int b: Boolean in: In }
    type Query { f(in: In, one: One, id: ID): Int }
    """
)


def values() -> Values:
    return request(seeded.NOW, ANYONE, {})


def shape(type_: str, *given: Any) -> tuple[Any, Values]:
    """The shape of one variable of that type, and what is bound of it."""
    operation = Operation(SCHEMA, parse(f"query ($v: {type_}) {{ __typename }}"))
    bound = values()
    found = operation.read({"v": given[0]} if given else {}, bound)
    return found, {key: value for key, value in bound.items() if isinstance(key, tuple)}


MENTEE, OTHER, MENTOR = encode("Mentee", 1, 2), encode("Mentee", 3, 4), encode("Mentor", 1, 2)
THEN, BEFORE = (encode("Mentee", 1, 2, seeded.NOW - days * seeded.DAY) for days in (1, 2))


@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("String", "a", "b"),
        ("Int", 1, 2),
        ("ID", MENTEE, OTHER),
        ("ID", THEN, BEFORE),
        ("[ID]", [THEN, MENTEE], [OTHER, BEFORE, THEN]),
        ("[By!]", [{"name": "a"}], [{"number": 1}, {"name": "b"}, {"name": "c"}]),
        ("[ID]", [MENTEE], [OTHER, MENTEE, None]),
        ("[E!]", ["A", "B"], ["C", "A", "B"]),
        ("[Int!]", [1], [1, 2, 3]),
        ("In", {"s": "a", "in": {"n": 1}}, {"s": "b", "in": {"n": 2}}),
        ("[E!]", "A", ["A"]),
    ],
)
def test_values_that_are_bound_share_a_plan(type_: str, one: Any, other: Any) -> None:
    assert shape(type_, one)[0] == shape(type_, other)[0]


@pytest.mark.parametrize(
    ("type_", "one", "other"),
    [
        ("E", "A", "B"),
        ("Boolean", True, False),
        ("ID", MENTEE, MENTOR),
        ("ID", MENTEE, THEN),
        ("[ID]", [MENTEE], [THEN]),
        ("[One!]", [{"s": "a"}], [{"e": "A"}]),
        ("[ID]", [MENTEE], [MENTEE, MENTOR]),
        ("[E!]", ["A"], ["B"]),
        ("[E!]", ["A"], ["A", "B"]),
        ("String", None, "a"),
        ("In", {"e": "A"}, {"e": "B"}),
        ("In", {"s": None}, {}),
        ("In", {"in": {"b": True}}, {"in": {"b": False}}),
        ("One", {"s": "a"}, {"e": "A"}),
    ],
)
def test_values_that_choose_have_plans_of_their_own(type_: str, one: Any, other: Any) -> None:
    assert shape(type_, one)[0] != shape(type_, other)[0]


def test_null_and_left_out_differ() -> None:
    assert shape("String")[0] != shape("String", None)[0]


def test_a_default_is_read_as_if_the_client_had_sent_it() -> None:
    assert shape('String = "a"') == shape("String", "a")
    assert shape("[E!] = [A, B]") == shape("[E!]", ["A", "B"])


def test_what_is_bound_is_kept_by_its_path() -> None:
    assert shape("In", {"s": "a", "in": {"n": 1}})[1] == {("v", "s"): "a", ("v", "in", "n"): 1}
    assert shape("ID", MENTEE)[1] == {("v",): Ref("Mentee", 1, 2)}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("String!", None),
        ("String", 1),
        ("Int", "1"),
        ("Int", True),
        ("Int", 2**31),
        ("Int", 1.5),
        ("Boolean", 1),
        ("E", "D"),
        ("E", 1),
        ("[E!]", ["A", None]),
        ("In", {"x": 1}),
        ("In", "A"),
        ("One", {"s": "a", "e": "A"}),
        ("[By!]", [{"name": "a"}, {}]),
        ("[By!]", [{"name": "a", "number": 1}]),
        ("[By!]", [{"name": None}]),
        ("[By!]", [{"cat": "a"}]),
        ("[By!]", [{"number": "1"}]),
        ("[By!]", [None]),
        ("[By!]", ["a"]),
        ("One", {"s": None}),
        ("One", {}),
        ("ID", True),
    ],
)
def test_what_is_not_of_its_type_is_left_to_the_slow_path(type_: str, value: Any) -> None:
    with pytest.raises(Unreadable):
        shape(type_, value)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert shape("Int", 3.0)[1] == {("v",): 3}


def test_text_that_postgresql_cannot_hold_is_made_to_equal_nothing() -> None:
    assert storable("a\0b") == "a\ufffdb"
    assert storable("a\ud800") == "a?"
    assert storable("Ünï 🦊") == "Ünï 🦊"


def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    kept: Lru[int, str] = Lru(2)
    kept.put(1, "a")
    kept.put(2, "b")
    kept.get(1)
    kept.put(3, "c")
    assert (kept.get(1), kept.get(2), kept.get(3)) == ("a", None, "c")
