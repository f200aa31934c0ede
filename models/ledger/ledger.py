"""The only writer: every change of what is kept is asked for here, and opened by `change`."""

import copy
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Self, TypedDict, TypeVar, Unpack

from graph.errors import Refused
from graph.facts import Assigned, Fact, Graduated, MentorEnrolled, MentorResigned, OptedIn, OptedOut
from graph.kinds import (
    MentorShare,
    Origin,
    RelationshipRole,
    RelationshipState,
    StartReason,
    UserErrorCode,
)
from graph.policy import PolicySettings, PolicyVersion
from models.idempotency import OF_NO_WIKI
from models.ledger import (
    activity,
    bulk,
    claims,
    decisions,
    loading,
    mentors,
    names,
    positions,
    recording,
    reforms,
    repeats,
    resolving,
    standings,
    stars,
    taking_back,
    tenure,
    terms,
    together,
    transfers,
    upkeep,
    wikis,
    working,
)
from models.ledger.acting import acting
from models.ledger.change import Change, Office, Pause
from models.ledger.checks import CLAIMS, check
from models.ledger.connections import (
    PLANS,
    Clock,
    Connection,
    Pool,
    Timed,
    connect,
    disconnect,
    transact,
    wall_clock,
)
from models.ledger.delivering import Deliveries
from models.ledger.entry import BulkResult, Entry, Recorded, Resigned, Target, Told
from models.ledger.jobs import Job, Jobs
from models.ledger.names import GivenName
from models.ledger.policies import Policies
from models.ledger.positions import Reached
from models.ledger.reforms import Reform
from models.ledger.rehearsal import Rehearsal
from models.ledger.resolving import Known, Surroundings
from models.ledger.roles import Roles
from models.ledger.simulations import Simulations
from models.ledger.staging import Staged
from models.ledger.standings import Seat, Standing
from models.ledger.statistics import Statistics
from models.ledger.ties import Ties
from models.ledger.tokens import Tokens
from models.ledger.transfers import Transfer, Transferred
from models.ledger.webhooks import Webhooks

T = TypeVar("T")

NOBODY = 0
"""Stands for the mentor of a decision until chance has named one."""


class When(TypedDict):
    """When a fact occurred, and what it is called."""

    at: datetime
    origin: Origin


class Saying(TypedDict, total=False):
    """What a decision may be told with: why, when, known as what, on whose behalf."""

    reason: str | None
    at: datetime | None
    origin: Origin | None
    performer: str | None


class Ledger:
    """What is kept, as whoever changes it sees it. Every method is one transaction, or several that each stand alone.

    `clock` is the wall clock, `pause` waits between reading and writing: both are for tests to set. `observe` is told
    every statement, `told` every wiki whose feed has news, after the commit.
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
        told: Callable[[int], None] | None = None,
    ) -> None:
        self._dsn, self._size, self._plans, self._observe = dsn, size, plans, observe
        self.timed: Timed | None = None
        """Hears how long each statement took; to be set before the ledger is opened."""
        self.webhook_key: bytes | None = None
        """What the secrets of webhooks follow from; to be set by whoever makes them or tells them anything."""
        self._clock, self._pause, self._told = clock, pause, told
        self._chance = random.Random(seed)  # noqa: S311 - whom a newcomer is given is no secret
        self._pool: Pool | None = None
        self._office: Office | None = None

    async def __aenter__(self) -> Self:
        self._pool = await connect(self._dsn, self._size, self._plans, self._observe, self.timed)
        statistics = Statistics(self._dsn)
        self._office = Office(
            self._pool, self._clock, self._chance, statistics, pause=self._pause, told=self._told
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._pool is not None
        await disconnect(self._pool)
        self._pool = self._office = None

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
        told: Callable[[int], None] | None = None,
        timed: Timed | None = None,
        webhook_key: bytes | None = None,
    ) -> AsyncIterator["Ledger"]:
        """A ledger for as long as the block takes; `plans` is PostgreSQL's `plan_cache_mode` (Citus needs `auto`)."""
        made = cls(dsn, seed=seed, size=size, clock=clock, plans=plans, told=told)
        made.timed, made.webhook_key = timed, webhook_key
        async with made as ledger:
            yield ledger

    @property
    def _desk(self) -> Office:
        if self._office is None:
            raise RuntimeError("the ledger is closed: use it as `async with Ledger(dsn) as ledger`")
        return self._office

    @property
    def jobs(self) -> Jobs:
        """Work that outlasts a request."""
        return Jobs(self._desk)

    @property
    def simulations(self) -> Simulations:
        """What other policies would have made of what happened."""
        return Simulations(self._desk)

    @property
    def tokens(self) -> Tokens:
        """What tools and people show to be known by."""
        return Tokens(self._desk)

    @property
    def roles(self) -> Roles:
        """What accounts may do on a wiki."""
        return Roles(self._desk)

    @property
    def deliveries(self) -> Deliveries:
        """What is to be done on wikis."""
        return Deliveries(self._desk)

    @property
    def webhooks(self) -> Webhooks:
        """Addresses elsewhere that are told what happens."""
        return Webhooks(self._desk, self.webhook_key)

    async def star(self, wiki: int, mentor: int, mentee: int, *, on: bool) -> None:
        """Put a mentor's star on a mentee, or take it off."""
        await stars.star(self._desk, wiki, mentor, mentee, on=on)

    @property
    def dsn(self) -> str:
        """Where another process finds the same database."""
        return self._dsn

    # Trying out.

    def rehearse(self) -> Rehearsal:
        """Begin what is never committed; whoever begins it ends it."""
        assert self._pool is not None, "the ledger is open"
        return Rehearsal(self._pool)

    def within(self, rehearsal: Rehearsal) -> "Ledger":
        """The same ledger, in which all that is asked is a part of that rehearsal."""
        ledger = copy.copy(self)
        # What is decided in a rehearsal is nothing to remember.
        ledger._office = replace(self._desk, pool=rehearsal, policies=Policies())  # noqa: SLF001 - it is one of us
        return ledger

    # Wikis.

    async def add_wiki(self, db_name: str, url: str, settings: PolicySettings) -> int:
        """Start tracking a wiki; its id."""
        # Of no wiki as yet; the table of wikis is on every machine, so no key has to be looked for in each of them.
        return await self._write(OF_NO_WIKI, lambda c: wikis.add_wiki(c, db_name, url, settings, self._clock))

    async def add_wiki_with(self, db_name: str, url: str, policies: Sequence[PolicyVersion]) -> int:
        """Start tracking a wiki that has decided about its mentorships elsewhere already; its id."""
        return await self._write(
            OF_NO_WIKI, lambda c: wikis.add_with_policies(c, db_name, url, policies, self._clock)
        )

    async def policies(self, wiki: int) -> Sequence[PolicyVersion]:
        """All versions of a wiki's policy."""
        return await self._look(lambda c: self._desk.policies.of(c, wiki))

    async def wikis(self) -> dict[str, int]:
        """The ids of the wikis that are tracked, by their names."""
        return await self._look(wikis.wikis)

    async def newest_policy(self, wiki: int) -> int:
        """The newest version of a wiki's policy, in force or to come."""
        policies = await self._look(lambda c: self._desk.policies.of(c, wiki))
        return policies[-1].version

    # What is sent again.

    @asynccontextmanager
    async def once(self, key: str, asked: bytes) -> AsyncIterator[None]:
        """Let all changes of this block happen once under that key, which stands for what is asked, for a day.

        A repeat is told what they came to the first time. Raises `KeyRefused` for another `asked` under that key,
        and while somebody else is doing the same.
        """
        now = self._clock()
        doing = acting()
        # One caller's key is no other's.
        own = key if doing is None else f"{key}\0{doing.caller.mark}"
        sent = await transact(self._desk.pool, lambda c: repeats.claim(c, own, asked, now), self._chance)
        with repeats.answering(sent):
            yield

    async def forget_keys(self) -> None:
        """Remove keys that stand for nothing any more, and what was done under them."""
        now = self._clock()
        for wiki in (OF_NO_WIKI, *(await self.wikis()).values()):
            await transact(self._desk.pool, partial(repeats.forget, wiki=wiki, now=now), self._chance)

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
                outcome = await tenure.change_terms(change, around, entry, draw=draw)
                left.append(outcome.job)
                return outcome.recorded
            return await recording.record(change, around, entry, draw=draw, preferred=preferred)

        left: list[int | None] = []
        recorded = await self._desk.change(wiki, work)
        await self._begin(wiki, left[-1] if left else None)
        return recorded

    async def record_each(self, wiki: int, told: Mapping[int, Told]) -> dict[int, Recorded | Refused]:
        """Record facts about mentees, each on its own, as if one after the other; what became of each, by its key."""
        return await together.each_alone(self._desk, wiki, told)

    async def take_back(self, wiki: int, target: Origin, reason: str) -> Recorded:
        """Take back what was recorded by mistake; a repeat is answered with the first result."""
        at = self._clock()
        recorded, job = await self._desk.change(
            wiki, lambda change: taking_back.take_back(change, target, reason, at)
        )
        await self._begin(wiki, job)
        return recorded

    async def bulk(self, wiki: int, entries: Sequence[Entry]) -> BulkResult:
        """Record many facts, as imports bring them: nobody is drawn, what has no effect is kept all the same."""
        return await bulk.Batch(self._desk, wiki, entries).record()

    async def follow(self, wiki: int, entries: Sequence[Entry], reached: Reached | None = None) -> BulkResult:
        """Record what a wiki tells of itself, as `bulk` does, and with it how far it was read.

        Whom a fact concerns is told of it. Mentors are drawn by whoever answers needs.
        """
        return await bulk.Batch(self._desk, wiki, entries, quiet=False, reached=reached).record()

    async def reached(self, wiki: int, source: str) -> Reached | None:
        """How far a source was read, if ever."""
        return await self._look(lambda connection: positions.find(connection, wiki, source))

    async def standings(self, wiki: int, accounts: Sequence[int]) -> list[Standing]:
        """How these accounts stand now; who is not known is left out."""
        now = self._clock()
        return await self._look(lambda connection: standings.standings(connection, wiki, accounts, now))

    async def seats(self, wiki: int, mentees: Sequence[int]) -> dict[int, Seat]:
        """Who mentors these now, by mentee; of those whom nobody knows too."""
        now = self._clock()
        return await self._look(lambda connection: standings.seats(connection, wiki, mentees, now))

    async def enrolled_by(self, wiki: int, mentors: Sequence[int]) -> dict[int, str]:
        """Which source said last that these became mentors."""
        return await self._look(lambda connection: standings.enrolled_by(connection, wiki, mentors))

    async def accounts(self, wiki: int, after: int, limit: int) -> list[int]:
        """The accounts of a wiki that come after that one, in the order of their ids."""
        return await self._look(lambda connection: standings.accounts(connection, wiki, after, limit))

    async def known(self, wiki: int, origins: Iterable[Origin]) -> dict[Origin, Known]:
        """What is recorded already of these."""
        wanted = list(origins)
        return await self._look(lambda connection: resolving.find(connection, wiki, wanted))

    async def may_load(self) -> bool:
        """Whether this installation holds so little that `load` may put other tables in the place of its own."""
        return await loading.may_load(self._desk)

    async def load(
        self,
        wiki: int,
        name: str,
        rows: Iterable[Staged],
        entry_of: loading.EntryOf,
        progress: loading.Progress,
    ) -> loading.Loaded:
        """Record who mentors millions of whom nothing is known, all at once; the same name goes on after a kill.

        Whatever stood when it was killed stands. Only at its end the tables are closed to others, to be replaced.
        """
        return await loading.Load(self._desk, self._dsn, wiki, entry_of, progress).run(name, rows)

    async def namings(self, wiki: int, wanted: Iterable[str]) -> list[GivenName]:
        """All names that were ever given to the accounts that ever had one of these."""
        asked = sorted(set(wanted))
        return await self._look(lambda c: names.namings(c, wiki, asked))

    async def record_activity(self, wiki: int, told: Sequence[activity.Activity]) -> activity.Noted:
        """Note what accounts did; those that are not known are passed over."""

        async def work(change: Change) -> activity.Noted:
            noted = await activity.record_activity(change.connection, wiki, told)
            change.is_repeat = noted.unknown == len(told)
            return noted

        return await self._desk.change(wiki, work)

    # Mentors.

    async def mentors_at(self, wiki: int, at: datetime) -> set[int]:
        """Who was a mentor at that moment."""
        return await self._look(lambda c: terms.mentors_at(c, wiki, at))

    async def enroll(  # noqa: PLR0913 - what a mentor may choose, and when and by whom; all but two are named
        self,
        wiki: int,
        account: Target,
        *,
        share: MentorShare = MentorShare.NORMAL,
        capacity: int | None = None,
        introduction: str | None = None,
        away_until: datetime | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
    ) -> int:
        """Make somebody a mentor; their id."""
        choices = mentors.checked_choices(share, capacity, introduction) | {"away_until": away_until}
        fact = MentorEnrolled(**self._when(at, origin), mentor=account.id or NOBODY)
        by_name = account if account.id is None else None
        entry = self._entry(fact, None, at=at, performer=performer, mentor=by_name)

        async def work(change: Change) -> tuple[int, int | None]:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.replayed(entry)
            if known is not None:
                assert known.mentor is not None
                change.is_repeat = True
                return known.mentor, None
            mentor = around.given(entry).mentor
            assert mentor is not None
            done = await tenure.change_terms(
                change, around, entry, choices=choices, draw=False, expected=False
            )
            return mentor, done.job

        mentor, job = await self._desk.change(wiki, work)
        await self._begin(wiki, job)
        return mentor

    async def update_mentor(
        self, wiki: int, mentor: int, changes: Mapping[str, object], expected_version: int | None = None
    ) -> None:
        """Change `share`, `capacity`, `introduction`, `away_until` or `notify`; what is left out stays."""
        now = self._clock()
        await self._write(
            wiki, lambda c: mentors.update_mentor(c, wiki, mentor, changes, expected_version, now)
        )

    async def take_over_choices(self, wiki: int, chosen: Sequence[mentors.Choices]) -> int:
        """Put mentors' choices of elsewhere in place of theirs here; answers how many of the mentors are known."""
        return await self._write(wiki, lambda c: mentors.take_over(c, wiki, chosen))

    async def resign(
        self,
        wiki: int,
        mentor: int,
        *,
        reason: str | None = None,
        at: datetime | None = None,
        origin: Origin | None = None,
        performer: str | None = None,
        validate_only: bool = False,
        patience: float | None = working.PATIENCE,
    ) -> Resigned:
        """End somebody's mentoring, and draw for those who are left without.

        `patience` is for how many seconds this works at what a job is needed for (None: to its end). A second call
        goes on with what a first left. `validate_only` tells what would come of it.
        """
        fact = MentorResigned(**self._when(at, origin), mentor=mentor)
        entry = self._entry(fact, None, at=at, reason=reason, performer=performer)
        if validate_only:
            return await tenure.foresee_resignation(self._desk, wiki, entry)

        async def work(change: Change) -> tenure.Outcome:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.replayed(entry)
            if known is not None:
                return await tenure.replay_terms(change, known)
            return await tenure.change_terms(change, around, entry, expected=True)

        try:
            done = await self._desk.change(wiki, work)
        except Refused as refused:
            left = await tenure.left_by(self._desk, wiki, mentor)
            if refused.code is not UserErrorCode.NOT_A_MENTOR or left is None:
                raise
            job = left
        else:
            if done.job is None:
                return done.resigned
            job = done.job
        return tenure.resigned_by(await working.take_up(self._desk, wiki, job, patience))

    async def transfer(  # noqa: PLR0913 - what a caller may say of a transfer; all but three are named
        self,
        wiki: int,
        giver: int,
        taker: int | None,
        *,
        mentees: Sequence[int] | None = None,
        states: Sequence[RelationshipState] = (RelationshipState.ACTIVE,),
        role: RelationshipRole = RelationshipRole.PRIMARY,
        reason: str | None = None,
        validate_only: bool = False,
        patience: float | None = working.PATIENCE,
    ) -> Transferred:
        """Hand mentees over, to whom is named or to whom chance names; `NotAllError` where one named can't be."""
        asked = Transfer(giver, taker, role, tuple(dict.fromkeys(states)), reason, self._desk.new_id())
        done = await transfers.transfer(self._desk, wiki, asked, mentees, validate_only=validate_only)
        if done.job is None:
            return done
        return transfers.transferred_by(await working.carry_on(self._desk, wiki, done.job, patience))

    async def set_policy(
        self,
        wiki: int,
        settings: PolicySettings,
        *,
        effective_from: datetime | None = None,
        expected_version: int | None = None,
        validate_only: bool = False,
        hidden: bool = True,
        patience: float | None = working.PATIENCE,
    ) -> Reform:
        """Put a new version of the policy in force, now or from then on; whoever is blocked is projected anew.

        `hidden`: whether those who are hidden are counted in what is told of it.
        """
        done = await reforms.reform(
            self._desk,
            wiki,
            settings,
            effective_from=effective_from,
            expected_version=expected_version,
            validate_only=validate_only,
            hidden=hidden,
        )
        if done.job is not None:
            await working.carry_on(self._desk, wiki, done.job, patience)
        return done

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

    async def opt_out(self, wiki: int, mentee: int, **told: Unpack[Saying]) -> Recorded:
        """End mentorship for somebody who wants none."""
        return await self._choose(wiki, mentee, OptedOut, told)

    async def opt_in(self, wiki: int, mentee: int, **told: Unpack[Saying]) -> Recorded:
        """Begin mentorship again for somebody who wants it after all; draws."""
        return await self._choose(wiki, mentee, OptedIn, told)

    async def graduate(self, wiki: int, mentee: int, **told: Unpack[Saying]) -> Recorded:
        """End mentorship of somebody who has outgrown it."""
        return await self._choose(wiki, mentee, Graduated, told)

    @property
    def ties(self) -> Ties:
        """Decisions that name a tie: to keep it, to end it, to bring it back."""
        return Ties(self._desk)

    async def _choose(self, wiki: int, mentee: int, choice: type[Fact], told: Saying) -> Recorded:
        at = told.get("at")
        fact = choice(**self._when(at, told.get("origin")))
        reason, performer = told.get("reason"), told.get("performer")
        entry = self._entry(fact, mentee, at=at, reason=reason, performer=performer)

        async def work(change: Change) -> Recorded:
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            known = around.replayed(entry)
            if known is not None:
                return await recording.replay(change, entry, known)
            given = around.given(entry)
            await recording.open_for(change, [given], create=False)
            decisions.check_mentee(change, decisions.mentee_of(entry))
            if choice is Graduated:
                decisions.check_own(change, decisions.mentee_of(entry), acting())
            (done,) = await recording.settle(change, [given], draw=True)
            return done

        return await self._desk.change(wiki, work)

    # What is done without being asked.

    async def work_at(self, job: Job) -> None:
        """Go on with a job of the ledger's own (`working.KINDS`) to its end."""
        await working.go_on(self._desk, job)

    async def _begin(self, wiki: int, job: int | None) -> None:
        """Work at what was begun; what outlasts patience is gone on with by whoever looks for jobs."""
        if job is not None:
            await working.carry_on(self._desk, wiki, job, working.PATIENCE)

    async def answer_needs(self, wiki: int, *, limit: int = 100) -> int:
        """Draw for those who wait, the newest first; answers how many draws were made."""
        return await upkeep.answer_needs(self._desk, wiki, limit)

    async def next_due(self) -> list[tuple[int, datetime]]:
        """When the clock will bring the next transition that nobody was told of, for each wiki, the soonest first."""
        return await self._look(upkeep.next_due)

    async def tell_due(self, wiki: int | None = None, *, limit: int = 1000) -> int:
        """Tell what the clock has brought, on one wiki or on all; answers how many events."""
        wikis = (await self.wikis()).values() if wiki is None else [wiki]
        return sum([await upkeep.tell_due(self._desk, one, limit) for one in wikis])

    async def rebuild(self, wiki: int, progress: Callable[[int, int], None] | None = None) -> int:
        """Make every timeline anew from the facts, row for row, and leave the feed alone; how many accounts."""
        return await upkeep.rebuild(self._desk, wiki, progress or (lambda _done, _total: None))

    # Small change.

    async def _look(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Read; PostgreSQL refuses to write here, for what is written has to be a change."""
        return await transact(self._desk.pool, work, self._chance, readonly=True)

    async def _write(self, wiki: int, work: Callable[[Connection], Awaitable[T]]) -> T:
        """A change of what no timeline rests on, which needs no more than the connection."""
        return await self._desk.change(wiki, lambda change: work(change.connection))

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
