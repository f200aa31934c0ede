"""What would come of a change: it is made, looked at, and thrown away."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Generic, NamedTuple, Protocol, Self, TypeVar, cast

from models.ledger.change import Change, Office
from models.ledger.drawing import Pool
from models.ledger.repeats import apart

T = TypeVar("T")

REHEARSED: Final = 200
"""Mentees that are locked at once to see what would become of them."""


class ThrownAway(Exception):
    """Ends a transaction without a commit. Holds what it would have answered."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


async def rehearse(office: Office, wiki: int, work: Callable[[Change], Awaitable[T]]) -> T:
    """The answer of this work, of which nothing is kept. It holds its locks no longer than the work itself would."""

    async def in_vain(change: Change) -> T:
        raise ThrownAway(await work(change))

    try:
        with apart():
            return await office.change(wiki, in_vain)
    except ThrownAway as thrown:
        return cast("T", thrown.answer)


class Counts(Protocol):
    """What is counted part by part."""

    def plus(self, more: Self, /) -> Self:
        """Of both."""


C = TypeVar("C", bound=Counts)


class Part(NamedTuple, Generic[C]):
    """What would become of some, the last of them (None: there were none), and what the mentors would have then."""

    counts: C
    last: int | None
    loads: Pool


async def rehearse_all(
    office: Office, wiki: int, some: Callable[[Change, int, Pool | None], Awaitable[Part[C]]]
) -> C:
    """What would come of all, part by part: few are locked at once, and each part is told whom those before got."""
    counts, last, loads = await rehearse(office, wiki, partial(_some, some, -1, None))
    while last is not None:
        more, last, loads = await rehearse(office, wiki, partial(_some, some, last, loads))
        counts = counts.plus(more)
    return counts


async def _some(
    some: Callable[[Change, int, Pool | None], Awaitable[Part[C]]],
    last: int,
    loads: Pool | None,
    change: Change,
) -> Part[C]:
    return await some(change, last, loads)
