"""Jobs: work that outlasts a request, a row each, done batch by batch by whoever holds the row."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

import orjson

from graph.errors import Refused
from graph.kinds import JobKind, JobState, UserErrorCode
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, aware, transact
from models.ledger.turns import JOBS, turn

T = TypeVar("T")

START: Final = """
INSERT INTO job AS j (wiki_id, kind, state, total, plan, started_at)
VALUES ($1, $2, 'RUNNING', $3, $4::jsonb, $5) RETURNING j.id
"""
JOB: Final = """
SELECT j.wiki_id, j.id, j.kind, j.state, j.done, j.total, j.reached, j.plan, j.result, j.error, j.started_at,
       j.finished_at
FROM job AS j WHERE j.wiki_id = $1 AND j.id = $2
"""
TAKE: Final = JOB + "FOR NO KEY UPDATE"
NEWEST: Final = """
SELECT j.wiki_id, j.id, j.kind, j.state, j.done, j.total, j.reached, j.plan, j.result, j.error, j.started_at,
       j.finished_at
FROM job AS j WHERE j.wiki_id = $1 ORDER BY j.started_at DESC, j.id DESC LIMIT $2
"""
RUNNING: Final = """
SELECT j.wiki_id, j.id, j.kind, j.state, j.done, j.total, j.reached, j.plan, j.result, j.error, j.started_at,
       j.finished_at
FROM wiki AS wiki_1 JOIN job AS j ON j.wiki_id = wiki_1.id WHERE j.state = 'RUNNING'
ORDER BY j.started_at, j.wiki_id, j.id
"""
ADVANCE: Final = """
UPDATE job AS j SET done = $3, total = $4, reached = $5, result = $6::jsonb WHERE j.wiki_id = $1 AND j.id = $2
"""
# The reason of a transfer is free text, which stays no longer than it is needed.
END: Final = """
UPDATE job AS j SET state = $3::text, finished_at = $4, error = $5,
       plan = CASE WHEN $3::text = 'DONE' THEN j.plan - 'reason' ELSE j.plan END
WHERE j.wiki_id = $1 AND j.id = $2
"""
TAKE_UP_AGAIN: Final = """
UPDATE job AS j SET state = 'RUNNING', finished_at = NULL, error = NULL
WHERE j.wiki_id = $1 AND j.id = $2 AND j.state IN ('FAILED', 'CANCELLED')
"""
KNOWN_TO_ALL: Final = """
SELECT count(*) FROM account AS a WHERE a.wiki_id = $1 AND a.id = ANY($2::bigint[]) AND NOT a.is_hidden
"""

WIKIS_APART: Final = 1_000_003
ADVISORY_KEYS: Final = 2**31


@dataclass(frozen=True, slots=True)
class Job:
    """One job as its row was when somebody looked; `models.Job` says what each means."""

    wiki: int
    id: int
    kind: JobKind
    state: JobState
    done: int
    total: int | None
    reached: int
    plan: Mapping[str, Any]
    result: Any
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class JobEnded(Exception):
    """The job runs no longer: it was cancelled, or another has finished it. Nothing is left to do."""


class Jobs:
    """The jobs of all wikis, for whoever asks for work, does it, or looks how it goes."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def start(self, wiki: int, kind: JobKind, plan: Mapping[str, Any], total: int | None = None) -> int:
        """Ask for work; its id. Whoever looks for running jobs next takes it up."""

        async def work(change: Change) -> int:
            await change.office.policies.require(change.connection, wiki)
            return await start(change, kind, plan, total)

        return await self._office.change(wiki, work)

    async def find(self, wiki: int, job: int) -> Job | None:
        """How that job goes."""
        return await self._look(lambda connection: _find(connection, JOB, wiki, job))

    async def newest(self, wiki: int, limit: int) -> list[Job]:
        """The jobs of a wiki, newest first."""
        return await self._look(lambda connection: _jobs(connection, NEWEST, wiki, limit))

    async def running(self) -> list[Job]:
        """What there is to do on all wikis, the oldest first."""
        return await self._look(lambda connection: _jobs(connection, RUNNING))

    async def advance(self, job: Job, done: int, total: int | None = None) -> None:
        """Say how far the work is; `JobEnded` where it is to be given up. For work that keeps nothing by the way."""

        async def work(change: Change) -> None:
            now = await take(change, job)
            await advance(change, now, done=done, total=total or now.total)

        await self._office.change(job.wiki, work)

    async def finish(self, job: Job, result: Any) -> None:
        """The work is done, and this came of it. All that was to be done is."""

        async def work(change: Change) -> None:
            now = await take(change, job)
            total = now.done if now.total is None else now.total
            await advance(change, now, done=total, total=total, result=result)
            await end(change, now, JobState.DONE)

        await self._office.change(job.wiki, work)

    async def fail(self, job: Job, error: str) -> None:
        """The work can't be done; `error` tells the operator why."""

        async def work(change: Change) -> None:
            await end(change, await take(change, job), JobState.FAILED, error)

        await self._office.change(job.wiki, work)

    async def cancel(self, wiki: int, job: int) -> None:
        """Give up the work: what is done stays, and no further batch begins. To do so twice is once."""

        async def work(change: Change) -> None:
            found = await _find(change.connection, TAKE, wiki, job)
            if found is None:
                raise Refused(UserErrorCode.NOT_FOUND, "There is no such job.", "id")
            if found.state in (JobState.DONE, JobState.FAILED):
                raise Refused(UserErrorCode.INVALID, f"The job is {found.state} already.", "id")
            if found.state is JobState.RUNNING:
                await end(change, found, JobState.CANCELLED)

        await self._office.change(wiki, work)

    @staticmethod
    async def look(connection: Connection, job: Job) -> Job:
        """How the job stands; `JobEnded` where it is to be given up."""
        found = await _find(connection, JOB, job.wiki, job.id)
        if found is None or found.state is not JobState.RUNNING:
            raise JobEnded
        return found

    @asynccontextmanager
    async def only_here(self, job: Job) -> AsyncIterator[bool]:
        """Whether nobody else is at this job: true for one process at a time, and for as long as its connection lives.

        A convenience, for two at one job do nothing wrong: each batch holds the row, and begins where the row says.
        """
        key = (job.wiki * WIKIS_APART + job.id) % ADVISORY_KEYS
        async with turn(self._office.statistics.dsn, JOBS, key, "mentorgraph job") as held:
            yield held is not None

    async def _look(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        return await transact(self._office.pool, work, self._office.chance, readonly=True)


# Steps of a change that is a batch of a job.


async def start(change: Change, kind: JobKind, plan: Mapping[str, Any], total: int | None = None) -> int:
    """Ask for work in the transaction that makes it necessary."""
    now = change.office.clock()
    job: int = await change.connection.fetchval(
        START, change.wiki, kind.value, total, orjson.dumps(plan).decode(), now
    )
    return job


async def known_to_all(change: Change, accounts: Collection[int]) -> int:
    """How many of these accounts everybody may know of: anyone is told how far a job is."""
    count: int = await change.connection.fetchval(KNOWN_TO_ALL, change.wiki, list(accounts))
    return count


async def take(change: Change, job: Job) -> Job:
    """Hold the row for as long as the batch takes: before all other locks, so that two never do the same batch."""
    found = await _find(change.connection, TAKE, job.wiki, job.id)
    if found is None or found.state is not JobState.RUNNING:
        raise JobEnded
    return found


async def advance(
    change: Change,
    job: Job,
    *,
    done: int,
    total: int | None = None,
    reached: int | None = None,
    result: Any = None,
) -> Job:
    """Write the progress beside the batch's effect; there may be more to do than was thought."""
    then = replace(
        job,
        done=done,
        total=None if total is None else max(done, total),
        reached=job.reached if reached is None else reached,
        result=job.result if result is None else result,
    )
    kept = None if then.result is None else orjson.dumps(then.result).decode()
    await change.connection.execute(ADVANCE, job.wiki, job.id, done, then.total, then.reached, kept)
    return then


async def take_up_again(change: Change, job: int) -> None:
    """Let a job that failed or was cancelled go on from where it stands."""
    await change.connection.execute(TAKE_UP_AGAIN, change.wiki, job)


async def end(change: Change, job: Job, state: JobState, error: str | None = None) -> None:
    await change.connection.execute(END, job.wiki, job.id, state.value, change.office.clock(), error)


async def _find(connection: Connection, statement: str, wiki: int, job: int) -> Job | None:
    return next(iter(await _jobs(connection, statement, wiki, job)), None)


async def _jobs(connection: Connection, statement: str, *arguments: object) -> list[Job]:
    return [
        Job(
            wiki,
            key,
            JobKind(kind),
            JobState(state),
            done,
            total,
            reached,
            orjson.loads(plan),
            None if result is None else orjson.loads(result),
            *rest,
        )
        for wiki, key, kind, state, done, total, reached, plan, result, *rest in map(
            aware, await connection.fetch(statement, *arguments)
        )
    ]
