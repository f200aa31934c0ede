"""What goes wrong around the ledger: lost connections, no database, somebody who holds a lock too long."""

import asyncio
from typing import Any

import asyncpg
import pytest

from graph.errors import Unavailable
from graph.facts import Registered
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, fetch
from models.ledger import Entry, Ledger, Target, connections
from models_desk import Desk

OURS = """
SELECT a.pid FROM pg_stat_activity AS a
WHERE a.application_name = 'mentorgraph ledger' AND a.datname = current_database()
"""
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
