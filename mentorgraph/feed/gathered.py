"""All that was read of a wiki's log, before and after anybody is told apart from anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.facts import Fact
from graph.history import WIKI_LOG
from mentorgraph.feed.entries import NEVER_REWRITTEN, Hiding, LeftOut, Sighting
from mentorgraph.feed.names import Moment, Place
from models.ledger import Entry, Target

AFTER_THE_LOG = 1 << 62
"""Within an instant other sources come after the wiki's log (rule 15)."""


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a line stands: the file's number, the line in it, and the entry in the page, counted from 1."""

    file: int
    line: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One sighting, where it stands, and for an entry of a page when that was read."""

    sighting: Sighting
    whence: Whence
    read_at: datetime | None = None

    @property
    def moment(self) -> Moment:
        """When its names were written."""
        seen = self.sighting
        read_at = None if seen.kind in NEVER_REWRITTEN else self.read_at
        return Moment(Place(seen.at, seen.log_id), seen.published, read_at)


@dataclass(frozen=True, slots=True)
class Performed:
    """Somebody acted, by the name of the day on which the page was read."""

    name: str
    user_id: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A name that an account was given by a fact that is recorded already."""

    user_id: int
    fact: Fact
    name: str
    number: int

    @property
    def place(self) -> Place:
        """Where that stands in the wiki's log, or after it; the number parts what has no place there."""
        source, source_id = self.fact.origin
        if source == WIKI_LOG and source_id.isdecimal():
            return Place(self.fact.at, int(source_id))
        return Place(self.fact.at, AFTER_THE_LOG + self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A fact about an account, and the lines that told of it."""

    user_id: int
    fact: Fact
    reason: str | None
    performer: str | None
    name: str | None
    eligible: bool
    lines: Sequence[Line]

    @property
    def entry(self) -> Entry:
        """What is handed to the ledger."""
        return Entry(
            fact=self.fact,
            target=Target(id=self.user_id),
            reason=self.reason,
            performer=self.performer,
            name=self.name,
            eligible=self.eligible,
        )


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Lines that cannot be recorded, and why."""

    lines: Sequence[Line]
    why: str | LeftOut


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was read, before anybody is told apart from anybody else."""

    lines: Sequence[Line]
    hidings: Sequence[Hiding] = ()
    performed: Sequence[Performed] = ()
    known: Sequence[Known] = ()
