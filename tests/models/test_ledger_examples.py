"""The worked examples and the story, through the ledger: the rows are what the rules say."""

import pytest

from graph.kinds import PolicyPreset
from graph.lifecycle import project
from graph.policy import PRESETS
from ledger_rows import (
    NOW,
    Clock,
    entry_of,
    events_in,
    feed_of,
    needs_in,
    rows_of,
    tie_spans_in,
    ties_in,
    with_policies,
)
from lifecycle_stories import EXAMPLES, GIVEN, MENTEE, Example, versions
from models.ledger import Ledger


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
async def test_the_ledger_keeps_what_the_rules_say(example: Example, database: str) -> None:
    _, policy, facts, _, _ = example
    told = [*GIVEN, *facts]
    async with Ledger(database, clock=Clock(), size=1) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        await with_policies(database, wiki, versions(policy))
        for fact in told:
            await ledger.record(wiki, entry_of(fact), draw=False)
        timeline = project(MENTEE, told, versions(policy))
        rows = await rows_of(database, wiki)
    assert rows["relationship"] == ties_in(timeline)
    assert rows["relationship_span"] == tie_spans_in(timeline)
    assert rows["need"] == needs_in(timeline)
    assert await feed_of(database, wiki) == events_in(timeline, NOW)
