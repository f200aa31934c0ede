"""What reads promise, measured in one run: the figures of a page of mentees, and whether each promise holds.

What is compared runs in turns, several times over, so that whatever else the machine does meets all alike;
the figures are medians. CPU is what the processes took, by the kernel's count.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

import load
import processes
import questions
import statements
from floor import Floor, floor, is_sent, pgbench
from kept import keep
from load import Load, drive
from processes import Listening
from promises import Sample, Samples, promises, table
from seed_reads import GREAT, Seeded, seeded

from mentorgraph import postgres

SMALL: Final = 50_000
USUAL: Final = 500_000
FULL: Final = 5_500_000
FRESH: Final = 60
"""Documents that were never seen before."""

SETTINGS: Final = (
    *postgres.UNSAFE_BUT_FAST,
    *statements.SETTINGS,
    "shared_buffers=1GB",
    "max_wal_size=8GB",
    "track_activity_query_size=65536",
)


class Bench(NamedTuple):
    """What is measured."""

    postmaster: int
    folder: Path
    bare: Listening
    by_hand: Listening
    small: Listening
    large: Listening
    few: Seeded
    many: Seeded
    floor: Floor

    def measure(self, server: Listening | None, run: Callable[[], Load]) -> Sample:
        """Run a load, and look at the clocks of the processes before and after; None: pgbench asks."""
        before = processes.cpu(server.pid) if server else 0.0, processes.cpu_of_family(self.postmaster)
        done = run()
        after = processes.cpu(server.pid) if server else 0.0, processes.cpu_of_family(self.postmaster)
        ours, theirs = ((b - a) * 1000 / done.requests for a, b in zip(before, after, strict=True))
        return Sample(done, ours, theirs)

    def asked(self, server: Listening, bodies: list[str], seconds: float, connections: int) -> Sample:
        """A load over HTTP."""
        return self.measure(server, lambda: drive(server.port, bodies, seconds, connections))

    def asked_directly(self, seconds: float) -> Sample:
        """The same by pgbench."""
        mentors = questions.mentors(self.many)
        return self.measure(None, lambda: pgbench(self.many.dsn, self.floor, mentors, seconds, self.folder))

    def by_others(self) -> float:
        """CPU seconds so far that are neither ours nor of what we run."""
        servers = (self.bare, self.by_hand, self.small, self.large)
        ours = processes.cpu_of_ourselves() + sum(processes.cpu(one.pid) for one in servers)
        return processes.cpu_of_machine() - ours - processes.cpu_of_family(self.postmaster)

    def kinds(self, seconds: float) -> dict[str, Callable[[], Sample]]:
        """What runs in turns. What is alone has one connection, so that its p50 is a request's own time."""
        many, trivial = load.CONNECTIONS, [questions.body(questions.TRIVIAL)]
        pages, tens = questions.pages(self.many, 50), questions.pages(self.many, 10)
        fewer, great = questions.pages(self.few, 50), questions.great_page(self.many)
        return {
            "first 50": lambda: self.asked(self.large, pages, seconds, many),
            "first 50, by hand": lambda: self.asked(self.by_hand, pages, seconds, many),
            "pgbench": lambda: self.asked_directly(seconds),
            "first 10": lambda: self.asked(self.large, tens, seconds, many),
            "trivial": lambda: self.asked(self.large, trivial, seconds, many),
            "bare Starlette": lambda: self.asked(self.bare, trivial, seconds, many),
            "small, alone": lambda: self.asked(self.small, fewer, seconds, 1),
            "great, alone": lambda: self.asked(self.large, great, seconds, 1),
            "large, alone": lambda: self.asked(self.large, pages, seconds, 1),
        }


def main() -> None:
    """Read the options, and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="keep the databases in this folder for the next run")
    parser.add_argument("--ties", type=int, default=USUAL, help="ties of the large wiki")
    parser.add_argument("--full", action="store_true", help=f"{FULL} of them")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each kind takes in a round")
    options = parser.parse_args()
    with folder(options.data) as place, postgres.running(place, SETTINGS) as dsn:
        run(options, dsn, place)


@contextmanager
def folder(given: Path | None) -> Iterator[Path]:
    """The folder that was named, or one that goes at the end."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="mg-reads-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def run(options: argparse.Namespace, dsn: str, place: Path) -> None:
    """Seed, measure, print."""
    asyncio.run(statements.rest(dsn))
    few = seed(dsn, SMALL, great=False)
    many = seed(dsn, FULL if options.full else options.ties, great=True)
    below = asyncio.run(floor(many.dsn, 50))
    with (
        processes.bare() as bare,
        processes.bare(many.dsn) as by_hand,
        processes.server(few.dsn) as small,
        processes.server(many.dsn) as large,
    ):
        bench = Bench(processes.postmaster(place), place, bare, by_hand, small, large, few, many, below)
        look(bench)
        begun, before = time.monotonic(), bench.by_others()
        samples = in_turns(bench.kinds(options.seconds), options.rounds)
        others = (bench.by_others() - before) / (time.monotonic() - begun)
        fresh = bench.measure(large, lambda: load.once(large.port, questions.fresh(many, FRESH)))
        each = asyncio.run(
            statements.for_each(dsn, many.dsn, lambda: drive(large.port, questions.pages(many, 50), 3))
        )
    report(samples, fresh, each, others)


def seed(dsn: str, ties: int, *, great: bool) -> Seeded:
    """A database of that size."""
    say(f"seeding {ties:,} ties …")
    found = asyncio.run(seeded(dsn, ties, great=great))
    say("")
    how = "was there" if found.seconds is None else f"seeded in {found.seconds:.0f} s"
    one = f", one of {GREAT:,}" if great else ""
    print(f"{ties:,} ties, {found.mentors:,} mentors of 250 mentees{one}; {found.gigabytes:.2f} GiB, {how}")
    return found


def look(bench: Bench) -> None:
    """Whether the answers are those that are meant, and the statement is the one that pgbench was given."""
    for server, bodies in (
        (bench.small, questions.pages(bench.few, 50)[:3]),
        (bench.by_hand, questions.pages(bench.many, 50)[:3]),
        (bench.large, [*questions.great_page(bench.many), *questions.pages(bench.many, 50)[:3]]),
    ):
        for body in bodies * 2:
            nodes = ask(server.port, body)["data"]["wiki"]["mentor"]["mentees"]["nodes"]
            if len(nodes) != 50 or not all(node["events"]["nodes"] for node in nodes):
                raise SystemExit(f"The page has {len(nodes)} mentees, or some are without events.")
    if not asyncio.run(is_sent(bench.many.dsn, bench.floor.sql)):
        raise SystemExit("The server sends another statement than the plan that pgbench was given.")


def ask(port: int, body: str) -> Any:
    """One answer."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", body.encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own address
        return json.load(answer)


def in_turns(kinds: dict[str, Callable[[], Sample]], rounds: int) -> Samples:
    """Every kind once to warm up, then all of them in turns."""
    found: dict[str, list[Sample]] = {name: [] for name in kinds}
    for number in range(rounds + 1):
        for name, one in kinds.items():
            say(f"round {number} of {rounds}: {name}")
            found[name].append(one())
    say("")
    return {name: samples[1:] for name, samples in found.items()}


def say(what: str) -> None:
    """Where the run is, to who waits; no part of what it prints."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


def report(samples: Samples, fresh: Sample, each: float, others: float) -> None:
    """The table, and the promises."""
    print(f"\nLoad: {load.NAME}, {load.CONNECTIONS} connections, 1 where alone. CPU is that of one request.")
    print(f"Others took {others:.1f} of {os.cpu_count()} processors meanwhile; beyond 0.2, run it again.\n")
    for line in table(samples, fresh):
        print(line)
    print()
    keep(promises(samples, fresh, each))


if __name__ == "__main__":
    main()
