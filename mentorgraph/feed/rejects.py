"""The rejects file: what was refused, with its line and its reason, in a form that can be imported again."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from mentorgraph.feed.entries import MalformedError, moment
from mentorgraph.feed.files import Record, records
from mentorgraph.feed.gathered import Whence


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that was refused. `part` is an entry's number in its page, `read_at` when that page was read."""

    file: str
    line: int
    part: int
    why: str
    text: str
    wiki: str | None
    read_at: datetime | None

    def __bytes__(self) -> bytes:
        return orjson.dumps(self) + b"\n"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line is refused, and what its file does not say: the wiki, and when its page was read."""

    why: str
    wiki: str | None
    read_at: datetime | None = None


def is_reject(value: dict[str, Any]) -> bool:
    """Whether a line is one of a rejects file."""
    return isinstance(value.get("why"), str) and isinstance(value.get("text"), str)


def reject_of(value: dict[str, Any]) -> Reject:
    """A line of a rejects file."""
    read_at, wiki = value.get("read_at"), value.get("wiki")
    return Reject(
        file=str(value.get("file", "")),
        line=_count(value.get("line")),
        part=_count(value.get("part")),
        why=value["why"],
        text=value["text"],
        wiki=wiki if isinstance(wiki, str) else None,
        read_at=moment(read_at) if isinstance(read_at, str) else None,
    )


def rejects_of(files: Sequence[Path], refused: dict[Whence, Refusal]) -> Iterator[Reject]:
    """The refused lines themselves: files are read again, for keeping every line in memory costs far more."""
    for number in sorted({whence.file for whence in refused}):
        for record in records(files[number]):
            for part, text in _parts(record):
                refusal = refused.get(Whence(number, record.line, part))
                if refusal is not None:
                    yield _reject(files[number], record, part, text, refusal)


def _parts(record: Record) -> Iterator[tuple[int, bytes]]:
    """The record as a whole, and if it is a page each of its entries."""
    yield 0, record.text
    query = record.value.get("query") if isinstance(record.value, dict) else None
    entries = query.get("logevents") if isinstance(query, dict) else None
    for part, entry in enumerate(entries if isinstance(entries, list) else (), start=1):
        yield part, orjson.dumps(entry)


def _reject(path: Path, record: Record, part: int, text: bytes, refusal: Refusal) -> Reject:
    if isinstance(record.value, dict) and is_reject(record.value):
        with suppress(MalformedError):
            # Refused again: it keeps saying where it first stood.
            first = reject_of(record.value)
            return Reject(
                first.file, first.line, first.part, refusal.why, first.text, first.wiki, first.read_at
            )
    # A file of JSON holds text: bytes that are none are written out, so that no two lines become one.
    line = text.decode(errors="backslashreplace")
    return Reject(str(path), record.line, part, refusal.why, line, refusal.wiki, refusal.read_at)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
