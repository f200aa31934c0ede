"""A feed that is killed again and again, of a stream that repeats itself and is cut: as if nothing had happened."""

import asyncio
import os
import random
import sys
from typing import Any

import pytest

from busy_wiki import keep_busy, served
from fake_stream import badly, last_id
from fake_wiki import API, STREAM, FakeWiki
from feed_process import begun, kill
from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from ledger_rows import fetch
from mentorgraph.action_api import ActionApi
from mentorgraph.feed import stream
from mentorgraph.feed.following import Following
from mentorgraph.feed.stream import Stream
from models.ledger import Ledger
from models.ledger.connections import wall_clock

EVENTS, KILLS = 5_000, 50
FACTS = """
SELECT f.kind, f.mentee_id, f.occurred_at, f.source, f.source_id, f.choices, t.reason, t.performer, t.name
FROM fact AS f LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
WHERE f.wiki_id = $1 ORDER BY f.source, f.source_id
"""


async def test_a_feed_that_is_killed_fifty_times_records_what_an_undisturbed_one_does(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    chance = random.Random(11)
    wiki = FakeWiki(now=wall_clock().replace(microsecond=0))
    wiki.tick(-7200)
    keep_busy(wiki, chance, EVENTS)
    async with Ledger.open(database) as ledger:
        undisturbed = await in_peace(ledger, database, wiki)
        fakewiki = await ledger.add_wiki("fakewiki", "http://127.0.0.1:8081", PRESETS[PolicyPreset.DEFAULT])
        wiki.frames = badly(chance, 3 * EVENTS // KILLS)
        places = set()
        async with served(wiki) as address:
            for _ in range(KILLS):
                process = begun(database, address)
                await asyncio.sleep(chance.uniform(0.05, 0.5))
                kill(process)
                reached = await ledger.reached(fakewiki, stream.SOURCE)
                places.add(None if reached is None else reached.position)
            process = begun(database, address)
            async with asyncio.timeout(60):
                while not await is_told(ledger, fakewiki, wiki):
                    await asyncio.sleep(0.05)
            kill(process)
    assert len(places) > KILLS // 4, "it was killed in the midst of things"
    assert await fetch(database, FACTS, fakewiki) == undisturbed


async def in_peace(ledger: Ledger, database: str, wiki: FakeWiki) -> list[tuple[Any, ...]]:
    """The facts of a wiki to which the same happens."""
    plain = FakeWiki(**{**vars(wiki), "name": "plainwiki"})
    plain.events = [{**event, "wiki": "plainwiki"} for event in wiki.events]
    number = await ledger.add_wiki("plainwiki", "http://127.0.0.1:8082", PRESETS[PolicyPreset.DEFAULT])
    following = Following(ledger, number, "plainwiki", ActionApi(plain.client(), API), stream.SOURCE)
    await Stream(plain.client(), STREAM, {"plainwiki": following}).follow()
    assert following.tally.recorded > EVENTS * 0.9, str(following.tally)
    facts: list[tuple[Any, ...]] = await fetch(database, FACTS, number)
    return facts


async def is_told(ledger: Ledger, number: int, wiki: FakeWiki) -> bool:
    reached = await ledger.reached(number, stream.SOURCE)
    return reached is not None and reached.position == last_id(wiki.events)
