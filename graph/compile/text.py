"""JSON as SQL text: an object is a text expression over its row, put together with `||`.

NULL in a piece makes the whole NULL, which is GraphQL's own propagation; so every piece that is given here
is never NULL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLEnumType, GraphQLNamedType
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, cast, func, literal, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import sqltypes

from graph.compile.shape import kind
from graph.errors import ErrorCode

FAULT = "\x01"
"""The byte that marks a fault. No text in the answer can hold it: PostgreSQL escapes control characters in
JSON.
"""

DATETIME: ColumnElement[Any] = literal_column("""'"\\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\\""'""")
"""Exactly three digits and `Z`, as `@specifiedBy` of the scalar demands; NULL for the infinities, which are
no time.
"""


class Pieces(ColumnElement[Any]):
    """Texts one after the other; a `str` is written as it is, anything else is an expression of type text."""

    __visit_name__ = "text_pieces"
    inherit_cache = False
    type = Text()

    def __init__(self, pieces: Sequence[Any], *, sure: bool = False) -> None:
        self.pieces = flat(pieces)
        self.sure = sure
        """Whether no piece can be NULL."""


def flat(pieces: Sequence[Any]) -> list[Any]:
    """Without nesting, and with neighbouring literals made one."""
    found: list[Any] = []
    for piece in pieces:
        for part in piece.pieces if isinstance(piece, Pieces) else [piece]:
            if isinstance(part, str) and found and isinstance(found[-1], str):
                found[-1] += part
            else:
                found.append(part)
    return found


def obj(members: Mapping[str, Any]) -> Pieces:
    """An object; a member's name is a client's alias, which GraphQL lets hold nothing that JSON would
    escape.
    """
    pieces: list[Any] = []
    for number, (name, value) in enumerate(members.items()):
        pieces += ["," if number else "{", f'"{name}":', value]
    return Pieces([*pieces, "}"] if pieces else ["{}"])


def constant(value: Any) -> str:
    """A constant of a resolver's, as JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def leaf(type_: GraphQLNamedType, value: Any) -> Any:
    """A scalar or an enum as JSON text; NULL where the value is."""
    if not isinstance(value, ColumnElement):
        return constant(value)
    if isinstance(type_, GraphQLEnumType):
        return Pieces(['"', as_text(value), '"'])
    return SCALARS[type_.name](value)


def leaves(value: Any) -> Any:
    """A list of enums or strings, from an array or from JSON."""
    return cast(value, Text) if isinstance(value.type, JSONB) else cast(func.to_json(value), Text)


def as_text(value: Any) -> Any:
    """The value as text, without a cast where it is text already."""
    return value if isinstance(kind(value.type), sqltypes.String) else cast(value, Text)


def _quoted(value: Any) -> Pieces:
    """For types whose text holds nothing that JSON would escape."""
    return Pieces(['"', as_text(value), '"'])


def _moment(value: Any) -> Any:
    return func.to_char(value.op("AT TIME ZONE")(literal("UTC")), DATETIME)


SCALARS: dict[str, Any] = {
    "DateTime": _moment,
    "Int": lambda value: cast(value, Text),
    "Boolean": lambda value: cast(value, Text),
    "Float": lambda value: cast(value, Text),
    "BigInt": _quoted,
    "Duration": _quoted,
    "ID": _quoted,
    "String": lambda value: cast(func.to_json(as_text(value)), Text),
}


def base64(text: Any) -> Any:
    """Text in base64; PostgreSQL breaks it into lines of 76 characters."""
    return func.encode(func.convert_to(text, literal("UTF8")), literal("base64"), type_=Text())


def global_id(type_: str, wiki: Any, key: Any, at: Any = None) -> Any:
    """The id of a node, as `graph.compile.ids` reads it, never NULL; `at` is the moment that it carries."""
    pieces: list[Any] = [f"{type_}:", cast(wiki, Text), ":", cast(key, Text)]
    if at is None:
        # Too short for a line break.
        return Pieces([base64(Pieces(pieces))], sure=True)
    pieces += ["@", cast(cast(func.date_part(literal("epoch"), at) * 1000, BigInteger), Text)]
    return Pieces([func.replace(base64(Pieces(pieces)), func.chr(10), literal(""))], sure=True)


def array(of: Any) -> Pieces:
    """An array around what an aggregate has put together, empty where that is NULL."""
    return Pieces(["[", func.coalesce(of, literal("")), "]"])


def fault(code: ErrorCode, up: int) -> str:
    """What stands where nothing may: the code, and how many steps above the null goes."""
    return f'{FAULT}{{"!":["{code.value}",{up}]}}'


TEXTS = ARRAY(Text())
