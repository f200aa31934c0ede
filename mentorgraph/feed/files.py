"""Files of a wiki's log, read record by record: pages of JSON, lines of JSON, frames of an event stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

FRAMING = (b":", b"event:", b"id:", b"retry:")
DATA = b"data:"


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON value of a file, or what is wrong with it; `line` is counted from 1."""

    line: int
    text: bytes
    value: Any = None
    fault: str | None = None


def records(path: Path) -> Iterator[Record]:
    """All records of a file. A file that is one JSON value over many lines is one record."""
    with path.open("rb") as file:
        first = _load(1, next((line for line in file if line.strip()), b""))
        if first.fault is not None and first.text.lstrip()[:1] in (b"{", b"["):
            file.seek(0)
            whole = _load(1, file.read())
            # A bare bracket begins a value over many lines: cut short, it is one mistake and not one a line.
            if whole.fault is None or first.text.strip() in (b"{", b"["):
                yield whole
                return
        file.seek(0)
        yield from _lines(file)


def _lines(file: Iterable[bytes]) -> Iterator[Record]:
    for line, text in enumerate(file, start=1):
        data = text.strip().removeprefix(DATA).lstrip()
        if data and not data.startswith(FRAMING):
            yield _load(line, data)


def _load(line: int, text: bytes) -> Record:
    try:
        return Record(line, text, orjson.loads(text.removeprefix(b"\xef\xbb\xbf")))
    except orjson.JSONDecodeError as error:
        return Record(line, text, fault=f"it is no JSON: {error.msg}")
