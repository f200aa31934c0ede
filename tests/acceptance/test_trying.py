"""What would come of it: everything is done and told, and then it is as if nobody had asked."""

import asyncio
from typing import Any

import pytest

from acceptance.in_process import written
from acceptance.office import MOMENT, Office
from acceptance.refusals import NOTHING
from acceptance.small_wiki import ADA, BEN, NEWCOMER, ONCE, OPTED_OUT, TWICE, SmallWiki
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance

TOLD = """
  mentee { state suspension { releasesAt returnsTo { name } } relationships { totalCount } }
  block { blockId isOpen category target { state } }
  events { kind fromState toState block { blockId } relationship { state stateUntil } }
  replayed
"""


async def test_a_block_that_is_only_tried_is_told_as_if_it_were_placed(wiki: SmallWiki) -> None:
    block = wiki.logged(
        target={"userId": NEWCOMER}, blockId="71", category="SPAM", occurredAt=written(on(100))
    )
    before = await wiki.kept()
    tried = await wiki.client.done("recordBlock", block | {"validateOnly": True}, TOLD)
    assert await wiki.kept() == before
    assert tried["mentee"]["state"] == "SUSPENDED"
    assert tried["mentee"]["suspension"] == {
        "releasesAt": written(on(107)),
        "returnsTo": {"name": "Mentor Ada"},
    }
    assert tried["block"] == {
        "blockId": "71",
        "isOpen": True,
        "category": "SPAM",
        "target": {"state": "SUSPENDED"},
    }
    assert [event["kind"] for event in tried["events"]] == ["SUSPENDED"]
    placed = await wiki.client.done("recordBlock", block, TOLD)
    assert placed == tried, "what was told came true"


async def test_what_cannot_be_is_refused_when_it_is_tried(wiki: SmallWiki) -> None:
    before = await wiki.kept()
    block = wiki.logged(target={"name": "Nobody"}, validateOnly=True)
    (error,) = (await wiki.client.do("recordBlock", block))["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "target"])
    assert await wiki.kept() == before


async def test_to_try_what_is_known_is_a_repeat(wiki: SmallWiki) -> None:
    block = wiki.logged(target={"userId": NEWCOMER}, blockId="72")
    first = await wiki.client.done("recordBlock", block, NOTHING["recordBlock"])
    again = await wiki.client.done("recordBlock", block | {"validateOnly": True}, NOTHING["recordBlock"])
    assert again == first | {"replayed": True}


CLAIMED = "results { mentee relationship { mentor { name } state mentee { state } } userErrors { code } }"


async def test_a_claim_that_is_only_tried_takes_nobody_over(wiki: SmallWiki) -> None:
    asked = {
        "mentor": wiki.mentors[BEN],
        "mentees": [wiki.mentee(ONCE), wiki.mentee(OPTED_OUT), wiki.mentee(TWICE)],
        "errorPolicy": "PER_ITEM",
    }
    before = await wiki.kept()
    tried = await wiki.client.done("claimMentees", asked | {"validateOnly": True}, CLAIMED)
    assert await wiki.kept() == before
    taken = {"mentor": {"name": "Mentor Ben"}, "state": "SUSPENDED", "mentee": {"state": "SUSPENDED"}}
    assert [result["relationship"] for result in tried["results"]] == [taken, None, taken]
    assert [error["code"] for error in tried["results"][1]["userErrors"]] == ["OPTED_OUT"]
    assert await wiki.client.done("claimMentees", asked, CLAIMED) == tried


async def test_a_mistake_can_be_looked_at_before_it_is_taken_back(office: Office) -> None:
    await office.mentor(101, "Ada")
    await office.newcomer(1, "Newcomer")
    await office.block(1, blockId="7")
    asked = {"wiki": office.wiki, "source": "mw-log", "sourceId": "3", "reason": "The wrong wiki"}
    selection = "mentee { state } events { kind withdraws { kind } }"
    tried = await office.do("retractFact", asked | {"validateOnly": True}, selection)
    assert (await office.mentee(1, "state"))["state"] == "SUSPENDED"
    assert tried["mentee"] == {"state": "ACTIVE"}
    assert await office.do("retractFact", asked, selection) == tried


async def test_what_is_tried_between_two_changes_is_undone_before_the_next(office: Office) -> None:
    """Else the next would wait for the locks of what will never be."""
    await office.mentor(101, "Ada")
    await office.newcomer(1, "Newcomer")
    office.calendar.now += MOMENT
    said: dict[str, Any] = {"wiki": office.wiki, "target": {"userId": "1"}, "source": "mw-log"}
    block = said | {"sourceId": "77", "occurredAt": office.now(), "blockId": "7"}
    document = """
      mutation($try: RecordBlockInput!, $do: RecordBlockInput!) {
        first: recordBlock(input: $try) { mentee { state } userErrors { code } }
        second: recordBlock(input: $do) { replayed mentee { state } userErrors { code } }
        third: recordBlock(input: $try) { replayed userErrors { code } }
      }
    """
    tried = block | {"validateOnly": True}
    told = await asyncio.wait_for(office.client.ask(document, **{"try": tried, "do": block}), 10)
    assert told == {
        "first": {"mentee": {"state": "SUSPENDED"}, "userErrors": []},
        "second": {"replayed": False, "mentee": {"state": "SUSPENDED"}, "userErrors": []},
        "third": {"replayed": True, "userErrors": []},
    }


async def test_many_who_try_at_once_leave_every_connection_as_it_was(wiki: SmallWiki) -> None:
    before = await wiki.kept()
    tries = [
        wiki.client.done(
            "recordBlock", wiki.logged(target={"userId": user}, validateOnly=True), NOTHING["recordBlock"]
        )
        for user in (NEWCOMER, ONCE, TWICE, ADA) * 5
    ]
    assert all(not tried["replayed"] for tried in await asyncio.gather(*tries))
    assert await wiki.kept() == before
