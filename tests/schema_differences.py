"""Where two schemas differ, in sentences: what the second lacks of the first, and what it has besides.

    differences(contract, ours)     Differences(missing=[…], changed=[…], more=[…])

Both are built from their prints. Descriptions are not compared. What stands within something that is listed is
not listed again.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_specified_scalar_type,
    specified_directives,
    value_from_ast_untyped,
)


class Differences(NamedTuple):
    """Each a sorted list of places, such as `Mentor.counts(role:)`; `changed` say what was and what is."""

    missing: list[str]
    changed: list[str]
    more: list[str]


Parts = dict[str, str]
"""What a schema promises: each place, and what is said there, as one text."""


def differences(contract: GraphQLSchema, ours: GraphQLSchema) -> Differences:
    """What `ours` lacks of the contract, says otherwise, and has besides."""
    asked, given = promises(contract), promises(ours)
    missing = sorted(asked.keys() - given.keys())
    more = sorted(given.keys() - asked.keys())
    changed = sorted(
        f"{place}: {asked[place]} became {given[place]}"
        for place in asked.keys() & given.keys()
        if asked[place] != given[place]
    )
    return Differences(outermost(missing), changed, outermost(more))


def outermost(places: list[str]) -> list[str]:
    """Without what stands within another of them."""
    known = set(places)
    return [place for place in places if not any(outer in known for outer in around(place))]


def around(place: str) -> Iterator[str]:
    """The places that this one stands in."""
    for mark in ("(", ".", " "):
        head, found, _ = place.partition(mark)
        if found:
            yield head


def promises(schema: GraphQLSchema) -> Parts:
    """Every place of a schema."""
    found: Parts = {}
    for name, type_ in schema.type_map.items():
        if not (name.startswith("__") or is_specified_scalar_type(type_)):
            found |= of_type(name, type_)
    for directive in schema.directives:
        if directive.name not in {one.name for one in specified_directives}:
            where = sorted(one.name for one in directive.locations)
            found[f"@{directive.name}"] = f"on {' | '.join(where)}, repeatable: {directive.is_repeatable}"
            found |= of_arguments(f"@{directive.name}", directive.args)
    return found


def of_type(name: str, type_: GraphQLNamedType) -> Parts:
    """A type, and all within it."""
    found: Parts = {name: kind_of(type_)}
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        found |= {f"{name} implements {one.name}": "" for one in type_.interfaces}
        for field, one in type_.fields.items():
            found |= of_field(f"{name}.{field}", one)
    if isinstance(type_, GraphQLInputObjectType):
        found |= {f"{name}.{field}": input_value(one) for field, one in type_.fields.items()}
    if isinstance(type_, GraphQLEnumType):
        found |= {f"{name}.{value}": "" for value in type_.values}
    if isinstance(type_, GraphQLUnionType):
        found |= {f"{name} holds {one.name}": "" for one in type_.types}
    return found


def kind_of(type_: GraphQLNamedType) -> str:
    """What sort of type it is, and what holds of it as a whole."""
    kind = type(type_).__name__.removeprefix("GraphQL").removesuffix("Type")
    if isinstance(type_, GraphQLInputObjectType) and type_.is_one_of:
        return f"{kind} @oneOf"
    if isinstance(type_, GraphQLScalarType) and type_.specified_by_url:
        return f"{kind} @specifiedBy({type_.specified_by_url})"
    return kind


def of_field(place: str, field: GraphQLField) -> Parts:
    """A field and its arguments."""
    return {place: str(field.type)} | of_arguments(place, field.args)


def of_arguments(place: str, arguments: Mapping[str, GraphQLArgument]) -> Parts:
    """Arguments, each with its type and default."""
    return {f"{place}({name}:)": input_value(one) for name, one in arguments.items()}


def input_value(one: GraphQLArgument | GraphQLInputField) -> str:
    """The type of what is put in, and its default as a document would write it."""
    default = default_of(one)
    return f"{one.type}" if default is None else f"{one.type} = {default}"


def default_of(one: GraphQLArgument | GraphQLInputField) -> str | None:
    """The default as a client would send it; none where there is none."""
    if one.default is None or one.default.literal is None:
        return None
    return orjson.dumps(value_from_ast_untyped(one.default.literal), option=orjson.OPT_SORT_KEYS).decode()
