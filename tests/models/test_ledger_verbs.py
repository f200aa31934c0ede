"""What the ledger does when it is asked: decisions, terms, draws."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from graph.errors import Refused
from graph.facts import MentorResigned, OptedOut, Registered, TakenBack
from graph.kinds import MentorShare, Origin, PolicyPreset, RelationshipRole, UserErrorCode
from graph.policy import PRESETS, PolicyVersion
from ledger_rows import entry_of, fetch, with_policies
from models.ledger import Activity, Entry, Recorded, Resigned, Target
from models_desk import ANN, BOB, CAT, NEWCOMER, Desk

BACKUP = RelationshipRole.BACKUP


def code(refused: "pytest.ExceptionInfo[Refused]") -> UserErrorCode:
    return refused.value.code


async def test_who_registers_is_drawn_a_primary_and_a_backup(desk: Desk) -> None:
    await desk.enroll(ANN, BOB)
    done = await desk.register()
    primary, backup = await desk.mentor_of(), await desk.mentor_of(role=BACKUP)
    assert primary is not None
    assert backup is not None
    assert {primary[0], backup[0]} == {ANN, BOB}
    assert done.relationship is not None
    assert await desk.events() == ["STARTED", "STARTED"]


async def test_the_story_keeps_the_mentor_before_during_and_after(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register(name="Bad name")
    await desk.block("Bad name")
    assert await desk.mentor_of() == (ANN, "SUSPENDED")
    desk.clock.advance(days=2)
    await desk.rename("Bad name", "Good name")
    desk.clock.advance(days=1)
    await desk.unblock("Good name")
    assert await desk.mentor_of() == (ANN, "ACTIVE")
    assert await desk.events() == ["STARTED", "SUSPENDED", "RESUMED"]


async def test_a_repeat_is_answered_with_the_first_result(desk: Desk) -> None:
    await desk.enroll(ANN)
    fact = Registered(at=desk.ago(hours=1), origin=Origin("mw-log", "7"))
    first = await desk.tell(fact, name="Somebody")
    again = await desk.tell(fact, name="Somebody")
    assert (again, again.replayed) == (replace(first, replayed=True), True)


async def test_other_content_under_the_same_name_is_refused(desk: Desk) -> None:
    fact = Registered(at=desk.ago(hours=1), origin=Origin("mw-log", "7"))
    await desk.tell(fact, name="Somebody")
    for other in (
        Entry(fact=replace(fact, at=desk.ago(hours=2)), target=Target(id=NEWCOMER), name="Somebody"),
        Entry(fact=fact, target=Target(id=2), name="Somebody"),
        Entry(fact=fact, target=Target(id=NEWCOMER), name="Somebody else"),
    ):
        with pytest.raises(Refused) as refused:
            await desk.ledger.record(desk.wiki, other)
        assert code(refused) is UserErrorCode.CONFLICT


async def test_bots_and_temporary_accounts_are_given_nobody(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register(name="~2026-12345")
    fact = Registered(at=desk.ago(hours=1), origin=desk.origin())
    await desk.tell(fact, 2, name="A bot", eligible=False)
    assert await desk.mentor_of(NEWCOMER) is await desk.mentor_of(2) is None
    assert await fetch(desk.dsn, "SELECT * FROM need") == []
    with pytest.raises(Refused) as refused:
        await desk.ledger.assign(desk.wiki, 2, ANN)
    assert code(refused) is UserErrorCode.NOT_ELIGIBLE


async def test_mentors_are_drawn_by_their_share_and_never_for_themselves(desk: Desk) -> None:
    await desk.enroll(ANN, share=MentorShare.HIGH)
    await desk.enroll(BOB, share=MentorShare.LOW)
    await desk.enroll(CAT, share=MentorShare.NONE)
    for mentee in range(1, 101):
        await desk.register(mentee)
    drawn = Counter([(await desk.mentor_of(mentee) or (0,))[0] for mentee in range(1, 101)])
    assert set(drawn) == {ANN, BOB}
    assert 65 <= drawn[ANN] <= 92
    await desk.register(BOB)
    assert await desk.mentor_of(BOB) is None


async def test_a_capacity_is_never_exceeded_however_many_register_at_once(desk: Desk) -> None:
    await desk.enroll(ANN, BOB, capacity=3)
    await asyncio.gather(*(desk.register(mentee) for mentee in range(1, 21)))
    loads = Counter([found[0] for mentee in range(1, 21) if (found := await desk.mentor_of(mentee))])
    assert loads == {ANN: 3, BOB: 3}


async def test_away_and_blocked_mentors_are_not_drawn(desk: Desk) -> None:
    await desk.enroll(ANN, BOB, CAT)
    await desk.ledger.update_mentor(desk.wiki, ANN, {"away_until": desk.ago(days=-9)})
    await desk.block(BOB)
    await desk.register()
    assert await desk.mentor_of() == (CAT, "ACTIVE")


async def test_a_resignation_hands_over_who_is_active_and_counts(desk: Desk) -> None:
    await desk.enroll(ANN)
    for mentee in (1, 2, 3):
        await desk.register(mentee)
    await desk.block(2)
    await desk.enroll(BOB)
    became = await desk.ledger.resign(desk.wiki, ANN)
    assert became == Resigned(transferred=2, ended=1, unassigned=0)
    assert [await desk.mentor_of(mentee) for mentee in (1, 2, 3)] == [(BOB, "ACTIVE"), None, (BOB, "ACTIVE")]
    with pytest.raises(Refused) as refused:
        await desk.ledger.resign(desk.wiki, ANN)
    assert code(refused) is UserErrorCode.NOT_A_MENTOR
    with pytest.raises(Refused) as refused:
        await desk.ledger.assign(desk.wiki, 1, ANN)
    assert code(refused) is UserErrorCode.NOT_A_MENTOR


async def test_a_late_resignation_unmakes_what_it_proves_untrue(desk: Desk) -> None:
    await desk.enroll(ANN, BOB)
    await desk.register(draw=False)
    await desk.ledger.assign(desk.wiki, NEWCOMER, ANN)
    fact = MentorResigned(at=desk.ago(days=5), origin=desk.origin(), mentor=ANN)
    await desk.ledger.record(desk.wiki, entry_of(fact), draw=False)
    assert await desk.mentor_of() is None
    assert await desk.events() == ["STARTED", "WITHDRAWN"]
    assert await fetch(desk.dsn, "SELECT withdrawn_at FROM relationship") == [(desk.clock.now,)]


async def test_who_is_a_mentor_already_is_not_enrolled_again(desk: Desk) -> None:
    await desk.enroll(ANN)
    with pytest.raises(Refused) as refused:
        await desk.enroll(ANN)
    assert code(refused) is UserErrorCode.ALREADY_MENTOR


async def test_claims_are_all_or_nothing_unless_each_is_asked_for(desk: Desk) -> None:
    await desk.enroll(ANN)
    for mentee in (1, 2, 3):
        await desk.register(mentee, draw=False)
    await desk.ledger.opt_out(desk.wiki, 2)
    answers = await desk.ledger.claim(desk.wiki, ANN, [1, 2, 3])
    assert [a.code for a in answers if isinstance(a, Refused)] == [UserErrorCode.OPTED_OUT] * 3
    assert await desk.mentor_of(1) is await desk.mentor_of(3) is None
    origin, at = desk.origin(), desk.clock()
    answers = await desk.ledger.claim(desk.wiki, ANN, [1, 2, 3], origin=origin, at=at, per_item=True)
    assert [isinstance(a, Recorded) for a in answers] == [True, False, True]
    assert await desk.mentor_of(3) == (ANN, "ACTIVE")
    again = await desk.ledger.claim(desk.wiki, ANN, [1, 3], origin=origin, at=at)
    assert [isinstance(a, Recorded) and a.replayed for a in again] == [True, True]


async def test_a_decision_that_would_have_no_effect_is_refused_and_leaves_nothing(desk: Desk) -> None:
    zero = PRESETS[PolicyPreset.DROP_ON_INDEFINITE_BLOCK]
    await desk.enroll(ANN)
    await desk.register(draw=False)
    await with_policies(desk.dsn, desk.wiki, [PolicyVersion(2, None, zero)])
    await desk.block()
    before = await fetch(desk.dsn, "SELECT * FROM fact")
    for mentor, expected in (
        (ANN, UserErrorCode.WOULD_NOT_HOLD),
        (NEWCOMER, UserErrorCode.SELF_MENTORING),
        (999, UserErrorCode.NOT_A_MENTOR),
    ):
        with pytest.raises(Refused) as refused:
            await desk.ledger.assign(desk.wiki, NEWCOMER, mentor)
        assert code(refused) is expected
    assert await fetch(desk.dsn, "SELECT * FROM fact") == before


async def test_to_assign_leaves_it_to_chance_where_nobody_is_named(desk: Desk) -> None:
    await desk.register()
    with pytest.raises(Refused) as refused:
        await desk.ledger.assign(desk.wiki, NEWCOMER, None)
    assert code(refused) is UserErrorCode.NO_MENTOR_AVAILABLE
    await desk.enroll(ANN, BOB)
    origin = desk.origin()
    first = await desk.ledger.assign(desk.wiki, NEWCOMER, None, origin=origin)
    mentor = await desk.mentor_of()
    assert mentor
    again = await desk.ledger.assign(desk.wiki, NEWCOMER, None, origin=origin)
    assert (again.relationship, again.replayed) == (first.relationship, True)
    await desk.ledger.assign(desk.wiki, NEWCOMER, None)
    assert await desk.mentor_of() not in (None, mentor)


async def test_a_stale_version_is_refused(desk: Desk) -> None:
    await desk.enroll(ANN, BOB)
    await desk.register(draw=False)
    await desk.ledger.assign(desk.wiki, NEWCOMER, ANN, expected_version=0)
    with pytest.raises(Refused) as refused:
        await desk.ledger.assign(desk.wiki, NEWCOMER, BOB, expected_version=0)
    assert code(refused) is UserErrorCode.STALE_VERSION
    await desk.ledger.assign(desk.wiki, NEWCOMER, BOB, expected_version=1)
    with pytest.raises(Refused) as refused:
        await desk.ledger.update_mentor(desk.wiki, ANN, {"capacity": 1}, expected_version=7)
    assert code(refused) is UserErrorCode.STALE_VERSION


async def test_opting_in_brings_the_previous_mentor_back(desk: Desk) -> None:
    await desk.enroll(ANN, BOB, CAT)
    await desk.register()
    before = await desk.mentor_of()
    desk.clock.advance(days=1)
    await desk.ledger.opt_out(desk.wiki, NEWCOMER)
    assert await desk.mentor_of() is None
    assert await fetch(desk.dsn, "SELECT told_state FROM mentee_span WHERE state = 'OPTED_OUT'") == [
        ("UNASSIGNED",)
    ]
    desk.clock.advance(days=200)
    await desk.ledger.opt_in(desk.wiki, NEWCOMER)
    assert await desk.mentor_of() == before


async def test_needs_are_answered_when_there_is_somebody_the_newest_first(desk: Desk) -> None:
    for mentee in (1, 2):
        await desk.register(mentee)
        desk.clock.advance(hours=2)
    await desk.enroll(ANN, capacity=1)
    assert await desk.ledger.answer_needs(desk.wiki, limit=10) == 1
    assert (await desk.mentor_of(1), await desk.mentor_of(2)) == (None, (ANN, "ACTIVE"))
    await desk.enroll(BOB)
    assert await desk.ledger.answer_needs(desk.wiki, limit=10) >= 1
    assert await desk.mentor_of(1) == (BOB, "ACTIVE")
    assert await desk.mentor_of(2, BACKUP) == (BOB, "ACTIVE")


async def test_who_registered_long_ago_is_sought_nobody_for(desk: Desk) -> None:
    await desk.register()
    desk.clock.advance(days=31)
    await desk.enroll(ANN)
    assert await desk.ledger.answer_needs(desk.wiki, limit=10) == 0
    await desk.ledger.record_activity(desk.wiki, [Activity(NEWCOMER, 5, desk.clock.now)])
    assert await desk.ledger.answer_needs(desk.wiki, limit=10) == 1


async def test_a_mentee_whom_both_have_left_alone_is_drawn_a_new_backup(desk: Desk) -> None:
    await desk.enroll(ANN, BOB)
    await desk.register()
    await desk.enroll(CAT)
    for mentor in (ANN, BOB):
        await desk.ledger.update_mentor(desk.wiki, mentor, {"away_until": desk.ago(days=-9)})
    assert await desk.ledger.answer_needs(desk.wiki, limit=10) == 1
    assert await desk.mentor_of(role=BACKUP) == (CAT, "ACTIVE")
    assert await desk.ledger.answer_needs(desk.wiki, limit=10) == 0


async def test_the_clock_tells_what_nobody_recorded(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    await desk.block(expires_at=desk.ago(days=-3))
    desk.clock.advance(days=3, seconds=1)
    assert await desk.mentor_of() == (ANN, "ACTIVE")
    assert await desk.ledger.tell_due(limit=10) == 1
    assert await desk.events() == ["STARTED", "SUSPENDED", "RESUMED"]
    assert await desk.ledger.tell_due(limit=10) == 0
    assert await fetch(desk.dsn, "SELECT notification FROM outbox ORDER BY id") == [
        ("MENTEE_BLOCKED",),
        ("MENTEE_UNBLOCKED",),
        ("SET_MENTOR",),
    ]


async def test_what_is_taken_back_is_as_if_it_had_not_been(desk: Desk) -> None:
    await desk.enroll(ANN)
    await desk.register()
    block = desk.origin()
    await desk.block(block_id="5")
    blocked = (await fetch(desk.dsn, "SELECT source, source_id FROM fact WHERE kind = 'BLOCK_PLACED'"))[0]
    await desk.tell(TakenBack(at=desk.clock.now, origin=block, target=Origin(*blocked)), reason="mistaken")
    assert await desk.mentor_of() == (ANN, "ACTIVE")
    assert await desk.events() == ["STARTED", "SUSPENDED", "WITHDRAWN"]
    assert await fetch(desk.dsn, "SELECT count(*) FROM block_span") == [(0,)]


async def test_opting_out_twice_is_refused(desk: Desk) -> None:
    await desk.register()
    await desk.tell(OptedOut(at=desk.clock.now, origin=desk.origin()))
    with pytest.raises(Refused):
        await desk.ledger.opt_out(desk.wiki, NEWCOMER)
