"""Facts that are told together: each on its own, though those about different people share a change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from graph.draw import needs_at
from graph.errors import Refused
from models.ledger.change import Change, Given, Office
from models.ledger.checks import NotAllError, check
from models.ledger.drawing import Wishes, draw_what_is_due, foresee
from models.ledger.entry import Entry, Recorded, Told
from models.ledger.recording import (
    began_a_need,
    open_for,
    outcome,
    refuse_without_effect,
    repeated,
    which_block,
)
from models.ledger.resolving import Known, Surroundings, block_named

# So many share the price of a transaction that it is small for each, and so few that their locks are short.
AT_ONCE: Final = 50

Answers = dict[int, Recorded | Refused]
"""What became of each, by its place."""


async def each_alone(office: Office, wiki: int, told: Mapping[int, Told]) -> Answers:
    """Record all of them, as if one after the other; who is refused holds up nobody.

    Draws come last: who registered and was blocked, as far as one request tells, is drawn nobody in between.
    """
    answers: Answers = {}
    now = office.clock()
    for place, one in told.items():
        try:
            check(one.entry, now)
        except Refused as refused:
            answers[place] = refused
    due: dict[int, Sequence[int]] = {}
    while waiting := {place: one for place, one in told.items() if place not in answers}:
        try:
            recorded, needs = await office.change(wiki, partial(_record, waiting=waiting))
        except NotAllError as some:
            answers |= some.refused
        else:
            answers |= recorded
            due = {**{mentee: due[mentee] for mentee in due.keys() - needs.none}, **needs.begun}
    seeking = iter(due.items())
    while some_of := dict(islice(seeking, AT_ONCE)):
        await office.change(wiki, partial(_draw, wishes=some_of))
    return answers


@dataclass(slots=True)
class Share:
    """Those that share a change: about different people, and none of them speaks of what another tells.

    Who can't be among them waits for the next change, and so does whoever speaks of what they tell.
    """

    given: dict[int, Given] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    wishes: dict[int, list[int]] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)
    _touched: set[object] = field(default_factory=set)

    def offer(self, around: Surroundings, place: int, told: Told) -> None:
        entry = told.entry
        said = _said(entry)
        try:
            known = around.replayed(entry)
            given = around.given(entry)
            preferred = [around.account(entry, target, "preferredMentors") for target in told.preferred]
        except Refused as refused:
            # It may be understood when what waits before it is known.
            if self._touched:
                self._touched |= said
            else:
                self.refused[place] = refused
            return
        about = {*said, given.mentee}
        if self._touched.isdisjoint(about | _named(told)):
            self.given[place] = given
            if known is not None:
                self.known[place] = known
            elif given.mentee is not None:
                self.wishes[given.mentee] = preferred
        self._touched |= about

    def new(self) -> dict[int, Given]:
        return {place: given for place, given in self.given.items() if place not in self.known}


def _said(entry: Entry) -> set[object]:
    """What it tells that others may speak of: itself, a name, a block."""
    said: set[object] = {entry.origin, entry.name, block_named(entry)}
    return said - {None}


def _named(told: Told) -> set[object]:
    """The names by which it speaks of people."""
    targets = (told.entry.target, *told.preferred)
    return {told.entry.performer, *(target.name for target in targets if target is not None)}


class Needs(NamedTuple):
    """Whom a change left in need, with their wishes, and whom without any."""

    begun: Wishes
    none: Sequence[int]


async def _record(change: Change, waiting: Mapping[int, Told]) -> tuple[Answers, Needs]:
    """Record as many of the first that wait as can share a change."""
    around = Surroundings()
    preferred = [target for told in waiting.values() for target in told.preferred]
    await around.look(change.connection, change.wiki, [told.entry for told in waiting.values()], preferred)
    share = Share()
    for place, told in waiting.items():
        if len(share.given) < AT_ONCE:
            share.offer(around, place, told)
    new = share.new()
    change.is_repeat = not new
    await open_for(change, [*share.given.values()])
    _refuse(new, partial(which_block, change))
    ids = await change.append([*new.values()]) if new else []
    causes = {_mentee(given): fact for given, fact in zip(new.values(), ids, strict=True)}
    change.project(causes)
    _refuse(new, partial(refuse_without_effect, change))
    begun = {
        _mentee(given): share.wishes.get(_mentee(given), ())
        for place, given in new.items()
        if waiting[place].draw and began_a_need(change, given)
    }
    # Chance shall give no mentor's last places to those who meanwhile are blocked.
    none = [mentee for mentee in causes if not needs_at(change.timelines[mentee], change.now)]
    script = await change.write(causes=causes)
    recorded = {
        place: outcome(change, given, causes[_mentee(given)], script.events) for place, given in new.items()
    }
    return {**share.refused, **recorded, **await _repeats(change, share)}, Needs(begun, none)


async def _draw(change: Change, wishes: Wishes) -> None:
    """Draw for those who are in need still."""
    if not change.run.picks:
        await foresee(change, wishes)
    await change.open([*wishes], create=False)
    change.project(wishes)
    if await draw_what_is_due(change, wishes, preferred=wishes):
        await change.write()


def _mentee(given: Given) -> int:
    assert given.mentee is not None, "terms of mentors are told by decisions"
    return given.mentee


def _refuse(new: Mapping[int, Given], refuse: Callable[[Given], None]) -> None:
    """Leave out all whom this refuses, at once."""
    refused: dict[int, Refused] = {}
    for place, given in new.items():
        try:
            refuse(given)
        except Refused as why:
            refused[place] = why
    if refused:
        raise NotAllError(refused)


async def _repeats(change: Change, share: Share) -> Answers:
    """Of those that were known already nothing is written, not even what the clock has brought meanwhile."""
    known = {place: _mentee(share.given[place]) for place in share.known}
    change.timelines = {}
    change.project(known.values())
    change.compare()
    return {
        place: await repeated(change, share.given[place].entry, share.known[place], mentee)
        for place, mentee in known.items()
    }
