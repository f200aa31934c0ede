"""A wiki that is followed: each thing it tells becomes one fact about the right person, whatever happens on the way."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from fake_stream import Json
from following_scene import Scene, at_once, scene
from graph.facts import BlockPlaced
from graph.kinds import BlockScope, Origin
from ledger_rows import fetch
from mentorgraph import action_api
from mentorgraph.action_api import Login, WikiRefusedError
from mentorgraph.feed import following, reconcile
from mentorgraph.feed.following import Following, Heard
from mentorgraph.feed.polling import Polling
from mentorgraph.feed.reconcile import GRACE, Reconciling
from models.columns import ENDLESS
from models.ledger import Entry, Target
from models.ledger.connections import wall_clock

__all__ = ["at_once", "scene"]


# The story.


async def test_a_newcomer_is_blocked_renamed_and_unblocked_and_nobody_told_us_but_the_wiki(
    scene: Scene,
) -> None:
    wiki = scene.wiki
    wiki.register(5, "Acme Ltd")
    wiki.tick()
    wiki.block(5, "Promotional username")
    wiki.tick()
    await scene.follow()
    assert await scene.stand(5) == ("Acme Ltd", BlockScope.SITEWIDE)
    wiki.rename(5, "Kim of Acme")
    wiki.tick()
    wiki.unblock(5)
    await scene.follow()
    assert await scene.stand(5) == ("Kim of Acme", None)
    assert [fact[0] for fact in await scene.facts()] == [
        "REGISTERED",
        "BLOCK_PLACED",
        "RENAMED",
        "BLOCK_LIFTED",
    ]


async def test_when_a_block_ends_is_asked_of_the_wiki_for_its_event_does_not_say(scene: Scene) -> None:
    wiki, until = scene.wiki, wall_clock().replace(microsecond=0) + timedelta(hours=31)
    wiki.register(5, "Kim")
    wiki.block(5, until=until)
    await scene.follow()
    [ours] = await scene.ledger.standings(scene.id, [5])
    assert ours.expires_at == until


async def test_who_registered_before_we_came_is_known_by_asking_for_the_name(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.events.clear()
    wiki.block(5)
    await scene.follow()
    assert (await scene.stand(5))[1] is BlockScope.SITEWIDE


async def test_who_was_renamed_before_we_asked_is_found_by_the_new_name(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.events.clear()
    wiki.block(5)
    wiki.tick()
    wiki.rename(5, "Robin")
    renamed = wiki.events.pop()
    await scene.follow()
    assert await scene.stand(5) == ("Robin", BlockScope.SITEWIDE)
    wiki.events.append(renamed)
    await scene.follow()
    assert await scene.stand(5) == ("Robin", BlockScope.SITEWIDE)


async def test_names_that_are_swapped_and_used_again_mean_who_bore_them_then(scene: Scene) -> None:
    wiki = scene.wiki
    for user, name in ((5, "Alpha"), (6, "Beta")):
        wiki.register(user, name)
    for user, name in ((5, "Gamma"), (6, "Alpha"), (5, "Beta")):
        wiki.rename(user, name)
    wiki.tick()
    wiki.block(6)
    wiki.tick()
    wiki.rename(5, "Delta")
    wiki.register(7, "Beta")
    await scene.follow()
    assert [await scene.stand(user) for user in (5, 6, 7)] == [
        ("Delta", None),
        ("Alpha", BlockScope.SITEWIDE),
        ("Beta", None),
    ]


async def test_what_the_wiki_tells_besides_what_was_asked_waits_for_its_turn(scene: Scene) -> None:
    """When a block ends is asked; of the same second are two who swap names, and the block of one of them."""
    wiki, following = scene.wiki, scene.begin()
    for user, name in ((5, "Alpha"), (6, "Beta"), (7, "Someone")):
        wiki.register(user, name)
    await scene.follow()
    wiki.tick()
    told = len(wiki.events)
    wiki.block(7, until=wiki.now + timedelta(days=3))
    for user, name in ((5, "Gamma"), (6, "Alpha"), (5, "Beta")):
        wiki.rename(user, name)
    wiki.block(5)
    first, *rest = wiki.events[told:]
    await following.take([Heard(first, "1")], "1")
    await following.take([Heard(event, "2") for event in rest], "2")
    assert [(await scene.stand(user))[1] for user in (5, 6, 7)] == [
        BlockScope.SITEWIDE,
        None,
        BlockScope.SITEWIDE,
    ]


async def test_nobody_is_a_mentee_twice_who_was_told_of_by_the_stream_and_by_the_log(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.block(5)
    await scene.follow()
    before = await scene.facts()
    scene.following = Following(scene.ledger, scene.id, wiki.name, scene.api(), "log")
    await Polling(scene.following, since=wiki.now - timedelta(days=1)).poll()
    assert await scene.facts() == before


async def test_what_is_not_understood_yet_is_told_again_after_a_kill(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    await scene.follow()
    wiki.accounts[6] = wiki.register(6, "Robin")
    wiki.events.pop()
    wiki.block(6)
    del wiki.accounts[6]
    await scene.follow()
    assert scene.following is not None
    assert len(scene.following.waiting) == 1
    # Another process comes, and by now the wiki knows whom it meant.
    wiki.register(6, "Robin")
    scene.begin()
    await scene.follow()
    assert (await scene.stand(6))[1] is BlockScope.SITEWIDE


async def test_what_nobody_can_explain_is_asked_about_ever_more_rarely(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ASK_AGAIN", 1.0)
    now = wall_clock()
    monkeypatch.setattr(following, "wall_clock", lambda: now)
    wiki = scene.wiki
    wiki.register(6, "Robin")
    wiki.block(6)
    del wiki.accounts[6]
    followed, asked = scene.begin(), []
    await followed.take([Heard(wiki.events[-1], "0")], "0")
    for second in range(130):
        before = len(wiki.asked) if second else 0
        await followed.take([], str(second))
        if len(wiki.asked) > before:
            asked.append(second)
        now += timedelta(seconds=1)
    assert asked == [0, 1, 3, 7, 15, 31, 63, 123]


async def test_the_place_of_a_wiki_with_something_waiting_is_as_old_as_that(scene: Scene) -> None:
    """Several wikis share a stream, and it goes on from the oldest place of all."""
    wiki = scene.wiki
    wiki.register(5, "Kim")
    await scene.follow()
    wiki.register(6, "Robin")
    wiki.events.pop()
    wiki.block(6)
    del wiki.accounts[6]
    await scene.follow()
    assert scene.following is not None
    before = wall_clock()
    await scene.following.take([], "later")
    reached = await scene.ledger.reached(scene.id, scene.following.source)
    assert reached is not None
    assert reached.position != "later"
    assert reached.read_at < before


async def test_what_was_hidden_afterwards_is_hidden_here_too(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.block(5, "Call 555-0100")
    await scene.follow()
    assert await fetch(scene.database, "SELECT reason FROM block") == [("Call 555-0100",)]
    wiki.tick()
    account = wiki.accounts[5]
    wiki._log("delete", "event", account, "Kim", {"ids": [2], "nfield": 2, "type": "logging"}, "")
    wiki.events[-1]["log_params"] = {"ids": [2], "nfield": 2, "type": "logging"}
    await scene.follow()
    assert await fetch(scene.database, "SELECT reason FROM block") == [(None,)]


# Without a stream.


async def test_the_log_of_a_wiki_without_a_stream_tells_the_same(scene: Scene) -> None:
    wiki = scene.wiki
    following = scene.begin("log")
    polling = Polling(following)
    wiki.register(4, "Before our time")
    wiki.tick(120)
    await polling.poll()
    assert await scene.facts() == []
    for step in (
        lambda: wiki.register(5, "Acme Ltd"),
        lambda: wiki.block(5, until=wall_clock() + timedelta(days=2)),
        lambda: wiki.rename(5, "Kim"),
        lambda: wiki.unblock(5),
    ):
        step()
        wiki.tick()
        await polling.poll()
    assert [fact[0] for fact in await scene.facts()] == [
        "REGISTERED",
        "BLOCK_PLACED",
        "RENAMED",
        "BLOCK_LIFTED",
    ]
    assert await scene.stand(5) == ("Kim", None)


async def test_who_was_away_for_months_reads_the_log_in_parts_and_keeps_how_far(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.now -= timedelta(days=3)
    since = wiki.now
    for user in range(5, 17):
        wiki.register(user, f"User {user}")
        wiki.tick(6 * 3600)
    wiki.now = wall_clock().replace(microsecond=0)
    following, parts = scene.begin("log"), []
    take = following._take

    async def noted(heard: Any, position: str | None, *, assign: bool) -> None:
        parts.append(sum(len(one.value["query"]["logevents"]) for one in heard))
        await take(heard, position, assign=assign)

    following._take = noted  # type: ignore[method-assign]
    await Polling(following, since=since).poll()
    assert len(await scene.facts()) == 12
    assert len(parts) > 10
    assert max(parts) <= 3, "what is recorded together is a window, and a little of the one before"


# What no event tells.


async def test_what_was_missed_is_found_by_a_look_at_the_wiki(scene: Scene) -> None:
    wiki = scene.wiki
    for user in range(5, 11):
        wiki.register(user, f"User {user}")
    wiki.block(8)
    wiki.block(9)
    await scene.follow()
    wiki.tick()
    missed = len(wiki.events)
    wiki.block(5, "Missed")
    wiki.rename(6, "Robin")
    wiki.block(7, hides_name=True)
    wiki.silently_unblock(8)
    wiki.block(9, until=wall_clock().replace(microsecond=0) + timedelta(days=3), partial=True)
    del wiki.events[missed:]
    wiki.tick(GRACE.total_seconds() + 1)
    reconciling = Reconciling(scene.begin(), 1000)
    await scene.following.begin() if scene.following else None
    await reconciling.round()
    assert [await scene.stand(user) for user in (5, 6, 8, 9, 10)] == [
        ("User 5", BlockScope.SITEWIDE),
        ("Robin", None),
        ("User 8", None),
        ("User 9", BlockScope.PARTIAL),
        ("User 10", None),
    ]
    [hidden] = await scene.ledger.standings(scene.id, [7])
    assert (hidden.is_hidden, hidden.scope, hidden.expires_at) == (True, BlockScope.SITEWIDE, ENDLESS)
    sources = {(fact[0], fact[3]) for fact in await scene.facts() if fact[0] != "REGISTERED"}
    assert ("BLOCK_PLACED", "reconcile") in sources, "the block that hides a name is in no log"
    assert ("BLOCK_LIFTED", "reconcile") in sources
    # The missed block is in the log, and is taken from there.
    assert [fact[3] for fact in await scene.facts() if fact[6] == "Missed"] == ["mw-log"]
    before = await scene.facts()
    await reconciling.round()
    assert await scene.facts() == before, "a second look finds nothing"


async def a_moment_later() -> datetime:
    """By the wiki's clock, which knows whole seconds: after what a look at it has just found."""
    await asyncio.sleep(1)
    return wall_clock().replace(microsecond=0)


async def test_who_registered_while_the_stream_was_dumb_is_found_in_the_log(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    await scene.follow()
    reconciling = Reconciling(scene.begin(), 1000)
    await reconciling.round()
    wiki.register(6, "Robin")
    wiki.block(5)
    wiki.tick()
    wiki.unblock(5)
    wiki.events.clear()
    wiki.tick(3600)
    await reconciling.round()
    assert [fact[:2] for fact in await scene.facts() if fact[3] == "mw-log"] == [
        ("REGISTERED", 5),
        ("REGISTERED", 6),
        ("BLOCK_PLACED", 5),
        ("BLOCK_LIFTED", 5),
    ]


async def test_a_hidden_name_is_shown_again_when_its_block_is_lifted(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Rude name")
    await scene.follow()
    wiki.block(5, hides_name=True)
    wiki.tick(60)
    reconciling = Reconciling(scene.begin(), 1000)
    await reconciling.round()
    assert [one.is_hidden for one in await scene.ledger.standings(scene.id, [5])] == [True]
    wiki.now = await a_moment_later()
    wiki.unblock(5)
    wiki.rename(5, "Nice name")
    wiki.tick(60)
    scene.begin()
    await scene.follow()
    await reconciling.round()
    [found] = await scene.ledger.standings(scene.id, [5])
    assert (found.name, found.is_hidden, found.scope) == ("Nice name", False, None)


async def test_a_block_of_a_moment_ago_is_not_taken_for_lifted_by_a_replica_that_lags(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.now = wall_clock().replace(microsecond=0)
    wiki.block(5)
    await scene.follow()
    account = wiki.accounts[5]
    block, account.block = account.block, None  # as a replica has it that lags
    reconciling = Reconciling(scene.begin(), 1000)
    await reconciling.round()
    assert await scene.stand(5) == ("Kim", BlockScope.SITEWIDE)
    account.block = block


async def test_a_block_that_was_taken_for_lifted_is_open_again_when_the_wiki_shows_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.block(5)
    wiki.tick(60)
    await scene.follow()
    account = wiki.accounts[5]
    block, account.block = account.block, None
    reconciling = Reconciling(scene.begin(), 1000)
    await reconciling.round()
    assert await scene.stand(5) == ("Kim", None)
    account.block = block
    later = wall_clock() + 2 * GRACE
    monkeypatch.setattr(reconcile, "wall_clock", lambda: later)
    await reconciling.round()
    [found] = await fetch(scene.database, OPEN_UNTIL_FURTHER_NOTICE)
    assert found == (later,)


OPEN_UNTIL_FURTHER_NOTICE = "SELECT b.placed_at FROM block AS b WHERE b.lifted_at = 'infinity'"


async def test_a_name_that_is_hidden_during_a_block_is_shown_again_with_its_end(scene: Scene) -> None:
    wiki = scene.wiki
    wiki.register(5, "Rude name")
    wiki.block(5)
    wiki.tick(60)
    await scene.follow()
    wiki.accounts[5].is_hidden = True
    reconciling = Reconciling(scene.begin(), 1000)
    await reconciling.round()
    [found] = await scene.ledger.standings(scene.id, [5])
    assert (found.is_hidden, found.blocks) == (True, 1), "it is the same block, which hides the name now"
    wiki.now = await a_moment_later()
    wiki.unblock(5)
    scene.begin()
    await scene.follow()
    await reconciling.round()
    [found] = await scene.ledger.standings(scene.id, [5])
    assert (found.name, found.is_hidden, found.scope) == ("Rude name", False, None)


async def test_the_heartbeat_of_the_stream_is_nobodys_fact(scene: Scene) -> None:
    scene.wiki.register(5, "Kim")
    canary = {**scene.wiki.events[0], "log_id": 99, "id": 99}
    scene.wiki.events.append({**canary, "meta": {**canary["meta"], "domain": "canary"}})
    await scene.follow()
    assert [source_id for _, _, _, _, source_id, *_ in await scene.facts()] == ["1"]


async def test_how_far_was_read_is_kept_in_the_transaction_of_the_facts(scene: Scene) -> None:
    scene.wiki.register(5, "Kim")
    await scene.follow()
    written = "SELECT {}.xmin::text FROM {} AS {}"
    facts, places = written.format("f", "fact", "f"), written.format("p", "source_position", "p")
    assert set(await fetch(scene.database, facts)) == set(await fetch(scene.database, places))


async def test_who_is_found_by_a_look_and_registered_long_ago_is_given_no_mentor(scene: Scene) -> None:
    """What the log tells of an account that differs is history: only what is told now makes newcomers."""
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.events.clear()
    await scene.follow()
    assert scene.following is not None
    seen = BlockPlaced(at=wall_clock(), origin=Origin("tests", "1"))
    await scene.ledger.bulk(scene.id, [Entry(fact=seen, target=Target(id=5))])
    await Reconciling(scene.following, 1000).compare([5])
    registered = "SELECT f.choices::text FROM fact AS f WHERE f.kind = 'REGISTERED'"
    [(choices,)] = await fetch(scene.database, registered)
    assert '"assign": false' in choices


# A wiki that behaves badly.

HTML = httpx2.Response(200, html="<h1>Our servers are under maintenance</h1>")
LAGGED = httpx2.Response(200, json={"error": {"code": "maxlag", "info": "9 s"}}, headers={"retry-after": "0"})
READ_ONLY = httpx2.Response(200, json={"error": {"code": "readonly", "info": "moving"}})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(httpx2.Response(503, headers={"retry-after": "0"}), id="down"),
        pytest.param(httpx2.Response(429, headers={"retry-after": "0"}), id="counts us out"),
        pytest.param(HTML, id="HTML"),
        pytest.param(LAGGED, id="lags"),
        pytest.param(READ_ONLY, id="read-only"),
        pytest.param(httpx2.Response(200, json=[1]), id="no object"),
    ],
)
async def test_a_wiki_that_is_away_is_asked_again_and_nothing_is_lost(
    scene: Scene, fault: httpx2.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.block(5, until=wall_clock() + timedelta(days=2))
    wiki.faults = [fault] * 3
    await scene.follow()
    assert (await scene.stand(5))[1] is BlockScope.SITEWIDE
    wiki.rename(5, "Robin")
    wiki.block(5, until=wall_clock() + timedelta(days=9))
    wiki.faults = [fault] * action_api.TRIES
    monkeypatch.setattr(following, "PATIENCE", 0.0)
    await scene.follow()
    assert scene.following is not None
    assert len(scene.following.waiting) == 1, (
        "a block whose end is not known is not recorded, and not given up"
    )
    assert [fact[0] for fact in await scene.facts()] == ["REGISTERED", "BLOCK_PLACED", "RENAMED"]
    wiki.faults = []
    await scene.follow()
    assert [fact[0] for fact in await scene.facts()][-1] == "BLOCK_CHANGED"
    assert scene.following.tally.given_up == 0
    assert {one.get("maxlag") for one in wiki.asked} == {"5"}, "who lags is left alone"


@pytest.mark.parametrize(("rights", "requests"), [(["apihighlimits"], 2), ([], 12)])
async def test_whoever_has_the_right_asks_for_five_hundred_at_once(
    scene: Scene, rights: list[str], requests: int
) -> None:
    """And goes on with fifty where the right is taken away."""
    scene.wiki.rights, scene.wiki.logged_in = rights, "Mentors bot"
    for user in range(1, 601):
        scene.wiki.register(user, f"Ταράντουλα {user}")
    api = scene.api()
    api.client.headers["authorization"] = "Bearer token"
    assert len(await api.users(ids=range(1, 601))) == 600
    asked = [one for one in scene.wiki.asked if one.get("list") == "users"]
    assert len(asked) == requests
    scene.wiki.rights = []
    assert len(await api.users(names=[f"Ταράντουλα {user}" for user in range(1, 601)])) == 600


async def test_who_is_logged_out_logs_in_again(scene: Scene) -> None:
    answers: list[Json] = [
        {"query": {"tokens": {"logintoken": "a+\\"}}},
        {"login": {"result": "Success"}},
        {"error": {"code": "assertuserfailed", "info": "You are no longer logged in"}},
        {"query": {"tokens": {"logintoken": "b+\\"}}},
        {"login": {"result": "Success"}},
    ]
    scene.wiki.faults = [httpx2.Response(200, json=one) for one in answers]
    page = await scene.api(Login("Mentors@graph", secret("s3cret"))).query(meta="siteinfo")
    assert page["query"]["general"]["wikiid"] == "fakewiki"
    assert [one.get("lgtoken") for one in scene.wiki.asked if one["action"] == "login"] == ["a+\\", "b+\\"]


async def test_a_wrong_bot_password_is_told_and_not_tried_again(scene: Scene) -> None:
    scene.wiki.faults = [
        httpx2.Response(200, json={"query": {"tokens": {"logintoken": "a+\\"}}}),
        httpx2.Response(
            200, json={"login": {"result": "Failed", "reason": "Incorrect username or password"}}
        ),
    ]
    with pytest.raises(WikiRefusedError, match="login-failed"):
        await scene.api(Login("Mentors@graph", secret("wrong"))).query(meta="siteinfo")
    assert len(scene.wiki.asked) == 2


def secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)
