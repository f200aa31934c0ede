"""How long `import growth` takes for a large wiki: a dump of so many rows, made at random, into an empty database.

    python bench/import_growth.py [ROWS] [DSN]

Without a DSN it runs a PostgreSQL of its own, with that one's default settings. Printed are wall time and load, the CPU
time of this process and of PostgreSQL, the peak memory of this process alone and of both together (Linux: shared pages
once), and the rows as they are then counted.
"""

import asyncio
import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from threading import Event, Thread
from time import perf_counter, thread_time

import asyncpg
import orjson
from rich.console import Console

from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from mentorgraph import postgres
from mentorgraph.growth.reading import Files
from mentorgraph.importgrowth import import_growth, table_of
from models.ledger import Ledger
from models.migrate import upgrade

ROWS, MENTORS, A_STATEMENT = 5_450_000, 900, 40_000
MENTOR_IDS = 100_000_000
BACKUPS = 0.4
"""How many mentees have a backup too."""
LOOK_EVERY = 5.0
"""Seconds between two looks at the memory."""
AT = datetime(2026, 3, 1, tzinfo=UTC)


def rows(count: int, chance: Random) -> Iterator[str]:
    """In the order of the table's key, as dumps are; mentees' ids have gaps, for not everybody is one."""
    mentee = made = 0
    while made < count:
        mentee += chance.randint(1, 9)
        mentor, backup = chance.sample(range(MENTORS), 2)
        if chance.random() < BACKUPS and made + 1 < count:
            yield f"({mentee},{MENTOR_IDS + backup},'backup',1)"
            made += 1
        yield f"({mentee},{MENTOR_IDS + mentor},'primary',1)"
        made += 1


def make(folder: Path, count: int) -> list[Path]:
    dump = folder / "benchwiki-20260301-growthexperiments_mentor_mentee.sql.gz"
    told = rows(count, Random(1))
    with gzip.open(dump, "wt", compresslevel=1) as file:
        file.write("-- a dump, made by bench/import_growth.py\n")
        for start in range(0, count, A_STATEMENT):
            values = ",".join(next(told) for _ in range(min(A_STATEMENT, count - start)))
            file.writelines(("INSERT INTO `growthexperiments_mentor_mentee` VALUES ", values, ";\n"))
    listed = folder / "GrowthMentors.json"
    mentors = {str(MENTOR_IDS + n): {"username": f"Mentor {n}", "weight": 2} for n in range(MENTORS)}
    listed.write_bytes(orjson.dumps({"Mentors": mentors}))
    return [dump, listed]


def family() -> set[int]:
    """This process and all that came from it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, more = set[int](), {os.getpid()}
    while more:
        found |= more
        more = {pid for pid, parent in parents.items() if parent in found} - found
    return found


def memory() -> int:
    """What they use together in kB; a page that several share counts once."""
    used = 0
    for pid in family():
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        used += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return used


@contextmanager
def watched() -> Iterator[list[tuple[int, float]]]:
    """Looks at the memory now and then for as long as the block takes; gives what it saw, and its own CPU time."""
    seen, over = list[tuple[int, float]](), Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            seen.append((memory(), thread_time()))

    thread = Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


async def measure(dsn: str, folder: Path, count: int) -> None:
    files = await asyncio.to_thread(make, folder, count)
    await upgrade(dsn)
    console = Console(highlight=False)
    async with Ledger(dsn) as ledger:
        wiki = await ledger.add_wiki("benchwiki", "https://bench.example", PRESETS[PolicyPreset.DEFAULT])
        began, worked = perf_counter(), getrusage(RUSAGE_SELF)
        with watched() as seen:
            outcome = await import_growth(
                ledger, wiki, Files.of(files, None), rejects=folder / "rejects.jsonl", console=console
            )
        took, done = perf_counter() - began, getrusage(RUSAGE_SELF)
    console.print(table_of(outcome, folder / "rejects.jsonl"))
    most, looking = (max(column) for column in zip(*seen or [(0, 0.0)], strict=True))
    own = done.ru_utime + done.ru_stime - worked.ru_utime - worked.ru_stime - looking
    print(
        f"{count:,} rows in {took:.0f} s, {count / took:,.0f} a second (load {os.getloadavg()[0]:.1f}); this process: "
        f"{own:.0f} s of CPU, at most {done.ru_maxrss / 1024:,.0f} MB; with PostgreSQL at most "
        f"{most / 1024:,.0f} MB"
    )
    connection = await asyncpg.connect(dsn)
    ties, size = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM relationship), pg_size_pretty(pg_database_size(current_database()))"
    ) or (0, "")
    print(f"{ties:,} ties; the database has {size}")
    await connection.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(prefix="mg-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if len(sys.argv) > 2:
            asyncio.run(measure(sys.argv[2], folder, count))
            return
        with postgres.running(folder / "data") as dsn:
            asyncio.run(measure(dsn, folder, count))
    children = getrusage(RUSAGE_CHILDREN)
    print(f"PostgreSQL: {children.ru_utime + children.ru_stime:.0f} s of CPU")


if __name__ == "__main__":
    main()
