"""Rules of a schema that others build on, as functions that say what breaks them."""

import re
from collections.abc import Iterator
from datetime import date

from graphql import (
    BreakingChange,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    find_breaking_changes,
    is_specified_directive,
    is_specified_scalar_type,
)

REASON = re.compile(r"Use `[^`]+`.*\. Removal on (\d{4}-\d{2}-\d{2}) UTC\.")
COORDINATE = re.compile(r"@?\w+\.\w+(?:\(\w+:\))?|@\w+\(\w+:\)")
NAME = re.compile(r"@?\w+")


def members(schema: GraphQLSchema) -> Iterator[tuple[str, str | None, str | None]]:
    """All that a schema has: coordinate, description, and why it is deprecated."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        yield name, type_.description, None
        if isinstance(type_, GraphQLEnumType):
            yield from (
                (f"{name}.{value}", one.description, one.deprecation_reason)
                for value, one in type_.values.items()
            )
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field, asked in type_.fields.items():
                yield f"{name}.{field}", asked.description, asked.deprecation_reason
                yield from (
                    (f"{name}.{field}({arg}:)", one.description, one.deprecation_reason)
                    for arg, one in asked.args.items()
                )
        if isinstance(type_, GraphQLInputObjectType):
            yield from (
                (f"{name}.{field}", given.description, given.deprecation_reason)
                for field, given in type_.fields.items()
            )
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description, None
            yield from (
                (f"@{directive.name}({arg}:)", one.description, one.deprecation_reason)
                for arg, one in directive.args.items()
            )


def undescribed(schema: GraphQLSchema) -> list[str]:
    """What does not say what it is."""
    return [coordinate for coordinate, description, _ in members(schema) if not description]


def unspecified(schema: GraphQLSchema) -> list[str]:
    """Scalars that do not say by what they are specified."""
    return [
        name
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLScalarType)
        and not is_specified_scalar_type(type_)
        and not type_.specified_by_url
    ]


def badly_deprecated(schema: GraphQLSchema) -> list[str]:
    """What is deprecated without a word about what to use instead, and until when it stays."""
    return [
        coordinate
        for coordinate, _, reason in members(schema)
        if reason is not None and not _is_dated(reason)
    ]


def _is_dated(reason: str) -> bool:
    found = REASON.fullmatch(reason)
    try:
        return found is not None and date.fromisoformat(found[1]) is not None
    except ValueError:
        return False


def unannounced(old: GraphQLSchema, new: GraphQLSchema, announced: str) -> list[str]:
    """Changes that break a client of the old schema and are not named in what was announced."""
    return [
        change.description for change in find_breaking_changes(old, new) if not _is_named(change, announced)
    ]


def _is_named(change: BreakingChange, announced: str) -> bool:
    # Of a member its coordinate is to be named; of a type or a directive, whichever word of the sentence is its name.
    words = COORDINATE.findall(change.description)[:1] or NAME.findall(change.description)
    return any(f"`{word}`" in announced for word in words)
