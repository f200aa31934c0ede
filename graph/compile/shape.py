"""Variables: what of them chooses a plan (their shape), and what is bound to it (their values).

By type alone: enums, booleans, the type of an id, null and left out choose; all else is bound. What the
compiler sees of a variable is made from the shape, so no value can leak into a statement.
"""

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias, TypeGuard, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    Undefined,
)
from sqlalchemy import BigInteger, BindParameter, Boolean, Integer, Text
from sqlalchemy.dialects.postgresql import INTERVAL, TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from graph.compile.ids import Kind, Ref, decode
from graph.errors import ErrorCode, RequestRefused, Unfit

Values = dict[Any, Any]
"""What is bound: variables' values by path, and what the request brings by name (`now`, `caller`,
`directory`).
"""
Shape = Any
"""Nested tuples, hashable: the key of a plan."""
Path = tuple[str, ...]
Rows: TypeAlias = list[Mapping[str, Any]]

# Columns are rounded to the millisecond, and what is bound to compare with them is already.
MOMENT = TIMESTAMP(timezone=True)
SQL_TYPES: dict[str, TypeEngine[Any]] = {
    "String": Text(),
    "Int": Integer(),
    "BigInt": BigInteger(),
    "Boolean": Boolean(),
    "DateTime": MOMENT,
    "Duration": INTERVAL(),
}

OUT = "out"
NULL = "null"
INT_RANGE = range(-(2**31), 2**31)


class Unreadable(Exception):
    """A variable isn't of its type. The slow path says so in graphql-core's words."""


ABOUT: Final[ContextVar[str | None]] = ContextVar("ABOUT", default=None)
"""The schema coordinate of the field that is being compiled."""


class Param(BindParameter[Any]):
    """A value that the request brings, known by its name; `read` finds it when a statement is run.

    `about` is the coordinate of the field for which it was made, where it was made for one.
    """

    inherit_cache = True

    def __init__(self, name: str, type_: TypeEngine[Any], read: Callable[[Values], Any]) -> None:
        super().__init__(name, None, type_=type_)
        self.read = read
        self.about = ABOUT.get()

    def derive(self, name: str, type_: TypeEngine[Any], change: Callable[[Any, Values], Any]) -> "Param":
        """Another parameter, made from this one's value; it may refuse the request."""
        read = self.read
        return Param(f"{self.key}|{name}", type_, lambda values: change(read(values), values))


def kind(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """A column's type without what SQLModel has wrapped around it."""
    return kind(type_.impl_instance) if isinstance(type_, TypeDecorator) else type_


def given(name: str, type_: TypeEngine[Any]) -> Param:
    """What the request itself brings, by its name in the values."""
    return Param(name, type_, lambda values: values[name])


NOW = given("now", MOMENT)
WIKI = given("wiki", Integer())
KEY = given("key", BigInteger())


class May(NamedTuple):
    """The caller's rights as parameters, named as in `graph.caller.Rights`."""

    sees_hidden: Param
    sees_opt_outs: Param
    administers: Param
    account: Param


def _may(where: str, wiki_of: Callable[[Values], int | None]) -> May:
    def right(name: str, type_: TypeEngine[Any]) -> Param:
        return Param(
            f"{name}{where}",
            type_,
            lambda values: getattr(values["caller"].rights(wiki_of(values)), name),
        )

    return May(
        right("sees_hidden", Boolean()),
        right("sees_opt_outs", Boolean()),
        right("administers", Boolean()),
        right("account", BigInteger()),
    )


HERE = _may("", lambda values: cast("int | None", values["wiki"]))
"""On the wiki that the statement is run for."""
EVERYWHERE = _may("|everywhere", lambda _: None)
"""On every wiki: all that holds of rows that may be of any."""


@dataclass(frozen=True)
class Id:
    """A global id as the compiler sees it: its type chooses, its wiki, its key and its moment are bound."""

    type: str
    wiki: Param
    key: Param
    at: Param | None = None
    """None where the id is of now."""


@dataclass(frozen=True)
class Ids:
    """A list of global ids: the set of their kinds chooses. `read` finds the refs."""

    name: str
    kinds: frozenset[Kind]
    read: Callable[[Values], list[Ref | None]]

    @property
    def types(self) -> frozenset[str]:
        """Of now and of moments alike."""
        return frozenset(kind.type for kind in self.kinds)


@dataclass(frozen=True)
class OneOfs:
    """A list of objects of which each has one member, a scalar: bound whole, an array for each member.

    So a hundred of them are one plan, and not one for each way of mixing them. `rows` are what they say.
    """

    name: str
    columns: Mapping[str, Param]
    rows: Callable[[Values], list[Mapping[str, Any]]]


def refusing(params: Iterable[Param], values: Values) -> str | None:
    """What of the schema the first of these is about that has no value, but refuses the request."""
    for param in params:
        try:
            param.read(values)
        except RequestRefused as error:
            return error.coordinate or param.about
    return None


def past(moment: datetime | None, values: Values) -> datetime | None:
    """A moment that was: what lies ahead is a forecast, which no state, count or list tells."""
    if moment is not None and moment > values["now"]:
        raise RequestRefused(
            ErrorCode.IN_THE_FUTURE,
            "`asOf` lies in the future, of which nothing has happened yet. Leave it out for what is known now; "
            "`stateUntil`, `nextState` and `spans` tell what will follow by itself.",
        )
    return moment


def shape_of(type_: GraphQLInputType, value: Any, path: Path, values: Values) -> Shape:
    """Check the value of a variable (or of a member of one), keep what is bound, and say what chooses."""
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
        if value is None or value is Undefined:
            raise Unreadable
    elif value is Undefined:
        return OUT
    elif value is None:
        return NULL
    if isinstance(type_, GraphQLScalarType):
        return _scalar_shape(type_, value, path, values)
    if isinstance(type_, GraphQLInputObjectType):
        return _object_shape(type_, value, path, values)
    if isinstance(type_, GraphQLList):
        return _list_shape(type_.of_type, value if isinstance(value, list) else [value], path, values)
    return _enum(type_, value)


def _object_shape(type_: GraphQLInputObjectType, value: Any, path: Path, values: Values) -> Shape:
    if not isinstance(value, dict) or any(name not in type_.fields for name in value):
        raise Unreadable
    if type_.is_one_of and (len(value) != 1 or None in value.values()):
        raise Unreadable
    shapes = []
    # A member with a default is read as if the client had sent it; the inputs of reads have none.
    for name, member in type_.fields.items():
        try:
            shapes.append(shape_of(member.type, value.get(name, Undefined), (*path, name), values))
        except RequestRefused as error:
            raise error.at(f"{type_.name}.{name}") from None
    return tuple(shapes)


def _list_shape(item: GraphQLInputType, value: list[Any], path: Path, values: Values) -> Shape:
    nullable = not isinstance(item, GraphQLNonNull)
    inner = item.of_type if isinstance(item, GraphQLNonNull) else item
    if None in value and not nullable:
        raise Unreadable
    if is_bound_whole(inner):
        values[path] = [_one_of(inner, one) for one in value]
        return "there"
    if isinstance(inner, GraphQLInputObjectType | GraphQLList):
        return tuple(shape_of(item, one, (*path, str(n)), values) for n, one in enumerate(value))
    if isinstance(inner, GraphQLEnumType):
        words = [None if one is None else _enum(inner, one) for one in value]
        values[path] = words
        return ("one", words[0]) if len(words) == 1 else ("several",)
    scalar = inner
    if scalar.name == "ID":
        refs = [None if one is None else decode(_id_text(one)) for one in value]
        values[path] = refs
        return frozenset(ref.kind for ref in refs if ref)
    values[path] = [None if one is None else _parse(scalar, one) for one in value]
    return "there"


def is_bound_whole(type_: GraphQLInputType) -> TypeGuard[GraphQLInputObjectType]:
    """Whether a list of these is bound as arrays: objects with one member each, of which none chooses a plan."""
    return (
        isinstance(type_, GraphQLInputObjectType)
        and bool(type_.is_one_of)
        and all(
            isinstance(member.type, GraphQLScalarType) and member.type.name not in ("Boolean", "ID")
            for member in type_.fields.values()
        )
    )


def _one_of(type_: GraphQLInputObjectType, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:
        raise Unreadable
    [(name, given)] = value.items()
    if name not in type_.fields or given is None:
        raise Unreadable
    try:
        return {name: _parse(cast("GraphQLScalarType", type_.fields[name].type), given)}
    except RequestRefused as error:
        raise error.at(f"{type_.name}.{name}") from None


def _scalar_shape(type_: GraphQLScalarType, value: Any, path: Path, values: Values) -> Shape:
    if type_.name == "Boolean":
        if not isinstance(value, bool):
            raise Unreadable
        return value
    if type_.name == "ID":
        ref = decode(_id_text(value))
        values[path] = ref
        return ref.kind
    values[path] = _parse(type_, value)
    return "there"


def _id_text(value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise Unreadable


def _enum(type_: GraphQLEnumType, value: Any) -> str:
    if not isinstance(value, str) or value not in type_.values:
        raise Unreadable
    return value


def _parse(type_: GraphQLScalarType, value: Any) -> Any:
    """The value of a scalar; the two commonest types are checked here, graphql-core being slow."""
    if type_.name == "String" and isinstance(value, str):
        return storable(value)
    if type_.name == "Int" and type(value) is int and value in INT_RANGE:
        return value
    try:
        return fitting(type_.parse_value(value))
    except RequestRefused:
        raise
    except Exception as error:
        raise Unreadable from error


def fitting(value: Any) -> Any:
    """The value of a scalar, if it is one: a read can't go on without it."""
    if isinstance(value, Unfit):
        raise RequestRefused(ErrorCode.BAD_VALUE, value.message)
    return value


def storable(text: str) -> str:
    """The text as PostgreSQL can compare it: it holds no U+0000 and no half of a pair, so nothing equals one
    that does.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
