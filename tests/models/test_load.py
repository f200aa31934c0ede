"""A load of millions leaves what the bulk path leaves of the same, and a database that nobody can tell from before."""

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.facts import Assigned, BlockPlaced, Imported, MentorEnrolled, MentorResigned
from graph.kinds import Origin, PolicyPreset, RelationshipRole, UserErrorCode
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, feed_of, fetch, rows_of
from models.export import snapshot
from models.ledger import Entry, Ledger, Target, beside, filling, loading, representative, staging
from models.ledger.staging import BusyError, Staged
from models.relay import Relay
from models_desk import ANN, BOB, CAT, Desk
from schema_shape import shape_of
from statement_lint import breaches

NUMBER = count(1)
AT = datetime(2026, 3, 1, tzinfo=UTC)
LEFT, LATE = 104, 105
"""A mentor who had resigned by then, and one who enrolled later."""

Told = tuple[int, int, bool]

FACTS = """
SELECT f.kind, f.mentee_id, f.mentor_id, f.occurred_at, f.source, f.source_id, f.choices, f.performer_id, f.bulk,
       f.digest, f.recorded_at, t.reason, t.performer, t.name
FROM fact f LEFT JOIN fact_text t ON t.wiki_id = $1 AND t.fact_id = f.id WHERE f.wiki_id = $1
"""


def entry_of(mentee: int, mentor: int, is_backup: bool) -> Entry:
    role = RelationshipRole.BACKUP if is_backup else RelationshipRole.PRIMARY
    origin = Origin("growth", f"20260301000000/{mentee}/{role.value.lower()}")
    return Entry(fact=Imported(at=AT, origin=origin, role=role, mentor=mentor), target=Target(id=mentee))


def staged(rows: Sequence[Told]) -> Iterator[Staged]:
    return (Staged(place, *row) for place, row in enumerate(rows, start=1))


def silent(_what: str, _done: int, _total: int) -> None:
    pass


async def a_wiki(ledger: Ledger, preset: PolicyPreset = PolicyPreset.DEFAULT) -> int:
    """With mentors, one of whom left and one came late, and a mentee of whom something is known."""
    wiki = await ledger.add_wiki(f"wiki{next(NUMBER)}", "https://test.example", PRESETS[preset])
    enrolled = [(mentor, AT) for mentor in (ANN, BOB, CAT, LEFT)] + [(LATE, AT.replace(month=4))]
    terms: list[Any] = [
        MentorEnrolled(at=at, origin=Origin("growth", f"m/{mentor}"), mentor=mentor)
        for mentor, at in enrolled
    ]
    terms.append(MentorResigned(at=AT, origin=Origin("growth", "left"), mentor=LEFT))
    known = Assigned(at=AT.replace(month=2), origin=Origin("api", "before"), mentor=BOB)
    entries = [*(Entry(fact=fact) for fact in terms), Entry(fact=known, target=Target(id=3))]
    assert not (await ledger.bulk(wiki, entries)).refused
    return wiki


people = st.sampled_from((*range(1, 12), ANN, 999))
mentors = st.sampled_from((ANN, ANN, BOB, BOB, CAT, LEFT, LATE, 1, 2, 777))
told = st.lists(st.tuples(people, mentors, st.booleans()), max_size=30)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=told, preset=st.sampled_from(PolicyPreset))
async def test_a_load_leaves_what_the_bulk_path_leaves(
    rows: list[Told], preset: PolicyPreset, module_database: str
) -> None:
    dsn = module_database
    before = await shape_of(dsn)
    async with Ledger(dsn, clock=Clock(NOW), size=2) as ledger:
        loaded, recorded = await a_wiki(ledger, preset), await a_wiki(ledger, preset)
        by_load = await ledger.load(loaded, str(loaded), staged(rows), entry_of, silent)
        by_bulk = await ledger.bulk(recorded, [entry_of(*row) for row in rows])

        assert (by_load.recorded, by_load.known) == (by_bulk.recorded, by_bulk.known)
        assert {place - 1 for place in by_load.refused} == by_bulk.refused.keys()
        assert dict(by_load.without_effect) == dict(by_bulk.without_effect)
        assert await rows_of(dsn, loaded) == await rows_of(dsn, recorded)
        assert await feed_of(dsn, loaded) == await feed_of(dsn, recorded)
        assert sorted(await fetch(dsn, FACTS, loaded), key=repr) == sorted(
            await fetch(dsn, FACTS, recorded), key=repr
        )
        assert await shape_of(dsn) == before

        rows_before = await rows_of(dsn, loaded)
        await ledger.rebuild(loaded)
        assert await rows_of(dsn, loaded) == rows_before


ROWS: list[Told] = [(mentee, random.Random(mentee).choice((ANN, BOB)), False) for mentee in range(10, 40)]


async def test_what_comes_after_a_load_gets_ids_of_its_own(desk: Desk) -> None:
    wiki = await a_wiki(desk.ledger)
    await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, silent)
    again = await desk.ledger.bulk(wiki, [entry_of(*row) for row in (*ROWS, (50, ANN, False))])
    assert (again.recorded, again.known, dict(again.refused)) == (1, len(ROWS), {})
    ids = await fetch(desk.dsn, "SELECT id FROM relationship WHERE wiki_id = $1 AND mentee_id >= 10", wiki)
    assert len(set(ids)) == len(ROWS) + 1


async def test_a_mentor_has_one_word_for_each_mentee_and_role(desk: Desk) -> None:
    wiki = await a_wiki(desk.ledger)
    rows: list[Told] = [(10, ANN, False), (10, BOB, False), (10, ANN, False), (10, BOB, True)]
    done = await desk.ledger.load(wiki, "x", staged(rows), entry_of, silent)
    assert (done.recorded, done.known) == (2, 1)
    assert {place: why.code for place, why in done.refused.items()} == {2: UserErrorCode.CONFLICT}


STEPS = ("Gathering", "relationship_by_mentee", "relationship_was_begun_by_a_fact", "Moving in")
"""Nothing stands yet but what was read; in the middle of a table; when it is proven; when all but the end is done."""


class StoppedError(Exception):
    """Stands for a kill."""


def until(step: str) -> loading.Progress:
    def stop(what: str, _done: int, _total: int) -> None:
        if what == step:
            raise StoppedError

    return stop


async def relations(dsn: str, schema: str) -> set[tuple[object, ...]]:
    """Tables and indexes by name and identity, but for those in which the load keeps what it knows."""
    statement = "SELECT c.relname, c.oid::bigint FROM pg_class c WHERE c.relnamespace = to_regnamespace($1)"
    return {row for row in await fetch(dsn, statement, schema) if not re.match("load|pg_toast", str(row[0]))}


@pytest.mark.parametrize("step", STEPS)
async def test_a_load_that_is_stopped_leaves_nothing_and_the_next_goes_on(desk: Desk, step: str) -> None:
    other = await a_wiki(desk.ledger)
    await desk.ledger.load(other, "whole", staged(ROWS), entry_of, silent)
    whole, feed = await rows_of(desk.dsn, other), await feed_of(desk.dsn, other)

    wiki = await a_wiki(desk.ledger)
    shape, rows = await shape_of(desk.dsn), await rows_of(desk.dsn, wiki)
    with pytest.raises(StoppedError):
        await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, until(step))
    assert (await shape_of(desk.dsn), await rows_of(desk.dsn, wiki)) == (shape, rows)
    pieces = await relations(desk.dsn, "mentorgraph_load")

    done = await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, silent)
    assert done.recorded == len(ROWS)
    assert await shape_of(desk.dsn) == shape
    assert (await rows_of(desk.dsn, wiki), await feed_of(desk.dsn, wiki)) == (whole, feed)
    assert (await rows_of(desk.dsn, other), await feed_of(desk.dsn, other)) == (whole, feed)
    # What stood is not made again: it is the very same.
    assert bool(pieces) == (step != "Gathering")
    assert pieces <= await relations(desk.dsn, "public")


async def changed_meanwhile(desk: Desk, wiki: int) -> None:
    """A mentee is blocked, a mentor leaves, and a mentee of theirs asks for no mentor."""
    block = BlockPlaced(at=NOW, origin=Origin("api", "block"))
    leaving = MentorResigned(at=NOW, origin=Origin("api", "leaving"), mentor=BOB)
    await desk.ledger.bulk(wiki, [Entry(fact=block, target=Target(id=10)), Entry(fact=leaving)])


@pytest.mark.parametrize("step", ["relationship_by_mentee", "Moving in"])
async def test_what_others_do_meanwhile_counts(desk: Desk, step: str) -> None:
    loaded, recorded = await a_wiki(desk.ledger), await a_wiki(desk.ledger)
    with pytest.raises(StoppedError):
        await desk.ledger.load(loaded, "x", staged(ROWS), entry_of, until(step))
    for wiki in (loaded, recorded):
        await changed_meanwhile(desk, wiki)
    by_load = await desk.ledger.load(loaded, "x", staged(ROWS), entry_of, silent)
    by_bulk = await desk.ledger.bulk(recorded, [entry_of(*row) for row in ROWS])
    assert (by_load.recorded, by_load.known) == (by_bulk.recorded, by_bulk.known)
    assert await rows_of(desk.dsn, loaded) == await rows_of(desk.dsn, recorded)
    assert await feed_of(desk.dsn, loaded) == await feed_of(desk.dsn, recorded)


async def test_who_reads_while_a_load_moves_in_reads_all_there_is(desk: Desk) -> None:
    other, wiki = await a_wiki(desk.ledger), await a_wiki(desk.ledger)
    await desk.ledger.bulk(other, [entry_of(*row) for row in ROWS])
    waiting: list[asyncio.Task[list[tuple[object, ...]]]] = []
    ties = "SELECT count(*) FROM relationship WHERE wiki_id = $1"

    def look(what: str, _done: int, _total: int) -> None:
        if what == "relationship_event_is_of_a_tie":
            waiting.append(asyncio.create_task(fetch(desk.dsn, ties, other)))

    before = await fetch(desk.dsn, ties, other)
    await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, look)
    assert await asyncio.gather(*waiting) == [before]


async def test_an_export_keeps_its_tables_until_it_has_read_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "TRIES", 1)
    monkeypatch.setitem(beside.SETTINGS, "lock_timeout", "50ms")
    wiki = await a_wiki(desk.ledger)
    (name,) = [name for name, known in (await desk.ledger.wikis()).items() if known == wiki]
    async with snapshot(desk.dsn, name) as kept:
        with pytest.raises(BusyError, match="never free"):
            await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, silent)
        assert await kept.count() > 0
    assert (await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, silent)).recorded == len(ROWS)


async def test_another_policy_meanwhile_begins_the_pieces_anew(desk: Desk) -> None:
    loaded, recorded = await a_wiki(desk.ledger), await a_wiki(desk.ledger)
    with pytest.raises(StoppedError):
        await desk.ledger.load(loaded, "x", staged(ROWS), entry_of, until("Moving in"))
    for wiki in (loaded, recorded):
        await desk.ledger.set_policy(wiki, PRESETS[PolicyPreset.GRACE_30_DAYS])
    await desk.ledger.load(loaded, "x", staged(ROWS), entry_of, silent)
    await desk.ledger.bulk(recorded, [entry_of(*row) for row in ROWS])
    assert await rows_of(desk.dsn, loaded) == await rows_of(desk.dsn, recorded)


async def test_rows_that_wait_are_not_asked_for_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "AT_ONCE", 10)

    def rows_until(place: int) -> Iterator[Staged]:
        for row in staged(ROWS):
            if row.line == place:
                raise StoppedError
            yield row

    wiki = await a_wiki(desk.ledger)
    with pytest.raises(StoppedError):
        await desk.ledger.load(wiki, "x", rows_until(25), entry_of, silent)
    assert await fetch(desk.dsn, "SELECT count(*) FROM mentorgraph_load.load_row") == [(20,)]
    read: list[int] = []
    done = await desk.ledger.load(
        wiki,
        "x",
        staged(ROWS),
        entry_of,
        lambda what, done, _: read.append(done) if what == "Reading" else None,
    )
    assert (done.recorded, read) == (len(ROWS), [30])


async def test_another_import_does_not_go_on_with_rows_that_are_not_its_own(desk: Desk) -> None:
    def stop(what: str, _done: int, _total: int) -> None:
        if what != "Reading":
            raise StoppedError

    wiki, other = await a_wiki(desk.ledger), await a_wiki(desk.ledger)
    with pytest.raises(StoppedError):
        await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, stop)
    assert (await desk.ledger.load(other, "x", staged(ROWS[:5]), entry_of, silent)).recorded == 5
    assert (await desk.ledger.load(wiki, "y", staged(ROWS[5:]), entry_of, silent)).recorded == len(ROWS) - 5


async def test_two_loads_at_once_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(beside.SETTINGS, "lock_timeout", "50ms")
    connection = await asyncpg.connect(desk.dsn)
    try:
        await connection.execute(staging.TAKE_TURN)
        with pytest.raises(BusyError, match="wait until it has ended"):
            await desk.ledger.load(desk.wiki, "x", staged(ROWS), entry_of, silent)
    finally:
        await connection.close()


async def test_a_server_that_announces_keeps_no_load_waiting(desk: Desk) -> None:
    relay = Relay(desk.dsn, lambda _: None)
    announcing = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(10):
            while not relay.leads:
                await asyncio.sleep(0.01)
        wiki = await a_wiki(desk.ledger)
        done = await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, silent)
        assert done.recorded == len(ROWS)
    finally:
        announcing.cancel()
        await asyncio.wait({announcing})


async def test_a_block_that_comes_after_a_load_suspends_the_loaded_tie(desk: Desk) -> None:
    wiki = await a_wiki(desk.ledger)
    await desk.ledger.load(wiki, "x", staged(ROWS), entry_of, silent)
    desk.wiki = wiki
    await desk.block(mentee=10)
    assert await desk.mentor_of(10) == (ROWS[0][1], "SUSPENDED")


def test_the_statements_of_a_load_name_their_wiki() -> None:
    said = [
        text
        for module in (filling, loading, representative, staging)
        for text in vars(module).values()
        if isinstance(text, str)
        and any(text.lstrip().startswith(verb) for verb in ("SELECT", "INSERT", "WITH"))
    ]
    assert len(said) > 12
    assert [breach for text in said if "pg_constraint" not in text for breach in breaches(text)] == []
