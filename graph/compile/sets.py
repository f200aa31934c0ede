"""What a resolver may say of rows in sets: how many there are, those that are looked up by their ids, and those of
several tables as one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import BigInteger, Boolean, ColumnElement, func
from sqlalchemy import cast as sql_cast

from graph.compile.page import Picked
from graph.compile.rows import Columns, Row, Select, Source, alias_of, of_wiki

M = TypeVar("M")
R = TypeVar("R", bound=Row[Any])


class Among(ColumnElement[Any]):
    """Whether a value is one of those that a SELECT finds."""

    __visit_name__ = "among"
    inherit_cache = False
    type = Boolean()

    def __init__(self, value: Any, select: Select) -> None:
        self.value = value
        self.select = select


class Within(Among):
    """The same, where PostgreSQL chooses which of the two is read first."""

    __visit_name__ = "within"


class Outside(Among):
    """Whether a value is none of those that a SELECT finds."""

    __visit_name__ = "outside"


class Stacked(ColumnElement[Any]):
    """The rows of several SELECTs as one table, to stand in a FROM."""

    __visit_name__ = "stacked"
    inherit_cache = False

    def __init__(self, selects: list[Select], name: str) -> None:
        self.selects = selects
        self.name = name
        self.c = {column: Picked(name, column, value.type) for column, value in selects[0].columns}

    def read_in(self, order: Sequence[tuple[Any, bool]]) -> None:
        """Have each SELECT come in the order of a page, as far as that is the stack's: PostgreSQL merges them then.

        By itself it looks for no order within a table of UNION ALL that has conditions, and would sort the whole.
        """
        for select in self.selects:
            values = dict(select.columns)
            select.order = [
                (values[key.name], descending)
                for key, descending in order
                if isinstance(key, Picked) and key.table == self.name
            ]


class Layer(NamedTuple):
    """One table's share of a stack: which of its rows, and what they say under the stack's names."""

    model: Any
    on: Callable[[Any], Any]
    says: Callable[[Any], Mapping[str, Any]]


def among(
    row: Row[Any], value: Any, model: type[M], on: Callable[[M], Any], what: Callable[[M], Any]
) -> bool:
    """Whether the value is one of those that another table tells; `on` says nothing of this row.

    For what few rows have: those are found first, once, and this row is then looked up by its key. A probe for each row
    of a list would read the list to its end where there are few; and under a generic plan PostgreSQL can't know which
    of the two it is.
    """
    return cast("bool", Among(value, _select(row, model, on, what)))


def within(
    row: Row[Any], value: Any, model: type[M], on: Callable[[M], Any], what: Callable[[M], Any]
) -> bool:
    """Whether the value is one of those that another table tells, which are few or many by what its statistics know."""
    return cast("bool", Within(value, _select(row, model, on, what)))


def outside(
    row: Row[Any], value: Any, model: type[M], on: Callable[[M], Any], what: Callable[[M], Any]
) -> bool:
    """Whether the value is none of the few that another table tells: PostgreSQL finds those once, and hashes them."""
    return cast("bool", Outside(value, _select(row, model, on, what)))


def count(row: Row[Any], model: type[M], on: Callable[[M], Any]) -> int:
    """How many rows another table has for which it holds."""
    return cast("int", sql_cast(_select(row, model, on, lambda _: func.count()), BigInteger))


def _select(row: Row[Any], model: Any, on: Callable[[Any], Any], what: Callable[[Any], Any]) -> Select:
    alias = alias_of(model)
    columns = Columns(alias)
    return Select([what(columns)], Source(alias, [of_wiki(alias, row.within), on(columns)]))


def stacked(row: Row[Any], name: str, layers: list[Layer], on: Callable[[Any], Any]) -> Any:
    """The one row that one of several tables has for this one; joined once. Each can be read in an order of its own
    index, and PostgreSQL merges them.
    """
    if name not in row.origin.joins:
        stack = Stacked([_layer(row, layer) for layer in layers], name)
        row.origin.joins[name] = (cast("Any", stack), on(Columns(cast("Any", stack))))
    return Columns(row.origin.joins[name][0])


def _layer(row: Row[Any], layer: Layer) -> Select:
    alias = alias_of(layer.model)
    columns = Columns(alias)
    return Select(
        list(layer.says(columns).items()), Source(alias, [of_wiki(alias, row.within), layer.on(columns)])
    )


def seen_as(node: type[R], columns: Any, row: Row[Any]) -> R:
    """A row of another type over what this one has joined."""
    made = node.__new__(node)
    made.row, made.within, made.origin = columns, row.within, row.origin
    return made
