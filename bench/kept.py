"""Promises and figures: what every bench ends with, and its exit status."""

from collections.abc import Iterable
from typing import NamedTuple


class Promise(NamedTuple):
    """What is promised, what was found, and whether that is enough."""

    about: str
    figure: str
    promised: str
    holds: bool

    def __str__(self) -> str:
        word = "holds" if self.holds else "does not hold"
        return f"  {word:13}  {self.about}: {self.figure} (promised: {self.promised})"


def keep(promises: Iterable[Promise]) -> None:
    """Print them, and leave with a status that says whether all hold."""
    told = list(promises)
    for promise in told:
        print(promise)
    if not all(promise.holds for promise in told):
        raise SystemExit("This is not what is promised.")
