"""What an operation may cost, known before it runs: one for itself, one for each row that its pages may bring."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from graph.compile.shape import Param, Values
from graph.errors import ErrorCode, RequestRefused


@dataclass(frozen=True)
class Limits:
    """What one operation may cost."""

    rows: int = 50_000


class Load(NamedTuple):
    """The sizes of a page and of those around it: their product is how many rows it may bring. `about` is its field."""

    sizes: tuple[Any, ...]
    about: str | None = None

    def of(self, values: Values) -> int:
        """How many rows these are."""
        return prod(size.read(values) if isinstance(size, Param) else size for size in self.sizes)


class Price(NamedTuple):
    """What an operation may cost, as far as its plan tells: a fixed part, and pages whose sizes are bound."""

    fixed: int
    pages: tuple[tuple[int, tuple[Param, ...]], ...]

    def of(self, values: Values) -> int:
        """The cost with these sizes."""
        cost, pages = self
        for most, sizes in pages:
            rows = most
            for size in sizes:
                rows *= size.read(values)
            cost += rows
        return cost


def price(loads: Iterable[Load]) -> Price:
    """One, and one for each row that the pages may bring."""
    fixed, pages = 1, []
    for load in loads:
        bound = tuple(size for size in load.sizes if isinstance(size, Param))
        rows = prod(size for size in load.sizes if not isinstance(size, Param))
        if bound:
            pages.append((rows, bound))
        else:
            fixed += rows
    return Price(fixed, tuple(pages))


def check(cost: int, limits: Limits) -> None:
    """Refuse an operation that may cost too much."""
    if cost > limits.rows:
        raise RequestRefused(
            ErrorCode.TOO_EXPENSIVE,
            f"This may cost {cost:,}, and {limits.rows:,} is the most: each row that a page may bring is one. "
            "Ask for smaller pages, or for fewer within each.",
        )
