"""Jobs that go from account to account: the next batch, as large as its locks allow, until there is none."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.kinds import JobState
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, transact
from models.ledger.garbage import no_collecting
from models.ledger.jobs import Job, JobEnded, Jobs, advance, end, take

LOG = logging.getLogger("mentorgraph")

MOST: Final = 500
"""Accounts of one batch, and of whatever is done at once within a request."""
FIRST: Final = 100
LEAST: Final = 50
LONGEST: Final = 0.1
"""Seconds for which a batch aims to hold its locks; 0.2 are promised."""
AHEAD: Final = 2000
"""Accounts that are looked up at once."""
IN_FLIGHT: Final = 2
IN_A_TURN: Final = 50
PATIENCE: Final = 1.0
"""Seconds that a batch waits, with its locks, for the one before it."""
LOOK_AGAIN: Final = 0.05
"""Seconds between two looks at a job that another process is at."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a kind of job does.

    `ahead` finds the accounts that come next, in the order of ids, after `job.reached`, at most so many. `batch`
    deals with some of them, and answers what is added to the counts in the job's result. `close` is the last that
    is done, when no account is left.
    """

    ahead: Callable[[Connection, Job, int], Awaitable[list[int]]]
    batch: Callable[[Change, Job, Sequence[int]], Awaitable[Mapping[str, int]]]
    close: Callable[[Change, Job], Awaitable[None]] | None = None


class Overtaken(Exception):
    """Another worker has done a batch since we looked, or the one before ours was not committed in time."""


@dataclass(slots=True)
class Walker:
    """One worker at one job."""

    office: Office
    job: Job
    walk: Walk
    size: int = field(default_factory=lambda: FIRST)

    async def step(self, until: float | None = None) -> bool:
        """Deal with the accounts that come next, as far as there is time; whether there may be more."""
        self.job, ahead = await transact(self.office.pool, self._look, self.office.chance)
        try:
            if not ahead:
                await self.office.change(self.job.wiki, self._close)
                return False
            with no_collecting():
                await self._deal_with(ahead, until)
        except Overtaken:
            LOG.info("job %s of wiki %s: somebody else was faster", self.job.id, self.job.wiki)
        return True

    async def _look(self, connection: Connection) -> tuple[Job, list[int]]:
        found = await Jobs.look(connection, self.job)
        return found, await self.walk.ahead(connection, found, AHEAD)

    async def _deal_with(self, ahead: Sequence[int], until: float | None) -> None:
        """Two batches at a time: while PostgreSQL writes the one, the rules are asked about the next.

        The next locks nobody before the rules have been asked about the one: sooner, nobody could ask them about it.
        """
        at_work: deque[asyncio.Task[Job]] = deque()
        before: asyncio.Future[Job] = asyncio.get_running_loop().create_future()
        before.set_result(self.job)
        begun = 0
        try:
            while begun < len(ahead) and (until is None or time.monotonic() < until):
                some = ahead[begun : begun + self.size]
                is_decided = asyncio.Event()
                before = asyncio.create_task(self._batch(some, before, is_decided))
                at_work.append(before)
                begun += len(some)
                await is_decided.wait()
                if len(at_work) == IN_FLIGHT:
                    await at_work.popleft()
            while at_work:
                await at_work.popleft()
        finally:
            for task in at_work:
                task.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)

    async def _batch(
        self, some: Sequence[int], before: "asyncio.Future[Job]", is_decided: asyncio.Event
    ) -> Job:
        async def work(change: Change) -> tuple[Job, float]:
            began = time.perf_counter()
            change.when_decided = is_decided.set
            counts = await self.walk.batch(change, self.job, some)
            then = await self._tell(change, some, counts, before)
            return then, time.perf_counter() - began

        try:
            job, took = await self.office.change(self.job.wiki, work)
        finally:
            is_decided.set()
        self.size = max(LEAST, min(MOST, 2 * self.size, int(len(some) * LONGEST / took)))
        return job

    async def _tell(
        self, change: Change, some: Sequence[int], counts: Mapping[str, int], before: "asyncio.Future[Job]"
    ) -> Job:
        """Write how far the job is, once the batch before is committed: whoever is killed leaves no gap.

        The row is the last that is locked. Two that did the same meanwhile find out here, and one does it in vain.
        """
        # Not for ever: the one before may wait for a mentor whom we hold.
        ended, _ = await asyncio.wait({before}, timeout=PATIENCE)
        if not ended or before.cancelled() or before.exception() is not None:
            raise Overtaken
        now = await take(change, self.job)
        if now.reached != before.result().reached:
            raise Overtaken
        result = Counter(now.result or {})
        result.update(counts)
        # Anyone is told how far a job is, so whoever is hidden is no part of it.
        done = now.done + len(some) - change.hidden(change.accounts)
        told = dict(result)
        return await advance(change, now, done=done, total=now.total, reached=some[-1], result=told)

    async def _close(self, change: Change) -> None:
        if self.walk.close is not None:
            await self.walk.close(change, self.job)
        now = await take(change, self.job)
        if now.reached != self.job.reached:
            raise Overtaken
        await advance(change, now, done=now.done, total=now.done)
        await end(change, now, JobState.DONE)


async def project_in_turns(change: Change, mentees: Iterable[int]) -> None:
    """Ask the rules about all of these, and let the process answer others in between."""
    async for some in in_turns(mentees):
        change.project(some)


async def in_turns(mentees: Iterable[int]) -> AsyncIterator[Sequence[int]]:
    """As many as can be dealt with at a time, and then others may work."""
    left = list(mentees)
    for start in range(0, len(left), IN_A_TURN):
        yield left[start : start + IN_A_TURN]
        await asyncio.sleep(0)


async def go_on(office: Office, job: Job, walk: Walk) -> None:
    """Work at a job to its end, for whoever sees to it that nobody else does; `JobEnded` where it is to be given up."""
    walker = Walker(office, job, walk)
    while await walker.step():
        pass


async def carry_on(office: Office, job: Job, walk: Walk, patience: float | None) -> Job:
    """Work at a job from where it stands until it ends, or patience does; how it stands then.

    Where another process is at it already, wait for that one.
    """
    until = None if patience is None else time.monotonic() + patience
    jobs = Jobs(office)
    async with jobs.only_here(job) as is_ours:
        walker = Walker(office, job, walk)
        while until is None or time.monotonic() < until:
            if not is_ours:
                found = await jobs.find(job.wiki, job.id)
                if found is None or found.state is not JobState.RUNNING:
                    break
                await asyncio.sleep(LOOK_AGAIN)
                continue
            try:
                if not await walker.step(until):
                    break
            except JobEnded:
                break
    now = await jobs.find(job.wiki, job.id)
    if now is None:
        raise JobEnded
    return now
