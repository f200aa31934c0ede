"""What is hidden from the public and shown again: a name, a block's reason, who placed it."""

from typing import Any

import pytest

from acceptance.office import Office

pytestmark = pytest.mark.acceptance

ADA, NEWCOMER = 101, 1
BLOCKS = "blocks { nodes { blockId reason performer { name } } }"


async def hide(office: Office, selection: str = "__typename", **said: Any) -> dict[str, Any]:
    return await office.log_it("recordVisibility", selection, target={"userId": str(NEWCOMER)}, **said)


async def a_rude_newcomer(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.newcomer(NEWCOMER, "Rude Name")
    for number in ("7", "8"):
        await office.block(
            NEWCOMER, blockId=number, kind="LOCAL", reason=f"Reason {number}", performer="Admin Eve"
        )


async def test_a_name_that_is_hidden_is_no_more_there_and_the_tie_goes_on(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.newcomer(NEWCOMER, "Rude Name")
    told = await hide(office, "mentee { id } events { id }", nameHidden=True)
    assert (told["mentee"], told["events"]) == (None, []), "nor in the answer to who has hidden it"
    find = 'mentee(by: {name: "Rude Name"}) { name isHidden state mentor { name } }'
    assert (await office.see(find))["mentee"] is None
    assert (await office.see(find, trusted=True))["mentee"] == {
        "name": "Rude Name",
        "isHidden": True,
        "state": "ACTIVE",
        "mentor": {"name": "Ada"},
    }
    shown = await hide(office, "mentee { name isHidden }", nameHidden=False)
    assert shown["mentee"] == {"name": "Rude Name", "isHidden": False}


async def test_a_name_that_a_block_hides_is_not_shown_while_the_block_is_open(office: Office) -> None:
    await office.newcomer(NEWCOMER, "Rude Name")
    await office.block(NEWCOMER, blockId="7", hidesName=True)
    await hide(office, nameHidden=False)
    find = 'mentee(by: {name: "Rude Name"}) { isHidden }'
    assert (await office.see(find))["mentee"] is None
    await office.log_it("recordUnblock", blockId="7")
    assert (await office.see(find))["mentee"] == {"isHidden": False}


async def test_of_one_block_the_reason_and_of_all_the_performer_can_be_hidden(office: Office) -> None:
    await a_rude_newcomer(office)
    told = await hide(office, "block { blockId reason }", blockId="7", reasonHidden=True)
    assert told["block"] == {"blockId": "7", "reason": None}
    eve = {"name": "Admin Eve"}
    assert (await office.mentee(NEWCOMER, BLOCKS))["blocks"]["nodes"] == [
        {"blockId": "8", "reason": "Reason 8", "performer": eve},
        {"blockId": "7", "reason": None, "performer": eve},
    ]
    assert (await hide(office, "block { id }", performerHidden=True))["block"] is None, "it speaks of all"
    await hide(office, blockId="7", reasonHidden=False)
    assert (await office.mentee(NEWCOMER, BLOCKS))["blocks"]["nodes"] == [
        {"blockId": "8", "reason": "Reason 8", "performer": None},
        {"blockId": "7", "reason": "Reason 7", "performer": None},
    ]
    trusted = await office.mentee(NEWCOMER, BLOCKS, trusted=True)
    assert [block["performer"] for block in trusted["blocks"]["nodes"]] == [eve, eve]


async def test_what_is_left_out_stays_as_it_was(office: Office) -> None:
    await a_rude_newcomer(office)
    await hide(office, blockId="7", reasonHidden=True)
    await hide(office, blockId="7", performerHidden=True, reasonHidden=None)
    nodes = (await office.mentee(NEWCOMER, BLOCKS))["blocks"]["nodes"]
    assert nodes[1] == {"blockId": "7", "reason": None, "performer": None}


async def test_a_block_can_be_hidden_before_it_is_known(office: Office) -> None:
    """Sources tell in any order, and nothing hidden is shown in between."""
    await office.newcomer(NEWCOMER, "Newcomer")
    await hide(office, blockId="9", reasonHidden=True)
    placed = await office.log_it(
        "recordBlock", "block { reason }", target={"userId": "1"}, blockId="9", reason="Abusive"
    )
    assert placed["block"] == {"reason": None}


async def test_the_transitions_of_somebody_hidden_are_told_to_nobody_who_may_not_know(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.newcomer(NEWCOMER, "Rude Name")
    hiding = "mentee { id } block { id } events { kind }"
    told = await office.log_it("recordBlock", hiding, target={"userId": "1"}, blockId="7", hidesName=True)
    assert (told["mentee"], told["block"], told["events"]) == (None, None, [])
