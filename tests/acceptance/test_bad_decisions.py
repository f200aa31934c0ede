"""What people ask for and cannot have: refused, and nothing half-done."""

from typing import Any

import pytest

from acceptance.refusals import Asked, Input, Refusal, Told, after, each, must_refuse, named, of_wiki
from acceptance.small_wiki import (
    ADA,
    BEN,
    CEM,
    DAN,
    GONE,
    NEWCOMER,
    ONCE,
    OPTED_OUT,
    PASSING,
    TWICE,
    SmallWiki,
)

pytestmark = pytest.mark.acceptance


def update(**changes: Any) -> Asked:
    return lambda w: {"mentor": w.mentors[ADA]} | changes


def enroll(**chosen: Any) -> Asked:
    return lambda w: {"wiki": w.name, "account": {"userId": DAN}} | chosen


def assign(mentee: str, mentor: str | None = BEN, **more: Any) -> Asked:
    def asked(w: SmallWiki) -> Input:
        return {"mentee": w.mentee(mentee)} | ({"mentor": w.mentors[mentor]} if mentor else {}) | more

    return asked


DECISIONS: dict[str, tuple[Told, ...]] = {
    "enrollMentor": (
        (
            "a wiki that is not tracked",
            lambda _: {"wiki": "nowiki", "account": {"userId": ADA}},
            "NOT_FOUND at wiki",
        ),
        (
            "a name that nobody bears",
            lambda w: {"wiki": w.name, "account": {"name": "Nobody"}},
            "NOT_FOUND at account",
        ),
        (
            "a term of the future",
            lambda w: {"wiki": w.name, "account": {"userId": DAN}, "occurredAt": after(days=1)},
            "IN_THE_FUTURE at occurredAt",
        ),
        ("a mentor already", enroll(account={"userId": ADA}), "ALREADY_MENTOR at account"),
        ("a capacity below nothing", enroll(capacity=-1), "INVALID at capacity"),
        ("an introduction of 241 characters", enroll(introduction="x" * 241), "INVALID at introduction"),
        ("an introduction with a NUL", enroll(introduction="a\0b"), "INVALID at introduction"),
    ),
    "resignMentor": (
        (
            "a resignation of the future",
            lambda w: {"mentor": w.mentors[BEN], "occurredAt": after(days=1)},
            "IN_THE_FUTURE at occurredAt",
        ),
        ("a mentor who has resigned resigns", lambda w: {"mentor": w.mentors[CEM]}, "NOT_A_MENTOR at mentor"),
        (
            "a mentor who never was one resigns",
            lambda _: {"mentor": of_wiki("Mentor", 104)},
            "NOT_A_MENTOR at mentor",
        ),
    ),
    "assignMentor": (
        (
            "a choice of the future",
            lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[BEN], "occurredAt": after(days=1)},
            "IN_THE_FUTURE at occurredAt",
        ),
        (
            "a decision's performer with a NUL",
            lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[BEN], "performer": "a\0b"},
            "INVALID at performer",
        ),
        ("a mentor who resigned", assign(ONCE, CEM), "NOT_A_MENTOR at mentor"),
        (
            "a mentor of before their time",
            assign(ONCE, BEN, occurredAt=after(days=-7)),
            "NOT_A_MENTOR at mentor",
        ),
        (
            "their own mentor",
            lambda w: {"mentee": w.mentors[ADA], "mentor": w.mentors[ADA]},
            "SELF_MENTORING at mentor",
        ),
        ("the primary as the backup", assign(NEWCOMER, ADA, role="BACKUP"), "PRIMARY_IS_BACKUP at mentor"),
        ("somebody who opted out", assign(OPTED_OUT), "OPTED_OUT at mentee"),
        ("somebody who vanished", assign(GONE), "DEPARTED at mentee"),
        ("a temporary account", assign(PASSING), "NOT_ELIGIBLE at mentee"),
        (
            "a hold of zero",
            lambda w: {"mentee": w.mentee(NEWCOMER, w.dropping), "mentor": w.mentors[f"{ADA}@{w.dropping}"]},
            "WOULD_NOT_HOLD at mentee",
        ),
        (
            "nobody to be drawn",
            lambda w: {"mentee": w.mentee(NEWCOMER, w.empty)},
            "NO_MENTOR_AVAILABLE at mentor",
        ),
        ("a stale version", assign(NEWCOMER, BEN, expectedVersion=99), "STALE_VERSION at expectedVersion"),
        (
            "a tie where none was expected",
            assign(NEWCOMER, BEN, expectedVersion=0),
            "STALE_VERSION at expectedVersion",
        ),
        (
            "a mentor of another wiki",
            lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[f"{ADA}@{w.dropping}"]},
            "INVALID at mentor",
        ),
        (
            "a tie's id for a mentee",
            lambda w: {"mentee": of_wiki("Relationship"), "mentor": w.mentors[BEN]},
            "INVALID at mentee",
        ),
        (
            "a mentee whom nobody knows",
            lambda w: {"mentee": of_wiki("Mentee", 999), "mentor": w.mentors[BEN]},
            "NOT_FOUND at mentee",
        ),
        ("a mentee of nowhere", lambda _: {"mentee": "TWVudGVlOjk5OjE="}, "NOT_FOUND at mentee"),
    ),
    "claimMentees": (
        (
            "a claim of the future",
            lambda w: {"mentees": [w.mentee(ONCE)], "mentor": w.mentors[BEN], "occurredAt": after(days=1)},
            "IN_THE_FUTURE at occurredAt",
        ),
        (
            "a claim's reason with a NUL",
            lambda w: {"mentees": [w.mentee(ONCE)], "mentor": w.mentors[BEN], "reason": "a\0b"},
            "INVALID at reason",
        ),
        (
            "an id without its source",
            lambda w: {"mentees": [w.mentee(ONCE)], "mentor": w.mentors[BEN], "sourceId": "1"},
            "INVALID at source",
        ),
        (
            "101 mentees",
            lambda w: {"mentor": w.mentors[BEN], "mentees": [of_wiki("Mentee", n) for n in range(1, 102)]},
            "TOO_MANY at mentees",
        ),
        ("no mentee", lambda w: {"mentor": w.mentors[BEN], "mentees": []}, "INVALID at mentees"),
        (
            "the same mentee twice",
            lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(ONCE), w.mentee(ONCE)]},
            "INVALID at mentees.1",
        ),
        (
            "a broken id",
            lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(ONCE), "broken"]},
            "INVALID at mentees.1",
        ),
        (
            "a mentor who resigned",
            lambda w: {"mentor": w.mentors[CEM], "mentees": [w.mentee(ONCE)]},
            "NOT_A_MENTOR at mentor",
        ),
        (
            "themselves",
            lambda w: {"mentor": w.mentors[ADA], "mentees": [w.mentors[ADA]]},
            "SELF_MENTORING at mentees.0",
        ),
        (
            "somebody who opted out",
            lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(OPTED_OUT)]},
            "OPTED_OUT at mentees.0",
        ),
        (
            "somebody whom nobody knows",
            lambda w: {"mentor": w.mentors[BEN], "mentees": [of_wiki("Mentee", 999)]},
            "NOT_FOUND at mentees.0",
        ),
    ),
    "optOutOfMentorship": (
        (
            "an opt-out of the future",
            lambda w: {"mentee": w.mentee(ONCE), "occurredAt": after(days=1)},
            "IN_THE_FUTURE at occurredAt",
        ),
        (
            "a decision's reason with a NUL",
            lambda w: {"mentee": w.mentee(ONCE), "reason": "a\0b"},
            "INVALID at reason",
        ),
        (
            "a source without its id",
            lambda w: {"mentee": w.mentee(ONCE), "source": "tool"},
            "INVALID at sourceId",
        ),
        ("an opt-out for the second time", lambda w: {"mentee": w.mentee(OPTED_OUT)}, "INVALID at mentee"),
        ("an opt-out of somebody who vanished", lambda w: {"mentee": w.mentee(GONE)}, "DEPARTED at mentee"),
        ("an opt-out of nobody", lambda _: {"mentee": of_wiki("Mentee", 999)}, "NOT_FOUND at mentee"),
    ),
    "updateMentor": (
        ("a new capacity below nothing", update(capacity=-1), "INVALID at capacity"),
        ("a new introduction of 241 characters", update(introduction="x" * 241), "INVALID at introduction"),
        ("a new introduction with a NUL", update(introduction="a\0b"), "INVALID at introduction"),
        ("a share that can't be null", update(share=None), "INVALID at share"),
        ("kinds of news that can't be null", update(notify=None), "INVALID at notify"),
        ("away for 366 days", update(awayUntil=after(days=366)), "INVALID at awayUntil"),
        ("away until yesterday", update(awayUntil=after(days=-1)), "INVALID at awayUntil"),
        ("a stale version", update(capacity=5, expectedVersion=99), "STALE_VERSION at expectedVersion"),
        (
            "a mentor who never was one",
            lambda _: {"mentor": of_wiki("Mentor", 104), "capacity": 5},
            "NOT_FOUND at mentor",
        ),
        (
            "a mentee's id where a mentor's is expected",
            lambda w: {"mentor": w.mentee(ONCE), "capacity": 5},
            "INVALID at mentor",
        ),
        ("a broken id", lambda _: {"mentor": "broken", "capacity": 5}, "INVALID at mentor"),
        (
            "a mentor of nowhere",
            lambda _: {"mentor": "TWVudG9yOjk5OjE=", "capacity": 5},
            "NOT_FOUND at mentor",
        ),
    ),
    "optInToMentorship": (
        ("an opt-in of somebody who is in", lambda w: {"mentee": w.mentee(NEWCOMER)}, "INVALID at mentee"),
    ),
}


@pytest.mark.parametrize("refusal", each(DECISIONS), ids=named(each(DECISIONS)))
async def test_what_cannot_be_decided_is_refused_and_nothing_is_changed(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    await must_refuse(wiki, refusal)


async def test_a_claim_is_all_or_none(wiki: SmallWiki) -> None:
    asked = {
        "mentor": wiki.mentors[BEN],
        "mentees": [wiki.mentee(ONCE), wiki.mentee(OPTED_OUT), wiki.mentee(GONE)],
    }
    before = await wiki.kept()
    payload = await wiki.client.do("claimMentees", asked, RESULTS)
    assert told_of(payload) == [["OPTED_OUT"], ["OPTED_OUT"], ["DEPARTED"]], (
        "who could be taken is told why not"
    )
    assert [error["field"][-1] for error in payload["userErrors"]] == ["0", "1", "2"]
    assert [result["relationship"] for result in payload["results"]] == [None, None, None]
    assert await wiki.kept() == before


async def test_a_claim_item_by_item_takes_those_who_can_be_taken(wiki: SmallWiki) -> None:
    asked = {
        "mentor": wiki.mentors[BEN],
        "mentees": [wiki.mentee(OPTED_OUT), wiki.mentee(TWICE), of_wiki("Mentee", 999)],
    }
    payload = await wiki.client.do("claimMentees", asked | {"errorPolicy": "PER_ITEM"}, RESULTS)
    assert told_of(payload) == [["OPTED_OUT"], [], ["NOT_FOUND"]]
    assert [result["mentee"] for result in payload["results"]] == asked["mentees"]
    taken = payload["results"][1]["relationship"]
    assert taken == {"mentor": {"name": "Mentor Ben"}, "state": "SUSPENDED", "startedBecause": "CLAIMED"}
    assert payload["results"][0]["userErrors"][0]["field"] == ["input", "mentees", "0"]


RESULTS = """
  results {
    mentee
    relationship { mentor { name } state startedBecause }
    userErrors { code message field }
  }
"""


def told_of(payload: dict[str, Any]) -> list[list[str]]:
    return [[error["code"] for error in result["userErrors"]] for result in payload["results"]]


async def test_a_stale_version_comes_with_what_is_there_now(wiki: SmallWiki) -> None:
    document = """
      mutation($input: AssignMentorInput!) {
        assignMentor(input: $input) {
          userErrors { code ... on StaleVersionError { current { id ... on Relationship { version } } } }
        }
      }
    """
    tie = await wiki.tie_of(NEWCOMER)
    stale = {
        "mentee": wiki.mentee(NEWCOMER),
        "mentor": wiki.mentors[BEN],
        "expectedVersion": tie["version"] + 1,
    }
    payload = (await wiki.client.ask(document, input=stale))["assignMentor"]
    assert payload["userErrors"] == [{"code": "STALE_VERSION", "current": tie}]
