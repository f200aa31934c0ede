"""The compiler against the executor that goes field by field: the same data, and the same errors in the same
places.
"""

import gc
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, execute, parse

import seeded
from asked_at_random import Asked, asked
from graph.caller import ANYONE, NOBODY, Caller
from graph.compile.plan import Operation, request
from graph.compile.shape import Values
from models.reader import Reader
from reading import READS, SCHEMA, seeing
from statement_lint import Statements

DOCUMENTS = 504


@dataclass(frozen=True)
class Engine:
    """What the field-by-field executor finds in its context."""

    reader: Reader
    given: Values

    def values(self, _: Caller) -> Values:
        return dict(self.given)


@pytest.fixture(scope="module")
async def reader(module_database: str) -> AsyncIterator[Reader]:
    statements = Statements()
    await seeded.seed(module_database)
    async with Reader.open(module_database, READS, statements) as reader:
        await reader.refresh()
        yield reader
    gc.collect()  # of what graphql-core drops: else it would be found, and held against, some later test
    assert statements.breaches() == []


async def compiled(reader: Reader, one: Asked, values: Values) -> tuple[Any, set[tuple[Any, ...]]]:
    operation = Operation(SCHEMA, parse(one.text))
    plan = operation.plan(operation.read(one.variables, values))
    data, errors = await reader.answer(plan, values)
    return orjson.loads(data), {tuple(error.path or ()) for error in errors}


async def field_by_field(reader: Reader, one: Asked, values: Values) -> tuple[Any, set[tuple[Any, ...]]]:
    context: Mapping[str, Any] = {"engine": Engine(reader, values), "caller": ANYONE}
    found = execute(SCHEMA, parse(one.text), variable_values=one.variables, context_value=context)
    result = found if isinstance(found, ExecutionResult) else await found
    assert isinstance(result, ExecutionResult)
    for error in result.errors or ():
        if error.original_error and "non-nullable" not in str(error):
            raise error.original_error
    return result.data, {tuple(error.path or ()) for error in result.errors or ()}


def a_moment(random: Random) -> datetime:
    return seeded.NOW + random.choice([0, 0, -100, -260, 150]) * timedelta(days=1)


# graphql-core drops what it has not begun to await below a place that it nulls.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(12))
async def test_both_executors_answer_alike(reader: Reader, part: int) -> None:
    for number in range(part, DOCUMENTS, 12):
        random = Random(number)
        now = a_moment(random)
        one = asked(SCHEMA, random, now)
        rights = {"sees_hidden": random.random() < 0.4, "sees_opt_outs": random.random() < 0.4}
        rights["administers"] = random.random() < 0.3
        # Rows of any wiki are told as to those without an account, of which the other executor knows nothing.
        account = random.choice([NOBODY, *seeded.MENTORS, 1, 2])
        values = request(
            now, seeing(**rights, account=account if "wikis" not in one.text else NOBODY), reader.directory
        )
        slow = await field_by_field(reader, one, values)
        fast = await compiled(reader, one, values)
        if fast != slow and "eventCursor" in one.text:
            # How far the feed is moves on with every transaction of the server, autovacuum's too.
            slow, fast = await field_by_field(reader, one, values), await compiled(reader, one, values)
        assert fast == slow, f"{number}: {one.text}\n{one.variables}"
