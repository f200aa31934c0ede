'''Strawberry's side of the engine: how types, answers, connections and filters are declared.

    @node("A tie between one mentor and one mentee in one role, from its start to its end.")
    class Relationship(Row[models.Relationship], Node):
        version: int = column("Grows with every change.")            # the column of that name

        @answer
        def mentor(self) -> Mentor:
            """Whose mentee it is."""                                # the description in the schema
            return self.by_key(self.row.mentor_id)

        @connection
        def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
            """Newest first."""
            return self.page(lambda event: …, [By("id", …, descending=True)])

A mutation's payload is an ordinary Strawberry type; a field of it whose type is a node holds a `ref`:

    RelationshipPayload(relationship=ref("Relationship", wiki, key))
'''

import inspect
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
)
from strawberry.types.field import StrawberryField

from graph.compile.ids import Ref
from graph.compile.rows import By, Page, Paging, Row
from graph.compile.text import global_id
from resolvers import enums  # noqa: F401 - makes the enumerations known before a type names one

__all__ = [
    "By", "Connection", "Edge", "Filter", "Node", "PageInfo",
    "answer", "attach", "column", "connection", "is_given", "link", "node", "ref", "where",
]  # fmt: skip

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)

MEMBERS = {
    "id": "By its global id.",
    "name": "By its name.",
    "userId": "By its id on the wiki.",
    "preset": "One that is known by name.",
    "policy": "One of the wiki's own making.",
}
"""Of inputs of which just one is given: the ways in which it can be."""

ARGUMENTS = {
    "id": "The global id.",
    "ids": "Global ids, of any types.",
    "dbName": "The wiki's database name, such as `enwiki`.",
    "asOf": "A moment that was; left out: now.",
    "by": "Which account: by one of the two.",
    "where": "Which ones; all where it is left out.",
    "orderBy": "In what order.",
    "role": "In which role.",
    "input": "What is to be done.",
    "first": "How many from the beginning, 1 to 100.",
    "after": "Only what comes after this cursor.",
    "last": "How many from the end, 1 to 100.",
    "before": "Only what comes before this cursor.",
    "from": "From this moment on.",
    "to": "Before this moment.",
    "wiki": "The wiki's database name, such as `enwiki`.",
    "mentor": "Of that mentor alone.",
    "mentee": "Of that mentee alone.",
    "kind": "Of those kinds alone.",
}


def ref(type_: str, wiki: int, key: int | None) -> Any:
    """An object of a payload, by address: the compiler reads it when the payload is answered."""
    return None if key is None else Ref(type_, wiki, key)


def node(description: str, *, name: str | None = None) -> Callable[[C], C]:
    """A type over rows. Its class is never instantiated with values: it says where they are."""

    def declare(cls: C) -> C:
        declared = strawberry.type(cls, name=name, description=description)
        declared.__init__ = _no_values  # type: ignore[misc]  # dataclasses would ask for what the database has
        return declared

    return declare


def _no_values(*_: Any, **__: Any) -> None:
    raise TypeError("a row says where values are, it holds none; give a `ref` instead")


def column(description: str, *, of: str | None = None, name: str | None = None) -> Any:
    """A field that is a column of the row: the one of its own name, or `of`."""
    return strawberry.field(description=description, name=name, metadata={"column": of})


def answer(method: F) -> F:
    """A field that its method answers, with an address or an expression; its docstring is its description."""
    return cast("F", _field(method))


def _field(method: Callable[..., Any], name: str | None = None) -> StrawberryField:
    # A default of None would stand in the schema as `= null`.
    method.__defaults__ = tuple(
        strawberry.UNSET if value is None else value for value in method.__defaults__ or ()
    )
    public = name or (method.__name__.rstrip("_") if method.__name__.endswith("_") else None)
    return cast(
        "StrawberryField",
        strawberry.field(resolver=method, name=public, description=" ".join((method.__doc__ or "").split())),
    )


def connection(method: F) -> F:
    """A field that is a page: the four paging arguments are added, and read by the compiler."""
    signature = inspect.signature(method)
    paging = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=strawberry.UNSET, annotation=kind)
        for name, kind in (
            ("first", "int | None"),
            ("after", "str | None"),
            ("last", "int | None"),
            ("before", "str | None"),
        )
    ]

    def paged(self: Any, *, first: Any, after: Any, last: Any, before: Any, **arguments: Any) -> Any:
        page: Page = method(self, **arguments)
        asked = Paging(*(None if one is strawberry.UNSET else one for one in (first, after, last, before)))
        return Page(page.on, page.scope, page.orders, page.edge, asked)

    own = [
        one.replace(default=strawberry.UNSET) if one.default is None else one
        for one in signature.parameters.values()
    ]
    paged.__name__, paged.__doc__, paged.__module__ = method.__name__, method.__doc__, method.__module__
    paged.__signature__ = signature.replace(parameters=[*own, *paging])  # type: ignore[attr-defined]  # read by inspect
    paged.__annotations__ = {**method.__annotations__, **{one.name: one.annotation for one in paging}}
    return cast("F", _field(paged))


@strawberry.interface(description="An object with a global id.")
class Node:
    """What `node` finds."""

    @answer
    def id(self) -> strawberry.ID:
        """The global id: opaque, and the same for ever. Below `asOf` it carries the moment."""
        return cast("strawberry.ID", _global_id(self))


def _global_id(row: Any) -> Any:
    at = row.moment if row.within.then else None
    return global_id(type(row).__strawberry_definition__.name, row.within.wiki, row.key, at)


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """The four facts of a page."""

    has_next_page: bool = strawberry.field(description="Whether more follows.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before.")
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first; null where the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last; null where the page is empty."
    )


@strawberry.type(description="One of a page.")
class Edge(Generic[T]):
    """A row of a page and its cursor."""

    cursor: str = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: T = strawberry.field(description="The object itself.")


@strawberry.type(
    description=(
        "Every connection takes `first` or `last`, not both, 1 to 100; neither: the first 20. "
        "`totalCount` is worked out "
        "only where it is asked for."
    )
)
class Connection(Generic[T]):
    """A page of a list."""

    edges: list[Edge[T]] = strawberry.field(description="The page, each with its cursor.")
    nodes: list[T] = strawberry.field(description="The page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(description="How many the whole list has.")


def where(description: str, condition: Callable[[Any, Any], bool]) -> Any:
    """A member of a filter: which rows it lets through. Left out or null, it lets all through."""
    return strawberry.field(
        description=description, default=strawberry.UNSET, metadata={"condition": condition}
    )


def is_given(value: Any) -> bool:
    """Whether a member was given a value; it may be a parameter, which has no truth of its own."""
    return value is not None and value is not strawberry.UNSET


class Filter:
    """An input whose members each say which rows they let through."""

    def conditions(self, row: Any) -> Iterator[bool]:
        """What must hold of a row."""
        for one in type(self).__strawberry_definition__.fields:  # type: ignore[attr-defined]  # set by Strawberry
            value = getattr(self, one.python_name)
            if is_given(value):
                yield one.metadata["condition"](row, value)


def link(modules: Sequence[ModuleType], classes: Sequence[type]) -> None:
    """Let each module know the types that it names but can't import: types name each other in circles."""
    for module in modules:
        for cls in classes:
            module.__dict__.setdefault(cls.__name__, cls)


def attach(schema: GraphQLSchema) -> None:
    """Tell the compiler, through the schema, which types are rows and how each field is answered."""
    for type_ in schema.type_map.values():
        _describe_arguments(type_)
        if isinstance(type_, GraphQLObjectType):
            cls = _class_of(type_)
            if cls is not None and issubclass(cls, Row):
                type_.extensions["row"] = cls
                type_.is_type_of = None
                for field in type_.fields.values():
                    field.extensions["answer"] = _answer_of(field)
        elif isinstance(type_, GraphQLInputObjectType):
            # Strawberry checks this while it executes; said here, graphql-core does while it validates.
            type_.is_one_of = type_.extensions["strawberry-definition"].is_one_of
        elif isinstance(type_, GraphQLInterfaceType) and _holds_rows(type_):
            type_.resolve_type = lambda value, *_: value.type


def _describe_arguments(type_: GraphQLNamedType) -> None:
    """What an argument means hangs on its name alone, and is said once."""
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__"):
        for field in type_.fields.values():
            for name, argument in field.args.items():
                argument.description = argument.description or ARGUMENTS.get(name)
    elif isinstance(type_, GraphQLInputObjectType):
        for name, member in type_.fields.items():
            member.description = member.description or MEMBERS.get(name)


def _holds_rows(type_: GraphQLInterfaceType) -> bool:
    return issubclass(_class_of(type_) or object, Node)


def _class_of(type_: GraphQLObjectType | GraphQLInterfaceType) -> type | None:
    definition = type_.extensions.get("strawberry-definition")
    return getattr(definition, "origin", None)


def _answer_of(field: GraphQLField) -> Callable[[Row[Any], dict[str, Any]], Any]:
    declared: StrawberryField = field.extensions["strawberry-definition"]
    if declared.base_resolver is None:
        name = declared.metadata.get("column") or declared.python_name
        return lambda row, _: getattr(row.row, name)
    method = cast("Callable[..., Any]", declared.base_resolver.wrapped_func)
    arguments = []
    for name, argument in field.args.items():
        python_name = argument.extensions["strawberry-definition"].python_name
        arguments.append((name, python_name, argument.type))

    def ask(row: Row[Any], given: dict[str, Any]) -> Any:
        return method(
            row, **{own: _input(type_, given.get(name, strawberry.UNSET)) for name, own, type_ in arguments}
        )

    return ask


def _input(type_: GraphQLInputType, value: Any) -> Any:
    """Input objects as their classes, all else as it is."""
    type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(type_, GraphQLList) and isinstance(value, list):
        return [_input(type_.of_type, one) for one in value]
    if not isinstance(type_, GraphQLInputObjectType) or not isinstance(value, dict):
        return value
    cls = type_.extensions["strawberry-definition"].origin
    made = cls.__new__(cls)
    for name, member in type_.fields.items():
        own = member.extensions["strawberry-definition"].python_name
        setattr(made, own, _input(member.type, value.get(name, strawberry.UNSET)))
    return made
