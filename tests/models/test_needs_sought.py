"""For whom somebody is sought: those who were here of late. The others cost nothing, however many they are."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import models
from graph.facts import Imported, OptedIn, OptedOut
from graph.kinds import PolicyPreset, RelationshipRole
from graph.policy import PRESETS, PolicyVersion
from ledger_rows import fetch, rows_of, with_policies
from models.columns import NEVER
from models.ledger import Activity
from models.ledger.drawing import WAITING
from models_desk import ANN, BOB, NEWCOMER, Desk
from plans import Plan, plan_of

DEFAULT = PRESETS[PolicyPreset.DEFAULT]
MIGRATION = Path(models.__file__).parent / "migrations" / "versions" / "0007_signs_of_life.sql"

DEAD, LIVING = 300_000, 10

# As an import leaves them: each has a mentor and nobody beside. Some edit, some were answered lately.
ACCOUNTS = """
INSERT INTO account (wiki_id, id, name, is_mentee, registered_at, last_edit_at)
SELECT $1, 1000 + i, 'User ' || i, true, $2::timestamptz - interval '400 days',
       CASE WHEN i <= $3 OR i % 10 = 0 THEN $2::timestamptz - interval '1 day' ELSE '-infinity' END
FROM generate_series(1, $4::integer) AS i
"""
NEEDS = """
INSERT INTO need (wiki_id, mentee_id, role, valid_from, valid_to, since, cause, signed_at, last_edit_at)
SELECT a.wiki_id, a.id, 'BACKUP', a.registered_at,
       CASE WHEN a.last_edit_at > a.registered_at AND a.id > 1000 + $2 THEN a.last_edit_at ELSE 'infinity' END,
       a.registered_at, 'MISSING', a.registered_at, a.last_edit_at
FROM account AS a WHERE a.wiki_id = $1 AND a.id > 1000
"""


async def looks(desk: Desk) -> list[int]:
    """Whom each of some looks draws for, till nobody is left."""
    return [await desk.ledger.answer_needs(desk.wiki, limit=10) for _ in range(2)]


async def seek_for(desk: Desk, duration: timedelta | None) -> None:
    await with_policies(desk.dsn, desk.wiki, [PolicyVersion(2, None, replace(DEFAULT, seek_for=duration))])


async def test_an_edit_brings_a_need_back_to_life_and_its_denial_lets_it_rest(desk: Desk) -> None:
    await desk.register()
    desk.clock.advance(days=400)
    await desk.enroll(ANN)
    assert await looks(desk) == [0, 0]
    await desk.ledger.record_activity(desk.wiki, [Activity(NEWCOMER, 5, desk.ago(days=2))])
    await desk.ledger.record_activity(desk.wiki, [Activity(NEWCOMER, last_edit_at=None)])
    assert await looks(desk) == [0, 0]
    await desk.ledger.record_activity(desk.wiki, [Activity(NEWCOMER, 5, desk.ago(days=31))])
    assert await looks(desk) == [0, 0]
    await desk.ledger.record_activity(desk.wiki, [Activity(NEWCOMER, 6, desk.ago(days=29))])
    assert await looks(desk) == [1, 0]
    assert await desk.mentor_of() == (ANN, "ACTIVE")


async def test_who_edited_before_there_was_a_need_is_sought_somebody_for(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    desk.clock.advance(days=100)
    await desk.ledger.record_activity(desk.wiki, [Activity(NEWCOMER, 5, desk.ago(days=2))])
    await desk.ledger.resign(desk.wiki, ANN)
    await desk.enroll(BOB)
    assert await looks(desk) == [1, 0]


async def test_an_unblock_that_nobody_recorded_is_a_sign_of_life_once_its_time_has_come(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    desk.clock.advance(days=100)
    await desk.block(expires_at=desk.ago(days=-50))
    await desk.ledger.resign(desk.wiki, ANN)
    await desk.enroll(BOB)
    assert await looks(desk) == [0, 0]
    desk.clock.advance(days=51)
    assert await looks(desk) == [1, 0]


async def test_opting_in_is_a_sign_of_life(desk: Desk) -> None:
    await desk.register()
    desk.clock.advance(days=100)
    await desk.ledger.opt_out(desk.wiki, NEWCOMER)
    desk.clock.advance(days=100)
    await desk.ledger.opt_in(desk.wiki, NEWCOMER)
    await desk.enroll(ANN)
    assert await looks(desk) == [1, 0]


async def test_a_policy_that_seeks_for_longer_finds_those_who_were_given_up(desk: Desk) -> None:
    await desk.register()
    desk.clock.advance(days=50)
    await desk.enroll(ANN)
    assert await looks(desk) == [0, 0]
    await seek_for(desk, timedelta(days=60))
    assert await looks(desk) == [1, 0]


async def test_without_a_limit_no_sign_of_life_is_asked_for(desk: Desk) -> None:
    await desk.enroll(ANN, BOB)
    await desk.tell(Imported(at=desk.ago(days=100), origin=desk.origin(), mentor=ANN), draw=False)
    assert await fetch(desk.dsn, "SELECT signed_at, last_edit_at FROM need") == [(NEVER, NEVER)]
    assert await looks(desk) == [0, 0]
    await seek_for(desk, None)
    assert await looks(desk) == [1, 0]
    assert await desk.mentor_of(role=RelationshipRole.BACKUP) == (BOB, "ACTIVE")


async def test_the_migration_keeps_beside_each_need_what_the_ledger_would(desk: Desk) -> None:
    await desk.enroll(ANN)
    for mentee in (1, 2, 3):
        await desk.register(mentee)
    desk.clock.advance(days=100)
    await desk.tell(OptedOut(at=desk.clock(), origin=desk.origin()), 1)
    await desk.tell(OptedIn(at=desk.clock(), origin=desk.origin()), 1)
    await desk.block(2, expires_at=desk.ago(days=-50))
    await desk.ledger.resign(desk.wiki, ANN)
    desk.clock.advance(days=60)
    await desk.block(1)
    await desk.ledger.record_activity(desk.wiki, [Activity(3, 5, desk.clock())])
    before = await rows_of(desk.dsn, desk.wiki)
    assert len({signs[0] for signs in before["signs of life"] if signs[3] > desk.ago(days=70)}) == len((1, 2))
    await fetch(desk.dsn, "UPDATE need SET signed_at = DEFAULT, last_edit_at = DEFAULT")
    [fill] = [one for one in MIGRATION.read_text().split(";\n") if one.startswith("UPDATE")]
    await fetch(desk.dsn, fill)
    assert await rows_of(desk.dsn, desk.wiki) == before


async def plan_of_a_look(desk: Desk) -> Plan:
    now = desk.clock.now
    return await plan_of(desk.dsn, WAITING, [desk.wiki, now, now - timedelta(days=30), 100])


async def test_a_look_reads_the_needs_of_the_living_however_many_others_there_are(desk: Desk) -> None:
    await fetch(desk.dsn, ACCOUNTS, desk.wiki, desk.clock.now, LIVING, DEAD)
    await fetch(desk.dsn, NEEDS, desk.wiki, LIVING)
    for analyzed in (False, True):
        if analyzed:
            await fetch(desk.dsn, "ANALYZE need, account")
        plan = await plan_of_a_look(desk)
        assert plan.nodes[0]["Actual Rows"] == LIVING
        assert plan.touched <= 3 * LIVING, plan.told()
        assert "need_sought" in plan.indexes()
