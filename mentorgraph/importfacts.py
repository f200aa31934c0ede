"""The command `import facts`: an export of another installation into this one, until the timelines are the same.

The files are read several times, each time for what can be understood by then: so the order of lines and of files never
counts, and what is kept in memory is a batch.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from graph.errors import Refused
from graph.facts import TakenBack
from graph.kinds import UserErrorCode
from graph.policy import PolicyVersion
from mentorgraph import exchange, settings
from mentorgraph.exchange import Line, MalformedLineError
from mentorgraph.rejected import WRONG_USE, Rejects, status_of
from models.ledger import Entry, Ledger
from models.ledger.mentors import Choices
from models.migrate import upgrade

T = TypeVar("T")

AT_ONCE: Final = 6000
REJECTS: Final = "facts-rejects.jsonl"
KINDS: Final = {"export", "policy", "fact", "mentor", "account"}

FileLine = tuple[Path, Line]


class NotImportableError(Exception):
    """The files can't be imported here; the message says what would help."""


@dataclass
class FactsOutcome:
    """What became of the lines."""

    recorded: int = 0
    known: int = 0
    mentors: int = 0
    accounts: int = 0
    refused: Counter[str] = field(default_factory=Counter)


async def run(
    dsn: str, files: Sequence[Path], *, wiki: str | None = None, rejects: Path | None = None
) -> int:
    """Import the files and say what became of them; gives the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    rejects = rejects or settings.read().data_dir / REJECTS
    await upgrade(dsn)
    async with Ledger.open(dsn) as ledger:
        try:
            outcome = await import_facts(ledger, files, wiki=wiki, rejects=rejects, console=console)
        except NotImportableError as error:
            console.print(f"mentorgraph: {error}")
            return WRONG_USE
    console.print(table_of(outcome, rejects))
    return status_of(outcome.refused)


async def import_facts(
    ledger: Ledger, files: Sequence[Path], *, wiki: str | None, rejects: Path, console: Console
) -> FactsOutcome:
    """Import an export, under another name if one is given."""
    outcome = FactsOutcome()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Rejects(rejects) as refused, Progress(*columns, console=console) as bar:
        target = await _wiki(ledger, wiki, _beginning(files))
        await _Import(ledger, target, files, outcome, refused, bar).run()
        outcome.refused = refused.why
    return outcome


def table_of(outcome: FactsOutcome, rejects: Path) -> Table:
    """What became of the lines, the good first."""
    table = Table("lines", "what became of them", title="Imported", title_justify="left")
    table.add_row(str(outcome.recorded), "facts recorded")
    table.add_row(str(outcome.known), "facts known already")
    table.add_row(str(outcome.mentors), "mentors' choices taken over")
    table.add_row(str(outcome.accounts), "accounts' edits noted")
    for why, count in outcome.refused.most_common():
        table.add_row(str(count), f"refused: {why}", style="red")
    if outcome.refused:
        table.caption = f"What was refused is in {rejects}."
    return table


Beginning = tuple[str, str, list[PolicyVersion]]
"""The first lines of an export: the wiki's name and address, and its policies."""


def _beginning(files: Sequence[Path]) -> Beginning | None:
    """The wiki and its policies, wherever they stand; None where no line tells of either."""
    headers: set[tuple[str, str]] = set()
    policies: dict[int, PolicyVersion] = {}
    for path in files:
        for line in exchange.lines(path):
            try:
                if line.kind == "export":
                    headers.add(exchange.header(line))
                elif line.kind == "policy":
                    version = exchange.policy(line)
                    policies[version.version] = version
            except MalformedLineError as error:
                raise NotImportableError(f"{path}, line {line.number}: {error}.") from error
    if not headers and not policies:
        return None
    if len(headers) != 1 or not policies:
        found = ", ".join(sorted(name for name, _ in headers)) or "no wiki"
        raise NotImportableError(
            f"One wiki with its policies is imported at a time; the files tell of {found}."
        )
    name, url = headers.pop()
    return name, url, [policies[version] for version in sorted(policies)]


async def _wiki(ledger: Ledger, wanted: str | None, said: Beginning | None) -> int:
    """The wiki's id here, of that name or else of the name that the files say; what is new here is added."""
    wikis = await ledger.wikis()
    if said is None:
        if wanted is None or wanted not in wikis:
            raise NotImportableError(
                "The files tell of no wiki. Say with --wiki which of those known here goes on with them, or give them "
                "the export's first lines too, of the wiki and its policies."
            )
        return wikis[wanted]
    name, url, policies = said
    name = wanted or name
    known = wikis.get(name)
    if known is None:
        return await ledger.add_wiki_with(name, url, policies)
    if list(await ledger.policies(known)) != list(policies):
        raise NotImportableError(
            f"{name} is known here and has other policies: the same facts would come to other timelines. "
            "Import it under another name with --wiki, or into another installation."
        )
    return known


class _Import:
    """One run."""

    def __init__(
        self,
        ledger: Ledger,
        wiki: int,
        files: Sequence[Path],
        outcome: FactsOutcome,
        refused: Rejects,
        bar: Progress,
    ) -> None:
        self._ledger, self._wiki, self._files = ledger, wiki, files
        self._outcome, self._refused, self._bar = outcome, refused, bar

    async def run(self) -> None:
        """Mentors' terms first, for the timelines of mentees read them; then what was chosen and done."""
        await self._record(
            "Mentors' terms", lambda line: line.kind == "fact" and exchange.is_about_terms(line)
        )
        await self._record("Facts", lambda line: line.kind == "fact" and not exchange.is_about_terms(line))
        await self._take_over()
        await self._note()
        for path, line in self._lines(lambda line: line.kind not in KINDS):
            self._refuse(path, line, "it is no line of an export")

    async def _record(self, title: str, wanted: Callable[[Line], bool]) -> None:
        task = self._bar.add_task(title, total=None)
        early: list[tuple[FileLine, Entry]] = []
        read = self._read(wanted, exchange.entry)
        while some := list(islice(read, AT_ONCE)):
            early += await self._record_some(some)
            self._bar.advance(task, len(some))
        while early:
            still = await self._record_some(early)
            if len(still) == len(early):
                for (path, line), entry in still:
                    assert isinstance(entry.fact, TakenBack)
                    self._refuse(path, line, "it takes back a fact that no line tells")
                return
            early = still

    async def _record_some(self, some: Sequence[tuple[FileLine, Entry]]) -> list[tuple[FileLine, Entry]]:
        """Gives those that take back what is not known yet."""
        result = await self._ledger.bulk(self._wiki, [entry for _, entry in some])
        self._outcome.recorded += result.recorded
        self._outcome.known += result.known
        early = []
        for index, why in result.refused.items():
            (path, line), entry = some[index]
            if why.code is UserErrorCode.NOT_FOUND and isinstance(entry.fact, TakenBack):
                early.append(some[index])
            else:
                self._refuse(path, line, why.message)
        return early

    async def _take_over(self) -> None:
        read = self._read(lambda line: line.kind == "mentor", exchange.choices)
        while some := list(islice(read, AT_ONCE)):
            try:
                self._outcome.mentors += await self._ledger.take_over_choices(
                    self._wiki, [one for _, one in some]
                )
            except (Refused, ValueError):
                await self._take_over_each(some)

    async def _take_over_each(self, some: Sequence[tuple[FileLine, Choices]]) -> None:
        for (path, line), one in some:
            try:
                self._outcome.mentors += await self._ledger.take_over_choices(self._wiki, [one])
            except (Refused, ValueError) as error:
                self._refuse(path, line, str(error))

    async def _note(self) -> None:
        read = self._read(lambda line: line.kind == "account", exchange.activity)
        while some := list(islice(read, AT_ONCE)):
            noted = await self._ledger.record_activity(self._wiki, [one for _, one in some])
            self._outcome.accounts += noted.seen + noted.hidden

    def _lines(self, wanted: Callable[[Line], bool]) -> Iterator[FileLine]:
        for path in self._files:
            for line in exchange.lines(path):
                if wanted(line):
                    yield path, line

    def _read(
        self, wanted: Callable[[Line], bool], understand: Callable[[Line], T]
    ) -> Iterator[tuple[FileLine, T]]:
        """The lines that are wanted and can be understood; the others are refused."""
        for path, line in self._lines(wanted):
            try:
                yield (path, line), understand(line)
            except MalformedLineError as error:
                self._refuse(path, line, str(error))

    def _refuse(self, path: Path, line: Line, why: str) -> None:
        self._refused.add(path, line.number, 0, why, line.text.decode(errors="replace").rstrip("\n"))
