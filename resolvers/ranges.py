"""Ranges in filters: what lies between two ends, and the refusal of one in which nothing can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import strawberry

from graph.compile.shape import Param, Values
from graph.compile.words import both
from graph.errors import ErrorCode, RequestRefused
from resolvers.declare import is_given


@strawberry.input(description="Numbers from `min` to `max`, both included. One of them may be left out.")
class IntRange:
    """A range of numbers."""

    min: int | None = strawberry.field(default=strawberry.UNSET, description="The smallest.")
    max: int | None = strawberry.field(default=strawberry.UNSET, description="The largest.")

    def holds(self, value: Any) -> bool:
        """Whether the number lies in it; nothing that is NULL does."""
        low, high = _ends(self.min, self.max, ("min", "max"), lambda low, high: low <= high)
        return both(*([value >= low] if is_given(low) else []), *([value <= high] if is_given(high) else []))


@strawberry.input(
    description="Moments from `from` on, and before `to`. One of them may be left out. No moment is in no range."
)
class DateTimeRange:
    """A range of moments, half-open as all of them."""

    from_: datetime | None = strawberry.field(
        default=strawberry.UNSET, name="from", description="The first moment that is in it."
    )
    to: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="The first moment that is not in it any more."
    )

    def holds(self, value: Any) -> bool:
        """Whether the moment lies in it. `-infinity` and `infinity` stand for no moment and never do."""
        start, end = _ends(self.from_, self.to, ("from", "to"), lambda start, end: start < end)
        return both(
            value >= start if is_given(start) else value > "-infinity",
            value < end if is_given(end) else value < "infinity",
        )


def _ends(low: Any, high: Any, names: tuple[str, str], fits: Callable[[Any, Any], bool]) -> tuple[Any, Any]:
    """The two ends. Where both are given and nothing can lie between, binding them refuses the request."""
    if not (is_given(low) or is_given(high)):
        raise RequestRefused(ErrorCode.EMPTY_RANGE, f"A range says `{names[0]}`, `{names[1]}` or both.")
    if not (is_given(low) and is_given(high)):
        return low, high

    def check(values: Values) -> None:
        if not fits(_value(low, values), _value(high, values)):
            raise RequestRefused(
                ErrorCode.EMPTY_RANGE,
                f"Nothing lies in this range: its `{names[0]}` is not before its `{names[1]}`.",
            )

    def checked(end: Param) -> Param:
        def same(value: Any, values: Values) -> Any:
            check(values)
            return value

        return end.derive("range", end.type, same)

    if isinstance(high, Param):
        return low, checked(high)
    if isinstance(low, Param):
        return checked(low), high
    check({})
    return low, high


def _value(end: Any, values: Values) -> Any:
    return cast("Any", end.read(values) if isinstance(end, Param) else end)
