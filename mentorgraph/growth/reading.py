"""What the files of one import say together: the moment of which they tell, the list of mentors, the rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from graph.facts import Imported, Renamed
from graph.kinds import Origin, RelationshipRole
from mentorgraph.growth.dump import DumpRow, Malformed, Step, rows
from mentorgraph.growth.mentors import ListedMentor, MalformedMentor, is_list, mentors
from models.ledger import Entry, Target

SOURCE: Final = "growth"
"""The source of what such an import tells."""

PUBLISHED = re.compile(r"-(\d{8})-")
"""The day in the name of a dump that a wiki publishes: enwiki-20260301-growthexperiments_mentor_mentee.sql.gz."""


class UnknownMomentError(Exception):
    """Of when the files tell can't be; the message says what would help."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one import: lists of mentors and dumps, each told from the other by its first byte."""

    lists: Sequence[Path]
    dumps: Sequence[Path]
    at: datetime

    @classmethod
    def of(cls, paths: Sequence[Path], at: datetime | None) -> "Files":
        lists = [path for path in paths if is_list(path)]
        dumps = [path for path in paths if path not in lists]
        moment = (at or told_moment([*dumps, *lists])).replace(microsecond=0)
        if moment > datetime.now(UTC):
            raise UnknownMomentError(f"{moment} lies ahead; say with --read-at when it was so.")
        return cls(lists, dumps, moment)

    @property
    def name(self) -> str:
        """What tells this import from another: the same files, unchanged, as of the same moment."""
        seen = [f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in self.dumps]
        return "\n".join([self.at.isoformat(), *seen])

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.dumps)

    def listed(self) -> Iterator[tuple[Path, ListedMentor | MalformedMentor]]:
        for path in self.lists:
            for mentor in mentors(path):
                yield path, mentor

    def rows(self, step: Step = lambda _: None) -> Iterator[tuple[Path, DumpRow | Malformed]]:
        behind = 0
        for path in self.dumps:
            for row in rows(path, _further(step, behind)):
                yield path, row
            behind += path.stat().st_size

    def good_rows(self) -> Iterator[tuple[Path, DumpRow]]:
        """The rows that are some, in the same order whenever they are read."""
        for path, row in self.rows():
            if isinstance(row, DumpRow):
                yield path, row


def _further(step: Step, behind: int) -> Step:
    return lambda count: step(behind + count)


def told_moment(paths: Sequence[Path]) -> datetime:
    """The day in a file's name, else when the newest file was written, to the second."""
    for path in paths:
        found = PUBLISHED.search(path.name)
        if found is not None:
            try:
                return datetime.strptime(found.group(1), "%Y%m%d").replace(tzinfo=UTC)
            except ValueError:
                continue
    return datetime.fromtimestamp(int(max(path.stat().st_mtime for path in paths)), UTC)


def stamp(at: datetime) -> str:
    """A moment as MediaWiki writes it: what is told of one moment has one name."""
    return at.strftime("%Y%m%d%H%M%S")


def told(at: datetime, mentee: int, mentor: int, role: RelationshipRole) -> Entry:
    """What a row says: at that moment, this was the mentor. Of a mentee's two, the primary comes first."""
    place = 1 if role is RelationshipRole.PRIMARY else 2
    origin = Origin(SOURCE, f"{stamp(at)}/{mentee}/{place}-{role.value.lower()}")
    return Entry(fact=Imported(at=at, origin=origin, role=role, mentor=mentor), target=Target(id=mentee))


def named(at: datetime, account: int, name: str | None) -> Entry:
    """What a list of mentors calls one of them at that moment."""
    fact = Renamed(at=at, origin=Origin(SOURCE, f"{stamp(at)}/name/{account}"))
    return Entry(fact=fact, target=Target(id=account), name=name)
