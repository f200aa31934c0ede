"""An expression as the text of a statement, and the parameters in the order of their numbers.

What the request brings (`Param`) is numbered; what resolvers and the compiler write is written out, so
that the planner sees it although plans are generic.
"""

from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.sql.elements import BinaryExpression, UnaryExpression

from graph.compile.rows import Exists, Select, Union
from graph.compile.shape import Param
from graph.compile.text import FAULT, Pieces

LONGEST_CHAIN = 40
"""Pieces of one `a || b || …`: a longer chain is deep and is copied quadratically, so it is written in
halves.
"""


class Written(NamedTuple):
    """A statement and its parameters, `$1` first."""

    sql: str
    params: tuple[Param, ...]


class Writer(PGCompiler):
    """SQLAlchemy's compiler for PostgreSQL, and the elements that the engine adds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.numbers: dict[str, tuple[int, Param]] = {}
        super().__init__(*args, **kwargs)

    def visit_bindparam(self, bindparam: BindParameter[Any], *_: Any, **__: Any) -> str:
        """A number where the request brings it, else the value itself."""
        if not isinstance(bindparam, Param):
            return str(self.render_literal_value(bindparam.value, bindparam.type))  # type: ignore[no-untyped-call]  # SQLAlchemy's
        number, _first = self.numbers.setdefault(bindparam.key, (len(self.numbers) + 1, bindparam))
        return f"${number}::{self.dialect.type_compiler_instance.process(bindparam.type)}"

    def visit_text_pieces(self, pieces: Pieces, **_: Any) -> str:
        """Texts, one after the other."""
        return self._chain([self._piece(piece) for piece in pieces.pieces])

    def visit_row_select(self, select: Select, **_: Any) -> str:
        """A SELECT in parentheses."""
        columns = ", ".join(self._column(n, column) for n, column in enumerate(select.columns))
        parts = [f"SELECT {columns}", *self._from(select)]
        if select.group:
            parts.append(f"GROUP BY {', '.join(self.process(key) for key in select.group)}")
        if select.one_row:
            parts.append("HAVING true")
        if select.order:
            parts.append(f"ORDER BY {self.sorted_by(select.order)}")
        if select.limit is not None:
            parts.append(f"LIMIT {self._value(select.limit)}")
        return f"({' '.join(parts)})"

    def visit_row_union(self, union: Union, **_: Any) -> str:
        """Several SELECTs, one after the other."""
        return f"({' UNION ALL '.join(self.process(select)[1:-1] for select in union.selects)})"

    def visit_row_exists(self, exists: Exists, **_: Any) -> str:
        """EXISTS of a SELECT, looked up row by row.

        Without the OFFSET the planner may hash the whole of the inner table first, for a page of twenty rows: under a
        generic plan it cannot know how few will be asked for.
        """
        return f"EXISTS {self.process(exists.select)[:-1]} OFFSET 0)"

    def visit_gathered(self, gathered: Any, **_: Any) -> str:
        """An aggregate that says its own order, and which rows it takes."""
        only = "" if gathered.only is None else f" FILTER (WHERE {self.process(gathered.only)})"
        values = ", ".join(self._value(value) for value in gathered.values)
        return f"{gathered.name}({values} ORDER BY {self.sorted_by(gathered.order)}){only}"

    def visit_numbered(self, numbered: Any, **_: Any) -> str:
        """The number of a row in an order."""
        return f"row_number() OVER (ORDER BY {self.sorted_by(numbered.order)})"

    def visit_derived(self, derived: Any, **_: Any) -> str:
        """A derived table, as a FROM."""
        return f"{'LATERAL ' if derived.lateral else ''}{self.process(derived.select)} AS {derived.name}"

    def visit_among(self, among: Any, **_: Any) -> str:
        """Looked up by what was found first."""
        return f"{self.process(among.value)} = ANY (ARRAY{self.process(among.select)})"

    def visit_within(self, within: Any, **_: Any) -> str:
        """One of them, as a join."""
        return f"{self.process(within.value)} IN {self.process(within.select)}"

    def visit_outside(self, outside: Any, **_: Any) -> str:
        """None of what was found first."""
        return f"{self.process(outside.value)} NOT IN {self.process(outside.select)}"

    def visit_stacked(self, stacked: Any, **_: Any) -> str:
        """Several SELECTs, one under the other, as a FROM."""
        return f"({' UNION ALL '.join(self.process(select) for select in stacked.selects)}) AS {stacked.name}"

    def visit_picked(self, picked: Any, **_: Any) -> str:
        """A column of a derived table."""
        return f"{picked.table}.{picked.name}"

    def visit_nth(self, nth: Any, **_: Any) -> str:
        """An element of an array."""
        return f"({self.process(nth.of)})[{self._value(nth.number)}]"

    def sorted_by(self, order: Any) -> str:
        """What follows ORDER BY."""
        return ", ".join(f"{self.process(key)}{' DESC' if descending else ''}" for key, descending in order)

    def _from(self, select: Select) -> list[str]:
        if select.source is None:
            return []
        parts = [f"FROM {self.process(select.source.base, asfrom=True)}"]
        for alias, condition in select.source.joins.values():
            parts.append(f"LEFT JOIN {self.process(alias, asfrom=True)} ON {self.process(condition)}")
        where = [text for text in (self._value(one) for one in select.source.where) if text != "true"]
        if where:
            parts.append(f"WHERE {' AND '.join(f'({one})' if ' OR ' in one else one for one in where)}")
        return parts

    def _column(self, number: int, column: Any) -> str:
        if isinstance(column, tuple):
            name, value = column
            return f"{self._value(value)} AS {name}"
        del number
        return self._value(column)

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return self.process(value) if isinstance(value, ColumnElement) else str(value)

    def _piece(self, piece: Any) -> str:
        if isinstance(piece, str):
            return quoted(piece)
        # `||` binds as tightly as `->>` and most others.
        operation = isinstance(piece, BinaryExpression | UnaryExpression)
        return f"({self.process(piece)})" if operation else self.process(piece)

    def _chain(self, texts: list[str]) -> str:
        if len(texts) <= LONGEST_CHAIN:
            return " || ".join(texts) if len(texts) != 1 else texts[0]
        half = len(texts) // 2
        return f"({self._chain(texts[:half])}) || ({self._chain(texts[half:])})"


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    plain = text.replace("'", "''")
    if FAULT not in text:
        return f"'{plain}'"
    return "E'" + plain.replace("\\", "\\\\").replace(FAULT, "\\x01") + "'"


DIALECT = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's


def write(element: ColumnElement[Any]) -> Written:
    """The statement that selects an expression."""
    writer = Writer(DIALECT, None)
    text = writer.process(element)
    params = tuple(param for _, param in writer.numbers.values())
    return Written(text[1:-1] if isinstance(element, Select) else f"SELECT {text}", params)
