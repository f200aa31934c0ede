"""The second wall: with the application's own checks off, row-level security alone still hides what is hidden."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import orjson
import pytest
from graphql import parse

import seeded
from graph.caller import NO_RIGHTS, Rights
from graph.compile.plan import Operation, request
from models.migrate import OVERSEER, PUBLIC, READERS
from models.reader import Reader, behind
from reading import READS, SCHEMA, seeing

QUESTIONS = sorted((Path(__file__).parents[1] / "golden").glob("*/question.graphql"))
ROWS = seeded.generate()
WALLS = {"public": NO_RIGHTS, "a person's": Rights(account=101)}
ALL = Rights(sees_hidden=True)


def names(table: str) -> set[str]:
    return {row["name"] for row in ROWS[table]}


SECRETS = names("suppressed_name") - names("account_name") - set(seeded.ODD)


@pytest.fixture(scope="module")
async def reader(module_database: str) -> AsyncIterator[Reader]:
    await seeded.seed(module_database)
    async with Reader.open(module_database, READS) as reader:
        await reader.refresh()
        yield reader


async def answers(reader: Reader, rights: Rights) -> list[str]:
    """What every golden question tells who has all rights in the statement, read from behind that wall."""
    told = []
    everything = seeing(sees_hidden=True, sees_opt_outs=True)
    for question in QUESTIONS:
        text = question.read_text()
        given = question.with_name("variables.json")
        values = request(seeded.NOW, everything, reader.directory)
        operation = Operation(SCHEMA, parse(text))
        variables = orjson.loads(given.read_bytes()) if given.exists() else {}
        plan = operation.plan(operation.read(variables, values))
        told += [await reader.fetch(call.sql, call.arguments, rights) for call in plan.calls(values)]
    return [one.decode() for one in told]


def secrets_in(text: str) -> set[str]:
    return {name for name in SECRETS if orjson.dumps(name).decode() in text}


@pytest.mark.parametrize("wall", WALLS)
async def test_no_question_is_told_a_hidden_name_from_behind_a_wall(reader: Reader, wall: str) -> None:
    assert {name for text in await answers(reader, WALLS[wall]) for name in secrets_in(text)} == set()


async def test_those_who_may_are_told_by_the_same_statements(reader: Reader) -> None:
    told = {name for text in await answers(reader, ALL) for name in secrets_in(text)}
    assert len(told) >= 2


IN_HIDDEN_TEXT = "(t.wiki_id, t.fact_id) IN (SELECT h.wiki_id, h.fact_id FROM hidden_text AS h)"


@pytest.mark.parametrize(
    ("table", "hidden", "seen_by"),
    [
        ("suppressed_name", "true", (OVERSEER,)),
        ("fact_text", IN_HIDDEN_TEXT, (OVERSEER,)),
    ],
)
async def test_hidden_rows_are_there_for_those_roles_alone(
    reader: Reader, table: str, hidden: str, seen_by: tuple[str, ...]
) -> None:
    for role in READERS:
        connection = await asyncpg.connect(reader.dsn, server_settings={"role": role})
        try:
            look = f"SELECT count(*) FILTER (WHERE {hidden}), count(*) FROM {table} AS t"  # noqa: S608 - of this list
            found, all_of_them = await connection.fetchrow(look) or (0, 0)
        finally:
            await connection.close()
        assert (found > 0) == (role in seen_by), role
        assert all_of_them > 0 or table == "suppressed_name"


@pytest.mark.parametrize(
    "secret",
    ["SELECT digest FROM token", "SELECT name FROM fact_text", "SELECT plan FROM job", "SELECT * FROM deed"],
)
@pytest.mark.parametrize("role", READERS)
async def test_readers_have_no_way_to_what_no_statement_names(reader: Reader, role: str, secret: str) -> None:
    connection = await asyncpg.connect(reader.dsn, server_settings={"role": role})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(secret)
    finally:
        await connection.close()


def test_who_reads_behind_which_wall() -> None:
    """A person, though the mentor of somebody hidden, is told no more names than anyone."""
    assert [behind(rights) for rights in (NO_RIGHTS, Rights(sees_opt_outs=True, account=101))] == [
        PUBLIC,
        PUBLIC,
    ]
    assert behind(Rights(sees_hidden=True, account=101)) == OVERSEER
