"""What is done to a database as a whole: wait for it, migrate it, fill it with the demo wiki, rebuild it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from graph.caller import Grant
from graph.errors import Unavailable
from graph.kinds import ViewerRole
from mentorgraph.demo.fill import fill as fill_with_demo
from models.ledger import Ledger
from models.ledger.tokens import Wanted
from models.migrate import upgrade

CONSOLE = Console(highlight=False)

NOT_THERE_YET = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError)


async def ready(dsn: str, patience: float) -> None:
    """Wait for the database, and bring it to the newest schema."""
    await until_up(dsn, patience)
    await upgrade(dsn)


async def until_up(dsn: str, patience: float) -> None:
    """Wait for a database that is starting beside us; one that is not there in time is an error."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=5)
        except NOT_THERE_YET as error:
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable(
                    f"The database does not answer ({error}). Is it up, is MENTORGRAPH_DATABASE_URL right?"
                ) from error
            await asyncio.sleep(0.2)
        except asyncpg.PostgresError as error:
            raise Unavailable(f"The database does not let us in: {error}.") from error
        else:
            return await connection.close()


async def fill(dsn: str) -> bool:
    """Fill an empty database with the demo wiki; whether it was empty."""
    async with Ledger.open(dsn) as ledger:
        if await ledger.wikis():
            return False
        with bar("A demo wiki moves in") as progress:
            task = progress.add_task("", total=None)
            await fill_with_demo(
                ledger, lambda done, total: progress.update(task, completed=done, total=total)
            )
    return True


async def let_in(dsn: str, bootstrap: str | None) -> str | None:
    """See to it that somebody may do anything: a token of the operator's own, or a first one, which is told once."""
    everything = [Grant(ViewerRole.ADMIN, sees_hidden=True)]
    all_of_it = Wanted(name="first token", scopes=everything, accounts={}, by="server")
    async with Ledger.open(dsn) as ledger:
        if bootstrap is None:
            return await ledger.tokens.first(all_of_it)
        await ledger.tokens.bring(bootstrap, all_of_it)
    return None


async def rebuild(dsn: str) -> None:
    """Project every wiki's facts anew."""
    async with Ledger.open(dsn) as ledger:
        for name, wiki in sorted((await ledger.wikis()).items()):
            with bar(f"Rebuilding {name}") as progress:
                task = progress.add_task("", total=None)
                count = await ledger.rebuild(
                    wiki,
                    lambda done, total: progress.update(task, completed=done, total=total),  # noqa: B023 - called before the loop goes on
                )
            CONSOLE.print(f"{name}: the timelines of {count} accounts follow from their facts.")


@contextmanager
def percents(console: Console) -> Iterator[Progress]:
    """Bars of how much of each task is done, and for how long."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield progress


@contextmanager
def bar(title: str) -> Iterator[Progress]:
    """A progress bar over accounts."""
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("accounts"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=CONSOLE) as progress:
        yield progress
