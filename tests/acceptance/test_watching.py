"""To watch: everything is told once, in the order of the feed, soon, and to nobody who may not know."""

import asyncio
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acceptance.client import Client
from acceptance.in_process import written
from acceptance.told_feed import NAME, Feed, log
from acceptance.watcher import COUNTS, EVENTS, PATIENCE, Closed, Watcher, listening, raw, watched
from graph.compile.ids import encode
from graph.compile.page import write_cursor
from graph.kinds import JobKind
from mentorgraph.announcer import announce, announce_forever
from mentorgraph.front import Front
from mentorgraph.watching import socket as protocol
from mentorgraph.watching import standing
from models.ledger import Ledger
from models.migrate import upgrade
from resolvers.orders import FEED
from those_who_ask import SEES_ALL

pytestmark = pytest.mark.acceptance

SNAPSHOT = (
    f'{{ wiki(dbName: "{NAME}") {{ eventCursor events(last: 100) {{ edges {{ cursor node {{ id }} }} }} }} }}'
)


class Wiki(Feed):
    """The feed, the server that tells of it, and somebody who asks it."""

    address: str
    client: Client
    front: Front

    async def snapshot(self) -> tuple[str, list[str]]:
        """The place of the feed and the events that it had, of one read."""
        found = (await self.client.ask(SNAPSHOT))["wiki"]
        return found["eventCursor"], [edge["node"]["id"] for edge in found["events"]["edges"]]


@pytest.fixture
async def wiki(database: str) -> AsyncIterator[Wiki]:
    async with listening(database, look_every=0.1) as (address, client, front):
        made = Wiki(database)
        made.address, made.client, made.front = address, client, front
        await made.settle(client)
        yield made


async def heard(watcher: Watcher, count: int) -> list[str]:
    """The ids of the next events."""
    return [(await watcher.event())["node"]["id"] for _ in range(count)]


async def test_whoever_watches_is_first_told_what_was_missed_and_then_what_comes(wiki: Wiki) -> None:
    start, before = await wiki.snapshot()
    missed = await wiki.tell(3)
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME, after=start)
        assert await heard(watcher, 3) == missed
        live = await wiki.tell(2)
        assert await heard(watcher, 2) == live
        assert await watcher.silent()
    assert await wiki.order() == before + missed + live


async def test_without_a_cursor_only_what_comes_is_told(wiki: Wiki) -> None:
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME)
        await watched(wiki.front, 1)
        assert await watcher.silent()
        live = await wiki.tell(2)
        assert await heard(watcher, 2) == live


async def test_more_than_a_page_can_be_missed(wiki: Wiki) -> None:
    start, _ = await wiki.snapshot()
    missed = await wiki.tell(1201)
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME, after=start)
        assert await heard(watcher, 1201) == missed


async def test_the_cursors_of_the_list_and_of_the_stream_are_the_same(wiki: Wiki) -> None:
    told = [*await wiki.tell(2), *await wiki.tell(2)]
    page = (await wiki.client.ask(SNAPSHOT))["wiki"]["events"]["edges"]
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME, after=page[-4]["cursor"])
        edges = [await watcher.event() for _ in range(3)]
    assert [edge["node"]["id"] for edge in edges] == told[1:]
    assert [edge["cursor"] for edge in edges] == [edge["cursor"] for edge in page[-3:]]


async def test_what_is_committed_late_is_told_late_and_is_not_lost(wiki: Wiki) -> None:
    start, before = await wiki.snapshot()
    async with wiki.writer() as slow, Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME)
        await watched(wiki.front, 1)
        transaction = slow.transaction()
        await transaction.start()
        first = await wiki.tell(1, by=slow)
        second = await wiki.tell(1)
        assert await watcher.silent(), "what may still get something before it is not told"
        held = await wiki.snapshot()
        assert held[1] == before, "nor is it in the list"
        await transaction.commit()
        assert await heard(watcher, 2) == first + second
        for cursor in (start, held[0]):
            await watcher.subscribe(EVENTS, wiki=NAME, after=cursor)
            assert await heard(watcher, 2) == first + second
    assert (await wiki.snapshot())[1] == before + first + second


async def test_of_many_writers_who_commit_in_any_order_nothing_is_lost(wiki: Wiki) -> None:
    start, before = await wiki.snapshot()
    chance = random.Random(7)

    async def write() -> None:
        async with wiki.writer() as writer:
            for _ in range(25):
                async with writer.transaction():
                    await wiki.tell(chance.randint(1, 3), by=writer)
                    await asyncio.sleep(chance.choice([0, 0.001, 0.03]))

    written = asyncio.Event()
    heard_by: list[list[str]] = [[] for _ in range(3)]

    async def watch(found: list[str]) -> None:
        """What somebody hears who comes and goes."""
        cursor = start
        while not written.is_set() or len(found) < len(await wiki.order()) - len(before):
            async with Watcher.at(wiki.address) as watcher:
                await watcher.subscribe(EVENTS, wiki=NAME, after=cursor)
                with suppress(TimeoutError):
                    for _ in range(chance.randint(1, 40)):
                        edge = await watcher.event(0.5)
                        found.append(edge["node"]["id"])
                        cursor = edge["cursor"]

    async with asyncio.timeout(120), asyncio.TaskGroup() as watching:
        for found in heard_by:
            watching.create_task(watch(found))
        await asyncio.gather(*(write() for _ in range(8)))
        written.set()
    order = await wiki.order()
    assert order[: len(before)] == before
    for found in heard_by:
        assert found == order[len(before) :]


async def test_each_hears_only_of_whom_they_asked_for(database: str) -> None:
    async with listening(database, look_every=0.1) as (address, client, front):
        feed = Feed(database)
        await feed.settle(client, mentors=2)
        async with Watcher.at(address) as watcher:
            names = {
                await watcher.subscribe(EVENTS, wiki=NAME, **asked): about
                for asked, about in (
                    ({"mentor": feed.mentor(1)}, {1}),
                    ({"mentee": feed.mentee(2)}, {2}),
                    ({"kind": ["CHANGED"]}, {1, 2}),
                    ({"kind": ["CHANGED", "ENDED"], "mentor": feed.mentor(2)}, {2}),
                    ({"kind": ["ENDED"]}, set[int]()),
                    ({"mentor": feed.mentor(1), "mentee": feed.mentee(2)}, set[int]()),
                )
            }
            await watched(front, len(names))
            told = {number: await feed.tell(2, about=number) for number in (1, 2)}
            wanted = Counter((name, key) for name, about in names.items() for n in about for key in told[n])
            got = Counter[tuple[str, str]]()
            for _ in range(wanted.total()):
                said = await watcher.hear()
                got[said["id"], said["payload"]["data"]["relationshipEvents"]["node"]["id"]] += 1
            assert got == wanted
            assert await watcher.silent()


async def test_an_event_is_read_once_for_all_who_asked_the_same(wiki: Wiki) -> None:
    statements = Counter[str]()
    before = wiki.front.answering.engine.reader.observe  # type: ignore[union-attr]  # it is open

    def observe(sql: str) -> None:
        statements[sql] += "relationshipEvents" in sql
        if before is not None:
            before(sql)

    wiki.front.answering.engine.reader.observe = observe  # type: ignore[union-attr]  # it is open
    async with Watcher.at(wiki.address) as one, Watcher.at(wiki.address) as other:
        for watcher in (one, other):
            await watcher.subscribe(EVENTS, wiki=NAME, mentor=wiki.mentor())
            await watcher.subscribe(EVENTS, wiki=NAME, mentor=wiki.mentor(), kind=["CHANGED"])
        await watched(wiki.front, 4)
        told = await wiki.tell(3)
        for watcher in (one, other):
            assert sorted(await heard(watcher, 6)) == sorted(told * 2)
    # Two documents' shapes (a kind is there or not), three events: six reads for twelve frames.
    assert statements.total() == 6


async def test_an_event_is_told_as_things_stood_when_it_took_effect(wiki: Wiki) -> None:
    document = EVENTS.replace("id kind", "kind at toState relationship { state mentor { name } }")
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(document, wiki=NAME, after=(await wiki.snapshot())[0])
        target = {"target": {"userId": "1"}}
        await log(wiki.client, "recordBlock", **target, blockId="1", reason="Spam")
        await log(wiki.client, "recordUnblock", **target, blockId="1")
        events = [(await watcher.event())["node"] for _ in range(2)]
        assert [one["kind"] for one in events] == ["SUSPENDED", "RESUMED"]
        for one in events:
            assert one["relationship"]["state"] == one["toState"]


async def test_an_expiry_is_told_within_a_second_and_once_however_many_announce(wiki: Wiki) -> None:
    others = [
        asyncio.create_task(announce_forever(wiki.database, wiki.front.hints, wiki.front.signs))
        for _ in range(3)
    ]
    try:
        async with Watcher.at(wiki.address) as watcher:
            await watcher.subscribe(EVENTS, wiki=NAME, kind=["RESUMED"])
            late = []
            for number in range(3):
                end = datetime.now(UTC) + timedelta(seconds=1.5)
                said = {"target": {"userId": "1"}, "blockId": str(number), "expiresAt": written(end)}
                await log(wiki.client, "recordBlock", reason="Spam", **said)
                assert (await watcher.event())["node"]["kind"] == "RESUMED"
                late.append(datetime.now(UTC) - end)
            assert timedelta(0) <= min(late) < timedelta(seconds=1), "unless the machine is busy with others"
            assert await watcher.silent(1.0), "it is told once"
    finally:
        for other in others:
            other.cancel()
        await asyncio.wait(others)


async def test_an_announcer_that_fails_waits_and_tries_again(
    wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> int:
        raise ArithmeticError

    async with Ledger(wiki.database) as ledger:
        end = datetime.now(UTC) + timedelta(seconds=0.3)
        await log(wiki.client, "recordBlock", target={"userId": "1"}, blockId="1", expiresAt=written(end))
        await asyncio.sleep(0.4)
        with monkeypatch.context() as patch:
            patch.setattr(ledger, "tell_due", fail)
            assert await announce(ledger) > 0, "the announcer sleeps before it tries again"
        await announce(ledger)
        assert await ledger.tell_due() == 0, "and then tells"


async def test_a_hint_reaches_the_other_processes_at_once(wiki: Wiki) -> None:
    async with listening(wiki.database, look_every=60) as (address, _, other):
        async with Watcher.at(address) as watcher:
            await watcher.subscribe(EVENTS, wiki=NAME)
            await watched(other, 1)
            for happening in ("recordBlock", "recordUnblock"):
                await log(wiki.client, happening, target={"userId": "1"}, blockId="1")
                await watcher.event()
            # A connection that is lost is made again, and what was said meanwhile is looked for.
            async with wiki.writer() as admin:
                await admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND application_name = 'mentorgraph relay'"
                )
            await wiki.tell(1)
            await watcher.event()
        async with asyncio.timeout(PATIENCE):
            while [front.hints.leads for front in (wiki.front, other)].count(True) != 1:
                await asyncio.sleep(0.1)


async def test_counts_are_sent_now_and_whenever_they_change(wiki: Wiki) -> None:
    counts = {"active": 1, "suspended": 0, "released": 0, "ended": 0}
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(COUNTS, mentor=wiki.mentor())
        assert await watcher.told() == {"relationshipCounts": counts}
        await log(wiki.client, "recordBlock", target={"userId": "1"}, blockId="1", reason="Spam")
        assert await watcher.told() == {"relationshipCounts": counts | {"active": 0, "suspended": 1}}
        await wiki.tell(5)
        assert await watcher.silent(), "nothing is said of what is no change"
        await log(wiki.client, "recordUnblock", target={"userId": "1"}, blockId="1")
        assert await watcher.told() == {"relationshipCounts": counts}


async def test_many_changes_of_counts_are_read_as_one_for_all_who_watch(wiki: Wiki) -> None:
    reads = Counter[str]()
    before = wiki.front.answering.engine.reader.observe  # type: ignore[union-attr]  # it is open

    def observe(sql: str) -> None:
        reads[sql] += "relationshipCounts" in sql
        if before is not None:
            before(sql)

    wiki.front.answering.engine.reader.observe = observe  # type: ignore[union-attr]  # it is open
    async with Watcher.at(wiki.address) as one, Watcher.at(wiki.address) as other:
        for watcher in (one, other):
            await watcher.subscribe(COUNTS, mentor=wiki.mentor())
            await watcher.told()
        for _ in range(40):
            await wiki.tell(1)
        await asyncio.sleep(2 * standing.COALESCED)
    assert 1 < reads.total() < 30
    assert wiki.front.answering is not None
    assert not wiki.front.door.desk.standings.all, "nobody watches any more"  # type: ignore[union-attr]  # it is open


JOB = "subscription($id: ID!) { job(id: $id) { state done total } }"


async def test_a_job_is_told_now_and_then_until_it_ends(wiki: Wiki) -> None:
    async with (
        Ledger(wiki.database) as ledger,
        Watcher.at(wiki.address) as watcher,
        Watcher.at(wiki.address) as other,
    ):
        key = await ledger.jobs.start(1, JobKind.SIMULATION, {}, 10)
        job = await ledger.jobs.find(1, key)
        assert job is not None
        told = {"state": "RUNNING", "done": 0, "total": 10}
        for one in (watcher, other):
            await one.subscribe(JOB, id=encode("Job", 1, key))
            assert await one.told() == {"job": told}
        await ledger.jobs.advance(job, 3)
        await ledger.jobs.advance(job, 4)
        for one in (watcher, other):
            assert await one.told() == {"job": told | {"done": 4}}
        await ledger.jobs.finish(job, [])
        for one in (watcher, other):
            end = (await one.told())["job"]
            assert end["state"] == "DONE"
            assert await one.hear() == {"id": "1", "type": "complete"}
        name = await watcher.subscribe(JOB, id=encode("Job", 1, key))
        assert await watcher.told() == {"job": end}, "whoever comes late is told how it ended"
        assert await watcher.hear() == {"id": name, "type": "complete"}
        await watcher.subscribe(JOB, id=encode("Job", 1, key + 1))
        assert (await watcher.hear())["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_hidden_mentee_is_not_told_of(database: str) -> None:
    async with listening(database, look_every=0.1) as (address, client, front):
        feed = Feed(database)
        await feed.settle(client, mentors=2)
        async with Watcher.at(address) as public, Watcher.at(address, SEES_ALL) as steward:
            for watcher in (public, steward):
                await watcher.subscribe(EVENTS, wiki=NAME)
            await watched(front, 2)
            await log(client, "recordBlock", target={"userId": "1"}, blockId="1", hidesName=True)
            hidden = await steward.event()
            told = await feed.tell(1, about=2)
            assert await heard(steward, 1) == told
            assert await heard(public, 1) == told, "the first that the public hears is of somebody else"
            assert hidden["node"]["id"] not in told
            await public.subscribe(EVENTS, wiki=NAME, mentee=feed.mentee(1))
            refused = await public.hear()
            assert refused["payload"][0]["extensions"]["code"] == "NOT_FOUND"


TIE = "relationship { id startedAt wiki { id url } mentee { id } }"
LARGE = EVENTS.replace("id kind", "id " + " ".join(f"a{n}: {TIE}" for n in range(24)))


async def test_a_slow_reader_is_cut_off_and_holds_up_nobody(
    wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "STALLED", 1.0)
    narrow = socket.create_connection(("127.0.0.1", int(wiki.address.rpartition(":")[2])))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    start, before = await wiki.snapshot()
    async with (
        raw(wiki.address, sock=narrow, max_queue=1) as slow,
        Watcher.at(wiki.address) as quick,
    ):
        reader = Watcher(slow)
        await reader.say(type="connection_init")
        await reader.hear()
        await reader.subscribe(LARGE, wiki=NAME, after=start)
        await quick.subscribe(EVENTS, wiki=NAME, after=start)
        for _ in range(14):
            told = await wiki.tell(25)
            assert await heard(quick, 25) == told
        async with asyncio.timeout(10):
            while wiki.front.door.cut_off == 0:
                await asyncio.sleep(0.05)
        edges: list[Any] = []
        with pytest.raises((Closed, ConnectionAbortedError)):
            await hear_all(reader, edges)
    got, cursor = [edge["node"]["id"] for edge in edges], edges[-1]["cursor"]
    order = (await wiki.order())[len(before) :]
    assert 0 < len(got) < 350
    async with Watcher.at(wiki.address) as again:
        await again.subscribe(EVENTS, wiki=NAME, after=cursor)
        assert got + await heard(again, 350 - len(got)) == order, "it goes on where it was"


async def hear_all(watcher: Watcher, edges: list[Any]) -> None:
    while True:
        edges.append(await watcher.event())


async def test_a_dump_restored_into_a_younger_cluster_goes_on_where_the_feed_was(database: str) -> None:
    feed = Feed(database)
    async with listening(database) as (_, client, _):
        await feed.settle(client)
        await feed.tell(2)
    async with feed.writer() as admin:
        # As a restore leaves it: what is kept was numbered by a cluster that had counted much further.
        await admin.execute(
            "UPDATE relationship_event SET xid = (xid::text::bigint + 4000000000)::text::xid8 WHERE wiki_id = 1"
        )
    before = await feed.order()
    await upgrade(database)
    await upgrade(database)
    async with listening(database, look_every=0.1) as (address, client, _):
        wiki = (await client.ask(SNAPSHOT))["wiki"]
        edges = wiki["events"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == before, "all are there"
        async with Watcher.at(address) as watcher:
            for cursor in (edges[-2]["cursor"], wiki["eventCursor"]):
                await watcher.subscribe(EVENTS, wiki=NAME, after=cursor)
            assert await heard(watcher, 1) == before[-1:]
            told = await feed.tell(3)
            assert sorted(await heard(watcher, 6)) == sorted(told * 2)
    assert await feed.order() == before + told


async def test_a_cursor_that_is_ahead_of_the_feed_is_refused(wiki: Wiki) -> None:
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME, after=write_cursor(FEED, [4_000_000_000, 1]))
        refused = await watcher.hear()
        assert refused["payload"][0]["extensions"]["code"] == "BAD_CURSOR"
        assert "eventCursor" in refused["payload"][0]["message"]


async def test_when_the_server_stops_everybody_is_told_why_and_where_to_go_on(wiki: Wiki) -> None:
    async with Watcher.at(wiki.address) as watcher:
        await watcher.subscribe(EVENTS, wiki=NAME)
        await watched(wiki.front, 1)
        await wiki.tell(1)
        cursor = (await watcher.event())["cursor"]
        await wiki.front.door.drain()
        with pytest.raises(Closed) as closed:
            await watcher.hear()
        assert closed.value.code == 1012
        assert closed.value.reason == f"The server restarts; go on after {cursor}"


async def test_a_watcher_does_not_notice_that_the_database_lost_its_connections(wiki: Wiki) -> None:
    async with Watcher.at(wiki.address) as watcher, wiki.writer() as admin:
        await watcher.subscribe(EVENTS, wiki=NAME)
        await watched(wiki.front, 1)
        for _ in range(3):
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            told = await wiki.tell(2, by=admin)
            assert await heard(watcher, 2) == told
