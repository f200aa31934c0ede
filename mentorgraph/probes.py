"""What operators' machines ask: `/livez`, `/readyz`, `/metrics`. Cheap, and as cheap for whoever asks without end.

`/livez`: the process answers; if not, start it anew. `/readyz`: it can do its work; if not, ask another meanwhile, and
do not start it anew, for that mends no database.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph.errors import MentorgraphError
from mentorgraph.eyes.figures import REGISTRY, Gauge, Gauges, Tally, shown, watch_lag
from mentorgraph.feed.following import Following
from mentorgraph.feed.live import SILENCE
from mentorgraph.front import Front
from mentorgraph.watching.socket import Socket
from models import vitals
from models.ledger.connections import wall_clock
from models.migrate import newest
from models.reader import Reader

T = TypeVar("T")

FRESH: Final = 1.0
"""Seconds for which what was looked up is told again."""
PATIENCE: Final = 2.0
"""Seconds in which the database says that it is there."""


@dataclass(frozen=True)
class Apart:
    """A connection of the probes' own: that all others are at work makes a server neither dead nor unready."""

    connect_timeout: float = PATIENCE
    statement_timeout: float = PATIENCE
    pool_size: int = 1
    plan_cache_mode: str = "auto"


class Kept(Generic[T]):
    """What was looked up a moment ago: many who ask at once cost one look, and so does whoever asks for a second."""

    def __init__(self, look: Callable[[], Awaitable[T]]) -> None:
        self.look = look
        self.until = 0.0
        self.found: asyncio.Future[T] | None = None

    async def __call__(self) -> T:
        """What was found."""
        loop = asyncio.get_running_loop()
        if self.found is None or (self.found.done() and loop.time() >= self.until):
            self.found = asyncio.ensure_future(self.look())
            self.found.add_done_callback(self._keep)
        return await asyncio.shield(self.found)

    def _keep(self, _: object) -> None:
        self.until = asyncio.get_running_loop().time() + FRESH


class Probes:
    """The three pages, over a connection of their own."""

    def __init__(self, front: Front, dsn: str, *, metrics: bool) -> None:
        self.front = front
        self.reader = Reader(dsn, Apart())
        self.wanted = newest()
        self.queues = vitals.Queues()
        self.readiness = Kept(self._look)
        self.figures = Kept(self._figures)
        self.tally = Tally()
        self.routes = [Route("/livez", livez), Route("/readyz", self.readyz)]
        if metrics:
            self.routes.append(Route("/metrics", self.metrics))
            front.counts.append(self.tally.count)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Look, for as long as the block takes."""
        lag = asyncio.create_task(watch_lag())
        try:
            with shown(self.tally, Gauges(self.gauges())):
                yield
        finally:
            lag.cancel()
            await self.reader.close()

    async def readyz(self, _: Request) -> JSONResponse:
        """Whether requests should come here. That it is leaving is said at once, all else is a second old at most."""
        found = await self.readiness()
        found = {"leaving": self.front.signs.is_leaving} | found
        ready = not found["leaving"] and found["database"] == "ok" and not found["silent"]
        return JSONResponse({"ready": ready, **found}, 200 if ready else 503, {"cache-control": "no-store"})

    async def metrics(self, _: Request) -> Response:
        """The figures, in the text that Prometheus reads."""
        return Response(await self.figures(), media_type=CONTENT_TYPE_LATEST)

    async def _look(self) -> dict[str, object]:
        found: dict[str, object] = {
            "database": await self._database(),
            "silent": self.front.signs.silent(),
        }
        live = self.front.live
        # A wiki that is away is no reason to send requests elsewhere, for there it is away too.
        return found if live is None else found | {"wikis": "silent" if live.silent > SILENCE else "heard"}

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                version = await vitals.version(self.reader)
        except (MentorgraphError, TimeoutError):
            return "away"
        except Exception:  # noqa: BLE001 - no such table, no right to read it: whatever it is, it is not ours
            return "of another kind"
        # A newer one has had a migration that this code may not know of, and still serves while it is replaced.
        return "ok" if version >= self.wanted else "older than the code"

    async def _figures(self) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                self.queues = await vitals.queues(self.reader)
        except (MentorgraphError, TimeoutError):
            pass  # what was known last stands; that the database is away is told by /readyz
        return generate_latest(REGISTRY)

    def gauges(self) -> Iterator[Gauge]:
        """What is read where it stands."""
        door, hints = self.front.door, self.front.hints
        assert self.front.answering is not None
        memory, reader = self.front.answering.engine.memory, self.front.answering.engine.reader
        operations = memory.operations.entries
        yield Gauge("mentorgraph_documents_known", "Operations that are remembered.", lambda: len(operations))
        yield Gauge(
            "mentorgraph_plans_known",
            "Plans of those operations, one for each shape of their variables.",
            lambda: sum(len(one.plans.entries) for one in operations.values()),
        )
        yield Gauge(
            "mentorgraph_pool_most", "Connections for reads at most.", lambda: reader.settings.pool_size
        )
        yield Gauge("mentorgraph_pool_open", "Connections for reads.", lambda: reader.open_connections)
        yield Gauge("mentorgraph_pool_idle", "Those of them that are free.", lambda: reader.idle_connections)
        yield Gauge("mentorgraph_pool_waiting", "Reads that wait for one.", lambda: reader.waiting)
        yield Gauge("mentorgraph_sockets", "Open sockets, and streams of events.", lambda: len(door.open))
        yield Gauge(
            "mentorgraph_socket_operations",
            "Operations that run on them.",
            lambda: sum(len(one.running) if isinstance(one, Socket) else 1 for one in door.open),
        )
        yield Gauge(
            "mentorgraph_sockets_cut_off",
            "Sockets closed for reading too slowly.",
            lambda: door.cut_off,
            counts=True,
        )
        yield Gauge(
            "mentorgraph_feed_lag_seconds",
            "How long the last event that was told to anybody had been recorded.",
            lambda: hints.news.lag if hints.news else 0.0,
        )
        yield from self._of_wikis()
        yield from self._of_queues()

    def _of_queues(self) -> Iterator[Gauge]:
        """What waits in the database, whichever server is to do it."""
        yield Gauge(
            "mentorgraph_jobs", "Jobs that are not done, of all servers.", lambda: self.queues.jobs.waiting
        )
        yield Gauge(
            "mentorgraph_oldest_job_seconds",
            "How long the oldest of them runs.",
            lambda: age(self.queues.jobs),
        )
        yield from self._of_queue("outbox", "What is to be done on wikis", lambda: self.queues.letters)
        yield from self._of_queue("webhooks", "What webhooks are to be told", lambda: self.queues.webhooks)

    def _of_queue(self, name: str, what: str, read: Callable[[], vitals.Queue]) -> Iterator[Gauge]:
        yield Gauge(f"mentorgraph_{name}_waiting", f"{what}.", lambda: read().waiting)
        yield Gauge(f"mentorgraph_{name}_dead", f"{what}, and was given up.", lambda: read().dead)
        yield Gauge(
            f"mentorgraph_{name}_oldest_seconds",
            f"{what}: how long the oldest has been waiting.",
            lambda: age(read()),
        )

    def _of_wikis(self) -> Iterator[Gauge]:
        """What becomes of the events of the wikis that are followed."""
        front = self.front

        def told(what: Callable[[Following], float]) -> Callable[[], float]:
            return lambda: front.live.told(what) if front.live else 0.0

        yield Gauge(
            "mentorgraph_wikis_silent_seconds",
            "Since when nothing was heard of the wikis that are followed.",
            lambda: front.live.silent if front.live else 0.0,
        )
        yield Gauge(
            "mentorgraph_wikis_recorded",
            "Facts that wikis have told.",
            told(lambda one: one.tally.recorded),
            counts=True,
        )
        yield Gauge(
            "mentorgraph_wikis_waiting",
            "Events that nobody understands yet.",
            told(lambda one: len(one.waiting)),
        )
        yield Gauge(
            "mentorgraph_wikis_given_up",
            "Events that nobody has understood, or that could not be.",
            told(lambda one: one.tally.given_up),
            counts=True,
        )
        yield Gauge(
            "mentorgraph_wikis_missed",
            "What no event had told, and a look at the wiki has found.",
            lambda: front.live.missed if front.live else 0.0,
            counts=True,
        )


async def livez(_: Request) -> PlainTextResponse:
    """Whether the process answers; whether the database does is another question, with another remedy."""
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


def age(queue: vitals.Queue) -> float:
    return 0.0 if queue.since is None else (wall_clock() - queue.since).total_seconds()
