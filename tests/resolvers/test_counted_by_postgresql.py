"""One operation, one statement for each wiki that it names: as PostgreSQL itself counted them.

Counted are the documents of the oracle, of any shape, and those of the golden pairs.
"""

import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLError, parse

import seeded
from asked_at_random import asked
from graph.compile.ids import decode
from graph.compile.plan import Operation, request
from graph.errors import RequestRefused
from mentorgraph import postgres
from models.migrate import READERS, upgrade
from models.reader import Reader
from reading import READS, SCHEMA, seeing

DOCUMENTS, MOSTLY_OF_ONE = 504, 400
COUNTING = ("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=top")
GOLDEN = Path(__file__).parents[1] / "golden"
# Which wikis there are is read again where one is named that is not known; that is of no operation.
CALLS = """
SELECT coalesce(sum(s.calls), 0)::int FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
WHERE r.rolname = ANY($1) AND s.query <> 'SELECT db_name, id FROM wiki'
"""
BY_NAME = re.compile(r'(?:dbName|wiki): (?:\$(\w+)|"([^"]*)")')
TEXTS = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")


@pytest.fixture(scope="module")
def server_that_counts() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="mg-") as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder), (*postgres.UNSAFE_BUT_FAST, *COUNTING)) as dsn:
            yield dsn


@pytest.fixture(scope="module")
async def counting(server_that_counts: str) -> AsyncIterator[tuple[Reader, Any]]:
    """A reader of the seeded wikis, and a connection that sees what the server has counted."""
    await upgrade(server_that_counts)
    await seeded.seed(server_that_counts)
    watching = await asyncpg.connect(server_that_counts)
    await watching.execute("CREATE EXTENSION pg_stat_statements")
    async with Reader.open(server_that_counts, READS) as reader:
        await reader.refresh()
        yield reader, watching
    await watching.close()


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for number in range(DOCUMENTS):
        one = asked(SCHEMA, Random(number), seeded.NOW)
        yield one.text, one.variables
    for question in sorted(GOLDEN.glob("*/question.graphql")):
        variables = question.parent / "variables.json"
        yield question.read_text(), orjson.loads(variables.read_bytes()) if variables.exists() else {}


def named(text: str, variables: dict[str, Any]) -> set[int | str]:
    """The wikis that are named anywhere: by their names, or by what ids begin with."""
    names = {variables[given] if given else literal for given, literal in BY_NAME.findall(text)}
    found: set[int | str] = {seeded.WIKIS.get(name, name) for name in names}
    for word in TEXTS.findall(text + orjson.dumps(variables).decode()):
        with suppress(GraphQLError, RequestRefused, ValueError):
            found.add(decode(word).wiki)
    return found


async def ask(reader: Reader, text: str, variables: dict[str, Any]) -> None:
    operation = Operation(SCHEMA, parse(text))
    values = request(seeded.NOW, seeing(sees_hidden=True), reader.directory)
    await reader.answer(operation.plan(operation.read(variables, values)), values)


async def test_postgresql_counts_one_statement_for_each_wiki(counting: tuple[Reader, Any]) -> None:
    reader, watching = counting
    of_one_wiki = 0
    for text, variables in documents():
        await ask(reader, text, variables)  # a connection that is new looks types up
    counted: int = await watching.fetchval(CALLS, list(READERS))
    for text, variables in documents():
        before = counted
        await ask(reader, text, variables)
        counted = await watching.fetchval(CALLS, list(READERS))
        wikis = named(text, variables)
        assert 1 <= counted - before <= max(1, len(wikis)), (text, variables)
        of_one_wiki += len(wikis) <= 1
    assert of_one_wiki >= MOSTLY_OF_ONE
