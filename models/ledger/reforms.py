"""New versions of a wiki's policy: what one would end is told beforehand; a job projects the blocked anew."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson

from graph.errors import Refused
from graph.kinds import EndReason, JobKind, UserErrorCode
from graph.lifecycle import project
from graph.policy import PolicySettings, PolicyVersion, to_json
from models.ledger import jobs
from models.ledger.change import Change, Office, Run, StartOver
from models.ledger.connections import Connection
from models.ledger.decisions import stale
from models.ledger.foresight import rehearse
from models.ledger.jobs import Job
from models.ledger.walk import Walk, project_in_turns

ADD: Final = """
INSERT INTO policy AS p (wiki_id, version, effective_from, settings, recorded_at)
VALUES ($1, $2, $3, $4::jsonb, $5) ON CONFLICT (wiki_id, version) DO NOTHING RETURNING p.version
"""
HOW_MANY: Final = """
SELECT count(DISTINCT s.mentee_id) FROM block_span AS s WHERE s.wiki_id = $1 AND s.valid_to > $2
  AND ($3 OR s.mentee_id NOT IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden))
"""
BLOCKED: Final = """
SELECT DISTINCT s.mentee_id FROM block_span AS s
WHERE s.wiki_id = $1 AND s.mentee_id > $2 AND s.valid_to > $3
ORDER BY s.mentee_id LIMIT $4
"""
# Nobody else has a tie that the new version could end at its own time.
MIGHT_BE_RELEASED: Final = """
SELECT DISTINCT r.mentee_id FROM relationship AS r
WHERE r.wiki_id = $1 AND r.mentee_id > $2 AND r.started_at <= $3 AND r.ends_at > $3
  AND r.withdrawn_at = 'infinity'
  AND EXISTS (SELECT FROM block_span AS s
              WHERE s.wiki_id = $1 AND s.mentee_id = r.mentee_id AND s.valid_from <= $3 AND s.valid_to > $3)
  AND ($5 OR r.mentee_id NOT IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden))
ORDER BY r.mentee_id LIMIT $4
"""
# A change that was under way when the version was committed may not know of it yet. Each has a number by the time it
# looks for versions, for it has locked its mentee by then.
UNDER_WAY: Final = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
HAVE_ENDED: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8"

AT_ONCE: Final = 100
"""Mentees for whom the rules are asked in one go: no other request waits longer than for these."""
LOOK_AGAIN: Final = 0.02


@dataclass(frozen=True, slots=True)
class Reform:
    """A new version, how many blocked mentees it projects anew, how many ties it ends at its own time, and its job.

    `version` and `job` are None where it was only asked what would be.
    """

    version: int | None
    affected: int
    released_at_once: int
    job: int | None


async def reform(
    office: Office,
    wiki: int,
    settings: PolicySettings,
    *,
    effective_from: datetime | None,
    expected_version: int | None,
    validate_only: bool,
    hidden: bool,
) -> Reform:
    """Put a new version in force from that moment on (None: from now on), or tell what would come of it.

    The counting comes first, in the same transaction, which until then has locked nothing; whoever is hidden is counted
    where whoever asks may know of them (`hidden`).
    """

    async def work(change: Change) -> Reform:
        policies = await office.policies.of(change.connection, wiki)
        if expected_version is not None and policies[-1].version != expected_version:
            raise stale()
        now = office.clock()
        if effective_from is not None and effective_from < now:
            message = "A policy has force from now on or later; leave it out for now."
            raise Refused(UserErrorCode.IN_THE_PAST, message, "effectiveFrom")
        new = PolicyVersion(policies[-1].version + 1, effective_from or now, settings)
        affected: int = await change.connection.fetchval(HOW_MANY, wiki, new.effective_from, hidden)
        released = await released_at_once(change, new, hidden=hidden)
        if validate_only:
            return Reform(None, affected, released, None)
        # It has force from its commit on, not from when it was asked: what was recorded meanwhile knows nothing of it.
        job = await _add(change, replace(new, effective_from=max(effective_from or now, office.clock())))
        return Reform(new.version, affected, released, job)

    return await (rehearse(office, wiki, work) if validate_only else office.change(wiki, work))


async def _add(change: Change, new: PolicyVersion) -> int:
    """Put the version down, and ask for the job that makes it felt."""
    settings, since = orjson.dumps(to_json(new.settings)).decode(), new.effective_from
    values = (change.wiki, new.version, since, settings, change.office.clock())
    if await change.connection.fetchval(ADD, *values) is None:
        raise StartOver  # somebody else has set one meanwhile
    plan = {"version": new.version, "since": since}
    total = await change.connection.fetchval(HOW_MANY, change.wiki, since, False)
    return await jobs.start(change, JobKind.REPROJECTION, plan, total)


# Beforehand.


async def released_at_once(change: Change, new: PolicyVersion, *, hidden: bool) -> int:
    """How many ties the version would end at its own time that last longer without it. Nothing is locked."""
    released, last = 0, -1
    while True:
        found = await change.connection.fetch(
            MIGHT_BE_RELEASED, change.wiki, last, new.effective_from, AT_ONCE, hidden
        )
        some = [row["mentee_id"] for row in found]
        if not some:
            return released
        look = Change(change.office, change.connection, change.wiki, Run())
        await look.look(some)
        released += sum(_released(look, mentee, new) for mentee in some)
        last = some[-1]


def _released(change: Change, mentee: int, new: PolicyVersion) -> int:
    facts = [kept.fact for kept in change.facts(mentee).by_origin.values()]

    def ending(policies: Sequence[PolicyVersion]) -> int:
        return sum(
            tie.end == new.effective_from and tie.ended_because is EndReason.HOLD_ELAPSED
            for tie in project(mentee, facts, policies).ties
        )

    ended = ending([*change.policies, new])
    return ended and max(0, ended - ending(change.policies))


# The job.


async def _ahead(connection: Connection, job: Job, limit: int) -> list[int]:
    if job.reached < 0:
        under_way = await connection.fetchval(UNDER_WAY)
        while not await connection.fetchval(HAVE_ENDED, under_way):  # noqa: ASYNC110 - nobody tells us of their end
            await asyncio.sleep(LOOK_AGAIN)
    since = datetime.fromisoformat(job.plan["since"])
    return [row["mentee_id"] for row in await connection.fetch(BLOCKED, job.wiki, job.reached, since, limit)]


async def _batch(change: Change, _job: Job, mentees: Sequence[int]) -> dict[str, int]:
    """Project them by all versions. Who is left without a mentor waits, and is drawn one in their turn."""
    await change.open(mentees, create=False)
    await project_in_turns(change, change.accounts)
    await change.write(bulk=True)
    return {}


WALK: Final = Walk(_ahead, _batch)
