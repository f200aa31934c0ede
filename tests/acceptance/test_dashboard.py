"""What a dashboard asks and does, and what it must not be told: roles, privacy, names, hand-overs, backups."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from acceptance.conftest import Client
from acceptance.in_process import Calendar, living, written
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance

NUMBER = count(1)


class Office:
    """A wiki of the test's own. `client` is anybody, `trusted` asks where hidden things are shown."""

    def __init__(self, client: Client, trusted: Client, calendar: Calendar) -> None:
        self.client, self.trusted, self.calendar = client, trusted, calendar
        self.wiki = f"office{next(NUMBER)}wiki"
        self.log = count(1)

    async def open(self, **policy: Any) -> None:
        self.calendar.now = on(0)
        url = f"https://{self.wiki}.example.org"
        await self.client.done("addWiki", {"dbName": self.wiki, "url": url, "policy": policy or {"preset": "DEFAULT"}})

    async def mentor(self, user: int, name: str, **chosen: Any) -> str:
        """The id of a new mentor."""
        await self.log_it("recordRegistration", userId=str(user), name=name, assign=False)
        asked = {"wiki": self.wiki, "account": {"userId": str(user)}} | chosen
        mentor: str = (await self.client.done("enrollMentor", asked, "mentor { id }"))["mentor"]["id"]
        return mentor

    async def newcomer(self, user: int, name: str) -> str:
        """The id of a new account, for which a mentor is drawn where one is available."""
        told = await self.log_it("recordRegistration", "mentee { id }", userId=str(user), name=name)
        mentee: str = told["mentee"]["id"]
        return mentee

    async def log_it(self, name: str, selection: str = "__typename", **said: Any) -> dict[str, Any]:
        entry = {"wiki": self.wiki, "source": "mw-log", "sourceId": str(next(self.log))}
        return await self.client.done(name, entry | {"occurredAt": written(self.calendar.now)} | said, selection)

    async def block(self, user: int, **said: Any) -> dict[str, Any]:
        return await self.log_it("recordBlock", "mentee { id } block { id }", target={"userId": str(user)}, **said)

    async def see(self, selection: str, *, trusted: bool = False, **variables: Any) -> dict[str, Any]:
        """What is below the wiki."""
        document = f"query($wiki: String!{declared(variables)}) {{ wiki(dbName: $wiki) {{ {selection} }} }}"
        asking = self.trusted if trusted else self.client
        found = (await asking.ask(document, wiki=self.wiki, **variables))["wiki"]
        return dict(found)

    async def mentee(self, user: int, selection: str, *, trusted: bool = False) -> dict[str, Any]:
        document = f'mentee(by: {{userId: "{user}"}}) {{ {selection} }}'
        return dict((await self.see(document, trusted=trusted))["mentee"])


def declared(variables: dict[str, Any]) -> str:
    return "".join(f", ${name}: {'[ID!]!' if isinstance(value, list) else 'ID!'}" for name, value in variables.items())


@pytest.fixture(scope="module")
async def servers(module_database: str) -> AsyncIterator[tuple[Client, Client, Calendar]]:
    """Two servers over one database: as everybody runs it, and with MENTORGRAPH_OPEN."""
    calendar = Calendar(on(0))
    async with living(module_database, calendar) as client, living(module_database, calendar, open=True) as trusted:
        yield client, trusted, calendar


@pytest.fixture
async def office(servers: tuple[Client, Client, Calendar]) -> Office:
    made = Office(*servers)
    await made.open()
    return made


LISTS = """
  mentors(first: 100) {
    nodes {
      name
      active: mentees(where: {state: [ACTIVE]}) { totalCount nodes { name } edges { relationship { state } } }
      suspended: mentees(where: {state: [SUSPENDED]}) { totalCount nodes { name } edges { relationship { state } } }
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
    (ada,) = (await office.see(LISTS))["mentors"]["nodes"]
    assert sorted(one["name"] for one in ada["active"]["nodes"]) == ["Newcomer 1", "Newcomer 2"]
    assert [one["name"] for one in ada["suspended"]["nodes"]] == ["Newcomer 3"]
    assert [edge["relationship"]["state"] for edge in ada["suspended"]["edges"]] == ["SUSPENDED"]
    counts = [ada[name]["totalCount"] for name in ("active", "suspended", "both", "all")]
    assert counts == [2, 1, 3, 3]


# Opt-outs are private.

OPT_OUT = """
  state waitingSince mentor { name } suspension { returnsTo { name } returnsUntil }
  relationships { nodes { state endedAt endedBecause events(where: {kind: [ENDED]}) { nodes { kind reason actor { name } } } } }
"""


async def test_an_opt_out_reads_as_no_mentor_to_those_who_may_not_know(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Wants None")
    await office.client.done("optOutOfMentorship", {"mentee": newcomer, "reason": "I know my way", "performer": "Wants None"})

    seen = await office.mentee(1, OPT_OUT)
    tie = seen["relationships"]["nodes"][0]
    assert (seen["state"], seen["waitingSince"], seen["mentor"]) == ("UNASSIGNED", None, None)
    assert (tie["state"], tie["endedAt"], tie["endedBecause"]) == ("ENDED", written(on(0)), None)
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
    await office.client.done("optOutOfMentorship", {"mentee": newcomer})
    seen = await office.mentee(1, OPT_OUT)
    assert (seen["state"], seen["suspension"]) == ("RELEASED", {"returnsTo": None, "returnsUntil": None})
    assert seen["relationships"]["nodes"][0]["endedBecause"] is None
    assert (await office.mentee(1, "state", trusted=True)) == {"state": "OPTED_OUT"}


async def test_filters_tell_no_more_of_an_opt_out_than_states_do(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Wants None")
    await office.client.done("optOutOfMentorship", {"mentee": newcomer})
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
    await office.client.done("optOutOfMentorship", {"mentee": newcomer})
    office.calendar.now = on(1)
    told = await office.client.done("optInToMentorship", {"mentee": newcomer}, "mentee { state mentor { name } }")
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


async def test_a_hidden_account_is_no_other_than_one_that_never_was_in_what_is_refused(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Rude Name")
    await office.block(1, hidesName=True)
    from graph.compile.ids import decode, encode

    nobody = encode("Mentee", decode(newcomer).wiki, 999)
    told = []
    for mentee in (newcomer, nobody):
        payload = await office.client.do("assignMentor", {"mentee": mentee, "mentor": ada}, "relationship { id }")
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
    assert seen == {"id": newcomer, "name": "Polite Name", "isHidden": False, "state": "ACTIVE", "mentor": mentor}


async def test_a_hidden_name_is_shown_where_the_server_is_open(office: Office) -> None:
    await office.newcomer(1, "Rude Name")
    await office.block(1, hidesName=True, reason="Abusive username", performer="Admin Eve")
    seen = await office.mentee(1, "name isHidden blocks { nodes { reason performer { name isTool } } }", trusted=True)
    performer = {"name": "Admin Eve", "isTool": False}
    block = {"reason": "Abusive username", "performer": performer}
    assert seen == {"name": "Rude Name", "isHidden": True, "blocks": {"nodes": [block]}}


async def test_the_former_names_of_an_account_that_vanished_find_nobody(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Was Here")
    await office.log_it("recordRename", target={"userId": "1"}, newName="Vanished user 1")
    await office.log_it("recordDeparture", target={"userId": "1"})
    selection = 'now: mentee(by: {name: "Vanished user 1"}) { state name } then: mentee(by: {name: "Was Here"}) { id }'
    assert await office.see(selection) == {"now": {"state": "DEPARTED", "name": "Vanished user 1"}, "then": None}
    tie = (await office.mentee(1, "relationships { nodes { state endedBecause } }"))["relationships"]["nodes"]
    assert tie == [{"state": "ENDED", "endedBecause": "VANISHED"}]


# Names.


async def test_a_swap_of_names_leaves_everybody_with_their_own_mentor(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    first, second = await office.newcomer(1, "Alpha"), await office.newcomer(2, "Beta")
    office.calendar.now = on(1)
    for old, new in (("Alpha", "In between"), ("Beta", "Alpha"), ("In between", "Beta")):
        await office.log_it("recordRename", target={"name": old}, newName=new)
    look_up = 'a: mentee(by: {name: "Alpha"}) { id } b: mentee(by: {name: "Beta"}) { id } c: mentee(by: {name: "In between"}) { id }'
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
    seen = await office.mentee(9, "name state userId registeredAt blocks { nodes { reason category isOpen } }")
    block = {"reason": "Spam", "category": "SPAM", "isOpen": True}
    expected = {"name": None, "state": "RELEASED", "userId": "9", "registeredAt": None, "blocks": {"nodes": [block]}}
    assert seen == expected


# Mentors come and go.

HISTORY = """
  state waitingSince
  relationships {
    nodes { id state startedBecause endedBecause mentor { name } replaces { id } events(where: {kind: [STARTED]}) { nodes { bulk } } }
  }
"""


async def test_a_resignation_hands_active_mentees_over_and_lets_the_blocked_wait(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    for user in (1, 2, 3):
        await office.newcomer(user, f"Newcomer {user}")
    await office.block(3, reason="Promotional username")
    await office.mentor(102, "Mentor Ben")
    office.calendar.now = on(1)
    done = await office.client.done(
        "resignMentor", {"mentor": ada, "reason": "No time"}, "mentor { status resignedAt } transferred ended unassigned"
    )
    assert done["mentor"] == {"status": "RESIGNED", "resignedAt": written(on(1))}
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
    done = await office.client.done("resignMentor", {"mentor": ada}, "transferred ended unassigned")
    assert [done[name] for name in ("transferred", "ended", "unassigned")] == [0, 0, 1]
    seen = await office.mentee(1, "state waitingSince mentor { name }")
    assert seen == {"state": "UNASSIGNED", "waitingSince": written(on(1)), "mentor": None}


async def test_a_resignation_said_twice_is_answered_as_the_first_time(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    await office.newcomer(1, "Newcomer")
    await office.mentor(102, "Mentor Ben")
    said = {"mentor": ada, "occurredAt": written(on(0)), "source": "tool", "sourceId": "resign-1"}
    office.calendar.now = on(1)
    counts = "transferred ended unassigned"
    first = await office.client.done("resignMentor", said, counts)
    again = await office.client.done("resignMentor", said, counts)
    assert first == again
    assert first["transferred"] == 1


async def test_a_claim_ends_the_tie_before_and_begins_another(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    ben = await office.mentor(102, "Mentor Ben")
    office.calendar.now = on(1)
    selection = """
      results { mentee userErrors { code } relationship { mentor { name } startedBecause startedAt replaces { mentor { name } endedBecause } } }
    """
    payload = await office.client.done("claimMentees", {"mentor": ben, "mentees": [newcomer], "reason": "We met"}, selection)
    tie = {"mentor": {"name": "Mentor Ben"}, "startedBecause": "CLAIMED", "startedAt": written(on(1))}
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
    payload = await office.client.done(
        "claimMentees", {"mentor": ada, "mentees": [newcomer]}, "results { userErrors { code } relationship { id version } }"
    )
    assert payload["results"] == [{"userErrors": [], "relationship": tie}]


async def test_only_what_is_given_of_a_mentor_is_changed(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada", capacity=5, introduction="Hello", share="LOW")
    selection = "mentor { share capacity introduction awayUntil version }"
    away = written(on(30))
    changed = await office.client.done("updateMentor", {"mentor": ada, "awayUntil": away}, selection)
    version = changed["mentor"].pop("version")
    assert changed["mentor"] == {"share": "LOW", "capacity": 5, "introduction": "Hello", "awayUntil": away}
    back = {"mentor": ada, "awayUntil": None, "capacity": None, "introduction": None, "expectedVersion": version}
    again = await office.client.done("updateMentor", back, selection)
    assert again["mentor"].pop("version") > version
    assert again["mentor"] == {"share": "LOW", "capacity": None, "introduction": None, "awayUntil": None}


# Backups.

WHO = "mentor { name status } backup: relationship(role: BACKUP) { state mentor { name } } effectiveMentor { name }"


async def test_the_backup_answers_while_the_mentor_is_away(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    ben = await office.mentor(102, "Mentor Ben", share="NONE")
    asked = {"mentee": newcomer, "mentor": ben, "role": "BACKUP"}
    payload = await office.client.done("assignMentor", asked, "relationship { role startedBecause } event { kind }")
    assert payload["relationship"] == {"role": "BACKUP", "startedBecause": "SET"}
    assert payload["event"] == {"kind": "STARTED"}
    seen = [await office.mentee(1, WHO)]
    await office.client.done("updateMentor", {"mentor": ada, "awayUntil": written(on(10))})
    seen.append(await office.mentee(1, WHO))
    await office.client.done("updateMentor", {"mentor": ben, "awayUntil": written(on(5))})
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
    await office.client.done("assignMentor", {"mentee": newcomer, "mentor": ben, "role": "BACKUP"})
    office.calendar.now = on(1)
    await office.client.done("assignMentor", {"mentee": newcomer, "mentor": ben})
    seen = await office.mentee(1, WHO)
    assert (seen["mentor"]["name"], seen["backup"]) == ("Mentor Ben", None)


# The language.


async def test_nodes_come_in_the_order_asked_with_nulls_and_as_often_as_asked(office: Office) -> None:
    from graph.compile.ids import decode, encode

    ada = await office.mentor(101, "Mentor Ada")
    newcomer = await office.newcomer(1, "Newcomer")
    nobody = encode("Mentee", decode(newcomer).wiki, 999)
    found = (await office.client.ask(NODES, ids=[newcomer, nobody, ada, newcomer]))["nodes"]
    assert [one and (one["__typename"], one["id"]) for one in found] == [
        ("Mentee", newcomer),
        None,
        ("Mentor", ada),
        ("Mentee", newcomer),
    ]


async def test_an_account_is_told_of_through_its_interface(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    document = """
      query($id: ID!) {
        node(id: $id) {
          __typename
          ... on Account { name userId wiki { dbName } }
          ... on Mentor { status asMentee { __typename asMentor { id } } }
        }
      }
    """
    found = (await office.client.ask(document, id=ada))["node"]
    assert found == {
        "__typename": "Mentor",
        "name": "Mentor Ada",
        "userId": "101",
        "wiki": {"dbName": office.wiki},
        "status": "AVAILABLE",
        "asMentee": {"__typename": "Mentee", "asMentor": {"id": ada}},
    }


async def test_introspection_works_alone_and_beside_data(office: Office) -> None:
    from graphql import build_client_schema, get_introspection_query

    schema = build_client_schema(await office.client.ask(get_introspection_query()))  # type: ignore[arg-type]  # it is what was asked for
    assert schema.query_type is not None
    assert {"wiki", "wikis", "node", "nodes"} <= set(schema.query_type.fields)
    document = """
      query($wiki: String!) { __typename __type(name: "Mentee") { kind name } wiki(dbName: $wiki) { __typename dbName } }
    """
    assert await office.client.ask(document, wiki=office.wiki) == {
        "__typename": "Query",
        "__type": {"kind": "OBJECT", "name": "Mentee"},
        "wiki": {"__typename": "Wiki", "dbName": office.wiki},
    }


async def test_two_mutations_in_one_request_happen_one_after_the_other(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    document = """
      mutation($mentor: ID!, $no: Boolean!) {
        first: updateMentor(input: {mentor: $mentor, capacity: 1}) { mentor { capacity version @skip(if: $no) } }
        refused: updateMentor(input: {mentor: $mentor, capacity: -1}) { mentor { capacity } userErrors { code } }
        second: updateMentor(input: {mentor: $mentor, capacity: 2}) { mentor { capacity } __typename }
      }
    """
    done = await office.client.ask(document, mentor=ada, no=True)
    assert done == {
        "first": {"mentor": {"capacity": 1}},
        "refused": {"mentor": None, "userErrors": [{"code": "INVALID"}]},
        "second": {"mentor": {"capacity": 2}, "__typename": "MentorPayload"},
    }


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


# What is no request.

GARBAGE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nothing", {"content": b""}),
    ("no JSON", {"content": b"{query: wikis}"}),
    ("no UTF-8", {"content": b'{"query": "\xff"}'}),
    ("a list", {"content": b"[]"}),
    ("a number", {"content": b"7"}),
    ("null", {"content": b"null"}),
    ("no query", {"content": b"{}"}),
    ("a query that is no text", {"content": b'{"query": 7}'}),
    ("variables that are no object", {"content": b'{"query": "{ __typename }", "variables": [1]}'}),
    ("an operation's name that is no text", {"content": b'{"query": "{ __typename }", "operationName": 7}'}),
    ("deeply nested JSON", {"content": b"[" * 100_000}),
)


@pytest.mark.parametrize("request_", GARBAGE, ids=lambda request_: request_[0])
async def test_garbage_gets_a_4xx_in_graphqls_shape(office: Office, request_: tuple[str, dict[str, Any]]) -> None:
    headers = {"content-type": "application/json"}
    must_be_refused(await office.client.http.post("/graphql", headers=headers, **request_[1]))


async def test_other_ways_to_ask_get_a_4xx_in_graphqls_shape(office: Office) -> None:
    http = office.client.http
    must_be_refused(await http.get("/graphql"))
    must_be_refused(await http.get("/graphql", params={"query": 'mutation { addWiki(input: {dbName: "x", url: "x"}) { __typename } }'}))
    must_be_refused(await http.put("/graphql", json={"query": "{ __typename }"}))
    must_be_refused(await http.delete("/graphql"))
    must_be_refused(await http.post("/graphql", content=b"{ __typename }", headers={"content-type": "text/plain"}))
    must_be_refused(await http.post("/graphql", content=b"x" * 2_000_000, headers={"content-type": "application/json"}))


NO_OPERATION = ("{", "{ nothing }", "{ wiki }", "query A { __typename } query B { __typename }", "", "fragment F on Query { __typename }", "subscription { __typename }")  # fmt: skip


@pytest.mark.parametrize("document", NO_OPERATION)
async def test_a_document_that_cannot_run_gets_errors_without_data(office: Office, document: str) -> None:
    http = office.client.http
    headers = {"accept": "application/graphql-response+json"}
    answer = await http.post("/graphql", json={"query": document}, headers=headers)
    must_be_refused(answer)
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    older = (await http.post("/graphql", json={"query": document})).json()
    assert older.get("data") is None
    assert older["errors"]


def must_be_refused(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    body = answer.json()
    assert body.get("data") is None
    assert body["errors"][0]["message"]
    assert "Traceback" not in answer.text
