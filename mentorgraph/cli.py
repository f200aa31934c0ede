"""The command `mentorgraph`: serve, migrate, demo, rebuild, schema and import-log."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from graph.errors import MentorgraphError
from mentorgraph import postgres, settings
from mentorgraph.settings import Settings

app = typer.Typer(
    help="Keeps mentors, mentees, blocks and their relationships for wikis.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WRONG_USE = 2
FAILED = 1


def main() -> None:
    """Run the command; a mistake that the user can mend is a sentence and a status, never a traceback."""
    try:
        app()
    except settings.SettingsError as error:
        _end(str(error), WRONG_USE)
    except (postgres.PostgresError, MentorgraphError) as error:
        _end(str(error), FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(message: str, status: int) -> None:
    for line in message.splitlines():
        print(f"mentorgraph: {line}", file=sys.stderr)  # noqa: T201 - this is the command's own voice
    sys.exit(status)


@contextmanager
def database(chosen: Settings) -> Iterator[str]:
    """The DSN of the database: the given one, or the embedded one for as long as the block takes."""
    if chosen.database_url is not None:
        yield chosen.database_url
        return
    with postgres.running(chosen.data_dir) as dsn:
        yield dsn


@app.command()
def serve() -> None:
    """Serve GraphQL: migrate, fill an empty database with a demo wiki, and answer until Ctrl-C."""
    chosen = settings.read()
    from mentorgraph.serve import listener
    from mentorgraph.serve import serve as run

    with listener(chosen) as listening, database(chosen) as dsn:
        uvloop.run(run(chosen, dsn, listening))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    chosen = settings.read()
    from mentorgraph.upkeep import ready

    with database(chosen) as dsn:
        uvloop.run(ready(dsn, chosen.connect_timeout))
    typer.echo("The database has the newest schema.")


@app.command()
def demo() -> None:
    """Fill the database with a demo wiki, if it has no wiki yet."""
    chosen = settings.read()
    from mentorgraph.upkeep import fill, ready

    async def run(dsn: str) -> bool:
        await ready(dsn, chosen.connect_timeout)
        return await fill(dsn)

    with database(chosen) as dsn:
        filled = uvloop.run(run(dsn))
    typer.echo("The demo wiki is there." if filled else "There are wikis already: nothing was added.")


@app.command()
def rebuild() -> None:
    """Project all recorded facts anew and write what differs."""
    chosen = settings.read()
    from mentorgraph.upkeep import ready
    from mentorgraph.upkeep import rebuild as rebuild_all

    async def run(dsn: str) -> None:
        await ready(dsn, chosen.connect_timeout)
        await rebuild_all(dsn)

    with database(chosen) as dsn:
        uvloop.run(run(dsn))


@app.command()
def schema(
    check: Annotated[
        Path | None, typer.Option(help="Compare with this file, and fail where they differ.")
    ] = None,
) -> None:
    """Print the GraphQL schema."""
    from resolvers.schema import build

    sdl = build().as_str() + "\n"
    if check is None:
        typer.echo(sdl, nl=False)
    elif not check.exists() or check.read_text() != sdl:
        _end(f"{check} is not what the code says. Run `make schema` and commit it.", FAILED)


@app.command(name="import-log")
def import_log(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    wiki: Annotated[str | None, typer.Option(help="Whose log it is, where the files do not say.")] = None,
    read_at: Annotated[
        datetime | None, typer.Option(help="When the pages were read, where the files do not say; in UTC.")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where refused lines go.")] = None,
) -> None:
    """Import MediaWiki's log: pages of list=logevents, or event lines of mediawiki.recentchange."""
    chosen = settings.read()
    from mentorgraph.importlog import run

    moment = read_at and read_at.replace(tzinfo=UTC)
    with database(chosen) as dsn:
        status = uvloop.run(run(dsn, files, wiki=wiki, read_at=moment, rejects=rejects))
    raise typer.Exit(status)
