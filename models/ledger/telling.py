"""What is to be told: the difference between the feed and the timeline up to now. What was told is never unsaid."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from graph.kinds import BlockKey, Origin, TieKey
from graph.timeline import Event, Timeline
from models.columns import ENDLESS
from models.ledger.rows import EventRow

EventKey = tuple[str, datetime, TieKey, str | None, str, BlockKey | None, Origin | None]


class Keys(NamedTuple):
    """How the ids of rows that are there already are called in a timeline."""

    ties: Mapping[int, TieKey]
    blocks: Mapping[int, BlockKey]
    facts: Mapping[int, Origin]


class Telling(NamedTuple):
    """What the feed still has to say: events that turned out untrue, events that took effect.

    `next_at` is when the clock will bring the next transition that nobody was told of.
    """

    untrue: Sequence[EventRow]
    news: Sequence[Event]
    next_at: datetime


def telling(feed: Sequence[EventRow], timeline: Timeline, keys: Keys, now: datetime) -> Telling:
    """An event that lies ahead of us was told by nobody yet, unless by one whose clock runs before ours."""
    told = _standing(feed, keys)
    true = {_key(event) for event in timeline.events}
    untold = [event for event in timeline.events if _key(event) not in told]
    return Telling(
        [row for key, row in told.items() if key not in true],
        [event for event in untold if event.at <= now],
        min((event.at for event in untold if event.at > now), default=ENDLESS),
    )


def silence(feed: Sequence[EventRow], timeline: Timeline, keys: Keys) -> Telling:
    """Nothing is told now, and what is due will be by the clock."""
    told = _standing(feed, keys)
    untold = (event.at for event in timeline.events if _key(event) not in told)
    return Telling((), (), min(untold, default=ENDLESS))


def _standing(feed: Sequence[EventRow], keys: Keys) -> dict[EventKey, EventRow]:
    """The events that were told and not withdrawn."""
    withdrawn = {row.withdraws_id for row in feed if row.withdraws_id is not None}
    return {
        (
            row.kind,
            row.at,
            keys.ties[row.relationship_id],
            row.from_state,
            row.to_state,
            None if row.block_id is None else keys.blocks[row.block_id],
            None if row.fact_id is None else keys.facts[row.fact_id],
        ): row
        for row in feed
        if row.withdraws_id is None and row.id not in withdrawn
    }


def _key(event: Event) -> EventKey:
    return event.kind, event.at, event.tie, event.from_state, event.to_state, event.block, event.fact
