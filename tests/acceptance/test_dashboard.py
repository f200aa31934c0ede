"""What a dashboard asks and does: lists, claims, resignations, backups."""

import pytest

from acceptance.in_process import written
from acceptance.office import Office
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance

PAGE = "fragment Page on MenteeConnection { totalCount nodes { name } edges { relationship { state } } }"
LISTS = """
  mentors(first: 100) {
    nodes {
      name
      active: mentees(where: {state: [ACTIVE]}) { ...Page }
      suspended: mentees(where: {state: [SUSPENDED]}) { ...Page }
      both: mentees(where: {state: [ACTIVE, SUSPENDED]}) { totalCount }
      all: mentees { totalCount }
    }
  }
"""


async def test_a_dashboard_gets_the_active_and_the_suspended_mentees_in_one_request(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    for user in (1, 2, 3):
        await office.newcomer(user, f"Newcomer {user}")
    await office.block(3, reason="Promotional username")
    document = f"{PAGE} query($wiki: String!) {{ wiki(dbName: $wiki) {{ {LISTS} }} }}"
    (ada,) = (await office.client.ask(document, wiki=office.wiki))["wiki"]["mentors"]["nodes"]
    assert sorted(one["name"] for one in ada["active"]["nodes"]) == ["Newcomer 1", "Newcomer 2"]
    assert [one["name"] for one in ada["suspended"]["nodes"]] == ["Newcomer 3"]
    assert [edge["relationship"]["state"] for edge in ada["suspended"]["edges"]] == ["SUSPENDED"]
    counts = [ada[name]["totalCount"] for name in ("active", "suspended", "both", "all")]
    assert counts == [2, 1, 3, 3]


async def test_pages_go_through_a_list_without_gap_or_repeat(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    ids = [await office.newcomer(user, f"Newcomer {user}") for user in range(1, 8)]
    document = """
      query($wiki: String!, $after: String) {
        wiki(dbName: $wiki) {
          mentees(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } totalCount }
        }
      }
    """
    seen: list[str] = []
    after: str | None = None
    for _ in range(4):
        page = (await office.client.ask(document, wiki=office.wiki, after=after))["wiki"]["mentees"]
        seen += [one["id"] for one in page["nodes"]]
        assert page["totalCount"] == 7
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 7


# Mentors come and go.

HISTORY = """
  state waitingSince
  relationships {
    nodes {
      id state startedBecause endedBecause mentor { name } replaces { id }
      events(where: {kind: [STARTED]}) { nodes { bulk } }
    }
  }
"""


async def test_a_resignation_hands_active_mentees_over_and_lets_the_blocked_wait(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    for user in (1, 2, 3):
        await office.newcomer(user, f"Newcomer {user}")
    await office.block(3, reason="Promotional username")
    await office.mentor(102, "Mentor Ben")
    office.calendar.now = on(1)
    done = await office.do(
        "resignMentor",
        {"mentor": ada, "reason": "No time"},
        "mentor { status resignedAt } transferred ended unassigned",
    )
    assert done["mentor"] == {"status": "RESIGNED", "resignedAt": office.now()}
    assert [done[name] for name in ("transferred", "ended", "unassigned")] == [2, 1, 0]

    handed = await office.mentee(1, HISTORY)
    newer, older = handed["relationships"]["nodes"]
    assert (newer["startedBecause"], newer["mentor"], newer["replaces"]) == (
        "TRANSFERRED",
        {"name": "Mentor Ben"},
        {"id": older["id"]},
    )
    assert (older["state"], older["endedBecause"]) == ("ENDED", "MENTOR_RESIGNED")
    assert newer["events"]["nodes"] == [{"bulk": True}]
    assert (await office.mentee(3, "state mentor { name }")) == {"state": "RELEASED", "mentor": None}


async def test_where_nobody_is_left_mentees_wait(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    office.calendar.now = on(1)
    done = await office.do("resignMentor", {"mentor": ada}, "transferred ended unassigned")
    assert [done[name] for name in ("transferred", "ended", "unassigned")] == [0, 0, 1]
    seen = await office.mentee(1, "state waitingSince mentor { name }")
    assert seen == {"state": "UNASSIGNED", "waitingSince": office.now(), "mentor": None}


async def test_a_resignation_said_twice_is_answered_as_the_first_time(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    await office.mentor(102, "Mentor Ben")
    said = {"mentor": ada, "occurredAt": written(on(1)), "source": "tool", "sourceId": "resign-1"}
    office.calendar.now = on(2)
    counts = "transferred ended unassigned"
    first = await office.do("resignMentor", said, counts)
    again = await office.do("resignMentor", said, counts)
    assert first == again
    assert first["transferred"] == 1


async def test_a_claim_ends_the_tie_before_and_begins_another(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    ben = await office.mentor(102, "Mentor Ben")
    office.calendar.now = on(1)
    selection = """
      results {
        mentee userErrors { code }
        relationship { mentor { name } startedBecause startedAt replaces { mentor { name } endedBecause } }
      }
    """
    payload = await office.do(
        "claimMentees", {"mentor": ben, "mentees": [newcomer], "reason": "We met"}, selection
    )
    tie = {"mentor": {"name": "Mentor Ben"}, "startedBecause": "CLAIMED", "startedAt": office.now()}
    tie["replaces"] = {"mentor": {"name": "Mentor Ada"}, "endedBecause": "TRANSFERRED"}
    assert payload["results"] == [{"mentee": newcomer, "userErrors": [], "relationship": tie}]
    events = await office.mentee(1, "events(first: 2) { nodes { kind reason } }")
    assert {event["kind"]: event["reason"] for event in events["events"]["nodes"]} == {
        "TRANSFERRED": "We met",
        "STARTED": "We met",
    }


async def test_to_claim_whom_one_has_already_changes_nothing(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    tie = (await office.mentee(1, "relationship { id version }"))["relationship"]
    office.calendar.now = on(1)
    payload = await office.do(
        "claimMentees",
        {"mentor": ada, "mentees": [newcomer]},
        "results { userErrors { code } relationship { id version } }",
    )
    assert payload["results"] == [{"userErrors": [], "relationship": tie}]


async def test_only_what_is_given_of_a_mentor_is_changed(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada", capacity=5, introduction="Hello", share="LOW")
    selection = "mentor { share capacity introduction awayUntil version }"
    away = written(on(30))
    changed = await office.do("updateMentor", {"mentor": ada, "awayUntil": away}, selection)
    version = changed["mentor"].pop("version")
    assert changed["mentor"] == {"share": "LOW", "capacity": 5, "introduction": "Hello", "awayUntil": away}
    back = {
        "mentor": ada,
        "awayUntil": None,
        "capacity": None,
        "introduction": None,
        "expectedVersion": version,
    }
    again = await office.do("updateMentor", back, selection)
    assert again["mentor"].pop("version") > version
    assert again["mentor"] == {"share": "LOW", "capacity": None, "introduction": None, "awayUntil": None}


# Backups.

WHO = """
  mentor { name status } effectiveMentor { name }
  backup: relationship(role: BACKUP) { state mentor { name } }
"""


async def test_the_backup_answers_while_the_mentor_is_away(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    ben = await office.mentor(102, "Mentor Ben", share="NONE")
    asked = {"mentee": newcomer, "mentor": ben, "role": "BACKUP"}
    payload = await office.do("assignMentor", asked, "relationship { role startedBecause } event { kind }")
    assert payload["relationship"] == {"role": "BACKUP", "startedBecause": "SET"}
    assert payload["event"] == {"kind": "STARTED"}
    seen = [await office.mentee(1, WHO)]
    await office.do("updateMentor", {"mentor": ada, "awayUntil": written(on(10))})
    seen.append(await office.mentee(1, WHO))
    await office.do("updateMentor", {"mentor": ben, "awayUntil": written(on(5))})
    seen.append(await office.mentee(1, WHO))
    office.calendar.now = on(5)
    seen.append(await office.mentee(1, WHO))
    office.calendar.now = on(10)
    seen.append(await office.mentee(1, WHO))
    answers = [one["effectiveMentor"] and one["effectiveMentor"]["name"] for one in seen]
    assert answers == ["Mentor Ada", "Mentor Ben", None, "Mentor Ben", "Mentor Ada"]
    assert [one["mentor"]["status"] for one in seen] == ["AVAILABLE", "AWAY", "AWAY", "AWAY", "AVAILABLE"]
    assert {one["backup"]["mentor"]["name"] for one in seen} == {"Mentor Ben"}


async def test_a_blocked_mentor_keeps_their_mentees_and_does_not_answer(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    await office.block(101, expiresAt=written(on(2)))
    blocked = await office.mentee(1, "state mentor { name status } effectiveMentor { name }")
    assert blocked == {
        "state": "ACTIVE",
        "mentor": {"name": "Mentor Ada", "status": "BLOCKED"},
        "effectiveMentor": None,
    }
    office.calendar.now = on(2)
    assert (await office.mentee(1, "effectiveMentor { name }")) == {"effectiveMentor": {"name": "Mentor Ada"}}


async def test_who_becomes_primary_stops_being_the_backup(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    ben = await office.mentor(102, "Mentor Ben", share="NONE")
    await office.do("assignMentor", {"mentee": newcomer, "mentor": ben, "role": "BACKUP"})
    office.calendar.now = on(1)
    await office.do("assignMentor", {"mentee": newcomer, "mentor": ben})
    seen = await office.mentee(1, WHO)
    assert (seen["mentor"]["name"], seen["backup"]) == ("Mentor Ben", None)
