"""One run of the server: prepare the database, listen, say what to open, and stop in order."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from graph.errors import Unavailable
from mentorgraph.app import create_app
from mentorgraph.settings import Settings, SettingsError
from models.migrate import upgrade

CONSOLE = Console(highlight=False)

NOT_THERE_YET = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError)

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
    preparing = asyncio.ensure_future(_prepare(settings, dsn))
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
    waiting = asyncio.ensure_future(stop.wait())
    waiting.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        await server.serve([listening])
    finally:
        waiting.cancel()


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


async def _first(work: "asyncio.Future[None]", stop: asyncio.Event) -> bool:
    """Whether the work was done before someone asked to stop; work that was not is given up."""
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if work.done():
        return True
    work.cancel()
    await asyncio.wait({work})
    return False


async def _prepare(settings: Settings, dsn: str) -> None:
    await until_up(dsn, settings.connect_timeout)
    await upgrade(dsn)
    if settings.demo:
        await fill(dsn)


async def until_up(dsn: str, patience: float) -> None:
    """Wait for a database that is starting beside us; one that is not there in time is an error."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=5)
        except NOT_THERE_YET as error:
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable(
                    f"The database does not answer ({error}). Is it up, and is MENTORGRAPH_DATABASE_URL right?"
                ) from error
            await asyncio.sleep(0.2)
        else:
            return await connection.close()


async def fill(dsn: str) -> bool:
    """Fill an empty database with the demo wiki; whether it was empty."""
    from mentorgraph.demo.fill import fill as fill_with_demo
    from models.ledger import Ledger

    async with Ledger.open(dsn) as ledger:
        if await ledger.wikis():
            return False
        with _bar("A demo wiki moves in") as bar:
            task = bar.add_task("", total=None)
            await fill_with_demo(ledger, lambda done, total: bar.update(task, completed=done, total=total))
    return True


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("newcomers"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=CONSOLE) as bar:
        yield bar
