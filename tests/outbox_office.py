"""A wiki with mentors of its own, one of whom mentors Kim, and what does things there."""

import asyncio

from following_scene import Scene
from ledger_rows import fetch
from mentorgraph.feed.programme import Programme
from mentorgraph.outbox.deliverer import Deliverer
from models.ledger.connections import wall_clock

ADA, BO, KIM = 101, 102, 5
TALK = "User talk:Mentor Ada"
TIES = "SELECT r.mentor_id, r.started_because FROM relationship AS r WHERE r.mentee_id = 5"
STATES = "SELECT o.notification, o.state, o.said FROM outbox AS o ORDER BY o.id"


async def office(scene: Scene, language: str = "en") -> Deliverer:
    """A wiki with mentors of its own, of whom Ada mentors Kim; and who does things there."""
    wiki = scene.wiki
    for user, name in ((ADA, "Mentor Ada"), (BO, "Mentor Bo"), (KIM, "Acme Ltd")):
        wiki.register(user, name)
    wiki.mentors = {ADA: {"weight": 2}, BO: {"weight": 2}}
    wiki.ties[KIM] = ADA
    wiki.logged_in = "Mentors bot"
    wiki.tick()
    await scene.follow()
    assert scene.following is not None
    scene.following.own = "Mentors bot"
    programme = Programme(scene.following)
    await programme.compare()
    assert await fetch(scene.database, STATES) == []
    return Deliverer(
        scene.ledger,
        scene.id,
        scene.api(),
        language=language,
        own="Mentors bot",
        has_mentors=lambda: programme.is_run,
    )


async def compare(scene: Scene) -> None:
    """The wiki's new accounts and ties come to be known."""
    scene.wiki.tick()
    await scene.follow()
    assert scene.following is not None
    await Programme(scene.following).compare()


async def two_more_are_blocked(scene: Scene) -> None:
    """Newcomers 6 and 7, whom Ada mentors too, at one moment."""
    for user in (6, 7):
        scene.wiki.register(user, f"Newcomer {user}")
        scene.wiki.ties[user] = ADA
    await compare(scene)
    await asyncio.sleep(1.05)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    for user in (6, 7):
        scene.wiki.block(user, "Promotional username")
    await scene.follow()


async def happens(scene: Scene, what: str) -> None:
    """A block or an unblock, now; the wiki's clock knows whole seconds."""
    await asyncio.sleep(1.05)
    scene.wiki.now = wall_clock().replace(microsecond=0)
    if what == "block":
        scene.wiki.block(KIM, "Promotional username")
    else:
        scene.wiki.unblock(KIM)
    await scene.follow()
