"""Decisions about who mentors whom: to assign, to claim, to resign. Each answers what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from graph.draw import needs_at
from graph.errors import Refused
from graph.facts import Assigned, Drawn, MentorEnrolled, MentorResigned
from graph.kinds import EndReason, RelationshipRole, UserErrorCode
from models.columns import ENDLESS
from models.ledger.change import Change, Given, StartOver
from models.ledger.checks import without_effect
from models.ledger.drawing import Drawing, active, candidates, draw_what_is_due
from models.ledger.entry import Entry, Recorded, Resigned
from models.ledger.locks import Strength
from models.ledger.recording import open_for, settle
from models.ledger.resolving import Known, Surroundings
from models.ledger.terms import reached, terms, write_choices, write_terms


def check_mentee(change: Change, mentee: int) -> None:
    """A decision is about somebody who is known and can have a mentor."""
    if mentee not in change.accounts:
        raise Refused(UserErrorCode.NOT_FOUND, "No account of that id is known on this wiki.", "mentee")
    if not change.accounts[mentee].eligible:
        raise without_effect(UserErrorCode.NOT_ELIGIBLE, "mentee")


def mentee_of(entry: Entry) -> int:
    """Decisions name their mentee by id."""
    assert entry.target is not None
    assert entry.target.id is not None
    return entry.target.id


def check_version(change: Change, mentee: int, role: RelationshipRole, expected: int | None) -> None:
    """What the caller saw must still be so: the version of the open tie of that role, 0 where there is none."""
    if expected is None:
        return
    now = change.now
    found = [
        tie.version
        for tie in change.stored(mentee).ties
        if tie.role == role.value and tie.started_at <= now < tie.ends_at and tie.withdrawn_at == ENDLESS
    ]
    if (found[0] if found else 0) != expected:
        raise stale()


def stale() -> Refused:
    return Refused(
        UserErrorCode.STALE_VERSION, "This was changed since you read it; read it again.", "expectedVersion"
    )


async def assign(
    change: Change, around: Surroundings, entry: Entry, *, drawn: bool, expected_version: int | None
) -> Recorded:
    """Name a mentor for a mentee, or have one drawn."""
    assert isinstance(entry.fact, Assigned)
    mentee = mentee_of(entry)
    given = Given(entry, mentee, None) if drawn else around.given(entry)
    await open_for(change, [given], create=False)
    check_mentee(change, mentee)
    check_version(change, mentee, entry.fact.role, expected_version)
    if drawn:
        given = await _drawn(change, given.entry, mentee, around)
    (recorded,) = await settle(change, [given])
    return recorded


async def _drawn(change: Change, entry: Entry, mentee: int, around: Surroundings) -> Given:
    """A draw, where a need covers the moment; else a decision for whom chance names."""
    fact = entry.fact
    assert isinstance(fact, Assigned)
    change.project([mentee])
    pool = await candidates(change.connection, change.wiki, change.now)
    mentor = Drawing(change, pool).pick(mentee, fact.role)
    if mentor is None:
        raise Refused(
            UserErrorCode.NO_MENTOR_AVAILABLE,
            "No mentor is available and below their capacity; name one, or try again later.",
            "mentor",
        )
    needed = any(need.role is fact.role for need in needs_at(change.timelines[mentee], change.now))
    if needed and entry.timeless:
        chosen = Drawn(at=fact.at, origin=fact.origin, role=fact.role, mentor=mentor)
        entry = replace(entry, fact=chosen)
    else:
        entry = replace(entry, fact=replace(fact, mentor=mentor))
    return around.given(entry)


async def change_terms(
    change: Change,
    around: Surroundings,
    entry: Entry,
    *,
    choices: Mapping[str, Any] | None = None,
    draw: bool = True,
    expected: bool | None = None,
) -> tuple[Recorded, Resigned]:
    """Record a fact about a mentor's terms, and project everybody whom it reaches.

    `expected` says whether somebody must be a mentor before, where that matters.
    """
    given = around.given(entry)
    mentor = given.mentor
    assert mentor is not None
    since = _since(around, entry, change.office.clock())
    mentees = await _open_for_mentor(
        change, mentor, since, draw=draw and isinstance(entry.fact, MentorResigned)
    )
    if entry.timeless:
        given.entry = entry.at(change.now)
    if expected is not None:
        _check_term(change, mentor, given.entry.fact.at, expected=expected)
    (fact,) = await change.append([given])
    await write_terms(change, mentor)
    if choices is not None:
        await write_choices(change, mentor, choices)
    change.project(mentees)
    if draw:
        await draw_what_is_due(change, [m for m in mentees if _seeks_since(change, m, since)], bulk=True)
    script = await change.write(bulk=True, causes=dict.fromkeys(mentees, fact))
    events = tuple(event.id for event in script.events if event.fact_id == fact)
    return Recorded(fact, None, events=events), became(change, mentor, given.entry.fact.at)


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
    connection, wiki, run = change.connection, change.wiki, change.run
    run.lock([mentor], Strength.EXCLUSIVE)
    if draw:
        pool = await candidates(connection, wiki, change.office.clock())
        for one in pool.mentors:
            run.lock([one], pool.strength(one))
    await change.lock_mentors(await reached(connection, wiki, mentor, since))
    mentees = await reached(connection, wiki, mentor, since)
    await change.open({*mentees, mentor})
    # Somebody who was never enrolled has no row that others could have locked before now.
    if not mentees >= await reached(connection, wiki, mentor, since):
        raise StartOver
    return mentees


def _seeks_since(change: Change, mentee: int, since: datetime) -> bool:
    """Whether what happened to the mentor began a need; older ones are answered in their turn."""
    return any(need.start >= since for need in needs_at(change.timelines[mentee], change.now))


def became(change: Change, mentor: int, at: datetime) -> Resigned:
    """What became of the primary ties that ended with the mentor's term."""
    transferred = ended = unassigned = 0
    for timeline in change.timelines.values():
        if not any(
            tie.mentor == mentor
            and tie.role is RelationshipRole.PRIMARY
            and tie.end == at
            and tie.ended_because is EndReason.MENTOR_RESIGNED
            for tie in timeline.ties
        ):
            continue
        if RelationshipRole.PRIMARY in active(timeline, change.now):
            transferred += 1
        elif any(need.role is RelationshipRole.PRIMARY for need in needs_at(timeline, change.now)):
            unassigned += 1
        else:
            ended += 1
    return Resigned(transferred, ended, unassigned)


async def replay_terms(change: Change, known: Known) -> tuple[Recorded, Resigned]:
    """What a repeated resignation is told: what has become of the ties until now."""
    assert known.mentor is not None
    mentees = await reached(change.connection, change.wiki, known.mentor, known.at)
    await change.open(mentees)
    change.project(mentees)
    return Recorded(known.id, None, replayed=True), became(change, known.mentor, known.at)
