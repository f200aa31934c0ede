"""Whoever decided something may take it back for some minutes; nobody takes back what another did."""

from datetime import timedelta
from typing import Any

import pytest

from acceptance.client import Client
from acceptance.office import Office

pytestmark = pytest.mark.acceptance


async def acting_for(office: Office, user: int) -> Client:
    """A client of whoever has that account."""
    given = {
        "name": "own",
        "roles": [{"role": "MENTOR", "wiki": office.wiki}],
        "accounts": [{"wiki": office.wiki, "userId": str(user)}],
    }
    secret = (await office.client.done("createToken", given, "secret"))["secret"]
    return Client(office.client.http, secret)


async def ended(office: Office, who: Client) -> dict[str, Any]:
    """The tie of 41 is ended; what takes it back."""
    office.calendar.now += timedelta(seconds=1)
    tie = (await office.tie(41))["id"]
    done = await who.done("endRelationship", {"relationship": tie}, "event { source sourceId }")
    return {"wiki": office.wiki, "reason": "a slip of the hand", **done["event"]}


async def test_a_mentor_takes_back_what_they_did_a_moment_ago(office: Office) -> None:
    await office.mentor(7, "Ada")
    await office.newcomer(41, "Wanda")
    ada = await acting_for(office, 7)
    slip = await ended(office, ada)
    assert (await office.mentee(41, "state"))["state"] == "UNASSIGNED"
    office.calendar.now += timedelta(minutes=9)
    await ada.done("retractFact", slip)
    assert await office.mentee(41, "state mentor { name }") == {"state": "ACTIVE", "mentor": {"name": "Ada"}}


async def test_after_ten_minutes_it_stays_done(office: Office) -> None:
    await office.mentor(7, "Ada")
    await office.newcomer(41, "Wanda")
    ada = await acting_for(office, 7)
    slip = await ended(office, ada)
    office.calendar.now += timedelta(minutes=10, seconds=1)
    refused = await ada.do("retractFact", slip)
    assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"]
    assert (await office.mentee(41, "state"))["state"] == "UNASSIGNED"


async def test_another_mentor_cannot_take_it_back(office: Office) -> None:
    await office.mentor(7, "Ada")
    await office.newcomer(41, "Wanda")
    await office.mentor(8, "Ben")
    slip = await ended(office, await acting_for(office, 7))
    refused = await (await acting_for(office, 8)).do("retractFact", slip)
    assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN"]
    assert (await office.mentee(41, "state"))["state"] == "UNASSIGNED"
