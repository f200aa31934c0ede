"""How many statements the ledger runs, and how they are planned; what they may say is held of the whole run."""

from collections import Counter

from graph.facts import BlockPlaced
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import NOW, Clock
from models.ledger import Entry, Ledger, Target


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
