"""A wiki on which fourteen days go by, and which behaves as badly as a wiki does.

It is slow, is away for hours, tells late, twice, in another order, or not at all, and does some things in silence: all
by a seed.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
import orjson

from fake_stream import Json, frame
from fake_wiki import FakeWiki
from virtual_time import now

DAY, HOUR = 86_400.0, 3_600.0
MENTORS = {1: "Mentor Ada", 2: "Mentor Bo", 3: "Mentor Cy"}
REASONS = ("Spam", "Promotional username", "Edit warring", "[[WP:VAND|Vandalism]]")


class Told(httpx2.AsyncByteStream):
    """A connection to the stream: what is published, as it is published, until it ends, as it likes."""

    def __init__(self, wiki: "RestlessWiki", begin: int, lasts: float) -> None:
        self.wiki, self.begin, self.lasts = wiki, begin, lasts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop, place = asyncio.get_running_loop(), self.begin
        ends, outages = loop.time() + self.lasts, self.wiki.outages
        yield b":ok\n\n"
        while loop.time() < ends and self.wiki.outages == outages:
            news = self.wiki.news
            for event in self.wiki.published[place:]:
                yield frame(event, place)
                place += 1
            try:
                async with asyncio.timeout(ends - loop.time()):
                    await news.wait()
            except TimeoutError:
                break
        yield b"event: message\nid: [cut"


@dataclass
class RestlessWiki(FakeWiki):
    """`is_whole`: what it logs it tells, if late; else some is told by nobody, and some is in no log."""

    chance: random.Random = field(default_factory=random.Random)
    is_whole: bool = True
    is_away: bool = False
    outages: int = 0
    last: float = 0.0
    """When the last event is told, by the loop's clock."""
    published: list[Json] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    # A clock of whole seconds, which nobody sets.
    @property  # type: ignore[misc]  # of the fake it is a field
    def now(self) -> datetime:
        return now().replace(microsecond=0)

    @now.setter
    def now(self, _: datetime) -> None:
        pass

    # What happens on it.

    def begin(self) -> None:
        """Those are there from the first day on who will be mentors."""
        for user, name in MENTORS.items():
            self.register(user, name)

    async def live(self, days: float, happenings: int) -> None:
        """So many things in so many days, and then peace."""
        chance, loop = self.chance, asyncio.get_running_loop()
        begun = loop.time()
        times = sorted(begun + chance.random() * days * DAY for _ in range(happenings))
        away = asyncio.create_task(self._be_away(days))
        for at in times:
            # Now and then several things happen within a second.
            await asyncio.sleep(max(0.0, at - loop.time()) if chance.random() < 0.8 else 0.0)
            self._happen()
        await asyncio.sleep(max(0.0, begun + days * DAY - loop.time()))
        await away
        self.silence, self.is_whole = 0, True

    async def _be_away(self, days: float) -> None:
        for _ in range(3):
            await asyncio.sleep(self.chance.random() * days * DAY / 4)
            self.is_away, self.outages = True, self.outages + 1
            self._tell()
            await asyncio.sleep(self.chance.choice((60.0, HOUR, 5 * HOUR)))
            self.is_away = False

    def _happen(self) -> None:
        chance = self.chance
        users = [user for user in self.accounts if user not in MENTORS]
        if len(users) < 3 or chance.random() < 0.15:
            self._register()
            return
        one, other = chance.sample(users, 2)
        account, number = self.accounts[one], len(self.log)
        things: list[Callable[[], object]] = [
            lambda: self.block(one, chance.choice(REASONS)),
            lambda: self.block(one, chance.choice(REASONS), until=self.in_days(1, 30)),
            lambda: self.block(one, "Edit warring", until=self.in_days(1.3), partial=chance.random() < 0.3),
            lambda: self.unblock(one) if self.open_block(account) else self.block(one),
            lambda: self.unblock(one) if self.open_block(account) else self.rename(one, f"Renamed {number}"),
            lambda: self.rename(one, f"Renamed {number}"),
            lambda: self._swap(one, other),
        ]
        if not self.is_whole:
            things += [lambda: self.silently_unblock(one), lambda: self.block(one, hides_name=True)]
        if chance.random() < 0.3:
            self.silence += 1
        chance.choice(things)()

    def in_days(self, *lengths: float) -> datetime:
        return self.now + timedelta(seconds=round(self.chance.choice(lengths) * DAY))

    def _register(self) -> None:
        given = {entry["params"].get("olduser") for entry in self.log}
        free = sorted(given - {None} - {account.name for account in self.accounts.values()})
        name = (
            self.chance.choice(free) if free and self.chance.random() < 0.5 else f"Newcomer {len(self.log)}"
        )
        self.register(10 + len(self.accounts), name)

    def _swap(self, one: int, other: int) -> None:
        first, second = self.accounts[one].name, self.accounts[other].name
        self.rename(one, f"Between {len(self.log)}")
        self.rename(other, first)
        self.rename(one, second)

    # What it tells of it.

    def _log(self, *what: Any, **more: Any) -> None:
        before = len(self.events)
        super()._log(*what, **more)
        for event in self.events[before:]:
            if not self.is_whole and len(self.log) > len(MENTORS) and self.chance.random() < 0.15:
                continue
            loop = asyncio.get_running_loop()
            at = loop.time() + self.chance.choice((0.1, 0.1, 0.1, 2.0, 90.0))
            # A stream keeps its order. Where it does not, and names change hands meanwhile, only a look finds out.
            # Of two that are due at one moment a loop runs either first.
            self.last = at = max(at, self.last + 0.001) if self.is_whole else at
            loop.call_at(at, self._publish, event)
            if self.chance.random() < 0.1:
                loop.call_at(at + 600, self._publish, event)

    def _publish(self, event: Json) -> None:
        self.published.append(event)
        self._tell()

    def _tell(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(self.chance.choice((0.02, 0.1, 0.8)))
        if self.is_away:
            return httpx2.Response(503)
        return await super().answer(request)

    def _stream(self, request: httpx2.Request) -> httpx2.Response:
        last = request.headers.get("last-event-id")
        # Who does not say where to go on is told what comes.
        begin = len(self.published) if last is None else orjson.loads(last)[0]["offset"] + 1
        told = Told(self, begin, self.chance.uniform(HOUR, 3 * DAY))
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=told)
