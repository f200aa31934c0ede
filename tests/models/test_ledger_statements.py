"""Every statement of the ledger is as machines that share the work can run it (design: distributed)."""

import re
from collections import Counter

import pytest
from sqlmodel import SQLModel

from graph.facts import BlockPlaced, Registered
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, entry_of
from lifecycle_stories import THE_STORY
from models.ledger import Activity, Entry, Ledger, Target

ONE_WIKI_TABLES = {name for name in SQLModel.metadata.tables if name != "wiki"}
FROM_ITEM = re.compile(r"\b(?:FROM|JOIN|USING|UPDATE|INSERT INTO|DELETE FROM)\s+(\w+)(?:\s+AS\s+(\w+))?")


async def statements_of_a_busy_day(dsn: str) -> list[str]:
    seen: list[str] = []
    clock = Clock(NOW)
    async with Ledger(dsn, clock=clock, observe=seen.append) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        for mentor in (101, 102, 103):
            await ledger.enroll(wiki, Target(id=mentor), capacity=5)
        for number in range(1, 4):
            fact = Registered(at=NOW, origin=Origin("mw-log", str(number)))
            await ledger.record(
                wiki, Entry(fact=fact, target=Target(id=number), name=f"User {number}", performer="X")
            )
            clock.advance(minutes=1)
        await ledger.update_mentor(wiki, 101, {"away_until": clock.now.replace(year=2028, month=3)})
        for told in THE_STORY:
            await ledger.record(wiki, entry_of(told, 2))
        clock.advance(minutes=1)
        block = BlockPlaced(at=clock.now, origin=Origin("mw-log", "99"), block_id="99", hides_name=True)
        await ledger.record(wiki, Entry(fact=block, target=Target(name="User 3")))
        await ledger.claim(wiki, 102, [1, 2])
        await ledger.opt_out(wiki, 1)
        clock.advance(minutes=1)
        await ledger.opt_in(wiki, 1)
        await ledger.resign(wiki, 103)
        await ledger.resign(wiki, 102)
        await ledger.record_activity(wiki, [Activity(1, 3, clock.now)])
        await ledger.answer_needs(wiki, limit=5)
        await ledger.bulk(wiki, [entry_of(fact, 9) for fact in THE_STORY])
        await ledger.tell_due(limit=5)
        await ledger.rebuild(wiki)
        await ledger.namings(wiki, ["User 1"])
        for _ in range(2):
            async with ledger.once("a key", b"to opt out"):
                await ledger.opt_out(wiki, 2)
        await ledger.forget_keys()
    return [statement for statement in seen if not re.match(r"BEGIN|COMMIT|ROLLBACK", statement.strip())]


@pytest.fixture(scope="module")
async def statements(module_database: str) -> set[str]:
    return set(await statements_of_a_busy_day(module_database))


def test_every_table_says_its_wiki_by_itself(statements: set[str]) -> None:
    for statement in statements:
        for table, alias in FROM_ITEM.findall(statement):
            if table in ONE_WIKI_TABLES and "INSERT INTO " + table not in statement:
                assert re.search(rf"\b{alias or table}\.wiki_id = \$1\b", statement), (table, statement)


def test_every_row_that_is_written_has_its_wiki_first(statements: set[str]) -> None:
    for statement in statements:
        for table in re.findall(r"INSERT INTO (\w+)", statement):
            first = "id" if table == "wiki" else "wiki_id"
            assert re.search(rf"INSERT INTO {table}(?: AS \w+)?\s*\({first}\b", statement), statement


def test_the_moment_is_a_value_and_never_asked_of_the_database(statements: set[str]) -> None:
    for statement in statements:
        assert not re.search(
            r"\bnow\(\)|clock_timestamp|current_timestamp|\bMERGE\b", statement, re.IGNORECASE
        )


def test_what_is_returned_are_columns(statements: set[str]) -> None:
    for statement in statements:
        for returned in re.findall(r"RETURNING (.*)", statement):
            assert re.fullmatch(r"\w+\.\w+(, \w+\.\w+)*", returned.strip()), statement


def test_one_execution_is_one_command(statements: set[str]) -> None:
    for statement in statements:
        assert ";" not in statement.strip().rstrip(";")


async def test_a_block_takes_no_more_statements_the_longer_the_history(database: str) -> None:
    counts = []
    seen: list[str] = []
    async with Ledger(database, clock=Clock(NOW), observe=seen.append) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        for number in range(1, 13):
            seen.clear()
            fact = BlockPlaced(
                at=NOW.replace(year=2020 + number // 2),
                origin=Origin("test", str(number)),
                block_id=str(number),
            )
            await ledger.record(wiki, Entry(fact=fact, target=Target(id=1)))
            counts.append(len(seen))
    assert max(counts[1:]) <= 30, Counter(seen)


async def test_plans_are_made_for_any_wiki_and_not_for_one(database: str) -> None:
    """A wiki that is newer than PostgreSQL's statistics counts as one row, and joins are planned accordingly."""
    async with Ledger(database) as ledger, ledger._desk.pool.acquire() as connection:
        assert await connection.fetchval("SHOW plan_cache_mode") == "force_generic_plan"
        assert await connection.fetchval("SELECT current_user") == "mentorgraph_app"
