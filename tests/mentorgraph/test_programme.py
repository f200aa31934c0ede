"""Mentors and ties as a wiki keeps them itself: what it tells, what it does in silence, and what of it counts."""

import asyncio
from datetime import datetime, timedelta

import pytest

from following_scene import Scene, at_once, scene
from ledger_rows import fetch
from mentorgraph.feed import polling
from mentorgraph.feed import programme as feed_programme
from mentorgraph.feed.following import Following
from mentorgraph.feed.polling import Polling
from mentorgraph.feed.programme import Programme
from mentorgraph.feed.reconcile import Reconciling
from models.ledger import Target
from models.ledger.connections import wall_clock

__all__ = ["at_once", "scene"]

ADA, BO, CY = 101, 102, 103
TIES = """
SELECT r.mentor_id, r.started_because, r.start_is_known, r.ends_because FROM relationship AS r
WHERE r.mentee_id = $1 AND r.withdrawn_at = 'infinity' ORDER BY r.started_at, r.id
"""


async def programme(scene: Scene) -> Programme:
    """A wiki with two mentors of its own."""
    wiki = scene.wiki
    for user, name in ((ADA, "Mentor Ada"), (BO, "Mentor Bo"), (CY, "Cy")):
        wiki.register(user, name)
    wiki.mentors = {ADA: {"message": "Hello", "weight": 2}, BO: {"message": None, "weight": 1}}
    wiki.tick()
    await scene.follow()
    assert scene.following is not None
    made = Programme(scene.following)
    await made.compare()
    return made


async def ties(scene: Scene, mentee: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = await fetch(scene.database, TIES, mentee)
    return rows


async def mentors(scene: Scene) -> set[int]:
    return await scene.ledger.mentors_at(scene.id, wall_clock())


async def test_who_is_on_the_wikis_list_of_mentors_is_one_here(scene: Scene) -> None:
    made = await programme(scene)
    assert await mentors(scene) == {ADA, BO}
    assert scene.wiki.mentors is not None
    scene.wiki.mentors[CY] = {"message": None, "weight": 4}
    del scene.wiki.mentors[BO]
    await made.compare()
    assert await mentors(scene) == {ADA, CY}


async def test_who_became_a_mentor_here_is_not_taken_to_have_left_there(scene: Scene) -> None:
    made = await programme(scene)
    await scene.ledger.enroll(scene.id, Target(id=CY))
    await made.compare()
    assert await mentors(scene) == {ADA, BO, CY}


async def test_who_is_on_the_list_and_cannot_be_read_has_not_left(scene: Scene) -> None:
    made = await programme(scene)
    assert scene.wiki.mentors is not None
    scene.wiki.mentors[BO] = {"message": "x" * 241, "weight": 2}
    await made.compare()
    assert await mentors(scene) == {ADA, BO}


async def test_a_choice_by_hand_counts_whose_mentor_has_no_name_here_yet(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were on the list when we came, and the list has only their number."""
    wiki = scene.wiki
    for user, name in ((ADA, "Mentor Ada"), (BO, "Mentor Bo")):
        wiki.register(user, name)
    wiki.events.clear()
    wiki.mentors = {ADA: {"message": "Hello", "weight": 2}, BO: {"message": None, "weight": 1}}
    monkeypatch.setattr(feed_programme, "wall_clock", lambda: wiki.now)
    await Programme(scene.begin()).compare()
    wiki.tick()
    wiki.register(5, "Kim")
    wiki.tick()
    wiki.set_mentor(5, ADA)
    wiki.tick()
    wiki.rename(ADA, "Mentor Adele")
    wiki.tick()
    wiki.set_mentor(5, BO)
    await scene.follow()
    assert scene.following is not None
    assert scene.following.tally.given_up == 0
    assert [(mentor, because) for mentor, because, *_ in await ties(scene, 5)] == [(ADA, "SET"), (BO, "SET")]


async def test_a_list_that_was_emptied_makes_nobody_resign(scene: Scene) -> None:
    made = await programme(scene)
    scene.wiki.mentors = {CY: {"weight": 2}}
    await made.compare()
    assert await mentors(scene) == {ADA, BO, CY}
    scene.wiki.mentors = None
    await made.compare()
    assert await mentors(scene) == {ADA, BO, CY}


async def test_the_ties_of_before_our_time_are_taken_over(scene: Scene) -> None:
    made = await programme(scene)
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.ties[5] = ADA
    await made.compare()
    assert await ties(scene, 5) == [(ADA, "IMPORTED", False, None)]
    facts = len(await scene.facts())
    await made.compare()
    assert len(await scene.facts()) == facts, "a second look finds nothing"


async def test_a_mentor_whom_the_wiki_has_drawn_in_silence_counts_where_nobody_was_blocked(
    scene: Scene,
) -> None:
    made = await programme(scene)
    scene.wiki.register(5, "Kim")
    scene.wiki.ties[5] = ADA
    await made.compare()
    scene.wiki.ties[5] = BO
    await made.compare()
    assert [(mentor, because) for mentor, because, _, _ in await ties(scene, 5)] == [
        (ADA, "IMPORTED"),
        (BO, "SET"),
    ]


async def test_a_stranger_whom_the_wiki_has_drawn_after_a_block_is_no_decision(scene: Scene) -> None:
    """The story's end on today's wikis: the tie is dropped during the block, and chance gives another mentor."""
    made = await programme(scene)
    wiki = scene.wiki
    wiki.register(5, "Acme Ltd")
    wiki.ties[5] = ADA
    await scene.follow()
    await made.compare()
    wiki.now = wall_clock().replace(microsecond=0)
    wiki.block(5, "Promotional username")
    del wiki.ties[5]
    await scene.follow()
    await made.compare()
    wiki.tick()
    wiki.unblock(5)
    wiki.ties[5] = BO
    # The unblock is of a moment that has passed by now.
    await asyncio.sleep(1.1)
    await scene.follow()
    await made.compare()
    assert [mentor for mentor, *_ in await ties(scene, 5)] == [ADA]


@pytest.mark.parametrize("source", ["stream", "log"])
async def test_who_sets_or_claims_by_hand_is_believed_at_once(scene: Scene, source: str) -> None:
    await programme(scene)
    wiki = scene.wiki
    wiki.register(5, "Kim")
    wiki.tick(60)
    begin = wiki.now
    # The wiki's clock knows whole seconds, and they have been mentors here for less than one.
    await asyncio.sleep(1.1)
    wiki.now = wall_clock().replace(microsecond=0)
    wiki.set_mentor(5, ADA)
    await told(scene, source, begin - timedelta(hours=1))
    await asyncio.sleep(1.1)
    wiki.now = wall_clock().replace(microsecond=0)
    wiki.set_mentor(5, BO, by=BO)
    wiki.rename(BO, "Bo, who was renamed")
    await told(scene, source, begin - timedelta(hours=1))
    assert [(mentor, because) for mentor, because, _, _ in await ties(scene, 5)] == [
        (ADA, "SET"),
        (BO, "CLAIMED"),
    ]


async def told(scene: Scene, source: str, since: datetime) -> None:
    if source == "stream":
        await scene.follow()
    else:
        scene.following = Following(scene.ledger, scene.id, scene.wiki.name, scene.api(), polling.SOURCE)
        await Polling(scene.following, since=since).poll()


async def test_how_active_a_mentee_is_is_noted_at_each_look(scene: Scene) -> None:
    made = await programme(scene)
    wiki = scene.wiki
    kim = wiki.register(5, "Kim")
    wiki.ties[5] = ADA
    await scene.follow()
    await made.compare()
    kim.edits += [wiki.now, wiki.now + timedelta(minutes=5)]
    reconciling = Reconciling(made.following, 1000)
    await reconciling.round()
    edits = "SELECT a.edit_count, a.last_edit_at FROM account AS a WHERE a.id = 5"
    assert await fetch(scene.database, edits) == [(2, kim.edits[1])]
    asked = sum(one.get("list") == "usercontribs" for one in wiki.asked)
    await reconciling.round()
    assert sum(one.get("list") == "usercontribs" for one in wiki.asked) == asked, (
        "who did nothing is not asked for"
    )
