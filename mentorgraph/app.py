"""The composition root: where the parts that answer are put together, and nowhere else."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from typing import Any

from starlette.applications import Starlette
from strawberry.schema import Schema

from graph.compile.plan import Memory
from mentorgraph import __version__, documents
from mentorgraph.answering import Answering
from mentorgraph.callers import Callers
from mentorgraph.executor import Compiled, Engine, Executor
from mentorgraph.eyes import logs
from mentorgraph.front import Front
from mentorgraph.outbox.postman import Postman
from mentorgraph.outbox.webhooks import Sender, Telling
from mentorgraph.pages import MANIFEST, Pages
from mentorgraph.probes import Probes
from mentorgraph.settings import Settings, SettingsError, webhook_key
from mentorgraph.signin import Provider, SignIn
from mentorgraph.watching.news import News
from mentorgraph.watching.operations import Desk
from mentorgraph.watching.standing import Standings
from models.ledger import Ledger
from models.ledger.connections import Clock, Timed, wall_clock
from models.reader import Reader
from models.relay import Relay
from resolvers.schema import build, core


def create_app(settings: Settings, dsn: str, clock: Clock = wall_clock) -> Front:
    """The application over one database, which it opens when it starts and closes when it ends."""
    schema = build(extensions=[Compiled], execution_context_class=Executor)
    provider = Provider.of(settings)
    trusted = {**documents.own(MANIFEST), **documents.read(settings.trusted_documents)}
    known = documents.operations(trusted, core(schema))
    # Strawberry writes a traceback for every caller's mistake; what deserves one is logged in errors.py.
    logging.getLogger("strawberry.execution").disabled = True

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        hints = front.hints
        async with AsyncExitStack() as stack:
            timed = stack.enter_context(traced(front, settings))
            reader = await stack.enter_async_context(Reader.open(dsn, settings, timed=timed))
            ledger = await stack.enter_async_context(
                Ledger.open(dsn, clock=clock, told=hints.tell, timed=timed, webhook_key=webhook_key(settings))
            )
            engine = Engine(reader, Memory(trusted=known), clock, settings.introspection)
            by_tls = (settings.public_url or "").startswith("https:")
            front.callers = callers = Callers(ledger, clock, by_tls=by_tls)
            if sign_in is not None:
                sign_in.ledger, sign_in.callers = ledger, callers
            front.answering = answering = Answering(schema, engine, ledger, trusted, settings.trusted_only)
            hints.news = news = News(reader, settings.look_every)
            hints.relay = relay = Relay(dsn, news.hint)
            desk = Desk(answering, news, Standings(), callers)
            with closing(answering.study):
                told = [] if settings.webhook_key is None else [sender(settings, ledger, engine, schema)]
                async with beside(news.run(), relay.run(), *told), front.door.opened(desk), probes.opened():
                    yield

    pages = Starlette(lifespan=lifespan)
    front = Front(pages, settings)
    if settings.log_requests:
        front.counts.append(logs.request)
    probes = Probes(front, dsn, metrics=settings.metrics)
    sign_in = None if provider is None else SignIn(provider, front.cross_origin, front.allowances)
    ways_in = [] if sign_in is None else sign_in.routes
    shown = Pages(signs_in=sign_in is not None)
    pages.routes.extend((*probes.routes, *ways_in, *shown.routes))
    return front


async def sender(settings: Settings, ledger: Ledger, engine: Engine, schema: Schema) -> None:
    """Tell webhooks what happens, until cancelled."""
    postman = Postman(f"mentorgraph/{__version__}")
    await Sender(ledger, Telling(engine, core(schema)).of, postman).run(settings.webhook_every)


@contextmanager
def traced(front: Front, settings: Settings) -> Iterator[Timed | None]:
    """Send traces, if they are wanted, for as long as the block takes; what is to be told how long statements take."""
    if settings.otlp_endpoint is None:
        yield None
        return
    try:
        from mentorgraph.eyes import tracing  # noqa: PLC0415 - half a second, and libraries that few need
    except ImportError as error:
        raise SettingsError(
            "MENTORGRAPH_OTLP_ENDPOINT is set, but what sends traces is not installed: "
            "pip install -r requirements/trace.txt"
        ) from error
    with tracing.sending(settings.otlp_endpoint, settings.trace_sample) as traces:
        front.counts.append(traces.finish)
        yield traces.statement


@asynccontextmanager
async def beside(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let these run for as long as the block takes."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
