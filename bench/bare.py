"""Bare Starlette under the same uvicorn, loop and parser: what nobody who answers from it can go below.

python bench/bare.py PORT           one static JSON route
python bench/bare.py PORT DSN       the page of 50 mentees, by hand: the same statement, asyncpg, and nothing else
"""

import sys

import asyncpg
import orjson
import uvicorn
import uvloop
from floor import compiled
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mentorgraph.settings import Settings
from models import reader


async def static(_: Request) -> Response:
    """The least that an answer can be."""
    return JSONResponse({"data": {"__typename": "Query"}})


class Page:
    """The least that a page can cost: who asks is not asked, and nothing is checked, counted or limited."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.sql, self.arguments, self.mentor = compiled(50)
        self.idle: list[asyncpg.Connection[asyncpg.Record]] = []

    async def answer(self, request: Request) -> Response:
        """One statement, and its bytes."""
        asked = orjson.loads(await request.body())
        given = [*self.arguments]
        given[self.mentor - 1] = int(asked["variables"]["mentor"])
        connection = self.idle.pop() if self.idle else await reader.connect(self.dsn, Settings())
        data = await connection.fetchval(self.sql, *given)
        self.idle.append(connection)
        return Response(b'{"data":%b}' % data, media_type="application/json")


def main(port: str, *dsn: str) -> None:
    """Serve until a signal."""
    answer = Page(*dsn).answer if dsn else static
    app = Starlette(
        routes=[Route("/graphql", answer, methods=["GET", "POST"]), Route("/livez", static)],
    )
    config = uvicorn.Config(
        app, port=int(port), http="httptools", log_config=None, access_log=False, server_header=False
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
