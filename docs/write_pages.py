"""Writes docs/errors.md and docs/reference.md from the code, by `make docs`; a test keeps them up to date."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
)

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from graph.errors import ErrorCode  # noqa: E402 - found by the line above
from graph.kinds import UserErrorCode, Word  # noqa: E402
from resolvers.schema import build, core  # noqa: E402

ROOTS: Final = ("Query", "Mutation", "Subscription")
GENERATED: Final = "<!-- Written by docs/write_pages.py from the code; `make docs` writes it anew. -->"

ERRORS: Final = f"""{GENERATED}
# Errors

What a caller can act on in a mutation is data: `userErrors` of the payload, with a `code`, a `message` that says what
to do, and the path into the input (`field`). Everything else is a GraphQL error, and each of those has

| in `extensions` | what |
| --- | --- |
| `code` | one of the list below, and never anything else |
| `retryable` | whether the same request may succeed in a moment |
| `coordinate` | what of the schema it is about, such as `Query.wiki` or `Wiki.mentees(first:)`, where that is known |
| `errorId` | of `INTERNAL`: the number under which the server's log has it, and nothing else of it is told |

Requests that are refused before GraphQL reads them say so in the same shape, with a status of HTTP. Programs should
take a code that they do not know for `INTERNAL`: later versions may add some.

## Codes of GraphQL errors

| code | retry | what it means |
| --- | --- | --- |
{{errors}}

## Codes of `userErrors`

| code | what it means |
| --- | --- |
{{user_errors}}
"""

REFERENCE: Final = f"""{GENERATED}
# Reference

Every type of the API, with all that can be asked of it. [schema.graphql](../schema.graphql) is the same for machines,
[errors.md](errors.md) has the codes, [limits.md](limits.md) the limits, [examples](examples) whole operations.

"""


def errors() -> str:
    """docs/errors.md."""
    return ERRORS.format(
        errors="\n".join(f"| `{one}` | {'yes' if one.retryable else ''} | {one.doc} |" for one in ErrorCode),
        user_errors="\n".join(f"| `{one}` | {one.doc} |" for one in words(UserErrorCode)),
    )


def words(kind: type[Word]) -> Iterator[Word]:
    yield from kind


def reference() -> str:
    """docs/reference.md."""
    return REFERENCE + "\n".join(_reference(core(build())))


def _reference(schema: GraphQLSchema) -> Iterator[str]:
    named = [
        type_
        for name, type_ in sorted(schema.type_map.items())
        if not name.startswith("__") and not is_specified_scalar_type(type_)
    ]
    yield "## Roots\n"
    for name in ROOTS:
        yield from _section(schema.type_map[name])
    groups = {
        "Objects": GraphQLObjectType,
        "Interfaces": GraphQLInterfaceType,
        "Inputs": GraphQLInputObjectType,
        "Enumerations": GraphQLEnumType,
        "Scalars": GraphQLScalarType,
    }
    for title, kind in groups.items():
        yield f"## {title}\n"
        for type_ in named:
            if isinstance(type_, kind) and type_.name not in ROOTS:
                yield from _section(type_)
    yield "## Directives\n"
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"### @{directive.name}\n\n{directive.description}\n"
            yield from (_member(f"`{name}:`", arg) for name, arg in directive.args.items())
            yield ""


def _section(type_: GraphQLNamedType) -> Iterator[str]:
    yield f"### {type_.name}\n"
    yield f"{type_.description}\n"
    if isinstance(type_, GraphQLScalarType) and type_.specified_by_url:
        yield f"Specified by <{type_.specified_by_url}>.\n"
    if isinstance(type_, GraphQLInputObjectType) and type_.is_one_of:
        yield "Give exactly one.\n"
    if isinstance(type_, GraphQLEnumType):
        yield from (f"- `{name}`: {value.description}" for name, value in type_.values.items())
        yield ""
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        if isinstance(type_, GraphQLObjectType) and type_.interfaces:
            yield f"Is a {', '.join(_link(one) for one in type_.interfaces)}.\n"
        for name, field in type_.fields.items():
            yield _member(f"`{name}`", field)
            yield from (f"  {_member(f'`{arg}:`', one)}" for arg, one in field.args.items())
        yield ""
    elif isinstance(type_, GraphQLInputObjectType):
        yield from (_member(f"`{name}`", one) for name, one in type_.fields.items())
        yield ""


def _member(name: str, one: GraphQLField | GraphQLArgument | GraphQLInputField) -> str:
    gone = f" **Deprecated:** {one.deprecation_reason}" if one.deprecation_reason else ""
    return f"- {name} {_typed(one)}: {' '.join((one.description or '').split())}{gone}"


def _typed(one: GraphQLField | GraphQLArgument | GraphQLInputField) -> str:
    named = get_named_type(one.type)
    return str(one.type).replace(named.name, _link(named)).replace("[[", "\\[[")


def _link(type_: GraphQLNamedType) -> str:
    return type_.name if is_specified_scalar_type(type_) else f"[{type_.name}](#{type_.name.lower()})"


PAGES: Final = {HERE / "errors.md": errors, HERE / "reference.md": reference}

if __name__ == "__main__":
    for page, write in PAGES.items():
        page.write_text(write(), encoding="utf-8")
