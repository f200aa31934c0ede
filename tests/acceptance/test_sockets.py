"""The protocol `graphql-transport-ws`: what a client that keeps to it gets, and one that does not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from acceptance.client import Client, mutation
from acceptance.watcher import COUNTS, EVENTS, PROTOCOL, Closed, Watcher, listening, raw
from graph.compile.ids import encode
from mentorgraph.watching import socket as protocol
from those_who_ask import DOES_ALL

pytestmark = pytest.mark.acceptance

WIKI = {"dbName": "watchwiki", "url": "https://watch.example.org"}


@pytest.fixture(scope="module")
async def served(module_database: str) -> AsyncIterator[tuple[str, Client]]:
    async with listening(module_database) as (address, client, _):
        await client.done("addWiki", WIKI)
        await client.done("addWiki", WIKI | {"dbName": "otherwiki"})
        yield address, client


async def closing(address: str, *messages: str | bytes, **options: Any) -> tuple[int, str]:
    """How the server closes a socket on which this is said."""
    async with raw(address, **options) as socket:
        for message in messages:
            await socket.send(message)
        watcher = Watcher(socket)
        with pytest.raises(Closed) as closed:
            await all_that_is_said(watcher)
    return closed.value.code, closed.value.reason


async def all_that_is_said(watcher: Watcher) -> None:
    while True:
        await watcher.hear()


INIT = '{"type":"connection_init"}'
WATCH = 'subscription { relationshipEvents(wiki: "watchwiki") { cursor } }'
SUBSCRIBE = orjson.dumps({"type": "subscribe", "id": "1", "payload": {"query": WATCH}}).decode()


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "[]",
        "1",
        '"ping"',
        "{}",
        "{",
        '{"type":"hello"}',
        '{"type":{}}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","id":"","payload":{"query":"{__typename}"}}',
        '{"type":"subscribe","id":7,"payload":{"query":"{__typename}"}}',
        '{"type":"subscribe","id":"1","payload":null}',
        '{"type":"subscribe","id":"1","payload":{"query":1}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{__typename}","variables":5}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{__typename}","operationName":5}}',
        '{"type":"subscribe","id":"1","id":"2","payload":{"query":"{__typename}"}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{__typename}","variables":{"a":1,"a":2}}}',
        SUBSCRIBE.replace("}}", ',"variables":{"a":' + "[" * 900 + "]" * 900 + "}}}"),
        b'{"type":"ping"}',
        "[" * 10_000,
    ],
)
async def test_what_is_no_message_closes_the_socket_as_a_bad_request(
    served: tuple[str, Client], message: str | bytes
) -> None:
    code, reason = await closing(served[0], INIT, message)
    assert code == 4400
    assert reason


async def test_an_operation_before_the_handshake_is_unauthorized(served: tuple[str, Client]) -> None:
    assert await closing(served[0], SUBSCRIBE) == (4401, "Unauthorized")


async def test_a_second_handshake_is_one_too_many(served: tuple[str, Client]) -> None:
    assert await closing(served[0], INIT, INIT) == (4429, "Too many initialisation requests")


async def test_an_id_can_be_used_once_at_a_time(served: tuple[str, Client]) -> None:
    assert await closing(served[0], INIT, SUBSCRIBE, SUBSCRIBE) == (4409, "Subscriber for 1 already exists")


async def test_a_client_that_says_nothing_is_not_waited_for(
    served: tuple[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "INIT_WITHIN", 0.1)
    assert await closing(served[0]) == (4408, "Connection initialisation timeout")


@pytest.mark.parametrize("protocols", [None, [Subprotocol("graphql-ws")]])
async def test_another_protocol_is_not_acceptable(
    served: tuple[str, Client], protocols: list[Subprotocol] | None
) -> None:
    assert await closing(served[0], subprotocols=protocols) == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:3000"}],
)
async def test_a_page_of_elsewhere_can_open_no_socket(
    served: tuple[str, Client], headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw(served[0], additional_headers=headers):
            pass
    assert refused.value.response.status_code == 403


async def test_who_calls_the_server_by_another_name_can_open_no_socket(served: tuple[str, Client]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw(
            served[0].replace("127.0.0.1", "mentorgraph.example"),
            host="127.0.0.1",
            port=int(served[0].rpartition(":")[2]),
        ):
            pass
    assert refused.value.response.status_code == 403


async def test_the_servers_own_page_can_open_one(served: tuple[str, Client]) -> None:
    async with raw(served[0], origin=served[0]) as socket:
        assert socket.subprotocol == PROTOCOL


async def test_a_ping_is_answered_with_what_it_carried(served: tuple[str, Client]) -> None:
    async with Watcher.at(served[0]) as watcher:
        await watcher.say(type="ping", payload={"n": 1})
        assert await watcher.hear() == {"type": "pong", "payload": {"n": 1}}
        await watcher.say(type="pong")
        await watcher.say(type="ping")
        assert await watcher.hear() == {"type": "pong"}


async def test_queries_and_mutations_run_over_a_socket_too(served: tuple[str, Client]) -> None:
    async with Watcher.at(served[0], DOES_ALL) as watcher:
        for _ in range(2):
            name = await watcher.subscribe('{ wiki(dbName: "watchwiki") { dbName } }')
            payload = {
                "data": {"wiki": {"dbName": "watchwiki"}},
                "extensions": {"cost": {"requested": 1, "most": 50_000}},
            }
            assert await watcher.hear() == {"id": name, "type": "next", "payload": payload}
            assert await watcher.hear() == {"id": name, "type": "complete"}
        name = await watcher.subscribe(
            mutation("addWiki", "wiki { dbName }"), input=WIKI | {"dbName": "newwiki"}
        )
        told = await watcher.told()
        assert told == {"addWiki": {"wiki": {"dbName": "newwiki"}, "userErrors": []}}
        assert await watcher.hear() == {"id": name, "type": "complete"}


MENTOR, MENTEE = encode("Mentor", 1, 5), encode("Mentee", 1, 5)
ONCE = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        (EVENTS, {"wiki": "nowiki"}, "NOT_FOUND"),
        (EVENTS, {"wiki": "watchwiki", "after": "not a cursor"}, "BAD_CURSOR"),
        (EVENTS, {"wiki": "watchwiki", "after": "WyIxOTAyNjM0ZmMiLDEwMDdd"}, "BAD_CURSOR"),
        (EVENTS, {"wiki": "watchwiki", "mentor": "nobody"}, "BAD_ID"),
        (EVENTS, {"wiki": "watchwiki", "mentor": MENTEE}, "BAD_ID"),
        (EVENTS, {"wiki": "watchwiki", "mentor": MENTOR}, "NOT_FOUND"),
        (EVENTS, {"wiki": "watchwiki", "mentee": MENTEE}, "NOT_FOUND"),
        (EVENTS, {"wiki": "watchwiki", "mentee": encode("Mentee", 2, 5)}, "BAD_ID"),
        (EVENTS, {"wiki": "watchwiki", "kind": ["EXPLODED"]}, None),
        (EVENTS, {}, None),
        (COUNTS, {"mentor": MENTOR}, "NOT_FOUND"),
        (COUNTS, {"mentor": MENTEE}, "BAD_ID"),
        (COUNTS, {"mentor": encode("Mentor", 1, 5, ONCE)}, "BAD_ID"),
        (EVENTS, {"wiki": "watchwiki", "mentee": encode("Mentee", 1, 5, ONCE)}, "BAD_ID"),
        ("{ wiki(dbName: 1) }", {}, None),
        ("{ wiki(", {}, None),
        ("", {}, None),
        ("query A { __typename } query B { __typename }", {}, "WHICH_OPERATION"),
        ("{" + "a " * 2_000 + "}", {}, "TOO_MANY_TOKENS"),
        (WATCH.replace("{ r", "{ a: relationshipCounts(mentor: 1) { active } r", 1), {}, None),
        (WATCH.replace(") {", ") @skip(if: true) {"), {}, None),
    ],
)  # fmt: skip
async def test_one_operation_that_cannot_run_does_not_disturb_the_others(
    served: tuple[str, Client], query: str, variables: dict[str, Any], code: str | None
) -> None:
    async with Watcher.at(served[0]) as watcher:
        await watcher.subscribe(EVENTS, wiki="watchwiki")
        name = await watcher.subscribe(query, **variables)
        said = await watcher.hear()
        assert (said["id"], said["type"]) == (name, "error")
        [error, *_] = said["payload"]
        assert error["message"]
        assert code is None or error["extensions"]["code"] == code
        assert "INTERNAL" not in orjson.dumps(said).decode()
        await watcher.say(type="ping")
        assert await watcher.hear() == {"type": "pong"}
        # The id is free again, and the first operation still runs.
        await watcher.say(type="subscribe", id=name, payload={"query": "{ __typename }"})
        assert (await watcher.hear())["type"] == "next"


async def test_what_is_ended_while_it_is_answered_says_nothing_under_an_id_that_is_used_again(
    served: tuple[str, Client],
) -> None:
    """Whenever the end comes: before the answer, within it, or when the server has said the end itself."""
    first, then = (f"{{ {name}: wikis {{ totalCount }} }}" for name in ("first", "then"))
    heard = set()
    async with Watcher.at(served[0]) as watcher:
        for wait in (0, 0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.05) * 4:
            await watcher.say(type="subscribe", id="x", payload={"query": first})
            await asyncio.sleep(wait)
            await watcher.say(type="complete", id="x")
            await watcher.say(type="subscribe", id="x", payload={"query": then})
            said: list[str] = []
            while "then" not in said:
                message = await watcher.hear()
                assert message["id"] == "x"
                said += message["payload"]["data"] if "payload" in message else [message["type"]]
            heard.add(tuple(said))
            assert (await watcher.hear()) == {"id": "x", "type": "complete"}
        await watcher.say(type="ping")
        assert await watcher.hear() == {"type": "pong"}, "and nothing besides"
    assert heard <= {("then",), ("first", "then"), ("first", "complete", "then")}
    assert len(heard) > 1, "the end came at different moments"


async def test_one_socket_runs_a_hundred_operations_and_no_more(served: tuple[str, Client]) -> None:
    async with Watcher.at(served[0]) as watcher:
        for _ in range(protocol.OPERATIONS + 1):
            name = await watcher.subscribe(EVENTS, wiki="watchwiki")
        said = await watcher.hear()
        assert (said["id"], said["type"]) == (name, "error")
        await watcher.say(type="complete", id="1")
        again = await watcher.subscribe(EVENTS, wiki="watchwiki")
        assert await watcher.silent(), again


async def test_a_subscription_by_http_is_told_where_to_go(served: tuple[str, Client]) -> None:
    answer = await served[1].post(EVENTS, wiki="watchwiki")
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "SUBSCRIPTION"
    assert "WebSocket" in error["message"]
