"""What bad input gets: a code, a sentence that says what to do, the path into the input, and nothing half-written."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from acceptance.a_small_wiki import (
    ADA,
    BEN,
    CEM,
    DAN,
    GONE,
    NEWCOMER,
    ONCE,
    OPTED_OUT,
    PASSING,
    TODAY,
    TWICE,
    SmallWiki,
)
from acceptance.conftest import mutation
from acceptance.in_process import Calendar, living, written

pytestmark = pytest.mark.acceptance

Input = dict[str, Any]
Refusal = tuple[str, str, Callable[[SmallWiki], Input], str, str]
"""What is wrong, the mutation, its input, the code, and the path into the input."""


@pytest.fixture(scope="module")
async def wiki(module_database: str) -> AsyncIterator[SmallWiki]:
    calendar = Calendar(TODAY)
    async with living(module_database, calendar) as client:
        small = SmallWiki(client, calendar, module_database)
        await small.settle()
        yield small


def after(**lengths: float) -> str:
    return written(TODAY + timedelta(**lengths))


def of_wiki(kind: str, key: int = 1) -> str:
    """A global id that nobody gave out."""
    from graph.compile.ids import encode

    return encode(kind, 1, key)


def someone(user: str) -> Input:
    return {"target": {"userId": user}}


WHO_AND_WHICH: tuple[Refusal, ...] = (
    ("a wiki that is not tracked", "recordBlock", lambda w: w.logged(wiki="nowiki", **someone(ONCE)), "NOT_FOUND", "wiki"),
    ("the same, of a registration", "recordRegistration", lambda w: w.logged(wiki="nowiki", userId="9", name="N"), "NOT_FOUND", "wiki"),
    ("the same, of a mentor", "enrollMentor", lambda w: {"wiki": "nowiki", "account": {"userId": ADA}}, "NOT_FOUND", "wiki"),
    ("a name that nobody bears", "recordBlock", lambda w: w.logged(target={"name": "Nobody"}), "NOT_FOUND", "target"),
    ("the same, of an unblock", "recordUnblock", lambda w: w.logged(target={"name": "Nobody"}), "NOT_FOUND", "target"),
    ("the same, of a rename", "recordRename", lambda w: w.logged(target={"name": "Nobody"}, newName="New"), "NOT_FOUND", "target"),
    ("the same, of a departure", "recordDeparture", lambda w: w.logged(target={"name": "Nobody"}), "NOT_FOUND", "target"),
    ("the same, of a mentor", "enrollMentor", lambda w: {"wiki": w.name, "account": {"name": "Nobody"}}, "NOT_FOUND", "account"),
    ("a user id that is none", "recordBlock", lambda w: w.logged(**someone("0")), "INVALID", "target.userId"),
    ("the same, of a registration", "recordRegistration", lambda w: w.logged(userId="-1", name="Minus"), "INVALID", "userId"),
    ("an id of the wrong type", "recordBlock", lambda w: w.logged(target={"id": of_wiki("Block")}), "INVALID", "target.id"),
    ("a broken id", "recordBlock", lambda w: w.logged(target={"id": "broken"}), "INVALID", "target.id"),
    ("an id of another wiki", "recordBlock", lambda w: w.logged(target={"id": w.mentee(NEWCOMER, w.empty)}), "INVALID", "target.id"),
    ("a change that names no block", "recordBlockChange", lambda w: w.logged(reason="Spam"), "INVALID", "target"),
    ("an unblock that names no block", "recordUnblock", lambda w: w.logged(), "INVALID", "target"),
    ("a change of an unknown block", "recordBlockChange", lambda w: w.logged(blockId="999"), "NOT_FOUND", "blockId"),
    ("an unblock of an unknown block", "recordUnblock", lambda w: w.logged(blockId="999"), "NOT_FOUND", "blockId"),
    ("a block of that id, but of another kind", "recordUnblock", lambda w: w.logged(blockId="51", kind="GLOBAL_LOCK"), "NOT_FOUND", "blockId"),
    ("a change where two blocks are open", "recordBlockChange", lambda w: w.logged(**someone(TWICE), reason="Vandalism"), "WHICH_BLOCK", "blockId"),
    ("a change where none is open", "recordBlockChange", lambda w: w.logged(**someone(NEWCOMER), reason="Vandalism"), "WHICH_BLOCK", "blockId"),
    ("a block that is another's", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), blockId="51"), "CONFLICT", "blockId"),
)  # fmt: skip

WHEN: tuple[Refusal, ...] = (
    ("an expiry before the start", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), expiresAt=after(days=-1)), "INVALID", "expiresAt"),
    ("an expiry at the start", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), expiresAt=after()), "INVALID", "expiresAt"),
    ("a change that expired before it", "recordBlockChange", lambda w: w.logged(**someone(ONCE), expiresAt=after(days=-1)), "INVALID", "expiresAt"),
    ("a block of the future", "recordBlock", lambda w: w.logged(**someone(ONCE), occurredAt=after(minutes=5, seconds=1)), "IN_THE_FUTURE", "occurredAt"),
    ("a registration of the future", "recordRegistration", lambda w: w.logged(userId="9", name="Early", occurredAt=after(days=1)), "IN_THE_FUTURE", "occurredAt"),
    ("a term of the future", "enrollMentor", lambda w: {"wiki": w.name, "account": {"userId": DAN}, "occurredAt": after(days=1)}, "IN_THE_FUTURE", "occurredAt"),
    ("a resignation of the future", "resignMentor", lambda w: {"mentor": w.mentors[BEN], "occurredAt": after(days=1)}, "IN_THE_FUTURE", "occurredAt"),
    ("a choice of the future", "assignMentor", lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[BEN], "occurredAt": after(days=1)}, "IN_THE_FUTURE", "occurredAt"),
    ("a claim of the future", "claimMentees", lambda w: {"mentees": [w.mentee(ONCE)], "mentor": w.mentors[BEN], "occurredAt": after(days=1)}, "IN_THE_FUTURE", "occurredAt"),
    ("an opt-out of the future", "optOutOfMentorship", lambda w: {"mentee": w.mentee(ONCE), "occurredAt": after(days=1)}, "IN_THE_FUTURE", "occurredAt"),
)  # fmt: skip

TOO_LONG = "é" * 128
BAD_NAMES = {
    "of 256 bytes": TOO_LONG,
    "of no byte": "",
    "with a control character": "Line\nbreak",
    "with a NUL": "Nu\0l",
    "with half a surrogate pair": "Half \ud800",
}

NAMES: tuple[Refusal, ...] = tuple(
    refusal
    for kind, name in BAD_NAMES.items()
    for refusal in (
        (f"a name {kind}", "recordRegistration", lambda w, name=name: w.logged(userId="9", name=name), "INVALID", "name"),
        (f"a new name {kind}", "recordRename", lambda w, name=name: w.logged(**someone(ONCE), newName=name), "INVALID", "newName"),
        (f"a target's name {kind}", "recordBlock", lambda w, name=name: w.logged(target={"name": name}), "INVALID", "target.name"),
    )
)  # fmt: skip

TEXTS: tuple[Refusal, ...] = (
    ("a reason with a NUL", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), reason="a\0b"), "INVALID", "reason"),
    ("a reason with half a surrogate pair", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), reason="\udc00"), "INVALID", "reason"),
    ("a new reason with a NUL", "recordBlockChange", lambda w: w.logged(**someone(ONCE), reason="a\0b"), "INVALID", "reason"),
    ("an unblock's reason with a NUL", "recordUnblock", lambda w: w.logged(**someone(ONCE), reason="a\0b"), "INVALID", "reason"),
    ("a performer with a NUL", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), performer="a\0b"), "INVALID", "performer"),
    ("a block id with a NUL", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), blockId="a\0b"), "INVALID", "blockId"),
    ("a block id of no character", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), blockId=""), "INVALID", "blockId"),
    ("a decision's reason with a NUL", "optOutOfMentorship", lambda w: {"mentee": w.mentee(ONCE), "reason": "a\0b"}, "INVALID", "reason"),
    ("a decision's performer with a NUL", "assignMentor", lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[BEN], "performer": "a\0b"}, "INVALID", "performer"),
    ("a claim's reason with a NUL", "claimMentees", lambda w: {"mentees": [w.mentee(ONCE)], "mentor": w.mentors[BEN], "reason": "a\0b"}, "INVALID", "reason"),
    ("a source with a NUL", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), source="a\0b"), "INVALID", "source"),
    ("a source id with half a surrogate pair", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), sourceId="\ud800"), "INVALID", "sourceId"),
    ("no source", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), source=""), "INVALID", "source"),
    ("no source id", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), sourceId=""), "INVALID", "sourceId"),
    ("a source id of 256 characters", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), sourceId="1" * 256), "INVALID", "sourceId"),
    ("the server's own source", "recordBlock", lambda w: w.logged(**someone(NEWCOMER), source="draw"), "INVALID", "source"),
    ("a source without its id", "optOutOfMentorship", lambda w: {"mentee": w.mentee(ONCE), "source": "tool"}, "INVALID", "sourceId"),
    ("an id without its source", "claimMentees", lambda w: {"mentees": [w.mentee(ONCE)], "mentor": w.mentors[BEN], "sourceId": "1"}, "INVALID", "source"),
    ("other content under a known name", "recordRegistration", lambda w: w.logged(userId="77", name="Other", sourceId="1"), "CONFLICT", "sourceId"),
)  # fmt: skip

WIKIS: tuple[Refusal, ...] = (
    ("a wiki that is tracked already", "addWiki", lambda w: {"dbName": w.name, "url": "https://small.example.org"}, "ALREADY_EXISTS", "dbName"),
    ("a database name that is none", "addWiki", lambda w: {"dbName": "En Wiki!", "url": "https://en.example.org"}, "INVALID", "dbName"),
    ("no database name", "addWiki", lambda w: {"dbName": "", "url": "https://en.example.org"}, "INVALID", "dbName"),
    ("a database name with a NUL", "addWiki", lambda w: {"dbName": "a\0wiki", "url": "https://en.example.org"}, "INVALID", "dbName"),
    ("an address that is none", "addWiki", lambda w: {"dbName": "newwiki", "url": "en.example.org"}, "INVALID", "url"),
    ("an address of another protocol", "addWiki", lambda w: {"dbName": "newwiki", "url": "javascript:alert(1)"}, "INVALID", "url"),
    ("an address with a NUL", "addWiki", lambda w: {"dbName": "newwiki", "url": "https://en.example.org/\0"}, "INVALID", "url"),
    ("an address that cannot be read", "addWiki", lambda w: {"dbName": "newwiki", "url": "http://[half"}, "INVALID", "url"),
    ("a policy without a name", "addWiki", lambda w: new_wiki(name=""), "INVALID", "policy.policy.name"),
    ("a policy's name with a NUL", "addWiki", lambda w: new_wiki(name="a\0b"), "INVALID", "policy.policy.name"),
    ("a category with two holds", "addWiki", lambda w: new_wiki(holds=[{"category": "SPAM"}] * 2), "INVALID", "policy.policy.holds"),
    ("a setting that can't be null", "addWiki", lambda w: new_wiki(autoAssign=None), "INVALID", "policy.policy.autoAssign"),
    ("a list that can't be null", "addWiki", lambda w: new_wiki(holds=None), "INVALID", "policy.policy.holds"),
    ("a rule without a pattern", "addWiki", lambda w: new_wiki(categoryRules=[{"pattern": "", "category": "SPAM"}]), "INVALID", "policy.policy.categoryRules.0.pattern"),
)  # fmt: skip


def new_wiki(**policy: Any) -> Input:
    own = {"name": "own"} | policy
    return {"dbName": "newwiki", "url": "https://new.example.org", "policy": {"policy": own}}


def update(**changes: Any) -> Callable[[SmallWiki], Input]:
    return lambda w: {"mentor": w.mentors[ADA]} | changes


def enroll(**chosen: Any) -> Callable[[SmallWiki], Input]:
    return lambda w: {"wiki": w.name, "account": {"userId": DAN}} | chosen


MENTORS: tuple[Refusal, ...] = (
    ("a mentor already", "enrollMentor", enroll(account={"userId": ADA}), "ALREADY_MENTOR", "account"),
    ("a capacity below nothing", "enrollMentor", enroll(capacity=-1), "INVALID", "capacity"),
    ("an introduction of 241 characters", "enrollMentor", enroll(introduction="x" * 241), "INVALID", "introduction"),
    ("an introduction with a NUL", "enrollMentor", enroll(introduction="a\0b"), "INVALID", "introduction"),
    ("a new capacity below nothing", "updateMentor", update(capacity=-1), "INVALID", "capacity"),
    ("a new introduction of 241 characters", "updateMentor", update(introduction="x" * 241), "INVALID", "introduction"),
    ("a new introduction with a NUL", "updateMentor", update(introduction="a\0b"), "INVALID", "introduction"),
    ("a share that can't be null", "updateMentor", update(share=None), "INVALID", "share"),
    ("away for 366 days", "updateMentor", update(awayUntil=after(days=366)), "INVALID", "awayUntil"),
    ("away until yesterday", "updateMentor", update(awayUntil=after(days=-1)), "INVALID", "awayUntil"),
    ("a stale version", "updateMentor", update(capacity=5, expectedVersion=99), "STALE_VERSION", "expectedVersion"),
    ("a mentor who never was one", "updateMentor", lambda w: {"mentor": of_wiki("Mentor", 104), "capacity": 5}, "NOT_FOUND", "mentor"),
    ("a mentee's id where a mentor's is expected", "updateMentor", lambda w: {"mentor": w.mentee(ONCE), "capacity": 5}, "INVALID", "mentor"),
    ("a broken id", "updateMentor", lambda w: {"mentor": "broken", "capacity": 5}, "INVALID", "mentor"),
    ("a mentor of nowhere", "updateMentor", lambda w: {"mentor": "TWVudG9yOjk5OjE=", "capacity": 5}, "NOT_FOUND", "mentor"),
    ("a mentor who has resigned resigns", "resignMentor", lambda w: {"mentor": w.mentors[CEM]}, "NOT_A_MENTOR", "mentor"),
    ("a mentor who never was one resigns", "resignMentor", lambda w: {"mentor": of_wiki("Mentor", 104)}, "NOT_A_MENTOR", "mentor"),
)  # fmt: skip


def assign(mentee: str, mentor: str | None = BEN, **more: Any) -> Callable[[SmallWiki], Input]:
    def asked(w: SmallWiki) -> Input:
        return {"mentee": w.mentee(mentee)} | ({"mentor": w.mentors[mentor]} if mentor else {}) | more

    return asked


DECISIONS: tuple[Refusal, ...] = (
    ("a mentor who resigned", "assignMentor", assign(ONCE, CEM), "NOT_A_MENTOR", "mentor"),
    ("a mentor of before their time", "assignMentor", assign(ONCE, BEN, occurredAt=after(days=-7)), "NOT_A_MENTOR", "mentor"),
    ("their own mentor", "assignMentor", lambda w: {"mentee": w.mentors[ADA], "mentor": w.mentors[ADA]}, "SELF_MENTORING", "mentor"),
    ("the primary as the backup", "assignMentor", assign(NEWCOMER, ADA, role="BACKUP"), "PRIMARY_IS_BACKUP", "mentor"),
    ("somebody who opted out", "assignMentor", assign(OPTED_OUT), "OPTED_OUT", "mentee"),
    ("somebody who vanished", "assignMentor", assign(GONE), "DEPARTED", "mentee"),
    ("a temporary account", "assignMentor", assign(PASSING), "NOT_ELIGIBLE", "mentee"),
    ("a hold of zero", "assignMentor", lambda w: {"mentee": w.mentee(NEWCOMER, w.dropping), "mentor": w.mentors[f"{ADA}@{w.dropping}"]}, "WOULD_NOT_HOLD", "mentee"),
    ("nobody to be drawn", "assignMentor", lambda w: {"mentee": w.mentee(NEWCOMER, w.empty)}, "NO_MENTOR_AVAILABLE", "mentor"),
    ("a stale version", "assignMentor", assign(NEWCOMER, BEN, expectedVersion=99), "STALE_VERSION", "expectedVersion"),
    ("a tie where none was expected", "assignMentor", assign(NEWCOMER, BEN, expectedVersion=0), "STALE_VERSION", "expectedVersion"),
    ("a mentor of another wiki", "assignMentor", lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[f"{ADA}@{w.dropping}"]}, "INVALID", "mentor"),
    ("a tie's id for a mentee", "assignMentor", lambda w: {"mentee": of_wiki("Relationship"), "mentor": w.mentors[BEN]}, "INVALID", "mentee"),
    ("a mentee whom nobody knows", "assignMentor", lambda w: {"mentee": of_wiki("Mentee", 999), "mentor": w.mentors[BEN]}, "NOT_FOUND", "mentee"),
    ("a mentee of nowhere", "assignMentor", lambda w: {"mentee": "TWVudGVlOjk5OjE="}, "NOT_FOUND", "mentee"),
    ("an opt-in of somebody who is in", "optInToMentorship", lambda w: {"mentee": w.mentee(NEWCOMER)}, "INVALID", "mentee"),
    ("an opt-out for the second time", "optOutOfMentorship", lambda w: {"mentee": w.mentee(OPTED_OUT)}, "INVALID", "mentee"),
    ("an opt-out of somebody who vanished", "optOutOfMentorship", lambda w: {"mentee": w.mentee(GONE)}, "DEPARTED", "mentee"),
    ("an opt-out of nobody", "optOutOfMentorship", lambda w: {"mentee": of_wiki("Mentee", 999)}, "NOT_FOUND", "mentee"),
)  # fmt: skip

CLAIMS: tuple[Refusal, ...] = (
    ("101 mentees", "claimMentees", lambda w: {"mentor": w.mentors[BEN], "mentees": [of_wiki("Mentee", n) for n in range(1, 102)]}, "TOO_MANY", "mentees"),
    ("no mentee", "claimMentees", lambda w: {"mentor": w.mentors[BEN], "mentees": []}, "INVALID", "mentees"),
    ("the same mentee twice", "claimMentees", lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(ONCE), w.mentee(ONCE)]}, "INVALID", "mentees.1"),
    ("a broken id", "claimMentees", lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(ONCE), "broken"]}, "INVALID", "mentees.1"),
    ("a mentor who resigned", "claimMentees", lambda w: {"mentor": w.mentors[CEM], "mentees": [w.mentee(ONCE)]}, "NOT_A_MENTOR", "mentor"),
    ("themselves", "claimMentees", lambda w: {"mentor": w.mentors[ADA], "mentees": [w.mentors[ADA]]}, "SELF_MENTORING", "mentees.0"),
    ("somebody who opted out", "claimMentees", lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(OPTED_OUT)]}, "OPTED_OUT", "mentees.0"),
    ("somebody whom nobody knows", "claimMentees", lambda w: {"mentor": w.mentors[BEN], "mentees": [of_wiki("Mentee", 999)]}, "NOT_FOUND", "mentees.0"),
)  # fmt: skip

EVERYTHING = (*WHO_AND_WHICH, *WHEN, *NAMES, *TEXTS, *WIKIS, *MENTORS, *DECISIONS, *CLAIMS)


@pytest.mark.parametrize("refusal", EVERYTHING, ids=lambda refusal: f"{refusal[1]}: {refusal[0]}")
async def test_it_is_refused_with_a_code_a_sentence_and_a_path_and_nothing_is_written(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    _, name, asked, code, path = refusal
    given = asked(wiki)
    before = await wiki.kept()
    payload = await wiki.client.do(name, given, NOTHING[name])
    told = [(error["code"], error["field"]) for error in payload.pop("userErrors")]
    assert told == [(code, ["input", *path.split(".")])]
    assert not any(payload.values()) or payload == {"results": [{"relationship": None}]}, payload
    assert await wiki.kept() == before


RECORDED = "mentee { id } block { id } events { id } replayed"
NOTHING = {
    **dict.fromkeys(
        ("recordRegistration", "recordBlock", "recordBlockChange", "recordUnblock", "recordRename", "recordDeparture"),
        RECORDED,
    ),
    "addWiki": "wiki { id }",
    "enrollMentor": "mentor { id }",
    "updateMentor": "mentor { id }",
    "resignMentor": "mentor { id } transferred ended unassigned",
    "assignMentor": "relationship { id } event { id }",
    "claimMentees": "results { relationship { id } }",
    "optOutOfMentorship": "mentee { id }",
    "optInToMentorship": "mentee { id }",
}
"""All that a payload holds besides its errors; of a refusal, nothing."""


@pytest.mark.parametrize("refusal", EVERYTHING, ids=lambda refusal: f"{refusal[1]}: {refusal[0]}")
async def test_the_message_is_a_sentence_without_what_the_caller_must_not_see(wiki: SmallWiki, refusal: Refusal) -> None:
    _, name, asked, _, _ = refusal
    payload = await wiki.client.do(name, asked(wiki))
    for error in payload["userErrors"]:
        said = error["message"]
        assert said[0].isupper() or said.split()[0] in error["field"], said
        assert said.endswith("."), said
        assert len(said.split()) >= 4, said
        assert "Error" not in said, said
        assert "None" not in said, said


async def test_a_wikis_clock_may_run_five_minutes_before_ours(wiki: SmallWiki) -> None:
    ahead = wiki.logged(userId="88", name="A Little Early", assign=False, occurredAt=after(minutes=5))
    assert (await wiki.client.do("recordRegistration", ahead))["userErrors"] == []


async def test_a_claim_is_all_or_none(wiki: SmallWiki) -> None:
    asked = {"mentor": wiki.mentors[BEN], "mentees": [wiki.mentee(ONCE), wiki.mentee(OPTED_OUT), wiki.mentee(GONE)]}
    before = await wiki.kept()
    payload = await wiki.client.do("claimMentees", asked, RESULTS)
    assert told_of(payload) == [["OPTED_OUT"], ["OPTED_OUT"], ["DEPARTED"]], "who could be taken is told why not"
    assert [error["field"][-1] for error in payload["userErrors"]] == ["0", "1", "2"]
    assert [result["relationship"] for result in payload["results"]] == [None, None, None]
    assert await wiki.kept() == before


async def test_a_claim_item_by_item_takes_those_who_can_be_taken(wiki: SmallWiki) -> None:
    asked = {"mentor": wiki.mentors[BEN], "mentees": [wiki.mentee(OPTED_OUT), wiki.mentee(TWICE), of_wiki("Mentee", 999)]}
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
    stale = {"mentee": wiki.mentee(NEWCOMER), "mentor": wiki.mentors[BEN], "expectedVersion": tie["version"] + 1}
    payload = (await wiki.client.ask(document, input=stale))["assignMentor"]
    assert payload["userErrors"] == [{"code": "STALE_VERSION", "current": tie}]


# What is no value of its type: the request as a whole is refused, before anything is done.

NOT_OF_ITS_TYPE = (
    ("a time without offset", "recordBlock", {"occurredAt": "2024-01-05T10:00:00"}, "occurredAt", "offset"),
    ("a date without time", "recordBlock", {"occurredAt": "2024-01-05"}, "occurredAt", "offset"),
    ("a time that is none", "recordBlock", {"occurredAt": "yesterday"}, "occurredAt", "Write it like"),
    ("a number for a time", "recordBlock", {"occurredAt": 1704448800}, "occurredAt", "Write it like"),
    ("a time outside of the calendar", "recordBlock", {"occurredAt": "0001-01-01T00:00:00+14:00"}, "occurredAt", "years"),
    ("an expiry without offset", "recordBlock", {"expiresAt": "2024-06-01T00:00:00"}, "expiresAt", "offset"),
    ("a user id in words", "recordBlock", {"target": {"userId": "five"}}, "target.userId", "BigInt"),
    ("a user id beyond 64 bits", "recordBlock", {"target": {"userId": str(2**63)}}, "target.userId", "64 bits"),
    ("an account named in two ways", "recordBlock", {"target": {"userId": "5", "name": "Five"}}, "target", "one"),
    ("an account named in no way", "recordBlock", {"target": {}}, "target", "one"),
    ("a kind that is none", "recordBlock", {"kind": "LOCALE"}, "kind", "LOCAL"),
    ("a field that is none", "recordBlock", {"expires": None}, "expires", "expiresAt"),
    ("a source left out", "recordBlock", {"source": None}, "source", "null"),
)  # fmt: skip


@pytest.mark.parametrize("wrong", NOT_OF_ITS_TYPE, ids=lambda wrong: wrong[0])
async def test_what_is_not_of_its_type_is_a_request_error_that_says_where_and_how(
    wiki: SmallWiki, wrong: tuple[str, str, Input, str, str]
) -> None:
    _, name, said, path, words = wrong
    before = await wiki.kept()
    answer = await wiki.client.post(mutation(name), input=wiki.logged(**someone(ONCE)) | said)
    body = answer.json()
    assert body.get("data") is None
    message = body["errors"][0]["message"]
    assert words in message, message
    assert path.split(".")[-1] in message, message
    assert await wiki.kept() == before


async def test_a_length_of_time_in_months_or_below_nothing_is_refused(wiki: SmallWiki) -> None:
    for hold in ("P1M", "P1Y", "-P1D", "7 days", 7):
        answer = await wiki.client.post(mutation("addWiki"), input=new_wiki(defaultHold=hold))
        assert answer.json().get("data") is None, hold
        assert "P90D" in answer.json()["errors"][0]["message"]


PAGES = """
  query($wiki: String!, $first: Int, $last: Int, $after: String, $before: String) {
    wiki(dbName: $wiki) {
      mentees(first: $first, last: $last, after: $after, before: $before) { edges { cursor } }
    }
  }
"""
MENTORS_PAGE = "query($wiki: String!) { wiki(dbName: $wiki) { mentors(first: 1) { edges { cursor } } } }"

BAD_PAGES = (
    ("a page of nothing", {"first": 0}),
    ("a page of 101", {"first": 101}),
    ("a page of less than nothing", {"first": -1}),
    ("a last page of nothing", {"last": 0}),
    ("a last page of 101", {"last": 101}),
    ("a page from both ends", {"first": 1, "last": 1}),
    ("a broken cursor", {"after": "broken"}),
    ("a cursor that is none", {"after": ""}),
    ("a cursor of JSON that is none", {"after": "WyJ4Il0="}),
    ("a broken cursor before", {"last": 2, "before": "broken"}),
)


@pytest.mark.parametrize("page", BAD_PAGES, ids=lambda page: page[0])
async def test_a_page_that_cannot_be_is_a_request_error_with_a_code_and_no_data(
    wiki: SmallWiki, page: tuple[str, dict[str, Any]]
) -> None:
    for _ in ("never seen", "remembered"):
        answer = await wiki.client.post(PAGES, wiki=wiki.name, **page[1])
        must_be_refused(answer.json())


@pytest.mark.parametrize("arguments", ["first: 0", "first: 101", "first: 1, last: 1", 'after: "broken"'])
async def test_the_same_written_in_the_document(wiki: SmallWiki, arguments: str) -> None:
    document = f'{{ wiki(dbName: "{wiki.name}") {{ mentors({arguments}) {{ nodes {{ id }} }} }} }}'
    must_be_refused((await wiki.client.post(document)).json())


async def test_the_cursor_of_another_list_is_refused(wiki: SmallWiki) -> None:
    mentors = await wiki.client.ask(MENTORS_PAGE, wiki=wiki.name)
    cursor = mentors["wiki"]["mentors"]["edges"][0]["cursor"]
    answer = await wiki.client.post(PAGES, wiki=wiki.name, after=cursor)
    assert must_be_refused(answer.json())["extensions"]["code"] == "BAD_CURSOR"


async def test_a_broken_id_is_a_request_error_where_something_is_looked_up(wiki: SmallWiki) -> None:
    document = "query($id: ID!) { node(id: $id) { id } }"
    for given in ("broken", "", "TWVudG9y", "TWVudG9yOjE6MQ", "a" * 10_000):
        assert must_be_refused((await wiki.client.post(document, id=given)).json())["extensions"]["code"] == "BAD_ID"


async def test_an_id_of_nothing_is_null(wiki: SmallWiki) -> None:
    document = "query($id: ID!) { node(id: $id) { id } }"
    for kind in ("Wiki", "Mentor", "Mentee", "Relationship", "RelationshipEvent", "Block", "Policy"):
        assert await wiki.client.ask(document, id=of_wiki(kind, 999_999)) == {"node": None}, kind


async def test_more_than_a_hundred_objects_at_once_are_refused(wiki: SmallWiki) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    must_be_refused((await wiki.client.post(document, ids=[of_wiki("Mentee")] * 101)).json())
    assert len((await wiki.client.ask(document, ids=[of_wiki("Mentee")] * 100))["nodes"]) == 100


async def test_what_is_not_tracked_is_null_where_it_is_read(wiki: SmallWiki) -> None:
    assert await wiki.client.ask('{ wiki(dbName: "nowiki") { dbName } }') == {"wiki": None}
    assert await wiki.client.ask('{ wiki(dbName: "no\\u0000wiki") { dbName } }') == {"wiki": None}


def must_be_refused(body: dict[str, Any]) -> dict[str, Any]:
    """The one error of a request that has no data."""
    assert body.get("data") is None
    (error,) = body["errors"]
    assert error["extensions"]["code"].replace("_", "").isalpha()
    assert error["message"].endswith(".")
    return dict(error)
