"""Wikis that are followed beside a server: what begins it, what it says when nothing is heard, and that it goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from fake_wiki import API, STREAM, FakeWiki
from ledger_rows import fetch
from mentorgraph import action_api, followed, probes
from mentorgraph.app import create_app
from mentorgraph.feed import live, polling, stream
from mentorgraph.feed.backfill import download
from mentorgraph.feed.following import Following
from mentorgraph.feed.live import Live, wanted
from mentorgraph.feed.reconcile import Reconciling
from mentorgraph.settings import Settings, SettingsError
from models.ledger import turns
from models.ledger.connections import wall_clock

SILENT = "mentorgraph_wikis_silent_seconds "
KINDS = "SELECT f.kind FROM fact AS f ORDER BY f.occurred_at, f.id"


@pytest.fixture
def wiki(monkeypatch: pytest.MonkeyPatch) -> FakeWiki:
    """The wiki that is found wherever somebody looks for one."""
    found = FakeWiki(now=wall_clock().replace(microsecond=0) - timedelta(hours=2))
    client = partial(httpx2.AsyncClient, transport=httpx2.MockTransport(found.answer))
    monkeypatch.setattr(httpx2, "AsyncClient", client)
    for name in ("FIRST_WAIT", "RECONNECT"):
        monkeypatch.setattr(live, name, 0.01)
    monkeypatch.setattr(stream, "PAUSE", 0.0)
    monkeypatch.setattr(action_api, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(action_api, "JITTER", 0.0)
    return found


def settings(**chosen: Any) -> Settings:
    usual: dict[str, Any] = {
        "feed_wikis": {"fakewiki": API},
        "feed_contact": "mentors@example.org",
        "feed_every": 0.01,
    }
    return Settings(**usual | chosen)


@asynccontextmanager
async def following(database: str, **chosen: Any) -> AsyncIterator[Live]:
    one = Live(settings(**chosen))
    task = asyncio.create_task(one.run(database))
    try:
        yield one
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not await true():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("source", [STREAM, None])
async def test_a_wiki_that_is_new_here_is_added_and_followed(
    database: str, wiki: FakeWiki, source: str | None
) -> None:
    async with following(database, feed_stream=source) as one:
        await until(lambda: told(one, 0))
        wiki.tick(120)
        wiki.register(5, "Kim")
        wiki.tick()
        wiki.block(5)
        await until(lambda: told(one, 2))
    assert await fetch(database, "SELECT db_name, url FROM wiki") == [("fakewiki", "http://127.0.0.1:8081")]
    assert await fetch(database, KINDS) == [("REGISTERED",), ("BLOCK_PLACED",)]


async def told(one: Live, count: int) -> bool:
    """Whether so many facts are recorded, and it has begun at all."""
    begun = any(
        following.position is not None or following.source == stream.SOURCE
        for following in one.followings.values()
    )
    return begun and one.told(lambda following: following.tally.recorded) == count


async def test_a_wiki_that_is_down_when_we_begin_is_followed_when_it_is_up(
    database: str, wiki: FakeWiki
) -> None:
    wiki.faults = [httpx2.Response(503, headers={"retry-after": "0"}) for _ in range(3 * action_api.TRIES)]
    async with following(database, feed_stream=STREAM) as one:
        wiki.register(5, "Kim")
        await until(lambda: told(one, 1))
    assert not wiki.faults


async def test_who_says_at_once_again_and_again_is_not_believed(database: str, wiki: FakeWiki) -> None:
    asked = 0

    async def work() -> None:
        nonlocal asked
        asked += 1
        raise action_api.WikiAwayError("the wiki has forgotten our login", 0.0)

    with pytest.MonkeyPatch.context() as patch, suppress(TimeoutError):
        patch.setattr(live, "FIRST_WAIT", 0.2)
        async with asyncio.timeout(1.5):
            await Live(settings())._again("it", work)
    assert 2 <= asked <= 6
    assert wiki.asked == []
    assert database


@pytest.mark.parametrize("source", [STREAM, None])
async def test_a_wiki_that_is_away_keeps_no_other_waiting(
    database: str, wiki: FakeWiki, monkeypatch: pytest.MonkeyPatch, source: str | None
) -> None:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(503) if request.url.host == "away.example" else await wiki.answer(request)

    client = partial(httpx2.AsyncClient.func, transport=httpx2.MockTransport(answer))  # type: ignore[attr-defined]
    monkeypatch.setattr(httpx2, "AsyncClient", client)
    wikis = {"awaywiki": "https://away.example/w/api.php", "fakewiki": API}
    async with following(database, feed_stream=source, feed_wikis=wikis) as one:
        await until(lambda: told(one, 0))
        wiki.tick(120)
        wiki.register(5, "Kim")
        await until(lambda: told(one, 1))
        assert list(one.followings) == ["fakewiki"]


async def test_a_wiki_that_says_no_to_everything_is_asked_ever_more_rarely(
    database: str, wiki: FakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hot loop helps nobody."""
    monkeypatch.setattr(live, "FIRST_WAIT", 0.2)
    asked = 0

    async def answer(_: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        return httpx2.Response(403)

    client = partial(httpx2.AsyncClient.func, transport=httpx2.MockTransport(answer))  # type: ignore[attr-defined]
    monkeypatch.setattr(httpx2, "AsyncClient", client)
    async with following(database, feed_stream=None):
        await asyncio.sleep(1.5)
    assert 2 <= asked <= 6, "after 0.1 to 0.2 s, then 0.2 to 0.4, 0.4 to 0.8, 0.8 to 1.6"
    assert wiki.asked == []


async def test_a_wiki_is_not_compared_while_its_source_has_more_to_tell(
    database: str, wiki: FakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What differs then may be on its way."""
    monkeypatch.setattr(Following, "is_behind", True)
    looks: list[str] = []

    async def look(_: object) -> None:
        looks.append("look")

    monkeypatch.setattr(Reconciling, "round", look)
    async with following(database, feed_stream=STREAM) as one:
        await until(lambda: told(one, 0))
        wiki.register(5, "Kim")
        await until(lambda: told(one, 1))
        await asyncio.sleep(0.3)
        assert looks == []
        monkeypatch.setattr(Following, "is_behind", False)
        await until(lambda: nothing(looks == ["look"]))


async def test_a_server_says_that_nothing_was_heard_of_its_wikis(
    database: str, wiki: FakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence is an alarm, and no reason to send requests elsewhere."""
    monkeypatch.setattr(probes, "FRESH", 0.0)
    front = create_app(settings(), database)
    async with (
        following(database, feed_stream=STREAM) as one,
        front.running(),
        httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://127.0.0.1:8400") as client,
    ):
        front.live = one
        await until(lambda: told(one, 0))
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["wikis"]) == (200, "heard")
        # It opens, and says nothing: so one public stream was for three months.
        wiki.frames = lambda *_: iter(())
        await asyncio.sleep(0.1)
        one.heard_at -= timedelta(minutes=11)
        await asyncio.sleep(0.3)
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["wikis"]) == (200, "silent")
        [said] = [
            line for line in (await client.get("/metrics")).text.splitlines() if line.startswith(SILENT)
        ]
        assert 660 <= float(said.removeprefix(SILENT)) < 670


async def test_mentors_of_the_wikis_list_have_names_at_once(
    database: str, wiki: FakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look at all accounts comes to them when it does: a million may be before them."""

    async def elsewhere(_: Reconciling) -> None:
        pass

    monkeypatch.setattr(Reconciling, "round", elsewhere)
    wiki.register(101, "Mentor Ada")
    wiki.events.clear()
    wiki.mentors = {101: {"message": None, "weight": 2}}
    async with following(database, feed_stream=STREAM):
        await until(lambda: named(database, "Mentor Ada"))


async def named(database: str, name: str) -> bool:
    return await fetch(database, "SELECT name FROM account") == [(name,)]


async def test_of_two_servers_one_follows_and_the_other_when_that_one_is_gone(
    database: str, wiki: FakeWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "TURN_EVERY", 0.01)
    async with following(database, feed_stream=STREAM) as first:
        await until(lambda: told(first, 0))
        async with following(database, feed_stream=STREAM) as second:
            wiki.register(5, "Kim")
            await until(lambda: told(first, 1))
            assert (first.is_our_turn, second.is_our_turn, second.followings) == (True, False, {})
            assert second.silent == 0.0, "it is not for the second to hear anything"
            # The connection that holds the turn is cut, as when a server dies.
            monkeypatch.setattr(turns, "HEARTBEAT", 0.01)
            await fetch(database, CUT)
            await until(lambda: nothing(second.is_our_turn or first.is_our_turn))
            wiki.tick()
            wiki.block(5)
            await until(lambda: nothing(len(wiki.asked) > 0))
            await until(lambda: recorded(database, 2))


CUT = """
SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid
WHERE a.application_name = 'mentorgraph feed' AND l.locktype = 'advisory' AND l.granted
"""


async def recorded(database: str, count: int) -> bool:
    return await fetch(database, "SELECT count(*) FROM fact") == [(count,)]


async def test_another_wiki_than_was_meant_is_not_followed(database: str, wiki: FakeWiki) -> None:
    wiki.name = "otherwiki"
    with pytest.raises(SettingsError, match="is otherwiki, not fakewiki"):
        await Live(settings()).run(database)
    assert await fetch(database, "SELECT db_name FROM wiki") == []


def test_who_follows_a_wiki_says_whom_it_may_write_to() -> None:
    with pytest.raises(SettingsError, match="MENTORGRAPH_FEED_CONTACT is lacking"):
        wanted(settings(feed_contact=None))
    assert not wanted(Settings())


async def test_a_wiki_says_who_asks_it(database: str, wiki: FakeWiki) -> None:
    heads: list[str] = []
    answer = wiki.answer

    async def heard(request: httpx2.Request) -> httpx2.Response:
        heads.append(request.headers["user-agent"])
        return await answer(request)

    client = partial(httpx2.AsyncClient.func, transport=httpx2.MockTransport(heard))  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2, "AsyncClient", client)
        async with following(database, feed_stream=STREAM):
            await until(lambda: nothing(len(heads) > 2))
    assert all(head.startswith("mentorgraph/") and "(mentors@example.org)" in head for head in heads)


async def nothing(found: bool) -> bool:
    return found


async def test_the_log_of_the_past_is_read_in_parts_and_nobody_is_drawn_for_it(
    database: str, wiki: FakeWiki, tmp_path: Path
) -> None:
    for user in range(5, 905):
        wiki.register(user, f"User {user}")
        wiki.tick()
    wiki.block(5)
    wiki.rename(6, "Robin")
    chosen = settings(data_dir=tmp_path)
    # It is stopped after the first page; the second look begins with the second.
    wiki.faults = []
    downloaded: list[int] = []

    def stop(_: str, count: int) -> None:
        downloaded.append(count)
        if len(downloaded) == 1:
            raise KeyboardInterrupt

    one = Live(chosen)
    async with one.api("fakewiki") as api:
        folder = tmp_path / "backfill" / "fakewiki"
        folder.mkdir(parents=True)
        with pytest.raises(KeyboardInterrupt):
            await download(api, folder, stop)
    stopped_at = wiki.now
    wiki.tick(3600)
    since = await followed._backfill(chosen, database, one, "fakewiki")
    assert since == wiki.now, "all was read to its end just now"
    wiki.tick(3600)
    assert await followed._backfill(chosen, database, one, "fakewiki") == since > stopped_at, (
        "what came since is told by the feed, which begins where these files end"
    )
    continued = [
        one["lecontinue"] for one in wiki.asked if one.get("letype") == "newusers" and "lecontinue" in one
    ]
    assert continued == ["500"], "the first page is not read again"
    facts = await fetch(database, "SELECT f.kind, count(*) FROM fact AS f GROUP BY f.kind ORDER BY f.kind")
    assert facts == [("BLOCK_PLACED", 1), ("REGISTERED", 900), ("RENAMED", 1)]
    assert await fetch(database, "SELECT count(*) FROM need") == [(0,)]


def test_what_is_read_again_of_a_log_is_more_than_a_replica_may_lag() -> None:
    assert timedelta(seconds=10 * action_api.LAG) <= polling.OVERLAP
