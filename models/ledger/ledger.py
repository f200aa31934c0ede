"""The only writer: every change of what is kept is asked for here, and opened by `change`."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Self, TypedDict, TypeVar

from graph.errors import Refused
from graph.facts import Assigned, Fact, MentorEnrolled, MentorResigned, OptedIn, OptedOut
from graph.kinds import MentorShare, Origin, RelationshipRole, StartReason, UserErrorCode
from graph.policy import PolicySettings
from models.ledger import bulk, claims, decisions, mentors, names, recording, upkeep, wikis
from models.ledger.change import Change, Office, Pause
from models.ledger.checks import CLAIMS, check
from models.ledger.connections import PLANS, Clock, Connection, connect, transact, wall_clock
from models.ledger.entry import BulkResult, Entry, Recorded, Resigned, Target
from models.ledger.names import GivenName
from models.ledger.resolving import Surroundings
from models.ledger.statistics import Statistics

__all__ = ["BulkResult", "Entry", "GivenName", "Ledger", "Recorded", "Resigned", "Target"]

T = TypeVar("T")

NOBODY = 0
"""Stands for the mentor of a decision until chance has named one."""


class When(TypedDict):
    """When a fact occurred, and what it is called."""

    at: datetime
    origin: Origin


class Ledger:
    """What is kept, as whoever changes it sees it. Every method is one transaction, or several that each stand alone.

    `clock` is the wall clock, `pause` waits between reading and writing: both are for tests to set. `observe` is told
    every statement.
    """

    def __init__(
        self,
        dsn: str,
        *,
        seed: int | None = None,
        size: int = 4,
        clock: Clock = wall_clock,
        plans: str = PLANS,
        pause: Pause | None = None,
        observe: Callable[[str], None] | None = None,
    ) -> None:
        self._dsn, self._size, self._plans, self._observe = dsn, size, plans, observe
        self._clock, self._pause = clock, pause
        self._chance = random.Random(seed)  # noqa: S311 - whom a newcomer is given is no secret
        self._office: Office | None = None

    async def __aenter__(self) -> Self:
        pool = await connect(self._dsn, self._size, self._plans, self._observe)
        self._office = Office(pool, self._clock, self._chance, Statistics(self._dsn), pause=self._pause)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._desk.pool.close()
        self._office = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        dsn: str,
        *,
        seed: int | None = None,
        size: int = 4,
        clock: Clock = wall_clock,
        plans: str = PLANS,
    ) -> AsyncIterator["Ledger"]:
        """A ledger for as long as the block takes; `plans` is PostgreSQL's `plan_cache_mode` (Citus needs `auto`)."""
        async with cls(dsn, seed=seed, size=size, clock=clock, plans=plans) as ledger:
            yield ledger

    @property
    def _desk(self) -> Office:
        if self._office is None:
            raise RuntimeError("the ledger is closed: use it as `async with Ledger(dsn) as ledger`")
        return self._office

    # Wikis.

    async def add_wiki(self, db_name: str, url: str, settings: PolicySettings) -> int:
        """Start tracking a wiki; its id."""
        return await self._look(lambda c: wikis.add_wiki(c, db_name, url, settings, self._clock))

    async def wikis(self) -> dict[str, int]:
        """The ids of the wikis that are tracked, by their names."""
        return await self._look(wikis.wikis)

    # Facts.

    async def record(
        self, wiki: int, entry: Entry, *, draw: bool = True, preferred: Sequence[Target] = ()
    ) -> Recorded:
        """Record what happened, and all that follows; a repeat is answered with the first result."""
        check(entry, self._clock())

        async def work(change: Change) -> Recorded:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry], preferred)
            known = around.replayed(entry)
            if known is not None:
                return await recording.replay(change, entry, known)
            if around.is_about_terms(entry):
                recorded, _ = await decisions.change_terms(change, around, entry, draw=draw)
                return recorded
            return await recording.record(change, around, entry, draw=draw, preferred=preferred)

        return await self._desk.change(wiki, work)

    async def bulk(self, wiki: int, entries: Sequence[Entry]) -> BulkResult:
        """Record many facts, as imports bring them: nobody is drawn, what has no effect is kept all the same."""
        return await bulk.Batch(self._desk, wiki, entries).record()

    async def namings(self, wiki: int, wanted: Iterable[str]) -> list[GivenName]:
        """All names that were ever given to the accounts that ever had one of these."""
        asked = sorted(set(wanted))
        return await self._look(lambda c: names.namings(c, wiki, asked))

    async def record_activity(self, wiki: int, activity: Sequence[mentors.Activity]) -> int:
        """Note accounts' edits and the last of them; answers how many of the accounts were known."""
        return await self._look(lambda c: mentors.record_activity(c, wiki, activity))

    # Mentors.

    async def enroll(
        self,
        wiki: int,
        account: Target,
        *,
        share: MentorShare = MentorShare.NORMAL,
        capacity: int | None = None,
        introduction: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
    ) -> int:
        """Make somebody a mentor; their id."""
        choices = mentors.checked_choices(share, capacity, introduction)
        fact = MentorEnrolled(**self._when(at, origin), mentor=account.id or NOBODY)
        by_name = account if account.id is None else None
        entry = self._entry(fact, None, at=at, performer=performer, mentor=by_name)

        async def work(change: Change) -> int:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.replayed(entry)
            if known is not None:
                assert known.mentor is not None
                return known.mentor
            mentor = around.given(entry).mentor
            assert mentor is not None
            await decisions.change_terms(change, around, entry, choices=choices, draw=False, expected=False)
            return mentor

        return await self._desk.change(wiki, work)

    async def update_mentor(
        self, wiki: int, mentor: int, changes: Mapping[str, object], expected_version: int | None = None
    ) -> None:
        """Change `share`, `capacity`, `introduction`, `away_until` or `notify`; what is left out stays."""
        now = self._clock()
        await self._look(lambda c: mentors.update_mentor(c, wiki, mentor, changes, expected_version, now))

    async def resign(
        self,
        wiki: int,
        mentor: int,
        *,
        reason: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
    ) -> Resigned:
        """End somebody's mentoring, and draw for those who are left without."""
        fact = MentorResigned(**self._when(at, origin), mentor=mentor)
        entry = self._entry(fact, None, at=at, reason=reason, performer=performer)

        async def work(change: Change) -> Resigned:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.replayed(entry)
            if known is not None:
                return (await decisions.replay_terms(change, known))[1]
            return (await decisions.change_terms(change, around, entry, expected=True))[1]

        return await self._desk.change(wiki, work)

    # Decisions about mentees.

    async def assign(  # noqa: PLR0913 - what a caller may say of a decision; all but three are named
        self,
        wiki: int,
        mentee: int,
        mentor: int | None,
        role: RelationshipRole = RelationshipRole.PRIMARY,
        *,
        because: StartReason = StartReason.SET,
        reason: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
        expected_version: int | None = None,
    ) -> Recorded:
        """Give a mentee this mentor, or one that is drawn."""
        fact = Assigned(**self._when(at, origin), role=role, mentor=mentor or NOBODY, because=because)
        entry = self._entry(fact, mentee, at=at, reason=reason, performer=performer)

        async def work(change: Change) -> Recorded:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.was_drawn(entry) if mentor is None else around.replayed(entry)
            if known is not None:
                return await recording.replay(change, entry, known)
            return await decisions.assign(
                change, around, entry, drawn=mentor is None, expected_version=expected_version
            )

        return await self._desk.change(wiki, work)

    async def claim(
        self,
        wiki: int,
        mentor: int,
        mentees: Sequence[int],
        *,
        reason: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
        per_item: bool = False,
    ) -> list[Recorded | Refused]:
        """Let a mentor take mentees over: all or none, or each alone. The n-th answer is about the n-th mentee."""
        if not 1 <= len(mentees) <= CLAIMS:
            raise Refused(UserErrorCode.TOO_MANY, f"Claim 1 to {CLAIMS} mentees at once.", "mentees")
        told = self._when(at, origin)
        entries = {
            mentee: self._entry(
                claims.claimed(mentee, mentor, **told), mentee, at=at, reason=reason, performer=performer
            )
            for mentee in mentees
        }
        claim = claims.each_alone if per_item else claims.all_or_none
        answers = await claim(self._desk, wiki, entries)
        return [answers[mentee] for mentee in mentees]

    async def opt_out(
        self,
        wiki: int,
        mentee: int,
        *,
        reason: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
    ) -> Recorded:
        """End mentorship for somebody who wants none."""
        fact = OptedOut(**self._when(at, origin))
        return await self._choose(wiki, self._entry(fact, mentee, at=at, reason=reason, performer=performer))

    async def opt_in(
        self,
        wiki: int,
        mentee: int,
        *,
        reason: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
    ) -> Recorded:
        """Begin mentorship again for somebody who wants it after all; draws."""
        fact = OptedIn(**self._when(at, origin))
        return await self._choose(wiki, self._entry(fact, mentee, at=at, reason=reason, performer=performer))

    async def _choose(self, wiki: int, entry: Entry) -> Recorded:
        async def work(change: Change) -> Recorded:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.replayed(entry)
            if known is not None:
                return await recording.replay(change, entry, known)
            given = around.given(entry)
            await recording.open_for(change, [given], create=False)
            decisions.check_mentee(change, decisions.mentee_of(entry))
            (done,) = await recording.settle(change, [given], draw=True)
            return done

        return await self._desk.change(wiki, work)

    # What is done without being asked.

    async def answer_needs(self, wiki: int, *, limit: int = 100) -> int:
        """Draw for those who wait, the newest first; answers how many draws were made."""
        return await upkeep.answer_needs(self._desk, wiki, limit)

    async def tell_due(self, *, limit: int = 1000) -> int:
        """Tell what the clock has brought on all wikis; answers how many events."""
        told = 0
        for wiki in (await self.wikis()).values():
            told += await upkeep.tell_due(self._desk, wiki, limit)
        return told

    async def rebuild(self, wiki: int, progress: Callable[[int, int], None] | None = None) -> int:
        """Make every timeline anew from the facts, row for row, and leave the feed alone; how many accounts."""
        return await upkeep.rebuild(self._desk, wiki, progress or (lambda _done, _total: None))

    # Small change.

    async def _look(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        return await transact(self._desk.pool, work, self._chance)

    def _when(self, at: datetime | None, origin: Origin | None) -> When:
        """The moment and the name of a fact; its own name is what makes it safe to try again."""
        return {"at": at or self._clock(), "origin": origin or Origin("api", self._desk.new_id())}

    def _entry(
        self,
        fact: Fact,
        mentee: int | None,
        *,
        at: datetime | None,
        reason: str | None = None,
        performer: str | None = None,
        mentor: Target | None = None,
    ) -> Entry:
        target = None if mentee is None else Target(id=mentee)
        entry = Entry(
            fact=fact, target=target, reason=reason, performer=performer, mentor=mentor, timeless=at is None
        )
        check(entry, self._clock())
        return entry
