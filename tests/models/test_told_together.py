"""Facts that are told together end as if told one by one, in any order, and no two requests wait for ever."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from graph.errors import Refused
from graph.facts import BlockLifted, BlockPlaced, Fact, MentorEnrolled, Registered, TakenBack
from graph.kinds import Origin, PolicyPreset, UserErrorCode
from graph.lifecycle import project
from graph.policy import PRESETS
from ledger_rows import (
    NOW,
    Clock,
    entry_of,
    events_in,
    feed_of,
    fetch,
    rows_of,
    tie_spans_in,
    ties_in,
    with_policies,
)
from lifecycle_histories import GROUND, History, block_facts, histories, possible, quiet, through_the_database
from models.ledger import Entry, Ledger, Recorded, Target, Told
from models_desk import ANN, BOB, Desk

NUMBER = count(1)
MENTEES = (1, 2, 3)


def about(fact: Fact, mentee: int) -> Fact:
    """The same, of another mentee: of a name of its own."""
    return replace(fact, origin=Origin(f"{fact.origin.source}-{mentee}", fact.origin.source_id))


@through_the_database
@given(
    history=histories(facts=st.one_of(block_facts, block_facts, quiet), decided=False),
    seed=st.integers(0, 1 << 32),
)
async def test_what_is_told_together_ends_as_the_rules_say_of_each(
    history: History, seed: int, module_database: str
) -> None:
    """Of three people at once, in any order; what is refused is refused for the order in which it came."""
    dsn, chance = module_database, random.Random(seed)
    policies = [replace(one, settings=replace(one.settings, auto_assign=False)) for one in history.policies]
    told_of = {
        mentee: [about(fact, mentee) for fact in possible(history.facts) if tellable(fact)]
        for mentee in MENTEES
    }
    mixed = [(mentee, fact) for mentee, facts in told_of.items() for fact in facts]
    chance.shuffle(mixed)
    async with Ledger(dsn, clock=Clock(NOW), size=2) as ledger:
        wiki = await ledger.add_wiki(
            f"wiki{next(NUMBER)}", "https://test.example", PRESETS[PolicyPreset.DEFAULT]
        )
        await with_policies(dsn, wiki, policies)
        terms = await the_ground(ledger, wiki)
        told = {
            place: Told(entry_of(unowned(fact, mentee), mentee)) for place, (mentee, fact) in enumerate(mixed)
        }
        answers = await ledger.record_each(wiki, told)
        assert list(answers) != [] or told == {}
        recorded: dict[int, list[Fact]] = {mentee: [] for mentee in MENTEES}
        for place, (mentee, _) in enumerate(mixed):
            match answers[place]:
                case Refused() as refused:
                    assert refused.code is UserErrorCode.WHICH_BLOCK
                case Recorded():
                    recorded[mentee].append(told[place].entry.fact)
        rows, feed = await rows_of(dsn, wiki), await feed_of(dsn, wiki)
        timelines = {
            mentee: project(mentee, [*terms[mentee], *recorded[mentee]], policies) for mentee in MENTEES
        }
        assert rows["relationship"] == merged(ties_in(one, mentee) for mentee, one in timelines.items())
        assert rows["relationship_span"] == merged(
            tie_spans_in(one, mentee) for mentee, one in timelines.items()
        )
        assert feed == merged(events_in(one, NOW, mentee) for mentee, one in timelines.items())


def tellable(fact: Fact) -> bool:
    """Whether it is one of the happenings that may be told together."""
    return fact not in GROUND and not isinstance(fact, TakenBack)


async def the_ground(ledger: Ledger, wiki: int) -> dict[int, list[Fact]]:
    """Everybody has a mentor and a backup; the facts about each."""
    terms = [fact for fact in GROUND if isinstance(fact, MentorEnrolled)]
    own = {mentee: [about(fact, mentee) for fact in GROUND if fact not in terms] for mentee in MENTEES}
    entries = [entry_of(fact) for fact in terms]
    entries += [entry_of(fact, mentee) for mentee, facts in own.items() for fact in facts]
    assert (await ledger.bulk(wiki, entries)).refused == {}
    return {mentee: [*terms, *facts] for mentee, facts in own.items()}


def unowned(fact: Fact, mentee: int) -> Fact:
    """A block's id is that of one account alone."""
    block_id = getattr(fact, "block_id", None)
    return fact if block_id is None else replace(fact, block_id=f"{block_id}-{mentee}")  # type: ignore[call-arg]


def merged(several: object) -> list[tuple[object, ...]]:
    return sorted((row for rows in several for row in rows), key=repr)  # type: ignore[attr-defined]


async def test_requests_that_tell_of_the_same_people_in_opposite_orders_all_come_through(desk: Desk) -> None:
    await desk.enroll(ANN, capacity=10)
    await desk.enroll(BOB)

    def told(of: str, mentees: Sequence[int]) -> dict[int, Told]:
        facts = [BlockPlaced(at=desk.ago(hours=1), origin=Origin(of, str(mentee))) for mentee in mentees]
        registered = [
            Registered(at=desk.ago(hours=2), origin=Origin(f"{of}-r", str(mentee))) for mentee in mentees
        ]
        entries = [
            entry_of(fact, m) for group in (registered, facts) for fact, m in zip(group, mentees, strict=True)
        ]
        return {place: Told(entry) for place, entry in enumerate(entries)}

    people = range(1, 61)
    requests = [
        desk.ledger.record_each(desk.wiki, told(of, order))
        for of, order in (("a", people), ("b", people[::-1]))
    ]
    for answers in await asyncio.wait_for(asyncio.gather(*requests), 60):
        assert [answer for answer in answers.values() if isinstance(answer, Refused)] == []


async def test_what_was_brought_in_at_once_is_told_in_the_order_in_which_it_happened(desk: Desk) -> None:
    """Of several people: the feed of a wiki that was read anew goes from the oldest to the newest."""
    await desk.enroll(ANN)
    for mentee in MENTEES:
        await desk.register(mentee)
    desk.clock.now += timedelta(hours=1)
    happened = {
        1: (
            BlockPlaced(at=desk.ago(minutes=30), origin=desk.origin()),
            BlockLifted(at=desk.ago(minutes=5), origin=desk.origin()),
        ),
        2: (
            BlockPlaced(at=desk.ago(minutes=20), origin=desk.origin()),
            BlockLifted(at=desk.ago(minutes=15), origin=desk.origin()),
        ),
        3: (
            BlockPlaced(at=desk.ago(minutes=10), origin=desk.origin()),
            BlockLifted(at=desk.ago(minutes=8), origin=desk.origin()),
        ),
    }
    entries = [Entry(fact=fact, target=Target(id=who)) for who, facts in happened.items() for fact in facts]
    await desk.ledger.bulk(desk.wiki, entries)
    told = await fetch(
        desk.dsn,
        "SELECT e.mentee_id, e.kind FROM relationship_event AS e"
        " WHERE e.kind IN ('SUSPENDED', 'RESUMED') ORDER BY e.id",
    )
    order = [
        (1, "SUSPENDED"),
        (2, "SUSPENDED"),
        (2, "RESUMED"),
        (3, "SUSPENDED"),
        (3, "RESUMED"),
        (1, "RESUMED"),
    ]
    assert list(dict.fromkeys(told)) == order
