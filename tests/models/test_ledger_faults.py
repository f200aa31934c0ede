"""What goes wrong around the ledger: lost connections, no database, somebody who holds a lock too long."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from graph.errors import Unavailable
from graph.facts import Assigned, BlockLifted, BlockPlaced, Registered, Renamed
from graph.kinds import Origin, PolicyPreset, StartReason
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, feed_of, fetch, rows_of
from models.ledger import Entry, Ledger, Target, connections
from models_desk import Desk

OURS = """
SELECT a.pid FROM pg_stat_activity AS a
WHERE a.application_name = 'mentorgraph ledger' AND a.datname = current_database()
"""
HOUR = timedelta(hours=1)
CUT = OURS.replace("a.pid", "pg_terminate_backend(a.pid)")


def registration(number: int) -> Entry:
    fact = Registered(at=NOW, origin=Origin("mw-log", str(number)))
    return Entry(fact=fact, target=Target(id=number), name=f"User {number}")


async def test_a_connection_that_is_cut_in_the_midst_is_no_matter(database: str) -> None:
    cuts = iter([True, False])

    async def cut_once() -> None:
        if next(cuts, False):
            await fetch(database, CUT)

    async with Ledger(database, clock=Clock(), pause=cut_once) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        done = await ledger.record(wiki, registration(1))
        assert (done.mentee, done.replayed) == (1, False)
    assert await fetch(database, "SELECT count(*) FROM fact") == [(1,)]


SPOILT = """
CREATE SEQUENCE spoilt;
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    -- What a sequence has counted stays counted when the transaction is undone.
    IF nextval('spoilt') % 5 IN (1, 2) THEN
        RAISE EXCEPTION 'as the other transaction had it' USING ERRCODE = '{code}';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER spoilt AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION spoil();
"""
A_MENTEES_DAY = (
    Registered(at=NOW, origin=Origin("mw-log", "1"), assign=False),
    Assigned(at=NOW, origin=Origin("test", "assigned"), mentor=101),
    BlockPlaced(at=NOW + HOUR, origin=Origin("mw-log", "2"), block_id="2"),
    Renamed(at=NOW + 2 * HOUR, origin=Origin("mw-log", "3")),
    Assigned(at=NOW + 3 * HOUR, origin=Origin("test", "claimed"), mentor=102, because=StartReason.CLAIMED),
    BlockLifted(at=NOW + 4 * HOUR, origin=Origin("mw-log", "4")),
)
AT_ONCE, AT_COMMIT = "NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
@pytest.mark.parametrize(
    ("table", "when"), [("fact", AT_ONCE), ("relationship", AT_ONCE), ("fact", AT_COMMIT)]
)
async def test_what_another_transaction_spoilt_is_done_again_whole_and_once(
    database: str, code: str, table: str, when: str
) -> None:
    """Two times of five PostgreSQL gives up, at the row or at the commit, and nobody outside hears of it."""
    spoiler = await asyncpg.connect(database)
    await spoiler.execute(SPOILT.format(code=code, table=table, when=when))
    clock = Clock(NOW)
    async with Ledger(database, clock=clock, seed=1) as ledger:
        spoilt, calm = [
            await ledger.add_wiki(name, "https://test.example", PRESETS[PolicyPreset.DEFAULT])
            for name in ("spoiltwiki", "calmwiki")
        ]
        for wiki in (spoilt, calm):
            if wiki == calm:
                await spoiler.execute(f"DROP TRIGGER spoilt ON {table}")
                await spoiler.close()
            clock.now = NOW
            for mentor in (101, 102):
                await ledger.enroll(wiki, Target(id=mentor), origin=Origin("test", f"enrolled {mentor}"))
            for fact in A_MENTEES_DAY:
                clock.now = fact.at
                await ledger.record(wiki, Entry(fact=fact, target=Target(id=1), name="Newcomer"), draw=False)
        tried = await fetch(database, "SELECT last_value FROM spoilt")
        assert tried[0][0] >= 2, "nothing was spoilt"
        assert await rows_of(database, spoilt) == await rows_of(database, calm)
        assert await feed_of(database, spoilt) == await feed_of(database, calm)
        assert len(set(await fetch(database, "SELECT count(*) FROM fact GROUP BY wiki_id"))) == 1


async def test_a_ledger_that_is_closed_waits_for_nobody_for_long(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CLOSED_WITHIN", 0.1)
    stuck = asyncio.Event()

    async def for_ever() -> None:
        stuck.set()
        await asyncio.Event().wait()

    async with Ledger(database, clock=Clock(), pause=for_ever) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        at_work = asyncio.create_task(ledger.record(wiki, registration(1)))
        await stuck.wait()
    async with asyncio.timeout(5):
        while await fetch(database, OURS):
            await asyncio.sleep(0.01)
    at_work.cancel()
    await asyncio.wait({at_work})


async def test_writers_outlast_connections_that_are_cut_all_the_time(database: str) -> None:
    async with Ledger(database, clock=Clock(), size=4) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        answers: dict[int, Any] = {}

        async def write(number: int) -> None:
            try:
                answers[number] = await ledger.record(wiki, registration(number))
            except Unavailable as unavailable:
                answers[number] = unavailable

        async def cut() -> None:
            for _ in range(5):
                await asyncio.sleep(0.05)
                await fetch(database, CUT)

        await asyncio.gather(cut(), *(write(number) for number in range(1, 41)))
        kept = {mentee for (mentee,) in await fetch(database, "SELECT mentee_id FROM fact")}
        answered = {number for number, answer in answers.items() if not isinstance(answer, Unavailable)}
        assert answered <= kept
        for number in range(1, 41):
            assert (await ledger.record(wiki, registration(number))).mentee == number


async def test_a_database_that_is_down_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECT_TIMEOUT", 0.5)
    async with Ledger("postgresql://nobody@127.0.0.1:1/nothing") as ledger:
        with pytest.raises(Unavailable):
            await ledger.wikis()


async def test_a_lock_that_nobody_lets_go_is_unavailable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.register()
    monkeypatch.setitem(connections.SETTINGS, "lock_timeout", "50ms")
    blocker = await asyncpg.connect(desk.dsn)
    try:
        async with blocker.transaction(), Ledger(desk.dsn, clock=desk.clock) as ledger:
            await blocker.execute("SELECT FROM account FOR UPDATE")
            with pytest.raises(Unavailable):
                await ledger.opt_out(desk.wiki, 1)
    finally:
        await blocker.close()


async def test_a_caller_that_goes_away_leaves_all_or_nothing(database: str) -> None:
    """Cancelled at any moment: what was committed is found by the next try, and no lock stays behind."""
    async with Ledger(database, clock=Clock(), size=4) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        for number in range(1, 31):
            task = asyncio.create_task(ledger.record(wiki, registration(number)))
            await asyncio.sleep(number * 0.0007)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert (await asyncio.wait_for(ledger.record(wiki, registration(number)), 20)).mentee == number
    facts = await fetch(database, "SELECT mentee_id FROM fact ORDER BY mentee_id")
    names = await fetch(database, "SELECT account_id FROM account_name ORDER BY account_id")
    assert facts == names == [(number,) for number in range(1, 31)]
