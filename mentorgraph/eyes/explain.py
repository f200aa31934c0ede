"""Explanations: how a query was answered, for whoever may know: statements, PostgreSQL's plans of them, times."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import orjson

from graph.caller import Caller, Rights
from graph.kinds import ViewerRole
from mentorgraph.eyes.seen import SEEN, Seen
from models.reader import Reader

HEADER: Final = b"x-graphql-explain"
PLAN_OF: Final = "EXPLAIN (FORMAT JSON) "


def may_explain(caller: Caller) -> bool:
    """Whether the caller may know of statements and plans, which tell of every wiki's numbers."""
    return caller.may(None, ViewerRole.ADMIN)


def begin(reader: Reader, caller: Caller) -> None:
    """Explain the request that is being answered, if its caller may know."""
    seen = SEEN.get()
    if seen is not None and may_explain(caller):
        seen.explanation = Explanation(reader)


class Explanation:
    """What was asked of PostgreSQL for one request."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.statements: list[dict[str, Any]] = []

    async def fetch(self, sql: str, arguments: Sequence[Any], rights: Rights) -> bytes:
        """Run a statement as the reader does, and keep what it was, and PostgreSQL's plan of it."""
        began = perf_counter()
        found = await self.reader.fetch(sql, arguments, rights)
        took = perf_counter() - began
        plan = orjson.loads(await self.reader.fetch(PLAN_OF + sql, arguments, rights))
        self.statements.append({"sql": sql, "ms": milliseconds(took), "bytes": len(found), "plan": plan})
        return found

    def told(self, seen: Seen) -> dict[str, Any]:
        """What is told of it, in `extensions.explain`."""
        return {
            "request": seen.id.decode(),
            "plan": "known" if seen.was_known else "new",
            "ms": milliseconds(perf_counter() - seen.began),
            "statements": self.statements,
        }


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
