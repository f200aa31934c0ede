"""Symbols: what the compiler sees of a variable or of a literal, made from its shape alone.

Choices are there as they are, and what is bound as a parameter; so no value can leak into a statement.
"""

from collections.abc import Callable, Mapping
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
from sqlalchemy import ARRAY, BigInteger, Integer, Text
from sqlalchemy.types import TypeEngine

from graph.compile.ids import Kind, Ref, decode
from graph.compile.shape import (
    MOMENT,
    NULL,
    OUT,
    SQL_TYPES,
    Id,
    Ids,
    OneOfs,
    Param,
    Path,
    Rows,
    Shape,
    Values,
    fitting,
    is_bound_whole,
    past,
    storable,
)


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
    if is_bound_whole(inner):
        return one_ofs(inner, ".".join(path), lambda values: cast("Rows", values[path]))
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


def id_symbol(kind: Kind, name: str, read: Callable[[Values], Ref]) -> Id:
    """An id, from wherever its ref is read."""
    wiki = Param(f"{name}|wiki", Integer(), lambda values: read(values).wiki)
    key = Param(f"{name}|key", BigInteger(), lambda values: read(values).key)
    at = Param(f"{name}|at", MOMENT, lambda values: past(read(values).at, values))
    return Id(kind.type, wiki, key, at if kind.then else None)


def one_ofs(type_: GraphQLInputObjectType, name: str, rows: Callable[[Values], Rows]) -> OneOfs:
    """A list of objects with one member each, from wherever it is read."""

    def column(member: str) -> Param:
        kind = cast("GraphQLScalarType", type_.fields[member].type)
        return Param(
            f"{name}|{member}",
            ARRAY(SQL_TYPES[kind.name]),
            lambda values: [row.get(member) for row in rows(values)],
        )

    return OneOfs(name, {member: column(member) for member in type_.fields}, rows)


def _param(path: Path, type_: TypeEngine[Any]) -> Param:
    return Param(".".join(path), type_, lambda values: values[path])


def lift(type_: GraphQLInputType, value: Any, name: str) -> Any:
    """An argument as resolvers get it: what the document itself says is bound too, by a name of its own."""
    if isinstance(type_, GraphQLNonNull):
        return lift(type_.of_type, value, name)
    if fitting(value) is None or isinstance(value, Param | Id | Ids | OneOfs):
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
    if is_bound_whole(inner):
        for part in value:
            fitting(next(iter(part.values())))
        return one_ofs(inner, name, lambda values: [_read_one(row, values) for row in value])
    if isinstance(inner, GraphQLInputObjectType | GraphQLList):
        return [lift(item, part, f"{name}.{n}") for n, part in enumerate(value)]
    if isinstance(inner, GraphQLEnumType):
        words = [str(word) for word in value]
        return value if len(words) == 1 else Param(name, ARRAY(Text()), lambda _: words)
    kind = inner.name
    if kind == "ID":
        return _lift_ids(value, name)
    value = [fitting(part) for part in value]
    if any(isinstance(part, Param) for part in value):
        parts = [part.read if isinstance(part, Param) else _always(part) for part in value]
        return Param(name, ARRAY(SQL_TYPES[kind]), lambda values: [read(values) for read in parts])
    return Param(name, ARRAY(SQL_TYPES[kind]), lambda _: value)


def _read_one(row: Mapping[str, Any], values: Values) -> Mapping[str, Any]:
    """An object of a list in the document, in which members may be variables."""
    [(member, given)] = row.items()
    if isinstance(given, Param):
        return {member: given.read(values)}
    return {member: storable(given) if isinstance(given, str) else given}


def _lift_ids(value: list[Any], name: str) -> Ids:
    """A list in the document, in which some may be variables."""
    kinds: set[Kind] = set()
    reads: list[Callable[[Values], Ref | None]] = []
    for part in value:
        if isinstance(part, Id):
            kinds.add(Kind(part.type, part.at is not None))
            reads.append(_ref_of(part))
        elif part is None:
            reads.append(_always(None))
        else:
            ref = decode(part)
            kinds.add(ref.kind)
            reads.append(_always(ref))
    return Ids(name, frozenset(kinds), lambda values: [read(values) for read in reads])


def _ref_of(part: Id) -> Callable[[Values], Ref]:
    at = part.at
    return lambda values: Ref(
        part.type, part.wiki.read(values), part.key.read(values), None if at is None else at.read(values)
    )


def _always(value: Any) -> Callable[[Values], Any]:
    return lambda _: value


def _lift_scalar(kind: str, value: Any, name: str) -> Any:
    if kind == "Boolean":
        return value
    if kind == "ID":
        ref = decode(value)
        return id_symbol(ref.kind, name, lambda _: ref)
    if kind == "Int":
        # Sizes of pages: the planner should see them.
        return value
    if kind == "String":
        value = storable(value)
    return Param(name, SQL_TYPES[kind], lambda _: value)
