"""The command `import-log`: a wiki's log from files into the ledger, and what became of every line."""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from graph.history import WIKI_LOG
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from mentorgraph import settings
from mentorgraph.feed.entries import LeftOut
from mentorgraph.feed.gather import Reading, SeveralWikisError
from mentorgraph.feed.gathered import Known, Line, Resolved, Unresolved, Whence
from mentorgraph.feed.rejects import Refusal, Reject, rejects_of
from mentorgraph.feed.resolve import names_in, resolve
from mentorgraph.rejected import FINE, REFUSED, WRONG_USE
from mentorgraph.upkeep import percents
from models.ledger import Ledger
from models.ledger.resolving import Known as Recorded
from models.migrate import upgrade

AT_ONCE = 6000
"""Entries that are handed to the ledger together; all of one account are among the same."""

MADE_BETWEEN_COLLECTIONS = 500_000

REJECTS = "rejects.jsonl"


@dataclass
class ImportOutcome:
    """What became of the lines. Of several that tell the same, one is recorded, the others known already."""

    recorded: int = 0
    known: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    refused_again: int = 0

    @property
    def status(self) -> int:
        """0: nothing is refused; 1: something is, of these files or from before, and is in the rejects file."""
        return REFUSED if self.refused or self.refused_again else FINE


class UnknownWikiError(Exception):
    """Which wiki the lines are of is not known, or the wiki is not; the message says what would help."""


async def run(
    dsn: str,
    files: Sequence[Path],
    *,
    wiki: str | None = None,
    read_at: datetime | None = None,
    rejects: Path | None = None,
) -> int:
    """Import the files and say what became of them; gives the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    rejects = rejects or settings.read().data_dir / REJECTS
    await upgrade(dsn)
    async with Ledger.open(dsn) as ledger:
        try:
            outcome = await import_log(ledger, wiki, files, rejects=rejects, console=console, read_at=read_at)
        except (SeveralWikisError, UnknownWikiError) as error:
            console.print(f"mentorgraph: {error}")
            return WRONG_USE
    console.print(table_of(outcome, rejects))
    return outcome.status


async def import_log(
    ledger: Ledger,
    wiki_db_name: str | None,
    files: Sequence[Path],
    *,
    rejects: Path,
    console: Console,
    read_at: datetime | None = None,
) -> ImportOutcome:
    """Import the files, and with them once more what was refused before: perhaps they tell what it lacked."""
    sources = _sources(files, rejects)
    with _few_collections(), percents(console) as bar:
        reading = _read(sources, wiki_db_name, read_at, bar)
        wiki = await _wiki(ledger, reading)
        gathered = reading.gathered()
        given = await ledger.namings(wiki, names_in(gathered))
        known = [Known(account, fact, name, row) for account, fact, name, row in given if name is not None]
        resolved, unresolved = resolve(replace(gathered, known=known))
        outcome = ImportOutcome(left_out=reading.left_out)
        unresolved = await _unknown(ledger, wiki, unresolved, outcome)
        refused = await _record(ledger, wiki, resolved, outcome, bar)
    refusals = _refusals(reading, [*unresolved, *refused], outcome)
    for whence, refusal in refusals.items():
        if whence.file == len(files):
            outcome.refused_again += 1
        else:
            outcome.refused[refusal.why] += 1
    _write(rejects, [*reading.of_others, *rejects_of(sources, refusals)])
    return outcome


def table_of(outcome: ImportOutcome, rejects: Path) -> Table:
    """What became of the lines, the good first."""
    table = Table("lines", "what became of them", title="Imported", title_justify="left")
    table.add_row(str(outcome.recorded), "recorded")
    table.add_row(str(outcome.known), "known already")
    for left_out, count in outcome.left_out.most_common():
        table.add_row(str(count), f"left out: {left_out}")
    reasons: Counter[str] = Counter()
    for why, count in outcome.refused.items():
        reasons[why.split(":")[0]] += count
    for why, count in reasons.most_common():
        table.add_row(str(count), f"refused: {why}", style="red")
    if outcome.refused_again:
        table.add_row(str(outcome.refused_again), "refused before, and still")
    if outcome.refused or outcome.refused_again:
        table.caption = f"What was refused is in {rejects}; it is tried again with the next import."
    return table


def _sources(files: Sequence[Path], rejects: Path) -> list[Path]:
    """The files, and after them what was refused before."""
    before = rejects.exists() and not any(path.samefile(rejects) for path in files)
    return [*files, rejects] if before else list(files)


def _read(files: Sequence[Path], wiki: str | None, read_at: datetime | None, bar: Progress) -> Reading:
    task = bar.add_task("Reading", total=sum(path.stat().st_size for path in files))
    reading = Reading(wiki, read_at)
    for number, path in enumerate(files):
        reading.read(number, path, lambda count: bar.advance(task, count))
    bar.update(task, completed=bar.tasks[task].total)
    return reading


async def _wiki(ledger: Ledger, reading: Reading) -> int:
    """The wiki's id here; one that is new here is added, if the lines tell its address."""
    if reading.wiki is None:
        raise UnknownWikiError("The pages do not say of which wiki they are: say it with --wiki DBNAME.")
    known = await ledger.wikis()
    if reading.wiki in known:
        return known[reading.wiki]
    if not reading.url:
        raise UnknownWikiError(
            f"{reading.wiki} is not known here and no line tells its address. Add it with the mutation "
            "addWiki, or give its siteinfo too (action=query&meta=siteinfo)."
        )
    return await ledger.add_wiki(reading.wiki, reading.url, PRESETS[PolicyPreset.DEFAULT])


async def _unknown(
    ledger: Ledger, wiki: int, unresolved: Sequence[Unresolved], outcome: ImportOutcome
) -> list[Unresolved]:
    """Those of which nothing is recorded: what was told in full before need not be told in full again."""
    origins = [_origin(one) for one in unresolved]
    known = await ledger.known(wiki, origins)
    again = [one for one in unresolved if _is_recorded(one, known)]
    outcome.known += sum(len(one.lines) for one in again)
    return [one for one in unresolved if not _is_recorded(one, known)]


def _origin(one: Unresolved) -> Origin:
    return Origin(WIKI_LOG, str(one.lines[0].sighting.log_id))


def _is_recorded(one: Unresolved, known: Mapping[Origin, Recorded]) -> bool:
    # Of another moment, it is another entry: one of another wiki that has the same log id.
    recorded, seen = known.get(_origin(one)), one.lines[0].sighting
    return recorded is not None and (recorded.at, recorded.kind) == (seen.at, seen.kind)


async def _record(
    ledger: Ledger, wiki: int, resolved: Sequence[Resolved], outcome: ImportOutcome, bar: Progress
) -> list[Unresolved]:
    """Record in batches, each account's entries in one; gives what the ledger refused."""
    task = bar.add_task("Recording", total=len(resolved))
    refused: list[Unresolved] = []
    for batch in _batches(resolved):
        result = await ledger.bulk(wiki, [one.entry for one in batch])
        refused += [Unresolved(batch[index].lines, why.message) for index, why in result.refused.items()]
        told_again = sum(len(one.lines) - 1 for place, one in enumerate(batch) if place not in result.refused)
        outcome.recorded += result.recorded
        outcome.known += result.known + told_again
        bar.advance(task, len(batch))
    return refused


def _batches(resolved: Sequence[Resolved]) -> Iterator[list[Resolved]]:
    batch: list[Resolved] = []
    for _, entries in groupby(sorted(resolved, key=_account), key=_account):
        if len(batch) >= AT_ONCE:
            yield batch
            batch = []
        batch += entries
    if batch:
        yield batch


def _account(one: Resolved) -> int:
    return one.user_id


def _refusals(
    reading: Reading, unresolved: Sequence[Unresolved], outcome: ImportOutcome
) -> dict[Whence, Refusal]:
    refusals = {
        whence: Refusal(why, None if whence in reading.foreign else reading.wiki)
        for whence, why in reading.faults.items()
    }
    for one in unresolved:
        if isinstance(one.why, LeftOut):
            outcome.left_out[one.why] += len(one.lines)
        else:
            refusals |= {line.whence: _refusal(one.why, line, reading) for line in one.lines}
    return refusals


def _refusal(why: str, line: Line, reading: Reading) -> Refusal:
    return Refusal(why, reading.wiki, line.read_at)


def _write(rejects: Path, lines: Sequence[Reject]) -> None:
    """The file as a whole or not at all, each line once; none where nothing is refused."""
    if not lines:
        rejects.unlink(missing_ok=True)
        return
    rejects.parent.mkdir(parents=True, exist_ok=True)
    draft = rejects.with_name(f"{rejects.name}.draft")
    once = {(line.wiki, line.text): line for line in reversed(lines)}
    draft.write_bytes(b"".join(bytes(line) for line in reversed(once.values())))
    draft.replace(rejects)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage in cycles seldom: an import keeps all it makes until it ends, and no cycle is in it.

    As often as usual, going through all of that again and again takes a quarter of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(MADE_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
