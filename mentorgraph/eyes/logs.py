"""The log: lines of JSON, each with the id of its request, none with what people are called or have written.

An exception's own words may hold anyone's data: a unique violation quotes the name, a value that does not fit quotes
the value. So of an exception the log has its class, where it was raised, and what PostgreSQL calls the mistake. Whoever
looks for a bug on data of their own sets MENTORGRAPH_LOG_WORDS.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import orjson

from graph.errors import MentorgraphError
from mentorgraph.eyes.figures import UNLOGGED
from mentorgraph.eyes.seen import SEEN, Seen

REQUESTS: Final = logging.getLogger("mentorgraph.requests")
"""A line for each request, where the operator wants that."""

WORDS: Final = 400
"""Characters of a message."""
LINE: Final = 1_500
"""Bytes of a line, so that each request has room for one at least."""
FRAMES: Final = (8, 4, 2, 0)
"""How many of the innermost are told of where an exception was raised: as many as fit."""
CAUSES: Final = 3
OF_POSTGRES: Final = ("sqlstate", "table_name", "column_name", "constraint_name")

QUIET: Final = ("uvicorn.error", "uvicorn.asgi")
"""Speak of callers' mistakes as of ours, unless they are told to speak of errors alone."""


def begin(*, words: bool) -> None:
    """Log to stderr from now on."""
    root = logging.getLogger()
    root.handlers[:] = [Lines(words=words)]
    root.setLevel(logging.WARNING)
    REQUESTS.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def request(seen: Seen) -> None:
    """One line about a request that is over."""
    said = {"operation": seen.operation, "kind": seen.kind, "status": seen.status, "cost": seen.cost}
    REQUESTS.info("answered", extra={"said": said | {"ms": round((perf_counter() - seen.began) * 1000, 1)}})


class Lines(logging.StreamHandler[Any]):
    """Writes lines, as many of one request as it has room for."""

    def __init__(self, stream: Any = None, *, words: bool = False) -> None:
        super().__init__(stream or sys.stderr)
        self.words = words

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, unless its request has filled its room."""
        try:
            seen = SEEN.get()
            text = self.line(record, seen)
            if seen is not None:
                if len(text) >= seen.room:
                    return UNLOGGED.inc()
                seen.room -= len(text) + 1
            self.stream.write(text.decode() + "\n")
            self.flush()
        except Exception:  # noqa: BLE001 - a log that fails must not make a request fail
            self.handleError(record)

    def line(self, record: logging.LogRecord, seen: Seen | None) -> bytes:
        """The line: JSON holds no line's end and no control character, whoever has put one in."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "message": told(record.getMessage()),
        }
        if seen is not None:
            line["request"] = seen.id.decode()
        line |= getattr(record, "said", {})
        if not record.exc_info or record.exc_info[1] is None:
            return orjson.dumps(line)
        texts = (orjson.dumps(line | {"error": self.about(record.exc_info[1], most)}) for most in FRAMES)
        return next((text for text in texts if len(text) <= LINE), orjson.dumps(line))

    def about(self, error: BaseException, frames: int) -> list[dict[str, Any]]:
        """An exception and its causes, the outermost first."""
        found: list[dict[str, Any]] = []
        cause: BaseException | None = error
        while cause is not None and len(found) < CAUSES:
            found.append(self._one(cause, frames))
            cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
        return found

    def _one(self, error: BaseException, frames: int) -> dict[str, Any]:
        raised = traceback.extract_tb(error.__traceback__)
        said: dict[str, Any] = {
            "class": type(error).__qualname__,
            "at": [place(frame) for frame in raised[max(0, len(raised) - frames) :]],
        }
        for name in OF_POSTGRES:
            if value := getattr(error, name, None):
                said[name] = told(str(value))
        if self.words or isinstance(error, MentorgraphError):
            said["words"] = told(str(error))
        return said


def place(frame: traceback.FrameSummary) -> str:
    """Where that is: the last parts of the file's path, the line, and the function."""
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"


def told(text: str) -> str:
    """As much of it as a line holds, in signs that no reader of the log takes for anything else."""
    return text[:WORDS].encode("unicode_escape").decode()[:WORDS]
