"""Claims: one mentor takes several mentees over, all or none of them, or each alone."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from graph.errors import Refused
from graph.facts import Assigned
from graph.kinds import Origin, StartReason
from models.ledger.change import Change, Office
from models.ledger.checks import NotAllError, without_effect
from models.ledger.decisions import check_mentee
from models.ledger.entry import Entry, Recorded
from models.ledger.recording import open_for, outcome
from models.ledger.resolving import Surroundings

Answers = dict[int, Recorded | Refused]
"""What became of each mentee."""


def claimed(mentee: int, mentor: int, *, at: datetime, origin: Origin) -> Assigned:
    """Each claim of several is a fact of its own."""
    each = Origin(origin.source, f"{origin.source_id}:{mentee}")
    return Assigned(at=at, origin=each, mentor=mentor, because=StartReason.CLAIMED)


async def each_alone(office: Office, wiki: int, entries: Mapping[int, Entry]) -> Answers:
    """One change after the other; who can't be taken over holds up nobody."""
    answers: Answers = {}
    for mentee, entry in entries.items():
        try:
            answers |= await office.change(wiki, partial(_claim, entries={mentee: entry}))
        except NotAllError as error:
            answers |= error.refused
        except Refused as refused:
            answers[mentee] = refused
    return answers


async def all_or_none(office: Office, wiki: int, entries: Mapping[int, Entry]) -> Answers:
    """One change for all; where one can't be taken over, nobody is, and all are told because of whom."""
    try:
        return {**await office.change(wiki, partial(_claim, entries=entries))}
    except NotAllError as error:
        held_up = _held_up(error.refused)
        return {mentee: error.refused.get(mentee, held_up) for mentee in entries}


def _held_up(refused: Mapping[int, Refused]) -> Refused:
    why = next(iter(refused.values()))
    return Refused(
        why.code, f"Nobody was taken over, because another one could not be: {why.message}", "mentees"
    )


async def _claim(change: Change, entries: Mapping[int, Entry]) -> dict[int, Recorded]:
    around = Surroundings()
    await around.look(change.connection, change.wiki, [*entries.values()])
    known = {mentee: around.replayed(entry) for mentee, entry in entries.items()}
    given = {mentee: around.given(entry) for mentee, entry in entries.items()}
    await open_for(change, list(given.values()), create=False)
    refused = {mentee: why for mentee in entries if (why := _unclaimable(change, mentee)) is not None}
    new = [one for mentee, one in given.items() if known[mentee] is None and mentee not in refused]
    ids = await change.append(new) if new else []
    causes = {one.mentee: fact for one, fact in zip(new, ids, strict=True) if one.mentee is not None}
    change.project(change.accounts)
    for mentee in causes:
        code = change.timelines[mentee].without_effect.get(entries[mentee].origin)
        if code is not None:
            refused[mentee] = without_effect(code, "mentees")
    if refused:
        raise NotAllError(refused)
    change.is_repeat = all(before is not None for before in known.values())
    script = await change.write(causes=causes)
    done = {}
    for mentee, one in given.items():
        before = known[mentee]
        fact = causes[mentee] if before is None else before.id
        done[mentee] = outcome(change, one, fact, script.events, replayed=before is not None)
    return done


def _unclaimable(change: Change, mentee: int) -> Refused | None:
    try:
        check_mentee(change, mentee)
    except Refused as refused:
        return refused
    return None
