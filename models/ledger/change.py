"""One change: the one function that opens it, takes the locks, reads, projects and writes, all in one transaction."""

import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

import orjson

from graph.facts import Registered
from graph.kinds import NotificationKind, RelationshipEventKind, RelationshipRole
from graph.lifecycle import project
from graph.policy import PolicySettings, PolicyVersion
from graph.timeline import Timeline
from models.ledger.connections import Clock, Connection, Pool, transact
from models.ledger.difference import Circumstances, Difference, Facts
from models.ledger.entry import Entry, NamesMentor
from models.ledger.facts_kept import Kept, Row, choices, digest, from_row, reason_of
from models.ledger.locks import Locks, Strength, add_accounts, lock_accounts, lock_mentors
from models.ledger.policies import Policies, in_force
from models.ledger.rows import AccountRow, EventRow, Stored, read
from models.ledger.script import PUT_IN_OUTBOX, Script, new_ids, write
from models.ledger.statistics import Statistics

T = TypeVar("T")

NAMED: Final = """
SELECT DISTINCT f.mentor_id FROM fact AS f
WHERE f.wiki_id = $1 AND f.mentee_id = ANY($2::bigint[]) AND f.mentor_id IS NOT NULL
"""
FACTS: Final = """
SELECT f.id, f.kind, f.mentee_id, f.mentor_id, f.occurred_at, f.source, f.source_id, f.choices, f.performer_id,
       f.recorded_at, t.reason, t.performer, t.name
FROM fact AS f LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
WHERE f.wiki_id = $1 AND f.mentee_id = ANY($2::bigint[])
"""
TERM_FACTS: Final = """
SELECT f.id, f.kind, f.mentee_id, f.mentor_id, f.occurred_at, f.source, f.source_id, f.choices, f.performer_id,
       f.recorded_at, t.reason, t.performer, t.name
FROM fact AS f LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
WHERE f.wiki_id = $1 AND f.mentor_id = ANY($2::bigint[]) AND f.mentee_id IS NULL
"""
APPEND: Final = """
INSERT INTO fact AS f
    (wiki_id, kind, mentee_id, mentor_id, occurred_at, source, source_id, choices, performer_id, bulk, digest,
     recorded_at)
SELECT $1::integer, new.kind, new.mentee_id, new.mentor_id, new.occurred_at, new.source, new.source_id,
       new.choices::jsonb, new.performer_id, new.bulk, new.digest, $2
FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
            $10::bigint[], $11::boolean[], $12::bytea[])
     AS new (kind, mentee_id, mentor_id, occurred_at, source, source_id, choices, performer_id, bulk, digest)
ON CONFLICT (wiki_id, source, source_id) DO NOTHING
RETURNING f.id, f.source, f.source_id
"""
APPEND_TEXTS: Final = """
INSERT INTO fact_text AS t (wiki_id, fact_id, reason, performer, name)
SELECT $1::integer, new.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS new
"""

RESTARTS: Final = 40
NO_CAUSES: Final[Mapping[int, int]] = MappingProxyType({})

TOLD_AS: Final = {
    RelationshipEventKind.SUSPENDED.value: NotificationKind.MENTEE_BLOCKED,
    RelationshipEventKind.RESUMED.value: NotificationKind.MENTEE_UNBLOCKED,
    RelationshipEventKind.RELEASED.value: NotificationKind.RELEASED,
    RelationshipEventKind.RESTORED.value: NotificationKind.RESTORED,
}

Pause = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Given:
    """An entry whose people are known by id; `mentee` is None for a fact about a mentor's terms."""

    entry: Entry
    mentee: int | None
    mentor: int | None
    performer: int | None = None


class StartOver(Exception):
    """Mentors turned up that are not locked yet, or a fact that someone else has recorded meanwhile."""


@dataclass(slots=True)
class Run:
    """What a change remembers when it has to start over: whom to lock, and whom chance has chosen already."""

    locks: Locks = field(default_factory=dict)
    picks: dict[tuple[int, RelationshipRole], int] = field(default_factory=dict)

    def lock(self, mentors: Iterable[int], strength: Strength = Strength.SHARED) -> None:
        for mentor in mentors:
            self.locks[mentor] = max(strength, self.locks.get(mentor, strength))


@dataclass(slots=True)
class Office:
    """What every change of a ledger needs. `pause` waits between reading and writing, where tests want it to."""

    pool: Pool
    clock: Clock
    chance: random.Random
    statistics: Statistics
    policies: Policies = field(default_factory=Policies)
    pause: Pause | None = None

    async def change(self, wiki: int, work: "Callable[[Change], Awaitable[T]]") -> T:
        """Open a change and do this work in it: every change of what is kept goes through here."""
        run = Run()

        async def once(connection: Connection) -> T:
            return await work(Change(self, connection, wiki, run))

        for _ in range(RESTARTS):
            try:
                return await transact(self.pool, once, self.chance)
            except StartOver:
                continue
        raise RuntimeError("a change found new mentors to lock again and again")

    def new_id(self) -> str:
        """A UUID of version 7: its order is that of time."""
        milliseconds = int(self.clock().timestamp() * 1000)
        bits = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | self.chance.getrandbits(76)
        return str(UUID(int=bits & ~(3 << 62) | 2 << 62))


class Change:
    """A transaction of one wiki. `now` is the wall clock, read once, when the locks were had."""

    now: datetime
    settings: PolicySettings
    policies: Sequence[PolicyVersion]

    def __init__(self, office: Office, connection: Connection, wiki: int, run: Run) -> None:
        self.office, self.connection, self.wiki, self.run = office, connection, wiki, run
        self.accounts: dict[int, AccountRow] = {}
        self.timelines: dict[int, Timeline] = {}
        self.differences: dict[int, Difference] = {}
        self.ineligible: set[int] = set()
        self._own: dict[int, list[Kept]] = {}
        self._terms: dict[int, list[Kept]] = {}
        self._stored: dict[int, Stored] = {}
        self._wishes: Mapping[int, list[str] | None] = {}
        self._mentors_are_locked = False

    # The order of all that follows is what keeps it right: mentors, then mentees, and only then a look.

    async def lock_mentors(self, mentees: Collection[int]) -> None:
        """Lock the mentors that are wanted, and those whom the facts about these mentees name."""
        named = await self.connection.fetch(NAMED, self.wiki, list(mentees)) if mentees else []
        self.run.lock(row["mentor_id"] for row in named)
        self._wishes = await lock_mentors(self.connection, self.wiki, self.run.locks)
        self._mentors_are_locked = True

    async def open(self, mentees: Collection[int], *, create: bool = True) -> None:
        """Lock these mentees, the mentors first, and read all that the rules read about them."""
        await self.office.policies.require(self.connection, self.wiki)
        if not self._mentors_are_locked:
            await self.lock_mentors(mentees)
        await self._lock_mentees(mentees, create=create)
        self.now = self.office.clock()
        self.policies = await self.office.policies.of(self.connection, self.wiki)
        self.settings = in_force(self.policies, self.now)
        await self._read_facts()
        known = [mentee for mentee, facts in self._own.items() if facts]
        self._stored = await read(self.connection, self.wiki, known)
        if self.office.pause is not None:
            await self.office.pause()

    async def _lock_mentees(self, mentees: Collection[int], *, create: bool) -> None:
        # Who was never enrolled has no mentor's row to lock: then it is their account that an enrolment locks too.
        unenrolled = self.run.locks.keys() - self._wishes.keys()
        wanted = {*mentees, *unenrolled}
        accounts = await lock_accounts(self.connection, self.wiki, wanted)
        missing = set(mentees) - accounts.keys()
        if missing and create:
            made = await add_accounts(self.connection, self.wiki, missing)
            accounts |= await lock_accounts(self.connection, self.wiki, missing)
            assert made <= accounts.keys()
        self.accounts = {mentee: accounts[mentee] for mentee in mentees if mentee in accounts}

    async def _read_facts(self) -> None:
        self._own = {mentee: [] for mentee in self.accounts}
        for record in await self.connection.fetch(FACTS, self.wiki, list(self.accounts)):
            row = Row(*record)
            assert row.mentee_id is not None
            self._own[row.mentee_id].append(from_row(row))
            self._must_be_locked(row.mentor_id)
        self._terms = {mentor: [] for mentor in self.run.locks}
        if not self._terms:
            return
        for record in await self.connection.fetch(TERM_FACTS, self.wiki, list(self._terms)):
            row = Row(*record)
            assert row.mentor_id is not None
            self._terms[row.mentor_id].append(from_row(row))

    def _must_be_locked(self, mentor: int | None) -> None:
        if mentor is not None and mentor not in self.run.locks:
            self.run.lock([mentor])
            raise StartOver

    def need_lock(self, mentor: int, strength: Strength) -> None:
        """Start over unless this mentor is locked that strongly: against the order nobody is ever waited for."""
        if self.run.locks.get(mentor, -1) < strength:
            self.run.lock([mentor], strength)
            raise StartOver

    # What the rules say.

    def facts(self, mentee: int) -> Facts:
        own = self._own[mentee]
        named = {kept.fact.mentor for kept in own if isinstance(kept.fact, NamesMentor)}
        return Facts(own, [kept for mentor in named for kept in self._terms[mentor]])

    def registered_at(self, mentee: int) -> datetime | None:
        """By the facts, for what this change itself recorded is not in the account's row yet."""
        return next(
            (k.fact.at for k in self.facts(mentee).standing() if isinstance(k.fact, Registered)), None
        )

    def terms(self, mentor: int) -> list[Kept]:
        return self._terms[mentor]

    def stored(self, mentee: int) -> Stored:
        return self._stored.get(mentee) or Stored()

    def project(self, mentees: Iterable[int]) -> None:
        for mentee in mentees:
            facts = self.facts(mentee).by_origin.values()
            self.timelines[mentee] = project(mentee, [kept.fact for kept in facts], self.policies)

    # What is written.

    async def append(self, given: Sequence[Given]) -> list[int]:
        """Append facts; answers the ids of their rows."""
        rows = [_fact_row(one) for one in given]
        found = await self.connection.fetch(APPEND, self.wiki, self.now, *zip(*rows, strict=True))
        ids = {(source, source_id): row_id for row_id, source, source_id in found}
        if len(ids) < len(given):
            raise StartOver  # someone else has recorded one of them meanwhile: the next try will find it
        kept = [_kept(ids[one.entry.origin], one, self.now) for one in given]
        texts = [(k.id, k.reason, k.performer, k.name) for k in kept if k.reason or k.performer or k.name]
        if texts:
            await self.connection.execute(APPEND_TEXTS, self.wiki, *zip(*texts, strict=True))
        for one, fact in zip(given, kept, strict=True):
            if one.mentee is not None:
                self._own[one.mentee].append(fact)
            elif one.mentor is not None:
                self._terms[one.mentor].append(fact)
        return [fact.id for fact in kept]

    def compare(self, circumstances: Circumstances | None = None) -> None:
        """Compare what was projected with what is kept."""
        given = circumstances or Circumstances(self.now)
        self.differences = {
            mentee: Difference(
                self.accounts[mentee], self.facts(mentee), self.stored(mentee), timeline, given
            )
            for mentee, timeline in self.timelines.items()
        }

    async def write(
        self, *, bulk: bool = False, tell: bool = True, causes: Mapping[int, int] = NO_CAUSES
    ) -> Script:
        """Write the difference between what is kept and what was projected, and tell what is new.

        `causes` are the facts that are being recorded, by mentee: what is withdrawn is so because of them.
        """
        self.compare(Circumstances(self.now, tell, bulk, causes, frozenset(self.ineligible)))
        wanted = [difference.needs_ids() for difference in self.differences.values()]
        script = Script()
        if wanted:
            ids = await new_ids(self.connection, *(sum(column) for column in zip(*wanted, strict=True)))
            for difference in self.differences.values():
                difference.write(script, ids)
        await write(self.connection, self.wiki, script)
        if not bulk:
            await self._put_in_outbox(script.events)
        return script

    async def _put_in_outbox(self, events: Iterable[EventRow]) -> None:
        told = [
            (event.id, kind.value)
            for event in events
            if (kind := TOLD_AS.get(event.kind)) is not None
            and kind in self.settings.notify
            and _wants(self._wishes.get(event.mentor_id), kind)
        ]
        if told:
            await self.connection.execute(PUT_IN_OUTBOX, self.wiki, self.now, *zip(*told, strict=True))


def _wants(wishes: Collection[str] | None, kind: NotificationKind) -> bool:
    """A mentor who never chose is told whatever the wiki's policy says."""
    return wishes is None or kind.value in wishes


def _fact_row(given: Given) -> tuple[object, ...]:
    entry, fact = given.entry, given.entry.fact
    chosen = choices(fact)
    return (
        fact.kind.value,
        given.mentee,
        given.mentor,
        fact.at,
        fact.origin.source,
        fact.origin.source_id,
        orjson.dumps(chosen).decode(),
        given.performer,
        entry.bulk,
        digest(fact.kind.value, fact.at, chosen, given.mentor),
    )


def _kept(row_id: int, given: Given, now: datetime) -> Kept:
    entry = given.entry
    performer = None if given.performer is not None else entry.performer
    return Kept(row_id, entry.fact, now, reason_of(entry), performer, given.performer, entry.name)
