"""What those are not told who may not know: of opt-outs, of hidden accounts, of names of the past."""

import pytest

from acceptance.client import Client
from acceptance.in_process import written
from acceptance.office import Office
from graph.compile.ids import decode, encode
from graph.kinds import ViewerRole
from lifecycle_stories import on
from models.ledger import Ledger
from those_who_ask import a_token

pytestmark = pytest.mark.acceptance

# Opt-outs are private.

OPT_OUT = """
  state waitingSince mentor { name } suspension { returnsTo { name } returnsUntil }
  relationships {
    nodes {
      state endedAt endedBecause
      events(where: {kind: [ENDED]}) { nodes { kind reason actor { name } } }
    }
  }
"""


async def test_an_opt_out_reads_as_no_mentor_to_those_who_may_not_know(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Wants None")
    await office.do(
        "optOutOfMentorship", {"mentee": newcomer, "reason": "I know my way", "performer": "Wants None"}
    )

    seen = await office.mentee(1, OPT_OUT)
    tie = seen["relationships"]["nodes"][0]
    assert (seen["state"], seen["waitingSince"], seen["mentor"]) == ("UNASSIGNED", None, None)
    assert (tie["state"], tie["endedAt"], tie["endedBecause"]) == ("ENDED", office.now(), "ENDED_BY_HAND")
    assert tie["events"]["nodes"] == [{"kind": "ENDED", "reason": None, "actor": None}]

    known = await office.mentee(1, OPT_OUT, trusted=True)
    tie = known["relationships"]["nodes"][0]
    assert (known["state"], tie["endedBecause"]) == ("OPTED_OUT", "OPTED_OUT")
    assert tie["events"]["nodes"][0]["reason"] == "I know my way"


async def test_an_opt_out_of_somebody_blocked_reads_as_released(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Wants None")
    await office.block(1, reason="Spam")
    office.calendar.now = on(1)
    await office.do("optOutOfMentorship", {"mentee": newcomer})
    seen = await office.mentee(1, OPT_OUT)
    assert (seen["state"], seen["suspension"]) == ("RELEASED", {"returnsTo": None, "returnsUntil": None})
    assert seen["relationships"]["nodes"][0]["endedBecause"] == "ENDED_BY_HAND"
    assert (await office.mentee(1, "state", trusted=True)) == {"state": "OPTED_OUT"}


async def test_an_opt_out_and_an_end_by_hand_cannot_be_told_apart(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    first = await office.newcomer(1, "Wants None")
    await office.newcomer(2, "Was Let Go")
    tie = (await office.mentee(2, "relationship { id }"))["relationship"]["id"]
    await office.do("optOutOfMentorship", {"mentee": first, "reason": "No", "performer": "Wants None"})
    await office.do("endRelationship", {"relationship": tie, "reason": "Enough"})
    alike = OPT_OUT.replace("endedAt", "")
    assert await office.mentee(1, alike) == await office.mentee(2, alike)

    selection = """
      by_hand: relationships(where: {endedBecause: [ENDED_BY_HAND]}) { totalCount }
      out: relationships(where: {endedBecause: [OPTED_OUT]}) { totalCount }
      handOvers(from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z") { because mentees }
    """
    seen, known = await office.see(selection), await office.see(selection, trusted=True)
    assert [seen[name]["totalCount"] for name in ("by_hand", "out")] == [2, 0]
    assert [known[name]["totalCount"] for name in ("by_hand", "out")] == [1, 1]
    assert seen["handOvers"] == [{"because": "ENDED_BY_HAND", "mentees": 2}]
    assert sorted(one["because"] for one in known["handOvers"]) == ["ENDED_BY_HAND", "OPTED_OUT"]

    await office.block(1, reason="Spam")
    await office.block(2, reason="Spam")
    assert await office.mentee(1, alike) == await office.mentee(2, alike)


async def test_filters_tell_no_more_of_an_opt_out_than_states_do(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Wants None")
    await office.do("optOutOfMentorship", {"mentee": newcomer})
    selection = """
      out: mentees(where: {state: [OPTED_OUT]}) { totalCount nodes { name } }
      none: mentees(where: {state: [UNASSIGNED]}) { totalCount nodes { name } }
      either: mentees(where: {state: [UNASSIGNED, OPTED_OUT]}) { totalCount }
    """
    seen, known = await office.see(selection), await office.see(selection, trusted=True)
    assert [seen[name]["totalCount"] for name in ("out", "none", "either")] == [0, 1, 1]
    assert [known[name]["totalCount"] for name in ("out", "none", "either")] == [1, 0, 1]


async def test_opting_in_again_brings_the_former_mentor_back(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Thinks Twice")
    for user in range(102, 110):
        await office.mentor(user, f"Mentor {user}", share="HIGH")
    await office.do("optOutOfMentorship", {"mentee": newcomer})
    office.calendar.now = on(1)
    told = await office.do("optInToMentorship", {"mentee": newcomer}, "mentee { state mentor { name } }")
    assert told["mentee"] == {"state": "ACTIVE", "mentor": {"name": "Mentor Ada"}}


# Hidden accounts.

EVERYWHERE = """
  id: mentee(by: {userId: "1"}) { id }
  name: mentee(by: {name: "Rude Name"}) { id }
  former: mentee(by: {name: "Less Rude Name"}) { id }
  mentor(by: {userId: "101"}) {
    mentees { totalCount nodes { id } }
    relationships { totalCount nodes { id } }
    events { totalCount nodes { id } }
  }
  mentees { totalCount nodes { id } }
  relationships { totalCount nodes { id } }
  blocks { totalCount nodes { id } }
  events { totalCount nodes { id } }
"""
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
ONE = "query($id: ID!) { node(id: $id) { __typename } }"


async def test_a_hidden_account_does_not_exist_to_who_lacks_the_right(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Less Rude Name")
    await office.log_it("recordRename", target={"userId": "1"}, newName="Rude Name")
    document = "relationship { id events { nodes { id } } }"
    tie = (await office.mentee(1, document))["relationship"]
    told = await office.block(1, reason="Abusive username", hidesName=True, blockId="7")
    assert told == {"mentee": None, "block": None, "userErrors": []}, "nor in the answer to who has hidden it"

    seen = await office.see(EVERYWHERE)
    assert [seen[name] for name in ("id", "name", "former")] == [None, None, None]
    nothing = {"totalCount": 0, "nodes": []}
    assert [seen[name] for name in ("mentees", "relationships", "blocks", "events")] == [nothing] * 4
    assert list(seen["mentor"].values()) == [nothing] * 3

    known = await office.see(EVERYWHERE, trusted=True)
    assert known["id"] == known["name"] == known["former"] == {"id": newcomer}
    assert known["mentees"] == known["mentor"]["mentees"] == {"totalCount": 1, "nodes": [{"id": newcomer}]}
    assert [known[name]["totalCount"] for name in ("relationships", "blocks", "events")] == [1, 1, 2]

    ids = [newcomer, tie["id"], tie["events"]["nodes"][0]["id"], known["blocks"]["nodes"][0]["id"]]
    assert (await office.client.ask(NODES, ids=ids))["nodes"] == [None] * 4
    found = (await office.trusted.ask(NODES, ids=ids))["nodes"]
    assert [one["__typename"] for one in found] == ["Mentee", "Relationship", "RelationshipEvent", "Block"]
    for one in ids:
        assert await office.client.ask(ONE, id=one) == {"node": None}


async def test_a_hidden_account_is_no_other_than_one_that_never_was_in_what_is_refused(
    office: Office,
) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Rude Name")
    await office.block(1, hidesName=True)
    nobody = encode("Mentee", decode(newcomer).wiki, 999)
    told = []
    for mentee in (newcomer, nobody):
        payload = await office.client.do(
            "assignMentor", {"mentee": mentee, "mentor": ada}, "relationship { id }"
        )
        told.append((payload["relationship"], payload["userErrors"]))
    assert told[0] == told[1]


async def test_when_the_hiding_block_is_lifted_everything_is_there_again(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Rude Name")
    await office.block(1, hidesName=True, reason="Abusive username")
    office.calendar.now = on(2)
    await office.log_it("recordRename", target={"userId": "1"}, newName="Polite Name")
    await office.log_it("recordUnblock", target={"userId": "1"})
    seen = await office.mentee(1, "id name isHidden state mentor { name }")
    mentor = {"name": "Mentor Ada"}
    assert seen == {
        "id": newcomer,
        "name": "Polite Name",
        "isHidden": False,
        "state": "ACTIVE",
        "mentor": mentor,
    }


async def test_a_hidden_name_is_shown_where_the_server_is_open(office: Office) -> None:
    await office.newcomer(1, "Rude Name")
    await office.block(1, hidesName=True, reason="Abusive username", performer="Admin Eve")
    seen = await office.mentee(
        1, "name isHidden blocks { nodes { reason performer { name isTool } } }", trusted=True
    )
    performer = {"name": "Admin Eve", "isTool": False}
    block = {"reason": "Abusive username", "performer": performer}
    assert seen == {"name": "Rude Name", "isHidden": True, "blocks": {"nodes": [block]}}


async def test_the_former_names_of_an_account_that_vanished_find_nobody(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Was Here")
    await office.log_it("recordRename", target={"userId": "1"}, newName="Vanished user 1")
    await office.log_it("recordDeparture", target={"userId": "1"})
    selection = """
      now: mentee(by: {name: "Vanished user 1"}) { state name }
      then: mentee(by: {name: "Was Here"}) { id }
    """
    assert await office.see(selection) == {
        "now": {"state": "DEPARTED", "name": "Vanished user 1"},
        "then": None,
    }
    tie = (await office.mentee(1, "relationships { nodes { state endedBecause } }"))["relationships"]["nodes"]
    assert tie == [{"state": "ENDED", "endedBecause": "VANISHED"}]


# Names.


async def test_a_swap_of_names_leaves_everybody_with_their_own_mentor(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    first, second = await office.newcomer(1, "Alpha"), await office.newcomer(2, "Beta")
    office.calendar.now = on(1)
    for old, new in (("Alpha", "In between"), ("Beta", "Alpha"), ("In between", "Beta")):
        await office.log_it("recordRename", target={"name": old}, newName=new)
    look_up = """
      a: mentee(by: {name: "Alpha"}) { id }
      b: mentee(by: {name: "Beta"}) { id }
      c: mentee(by: {name: "In between"}) { id }
    """
    assert await office.see(look_up) == {"a": {"id": second}, "b": {"id": first}, "c": {"id": first}}
    office.calendar.now = on(2)
    # A log entry of before the swap means whoever held the name then.
    await office.log_it("recordBlock", target={"name": "Alpha"}, occurredAt=written(on(0.5)), reason="Spam")
    states = [(await office.mentee(user, "state"))["state"] for user in (1, 2)]
    assert states == ["SUSPENDED", "ACTIVE"]


async def test_a_name_that_is_reused_finds_its_new_bearer(office: Office) -> None:
    await office.newcomer(1, "Popular Name")
    office.calendar.now = on(1)
    await office.log_it("recordRename", target={"userId": "1"}, newName="Other Name")
    office.calendar.now = on(2)
    second = await office.newcomer(2, "Popular Name")
    assert await office.see('mentee(by: {name: "Popular Name"}) { id }') == {"mentee": {"id": second}}


async def test_an_account_named_by_its_id_alone_is_known_without_a_name(office: Office) -> None:
    told = await office.block(9, reason="Spam")
    assert told["mentee"] is not None
    seen = await office.mentee(
        9, "name state userId registeredAt blocks { nodes { reason category isOpen } }"
    )
    block = {"reason": "Spam", "category": "SPAM", "isOpen": True}
    expected = {
        "name": None,
        "state": "RELEASED",
        "userId": "9",
        "registeredAt": None,
        "blocks": {"nodes": [block]},
    }
    assert seen == expected


async def test_a_name_that_is_hidden_is_hidden_as_whoever_acted_too(office: Office) -> None:
    """Also of what was told before anybody knew the account."""
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    await office.block(1, reason="Spam", performer="Rude Admin")
    acting = "blocks { nodes { reason performer { name } } } events(first: 1) { nodes { actor { name } } }"
    assert "Rude Admin" in str(await office.mentee(1, acting))

    await office.newcomer(2, "Rude Admin")
    await office.log_it("recordVisibility", target={"userId": "2"}, nameHidden=True)
    told, known = await office.mentee(1, acting), await office.mentee(1, acting, trusted=True)
    assert "Rude Admin" not in str(told)
    assert told["blocks"]["nodes"] == [{"reason": "Spam", "performer": {"name": None}}]
    assert str(known).count("Rude Admin") == 2

    await office.log_it("recordVisibility", target={"userId": "2"}, nameHidden=False)
    assert str(await office.mentee(1, acting)).count("Rude Admin") == 2


async def test_who_is_hidden_is_there_for_themselves_and_decides_for_themselves(
    office: Office, module_database: str
) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Rude Name")
    async with Ledger.open(module_database, size=1, clock=office.calendar) as ledger:
        wiki = (await ledger.wikis())[office.wiki]
        _, token = await ledger.tokens.create(
            a_token(ViewerRole.READER, ViewerRole.MENTEE, wiki=wiki, account=1)
        )
    newcomer_themselves = Client(office.client.http, token, reads_too=True)
    await office.log_it("recordVisibility", target={"userId": "1"}, nameHidden=True)
    assert await office.see('mentee(by: {userId: "1"}) { id }') == {"mentee": None}

    theirs = "query($id: ID!) { node(id: $id) { ... on Mentee { name isHidden state mentor { name } } } }"
    told = (await newcomer_themselves.ask(theirs, id=newcomer))["node"]
    assert told == {"name": None, "isHidden": True, "state": "ACTIVE", "mentor": {"name": "Mentor Ada"}}
    out = await newcomer_themselves.done("optOutOfMentorship", {"mentee": newcomer}, "mentee { state }")
    assert out["mentee"] == {"state": "OPTED_OUT"}
    office.calendar.now = on(1)
    back = await newcomer_themselves.done("optInToMentorship", {"mentee": newcomer}, "mentee { state }")
    assert back["mentee"] == {"state": "ACTIVE"}
    assert await office.see('mentee(by: {userId: "1"}) { id }') == {"mentee": None}
