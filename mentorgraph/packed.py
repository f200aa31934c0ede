"""Files that may be packed with gzip, which their first two bytes tell."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

MAGIC: Final = b"\x1f\x8b"


class Unpacked(NamedTuple):
    """What a file says, and the file itself: its `tell` is how far one has read."""

    said: IO[bytes]
    itself: IO[bytes]


@contextmanager
def opened(path: Path) -> Iterator[Unpacked]:
    """The file for reading, unpacked where it is packed."""
    with path.open("rb") as file:
        magic = file.read(len(MAGIC))
        file.seek(0)
        if magic != MAGIC:
            yield Unpacked(file, file)
            return
        with gzip.open(file) as said:
            yield Unpacked(cast("IO[bytes]", said), file)
