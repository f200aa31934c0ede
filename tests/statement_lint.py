"""A lint over statements as they run: what being ready for many machines asks of them.

PostgreSQL's own parser reads them.

breaches(sql)       the sentences in which a statement breaks the rules; none where it keeps them
Statements()        what `observe` of reader and ledger can be: each statement once, and how often
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pglast import ast, enums, parse_sql
from sqlmodel import SQLModel

import models  # noqa: F401 - registers the tables

OF_A_WIKI = frozenset(table.name for table in SQLModel.metadata.tables.values() if "wiki_id" in table.c)
CLOCKS = frozenset(
    ["now", "statement_timestamp", "transaction_timestamp", "clock_timestamp", "timeofday", "localtimestamp"]
)
ORDERED = frozenset(
    ["string_agg", "array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg"]
)


class Statements(Counter[str]):
    """Statements and how often each was run."""

    def __call__(self, sql: str) -> None:
        self[sql] += 1

    def breaches(self) -> list[str]:
        """What is wrong with any of them."""
        return [f"{breach}: {sql}" for sql in self for breach in breaches(sql)]


@lru_cache(maxsize=4096)
def breaches(sql: str) -> tuple[str, ...]:
    """The sentences in which a statement breaks the rules."""
    return tuple(breach for one in parse_sql(sql) for breach in _of(one.stmt))


def _of(node: Any) -> Iterator[str]:
    for found in _walk(node):
        if isinstance(found, ast.SelectStmt):
            yield from _unbound(found)
        elif isinstance(found, ast.FuncCall):
            yield from _of_call(found)
        elif (
            isinstance(found, ast.SQLValueFunction)
            and found.op is not None
            and re.search("TIME|DATE", found.op.name)
        ):
            yield "the moment is bound, never asked of the server's clock"


def _of_call(call: ast.FuncCall) -> Iterator[str]:
    name = (call.funcname or ())[-1].sval
    if name in CLOCKS:
        yield f"{name}() is called: the moment is bound, never asked of the server's clock"
    if name in ORDERED and not call.agg_order:
        yield f"{name} has no ORDER BY of its own: over several machines its order is lost"


def _unbound(select: ast.SelectStmt) -> Iterator[str]:
    """Each table of a wiki says `alias.wiki_id = …` on the level of its own FROM."""
    tables = list(_tables(select.fromClause or ()))
    if not tables:
        return
    bound = {alias for condition in _conditions(select) for alias in _binds(condition)}
    for table, alias in tables:
        if table in OF_A_WIKI and alias not in bound:
            yield f"{table} AS {alias} does not say its wiki on its own level"


def _tables(items: Any) -> Iterator[tuple[str, str]]:
    for item in items:
        if isinstance(item, ast.RangeVar):
            alias = item.alias.aliasname if item.alias else item.relname
            yield str(item.relname), str(alias)
        elif isinstance(item, ast.JoinExpr):
            yield from _tables((item.larg, item.rarg))


def _conditions(select: ast.SelectStmt) -> Iterator[Any]:
    yield from _conjuncts(select.whereClause)
    for item in select.fromClause or ():
        yield from _joined(item)


def _joined(item: Any) -> Iterator[Any]:
    if isinstance(item, ast.JoinExpr):
        yield from _conjuncts(item.quals)
        yield from _joined(item.larg)
        yield from _joined(item.rarg)


def _conjuncts(condition: Any) -> Iterator[Any]:
    if isinstance(condition, ast.BoolExpr) and condition.boolop == enums.BoolExprType.AND_EXPR:
        for part in condition.args or ():
            yield from _conjuncts(part)
    elif condition is not None:
        yield condition


def _binds(condition: Any) -> Iterator[str]:
    """The alias whose wiki this condition says: by a parameter, or as the row of `wiki` above."""
    if not isinstance(condition, ast.A_Expr) or [str(name.sval) for name in condition.name or ()] != ["="]:
        return
    for column, value in ((condition.lexpr, condition.rexpr), (condition.rexpr, condition.lexpr)):
        if isinstance(column, ast.ColumnRef) and _names(column)[-1:] == ["wiki_id"] and _is_wiki(value):
            yield _names(column)[0]


def _is_wiki(value: Any) -> bool:
    if isinstance(value, ast.TypeCast):
        return _is_wiki(value.arg)
    if isinstance(value, ast.ParamRef):
        return True
    return (
        isinstance(value, ast.ColumnRef) and _names(value)[0].startswith("wiki_") and _names(value)[1] == "id"
    )


def _names(column: ast.ColumnRef) -> list[str]:
    return [str(part.sval) for part in column.fields or () if isinstance(part, ast.String)]


def _walk(node: Any) -> Iterator[Any]:
    """The node and all below it."""
    rest = [node]
    while rest:
        one = rest.pop()
        if isinstance(one, tuple | list):
            rest.extend(one)
        elif isinstance(one, ast.Node):
            yield one
            rest.extend(getattr(one, name) for name in one)
