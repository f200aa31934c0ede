"""How many events a second one process can follow.

python bench/follow.py [DSN]     # an empty database of any PostgreSQL; without one, the embedded is run

Promised are 1,000 a second. Two streams are followed: one of which every event is a fact, and one like Wikimedia's, of
which one in a hundred is. The wiki answers from within the process, so what it costs is counted too.
"""

import os
import random
import sys
import time
from pathlib import Path

from kept import Promise, keep
from own_database import run

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from busy_wiki import keep_busy
from fake_stream import Json
from fake_wiki import API, STREAM, FakeWiki
from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from mentorgraph.action_api import ActionApi
from mentorgraph.feed import stream
from mentorgraph.feed.following import Following
from mentorgraph.feed.stream import Stream
from models.ledger import Ledger
from models.ledger.connections import wall_clock

EVENTS = int(os.environ.get("EVENTS", "20000"))
ONE_IN = 100
PROMISED = 1_000


def edit(number: int) -> Json:
    """What most events are, with as much in it as Wikimedia's."""
    return {
        "meta": {"domain": "en.wikipedia.org", "id": f"{number:032x}", "stream": "mediawiki.recentchange"},
        "wiki": "enwiki",
        "server_url": "https://en.wikipedia.org",
        "id": number,
        "type": "edit",
        "namespace": 0,
        "title": f"A page {number}",
        "comment": "what was changed, and why " * 6,
        "parsedcomment": "what was changed, and why, with links " * 12,
        "timestamp": 1_795_000_000,
        "user": "Somebody",
        "bot": False,
    }


async def measure(ledger: Ledger, wiki: int) -> None:
    """Follow both, one after the other."""
    stream.PAUSE = 0.0  # type: ignore[misc]
    busy = FakeWiki(now=wall_clock().replace(microsecond=0), name="benchwiki")
    busy.tick(-14_400)
    keep_busy(busy, random.Random(1), EVENTS)
    all_facts = await follow(ledger, wiki, busy, "every event is a fact")
    another = await ledger.add_wiki("rarewiki", "https://rare.example", PRESETS[PolicyPreset.DEFAULT])
    rare = FakeWiki(now=wall_clock().replace(microsecond=0), name="rarewiki")
    rare.tick(-14_400)
    keep_busy(rare, random.Random(2), EVENTS // ONE_IN)
    rare.events = [
        rare.events[number // ONE_IN] if number % ONE_IN == 0 else edit(number) for number in range(EVENTS)
    ]
    few_facts = await follow(ledger, another, rare, f"one event in {ONE_IN} is a fact")
    keep([all_facts, few_facts])


async def follow(ledger: Ledger, wiki: int, told: FakeWiki, what: str) -> Promise:
    """Follow one to its end."""
    following = Following(ledger, wiki, told.name, ActionApi(told.client(), API), stream.SOURCE)
    began, cpu = time.perf_counter(), time.process_time()
    followed = Stream(told.client(), STREAM, {told.name: following})
    await followed.follow()
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    rate = len(told.events) / wall
    print(f"{what}: {len(told.events):,} events in {wall:.1f} s, {rate:,.0f} a second; ", end="")
    print(f"{cpu:.1f} s of CPU here; {following.tally}; load {os.getloadavg()[0]:.1f}")
    return Promise(f"where {what}", f"{rate:,.0f} events a second", f"≥ {PROMISED:,}", rate >= PROMISED)


if __name__ == "__main__":
    run(measure, [])
