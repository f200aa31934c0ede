"""What an operator is shown of long work, and can do about it: the command `mentorgraph jobs`."""

from collections.abc import Iterable

from rich.table import Table

from graph.compile.ids import LARGEST
from graph.errors import Refused
from graph.kinds import UserErrorCode
from mentorgraph.upkeep import CONSOLE
from mentorgraph.worker import work_off
from models.ledger import Ledger
from models.ledger.jobs import Job

SHOWN = 50
"""Jobs of each wiki, the newest."""


async def show(dsn: str) -> None:
    """Every wiki's jobs, newest first."""
    async with Ledger.open(dsn, size=1) as ledger:
        for name, wiki in (await ledger.wikis()).items():
            jobs = await ledger.jobs.newest(wiki, SHOWN)
            if jobs:
                CONSOLE.print(_table(name, jobs))


async def cancel(dsn: str, named: str) -> None:
    """Cancel the job that is named as `show` does."""
    async with Ledger.open(dsn, size=1) as ledger:
        wiki, _, job = named.rpartition("/")
        wikis = await ledger.wikis()
        if wiki not in wikis or not job.isdecimal() or int(job) > LARGEST:
            message = (
                f"There is no job {named}; a job is named as `mentorgraph jobs` does, such as enwiki/12."
            )
            raise Refused(UserErrorCode.NOT_FOUND, message, "id")
        await ledger.jobs.cancel(wikis[wiki], int(job))
    CONSOLE.print(f"{named} is cancelled; what it had done stays.")


async def run(dsn: str) -> None:
    """Do what there is to do, without a server."""
    async with Ledger.open(dsn) as ledger:
        count = await work_off(ledger)
    CONSOLE.print(f"{count} jobs were taken up." if count else "There is nothing to do.")


def _table(wiki: str, jobs: Iterable[Job]) -> Table:
    table = Table("job", "kind", "state", "done", "started", "finished", "error")
    for job in jobs:
        table.add_row(
            f"{wiki}/{job.id}",
            job.kind,
            job.state,
            f"{job.done} of {'?' if job.total is None else job.total}",
            f"{job.started_at:%Y-%m-%d %H:%M:%S}",
            "" if job.finished_at is None else f"{job.finished_at:%Y-%m-%d %H:%M:%S}",
            job.error or "",
        )
    return table
