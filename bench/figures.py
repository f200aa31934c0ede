"""What figures and the past cost: one statement each, over a wiki of 200,000 mentees, in milliseconds.

    python bench/figures.py [--ties 200000] [--folder DIR]

The best of several runs: other work on the machine makes a run longer, never shorter.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from graphql import parse
from seed_reads import WIKI, WIKI_ID, Seeded, seeded

from graph.caller import ANYONE
from graph.compile.plan import Operation, request
from mentorgraph import postgres
from mentorgraph.settings import Settings
from models.reader import connect
from resolvers.schema import build, core

ROUNDS: Final = 7
COUNTS: Final = "counts { active suspended released unassigned waiting mentorsAvailable at }"
OF_A_MENTOR: Final = "counts { active suspended released ended }"
LIST: Final = "mentees(first: 50) { nodes { id name state } }"
QUESTIONS: Final = {
    "a wiki's counts": f"{{ {COUNTS} }}",
    "the same, half a year ago": f"(asOf) {{ {COUNTS} }}",
    "a usual mentor's counts": f"{{ mentor(by: {{userId: 1}}) {{ {OF_A_MENTOR} }} }}",
    "the great mentor's counts": f"{{ mentor(by: {{userId: $great}}) {{ {OF_A_MENTOR} }} }}",
    "hand-overs of a month": "{ handOvers(from: $month, to: $now) { from { name } to { name } mentees } }",
    "a page of all mentees": f"{{ {LIST} }}",
    "the same, half a year ago ": f"(asOf) {{ {LIST} }}",
}


def asked(question: str, great: int, now: datetime) -> str:
    """The document of a question."""

    def written(moment: datetime) -> str:
        return f'"{moment.isoformat()}"'

    given = question if question.startswith("(") else f"() {question}"
    text = given.replace("(asOf)", f'(dbName: "{WIKI}", asOf: {written(now - timedelta(days=182))})', 1)
    text = text.replace("()", f'(dbName: "{WIKI}")', 1).replace("$great", str(great))
    return (
        f"{{ wiki{text.replace('$month', written(now - timedelta(days=30))).replace('$now', written(now))} }}"
    )


async def measure(many: Seeded) -> None:
    """Ask each question several times over, and print its best time."""
    connection, schema = await connect(many.dsn, Settings()), core(build())
    now = datetime.now(UTC)
    try:
        for name, question in QUESTIONS.items():
            operation = Operation(schema, parse(asked(question, many.great, now)))
            values = request(now, ANYONE, {WIKI: WIKI_ID})
            [call] = operation.plan(operation.read({}, values)).calls(values)
            times = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                await connection.fetchval(call.sql, *call.arguments)
                times.append(time.perf_counter() - begun)
            print(f"{name:28} {min(times) * 1000:8.2f} ms")
    finally:
        await connection.close()


def main() -> None:
    """Seed, unless that was done before in the folder, and measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ties", type=int, default=200_000)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mg-figures-") as fresh:
        folder = given.folder or Path(fresh)
        folder.chmod(0o755)
        with postgres.running(folder, (*postgres.UNSAFE_BUT_FAST, "shared_buffers=512MB")) as server:
            many = asyncio.run(seeded(server, given.ties, great=True))
            print(f"{many.ties} ties; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            asyncio.run(measure(many))


if __name__ == "__main__":
    main()
