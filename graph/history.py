"""Which facts stand, and in what order they apply; the order in which they were recorded never counts."""

from collections.abc import Iterable
from itertools import zip_longest
from operator import attrgetter, eq

from graph.facts import Fact, TakenBack
from graph.kinds import FactKind, Origin

WIKI_LOG = "mw-log"
"""The source of whatever comes from a wiki's own log, whichever way it came."""

OrderKey = tuple[bool, str, bool, int, str]

_RANK = {kind: rank for rank, kind in enumerate(FactKind)}
_MOMENT, _ORIGIN, _KIND = attrgetter("at"), attrgetter("origin"), attrgetter("kind")
_TAKEN_BACK = FactKind.TAKEN_BACK


def order_key(fact: Fact) -> OrderKey:
    """Rule 15, for facts of one instant: the wiki's log first; by number where there is one, else by kind."""
    source, source_id = fact.origin
    if source_id.isdecimal() and source_id.isascii():
        return source != WIKI_LOG, source, False, int(source_id), source_id
    return source != WIKI_LOG, source, True, _RANK[fact.kind], source_id


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """The facts in the order in which they apply, without repeats and without those that were taken back."""
    ordered = _once(_in_order(facts))
    if _TAKEN_BACK not in map(_KIND, ordered):
        return ordered
    takers = _takers(ordered)
    return [fact for fact in ordered if fact.kind is not _TAKEN_BACK and _stands(fact.origin, takers)]


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    """By their moments; within one, where there are several, by rule 15."""
    ordered = sorted(facts, key=_MOMENT)
    moments = [*map(_MOMENT, ordered)]
    if not any(map(eq, moments, moments[1:])):
        return ordered
    start = 0
    for end, (fact, following) in enumerate(zip_longest(ordered, ordered[1:]), 1):
        if following is None or fact.at != following.at:
            if end - start > 1:
                ordered[start:end] = sorted(ordered[start:end], key=order_key)
            start = end
    return ordered


def _once(ordered: list[Fact]) -> list[Fact]:
    if len({*map(_ORIGIN, ordered)}) == len(ordered):
        return ordered
    once: dict[Origin, Fact] = {}
    for fact in ordered:
        once.setdefault(fact.origin, fact)
    return [*once.values()]


def taken_back_by(origin: Origin, facts: Iterable[Fact]) -> Origin | None:
    """The taking back of that fact that stands, if there is one."""
    takers = _takers(facts)
    return next((taker for taker in takers.get(origin, ()) if _stands(taker, takers)), None)


def _takers(facts: Iterable[Fact]) -> dict[Origin, list[Origin]]:
    takers: dict[Origin, list[Origin]] = {}
    for fact in facts:
        if isinstance(fact, TakenBack):
            takers.setdefault(fact.target, []).append(fact.origin)
    return takers


def _stands(
    origin: Origin, takers: dict[Origin, list[Origin]], asked: frozenset[Origin] = frozenset()
) -> bool:
    """A fact stands unless a taking back of it stands: a taking back can be a mistake as well.

    Takings back that name each other in a ring can't be recorded, for each names one that is there; where
    they come all the same, `asked` ends the question.
    """
    if origin in asked:
        return True
    return not any(_stands(taker, takers, asked | {origin}) for taker in takers.get(origin, ()))
