"""Fills an empty database with the demo wiki, by the same ledger that everything goes through."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from graph.facts import Registered
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from mentorgraph.demo.world import Guide, Newcomer, make
from models.ledger import Activity, Entry, Ledger, Target

DEMO_WIKI = "demowiki"
ADDRESS = "https://demo.wiki.example"
AT_ONCE = 500
"""Newcomers that are recorded together, and told of in the order in which things happened to them."""

INTRODUCTION = "Ask me anything: about sources, about tables, or why your edit was undone."


async def fill(ledger: Ledger, progress: Callable[[int, int], None]) -> int:
    """Make the demo wiki and return its id; `progress` hears how many newcomers of how many are done."""
    now = datetime.now(UTC)
    world = make(now)
    wiki = await ledger.add_wiki(DEMO_WIKI, ADDRESS, PRESETS[PolicyPreset.DEFAULT])
    await ledger.bulk(wiki, [signed_up(one) for one in world.guides])
    for one in world.guides:
        await appoint(ledger, wiki, one)
    # To whom something has happened of late comes last, so that the feed ends with what happened of late.
    newcomers = sorted(world.newcomers, key=lambda one: one.told[-1].fact.at)
    for start in range(0, len(newcomers), AT_ONCE):
        some = newcomers[start : start + AT_ONCE]
        await ledger.bulk(wiki, [entry for one in some for entry in entries(one)])
        progress(start + len(some), len(newcomers))
    await ledger.record_activity(
        wiki,
        [Activity(one.account, one.edits, one.last_edit, one.questions, one.reverted) for one in newcomers],
    )
    return wiki


def signed_up(one: Guide) -> Entry:
    """The mentor's own registration, long ago."""
    fact = Registered(
        at=one.since - timedelta(days=365), origin=Origin("mw-log", str(one.account)), assign=False
    )
    return Entry(fact=fact, target=Target(id=one.account), name=one.name)


async def appoint(ledger: Ledger, wiki: int, one: Guide) -> None:
    """The mentor's term and choices."""
    await ledger.enroll(
        wiki,
        Target(id=one.account),
        share=one.share,
        capacity=None,
        introduction=INTRODUCTION,
        at=one.since,
        origin=Origin("demo", f"enrolled-{one.account}"),
        performer=None,
    )
    if one.away_until:
        await ledger.update_mentor(wiki, one.account, {"away_until": one.away_until}, None)
    if one.until:
        origin = Origin("demo", f"resigned-{one.account}")
        await ledger.resign(wiki, one.account, reason=None, at=one.until, origin=origin, performer=None)


def entries(one: Newcomer) -> Iterator[Entry]:
    """What happened to a newcomer, as it is recorded."""
    for told in one.told:
        yield Entry(
            fact=told.fact,
            target=Target(id=one.account),
            reason=told.reason,
            performer=told.performer,
            name=told.name,
        )
