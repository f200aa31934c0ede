"""Every member of every mutation's input, walked over the schema: by its path, with its type."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_input_field,
)

from reading import SCHEMA

assert SCHEMA.mutation_type is not None
MUTATIONS = {
    name: field.args["input"].type
    for name, field in SCHEMA.mutation_type.fields.items()
    if "input" in field.args
}


class Member(NamedTuple):
    """A member of an input: `path` leads to it, without the places in lists."""

    mutation: str
    path: tuple[str, ...]
    type: GraphQLInputType
    required: bool

    def __str__(self) -> str:
        return f"{self.mutation}: {self.name}"

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def leaf(self) -> str:
        """The name of its type, without lists and exclamation marks."""
        return get_named_type(self.type).name

    @property
    def is_list(self) -> bool:
        return is_list_type(get_nullable_type(self.type))

    @property
    def is_one_of_few(self) -> bool:
        """Of the values that its type has, each can be meant: only what is none of them is refused."""
        return self.leaf == "Boolean" or isinstance(get_named_type(self.type), GraphQLEnumType)

    @property
    def has_members(self) -> bool:
        return isinstance(get_named_type(self.type), GraphQLInputObjectType)


def members() -> list[Member]:
    """All of them."""
    return [
        member
        for mutation, type_ in MUTATIONS.items()
        for member in _below(mutation, (), get_named_type(type_))
    ]


def _below(mutation: str, path: tuple[str, ...], type_: Any) -> Iterator[Member]:
    for name, field in type_.fields.items():
        member = Member(mutation, (*path, name), field.type, is_required_input_field(field))
        yield member
        if member.has_members:
            yield from _below(mutation, member.path, get_named_type(field.type))


EXAMPLES = {
    "String": "x",
    "ID": "x",
    "Int": 1,
    "Boolean": True,
    "DateTime": "2024-01-01T00:00:00Z",
    "Duration": "P1D",
    "BigInt": "1",
}


def example(type_: GraphQLInputType, path: tuple[str, ...] = (), there: Any = ...) -> Any:
    """Some value of the type, in which `there` stands at the end of the path; `None` as a path's end: left out."""
    if isinstance(type_, GraphQLNonNull):
        return example(type_.of_type, path, there)
    if not path and there is not ...:
        return there
    if is_list_type(type_):
        return [example(type_.of_type, path, there)]
    if isinstance(type_, GraphQLInputObjectType):
        return _example_of_object(type_, path, there)
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    return EXAMPLES[get_named_type(type_).name]


LEFT_OUT = object()


def _example_of_object(type_: GraphQLInputObjectType, path: tuple[str, ...], there: Any) -> dict[str, Any]:
    first, rest = (path[0], path[1:]) if path else (None, ())
    if type_.is_one_of and first is None:
        first = next(iter(type_.fields))
    given = {}
    for name, field in type_.fields.items():
        if name == first and path and not rest and there is LEFT_OUT:
            continue
        if name == first and path:
            given[name] = example(field.type, rest, there)
        elif name == first or (is_required_input_field(field) and not type_.is_one_of):
            given[name] = example(field.type)
    return given
