"""Many facts in one request: each on its own, results in the order given."""

from datetime import timedelta
from typing import Any

import pytest

from acceptance.client import mutation
from acceptance.in_process import written
from acceptance.office import Office

pytestmark = pytest.mark.acceptance

ADA, BEN = 901, 902
RESULTS = """
  results {
    mentee { name state mentor { name } }
    block { blockId }
    events { kind }
    replayed
    userErrors { code field }
  }
"""


def fact(office: Office, member: str, number: int, /, **said: Any) -> dict[str, Any]:
    """One of the happenings of the last hour, a second after that of the number before."""
    at = office.calendar.now - timedelta(hours=1) + timedelta(seconds=number)
    entry = {
        "wiki": office.wiki,
        "source": "mw-log",
        "sourceId": str(5000 + number),
        "occurredAt": written(at),
    }
    return {member: entry | said}


async def tell(office: Office, *facts: dict[str, Any]) -> list[dict[str, Any]]:
    return list((await office.client.done("recordFacts", {"facts": list(facts)}, RESULTS))["results"])


def newcomers(office: Office, *users: int) -> list[dict[str, Any]]:
    return [fact(office, "registration", user, userId=str(user), name=f"User {user}") for user in users]


async def test_one_refused_fact_leaves_the_others(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    told = await tell(
        office,
        *newcomers(office, 1),
        fact(office, "block", 100, target={"name": "Nobody"}),
        fact(office, "blockChange", 101, target={"userId": "3"}, reason="Spam"),
        fact(office, "rename", 102, target={"userId": "4"}, newName="a\0b"),
        fact(office, "registration", 103, userId="5", name="Somebody", occurredAt="yesterday"),
        fact(office, "registration", 104, userId="6", name="Somebody", wiki="nowiki"),
        fact(office, "visibility", 105, target={"userId": "7"}),
        fact(office, "block", 106, target={"userId": "1"}, validateOnly=True),
        *newcomers(office, 2),
    )
    assert [result["mentee"] and result["mentee"]["state"] for result in told] == [
        "ACTIVE",
        *[None] * 7,
        "ACTIVE",
    ]
    assert [[(e["code"], ".".join(e["field"])) for e in result["userErrors"]] for result in told] == [
        [],
        [("NOT_FOUND", "input.facts.1.block.target")],
        [("WHICH_BLOCK", "input.facts.2.blockChange.blockId")],
        [("INVALID", "input.facts.3.rename.newName")],
        [("INVALID", "input.facts.4.registration.occurredAt")],
        [("NOT_FOUND", "input.facts.5.registration.wiki")],
        [("INVALID", "input.facts.6.visibility.nameHidden")],
        [("INVALID", "input.facts.7.block.validateOnly")],
        [],
    ]
    assert [result["mentee"]["mentor"] for result in (told[0], told[-1])] == [{"name": "Ada"}] * 2


async def test_facts_about_one_person_are_heard_one_after_the_other(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.newcomer(1, "User 1")
    office.calendar.now += timedelta(hours=2)
    told = await tell(
        office,
        fact(office, "block", 11, target={"name": "User 1"}, blockId="7", category="USERNAME"),
        fact(office, "rename", 12, target={"name": "User 1"}, newName="Better"),
        fact(office, "unblock", 13, target={"name": "Better"}),
        fact(office, "blockChange", 14, blockId="7", reason="Spam"),
        fact(office, "visibility", 15, target={"userId": "1"}, blockId="7", reasonHidden=True),
        fact(office, "departure", 16, target={"name": "Better"}),
    )
    assert [result["userErrors"] for result in told] == [[]] * 6
    assert [[event["kind"] for event in result["events"]] for result in told] == [
        ["SUSPENDED"],
        [],
        ["RESUMED"],
        [],
        [],
        ["ENDED"],
    ]
    assert [result["block"] and result["block"]["blockId"] for result in told] == [
        "7", None, "7", "7", "7", None,
    ]  # fmt: skip
    assert {result["mentee"]["name"] for result in told} == {"Better"}, "payloads tell how it is now"


async def test_a_repeat_is_told_as_one_wherever_it_stands(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    first = await tell(office, *newcomers(office, 1))
    one, two = newcomers(office, 1, 2)
    other = fact(office, "registration", 2, userId="3", name="User 3")
    told = await tell(office, two, one, two, other)
    assert [result["replayed"] for result in told] == [False, True, True, False]
    assert told[1] == first[0] | {"replayed": True}
    assert told[2] == told[0] | {"replayed": True}
    assert told[3]["userErrors"] == [
        {"code": "CONFLICT", "field": ["input", "facts", "3", "registration", "sourceId"]}
    ]


async def test_two_hundred_and_fifty_facts_end_as_if_they_were_told_one_by_one(office: Office) -> None:
    """A mentor's capacity is not exceeded, and nobody is drawn for who is blocked by the end of it."""
    await office.mentor(ADA, "Ada", capacity=7)
    await office.mentor(BEN, "Ben")
    facts = newcomers(office, *range(1, 201))
    blocks = [
        fact(office, "block", 300 + user, target={"userId": str(user)}, blockId=str(user))
        for user in range(1, 251, 5)
    ]
    told = await tell(office, *facts, *blocks)
    assert [result["userErrors"] for result in told] == [[]] * 250
    states = [result["mentee"]["state"] for result in told[:200]]
    assert states == ["RELEASED" if user % 5 == 1 else "ACTIVE" for user in range(1, 201)]
    seen = await office.see(
        'mentor(by: {userId: "901"}) { mentees { totalCount } } events(where: {kind: [WITHDRAWN]}) { totalCount }'
    )
    assert seen == {"mentor": {"mentees": {"totalCount": 7}}, "events": {"totalCount": 0}}


async def test_nobody_who_is_blocked_meanwhile_takes_up_a_place(office: Office) -> None:
    await office.mentor(ADA, "Ada", capacity=2, share="HIGH")
    await office.mentor(BEN, "Ben", share="LOW")
    blocks = [
        fact(office, "block", 300 + user, target={"userId": str(user)}, blockId=str(user))
        for user in range(1, 41)
    ]
    await tell(office, *newcomers(office, *range(1, 51)), *blocks)
    seen = await office.see('mentor(by: {userId: "901"}) { mentees { totalCount } }')
    assert seen["mentor"]["mentees"]["totalCount"] == 2, "though chance may have chosen her for others first"


async def test_facts_of_several_wikis_may_come_together(office: Office) -> None:
    other = {"dbName": f"other{office.wiki}", "url": "https://other.example.org"}
    await office.client.done("addWiki", other)
    told = await tell(
        office,
        *newcomers(office, 1),
        fact(office, "registration", 1, wiki=other["dbName"], userId="1", name="Elsewhere"),
        *newcomers(office, 2),
    )
    assert [result["mentee"]["name"] for result in told] == ["User 1", "Elsewhere", "User 2"]


async def test_more_than_250_facts_are_refused_as_a_whole(office: Office) -> None:
    facts = newcomers(office, *range(1, 252))
    payload = await office.client.do("recordFacts", {"facts": facts}, RESULTS)
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"], payload["results"]) == ("TOO_MANY", ["input", "facts"], [])
    assert await tell(office) == [], "of none, nothing comes"


async def test_a_fact_is_just_one_of_the_happenings(office: Office) -> None:
    [one] = newcomers(office, 1)
    for bad in ({}, one | fact(office, "departure", 2, target={"userId": "1"})):
        answer = await office.client.post(mutation("recordFacts"), input={"facts": [bad]})
        assert answer.json().get("data") is None
        assert "FactInput" in answer.json()["errors"][0]["message"]


async def test_a_preferred_mentor_is_drawn_before_others(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.mentor(BEN, "Ben", share="NONE")
    one, two = newcomers(office, 1, 2)
    one["registration"]["preferredMentors"] = [{"name": "Ben"}]
    two["registration"]["preferredMentors"] = [{"userId": "999"}, {"userId": "901"}]
    told = await tell(office, one, two)
    assert [result["mentee"]["mentor"]["name"] for result in told] == ["Ben", "Ada"]
    three, four = newcomers(office, 3, 4)
    three["registration"] |= {"assign": False}
    four["registration"] |= {"preferredMentors": [{"name": "Nobody"}]}
    told = await tell(office, three, four)
    assert told[0]["mentee"] == {"name": "User 3", "state": "UNASSIGNED", "mentor": None}
    assert told[1]["userErrors"][0]["field"] == ["input", "facts", "1", "registration", "preferredMentors"]
