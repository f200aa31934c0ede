"""Names: renames, swaps, reuse, and what is hidden."""

from datetime import timedelta

import pytest

from graph.errors import Refused
from graph.facts import BlockLifted, BlockPlaced, Registered, Renamed, Vanished, VisibilityChanged
from graph.kinds import Origin, UserErrorCode
from ledger_rows import fetch
from models.ledger import Entry, Target
from models_desk import NEWCOMER, Desk


async def name_of(desk: Desk, account: int) -> tuple[str | None, bool]:
    return (await fetch(desk.dsn, "SELECT name, is_hidden FROM account WHERE id = $1", account))[0]


async def names_in(desk: Desk, table: str) -> list[tuple[int, str]]:
    statement = {
        "public": "SELECT account_id, name FROM account_name ORDER BY account_id, valid_from",
        "hidden": "SELECT account_id, name FROM suppressed_name ORDER BY account_id, valid_from",
    }[table]
    return await fetch(desk.dsn, statement)


async def who_is_blocked(desk: Desk, name: str) -> int | None:
    return (await desk.block(name)).mentee


async def test_a_rename_changes_nothing_but_the_name(desk: Desk) -> None:
    await desk.register(name="Old")
    await desk.rename("Old", "New")
    assert await name_of(desk, NEWCOMER) == ("New", False)
    assert await names_in(desk, "public") == [(NEWCOMER, "Old"), (NEWCOMER, "New")]
    assert await who_is_blocked(desk, "New") == NEWCOMER


async def test_a_reused_name_means_whoever_held_it_then(desk: Desk) -> None:
    await desk.register(1, "Anna")
    then = desk.clock()
    await desk.rename("Anna", "Bella", at=desk.clock() + timedelta(milliseconds=5))
    desk.clock.advance(seconds=1)
    await desk.tell(Registered(at=desk.clock(), origin=desk.origin()), 2, name="Anna")
    assert (await desk.block("Anna", at=then)).mentee == 1
    assert await who_is_blocked(desk, "Anna") == 2


async def test_swapped_names_are_told_apart_by_the_numbers_of_the_log(desk: Desk) -> None:
    """Three renames within one second of the log, recorded in another order."""
    await desk.register(1, "Anna")
    await desk.register(2, "Bella")
    second = desk.clock()
    await desk.rename(1, "Between", second, log=11)
    await desk.rename(2, "Anna", second, log=12)
    await desk.rename("Between", "Bella", second, log=13)
    assert [await name_of(desk, account) for account in (1, 2)] == [("Bella", False), ("Anna", False)]
    early = BlockPlaced(at=second, origin=Origin("mw-log", "10"))
    assert (await desk.tell(early, "Anna")).mentee == 1
    late = BlockPlaced(at=second, origin=Origin("mw-log", "14"))
    assert (await desk.tell(late, "Anna")).mentee == 2


async def test_an_import_understands_names_whatever_comes_first(desk: Desk) -> None:
    at = desk.ago(days=1)
    entries = [
        Entry(fact=BlockPlaced(at=at, origin=Origin("mw-log", "9")), target=Target(name="New")),
        Entry(fact=Renamed(at=at, origin=Origin("mw-log", "8")), target=Target(name="Old"), name="New"),
        Entry(fact=Registered(at=at, origin=Origin("mw-log", "7")), target=Target(id=5), name="Old"),
        Entry(fact=BlockPlaced(at=at, origin=Origin("mw-log", "6")), target=Target(name="Nobody")),
    ]
    done = await desk.ledger.bulk(desk.wiki, entries)
    assert (done.recorded, done.known, {n: why.code for n, why in done.refused.items()}) == (
        3, 0, {3: UserErrorCode.NOT_FOUND},
    )  # fmt: skip
    again = await desk.ledger.bulk(desk.wiki, entries)
    assert (again.recorded, again.known) == (0, 3)
    assert await fetch(desk.dsn, "SELECT mentee_id FROM block") == [(5,)]


async def test_an_account_known_by_id_alone_has_no_name(desk: Desk) -> None:
    await desk.block(77)
    assert await name_of(desk, 77) == (None, False)


async def test_a_block_that_hides_the_name_hides_it_until_it_is_lifted(desk: Desk) -> None:
    await desk.register(name="Old")
    await desk.rename("Old", "Bad")
    await desk.block(hides_name=True)
    assert await name_of(desk, NEWCOMER) == (None, True)
    assert await names_in(desk, "public") == []
    assert await names_in(desk, "hidden") == [(NEWCOMER, "Old"), (NEWCOMER, "Bad")]
    await desk.unblock("Bad")
    assert await name_of(desk, NEWCOMER) == ("Bad", False)
    assert await names_in(desk, "hidden") == []


async def test_a_hiding_block_that_expires_shows_the_name_again(desk: Desk) -> None:
    await desk.register(name="Bad")
    await desk.block(hides_name=True, expires_at=desk.ago(days=-1))
    desk.clock.advance(days=2)
    await desk.ledger.tell_due(limit=10)
    assert await name_of(desk, NEWCOMER) == ("Bad", False)


async def test_hiding_and_showing_are_facts(desk: Desk) -> None:
    await desk.register(name="Bad")
    for hidden in (True, False):
        await desk.tell(VisibilityChanged(at=desk.clock(), origin=desk.origin(), name_hidden=hidden))
        assert await name_of(desk, NEWCOMER) == (None if hidden else "Bad", hidden)


async def test_a_vanished_account_keeps_only_its_last_name(desk: Desk) -> None:
    await desk.register(name="Real name")
    await desk.rename("Real name", "Vanished user 1")
    await desk.tell(Vanished(at=desk.clock(), origin=desk.origin()))
    assert await names_in(desk, "public") == [(NEWCOMER, "Vanished user 1")]
    assert await names_in(desk, "hidden") == [(NEWCOMER, "Real name")]


async def test_a_blocks_reason_and_performer_can_be_hidden_by_themselves(desk: Desk) -> None:
    await desk.register()
    fact = BlockPlaced(at=desk.clock(), origin=desk.origin(), block_id="5", reason="An insult")
    await desk.tell(fact, performer="An admin")
    seen = "SELECT reason, performer FROM block"
    assert await fetch(desk.dsn, seen) == [("An insult", "An admin")]
    hidden = VisibilityChanged(at=desk.clock(), origin=desk.origin(), block_id="5", reason_hidden=True)
    await desk.tell(hidden)
    assert await fetch(desk.dsn, seen) == [(None, "An admin")]


async def test_the_directory_tells_all_names_of_whoever_had_one_of_them(desk: Desk) -> None:
    await desk.register(name="Old")
    await desk.rename("Old", "New")
    given = await desk.ledger.namings(desk.wiki, ["Old"])
    assert [(one.account, one.name) for one in given] == [(NEWCOMER, "Old"), (NEWCOMER, "New")]


async def test_who_acted_is_an_account_where_that_is_known(desk: Desk) -> None:
    await desk.register(9, "An admin")
    fact = BlockPlaced(at=desk.clock(), origin=desk.origin())
    await desk.tell(fact, performer="An admin")
    assert await fetch(desk.dsn, "SELECT performer, performer_id FROM block") == [(None, 9)]


@pytest.mark.parametrize(
    ("name", "why"), [("", "bytes"), ("ä" * 128, "bytes"), ("a\nb", "control"), ("a\x00b", "control")]
)
async def test_a_name_that_no_wiki_could_have_is_refused(desk: Desk, name: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        await desk.tell(Registered(at=desk.clock(), origin=desk.origin()), name=name)
    assert refused.value.code is UserErrorCode.INVALID


async def test_a_lift_by_name_of_nobody_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.tell(BlockLifted(at=desk.clock(), origin=desk.origin()), "Nobody")
    assert (refused.value.code, refused.value.field) == (UserErrorCode.NOT_FOUND, ("target",))
