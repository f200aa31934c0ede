"""The moments at which something happens to a mentee, one after the other, with what belongs to each."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from graph.facts import Fact
from graph.holds import Reign, Turn

Happening = Reign | Turn | Fact

Instant = tuple[datetime, Iterable[Happening]]
"""One moment, with what happens at it, in the order in which it applies."""

_MOMENT = attrgetter("at")


def instants(policy: Iterable[Reign], turns: Iterable[Turn], facts: Iterable[Fact]) -> Iterator[Instant]:
    """All of them in order. At each the policy comes first, then what blocks do, then the other facts."""
    happenings: list[Happening] = [*policy, *turns, *facts]
    happenings.sort(key=_MOMENT)
    return groupby(happenings, _MOMENT)
