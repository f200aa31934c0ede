"""What mentors and coordinators decide about one tie: keep it, end it, bring it back; and who has outgrown it."""

from datetime import timedelta
from typing import Any

import pytest

from acceptance.in_process import written
from acceptance.office import Office
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance

ADA, BEN, NEWCOMER = 101, 102, 1
TIE = """
  relationship { id mentor { name } role state startedBecause stateUntil nextState continues { id } }
  event { kind }
"""


async def blocked_for_spam(office: Office, **policy: Any) -> tuple[str, str]:
    """A newcomer of Ada's, blocked for spam on the first day: mentee and tie."""
    await office.mentor(ADA, "Ada")
    mentee = await office.newcomer(NEWCOMER, "Newcomer")
    await office.block(NEWCOMER, category="SPAM", **policy)
    return mentee, (await office.tie(NEWCOMER))["id"]


async def test_a_kept_tie_outlives_its_hold_until_the_day_that_was_named(office: Office) -> None:
    _, tie = await blocked_for_spam(office)
    asked = {"relationship": tie, "until": written(on(60)), "reason": "She will be back"}
    kept = await office.do("keepRelationship", asked, TIE)
    assert kept["relationship"]["stateUntil"] == written(on(60))
    assert (kept["relationship"]["state"], kept["relationship"]["nextState"]) == ("SUSPENDED", "ENDED")
    assert kept["event"] is None, "the state has not changed"
    office.calendar.now = on(59)
    assert (await office.mentee(NEWCOMER, "state"))["state"] == "SUSPENDED"
    office.calendar.now = on(60)
    assert (await office.mentee(NEWCOMER, "state"))["state"] == "RELEASED"


async def test_a_tie_can_be_kept_for_as_long_as_the_mentor_stays_and_the_last_word_counts(
    office: Office,
) -> None:
    _, tie = await blocked_for_spam(office)
    kept = await office.do("keepRelationship", {"relationship": tie}, TIE)
    assert kept["relationship"]["stateUntil"] is None
    shorter = {"relationship": tie, "until": written(on(30))}
    assert (await office.do("keepRelationship", shorter, TIE))["relationship"]["stateUntil"] == written(
        on(30)
    )


async def test_what_cannot_be_kept(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.newcomer(NEWCOMER, "Newcomer")
    tie = await office.tie(NEWCOMER)
    asked = {"relationship": tie["id"]}
    assert await office.refused("keepRelationship", asked) == ("NOT_OPEN", "relationship"), (
        "nobody is blocked"
    )
    await office.block(NEWCOMER, category="SPAM")
    past, soon = written(on(-1)), written(office.calendar.now + timedelta(days=6))
    assert await office.refused("keepRelationship", asked | {"until": past}) == ("IN_THE_PAST", "until")
    assert await office.refused("keepRelationship", asked | {"until": soon}) == ("INVALID", "until"), (
        "the policy itself holds it for seven days"
    )
    stale = asked | {"expectedVersion": tie["version"]}
    assert await office.refused("keepRelationship", stale) == ("STALE_VERSION", "expectedVersion")
    office.calendar.now = on(10)
    assert await office.refused("keepRelationship", asked) == ("NOT_OPEN", "relationship"), "it was released"


async def test_nobody_follows_a_tie_that_was_ended_by_hand_until_somebody_assigns(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    mentee = await office.newcomer(NEWCOMER, "Newcomer")
    ben = await office.mentor(BEN, "Ben")
    tie = await office.tie(NEWCOMER)
    asked = {"relationship": tie["id"], "expectedVersion": tie["version"], "reason": "They asked for it"}
    ended = await office.do(
        "endRelationship", asked, "relationship { id state endedBecause } event { kind reason }"
    )
    assert ended["relationship"] == {"id": tie["id"], "state": "ENDED", "endedBecause": "ENDED_BY_HAND"}
    assert ended["event"] == {"kind": "ENDED", "reason": "They asked for it"}
    assert await office.mentee(NEWCOMER, "state waitingSince") == {
        "state": "UNASSIGNED",
        "waitingSince": None,
    }
    await office.block(NEWCOMER, blockId="7", category="SPAM")
    await office.log_it("recordUnblock", blockId="7")
    assert (await office.mentee(NEWCOMER, "state"))["state"] == "UNASSIGNED", "an unblock brings nobody back"
    await office.do("assignMentor", {"mentee": mentee, "mentor": ben})
    assert (await office.mentee(NEWCOMER, "mentor { name }"))["mentor"] == {"name": "Ben"}
    assert await office.refused("endRelationship", {"relationship": tie["id"]}) == (
        "NOT_OPEN",
        "relationship",
    )


async def test_a_tie_can_be_ended_as_of_a_moment_of_the_past(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    await office.newcomer(NEWCOMER, "Newcomer")
    tie = (await office.tie(NEWCOMER))["id"]
    office.calendar.now = on(9)
    asked = {"relationship": tie, "occurredAt": written(on(5))}
    ended = await office.do("endRelationship", asked, "relationship { endedAt } event { at recordedAt }")
    assert ended["relationship"] == {"endedAt": written(on(5))}
    assert ended["event"] == {"at": written(on(5)), "recordedAt": office.now()}


async def test_a_mentee_comes_back_to_the_mentor_of_a_tie_that_was_released(office: Office) -> None:
    _, tie = await blocked_for_spam(office)
    office.calendar.now = on(20)
    await office.log_it("recordUnblock", target={"userId": NEWCOMER})
    await office.do("endRelationship", {"relationship": (await office.tie(NEWCOMER))["id"]})
    asked = {"relationship": tie, "expectedVersion": 0}
    back = await office.do(
        "restoreRelationship", asked, TIE + " relationship { continues { continues { id } } }"
    )
    restored = back["relationship"]
    assert (restored["mentor"], restored["state"], restored["startedBecause"]) == (
        {"name": "Ada"},
        "ACTIVE",
        "RESTORED",
    )
    assert back["event"] == {"kind": "RESTORED"}
    assert restored["continues"]["continues"] == {"id": tie}, "a chain of restored ties never forks"


async def test_a_restored_tie_takes_the_place_of_the_open_one_and_waits_out_the_block(office: Office) -> None:
    ada = await office.mentor(ADA, "Ada")
    mentee = await office.newcomer(NEWCOMER, "Newcomer")
    first = (await office.tie(NEWCOMER))["id"]
    ben = await office.mentor(BEN, "Ben")
    await office.do("assignMentor", {"mentee": mentee, "mentor": ben})
    await office.block(NEWCOMER, category="USERNAME")
    second = await office.tie(NEWCOMER)
    stale = {"relationship": first, "expectedVersion": second["version"] - 1}
    assert await office.refused("restoreRelationship", stale) == ("STALE_VERSION", "expectedVersion")
    asked = {"relationship": first, "expectedVersion": second["version"]}
    back = await office.do("restoreRelationship", asked, TIE)
    assert (back["relationship"]["mentor"], back["relationship"]["state"]) == ({"name": "Ada"}, "SUSPENDED")
    assert back["relationship"]["continues"] == {"id": first}
    again = await office.do("restoreRelationship", {"relationship": first}, TIE)
    assert again["event"] is None, "who has that mentor already is left as they are"
    assert again["relationship"]["id"] == back["relationship"]["id"]
    await office.do("resignMentor", {"mentor": ada})
    assert await office.refused("restoreRelationship", asked | {"expectedVersion": 0}) == (
        "NOT_A_MENTOR",
        "relationship",
    )


async def test_a_stale_version_comes_with_the_tie_that_stands_in_the_way(office: Office) -> None:
    await office.mentor(ADA, "Ada")
    mentee = await office.newcomer(NEWCOMER, "Newcomer")
    first = (await office.tie(NEWCOMER))["id"]
    ben = await office.mentor(BEN, "Ben")
    await office.do("assignMentor", {"mentee": mentee, "mentor": ben})
    document = """
      mutation($restore: RestoreRelationshipInput!, $end: EndRelationshipInput!) {
        restoreRelationship(input: $restore) { userErrors { ... on StaleVersionError { current { id } } } }
        endRelationship(input: $end) { userErrors { ... on StaleVersionError { current { id } } } }
      }
    """
    there = await office.tie(NEWCOMER)
    told = await office.client.ask(
        document,
        restore={"relationship": first, "expectedVersion": 0},
        end={"relationship": there["id"], "expectedVersion": 99},
    )
    for payload in told.values():
        assert payload["userErrors"] == [{"current": {"id": there["id"]}}]


async def test_a_tie_of_somebody_hidden_is_no_other_than_one_that_never_was(office: Office) -> None:
    _, tie = await blocked_for_spam(office)
    await office.log_it("recordVisibility", target={"userId": NEWCOMER}, nameHidden=True)
    for mutation in ("keepRelationship", "endRelationship", "restoreRelationship"):
        assert await office.refused(mutation, {"relationship": tie}) == ("NOT_FOUND", "relationship")


async def test_who_has_outgrown_mentorship_is_drawn_nobody_but_may_be_assigned_somebody(
    office: Office,
) -> None:
    ada = await office.mentor(ADA, "Ada")
    mentee = await office.newcomer(NEWCOMER, "Newcomer")
    seen = "mentee { state waitingSince relationships { nodes { endedBecause } } }"
    done = await office.do("graduateMentee", {"mentee": mentee, "reason": "A thousand edits"}, seen)
    assert done["mentee"] == {
        "state": "GRADUATED",
        "waitingSince": None,
        "relationships": {"nodes": [{"endedBecause": "GRADUATED"}]},
    }
    assert await office.refused("graduateMentee", {"mentee": mentee}) == ("INVALID", "mentee")
    await office.do("assignMentor", {"mentee": mentee, "mentor": ada})
    assert (await office.mentee(NEWCOMER, "state"))["state"] == "ACTIVE"
