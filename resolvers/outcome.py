"""What policies would have made of a stretch of time, as a finished simulation keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from graph.compile.rows import Row
from graph.compile.words import fraction_in, moment_in, number_in
from resolvers.declare import answer, node

if TYPE_CHECKING:
    from resolvers.policy import PolicySettings


class Counted(Row[Any]):
    """An element of the JSON that a simulation keeps."""

    def count(self, name: str) -> int:
        """One of its numbers."""
        return number_in(self.row.value[name])


@node("What one policy would have made of a stretch of time, told of primary ties.")
class PolicyOutcome(Counted):
    """One policy's part of a simulation."""

    @answer
    def settings(self) -> PolicySettings:
        """The policy."""
        return self.part()

    @answer
    def suspensions(self) -> int:
        """Mentees whose tie was suspended in the time."""
        return self.count("suspensions")

    @answer
    def continued(self) -> int:
        """Unblocked mentees who came back to the mentor they had."""
        return self.count("continued")

    @answer
    def broken(self) -> int:
        """Unblocked mentees who got someone else, or no one."""
        return self.count("broken")

    @answer
    def continuity(self) -> float | None:
        """continued / (continued + broken); null where nobody was unblocked."""
        return fraction_in(self.row.value["continuity"])

    @answer
    def released(self) -> int:
        """Ties released while the mentee was blocked."""
        return self.count("released")

    @answer
    def mean_suspended_per_mentor(self) -> float:
        """Suspended ties on a mentor's list, averaged over the time: the clutter."""
        return fraction_in(self.row.value["mean_suspended_per_mentor"])

    @answer
    def max_suspended_per_mentor(self) -> int:
        """The most suspended ties that were on one mentor's list at once."""
        return self.count("max_suspended_per_mentor")

    @answer
    def daily(self) -> list[PolicyDay]:
        """Day by day, for plots."""
        return self.elements(self.row.value["daily"])


@node("One day of a simulation.")
class PolicyDay(Counted):
    """A day's counts under one policy."""

    @answer
    def day(self) -> datetime:
        """Midnight, UTC."""
        return moment_in(self.row.value["day"])

    @answer
    def suspended(self) -> int:
        """Ties that are suspended when the day begins, or the stretch does."""
        return self.count("suspended")

    @answer
    def released(self) -> int:
        """Ties released in the day."""
        return self.count("released")

    @answer
    def continued(self) -> int:
        """Of those unblocked in the day, who came back to the mentor they had."""
        return self.count("continued")

    @answer
    def broken(self) -> int:
        """Of those unblocked in the day, who got someone else, or no one."""
        return self.count("broken")
