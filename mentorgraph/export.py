"""The command `export`: a wiki's facts and policies for another installation, or its ties as tables for reading."""

import os
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models.export import TABLES, NoSuchWikiError, Snapshot, snapshot
from models.migrate import upgrade

FACTS: Final = "facts.jsonl"
FINE, WRONG_USE = 0, 2
TOLD_EVERY: Final = 1000

# Opt-outs are private, and with hidden names all the more: whoever exports decides who else reads it.
OURS_ALONE: Final = 0o600


async def run(dsn: str, folder: Path, *, wiki: str, facts: bool, tables: bool, with_hidden: bool) -> int:
    """Write what is asked for into the folder, each file as a whole or not at all; gives the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    _make(folder)
    await upgrade(dsn)
    try:
        async with snapshot(dsn, wiki) as kept:
            written = [await write_facts(kept, folder, console, with_hidden=with_hidden)] if facts else []
            if tables:
                written += [await write_table(kept, folder, name) for name in TABLES]
    except NoSuchWikiError as error:
        console.print(f"mentorgraph: {error}")
        return WRONG_USE
    for path in written:
        console.print(f"{path} ({path.stat().st_size:,} bytes)")
    if facts and not with_hidden:
        console.print("Hidden names and reasons are left out: --with-hidden writes them too.")
    return FINE


async def write_facts(kept: Snapshot, folder: Path, console: Console, *, with_hidden: bool) -> Path:
    """The facts and all that belongs to them, as JSON lines."""
    draft = _draft(folder / FACTS)
    columns = (TextColumn("Facts"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with draft.open("wb") as file, Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=await kept.count())
        count = 0
        async for line in kept.lines(with_hidden=with_hidden):
            file.write(orjson.dumps(line) + b"\n")
            count += line["is"] == "fact"
            if count % TOLD_EVERY == 0:
                bar.update(task, completed=count)
        bar.update(task, completed=count)
    return draft.replace(folder / FACTS)


async def write_table(kept: Snapshot, folder: Path, name: str) -> Path:
    """One table as CSV."""
    path = folder / f"{name}.csv"
    draft = _draft(path)
    await kept.table(name, draft)
    return draft.replace(path)


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _draft(path: Path) -> Path:
    """An empty file that nobody else may read."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OURS_ALONE))
    return draft
