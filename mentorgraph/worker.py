"""The worker: does the long work that is asked for, and takes up what another process has left.

A request begins its work itself and leaves what outlasts it. Nothing here is needed for an answer to be right:
what a job has done so far is whole, batch by batch.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from graph.errors import MentorgraphError, Unavailable
from graph.kinds import JobKind
from mentorgraph.simulation.job import simulate
from models.ledger import Ledger
from models.ledger.jobs import Job, JobEnded
from models.ledger.working import KINDS

LOG = logging.getLogger("mentorgraph")

Work = Callable[[Ledger, Job], Awaitable[None]]
"""Does a job from where its row stands until it is finished; raises `JobEnded` where it is to be given up."""

WORK: Final[Mapping[JobKind, Work]] = {
    **dict.fromkeys(KINDS, Ledger.work_at),
    JobKind.SIMULATION: simulate,
}
"""Who does what. A kind that is not here is left to a process that knows it."""

AT_ONCE: Final = 4
"""Jobs of one process at a time: a simulation holds up no resignation."""
CONNECTIONS: Final = 2 * AT_ONCE + 1
"""Two batches of each at a time, and one to look for more."""
EVERY: Final = 1.0
"""Seconds between two looks for jobs."""


async def work_forever(dsn: str, every: float = EVERY, told: Callable[[int], None] | None = None) -> None:
    """Take up every job there is, until cancelled; `told` hears which wiki's feed has news."""
    tasks: dict[tuple[int, int], asyncio.Task[None]] = {}
    async with Ledger.open(dsn, size=CONNECTIONS, told=told) as ledger:
        try:
            while True:
                tasks = {key: task for key, task in tasks.items() if not task.done()}
                for job in (await _running(ledger))[: AT_ONCE - len(tasks)]:
                    key = (job.wiki, job.id)
                    if key not in tasks:
                        tasks[key] = asyncio.create_task(work_on(ledger, job))
                await asyncio.sleep(every)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)


async def work_off(ledger: Ledger) -> int:
    """Do all that there is to do now, one job after the other; how many."""
    jobs = await _running(ledger)
    for job in jobs:
        await work_on(ledger, job)
    return len(jobs)


async def work_on(ledger: Ledger, job: Job) -> None:
    """One job, unless another process is at it. What goes wrong is kept with the job."""
    async with ledger.jobs.only_here(job) as is_ours:
        if not is_ours:
            return
        try:
            await WORK[job.kind](ledger, job)
        except JobEnded:
            LOG.info("job %s of wiki %s was ended by somebody else", job.id, job.wiki)
        except Unavailable as error:
            LOG.warning("job %s of wiki %s waits for the database: %s", job.id, job.wiki, error)
        except Exception as error:
            LOG.exception("job %s of wiki %s failed", job.id, job.wiki)
            await _fail(ledger, job, error)


async def _fail(ledger: Ledger, job: Job, error: Exception) -> None:
    try:
        await ledger.jobs.fail(job, f"{type(error).__name__}: {error}")
    except (JobEnded, MentorgraphError) as another:
        LOG.warning("job %s of wiki %s could not be told that it failed: %s", job.id, job.wiki, another)


async def _running(ledger: Ledger) -> list[Job]:
    try:
        return [job for job in await ledger.jobs.running() if job.kind in WORK]
    except MentorgraphError as error:
        LOG.warning("the worker will look again: %s", error)
        return []
