"""What the ledger keeps, read back as plain values that say nothing of ids: for tests of `models`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson

from graph.facts import (
    BlockPlaced,
    Fact,
    MentorEnrolled,
    MentorResigned,
    Registered,
    Renamed,
)
from graph.policy import PolicyVersion, to_json
from graph.timeline import Timeline
from lifecycle_stories import MENTEE
from models.columns import ENDLESS, NEVER
from models.ledger.connections import aware
from models.ledger.entry import Entry, Target

NOW = datetime(2028, 1, 1, tzinfo=UTC)
"""Later than all that the stories tell."""

Rows = dict[str, list[tuple[Any, ...]]]

ORIGIN = "(SELECT f.source || '/' || f.source_id FROM fact f WHERE f.wiki_id = $1 AND f.id = "
TIE = (
    "(SELECT f.source || '/' || f.source_id || '#' || r2.number FROM relationship r2 JOIN fact f "
    "ON f.wiki_id = $1 AND f.id = r2.fact_id WHERE r2.wiki_id = $1 AND r2.id = "
)
# ruff: noqa: S608 - what is put together here are constants of this file
STATEMENTS = {
    "account": "SELECT id, name, is_hidden, registered_at, is_mentee, eligible, block_count, next_change_at "
    "FROM account WHERE wiki_id = $1",
    "relationship": f"SELECT {TIE}t.id), mentor_id, mentee_id, role, started_at, start_is_known, started_because, "
    f"ends_at, ends_because, {TIE}t.continues_id), {TIE}t.replaces_id) "
    "FROM relationship t WHERE t.wiki_id = $1 AND t.withdrawn_at = 'infinity'",
    "relationship_span": f"SELECT {TIE}s.relationship_id), valid_from, valid_to, state, mentor_id, mentee_id, role, "
    "last_edit_at FROM relationship_span s WHERE s.wiki_id = $1",
    "mentee_span": "SELECT mentee_id, valid_from, valid_to, state, told_state, blocked_since, blocked_until, "
    "returns_to, returns_until, told_since, told_until FROM mentee_span WHERE wiki_id = $1",
    "need": f"SELECT mentee_id, role, valid_from, valid_to, since, cause, previous_id, {TIE}n.replaces_id) "
    "FROM need n WHERE n.wiki_id = $1",
    "signs of life": "SELECT mentee_id, role, valid_from, signed_at, last_edit_at FROM need WHERE wiki_id = $1",
    "block": "SELECT kind, block_id, mentee_id, placed_at, expires_at, lifted_at, scope, category, category_source, "
    f"unblock_requested, hides_name, reason, performer, {ORIGIN}b.placed_by), {ORIGIN}b.reason_by) "
    "FROM block b WHERE b.wiki_id = $1 AND b.withdrawn_at = 'infinity'",
    "block_span": "SELECT b.kind, b.block_id, s.valid_from, s.valid_to, s.mentee_id, s.scope, s.category, "
    "s.category_source, s.expires_at, s.counted, s.unblock_requested "
    "FROM block_span s JOIN block b ON b.wiki_id = $1 AND b.id = s.block_id WHERE s.wiki_id = $1",
    "account_name": "SELECT account_id, valid_from, valid_to, name FROM account_name WHERE wiki_id = $1",
    "suppressed_name": "SELECT account_id, valid_from, valid_to, name FROM suppressed_name WHERE wiki_id = $1",
    "mentor_term": "SELECT mentor_id, valid_from, valid_to FROM mentor_term WHERE wiki_id = $1",
    "mentor": "SELECT id, share, capacity, enrolled_at, resigned_at FROM mentor WHERE wiki_id = $1",
}
TOLD = (
    f"SELECT e.kind, e.at, {TIE}e.relationship_id), e.mentor_id, e.mentee_id, e.from_state, e.to_state, "
    f"(SELECT b.kind || b.block_id FROM block b WHERE b.wiki_id = $1 AND b.id = e.block_id), {ORIGIN}e.fact_id) "
    "FROM relationship_event e WHERE e.wiki_id = $1 AND e.withdraws_id IS NULL AND "
)
WITHDRAWAL = (
    "SELECT w.withdraws_id FROM relationship_event w WHERE w.wiki_id = $1 AND w.withdraws_id IS NOT NULL"
)
FEED = f"{TOLD} e.id NOT IN ({WITHDRAWAL})"
WITHDRAWN_BY = f"{TOLD} e.id IN ({WITHDRAWAL} AND w.fact_id = $2)"


class Clock:
    """A clock that tests set; `tick` is how much later it is each time that somebody looks."""

    def __init__(self, now: datetime = NOW, tick: timedelta = timedelta()) -> None:
        self.now, self.tick = now, tick

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


async def rows_of(dsn: str, wiki: int, only: Iterable[str] = STATEMENTS) -> Rows:
    """All rows of a wiki's timelines, without ids, in an order of their own."""
    connection = await asyncpg.connect(dsn)
    try:
        return {
            table: sorted((aware(row) for row in await connection.fetch(STATEMENTS[table], wiki)), key=repr)
            for table in only
        }
    finally:
        await connection.close()


async def feed_of(dsn: str, wiki: int) -> list[tuple[Any, ...]]:
    """The events that were told and not withdrawn."""
    connection = await asyncpg.connect(dsn)
    try:
        return sorted((aware(row) for row in await connection.fetch(FEED, wiki)), key=repr)
    finally:
        await connection.close()


async def withdrawn_by(dsn: str, wiki: int, fact: int) -> list[tuple[Any, ...]]:
    """The events that the feed withdrew because of this fact, as it had told them."""
    return sorted(await fetch(dsn, WITHDRAWN_BY, wiki, fact), key=repr)


async def fetch(dsn: str, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [aware(row) for row in await connection.fetch(statement, *arguments)]
    finally:
        await connection.close()


STRETCHES = (
    "relationship_span",
    "mentee_span",
    "need",
    "block_span",
    "account_name",
    "suppressed_name",
    "mentor_term",
)


async def lose_all_stretches(dsn: str, wiki: int) -> None:
    """As an accident would."""
    for table in STRETCHES:
        await fetch(dsn, f"DELETE FROM {table} WHERE wiki_id = $1", wiki)
    await fetch(
        dsn,
        "UPDATE relationship SET ends_at = started_at + interval '1 ms', ends_because = 'OPTED_OUT' "
        "WHERE wiki_id = $1",
        wiki,
    )


async def with_policies(dsn: str, wiki: int, policies: Sequence[PolicyVersion]) -> None:
    """Put these versions in place of the wiki's own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DELETE FROM policy WHERE wiki_id = $1", wiki)
        for version in policies:
            await connection.execute(
                "INSERT INTO policy VALUES ($1, $2, $3, $4::jsonb, $5)",
                wiki,
                version.version,
                version.effective_from or NEVER,
                orjson.dumps(to_json(version.settings)).decode(),
                NOW,
            )
    finally:
        await connection.close()


def entry_of(fact: Fact, mentee: int = MENTEE, **beside: Any) -> Entry:
    """The fact as it is recorded: about the mentee, unless it is about a mentor's terms."""
    if isinstance(fact, MentorEnrolled | MentorResigned):
        return Entry(fact=fact, **beside)
    if isinstance(fact, Registered | Renamed):
        beside.setdefault("name", f"Name {fact.origin.source} {fact.origin.source_id}")
    if isinstance(fact, BlockPlaced):
        beside.setdefault("reason", fact.reason)
    return Entry(fact=fact, target=Target(id=mentee), **beside)


def tie_name(key: Any) -> str:
    return f"{key.fact.source}/{key.fact.source_id}#{key.number}"


def ties_in(timeline: Timeline, mentee: int = MENTEE) -> list[tuple[Any, ...]]:
    """The rows of `relationship` that a timeline means."""
    return sorted(
        (
            (
                tie_name(tie.key),
                tie.mentor,
                mentee,
                tie.role.value,
                tie.start,
                tie.start_is_known,
                tie.because.value,
                tie.end or ENDLESS,
                tie.ended_because and tie.ended_because.value,
                tie.continues and tie_name(tie.continues),
                tie.replaces and tie_name(tie.replaces),
            )
            for tie in timeline.ties
        ),
        key=repr,
    )


def tie_spans_in(timeline: Timeline, mentee: int = MENTEE) -> list[tuple[Any, ...]]:
    return sorted(
        (
            (
                tie_name(tie.key),
                span.start,
                span.end or ENDLESS,
                span.state.value,
                tie.mentor,
                mentee,
                tie.role.value,
                NEVER,
            )
            for tie in timeline.ties
            for span in tie.spans
        ),
        key=repr,
    )


def needs_in(timeline: Timeline, mentee: int = MENTEE) -> list[tuple[Any, ...]]:
    return sorted(
        (
            (
                mentee,
                need.role.value,
                need.start,
                need.end or ENDLESS,
                need.since,
                need.cause.value,
                need.previous,
                need.replaces and tie_name(need.replaces),
            )
            for need in timeline.needs
        ),
        key=repr,
    )


def events_in(timeline: Timeline, now: datetime, mentee: int = MENTEE) -> list[tuple[Any, ...]]:
    """The events that a timeline holds up to now, as the feed tells them."""
    mentors = {tie.key: tie.mentor for tie in timeline.ties}
    return sorted(
        (
            (
                event.kind.value,
                event.at,
                tie_name(event.tie),
                mentors[event.tie],
                mentee,
                event.from_state and event.from_state.value,
                event.to_state.value,
                event.block and f"{event.block.kind.value}{event.block.block_id}",
                event.fact and f"{event.fact.source}/{event.fact.source_id}",
            )
            for event in timeline.events
            if event.at <= now
        ),
        key=repr,
    )
