"""Simulations over the API: asked for, done, read; and what can't be simulated."""

from typing import Any

import pytest

from acceptance.in_process import written
from acceptance.office import Office
from lifecycle_stories import on
from mentorgraph import worker
from models.ledger import Ledger

pytestmark = pytest.mark.acceptance

ASKED = "job { id kind state done total outcomes { suspensions } }"
FINISHED = """
  query($id: ID!) { node(id: $id) { ... on Job { state done total outcomes {
    settings { name defaultHold } suspensions continued broken continuity released
    meanSuspendedPerMentor maxSuspendedPerMentor daily { day suspended continued }
  } } } }
"""


def asked(office: Office, **changed: Any) -> dict[str, Any]:
    window = {"from": written(on(0)), "to": written(on(0.5))}
    return {"wiki": office.wiki, "policies": [{"preset": "DEFAULT"}], **window, **changed}


async def test_what_two_policies_would_have_made_of_a_username_block(
    office: Office, module_database: str
) -> None:
    await office.mentor(101, "Ann")
    await office.newcomer(1, "Acme Ltd")
    await office.block(1, reason="{{softerblock}}")
    await office.log_it("recordUnblock", target={"userId": "1"})
    office.calendar.now = on(1)
    drop = {"policy": {"name": "today", "basedOn": "DROP_ON_INDEFINITE_BLOCK"}}
    job = (
        await office.client.done(
            "simulatePolicies", asked(office, policies=[{"preset": "DEFAULT"}, drop]), ASKED
        )
    )["job"]
    assert (job["kind"], job["state"], job["outcomes"]) == ("SIMULATION", "RUNNING", None)
    async with Ledger(module_database, clock=office.calendar) as ledger:
        await worker.work_off(ledger)
    done = (await office.client.ask(FINISHED, id=job["id"]))["node"]
    assert (done["state"], done["done"], done["total"]) == ("DONE", 1, 1)
    kept, lost = done["outcomes"]
    assert kept["settings"] == {"name": "default", "defaultHold": "P90D"}
    assert [kept[name] for name in ("suspensions", "continued", "broken", "continuity", "released")] == [
        1,
        1,
        0,
        1.0,
        0,
    ]
    assert kept["meanSuspendedPerMentor"] > 0
    assert (kept["maxSuspendedPerMentor"], lost["maxSuspendedPerMentor"]) == (1, 0)
    assert kept["daily"] == [{"day": written(on(0)), "suspended": 0, "continued": 1}]
    assert lost["settings"]["name"] == "today"
    assert [lost[name] for name in ("suspensions", "continued", "broken", "continuity", "released")] == [
        0,
        0,
        1,
        0.0,
        1,
    ]


REFUSED: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "no policy": ({"policies": []}, "INVALID", ["policies"]),
    "eleven policies": ({"policies": [{"preset": "DEFAULT"}] * 11}, "TOO_MANY", ["policies"]),
    "a policy that can't be": (
        {"policies": [{"preset": "DEFAULT"}, {"policy": {"name": ""}}]},
        "INVALID",
        ["policies", "1", "policy", "name"],
    ),
    "a wiki that is not tracked": ({"wiki": "nowiki"}, "NOT_FOUND", ["wiki"]),
    "a stretch that ends when it begins": ({"to": written(on(0))}, "INVALID", ["to"]),
    "a stretch that begins in the future": ({"from": written(on(50))}, "IN_THE_FUTURE", ["from"]),
    "a stretch that ends in the future": ({"to": written(on(50))}, "IN_THE_FUTURE", ["to"]),
    "a stretch of a century": ({"from": "1924-01-01T00:00:00Z"}, "TOO_MANY", ["to"]),
    "a moment without an offset": ({"from": "2024-01-01T00:00:00"}, "INVALID", ["from"]),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_simulated_is_refused(office: Office, what: str) -> None:
    office.calendar.now = on(1)
    changed, code, path = REFUSED[what]
    payload = await office.client.do("simulatePolicies", asked(office, **changed), "job { id }")
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"], payload["job"]) == (code, ["input", *path], None)
