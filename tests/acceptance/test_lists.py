"""What a list can be asked for, and in what order: whom a filter finds in a programme on its 40th day."""

from base64 import b64decode

import pytest

from acceptance.client import Client
from acceptance.in_process import Calendar, written
from acceptance.office import Office
from acceptance.programme import TODAY, Programme
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance


PEOPLE = "Ada Ben Cem Dora Eli Fay Amy Bob Eve Gus Hal Lou Olga Pat Rae Rob Sam Sue Will"


@pytest.fixture(scope="module")
async def programme(servers: tuple[Client, Client, Calendar]) -> Programme:
    made = Programme(Office(*servers))
    await made.happen()
    return made


MENTEES = [
    ("active mentees", "state: [ACTIVE]", "Amy Bob Pat Rae"),
    ("those who are kept while they are blocked", "state: [SUSPENDED]", "Lou Sam Sue"),
    ("those whom their block has cost their mentor", "state: [RELEASED]", "Rob"),
    ("those without a mentor, and an opt-out reads so too", "state: [UNASSIGNED]", "Eve Olga Will"),
    ("nobody who opted out, to those who may not know", "state: [OPTED_OUT]", ""),
    ("a name that begins so, however it is written", 'namePrefix: "rElEaSeD_r"', "Rob"),
    ("a former name that begins so", 'namePrefix: "old"', "Rae"),
    ("no former name of somebody who vanished", 'namePrefix: "vanishing"', ""),
    ("no hidden name", 'namePrefix: "hidden"', ""),
    ("everybody who has a name", 'namePrefix: ""', "Amy Bob Eve Gus Lou Olga Pat Rae Rob Sam Sue Will"),
    ("the mentees of one mentor", "mentor: [$Ben]", "Pat"),
    ("the mentees of several mentors", "mentor: [$Ben, $Fay]", "Bob Pat"),
    ("those for whom a mentor is sought", "waiting: true", "Eve Will"),
    ("those for whom none is", "waiting: false", "Amy Bob Gus Lou Olga Pat Rae Rob Sam Sue"),
    ("those whose state is of these days", "stateSince: {from: $day30, to: $day36}", "Gus Olga Sue"),
    ("the renamed", "renamed: true", "Rae"),
    ("those who were never renamed", "renamed: false, state: [ACTIVE]", "Amy Bob Pat"),
    ("those who are blocked in part", "blockScope: PARTIAL", "Pat"),
    ("those who are blocked sitewide", "blockScope: SITEWIDE", "Lou Rob Sam Sue"),
    ("those who are blocked without an end", "blockIndefinite: true", "Lou Pat Rob Sue"),
    ("those whose block has an end", "blockIndefinite: false", "Sam"),
    ("the locked", "blockKind: [GLOBAL_LOCK]", "Lou"),
    ("those blocked on this wiki, or locked", "blockKind: [LOCAL, GLOBAL_LOCK]", "Lou Pat Rob Sam Sue"),
    ("those blocked for their name", "blockCategory: [USERNAME]", "Sue"),
    ("nobody by halves of two blocks", "blockCategory: [USERNAME], blockScope: PARTIAL", ""),
    ("those with many edits", "editCount: {min: 250}", "Bob Sue"),
    ("those with so many edits", "editCount: {min: 3, max: 10}", "Amy Rob"),
    ("those who edited lately", "lastEdit: {from: $day39}", "Amy"),
    ("those who edited last before a day, and no one who never did", "lastEdit: {to: $day19}", "Rob"),
    ("the newcomers of three days", "registered: {from: $day2, to: $day5}", "Pat Rob Sue"),
    ("those who will soon be released", "releasesBefore: $day44", "Lou"),
    ("nobody whom it takes longer", "releasesBefore: $day43", ""),
]


@pytest.mark.parametrize(("where", "found"), [pytest.param(*one[1:], id=one[0]) for one in MENTEES])
async def test_a_filter_of_mentees_finds(programme: Programme, where: str, found: str) -> None:
    names = await programme.names("mentees", f"where: {{{where}}}, orderBy: {{field: NAME, direction: ASC}}")
    assert sorted(map(first_name, names)) == found.split()


def first_name(name: str | None) -> str:
    """The word of a name that is nobody else's."""
    assert name is not None
    return next(word for word in name.split() if word in KNOWN)


KNOWN = frozenset(PEOPLE.split())

TIES = [
    ("ties that run, as a mentor's or a backup's", "state: [ACTIVE]", "Amy Bob Bob Pat Rae"),
    ("backups", "role: BACKUP", "Bob"),
    ("ties that are kept", "state: [SUSPENDED]", "Lou Sam Sue"),
    ("ties that are over", "state: [ENDED]", "Eve Gus Olga Rob"),
    ("ties that are over or kept", "state: [ENDED, SUSPENDED]", "Eve Gus Lou Olga Rob Sam Sue"),
    ("ties that a resignation ended", "endedBecause: [MENTOR_RESIGNED]", "Eve"),
    ("no tie that an opt-out ended, to those who may not know", "endedBecause: [OPTED_OUT]", ""),
    ("the others all the same", "endedBecause: [OPTED_OUT, HOLD_ELAPSED, VANISHED]", "Gus Rob"),
    ("ties that began in these days", "started: {from: $day1, to: $day3}", "Amy Sue"),
    ("ties that ended in these days", "ended: {from: $day30, to: $day31}", "Gus Olga"),
    ("no tie that has not ended yet", "ended: {from: $day40}", ""),
    ("those whom an unblock would bring back", "restorable: true", "Rob"),
    ("those whom none would", "restorable: false, state: [ENDED]", "Eve Gus Olga"),
    ("ties with certain mentees", "mentee: {blockCategory: [SPAM]}", "Rob"),
    ("ties with mentees who wait again", "mentee: {waiting: true}", "Eve"),
    ("no withdrawn tie where none was", "withdrawn: true", ""),
]


@pytest.mark.parametrize(("where", "found"), [pytest.param(*one[1:], id=one[0]) for one in TIES])
async def test_a_filter_of_ties_finds(programme: Programme, where: str, found: str) -> None:
    names = await programme.names("relationships", f"where: {{{where}}}")
    assert sorted(map(first_name, names)) == found.split()


MENTORS = [
    ("the available", "status: [AVAILABLE]", "Ada Ben Fay"),
    ("the blocked", "status: [BLOCKED]", "Dora"),
    ("those who are drawn most", "share: [HIGH]", "Ben"),
    ("a name that begins so", 'namePrefix: "A"', "Ada"),
    ("who is away for long", "unavailableSince: $day21", "Cem Dora"),
    ("who was blocked anew before the first block ended", "unavailableSince: $day31", "Cem Dora"),
    ("nobody who was here then", "unavailableSince: $day20", ""),
    ("who has as many as they take", "atCapacity: true", "Ben"),
    ("who could have more", "atCapacity: false", "Ada Cem Dora Eli Fay"),
]


@pytest.mark.parametrize(("where", "found"), [pytest.param(*one[1:], id=one[0]) for one in MENTORS])
async def test_a_filter_of_mentors_finds(programme: Programme, where: str, found: str) -> None:
    assert await programme.names("mentors", f"where: {{{where}}}") == found.split()


async def test_a_mentor_who_was_back_in_between_is_unavailable_from_then_on(office: Office) -> None:
    await office.mentor(101, "Ada", share="NONE")
    for day, until in ((10, 15), (20, 90)):
        office.calendar.now = on(day)
        await office.block(101, reason="Vandalism", expiresAt=written(on(until)))
    office.calendar.now = on(TODAY)
    for since, found in ((12, []), (20, []), (21, ["Ada"])):
        asked = f'mentors(where: {{unavailableSince: "{written(on(since))}"}}) {{ nodes {{ name }} }}'
        assert [one["name"] for one in (await office.see(asked))["mentors"]["nodes"]] == found
    office.calendar.now = on(TODAY)


BLOCKS = [
    ("those that are open", "open: true", 6),
    ("those that are not any more", "open: false", 1),
    ("locks", "kind: [GLOBAL_LOCK]", 1),
    ("those of a part of the wiki", "scope: PARTIAL", 1),
    ("those for a name", "category: [USERNAME]", 1),
    ("those of these days", "placed: {from: $day36, to: $day37}", 2),
]


@pytest.mark.parametrize(("where", "count"), [pytest.param(*one[1:], id=one[0]) for one in BLOCKS])
async def test_a_filter_of_blocks_finds(programme: Programme, where: str, count: int) -> None:
    asked = programme.said(f"blocks(where: {{{where}}}) {{ totalCount nodes {{ id }} }}")
    found = (await programme.office.see(asked))["blocks"]
    assert found["totalCount"] == len(found["nodes"]) == count


EVENTS = [
    ("the ends of ties", "kind: [ENDED]", ["ENDED", "ENDED", "ENDED"]),
    ("what happened in these days", "at: {from: $day36, to: $day38}", ["SUSPENDED", "SUSPENDED"]),
    ("nothing that was taken back, for nothing was", "withdrawn: true", []),
]


@pytest.mark.parametrize(("where", "kinds"), [pytest.param(*one[1:], id=one[0]) for one in EVENTS])
async def test_a_filter_of_events_finds(programme: Programme, where: str, kinds: list[str]) -> None:
    asked = programme.said(f"events(where: {{{where}}}) {{ nodes {{ kind }} }}")
    found = (await programme.office.see(asked))["events"]["nodes"]
    assert [one["kind"] for one in found] == kinds


ORDERS = [
    ("NAME", "Amy Bob Gus Eve Lou Olga Pat Rob Rae Sam Sue Will"),
    ("REGISTERED", "Amy Sue Rob Pat Rae Sam Will Lou Olga Gus Eve Bob"),
    ("EDIT_COUNT", "Pat Rae Sam Will Lou Olga Gus Eve Rob Amy Sue Bob"),
    ("LAST_EDIT", "Pat Rae Sam Will Lou Olga Gus Eve Rob Sue Bob Amy"),
    ("STATE_SINCE", "Amy Pat Rae Will Bob Eve Sue Olga Gus Sam Lou Rob"),
    ("STATE_UNTIL", "Lou Sam Amy Sue Rob Pat Rae Will Olga Gus Eve Bob"),
    ("BLOCK_COUNT", "Amy Rae Will Olga Gus Eve Bob Sue Rob Pat Sam Lou"),
    ("QUESTION_COUNT", "Rob Pat Rae Sam Will Lou Olga Gus Eve Bob Sue Amy"),
    ("REVERTED_EDIT_COUNT", "Rob Pat Rae Sam Will Lou Olga Gus Eve Amy Bob Sue"),
]


@pytest.mark.parametrize(("field", "order"), ORDERS)
async def test_mentees_come_in_every_order_and_its_reverse(
    programme: Programme, field: str, order: str
) -> None:
    up = await programme.names("mentees", f"orderBy: {{field: {field}, direction: ASC}}")
    down = await programme.names("mentees", f"orderBy: {{field: {field}, direction: DESC}}")
    assert [first_name(name) for name in up] == order.split()
    assert down == up[::-1]


async def test_who_has_no_name_to_be_told_comes_last_whichever_way(programme: Programme) -> None:
    for direction in ("ASC", "DESC"):
        names = await programme.names(
            "mentees", f"orderBy: {{field: NAME, direction: {direction}}}", trusted=True
        )
        assert names[-1] == "Hidden Hal"


TIE_ORDERS = [
    ("STARTED", "Amy Sue Rob Pat Rae Sam Lou Olga Gus Eve Bob Bob"),
    ("ENDED", "Eve Olga Gus Rob Lou Amy Sue Pat Rae Sam Bob Bob"),
    ("STATE_SINCE", "Amy Pat Rae Bob Eve Bob Sue Olga Gus Sam Lou Rob"),
    ("STATE_UNTIL", "Lou Sam Amy Sue Rob Pat Rae Olga Gus Eve Bob Bob"),
]


@pytest.mark.parametrize(("field", "order"), TIE_ORDERS)
async def test_ties_come_in_every_order_and_its_reverse(programme: Programme, field: str, order: str) -> None:
    up = await programme.names("relationships", f"orderBy: {{field: {field}, direction: ASC}}")
    down = await programme.names("relationships", f"orderBy: {{field: {field}, direction: DESC}}")
    assert [first_name(name) for name in up] == order.split()
    assert down == up[::-1]


MENTOR_ORDERS = [
    ("NAME", "Ada Ben Cem Dora Eli Fay"),
    ("ENROLLED", "Ada Ben Cem Dora Eli Fay"),
    ("ACTIVE_MENTEES", "Cem Dora Eli Ben Fay Ada"),
    ("SUSPENDED_MENTEES", "Ben Cem Dora Eli Fay Ada"),
]


@pytest.mark.parametrize(("field", "order"), MENTOR_ORDERS)
async def test_mentors_come_in_every_order_and_its_reverse(
    programme: Programme, field: str, order: str
) -> None:
    up = await programme.names("mentors", f"orderBy: {{field: {field}, direction: ASC}}")
    down = await programme.names("mentors", f"orderBy: {{field: {field}, direction: DESC}}")
    assert up == order.split()
    assert down == up[::-1]


async def test_a_mentors_list_says_who_is_kept_and_what_changes_soonest(programme: Programme) -> None:
    asked = """
      mentor(by: {name: "Ada"}) {
        mentees(where: {state: [SUSPENDED]}, orderBy: {field: STATE_UNTIL, direction: ASC}) {
          edges { node { name } relationship { stateUntil } }
        }
      }
    """
    edges = (await programme.office.see(asked))["mentor"]["mentees"]["edges"]
    assert [first_name(edge["node"]["name"]) for edge in edges] == ["Lou", "Sam", "Sue"]
    times = [edge["relationship"]["stateUntil"] for edge in edges]
    assert times[:2] == sorted(times[:2])
    assert times[2] is None


async def test_those_who_may_know_find_the_hidden_and_the_opted_out_but_by_no_hidden_name(
    programme: Programme,
) -> None:
    def ask(where: str) -> str:
        return f"where: {{{where}}}, orderBy: {{field: NAME, direction: ASC}}"

    assert await programme.names("mentees", ask("state: [OPTED_OUT]"), trusted=True) == ["Opted-out Olga"]
    kept = await programme.names("mentees", ask("state: [SUSPENDED]"), trusted=True)
    # By what everyone may see of it a hidden name is none, and comes last.
    assert kept[-1] == "Hidden Hal"
    assert await programme.names("mentees", ask('namePrefix: "hidden"'), trusted=True) == []
    released = await programme.names("mentees", ask("state: [RELEASED]"), trusted=True)
    assert released == ["Released Rob"]


async def test_no_cursor_holds_a_hidden_name(programme: Programme) -> None:
    asked = """
      mentees(orderBy: {field: NAME, direction: ASC}) { edges { cursor node { name } } }
    """
    edges = (await programme.office.see(asked, trusted=True))["mentees"]["edges"]
    [hidden] = [edge for edge in edges if edge["node"]["name"] == "Hidden Hal"]
    assert b"Hal" not in b64decode(hidden["cursor"])
    assert b"Amy" in b64decode(edges[0]["cursor"])
