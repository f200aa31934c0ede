"""Whole histories of those who were blocked, a range of mentees at a time, for whoever projects them otherwise."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple, Self

import asyncpg

from graph.errors import Unavailable
from graph.facts import Fact
from models.ledger.connections import CONNECT_TIMEOUT, GONE, PLANS, SETTINGS
from models.ledger.facts_kept import read_fact

# Whose block was open in a stretch of time is the same under every policy, so it is read from what is kept.
OF_A_RANGE: Final = """
SELECT f.mentee_id, f.kind, f.mentor_id, f.occurred_at, f.source, f.source_id, f.choices, t.reason
FROM (SELECT DISTINCT s.mentee_id FROM block_span AS s
      WHERE s.wiki_id = $1 AND s.mentee_id > $2 AND s.mentee_id <= $3 AND s.valid_to >= $4 AND s.valid_from < $5
        AND s.mentee_id NOT IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden)
     ) AS blocked
JOIN fact AS f ON f.wiki_id = $1 AND f.mentee_id = blocked.mentee_id AND f.recorded_at <= $6
LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
ORDER BY f.mentee_id
"""
OF_MENTORS: Final = """
SELECT f.mentor_id, f.kind, f.mentor_id, f.occurred_at, f.source, f.source_id, f.choices, t.reason
FROM fact AS f LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
WHERE f.wiki_id = $1 AND f.mentor_id IS NOT NULL AND f.mentee_id IS NULL AND f.recorded_at <= $2
"""
ROWS_AT_ONCE: Final = 2_000

History = tuple[int, list[Fact]]
"""A mentee, and all facts about them and the terms of the mentors whom these name."""


class Stretch(NamedTuple):
    """A stretch of a wiki's time, and the moment up to which it is known what happened in it."""

    wiki: int
    start: datetime
    end: datetime
    known_by: datetime


class Part(NamedTuple):
    """The mentees with ids above `after`, up to `last`: so many, whose block was open in the stretch."""

    after: int
    last: int
    mentees: int


class Histories:
    """One reader of a stretch, on a connection of its own."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", stretch: Stretch) -> None:
        self._connection, self._stretch = connection, stretch
        self._terms: dict[int, list[Fact]] | None = None

    @classmethod
    async def open(cls, dsn: str, stretch: Stretch) -> Self:
        """Connect."""
        settings = {**SETTINGS, "application_name": "mentorgraph simulation", "plan_cache_mode": PLANS}
        try:
            connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT, server_settings=settings)
        except GONE as error:
            raise Unavailable(f"The database can't be reached: {error}") from error
        return cls(connection, stretch)

    async def close(self) -> None:
        """Part with the connection."""
        await self._connection.close()

    async def read(self, part: Part) -> list[History]:
        """The mentees of a part, in the order of their ids."""
        try:
            return await self._read(part)
        except GONE as error:
            raise Unavailable(f"The database went away: {error}") from error

    async def _read(self, part: Part) -> list[History]:
        wiki, start, end, known_by = self._stretch
        found: dict[int, list[Fact]] = {}
        named: dict[int, set[int]] = defaultdict(set)
        async with self._connection.transaction(readonly=True):
            if self._terms is None:
                self._terms = await self._mentors()
            cursor = await self._connection.cursor(
                OF_A_RANGE, wiki, part.after, part.last, start, end, known_by
            )
            while rows := await cursor.fetch(ROWS_AT_ONCE):
                for mentee, kind, mentor, *rest in rows:
                    found.setdefault(mentee, []).append(read_fact(kind, mentor, *rest))
                    if mentor is not None:
                        named[mentee].add(mentor)
        return [(mentee, [*self._of(named[mentee]), *facts]) for mentee, facts in found.items()]

    def _of(self, mentors: set[int]) -> Iterator[Fact]:
        assert self._terms is not None
        for mentor in mentors:
            yield from self._terms.get(mentor, ())

    async def _mentors(self) -> dict[int, list[Fact]]:
        terms: dict[int, list[Fact]] = defaultdict(list)
        for mentor, *rest in await self._connection.fetch(
            OF_MENTORS, self._stretch.wiki, self._stretch.known_by
        ):
            terms[mentor].append(read_fact(*rest))
        return dict(terms)
