"""Jobs as the ledger keeps them: one row each, which whoever works holds, batch by batch."""

import asyncio

import asyncpg
import pytest

from graph.errors import Refused
from graph.kinds import JobKind, JobState, UserErrorCode
from models.ledger.jobs import Job, JobEnded
from models_desk import Desk


async def a_job(desk: Desk, total: int | None = 10) -> Job:
    key = await desk.ledger.jobs.start(desk.wiki, JobKind.SIMULATION, {"policies": []}, total)
    found = await desk.ledger.jobs.find(desk.wiki, key)
    assert found is not None
    return found


async def seen(desk: Desk, job: Job) -> Job:
    found = await desk.ledger.jobs.find(job.wiki, job.id)
    assert found is not None
    return found


async def test_what_is_asked_for_runs_until_it_is_done(desk: Desk) -> None:
    job = await a_job(desk)
    assert (job.state, job.done, job.total, job.finished_at) == (JobState.RUNNING, 0, 10, None)
    await desk.ledger.jobs.advance(job, 4)
    assert [(one.id, one.done) for one in await desk.ledger.jobs.running()] == [(job.id, 4)]
    await desk.ledger.jobs.finish(job, [{"continued": 1}])
    now = await seen(desk, job)
    assert (now.state, now.done, now.result) == (JobState.DONE, 10, [{"continued": 1}])
    assert now.finished_at is not None
    assert await desk.ledger.jobs.running() == []


async def test_there_may_be_more_to_do_than_was_thought(desk: Desk) -> None:
    job = await a_job(desk, total=3)
    await desk.ledger.jobs.advance(job, 5)
    now = await seen(desk, job)
    assert (now.done, now.total) == (5, 5)


async def test_a_job_of_a_wiki_that_nobody_tracks_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.ledger.jobs.start(77, JobKind.SIMULATION, {})
    assert refused.value.code is UserErrorCode.NOT_FOUND


async def test_who_works_on_hears_that_the_job_was_cancelled(desk: Desk) -> None:
    job = await a_job(desk)
    await desk.ledger.jobs.cancel(job.wiki, job.id)
    await desk.ledger.jobs.cancel(job.wiki, job.id)
    for go_on in (desk.ledger.jobs.advance(job, 1), desk.ledger.jobs.finish(job, None)):
        with pytest.raises(JobEnded):
            await go_on
    now = await seen(desk, job)
    assert (now.state, now.done, now.result) == (JobState.CANCELLED, 0, None)


async def test_what_has_ended_is_not_cancelled(desk: Desk) -> None:
    done, failed = await a_job(desk), await a_job(desk)
    await desk.ledger.jobs.finish(done, None)
    await desk.ledger.jobs.fail(failed, "It went wrong.")
    for job, state in ((done, JobState.DONE), (failed, JobState.FAILED)):
        with pytest.raises(Refused, match=f"The job is {state} already") as refused:
            await desk.ledger.jobs.cancel(job.wiki, job.id)
        assert (refused.value.code, refused.value.field) == (UserErrorCode.INVALID, ("id",))
    assert (await seen(desk, failed)).error == "It went wrong."


async def test_no_such_job_can_be_cancelled(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.ledger.jobs.cancel(desk.wiki, 12345)
    assert refused.value.code is UserErrorCode.NOT_FOUND


async def test_two_that_finish_one_job_finish_it_once(desk: Desk) -> None:
    job = await a_job(desk)
    ends = await asyncio.gather(
        *(desk.ledger.jobs.finish(job, [number]) for number in range(5)), return_exceptions=True
    )
    assert sum(end is None for end in ends) == 1
    assert sum(isinstance(end, JobEnded) for end in ends) == 4


async def test_one_process_at_a_time_is_at_a_job_for_as_long_as_its_connection_lives(desk: Desk) -> None:
    job = await a_job(desk)
    async with desk.ledger.jobs.only_here(job) as first:
        async with desk.ledger.jobs.only_here(job) as second:
            assert (first, second) == (True, False)
        connection = await asyncpg.connect(desk.dsn)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mentorgraph job'"
        )
        await connection.close()
        async with desk.ledger.jobs.only_here(job) as third:
            assert third
