"""Many mentees are handed over, batch by batch: what is seen in between, and that whoever comes next finishes it."""

import asyncio
from datetime import timedelta

import pytest

from graph.errors import Refused
from graph.facts import Assigned, MentorResigned, Registered
from graph.kinds import JobKind, JobState, Origin, RelationshipRole, RelationshipState, UserErrorCode
from ledger_rows import fetch, rows_of
from models.ledger import (
    Entry,
    Ledger,
    Recorded,
    Resigned,
    Target,
    Transferred,
    tenure,
    transfers,
    walk,
    working,
)
from models.ledger.checks import NotAllError
from models.ledger.jobs import Job
from models_desk import ANN, BOB, CAT, Desk

MANY = range(1, 13)
BLOCKED = (3, 7)
ACTIVE, SUSPENDED = RelationshipState.ACTIVE, RelationshipState.SUSPENDED
BACKUP = RelationshipRole.BACKUP

TIES_OUTSIDE_A_TERM = """
SELECT s.mentee_id FROM relationship_span s WHERE s.wiki_id = $1 AND s.valid_from <= $2 AND s.valid_to > $2
  AND NOT EXISTS (SELECT FROM mentor_term t WHERE t.wiki_id = $1 AND t.mentor_id = s.mentor_id
                    AND t.valid_from <= $2 AND t.valid_to > $2)
"""


@pytest.fixture(autouse=True)
def many_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done at once, and in a batch, is so little that a dozen mentees are many."""
    for module in (walk, tenure, transfers):
        monkeypatch.setattr(module, "MOST", 5)
    monkeypatch.setattr(walk, "FIRST", 2)
    monkeypatch.setattr(walk, "LEAST", 2)
    monkeypatch.setattr(walk, "AHEAD", 2)
    monkeypatch.setattr(tenure, "REHEARSED", 4)
    monkeypatch.setattr(transfers, "REHEARSED", 4)


async def a_busy_mentor(desk: Desk) -> None:
    """Ann has a dozen mentees, of whom two are blocked; Bob and Cat have none."""
    await desk.enroll(ANN, BOB, CAT)
    entries = []
    for mentee in MANY:
        at, target = desk.ago(days=2), Target(id=mentee)
        fact = Registered(at=at, origin=desk.origin())
        entries.append(Entry(fact=fact, target=target, name=f"User {mentee}"))
        entries.append(Entry(fact=Assigned(at=at, origin=desk.origin(), mentor=ANN), target=target))
    await desk.ledger.bulk(desk.wiki, entries)
    for mentee in BLOCKED:
        await desk.block(mentee)


async def the_job(desk: Desk) -> Job:
    (job,) = await desk.ledger.jobs.newest(desk.wiki, 10)
    return job


async def step(desk: Desk, batches: int = 1) -> None:
    """So many batches of the job, and no more."""
    job = await the_job(desk)
    walker = walk.Walker(desk.ledger._desk, job, working._walk_of(job))
    for _ in range(batches):
        assert await walker.step()
        walker.size = 2


async def mentors(desk: Desk) -> dict[int, int | None]:
    return {mentee: (await desk.mentor_of(mentee) or (None,))[0] for mentee in MANY}


async def nothing_is_wrong(desk: Desk) -> None:
    """What one writer makes of the facts is what the job has left."""
    before = await rows_of(desk.dsn, desk.wiki)
    await desk.ledger.rebuild(desk.wiki)
    assert await rows_of(desk.dsn, desk.wiki) == before


async def test_a_resignation_of_many_ends_as_that_of_few_does(desk: Desk) -> None:
    await a_busy_mentor(desk)
    assert await desk.ledger.resign(desk.wiki, ANN) == Resigned(transferred=10, ended=2, unassigned=0)
    job = await the_job(desk)
    assert (job.kind, job.state, job.done, job.total) == (JobKind.RESIGNATION, JobState.DONE, 12, 12)
    found = await mentors(desk)
    assert {mentee for mentee in MANY if found[mentee] is None} == {*BLOCKED}
    assert {found[mentee] for mentee in MANY} == {None, BOB, CAT}
    assert set(await desk.events(1)) == {"STARTED", "ENDED"}
    await nothing_is_wrong(desk)


async def test_what_outlasts_patience_is_told_and_goes_on(desk: Desk) -> None:
    await a_busy_mentor(desk)
    told = await desk.ledger.resign(desk.wiki, ANN, patience=0)
    job = await the_job(desk)
    assert (told, job.state) == (Resigned(0, 0, 0, job.id), JobState.RUNNING)
    await desk.ledger.work_at(job)
    assert (await the_job(desk)).result == {"transferred": 10, "ended": 2, "unassigned": 0}
    await nothing_is_wrong(desk)


async def test_in_between_nobody_is_given_the_mentor_and_nobody_is_without_one(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.resign(desk.wiki, ANN, patience=0)
    await step(desk, 2)
    found = await mentors(desk)
    assert [found[mentee] for mentee in range(5, 13) if mentee not in BLOCKED] == [ANN] * 7
    assert all(found[mentee] in (BOB, CAT) for mentee in (1, 2, 4))
    assert await fetch(desk.dsn, TIES_OUTSIDE_A_TERM, desk.wiki, desk.clock.now) == []
    await desk.register(99)
    assert (await desk.mentor_of(99) or (None,))[0] in (BOB, CAT)
    with pytest.raises(Refused) as refused:
        await desk.ledger.assign(desk.wiki, 99, ANN)
    assert refused.value.code is UserErrorCode.NOT_A_MENTOR


async def test_whatever_happens_to_a_mentee_in_between_is_projected_with_the_resignation(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.resign(desk.wiki, ANN, patience=0)
    await desk.block(9)
    assert await desk.mentor_of(9) is None
    await desk.ledger.assign(desk.wiki, 10, CAT)
    await desk.ledger.work_at(await the_job(desk))
    assert await desk.mentor_of(10) == (CAT, "ACTIVE")
    await nothing_is_wrong(desk)


async def test_a_second_call_finishes_what_was_cancelled(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.resign(desk.wiki, ANN, patience=0)
    await step(desk)
    job = await the_job(desk)
    await desk.ledger.jobs.cancel(job.wiki, job.id)
    assert list((await mentors(desk)).values()).count(ANN) == 10
    assert await desk.ledger.resign(desk.wiki, ANN) == Resigned(transferred=10, ended=2, unassigned=0)
    assert ANN not in (await mentors(desk)).values()
    await nothing_is_wrong(desk)
    with pytest.raises(Refused) as refused:
        await desk.ledger.resign(desk.wiki, ANN)
    assert refused.value.code is UserErrorCode.NOT_A_MENTOR


async def test_a_second_call_goes_on_with_what_failed(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.resign(desk.wiki, ANN, patience=0)
    await desk.ledger.jobs.fail(await the_job(desk), "It went wrong.")
    assert await desk.ledger.resign(desk.wiki, ANN) == Resigned(transferred=10, ended=2, unassigned=0)


async def test_a_repeat_of_a_resignation_of_many_is_told_what_came_of_it(desk: Desk) -> None:
    await a_busy_mentor(desk)
    origin, at = Origin("mw-log", "77"), desk.clock.now
    first = await desk.ledger.resign(desk.wiki, ANN, at=at, origin=origin)
    assert first == await desk.ledger.resign(desk.wiki, ANN, at=at, origin=origin)
    assert first == await desk.ledger.resign(desk.wiki, ANN, at=at, origin=origin, validate_only=True)
    assert first == Resigned(transferred=10, ended=2, unassigned=0)


async def test_two_workers_at_one_job_do_each_mentee_once(desk: Desk, database: str) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.resign(desk.wiki, ANN, patience=0)
    job = await the_job(desk)
    async with Ledger(database, seed=2, clock=desk.clock) as other:
        await asyncio.gather(desk.ledger.work_at(job), other.work_at(job), return_exceptions=True)
    now = await the_job(desk)
    assert (now.state, now.done) == (JobState.DONE, 12)
    assert now.result == {"transferred": 10, "ended": 2, "unassigned": 0}
    await nothing_is_wrong(desk)


async def test_who_enrolls_again_reaches_many_by_a_job(desk: Desk) -> None:
    await a_busy_mentor(desk)
    for mentee in MANY:
        if mentee not in BLOCKED:
            await desk.block(mentee)
    await desk.ledger.resign(desk.wiki, ANN)
    desk.clock.advance(days=1)
    await desk.ledger.enroll(desk.wiki, Target(id=ANN))
    kinds = [(job.kind, job.state) for job in await desk.ledger.jobs.newest(desk.wiki, 10)]
    assert kinds == [(JobKind.REPROJECTION, JobState.DONE), (JobKind.RESIGNATION, JobState.DONE)]
    await desk.unblock(11)
    assert await desk.mentor_of(11) == (ANN, "ACTIVE")
    await nothing_is_wrong(desk)


async def test_a_resignation_that_the_wikis_log_brings_reaches_many_too(desk: Desk) -> None:
    await a_busy_mentor(desk)
    fact = MentorResigned(at=desk.clock.now, origin=desk.origin("mw-log"), mentor=ANN)
    done = await desk.ledger.bulk(desk.wiki, [Entry(fact=fact)])
    assert (done.recorded, set((await mentors(desk)).values())) == (1, {None})
    again = await desk.ledger.record(desk.wiki, Entry(fact=fact))
    assert again == Recorded(again.fact, None, replayed=True)
    await nothing_is_wrong(desk)


@pytest.mark.parametrize("few", [True, False])
async def test_what_a_resignation_would_do_is_told_and_not_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, few: bool
) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.update_mentor(desk.wiki, BOB, {"capacity": 3})
    await desk.ledger.update_mentor(desk.wiki, CAT, {"capacity": 4})
    if few:
        monkeypatch.setattr(tenure, "MOST", 500)
        monkeypatch.setattr(tenure, "REHEARSED", 500)
    before = await rows_of(desk.dsn, desk.wiki)
    facts = await fetch(desk.dsn, "SELECT count(*) FROM fact")
    told = await desk.ledger.resign(desk.wiki, ANN, validate_only=True)
    assert await rows_of(desk.dsn, desk.wiki) == before
    assert await fetch(desk.dsn, "SELECT count(*) FROM fact") == facts
    assert told == Resigned(transferred=7, ended=2, unassigned=3)
    assert await desk.ledger.resign(desk.wiki, ANN) == told


async def test_what_the_resignation_of_nobody_would_do_is_refused(desk: Desk) -> None:
    await desk.enroll(ANN)
    with pytest.raises(Refused) as refused:
        await desk.ledger.resign(desk.wiki, BOB, validate_only=True)
    assert refused.value.code is UserErrorCode.NOT_A_MENTOR


# Transfers.


async def test_all_active_mentees_go_to_whom_is_named(desk: Desk) -> None:
    await a_busy_mentor(desk)
    assert await desk.ledger.transfer(desk.wiki, ANN, BOB, reason="A long walk") == Transferred(10, 0)
    found = await mentors(desk)
    assert {mentee for mentee in MANY if found[mentee] == ANN} == {*BLOCKED}
    job = await the_job(desk)
    assert (job.kind, job.state, job.done) == (JobKind.TRANSFER, JobState.DONE, 10)
    assert "reason" not in job.plan
    ended = await fetch(desk.dsn, "SELECT DISTINCT ends_because FROM relationship WHERE ends_at < 'infinity'")
    began = await fetch(
        desk.dsn, "SELECT DISTINCT started_because FROM relationship WHERE mentor_id = $1", BOB
    )
    assert (ended, began) == ([("TRANSFERRED",)], [("TRANSFERRED",)])
    await nothing_is_wrong(desk)


async def test_suspended_mentees_go_where_they_are_asked_for(desk: Desk) -> None:
    await a_busy_mentor(desk)
    assert await desk.ledger.transfer(desk.wiki, ANN, None, states=[SUSPENDED]) == Transferred(2, 0)
    assert [(await desk.mentor_of(mentee) or ("", ""))[1] for mentee in BLOCKED] == ["SUSPENDED"] * 2
    assert list((await mentors(desk)).values()).count(ANN) == 10


async def test_mentees_that_are_named_go_alone(desk: Desk) -> None:
    await a_busy_mentor(desk)
    assert await desk.ledger.transfer(desk.wiki, ANN, CAT, mentees=[2, 4]) == Transferred(2, 0)
    found = await mentors(desk)
    assert {mentee for mentee in MANY if found[mentee] == CAT} == {2, 4}


async def test_where_one_who_is_named_cannot_go_nobody_does(desk: Desk) -> None:
    await a_busy_mentor(desk)
    with pytest.raises(NotAllError) as caught:
        await desk.ledger.transfer(desk.wiki, ANN, CAT, mentees=[2, 3, 4, 99])
    codes = {mentee: refused.code for mentee, refused in caught.value.refused.items()}
    assert codes == {3: UserErrorCode.NOT_OPEN, 99: UserErrorCode.NOT_FOUND}
    assert CAT not in (await mentors(desk)).values()


async def test_backups_are_handed_over_by_themselves(desk: Desk) -> None:
    await a_busy_mentor(desk)
    for mentee in (1, 2):
        await desk.ledger.assign(desk.wiki, mentee, BOB, BACKUP)
    assert await desk.ledger.transfer(desk.wiki, BOB, CAT, role=BACKUP) == Transferred(2, 0)
    assert await desk.mentor_of(1, BACKUP) == (CAT, "ACTIVE")
    assert await desk.mentor_of(1) == (ANN, "ACTIVE")


async def test_for_whom_there_is_nobody_stays(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.update_mentor(desk.wiki, BOB, {"capacity": 3})
    await desk.ledger.update_mentor(desk.wiki, CAT, {"capacity": 4})
    told = await desk.ledger.transfer(desk.wiki, ANN, None, validate_only=True)
    assert list((await mentors(desk)).values()).count(ANN) == 12
    assert told == Transferred(7, 3)
    assert await desk.ledger.transfer(desk.wiki, ANN, None) == told
    assert list((await mentors(desk)).values()).count(ANN) == 5


async def test_who_is_a_mentor_and_a_mentee_is_not_handed_over_to_themselves(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.enroll(5)
    assert await desk.ledger.transfer(desk.wiki, ANN, 5) == Transferred(9, 1)
    assert (await mentors(desk))[5] == ANN


async def test_a_cancelled_transfer_leaves_the_rest_where_it_is(desk: Desk) -> None:
    await a_busy_mentor(desk)
    told = await desk.ledger.transfer(desk.wiki, ANN, BOB, patience=0)
    await step(desk)
    job = await the_job(desk)
    assert told == Transferred(0, 0, job.id)
    await desk.ledger.jobs.cancel(job.wiki, job.id)
    found = await mentors(desk)
    assert {mentee for mentee in MANY if found[mentee] == BOB} == {1, 2}
    await nothing_is_wrong(desk)


async def test_who_comes_after_the_request_is_not_handed_over(desk: Desk) -> None:
    await a_busy_mentor(desk)
    await desk.ledger.transfer(desk.wiki, ANN, BOB, patience=0)
    desk.clock.advance(minutes=1)
    await desk.register(99, draw=False)
    await desk.ledger.assign(desk.wiki, 99, ANN)
    await desk.ledger.work_at(await the_job(desk))
    assert await desk.mentor_of(99) == (ANN, "ACTIVE")


@pytest.mark.parametrize(
    ("giver", "taker", "more", "code", "field"),
    [
        (999, BOB, {}, UserErrorCode.NOT_FOUND, "from"),
        (ANN, 999, {}, UserErrorCode.NOT_A_MENTOR, "to"),
        (ANN, ANN, {}, UserErrorCode.INVALID, "to"),
        (ANN, BOB, {"states": []}, UserErrorCode.INVALID, "states"),
        (ANN, BOB, {"states": [RelationshipState.ENDED]}, UserErrorCode.INVALID, "states"),
        (ANN, BOB, {"mentees": []}, UserErrorCode.INVALID, "mentees"),
        (ANN, BOB, {"mentees": list(range(101))}, UserErrorCode.TOO_MANY, "mentees"),
        (ANN, BOB, {"reason": "\x00"}, UserErrorCode.INVALID, "reason"),
    ],
)
@pytest.mark.parametrize("validate_only", [True, False])
async def test_what_makes_no_sense_is_refused(
    desk: Desk,
    giver: int,
    taker: int,
    more: dict[str, object],
    code: UserErrorCode,
    field: str,
    *,
    validate_only: bool,
) -> None:
    await desk.enroll(ANN, BOB)
    with pytest.raises(Refused) as refused:
        await desk.ledger.transfer(desk.wiki, giver, taker, validate_only=validate_only, **more)  # type: ignore[arg-type]  # what is wrong is the point
    assert (refused.value.code, refused.value.field) == (code, (field,))


async def test_a_term_that_ended_keeps_its_end_when_all_is_done(desk: Desk) -> None:
    await a_busy_mentor(desk)
    at = desk.clock.now + timedelta(seconds=1)
    desk.clock.advance(minutes=1)
    await desk.ledger.resign(desk.wiki, ANN, at=at, origin=desk.origin())
    found = await fetch(desk.dsn, "SELECT valid_to FROM mentor_term WHERE mentor_id = $1", ANN)
    assert found == [(at,)]
