"""Taking back: the timeline afterwards is that of the other facts alone, and the feed says so."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.errors import Refused
from graph.facts import (
    Assigned,
    Ended,
    Fact,
    Graduated,
    Imported,
    Kept,
    OptedIn,
    OptedOut,
    Renamed,
    TakenBack,
    Vanished,
    VisibilityChanged,
)
from graph.history import standing
from graph.kinds import BlockScope, FactKind, MentorShare, Origin, PolicyPreset, StartReason, UserErrorCode
from graph.lifecycle import project
from graph.policy import PRESETS, PolicyVersion
from ledger_rows import (
    NOW,
    Clock,
    Rows,
    entry_of,
    events_in,
    feed_of,
    fetch,
    needs_in,
    rows_of,
    tie_spans_in,
    ties_in,
    with_policies,
    withdrawn_by,
)
from lifecycle_histories import History, histories, possible, through_the_database
from lifecycle_stories import (
    GIVEN,
    MENTEE,
    SPAM,
    USERNAME,
    A,
    B,
    blocked,
    changed,
    claimed,
    drawn,
    enrolled,
    lifted,
    of,
    on,
    resigned,
)
from models.ledger import Ledger, Target
from models_desk import NEWCOMER, Desk

NUMBER = count(1)
NOBODY_IS_DRAWN = PolicyVersion(1, None, replace(PRESETS[PolicyPreset.DEFAULT], auto_assign=False))

mistake = of(Graduated, 4)
STORIES: dict[FactKind, tuple[tuple[Fact, ...], Fact]] = {
    FactKind.MENTOR_ENROLLED: ((*GIVEN, claimed(5, 109)), enrolled(-30, 109)),
    FactKind.REGISTERED: (GIVEN, GIVEN[3]),
    FactKind.BLOCK_PLACED: ((*GIVEN, lifted(20)), blocked(3, SPAM)),
    FactKind.BLOCK_CHANGED: (
        (*GIVEN, blocked(3, SPAM, scope=BlockScope.PARTIAL)),
        changed(6, scope=BlockScope.SITEWIDE),
    ),
    FactKind.BLOCK_LIFTED: ((*GIVEN, blocked(3, SPAM)), lifted(5)),
    FactKind.RENAMED: (GIVEN, of(Renamed, 5)),
    FactKind.VISIBILITY_CHANGED: (GIVEN, of(VisibilityChanged, 5, name_hidden=True)),
    FactKind.OPTED_IN: ((*GIVEN, of(OptedOut, 3), drawn(6, B)), of(OptedIn, 5)),
    FactKind.IMPORTED: (GIVEN, of(Imported, 5, mentor=B)),
    FactKind.ASSIGNED: ((*GIVEN, blocked(7, USERNAME)), of(Assigned, 5, mentor=B, because=StartReason.SET)),
    FactKind.KEPT: ((*GIVEN, blocked(3, SPAM)), of(Kept, 5, mentor=A, until=on(50))),
    FactKind.ENDED: ((*GIVEN, claimed(8, B)), of(Ended, 5, mentor=A)),
    FactKind.OPTED_OUT: (GIVEN, of(OptedOut, 5)),
    FactKind.GRADUATED: ((*GIVEN, blocked(3, SPAM)), of(Graduated, 5)),
    FactKind.MENTOR_RESIGNED: ((*GIVEN, drawn(6, B)), resigned(5)),
    FactKind.VANISHED: (GIVEN, of(Vanished, 5)),
    FactKind.DRAWN: (GIVEN, GIVEN[4]),
    FactKind.TAKEN_BACK: (
        (*GIVEN, mistake),
        TakenBack(at=on(5), origin=Origin("office", "mistake"), target=mistake.origin),
    ),
}
"""For each kind of fact, what happened besides, and the one that is taken back."""


def test_there_is_a_story_for_every_kind_of_fact() -> None:
    assert set(STORIES) == set(FactKind)
    assert all(mistaken.kind is kind for kind, (_, mistaken) in STORIES.items())


@pytest.mark.parametrize("kind", FactKind)
async def test_what_is_taken_back_leaves_the_timeline_of_the_other_facts(
    kind: FactKind, module_database: str
) -> None:
    others, mistaken = STORIES[kind]
    facts = [*(fact for fact in others if fact != mistaken), mistaken]
    await take_back_and_compare(module_database, facts, mistaken, [NOBODY_IS_DRAWN])


@through_the_database
@given(history=histories(), seed=st.integers(0, 1 << 32))
async def test_any_fact_of_any_history_can_be_taken_back(
    history: History, seed: int, module_database: str
) -> None:
    facts = possible(history.facts)
    assume(facts)
    policies = [replace(one, settings=replace(one.settings, auto_assign=False)) for one in history.policies]
    await take_back_and_compare(module_database, facts, random.Random(seed).choice(facts), policies)


async def take_back_and_compare(
    dsn: str, facts: Sequence[Fact], mistaken: Fact, policies: Sequence[PolicyVersion]
) -> None:
    """Every row of the timeline is as if that fact had never been told, and the feed accounts for all it told."""
    others = left_of(facts, mistaken)
    async with Ledger(dsn, clock=Clock(NOW), size=2) as ledger:
        here, there = [await a_wiki(ledger, dsn, policies) for _ in range(2)]
        await record(ledger, here, facts)
        before = await feed_of(dsn, here)
        taken = await ledger.take_back(here, mistaken.origin, "Told by mistake")
        await record(ledger, there, others)
        timeline = project(MENTEE, others, policies)
        rows = await rows_of(dsn, here)
        assert rows["relationship"] == ties_in(timeline)
        assert rows["relationship_span"] == tie_spans_in(timeline)
        assert rows["need"] == needs_in(timeline)
        assert comparable(rows) == comparable(await rows_of(dsn, there))
        after = await feed_of(dsn, here)
        assert after == events_in(timeline, NOW)
        untrue = [event for event in before if event not in after]
        assert await withdrawn_by(dsn, here, taken.fact) == untrue
        # What was told stays told: to take it back again changes nothing.
        again = await ledger.take_back(here, mistaken.origin, "Told by mistake")
        assert (again.fact, again.replayed) == (taken.fact, True)
        assert await rows_of(dsn, here) == rows
        await ledger.rebuild(here)
        assert await rows_of(dsn, here) == rows


def left_of(facts: Sequence[Fact], mistaken: Fact) -> list[Fact]:
    """What stands without it; what it took back itself stands again."""
    return standing(fact for fact in facts if fact != mistaken)


async def record(ledger: Ledger, wiki: int, facts: Sequence[Fact]) -> None:
    ordered = sorted(facts, key=lambda fact: fact.kind is FactKind.TAKEN_BACK)
    result = await ledger.bulk(wiki, [entry_of(fact) for fact in ordered])
    assert result.refused == {}


async def a_wiki(ledger: Ledger, dsn: str, policies: Sequence[PolicyVersion]) -> int:
    wiki = await ledger.add_wiki(f"wiki{next(NUMBER)}", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
    await with_policies(dsn, wiki, policies)
    return wiki


def comparable(rows: Rows) -> Rows:
    """Without the bare rows of people of whom nothing is known any longer."""
    known = {row[0] for row in rows["account_name"] + rows["suppressed_name"] + rows["mentee_span"]}
    kept = {table: found for table, found in rows.items() if table not in ("account", "mentor")}
    return kept | {"account": [row for row in rows["account"] if row[0] in known]}


async def test_a_taking_back_can_be_a_mistake_as_well(desk: Desk) -> None:
    await desk.enroll(A)
    await desk.register()
    block = await desk.block()
    [(source, source_id)] = await fetch(
        desk.dsn, "SELECT source, source_id FROM fact WHERE wiki_id = $1 AND id = $2", desk.wiki, block.fact
    )
    origin = Origin(source, source_id)
    for times in range(3):
        taken = await desk.ledger.take_back(desk.wiki, origin, "No such block")
        assert (taken.replayed, await desk.mentor_of()) == (False, (A, "ACTIVE")), times
        [name] = await fetch(
            desk.dsn,
            "SELECT source, source_id FROM fact WHERE wiki_id = $1 AND id = $2",
            desk.wiki,
            taken.fact,
        )
        await desk.ledger.take_back(desk.wiki, Origin(*name), "There was one after all")
        assert await desk.mentor_of() == (A, "SUSPENDED")


async def test_who_is_due_a_mentor_after_all_is_drawn_one(desk: Desk) -> None:
    await desk.enroll(A)
    await desk.register(draw=False)
    await desk.ledger.enroll(desk.wiki, Target(id=B), share=MentorShare.NONE)
    await desk.ledger.assign(desk.wiki, NEWCOMER, B, origin=Origin("tool", "1"))
    await desk.ledger.take_back(desk.wiki, Origin("tool", "1"), "Meant somebody else")
    assert await desk.mentor_of() == (A, "ACTIVE")
    assert (await desk.events())[:2] == ["STARTED", "WITHDRAWN"]


async def test_what_nobody_told_cannot_be_taken_back(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.ledger.take_back(desk.wiki, Origin("mw-log", "999"), "Why not")
    assert refused.value.code is UserErrorCode.NOT_FOUND
