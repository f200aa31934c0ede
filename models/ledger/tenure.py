"""What a change of a mentor's terms does to mentees: all at once where they are few, else by a job, batch by batch.

Where they are many, the fact comes first: from then on nobody can be given the mentor, and whatever else happens to
a mentee is projected with it. Each batch ends the ties of some mentees and draws for them in one commit, so that
nobody is seen without a mentor who is about to have one. Until its batch comes, a mentee is seen with a mentor who
has resigned, which is the mentor being unavailable. `mentor_term` is closed by the last batch: an open tie lies
within a term at every instant.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from graph.draw import needs_at
from graph.errors import Refused
from graph.facts import MentorEnrolled, MentorResigned
from graph.kinds import EndReason, JobKind, JobState, RelationshipRole, UserErrorCode
from models.ledger import jobs
from models.ledger.change import Change, Given, Office, StartOver
from models.ledger.connections import Connection, transact
from models.ledger.drawing import Pool, active, candidates, lock_who_may_be_drawn
from models.ledger.entry import Entry, Recorded, Resigned
from models.ledger.foresight import REHEARSED, Part, rehearse, rehearse_all
from models.ledger.jobs import Job
from models.ledger.locks import Strength
from models.ledger.resolving import Known, Surroundings
from models.ledger.succession import Succession
from models.ledger.terms import reached, reached_after, terms, write_choices, write_terms
from models.ledger.walk import MOST, Walk, in_turns, project_in_turns

# Of the newest resignation of this mentor, or of the one that is that fact; what is done is no longer looked for.
LEFT: Final = """
SELECT j.id FROM job AS j
WHERE j.wiki_id = $1 AND j.kind = 'RESIGNATION' AND j.state <> 'DONE' AND (j.plan ->> 'mentor')::bigint = $2
ORDER BY j.id DESC LIMIT 1
"""
OF_FACT: Final = """
SELECT j.id FROM job AS j
WHERE j.wiki_id = $1 AND j.kind = 'RESIGNATION' AND (j.plan ->> 'fact')::bigint = $2
ORDER BY j.id DESC LIMIT 1
"""
OTHERS: Final = """
SELECT count(*) FROM job AS j
WHERE j.wiki_id = $1 AND j.state = 'RUNNING' AND (j.plan ->> 'mentor')::bigint = $2 AND j.id <> $3
"""

COUNTED: Final = ("transferred", "ended", "unassigned")
COUNTED_HIDDEN: Final = ("hidden transferred", "hidden ended", "hidden unassigned")
"""What a job keeps of the mentees it is through with, and how many of them are hidden, where there are any."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of terms left: the fact, what became of the ties, and the job that goes on with them."""

    recorded: Recorded
    resigned: Resigned
    job: int | None = None


async def change_terms(
    change: Change,
    around: Surroundings,
    entry: Entry,
    *,
    choices: Mapping[str, Any] | None = None,
    draw: bool = True,
    expected: bool | None = None,
) -> Outcome:
    """Record a fact about a mentor's terms, and project everybody whom it reaches, or have them projected by a job.

    `expected` says whether somebody must be a mentor before, where that matters.
    """
    given = around.given(entry)
    mentor = given.mentor
    assert mentor is not None
    since = _since(around, entry, change.office.clock())
    draw = draw and isinstance(entry.fact, MentorResigned)
    change.run.lock([mentor], Strength.EXCLUSIVE)
    some = await reached(change.connection, change.wiki, mentor, since)
    many = len(some) > MOST
    if many:
        await change.open({mentor})
    else:
        some = await _open_for_mentor(change, mentor, since, draw=draw)
    if entry.timeless:
        given.entry = entry.at(change.now)
    at = given.entry.fact.at
    if expected is not None:
        _check_term(change, mentor, at, expected=expected)
    (fact,) = await change.append([given])
    await write_terms(change, mentor, ending=not many)
    if choices is not None:
        await write_choices(change, mentor, choices)
    if many:
        kind = JobKind.RESIGNATION if isinstance(entry.fact, MentorResigned) else JobKind.REPROJECTION
        plan = {"mentor": mentor, "fact": fact, "since": since, "at": at, "draw": draw}
        job = await jobs.start(change, kind, plan, await jobs.known_to_all(change, some))
        return Outcome(Recorded(fact, None), Resigned(0, 0, 0), job)
    await _settle(change, some, since, mentor if draw else None)
    script = await change.write(bulk=True, causes=dict.fromkeys(some, fact))
    events = tuple(event.id for event in script.events if event.fact_id == fact)
    return Outcome(Recorded(fact, None, events=events), became(change, mentor, at))


def _check_term(change: Change, mentor: int, at: datetime, *, expected: bool) -> None:
    is_mentor = any(start <= at < end for start, end in terms(change.terms(mentor)))
    if expected and not is_mentor:
        raise Refused(UserErrorCode.NOT_A_MENTOR, "That person is no mentor at that moment.", "mentor")
    if is_mentor and not expected:
        raise Refused(UserErrorCode.ALREADY_MENTOR, "That person is a mentor already.", "account")


def _since(around: Surroundings, entry: Entry, now: datetime) -> datetime:
    """From when on timelines may change: a taking back reaches back to what it takes back."""
    if isinstance(entry.fact, MentorEnrolled | MentorResigned):
        return now if entry.timeless else entry.fact.at
    return min(known.at for known in around.known.values())


async def _open_for_mentor(change: Change, mentor: int, since: datetime, *, draw: bool) -> set[int]:
    """Lock the mentor alone, then all whom the terms reach. Where it draws, whoever may be drawn is locked too."""
    connection, wiki = change.connection, change.wiki
    if draw:
        await lock_who_may_be_drawn(change)
    await change.lock_mentors(await reached(connection, wiki, mentor, since))
    mentees = await reached(connection, wiki, mentor, since)
    await change.open({*mentees, mentor})
    # Somebody who was never enrolled has no row that others could have locked before now.
    if not mentees >= await reached(connection, wiki, mentor, since):
        raise StartOver
    return mentees


async def _settle(
    change: Change,
    mentees: Collection[int],
    since: datetime,
    leaving: int | None = None,
    *,
    pool: Pool | None = None,
) -> None:
    """Project these mentees; where a mentor is leaving, draw for whom that began a need.

    Older needs are answered in their turn.
    """
    if leaving is None or not change.settings.auto_assign:
        await project_in_turns(change, mentees)
        return
    pool = pool or await candidates(change.connection, change.wiki, change.now)
    drawing, made = Succession(change, pool), list[Given]()
    async for some in in_turns(mentees):
        made += drawing.successors(some, leaving)
    left = [mentee for mentee in mentees if mentee not in change.timelines]
    await project_in_turns(change, left)
    seeking = [
        mentee
        for mentee in left
        if any(need.start >= since for need in needs_at(change.timelines[mentee], change.now))
    ]
    made += drawing.draws(seeking, bulk=True)
    if made:
        await change.append(made)


def became(change: Change, mentor: int, at: datetime) -> Resigned:
    """What became of the primary ties that ended with the mentor's term."""
    transferred, ended, unassigned = set[int](), set[int](), set[int]()
    for mentee, timeline in change.timelines.items():
        if not any(
            tie.mentor == mentor
            and tie.role is RelationshipRole.PRIMARY
            and tie.end == at
            and tie.ended_because is EndReason.MENTOR_RESIGNED
            for tie in timeline.ties
        ):
            continue
        if RelationshipRole.PRIMARY in active(timeline, change.now):
            transferred.add(mentee)
        elif any(need.role is RelationshipRole.PRIMARY for need in needs_at(timeline, change.now)):
            unassigned.add(mentee)
        else:
            ended.add(mentee)
    hidden = change.hidden(transferred), change.hidden(ended), change.hidden(unassigned)
    return Resigned(len(transferred), len(ended), len(unassigned), hidden=hidden)


# The job.


async def _ahead(connection: Connection, job: Job, limit: int) -> list[int]:
    mentor, since = job.plan["mentor"], datetime.fromisoformat(job.plan["since"])
    return await reached_after(connection, job.wiki, mentor, since, job.reached, limit)


async def _batch(change: Change, job: Job, mentees: Sequence[int]) -> dict[str, int]:
    plan = job.plan
    since, at = (datetime.fromisoformat(plan[name]) for name in ("since", "at"))
    change.run.lock([plan["mentor"]])
    if plan["draw"]:
        await lock_who_may_be_drawn(change)
    await change.open(mentees, create=False)
    await _settle(change, change.accounts, since, plan["mentor"] if plan["draw"] else None)
    await change.write(bulk=True, causes=dict.fromkeys(change.accounts, plan["fact"]))
    done = became(change, plan["mentor"], at)
    counts = {"transferred": done.transferred, "ended": done.ended, "unassigned": done.unassigned}
    return counts | {name: count for name, count in zip(COUNTED_HIDDEN, done.hidden, strict=True) if count}


async def _close(change: Change, job: Job) -> None:
    """With the last tie the term ends too, unless another job is at the ties of another term."""
    mentor = job.plan["mentor"]
    change.run.lock([mentor], Strength.EXCLUSIVE)
    await change.open({mentor})
    others = await change.connection.fetchval(OTHERS, change.wiki, mentor, job.id)
    await write_terms(change, mentor, ending=not others)


WALK: Final = Walk(_ahead, _batch, _close)


def resigned_by(job: Job) -> Resigned:
    """What a resignation's job has done so far; the job is named where it is not done."""
    counts: Mapping[str, int] = job.result or {}
    transferred, ended, unassigned = (counts.get(name, 0) for name in COUNTED)
    first, second, third = (counts.get(name, 0) for name in COUNTED_HIDDEN)
    left = None if job.state is JobState.DONE else job.id
    return Resigned(transferred, ended, unassigned, left, (first, second, third))


# A second call.


async def replay_terms(change: Change, known: Known) -> Outcome:
    """What a repeated resignation is told: what has become of the ties until now. What it left is gone on with."""
    assert known.mentor is not None
    change.is_repeat = True
    job: int | None = await change.connection.fetchval(OF_FACT, change.wiki, known.id)
    recorded = Recorded(known.id, None, replayed=True)
    if job is not None:
        return Outcome(recorded, Resigned(0, 0, 0), job)
    mentees = await reached(change.connection, change.wiki, known.mentor, known.at)
    await change.open(mentees)
    change.project(mentees)
    return Outcome(recorded, became(change, known.mentor, known.at))


async def left_by(office: Office, wiki: int, mentor: int) -> int | None:
    """The job of a resignation that is not done yet, if there is one: it may have been cancelled, or have failed."""

    async def look(connection: Connection) -> int | None:
        job: int | None = await connection.fetchval(LEFT, wiki, mentor)
        return job

    return await transact(office.pool, look, office.chance)


# Beforehand.


async def foresee_resignation(office: Office, wiki: int, entry: Entry) -> Resigned:
    """What would become of the mentor's primary ties. Nothing is kept of it, and few are locked at once."""

    async def look(change: Change) -> Outcome | None:
        around = Surroundings()
        await around.look(change.connection, wiki, [entry])
        known = around.replayed(entry)
        return None if known is None else await replay_terms(change, known)

    known = await rehearse(office, wiki, look)
    if known is not None:
        job = None if known.job is None else await jobs.Jobs(office).find(wiki, known.job)
        return known.resigned if job is None else resigned_by(job)
    return await rehearse_all(office, wiki, partial(_resign_in_vain, entry))


async def _resign_in_vain(entry: Entry, change: Change, last: int, loads: Pool | None) -> Part[Resigned]:
    """The next mentees after `last`, when those before have been given to others."""
    assert isinstance(entry.fact, MentorResigned)
    mentor = entry.fact.mentor
    mentees = await reached_after(change.connection, change.wiki, mentor, entry.fact.at, last, REHEARSED)
    change.run.lock([mentor], Strength.EXCLUSIVE)
    await lock_who_may_be_drawn(change)
    await change.open({*mentees, mentor})
    if entry.timeless:
        entry = entry.at(change.now)
    _check_term(change, mentor, entry.fact.at, expected=True)
    await change.append([Given(entry, None, mentor)])
    known = loads or await candidates(change.connection, change.wiki, change.now)
    pool = Pool(one for one in known.mentors.values() if one.mentor != mentor)
    await _settle(change, mentees, entry.fact.at, mentor, pool=pool)
    return Part(became(change, mentor, entry.fact.at), mentees[-1] if mentees else None, pool)
