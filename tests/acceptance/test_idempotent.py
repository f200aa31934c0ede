"""`@idempotent(key:)`: a mutation that is sent again under its key is answered as at first."""

import asyncio
import inspect
from typing import Any

import asyncpg
import pytest
from strawberry.types.field import StrawberryField

from acceptance.client import keyed
from acceptance.in_process import written
from acceptance.office import Office
from acceptance.refusals import NOTHING, must_be_a_sentence
from acceptance.small_wiki import ADA, BEN, DAN, NEWCOMER, ONCE, OPTED_OUT, TWICE, SmallWiki
from lifecycle_stories import on
from reading import SCHEMA
from resolvers.idempotent import Idempotent

pytestmark = pytest.mark.acceptance

NEW_WIKI = {"dbName": "keyedwiki", "url": "https://keyed.example.org"}
ADD_WIKI = """
  mutation($key: String!, $input: AddWikiInput!) {
    addWiki(input: $input) @idempotent(key: $key) { wiki { id dbName } userErrors { code message field } }
  }
"""

LATEST_TIE = """
  query($id: ID!) { node(id: $id) { ... on Mentee { relationships(first: 1) { nodes { id } } } } }
"""


async def latest_tie(wiki: SmallWiki, user: str) -> dict[str, Any]:
    """The tie that is open, or was last."""
    found = await wiki.client.ask(LATEST_TIE, id=wiki.mentee(user))
    return {"relationship": found["node"]["relationships"]["nodes"][0]["id"]}


async def a_webhook(wiki: SmallWiki) -> dict[str, Any]:
    """One that was just made."""
    made = await wiki.client.done("createWebhook", A_WEBHOOK, "webhook { id }")
    return {"webhook": made["webhook"]["id"]}


def three_facts(wiki: SmallWiki) -> dict[str, Any]:
    """The second is refused."""
    return {
        "facts": [
            {"rename": wiki.logged(target={"userId": TWICE}, newName="Twice Renamed")},
            {"block": wiki.logged(target={"name": "Nobody of that name"})},
            {"block": wiki.logged(target={"userId": ONCE}, blockId="92")},
        ]
    }


A_WEBHOOK = {"wiki": "smallwiki", "url": "https://hooks.example/"}

# One input for each mutation, in an order in which all can be done; none has a `source` where it can do without.
ASKED: dict[str, Any] = {
    "addWiki": lambda _: NEW_WIKI,
    "keepRelationship": lambda w: latest_tie(w, ONCE),
    "endRelationship": lambda w: latest_tie(w, NEWCOMER),
    "restoreRelationship": lambda w: latest_tie(w, NEWCOMER),
    "recordRegistration": lambda w: w.logged(userId="301", name="Keyed Newcomer"),
    "recordBlock": lambda w: w.logged(target={"userId": NEWCOMER}, blockId="91", reason="Spam"),
    "recordBlockChange": lambda w: w.logged(blockId="51", scope="PARTIAL"),
    "recordUnblock": lambda w: w.logged(blockId="51"),
    "recordRename": lambda w: w.logged(target={"userId": ONCE}, newName="Once Renamed"),
    "recordVisibility": lambda w: w.logged(target={"userId": ONCE}, reasonHidden=True),
    "recordDeparture": lambda w: w.logged(target={"userId": "5000"}),
    "recordFacts": three_facts,
    "recordActivity": lambda w: {"wiki": w.name, "activity": [{"userId": ONCE, "editCount": 5}]},
    "retractFact": lambda w: {"wiki": w.name, "source": "mw-log", "sourceId": "1", "reason": "By mistake."},
    "createToken": lambda _: {"name": "A tool", "roles": [{"role": "READER"}]},
    "revokeToken": lambda _: {"token": "2"},
    "createWebhook": lambda _: A_WEBHOOK,
    "rotateWebhookSecret": a_webhook,
    "removeWebhook": a_webhook,
    "retryDeliveries": lambda w: {"wiki": w.name},
    "starMentee": lambda w: {"mentee": w.mentee(ONCE)},
    "unstarMentee": lambda w: {"mentee": w.mentee(ONCE)},
    "enrollMentor": lambda w: {"wiki": w.name, "account": {"userId": DAN}, "share": "NONE"},
    "updateMentor": lambda w: {"mentor": w.mentors[ADA], "capacity": 7},
    "assignMentor": lambda w: {"mentee": w.mentee(NEWCOMER), "mentor": w.mentors[BEN], "role": "BACKUP"},
    "setPolicy": lambda w: {"wiki": w.name, "policy": {"preset": "GRACE_30_DAYS"}},
    "simulatePolicies": lambda w: {
        "wiki": w.name,
        "policies": [{"preset": "DEFAULT"}],
        "from": written(on(0)),
        "to": written(on(9)),
    },
    "transferMentees": lambda w: {"from": w.mentors[BEN], "to": w.mentors[ADA], "role": "BACKUP"},
    "resignMentor": lambda w: {"mentor": w.mentors[BEN]},
    "claimMentees": lambda w: {"mentor": w.mentors[ADA], "mentees": [w.mentee(ONCE), w.mentee(NEWCOMER)]},
    "graduateMentee": lambda w: {"mentee": w.mentee(ONCE)},
    "optOutOfMentorship": lambda w: {"mentee": w.mentee(ONCE)},
    "optInToMentorship": lambda w: {"mentee": w.mentee(OPTED_OUT)},
}


def mutations() -> list[str]:
    assert SCHEMA.mutation_type is not None
    return sorted(SCHEMA.mutation_type.fields)


def test_every_mutation_takes_a_key_and_is_tried_with_one() -> None:
    assert SCHEMA.mutation_type is not None
    for name, one in SCHEMA.mutation_type.fields.items():
        declared: StrawberryField = one.extensions["strawberry-definition"]
        assert any(isinstance(extension, Idempotent) for extension in declared.extensions), name
    # That one has no input but an id: cancelled twice is cancelled once.
    assert sorted([*ASKED, "cancelJob"]) == mutations()


@pytest.mark.parametrize("name", ASKED)
async def test_sent_again_it_is_answered_as_at_first_and_nothing_is_written(
    wiki: SmallWiki, name: str
) -> None:
    document, asked = keyed(name, NOTHING[name]), ASKED[name](wiki)
    asked = await asked if inspect.isawaitable(asked) else asked
    first = await wiki.client.ask(document, key=f"key of {name}", input=asked)
    assert first[name]["userErrors"] == []
    before = await wiki.kept()
    assert await wiki.client.ask(document, key=f"key of {name}", input=asked) == first
    assert await wiki.kept() == before


async def test_a_refusal_is_answered_again_whatever_has_changed(office: Office) -> None:
    mentor = await office.mentor(1, "A mentor")
    await office.do("resignMentor", {"mentor": mentor})
    mentee = await office.newcomer(2, "A mentee")
    asked = {"mentee": mentee, "mentor": mentor}
    document = keyed("assignMentor", "relationship { id }")
    first = await office.client.ask(document, key=f"{office.wiki} one", input=asked)
    [error] = first["assignMentor"]["userErrors"]
    assert error["code"] == "NOT_A_MENTOR"
    await office.do("enrollMentor", {"wiki": office.wiki, "account": {"id": mentor}})
    assert await office.client.ask(document, key=f"{office.wiki} one", input=asked) == first
    done = await office.client.ask(document, key=f"{office.wiki} two", input=asked)
    assert done["assignMentor"]["userErrors"] == []


async def test_what_was_only_tried_leaves_the_key_for_what_is_meant(office: Office) -> None:
    await office.newcomer(1, "A mentee")
    asked = {
        "wiki": office.wiki,
        "target": {"userId": "1"},
        "occurredAt": office.now(),
        "source": "tool",
        "sourceId": "1",
    }
    document, key = keyed("recordBlock", "block { id } replayed"), f"{office.wiki} one"
    tried = await office.client.ask(document, key=key, input=asked | {"validateOnly": True})
    assert tried["recordBlock"]["userErrors"] == []
    first = await office.client.ask(document, key=key, input=asked)
    assert first["recordBlock"]["block"] is not None
    assert (first["recordBlock"]["replayed"], first["recordBlock"]["userErrors"]) == (False, [])
    assert await office.client.ask(document, key=key, input=asked) == first


ANOTHER_INPUT = {"dbName": "anotherwiki", "url": "https://another.example.org"}


async def test_a_key_that_stands_for_something_else_is_refused_with_a_sentence(wiki: SmallWiki) -> None:
    taken = {"dbName": "takenwiki", "url": "https://taken.example.org"}
    await wiki.client.ask(ADD_WIKI, key="taken", input=taken)
    before = await wiki.kept()
    for document, asked in (
        (ADD_WIKI, ANOTHER_INPUT),
        (keyed("updateMentor"), {"mentor": wiki.mentors[ADA], "capacity": 3}),
    ):
        [payload] = (await wiki.client.ask(document, key="taken", input=asked)).values()
        [error] = payload["userErrors"]
        assert (error["code"], error["field"]) == ("IDEMPOTENCY_MISMATCH", None)
        must_be_a_sentence(error["message"], [])
    assert await wiki.kept() == before


async def test_while_it_is_being_done_the_same_is_refused_with_a_sentence(
    office: Office, module_database: str
) -> None:
    mentee = await office.newcomer(1, "A mentee")
    asked = {"key": f"{office.wiki} one", "input": {"mentee": mentee}}
    document = keyed("optOutOfMentorship", "mentee { id }")
    holder = await asyncpg.connect(module_database)
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM account FOR UPDATE")
            first = asyncio.create_task(office.client.ask(document, **asked))
            while not await holder.fetchval(SOMEBODY_WAITS):
                await asyncio.sleep(0.01)
            payload = (await office.client.ask(document, **asked))["optOutOfMentorship"]
    finally:
        await holder.close()
    done = await first
    [error] = payload["userErrors"]
    assert (error["code"], error["field"], payload["mentee"]) == ("IDEMPOTENCY_IN_PROGRESS", None, None)
    must_be_a_sentence(error["message"], [])
    assert await office.client.ask(document, **asked) == done


SOMEBODY_WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'mentorgraph ledger' AND datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.mark.parametrize("key", ["", "k" * 129, "tab\tbed", "null\0"])
async def test_a_key_that_is_none_is_refused_with_a_sentence(wiki: SmallWiki, key: str) -> None:
    before = await wiki.kept()
    payload = (await wiki.client.ask(ADD_WIKI, key=key, input=ANOTHER_INPUT))["addWiki"]
    [error] = payload["userErrors"]
    assert (error["code"], error["field"], payload["wiki"]) == ("INVALID", None, None)
    must_be_a_sentence(error["message"], [])
    assert await wiki.kept() == before


async def test_what_cannot_be_read_is_refused_by_its_path_under_a_key_too(office: Office) -> None:
    await office.newcomer(1, "A mentee")
    asked = {"wiki": office.wiki, "target": {"userId": "1"}, "source": "tool", "sourceId": "1"}
    document, key = keyed("recordBlock"), f"{office.wiki} one"
    payload = await office.client.ask(document, key=key, input=asked | {"occurredAt": "yesterday"})
    [error] = payload["recordBlock"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["input", "occurredAt"])


async def test_keys_may_have_128_characters_of_any_script(office: Office) -> None:
    asked = {"dbName": f"{office.wiki}2", "url": "https://long.example.org"}
    for key in ("k" * 128, "ключ", "鍵", "k e y"):
        payload = (
            await office.client.ask(ADD_WIKI, key=key, input=asked | {"dbName": f"{office.wiki}{len(key)}"})
        )["addWiki"]
        assert payload["userErrors"] == [], key


async def test_how_the_same_is_written_makes_no_difference(office: Office) -> None:
    mentee = await office.newcomer(1, "A mentee")
    first = await office.client.ask(
        keyed("recordBlock", "block { id }"),
        key=f"{office.wiki} one",
        input={
            "wiki": office.wiki,
            "target": {"userId": "1"},
            "occurredAt": written(on(0)),
            "source": "tool",
            "sourceId": "1",
        },
    )
    literal = f"""
      mutation {{
        recordBlock(
          input: {{
            sourceId: "1", source: "tool", kind: LOCAL, scope: SITEWIDE, hidesName: false
            occurredAt: "{on(0):%Y-%m-%dT}02:00:00+02:00", target: {{userId: 1}}, wiki: "{office.wiki}"
          }}
        ) @idempotent(key: "{office.wiki} one") {{ block {{ id }} userErrors {{ code message field }} }}
      }}
    """
    assert mentee
    assert await office.client.ask(literal) == first


EACH_ITS_OWN = """
  mutation($mentor: ID!, $nine: String!, $one: String!) {
    nine: updateMentor(input: {mentor: $mentor, capacity: 9}) @idempotent(key: $nine) { ...told }
    one: updateMentor(input: {mentor: $mentor, capacity: 1}) @idempotent(key: $one) { ...told }
    again: updateMentor(input: {mentor: $mentor, capacity: 9}) @idempotent(key: $nine) { ...told }
    wrong: updateMentor(input: {mentor: $mentor, capacity: 5}) @idempotent(key: $nine) { ...told }
  }
  fragment told on MentorPayload { mentor { capacity } userErrors { code } }
"""


async def test_each_field_of_a_document_has_a_key_of_its_own(office: Office) -> None:
    mentor = await office.mentor(1, "A mentor")
    asked = {"mentor": mentor, "nine": f"{office.wiki} nine", "one": f"{office.wiki} one"}
    told = await office.client.ask(EACH_ITS_OWN, **asked)
    assert told["nine"] == {"mentor": {"capacity": 9}, "userErrors": []}
    assert told["one"] == told["again"] == {"mentor": {"capacity": 1}, "userErrors": []}, "not set back"
    assert told["wrong"] == {"mentor": None, "userErrors": [{"code": "IDEMPOTENCY_MISMATCH"}]}


async def test_one_field_has_one_key(office: Office) -> None:
    mentee = await office.newcomer(1, "A mentee")
    document = """
      mutation($input: MenteeInput!) {
        optOutOfMentorship(input: $input) @idempotent(key: "one") { userErrors { code message field } }
        optOutOfMentorship(input: $input) @idempotent(key: "two") { mentee { id } }
      }
    """
    payload = (await office.client.ask(document, input={"mentee": mentee}))["optOutOfMentorship"]
    [error] = payload["userErrors"]
    assert (error["code"], payload["mentee"]) == ("INVALID", None)
    must_be_a_sentence(error["message"], [])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('{ wiki(dbName: "x") @idempotent(key: "k") { id } }', "field of the mutation itself"),
        (
            'mutation($input: AddWikiInput!) { addWiki(input: $input) { wiki @idempotent(key: "k") { id } } }',
            "field of the mutation itself",
        ),
        (
            'mutation { addWiki(input: {}) @idempotent(key: "a") @idempotent(key: "b") { wiki { id } } }',
            "can only be used once",
        ),
        ("mutation($input: AddWikiInput!) { addWiki(input: $input) @idempotent { wiki { id } } }", "key"),
        (
            'mutation($input: AddWikiInput!) @idempotent(key: "k") { addWiki(input: $input) { wiki { id } } }',
            "may not be used on",
        ),
    ],
)
async def test_elsewhere_the_directive_is_an_error_of_the_document(
    wiki: SmallWiki, document: str, said: str
) -> None:
    before = await wiki.kept()
    answer = (await wiki.client.post(document, input=ANOTHER_INPUT)).json()
    assert answer.get("data") is None
    assert any(said in error["message"] for error in answer["errors"]), answer["errors"]
    assert await wiki.kept() == before


async def test_a_fragment_carries_the_key_too(office: Office) -> None:
    document = """
      mutation($input: AddWikiInput!) { ...Adding }
      fragment Adding on Mutation {
        addWiki(input: $input) @idempotent(key: "in a fragment") { wiki { id } userErrors { code } }
      }
    """
    asked = {"dbName": f"{office.wiki}fragment", "url": "https://fragment.example.org"}
    first = await office.client.ask(document, input=asked)
    assert first["addWiki"]["userErrors"] == []
    assert await office.client.ask(document, input=asked) == first


async def test_a_name_that_was_hidden_since_is_not_told_again(office: Office) -> None:
    """What is kept are ids: whoever sends again reads what may be read by now."""
    await office.newcomer(1, "Unspeakable")
    document = keyed("recordBlock", "mentee { name } block { id }")
    asked = {
        "wiki": office.wiki,
        "target": {"userId": "1"},
        "occurredAt": office.now(),
        "source": "tool",
        "sourceId": "b",
    }
    first = await office.client.ask(document, key=f"{office.wiki} one", input=asked)
    assert first["recordBlock"]["mentee"] == {"name": "Unspeakable"}
    await office.block(1, hidesName=True)
    again = await office.client.ask(document, key=f"{office.wiki} one", input=asked)
    assert "Unspeakable" not in str(again)
    assert again["recordBlock"]["userErrors"] == []


async def test_a_key_is_free_again_after_a_day(office: Office) -> None:
    asked = {"dbName": f"{office.wiki}aday", "url": "https://day.example.org"}
    first = await office.client.ask(ADD_WIKI, key=f"{office.wiki} day", input=asked)
    office.calendar.now = on(0.999)
    assert await office.client.ask(ADD_WIKI, key=f"{office.wiki} day", input=asked) == first
    office.calendar.now = on(1.001)
    [error] = (await office.client.ask(ADD_WIKI, key=f"{office.wiki} day", input=asked))["addWiki"][
        "userErrors"
    ]
    assert error["code"] == "ALREADY_EXISTS"
    other = asked | {"dbName": f"{office.wiki}next"}
    [error] = (await office.client.ask(ADD_WIKI, key=f"{office.wiki} day", input=other))["addWiki"][
        "userErrors"
    ]
    assert error["code"] == "IDEMPOTENCY_MISMATCH", "and begins anew"
