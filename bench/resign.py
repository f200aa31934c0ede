"""How long a mentor of 8,000 mentees takes to resign, and for how long each batch holds its locks.

python bench/resign.py [DSN]     # an empty database of any PostgreSQL; without one, the embedded is run

Promised are less than 5 s for all, and less than 200 ms of locks for each batch. What is measured as locks is the
whole transaction of a batch, from its first lock to its commit. A promise that fails is the exit status.
"""

import os
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from kept import Promise, keep
from own_database import run

import models.ledger.change
from graph.facts import Assigned, BlockPlaced, MentorEnrolled, Registered
from graph.kinds import BlockCategory, Origin, RelationshipRole
from models.ledger import Entry, Ledger, Target
from models.ledger.connections import transact, wall_clock

MENTEES, OTHERS, ONE_IN = int(os.environ.get("MENTEES", "8000")), 200, 10
MENTOR = 1_000_000
PRIMARY, BACKUP = RelationshipRole
WHOLE, LOCKS = 5.0, 0.2
"""Seconds that are promised, at 8,000 mentees: for the resignation, and for the locks of a batch."""

held: list[float] = []


async def timed(pool: Any, work: Callable[[Any], Awaitable[Any]], chance: random.Random, **more: Any) -> Any:
    """A transaction, and how long it took from its first statement to its commit."""
    began = 0.0

    async def noted(connection: Any) -> Any:
        nonlocal began
        began = time.perf_counter()
        return await work(connection)

    answer = await transact(pool, noted, chance, **more)
    held.append(time.perf_counter() - began)
    return answer


def wiki_of_one_mentor() -> list[Entry]:
    """Many mentors, of whom one has all mentees and the others are their backups; one mentee in ten is blocked."""
    chance, now = random.Random(1), wall_clock()
    number = iter(range(1, 10**9))

    def origin() -> Origin:
        return Origin("bench", str(next(number)))

    mentors = range(MENTOR, MENTOR + OTHERS + 1)
    entries = [
        Entry(fact=MentorEnrolled(at=now - timedelta(days=400), origin=origin(), mentor=m)) for m in mentors
    ]
    for mentee in range(1, MENTEES + 1):
        at, target = now - timedelta(minutes=chance.randrange(1440, 36000)), Target(id=mentee)
        entries.append(
            Entry(fact=Registered(at=at, origin=origin()), target=target, name=f"Newcomer {mentee}")
        )
        for mentor, role in ((MENTOR, PRIMARY), (chance.choice(mentors[1:]), BACKUP)):
            fact = Assigned(at=at, origin=origin(), mentor=mentor, role=role)
            entries.append(Entry(fact=fact, target=target))
        if mentee % ONE_IN == 0:
            at += timedelta(hours=3)
            block = BlockPlaced(at=at, origin=origin(), category=BlockCategory.USERNAME)
            entries.append(Entry(fact=block, target=target))
    return entries


async def measure(ledger: Ledger, wiki: int) -> None:
    held.clear()
    models.ledger.change.transact = timed  # type: ignore[attr-defined]  # the one place that opens changes
    began, worked = time.perf_counter(), time.process_time()
    done = await ledger.resign(wiki, MENTOR, patience=None)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    print(
        f"{MENTEES:,} mentees: {done}\n{took:.2f} s, {worked:.2f} s of it at work in this process; "
        f"{len(held)} transactions, the longest {max(held) * 1000:.0f} ms; load {os.getloadavg()[0]:.1f}"
    )
    keep(
        [
            Promise("a mentor resigns", f"{took:.2f} s", f"≤ {WHOLE:g} s", took <= WHOLE),
            Promise("the longest batch", f"{max(held):.3f} s of locks", f"≤ {LOCKS:g} s", max(held) <= LOCKS),
        ]
    )


run(measure, wiki_of_one_mentor())
