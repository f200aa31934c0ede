"""Bare Starlette: one static JSON route, under the same uvicorn, loop and parser. Takes its port."""

import sys

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def static(_: Request) -> JSONResponse:
    """The least that an answer can be."""
    return JSONResponse({"data": {"__typename": "Query"}})


app = Starlette(routes=[Route("/graphql", static, methods=["GET", "POST"]), Route("/healthz", static)])


if __name__ == "__main__":
    config = uvicorn.Config(
        app, port=int(sys.argv[1]), http="httptools", log_config=None, access_log=False, server_header=False
    )
    uvloop.run(uvicorn.Server(config).serve())
