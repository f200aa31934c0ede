"""What is done on a wiki: mentors are written to once, in its language, and set again before chance gives another."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from following_scene import Scene, at_once, scene
from graph.facts import VisibilityChanged
from graph.kinds import NotificationKind, Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import fetch
from mentorgraph import action_api
from mentorgraph.feed.programme import Programme
from mentorgraph.feed.reconcile import Reconciling
from mentorgraph.outbox import deliverer, letters
from mentorgraph.outbox.deliverer import Deliverer
from mentorgraph.outbox.letters import filled, texts_of
from models.ledger import Entry, Target, deliveries
from models.ledger.connections import wall_clock
from outbox_office import ADA, BO, KIM, STATES, TALK, TIES, compare, happens, office, two_more_are_blocked

__all__ = ["at_once", "scene"]


async def states(scene: Scene) -> list[tuple[str, str]]:
    return [(what, state) for what, state, _ in await fetch(scene.database, STATES)]


async def a_day_goes_by(scene: Scene) -> None:
    await fetch(scene.database, "UPDATE outbox SET sent_at = sent_at - interval '1 day' RETURNING id")
    await fetch(scene.database, "UPDATE outbox SET due_at = '-infinity' WHERE state = 'WAITING' RETURNING id")


async def test_a_mentor_reads_of_the_block_and_is_set_again_after_it(scene: Scene) -> None:
    """The story's end: the wiki has dropped the tie, and the mentor of before is there before chance gives another."""
    done = await office(scene)
    wiki = scene.wiki
    await happens(scene, "block")
    del wiki.ties[KIM]
    await done.deliver()
    assert wiki.pages[TALK].startswith(
        "== Your mentee Acme Ltd was blocked ==\nYour mentee [[User:Acme Ltd|Acme Ltd]]"
    )
    assert wiki.ties.get(KIM) is None, "never during a block"
    wiki.rename(KIM, "Kim")
    await happens(scene, "unblock")
    await done.deliver()
    assert wiki.ties[KIM] == ADA, "that does not wait for a letter"
    assert await fetch(scene.database, STATES) == [
        ("MENTEE_BLOCKED", "SENT", None),
        ("MENTEE_UNBLOCKED", "WAITING", "the mentor was told of this mentee lately"),
        ("SET_MENTOR", "SENT", None),
    ]
    # Our own entry in the wiki's log comes back to us, and is no decision.
    await scene.follow()
    assert await fetch(scene.database, TIES) == [(ADA, "IMPORTED")]
    assert "ASSIGNED" not in [fact[0] for fact in await scene.facts()]


async def test_a_mentor_is_written_to_once_a_day_about_a_mentee_and_then_of_what_holds(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await done.deliver()
    await happens(scene, "unblock")
    await happens(scene, "block")
    await happens(scene, "unblock")
    await done.deliver()
    due = "SELECT o.due_at FROM outbox AS o WHERE o.state = 'WAITING' ORDER BY o.id LIMIT 1"
    sent = "SELECT max(o.sent_at) FROM outbox AS o WHERE o.notification = 'MENTEE_BLOCKED'"
    [(tomorrow,)], [(today,)] = await fetch(scene.database, due), await fetch(scene.database, sent)
    assert timedelta(hours=24) <= tomorrow - today < timedelta(hours=24, seconds=1)
    await a_day_goes_by(scene)
    await done.deliver()
    headings = [line for line in scene.wiki.pages[TALK].splitlines() if line.startswith("== ")]
    assert headings == ["== Your mentee Acme Ltd was blocked ==", "== Your mentee Acme Ltd was unblocked =="]


async def test_what_waits_for_tomorrow_is_not_told_to_whoever_wants_none_by_then(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await done.deliver()
    await happens(scene, "unblock")
    await done.deliver()
    await scene.ledger.update_mentor(scene.id, ADA, {"notify": []})
    await a_day_goes_by(scene)
    await done.deliver()
    assert ("MENTEE_UNBLOCKED", "LEFT_OUT", "the mentor wants no such message") in await fetch(
        scene.database, STATES
    )


@pytest.mark.parametrize("code", ["mwoauth-invalid-authorization", "permissiondenied", "blocked"])
async def test_that_our_account_may_not_is_no_end_of_a_letter(scene: Scene, code: str) -> None:
    done = await office(scene)
    await happens(scene, "block")
    answers = [{"query": {"tokens": {"csrftoken": "c"}}}, {"error": {"code": code, "info": "no"}}]
    scene.wiki.faults = [httpx2.Response(200, json=one) for one in answers]
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "WAITING")]
    await fetch(scene.database, "UPDATE outbox SET due_at = '-infinity' RETURNING id")
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")]


async def test_what_one_mentor_is_told_tomorrow_keeps_no_other_waiting(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await done.deliver()
    await happens(scene, "unblock")
    await done.deliver()
    scene.wiki.set_mentor(KIM, BO)
    await happens(scene, "block")
    await done.deliver()
    assert scene.wiki.pages[TALK].count("== Your mentee") == 1
    assert scene.wiki.pages["User talk:Mentor Bo"].startswith("== Your mentee Acme Ltd was blocked ==")


async def test_what_happens_to_many_mentees_at_once_is_one_letter(scene: Scene) -> None:
    """Three are blocked within seconds; of one the mentor was told before, and another's name is hidden."""
    done = await office(scene)
    await happens(scene, "block")
    await done.deliver()
    more = {6: "Bolts & Nuts", 7: "Cogs Inc", 8: "Drills"}
    for user, name in more.items():
        scene.wiki.register(user, name)
        scene.wiki.ties[user] = ADA
    await compare(scene)
    await asyncio.sleep(1.05)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    for user in more:
        scene.wiki.block(user, "Promotional username")
    await scene.follow()
    hidden = VisibilityChanged(at=wall_clock(), origin=Origin("test", "hidden"), name_hidden=True)
    await scene.ledger.record(scene.id, Entry(fact=hidden, target=Target(id=8)))
    await done.deliver()
    letters = scene.wiki.pages[TALK].split("\n== ")
    assert len(letters) == 2
    assert letters[1].startswith(
        "2 of your mentees were blocked ==\n"
        "These mentees of yours have been blocked. You stay their mentor meanwhile.\n"
        "* [[User:Bolts & Nuts|Bolts &amp; Nuts]]"
    )
    assert "Drills" not in letters[1]
    kept = await states(scene)
    assert sorted(kept) == [("MENTEE_BLOCKED", "LEFT_OUT"), *3 * [("MENTEE_BLOCKED", "SENT")]]


@pytest.mark.parametrize("is_written", [False, True])
async def test_a_letter_about_many_that_was_left_in_the_midst_is_there_once(
    scene: Scene, is_written: bool
) -> None:
    """Whoever comes after looks for each; of the one that came meanwhile there is another letter."""
    done = await office(scene)
    await two_more_are_blocked(scene)
    [first] = await scene.ledger.deliveries.claim(scene.id, 1)
    both = [first, *await scene.ledger.deliveries.claim_alike(scene.id, first)]
    assert len(both) == 2
    if is_written:
        await done._write_one(both)
    await fetch(scene.database, "UPDATE outbox SET claimed_until = '-infinity' RETURNING id")
    await happens(scene, "block")
    await done.deliver()
    page = scene.wiki.pages[TALK]
    assert [page.count(f"[[User:{name}|") for name in ("Newcomer 6", "Newcomer 7", "Acme Ltd")] == [1, 1, 1]
    assert page.count("\n== ") + page.startswith("== ") == (2 if is_written else 1)


async def test_what_is_written_has_the_tag_that_is_wanted(scene: Scene) -> None:
    done = await office(scene)
    done.tags = Deliverer(
        scene.ledger, 1, scene.api(), language="en", own="x", has_mentors=lambda: None, tag="mentorgraph"
    ).tags
    await happens(scene, "block")
    await done.deliver()
    [edit] = [one for one in scene.wiki.asked if one["action"] == "edit"]
    assert (edit["tags"], edit["assert"]) == ("mentorgraph", "user")


async def test_a_mentor_whom_a_person_has_chosen_meanwhile_is_left_alone(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await happens(scene, "unblock")
    scene.wiki.set_mentor(KIM, BO)
    await done.deliver()
    assert scene.wiki.ties[KIM] == BO
    assert ("SET_MENTOR", "LEFT_OUT") in await states(scene)


async def test_nobody_is_set_during_a_block(scene: Scene) -> None:
    done = await office(scene)
    for what in ("block", "unblock", "block"):
        await happens(scene, what)
    await done.deliver()
    assert ("SET_MENTOR", "LEFT_OUT") in await states(scene)
    assert not [one for one in scene.wiki.asked if one["action"] == "growthsetmentor"]


async def test_a_wikis_policy_and_a_mentor_say_what_is_told(scene: Scene) -> None:
    """Whoever has chosen is heard; the mentor is set again whatever anybody wants to read."""
    done = await office(scene)
    few = replace(PRESETS[PolicyPreset.DEFAULT], notify=frozenset({NotificationKind.MENTEE_BLOCKED}))
    await scene.ledger.set_policy(scene.id, few)
    await happens(scene, "block")
    await happens(scene, "unblock")
    assert [kind for kind, _ in await states(scene)] == ["MENTEE_BLOCKED", "SET_MENTOR"]
    await scene.ledger.update_mentor(scene.id, ADA, {"notify": []})
    await happens(scene, "block")
    await happens(scene, "unblock")
    assert [kind for kind, _ in await states(scene)] == ["MENTEE_BLOCKED", "SET_MENTOR", "SET_MENTOR"]
    await done.deliver()
    assert TALK not in scene.wiki.pages


async def test_a_wiki_that_is_away_is_left_alone_for_a_while_and_longer_each_time(scene: Scene) -> None:
    """And never by all at the same moment."""
    done = await office(scene)
    await two_more_are_blocked(scene)
    waits: list[list[float]] = []
    for _ in range(3):
        scene.wiki.faults = [httpx2.Response(503) for _ in range(action_api.TRIES)]
        began = wall_clock()
        await done.deliver()
        due = await fetch(scene.database, "SELECT o.due_at FROM outbox AS o ORDER BY o.id")
        waits.append([(at - began).total_seconds() for (at,) in due])
        await fetch(scene.database, "UPDATE outbox SET due_at = '-infinity' RETURNING id")
    for tries, pair in enumerate(waits):
        assert all(15 * 2**tries <= wait < 30 * 2**tries + 5 for wait in pair), waits
        assert abs(pair[0] - pair[1]) > 0.001, "of two that failed together each comes back by itself"


async def test_that_the_wiki_has_our_mentor_already_is_success(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await happens(scene, "unblock")
    await done.deliver()
    assert ("SET_MENTOR", "SENT") in await states(scene)


async def test_what_is_to_be_set_waits_until_it_is_known_whether_the_wiki_keeps_mentors(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "FIRST_WAIT", timedelta())
    monkeypatch.setattr(deliverer, "TRIES", 99)
    done = await office(scene)
    await happens(scene, "block")
    await happens(scene, "unblock")
    known = iter([None, None])
    done.has_mentors = lambda: next(known, True)
    await done.deliver()
    assert ("SET_MENTOR", "SENT") in await states(scene)


async def test_a_letter_that_the_wiki_does_not_save_is_not_sent(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    answers = [{"query": {"tokens": {"csrftoken": "c"}}}, {"edit": {"result": "Failure", "captcha": {}}}]
    scene.wiki.faults = [httpx2.Response(200, json=one) for one in answers]
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "DEAD")]


async def test_a_wiki_without_mentors_of_its_own_is_told_of_none(scene: Scene) -> None:
    done = await office(scene)
    done.has_mentors = lambda: False
    await happens(scene, "block")
    await happens(scene, "unblock")
    await done.deliver()
    assert not [one for one in scene.wiki.asked if one["action"] == "growthsetmentor"]


async def test_what_was_done_without_an_answer_is_not_done_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "FIRST_WAIT", timedelta())
    done = await office(scene)
    await happens(scene, "block")
    scene.wiki.silence = 1
    await done.deliver()
    assert scene.wiki.pages[TALK].count("== Your mentee") == 1
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")]


@pytest.mark.parametrize("has_written", [False, True])
async def test_who_dies_in_the_midst_of_it_is_followed_by_another_who_looks_first(
    scene: Scene, has_written: bool
) -> None:
    done = await office(scene)
    await happens(scene, "block")
    [claimed] = await scene.ledger.deliveries.claim(scene.id, 1)
    if has_written:
        await done._do(claimed)
    assert await scene.ledger.deliveries.claim(scene.id, 1) == [], "who is at it is not disturbed"
    await fetch(scene.database, "UPDATE outbox SET claimed_until = '-infinity' RETURNING id")
    await done.deliver()
    assert scene.wiki.pages[TALK].count("== Your mentee") == 1
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")]


async def test_what_fails_again_and_again_is_given_up_and_can_be_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "FIRST_WAIT", timedelta())
    monkeypatch.setattr(deliverer, "TRIES", 3)
    done = await office(scene)
    await happens(scene, "block")
    read_only = {"error": {"code": "readonly", "info": "moving"}}
    scene.wiki.faults = [httpx2.Response(200, json=read_only) for _ in range(20)]
    await done.deliver()
    [dead] = await scene.ledger.deliveries.dead(scene.id, 10)
    assert (dead.notification, dead.tries, dead.said) == ("MENTEE_BLOCKED", 3, "the wiki says readonly")
    scene.wiki.faults = []
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "DEAD")]
    assert await scene.ledger.deliveries.revive(scene.id) == 1
    scene.wiki.asked.clear()
    await done.deliver()
    assert scene.wiki.asked[0].get("titles") == TALK, "it may stand there already"
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")]


async def test_an_answer_that_no_wiki_gives_holds_up_nobody_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "FIRST_WAIT", timedelta())
    done = await office(scene)
    await happens(scene, "block")
    scene.wiki.faults = [httpx2.Response(200, json={"query": {}})]
    await done.deliver()
    assert scene.wiki.pages[TALK].count("== Your mentee") == 1
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")]


async def test_whom_the_wiki_gave_a_mentor_long_ago_is_left_with_them(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where this begins on a wiki, nobody is taken from a mentor of weeks."""
    done = await office(scene)
    await happens(scene, "block")
    await happens(scene, "unblock")
    scene.wiki.ties[KIM] = BO
    monkeypatch.setattr(letters, "TOO_LATE", timedelta())
    await done.deliver()
    assert scene.wiki.ties[KIM] == BO
    assert {state for _, state in await states(scene)} == {"LEFT_OUT"}


async def test_a_name_that_is_hidden_meanwhile_does_not_leave(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await asyncio.sleep(1.05)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    scene.wiki.block(KIM, hides_name=True)
    assert scene.following is not None
    await Reconciling(scene.following, 1000).round()
    await done.deliver()
    assert scene.wiki.pages == {}
    told = await fetch(scene.database, STATES)
    assert told[0] == ("MENTEE_BLOCKED", "LEFT_OUT", "a name is hidden")


async def test_who_was_blocked_and_unblocked_before_we_wrote_is_not_written_about(scene: Scene) -> None:
    done = await office(scene)
    await happens(scene, "block")
    await happens(scene, "unblock")
    await done.deliver()
    told = await fetch(scene.database, STATES)
    assert told[0] == ("MENTEE_BLOCKED", "LEFT_OUT", "the block is over, or the tie is")
    assert scene.wiki.pages[TALK].startswith("== Your mentee Acme Ltd was unblocked ==")


async def test_a_release_is_announced_before_it_comes_and_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await office(scene)
    await asyncio.sleep(1.05)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    scene.wiki.block(KIM, "Spam")  # for which somebody is kept for seven days
    await scene.follow()
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")], "seven days are not near"
    monkeypatch.setattr(deliveries, "NEAR_BEFORE", timedelta(days=7))
    done.pause = timedelta()
    usual = PRESETS[PolicyPreset.DEFAULT]
    await scene.ledger.set_policy(
        scene.id, replace(usual, notify=usual.notify - {NotificationKind.RELEASE_NEAR})
    )
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT")], "the policy tells of none"
    await scene.ledger.set_policy(scene.id, usual)
    await done.deliver()
    await done.deliver()
    assert await states(scene) == [("MENTEE_BLOCKED", "SENT"), ("RELEASE_NEAR", "SENT")]
    text = "is still blocked, and will be among your mentees for {{PLURAL:7|one more day|7 more days}} only."
    assert text in scene.wiki.pages[TALK]


async def test_a_release_that_was_put_off_meanwhile_is_not_announced(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await office(scene)
    await asyncio.sleep(1.05)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    scene.wiki.block(KIM, "Spam")
    await scene.follow()
    await done.deliver()
    done.pause = timedelta()
    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "NEAR_BEFORE", timedelta(days=7))
        assert await scene.ledger.deliveries.announce_releases(scene.id) == 1
    await done.deliver()
    assert ("RELEASE_NEAR", "LEFT_OUT", "the release is not near any more") in await fetch(
        scene.database, STATES
    )


async def test_a_choice_by_a_person_that_no_event_told_is_found_in_the_log(scene: Scene) -> None:
    """It is no draw, so what the wiki shows is not set back."""
    done = await office(scene)
    assert scene.following is not None
    programme, reconciling = Programme(scene.following), Reconciling(scene.following, 1000)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    await reconciling.round()
    await happens(scene, "block")
    await happens(scene, "unblock")
    await done.deliver()
    scene.wiki.tick()
    scene.wiki.set_mentor(KIM, BO)
    scene.wiki.events.pop()
    scene.wiki.tick(120)
    await asyncio.sleep(1.05)
    await reconciling.round()
    await programme.compare()
    mentors = "SELECT s.mentor_id FROM relationship_span AS s WHERE s.state = 'ACTIVE' AND s.valid_to > now()"
    assert (BO,) in await fetch(scene.database, mentors)


async def test_mentors_are_written_to_in_the_language_of_the_wiki(scene: Scene) -> None:
    done = await office(scene, "de-formal")
    await happens(scene, "block")
    await done.deliver()
    assert scene.wiki.pages[TALK].startswith("== Acme Ltd wurde gesperrt ==")


def test_every_language_has_every_text() -> None:
    english, german = texts_of("en"), texts_of("de")
    assert german.keys() == english.keys()
    assert texts_of("tlh") == english
    assert texts_of("../en") == english


def test_a_name_that_looks_like_a_place_in_a_text_is_a_name() -> None:
    assert filled("$1 and $2", "$2", "b") == "$2 and b"
