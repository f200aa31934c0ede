"""Mentees are handed over without a resignation: to somebody who is named, or to whom chance names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from graph.errors import Refused
from graph.facts import Assigned
from graph.kinds import (
    JobKind,
    JobState,
    Origin,
    RelationshipRole,
    RelationshipState,
    StartReason,
    UserErrorCode,
)
from graph.timeline import Timeline
from models.ledger import jobs
from models.ledger.change import Change, Given, Office
from models.ledger.checks import CLAIMS, NotAllError, check_text, without_effect
from models.ledger.connections import Connection
from models.ledger.drawing import Drawing, Pool, candidates, lock_who_may_be_drawn
from models.ledger.entry import Entry, Target
from models.ledger.foresight import REHEARSED, Part, rehearse, rehearse_all
from models.ledger.jobs import Job
from models.ledger.walk import MOST, Walk, project_in_turns

MENTEES: Final = """
SELECT DISTINCT s.mentee_id FROM relationship_span AS s
WHERE s.wiki_id = $1 AND s.mentor_id = $2 AND s.role = $3 AND s.state = ANY($4::text[])
  AND s.valid_from <= $5 AND s.valid_to > $5 AND s.mentee_id > $6
ORDER BY s.mentee_id LIMIT $7
"""
MENTORS: Final = """
SELECT m.id, m.enrolled_at <= $3 AND m.resigned_at > $3 AS is_mentor
FROM mentor AS m WHERE m.wiki_id = $1 AND m.id = ANY($2::bigint[])
"""

COUNTED_HIDDEN: Final = ("hidden transferred", "hidden unassigned")
"""What a job keeps of them besides: how many are hidden, where there are any."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Whose mentees go to whom (None: to whom chance names), in which role, of which states.

    `name` is what the decisions are called, with the mentee's id behind it.
    """

    giver: int
    taker: int | None
    role: RelationshipRole
    states: tuple[RelationshipState, ...]
    reason: str | None
    name: str

    def plan(self) -> dict[str, Any]:
        return {
            "from": self.giver,
            "to": self.taker,
            "role": self.role,
            "states": list(self.states),
            "reason": self.reason,
            "name": self.name,
        }

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> "Transfer":
        return cls(
            plan["from"],
            plan["to"],
            RelationshipRole(plan["role"]),
            tuple(RelationshipState(state) for state in plan["states"]),
            plan.get("reason"),
            plan["name"],
        )


@dataclass(frozen=True, slots=True)
class Transferred:
    """Mentees who have another mentor now, those for whom there was nobody, and the job that goes on with the rest.

    `hidden` are those among them of whom not everybody may know.
    """

    transferred: int = 0
    unassigned: int = 0
    job: int | None = None
    hidden: tuple[int, int] = (0, 0)

    def plus(self, more: "Transferred") -> "Transferred":
        """Of both."""
        (first, second), (third, fourth) = self.hidden, more.hidden
        return Transferred(
            self.transferred + more.transferred,
            self.unassigned + more.unassigned,
            hidden=(first + third, second + fourth),
        )

    def told(self, *, hidden: bool) -> "Transferred":
        """As somebody is told it, with those who are hidden or without."""
        if hidden:
            return self
        transferred, unassigned = self.hidden
        return Transferred(self.transferred - transferred, self.unassigned - unassigned, self.job)


async def transfer(
    office: Office, wiki: int, asked: Transfer, mentees: Sequence[int] | None, *, validate_only: bool
) -> Transferred:
    """Hand over these mentees (None: all of the states named); a job does it where they are many."""
    _check_sense(asked)
    if mentees is not None:
        _check_mentees(mentees)
        opened = rehearse if validate_only else Office.change
        return await opened(office, wiki, lambda change: _named(change, asked, mentees))
    if validate_only:
        return await _foresee(office, wiki, asked)

    async def work(change: Change) -> Transferred:
        await _check_mentors(change, asked)
        some = await _mentees(change.connection, wiki, asked, change.office.clock(), -1, None)
        if len(some) > MOST:
            total = await jobs.known_to_all(change, some)
            return Transferred(job=await jobs.start(change, JobKind.TRANSFER, asked.plan(), total))
        return await _hand_over(change, asked, some)

    return await office.change(wiki, work)


def _check_sense(asked: Transfer) -> None:
    if asked.taker == asked.giver:
        raise _invalid("Name another mentor than the one who hands over.", "to")
    if not asked.states or RelationshipState.ENDED in asked.states:
        raise _invalid(
            "Name one or both of ACTIVE and SUSPENDED; a tie that has ended can't be handed over.", "states"
        )
    check_text(asked.reason, "reason")


def _check_mentees(mentees: Sequence[int]) -> None:
    if not mentees:
        raise _invalid("Name one mentee or more, or leave it out to hand over all.", "mentees")
    if len(mentees) > CLAIMS:
        message = f"Name {CLAIMS} mentees at most, or leave it out to hand over all."
        raise Refused(UserErrorCode.TOO_MANY, message, "mentees")


def _invalid(message: str, field: str) -> Refused:
    return Refused(UserErrorCode.INVALID, message, field)


async def _check_mentors(change: Change, asked: Transfer) -> None:
    await change.office.policies.require(change.connection, change.wiki)
    ids = [one for one in (asked.giver, asked.taker) if one is not None]
    found = await change.connection.fetch(MENTORS, change.wiki, ids, change.office.clock())
    known = {row["id"]: row["is_mentor"] for row in found}
    if asked.giver not in known:
        raise Refused(UserErrorCode.NOT_FOUND, "No mentor of that id is known on this wiki.", "from")
    if asked.taker is not None and not known.get(asked.taker):
        raise Refused(UserErrorCode.NOT_A_MENTOR, "That person is no mentor now; enroll them first.", "to")


async def _mentees(
    connection: Connection, wiki: int, asked: Transfer, at: datetime, last: int, limit: int | None
) -> list[int]:
    found = await connection.fetch(
        MENTEES, wiki, asked.giver, asked.role.value, list(asked.states), at, last, limit
    )
    return [row["mentee_id"] for row in found]


# What is done with some of them.


async def _named(change: Change, asked: Transfer, mentees: Sequence[int]) -> Transferred:
    """All of those who are named, or none."""
    await _check_mentors(change, asked)
    refused: dict[int, Refused] = {}
    done = await _hand_over(change, asked, mentees, refuse=refused.__setitem__)
    if refused:
        raise NotAllError(refused)
    return done


async def _hand_over(
    change: Change,
    asked: Transfer,
    mentees: Sequence[int],
    *,
    pool: Pool | None = None,
    refuse: Callable[[int, Refused], None] | None = None,
) -> Transferred:
    """Hand these over as far as the rules allow; `refuse` is told of whom they don't, and why."""
    await _lock_takers(change, asked)
    await change.open(mentees, create=False)
    await project_in_turns(change, change.accounts)
    pool = pool or await candidates(change.connection, change.wiki, change.now)
    made, unassigned = [], set[int]()
    drawing = Drawing(change, pool)
    for mentee in mentees:
        if not _has(change.timelines.get(mentee), asked, change.now):
            if refuse is not None:
                refuse(mentee, _not_theirs(change, mentee))
            continue
        mentor = asked.taker or drawing.pick(mentee, asked.role, {asked.giver})
        why = UserErrorCode.NO_MENTOR_AVAILABLE if mentor is None else _try(change, asked, mentee, mentor)
        if mentor is not None and why is None:
            made.append(_given(change, asked, mentee, mentor))
            continue
        unassigned.add(mentee)
        if refuse is not None and why is not None and why is not UserErrorCode.NO_MENTOR_AVAILABLE:
            refuse(mentee, without_effect(why, "mentees"))
    facts = await change.append(made) if made else []
    causes = {one.mentee: fact for one, fact in zip(made, facts, strict=True) if one.mentee is not None}
    await change.write(bulk=True, causes=causes)
    return Transferred(len(made), len(unassigned), hidden=(change.hidden(causes), change.hidden(unassigned)))


def _not_theirs(change: Change, mentee: int) -> Refused:
    if mentee not in change.accounts:
        message = "No account of that id is known on this wiki."
        return Refused(UserErrorCode.NOT_FOUND, message, "mentees")
    return without_effect(UserErrorCode.NOT_OPEN, "mentees")


async def _lock_takers(change: Change, asked: Transfer) -> None:
    if asked.taker is not None:
        change.run.lock([asked.taker])
        return
    await lock_who_may_be_drawn(change)


def _has(timeline: Timeline | None, asked: Transfer, now: datetime) -> bool:
    """Whether the giver has the mentee now, in that role and one of those states."""
    return timeline is not None and any(
        tie.mentor == asked.giver
        and tie.role is asked.role
        and any(
            span.state in asked.states and span.start <= now and (span.end is None or now < span.end)
            for span in tie.spans
        )
        for tie in timeline.ties
    )


def _try(change: Change, asked: Transfer, mentee: int, mentor: int) -> UserErrorCode | None:
    """Why the rules would not have it; None where they will, and the timeline is then what follows."""
    fact = _given(change, asked, mentee, mentor).entry.fact
    if not change.rehearse(mentee, [fact]):
        return None
    why = UserErrorCode(change.timelines[mentee].without_effect[fact.origin])
    change.project([mentee])
    return why


def _given(change: Change, asked: Transfer, mentee: int, mentor: int) -> Given:
    fact = Assigned(
        at=change.now,
        origin=Origin("api", f"{asked.name}:{mentee}"),
        role=asked.role,
        mentor=mentor,
        because=StartReason.TRANSFERRED,
    )
    return Given(Entry(fact=fact, target=Target(id=mentee), reason=asked.reason, bulk=True), mentee, mentor)


# The job.


async def _ahead(connection: Connection, job: Job, limit: int) -> list[int]:
    """By the moment of the request: who came later stays."""
    return await _mentees(connection, job.wiki, Transfer.of(job.plan), job.started_at, job.reached, limit)


async def _batch(change: Change, job: Job, mentees: Sequence[int]) -> dict[str, int]:
    done = await _hand_over(change, Transfer.of(job.plan), mentees)
    counts = {"transferred": done.transferred, "unassigned": done.unassigned}
    return counts | {name: count for name, count in zip(COUNTED_HIDDEN, done.hidden, strict=True) if count}


WALK: Final = Walk(_ahead, _batch)


def transferred_by(job: Job) -> Transferred:
    """What a transfer's job has done so far; the job is named where it is not done."""
    counts: Mapping[str, int] = job.result or {}
    left = None if job.state is JobState.DONE else job.id
    transferred, unassigned = (counts.get(name, 0) for name in COUNTED_HIDDEN)
    return Transferred(
        counts.get("transferred", 0), counts.get("unassigned", 0), left, (transferred, unassigned)
    )


# Beforehand.


async def _foresee(office: Office, wiki: int, asked: Transfer) -> Transferred:
    """What would become of all. Nothing is kept of it, and few are locked at once."""
    return await rehearse_all(office, wiki, partial(_hand_over_in_vain, asked))


async def _hand_over_in_vain(
    asked: Transfer, change: Change, last: int, loads: Pool | None
) -> Part[Transferred]:
    """The next mentees after `last`, when those before have been given to others."""
    await _check_mentors(change, asked)
    now = change.office.clock()
    mentees = await _mentees(change.connection, change.wiki, asked, now, last, REHEARSED)
    known = loads or await candidates(change.connection, change.wiki, now)
    pool = Pool(known.mentors.values())
    done = await _hand_over(change, asked, mentees, pool=pool)
    return Part(done, mentees[-1] if mentees else None, pool)
