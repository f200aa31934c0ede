"""A feed in a process of its own, for those who kill it."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerProcess

from mentorgraph.feed import stream
from mentorgraph.feed.live import Live
from mentorgraph.settings import Settings

# Forked from one that has loaded everything, a process is there within a few hundredths of a second.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


def follow(database: str, address: str) -> None:
    """Follow the wiki at that address."""
    stream.PAUSE = 0.0  # type: ignore[misc]
    settings = Settings(
        feed_wikis={"fakewiki": f"{address}/w/api.php"},
        feed_stream=f"{address}/v2/stream/mediawiki.recentchange",
        feed_contact="mentors@example.org",
    )
    asyncio.run(Live(settings).run(database))


def begun(database: str, address: str) -> ForkServerProcess:
    """A process that follows."""
    process = CONTEXT.Process(target=follow, args=(database, address), daemon=True)
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    """As the kernel does when memory is short."""
    assert process.pid is not None
    assert process.is_alive(), "it follows until it is killed"
    os.kill(process.pid, signal.SIGKILL)
    process.join()
