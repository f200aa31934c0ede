"""Many writers at once about a hundred hot mentees, with a witness who looks all the time: nothing is ever
wrong.

Checks at the end of a run lie: what was wrong for a moment is right again by then, and the history is not
looked at. So a witness samples the invariants in snapshots while it goes on, one writer makes everything anew
at the end, and the same storm without the locks has to be found out.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

import models.ledger.change
from graph.errors import Refused
from graph.facts import BlockChanged, BlockLifted, BlockPlaced, MentorEnrolled, Registered, Renamed
from graph.kinds import BlockCategory, BlockKind, Origin, PolicyPreset, RelationshipRole
from graph.policy import PRESETS
from ledger_rows import fetch, rows_of
from models.ledger import Entry, Ledger, Target, tenure, walk
from models.ledger.change import Change
from models.ledger.connections import Connection, aware, wall_clock
from models.ledger.locks import TAKE_ACCOUNTS
from models.ledger.rows import AccountRow

pytestmark = pytest.mark.storm

MENTEES, MENTORS, WRITERS = range(1, 101), range(1001, 1013), 32
CATEGORIES = (BlockCategory.SPAM, BlockCategory.USERNAME, None)

# Each finds what must never be; all of a look are one snapshot.
INVARIANTS = {
    "one open tie a role": """
        SELECT s.mentee_id FROM relationship_span s
WHERE s.wiki_id = $1 AND s.valid_from <= $2 AND s.valid_to > $2
        GROUP BY s.mentee_id, s.role HAVING count(*) > 1""",
    "never the same mentor twice": """
        SELECT s.mentee_id FROM relationship_span s
WHERE s.wiki_id = $1 AND s.valid_from <= $2 AND s.valid_to > $2
        GROUP BY s.mentee_id, s.mentor_id HAVING count(*) > 1""",
    "suspended while blocked, and only then": """
        SELECT s.mentee_id FROM relationship_span s
        WHERE s.wiki_id = $1 AND s.valid_from <= $2 AND s.valid_to > $2
          AND (s.state = 'SUSPENDED') <> EXISTS (
              SELECT FROM block_span b WHERE b.wiki_id = $1 AND b.mentee_id = s.mentee_id AND b.counted
                AND b.valid_from <= $2 AND b.valid_to > $2)""",
    "nobody has a mentor who resigned": """
        SELECT s.mentee_id FROM relationship_span s
        WHERE s.wiki_id = $1 AND s.valid_from <= $2 AND s.valid_to > $2 AND NOT EXISTS (
            SELECT FROM mentor_term t WHERE t.wiki_id = $1 AND t.mentor_id = s.mentor_id
              AND t.valid_from <= $2 AND t.valid_to > $2)""",
    "spans are a tie's whole life": """
        SELECT r.mentee_id FROM relationship r LEFT JOIN relationship_span s
          ON s.wiki_id = $1 AND s.relationship_id = r.id
        WHERE r.wiki_id = $1 AND $2::timestamptz IS NOT NULL AND r.withdrawn_at = 'infinity'
        GROUP BY r.id, r.mentee_id, r.started_at, r.ends_at
        HAVING range_agg(tstzrange(s.valid_from, s.valid_to)) IS DISTINCT FROM
               tstzmultirange(tstzrange(r.started_at, r.ends_at))""",
    "no need while there is a mentor or a block": """
        SELECT n.mentee_id FROM need n WHERE n.wiki_id = $1 AND n.valid_from <= $2 AND n.valid_to > $2 AND (
            EXISTS (SELECT FROM relationship_span s WHERE s.wiki_id = $1 AND s.mentee_id = n.mentee_id
                      AND s.role = n.role AND s.valid_from <= $2 AND s.valid_to > $2)
            OR EXISTS (SELECT FROM block_span b WHERE b.wiki_id = $1 AND b.mentee_id = n.mentee_id AND b.counted
                         AND b.valid_from <= $2 AND b.valid_to > $2))""",
}


class Storm:
    """The writers, what they did, and what was found wrong."""

    def __init__(self, ledger: Ledger, dsn: str, wiki: int, seed: int) -> None:
        self.ledger, self.dsn, self.wiki = ledger, dsn, wiki
        self.chance = random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.looks = 0
        self.said: list[Entry] = []
        self._number = 0

    async def prepare(self) -> None:
        long_ago = wall_clock() - timedelta(days=5)
        facts = [Entry(fact=MentorEnrolled(at=long_ago, origin=self.origin(), mentor=m)) for m in MENTORS]
        await self.ledger.bulk(self.wiki, facts)
        for mentee in MENTEES:
            fact = Registered(at=long_ago, origin=self.origin())
            await self.ledger.record(
                self.wiki, Entry(fact=fact, target=Target(id=mentee), name=f"User {mentee}")
            )

    async def rage(self, operations: int) -> None:
        """All writers at once, and the witness for as long as they write."""
        witness = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(*(self._write(operations // WRITERS) for _ in range(WRITERS)))
        finally:
            witness.cancel()
            await asyncio.gather(witness, return_exceptions=True)

    async def _write(self, operations: int) -> None:
        for _ in range(operations):
            verb = self.chance.choices(*zip(*self._verbs().items(), strict=True))[0]
            try:
                await verb()
            except Refused as refused:
                self.done[f"refused: {refused.code}"] += 1
            except Exception as error:  # noqa: BLE001 - whatever reaches a caller is a fault
                self.faults[f"a caller met {type(error).__name__}: {error}"[:200]] += 1
            else:
                self.done[verb.__name__] += 1

    def _verbs(self) -> dict[Callable[[], Awaitable[object]], int]:
        return {
            self.block: 6,
            self.change: 3,
            self.lift: 5,
            self.claim: 4,
            self.back_up: 2,
            self.opt_out: 1,
            self.opt_in: 2,
            self.rename: 2,
            self.repeat: 3,
            self.resign: 1,
            self.enroll: 1,
        }

    def origin(self) -> Origin:
        self._number += 1
        return Origin("mw-log", str(self._number))

    def moment(self) -> datetime:
        """Now; every now and then news comes late."""
        late = self.chance.choice((0, 0, 0, 0, 0.001, 0.3, 3600))
        return wall_clock() - timedelta(milliseconds=round(late * 1000))

    async def tell(self, fact: Any, **beside: Any) -> None:
        entry = Entry(fact=fact, target=Target(id=self.chance.choice(MENTEES)), **beside)
        self.said.append(entry)
        await self.ledger.record(self.wiki, entry)

    async def block(self) -> None:
        at, chance = self.moment(), self.chance
        ends = chance.choice((None, at + timedelta(milliseconds=300), at + timedelta(days=3)))
        kind = chance.choice((BlockKind.LOCAL, BlockKind.LOCAL, BlockKind.GLOBAL_LOCK))
        category = chance.choice(CATEGORIES)
        await self.tell(
            BlockPlaced(at=at, origin=self.origin(), block_kind=kind, expires_at=ends, category=category)
        )

    async def change(self) -> None:
        category = self.chance.choice(CATEGORIES)
        await self.tell(BlockChanged(at=self.moment(), origin=self.origin(), category=category))

    async def lift(self) -> None:
        kind = self.chance.choice((BlockKind.LOCAL, BlockKind.GLOBAL_LOCK))
        await self.tell(BlockLifted(at=self.moment(), origin=self.origin(), block_kind=kind))

    async def rename(self) -> None:
        await self.tell(Renamed(at=self.moment(), origin=self.origin()), name=f"Name {self._number}")

    async def claim(self) -> None:
        chance = self.chance
        some = chance.sample(MENTEES, chance.choice((1, 2, 5)))
        await self.ledger.claim(self.wiki, chance.choice(MENTORS), some, per_item=chance.random() < 0.3)

    async def back_up(self) -> None:
        mentor, mentee = self.chance.choice(MENTORS), self.chance.choice(MENTEES)
        await self.ledger.assign(self.wiki, mentee, mentor, RelationshipRole.BACKUP)

    async def opt_out(self) -> None:
        await self.ledger.opt_out(self.wiki, self.chance.choice(MENTEES))

    async def opt_in(self) -> None:
        await self.ledger.opt_in(self.wiki, self.chance.choice(MENTEES))

    async def repeat(self) -> None:
        if self.said:
            await self.ledger.record(self.wiki, self.chance.choice(self.said[-50:]))

    async def resign(self) -> None:
        await self.ledger.resign(self.wiki, self.chance.choice(MENTORS))

    async def enroll(self) -> None:
        await self.ledger.enroll(
            self.wiki, Target(id=self.chance.choice(MENTORS)), capacity=self.chance.choice((None, 20))
        )

    async def _watch(self) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            while True:
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    await self._look(connection)
                self.looks += 1
                await asyncio.sleep(0.005)
        finally:
            await connection.close()

    async def _look(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        # The moment is taken before the snapshot: what is committed later than it may only know of later
        # ones.
        now = wall_clock()
        for invariant, statement in INVARIANTS.items():
            if await connection.fetch(statement, self.wiki, now):
                self.faults[invariant] += 1

    async def look_back(self) -> None:
        """What one writer makes of the facts is what the storm has left, and the feed has told it all.

        What outlasted a request is done first, as a server would.
        """
        for job in await self.ledger.jobs.running():
            await self.ledger.work_at(job)
        before = await rows_of(self.dsn, self.wiki)
        await self.ledger.rebuild(self.wiki)
        after = await rows_of(self.dsn, self.wiki)
        for table in before:
            wrong = Counter(before[table])
            wrong.subtract(after[table])
            self.faults[f"one writer makes other rows of {table}"] += sum(map(abs, wrong.values()))
        self.faults["the feed lacks or holds too much"] += await self._untold()
        self.faults = +self.faults

    async def _untold(self) -> int:
        await self.ledger.tell_due(limit=1000)

        async def tell_all(change: Change) -> int:
            await change.open(MENTEES, create=False)
            change.project(change.accounts)
            return len((await change.write()).events)

        return await self.ledger._desk.change(self.wiki, tell_all)


async def a_storm(dsn: str, operations: int, seed: int) -> Storm:
    chance = random.Random(seed)

    async def pause() -> None:
        await asyncio.sleep(chance.uniform(0, 0.002))

    # A job does two batches at a time, each on a connection of its own.
    async with Ledger(dsn, seed=seed, size=2 * WRITERS, pause=pause) as ledger:
        wiki = await ledger.add_wiki("stormwiki", "https://storm.example", PRESETS[PolicyPreset.DEFAULT])
        storm = Storm(ledger, dsn, wiki, seed)
        await storm.prepare()
        await storm.rage(operations)
        await storm.look_back()
    return storm


async def test_nothing_is_ever_wrong_however_many_write_at_once(database: str) -> None:
    storm = await a_storm(database, operations=1600, seed=20261122)
    print(storm.looks, dict(storm.done))  # noqa: T201 - shown where the test fails, and by -s
    assert storm.faults == {}
    assert storm.looks > 20
    assert all(
        storm.done[verb] for verb in ("block", "lift", "claim", "rename", "repeat", "resign", "enroll")
    )


async def test_nothing_is_ever_wrong_while_resignations_go_on_in_batches(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, number in (
        (tenure, "MOST", 2),
        (walk, "MOST", 3),
        (walk, "LEAST", 1),
        (walk, "FIRST", 2),
    ):
        monkeypatch.setattr(module, name, number)
    storm = await a_storm(database, operations=640, seed=20261125)
    jobs = await fetch(database, "SELECT state, count(*) FROM job GROUP BY state")
    print(storm.looks, dict(storm.done), jobs)  # noqa: T201 - shown where the test fails, and by -s
    assert storm.faults == {}
    assert [state for state, _ in jobs] == ["DONE"]


UNLOCKED = TAKE_ACCOUNTS.replace("FOR NO KEY UPDATE", "")


async def no_lock_on_accounts(
    connection: Connection, wiki: int, wanted: Iterable[int]
) -> dict[int, AccountRow]:
    found = await connection.fetch(UNLOCKED, wiki, sorted(set(wanted)))
    return {row["id"]: AccountRow(*aware(row)) for row in found}


async def test_the_same_storm_without_the_lock_is_found_out(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.ledger.change, "lock_accounts", no_lock_on_accounts)
    storm = await a_storm(database, operations=640, seed=20261122)
    seen_by_the_witness = set(storm.faults) & set(INVARIANTS)
    assert len(seen_by_the_witness) >= 2, storm.faults
    assert seen_by_the_witness & {"one open tie a role", "suspended while blocked, and only then"}
