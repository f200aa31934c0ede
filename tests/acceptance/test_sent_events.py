"""To watch without a socket: server-sent events, which are told as sockets are told, and go on where they were."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from acceptance.client import mutation
from acceptance.event_source import Source
from acceptance.told_feed import NAME, Feed
from acceptance.watcher import COUNTS, EVENTS, PATIENCE, listening, watched
from graph.compile.page import write_cursor
from mentorgraph import connections
from mentorgraph.front import Front
from mentorgraph.watching import sent_events
from resolvers.orders import FEED
from those_who_ask import DOES_ALL, bearing

pytestmark = pytest.mark.acceptance

SNAPSHOT = f'{{ wiki(dbName: "{NAME}") {{ eventCursor }} }}'


class Wiki(Feed):
    """The feed, and who asks the server that tells of it."""

    http: httpx.AsyncClient
    front: Front


@pytest.fixture(scope="module")
async def wiki(module_database: str) -> AsyncIterator[Wiki]:
    async with listening(module_database, look_every=0.1, limit_connections=4) as (_, client, front):
        made = Wiki(module_database)
        made.http, made.front = client.http, front
        await made.settle(client, mentors=2)
        yield made


@pytest.fixture(autouse=True)
async def nobody_is_left(wiki: Wiki) -> AsyncIterator[None]:
    """Whoever leaves takes all along: the stream, its places and its part in the feed."""
    yield
    async with asyncio.timeout(PATIENCE):
        while wiki.front.door.open or (wiki.front.hints.news and wiki.front.hints.news.wires):
            await asyncio.sleep(0.01)
    assert not wiki.front.door.connections.taken
    assert not wiki.front.door.subscriptions.taken


async def heard(source: Source, count: int) -> list[str]:
    """The ids of the next events."""
    return [(await source.told())["relationshipEvents"]["node"]["id"] for _ in range(count)]


async def test_events_are_told_as_they_come_and_each_says_where_to_go_on(wiki: Wiki) -> None:
    async with Source.at(wiki.http, EVENTS, wiki=NAME) as source:
        assert source.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert source.answer.headers["x-accel-buffering"] == "no"
        assert source.answer.headers["cache-control"] == "no-store, no-transform"
        assert "content-encoding" not in source.answer.headers
        await watched(wiki.front, 1)
        told = await wiki.tell(2)
        for id_ in told:
            edge = (await source.told())["relationshipEvents"]
            assert edge["node"]["id"] == id_
            assert edge["cursor"] == source.last_id


async def test_who_connects_again_hears_each_event_once(wiki: Wiki) -> None:
    async with Source.at(wiki.http, EVENTS, wiki=NAME) as source:
        await watched(wiki.front, 1)
        told = await wiki.tell(3)
        got = await heard(source, 2)
        last = source.last_id
    told += await wiki.tell(2)
    assert last is not None
    # What the document says is where the client once began; the header is where it is.
    began = write_cursor(FEED, (1, 0))
    async with Source.at(wiki.http, EVENTS, {"last-event-id": last}, wiki=NAME, after=began) as again:
        assert got + await heard(again, 3) == told


async def test_who_was_told_nothing_yet_knows_where_to_go_on(
    wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_events, "FIRST_BEAT", 0.01)
    monkeypatch.setattr(sent_events, "BEAT", 0.01)
    async with Source.at(wiki.http, EVENTS, wiki=NAME, kind=["ENDED"]) as source:
        listening_ = asyncio.create_task(source.hear())
        async with asyncio.timeout(PATIENCE):
            while source.last_id is None:
                await asyncio.sleep(0.01)
        listening_.cancel()
    told = await wiki.tell(1)
    async with Source.at(wiki.http, EVENTS, {"last-event-id": source.last_id}, wiki=NAME) as again:
        assert await heard(again, 1) == told


async def test_a_stream_on_which_nothing_is_told_gives_signs_of_life(
    wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_events, "FIRST_BEAT", 0.01)
    monkeypatch.setattr(sent_events, "BEAT", 0.01)
    async with Source.at(wiki.http, COUNTS, mentor=wiki.mentor()) as source:
        await source.told()
        listening_ = asyncio.create_task(source.hear())
        async with asyncio.timeout(PATIENCE):
            while len(source.comments) < 3:
                await asyncio.sleep(0.01)
        listening_.cancel()
        assert source.last_id is None, "counts have no place to go on from"


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_query_is_told_once_and_is_complete(wiki: Wiki, method: str) -> None:
    query = f'{{ wiki(dbName: "{NAME}") {{ dbName mentors {{ nodes {{ name }} }} }} }}'
    named = {"params": {"query": query}} if method == "GET" else {"json": {"query": query}}
    answer = await wiki.http.request(
        method,
        "/graphql",
        headers={"accept": "text/event-stream"},
        **named,  # type: ignore[arg-type]  # one of two
    )
    source = Source(answer)
    assert (await source.told())["wiki"]["dbName"] == NAME
    end = await source.hear()
    assert end is not None
    assert (end.kind, end.data) == ("complete", None)
    assert await source.hear() is None


async def test_a_mutation_is_done_once_and_by_post_alone(wiki: Wiki) -> None:
    asked = {
        "query": mutation("addWiki", "wiki { dbName }"),
        "variables": {"input": {"dbName": "sentwiki", "url": "https://sent.example.org"}},
    }
    async with Source.at(wiki.http, asked["query"], bearing(DOES_ALL), **asked["variables"]) as source:  # type: ignore[arg-type]  # a dict
        assert (await source.told())["addWiki"]["wiki"] == {"dbName": "sentwiki"}
    by_address = {
        "query": 'mutation { addWiki(input: {dbName: "x", url: "https://x.example"}) { __typename } }'
    }
    refused = await wiki.http.get("/graphql", params=by_address, headers={"accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ nobody }", {}, None),
        ("{", {}, None),
        (EVENTS, {"wiki": "nowiki"}, "NOT_FOUND"),
        (EVENTS, {"wiki": NAME, "after": "x"}, "BAD_CURSOR"),
        ("query A { __typename } query B { __typename }", {}, "WHICH_OPERATION"),
    ],
)
async def test_what_cannot_be_run_is_told_in_the_stream(
    wiki: Wiki, query: str, variables: dict[str, Any], code: str | None
) -> None:
    async with Source.at(wiki.http, query, **variables) as source:
        assert source.answer.status_code == 200, "a page's EventSource can read nothing of any other"
        said = await source.hear()
        assert said is not None
        assert "data" not in said.data
        assert code is None or said.data["errors"][0]["extensions"]["code"] == code
        end = await source.hear()
        assert end is not None
        assert end.kind == "complete"


async def test_a_cursor_that_is_none_is_told_so(wiki: Wiki) -> None:
    async with Source.at(wiki.http, EVENTS, {"last-event-id": "x"}, wiki=NAME) as source:
        said = await source.hear()
        assert said is not None
        assert said.data["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


async def test_who_would_rather_have_json_gets_json(wiki: Wiki) -> None:
    urql = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream"
    answer = await wiki.http.post("/graphql", json={"query": SNAPSHOT}, headers={"accept": urql})
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    assert answer.json()["data"]["wiki"]["eventCursor"]


async def test_one_caller_has_so_many_streams_and_no_more(wiki: Wiki) -> None:
    async with (
        Source.at(wiki.http, EVENTS, wiki=NAME),
        Source.at(wiki.http, EVENTS, wiki=NAME),
        Source.at(wiki.http, EVENTS, wiki=NAME),
        Source.at(wiki.http, EVENTS, wiki=NAME),
        Source.at(wiki.http, EVENTS, wiki=NAME) as source,
    ):
        assert source.answer.status_code == 429
        refused = (await source.answer.aread()).decode()
        assert "4 sockets and streams of events" in refused


LARGE = EVENTS.replace(
    "id kind", "id " + " ".join(f"a{n}: relationship {{ id wiki {{ url }} }}" for n in range(24))
)


async def test_who_reads_too_slowly_is_cut_off_and_goes_on_where_they_were(
    wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_events, "STALLED", 0.2)
    monkeypatch.setattr(connections, "UNREAD_FOR", 3_600)
    start = (await wiki.http.post("/graphql", json={"query": SNAPSHOT})).json()["data"]["wiki"]["eventCursor"]
    told = await wiki.tell(120)
    cut_off = wiki.front.door.cut_off
    narrow = socket.create_connection((wiki.http.base_url.host, wiki.http.base_url.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    request = wiki.http.build_request(
        "POST",
        "/graphql",
        json={"query": LARGE, "variables": {"wiki": NAME, "after": start}},
        headers={"accept": "text/event-stream"},
    )
    head = b"".join(b"%s: %s\r\n" % one for one in request.headers.raw)
    narrow.sendall(b"POST /graphql HTTP/1.1\r\n" + head + b"\r\n" + request.content)
    async with asyncio.timeout(PATIENCE):
        while wiki.front.door.cut_off == cut_off:
            await asyncio.sleep(0.01)
    narrow.close()
    async with Source.at(wiki.http, EVENTS, {"last-event-id": start}, wiki=NAME) as again:
        assert await heard(again, 120) == told


async def test_when_the_server_stops_the_stream_ends_without_being_complete(module_database: str) -> None:
    async with listening(module_database, look_every=0.1) as (_, client, front):
        async with Source.at(client.http, EVENTS, wiki=NAME) as source:
            await watched(front, 1)
            await front.door.drain()
            assert await source.hear() is None
            assert source.comments == ["The server restarts."]
        refused = await client.http.post(
            "/graphql", json={"query": SNAPSHOT}, headers={"accept": "text/event-stream"}
        )
        assert refused.status_code == 503
