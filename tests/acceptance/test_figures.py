"""Figures: of a mentor's ties, of a wiki's mentees, of who took over from whom; and many accounts at once."""

import pytest

from acceptance.in_process import written
from acceptance.office import Office
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance


# Of a mentor.


async def test_a_mentors_ties_are_counted_by_how_they_stand(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    for user in range(1, 7):
        await office.newcomer(user, f"Newcomer {user}")
    await office.mentor(102, "Mentor Ben", share="NONE")
    office.calendar.now = on(1)
    await office.block(1, reason="Username policy", category="USERNAME")
    for user in (2, 3, 4):
        await office.block(user, reason="Spam", blockId=f"{user}")
    office.calendar.now = on(9)
    # The holds of 2, 3 and 4 have elapsed; 3 is unblocked and back, 4 is unblocked and blocked again.
    await office.log_it("recordUnblock", target={"userId": "3"})
    await office.log_it("recordUnblock", target={"userId": "4"})
    await office.block(4, reason="Spam", blockId="44")
    await office.do("optOutOfMentorship", {"mentee": (await office.mentee(5, "id"))["id"]})
    counts = "counts { active suspended released ended } backup: counts(role: BACKUP) { active ended }"
    seen = (await office.see(f'mentor(by: {{userId: "101"}}) {{ {counts} }}'))["mentor"]
    assert seen["counts"] == {"active": 2, "suspended": 2, "released": 1, "ended": 4}
    assert seen["backup"] == {"active": 0, "ended": 0}
    lists = await office.client.ask(
        """
        query($id: ID!) {
          node(id: $id) {
            ... on Mentor {
              active: mentees(where: {state: [ACTIVE]}) { totalCount }
              suspended: mentees(where: {state: [SUSPENDED]}) { totalCount }
              ended: relationships(where: {state: [ENDED]}) { totalCount }
            }
          }
        }
        """,
        id=ada,
    )
    assert {name: one["totalCount"] for name, one in lists["node"].items()} == {
        "active": 2,
        "suspended": 2,
        "ended": 4,
    }


# Of a wiki.

WIKI = "counts { active suspended released unassigned waiting mentorsAvailable at }"


async def test_a_wikis_mentees_are_counted_by_state(office: Office) -> None:
    await office.newcomer(1, "Still waits")
    await office.mentor(101, "Mentor Ada")
    for user in range(2, 7):
        await office.newcomer(user, f"Newcomer {user}")
    office.calendar.now = on(1)
    await office.block(2, reason="Username policy", category="USERNAME")
    await office.block(3, reason="Spam")
    # Never a mentee, whatever became of that account since.
    await office.block(9, reason="Spam")
    for user in (4, 5):
        await office.do("optOutOfMentorship", {"mentee": (await office.mentee(user, "id"))["id"]})
    office.calendar.now = on(2)
    await office.block(5, reason="Spam", blockId="5")
    office.calendar.now = on(9)

    seen = (await office.see(WIKI))["counts"]
    expected = {"active": 1, "suspended": 1, "released": 2, "unassigned": 2, "waiting": 1}
    assert seen == expected | {"mentorsAvailable": 1, "at": office.now()}
    known = (await office.see(WIKI, trusted=True))["counts"]
    assert (known["released"], known["unassigned"]) == (1, 1), "opt-outs are told apart"
    assert (known["active"], known["waiting"]) == (1, 1)

    lists = "".join(
        f"{state}: mentees(where: {{state: [{state.upper()}]}}) {{ totalCount }} "
        for state in ("active", "suspended", "released", "unassigned")
    )
    for trusted, counted in ((False, seen), (True, known)):
        found = await office.see(lists, trusted=trusted)
        assert {name: one["totalCount"] for name, one in found.items()} == {
            name: counted[name] for name in found
        }
    then = (await office.see(WIKI, as_of=on(1.5)))["counts"]
    assert then | {"at": None} == {
        "active": 1,
        "suspended": 2,
        "released": 0,
        "unassigned": 3,
        "waiting": 1,
        "mentorsAvailable": 1,
        "at": None,
    }
    assert then["at"] == written(on(1.5))


async def test_who_is_hidden_is_counted_for_those_alone_who_may_know(office: Office) -> None:
    await office.mentor(101, "Mentor Ada")
    for user, name in ((1, "Rude Name"), (2, "Ruder Name"), (3, "Polite Name")):
        await office.newcomer(user, name)
    await office.block(1, reason="Username policy", category="USERNAME", hidesName=True)
    await office.log_it("recordUnblock", target={"userId": "2"})
    office.calendar.now = on(1)
    await office.block(2, reason="Spam", hidesName=True, blockId="8")
    office.calendar.now = on(20)
    mentor = 'mentor(by: {userId: "101"}) { counts { active suspended released ended } }'
    hand_overs = 'handOvers(from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z") { mentees because }'
    seen = await office.see(f"{WIKI} {mentor} {hand_overs}")
    known = await office.see(f"{WIKI} {mentor} {hand_overs}", trusted=True)
    assert seen["mentor"]["counts"] == {"active": 1, "suspended": 0, "released": 0, "ended": 0}
    assert known["mentor"]["counts"] == {"active": 1, "suspended": 1, "released": 1, "ended": 1}
    assert [seen["counts"][name] for name in ("active", "suspended", "released")] == [1, 0, 0]
    assert [known["counts"][name] for name in ("active", "suspended", "released")] == [1, 1, 1]
    assert seen["handOvers"] == []
    assert known["handOvers"] == [{"mentees": 1, "because": "HOLD_ELAPSED"}]


# Who took over from whom.

HAND_OVERS = """
  handOvers(from: "2024-01-05T00:00:00Z", to: "2024-02-01T00:00:00Z") {
    from { name } to { name } because mentees
  }
"""


def told(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    def name(one: object) -> object:
        return one["name"] if isinstance(one, dict) else one

    return [(name(row["from"]), name(row["to"]), row["because"], row["mentees"]) for row in rows]


async def test_hand_overs_tell_who_took_over_from_whom_the_largest_first(office: Office) -> None:
    ada = await office.mentor(101, "Mentor Ada")
    for user in range(1, 8):
        await office.newcomer(user, f"Newcomer {user}")
    ben = await office.mentor(102, "Mentor Ben", share="NONE")
    cem = await office.mentor(103, "Mentor Cem", share="NONE")
    ids = {user: (await office.mentee(user, "id"))["id"] for user in range(1, 8)}
    # Before the stretch that is asked for.
    await office.do("claimMentees", {"mentor": ben, "mentees": [ids[7]]})
    office.calendar.now = on(10)
    await office.do("claimMentees", {"mentor": ben, "mentees": [ids[1], ids[2], ids[3]]})
    await office.do("claimMentees", {"mentor": cem, "mentees": [ids[4]]})
    await office.do("optOutOfMentorship", {"mentee": ids[5]})
    # Lost and back with the same mentor: nobody took over.
    await office.block(6, reason="Spam", blockId="6")
    office.calendar.now = on(18)
    assert ("Mentor Ada", None, "HOLD_ELAPSED", 1) in told((await office.see(HAND_OVERS))["handOvers"])
    await office.log_it("recordUnblock", target={"userId": "6"})
    office.calendar.now = on(19)
    await office.do("resignMentor", {"mentor": cem})
    office.calendar.now = on(40)

    seen = told((await office.see(HAND_OVERS))["handOvers"])
    expected = [
        ("Mentor Ada", "Mentor Ben", "TRANSFERRED", 3),
        ("Mentor Ada", "Mentor Cem", "TRANSFERRED", 1),
        ("Mentor Ada", None, "ENDED_BY_HAND", 1),
        ("Mentor Cem", "Mentor Ada", "MENTOR_RESIGNED", 1),
    ]
    assert seen == expected
    known = told((await office.see(HAND_OVERS, trusted=True))["handOvers"])
    assert known == [*expected[:2], ("Mentor Ada", None, "OPTED_OUT", 1), expected[3]]
    then = told((await office.see(HAND_OVERS, as_of=on(15)))["handOvers"])
    assert then == expected[:3]
    del ada


# Many accounts at once, and what they were called.


async def test_many_accounts_are_answered_in_the_order_asked(office: Office) -> None:
    for user, name in ((1, "Alpha"), (2, "Beta"), (3, "Rude Name")):
        await office.newcomer(user, name)
    await office.log_it("recordRename", target={"userId": "1"}, newName="Omega")
    await office.block(3, hidesName=True)
    document = """
      query($wiki: String!, $by: [AccountBy!]!, $one: AccountBy!, $name: String!) {
        wiki(dbName: $wiki) {
          many: accounts(by: $by) { userId }
          written: accounts(by: [$one, {name: $name}, {userId: 9}, {name: "alpha"}]) { userId name }
          none: accounts(by: []) { userId }
        }
      }
    """
    given = {
        "by": [{"userId": 2}, {"name": "alpha"}, {"userId": "9"}, {"name": "Rude_Name"}, {"userId": "2"}]
    }
    found = await office.client.ask(document, wiki=office.wiki, one={"userId": "1"}, name="Beta", **given)
    alpha, beta = {"userId": "1", "name": "Omega"}, {"userId": "2", "name": "Beta"}
    assert found["wiki"] == {
        "many": [{"userId": "2"}, {"userId": "1"}, None, None, {"userId": "2"}],
        "written": [alpha, beta, None, alpha],
        "none": [],
    }


async def test_former_names_are_told_the_newest_first(office: Office) -> None:
    await office.newcomer(1, "Alpha")
    for number, name in enumerate(("Beta", "Gamma", "Delta"), 1):
        office.calendar.now = on(number)
        await office.log_it("recordRename", target={"userId": "1"}, newName=name)
    office.calendar.now = on(9)
    seen = await office.mentee(1, "name formerNames { name until }")
    assert seen["name"] == "Delta"
    assert [one["name"] for one in seen["formerNames"]] == ["Gamma", "Beta", "Alpha"]
    assert [one["until"][:10] for one in seen["formerNames"]] == ["2024-01-04", "2024-01-03", "2024-01-02"]
    # Each finds the account where nobody holds it now.
    assert await office.see('mentee(by: {name: "Beta"}) { userId }') == {"mentee": {"userId": "1"}}
    then = await office.see('mentee(by: {userId: "1"}) { name formerNames { name } }', as_of=on(2.5))
    assert then == {"mentee": {"name": "Gamma", "formerNames": [{"name": "Beta"}, {"name": "Alpha"}]}}
