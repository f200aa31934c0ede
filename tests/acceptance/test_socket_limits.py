"""How much one caller may say and watch over sockets, and what whoever says more, or nothing, is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from acceptance.watcher import EVENTS, PROTOCOL, Closed, Watcher, listening, raw
from mentorgraph.connections import LARGEST_MESSAGE
from mentorgraph.front import Front
from mentorgraph.watching import socket as protocol
from models.ledger.secrecy import written

pytestmark = pytest.mark.acceptance

SOON = 0.1
FRIEND = "https://dashboard.example"
WIKIS = "query Wikis { wikis { totalCount } }"
ID = "sha256:" + "0" * 64
DOCUMENTS = {
    ID: WIKIS,
    "sha256:1": "subscription Watch($wiki: String!) { relationshipEvents(wiki: $wiki) { cursor } }",
}


@pytest.fixture(scope="module")
async def served(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, Front]]:
    manifest = tmp_path_factory.mktemp("documents") / "manifest.json"
    manifest.write_bytes(orjson.dumps(DOCUMENTS))
    async with listening(
        module_database,
        limit_connections=2,
        limit_subscriptions=3,
        trusted_documents=manifest,
        origins=frozenset({FRIEND}),
    ) as (address, client, front):
        await client.done("addWiki", {"dbName": "watchwiki", "url": "https://watch.example.org"})
        yield address, front


@pytest.fixture
def address(served: tuple[str, Front]) -> str:
    return served[0]


async def closed(watcher: Watcher) -> tuple[int, str]:
    """How the server closes the socket, whatever it says before."""
    try:
        while True:
            await watcher.hear()
    except Closed as found:
        return found.code, found.reason


async def code_of(watcher: Watcher, name: str) -> str:
    """The code of the error with which an operation ends."""
    said = await watcher.hear()
    assert (said["id"], said["type"]) == (name, "error")
    return str(said["payload"][0]["extensions"]["code"])


async def test_a_handshake_may_carry_nothing(address: str) -> None:
    for payload in (None, {}, {"token": "x"}):
        async with raw(address) as socket:
            watcher = Watcher(socket)
            await watcher.say(type="connection_init", payload=payload)
            assert await watcher.hear() == {"type": "connection_ack"}


async def test_a_message_that_is_too_large_closes_the_socket(address: str) -> None:
    async with Watcher.at(address) as watcher:
        await watcher.say(type="ping", payload={"x": "y" * (LARGEST_MESSAGE - 100)})
        assert (await watcher.hear())["type"] == "pong"
        await watcher.say(type="ping", payload={"x": "y" * LARGEST_MESSAGE})
        assert (await closed(watcher))[0] == 1009


async def test_who_says_too_much_is_not_listened_to(address: str) -> None:
    async with Watcher.at(address) as watcher:
        for _ in range(protocol.MESSAGES):
            await watcher.say(type="pong")
        assert await closed(watcher) == (4429, "200 messages are read in 10 seconds")


async def test_who_pings_without_end_is_cut_off(address: str) -> None:
    async with Watcher.at(address) as watcher:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(ping_often(watcher.socket), 20)


async def ping_often(socket: ClientConnection) -> None:
    for _ in range(2 * protocol.MESSAGES):
        await socket.ping()
        await asyncio.sleep(0)
    await socket.recv()


async def test_a_socket_on_which_nothing_happens_is_closed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "IDLE", 3 * SOON)
    async with Watcher.at(address) as watcher:
        for _ in range(4):
            assert await watcher.silent(SOON)
            await watcher.say(type="pong")
        name = await watcher.subscribe(EVENTS, wiki="watchwiki")
        assert await watcher.silent(4 * SOON), "somebody watches"
        await watcher.say(type="complete", id=name)
        assert await closed(watcher) == (1001, "Nothing runs here")


async def test_a_query_that_has_ended_keeps_no_socket(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "IDLE", SOON)
    async with Watcher.at(address) as watcher:
        await watcher.subscribe(WIKIS)
        assert await closed(watcher) == (1001, "Nothing runs here")


async def test_one_caller_has_so_many_sockets_and_no_more(address: str) -> None:
    async with Watcher.at(address):
        async with Watcher.at(address), raw(address) as socket:
            code, reason = await closed(Watcher(socket))
            assert code == 4429
            assert reason.startswith("One caller may have 2 sockets and streams of events at a time.")
        async with Watcher.at(address) as watcher:
            await watcher.say(type="ping")
            assert (await watcher.hear())["type"] == "pong", "one was closed, so there is room"


async def test_one_caller_runs_so_many_subscriptions_on_all_sockets(served: tuple[str, Front]) -> None:
    address, front = served
    async with Watcher.at(address) as one, Watcher.at(address) as other:
        for watcher in (one, one, other):
            await watcher.subscribe(EVENTS, wiki="watchwiki")
        async with asyncio.timeout(10):
            while front.door.subscriptions.taken.total() < 3:
                await asyncio.sleep(0.01)
        name = await other.subscribe(EVENTS, wiki="watchwiki")
        assert await code_of(other, name) == "TOO_MANY"
        await other.subscribe(WIKIS)
        assert await other.told() == {"wikis": {"totalCount": 1}}, "it is no subscription"
        assert (await other.hear())["type"] == "complete"
        await one.say(type="complete", id="1")
        async with asyncio.timeout(10):
            while front.door.subscriptions.taken.total() == 3:
                await asyncio.sleep(0.01)
        await other.subscribe(EVENTS, wiki="watchwiki")
        assert await other.silent(SOON)
    async with asyncio.timeout(10):
        while front.door.subscriptions.taken or front.door.connections.taken:
            await asyncio.sleep(0.01)


async def test_a_page_of_a_friend_may_open_a_socket(address: str) -> None:
    async with raw(address, origin=FRIEND) as socket:
        assert socket.subprotocol == PROTOCOL


async def test_a_trusted_document_is_asked_for_by_its_id(address: str) -> None:
    apollo = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ID.removeprefix("sha256:")}}}
    async with Watcher.at(address) as watcher:
        for name, payload in enumerate(({"documentId": ID}, apollo)):
            await watcher.say(type="subscribe", id=str(name), payload=payload)
            assert await watcher.told() == {"wikis": {"totalCount": 1}}
            assert (await watcher.hear())["type"] == "complete"
        await watcher.say(
            type="subscribe", id="w", payload={"documentId": "sha256:1", "variables": {"wiki": "nowiki"}}
        )
        assert await code_of(watcher, "w") == "NOT_FOUND", "the wiki is not there; the document is"
        await watcher.say(type="subscribe", id="x", payload={"documentId": "sha256:2"})
        assert await code_of(watcher, "x") == "DOCUMENT_NOT_FOUND"
        await watcher.say(type="subscribe", id="y", payload={})
        assert await code_of(watcher, "y") == "NO_DOCUMENT"


async def test_where_only_trusted_documents_are_answered_a_socket_answers_no_other(
    module_database: str, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(orjson.dumps(DOCUMENTS))
    async with (
        listening(module_database, trusted_documents=manifest, trusted_only=True, limit_requests=4) as served,
        Watcher.at(served[0]) as watcher,
    ):
        assert await code_of(watcher, await watcher.subscribe("{ __typename }")) == "UNTRUSTED_DOCUMENT"
        assert await code_of(watcher, await watcher.subscribe(EVENTS)) == "UNTRUSTED_DOCUMENT"
        for _ in range(2):
            await watcher.subscribe(WIKIS)
            await watcher.told()
            await watcher.hear()
        # That was the fourth request within the minute.
        assert await code_of(watcher, await watcher.subscribe(WIKIS)) == "RATE_LIMITED"
        await watcher.say(type="ping")
        assert await watcher.hear() == {"type": "pong"}
        assert (await served[1].post(WIKIS)).status_code == 429, "it is the same caller"


async def test_who_guesses_at_tokens_on_sockets_has_no_more_of_them_than_requests(
    module_database: str,
) -> None:
    codes = []
    async with listening(module_database, limit_requests=2) as (address, _, _):
        for number in range(3):
            with pytest.raises(Closed) as closed:
                async with Watcher.at(address, written(bytes([7] * 31 + [number]))):
                    pass
            codes.append(closed.value.code)
    assert codes == [4403, 4403, 4429]
