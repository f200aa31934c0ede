"""Who asks: tokens and what they open, what a person may who acts for themselves, and what is kept of who did what."""

import asyncio
import hmac
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from acceptance.client import Client, mutation
from acceptance.event_source import Source
from acceptance.in_process import Calendar, living, written
from acceptance.small_wiki import ADA, BEN, DAN, NEWCOMER, ONCE, OPTED_OUT, SmallWiki
from acceptance.watcher import EVENTS, Closed, Watcher, listening
from graph.compile.ids import encode
from graph.kinds import ViewerRole
from ledger_rows import fetch
from lifecycle_stories import on
from mentorgraph import callers
from mentorgraph.watching import operations
from models.ledger import Ledger
from models.ledger.secrecy import digest_of, is_mistaken, new_token
from models.ledger.secrecy import written as written_token
from models.ledger.tokens import Wanted
from those_who_ask import DOES_ALL, SEES_ALL, a_token, bearing

pytestmark = pytest.mark.acceptance

ADMIN, COORDINATOR, MENTOR, MENTEE, READER, SERVICE = (
    ViewerRole.ADMIN,
    ViewerRole.COORDINATOR,
    ViewerRole.MENTOR,
    ViewerRole.MENTEE,
    ViewerRole.READER,
    ViewerRole.SERVICE,
)
ME = "{ viewer { name roles { role seesHidden wiki { dbName } } } }"
CREATE = mutation("createToken", "secret token { id name prefix expiresAt roles { role wiki { dbName } } }")
LIST = "{ viewer { tokens { id name prefix revokedAt lastUsedAt } } }"


class Door:
    """A small wiki, and a way to ask it as whoever has some token."""

    def __init__(self, wiki: SmallWiki, ledger: Ledger) -> None:
        self.wiki, self.ledger = wiki, ledger

    async def token(self, wanted: Wanted) -> str:
        _, token = await self.ledger.tokens.create(wanted)
        assert token is not None
        return token

    def bearing(self, token: str | None) -> Client:
        return Client(self.wiki.client.http, token, reads_too=True)

    async def who(self, *roles: ViewerRole, **given: Any) -> Client:
        """Whoever may use these roles; `account`: as that account of the small wiki."""
        return self.bearing(await self.token(a_token(*roles, **given)))


@pytest.fixture(scope="module", autouse=True)
def at_once() -> Iterator[None]:
    """A caller is looked up for each request: what a second makes of it is `callers.TRUSTED_FOR`."""
    assert callers.TRUSTED_FOR <= 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callers, "TRUSTED_FOR", 0.0)
        yield


@pytest.fixture(scope="module")
async def door(wiki: SmallWiki) -> AsyncIterator[Door]:
    async with Ledger.open(wiki.database, size=1, clock=wiki.calendar) as ledger:
        yield Door(wiki, ledger)


async def refusal(client: Client, name: str, asked: dict[str, Any]) -> tuple[str, list[str] | None]:
    (error,) = (await client.do(name, asked))["userErrors"]
    return error["code"], error["field"]


# Tokens.


async def test_anyone_reads_what_is_public_and_changes_nothing(door: Door) -> None:
    anyone = door.bearing(None)
    assert await anyone.ask(ME) == {"viewer": None}
    assert await anyone.ask('{ wiki(dbName: "smallwiki") { dbName } }') == {"wiki": {"dbName": "smallwiki"}}
    before = await door.wiki.kept()
    answer = await anyone.post(mutation("optOutOfMentorship"), input={"mentee": door.wiki.mentee(ONCE)})
    body = answer.json()
    assert (answer.status_code, body["data"]) == (200, None)
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "mentorgraph token create" in body["errors"][0]["message"]
    assert await door.wiki.kept() == before


async def test_a_token_is_made_shown_once_used_and_revoked(door: Door) -> None:
    admin = door.bearing(DOES_ALL)
    asked = {
        "name": "Bot",
        "roles": [{"role": "SERVICE", "wiki": "smallwiki"}],
        "expiresAt": written(on(400)),
    }
    made = (await admin.ask(CREATE, input=asked))["createToken"]
    secret, kept = made["secret"], made["token"]
    assert kept == {
        "id": kept["id"],
        "name": "Bot",
        "prefix": secret[:10],
        "expiresAt": written(on(400)),
        "roles": [{"role": "SERVICE", "wiki": {"dbName": "smallwiki"}}],
    }
    bot = door.bearing(secret)
    role = {"role": "SERVICE", "seesHidden": False, "wiki": {"dbName": "smallwiki"}}
    assert await bot.ask(ME) == {"viewer": {"name": "Bot", "roles": [role]}}
    told = {one["id"]: one for one in (await admin.ask(LIST))["viewer"]["tokens"]}[kept["id"]]
    assert (told["prefix"], told["revokedAt"], told["lastUsedAt"]) == (secret[:10], None, written(on(100)))
    assert await bot.ask(LIST) == {"viewer": {"tokens": []}}, "they are for those who may revoke them"
    assert secret not in str(await dump(door.wiki.database)), "it is kept nowhere"
    await admin.done("revokeToken", {"token": kept["id"]})
    assert (await bot.post(ME)).status_code == httpx.codes.UNAUTHORIZED


async def dump(database: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    try:
        return [
            [str(row) for row in await connection.fetch(f"SELECT * FROM {table}")]  # noqa: S608 - names of this list
            for table in ("token", "deed")
        ]
    finally:
        await connection.close()


CLAIMS = {"sub": "1", "role": "ADMIN", "scopes": ["ADMIN"]}
HEADS: list[dict[str, Any]] = [
    *(
        {"alg": algorithm}
        for algorithm in ("none", "None", "nOnE", "", "HS256", "HS512", "RS256", "ES256", "EdDSA")
    ),
    {"alg": "HS256", "kid": "../../../../dev/null"},
    {"alg": "HS256", "kid": "x' UNION SELECT 'key"},
    {"alg": "RS256", "jku": "http://127.0.0.1:1/keys.json"},
    {"alg": "RS256", "x5u": "http://127.0.0.1:1/chain.pem"},
    {"alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
    {"alg": "dir", "enc": "A256GCM"},
]
BODIES: list[dict[str, Any]] = [
    CLAIMS | {"exp": 0}, CLAIMS | {"exp": 99_999_999_999}, CLAIMS | {"nbf": 99_999_999_999},
    CLAIMS | {"iss": "mentorgraph"}, CLAIMS | {"iss": "https://evil.example"},
    CLAIMS | {"aud": "mentorgraph"}, CLAIMS | {"aud": ["*"]},
    {"sub": "0"}, {},
]  # fmt: skip


def jwt(head: dict[str, Any], body: dict[str, Any]) -> str:
    """A token of a kind that is none of ours, signed by nobody or by whoever knows an empty secret."""
    said = ".".join(
        urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in (head | {"typ": "JWT"}, body)
    )
    signature = hmac.digest(b"", said.encode(), "sha256") if head["alg"] == "HS256" else b""
    return f"{said}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


FORGED = [jwt(head, CLAIMS) for head in HEADS] + [jwt({"alg": "HS256"}, body) for body in BODIES]


@pytest.mark.parametrize(
    "said",
    [
        f"Bearer {written_token(bytes([9] * 32))}",
        "Bearer mgt_" + "0" * 49,
        "Bearer " + "x" * 32,
        "Bearer " + "x" * 300,
        "Bearer",
        "Bearer  ",
        "Basic YTpi",
        DOES_ALL,
        *(f"Bearer {token}" for token in FORGED),
    ],
    ids=[
        "unknown",
        "wrong checksum",
        "no mark",
        "too long",
        "no token",
        "a blank",
        "another scheme",
        "no scheme",
        *(f"a JWT {number}" for number in range(len(FORGED))),
    ],
)
async def test_what_is_no_good_token_opens_nothing_not_even_what_is_public(door: Door, said: str) -> None:
    answer = await door.wiki.client.http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"authorization": said}
    )
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.headers["www-authenticate"].startswith('Bearer realm="mentorgraph"')
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "xxx" not in error["message"]
    assert "mgt_" not in error["message"]


async def test_a_token_expires_at_its_moment(door: Door) -> None:
    calendar = door.wiki.calendar
    guest = await door.who(READER, expires_at=calendar.now + timedelta(hours=1))
    assert (await guest.ask(ME))["viewer"]["name"] == "reader"
    calendar.now += timedelta(hours=1)
    try:
        assert (await guest.post(ME)).status_code == httpx.codes.UNAUTHORIZED
    finally:
        calendar.now -= timedelta(hours=1)


def test_a_slip_in_a_token_is_seen_without_a_look_into_the_database() -> None:
    token = new_token()
    assert not is_mistaken(token)
    assert len(digest_of(token)) == 32
    for place in range(4, len(token)):
        other = "1" if token[place] == "0" else "0"
        assert is_mistaken(token[:place] + other + token[place + 1 :])
    assert is_mistaken(token[:-1])
    assert is_mistaken(token + "0")


async def test_a_token_of_the_operators_own_is_taken_and_stays_revoked(door: Door) -> None:
    own = "an-operators-own-token-of-some-length"
    tokens = door.ledger.tokens
    assert await tokens.bring(own, a_token(ADMIN))
    assert (await door.bearing(own).ask(ME))["viewer"]["name"] == "admin"
    [kept] = [one for one in await tokens.all() if one.prefix == own[:10]]
    await tokens.revoke(kept.id, "tests")
    assert not await tokens.bring(own, a_token(ADMIN)), "a restart does not let it in again"
    assert await tokens.first(a_token(ADMIN)) is None, "there is one already"


# Roles.


async def test_a_role_counts_on_its_own_wiki(door: Door) -> None:
    bot = await door.who(SERVICE, wiki=1)
    entry = door.wiki.logged(target={"userId": "5001"})
    assert await refusal(bot, "recordUnblock", entry | {"wiki": "emptywiki"}) == ("FORBIDDEN", None)
    await bot.done("recordUnblock", entry)
    facts = [{"unblock": entry}, {"unblock": entry | {"wiki": "emptywiki", "sourceId": "7000"}}]
    assert await refusal(bot, "recordFacts", {"facts": facts}) == ("FORBIDDEN", None), "all of it or nothing"
    assert await refusal(bot, "addWiki", {"dbName": "x", "url": "https://x.example"}) == ("FORBIDDEN", None)


async def test_a_mentor_acts_on_their_own_ties_and_on_no_others(door: Door) -> None:
    w = door.wiki
    ada, ben = (
        await door.who(MENTOR, wiki=1, account=int(ADA)),
        await door.who(MENTOR, wiki=1, account=int(BEN)),
    )
    for mentor, code in ((ada, "STALE_VERSION"), (ben, "FORBIDDEN")):
        asked: dict[str, Any] = {"relationship": w.ties[ONCE], "expectedVersion": 99}
        for name in ("keepRelationship", "endRelationship"):
            assert (await refusal(mentor, name, asked))[0] == code
    assert (await refusal(ben, "graduateMentee", {"mentee": w.mentee(ONCE)}))[0] == "FORBIDDEN"
    assert (await refusal(ben, "updateMentor", {"mentor": w.mentors[ADA], "capacity": 1}))[0] == "FORBIDDEN"
    claim = {"mentor": w.mentors[BEN], "mentees": [w.mentee(NEWCOMER)], "validateOnly": True}
    await ben.done("claimMentees", claim)
    assert await refusal(ada, "claimMentees", claim) == ("FORBIDDEN", None)
    past = claim | {"performer": "Mentor Ada"}
    assert await refusal(ben, "claimMentees", past) == ("FORBIDDEN", ["input", "performer"])
    past = claim | {"occurredAt": written(on(98))}
    assert await refusal(ben, "claimMentees", past) == ("FORBIDDEN", ["input", "occurredAt"])


async def test_a_mentee_decides_for_themselves_alone(door: Door) -> None:
    w = door.wiki
    wants_none = await door.who(MENTEE, wiki=1, account=int(OPTED_OUT))
    assert await refusal(wants_none, "optInToMentorship", {"mentee": w.mentee(ONCE)}) == ("FORBIDDEN", None)
    mine = {"mentee": w.mentee(OPTED_OUT)}
    assert await refusal(wants_none, "graduateMentee", mine) == ("FORBIDDEN", None)
    await wants_none.done("optInToMentorship", mine)
    seen = (await wants_none.done("optOutOfMentorship", mine, "mentee { state }"))["mentee"]
    assert seen == {"state": "OPTED_OUT"}, "their own choice is told to themselves"
    tells = f'{{ node(id: "{w.mentee(OPTED_OUT)}") {{ ... on Mentee {{ state }} }} }}'
    ada = await door.who(MENTOR, wiki=1, account=int(ADA))
    assert (await ada.ask(tells))["node"] == {"state": "UNASSIGNED"}, "and to no mentor"


async def test_a_role_is_given_and_taken_and_a_token_can_do_no_more_than_its_owner(door: Door) -> None:
    roles, asked = (
        door.ledger.roles,
        {"wiki": "smallwiki", "policy": {"preset": "DEFAULT"}, "validateOnly": True},
    )
    ada = await door.token(a_token(MENTOR, COORDINATOR, wiki=1, account=int(ADA)))
    assert (await refusal(door.bearing(ada), "setPolicy", asked))[0] == "FORBIDDEN"
    await roles.give(1, int(ADA), COORDINATOR, sees_hidden=False, by="tests")
    await door.bearing(ada).done("setPolicy", asked)
    narrow = await door.who(MENTOR, wiki=1, account=int(ADA))
    assert (await refusal(narrow, "setPolicy", asked))[0] == "FORBIDDEN"
    await roles.take_away(1, int(ADA), COORDINATOR, by="tests")
    assert (await refusal(door.bearing(ada), "setPolicy", asked))[0] == "FORBIDDEN"
    kept = await fetch(
        door.wiki.database, "SELECT d.mutation FROM deed AS d WHERE d.doer = 'tests' ORDER BY d.id"
    )
    assert [what for (what,) in kept] == [f"give COORDINATOR to {ADA}", f"take COORDINATOR from {ADA}"]


async def test_whoever_is_blocked_sitewide_acts_no_more(door: Door) -> None:
    w = door.wiki
    once = await door.who(MENTEE, wiki=1, account=int(ONCE))
    mine = {"mentee": w.mentee(ONCE)}
    assert (await refusal(once, "optOutOfMentorship", mine))[0] == "CALLER_BLOCKED"
    state = f'{{ node(id: "{w.mentee(ONCE)}") {{ ... on Mentee {{ state }} }} }}'
    assert (await door.bearing(DOES_ALL).ask(state))["node"] == {"state": "SUSPENDED"}, "nothing was done"


async def test_a_block_and_a_deed_of_who_is_blocked_wait_for_each_other(door: Door) -> None:
    """Whichever is first, what is done after the block is refused: a thousand orders would not show it as this does."""
    w = door.wiki
    connection = await asyncpg.connect(w.database)
    ben = await door.who(MENTOR, wiki=1, account=int(BEN))
    asked = {"mentor": w.mentors[BEN], "introduction": "I am here"}
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM account WHERE wiki_id = 1 AND id = 102 FOR NO KEY UPDATE")
            deed = asyncio.create_task(ben.do("updateMentor", asked))
            await asyncio.sleep(0.2)
            assert not deed.done(), "it waits for who may be blocking them"
        assert (await deed)["userErrors"] == []
    finally:
        await connection.close()


async def test_each_change_says_who_asked_for_it(door: Door) -> None:
    w = door.wiki
    ada = await door.token(a_token(MENTOR, wiki=1, account=int(ADA)))
    [kept] = [one for one in await door.ledger.tokens.all() if one.prefix == ada[:10]]
    mentor = door.bearing(ada)
    ended = await mentor.done(
        "endRelationship",
        {"relationship": w.ties[NEWCOMER]},
        "event { actor { name isTool } source }",
    )
    assert ended["event"] == {"actor": {"name": "Mentor Ada", "isTool": False}, "source": "api"}
    connection = await asyncpg.connect(w.database)
    try:
        row = await connection.fetchrow(
            "SELECT d.doer, d.mutation, array_agg(f.kind) AS kinds FROM deed AS d "
            "JOIN fact AS f ON f.wiki_id = 1 AND f.id = ANY(d.facts) "
            "WHERE d.wiki_id = 1 AND d.mutation = 'endRelationship' GROUP BY d.doer, d.mutation"
        )
    finally:
        await connection.close()
    assert row is not None
    assert tuple(row) == (f"token:{kept.id} account:1:101", "endRelationship", ["ENDED"])


async def test_one_callers_key_is_no_others(door: Door) -> None:
    document = (
        "mutation($input: UpdateMentorInput!) "
        '{ updateMentor(input: $input) @idempotent(key: "mine") { userErrors { code } } }'
    )
    asked = {"mentor": door.wiki.mentors[BEN], "capacity": 3}
    for client, capacity in ((door.bearing(DOES_ALL), 3), (door.bearing(SEES_ALL), 4)):
        told = await client.ask(document, input=asked | {"capacity": capacity})
        assert told["updateMentor"]["userErrors"] == []


# What is one's own.


async def test_the_viewer_is_told_who_they_are_on_each_wiki_that_is_named(door: Door) -> None:
    ada = await door.who(MENTOR, MENTEE, wiki=1, account=int(ADA))
    document = """
      { viewer { here: mentor(wiki: "smallwiki") { id name notify } me: mentee(wiki: "smallwiki") { name }
                 there: mentor(wiki: "dropwiki") { id } none: mentee(wiki: "nowiki") { id } } }
    """
    every = ["MENTEE_BLOCKED", "MENTEE_UNBLOCKED", "RELEASE_NEAR", "RELEASED", "RESTORED"]
    here = {"id": door.wiki.mentors[ADA], "name": "Mentor Ada", "notify": every}
    me = {"name": "Mentor Ada"}
    assert await ada.ask(document) == {"viewer": {"here": here, "me": me, "there": None, "none": None}}
    await ada.done("updateMentor", {"mentor": door.wiki.mentors[ADA], "notify": ["RELEASED"]})
    notify = '{ wiki(dbName: "smallwiki") { mentor(by: {userId: "101"}) { notify } } }'
    for client, told in (
        (ada, ["RELEASED"]),
        (door.bearing(DOES_ALL), ["RELEASED"]),
        (door.bearing(None), None),
    ):
        assert (await client.ask(notify))["wiki"]["mentor"] == {"notify": told}


async def test_a_star_is_seen_by_who_put_it_there_and_by_nobody_else(door: Door) -> None:
    w = door.wiki
    ada, ben = (
        await door.who(MENTOR, wiki=1, account=int(ADA)),
        await door.who(MENTOR, wiki=1, account=int(BEN)),
    )
    put = await ada.done("starMentee", {"mentee": w.mentee(ONCE)}, "mentee { isStarred }")
    assert put["mentee"] == {"isStarred": True}
    await ada.done("starMentee", {"mentee": w.mentee(ONCE)})
    document = """{ wiki(dbName: "smallwiki") {
      mentee(by: {userId: "5"}) { isStarred }
      yes: mentees(where: {starred: true}) { totalCount nodes { userId } }
      no: mentees(where: {starred: false}) { totalCount }
    } }"""
    everyone = (await door.bearing(None).ask(document))["wiki"]["no"]["totalCount"]
    for client, stars in ((ada, ["5"]), (ben, []), (door.bearing(SEES_ALL), []), (door.bearing(None), [])):
        seen = (await client.ask(document))["wiki"]
        assert seen["mentee"] == {"isStarred": bool(stars)}
        assert seen["yes"] == {"totalCount": len(stars), "nodes": [{"userId": star} for star in stars]}
        assert seen["no"] == {"totalCount": everyone - len(stars)}
    assert (await refusal(door.bearing(SEES_ALL), "starMentee", {"mentee": w.mentee(ONCE)}))[0] == "FORBIDDEN"
    await ada.done("unstarMentee", {"mentee": w.mentee(ONCE)})
    assert (await ada.ask(document))["wiki"]["yes"]["totalCount"] == 0


async def test_what_is_hidden_is_shown_on_the_wiki_of_the_right_alone(door: Door) -> None:
    """Also where one statement tells of several wikis, below a list of them or below the roles themselves."""
    w = door.wiki
    hide = {"target": {"userId": NEWCOMER}, "nameHidden": True}
    admin = door.bearing(DOES_ALL)
    for wiki in ("smallwiki", "emptywiki"):
        await admin.done("recordVisibility", w.logged(wiki=wiki, **hide))
    overseer = await door.who(READER, wiki=1, sees_hidden=True)
    one = 'mentee(by: {userId: "1"}) { name }'
    document = f"""{{
      a: wiki(dbName: "smallwiki") {{ {one} }}
      b: wiki(dbName: "emptywiki") {{ {one} }}
      wikis {{ nodes {{ dbName {one} }} }}
      viewer {{ roles {{ wiki {{ dbName {one} }} }} mentee(wiki: "smallwiki") {{ id }} }}
    }}"""
    seen = await overseer.ask(document)
    assert (seen["a"], seen["b"]) == ({"mentee": {"name": "Newcomer"}}, {"mentee": None})
    assert [one["mentee"] for one in seen["wikis"]["nodes"] if one["dbName"] != "dropwiki"] == [None, None]
    assert seen["viewer"]["roles"] == [{"wiki": {"dbName": "smallwiki", "mentee": None}}]
    everywhere = await door.bearing(SEES_ALL).ask(document)
    assert [one["mentee"] for one in everywhere["wikis"]["nodes"]] == [{"name": "Newcomer"}] * 3
    coordinator = await door.who(COORDINATOR, wiki=1)
    enrolled = {"wiki": "smallwiki", "share": "NONE", "account": {"name": "Newcomer"}}
    never_was = enrolled | {"account": {"name": "Who never was"}}
    hidden, unknown = [await coordinator.do("enrollMentor", asked) for asked in (enrolled, never_was)]
    assert hidden == unknown, "whose name is hidden is nobody to them"
    for by, there, nobody in (
        ("userId", NEWCOMER, "999999"),
        ("id", encode("Mentee", 1, int(NEWCOMER)), encode("Mentee", 1, 999_999)),
    ):
        told = [
            await coordinator.do("enrollMentor", enrolled | {"account": {by: one}}, "mentor { id }")
            for one in (there, nobody)
        ]
        assert told[0] == told[1], "nor by an id"
        assert told[0]["mentor"] is None
        assert [error["code"] for error in told[0]["userErrors"]] == ["NOT_FOUND"]
    await coordinator.done("enrollMentor", enrolled | {"account": {"name": "Dan who never was one"}})
    again = {"mentor": encode("Mentor", 1, int(DAN))}
    await coordinator.done("resignMentor", again)
    later = enrolled | {"account": {"id": again["mentor"]}}
    enrolled_again = await coordinator.done("enrollMentor", later, "mentor { id }")
    assert enrolled_again["mentor"] == {"id": again["mentor"]}, "whom they know of they enrol by an id too"
    for wiki in ("smallwiki", "emptywiki"):
        await admin.done("recordVisibility", w.logged(wiki=wiki, **hide | {"nameHidden": False}))


# Sockets.


async def test_a_socket_is_closed_to_a_bad_token_and_open_to_none(database: str) -> None:
    async with listening(database) as (address, _, _front):
        async with Watcher.at(address) as anyone:
            await anyone.subscribe("{ __typename }")
            assert await anyone.told() == {"__typename": "Query"}
        with pytest.raises(Closed) as closed:
            async with Watcher.at(address, new_token()):
                pass
        assert closed.value.code == 4403
        assert "unknown, has expired or was revoked" in closed.value.reason


async def test_a_right_that_is_taken_away_tells_no_further_event(database: str) -> None:
    calendar = Calendar(on(0))
    async with (
        living(database, calendar) as client,
        listening(database, calendar, look_every=0.1) as (address, _, _front),
        Ledger.open(database, size=1, clock=calendar) as ledger,
    ):
        small = SmallWiki(client, calendar, database)
        await small.settle()
        key, token = await ledger.tokens.create(a_token(COORDINATOR))
        async with Watcher.at(address, token) as watcher:
            await watcher.subscribe(EVENTS, wiki=small.name)
            await asyncio.sleep(0.3)
            await client.done("recordUnblock", small.logged(target={"userId": ONCE}))
            assert (await watcher.event())["node"]["kind"] == "RESUMED"
            await ledger.tokens.revoke(key, "tests")
            await client.done("recordBlock", small.logged(target={"userId": ONCE}, reason="Spam"))
            with pytest.raises(Closed) as closed:
                await watcher.event()
            assert closed.value.code == 4403
            assert "go on after" in closed.value.reason


async def test_who_has_lost_a_right_is_shut_out_though_nothing_happens(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty who watch: ten are revoked, ten expire; none is told anything after, for each is gone within seconds."""
    assert operations.RIGHTS_EVERY <= 60
    monkeypatch.setattr(operations, "RIGHTS_EVERY", 0.2)
    calendar = Calendar(on(0))
    async with (
        listening(database, calendar) as (address, client, front),
        Ledger.open(database, size=1, clock=calendar) as ledger,
    ):
        await client.done("addWiki", {"dbName": "x", "url": "https://x.example.org"})
        made = [
            await ledger.tokens.create(a_token(COORDINATOR, expires_at=None if even else on(1)))
            for even in [True, False] * 10
        ]
        watchers = [asyncio.create_task(shut_out(address, token)) for _, token in made]
        streams = [asyncio.create_task(told_so(client.http, token)) for _, token in made]
        async with asyncio.timeout(20):
            while len(front.door.open) < 2 * len(made):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        assert not any(one.done() for one in (*watchers, *streams)), "they still may"
        for key, _ in made[::2]:
            await ledger.tokens.revoke(key, "tests")
        calendar.now = on(2)
        async with asyncio.timeout(5):
            assert await asyncio.gather(*watchers) == [4403] * len(made)
            assert await asyncio.gather(*streams) == ["FORBIDDEN"] * len(made)


async def shut_out(address: str, token: str | None) -> int:
    """The code with which a socket is closed on which nothing was told."""
    async with Watcher.at(address, token) as watcher:
        await watcher.subscribe(EVENTS, wiki="x")
        with pytest.raises(Closed) as closed:
            await watcher.hear()
        return closed.value.code


async def told_so(http: httpx.AsyncClient, token: str | None) -> str:
    """The code that is the last of a stream."""
    async with Source.at(http, EVENTS, bearing(token), wiki="x") as source:
        event = await source.hear()
        assert event is not None
        code: str = event.data["errors"][0]["extensions"]["code"]
        return code
