"""Rows of SELECTs put together as one JSON array: what `Row.elements` then reads one by one."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import func, literal
from sqlalchemy.dialects.postgresql import JSONB

from graph.compile.page import Derived, Gathered, Picked
from graph.compile.rows import Select, Source, Union


def gathered(*selects: Select, order: Sequence[tuple[str, bool]]) -> Select:
    """An array of objects with the SELECTs' columns as members, sorted (True: descending); NULL where it is empty."""
    column = {name: Picked("g", name, value.type) for name, value in selects[0].columns}
    members = [part for name, one in column.items() for part in (literal(name), one)]
    inner = selects[0] if len(selects) == 1 else Union(*selects)
    array = Gathered(
        "jsonb_agg",
        [func.jsonb_build_object(*members)],
        [(column[name], descending) for name, descending in order],
        None,
        JSONB(),
    )
    whole = Select([array], Source(cast("Any", Derived(inner, "g"))))
    whole.type = JSONB()
    return whole


def grouped(select: Select, *, most: int, count: str, of: str) -> Select:
    """How many different `of` there are for each of the other columns' values, the largest groups first."""
    column = {name: Picked("t", name, value.type) for name, value in select.columns}
    counted = func.count(column.pop(of).distinct())
    return Select(
        [*column.items(), (count, counted)],
        Source(cast("Any", Derived(select, "t"))),
        group=list(column.values()),
        order=[(counted, True), *((one, False) for one in column.values())],
        limit=most,
    )
