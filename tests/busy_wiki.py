"""A wiki on which much happens, and which stands at an address of its own."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import uvicorn
from starlette.types import Receive, Scope, Send

from fake_wiki import SERVER, FakeWiki


def keep_busy(wiki: FakeWiki, chance: random.Random, count: int) -> None:
    """So many things happen on the wiki, in the last two hours."""
    names: Iterator[str] = (f"Name {number}" for number in range(10 * count))
    ended: list[str] = []
    step = 6_000 / count
    while len(wiki.events) < count:
        wiki.tick(chance.choice([0, 0, step, 2 * step]))
        if len(wiki.accounts) < 5 or chance.random() < 0.15:
            again = ended.pop() if ended and chance.random() < 0.5 else next(names)
            wiki.register(len(wiki.accounts) + 2, again)
            continue
        user = chance.choice([*wiki.accounts])
        match chance.randrange(5):
            case 0 | 1:
                until = wiki.now + timedelta(seconds=chance.choice([5, 100, 86_400]))
                wiki.block(user, until=chance.choice([None, until]), partial=chance.random() < 0.2)
            case 2 | 3:
                if wiki.open_block(wiki.accounts[user]) is not None:
                    wiki.unblock(user)
            case _:
                ended.append(wiki.accounts[user].name)
                wiki.rename(user, next(names))


@asynccontextmanager
async def served(wiki: FakeWiki) -> AsyncIterator[str]:
    """The wiki at an address of its own, for those in other processes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        path = scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        answer = await wiki.answer(
            httpx2.Request(scope["method"], SERVER + path, headers=scope["headers"], content=body)
        )
        await send(
            {"type": "http.response.start", "status": answer.status_code, "headers": answer.headers.raw}
        )
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        async for piece in answer.stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})

    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
    running = asyncio.create_task(server._serve([door]))
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
