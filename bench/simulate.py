"""How long a simulation takes: 700,000 suspensions under the four presets, promised in 60 s and 1 GB on two cores.

python bench/simulate.py                       # from facts that a PostgreSQL of the bench's own keeps
python bench/simulate.py --straight            # the rules alone: each process makes its histories itself
python bench/simulate.py --mentees 70000       # fewer

It prints the wall clock, the CPU of all processes (PostgreSQL among them), the most memory that they had together
(shared pages counted once), and how busy the machine was with other things.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from kept import Promise, keep

sys.path.insert(0, str(Path(__file__).parent.parent))

from graph.facts import BlockLifted, BlockPlaced, Fact, MentorEnrolled, MentorResigned
from graph.kinds import PolicyPreset
from graph.moments import FOREVER
from graph.outcome import Outcome, Tally, mentoring
from graph.policy import PRESETS
from mentorgraph import postgres
from mentorgraph.simulation.processes import MENTEES_A_PART, Recorded, Source, counted
from mentorgraph.simulation.scenario import FIRST_MENTEE, YEAR, Scenario
from models.ledger import Ledger
from models.ledger.facts_kept import choices
from models.ledger.histories import Part
from models.ledger.simulations import Simulation
from models.migrate import upgrade

MENTEES, PROCESSES = 700_000, 2
WITHIN, ROOM = 60.0, 1 << 30
FOUR = Simulation(list(PRESETS.values()), YEAR)
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--mentees", type=int, default=MENTEES)
    asked.add_argument("--processes", type=int, default=PROCESSES)
    asked.add_argument("--straight", action="store_true")
    chosen = asked.parse_args()
    scenario = Scenario(blocked=chosen.mentees)
    if chosen.straight:
        asyncio.run(straight(scenario, chosen.processes))
        return
    with tempfile.TemporaryDirectory(prefix="mg-bench-") as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder), postgres.UNSAFE_BUT_FAST) as dsn:
            asyncio.run(recorded(scenario, dsn, chosen.processes))


async def straight(scenario: Scenario, processes: int) -> None:
    async def parts() -> AsyncIterator[Part]:
        for part in scenario.parts(MENTEES_A_PART):
            yield part

    with measured(scenario.blocked):
        outcomes = await simulate(scenario, parts(), scenario.terms(), processes)
    tell(outcomes)


async def recorded(scenario: Scenario, dsn: str, processes: int) -> None:
    await upgrade(dsn)
    async with Ledger(dsn, size=2) as ledger:
        wiki = await ledger.add_wiki("benchwiki", "https://bench.example", PRESETS[PolicyPreset.DEFAULT])
        begun = time.perf_counter()
        await fill(dsn, wiki, scenario)
        print(f"{scenario.blocked:,} histories recorded in {time.perf_counter() - begun:.0f} s")
        stretch = FOUR.stretch(wiki, datetime.now(UTC))
        with measured(scenario.blocked):
            parts = ledger.simulations.parts(stretch, -1, MENTEES_A_PART)
            terms = await ledger.simulations.terms(wiki)
            outcomes = await simulate(Recorded(dsn, stretch), parts, terms, processes)
    tell(outcomes)


async def simulate(
    source: Source, parts: AsyncIterator[Part], terms: Sequence[tuple[datetime, datetime]], processes: int
) -> list[Outcome]:
    tallies = [Tally(YEAR) for _ in FOUR.policies]
    async for _, more in counted(source, FOUR, parts, processes):
        for tally, one in zip(tallies, more, strict=True):
            tally.add(one)
    return [tally.outcome(mentoring(terms, YEAR)) for tally in tallies]


def tell(outcomes: Sequence[Outcome]) -> None:
    for settings, outcome in zip(FOUR.policies, outcomes, strict=True):
        kept = "–" if outcome.continuity is None else f"{outcome.continuity:.1%}"
        print(f"  {settings.name:26}{outcome.suspensions:9,} suspended, continuity {kept}")


# What is measured.


@contextmanager
def measured(mentees: int) -> Iterator[None]:
    watched = Watched()
    threading.Thread(target=watched.look, daemon=True).start()
    begun = time.perf_counter()
    yield
    wall = time.perf_counter() - begun
    watched.done.set()
    cpu = sum(watched.cpu.values())
    projections = mentees * len(FOUR.policies)
    print(
        f"{mentees:,} mentees under {len(FOUR.policies)} policies: {wall:.1f} s wall, {cpu:.1f} s CPU "
        f"({cpu / projections * 1e6:.0f} us a projection), {watched.memory / 2**20:,.0f} MB at most; "
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    keep(
        [
            Promise("as long as it takes", f"{wall:.1f} s", f"< {WITHIN:g} s", wall < WITHIN),
            Promise("memory", f"{watched.memory / 2**20:,.0f} MB", "< 1 GB", watched.memory < ROOM),
        ]
    )


class Watched:
    """This process and all that descend from it: CPU seconds of each since the start, memory of all together."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.cpu: dict[int, float] = {}
        self.memory = 0
        self._before = {process: seconds(process) for process in family(os.getpid())}

    def look(self) -> None:
        while not self.done.wait(0.25):
            processes = list(family(os.getpid()))
            for process in processes:
                self.cpu[process] = seconds(process) - self._before.get(process, 0.0)
            self.memory = max(self.memory, sum(map(memory, processes)))


def family(process: int) -> Iterator[int]:
    yield process
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        for child in read(thread).split():
            yield from family(int(child))


def seconds(process: int) -> float:
    told = read(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICK if told else 0.0


def memory(process: int) -> int:
    told = read(Path(f"/proc/{process}/smaps_rollup"))
    return next((int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:")), 0)


def read(path: Path) -> str:
    """A process that has ended in the meantime says nothing."""
    try:
        return path.read_text()
    except OSError:
        return ""


# What is recorded: the rows that a simulation reads, as the ledger would write them.


async def fill(dsn: str, wiki: int, scenario: Scenario) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        # Only what is read is written, so references to the rest would lead nowhere.
        await connection.execute("SET session_replication_role = replica")
        terms = [fact for mentor in scenario.mentors for fact in mentor.facts()]
        await copy(connection, wiki, [(None, fact) for fact in terms], 1)
        held = [(wiki, m.account, *m.term) for m in scenario.mentors]
        await connection.copy_records_to_table(
            "mentor_term", records=held, columns=["wiki_id", "mentor_id", "valid_from", "valid_to"]
        )
        number = len(terms) + 1
        for part in scenario.parts(20_000):
            told = [
                (mentee, fact)
                for mentee, facts in scenario.read(part)
                for fact in facts
                if not isinstance(fact, MentorEnrolled | MentorResigned)
            ]
            await copy(connection, wiki, told, number)
            number += len(told)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def copy(
    connection: "asyncpg.Connection[asyncpg.Record]",
    wiki: int,
    told: Sequence[tuple[int | None, Fact]],
    first: int,
) -> None:
    now = datetime.now(UTC)
    facts, texts, spans = [], [], []
    ends = {fact.block_id: fact.at for _, fact in told if isinstance(fact, BlockLifted)}
    for number, (mentee, fact) in enumerate(told, first):
        said: dict[str, Any] = choices(fact)
        mentor = getattr(fact, "mentor", None)
        source, source_id = fact.origin
        facts.append(
            (wiki, number, fact.kind.value, mentee, mentor, fact.at, source, source_id, jsonb(said), b"", now)
        )
        if isinstance(fact, BlockPlaced):
            assert mentee is not None
            texts.append((wiki, number, fact.reason))
            end = ends.get(fact.block_id, FOREVER)
            spans.append(
                (wiki, mentee - FIRST_MENTEE, fact.at, end, mentee, "SITEWIDE", "OTHER", "NONE", True, False)
            )
    await connection.set_type_codec(
        "jsonb", encoder=lambda value: value, decoder=bytes, schema="pg_catalog", format="binary"
    )
    for table, records, columns in (
        (
            "fact",
            facts,
            "wiki_id id kind mentee_id mentor_id occurred_at source source_id choices digest recorded_at",
        ),
        ("fact_text", texts, "wiki_id fact_id reason"),
        (
            "block_span",
            spans,
            "wiki_id block_id valid_from valid_to mentee_id scope category category_source counted unblock_requested",
        ),
    ):
        await connection.copy_records_to_table(table, records=records, columns=columns.split())


def jsonb(value: Any) -> bytes:
    """JSON as COPY takes it: behind the version of jsonb's binary form."""
    return b"\x01" + orjson.dumps(value)


if __name__ == "__main__":
    main()
