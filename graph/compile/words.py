"""The few words of SQL that resolvers speak, typed as the values that they stand for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Double,
    Text,
    all_,
    and_,
    any_,
    case,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from graph.compile.shape import MOMENT, NOW, Param

__all__ = [
    "ENDLESS",
    "FIRST_DAY",
    "HORIZON",
    "NEVER",
    "NOW",
    "both",
    "covers",
    "earliest",
    "either",
    "first_of",
    "flag_in",
    "folded",
    "fraction_in",
    "is_caller",
    "later",
    "moment_in",
    "no",
    "not_one_of",
    "number_in",
    "one_of",
    "or_else",
    "same",
    "sees_hidden",
    "sees_opt_out",
    "sees_opt_outs",
    "starts_with",
    "told_in",
    "when",
]

T = TypeVar("T")

# Written into the statement as they are, so that partial indexes and statistics can serve a generic plan.
ENDLESS = cast("datetime", literal_column("'infinity'::timestamptz", MOMENT))
FIRST_DAY = cast("datetime", literal_column("'0001-01-01 00:00:00+00'::timestamptz", MOMENT))
"""What `-infinity` reads as where a time must be told: the earliest that the format can write."""
NEVER = cast("datetime", literal_column("'-infinity'::timestamptz", MOMENT))
HORIZON = func.pg_snapshot_xmin(func.pg_current_snapshot())
"""The oldest transaction that may still commit: what older ones have written is all there is of them."""


def later(transaction: Any, by: Any, type_: TypeEngine[Any]) -> Any:
    """A transaction so many after that one; PostgreSQL can compare their ids, and not count with them."""
    number = sql_cast(sql_cast(transaction, Text()), BigInteger()) + by
    return sql_cast(sql_cast(number, Text()), type_)


def both(*conditions: bool) -> bool:
    """All of them hold."""
    return cast("bool", and_(*_sql(conditions)))


def either(*conditions: bool) -> bool:
    """One of them holds."""
    return cast("bool", or_(*_sql(conditions)))


def no(condition: bool) -> bool:
    """It does not hold."""
    return cast("bool", not_(_sql([condition])[0]))


def same(value: T, other: T) -> bool:
    """The two are equal; of columns, where `==` reads as a mistake."""
    return cast("bool", cast("Any", value) == _plain(other))


def one_of(value: Any, words: Any) -> bool:
    """The value is one of the words, which are chosen by the shape where there is one, and bound where there
    are more.
    """
    if isinstance(words, Param):
        return cast("bool", value == any_(words))
    if not words:
        return cast("bool", false())
    return cast("bool", or_(*(value == str(word) for word in words)))


def not_one_of(value: Any, words: Any) -> bool:
    """The value is none of the words."""
    if isinstance(words, Param):
        return cast("bool", value != all_(words))
    return cast("bool", and_(True, *(value != str(word) for word in words)))


def or_else(value: Any, other: T) -> T:
    """The value, or the other where there is none."""
    return cast("T", func.coalesce(value, _plain(other)))


def when(condition: bool, value: T, other: T | None = None) -> T | None:
    """The value where the condition holds, else the other (or nothing)."""
    return cast("T | None", case((_sql([condition])[0], _plain(value)), else_=_plain(other)))


def first_of(*cases: tuple[bool, T], other: T) -> T:
    """The value of the first condition that holds."""
    return cast(
        "T", case(*((_sql([condition])[0], _plain(value)) for condition, value in cases), else_=_plain(other))
    )


def earliest(moment: datetime, other: datetime) -> datetime:
    """The earlier of the two."""
    return cast("datetime", func.least(moment, other, type_=MOMENT))


def folded(text: Any) -> Any:
    """The text without its letters' case, and compared by code points, so that a prefix is a range of them."""
    return func.lower(text).collate("C")


def starts_with(text: Any, prefix: Any) -> bool:
    """Both of them folded. The last code point there is, which no name holds, ends the range of an index."""
    return both(text >= prefix, text < prefix.op("||")(func.chr(0x10FFFF)))


def told_in(json: Any) -> Any:
    """The text of a JSON value: a string without its quotes, nothing for null."""
    return json.op("#>>", return_type=Text())(literal("{}", Text()))


def fraction_in(json: Any) -> float:
    """A JSON value that is a number, or null."""
    return cast("float", sql_cast(told_in(json), Double()))


def flag_in(json: Any) -> bool:
    """A JSON value that is true or false."""
    return cast("bool", sql_cast(told_in(json), Boolean()))


def moment_in(json: Any) -> datetime:
    """A JSON value that is a moment, as PostgreSQL has written it."""
    return cast("datetime", sql_cast(told_in(json), MOMENT))


def number_in(json: Any) -> int:
    """A JSON value that is a whole number; nothing for null."""
    return cast("int", sql_cast(told_in(json), BigInteger()))


def sees_hidden(row: Any) -> bool:
    """Whether the caller sees what is hidden on the row's wiki."""
    return cast("bool", row.may.sees_hidden)


def sees_opt_outs(row: Any) -> bool:
    """Whether the caller is told of everybody's opt-outs on the row's wiki."""
    return cast("bool", row.may.sees_opt_outs)


def is_caller(row: Any, account_id: Any) -> bool:
    """Whether that account is the caller's own on the row's wiki."""
    return same(account_id, row.may.account)


def sees_opt_out(row: Any, mentee_id: Any) -> bool:
    """Whether the caller is told of that mentee's opt-out: their own, or everybody's."""
    return either(sees_opt_outs(row), is_caller(row, mentee_id))


def covers(span: Any, moment: datetime) -> bool:
    """The stretch holds the moment: half-open, as all of them."""
    return both(span.valid_from <= moment, span.valid_to > moment)


def _plain(value: Any) -> Any:
    """A word as text: SQLAlchemy knows no literal for a member of an enumeration."""
    return literal(str(value), Text()) if isinstance(value, str) else value


def _sql(conditions: Sequence[Any]) -> list[ColumnElement[bool]]:
    return list(conditions)
