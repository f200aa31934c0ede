"""What is handed to the ledger, and what it hands back: plain values, without a rule and without a statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graph.errors import Refused
from graph.facts import Assigned, Drawn, Ended, Fact, Imported, Kept, MentorEnrolled, MentorResigned
from graph.kinds import Origin

TermFact = MentorEnrolled | MentorResigned
"""Facts about a mentor's terms, which the timelines of mentees read too."""

NamesMentor = MentorEnrolled | MentorResigned | Assigned | Imported | Drawn | Kept | Ended


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a fact is about: by id, or by a name, which means whoever held it when the fact occurred."""

    id: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        if (self.id is None) == (self.name is None):
            raise ValueError("a target has an id or a name, and not both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact with what lies beside it.

    `target` is None for facts about a mentor's terms, and for a change or a lift that names its block by id.
    `reason` is that of a block fact or of any other; `performer` the name as the source writes it; `name` what a
    registration or a rename gives. `eligible` is false for bots. `mentor`, where it is given, is whom the fact
    names, and the fact's own `mentor` is not read: for sources that know the name alone. `timeless`: the fact
    happens at the moment at which it is recorded, whatever its `at`. `performer_id` is who acted, for sources that
    know the account itself; `is_blanked`: the texts beside the fact were hidden or erased at its source.
    """

    fact: Fact
    target: Target | None = None
    reason: str | None = None
    performer: str | None = None
    name: str | None = None
    bulk: bool = False
    eligible: bool = True
    mentor: Target | None = None
    timeless: bool = False
    performer_id: int | None = None
    is_blanked: bool = False

    @property
    def origin(self) -> Origin:
        return self.fact.origin

    def naming(self, mentor: int) -> "Entry":
        """The same with the mentor known by id."""
        assert isinstance(self.fact, NamesMentor)
        return replace(self, fact=replace(self.fact, mentor=mentor), mentor=None)

    def at(self, moment: datetime) -> "Entry":
        return replace(self, fact=replace(self.fact, at=moment))


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a caller tells it: whether it may draw, and whom before others."""

    entry: Entry
    draw: bool = True
    preferred: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a change left: the fact, whom it was about, the block or tie it made, and the events that it caused."""

    fact: int
    mentee: int | None
    block: int | None = None
    relationship: int | None = None
    events: tuple[int, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Resigned:
    """What became of the resigned mentor's primary ties: handed to another, ended for good, still seeking.

    `job` is what goes on with those that are left, `hidden` are those among them of whom not everybody may know.
    """

    transferred: int
    ended: int
    unassigned: int
    job: int | None = None
    hidden: tuple[int, int, int] = (0, 0, 0)

    def plus(self, more: "Resigned") -> "Resigned":
        """Of both."""
        both = (
            self.transferred + more.transferred,
            self.ended + more.ended,
            self.unassigned + more.unassigned,
        )
        first, second, third = (some + others for some, others in zip(self.hidden, more.hidden, strict=True))
        return Resigned(*both, hidden=(first, second, third))

    def told(self, *, hidden: bool) -> "Resigned":
        """As somebody is told it, with those who are hidden or without."""
        if hidden:
            return self
        transferred, ended, unassigned = self.hidden
        return Resigned(
            self.transferred - transferred, self.ended - ended, self.unassigned - unassigned, self.job
        )


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many entries were recorded and how many known already; which were refused, by their place, and why.

    `without_effect` counts, by their codes, those that were recorded and change nothing (rule 7).
    """

    recorded: int
    known: int
    refused: Mapping[int, Refused] = field(default_factory=dict)
    without_effect: Mapping[str, int] = field(default_factory=dict)
