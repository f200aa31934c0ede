"""The story, over HTTP: assigned, blocked for the name, renamed, unblocked; the same mentor all the while."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acceptance.client import Client

pytestmark = pytest.mark.acceptance

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)

MENTEE = """
  query Mentee($wiki: String!, $by: AccountBy!) {
    wiki(dbName: $wiki) {
      mentee(by: $by) {
        id userId name state mentor { name } effectiveMentor { name } waitingSince
        suspension { since resumesAt releasesAt returnsTo { name } returnsUntil blocks { reason category } }
        relationships { nodes { state startedBecause endedBecause mentor { name } continues { id } } }
      }
    }
  }
"""

DASHBOARD = """
  query Dashboard($wiki: String!, $by: AccountBy!) {
    wiki(dbName: $wiki) {
      mentor(by: $by) {
        active: mentees(where: {state: [ACTIVE]}) { nodes { name } }
        suspended: mentees(where: {state: [SUSPENDED]}) { nodes { name } }
      }
    }
  }
"""


BO = """query Bo($wiki: String!) { wiki(dbName: $wiki) { mentor(by: {name: "Mentor Bo"}) { id } } }"""


def when(days_ago: float) -> str:
    """A moment of the past, as callers write it."""
    return (NOW - days_ago * DAY).isoformat().replace("+00:00", "Z")


def log(wiki: str, number: int, days_ago: float, **rest: Any) -> dict[str, Any]:
    """An entry of that wiki's log."""
    return {"wiki": wiki, "occurredAt": when(days_ago), "source": "mw-log", "sourceId": str(number), **rest}


async def a_wiki_with_ada(client: Client, wiki: str, preset: str) -> str:
    """A wiki under that policy, with two mentors of whom Ada alone is drawn; her id."""
    address = f"https://{wiki}.example.org"
    await client.done("addWiki", {"dbName": wiki, "url": address, "policy": {"preset": preset}})
    ada = log(wiki, 1, 400, userId="1", name="Mentor Ada", assign=False)
    await client.done("recordRegistration", ada)
    enrolled = {"wiki": wiki, "account": {"userId": "1"}, "occurredAt": when(300)}
    payload = await client.done("enrollMentor", enrolled, "mentor { id }")
    await client.done("recordRegistration", log(wiki, 90, 400, userId="2", name="Mentor Bo", assign=False))
    other = {"wiki": wiki, "account": {"userId": "2"}, "occurredAt": when(300), "share": "NONE"}
    await client.done("enrollMentor", other)
    mentor: str = payload["mentor"]["id"]
    return mentor


async def mentee(client: Client, wiki: str, **by: str) -> dict[str, Any]:
    """The mentee as a dashboard reads them."""
    found = (await client.ask(MENTEE, wiki=wiki, by=by))["wiki"]["mentee"]
    assert found, f"nobody is found by {by}"
    return dict(found)


async def lists(client: Client, wiki: str) -> tuple[list[str], list[str]]:
    """Whom the mentor's dashboard shows as active and as suspended."""
    found = (await client.ask(DASHBOARD, wiki=wiki, by={"name": "Mentor Ada"}))["wiki"]["mentor"]
    return tuple([one["name"] for one in found[state]["nodes"]] for state in ("active", "suspended"))  # type: ignore[return-value]  # two lists make a pair


KEEPING = ("DEFAULT", "UNTIL_MENTOR_RESIGNS", "GRACE_30_DAYS")


@pytest.mark.parametrize("preset", KEEPING)
async def test_a_newcomer_who_is_blocked_for_the_name_has_the_same_mentor_before_during_and_after(
    client: Client, preset: str
) -> None:
    wiki = f"story{preset.lower().replace('_', '')}"
    await a_wiki_with_ada(client, wiki, preset)

    registered = log(wiki, 2, 10, userId="5", name="Acme Widgets Ltd")
    await client.done("recordRegistration", registered)
    before = await mentee(client, wiki, name="Acme Widgets Ltd")
    assert (before["state"], before["mentor"]) == ("ACTIVE", {"name": "Mentor Ada"})
    assert await lists(client, wiki) == (["Acme Widgets Ltd"], [])

    # The server drew a moment ago, so the rest of the story happens now and not ten days ago.
    blocked = log(
        wiki, 3, 0, target={"name": "Acme Widgets Ltd"}, reason="Promotional username", occurredAt=now()
    )
    payload = await client.done(
        "recordBlock", blocked, "block { category isIndefinite } events { kind toState }"
    )
    assert payload["block"] == {"category": "USERNAME", "isIndefinite": True}
    assert payload["events"][-1] == {"kind": "SUSPENDED", "toState": "SUSPENDED"}
    during = await mentee(client, wiki, userId="5")
    assert (during["state"], during["mentor"]) == ("SUSPENDED", {"name": "Mentor Ada"})
    assert during["suspension"]["returnsTo"] == {"name": "Mentor Ada"}
    assert (during["suspension"]["releasesAt"] is None) == (preset != "GRACE_30_DAYS")
    assert await lists(client, wiki) == ([], ["Acme Widgets Ltd"])

    renamed = log(wiki, 4, 0, target={"userId": "5"}, newName="Wanda Widgetfan", occurredAt=now())
    await client.done("recordRename", renamed)
    assert await lists(client, wiki) == ([], ["Wanda Widgetfan"])

    lifted = log(wiki, 5, 0, target={"name": "Wanda Widgetfan"}, occurredAt=now())
    payload = await client.done("recordUnblock", lifted, "events { kind toState }")
    assert {"kind": "RESUMED", "toState": "ACTIVE"} in payload["events"]
    after = await mentee(client, wiki, name="Wanda Widgetfan")
    assert (after["state"], after["mentor"], after["suspension"]) == ("ACTIVE", {"name": "Mentor Ada"}, None)
    assert after["id"] == before["id"], "a rename changes nothing but the name"
    assert [tie["startedBecause"] for tie in after["relationships"]["nodes"]] == ["DRAWN"]
    assert await lists(client, wiki) == (["Wanda Widgetfan"], [])
    assert (await mentee(client, wiki, name="Acme Widgets Ltd"))["id"] == before["id"], (
        "the old name still finds them"
    )


def now() -> str:
    """This moment, as callers write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_under_what_wikis_run_today_the_block_ends_the_tie_and_a_stranger_is_drawn(
    client: Client,
) -> None:
    wiki = "storydrop"
    ada = await a_wiki_with_ada(client, wiki, "DROP_ON_INDEFINITE_BLOCK")
    await client.done("recordRegistration", log(wiki, 2, 10, userId="5", name="Acme Widgets Ltd"))
    before = await mentee(client, wiki, userId="5")
    assert (before["state"], before["mentor"]) == ("ACTIVE", {"name": "Mentor Ada"})

    block = log(wiki, 3, 0, target={"userId": "5"}, reason="Promotional username", occurredAt=now())
    await client.done("recordBlock", block)
    during = await mentee(client, wiki, userId="5")
    assert (during["state"], during["mentor"]) == ("RELEASED", None)
    assert during["suspension"]["returnsTo"] is None
    assert during["relationships"]["nodes"][0]["endedBecause"] == "HOLD_ELAPSED"
    assert await lists(client, wiki) == ([], [])

    renamed = log(wiki, 4, 0, target={"userId": "5"}, newName="Wanda Widgetfan", occurredAt=now())
    await client.done("recordRename", renamed)
    assert (await mentee(client, wiki, name="Wanda Widgetfan"))["state"] == "RELEASED"

    # Bo takes newcomers from here on, and Ada does not: as chance may have it.
    await client.done("updateMentor", {"mentor": ada, "share": "NONE"})
    bo = (await client.ask(BO, wiki=wiki))["wiki"]["mentor"]["id"]
    await client.done("updateMentor", {"mentor": bo, "share": "NORMAL"})
    await client.done("recordUnblock", log(wiki, 5, 0, target={"userId": "5"}, occurredAt=now()))
    after = await mentee(client, wiki, name="Wanda Widgetfan")
    assert (after["state"], after["mentor"]) == ("ACTIVE", {"name": "Mentor Bo"})
    assert [tie["startedBecause"] for tie in after["relationships"]["nodes"]] == ["DRAWN", "DRAWN"]
    assert after["relationships"]["nodes"][0]["continues"] is None, "and nobody there knows that it was Ada"


async def test_a_block_that_expires_gives_the_tie_back_although_no_worker_runs(client: Client) -> None:
    wiki = "storyexpiry"
    await a_wiki_with_ada(client, wiki, "DEFAULT")
    await client.done("recordRegistration", log(wiki, 2, 10, userId="7", name="Short Sam"))
    expires = (
        (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
    block = log(
        wiki, 3, 0, target={"userId": "7"}, reason="Edit warring", expiresAt=expires, occurredAt=now()
    )
    await client.done("recordBlock", block)
    during = await mentee(client, wiki, userId="7")
    assert (during["state"], during["suspension"]["resumesAt"]) == ("SUSPENDED", expires)
    await asyncio.sleep(1.6)
    after = await mentee(client, wiki, userId="7")
    assert (after["state"], after["mentor"], after["suspension"]) == ("ACTIVE", {"name": "Mentor Ada"}, None)


async def test_saying_it_again_changes_nothing_and_saying_something_else_is_refused(client: Client) -> None:
    wiki = "storyrepeat"
    await a_wiki_with_ada(client, wiki, "DEFAULT")
    await client.done("recordRegistration", log(wiki, 2, 10, userId="5", name="Twice Told"))
    block = log(wiki, 3, 0, target={"userId": "5"}, reason="Spam", occurredAt=now())
    first = await client.done("recordBlock", block, "replayed block { id }")
    again = await client.done("recordBlock", block, "replayed block { id }")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["block"] == again["block"]
    other = await client.do("recordBlock", block | {"reason": "Vandalism"}, "replayed")
    assert [error["code"] for error in other["userErrors"]] == ["CONFLICT"]
