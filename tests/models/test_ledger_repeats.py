"""What is asked under a key happens once, however often and by how many it is asked, and is told as at first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from graph.errors import KeyRefused, Refused
from graph.kinds import UserErrorCode
from ledger_rows import fetch
from mentorgraph.drawer import draw
from models.ledger import Ledger, repeats, wikis
from models.ledger.change import Change
from models.ledger.entry import Recorded
from models.ledger.repeats import KEPT_FOR, REMOVED_AFTER, apart
from models_desk import ANN, BOB, Desk

KEY, ASKED = "8c1f", b"to opt out"
Told = Any


async def told(work: Awaitable[object]) -> object:
    """What came of it, a refusal as its code and sentence."""
    try:
        return await work
    except (Refused, KeyRefused) as refused:
        return refused.code, refused.message


async def facts(desk: Desk) -> int:
    [(count,)] = await fetch(desk.dsn, "SELECT count(*) FROM fact WHERE wiki_id = $1", desk.wiki)
    assert isinstance(count, int)
    return count


def under(
    key: str, ledger: Ledger, work: Callable[[], Awaitable[Told]], asked: bytes = ASKED
) -> Awaitable[Told]:
    async def send() -> Told:
        async with ledger.once(key, asked):
            return await work()

    return send()


async def test_a_repeat_is_told_what_came_of_it_and_changes_nothing(desk: Desk) -> None:
    await desk.register()

    async def opt_out() -> Recorded:
        return await desk.ledger.opt_out(desk.wiki, 1)

    first = await under(KEY, desk.ledger, opt_out)
    before = await facts(desk)
    await desk.ledger.opt_in(desk.wiki, 1)
    assert await under(KEY, desk.ledger, opt_out) == first
    assert await facts(desk) == before + 1, "the opting in, and no second opting out"
    assert (await opt_out()).fact != first.fact, "without the key it is another decision"


async def test_a_key_that_stood_for_something_else_is_refused(desk: Desk) -> None:
    await desk.register()
    await under(KEY, desk.ledger, lambda: desk.ledger.opt_out(desk.wiki, 1))
    before = await facts(desk)
    with pytest.raises(KeyRefused) as met:
        await under(KEY, desk.ledger, lambda: desk.ledger.opt_in(desk.wiki, 1), b"to opt in")
    assert met.value.code is UserErrorCode.IDEMPOTENCY_MISMATCH
    assert await facts(desk) == before


async def test_a_refusal_is_told_again_though_it_could_be_done_by_now(desk: Desk) -> None:
    def enroll_and_claim(key: str) -> Awaitable[Told]:
        return under(key, desk.ledger, lambda: desk.ledger.claim(desk.wiki, BOB, [1]))

    await desk.register()
    [first] = await enroll_and_claim(KEY)
    assert (first.code, first.field) == (UserErrorCode.NOT_A_MENTOR, ("mentees",))
    await desk.enroll(BOB)
    before = await facts(desk)
    [again] = await enroll_and_claim(KEY)
    assert (again.code, again.message, again.field) == (first.code, first.message, first.field)
    assert await facts(desk) == before
    [done] = await enroll_and_claim("another key")
    assert isinstance(done, Recorded)


async def test_who_comes_while_it_is_being_done_is_told_so_at_once(desk: Desk) -> None:
    await desk.register()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    async with Ledger(desk.dsn, clock=desk.clock, pause=wait) as slow:
        first = asyncio.ensure_future(under(KEY, slow, lambda: slow.opt_out(desk.wiki, 1)))
        await begun.wait()
        with pytest.raises(KeyRefused) as met:
            await asyncio.wait_for(
                under(KEY, desk.ledger, lambda: desk.ledger.opt_out(desk.wiki, 1)), timeout=1
            )
        assert met.value.code is UserErrorCode.IDEMPOTENCY_IN_PROGRESS
        go_on.set()
        done = await first
    assert await under(KEY, desk.ledger, lambda: desk.ledger.opt_out(desk.wiki, 1)) == done


@pytest.mark.parametrize("who", [1, 99], ids=["what is done", "what is refused"])
async def test_nothing_rests_on_the_advisory_lock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, who: int
) -> None:
    """On two nodes each of two gets it: then the rows alone let one of them be the first."""
    monkeypatch.setattr(repeats, "TAKE_TURN", "SELECT $1::bigint IS NOT NULL")
    await desk.register()
    for number in range(10):
        before = await facts(desk)
        answers = await asyncio.gather(
            *(
                told(under(f"{number}", desk.ledger, lambda: desk.ledger.assign(desk.wiki, who, ANN)))
                for _ in range(4)
            )
        )
        assert answers == [answers[0]] * 4
        assert await facts(desk) == before + isinstance(answers[0], Recorded)
        await desk.enroll(ANN) if number == 0 else None


async def test_what_was_stopped_in_the_midst_is_gone_on_with(desk: Desk) -> None:
    """Several changes under one key: what the first try did stays, and what it left is done."""
    await desk.enroll(BOB)
    for mentee in range(1, 6):
        await desk.register(mentee, draw=False)
    before = await facts(desk)
    changes = 0

    async def stop_at_the_third() -> None:
        nonlocal changes
        changes += 1
        if changes == 3:
            raise asyncio.CancelledError

    async with Ledger(desk.dsn, clock=desk.clock, pause=stop_at_the_third) as killed:
        with pytest.raises(asyncio.CancelledError):
            await under(KEY, killed, lambda: killed.claim(desk.wiki, BOB, range(1, 6), per_item=True))
    assert await facts(desk) == before + 2
    desk.clock.advance(minutes=1)
    answers = await under(
        KEY, desk.ledger, lambda: desk.ledger.claim(desk.wiki, BOB, range(1, 6), per_item=True)
    )
    assert await facts(desk) == before + 5
    assert [answer.mentee for answer in answers] == [1, 2, 3, 4, 5]
    kept = "SELECT DISTINCT occurred_at FROM fact WHERE kind = 'ASSIGNED' AND mentee_id <= 2"
    assert len(await fetch(desk.dsn, kept)) == 2, "the first two are those of the first try"


async def test_a_key_is_new_after_a_day_and_its_rows_are_removed(desk: Desk) -> None:
    await desk.register()

    async def opt_out() -> Recorded:
        return await desk.ledger.opt_out(desk.wiki, 1)

    begun = desk.clock.now
    first = await under(KEY, desk.ledger, opt_out)
    desk.clock.now = begun + KEPT_FOR - timedelta(seconds=1)
    assert await under(KEY, desk.ledger, opt_out) == first
    desk.clock.now = begun + KEPT_FOR + timedelta(seconds=1)
    second = await under(KEY, desk.ledger, lambda: desk.ledger.opt_in(desk.wiki, 1), b"to opt in")
    assert second.fact > first.fact, "a key that is over stands for nothing, removed or not"
    await under("another key", desk.ledger, opt_out)
    assert await kept_rows(desk) == (2, 3)
    desk.clock.now = begun + REMOVED_AFTER + timedelta(seconds=1)
    await desk.ledger.forget_keys()
    assert await kept_rows(desk) == (2, 2), "what can be asked for is kept, however old the key once was"
    desk.clock.now += REMOVED_AFTER
    await draw(desk.ledger)
    assert await kept_rows(desk) == (0, 0)


async def kept_rows(desk: Desk) -> tuple[object, ...]:
    counts = "SELECT (SELECT count(*) FROM idempotency_key), (SELECT count(*) FROM idempotency_step)"
    return (await fetch(desk.dsn, counts))[0]


async def test_changes_under_one_key_are_not_opened_side_by_side(desk: Desk) -> None:
    """They are told apart by their order, so a mistake of ours must not go unnoticed."""

    async def both() -> None:
        await asyncio.gather(desk.ledger.opt_out(desk.wiki, 1), desk.ledger.opt_out(desk.wiki, 2))

    await desk.register()
    with pytest.raises(RuntimeError, match="one after the other"):
        await under(KEY, desk.ledger, both)


async def test_nothing_is_done_after_a_change_that_failed_and_could_be_told_to_nobody(desk: Desk) -> None:
    """Its step is still to be taken: what came after it would be taken for it by a repeat."""

    async def go_on_regardless() -> None:
        with suppress(ZeroDivisionError):
            await desk.ledger._desk.change(desk.wiki, fail)
        await desk.ledger.opt_out(desk.wiki, 1)

    async def fail(_: Change) -> None:
        raise ZeroDivisionError

    await desk.register()
    with pytest.raises(RuntimeError, match="none after a failure"):
        await under(KEY, desk.ledger, go_on_regardless)
    assert (await under(KEY, desk.ledger, lambda: desk.ledger.opt_out(desk.wiki, 1))).mentee == 1


async def test_what_has_a_guard_of_its_own_is_no_step(desk: Desk) -> None:
    async def both() -> tuple[Recorded, Recorded]:
        with apart():
            out = await desk.ledger.opt_out(desk.wiki, 1)
        return out, await desk.ledger.opt_in(desk.wiki, 1)

    await desk.register()
    out, opted_in = await under(KEY, desk.ledger, both)
    desk.clock.advance(minutes=1)
    another, again = await under(KEY, desk.ledger, both)
    assert again == opted_in
    assert another.fact > out.fact


async def test_what_goes_on_after_the_answer_is_no_part_of_what_was_sent(desk: Desk) -> None:
    answered = asyncio.Event()

    async def later() -> Recorded:
        await answered.wait()
        return await desk.ledger.opt_out(desk.wiki, 1)

    async def begin() -> asyncio.Task[Recorded]:
        return asyncio.create_task(later())

    await desk.register()
    begun = await under(KEY, desk.ledger, begin)
    answered.set()
    assert (await begun).mentee == 1
    assert await kept_rows(desk) == (1, 0)


async def test_who_looks_cannot_write(desk: Desk) -> None:
    """So whatever writes is a change, and safe under a key."""
    with pytest.raises(Exception, match="read-only transaction"):
        await desk.ledger._look(
            lambda c: wikis.add_wiki(c, "otherwiki", "https://other.example", {}, desk.clock)  # type: ignore[arg-type]  # it does not come to that
        )


async def test_the_rows_tell_nobody_what_was_asked_or_under_which_key(desk: Desk) -> None:
    await desk.register(name="Hidden Name")
    await under("the key itself", desk.ledger, lambda: desk.ledger.opt_out(desk.wiki, 1), b"Hidden Name")
    rows = await fetch(
        desk.dsn, "SELECT k::text FROM idempotency_key k UNION SELECT s::text FROM idempotency_step s"
    )
    assert len(rows) == 2
    for (row,) in rows:
        assert "Hidden" not in str(row)
        assert b"the key itself".hex() not in str(row)
        assert b"Hidden Name".hex() not in str(row)
