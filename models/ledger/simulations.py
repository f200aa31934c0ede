"""Simulations as jobs: which mentees there are to look at, what was counted of them so far, and what came of it."""

import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

import orjson

from graph.errors import Refused
from graph.kinds import JobKind, UserErrorCode
from graph.outcome import Outcome, Tally, Window, mentoring
from graph.policy import PolicySettings, from_json, to_json
from models.ledger.change import Change, Office
from models.ledger.connections import aware, transact
from models.ledger.histories import Part, Stretch
from models.ledger.jobs import Job, JobEnded, advance, start, take

# Both go along the index by mentee, from one to the next. Anyone is told what comes of it: of nobody who is hidden.
HOW_MANY: Final = """
SELECT count(DISTINCT s.mentee_id) FROM block_span AS s
WHERE s.wiki_id = $1 AND s.valid_to >= $2 AND s.valid_from < $3 AND s.mentee_id > $4
  AND s.mentee_id NOT IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden)
"""
NEXT_PART: Final = """
SELECT max(found.mentee_id), count(*)
FROM (SELECT DISTINCT s.mentee_id FROM block_span AS s
      WHERE s.wiki_id = $1 AND s.valid_to >= $2 AND s.valid_from < $3 AND s.mentee_id > $4
        AND s.mentee_id NOT IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden)
      ORDER BY s.mentee_id LIMIT $5) AS found
"""
TERMS: Final = """
SELECT t.valid_from, t.valid_to FROM mentor_term AS t
WHERE t.wiki_id = $1 AND t.mentor_id NOT IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden)
"""
KEEP: Final = "INSERT INTO job_part AS p (wiki_id, job_id, reached, counts) VALUES ($1, $2, $3, $4)"
KEPT: Final = """
SELECT p.reached, p.counts FROM job_part AS p
WHERE p.wiki_id = $1 AND p.job_id = $2 AND p.reached > $3 ORDER BY p.reached LIMIT $4
"""
SWEEP: Final = """
DELETE FROM job_part AS p WHERE p.wiki_id = $1
  AND p.job_id IN (SELECT j.id FROM job AS j WHERE j.wiki_id = $1 AND j.state <> 'RUNNING')
"""

PARTS_AT_ONCE: Final = 16
MOST_POLICIES: Final = 10
LONGEST_WINDOW: Final = timedelta(days=3660)
"""Ten years: each day of each policy is a row of the answer."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is asked: some policies, each as if it had always been in force, and the window that is counted."""

    policies: Sequence[PolicySettings]
    window: Window

    def plan(self) -> dict[str, Any]:
        """As a job keeps it."""
        start, end = self.window
        policies = [to_json(policy) for policy in self.policies]
        return {"policies": policies, "from": start.isoformat(), "to": end.isoformat()}

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> Self:
        """From what a job keeps."""
        window = Window(datetime.fromisoformat(plan["from"]), datetime.fromisoformat(plan["to"]))
        return cls([from_json(policy) for policy in plan["policies"]], window)

    def check(self, now: datetime) -> None:
        """Refuse what has no answer."""
        start, end = self.window
        if not self.policies:
            raise Refused(UserErrorCode.INVALID, "Name at least one policy.", "policies")
        if len(self.policies) > MOST_POLICIES:
            message = f"Name at most {MOST_POLICIES} policies; ask again for the others."
            raise Refused(UserErrorCode.TOO_MANY, message, "policies")
        for name, moment in (("from", start), ("to", end)):
            if moment > now:
                message = "What has not happened yet can't be simulated; name a moment up to now."
                raise Refused(UserErrorCode.IN_THE_FUTURE, message, name)
        if start >= end:
            raise Refused(UserErrorCode.INVALID, "`to` has to lie after `from`.", "to")
        if end - start > LONGEST_WINDOW:
            message = f"Ask for {LONGEST_WINDOW.days} days at most."
            raise Refused(UserErrorCode.TOO_MANY, message, "to")

    def stretch(self, wiki: int, known_by: datetime) -> Stretch:
        """What is to be read of a wiki."""
        return Stretch(wiki, *self.window, known_by)


class Simulations:
    """What the simulations of all wikis need of the database."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def start(self, wiki: int, simulation: Simulation) -> int:
        """Ask for one; the id of its job."""
        simulation.check(self._office.clock())

        async def work(change: Change) -> int:
            return await start(change, JobKind.SIMULATION, simulation.plan())

        return await self._office.change(wiki, work)

    async def mentees(self, stretch: Stretch, after: int = -1) -> int:
        """How many there are to look at."""
        rows = await self._fetch(HOW_MANY, stretch.wiki, stretch.start, stretch.end, after)
        return int(rows[0][0])

    async def parts(self, stretch: Stretch, after: int, size: int) -> AsyncIterator[Part]:
        """The mentees above that id, so many at a time."""
        while True:
            ((last, count),) = await self._fetch(
                NEXT_PART, stretch.wiki, stretch.start, stretch.end, after, size
            )
            if not count:
                return
            yield Part(after, last, count)
            after = last

    async def terms(self, wiki: int) -> list[tuple[datetime, datetime]]:
        """From when to when there were mentors."""
        return [(start, end) for start, end in map(aware, await self._fetch(TERMS, wiki))]

    async def keep(self, job: Job, part: Part, tallies: Sequence[Tally]) -> None:
        """What was counted of a part, and that it is done with: both or neither."""
        packed = zlib.compress(orjson.dumps([tally.to_json() for tally in tallies]), 1)

        async def work(change: Change) -> None:
            now = await take(change, job)
            if now.reached != part.after:
                raise JobEnded  # another process is at it, and further
            await change.connection.execute(KEEP, job.wiki, job.id, part.last, packed)
            done = now.done + part.mentees
            await advance(change, now, done=done, total=max(done, now.total or 0), reached=part.last)

        await self._office.change(job.wiki, work)

    async def outcomes(self, job: Job, simulation: Simulation) -> list[Outcome]:
        """What came of all parts that are kept."""
        tallies = [Tally(simulation.window) for _ in simulation.policies]
        reached = -1
        while rows := await self._fetch(KEPT, job.wiki, job.id, reached, PARTS_AT_ONCE):
            for _, packed in rows:
                for tally, counted in zip(tallies, orjson.loads(zlib.decompress(packed)), strict=True):
                    tally.add(Tally.from_json(simulation.window, counted))
            reached = rows[-1][0]
        terms = await self.terms(job.wiki)
        return [tally.outcome(mentoring(terms, simulation.window)) for tally in tallies]

    async def sweep(self, wiki: int) -> None:
        """Forget what was counted for jobs that have ended, in whichever way."""

        async def work(change: Change) -> None:
            await change.connection.execute(SWEEP, wiki)

        await self._office.change(wiki, work)

    async def _fetch(self, statement: str, *arguments: object) -> list[Any]:
        return await transact(
            self._office.pool, lambda connection: connection.fetch(statement, *arguments), self._office.chance
        )
