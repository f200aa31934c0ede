"""Counting in processes: each reads a part of the mentees, projects them under every policy, and counts.

The rules are `graph.lifecycle.project_each`, and nothing else.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, Protocol

from graph.errors import Unavailable
from graph.lifecycle import project_each, reigns
from graph.outcome import Tally, Window
from graph.policy import PolicySettings, PolicyVersion
from models.ledger.histories import Histories, History, Part, Stretch
from models.ledger.simulations import Simulation

MENTEES_A_PART: Final = 2_000
"""A part is a second's work at most: so soon a job that is cancelled ends, and so little is lost by a kill."""
PARTS_AHEAD: Final = 2
"""For each process: one at which it works, one that waits."""
ALLOCATIONS_BETWEEN_COLLECTIONS: Final = 200_000


class Source(Protocol):
    """Where histories come from; it is sent to each process once."""

    def read(self, part: Part) -> Iterable[History]:
        """The mentees of a part."""


class Recorded:
    """The histories that are recorded in a database; each process has a connection of its own."""

    def __init__(self, dsn: str, stretch: Stretch) -> None:
        self._dsn, self._stretch = dsn, stretch

    def read(self, part: Part) -> Iterable[History]:
        """The mentees of a part."""
        loop, histories = self._reading()
        return loop.run_until_complete(histories.read(part))

    def _reading(self) -> tuple[asyncio.AbstractEventLoop, Histories]:
        if not hasattr(self, "_open"):
            loop = asyncio.new_event_loop()
            self._open = loop, loop.run_until_complete(Histories.open(self._dsn, self._stretch))
        return self._open


class Counting:
    """What a process knows: the source, the window, and the policies, each in force from the beginning of time."""

    def __init__(self, source: Source, policies: Sequence[PolicySettings], window: Window) -> None:
        self._source, self._window = source, window
        self._courses = [reigns([PolicyVersion(1, None, settings)]) for settings in policies]

    def count(self, part: Part) -> list[Tally]:
        """What each policy would have made of a part."""
        tallies = [Tally(self._window) for _ in self._courses]
        for mentee, facts in self._source.read(part):
            walks = project_each(mentee, facts, self._courses, self._window.end)
            for tally, walk in zip(tallies, walks, strict=True):
                tally.count(walk)
        return tallies


async def counted(
    source: Source, simulation: Simulation, parts: AsyncIterator[Part], processes: int, nice: int = 0
) -> AsyncGenerator[tuple[Part, list[Tally]], None]:
    """Every part with what was counted of it, in their order; never more than a few are on their way.

    `nice` is how far the processes stand back behind others, as the system counts it.
    """
    counting = Counting(source, simulation.policies, simulation.window)
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(counting, nice)
    )
    loop = asyncio.get_running_loop()
    under_way: deque[tuple[Part, asyncio.Future[list[Tally]]]] = deque()
    try:
        async for part in parts:
            under_way.append((part, loop.run_in_executor(pool, _count, part)))
            if len(under_way) >= processes * PARTS_AHEAD:
                first, future = under_way.popleft()
                yield first, await future
        for part, future in under_way:
            yield part, await future
    except BrokenProcessPool as error:
        raise Unavailable("A process that counted was killed, perhaps for want of memory.") from error
    finally:
        for _, future in under_way:
            future.cancel()
        pool.shutdown(wait=False, cancel_futures=True)


def processes() -> int:
    """As many as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# In a process.

_counting: Counting | None = None


def _begin(counting: Counting, nice: int) -> None:
    global _counting  # noqa: PLW0603 - a process of a pool has no other place for what it was given
    _counting = counting
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; whoever asked tells us when to end
    os.nice(nice)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)


def _end_with_parent() -> None:
    """A pool's process waits for ever for work that a parent which was killed will never send."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _count(part: Part) -> list[Tally]:
    assert _counting is not None
    return _counting.count(part)
