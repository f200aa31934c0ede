"""A wiki's whole log, read into files: page after page, so that whoever is interrupted goes on with the next."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from mentorgraph.action_api import ActionApi, WikiRefusedError
from mentorgraph.feed.entries import moment
from mentorgraph.feed.polling import LOGS, NOT_EVERYWHERE, log_of


async def download(api: ActionApi, folder: Path, told: Callable[[str, int], None]) -> list[Path]:
    """A file in the folder for each log that tells of mentees, its pages a line each; `told` hears of their entries."""
    files = []
    for kind in (*LOGS, *NOT_EVERYWHERE):
        path = folder / f"{kind.replace('/', '-')}.jsonl"
        try:
            await _download(api, kind, path, partial(told, kind))
        except WikiRefusedError:
            if kind not in NOT_EVERYWHERE:
                raise
        if path.exists() and path.stat().st_size:
            files.append(path)
    return files


def read_until(files: Iterable[Path]) -> datetime | None:
    """Up to when all of these files tell what there was: as of the last page of whichever was finished first."""
    ends = [moment(page["curtimestamp"]) for path in files if (page := _last_page(path)) is not None]
    return min(ends, default=None)


async def _download(api: ActionApi, kind: str, path: Path, told: Callable[[int], None]) -> None:
    more = _left_at(path)
    if more is None:
        return
    asked = log_of(kind)
    with path.open("ab") as file:
        while True:
            page = await api.query(**asked | more)
            file.write(orjson.dumps(page) + b"\n")
            file.flush()
            told(len(page["query"]["logevents"]))
            if "continue" not in page:
                return
            more = page["continue"]


def _left_at(path: Path) -> dict[str, Any] | None:
    """Where to go on; None where nothing is left. A line that was cut short is read again."""
    page = _last_page(path)
    if page is None:
        return {}
    return dict(page["continue"]) if "continue" in page else None


def _last_page(path: Path) -> Any:
    """The last page that is whole; what was cut short behind it is taken away."""
    if not path.exists():
        return None
    whole, last = 0, b""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                whole, last = whole + len(line), line
    with path.open("ab") as file:
        file.truncate(whole)
    return orjson.loads(last) if last else None
