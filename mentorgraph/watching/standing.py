"""Standings: what is sent now and whenever it changes, read once for all who watch the same."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import aclosing, suppress

from graph.errors import ErrorCode, RequestRefused
from mentorgraph.watching.news import About, Event, News
from mentorgraph.watching.rendering import Rendering, surely
from models.ledger.connections import Clock

COALESCED = 0.1
"""Seconds between two reads at least: changes within them are taken together."""
STEP = 1.0
"""Seconds between two looks at a job."""
BEHIND_IT = 10.0
"""Seconds after which it is read without an event: the block of one who was released ends without one."""


class Standing:
    """How something stands, and who watches it. A slow reader finds the latest, and none of those before."""

    task: "asyncio.Task[None]"

    def __init__(self) -> None:
        self.text: str | None = None
        self.failure: BaseException | None = None
        self.over = False
        self.known = asyncio.Event()
        self.watchers: set[asyncio.Event] = set()

    def stands(self, text: str | None, *, over: bool = False) -> None:
        """It was read; `over`: and will never change again."""
        if text != self.text or over:
            self.text, self.over = text, over
            self._call()
        self.known.set()

    async def kept(self, keep: "Keep") -> None:
        """Let it be read; what goes wrong is told to all who watch."""
        try:
            await keep(self)
        except Exception as error:  # noqa: BLE001 - it is raised again where it can be told
            self.failure, self.over = error, True
            self.known.set()
            self._call()

    async def told(self) -> AsyncGenerator[str]:
        """How it stands now, and whenever that changes."""
        changed, sent = asyncio.Event(), None
        self.watchers.add(changed)
        try:
            await self.known.wait()
            if self.text is None and self.failure is None:
                raise RequestRefused(
                    ErrorCode.NOT_FOUND, "There is nothing of that id. Give the `id` of what is there."
                )
            while True:
                changed.clear()
                if self.failure is not None:
                    raise self.failure
                if self.text is not None and self.text is not sent:
                    sent = self.text
                    yield sent
                elif self.over:
                    return
                else:
                    await changed.wait()
        finally:
            self.watchers.discard(changed)

    def _call(self) -> None:
        for changed in self.watchers:
            changed.set()


Keep = Callable[[Standing], Awaitable[None]]


class Standings:
    """All that is watched so in this process, each read by one task for as long as somebody watches it."""

    def __init__(self) -> None:
        self.all: dict[Hashable, Standing] = {}

    async def told(self, same: Hashable, keep: Keep) -> AsyncGenerator[str]:
        """What `keep` reads, for one more who watches it."""
        standing = self.all.get(same)
        if standing is None:
            standing = self.all[same] = Standing()
            standing.task = asyncio.create_task(standing.kept(keep))
        try:
            async with aclosing(standing.told()) as told:
                async for text in told:
                    yield text
        finally:
            if not standing.watchers and self.all.get(same) is standing:
                del self.all[same]
                standing.task.cancel()


class Changes:
    """Hears that something about a mentor has changed."""

    def __init__(self, about: About) -> None:
        self.about = about
        self.heard = asyncio.Event()

    def hear(self, _: Event) -> None:
        """What it was does not matter: all is read again."""
        self.heard.set()


async def keep_counts(
    standing: Standing, news: News, about: tuple[int, int], rendering: Rendering, clock: Clock
) -> None:
    """Read a mentor's counts (`about`: wiki and mentor) at every event, and now and then without one."""
    wiki, mentor = about
    changes = Changes(("mentor", mentor))
    async with news.wire(wiki) as wire:
        with wire.heard_by(changes):
            while True:
                changes.heard.clear()
                standing.stands(await rendering.now(clock()))
                await asyncio.sleep(COALESCED)
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEHIND_IT):
                        await changes.heard.wait()


async def keep_job(
    standing: Standing, is_over: Callable[[], Awaitable[bool]], rendering: Rendering, clock: Clock
) -> None:
    """Read a job every second; what is read after its end is how it ended."""
    while True:
        over = await surely(is_over)
        standing.stands(await rendering.now(clock()), over=over)
        if over:
            return
        await asyncio.sleep(STEP)
