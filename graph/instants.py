"""The moments at which something can change, one after the other, with what belongs to each."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from graph.facts import Fact
from graph.holds import Reign, Turn
from graph.moments import FOREVER
from graph.policy import PolicySettings

Instant = tuple[datetime, PolicySettings | None, Sequence[Turn], Sequence[Fact]]
"""One moment: the settings in force from it on (None: the same as before), and the turns and facts of it."""

D = TypeVar("D", Reign, Turn, Fact)


class _Queue(Generic[D]):
    """What is still to come, in order; `next_at` is the moment of the first of it."""

    __slots__ = ("_rest", "next_at")

    def __init__(self, dated: Sequence[D]) -> None:
        self._rest: list[D] = list(reversed(dated))
        self.next_at: datetime = self._rest[-1].at if self._rest else FOREVER

    def take(self) -> list[D]:
        """All of the first moment."""
        at, rest = self.next_at, self._rest
        taken = [rest.pop()]
        while rest and rest[-1].at == at:
            taken.append(rest.pop())
        self.next_at = rest[-1].at if rest else FOREVER
        return taken


def instants(
    policy: Sequence[Reign], turns: Sequence[Turn], facts: Sequence[Fact], clock: Callable[[], datetime]
) -> Iterator[Instant]:
    """All of them in order. `clock` is asked anew after each: when something would happen by itself."""
    reigns, to_turn, to_hear = _Queue(policy), _Queue(turns), _Queue(facts)
    while (at := min(to_hear.next_at, to_turn.next_at, reigns.next_at, clock())) != FOREVER:
        settings = reigns.take()[-1].settings if reigns.next_at == at else None
        turned = to_turn.take() if to_turn.next_at == at else ()
        heard = to_hear.take() if to_hear.next_at == at else ()
        yield at, settings, turned, heard
