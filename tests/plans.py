"""What PostgreSQL does for a read, as the reader asks it: the plan of any wiki, and the rows that it really touches."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import orjson
from graphql import parse, validate

from graph.caller import ANYONE
from graph.compile.plan import Operation, request
from models.migrate import PUBLIC
from reading import SCHEMA

AS_THE_READER = {"plan_cache_mode": "force_generic_plan", "jit": "off", "role": PUBLIC}
"""Row-level security is a part of its plans."""


class Plan(NamedTuple):
    """One statement's plan, run: its nodes, outermost first."""

    nodes: list[dict[str, Any]]
    milliseconds: float

    @property
    def touched(self) -> int:
        """Rows that any of its scans read, those that a filter left out included."""
        return int(sum(_rows(node) for node in self.nodes if "Relation Name" in node or "Index Name" in node))

    @property
    def sorted(self) -> int:
        """The most rows that were sorted at once."""
        sorts = [node for node in self.nodes if node["Node Type"] == "Sort"]
        return int(max((_rows(node["Plans"][0]) / max(node["Actual Loops"], 1) for node in sorts), default=0))

    def indexes(self) -> set[str]:
        """The indexes that were read."""
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    def told(self) -> str:
        """The plan in short, for a test that fails."""
        return "\n".join(
            f"{node['Node Type']} {node.get('Relation Name', '')} {node.get('Index Name', '')}"
            f" rows={node['Actual Rows']}x{node['Actual Loops']} out={node.get('Rows Removed by Filter', 0)}"
            for node in self.nodes
        )


def _rows(node: dict[str, Any]) -> float:
    out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + out) * node["Actual Loops"])


async def planned(
    dsn: str, text: str, now: datetime, *, wiki: str, variables: dict[str, Any] | None = None
) -> Plan:
    """The plan of an operation about one wiki, which has the id 1."""
    document = parse(text)
    assert not validate(SCHEMA, document)
    operation = Operation(SCHEMA, document)
    values = request(now, ANYONE, {wiki: 1})
    [call] = operation.plan(operation.read(variables or {}, values)).calls(values)
    return await plan_of(dsn, call.sql, call.arguments)


async def plan_of(dsn: str, sql: str, arguments: Sequence[Any]) -> Plan:
    """The plan of a statement for any arguments, run with these."""
    connection = await asyncpg.connect(dsn, server_settings=AS_THE_READER)
    try:
        # EXECUTE takes the plan that a prepared statement has; EXPLAIN of the statement itself would see its values.
        await connection.execute(f"PREPARE asked AS {sql}")
        given = ", ".join(map(_literal, arguments))
        told = await connection.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE asked({given})")
    finally:
        await connection.close()
    [found] = orjson.loads(told)
    return Plan(list(_walk(found["Plan"])), found["Execution Time"])


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for one in node.get("Plans", ()):
        yield from _walk(one)


def _literal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "NULL" if value is None else str(value)
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"ARRAY[{', '.join(map(_literal, value))}]"
    return "'" + str(value).replace("'", "''") + "'"
