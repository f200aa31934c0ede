"""Taking back what was recorded by mistake: everything is then as if it had not been."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import orjson

from graph.errors import Refused
from graph.facts import Fact, TakenBack
from graph.history import taken_back_by
from graph.kinds import Origin, UserErrorCode, ViewerRole
from models.ledger.acting import acting
from models.ledger.change import Change
from models.ledger.checks import check
from models.ledger.entry import Entry, Recorded
from models.ledger.recording import open_for, replay, settle
from models.ledger.resolving import Surroundings, find
from models.ledger.tenure import change_terms, replay_terms

TAKINGS_BACK: Final = """
SELECT f.source, f.source_id, f.choices -> 'target' ->> 'source', f.choices -> 'target' ->> 'source_id', f.occurred_at
FROM fact AS f
WHERE f.wiki_id = $1 AND f.kind = 'TAKEN_BACK' AND (f.mentee_id = $2 OR (f.mentee_id IS NULL AND f.mentor_id = $3))
"""

SECOND_THOUGHTS: Final = timedelta(minutes=10)
"""How long people may take back what they have decided; whoever records what happened may at any time."""

IS_THEIR_DEED: Final = """
SELECT EXISTS (
    SELECT FROM deed AS d JOIN fact AS f ON f.wiki_id = $1 AND f.id = ANY(d.facts)
    WHERE d.wiki_id = $1 AND d.doer = $2 AND d.done_at > $3 AND f.source = $4 AND f.source_id = $5)
"""


async def take_back(change: Change, target: Origin, reason: str, at: datetime) -> tuple[Recorded, int | None]:
    """Take back the fact of that name, and the job that goes on with those whom it reaches, where they are many.

    Who does it again is told what came of the first time.
    """
    await _check_doer(change, target, at)
    around = Surroundings()
    await around.look(change.connection, change.wiki, [_entry(target, Origin("", ""), reason, at)])
    before = await _before(change, around, target)
    standing = taken_back_by(target, before)
    number = sum(isinstance(fact, TakenBack) and fact.target == target for fact in before)
    origin = standing or Origin("api", name_of(target, number))
    entry = _entry(target, origin, reason, at)
    check(entry, change.office.clock())
    if standing is not None:
        known = (await find(change.connection, change.wiki, [standing]))[standing]
        if known.mentee is None:
            return (await replay_terms(change, known)).recorded, None
        return await replay(change, entry, known), None
    if around.is_about_terms(entry):
        outcome = await change_terms(change, around, entry)
        return outcome.recorded, outcome.job
    given = around.given(entry)
    await open_for(change, [given], create=False)
    (recorded,) = await settle(change, [given], draw=True)
    return recorded, None


async def _check_doer(change: Change, target: Origin, at: datetime) -> None:
    """Refuse whoever tells of no facts, and takes back another's deed or one of long ago."""
    doing = acting()
    if doing is None or doing.caller.may(change.wiki, ViewerRole.SERVICE, ViewerRole.ADMIN):
        return
    mark, since = doing.caller.mark, at - SECOND_THOUGHTS
    if not await change.connection.fetchval(IS_THEIR_DEED, change.wiki, mark, since, *target):
        raise Refused(
            UserErrorCode.FORBIDDEN,
            "You may take back what you did yourself, within ten minutes. Later, or for others, it takes a token "
            "with the role SERVICE or ADMIN on this wiki.",
        )


def name_of(target: Origin, number: int) -> str:
    """What the so-many-th taking back of a fact is called: two at once are one, for a name is recorded once."""
    return f"{hashlib.sha256(orjson.dumps([*target, number])).hexdigest()[:32]}"


def _entry(target: Origin, origin: Origin, reason: str, at: datetime) -> Entry:
    return Entry(fact=TakenBack(at=at, origin=origin, target=target), reason=reason, timeless=True)


async def _before(change: Change, around: Surroundings, target: Origin) -> list[Fact]:
    """All that was taken back of what is known about the same person."""
    mentee, mentor = around.subject(target)
    found = await change.connection.fetch(TAKINGS_BACK, change.wiki, mentee, mentor)
    return [
        TakenBack(at=row[4], origin=Origin(row[0], row[1]), target=Origin(row[2], row[3])) for row in found
    ]
