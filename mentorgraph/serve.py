"""One run of the server: prepare the database, listen, say what to open, and stop in order."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from mentorgraph.app import create_app
from mentorgraph.drawer import draw_forever
from mentorgraph.settings import Settings, SettingsError
from mentorgraph.upkeep import CONSOLE, fill, ready

GOODBYE = 5
"""Seconds that running requests have to end in."""


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
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    preparing = asyncio.create_task(_prepare(settings, dsn))
    if await _first(preparing, stop):
        await preparing
        await _listen(settings, dsn, listening, stop)
    CONSOLE.print("Stopped.")


async def _listen(settings: Settings, dsn: str, listening: socket.socket, stop: asyncio.Event) -> None:
    config = uvicorn.Config(
        create_app(settings, dsn),
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE,
    )
    server = _Server(config)
    waiting = asyncio.create_task(_set(stop))
    waiting.add_done_callback(lambda _: setattr(server, "should_exit", True))
    drawing = asyncio.create_task(draw_forever(dsn, settings.draw_every))
    try:
        await server.serve([listening])
    finally:
        waiting.cancel()
        drawing.cancel()
        await asyncio.wait({drawing})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are handled above: uvicorn would raise them again when it ends, before PostgreSQL has."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or ():
            _say_what_to_open(listening)


def _say_what_to_open(listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    CONSOLE.print(
        f"\n[bold]mentorgraph is up.[/bold] Stop it with Ctrl-C.\n\n"
        f"  Open        [bold]{address}/[/bold]   (GraphiQL, with a query to begin with)\n"
        f"  Endpoint    {address}/graphql\n"
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


async def _fill(settings: Settings, dsn: str) -> None:
    try:
        await fill(dsn)
    except asyncio.CancelledError:
        anew = "that database" if settings.database_url else str(settings.data_dir)
        CONSOLE.print(f"The demo wiki is only partly there. To begin anew, remove {anew}.")
        raise
