"""Recording facts: who is meant, whether it is a repeat, what follows, and whether it had any effect at all."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graph.draw import needs_at
from graph.errors import Refused
from graph.facts import (
    Assigned,
    BlockChanged,
    Drawn,
    Imported,
    Registered,
    TakenBack,
    VisibilityChanged,
)
from graph.kinds import RelationshipRole, TieKey, UserErrorCode
from graph.timeline import Block, Timeline
from models.ledger.change import Change, Given
from models.ledger.checks import without_effect
from models.ledger.drawing import NO_WISHES, Wishes, draw_what_is_due, foresee
from models.ledger.entry import Entry, Recorded, Target
from models.ledger.resolving import BlockFact, Known, Surroundings
from models.ledger.rows import EventRow

EVENTS_CAUSED: Final = """
SELECT e.id FROM relationship_event AS e
WHERE e.wiki_id = $1 AND e.mentee_id = $2 AND e.fact_id = $3 AND e.recorded_at = $4 ORDER BY e.id
"""

# Longer ago than wikis seek, as a rule: for whom registered before, chance is not asked ahead of the locks.
RECENT: Final = timedelta(days=366)


async def record(
    change: Change, around: Surroundings, entry: Entry, *, draw: bool, preferred: Sequence[Target] = ()
) -> Recorded:
    """Record one fact about a mentee, and all that follows from it."""
    given = around.given(entry)
    assert given.mentee is not None
    wanted = [around.account(entry, target, "preferredMentors") for target in preferred]
    wishes = {given.mentee: wanted}
    if draw:
        await foresee_registrations(change, [given], wishes)
    await open_for(change, [given])
    which_block(change, given)
    (recorded,) = await settle(change, [given], draw=draw, wishes=wishes)
    return recorded


async def foresee_registrations(change: Change, given: Sequence[Given], wishes: Wishes) -> None:
    """Let chance choose ahead of the locks for those who will most likely be due a mentor."""
    now = change.office.clock()
    likely = [one.mentee for one in given if _is_recent_registration(one, now)]
    if likely and not change.run.picks:
        await foresee(change, {mentee: wishes.get(mentee, ()) for mentee in likely if mentee is not None})


def _is_recent_registration(given: Given, now: datetime) -> bool:
    fact = given.entry.fact
    return isinstance(fact, Registered) and fact.assign and now - fact.at < RECENT


async def open_for(change: Change, given: Sequence[Given], *, create: bool = True) -> None:
    """Open the change for what these entries are about, and for the mentors that they name."""
    change.run.lock(one.mentor for one in given if one.mentor is not None)
    await change.open([one.mentee for one in given if one.mentee is not None], create=create)
    for one in given:
        if one.entry.timeless:
            one.entry = one.entry.at(change.now)
        if not one.entry.eligible and one.mentee is not None:
            change.ineligible.add(one.mentee)


def which_block(change: Change, given: Given) -> None:
    """A change without a block id means the one open block of its kind; where there is not one, we have to ask."""
    fact = given.entry.fact
    if not isinstance(fact, BlockChanged) or fact.block_id is not None:
        return
    assert given.mentee is not None
    change.project([given.mentee])
    blocks = change.timelines.pop(given.mentee).blocks
    still_open = [b for b in blocks if b.key.kind is fact.block_kind and _is_open(b, fact.at)]
    if len(still_open) != 1:
        count = len(still_open) or "no"
        raise Refused(
            UserErrorCode.WHICH_BLOCK,
            f"There are {count} open blocks of that kind at that moment; say which by blockId.",
            "blockId",
        )


def _is_open(block: Block, at: datetime) -> bool:
    """For a fact of that moment: facts apply before the clock."""
    return any(
        span.start <= at and (span.end is None or at < span.end or (at == span.end and not block.lifted_at))
        for span in block.spans
    )


async def settle(
    change: Change, given: Sequence[Given], *, draw: bool = False, wishes: Wishes = NO_WISHES
) -> list[Recorded]:
    """Append, project, refuse what would have no effect, draw where that began a need, and write it all."""
    ids = await change.append(given)
    mentees = [one.mentee for one in given if one.mentee is not None]
    change.project(mentees)
    for one in given:
        refuse_without_effect(change, one)
    if draw and any(began_a_need(change, one) for one in given):
        await draw_what_is_due(change, mentees, preferred=wishes)
    script = await change.write(
        bulk=any(one.entry.bulk for one in given), causes=dict(zip(mentees, ids, strict=True))
    )
    return [outcome(change, one, fact, script.events) for one, fact in zip(given, ids, strict=True)]


def refuse_without_effect(change: Change, given: Given) -> None:
    """Rule 7: what would change nothing is refused, where that is known when it is asked."""
    code = change.without_effect(given)
    if code is not None:
        raise without_effect(code, *_field(given.entry))


def _field(entry: Entry) -> tuple[str, ...]:
    return ("mentor",) if isinstance(entry.fact, Assigned | Imported | Drawn) else ()


def began_a_need(change: Change, given: Given) -> bool:
    assert given.mentee is not None
    fact, needs = given.entry.fact, needs_at(change.timelines[given.mentee], change.now)
    # Of a need that a taking back uncovers, the beginning lies in the past.
    return any(need.start == fact.at or isinstance(fact, TakenBack) for need in needs)


def outcome(
    change: Change, given: Given, fact: int, events: Collection[EventRow], *, replayed: bool = False
) -> Recorded:
    """What the caller is told: the rows that the fact made or changed."""
    assert given.mentee is not None
    difference = change.differences[given.mentee]
    timeline = change.timelines[given.mentee]
    block = block_meant(timeline, given.entry)
    tie = tie_meant(timeline, given.entry, change.now)
    return Recorded(
        fact,
        given.mentee,
        None if block is None else difference.block(block.key),
        None if tie is None else difference.tie(tie),
        tuple(event.id for event in events if event.fact_id == fact and event.mentee_id == given.mentee),
        replayed,
    )


def block_meant(timeline: Timeline, entry: Entry) -> Block | None:
    """The block of a block's fact; without an id, the one it placed or else the latest it can have meant."""
    fact = entry.fact
    if not isinstance(fact, BlockFact | VisibilityChanged):
        return None
    of_kind = [block for block in timeline.blocks if block.key.kind is fact.block_kind]
    if fact.block_id is not None:
        return next((block for block in of_kind if block.key.block_id == fact.block_id), None)
    if isinstance(fact, VisibilityChanged):
        return None  # it speaks of all of them, or of none
    placed = [block for block in of_kind if block.placed_by == fact.origin]
    touched = [block for block in of_kind if block.placed_at <= fact.at]
    return next(iter(placed), None) or (touched[-1] if touched else None)


def tie_meant(timeline: Timeline, entry: Entry, now: datetime) -> TieKey | None:
    """The tie that a decision began, or that there was already; for all else the primary one of now."""
    fact = entry.fact
    if isinstance(fact, Assigned | Imported | Drawn):
        begun = TieKey(fact.origin, 0)
        if any(tie.key == begun for tie in timeline.ties):
            return begun
    role = fact.role if isinstance(fact, Assigned | Imported | Drawn) else RelationshipRole.PRIMARY
    return next(
        (
            tie.key
            for tie in timeline.ties
            if tie.role is role and tie.start <= now and (tie.end is None or now < tie.end)
        ),
        None,
    )


async def replay(change: Change, entry: Entry, known: Known) -> Recorded:
    """The answer to a repeat: what the first recording told. Nothing is written."""
    change.is_repeat = True
    if known.mentee is None:
        return Recorded(known.id, None, replayed=True)
    await change.open([known.mentee], create=False)
    change.project([known.mentee])
    change.compare()
    return await repeated(change, entry, known, known.mentee)


async def repeated(change: Change, entry: Entry, known: Known, mentee: int) -> Recorded:
    """The same, of a mentee whom this change has opened and compared."""
    kept = change.facts(mentee).by_id[known.id]
    given = Given(replace(entry, fact=kept.fact), mentee, known.mentor)
    told = await change.connection.fetch(EVENTS_CAUSED, change.wiki, mentee, known.id, known.recorded_at)
    recorded = outcome(change, given, known.id, (), replayed=True)
    return replace(recorded, events=tuple(row["id"] for row in told))
