"""What bad input gets: a code, a sentence, the path into the input; and nothing half-written."""

from datetime import timedelta

import pytest

from graph.errors import Refused
from graph.facts import BlockChanged, BlockLifted, BlockPlaced, Fact, OptedOut, TakenBack
from graph.kinds import BlockKind, Origin, PolicyPreset, UserErrorCode
from graph.policy import PRESETS
from ledger_rows import fetch
from models.ledger import Entry, Target
from models_desk import ANN, NEWCOMER, Desk

Told = tuple[UserErrorCode, tuple[str, ...]]


async def refusal(desk: Desk, fact: Fact, target: Target | None = None) -> Told:
    facts = await fetch(desk.dsn, "SELECT * FROM fact")
    accounts = await fetch(desk.dsn, "SELECT * FROM account")
    with pytest.raises(Refused) as refused:
        await desk.ledger.record(desk.wiki, Entry(fact=fact, target=target))
    assert await fetch(desk.dsn, "SELECT * FROM fact") == facts
    assert await fetch(desk.dsn, "SELECT * FROM account") == accounts
    assert refused.value.message.endswith(".")
    return refused.value.code, refused.value.field


async def test_an_unknown_wiki_is_refused(desk: Desk) -> None:
    fact = BlockPlaced(at=desk.clock(), origin=desk.origin())
    with pytest.raises(Refused) as refused:
        await desk.ledger.record(999, Entry(fact=fact, target=Target(id=1)))
    assert (refused.value.code, refused.value.field) == (UserErrorCode.NOT_FOUND, ("wiki",))


async def test_a_wiki_is_added_once(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.ledger.add_wiki("testwiki", "https://other.example", PRESETS[PolicyPreset.DEFAULT])
    assert refused.value.code is UserErrorCode.ALREADY_EXISTS
    assert await desk.ledger.wikis() == {"testwiki": desk.wiki}


async def test_the_future_is_refused_but_for_a_clock_that_runs_ahead(desk: Desk) -> None:
    ahead = BlockPlaced(at=desk.ago(minutes=-6), origin=desk.origin())
    assert await refusal(desk, ahead, Target(id=1)) == (UserErrorCode.IN_THE_FUTURE, ("occurredAt",))
    await desk.block(at=desk.ago(minutes=-4))


async def test_a_block_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    at = desk.clock()
    backwards = BlockPlaced(at=at, origin=desk.origin(), expires_at=at)
    assert await refusal(desk, backwards, Target(id=1)) == (UserErrorCode.INVALID, ("expiresAt",))


async def test_a_block_can_be_named_by_its_id_alone(desk: Desk) -> None:
    await desk.block(block_id="5")
    lifted = Entry(fact=BlockLifted(at=desk.clock(), origin=desk.origin(), block_id="5"))
    assert (await desk.ledger.record(desk.wiki, lifted)).mentee == NEWCOMER


async def test_an_unknown_block_without_a_target_is_refused(desk: Desk) -> None:
    unknown = BlockLifted(at=desk.clock(), origin=desk.origin(), block_id="6")
    assert await refusal(desk, unknown) == (UserErrorCode.NOT_FOUND, ("blockId",))
    nameless = BlockChanged(at=desk.clock(), origin=desk.origin())
    assert await refusal(desk, nameless) == (UserErrorCode.NOT_FOUND, ("target",))


async def test_a_block_of_somebody_else_is_refused(desk: Desk) -> None:
    await desk.block(block_id="5")
    again = BlockPlaced(at=desk.clock(), origin=desk.origin(), block_id="5")
    assert await refusal(desk, again, Target(id=2)) == (UserErrorCode.CONFLICT, ("blockId",))


async def test_a_change_without_an_id_asks_which_block(desk: Desk) -> None:
    change = BlockChanged(at=desk.clock(), origin=desk.origin(), unblock_requested=True)
    assert await refusal(desk, change, Target(id=1)) == (UserErrorCode.WHICH_BLOCK, ("blockId",))
    await desk.block(block_id="5")
    await desk.block(block_id="6", block_kind=BlockKind.GLOBAL_LOCK)
    await desk.change(unblock_requested=True)
    await desk.block(block_id="7")
    change = BlockChanged(at=desk.clock(), origin=desk.origin(), unblock_requested=True)
    assert await refusal(desk, change, Target(id=1)) == (UserErrorCode.WHICH_BLOCK, ("blockId",))


async def test_what_is_not_known_cannot_be_taken_back(desk: Desk) -> None:
    fact = TakenBack(at=desk.clock(), origin=desk.origin(), target=Origin("nowhere", "1"))
    assert await refusal(desk, fact) == (UserErrorCode.NOT_FOUND, ("sourceId",))


async def test_decisions_about_nobody_are_refused(desk: Desk) -> None:
    await desk.enroll(ANN)
    for asked in (desk.ledger.assign(desk.wiki, 555, ANN), desk.ledger.opt_out(desk.wiki, 555)):
        with pytest.raises(Refused) as refused:
            await asked
        assert (refused.value.code, refused.value.field) == (UserErrorCode.NOT_FOUND, ("mentee",))
    (answer,) = await desk.ledger.claim(desk.wiki, ANN, [555])
    assert isinstance(answer, Refused)
    assert answer.code is UserErrorCode.NOT_FOUND


async def test_claims_of_none_or_of_too_many_are_refused(desk: Desk) -> None:
    for mentees in ([], list(range(1, 102))):
        with pytest.raises(Refused) as refused:
            await desk.ledger.claim(desk.wiki, ANN, mentees)
        assert refused.value.code is UserErrorCode.TOO_MANY


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity": -1}, "capacity"),
        ({"capacity": 1 << 40}, "capacity"),
        ({"share": "MOST"}, "share"),
        ({"introduction": "x" * 241}, "introduction"),
        ({"introduction": "\0"}, "introduction"),
        ({"away_until": timedelta(days=-1)}, "awayUntil"),
        ({"away_until": timedelta(days=366)}, "awayUntil"),
    ],
)
async def test_choices_that_no_mentor_can_make_are_refused(
    desk: Desk, changes: dict[str, object], field: str
) -> None:
    await desk.enroll(ANN)
    given = {
        name: desk.clock() + value if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }
    with pytest.raises(Refused) as refused:
        await desk.ledger.update_mentor(desk.wiki, ANN, given)
    assert (refused.value.code, refused.value.field) == (UserErrorCode.INVALID, (field,))


async def test_only_mentors_choose(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.ledger.update_mentor(desk.wiki, ANN, {"capacity": 1})
    assert refused.value.code is UserErrorCode.NOT_FOUND
    await desk.enroll(ANN)
    await desk.ledger.resign(desk.wiki, ANN)
    with pytest.raises(Refused) as refused:
        await desk.ledger.update_mentor(desk.wiki, ANN, {"capacity": 1})
    assert refused.value.code is UserErrorCode.NOT_A_MENTOR


@pytest.mark.parametrize(
    "origin", [Origin("", "1"), Origin("x", ""), Origin("x" * 256, "1"), Origin("x", "\0")]
)
async def test_an_origin_that_names_nothing_is_refused(desk: Desk, origin: Origin) -> None:
    code, _ = await refusal(desk, OptedOut(at=desk.clock(), origin=origin), Target(id=1))
    assert code is UserErrorCode.INVALID


async def test_absence_begins_when_it_is_told_and_ends_at_once(desk: Desk) -> None:
    await desk.enroll(ANN)
    until = desk.ago(days=-20)
    await desk.ledger.update_mentor(desk.wiki, ANN, {"away_until": until})
    since = desk.clock.now
    await desk.ledger.update_mentor(desk.wiki, ANN, {"away_until": desk.ago(days=-30)})
    assert await fetch(desk.dsn, "SELECT away_since, version FROM mentor") == [(since, 3)]
    await desk.ledger.update_mentor(desk.wiki, ANN, {"away_until": None})
    assert await fetch(desk.dsn, "SELECT away_since FROM mentor") == [(None,)]
