"""New versions of a policy: what one ends is told before it is set, and whoever is blocked is projected anew."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from graph.errors import Refused
from graph.kinds import BlockCategory, BlockScope, JobState, PolicyPreset, UserErrorCode
from graph.policy import PRESETS, CategoryRule, PolicySettings
from ledger_rows import fetch, rows_of
from models.ledger import Reform, walk
from models_desk import ANN, BOB, Desk

DAY = timedelta(days=1)
DEFAULT = PRESETS[PolicyPreset.DEFAULT]
TEN_DAYS = replace(DEFAULT, name="ten days", holds=(), default_hold=10 * DAY)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "FIRST", 2)
    monkeypatch.setattr(walk, "MOST", 2)


async def some_are_blocked(desk: Desk) -> None:
    """Five mentees of Ann's: three blocked for their names 50 days ago, one 5 days ago, one not at all."""
    await desk.enroll(ANN, BOB)
    for mentee in range(1, 6):
        await desk.register(mentee, draw=False)
        await desk.ledger.assign(desk.wiki, mentee, ANN)
    for mentee in (1, 2, 3):
        await desk.block(mentee)
    desk.clock.advance(days=45)
    await desk.block(4)
    desk.clock.advance(days=5)


async def states(desk: Desk) -> list[str | None]:
    return [(await desk.mentor_of(mentee) or (0, None))[1] for mentee in range(1, 6)]


async def set_policy(desk: Desk, settings: PolicySettings, **more: object) -> Reform:
    return await desk.ledger.set_policy(desk.wiki, settings, **more)  # type: ignore[arg-type]  # as named


async def nothing_is_wrong(desk: Desk) -> None:
    before = await rows_of(desk.dsn, desk.wiki)
    await desk.ledger.rebuild(desk.wiki)
    assert await rows_of(desk.dsn, desk.wiki) == before


async def test_a_shorter_hold_ends_no_tie_earlier_than_its_own_time_and_tells_how_many(desk: Desk) -> None:
    await some_are_blocked(desk)
    before = desk.clock.now
    done = await set_policy(desk, TEN_DAYS)
    assert (done.version, done.affected, done.released_at_once) == (2, 4, 3)
    assert await states(desk) == [None, None, None, "SUSPENDED", "ACTIVE"]
    ends = await fetch(
        desk.dsn, "SELECT DISTINCT ends_at, ends_because FROM relationship WHERE mentee_id < 4"
    )
    (since,) = await fetch(desk.dsn, "SELECT effective_from FROM policy WHERE version = 2")
    assert ends == [(since[0], "HOLD_ELAPSED")]
    assert since[0] > before
    assert await desk.events(1) == ["STARTED", "SUSPENDED", "RELEASED"]
    await nothing_is_wrong(desk)


async def test_the_job_says_how_many_were_projected_anew(desk: Desk) -> None:
    await some_are_blocked(desk)
    done = await set_policy(desk, TEN_DAYS)
    assert done.job is not None
    job = await desk.ledger.jobs.find(desk.wiki, done.job)
    assert job is not None
    assert (job.state, job.done, job.total, job.plan["version"]) == (JobState.DONE, 4, 4, 2)


async def test_what_a_policy_would_end_is_told_and_nothing_is_set(desk: Desk) -> None:
    await some_are_blocked(desk)
    before = await rows_of(desk.dsn, desk.wiki)
    told = await set_policy(desk, TEN_DAYS, validate_only=True)
    assert told == Reform(version=None, affected=4, released_at_once=3, job=None)
    assert await rows_of(desk.dsn, desk.wiki) == before
    assert await fetch(desk.dsn, "SELECT count(*) FROM policy") == [(1,)]
    assert await desk.ledger.jobs.newest(desk.wiki, 9) == []


async def test_what_would_end_at_that_moment_anyhow_is_not_the_policys_doing(desk: Desk) -> None:
    await some_are_blocked(desk)
    await desk.change(4, category=BlockCategory.SPAM)
    (ends,) = await fetch(desk.dsn, "SELECT ends_at FROM relationship WHERE mentee_id = 4")
    told = await set_policy(desk, TEN_DAYS, effective_from=ends[0], validate_only=True)
    assert told.released_at_once == 3


async def test_a_policy_to_come_is_a_forecast_until_its_time(desk: Desk) -> None:
    await some_are_blocked(desk)
    at = desk.clock.now + DAY
    done = await set_policy(desk, TEN_DAYS, effective_from=at)
    assert done.released_at_once == 3
    assert await states(desk) == ["SUSPENDED"] * 4 + ["ACTIVE"]
    desk.clock.now = at
    assert await states(desk) == [None, None, None, "SUSPENDED", "ACTIVE"]
    await nothing_is_wrong(desk)


async def test_a_longer_hold_keeps_what_the_old_one_would_have_ended(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    await desk.block(category=BlockCategory.SPAM)
    desk.clock.advance(days=5)
    done = await set_policy(desk, PRESETS[PolicyPreset.UNTIL_MENTOR_RESIGNS])
    assert (done.affected, done.released_at_once) == (1, 0)
    desk.clock.advance(days=400)
    assert await desk.mentor_of() == (ANN, "SUSPENDED")


async def test_partial_blocks_begin_and_cease_to_count(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    await desk.block(scope=BlockScope.PARTIAL)
    assert await desk.mentor_of() == (ANN, "ACTIVE")
    done = await set_policy(desk, replace(DEFAULT, count_partial_blocks=True))
    assert (done.affected, await desk.mentor_of()) == (1, (ANN, "SUSPENDED"))
    await set_policy(desk, DEFAULT)
    assert await desk.mentor_of() == (ANN, "ACTIVE")
    assert await desk.events() == ["STARTED", "SUSPENDED", "RESUMED"]


async def test_the_categories_of_open_blocks_are_worked_out_anew(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    await desk.block(reason="Doings of the third kind", category=None)
    desk.clock.advance(days=30)
    rules = (CategoryRule("third kind", BlockCategory.SPAM), *DEFAULT.category_rules)
    done = await set_policy(desk, replace(DEFAULT, category_rules=rules))
    assert (done.released_at_once, await desk.mentor_of()) == (1, None)
    assert await fetch(desk.dsn, "SELECT category FROM block") == [("SPAM",)]


async def test_a_policy_has_no_force_in_the_past(desk: Desk) -> None:
    for validate_only in (True, False):
        with pytest.raises(Refused) as refused:
            await set_policy(desk, TEN_DAYS, effective_from=desk.ago(seconds=1), validate_only=validate_only)
        assert (refused.value.code, refused.value.field) == (UserErrorCode.IN_THE_PAST, ("effectiveFrom",))


async def test_a_policy_made_for_another_version_is_refused(desk: Desk) -> None:
    await set_policy(desk, TEN_DAYS, expected_version=1)
    for validate_only in (True, False):
        with pytest.raises(Refused) as refused:
            await set_policy(desk, TEN_DAYS, expected_version=1, validate_only=validate_only)
        assert (refused.value.code, refused.value.field) == (
            UserErrorCode.STALE_VERSION,
            ("expectedVersion",),
        )


async def test_policies_that_are_set_at_once_are_versions_one_after_the_other(desk: Desk) -> None:
    done = await asyncio.gather(*(set_policy(desk, TEN_DAYS) for _ in range(4)))
    assert sorted(one.version or 0 for one in done) == [2, 3, 4, 5]


async def test_a_block_that_is_being_recorded_when_the_policy_is_set_is_projected_anew(desk: Desk) -> None:
    """It was read with the old versions, and is committed after the new one was looked for."""
    await desk.enroll(ANN)
    await desk.register()
    has_read, may_write = asyncio.Event(), asyncio.Event()
    office = desk.ledger._desk

    async def pause() -> None:
        office.pause = None
        has_read.set()
        await may_write.wait()

    office.pause = pause
    blocking = asyncio.create_task(desk.block(category=BlockCategory.SPAM))
    await has_read.wait()
    setting = asyncio.create_task(set_policy(desk, replace(DEFAULT, holds=(), default_hold=3 * DAY)))
    await asyncio.sleep(0.3)
    assert not setting.done()
    may_write.set()
    await asyncio.gather(blocking, setting)
    desk.clock.advance(days=4)
    assert await desk.mentor_of() is None
    await nothing_is_wrong(desk)


async def test_a_cancelled_reprojection_is_finished_by_the_next_policy(desk: Desk) -> None:
    await some_are_blocked(desk)
    done = await set_policy(desk, TEN_DAYS, patience=0)
    assert done.job is not None
    await desk.ledger.jobs.cancel(desk.wiki, done.job)
    assert await states(desk) == ["SUSPENDED"] * 4 + ["ACTIVE"]
    await set_policy(desk, replace(TEN_DAYS, name="again"))
    assert await states(desk) == [None, None, None, "SUSPENDED", "ACTIVE"]
    await nothing_is_wrong(desk)
