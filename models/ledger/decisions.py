"""Decisions about who mentors whom: to name a mentor, or to have one drawn. Each answers what became of it."""

from dataclasses import replace

from graph.draw import needs_at
from graph.errors import Refused
from graph.facts import Assigned, Drawn
from graph.kinds import RelationshipRole, UserErrorCode
from models.columns import ENDLESS
from models.ledger.acting import Acting
from models.ledger.change import Change, Given
from models.ledger.checks import without_effect
from models.ledger.drawing import Drawing, candidates
from models.ledger.entry import Entry, Recorded
from models.ledger.recording import open_for, settle
from models.ledger.resolving import Surroundings


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


def check_own(change: Change, mentee: int, doing: Acting | None) -> None:
    """Whoever may decide about their own mentees alone is the mentor of an open tie of this one."""
    if doing is None or doing.own is None:
        return
    now = change.now
    if not any(
        tie.mentor_id == doing.own and tie.started_at <= now < tie.ends_at and tie.withdrawn_at == ENDLESS
        for tie in change.stored(mentee).ties
    ):
        raise Refused(UserErrorCode.FORBIDDEN, "This is no mentee of yours now.", "mentee")


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
