"""From when to when a mentee's state reads the same to everyone: what lists are sorted by."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from ledger_rows import fetch
from lifecycle_histories import History, histories
from models.ledger.stretches import mentee_span_rows
from models_desk import ANN, Desk

MIGRATION = Path(__file__).parents[2] / "models/migrations/versions/0002_sorted_lists.sql"
ROWS = "SELECT mentee_id, valid_from, told_state, told_since, told_until FROM mentee_span ORDER BY 1, 2"


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_stretches_that_read_the_same_share_their_ends_and_others_do_not(history: History) -> None:
    rows = mentee_span_rows(1, history.projected(history.facts).stretches)
    for one, other in pairwise(rows):
        alike = one.told_state == other.told_state
        assert ((one.told_since, one.told_until) == (other.told_since, other.told_until)) is alike
        assert alike or one.told_until == one.valid_to == other.valid_from == other.told_since
    for row in rows:
        assert row.told_since <= row.valid_from < row.valid_to <= row.told_until
    assert not rows or rows[0].told_since == rows[0].valid_from


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_a_mentee_stands_somehow_from_the_first_tie_or_need_on(history: History) -> None:
    """So the orders by states leave nobody out."""
    timeline = history.projected(history.facts)
    begun = [*(tie.start for tie in timeline.ties), *(need.start for need in timeline.needs)]
    if begun:
        stretches = timeline.stretches
        assert stretches[0].start <= min(begun)
        assert stretches[-1].end is None
        assert all(one.end == other.start for one, other in pairwise(stretches))


async def test_the_migration_finds_what_the_ledger_keeps(desk: Desk) -> None:
    await desk.enroll(ANN)
    for mentee in (1, 2, 3):
        await desk.register(mentee)
    await desk.register(4, draw=False)
    # Who has no mentor and wants none reads the same before and after, in two stretches.
    await desk.ledger.opt_out(desk.wiki, 4)
    await desk.block(1, expires_at=desk.clock.now + timedelta(days=2), block_id="1")
    await desk.block(2, block_id="2")
    await desk.ledger.opt_out(desk.wiki, 2)
    await desk.ledger.opt_out(desk.wiki, 3)
    await desk.ledger.opt_in(desk.wiki, 3)
    kept = await fetch(desk.dsn, ROWS)
    assert any(row[1] != row[3] for row in kept), "some stretches are one of several"

    # As they were when the columns had just been added.
    await fetch(desk.dsn, "UPDATE mentee_span SET told_since = valid_from, told_until = 'infinity'")
    assert await fetch(desk.dsn, ROWS) != kept
    [filling] = [one for one in MIGRATION.read_text().split(";\n") if "UPDATE mentee_span" in one]
    await fetch(desk.dsn, filling)
    assert await fetch(desk.dsn, ROWS) == kept
