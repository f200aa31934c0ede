"""The command `mentorgraph`: serve, migrate, demo, rebuild, schema, import, export, simulate, feed,
outbox, jobs, token and grant."""

import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from graph.errors import MentorgraphError
from graph.moments import EARLIEST
from mentorgraph import access, postgres, settings
from mentorgraph.database import database

app = typer.Typer(
    help="Keeps mentors, mentees, blocks and their relationships for wikis.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

jobs = typer.Typer(help="Long work: how it goes, and what to do about it.", invoke_without_command=True)
app.add_typer(jobs, name="jobs")
outbox = typer.Typer(help="What is to be done on wikis, and what was given up.", invoke_without_command=True)
app.add_typer(outbox, name="outbox")
app.add_typer(access.tokens, name="token")
app.command(name="grant")(access.grant)

WRONG_USE = 2
FAILED = 1


def main() -> None:
    """Run the command; a mistake that the user can mend is a sentence and a status, never a traceback."""
    try:
        app()
    except settings.SettingsError as error:
        _end(str(error), WRONG_USE)
    except (postgres.PostgresError, MentorgraphError, OSError) as error:
        _end(str(error), FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(message: str, status: int) -> None:
    for line in message.splitlines():
        print(f"mentorgraph: {line}", file=sys.stderr)  # noqa: T201 - this is the command's own voice
    sys.exit(status)


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


class Format(StrEnum):
    """What an export is for."""

    FACTS = "facts"
    TABLES = "tables"


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False)],
    wiki: Annotated[str, typer.Option(help="Which wiki: its database name.")],
    form: Annotated[
        list[Format] | None,
        typer.Option("--format", help="facts: for another installation; tables: for reading. Else both."),
    ] = None,
    with_hidden: Annotated[
        bool, typer.Option("--with-hidden", help="Hidden names and reasons too, for moving house.")
    ] = False,
) -> None:
    """Export a wiki: facts and policies as JSON lines; ties, spans and events as CSV."""
    chosen = settings.read()
    from mentorgraph.export import run

    forms = form or list(Format)
    with database(chosen, beside=True) as dsn:
        status = uvloop.run(
            run(
                dsn,
                folder,
                wiki=wiki,
                facts=Format.FACTS in forms,
                tables=Format.TABLES in forms,
                with_hidden=with_hidden,
            )
        )
    raise typer.Exit(status)


imports = typer.Typer(help="Bring in what a wiki or another installation knows.", no_args_is_help=True)
app.add_typer(imports, name="import")


@imports.command(name="growth")
def import_growth(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    wiki: Annotated[str, typer.Option(help="Whose mentors they are: the wiki's database name.")],
    url: Annotated[str | None, typer.Option(help="The wiki's address, where it is new here.")] = None,
    read_at: Annotated[
        datetime | None,
        typer.Option(
            help="When it was so, where no file's name says the day; in UTC. Else: when it was written."
        ),
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where refused rows go.")] = None,
    in_place: Annotated[
        bool,
        typer.Option("--in-place", help="Never close the tables to others; slower for millions."),
    ] = False,
) -> None:
    """Import mentors and mentees: dumps of growthexperiments_mentor_mentee (CSV, SQL) and GrowthMentors.json."""
    chosen = settings.read()
    from mentorgraph.importgrowth import run

    moment = read_at and read_at.replace(tzinfo=UTC)
    with database(chosen) as dsn:
        status = uvloop.run(
            run(dsn, files, wiki=wiki, url=url, read_at=moment, rejects=rejects, in_place=in_place)
        )
    raise typer.Exit(status)


@imports.command(name="facts")
def import_facts(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    wiki: Annotated[str | None, typer.Option(help="Another name for the wiki than the export says.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where refused lines go.")] = None,
) -> None:
    """Import what `mentorgraph export` has written: the same facts and policies, and so the same timelines."""
    chosen = settings.read()
    from mentorgraph.importfacts import run

    with database(chosen) as dsn:
        status = uvloop.run(run(dsn, files, wiki=wiki, rejects=rejects))
    raise typer.Exit(status)


@imports.command(name="log")
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


@app.command()
def simulate(
    wiki: Annotated[str | None, typer.Option(help="Whose past, from what is recorded.")] = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", help="From when on, in UTC; a year before the end if left out."),
    ] = None,
    end: Annotated[datetime | None, typer.Option("--to", help="Until when, in UTC; now if left out.")] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(help="A preset's name, or a JSON file of settings; all presets if left out."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Where an SVG of continuity against clutter goes.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="A synthetic past in place of a wiki's: enwiki-year.")
    ] = None,
    blocked: Annotated[
        int | None, typer.Option(min=1, help="Blocked mentees of the scenario; 70,000 if left out.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of the scenario's dice; 1 if left out.")] = None,
) -> None:
    """Tell what policies would have made of what happened: ties kept, and the clutter on mentors' lists."""
    if (wiki is None) == (scenario is None):
        _end("Name either a --wiki or a --scenario.", WRONG_USE)
    if scenario is not None and (start or end):
        _end("A scenario has a year of its own: leave --from and --to out.", WRONG_USE)
    if wiki is not None and not (blocked is None and seed is None):
        _end("A wiki has a past of its own: leave --blocked and --seed out, or name a --scenario.", WRONG_USE)
    if any(moment is not None and moment.year <= EARLIEST.year for moment in (start, end)):
        _end(f"Give moments after the year {EARLIEST.year}.", WRONG_USE)
    if plot is not None and not plot.parent.is_dir():
        _end(f"There is no folder {plot.parent} for the plot.", WRONG_USE)
    from graph.outcome import Window
    from mentorgraph import simulate as it
    from models.ledger.simulations import Simulation

    settings_of_each = it.policies(policy or ())
    if scenario is not None:
        choice = it.Choice(scenario, 70_000 if blocked is None else blocked, 1 if seed is None else seed)
        simulation, outcomes = uvloop.run(it.of_scenario(choice, settings_of_each))
    else:
        assert wiki is not None
        until = end.replace(tzinfo=UTC) if end else datetime.now(UTC)
        since = start.replace(tzinfo=UTC) if start else until - timedelta(days=365)
        simulation = Simulation(settings_of_each, Window(since, until))
        with database(settings.read(), beside=True) as dsn:
            outcomes = uvloop.run(it.of_wiki(dsn, wiki, simulation))
    it.tell(wiki or scenario or "", simulation, outcomes, plot)


@app.command()
def feed(
    backfill: Annotated[
        bool, typer.Option("--backfill", help="First read all of each wiki's log; nobody is drawn for it.")
    ] = False,
) -> None:
    """Follow the wikis of MENTORGRAPH_FEED_WIKIS, as `serve` does, where no server runs beside it."""
    chosen = settings.read()
    from mentorgraph.followed import run

    with database(chosen, beside=True) as dsn:
        uvloop.run(run(chosen, dsn, backfill=backfill))


@outbox.callback()
def list_outbox(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done now, and do nothing.")
    ] = False,
    language: Annotated[str, typer.Option(help="Of the messages that a dry run prints.")] = "en",
) -> None:
    """List how much is to be done on each wiki, and what was given up."""
    if context.invoked_subcommand is None:
        from mentorgraph import outboxlist

        chosen = settings.read()
        with database(chosen, beside=True) as dsn:
            uvloop.run(outboxlist.rehearse(dsn, language) if dry_run else outboxlist.show(dsn))


@outbox.command(name="retry")
def retry_outbox(
    what: Annotated[
        str, typer.Argument(help="A wiki, or one thing as the list names it, such as enwiki/12.")
    ],
) -> None:
    """Try again what was given up."""
    from mentorgraph.outboxlist import retry

    chosen = settings.read()
    with database(chosen, beside=True) as dsn:
        uvloop.run(retry(dsn, what))


@jobs.callback()
def list_jobs(context: typer.Context) -> None:
    """List long work, newest first."""
    if context.invoked_subcommand is None:
        from mentorgraph.joblist import show

        chosen = settings.read()
        with database(chosen, beside=True) as dsn:
            uvloop.run(show(dsn))


@jobs.command(name="cancel")
def cancel_job(job: Annotated[str, typer.Argument(help="As the list names it, such as enwiki/12.")]) -> None:
    """Stop a job between two batches; what it has done stays."""
    from mentorgraph.joblist import cancel

    chosen = settings.read()
    with database(chosen, beside=True) as dsn:
        uvloop.run(cancel(dsn, job))


@jobs.command(name="run")
def run_jobs() -> None:
    """Do what there is to do, where no server does."""
    from mentorgraph.joblist import run

    chosen = settings.read()
    with database(chosen, beside=True) as dsn:
        uvloop.run(run(dsn))
