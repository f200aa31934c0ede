"""The rejects file of an import: each refused line with its reason, written as they come and kept as a whole."""

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from mentorgraph.feed.rejects import Reject

FINE, REFUSED, WRONG_USE = 0, 1, 2
"""Exit statuses: nothing was refused; something was, and is in the rejects file; nothing could be imported."""


def status_of(refused: Counter[str]) -> int:
    return REFUSED if refused else FINE


class Rejects:
    """A rejects file of the form that `import-log` writes; it takes its place when the import has come to its end.

    `why` counts the reasons. Where nothing is refused there is no file.
    """

    def __init__(self, path: Path, wiki: str | None = None) -> None:
        self._path, self._wiki = path, wiki
        self._draft = path.with_name(f"{path.name}.draft")
        self.why: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._draft.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is not None:
            self._draft.unlink()
        elif self.why:
            self._draft.replace(self._path)
        else:
            self._draft.unlink()
            self._path.unlink(missing_ok=True)

    def add(self, file: Path, line: int, part: int, why: str, text: str) -> None:
        self.why[why] += 1
        self._file.write(bytes(Reject(str(file), line, part, why, text, self._wiki, None)))
