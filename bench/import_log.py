"""How many log entries a second `import-log` reads, resolves and records: a generated log, on a fresh
database.

    python bench/import_log.py [ENTRIES]

Half of the log comes as event lines, all of it as pages of 500, so that every block finds its end; accounts
are registered, blocked, blocked anew, renamed and unblocked as on a wiki, and names are used again.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter

import orjson
from kept import Promise, keep
from rich.console import Console

from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from mentorgraph import postgres
from mentorgraph.importlog import import_log
from models.ledger import Ledger
from models.migrate import upgrade

PROMISED = 3_000
"""Entries a second, of a log that is new here."""
START = datetime(2025, 1, 1, tzinfo=UTC)
A_PAGE = 500


class Wiki:
    """A wiki's log, made at random; pages name accounts as they are called at the end, but for renames."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = START
        self.names: list[str] = []
        self.entries: list[tuple[int, dict[str, object]]] = []

    def live(self, entries: int) -> None:
        while len(self.entries) < entries:
            self.now += timedelta(seconds=self.random.choice([0, 1, 30, 600]))
            about = self.random.random()
            if about < 0.4 or not self.names:
                self.register()
            elif about < 0.45:
                self.rename()
            else:
                self.block()

    def register(self) -> None:
        self.names.append(f"Newcomer {len(self.names)}")
        self.note(len(self.names) - 1, "newusers", "create", {"userid": len(self.names)})

    def rename(self) -> None:
        account = self.random.randrange(len(self.names))
        old, new = self.names[account], f"Renamed {len(self.entries)}"
        self.note(account, "renameuser", "renameuser", {"olduser": old, "newuser": new, "edits": 1})
        self.names[account] = new

    def block(self) -> None:
        account = self.random.randrange(len(self.names))
        action = self.random.choice(["block", "block", "reblock", "unblock"])
        params: dict[str, object] = {}
        if action != "unblock":
            end = self.now + timedelta(days=self.random.randrange(1, 90))
            params = {
                "duration": "some time",
                "flags": ["nocreate"],
                "sitewide": True,
                "expiry": end.isoformat(),
            }
        self.note(account, "block", action, params)

    def note(self, account: int, kind: str, action: str, params: dict[str, object]) -> None:
        entry: dict[str, object] = {
            "logid": len(self.entries) + 1,
            "ns": 2,
            "title": f"User:{self.names[account]}",
            "params": params,
            "type": kind,
            "action": action,
            "user": "Admin",
            "userid": 0,
            "timestamp": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "comment": self.random.choice(["spam", "{{uw-softerblock}}", "edit warring", "please rename"]),
        }
        self.entries.append((account, entry))

    def event_lines(self) -> Iterator[bytes]:
        for place, (_, entry) in enumerate(self.entries):
            if place % 2:
                yield orjson.dumps(event(place + 1, entry))

    def pages(self) -> Iterator[bytes]:
        for start in range(0, len(self.entries), A_PAGE):
            read = [
                entry if entry["type"] == "renameuser" else {**entry, "title": f"User:{self.names[account]}"}
                for account, entry in self.entries[start : start + A_PAGE]
            ]
            yield orjson.dumps({"batchcomplete": True, "query": {"logevents": read}})


def event(place: int, entry: dict[str, object]) -> dict[str, object]:
    params = entry["params"]
    assert isinstance(params, dict)
    return {
        "meta": {"domain": "bench.example"},
        "wiki": "benchwiki",
        "id": place,
        "type": "log",
        "namespace": 2,
        "title": entry["title"],
        "timestamp": int(datetime.fromisoformat(str(entry["timestamp"])).timestamp()),
        "user": "Admin",
        "comment": entry["comment"],
        "log_id": entry["logid"],
        "log_type": entry["type"],
        "log_action": entry["action"],
        "log_params": {key: value for key, value in params.items() if key != "expiry"} or [],
    }


def make(folder: Path, entries: int) -> list[Path]:
    """The generated log, as files."""
    wiki = Wiki(seed=1)
    wiki.live(entries)
    files = [folder / "events.jsonl", folder / "pages.jsonl"]
    files[0].write_bytes(b"\n".join(wiki.event_lines()))
    files[1].write_bytes(b"\n".join(wiki.pages()))
    return files


async def measure(dsn: str, files: list[Path], entries: int, rejects: Path) -> list[Promise]:
    """Import the log once into a fresh database, and once more when all of it is known."""
    promises = []
    await upgrade(dsn)
    async with Ledger.open(dsn) as ledger:
        await ledger.add_wiki("benchwiki", "https://bench.example", PRESETS[PolicyPreset.DEFAULT])
        for what in ("fresh", "known already"):
            start = perf_counter()
            outcome = await import_log(ledger, None, files, rejects=rejects, console=Console(quiet=True))
            seconds = perf_counter() - start
            assert outcome.status == 0, outcome.refused
            print(
                f"{what:14} {entries:7} entries {seconds:6.2f} s {entries / seconds:8.0f} entries/s   "
                f"recorded {outcome.recorded}, known already {outcome.known}"
            )
            rate = entries / seconds
            promises.append(
                Promise(f"a log, {what}", f"{rate:,.0f} a second", f"≥ {PROMISED:,}", rate >= PROMISED)
            )
    return promises


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    with tempfile.TemporaryDirectory(prefix="mg-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        files = make(folder, entries)
        with postgres.running(folder / "data") as dsn:
            promises = asyncio.run(measure(dsn, files, entries, folder / "rejects.jsonl"))
    keep(promises)


if __name__ == "__main__":
    main()
