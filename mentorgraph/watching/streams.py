"""Streams: what is told to one who watches, as texts, each the payload of a `next`."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from graph.compile.page import write_cursor
from mentorgraph.watching.news import About, Event, News, Wire
from mentorgraph.watching.rendering import Rendering, surely
from models import feed
from models.feed import Place, Told
from resolvers.orders import FEED

WAITING = 256
"""Events that wait for a slow reader before it is closed to them."""


@dataclass(frozen=True)
class Wanted:
    """Which events of a wiki are told."""

    wiki: int
    mentor: int | None = None
    mentee: int | None = None
    kinds: frozenset[str] | None = None

    @property
    def about(self) -> About:
        """By what they are found among all."""
        if self.mentee is not None:
            return ("mentee", self.mentee)
        return None if self.mentor is None else ("mentor", self.mentor)

    def has(self, told: Told) -> bool:
        """Whether this is one of them."""
        return (
            (self.mentor is None or told.mentor == self.mentor)
            and (self.mentee is None or told.mentee == self.mentee)
            and (self.kinds is None or told.kind in self.kinds)
        )


@dataclass(eq=False)
class Events:
    """One who watches a wiki's events: first what was missed, read page by page, then what comes.

    `place` is after the last that was sent. `fall_behind` is called when too many wait to be sent.
    """

    wanted: Wanted
    place: Place | None
    fall_behind: Callable[[], None]
    at: Place | None = None
    """Of the event that is being sent."""
    waiting: deque[Event] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def about(self) -> About:
        """What it is told."""
        return self.wanted.about

    @property
    def cursor(self) -> str | None:
        """Where to go on."""
        return None if self.place is None else write_cursor(FEED, self.place)

    @property
    def telling(self) -> str | None:
        """The cursor of the event that is being sent."""
        return None if self.at is None else write_cursor(FEED, self.at)

    def hear(self, event: Event) -> None:
        """Keep an event that is wanted, until it can be sent."""
        assert self.place is not None
        if event.told.place <= self.place or not self.wanted.has(event.told):
            return
        if len(self.waiting) == WAITING:
            self.fall_behind()
        else:
            self.waiting.append(event)
            self.wake.set()

    async def told(self, news: News, rendering: Rendering) -> AsyncGenerator[str]:
        """Every event once, in the order of the feed, until whoever reads it has enough."""
        async with aclosing(self._events(news)) as events:
            async for event in events:
                text = await rendering.event(event)
                if text is not None:
                    self.at = event.told.place
                    yield text
                self.place = event.told.place

    async def _events(self, news: News) -> AsyncGenerator[Event]:
        async with news.wire(self.wanted.wiki) as wire:
            self.place = self.place or wire.place
            async for event in self._missed(news, wire):
                yield event
            # Nothing is awaited between the last look at the wire's place and this: so nothing is missed.
            with wire.heard_by(self):
                while True:
                    while self.waiting:
                        yield self.waiting.popleft()
                    self.wake.clear()
                    await self.wake.wait()

    async def _missed(self, news: News, wire: Wire) -> AsyncIterator[Event]:
        assert self.place is not None
        while self.place < wire.place:
            goal = wire.place
            stretch = await surely(partial(feed.after, news.reader, wire.wiki, self.place))
            for told in stretch.events:
                if self.wanted.has(told):
                    yield Event(wire.wiki, told)
                self.place = told.place
            if not stretch.more:
                self.place = max(self.place, goal)
