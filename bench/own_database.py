"""Where a bench runs: in the database that is named, or in an embedded PostgreSQL that goes when the bench ends."""

import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from mentorgraph import postgres
from models.ledger import Entry, Ledger
from models.migrate import upgrade

AT_ONCE = 6_000


def run(measure: Callable[[Ledger, int], Awaitable[None]], entries: Sequence[Entry]) -> None:
    """Measure a wiki of which these entries are known."""

    async def filled(dsn: str) -> None:
        await upgrade(dsn)
        async with Ledger(dsn, seed=1) as ledger:
            wiki = await ledger.add_wiki("benchwiki", "https://bench.example", PRESETS[PolicyPreset.DEFAULT])
            for start in range(0, len(entries), AT_ONCE):
                await ledger.bulk(wiki, entries[start : start + AT_ONCE])
            await measure(ledger, wiki)

    if len(sys.argv) > 1:
        uvloop.run(filled(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory(prefix="mg-") as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder)) as dsn:
            uvloop.run(filled(dsn))
