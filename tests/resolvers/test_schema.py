"""The schema as a whole: what clients can rely on, and that each of its fields is really answered."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    parse,
)

import seeded
from graph.caller import ANYONE
from graph.compile.ids import NODE_TYPES, encode
from graph.compile.plan import Operation, request
from reading import SCHEMA
from resolvers.schema import build
from statement_lint import breaches

PRINTED = Path(__file__).parents[2] / "schema.graphql"


def test_the_committed_print_is_the_schema() -> None:
    printed = build().as_str() + "\n"
    if os.environ.get("GOLDEN_UPDATE"):
        PRINTED.write_text(printed)
    assert printed == PRINTED.read_text()


def test_what_has_an_id_is_what_ids_are_read_for() -> None:
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {type_.name for type_ in SCHEMA.get_possible_types(node)} == NODE_TYPES


def rows() -> list[str]:
    return sorted(
        name for name, type_ in SCHEMA.type_map.items() if "row" in type_.extensions and name != "Query"
    )


def example(type_: Any, under: str) -> str:
    """Some value of an argument's type, for a field of that type."""
    if isinstance(type_, GraphQLNonNull):
        return example(type_.of_type, under)
    if is_list_type(type_):
        return f"[{example(type_.of_type, under)}]"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if is_input_object_type(type_):
        members = list(type_.fields.items())[: 1 if type_.is_one_of or type_.name.endswith("Range") else None]
        # A mentor's list has no filter for mentors.
        chosen = [(name, one) for name, one in members if not (under == "Mentor" and name == "mentor")]
        return "{" + ", ".join(f"{name}: {example(one.type, under)}" for name, one in chosen) + "}"
    return EXAMPLES.get(str(type_.name), '"1"')


EXAMPLES = {
    "Boolean": "true",
    "ID": f'"{encode("Mentor", 1, 101)}"',
    "Int": "1",
    "DateTime": '"2026-01-01T00:00:00Z"',
}


LATER = '"2026-02-01T00:00:00Z"'
"""Where a stretch of time ends."""


def fields_of(type_: GraphQLObjectType) -> Iterator[str]:
    for name, one in type_.fields.items():
        given = {a: arg for a, arg in one.args.items() if a not in ("after", "last", "before")}
        below = "" if is_leaf_type(get_named_type(one.type)) else "{ __typename }"
        yield f"{name} {below}" if not any(is_required_argument(arg) for arg in given.values()) else ""
        if given:
            written = {a: LATER if a == "to" else example(arg.type, type_.name) for a, arg in given.items()}
            yield f"{name}({', '.join(f'{a}: {value}' for a, value in written.items())}) {below}"


@pytest.mark.parametrize("name", rows())
def test_every_field_compiles(name: str) -> None:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    for number, field in enumerate(filter(None, fields_of(type_))):
        document = parse(f"mutation {{ x {{ a{number}: {field} }} }}")
        operation = Operation(SCHEMA, document)
        values = request(seeded.NOW, ANYONE, {})
        if type_.extensions["row"].model is None:
            continue  # an element of a JSON array, compiled with the list that it stands in
        details = [_details(document)]
        plan = operation.plan_for(operation.read({}, values), name, details)
        [call] = plan.calls({**values, "wiki": 1, "key": 1})
        assert breaches(call.sql) == ()


def _details(document: Any) -> Any:
    from graphql.execution.collect_fields import FieldDetails

    return FieldDetails(document.definitions[0].selection_set.selections[0], None)
