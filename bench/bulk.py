"""How fast an import is recorded: 30,000 entries of a wiki's log about 10,000 accounts, by the bulk path.

python bench/bulk.py DSN        # an empty database of any PostgreSQL; it is migrated first
"""

import asyncio
import random
import sys
import time
from datetime import UTC, datetime, timedelta

from graph.facts import Assigned, BlockLifted, BlockPlaced, Fact, MentorEnrolled, Registered, Renamed
from graph.kinds import Origin, PolicyPreset, StartReason
from graph.policy import PRESETS
from models.ledger import Entry, Ledger, Target
from models.migrate import upgrade

ACCOUNTS, ENTRIES, MENTORS, AT_ONCE = 10_000, 30_000, 40, 5_000
START = datetime(2024, 1, 1, tzinfo=UTC)
REASONS = ("Spam", "Inappropriate username", "Vandalism", "Edit warring", None)


def log(chance: random.Random) -> list[Entry]:
    """Registrations, and then claims, blocks, unblocks and renames, a third of each account's entries each."""
    number = iter(range(1, 10**9))

    def told(
        fact_class: type[Fact], account: int, day: float, name: str | None = None, **more: object
    ) -> Entry:
        origin = Origin("mw-log", str(next(number)))
        fact = fact_class(at=START + timedelta(days=day), origin=origin, **more)
        return Entry(fact=fact, target=Target(id=account), name=name, performer="An admin")

    entries, blocked = [], set()
    for account in range(1, ACCOUNTS + 1):
        day = chance.uniform(0, 600)
        entries.append(told(Registered, account, day, f"Newcomer {account}", assign=False))
    while len(entries) < ENTRIES:
        account, day = chance.randint(1, ACCOUNTS), chance.uniform(600, 900)
        kind = chance.randrange(4)
        if kind == 0:
            mentor = 1_000_000 + chance.randrange(MENTORS)
            entries.append(told(Assigned, account, day, mentor=mentor, because=StartReason.CLAIMED))
        elif kind == 1 and account not in blocked:
            blocked.add(account)
            entries.append(
                told(BlockPlaced, account, day, block_id=str(account), reason=chance.choice(REASONS))
            )
        elif kind == 2 and account in blocked:
            entries.append(told(BlockLifted, account, day + 10, block_id=str(account)))
        elif kind == 3:
            entries.append(told(Renamed, account, day, f"Renamed {len(entries)}"))
    # As the importer hands them over: what is about one account together, in the order in which it happened.
    return sorted(entries, key=lambda entry: (entry.target and entry.target.id, entry.fact.at))


async def main(dsn: str) -> None:
    await upgrade(dsn)
    async with Ledger(dsn) as ledger:
        wiki = await ledger.add_wiki("benchwiki", "https://bench.example", PRESETS[PolicyPreset.DEFAULT])
        terms = [
            Entry(fact=MentorEnrolled(at=START, origin=Origin("bench", f"e{n}"), mentor=1_000_000 + n))
            for n in range(MENTORS)
        ]
        await ledger.bulk(wiki, terms)
        entries = log(random.Random(1))
        for again in ("first", "again"):
            began, worked = time.perf_counter(), time.process_time()
            recorded = known = refused = 0
            for start in range(0, len(entries), AT_ONCE):
                done = await ledger.bulk(wiki, entries[start : start + AT_ONCE])
                recorded, known, refused = (
                    recorded + done.recorded,
                    known + done.known,
                    refused + len(done.refused),
                )
            took, worked = time.perf_counter() - began, time.process_time() - worked
            print(
                f"{again}: {len(entries):,} entries about {ACCOUNTS:,} accounts in {took:.1f} s: "
                f"{len(entries) / took:,.0f} a second ({recorded:,} recorded, {known:,} known, {refused:,} refused; "
                f"{worked:.1f} s of it at work in this process)"
            )


asyncio.run(main(sys.argv[1]))
