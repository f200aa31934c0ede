"""What the files of one import say: sightings of log entries, and of every other line why it says nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from mentorgraph.feed import events, logs
from mentorgraph.feed.entries import Hiding, LeftOut, MalformedError, Sighting, moment
from mentorgraph.feed.files import records
from mentorgraph.feed.gathered import Gathered, Line, Performed, Whence
from mentorgraph.feed.rejects import Reject, is_reject, reject_of

LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEITHER = "it is neither an event nor a page of list=logevents"


UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What can come of values that no wiki writes: the last net below the checks, for one line stops no import."""


class OfAnotherWikiError(MalformedError):
    """A page that says of which wiki it is, and that is another."""


class SeveralWikisError(Exception):
    """The lines are of several wikis, and nobody has said which is meant."""


def why(error: Exception) -> str:
    """What is said of a line that can't be read."""
    known = isinstance(error, MalformedError)
    return str(error) if known else f"nobody can read it: {type(error).__name__}"


@dataclass(slots=True)
class _Page:
    """Entries that were read together; `told` is when, where the page says it."""

    told: datetime | None
    newest: datetime = LONG_AGO
    seen: list[tuple[Sighting, Whence]] = field(default_factory=list)
    performers: set[tuple[str, int]] = field(default_factory=set)


class Reading:
    """All that the files say of one wiki: the given one, or that of the first line that names one."""

    def __init__(self, wiki: str | None = None, read_at: datetime | None = None) -> None:
        self.wiki = wiki
        self.url = ""
        self.left_out: Counter[LeftOut] = Counter()
        self.faults: dict[Whence, str] = {}
        self.foreign: set[Whence] = set()
        """Faults of pages of another wiki: under that one's name they are none."""
        self.of_others: list[Reject] = []
        self._is_given = wiki is not None
        self._read_at = read_at
        self._lines: list[Line] = []
        self._hidings: list[Hiding] = []
        self._pages: list[_Page] = []
        self._witnesses: set[Performed] = set()

    def read(self, number: int, path: Path, step: Callable[[int], None] = lambda _: None) -> None:
        """Read one file; `step` is told of the bytes."""
        for record in records(path):
            self.take(record.value, Whence(number, record.line), record.fault)
            step(len(record.text) + 1)

    def take(self, value: object, whence: Whence, fault: str | None = None) -> None:
        """Read one event, or one page of the log, that was decoded already."""
        try:
            self._record(value, whence, fault)
        except UNREADABLE as error:
            self.faults[whence] = why(error)
            if isinstance(error, OfAnotherWikiError):
                self.foreign.add(whence)

    def witness(self, name: str, user_id: int, read_at: datetime) -> None:
        """Somebody is called that, as the wiki says on that day."""
        self._witnesses.add(Performed(name, user_id, read_at))

    def gathered(self) -> Gathered:
        """All of it. Pages that do not say when they were read count as read at the newest entry of any."""
        newest = max((page.newest for page in self._pages), default=None)
        lines, performed = list(self._lines), set(self._witnesses)
        for page in self._pages:
            read_at = max(page.told or self._read_at or newest or page.newest, page.newest)
            lines += [Line(seen, whence, read_at) for seen, whence in page.seen]
            performed.update(Performed(name, user_id, read_at) for name, user_id in page.performers)
        return Gathered(lines, self._hidings, list(performed))

    def _record(self, value: object, whence: Whence, fault: str | None) -> None:
        if fault is not None:
            raise MalformedError(fault)
        if not isinstance(value, dict):
            raise MalformedError(NEITHER)
        if events.is_event(value):
            self._event(value, whence, whence.line)
        elif is_reject(value):
            self._reject(reject_of(value), whence)
        else:
            self._page(value, whence)

    def _event(self, event: dict[str, Any], whence: Whence, place: int) -> None:
        if events.is_canary(event):
            self.left_out[LeftOut.CANARY] += 1
        elif not self._is_ours(*events.wiki_of(event)):
            self.left_out[LeftOut.OTHER_WIKI] += 1
        else:
            seen = events.sighting(event, place)
            if isinstance(seen, Sighting):
                self._lines.append(Line(seen, whence))
            else:
                self._left_out(seen)

    def _page(self, page: dict[str, Any], whence: Whence) -> None:
        told = logs.wiki_of(page)
        if told is not None and not self._is_ours(*told):
            raise OfAnotherWikiError(f"the page is of {told[0]}, not of {self.wiki}")
        if told is not None and "logevents" not in page["query"]:
            return
        entries = logs.entries_of(page)
        parts = range(1, len(entries) + 1)
        self._entries(entries, [Whence(whence.file, whence.line, part) for part in parts], logs.read_at(page))

    def _entries(self, entries: Sequence[Any], places: Sequence[Whence], read_at: datetime | None) -> None:
        page = _Page(read_at, performers=set(logs.performers(entries)))
        for entry, whence in zip(entries, places, strict=True):
            try:
                seen = logs.sighting(entry)
                # What is left out is as good a witness of the day as what matters.
                page.newest = max(page.newest, moment(entry["timestamp"]))
            except UNREADABLE as error:
                self.faults[whence] = why(error)
                continue
            if isinstance(seen, Sighting):
                page.seen.append((seen, whence))
            else:
                self._left_out(seen)
        self._pages.append(page)

    def _reject(self, reject: Reject, whence: Whence) -> None:
        """A line of a rejects file stands for the line that was refused."""
        if reject.wiki is not None and not self._is_ours(reject.wiki, ""):
            self.of_others.append(reject)
            return
        try:
            value = orjson.loads(reject.text)
        except orjson.JSONDecodeError as error:
            raise MalformedError(reject.why) from error
        if isinstance(value, dict) and "logid" in value:
            self._entries([value], [whence], reject.read_at)
        elif isinstance(value, dict) and events.is_event(value):
            self._event(value, whence, reject.line)
        elif isinstance(value, dict) and "query" in value:
            self._page(value, whence)
        else:
            raise MalformedError(reject.why)

    def _left_out(self, seen: Hiding | LeftOut) -> None:
        if isinstance(seen, Hiding):
            self._hidings.append(seen)
            self.left_out[LeftOut.VISIBILITY] += 1
        else:
            self.left_out[seen] += 1

    def _is_ours(self, name: str, url: str) -> bool:
        """Whether a line is of the wiki that is imported."""
        if self.wiki is None:
            self.wiki = name
        elif name != self.wiki and not self._is_given:
            raise SeveralWikisError(
                f"The lines are of {self.wiki} and of {name}: say with --wiki which to import."
            )
        if name == self.wiki:
            self.url = self.url or url
        return name == self.wiki
