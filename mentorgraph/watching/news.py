"""The news desk: the one place in a process where feeds are read, each once for all who watch its wiki."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Protocol

from graph.errors import MentorgraphError
from models import feed
from models.feed import Place, Told
from models.ledger.connections import wall_clock
from models.reader import Reader

LOG = logging.getLogger("mentorgraph")

SOON = 0.02
"""Seconds until another look where something waits for an older transaction to end."""

About = tuple[str, int] | None
"""Whose events are wanted: of one mentor, of one mentee, or of everybody."""


class Event:
    """An event of a wiki's feed. It remembers how it was rendered; with it that is forgotten."""

    __slots__ = ("rendered", "told", "wiki")

    def __init__(self, wiki: int, told: Told) -> None:
        self.wiki = wiki
        self.told = told
        self.rendered: dict[Hashable, asyncio.Future[str | None]] = {}


class Listener(Protocol):
    """Who is told events as they come."""

    @property
    def about(self) -> About:
        """Which ones."""

    def hear(self, event: Event) -> None:
        """One more. It may not wait: everybody else is told after it."""


class Wire:
    """The feed of one wiki. All up to `place` was told to whoever listened then."""

    def __init__(self, wiki: int, place: Place) -> None:
        self.wiki = wiki
        self.place = place
        self.users = 0
        self.listeners: defaultdict[About, set[Listener]] = defaultdict(set)

    @contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        """Tell it all that comes after `place`, for as long as the block takes."""
        self.listeners[listener.about].add(listener)
        try:
            yield
        finally:
            self.listeners[listener.about].discard(listener)
            if not self.listeners[listener.about]:
                del self.listeners[listener.about]

    def tell(self, told: Told) -> None:
        """One more event."""
        event = Event(self.wiki, told)
        self.place = told.place
        for about in (None, ("mentor", told.mentor), ("mentee", told.mentee)):
            for listener in tuple(self.listeners.get(about, ())):
                listener.hear(event)


class News:
    """Reads the feeds that are watched: at a hint, and every so many seconds without one."""

    def __init__(self, reader: Reader, every: float) -> None:
        self.reader = reader
        self.every = every
        self.wires: dict[int, Wire] = {}
        self.hinted: set[int] = set()
        self.wake = asyncio.Event()
        self.lag = 0.0
        """Seconds that the last event had been recorded when it was told."""

    @asynccontextmanager
    async def wire(self, wiki: int) -> AsyncIterator[Wire]:
        """A wiki's feed, which is read for as long as somebody is in such a block."""
        if wiki not in self.wires:
            place = await feed.head(self.reader)
            self.wires.setdefault(wiki, Wire(wiki, place))
        wire = self.wires[wiki]
        wire.users += 1
        try:
            yield wire
        finally:
            wire.users -= 1
            if not wire.users:
                del self.wires[wiki]

    def hint(self, wikis: frozenset[int] | None = None) -> None:
        """There may be news of these wikis, or of any."""
        self.hinted |= self.wires.keys() if wikis is None else wikis & self.wires.keys()
        if self.hinted:
            self.wake.set()

    async def run(self) -> None:
        """Read, until cancelled."""
        loop = asyncio.get_running_loop()
        looked, held_back = loop.time(), set[int]()
        while True:
            wait = min(SOON, self.every) if held_back else max(0.0, looked + self.every - loop.time())
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self.wake.wait()
            self.wake.clear()
            due, self.hinted = self.hinted | held_back, set()
            if loop.time() >= looked + self.every:
                due, looked = set(self.wires), loop.time()
            held_back = {wiki for wiki in due if await self._is_held_back(wiki)}

    async def _is_held_back(self, wiki: int) -> bool:
        """Tell what is new; whether there is more that must wait."""
        try:
            while (wire := self.wires.get(wiki)) is not None:
                stretch = await feed.after(self.reader, wiki, wire.place)
                for told in stretch.events:
                    wire.tell(told)
                if stretch.events:
                    self.lag = (wall_clock() - stretch.events[-1].recorded_at).total_seconds()
                if not stretch.more:
                    return stretch.held_back
        except MentorgraphError as error:
            LOG.warning("the feed will be read again: %s", error)
        except Exception:
            LOG.exception("the feed will be read again")
        return False
