"""One change: the one function that opens it, takes the locks, reads, projects and writes, all in one transaction."""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

import orjson

from graph.facts import Fact
from graph.kinds import NotificationKind, Origin, RelationshipEventKind, RelationshipRole
from graph.lifecycle import project
from graph.policy import PolicySettings, PolicyVersion
from graph.timeline import Timeline
from models.ledger import deeds
from models.ledger.acting import acting
from models.ledger.connections import Clock, Connection, Connections, transact
from models.ledger.difference import Circumstances, Difference, Facts
from models.ledger.entry import Entry, NamesMentor
from models.ledger.facts_kept import Kept, Row, choices, digest, from_row, reason_of
from models.ledger.locks import Locks, Strength, add_accounts, lock_accounts, lock_mentors
from models.ledger.outcomes import Outcome, is_told_again
from models.ledger.policies import Policies, in_force
from models.ledger.repeats import Step, sending
from models.ledger.rows import AccountRow, EventRow, Stored, read
from models.ledger.script import PUT_IN_OUTBOX, Script, new_ids, write
from models.ledger.statistics import Statistics
from models.outbox import SET_MENTOR

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
OUR_OWN: Final = "api"
"""The source of what is decided here and was given no name of its own."""
NO_CAUSES: Final[Mapping[int, int]] = MappingProxyType({})

TOLD_AS: Final = {
    RelationshipEventKind.SUSPENDED.value: NotificationKind.MENTEE_BLOCKED,
    RelationshipEventKind.RESUMED.value: NotificationKind.MENTEE_UNBLOCKED,
    RelationshipEventKind.RELEASED.value: NotificationKind.RELEASED,
    RelationshipEventKind.RESTORED.value: NotificationKind.RESTORED,
}

NEWS: Final = timedelta(days=2)
"""What happened longer ago is none."""

COMES_BACK: Final = frozenset({RelationshipEventKind.RESUMED.value, RelationshipEventKind.RESTORED.value})
"""After a block the wiki may have forgotten the mentor, or have drawn another."""

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
    """What a change remembers when it has to start over: whom to lock, and whom chance has chosen already.

    `has_told`: it has put something into the feed, if it is committed.
    """

    locks: Locks = field(default_factory=dict)
    picks: dict[tuple[int, RelationshipRole], int] = field(default_factory=dict)
    has_told: bool = False

    def lock(self, mentors: Iterable[int], strength: Strength = Strength.SHARED) -> None:
        for mentor in mentors:
            self.locks[mentor] = max(strength, self.locks.get(mentor, strength))


@dataclass(slots=True)
class Office:
    """What every change of a ledger needs. `pause` waits between reading and writing, where tests want it to;
    `told` hears after the commit which wiki's feed has news.
    """

    pool: Connections
    clock: Clock
    chance: random.Random
    statistics: Statistics
    policies: Policies = field(default_factory=Policies)
    pause: Pause | None = None
    told: Callable[[int], None] | None = None

    async def change(self, wiki: int, work: "Callable[[Change], Awaitable[T]]") -> T:
        """Open a change and do this work in it: every change of what is kept goes through here.

        On behalf of a mutation that was sent under a key, the work is done once; a repeat is told what it came to.
        """
        work = self._on_behalf(wiki, work)
        sent = sending()
        if sent is None:
            return await self._change(wiki, work)
        outcome = await self._once(sent.next(wiki), work)
        sent.is_changing = False
        told: T = outcome.told()
        return told

    def _on_behalf(
        self, wiki: int, work: "Callable[[Change], Awaitable[T]]"
    ) -> "Callable[[Change], Awaitable[T]]":
        """The same work, with a word of who asked for it."""
        doing = acting()
        if doing is None:
            return work

        async def noted(change: Change) -> T:
            found = await work(change)
            if not change.is_repeat:
                await deeds.keep(change.connection, wiki, doing, self.clock(), change.appended)
            return found

        return noted

    async def _once(self, step: Step, work: "Callable[[Change], Awaitable[object]]") -> Outcome:
        async def kept(change: Change) -> Outcome:
            before = await step.take_turn(change.connection)
            if before is not None:
                return before
            outcome = Outcome(await work(change))
            if not await step.keep(change.connection, outcome):
                raise StartOver
            return outcome

        try:
            return await self._change(step.wiki, kept)
        except Exception as error:
            if not is_told_again(error):
                raise
            # The change is undone, so what is told of it has a transaction of its own; the first outcome stands.
            outcome = Outcome(raised=error)
            return await transact(self.pool, lambda c: step.keep_or_find(c, outcome), self.chance)

    async def _change(self, wiki: int, work: "Callable[[Change], Awaitable[T]]") -> T:
        run = Run()

        async def once(connection: Connection) -> T:
            return await work(Change(self, connection, wiki, run))

        for _ in range(RESTARTS):
            try:
                found = await transact(self.pool, once, self.chance)
            except StartOver:
                continue
            if run.has_told and self.told is not None:
                self.told(wiki)
            return found
        raise RuntimeError("a change found new mentors to lock again and again")

    def new_id(self) -> str:
        """A UUID of version 7: its order is that of time."""
        milliseconds = int(self.clock().timestamp() * 1000)
        bits = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | self.chance.getrandbits(76)
        return str(UUID(int=bits & ~(3 << 62) | 2 << 62))


class Change:
    """A transaction of one wiki. `now` is the wall clock, read once, when the locks were had.

    `when_decided` is called when the rules have been asked, and the rest is to write what they said.
    """

    now: datetime
    settings: PolicySettings
    policies: Sequence[PolicyVersion]

    def __init__(self, office: Office, connection: Connection, wiki: int, run: Run) -> None:
        self.office, self.connection, self.wiki, self.run = office, connection, wiki, run
        self.accounts: dict[int, AccountRow] = {}
        self.timelines: dict[int, Timeline] = {}
        self.differences: dict[int, Difference] = {}
        self.ineligible: set[int] = set()
        self.appended: list[int] = []
        self.is_repeat = False
        self.doer = deeds.doer_on(wiki, acting())
        self._own: dict[int, list[Kept]] = {}
        self._terms: dict[int, list[Kept]] = {}
        self._stored: dict[int, Stored] = {}
        self._facts: dict[int, Facts] = {}
        self._wishes: Mapping[int, list[str] | None] = {}
        self._mentors_are_locked = self._lacks_locks = False
        self.when_decided: Callable[[], None] = _nobody_waits

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

    async def look(self, mentees: Collection[int]) -> None:
        """Read what the rules read about these mentees, without a lock: for what is only told, and never written."""
        named = await self.connection.fetch(NAMED, self.wiki, list(mentees))
        self.run.lock(row["mentor_id"] for row in named)
        self.accounts = {mentee: AccountRow(mentee) for mentee in mentees}
        self.now = self.office.clock()
        self.policies = await self.office.policies.of(self.connection, self.wiki)
        self.settings = in_force(self.policies, self.now)
        await self._read_facts()

    async def _lock_mentees(self, mentees: Collection[int], *, create: bool) -> None:
        # Who was never enrolled has no mentor's row to lock: then it is their account that an enrolment locks too.
        unenrolled = self.run.locks.keys() - self._wishes.keys()
        wanted = {*mentees, *unenrolled, *([] if self.doer is None else [self.doer])}
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

    def want_lock(self, mentor: int, strength: Strength) -> None:
        """This mentor is to be locked that strongly; where that is not so, `must_have_locks` starts over."""
        if self.run.locks.get(mentor, -1) < strength:
            self.run.lock([mentor], strength)
            self._lacks_locks = True

    def must_have_locks(self) -> None:
        """Start over to lock all that turned up: against the order nobody is ever waited for."""
        if self._lacks_locks:
            raise StartOver

    # What the rules say.

    def facts(self, mentee: int) -> Facts:
        known = self._facts.get(mentee)
        if known is None:
            own = self._own[mentee]
            named = {kept.fact.mentor for kept in own if isinstance(kept.fact, NamesMentor)}
            known = self._facts[mentee] = Facts(own, [kept for m in named for kept in self._terms[m]])
        return known

    def registered_at(self, mentee: int) -> datetime | None:
        """By the facts, for what this change itself recorded is not in the account's row yet."""
        return self.facts(mentee).registered_at

    def terms(self, mentor: int) -> list[Kept]:
        return self._terms[mentor]

    def hidden(self, mentees: Iterable[int]) -> int:
        """How many of these accounts, which are open, are hidden."""
        return sum(self.accounts[mentee].is_hidden for mentee in mentees)

    def stored(self, mentee: int) -> Stored:
        return self._stored.get(mentee) or Stored()

    def project(self, mentees: Iterable[int]) -> None:
        for mentee in mentees:
            facts = self.facts(mentee).by_origin.values()
            self.timelines[mentee] = project(mentee, [kept.fact for kept in facts], self.policies)

    def rehearse(self, mentee: int, facts: Iterable[Fact]) -> Collection[Origin]:
        """Project as if these facts were there too; answers which of them would have no effect."""
        known = [kept.fact for kept in self.facts(mentee).by_origin.values()]
        new = list(facts)
        # The terms of a mentor whom only a new fact names are read with the locks, and not with the mentee's facts.
        terms = [
            kept.fact for fact in new if isinstance(fact, NamesMentor) for kept in self._terms[fact.mentor]
        ]
        timeline = self.timelines[mentee] = project(mentee, [*known, *terms, *new], self.policies)
        return {fact.origin for fact in new if fact.origin in timeline.without_effect}

    def without_effect(self, given: Given) -> str | None:
        """Why an entry that was projected changes nothing; None where it does."""
        assert given.mentee is not None
        return self.timelines[given.mentee].without_effect.get(given.entry.origin)

    # What is written.

    async def append(self, given: Sequence[Given]) -> list[int]:
        """Append facts; answers the ids of their rows."""
        self.when_decided()
        for one in given:
            # What somebody decides here they do themselves, where they do not say who did.
            if one.entry.performer is None and one.performer is None and one.entry.origin.source == OUR_OWN:
                one.performer = self.doer
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
                known = self._facts.get(one.mentee)
                if known is not None:
                    terms = () if one.mentor is None else self._terms[one.mentor]
                    self._facts[one.mentee] = known.plus(fact, terms)
                self._own[one.mentee].append(fact)
            elif one.mentor is not None:
                self._terms[one.mentor].append(fact)
                self._facts.clear()
        self.appended += [fact.id for fact in kept]
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
        self.when_decided()
        self.compare(Circumstances(self.now, tell, bulk, causes, frozenset(self.ineligible)))
        wanted = [difference.needs_ids() for difference in self.differences.values()]
        script = Script()
        if wanted:
            ids = await new_ids(self.connection, *(sum(column) for column in zip(*wanted, strict=True)))
            for difference in self.differences.values():
                difference.write(script, ids)
            if len(wanted) > 1:
                script.events = by_time(script.events)
        await write(self.connection, self.wiki, script)
        self.run.has_told = self.run.has_told or bool(script.events)
        # Of many that are brought in at once most are history, which nobody is told.
        await self._put_in_outbox(
            [event for event in script.events if not bulk or self.now - event.at <= NEWS]
        )
        return script

    async def _put_in_outbox(self, events: Sequence[EventRow]) -> None:
        told = [
            (event.id, event.mentee_id, event.mentor_id, event.kind, self._notification(event))
            for event in events
        ]
        told += [
            (event.id, event.mentee_id, event.mentor_id, "", SET_MENTOR)
            for event in events
            if event.kind in COMES_BACK
        ]
        if told:
            await self.connection.execute(PUT_IN_OUTBOX, self.wiki, self.now, *zip(*told, strict=True))

    def _notification(self, event: EventRow) -> str:
        """What the mentor is told, by the wiki's policy; empty: nothing."""
        kind = TOLD_AS.get(event.kind)
        return kind.value if kind is not None and kind in self.settings.notify else ""


def by_time(events: Sequence[EventRow]) -> list[EventRow]:
    """The feed goes by ids: of several mentees as it happened, of one mentee as it was told of them."""
    each: defaultdict[int, list[EventRow]] = defaultdict(list)
    for event in events:
        each[event.mentee_id].append(event)
    merged = merge(*each.values(), key=lambda event: event.at)
    return [event._replace(id=one.id) for event, one in zip(merged, events, strict=True)]


def _nobody_waits() -> None:
    """What most changes do when the rules have been asked."""


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
