"""The composition root: where the parts that answer are put together, and nowhere else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from graph.compile.plan import Memory
from mentorgraph.executor import Compiled, Engine, Executor
from mentorgraph.front import PATH, Front
from mentorgraph.settings import Settings
from mentorgraph.view import View
from models.ledger import Ledger
from models.ledger.connections import Clock, wall_clock
from models.reader import Reader
from resolvers.schema import build

STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings, dsn: str, clock: Clock = wall_clock) -> Front:
    """The application over one database, which it opens when it starts and closes when it ends."""
    view = View(build(extensions=[Compiled], execution_context_class=Executor))
    # Strawberry writes a traceback for every caller's mistake; what deserves one is logged in errors.py.
    logging.getLogger("strawberry.execution").disabled = True

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with Reader.open(dsn, settings) as reader, Ledger.open(dsn, clock=clock) as ledger:
            front.engine = view.engine = Engine(reader, Memory(), settings.open, clock)
            view.ledger = ledger
            yield

    routes = [
        Route(PATH, view),
        Route("/", graphiql),
        Route("/healthz", healthz),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    front = Front(Starlette(routes=routes, lifespan=lifespan), settings.host)
    return front


async def graphiql(_: Request) -> FileResponse:
    """GraphiQL, without a single address of elsewhere in it."""
    return FileResponse(STATIC / "graphiql" / "index.html")


async def healthz(_: Request) -> PlainTextResponse:
    """Whether the process answers; whether the database does is another question, with another remedy."""
    return PlainTextResponse("ok\n")
