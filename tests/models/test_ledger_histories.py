"""Histories by chance through the ledger: in any order, in pieces, repeated, the rows are what the rules say."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts import Fact, TakenBack
from graph.kinds import PolicyPreset, RelationshipEventKind, UserErrorCode
from graph.policy import PRESETS
from ledger_rows import (
    NOW,
    Clock,
    entry_of,
    events_in,
    feed_of,
    lose_all_stretches,
    needs_in,
    rows_of,
    tie_spans_in,
    ties_in,
    with_policies,
)
from lifecycle_histories import DAYS, History, histories, possible, through_the_database
from lifecycle_stories import on
from models.ledger import Entry, Ledger, script

NUMBER = count(1)


async def record_in_pieces(
    ledger: Ledger,
    wiki: int,
    entries: list[Entry],
    chance: random.Random,
    sizes: tuple[int, ...] = (1, 1, 2, 5),
) -> None:
    """In pieces of any size; what takes back a fact that is not known yet is tried again."""
    waiting, most = entries, 10 * len(entries)
    while waiting:
        assert (most := most - 1) >= 0, [entry.fact for entry in waiting]
        size = max(1, chance.choice(sizes))
        piece, waiting = waiting[:size], waiting[size:]
        result = await ledger.bulk(wiki, piece)
        for index, why in result.refused.items():
            assert why.code is UserErrorCode.NOT_FOUND
            waiting.append(piece[index])


LEAST = {
    RelationshipEventKind.SUSPENDED: 20,
    RelationshipEventKind.RESUMED: 5,
    RelationshipEventKind.RELEASED: 10,
    RelationshipEventKind.RESTORED: 2,
}


@pytest.fixture(scope="module")
def met() -> Iterator[Counter[RelationshipEventKind]]:
    """What happens in the histories of these tests: the least of it that makes them worth their time is here."""
    kinds = Counter[RelationshipEventKind]()
    yield kinds
    assert {kind: kinds[kind] for kind, least in LEAST.items() if kinds[kind] < least} == {}


@through_the_database
@given(history=histories(eventful=True), seed=st.integers(0, 1 << 32))
async def test_any_order_leaves_the_rows_that_the_rules_say(
    history: History, seed: int, module_database: str, met: Counter[RelationshipEventKind]
) -> None:
    dsn, chance = module_database, random.Random(seed)
    facts = possible(history.facts)
    order = [*facts, *chance.sample(facts, len(facts) // 4)]
    chance.shuffle(order)
    timeline = history.projected(facts)
    async with Ledger(dsn, clock=Clock(NOW), size=2) as ledger:
        shuffled, straight = [await a_wiki(ledger, dsn, history) for _ in range(2)]
        await record_in_pieces(ledger, shuffled, [entry_of(fact) for fact in order], chance)
        met.update(event.kind for event in timeline.events)
        rows = await rows_of(dsn, shuffled)
        assert rows["relationship"] == ties_in(timeline)
        assert rows["relationship_span"] == tie_spans_in(timeline)
        assert rows["need"] == needs_in(timeline)
        feed = await feed_of(dsn, shuffled)
        assert feed == events_in(timeline, NOW)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(script, "MANY", 1)  # as for hundreds of mentees, whose new rows are copied
            await record_in_pieces(
                ledger, straight, [entry_of(fact) for fact in facts], chance, sizes=(len(facts),)
            )
            assert await rows_of(dsn, straight) == rows

            await lose_all_stretches(dsn, shuffled)
            await ledger.rebuild(shuffled)
        assert await rows_of(dsn, shuffled) == rows
        assert await feed_of(dsn, shuffled) == feed


async def a_wiki(ledger: Ledger, dsn: str, history: History) -> int:
    wiki = await ledger.add_wiki(f"wiki{next(NUMBER)}", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
    await with_policies(dsn, wiki, history.policies)
    return wiki


@through_the_database
@given(
    history=histories(eventful=True),
    moments=st.lists(st.sampled_from(DAYS).map(on), min_size=1, max_size=3),
    seed=st.integers(0, 99),
)
async def test_the_feed_tells_what_the_timeline_holds_up_to_now_whenever_now_is(
    history: History,
    moments: list[datetime],
    seed: int,
    module_database: str,
    met: Counter[RelationshipEventKind],
) -> None:
    """Facts come in as time goes on, and the clock tells what nobody recorded."""
    dsn, chance = module_database, random.Random(seed)
    waiting = possible(history.facts)
    chance.shuffle(waiting)
    clock = Clock(on(-1))
    async with Ledger(dsn, clock=clock, size=2) as ledger:
        wiki = await a_wiki(ledger, dsn, history)
        known: list[Fact] = []
        for moment in sorted({*moments, NOW}):
            clock.now = moment
            ripe = [fact for fact in waiting if fact.at <= moment]
            await record_in_pieces(
                ledger, wiki, [entry_of(fact) for fact in ripe if not lacks(fact, [*known, *ripe])], chance
            )
            known += [fact for fact in ripe if not lacks(fact, [*known, *ripe])]
            waiting = [fact for fact in waiting if fact not in known]
            while await ledger.tell_due(limit=50):
                pass
            told = history.projected(known)
            assert await feed_of(dsn, wiki) == events_in(told, moment)
        met.update(event.kind for event in told.events)


def lacks(fact: Fact, known: Sequence[Fact]) -> bool:
    """Whether it takes back what is not known."""
    return isinstance(fact, TakenBack) and not any(other.origin == fact.target for other in known)
