"""A lint over statements as they run: what being ready for many machines asks of them.

PostgreSQL's own parser reads them.

breaches(sql)       the sentences in which a statement breaks the rules; none where it keeps them
Statements()        what is told of statements, like `observe` of reader and ledger: each once, and how often
everything_of(…)    lets it be told what every connection runs that code of these packages opens
"""

import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import asyncpg
import pytest
from pglast import ast, enums, parse_sql
from sqlmodel import SQLModel

import models  # noqa: F401 - registers the tables

OF_A_WIKI = frozenset(table.name for table in SQLModel.metadata.tables.values() if "wiki_id" in table.c)
LOAD = "mentorgraph_load"
"""Where a load makes whole tables beside those of a plain PostgreSQL: those of all wikis, which no row of it tells."""
CLOCKS = frozenset(
    ["now", "statement_timestamp", "transaction_timestamp", "clock_timestamp", "timeofday", "localtimestamp"]
)
VOLATILE = frozenset(["random", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "setval"])
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


@contextmanager
def everything_of(packages: tuple[str, ...], seen: Callable[[str], None]) -> Iterator[None]:
    """Whatever a connection runs that code of these packages opens, alone or in a pool, is told.

    A connection is known by who opens it, so tests may ask what they like on connections of their own.
    """
    connect, create_pool = asyncpg.connect, asyncpg.create_pool

    def is_ours() -> bool:
        return sys._getframe(2).f_globals["__name__"].partition(".")[0] in packages

    def listen(connection: Any) -> None:
        connection.add_query_logger(lambda query: seen(query.query))

    def connected(*where: Any, **how: Any) -> Awaitable[Any]:
        async def made() -> Any:
            connection = await connect(*where, **how)
            listen(connection)
            return connection

        return made() if is_ours() else connect(*where, **how)

    def pooled(*where: Any, init: Any = None, **how: Any) -> Any:
        async def prepare(connection: Any) -> None:
            listen(connection)
            if init is not None:
                await init(connection)

        return create_pool(*where, init=prepare if is_ours() else init, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg, "connect", connected)
        patch.setattr(asyncpg, "create_pool", pooled)
        yield


@lru_cache(maxsize=4096)
def breaches(sql: str) -> tuple[str, ...]:
    """The sentences in which a statement breaks the rules."""
    commands = parse_sql(sql)
    found = [breach for one in commands for breach in _of(one.stmt)]
    if len(commands) > 1:
        found.append("one execution is one command")
    return tuple(found)


def _of(node: Any) -> Iterator[str]:
    for found in _walk(node, but=_fills_a_load):
        if isinstance(found, ast.SelectStmt):
            yield from _unbound(found.fromClause or (), found.whereClause)
        elif isinstance(found, ast.UpdateStmt):
            yield from _unbound((found.relation, *(found.fromClause or ())), found.whereClause)
            yield from _of_update(found)
        elif isinstance(found, ast.DeleteStmt):
            yield from _unbound((found.relation, *(found.usingClause or ())), found.whereClause)
        elif isinstance(found, ast.InsertStmt):
            yield from _of_insert(found)
        elif isinstance(found, ast.MergeStmt):
            yield "MERGE: several machines know it not"
        elif isinstance(found, ast.FuncCall):
            yield from _of_call(found)
        elif (
            isinstance(found, ast.SQLValueFunction)
            and found.op is not None
            and re.search("TIME|DATE", found.op.name)
        ):
            yield "the moment is bound, never asked of the server's clock"
        yield from _of_returning(found)


def _of_insert(insert: ast.InsertStmt) -> Iterator[str]:
    assert insert.relation is not None
    table, source = str(insert.relation.relname), insert.selectStmt
    columns = [str(one.name) for one in insert.cols or ()]
    if table in OF_A_WIKI and columns[:1] != ["wiki_id"]:
        yield f"INSERT INTO {table} does not name its wiki first"
    rows = source.valuesLists if isinstance(source, ast.SelectStmt) else None
    if rows and any(isinstance(one, ast.SubLink) for one in _walk(rows)):
        yield f"INSERT INTO {table} has a sub-select in its VALUES"
    if rows is None and insert.returningClause and insert.relation.alias is None:
        yield f"INSERT INTO {table} … SELECT … RETURNING needs an alias"


def _of_update(update: ast.UpdateStmt) -> Iterator[str]:
    for call in _walk(update):
        if isinstance(call, ast.FuncCall) and (name := (call.funcname or ())[-1].sval) in VOLATILE:
            yield f"{name}() in an UPDATE: each machine has another"


def _of_returning(node: ast.Node) -> Iterator[str]:
    if isinstance(node, ast.InsertStmt | ast.UpdateStmt | ast.DeleteStmt):
        for target in (node.returningClause.exprs or ()) if node.returningClause else ():
            if not isinstance(target.val, ast.ColumnRef):
                yield "RETURNING gives columns; what is made of them is made in a SELECT"


def _of_call(call: ast.FuncCall) -> Iterator[str]:
    name = (call.funcname or ())[-1].sval
    if name in CLOCKS:
        yield f"{name}() is called: the moment is bound, never asked of the server's clock"
    if name in ORDERED and not call.agg_order:
        yield f"{name} has no ORDER BY of its own: over several machines its order is lost"


def _unbound(items: Any, where: Any) -> Iterator[str]:
    """Each table of a wiki says `alias.wiki_id = …` on the level of its own FROM."""
    tables = list(_tables(items))
    bound = {alias for condition in _conditions(items, where) for alias in _binds(condition)}
    for table, alias in tables:
        if table in OF_A_WIKI and alias not in bound:
            yield f"{table} AS {alias} does not say its wiki on its own level"


def _tables(items: Any) -> Iterator[tuple[str, str]]:
    for item in items:
        if isinstance(item, ast.RangeVar) and item.schemaname != LOAD:
            alias = item.alias.aliasname if item.alias else item.relname
            yield str(item.relname), str(alias)
        elif isinstance(item, ast.JoinExpr):
            yield from _tables((item.larg, item.rarg))


def _conditions(items: Any, where: Any) -> Iterator[Any]:
    yield from _conjuncts(where)
    for item in items:
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


def _fills_a_load(node: ast.Node) -> bool:
    return isinstance(node, ast.InsertStmt) and getattr(node.relation, "schemaname", None) == LOAD


def _walk(node: Any, but: Callable[[ast.Node], bool] = lambda _: False) -> Iterator[Any]:
    """The node and all below it, but for what is left out."""
    rest = [node]
    while rest:
        one = rest.pop()
        if isinstance(one, tuple | list):
            rest.extend(one)
        elif isinstance(one, ast.Node) and not but(one):
            yield one
            rest.extend(getattr(one, name) for name in one)
