"""The ledger's own jobs: who does which, and to go on with one."""

from typing import Final

from graph.kinds import JobKind, JobState
from models.ledger import reforms, tenure, transfers, walk
from models.ledger.change import Change, Office
from models.ledger.jobs import Job, JobEnded, Jobs, take_up_again
from models.ledger.repeats import apart
from models.ledger.walk import Walk

PATIENCE: Final = 5.0
"""Seconds that a request works at what it began; what is left then goes on after the answer."""

KINDS: Final = frozenset({JobKind.RESIGNATION, JobKind.REPROJECTION, JobKind.TRANSFER})


def _walk_of(job: Job) -> Walk:
    match job.kind:
        case JobKind.RESIGNATION:
            return tenure.WALK
        case JobKind.REPROJECTION:
            return tenure.WALK if "mentor" in job.plan else reforms.WALK
        case JobKind.TRANSFER:
            return transfers.WALK
    raise ValueError(f"{job.kind} is no work of the ledger")


async def take_up(office: Office, wiki: int, key: int, patience: float | None = None) -> Job:
    """Go on with a job, also with one that failed or was cancelled."""

    async def work(change: Change) -> None:
        await take_up_again(change, key)

    job = await Jobs(office).find(wiki, key)
    if job is not None and job.state in (JobState.FAILED, JobState.CANCELLED):
        with apart():
            await office.change(wiki, work)
    return await carry_on(office, wiki, key, patience)


async def carry_on(office: Office, wiki: int, key: int, patience: float | None = None) -> Job:
    """Go on with a job that runs until it ends, or patience does; how it stands then."""
    job = await Jobs(office).find(wiki, key)
    if job is None:
        raise JobEnded
    if job.state is not JobState.RUNNING:
        return job
    with apart():
        return await walk.carry_on(office, job, _walk_of(job), patience)


async def go_on(office: Office, job: Job) -> None:
    """Go on with a job to its end, for whoever sees to it that nobody else does."""
    await walk.go_on(office, job, _walk_of(job))
