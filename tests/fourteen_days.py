"""Fourteen days of a wiki that behaves badly, beside loops that are killed now and then: in the end all is as there.

The loops are those of a server (feed, looks, drawer, announcer, outbox), on a clock that jumps from appointment to
appointment; the ledger and PostgreSQL are real. MENTORGRAPH_SEEDS=300 makes other seeds, and as many.
"""

import asyncio
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import httpx2
import pytest

from fake_wiki import API, STREAM
from graph.kinds import BlockScope
from mentorgraph import announcer
from mentorgraph.feed import live
from mentorgraph.feed.following import Following
from mentorgraph.feed.live import Live
from mentorgraph.settings import Settings
from models.ledger import Ledger, Target, statistics
from restless_wiki import DAY, HOUR, MENTORS, RestlessWiki
from virtual_time import everybodys_clock, now, run

DAYS, PEACE, HAPPENINGS = 14.0, 3.0, 14
SELDOM = 24 * HOUR
"""Seconds between two looks of those loops that look every few seconds: in days that are over in less than one."""
SEEDS = int(os.environ.get("MENTORGRAPH_SEEDS", "300"))
FIRST = 0 if "MENTORGRAPH_SEEDS" not in os.environ else random.randrange(10**9)
NUMBER = count(1)
MARKER = re.compile(r"<!-- mentorgraph[^>]*-->")
"""What a message has in it, so that nobody writes it twice."""


class Unlooking(Live):
    """Who hears all that is told, and looks at nothing but whether the wiki keeps mentors itself."""

    async def _look(self, name: str) -> None:
        await self._again("the look at the mentors", self.programmes[name].compare)


class Days:
    """One seed: its wiki, the loops beside it, and what is wrong in the end."""

    def __init__(self, seed: int, database: str) -> None:
        self.chance, self.database = random.Random(seed), database
        # One half of all wikis tells all it logs, and nobody looks; the other half has to be looked at.
        self.is_whole = seed % 2 == 0
        self.name = f"wiki{next(NUMBER)}"
        self.loops: asyncio.Task[None] | None = None
        self.kills = 0
        self.following: Following | None = None

    def interrupt(self) -> None:
        """Now and then whoever follows is killed as they turn to the database."""
        if self.loops is not None and self.kills and self.chance.random() < 0.01:
            self.kills -= 1
            asyncio.get_running_loop().call_soon(self.loops.cancel)

    async def go_by(self) -> list[str]:
        """What is wrong in the end."""
        wiki = RestlessWiki(now=now(), name=self.name, chance=self.chance, is_whole=self.is_whole)
        wiki.logged_in = "Mentors bot"
        with pytest.MonkeyPatch.context() as patch:
            client = partial(httpx2.AsyncClient, transport=httpx2.MockTransport(wiki.answer))
            patch.setattr(httpx2, "AsyncClient", client)
            async with Ledger.open(self.database, seed=1, size=1) as ledger:
                following = asyncio.create_task(self._follow())
                await asyncio.sleep(60)
                wiki.begin()
                beside = [following, asyncio.create_task(self._beside(ledger))]
                # From the first event on there is a place to go on from.
                await asyncio.sleep(300)
                self.kills = 2
                await wiki.live(DAYS, HAPPENINGS)
                self.kills = 0
                await asyncio.sleep(PEACE * DAY)
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)
                return [problem async for problem in self._problems(wiki, ledger)]

    async def _follow(self) -> None:
        """A server, and when it is killed another."""
        chosen = Settings(
            feed_wikis={self.name: API},
            feed_contact="mentors@example.org",
            feed_stream=STREAM,
            feed_look_every=2 * DAY,
            outbox=True,
            demo=False,
        ).model_copy(update={"outbox_every": SELDOM})
        while True:
            following = Unlooking(chosen) if self.is_whole else Live(chosen)
            self.loops = asyncio.create_task(following.run(self.database))
            try:
                await asyncio.wait({self.loops})
            finally:
                self.loops.cancel()
                with suppress(asyncio.CancelledError):
                    await self.loops
            await asyncio.sleep(self.chance.choice((1.0, 60.0, HOUR)))

    async def _beside(self, ledger: Ledger) -> None:
        wiki = None
        while wiki is None:
            await asyncio.sleep(1.0)
            wiki = (await ledger.wikis()).get(self.name)
        for mentor in MENTORS:
            await ledger.enroll(wiki, Target(id=mentor))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._draw(ledger, wiki))
            group.create_task(self._announce(ledger))

    async def _draw(self, ledger: Ledger, wiki: int) -> None:
        while True:
            await ledger.answer_needs(wiki)
            await asyncio.sleep(SELDOM)

    async def _announce(self, ledger: Ledger) -> None:
        while True:
            # Who has told something looks again at once in a real day, and not half a day later.
            await announcer.announce(ledger)
            await asyncio.sleep(await announcer.announce(ledger))

    # What is wrong.

    async def _problems(self, wiki: RestlessWiki, ledger: Ledger) -> Any:
        here = (await ledger.wikis())[self.name]
        for problem in await self._standings(wiki, ledger, here):
            yield problem
        if self.is_whole:
            for problem in await self._facts(wiki, ledger, here):
                yield problem
        if told := await ledger.tell_due(here):
            yield f"{told} transitions were told by nobody"
        for problem in await self._letters(wiki, ledger, here):
            yield problem

    async def _standings(self, wiki: RestlessWiki, ledger: Ledger, here: int) -> list[str]:
        """Everybody is called here as there, and is blocked here as there."""
        ours = {one.id: one for one in await ledger.standings(here, list(wiki.accounts))}
        found = []
        for user, account in wiki.accounts.items():
            block, one = wiki.open_block(account), ours.get(user)
            if one is None:
                found.append(f"nobody here knows {account.name}")
                continue
            if account.is_hidden:
                found += [] if one.is_hidden else [f"{account.name} is hidden there"]
                continue
            scope = None if block is None else BlockScope.PARTIAL if block.partial else BlockScope.SITEWIDE
            if (one.name, one.scope) != (account.name, scope):
                found.append(f"{account.name} {scope} there is {one.name} {one.scope} here")
        return found

    async def _facts(self, wiki: RestlessWiki, ledger: Ledger, here: int) -> list[str]:
        """What the log holds since we came is recorded, each entry once, and nothing else is."""
        rows = await rows_of(ledger, "SELECT f.source, f.source_id FROM fact AS f WHERE f.wiki_id = $1", here)
        kept = {int(number) for source, number in rows if source == "mw-log"}
        told = {event["log_id"] for event in wiki.published}
        return [
            *(f"log entry {number} was lost: {wiki.log[number - 1]}" for number in sorted(told - kept)),
            *(f"{source} {number} was found by looking" for source, number in rows if source == "reconcile"),
        ]

    async def _letters(self, wiki: RestlessWiki, ledger: Ledger, here: int) -> list[str]:
        """What was written to mentors stands there once, and nothing is left to be done."""
        seen = Counter(MARKER.findall("\n".join(wiki.pages.values())))
        sent = await rows_of(
            ledger,
            "SELECT o.id FROM outbox AS o WHERE o.wiki_id = $1 AND o.state = 'SENT' AND o.notification <> 'SET_MENTOR'",
            here,
        )
        # What is to be tried again some hours later may have to wait for that.
        overdue = await rows_of(
            ledger,
            "SELECT o.notification, o.created_at FROM outbox AS o"
            " WHERE o.wiki_id = $1 AND o.state = 'WAITING' AND greatest(o.due_at, o.created_at) < $2",
            here,
            now() - timedelta(seconds=2 * SELDOM),
        )
        heap = await ledger.deliveries.heap(here)
        return [
            *(f"{marker} stands there {times} times" for marker, times in seen.items() if times > 1),
            *(
                f"letter {number} is nowhere"
                for (number,) in sent
                if f"<!-- mentorgraph {number} -->" not in seen
            ),
            *(f"{kind} of {since} is still to be done" for kind, since in overdue),
            *([f"{heap.dead} things were given up"] if heap.dead else []),
        ]


async def rows_of(ledger: Ledger, statement: str, *arguments: object) -> list[Any]:
    """Over the ledger's own connections, for which time stands still."""
    async with ledger._desk.pool.acquire() as connection:
        return await connection.fetch(statement, *arguments)


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured in parts of seconds of a real day is of no use in one that takes a second."""
    monkeypatch.setattr(announcer, "OFTEN", SELDOM)
    monkeypatch.setattr(live, "LONGEST_WAIT", 600.0)
    monkeypatch.setattr(statistics.Statistics, "grew", _nothing)
    # Time stands still for the connections of a pool alone; of two servers with one turn another test tells.
    monkeypatch.setattr(live, "turn", _always)
    monkeypatch.setattr(live, "until_lost", _for_ever)


async def _nothing(*_: object) -> None:
    pass


@asynccontextmanager
async def _always(*_: object) -> AsyncIterator[object]:
    yield object()


async def _for_ever(_: object) -> None:
    await asyncio.Event().wait()


def seeds(first: int) -> Iterable[int]:
    """Half of them: those of wikis that tell all (0), or of those that have to be looked at (1)."""
    return range(2 * FIRST + first, 2 * FIRST + SEEDS, 2)


def days(seed: int, database: str) -> list[str]:
    """What is wrong in the end."""
    one = Days(seed, database)
    random.seed(seed)  # by which those who try again choose when
    with everybodys_clock(one.interrupt):
        return run(one.go_by)
