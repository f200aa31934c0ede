"""What a real MediaWiki said in one run: its events, its log pages, and how its accounts stood at the end."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from mentorgraph.feed.gather import Reading
from mentorgraph.feed.gathered import Gathered, Resolved, Unresolved
from mentorgraph.feed.resolve import resolve

DATA = Path(__file__).parent / "data" / "wiki"
EVENTS = DATA / "events" / "eventstreams.jsonl"
FRAMES = DATA / "events" / "sse-constructed.txt"
WIKI = "mentorwiki"
END = datetime(2026, 11, 22, 19, 28, 17, tzinfo=UTC)
"""When the wiki was asked how everybody stood."""

# Read when it held all there is to know, renames included.
WHOLE_LOG = "125-logevents-since.json"


def answer(name: str) -> Any:
    """What the API answered, by the first letters of the capture's name."""
    return orjson.loads(next((DATA / "api").glob(f"{name}*")).read_bytes())


def captured_pages() -> dict[str, bytes]:
    """Every captured page of the log, with the time of its reading as `curtimestamp=1` would have it."""
    pages = {}
    for row in orjson.loads((DATA / "api" / "index.json").read_bytes()):
        page = answer(row["file"])
        if "logevents" in page.get("query", {}):
            pages[row["file"]] = orjson.dumps({**page, "curtimestamp": row["at"]})
    return pages


def event_lines() -> list[bytes]:
    """The run's events, in the order in which they were published."""
    return EVENTS.read_bytes().splitlines()


def gather(*files: Path, wiki: str | None = WIKI, read_at: datetime | None = None) -> Gathered:
    """What the files say; each of their lines is well-formed."""
    reading = Reading(wiki, read_at)
    for number, path in enumerate(files):
        reading.read(number, path)
    assert not reading.faults
    return reading.gathered()


def resolved(*files: Path, read_at: datetime | None = None) -> tuple[list[Resolved], list[Unresolved]]:
    """What the files come to."""
    return resolve(gather(*files, read_at=read_at))


def written(folder: Path, **contents: bytes) -> list[Path]:
    """Files with these contents."""
    paths = []
    for name, content in contents.items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths
