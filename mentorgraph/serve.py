"""One run of the server: prepare the database, listen, say what to open, and stop in order."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import uvicorn

from mentorgraph.announcer import announce_forever
from mentorgraph.app import beside, create_app
from mentorgraph.connections import MOST, configuration
from mentorgraph.drawer import draw_forever
from mentorgraph.eyes import logs
from mentorgraph.feed.live import Live, wanted
from mentorgraph.front import Front
from mentorgraph.settings import Settings, SettingsError
from mentorgraph.upkeep import CONSOLE, fill, let_in, ready
from mentorgraph.worker import work_forever

BESIDE: Final = 500
"""Files that are open beside clients' connections, those to the database among them."""


def listener(settings: Settings) -> socket.socket:
    """The socket to listen on; taken first, so that a port in use is said before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}). Is mentorgraph "
            "running already? If the port is another's, set MENTORGRAPH_PORT; 0 takes any free one."
        ) from error


async def serve(settings: Settings, dsn: str, listening: socket.socket) -> None:
    """Serve until a signal says to stop."""
    logs.begin(words=settings.log_words)
    _allow_files(MOST + BESIDE)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    preparing = asyncio.create_task(_prepare(settings, dsn))
    if await _first(preparing, stop):
        await preparing
        await _listen(settings, dsn, listening, stop)
    CONSOLE.print("Stopped.")


def _allow_files(wanted: int) -> None:
    """Let this process have so many files, as far as it may decide: a shell's usual 1,024 are soon used up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def _listen(settings: Settings, dsn: str, listening: socket.socket, stop: asyncio.Event) -> None:
    front = create_app(settings, dsn)
    server = _Server(front)
    following = []
    if wanted(settings):
        front.live = Live(settings)
        following.append(front.live.keep_on(dsn, front.hints.tell))
    async with beside(
        _exit(server, front, stop, settings.drain),
        draw_forever(dsn, settings.draw_every, front.hints),
        announce_forever(dsn, front.hints, front.signs),
        work_forever(dsn, told=front.hints.tell),
        *following,
    ):
        await server.serve([listening])


async def _exit(server: uvicorn.Server, front: Front, stop: asyncio.Event, drain: float) -> None:
    """When it is asked to stop: say so at `/readyz`, and after a while tell the sockets, which uvicorn would close
    without a word. Whoever asks again does not want to wait.
    """
    await stop.wait()
    stop.clear()
    front.signs.is_leaving = True
    with suppress(TimeoutError):
        async with asyncio.timeout(drain):
            await stop.wait()
    stop.clear()
    await front.door.drain()
    server.should_exit = True
    await stop.wait()
    server.force_exit = True


class _Server(uvicorn.Server):
    def __init__(self, front: Front) -> None:
        super().__init__(configuration(front))
        self.front = front

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are handled above: uvicorn would raise them again when it ends, before PostgreSQL has."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self.force_exit:
            # Who is in a hurry does not wait for requests; the connections to the database are closed all the same.
            await self.lifespan.shutdown()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert self.front.answering is not None
        await self.front.answering.study.prepare()
        # What is there by now stays to the end. To look through it again each time held the loop for 70 ms.
        gc.collect()
        gc.freeze()
        for listening in sockets or ():
            _say_what_to_open(listening)


def _say_what_to_open(listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    CONSOLE.print(
        f"\n[bold]mentorgraph is up.[/bold] Stop it with Ctrl-C.\n\n"
        f"  Open        [bold]{address}/[/bold]   (the dashboard)\n"
        f"  GraphiQL    {address}/graphiql   (with a query to begin with)\n"
        f"  Endpoint    {address}/graphql\n"
    )


def _say_the_token(token: str) -> None:
    CONSOLE.print(
        f"\nA first token, which may do all. It is shown this once:\n\n"
        f"  [bold]{token}[/bold]\n\n"
        f"Send it as the header   Authorization: Bearer {token[:10]}…   (in GraphiQL: Headers, below the query).\n"
        f"Reading what is public needs none. More of them: mentorgraph token --help",
        soft_wrap=True,
    )


async def _first(work: "asyncio.Task[None]", stop: asyncio.Event) -> bool:
    """Whether the work was done before someone asked to stop; work that was not is given up."""
    waiting = asyncio.create_task(_set(stop))
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if work.done():
        return True
    work.cancel()
    await asyncio.wait({work})
    return False


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _prepare(settings: Settings, dsn: str) -> None:
    await ready(dsn, settings.connect_timeout)
    if settings.demo:
        await _fill(settings, dsn)
    brought = settings.bootstrap_token
    token = await let_in(dsn, None if brought is None else brought.get_secret_value())
    if token is not None:
        _say_the_token(token)


async def _fill(settings: Settings, dsn: str) -> None:
    try:
        await fill(dsn)
    except asyncio.CancelledError:
        anew = "that database" if settings.database_url else str(settings.data_dir)
        CONSOLE.print(f"The demo wiki is only partly there. To begin anew, remove {anew}.")
        raise
