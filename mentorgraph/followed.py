"""The command `feed`: follow the wikis of the settings, without a server; and what they told before that, if wanted."""

import asyncio
import signal
from contextlib import suppress
from datetime import datetime

from mentorgraph.eyes import logs
from mentorgraph.feed.backfill import download, read_until
from mentorgraph.feed.live import Live, wanted
from mentorgraph.importlog import import_log, table_of
from mentorgraph.settings import Settings, SettingsError
from mentorgraph.upkeep import CONSOLE, percents, ready
from models.ledger import Ledger
from models.ledger.connections import wall_clock


async def run(settings: Settings, dsn: str, *, backfill: bool) -> None:
    """Follow until Ctrl-C."""
    logs.begin(words=settings.log_words)
    if not wanted(settings):
        raise SettingsError(
            'MENTORGRAPH_FEED_WIKIS names no wiki: {"enwiki": "https://en.wikipedia.org/w/api.php"}.'
        )
    await ready(dsn, settings.connect_timeout)
    live, since = Live(settings), None
    if backfill:
        since = min([await _backfill(settings, dsn, live, name) for name in settings.feed_wikis])
    CONSOLE.print(f"Following {', '.join(settings.feed_wikis)}. Stop it with Ctrl-C.")
    following = asyncio.create_task(live.run(dsn, since=since))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, following.cancel)
    with suppress(asyncio.CancelledError):
        await following
    CONSOLE.print("Stopped.")


async def _backfill(settings: Settings, dsn: str, live: Live, name: str) -> datetime:
    """Bring in what the wiki's log tells; until when that is all. A log that an earlier run has read ended then."""
    folder = settings.data_dir / "backfill" / name
    folder.mkdir(parents=True, exist_ok=True)
    async with live.api(name) as api, Ledger.open(dsn) as ledger:
        await live.begin(ledger, name, api)
        with percents(CONSOLE) as bar:
            task = bar.add_task("Reading the log", total=None)

            def told(kind: str, count: int) -> None:
                bar.update(task, advance=count, description=f"Reading the log {kind}")

            files = await download(api, folder, told)
        rejects = folder / "rejects.jsonl"
        outcome = await import_log(ledger, name, files, rejects=rejects, console=CONSOLE)
    CONSOLE.print(table_of(outcome, rejects))
    return read_until(files) or wall_clock()
