"""Connections: orders, cursors, cuts, and the one derived table that a page is.

Keys are never NULL, and all keys of an order go in one direction, so it cuts by one row comparison that an index
answers both ways.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zlib import crc32

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    cast,
    func,
    literal,
    tuple_,
)
from sqlalchemy.sql import sqltypes
from sqlalchemy.types import TypeEngine

from graph.compile.rows import By, Paging, Select, Union
from graph.compile.shape import Param, Values, kind
from graph.compile.text import Pieces, base64
from graph.errors import ErrorCode, RequestRefused

USUAL = 20
"""Rows of a page of which nobody said how many."""
MOST = 100
VERSION = "1"
LONGEST_CURSOR = 2048


class Picked(ColumnElement[Any]):
    """A column of a derived table."""

    __visit_name__ = "picked"
    inherit_cache = False

    def __init__(self, table: str, name: str, type_: TypeEngine[Any]) -> None:
        self.table = table
        self.name = name
        self.type = type_


class Derived(ColumnElement[Any]):
    """A derived table, to stand in a FROM."""

    __visit_name__ = "derived"
    inherit_cache = False

    def __init__(self, select: Select | Union, name: str, *, lateral: bool = False) -> None:
        self.select = select
        self.name = name
        self.lateral = lateral


class Gathered(ColumnElement[Any]):
    """An aggregate that says its own order: where rows come from several machines nothing else keeps one."""

    __visit_name__ = "gathered"
    inherit_cache = False

    def __init__(self, name: str, values: Sequence[Any], order: Sequence[Any], only: Any, type_: Any) -> None:
        self.name = name
        self.values = values
        self.order = order
        self.only = only
        self.type = type_


class Numbered(ColumnElement[Any]):
    """The number of a row in an order, from 1."""

    __visit_name__ = "numbered"
    inherit_cache = False
    type = Integer()

    def __init__(self, order: Sequence[Any]) -> None:
        self.order = order


class Key(NamedTuple):
    """One key of a page's order over a row."""

    value: Any
    descending: bool


def keys_of(orders: Sequence[By], row: Any) -> list[Key]:
    """What a page of these rows is sorted by."""
    return [Key(by.key(row), by.descending) for by in orders]


def order_hash(node: str, orders: Sequence[By]) -> str:
    """What tells one order's cursors from another's; the first word of each."""
    words = " ".join(f"{by.name} {'desc' if by.descending else 'asc'}" for by in orders)
    return f"{VERSION}{crc32(f'{node} {words}'.encode()):08x}"


def cursor(hash_: str, keys: Sequence[Any]) -> Any:
    """The cursor of a row, NULL where a key is: base64 of the order's hash and the keys."""
    pieces: list[Any] = [f'["{hash_}"']
    for key in keys:
        pieces += [",", _written(key)]
    return func.replace(base64(Pieces([*pieces, "]"])), func.chr(10), literal(""))


def _written(key: Any) -> Any:
    if isinstance(key.type, sqltypes.DateTime):
        # The infinities have a text of their own, and UTC without an offset does not hang on the
        # connection's settings.
        return Pieces(['"', cast(key.op("AT TIME ZONE")(literal("UTC")), Text), '"'])
    if isinstance(kind(key.type), sqltypes.String):
        return cast(func.to_json(key), Text)
    return cast(key, Text)


def read_cursor(text: str, hash_: str, types: Sequence[TypeEngine[Any]]) -> list[Any]:
    """The keys in a cursor; one of another order, or no cursor at all, refuses the request."""
    try:
        words = (
            orjson.loads(b64decode(text.encode("ascii"), validate=True))
            if len(text) <= LONGEST_CURSOR
            else []
        )
        if words[0] != hash_ or len(words) != len(types) + 1:
            raise _refused()
        return [_read(word, type_) for word, type_ in zip(words[1:], types, strict=True)]
    except (ValueError, TypeError, LookupError):
        raise _refused() from None


def _refused() -> RequestRefused:
    return RequestRefused(
        ErrorCode.BAD_CURSOR,
        "This cursor is not one of this list in this order. Use one that a page of the same list gave.",
    )


def _read(word: Any, type_: Any) -> Any:
    type_ = kind(type_)
    if isinstance(type_, sqltypes.DateTime):
        if word in ("infinity", "-infinity"):
            # asyncpg writes PostgreSQL's infinities for these two.
            return (datetime.max if word == "infinity" else datetime.min).replace(tzinfo=UTC)
        return datetime.fromisoformat(word).replace(tzinfo=UTC)
    if isinstance(type_, sqltypes.String):
        wanted: Any = str
    else:
        wanted = bool if isinstance(type_, Boolean) else int
        # What is no whole number would be looked for among all 2^64 of them, one by one.
        if wanted is int and (type(word) is not int or word not in _range(type_)):
            raise ValueError(word)
    if type(word) is not wanted or (wanted is str and "\0" in word):
        raise ValueError(word)
    return word


def _range(type_: Any) -> range:
    """The numbers that a column of that type can hold; a type of our own may say that none is below zero."""
    most = 2 ** (31 if isinstance(type_, Integer) and not isinstance(type_, BigInteger) else 63)
    return range(getattr(type_, "least", -most), most)


def write_cursor(hash_: str, keys: Sequence[Any]) -> str:
    """The cursor in Python, for the executor that goes field by field."""
    words = [hash_, *(_plain(key) for key in keys)]
    return b64encode(orjson.dumps(words)).decode()


def _plain(key: Any) -> Any:
    if not isinstance(key, datetime):
        return key
    if key.replace(tzinfo=UTC) == datetime.max.replace(tzinfo=UTC):
        return "infinity"
    if key.replace(tzinfo=UTC) == datetime.min.replace(tzinfo=UTC):
        return "-infinity"
    return key.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")


def cut(keys: Sequence[Key], bound: Sequence[Any], *, later: bool) -> Any:
    """The rows that come after a cursor's (`later`), or before it; all keys go in one direction."""
    row, values = tuple_(*(key.value for key in keys)), tuple_(*bound)
    return row > values if later is not _down(keys) else row < values


def rest(keys: Sequence[Key], bound: Sequence[Any], *, later: bool) -> Any:
    """The others: a condition that an index answers, as the negation of a cut is not."""
    row, values = tuple_(*(key.value for key in keys)), tuple_(*bound)
    return row <= values if later is not _down(keys) else row >= values


def _down(keys: Sequence[Key]) -> bool:
    [down] = {key.descending for key in keys}
    return down


class Window(NamedTuple):
    """Which stretch of a list is asked for, and how much of it."""

    size: Any
    forwards: bool
    after: Any
    before: Any


def window_of(asked: Paging) -> Window:
    """The four arguments, checked as far as their shape tells."""
    if asked.first is not None and asked.last is not None:
        raise RequestRefused(
            ErrorCode.FIRST_AND_LAST, "Give `first` or `last`, not both: a page begins at one end."
        )
    forwards = asked.last is None
    size = asked.first if forwards else asked.last
    return Window(checked(size, "first" if forwards else "last"), forwards, asked.after, asked.before)


def checked(size: Any, name: str) -> Any:
    """How many rows, 1 to 100; checked when it is bound."""
    if size is None:
        return USUAL

    def check(count: int, _: Values) -> int:
        if not 1 <= count <= MOST:
            raise RequestRefused(ErrorCode.PAGE_SIZE, f"`{name}` is a number from 1 to {MOST}.")
        return count

    return size.derive("size", Integer(), check) if isinstance(size, Param) else check(size, {})


def bounds(given: Param, hash_: str, keys: Sequence[Key]) -> list[Param]:
    """A cursor's keys as parameters."""
    types = [key.value.type for key in keys]

    def pick(number: int) -> Param:
        return given.derive(
            f"{hash_}.{number}", types[number], lambda text, _: read_cursor(text, hash_, types)[number]
        )

    return [pick(number) for number in range(len(keys))]
