"""Webhooks: what happens to ties is told elsewhere, signed, once for whoever heard it, and never what is hidden."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import orjson
import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from following_scene import Scene, at_once, scene
from graph.addresses import is_public
from graph.compile.plan import Memory
from graph.errors import Refused
from graph.facts import VisibilityChanged
from graph.kinds import Origin, RelationshipEventKind
from ledger_rows import fetch
from mentorgraph.executor import Engine
from mentorgraph.outbox import postman, webhooks
from mentorgraph.outbox.postman import NotSentError, Postman
from mentorgraph.outbox.webhooks import Sender, Telling
from models import vitals
from models.ledger import Entry, Target
from models.ledger import webhooks as kept
from models.ledger.connections import wall_clock
from models.reader import Reader
from outbox_office import KIM, happens, office
from reading import READS, SCHEMA

__all__ = ["at_once", "scene"]

HOST = "hooks.example"
SILENCE = b"silence"
STATES = "SELECT o.state, o.tries, o.said FROM outbox AS o WHERE o.notification = 'WEBHOOK' ORDER BY o.id"
FORGET_WAITS = "UPDATE outbox SET due_at = '-infinity', claimed_until = '-infinity' RETURNING id"


@dataclass
class Office:
    """Somebody's server, which hears what it is sent, and answers what it is told to."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    certificates: trustme.CA = field(default_factory=trustme.CA)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/told?by=mentorgraph"

    def postman(self) -> Postman:
        """One who may go to this machine, where that name is looked up."""
        tls = ssl.create_default_context()
        self.certificates.configure_trust(tls)

        async def look_up(host: str, _: int) -> list[Any]:
            assert host == HOST
            return [ip_address("127.0.0.1")]

        return Postman("mentorgraph/test", look_up, lambda _: True, tls)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.heard.append((headers, body))
        answer = self.answers.pop(0) if self.answers else b"HTTP/1.1 204 No Content\r\n\r\n"
        if answer == SILENCE:
            await self.is_over.wait()
        elif answer:
            writer.write(answer)
            await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def kinds(self) -> list[str]:
        return [orjson.loads(body)["type"] for _, body in self.heard]


@pytest.fixture
async def elsewhere() -> AsyncIterator[Office]:
    office = Office()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    office.certificates.issue_cert(HOST).configure_cert(tls)
    server = await asyncio.start_server(office.answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        office.port = server.sockets[0].getsockname()[1]
        yield office


@pytest.fixture
async def reader(scene: Scene) -> AsyncIterator[Reader]:
    async with Reader.open(scene.database, READS) as reader:
        yield reader


@pytest.fixture
async def sender(scene: Scene, elsewhere: Office, reader: Reader) -> Sender:
    scene.ledger.webhook_key = b"k" * 32
    await office(scene)
    telling = Telling(Engine(reader, Memory()), SCHEMA)
    return Sender(scene.ledger, telling.of, elsewhere.postman())


async def tell_all(scene: Scene, sender: Sender) -> int:
    return sum([await sender.tell(target) for target in await scene.ledger.webhooks.due()])


async def hook(scene: Scene, url: str, *kinds: RelationshipEventKind) -> tuple[int, str]:
    return await scene.ledger.webhooks.create(scene.id, url, kinds or None, "a test")


async def test_a_block_is_told_as_the_public_may_know_it_and_the_signature_holds(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    _, secret = await hook(scene, elsewhere.url)
    await happens(scene, "block")
    assert await tell_all(scene, sender) == 1
    [(headers, body)] = elsewhere.heard
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "relationship.suspended"
    event = told["data"]["event"]
    assert (told["data"]["wiki"], event["toState"]) == ("fakewiki", "SUSPENDED")
    tie = event["relationship"]
    assert (tie["mentee"]["name"], tie["mentor"]["name"]) == ("Acme Ltd", "Mentor Ada")
    assert headers["host"] == f"{HOST}:{elsewhere.port}"
    assert await fetch(scene.database, STATES) == [("SENT", 1, None)]


async def test_what_was_tampered_with_or_is_old_is_not_believed(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    _, secret = await hook(scene, elsewhere.url)
    await happens(scene, "block")
    await tell_all(scene, sender)
    [(headers, body)] = elsewhere.heard
    message = kept.Message(1, 1, "fakewiki", 1, 1, 1, elsewhere.url, [secret])
    six_minutes_ago = int((wall_clock() - timedelta(minutes=6)).timestamp())
    for forged, said in (
        (headers, body.replace(b"SUSPENDED", b"ACTIVE")),
        (headers | {"webhook-id": "msg_other"}, body),
        (headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 60)}, body),
        (webhooks.signed(message, body, six_minutes_ago), body),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(said, forged)


async def test_whoever_runs_the_server_sees_what_waits_for_webhooks_beside_what_waits_for_the_wiki(
    scene: Scene, sender: Sender, elsewhere: Office, reader: Reader
) -> None:
    await hook(scene, elsewhere.url)
    before = wall_clock()
    await happens(scene, "block")
    letters, told = (await vitals.queues(reader))[1:]
    assert (letters[:2], told[:2]) == ((1, 0), (1, 0))
    assert told.since is not None
    assert before < told.since < wall_clock()
    elsewhere.answers = [b"HTTP/1.1 500 No\r\n\r\n"] * 9
    while await fetch(scene.database, FORGET_WAITS):
        await tell_all(scene, sender)
        if (await vitals.queues(reader)).webhooks.dead:
            break
    assert (await vitals.queues(reader)).webhooks == (0, 1, None)
    assert (await vitals.queues(reader)).letters[:2] == (1, 0)


async def test_for_a_day_the_secret_of_before_signs_as_well(
    scene: Scene, sender: Sender, elsewhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, old = await hook(scene, elsewhere.url)
    new = await scene.ledger.webhooks.rotate(scene.id, made)
    await happens(scene, "block")
    await tell_all(scene, sender)
    [(headers, body)] = elsewhere.heard
    assert old != new
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    monkeypatch.setattr(kept, "BOTH_FOR", timedelta())
    await happens(scene, "unblock")
    await tell_all(scene, sender)
    headers, body = elsewhere.heard[-1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


async def test_the_database_holds_no_secret(scene: Scene, sender: Sender, elsewhere: Office) -> None:
    _, secret = await hook(scene, elsewhere.url)
    rows = await fetch(scene.database, "SELECT h::text FROM webhook AS h")
    assert secret.removeprefix("whsec_") not in str(rows)
    assert sender is not None


async def test_a_name_that_is_hidden_meanwhile_does_not_leave(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    await hook(scene, elsewhere.url)
    await happens(scene, "block")
    hidden = VisibilityChanged(at=wall_clock(), origin=Origin("test", "hidden"), name_hidden=True)
    await scene.ledger.record(scene.id, Entry(fact=hidden, target=Target(id=KIM)))
    await tell_all(scene, sender)
    assert elsewhere.heard == []
    assert ("LEFT_OUT", 1, "nobody may know of it") in await fetch(scene.database, STATES)


async def test_a_webhook_is_told_the_kinds_that_it_asked_for(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    await hook(scene, elsewhere.url, RelationshipEventKind.RESUMED)
    await happens(scene, "block")
    await happens(scene, "unblock")
    await tell_all(scene, sender)
    assert elsewhere.kinds() == ["relationship.resumed"]


ANSWERS = {
    "500": b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n",
    "nothing": b"",
    "a redirect": b"HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "much too long": b"HTTP/1.1 503 Oh\r\ncontent-length: 10000000\r\n\r\n" + b"x" * 100_000,
}


SAID = {"500": "it answered 500", "a redirect": "it answered 302", "much too long": "it answered 503"}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_whoever_does_not_take_it_is_told_again_under_the_same_name_and_in_order(
    scene: Scene, sender: Sender, elsewhere: Office, answer: str
) -> None:
    await hook(scene, elsewhere.url)
    elsewhere.answers = [ANSWERS[answer]]
    await happens(scene, "block")
    await happens(scene, "unblock")
    await tell_all(scene, sender)
    assert elsewhere.kinds() == ["relationship.suspended"], "what came later waits for what came before"
    [(first, tries, said), *_] = await fetch(scene.database, STATES)
    assert (first, tries, said) == (
        "WAITING",
        1,
        SAID.get(answer, "it can't be reached (RemoteProtocolError)"),
    )
    await fetch(scene.database, FORGET_WAITS)
    await tell_all(scene, sender)
    assert elsewhere.kinds()[1:] == ["relationship.suspended", "relationship.resumed"]
    assert elsewhere.heard[0][0]["webhook-id"] == elsewhere.heard[1][0]["webhook-id"]
    assert len(elsewhere.heard) == 3, "nobody was followed elsewhere"


async def test_what_is_never_taken_is_given_up_after_the_last_wait_and_can_be_tried_again(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    await hook(scene, elsewhere.url)
    elsewhere.answers = [ANSWERS["500"]] * 99
    await happens(scene, "block")
    for _ in range(len(webhooks.WAITS) + 1):
        await fetch(scene.database, FORGET_WAITS)
        await tell_all(scene, sender)
    assert await fetch(scene.database, STATES) == [("DEAD", 8, "it answered 500")]
    elsewhere.answers = []
    assert await scene.ledger.deliveries.revive(scene.id) == 1
    await tell_all(scene, sender)
    assert await fetch(scene.database, STATES) == [("SENT", 2, None)]


async def test_whoever_answers_410_is_told_nothing_more(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    await hook(scene, elsewhere.url)
    elsewhere.answers = [b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"]
    await happens(scene, "block")
    await tell_all(scene, sender)
    await happens(scene, "unblock")
    assert await tell_all(scene, sender) == 0
    assert [state for state, *_ in await fetch(scene.database, STATES)] == ["LEFT_OUT"]


async def test_one_that_does_not_answer_keeps_no_other_waiting(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    """Two webhooks, one of which is heard and not answered."""
    await hook(scene, elsewhere.url)
    await hook(scene, elsewhere.url)
    elsewhere.answers = [SILENCE]
    await happens(scene, "block")
    running = asyncio.create_task(sender.run(0.05))
    async with asyncio.timeout(postman.PATIENCE / 2):
        while not await fetch(scene.database, "SELECT o.id FROM outbox AS o WHERE o.state = 'SENT'"):
            await asyncio.sleep(0.01)
    assert len(elsewhere.heard) == 2
    running.cancel()
    await asyncio.wait([running])
    elsewhere.is_over.set()


async def test_a_webhook_that_was_removed_is_told_nothing_and_ten_are_enough(
    scene: Scene, sender: Sender, elsewhere: Office
) -> None:
    made = [await hook(scene, elsewhere.url) for _ in range(10)]
    with pytest.raises(Refused, match="10 webhooks at most"):
        await hook(scene, elsewhere.url)
    for webhook, _ in made:
        await scene.ledger.webhooks.end(scene.id, webhook)
    await hook(scene, elsewhere.url)
    await happens(scene, "block")
    assert await tell_all(scene, sender) == 1


async def test_without_a_key_nothing_is_signed_and_nobody_makes_a_webhook(scene: Scene) -> None:
    with pytest.raises(Refused, match="MENTORGRAPH_WEBHOOK_KEY"):
        await hook(scene, "https://hooks.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/", "ftp://hooks.example/", "hooks.example", "https://", "https:///x",
        "https://user:secret@hooks.example/", "https://hooks.example/#here", "https://hooks.example:0x50/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest",
        "https://hooks example/", "https://hooks.example/\n", "https://h\u00f6ks.example/",
        "https://h.example/" + "x" * 2000,
    ],
)  # fmt: skip
async def test_an_address_that_nothing_would_be_sent_to_is_refused(scene: Scene, url: str) -> None:
    scene.ledger.webhook_key = b"k" * 32
    with pytest.raises(Refused):
        await hook(scene, url)


INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - nothing listens there
    "224.0.0.1", "255.255.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "240.0.0.1",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_stands_for_an_address_inside_is_not_connected_to(
    elsewhere: Office, address: str
) -> None:
    """Alone, and beside one that is public: the second look-up of a name must not find another."""
    for all_of_them in ([address], ["203.0.114.1", address], [address, "203.0.114.1"]):

        async def look_up(_: str, __: int, found: list[str] = all_of_them) -> list[Any]:
            return [ip_address(one) for one in found]

        sent_by = replace(elsewhere.postman(), look_up=look_up, is_fit=is_public)
        with pytest.raises(NotSentError, match="not on the public network"):
            await sent_by.post(elsewhere.url, {}, b"{}")
    assert elsewhere.heard == []


@pytest.mark.parametrize("address", ["8.8.8.8", "203.0.114.1", "2606:4700::1111"])
def test_what_anybody_may_reach_is_public(address: str) -> None:
    assert is_public(ip_address(address))


async def test_a_name_is_looked_up_once_and_a_proxy_of_this_machine_is_not_asked(
    elsewhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    looked_up = []
    sent_by = elsewhere.postman()
    before = sent_by.look_up

    async def look_up(host: str, port: int) -> Any:
        looked_up.append(host)
        return await before(host, port)

    sent_by.look_up = look_up
    assert (await sent_by.post(elsewhere.url, {}, b"{}")).status == 204
    assert looked_up == [HOST]


async def test_a_certificate_of_another_name_is_not_believed(elsewhere: Office) -> None:
    async def look_up(_: str, __: int) -> list[Any]:
        return [ip_address("127.0.0.1")]

    sent_by = replace(elsewhere.postman(), look_up=look_up)
    with pytest.raises(NotSentError, match="can't be reached"):
        await sent_by.post(f"https://another.example:{elsewhere.port}/", {}, b"{}")
    assert elsewhere.heard == []
