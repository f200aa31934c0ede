"""The scalars of the API: how each is read and written.

A value that can't be read is handed on as `Unfit`, where graphql-core would have the whole request refused: so
one bad time in a list of facts leaves the others alone, and a mutation says by which path it was given.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, NewType, ParamSpec, TypeVar

import strawberry
from graphql import GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from graph.errors import Unfit
from graph.moments import EARLIEST, format_duration, parse_duration

BigInt = NewType("BigInt", int)

BIG = range(-(2**63), 2**63)
RFC_3339 = "2026-01-31T09:30:00Z"


def read_moment(value: Any) -> datetime:
    """A moment as a client writes it, to the millisecond.

    One without an offset is refused: nobody can know which was meant.
    """
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"This is not a DateTime. Write it like {RFC_3339}.") from None
    if moment.tzinfo is None or "T" not in value.upper():
        raise GraphQLError(f"A DateTime needs its time and offset. Write it like {RFC_3339}.")
    try:
        found = moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)
    except OverflowError:
        found = EARLIEST - timedelta.resolution
    # The first moment of the calendar stands for nothing in some languages, and for minus infinity in the database.
    if found < EARLIEST:
        raise GraphQLError(f"This DateTime lies outside of the years {EARLIEST.year} to 9999.")
    return found


def write_moment(value: datetime) -> str:
    """A moment as the statements write it: three digits and `Z`."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z".rjust(24, "0")


def read_duration(value: Any) -> timedelta:
    """A length of time as a client writes it."""
    try:
        return parse_duration(value)
    except (TypeError, ValueError, OverflowError):
        raise GraphQLError(
            "This is not a Duration. Write it like P90D or PT31H; years and months are refused."
        ) from None


def write_duration(value: timedelta | str) -> str:
    """A length of time; a policy's settings hold it as text already."""
    return value if isinstance(value, str) else format_duration(value)


def read_big(value: Any) -> int:
    """A whole number, from its digits or from a JSON integer."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise GraphQLError("This is not a BigInt. Give an integer or a string of its digits.")
    text = str(value)
    if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 20 or int(text) not in BIG:
        raise GraphQLError("This is not a BigInt of 64 bits. Give an integer or a string of its digits.")
    return int(text)


def big_literal(node: ValueNode, _: Any = None) -> int:
    """The same, written in a document."""
    if isinstance(node, IntValueNode | StringValueNode):
        return read_big(node.value)
    raise GraphQLError("This is not a BigInt. Give an integer or a string of its digits.")


P = ParamSpec("P")
T = TypeVar("T")


def or_unfit(read: Callable[P, T]) -> Callable[P, T | Unfit]:
    """What was read, or word of why it could not be."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T | Unfit:
        try:
            return read(*args, **kwargs)
        except GraphQLError as error:
            return Unfit(error.message)

    return reading


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "A point in time, RFC 3339 in UTC, written with `Z`. Inputs without an offset are refused."
        ),
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=write_moment,
        parse_value=or_unfit(read_moment),
    ),
    timedelta: strawberry.scalar(
        name="Duration",
        description=(
            "A length of time, ISO 8601 in weeks, days, hours, minutes and seconds, such as `P90D` or "
            "`PT31H`; years and "
            "months have no fixed length and are refused. Not negative."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
        serialize=write_duration,
        parse_value=or_unfit(read_duration),
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description=(
            "An integer beyond 32 bits, written as a string of decimal digits; an input may be such a "
            "string or a JSON "
            "integer."
        ),
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#long",
        serialize=str,
        parse_value=or_unfit(read_big),
        parse_literal=or_unfit(big_literal),
    ),
}
