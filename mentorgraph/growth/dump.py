"""Dumps of `growthexperiments_mentor_mentee`, row by row: CSV, tab-separated, and the SQL that wikis publish.

Each may be packed with gzip. What is told of a row is its mentee, its mentor and the role; whether the mentee was
active of late is told too, and is no part of a tie.
"""

import csv
import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from graph.kinds import RelationshipRole
from mentorgraph.packed import Unpacked, opened

TABLE: Final = "growthexperiments_mentor_mentee"
COLUMNS: Final = ("gemm_mentee_id", "gemm_mentor_id", "gemm_mentor_role", "gemm_mentee_is_active")
ROLES: Final = {b"primary": RelationshipRole.PRIMARY, b"backup": RelationshipRole.BACKUP}
LARGEST_ID: Final = 2**63 - 1

INSERT = re.compile(
    rb"INSERT (?:IGNORE )?INTO [`\"]?" + TABLE.encode() + rb"[`\"]?\s*(\([^)]*\))?\s*VALUES\s*", re.IGNORECASE
)
# The role is a binary string: older dumps pad it with zeros, others write it in hexadecimal.
ROW = re.compile(
    rb"\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(?:_binary\s+)?(?:'([a-z]*)(?:\\0|\x00)*'|0x([0-9A-Fa-f]*))\s*"
    rb"(?:,\s*(?:\d+|NULL)\s*)?\)"
)
END_OF_ROW = re.compile(rb"\)\s*(?=[,;]|$)")
BETWEEN = b" \t\r\n,"

Step = Callable[[int], None]


class DumpRow(NamedTuple):
    """Who mentors whom. `line` is that of the file, from 1; `part` is the row's number in a line of several, or 0."""

    line: int
    part: int
    mentee: int
    mentor: int
    role: RelationshipRole


class Malformed(NamedTuple):
    """A row that is none, and what is wrong with it."""

    line: int
    part: int
    why: str
    text: str


class UnreadableDumpError(Exception):
    """The file as a whole can't be read; the message says what is wrong with it."""


def rows(path: Path, step: Step = lambda _: None) -> Iterator[DumpRow | Malformed]:
    """All rows of a file, in its order; `step` is told how many of the file's bytes are behind us, now and then."""
    with opened(path) as file:
        lines = _stepping(file, step)
        try:
            first = next(lines, b"")
            again = _before(first, lines)
            yield from _sql(again) if _is_sql(first) else _separated(again, first)
        except (EOFError, gzip.BadGzipFile) as error:
            raise UnreadableDumpError(f"{path} is cut short or damaged: {error}") from error
    step(path.stat().st_size)


def _stepping(file: Unpacked, step: Step) -> Iterator[bytes]:
    for number, line in enumerate(file.said):
        if number % 1000 == 0:
            step(file.itself.tell())
        yield line


def _before(first: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from lines


def _is_sql(first: bytes) -> bool:
    """A dump begins with a comment; a statement begins with a word that is no column of the table."""
    return first.lstrip()[:2] in (b"--", b"/*") or INSERT.match(first.lstrip()) is not None


# SQL: a statement a line, or a row a line; other tables' statements are passed over.


def _sql(lines: Iterator[bytes]) -> Iterator[DumpRow | Malformed]:
    within = False
    for line, text in enumerate(lines, start=1):
        start = 0
        if not within:
            found = INSERT.match(text)
            if found is None:
                continue
            _check_columns(found.group(1))
            within, start = True, found.end()
        yield from _rows_of(line, text, start)
        within = not text.rstrip().endswith(b";")


def _check_columns(named: bytes | None) -> None:
    if named is None:
        return
    columns = [name.strip(' `"') for name in named.decode(errors="replace").strip("()").split(",")]
    if columns != list(COLUMNS[: len(columns)]) or len(columns) < 3:
        raise UnreadableDumpError(f"the columns are {', '.join(columns)}; expected are {', '.join(COLUMNS)}")


def _rows_of(line: int, text: bytes, start: int) -> Iterator[DumpRow | Malformed]:
    at, part = start, 0
    while True:
        while at < len(text) and text[at] in BETWEEN:
            at += 1
        if at == len(text) or text[at : at + 1] == b";":
            return
        part += 1
        found = ROW.match(text, at)
        if found is None:
            end = END_OF_ROW.search(text, at)
            stop = len(text) if end is None else end.end()
            yield Malformed(
                line, part, "it is no row of the table", text[at:stop].decode(errors="replace").strip()
            )
            at = stop
            continue
        at = found.end()
        mentee, mentor, role, in_hex = found.groups()
        yield _row(line, part, mentee, mentor, role if in_hex is None else _unhexed(in_hex), found.group())


def _unhexed(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode()) if len(digits) % 2 == 0 else b"?"


# CSV and the client's tab-separated output.


def _separated(lines: Iterator[bytes], first: bytes) -> Iterator[DumpRow | Malformed]:
    delimiter = "\t" if b"\t" in first else ","
    text = (line.decode("utf-8-sig", errors="replace").replace("\x00", "") for line in lines)
    reader = csv.reader(text, delimiter=delimiter)
    places: list[int] | None = None
    for values in _readable(reader):
        line = reader.line_num
        if isinstance(values, csv.Error):
            yield Malformed(line, 0, f"it can't be read: {values}", "")
            continue
        if places is None:
            places, is_header = _places(values)
            if is_header:
                continue
        if not values:
            continue
        if len(values) <= max(places):
            said = delimiter.join(values)
            yield Malformed(line, 0, f"it has {len(values)} columns; expected are {', '.join(COLUMNS)}", said)
            continue
        mentee, mentor, role = (values[place].strip().encode() for place in places)
        yield _row(line, 0, mentee, mentor, role, delimiter.join(values).encode())


def _readable(reader: Iterator[list[str]]) -> Iterator[list[str] | csv.Error]:
    """The lines, or why one of them is none."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield error


def _places(first: list[str]) -> tuple[list[int], bool]:
    """Where mentee, mentor and role stand: as the first line says, or in the table's own order."""
    names = [name.strip().lower() for name in first]
    if not any(name in COLUMNS for name in names):
        return [0, 1, 2], False
    missing = [name for name in COLUMNS[:3] if name not in names]
    if missing:
        raise UnreadableDumpError(f"the first line names no column {', '.join(missing)}")
    return [names.index(name) for name in COLUMNS[:3]], True


def _row(line: int, part: int, mentee: bytes, mentor: bytes, role: bytes, text: bytes) -> DumpRow | Malformed:
    known = ROLES.get(role) or ROLES.get(role.rstrip(b"\0"))
    if known is None:
        return _malformed(line, part, "its role is neither primary nor backup", text)
    if not (mentee.isdigit() and mentor.isdigit()):
        return _malformed(line, part, "its ids are no numbers", text)
    mentee_id, mentor_id = int(mentee), int(mentor)
    if not (0 < mentee_id <= LARGEST_ID and 0 < mentor_id <= LARGEST_ID):
        return _malformed(line, part, "an id of it can be nobody's", text)
    return DumpRow(line, part, mentee_id, mentor_id, known)


def _malformed(line: int, part: int, why: str, text: bytes) -> Malformed:
    return Malformed(line, part, why, text.decode(errors="replace"))
