"""Work that outlasts a request, as callers see it: told, watched, cancelled, and finished whoever was killed."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from acceptance.client import Client, server_process, serving
from acceptance.office import Office
from graph.compile.ids import decode, encode
from graph.facts import Assigned, MentorEnrolled, Registered
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import fetch, rows_of
from models.ledger import Entry, Ledger, Target
from models.ledger.connections import wall_clock

pytestmark = pytest.mark.acceptance

ANN, BOB = 9001, 9002
COUNTS = "transferred ended unassigned job { id }"
ERRORS = "userErrors { code message field }"


async def with_mentor_and_mentees(office: Office, count: int) -> tuple[str, str, list[str]]:
    ann = await office.mentor(ANN, "Ann")
    mentees = [await office.newcomer(user, f"Newcomer {user}") for user in range(1, count + 1)]
    return ann, await office.mentor(BOB, "Bob"), mentees


async def test_a_resignation_of_few_is_done_with_its_answer(office: Office) -> None:
    ann, _, mentees = await with_mentor_and_mentees(office, 3)
    told = await office.do("resignMentor", {"mentor": ann, "validateOnly": True}, COUNTS)
    assert told["transferred"] == 3
    assert (await office.mentee(1, "mentor { name }"))["mentor"] == {"name": "Ann"}
    done = await office.do("resignMentor", {"mentor": ann}, COUNTS)
    assert done == told == {"transferred": 3, "ended": 0, "unassigned": 0, "job": None, "userErrors": []}
    assert (await office.mentee(1, "mentor { name }"))["mentor"] == {"name": "Bob"}
    assert (await office.see("jobs { totalCount }"))["jobs"] == {"totalCount": 0}
    assert len(mentees) == 3


async def test_mentees_are_handed_over_to_whom_is_named(office: Office) -> None:
    ann, bob, mentees = await with_mentor_and_mentees(office, 3)
    asked = {"from": ann, "to": bob, "mentees": mentees[:2], "reason": "A long walk"}
    selection = "transferred unassigned job { id }"
    told = await office.do("transferMentees", asked | {"validateOnly": True}, selection)
    assert (await office.mentee(1, "mentor { name }"))["mentor"] == {"name": "Ann"}
    done = await office.do("transferMentees", asked, selection)
    assert done == told == {"transferred": 2, "unassigned": 0, "job": None, "userErrors": []}
    names = [(await office.mentee(user, "mentor { name }"))["mentor"]["name"] for user in (1, 2, 3)]
    assert names == ["Bob", "Bob", "Ann"]
    began = "relationship { startedBecause replaces { endedBecause mentor { name } } }"
    assert (await office.mentee(1, began))["relationship"] == {
        "startedBecause": "TRANSFERRED",
        "replaces": {"endedBecause": "TRANSFERRED", "mentor": {"name": "Ann"}},
    }


async def refused(office: Office, mutation: str, asked: dict[str, Any]) -> list[tuple[str, list[str]]]:
    office.calendar.now += timedelta(seconds=1)
    payload = await office.client.do(mutation, asked, "job { id }")
    assert payload["job"] is None
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


async def test_a_transfer_that_makes_no_sense_is_refused_by_its_path(office: Office) -> None:
    ann, bob, mentees = await with_mentor_and_mentees(office, 2)
    wiki = await number_of(office)
    nobody, elsewhere = encode("Mentor", wiki, 77), encode("Mentor", wiki + 1000, BOB)
    for more, code, field in (
        ({"from": nobody}, "NOT_FOUND", ["from"]),
        ({"from": mentees[0]}, "INVALID", ["from"]),
        ({"from": "nonsense"}, "INVALID", ["from"]),
        ({"to": nobody}, "NOT_A_MENTOR", ["to"]),
        ({"to": elsewhere}, "INVALID", ["to"]),
        ({"to": ann}, "INVALID", ["to"]),
        ({"mentees": []}, "INVALID", ["mentees"]),
        ({"mentees": [mentees[0], mentees[0]]}, "INVALID", ["mentees", "1"]),
        ({"mentees": [mentees[0], elsewhere]}, "INVALID", ["mentees", "1"]),
        ({"mentees": [mentees[0], nobody]}, "NOT_FOUND", ["mentees", "1"]),
        ({"mentees": [mentees[0], bob]}, "NOT_OPEN", ["mentees", "1"]),
        ({"mentees": [encode("Mentee", wiki, n) for n in range(101)]}, "TOO_MANY", ["mentees"]),
        ({"states": []}, "INVALID", ["states"]),
        ({"states": ["ENDED"]}, "INVALID", ["states"]),
        ({"reason": "a\x00b"}, "INVALID", ["reason"]),
    ):
        asked: dict[str, Any] = {"from": ann, "to": bob, **more}
        assert await refused(office, "transferMentees", asked) == [(code, ["input", *field])], more
    assert (await office.mentee(1, "mentor { name }"))["mentor"] == {"name": "Ann"}


async def number_of(office: Office) -> int:
    """The wiki's number, as ids hold it."""
    return decode((await office.see("id"))["id"]).wiki


async def test_a_policy_tells_beforehand_what_it_would_end(office: Office) -> None:
    await with_mentor_and_mentees(office, 3)
    for user in (1, 2):
        await office.block(user, category="USERNAME")
    asked = {"wiki": office.wiki, "policy": {"preset": "DROP_ON_INDEFINITE_BLOCK"}, "expectedVersion": 1}
    selection = (
        "policy { version effectiveFrom settings { name } } affected releasedAtOnce "
        "job { kind state done total }"
    )
    told = await office.do("setPolicy", asked | {"validateOnly": True}, selection)
    assert told == {"policy": None, "affected": 2, "releasedAtOnce": 2, "job": None, "userErrors": []}
    assert (await office.see("policies { totalCount }"))["policies"] == {"totalCount": 1}
    done = await office.do("setPolicy", asked, selection)
    assert done == {
        "policy": {
            "version": 2,
            "effectiveFrom": office.now(),
            "settings": {"name": "drop-on-indefinite-block"},
        },
        "affected": 2,
        "releasedAtOnce": 2,
        "job": {"kind": "REPROJECTION", "state": "DONE", "done": 2, "total": 2},
        "userErrors": [],
    }
    assert [(await office.mentee(user, "state"))["state"] for user in (1, 2, 3)] == [
        "RELEASED",
        "RELEASED",
        "ACTIVE",
    ]


async def test_a_policy_that_cannot_be_set_is_refused_by_its_path(office: Office) -> None:
    asked = {"wiki": office.wiki, "policy": {"preset": "DEFAULT"}}
    past = "2020-01-01T00:00:00Z"
    assert await refused(office, "setPolicy", asked | {"wiki": "nowiki"}) == [
        ("NOT_FOUND", ["input", "wiki"])
    ]
    assert await refused(office, "setPolicy", asked | {"effectiveFrom": past}) == [
        ("IN_THE_PAST", ["input", "effectiveFrom"])
    ]
    nameless = {"policy": {"policy": {"name": ""}}}
    assert await refused(office, "setPolicy", asked | nameless) == [
        ("INVALID", ["input", "policy", "policy", "name"])
    ]
    stale = "... on StaleVersionError { current { ... on Policy { version } } }"
    document = (
        "mutation($input: SetPolicyInput!) { setPolicy(input: $input) { userErrors { code field %s } } }"
    )
    answer = await office.client.ask(document % stale, input=asked | {"expectedVersion": 7})
    assert answer["setPolicy"]["userErrors"] == [
        {"code": "STALE_VERSION", "field": ["input", "expectedVersion"], "current": {"version": 1}}
    ]


CANCEL = "mutation($id: ID!) { cancelJob(id: $id) { job { id state } userErrors { code field message } } }"


async def test_a_job_that_has_ended_or_is_none_is_not_cancelled(office: Office) -> None:
    wiki = await number_of(office)
    job = (
        await office.do("setPolicy", {"wiki": office.wiki, "policy": {"preset": "DEFAULT"}}, "job { id }")
    )["job"]
    for given, code in (
        (job["id"], "INVALID"),
        (encode("Job", wiki, 12345), "NOT_FOUND"),
        (encode("Mentor", wiki, ANN), "INVALID"),
        ("nonsense", "INVALID"),
    ):
        payload = (await office.client.ask(CANCEL, id=given))["cancelJob"]
        assert payload["job"] is None
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, ["id"])]


# What takes longer than a request, with servers of its own.

MENTEES = 1500
"""So many that a server can be killed in their midst, and so few that a test need not wait for long."""


@pytest.fixture
async def great_wiki(database: str) -> str:
    """One mentor with all mentees, and ten without any."""
    now = wall_clock()
    async with Ledger(database) as ledger:
        wiki = await ledger.add_wiki("greatwiki", "https://great.example", PRESETS[PolicyPreset.DEFAULT])
        names = iter(range(10**9))
        origins = (Origin("test", str(number)) for number in names)
        entries = [
            Entry(fact=MentorEnrolled(at=now - timedelta(days=90), origin=next(origins), mentor=mentor))
            for mentor in range(ANN, ANN + 11)
        ]
        for mentee in range(1, MENTEES + 1):
            at, target = now - timedelta(days=2), Target(id=mentee)
            entries.append(
                Entry(fact=Registered(at=at, origin=next(origins)), target=target, name=f"N{mentee}")
            )
            entries.append(Entry(fact=Assigned(at=at, origin=next(origins), mentor=ANN), target=target))
        await ledger.bulk(wiki, entries)
    return database


RESIGN = f"mutation($input: ResignMentorInput!) {{ resignMentor(input: $input) {{ {COUNTS} {ERRORS} }} }}"
JOBS = '{ wiki(dbName: "greatwiki") { jobs { nodes { id kind state done total finishedAt } } } }'


async def the_job(client: Client) -> dict[str, Any] | None:
    nodes = (await client.ask(JOBS))["wiki"]["jobs"]["nodes"]
    return nodes[0] if nodes else None


async def until(client: Client, reached: Any) -> dict[str, Any]:
    """The job once it is as far as that."""
    for _ in range(6000):
        job = await the_job(client)
        if job is not None and reached(job):
            return job
        await asyncio.sleep(0.01)
    raise AssertionError("the job goes no further")


async def test_a_server_killed_in_the_midst_of_a_resignation_leaves_the_rest_to_the_next(
    great_wiki: str,
) -> None:
    ann = encode("Mentor", 1, ANN)
    with server_process(great_wiki) as (address, process):
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            client = Client(http)
            asking = asyncio.create_task(client.post(RESIGN, input={"mentor": ann}))
            await until(client, lambda job: 0 < job["done"] < MENTEES)
            process.kill()
            await asyncio.wait({asking})
            assert asking.exception() is not None
    left = await fetch(great_wiki, "SELECT state, done FROM job")
    handed_over = await fetch(
        great_wiki, "SELECT count(*) FROM relationship WHERE ends_because = 'MENTOR_RESIGNED'"
    )
    assert left == [("RUNNING", handed_over[0][0])]
    with serving(great_wiki) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            client = Client(http)
            job = await until(client, lambda job: job["state"] != "RUNNING")
            assert (job["kind"], job["state"], job["done"], job["total"]) == (
                "RESIGNATION",
                "DONE",
                MENTEES,
                MENTEES,
            )
            again = (await client.ask(RESIGN, input={"mentor": ann}))["resignMentor"]
            assert [error["code"] for error in again["userErrors"]] == ["NOT_A_MENTOR"]
    await everybody_has_another_mentor(great_wiki)


async def everybody_has_another_mentor(database: str) -> None:
    """And what one writer makes of the facts is what the job has left."""
    now = wall_clock()
    held = "SELECT mentor_id = $1, count(*) FROM relationship_span WHERE valid_from <= $2 AND valid_to > $2"
    found = await fetch(database, held + " AND role = 'PRIMARY' GROUP BY 1", ANN, now)
    assert found == [(False, MENTEES)]
    before = await rows_of(database, 1)
    async with Ledger(database) as ledger:
        await ledger.rebuild(1)
    assert await rows_of(database, 1) == before


async def test_a_job_that_was_cancelled_is_finished_by_a_second_call(great_wiki: str) -> None:
    with serving(great_wiki) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            client = Client(http)
            asking = asyncio.create_task(client.ask(RESIGN, input={"mentor": encode("Mentor", 1, ANN)}))
            job = await until(client, lambda job: 0 < job["done"] < MENTEES)
            stopped = (await client.ask(CANCEL, id=job["id"]))["cancelJob"]
            assert (stopped["job"]["state"], stopped["userErrors"]) == ("CANCELLED", [])
            told = (await asking)["resignMentor"]
            assert 0 < told["transferred"] < MENTEES
            assert told["job"]["id"] == job["id"]
            again = (await client.ask(RESIGN, input={"mentor": encode("Mentor", 1, ANN)}))["resignMentor"]
            assert again["userErrors"] == []
            done = await until(client, lambda job: job["state"] == "DONE")
            assert done["id"] == job["id"]
            assert done["finishedAt"] is not None
    await everybody_has_another_mentor(great_wiki)
