"""The past, as it stood: states, lists, names and ids of a moment, by what is known today."""

from datetime import timedelta

import pytest

from acceptance.in_process import written
from acceptance.office import Office
from acceptance.refusals import must_be_a_sentence
from graph.compile.ids import decode, encode
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance

STANDS = """
  mentee(by: {userId: "1"}) {
    id state mentor { name status }
    relationship { id state endedAt }
    blocks { totalCount nodes { scope isOpen liftedAt } }
    blockCount
  }
"""


async def blocked_and_unblocked(office: Office) -> None:
    """Assigned on day 0, blocked partially on day 2 and sitewide on day 3, unblocked on day 5."""
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    office.calendar.now = on(2)
    await office.block(1, blockId="7", scope="PARTIAL", reason="Spam")
    office.calendar.now = on(3)
    await office.log_it("recordBlockChange", blockId="7", target={"userId": "1"}, scope="SITEWIDE")
    office.calendar.now = on(5)
    await office.log_it("recordUnblock", target={"userId": "1"})
    office.calendar.now = on(9)


async def test_everything_is_told_as_it_stood(office: Office) -> None:
    await blocked_and_unblocked(office)
    told = [(await office.see(STANDS, as_of=on(day)))["mentee"] for day in (1, 2.5, 4, 6)]
    assert [mentee["state"] for mentee in told] == ["ACTIVE", "ACTIVE", "SUSPENDED", "ACTIVE"]
    assert [mentee["blockCount"] for mentee in told] == [0, 1, 1, 1]
    block = {"scope": "PARTIAL", "isOpen": True, "liftedAt": None}
    lifted = written(on(5) + timedelta(seconds=1))
    assert [mentee["blocks"]["nodes"] for mentee in told] == [
        [],
        [block],
        [block | {"scope": "SITEWIDE"}],
        [{"scope": "SITEWIDE", "isOpen": False, "liftedAt": lifted}],
    ]


async def test_every_id_below_carries_the_moment_and_is_answered_as_of_it(office: Office) -> None:
    await blocked_and_unblocked(office)
    then = (await office.see(STANDS, as_of=on(4)))["mentee"]
    now = (await office.see(STANDS))["mentee"]
    assert then["id"] != now["id"]
    assert decode(then["id"])._replace(at=None) == decode(now["id"])
    document = """
      query($ids: [ID!]!, $id: ID!) {
        node(id: $id) { id ... on Mentee { state } }
        nodes(ids: $ids) { id ... on Mentee { state } ... on Relationship { tie: state } }
      }
    """
    ids = [then["id"], now["id"], then["relationship"]["id"], now["relationship"]["id"]]
    found = await office.client.ask(document, ids=ids, id=then["id"])
    assert found["node"] == {"id": then["id"], "state": "SUSPENDED"}
    assert [one.pop("id") for one in found["nodes"]] == ids
    assert found["nodes"] == [
        {"state": "SUSPENDED"},
        {"state": "ACTIVE"},
        {"tie": "SUSPENDED"},
        {"tie": "ACTIVE"},
    ]


async def test_what_was_not_there_yet_is_not_there(office: Office) -> None:
    await blocked_and_unblocked(office)
    office.calendar.now = on(20)
    await office.mentor(102, "Mentor Ben")
    newcomer = await office.newcomer(2, "Latecomer")
    tie = (await office.mentee(2, "relationship { id } "))["relationship"]["id"]
    office.calendar.now = on(30)
    seen = await office.see(
        """
        mentee(by: {userId: "2"}) { id }
        name: mentee(by: {name: "Latecomer"}) { id }
        accounts(by: [{userId: "1"}, {name: "Latecomer"}]) { userId }
        mentor(by: {userId: "102"}) { id }
        mentors { nodes { name } }
        mentees { nodes { name } }
        relationships { totalCount }
        events { totalCount }
        one: mentee(by: {userId: "1"}) { asMentor { id } }
        """,
        as_of=on(1),
    )
    assert seen == {
        "mentee": None,
        "name": None,
        "accounts": [{"userId": "1"}, None],
        "mentor": None,
        "mentors": {"nodes": [{"name": "Mentor Ada"}]},
        "mentees": {"nodes": [{"name": "Newcomer"}]},
        "relationships": {"totalCount": 1},
        "events": {"totalCount": 1},
        "one": {"asMentor": None},
    }
    ids = [encode(*decode(one)[:3], on(1)) for one in (newcomer, tie)]
    found = await office.client.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert found == {"nodes": [None, None]}


async def test_a_fact_that_comes_late_is_told_of_its_own_time(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    office.calendar.now = on(9)
    ask = 'mentee(by: {userId: "1"}) { state }'
    assert await office.see(ask, as_of=on(5)) == {"mentee": {"state": "ACTIVE"}}
    await office.block(1, occurredAt=written(on(4)), reason="Spam")
    assert await office.see(ask, as_of=on(5)) == {"mentee": {"state": "SUSPENDED"}}


async def test_a_mentor_of_the_past_stands_as_in_that_term(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    office.calendar.now = on(5)
    await office.do("resignMentor", {"mentor": ada})
    office.calendar.now = on(10)
    await office.do("enrollMentor", {"wiki": office.wiki, "account": {"userId": "101"}})
    office.calendar.now = on(15)
    await office.do("updateMentor", {"mentor": ada, "awayUntil": written(on(50))})
    office.calendar.now = on(20)
    ask = 'mentor(by: {userId: "101"}) { status enrolledAt resignedAt awayUntil }'
    seen = [(await office.see(ask, as_of=on(day)))["mentor"] for day in (1, 7, 12, 17)]
    assert [one["status"] for one in seen] == ["AVAILABLE", "RESIGNED", "AVAILABLE", "AWAY"]
    assert [one["awayUntil"] for one in seen] == [None, None, None, written(on(50))]
    resigned = written(on(5) + timedelta(seconds=1))
    assert [one["resignedAt"] for one in seen] == [None, resigned, None, None]
    assert seen[0]["enrolledAt"] == seen[1]["enrolledAt"] < seen[2]["enrolledAt"] == seen[3]["enrolledAt"]
    available = await office.see("mentors(where: {status: [AVAILABLE]}) { totalCount }", as_of=on(7))
    assert available == {"mentors": {"totalCount": 0}}


async def test_a_name_is_told_and_looked_up_as_it_was(office: Office) -> None:
    await office.newcomer(1, "Popular Name")
    office.calendar.now = on(1)
    await office.log_it("recordRename", target={"userId": "1"}, newName="Other Name")
    office.calendar.now = on(2)
    await office.newcomer(2, "Popular Name")
    office.calendar.now = on(9)
    ask = 'mentee(by: {name: "Popular Name"}) { userId name formerNames { name } }'
    former = [{"name": "Popular Name"}]
    assert (await office.see(ask, as_of=on(0.5)))["mentee"] == {
        "userId": "1",
        "name": "Popular Name",
        "formerNames": [],
    }
    # Between the two nobody holds it, and the last who did is found.
    assert (await office.see(ask, as_of=on(1.5)))["mentee"] == {
        "userId": "1",
        "name": "Other Name",
        "formerNames": former,
    }
    assert (await office.see(ask, as_of=on(3)))["mentee"]["userId"] == "2"


EVERYWHERE = """
  id: mentee(by: {userId: "1"}) { id }
  name: mentee(by: {name: "Rude Name"}) { id }
  accounts(by: [{userId: "1"}, {name: "Rude Name"}]) { id }
  mentor(by: {userId: "101"}) {
    counts { active suspended released ended }
    mentees { totalCount }
    relationships { totalCount }
    events { totalCount }
  }
  mentees { totalCount }
  relationships { totalCount }
  blocks { totalCount }
  counts { active suspended released unassigned waiting }
  handOvers(from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z") { mentees }
"""


async def test_a_name_that_was_public_then_and_is_hidden_now_stays_hidden(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Rude Name")
    office.calendar.now = on(3)
    await office.block(1, reason="Abusive username", hidesName=True)
    office.calendar.now = on(9)
    nothing = {"totalCount": 0}
    nobody = dict.fromkeys(("active", "suspended", "released"), 0)
    seen = await office.see(EVERYWHERE, as_of=on(1))
    assert seen == {
        "id": None,
        "name": None,
        "accounts": [None, None],
        "mentor": {
            "counts": nobody | {"ended": 0},
            "mentees": nothing,
            "relationships": nothing,
            "events": nothing,
        },
        "mentees": nothing,
        "relationships": nothing,
        "blocks": nothing,
        "counts": nobody | {"unassigned": 0, "waiting": 0},
        "handOvers": [],
    }
    then = encode(*decode(newcomer)[:3], on(1))
    assert await office.client.ask("query($id: ID!) { node(id: $id) { id } }", id=then) == {"node": None}
    known = await office.see('mentee(by: {name: "Rude Name"}) { name state }', as_of=on(1), trusted=True)
    assert known == {"mentee": {"name": "Rude Name", "state": "ACTIVE"}}


async def test_the_former_names_of_who_vanished_are_told_at_no_moment(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Was Here")
    office.calendar.now = on(3)
    await office.log_it("recordRename", target={"userId": "1"}, newName="Vanished user 1")
    await office.log_it("recordDeparture", target={"userId": "1"})
    office.calendar.now = on(9)
    ask = 'mentee(by: {userId: "1"}) { name formerNames { name } }'
    assert await office.see(ask) == {"mentee": {"name": "Vanished user 1", "formerNames": []}}
    assert await office.see(ask, as_of=on(1)) == {"mentee": {"name": None, "formerNames": []}}
    assert await office.see(ask, as_of=on(1), trusted=True) == {
        "mentee": {"name": "Was Here", "formerNames": []}
    }
    assert await office.see(ask, trusted=True) == {
        "mentee": {"name": "Vanished user 1", "formerNames": [{"name": "Was Here"}]}
    }


@pytest.mark.parametrize("selection", ["dbName", STANDS])
async def test_the_future_is_refused_whether_or_not_anything_hangs_on_it(
    office: Office, selection: str
) -> None:
    document = f"query($at: DateTime) {{ wiki(dbName: {office.wiki!r}, asOf: $at) {{ {selection} }} }}"
    document = document.replace("'", '"')
    answer = (await office.client.post(document, at=written(on(1)))).json()
    assert "data" not in answer
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "IN_THE_FUTURE"
    must_be_a_sentence(error["message"], ["asOf"])
    assert "errors" not in (await office.client.post(document, at=office.now())).json()


async def test_an_id_of_the_future_is_refused(office: Office) -> None:
    newcomer = await office.newcomer(1, "Newcomer")
    ahead = encode(*decode(newcomer)[:3], on(1))
    for document in (
        "query($id: ID!) { node(id: $id) { id } }",
        "query($id: ID!) { nodes(ids: [$id]) { id } }",
    ):
        [error] = (await office.client.post(document, id=ahead)).json()["errors"]
        assert error["extensions"]["code"] == "IN_THE_FUTURE"
