"""Simulations: a synthetic year, and what is recorded of a wiki, counted in processes, as a job and by the command."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from acceptance.client import ROOT
from graph.errors import Refused
from graph.facts import BlockLifted, BlockPlaced, Drawn, Fact, MentorEnrolled, MentorResigned
from graph.kinds import JobState, PolicyPreset
from graph.outcome import Outcome, Tally, mentoring
from graph.policy import PRESETS, PolicySettings
from mentorgraph import worker
from mentorgraph.cli import app
from mentorgraph.simulate import Choice, of_scenario, of_wiki, policies
from mentorgraph.simulation import job as job_module
from mentorgraph.simulation.job import result
from mentorgraph.simulation.processes import Counting, counted
from mentorgraph.simulation.scenario import FIRST_MENTEE, YEAR, Scenario
from models.ledger import Entry, Ledger, Target
from models.ledger.histories import OF_A_RANGE, OF_MENTORS, Histories, Part
from models.ledger.jobs import Job, JobEnded
from models.ledger.simulations import Simulation
from statement_lint import breaches

BLOCKED = 150
SCENARIO = Scenario(blocked=BLOCKED, mentors=4, seed=7)
FOUR = Simulation(list(PRESETS.values()), YEAR)


def in_this_process(scenario: Scenario = SCENARIO, simulation: Simulation = FOUR) -> list[Outcome]:
    (whole,) = scenario.parts(scenario.blocked)
    tallies = Counting(scenario, simulation.policies, simulation.window).count(whole)
    return [tally.outcome(mentoring(scenario.terms(), simulation.window)) for tally in tallies]


# The synthetic year.


def test_the_year_is_the_same_in_whichever_parts_it_is_read() -> None:
    (whole,) = SCENARIO.parts(BLOCKED)
    assert [h for part in SCENARIO.parts(7) for h in SCENARIO.read(part)] == list(SCENARIO.read(whole))


def test_another_seed_is_another_year() -> None:
    (whole,) = SCENARIO.parts(BLOCKED)
    assert Scenario(blocked=BLOCKED, mentors=4, seed=8).read(whole) != SCENARIO.read(whole)


def test_one_in_ten_is_unblocked_and_names_are_mended_within_days() -> None:
    scenario = Scenario()
    assert scenario.blocked == 70_000
    lives = [facts for _, facts in scenario.read(Part(0, 6_000, 6_000))]
    placed = [fact for facts in lives for fact in facts if isinstance(fact, BlockPlaced)]
    lifts = {f.block_id: f.at for facts in lives for f in facts if isinstance(f, BlockLifted)}
    assert len(placed) == len(lives)
    assert 0.09 < len(lifts) / len(lives) < 0.11
    names = [
        lifts[f.block_id] - f.at for f in placed if f.block_id in lifts and "softerblock" in str(f.reason)
    ]
    assert 0.5 < len(names) / len(lifts) < 0.8
    assert sorted(names)[len(names) // 2] < timedelta(days=3)


def test_whoever_is_drawn_is_a_mentor_then() -> None:
    (whole,) = SCENARIO.parts(BLOCKED)
    terms = {mentor.account: mentor.term for mentor in SCENARIO.mentors}
    for _, facts in SCENARIO.read(whole):
        for fact in facts:
            if isinstance(fact, Drawn):
                assert terms[fact.mentor][0] <= fact.at < terms[fact.mentor][1]


async def test_processes_count_what_one_would_and_in_order() -> None:
    async def parts() -> AsyncIterator[Part]:
        for part in SCENARIO.parts(40):
            yield part

    tallies = [Tally(YEAR) for _ in FOUR.policies]
    seen = []
    async for part, more in counted(SCENARIO, FOUR, parts(), 2):
        seen.append(part)
        for tally, one in zip(tallies, more, strict=True):
            tally.add(one)
    assert seen == list(SCENARIO.parts(40))
    time_of_mentors = mentoring(SCENARIO.terms(), YEAR)
    assert [tally.outcome(time_of_mentors) for tally in tallies] == in_this_process()


# What is recorded.


@dataclass
class Past:
    """A wiki to which the scenario's year has happened."""

    ledger: Ledger
    wiki: int
    dsn: str

    async def ask(self, simulation: Simulation = FOUR) -> Job:
        return await self.job(await self.ledger.simulations.start(self.wiki, simulation))

    async def job(self, key: int) -> Job:
        found = await self.ledger.jobs.find(self.wiki, key)
        assert found is not None
        return found

    async def parts_kept(self) -> int:
        connection = await asyncpg.connect(self.dsn)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM job_part"))
        finally:
            await connection.close()


@pytest.fixture(scope="module")
async def past(module_database: str) -> AsyncIterator[Past]:
    async with Ledger(module_database) as ledger:
        wiki = await ledger.add_wiki("pastwiki", "https://past.example", PRESETS[PolicyPreset.DEFAULT])
        (whole,) = SCENARIO.parts(BLOCKED)
        entries: dict[Any, Entry] = {}
        for mentee, facts in SCENARIO.read(whole):
            for fact in facts:
                entries[fact.origin] = entry(mentee, fact)
        told = await ledger.bulk(wiki, list(entries.values()))
        assert not told.refused
        yield Past(ledger, wiki, module_database)


def entry(mentee: int, fact: Fact) -> Entry:
    if isinstance(fact, MentorEnrolled | MentorResigned):
        return Entry(fact=fact)
    name = f"Mentee {mentee} at {fact.at:%c}"
    return Entry(
        fact=fact, target=Target(id=mentee), name=name if fact.kind in ("REGISTERED", "RENAMED") else None
    )


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "MENTEES_A_PART", 40)
    monkeypatch.setattr(job_module, "processes", lambda: 2)


async def test_a_job_tells_what_its_policies_would_have_made_of_what_is_recorded(past: Past) -> None:
    job = await past.ask()
    await worker.work_on(past.ledger, job)
    done = await past.job(job.id)
    assert (done.state, done.done, done.total) == (JobState.DONE, BLOCKED, BLOCKED)
    assert done.result == result(FOUR, in_this_process())
    assert await past.parts_kept() == 0


async def test_a_killed_job_goes_on_where_it_was(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = type(past.ledger.simulations).keep
    kept: list[Part] = []

    async def die_at_the_third(self: Any, job: Job, part: Part, tallies: list[Tally]) -> None:
        if len(kept) == 2:
            raise asyncio.CancelledError
        kept.append(part)
        await keep(self, job, part, tallies)

    job = await past.ask()
    with monkeypatch.context() as patch:
        patch.setattr(type(past.ledger.simulations), "keep", die_at_the_third)
        with pytest.raises(asyncio.CancelledError):
            await worker.work_on(past.ledger, job)
    now = await past.job(job.id)
    assert (now.state, now.done, now.reached) == (JobState.RUNNING, 80, kept[-1].last)
    assert await past.parts_kept() == 2
    await worker.work_on(past.ledger, now)
    assert (await past.job(job.id)).result == result(FOUR, in_this_process())


async def test_a_cancelled_job_ends_between_two_parts_and_leaves_nothing(past: Past) -> None:
    job = await past.ask()
    await past.ledger.jobs.cancel(past.wiki, job.id)
    await worker.work_on(past.ledger, job)
    now = await past.job(job.id)
    assert (now.state, now.result) == (JobState.CANCELLED, None)
    assert await past.parts_kept() == 0


async def test_a_part_that_another_process_has_kept_is_not_kept_twice(past: Past) -> None:
    job = await past.ask()
    part = Part(-1, FIRST_MENTEE + 5, 5)
    await past.ledger.simulations.keep(job, part, [Tally(YEAR)])
    with pytest.raises(JobEnded):
        await past.ledger.simulations.keep(job, part, [Tally(YEAR)])
    await past.ledger.jobs.cancel(past.wiki, job.id)
    await past.ledger.simulations.sweep(past.wiki)


async def test_only_those_whose_block_was_open_in_the_window_are_read(past: Past) -> None:
    window = replace(FOUR, window=YEAR._replace(end=YEAR.start + timedelta(days=30)))
    stretch = window.stretch(past.wiki, datetime.now(YEAR.start.tzinfo))
    (whole,) = SCENARIO.parts(BLOCKED)
    placed = Counter(
        fact.at < window.window.end
        for _, facts in SCENARIO.read(whole)
        for fact in facts
        if isinstance(fact, BlockPlaced)
    )
    assert 0 < placed[True] < BLOCKED
    assert await past.ledger.simulations.mentees(stretch) == placed[True]


async def test_what_became_known_later_is_not_read(past: Past) -> None:
    stretch = FOUR.stretch(past.wiki, YEAR.start)
    ids = Part(-1, FIRST_MENTEE + BLOCKED, BLOCKED)
    histories = await Histories.open(past.dsn, stretch)
    assert await histories.read(ids) == []
    await histories.close()


def test_what_other_processes_run_is_fit_for_many_machines() -> None:
    assert (breaches(OF_A_RANGE), breaches(OF_MENTORS)) == ((), ())


# The command.


def mentorgraph(database: str | None, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "100"}
    if database is not None:
        environment["MENTORGRAPH_DATABASE_URL"] = database
    command = [sys.executable, "-m", "mentorgraph", "simulate", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


async def test_the_command_prints_the_same_as_a_table_and_writes_the_plot(past: Past, tmp_path: Path) -> None:
    image = tmp_path / "plot.svg"
    done = mentorgraph(
        past.dsn, "--wiki", "pastwiki", "--from", "2025-01-01", "--to", "2026-01-01", "--plot", str(image)
    )
    assert done.returncode == 0, done.stderr
    first, second, *_ = in_this_process()
    released = next(line for line in done.stdout.splitlines() if "released" in line)
    assert released.split()[-4:-2] == [str(first.released), str(second.released)]
    assert "drop-on-indefinite-block: 0.0% came back" in image.read_text()


async def test_the_command_makes_a_synthetic_year_without_a_database() -> None:
    simulation, outcomes = await of_scenario(Choice("enwiki-year", 60, 1), policies(["grace-30-days"]))
    assert [settings.name for settings in simulation.policies] == ["grace-30-days"]
    assert outcomes == in_this_process(Scenario(blocked=60, seed=1), simulation)


def test_the_command_wants_a_wiki_or_a_scenario() -> None:
    done = mentorgraph(None)
    assert (done.returncode, done.stderr) == (2, "mentorgraph: Name either a --wiki or a --scenario.\n")


@pytest.mark.parametrize("words", [("--blocked", "70000"), ("--seed", "1")])
def test_a_wiki_has_no_dice_and_the_command_says_so(words: tuple[str, str]) -> None:
    done = CliRunner().invoke(app, ["simulate", "--wiki", "pastwiki", *words])
    assert (done.exit_code, "leave --blocked and --seed out" in done.output) == (2, True)


async def test_the_command_says_what_it_does_not_know(past: Past) -> None:
    with pytest.raises(Refused, match="there is: enwiki-year"):
        await of_scenario(Choice("enwiki-decade", 60, 1), policies([]))
    with pytest.raises(Refused, match="one of: default, drop-on-indefinite-block"):
        policies(["strict"])
    with pytest.raises(Refused, match="holds no settings"):
        policies(["missing.json"])
    with pytest.raises(Refused, match="'nowiki' is not tracked"):
        await of_wiki(past.dsn, "nowiki", FOUR)


def test_a_policy_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    own = tmp_path / "strict.json"
    own.write_text('{"default_hold": "P3D", "holds": {}}')
    (settings,) = policies([str(own)])
    assert settings == PolicySettings(name="strict", holds=(), default_hold=timedelta(days=3))
    own.write_text('{"defaultHold": "P3D"}')
    with pytest.raises(Refused, match="did you mean 'default_hold'"):
        policies([str(own)])


def test_no_process_outlives_a_parent_that_was_killed() -> None:
    command = [sys.executable, "-m", "mentorgraph", "simulate", "--scenario", "enwiki-year"]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    children: list[int] = []
    try:
        deadline = time.monotonic() + 60
        while len(children) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
            children = children_of(parent.pid)
    finally:
        parent.kill()
        parent.wait()
    assert children
    deadline = time.monotonic() + 30
    while any(map(lives, children)) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = [child for child in children if lives(child)]
    for child in left:
        os.kill(child, signal.SIGKILL)
    assert left == []


def children_of(parent: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
