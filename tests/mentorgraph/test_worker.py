"""The worker: takes up what is asked for, notices what was cancelled, and keeps why something failed."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from acceptance.client import ROOT
from graph.errors import Unavailable
from graph.kinds import JobKind, JobState, PolicyPreset
from graph.policy import PRESETS
from mentorgraph import worker
from models.ledger import Ledger
from models.ledger.jobs import Job


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    async with Ledger(database) as ledger:
        await ledger.add_wiki("busywiki", "https://busy.example", PRESETS[PolicyPreset.DEFAULT])
        yield ledger


async def ask(ledger: Ledger) -> Job:
    key = await ledger.jobs.start(1, JobKind.SIMULATION, {}, 2)
    return await seen(ledger, key)


async def seen(ledger: Ledger, key: int) -> Job:
    found = await ledger.jobs.find(1, key)
    assert found is not None
    return found


def does(monkeypatch: pytest.MonkeyPatch, work: worker.Work) -> None:
    monkeypatch.setattr(worker, "WORK", {JobKind.SIMULATION: work})


async def test_a_running_worker_takes_up_what_is_asked_for(
    database: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(ledger: Ledger, job: Job) -> None:
        await ledger.jobs.finish(job, [])

    does(monkeypatch, work)
    running = asyncio.create_task(worker.work_forever(database, every=0.01))
    job = await ask(ledger)
    for _ in range(2000):
        now = await seen(ledger, job.id)
        if now.state is not JobState.RUNNING:
            break
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
    assert now.state is JobState.DONE


async def test_a_job_that_fails_says_why(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(_ledger: Ledger, _job: Job) -> None:
        raise ValueError("no such year")

    does(monkeypatch, work)
    job = await ask(ledger)
    assert await worker.work_off(ledger) == 1
    now = await seen(ledger, job.id)
    assert (now.state, now.error) == (JobState.FAILED, "ValueError: no such year")


async def test_a_job_waits_for_a_database_that_is_away(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(_ledger: Ledger, _job: Job) -> None:
        raise Unavailable("not now")

    does(monkeypatch, work)
    job = await ask(ledger)
    await worker.work_off(ledger)
    assert (await seen(ledger, job.id)).state is JobState.RUNNING


async def test_a_cancelled_job_is_given_up_in_the_middle(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(ledger: Ledger, job: Job) -> None:
        await ledger.jobs.advance(job, 1)
        await ledger.jobs.cancel(job.wiki, job.id)
        await ledger.jobs.advance(job, 2)

    does(monkeypatch, work)
    job = await ask(ledger)
    await worker.work_off(ledger)
    now = await seen(ledger, job.id)
    assert (now.state, now.done) == (JobState.CANCELLED, 1)


async def test_a_kind_that_nobody_here_knows_is_left_alone(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WORK", {})
    job = await ask(ledger)
    assert await worker.work_off(ledger) == 0
    assert (await seen(ledger, job.id)).state is JobState.RUNNING


def mentorgraph(database: str, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {"MENTORGRAPH_DATABASE_URL": database, "PATH": "/usr/bin:/bin", "COLUMNS": "160"}
    command = [sys.executable, "-m", "mentorgraph", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


async def test_the_command_lists_jobs_and_says_why_one_failed(database: str, ledger: Ledger) -> None:
    job = await ask(ledger)
    await ledger.jobs.fail(job, "It went wrong.")
    said = mentorgraph(database, "jobs").stdout
    assert f"busywiki/{job.id}" in said
    assert "FAILED" in said
    assert "It went wrong." in said


async def test_the_command_cancels_a_job(database: str, ledger: Ledger) -> None:
    job = await ask(ledger)
    assert mentorgraph(database, "jobs", "cancel", f"busywiki/{job.id}").returncode == 0
    assert (await seen(ledger, job.id)).state is JobState.CANCELLED


@pytest.mark.usefixtures("ledger")
async def test_the_command_knows_no_job_that_is_not_there(database: str) -> None:
    for named in ("busywiki/99", "nowiki/1", "12"):
        done = mentorgraph(database, "jobs", "cancel", named)
        assert (done.returncode, done.stderr[:24]) == (1, "mentorgraph: There is no")
