"""Variables: what of them chooses a plan (their shape), and what is bound to it (their values).

By type alone: enums, booleans, the type of an id, null and left out choose; all else is bound. What the
compiler sees of a variable is made from the shape, so no value can leak into a statement.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    Undefined,
)
from sqlalchemy import ARRAY, BigInteger, BindParameter, Boolean, Integer, Text
from sqlalchemy.dialects.postgresql import INTERVAL, TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from graph.compile.ids import Ref, decode

Values = dict[Any, Any]
"""What is bound: variables' values by path, and what the request brings by name (`now`, rights,
`directory`).
"""
Shape = Any
"""Nested tuples, hashable: the key of a plan."""
Path = tuple[str, ...]

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


class Param(BindParameter[Any]):
    """A value that the request brings, known by its name; `read` finds it when a statement is run."""

    inherit_cache = True

    def __init__(self, name: str, type_: TypeEngine[Any], read: Callable[[Values], Any]) -> None:
        super().__init__(name, None, type_=type_)
        self.read = read

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
SEES_HIDDEN = given("sees_hidden", Boolean())
SEES_OPT_OUTS = given("sees_opt_outs", Boolean())
WIKI = given("wiki", Integer())
KEY = given("key", BigInteger())


@dataclass(frozen=True)
class Id:
    """A global id as the compiler sees it: its type chooses, its wiki and key are bound."""

    type: str
    wiki: Param
    key: Param


@dataclass(frozen=True)
class Ids:
    """A list of global ids: the set of their types chooses. `read` finds the refs."""

    name: str
    types: frozenset[str]
    read: Callable[[Values], list[Ref | None]]


def shape_of(type_: GraphQLInputType, value: Any, path: Path, values: Values) -> Shape:
    """Check the value of a variable (or of a member of one), keep what is bound, and say what chooses."""
    if isinstance(type_, GraphQLNonNull):
        if value is None or value is Undefined:
            raise Unreadable
        return shape_of(type_.of_type, value, path, values)
    if value is Undefined:
        return OUT
    if value is None:
        return NULL
    if isinstance(type_, GraphQLInputObjectType):
        return _object_shape(type_, value, path, values)
    if isinstance(type_, GraphQLList):
        return _list_shape(type_.of_type, value if isinstance(value, list) else [value], path, values)
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_, value)
    return _scalar_shape(type_, value, path, values)


def _object_shape(type_: GraphQLInputObjectType, value: Any, path: Path, values: Values) -> Shape:
    if not isinstance(value, dict) or any(name not in type_.fields for name in value):
        raise Unreadable
    if type_.is_one_of and (len(value) != 1 or None in value.values()):
        raise Unreadable
    return tuple(
        # A member with a default is read as if the client had sent it; the inputs of reads have none.
        shape_of(member.type, value.get(name, Undefined), (*path, name), values)
        for name, member in type_.fields.items()
    )


def _list_shape(item: GraphQLInputType, value: list[Any], path: Path, values: Values) -> Shape:
    nullable = not isinstance(item, GraphQLNonNull)
    inner = item.of_type if isinstance(item, GraphQLNonNull) else item
    if None in value and not nullable:
        raise Unreadable
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
        return frozenset(ref.type for ref in refs if ref)
    values[path] = [None if one is None else _parse(scalar, one) for one in value]
    return "there"


def _scalar_shape(type_: GraphQLScalarType, value: Any, path: Path, values: Values) -> Shape:
    if type_.name == "Boolean":
        if not isinstance(value, bool):
            raise Unreadable
        return value
    if type_.name == "ID":
        ref = decode(_id_text(value))
        values[path] = ref
        return ref.type
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
        return type_.parse_value(value)
    except Exception as error:
        raise Unreadable from error


def storable(text: str) -> str:
    """The text as PostgreSQL can compare it: it holds no U+0000 and no half of a pair, so nothing equals one
    that does.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def symbol(type_: GraphQLInputType, shape: Shape, path: Path) -> Any:
    """What the compiler sees of a variable: choices as they are, what is bound as a parameter."""
    if isinstance(type_, GraphQLNonNull):
        return symbol(type_.of_type, shape, path)
    if shape == OUT:
        return Undefined
    if shape == NULL:
        return None
    if isinstance(type_, GraphQLInputObjectType):
        members = zip(type_.fields.items(), shape, strict=True)
        found = {name: symbol(field.type, part, (*path, name)) for (name, field), part in members}
        return {name: value for name, value in found.items() if value is not Undefined}
    if isinstance(type_, GraphQLList):
        return _list_symbol(type_.of_type, shape, path)
    if isinstance(type_, GraphQLEnumType):
        return type_.parse_value(shape)
    return _scalar_symbol(type_.name, shape, path)


def _list_symbol(item: GraphQLInputType, shape: Shape, path: Path) -> Any:
    inner = item.of_type if isinstance(item, GraphQLNonNull) else item
    if isinstance(inner, GraphQLInputObjectType | GraphQLList):
        return [symbol(item, part, (*path, str(n))) for n, part in enumerate(shape)]
    if isinstance(inner, GraphQLEnumType):
        return [inner.parse_value(shape[1])] if shape[0] == "one" else _param(path, ARRAY(Text()))
    name = inner.name
    if name == "ID":
        return Ids(".".join(path), shape, lambda values: cast("list[Ref | None]", values[path]))
    return _param(path, ARRAY(SQL_TYPES[name]))


def _scalar_symbol(name: str, shape: Shape, path: Path) -> Any:
    if name == "Boolean":
        return shape
    if name == "ID":
        return id_symbol(shape, ".".join(path), lambda values: cast("Ref", values[path]))
    return _param(path, SQL_TYPES[name])


def id_symbol(type_: str, name: str, read: Callable[[Values], Ref]) -> Id:
    """An id, from wherever its ref is read."""
    wiki = Param(f"{name}|wiki", Integer(), lambda values: read(values).wiki)
    return Id(type_, wiki, Param(f"{name}|key", BigInteger(), lambda values: read(values).key))


def _param(path: Path, type_: TypeEngine[Any]) -> Param:
    return Param(".".join(path), type_, lambda values: values[path])


def lift(type_: GraphQLInputType, value: Any, name: str) -> Any:
    """An argument as resolvers get it: what the document itself says is bound too, by a name of its own."""
    if isinstance(type_, GraphQLNonNull):
        return lift(type_.of_type, value, name)
    if value is None or isinstance(value, Param | Id | Ids):
        return value
    if isinstance(type_, GraphQLInputObjectType):
        members: Mapping[str, Any] = value
        return {key: lift(type_.fields[key].type, part, f"{name}.{key}") for key, part in members.items()}
    if isinstance(type_, GraphQLList):
        return _lift_list(type_.of_type, value, name)
    if isinstance(type_, GraphQLEnumType):
        return value
    return _lift_scalar(type_.name, value, name)


def _lift_list(item: GraphQLInputType, value: list[Any], name: str) -> Any:
    inner = item.of_type if isinstance(item, GraphQLNonNull) else item
    if isinstance(inner, GraphQLInputObjectType | GraphQLList):
        return [lift(item, part, f"{name}.{n}") for n, part in enumerate(value)]
    if isinstance(inner, GraphQLEnumType):
        words = [str(word) for word in value]
        return value if len(words) == 1 else Param(name, ARRAY(Text()), lambda _: words)
    kind = inner.name
    if kind == "ID":
        return _lift_ids(value, name)
    if any(isinstance(part, Param) for part in value):
        parts = [part.read if isinstance(part, Param) else _always(part) for part in value]
        return Param(name, ARRAY(SQL_TYPES[kind]), lambda values: [read(values) for read in parts])
    return Param(name, ARRAY(SQL_TYPES[kind]), lambda _: value)


def _lift_ids(value: list[Any], name: str) -> Ids:
    """A list in the document, in which some may be variables."""
    types: set[str] = set()
    reads: list[Callable[[Values], Ref | None]] = []
    for part in value:
        if isinstance(part, Id):
            types.add(part.type)
            reads.append(_ref_of(part))
        elif part is None:
            reads.append(_always(None))
        else:
            ref = decode(part)
            types.add(ref.type)
            reads.append(_always(ref))
    return Ids(name, frozenset(types), lambda values: [read(values) for read in reads])


def _ref_of(part: Id) -> Callable[[Values], Ref]:
    return lambda values: Ref(part.type, part.wiki.read(values), part.key.read(values))


def _always(value: Any) -> Callable[[Values], Any]:
    return lambda _: value


def _lift_scalar(kind: str, value: Any, name: str) -> Any:
    if kind == "Boolean":
        return value
    if kind == "ID":
        ref = decode(value)
        return id_symbol(ref.type, name, lambda _: ref)
    if kind == "Int":
        # Sizes of pages: the planner should see them.
        return value
    if kind == "String":
        value = storable(value)
    return Param(name, SQL_TYPES[kind], lambda _: value)
