"""How long a new policy takes on a wiki with many open blocks: to tell what it would end, and to project them anew.

python bench/reform.py [DSN]     # an empty database of any PostgreSQL; without one, the embedded is run

BLOCKED says how many are blocked (20,000 where it is left out); all of them have a mentor.
"""

import os
import random
import time
from datetime import timedelta

from own_database import run

from graph.facts import Assigned, BlockPlaced, MentorEnrolled, Registered
from graph.kinds import BlockCategory, Origin, PolicyPreset
from graph.policy import PRESETS
from models.ledger import Entry, Ledger, Target
from models.ledger.connections import wall_clock

BLOCKED = int(os.environ.get("BLOCKED", "20000"))
MENTORS = range(1_000_000, 1_000_200)
CATEGORIES = (BlockCategory.USERNAME, BlockCategory.OTHER)


def blocked_newcomers() -> list[Entry]:
    """Each with a mentor, blocked without an end at some time in the last sixty days."""
    chance, now = random.Random(1), wall_clock()
    number = iter(range(1, 10**9))

    def origin() -> Origin:
        return Origin("bench", str(next(number)))

    long_ago = now - timedelta(days=400)
    entries = [Entry(fact=MentorEnrolled(at=long_ago, origin=origin(), mentor=mentor)) for mentor in MENTORS]
    for mentee in range(1, BLOCKED + 1):
        at, target = now - timedelta(minutes=chance.randrange(10, 86_400)), Target(id=mentee)
        begun = at - timedelta(hours=3)
        entries.append(Entry(fact=Registered(at=begun, origin=origin()), target=target, name=f"N {mentee}"))
        fact = Assigned(at=begun, origin=origin(), mentor=chance.choice(MENTORS))
        entries.append(Entry(fact=fact, target=target))
        block = BlockPlaced(at=at, origin=origin(), category=chance.choice(CATEGORIES))
        entries.append(Entry(fact=block, target=target))
    return entries


async def measure(ledger: Ledger, wiki: int) -> None:
    shorter = PRESETS[PolicyPreset.GRACE_30_DAYS]
    began, worked = time.perf_counter(), time.process_time()
    told = await ledger.set_policy(wiki, shorter, validate_only=True)
    say(
        f"told beforehand: {told.released_at_once:,} of {told.affected:,} would be released",
        began,
        worked,
    )
    began, worked = time.perf_counter(), time.process_time()
    await ledger.set_policy(wiki, shorter, patience=None)
    say("told again, set, and projected anew", began, worked)


def say(what: str, began: float, worked: float) -> None:
    took, worked = time.perf_counter() - began, time.process_time() - worked
    print(
        f"{what}: {took:.1f} s, {worked:.1f} s of it at work in this process; load {os.getloadavg()[0]:.1f}"
    )


run(measure, blocked_newcomers())
