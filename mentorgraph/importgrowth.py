"""The command `import growth`: who mentors whom, from a dump of GrowthExperiments' table and its list of mentors."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from graph.errors import Refused
from graph.kinds import Origin, PolicyPreset, RelationshipRole, UserErrorCode
from graph.policy import PRESETS
from mentorgraph import settings
from mentorgraph.growth.dump import DumpRow, Malformed, UnreadableDumpError
from mentorgraph.growth.mentors import ListedMentor, MalformedMentor, UnreadableListError
from mentorgraph.growth.reading import SOURCE, Files, UnknownMomentError, named, stamp, told
from mentorgraph.rejected import WRONG_USE, Rejects, status_of
from mentorgraph.upkeep import percents
from models.ledger import Entry, Ledger, Target
from models.ledger.loading import FEW
from models.ledger.staging import BusyError, Staged
from models.migrate import upgrade

FileRow = tuple[Path, DumpRow]

AT_ONCE = 6000
"""Rows that are handed to the ledger together."""

REJECTS = "growth-rejects.jsonl"

WITHOUT_EFFECT = {
    UserErrorCode.NOT_A_MENTOR.value: "who is named was no mentor then; give GrowthMentors.json with the dump",
    UserErrorCode.SELF_MENTORING.value: "nobody mentors themselves",
    UserErrorCode.PRIMARY_IS_BACKUP.value: "the backup is the primary mentor",
}


TOLD_OTHERWISE = (
    "another mentor was told for the same mentee, role and moment, by an earlier row or an earlier import"
)
NAMED_OTHERWISE = "another name was told for the same moment, by an earlier import"


@dataclass
class GrowthOutcome:
    """What became of the mentors and of the rows."""

    enrolled: int = 0
    mentors_known: int = 0
    recorded: int = 0
    known: int = 0
    without_effect: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class UnknownWikiError(Exception):
    """The wiki is not known here; the message says what would help."""


async def run(
    dsn: str,
    paths: Sequence[Path],
    *,
    wiki: str,
    url: str | None = None,
    read_at: datetime | None = None,
    rejects: Path | None = None,
    in_place: bool = False,
) -> int:
    """Import the files and say what became of them; gives the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    rejects = rejects or settings.read().data_dir / REJECTS
    await upgrade(dsn)
    async with Ledger.open(dsn) as ledger:
        try:
            files = Files.of(paths, read_at)
            console.print(f"Who mentored whom on {wiki} on {files.at:%Y-%m-%d at %H:%M:%S} UTC")
            target = await _wiki(ledger, wiki, url)
            outcome = await import_growth(
                ledger, target, files, rejects=rejects, console=console, in_place=in_place
            )
        except (
            UnknownWikiError,
            UnknownMomentError,
            UnreadableDumpError,
            UnreadableListError,
            BusyError,
        ) as error:
            console.print(f"mentorgraph: {error}")
            return WRONG_USE
    console.print(table_of(outcome, rejects))
    return status_of(outcome.refused)


async def import_growth(
    ledger: Ledger, wiki: int, files: Files, *, rejects: Path, console: Console, in_place: bool = False
) -> GrowthOutcome:
    """The mentors first: a tie is to somebody who is a mentor. `in_place`: never close the tables for it."""
    outcome = GrowthOutcome()
    with Rejects(rejects) as refused, percents(console) as bar:
        await _Import(ledger, wiki, files, outcome, refused, bar).run(in_place=in_place)
        outcome.refused = refused.why
    return outcome


def table_of(outcome: GrowthOutcome, rejects: Path) -> Table:
    """What became of it all, the good first."""
    table = Table("rows", "what became of them", title="Imported", title_justify="left")
    table.add_row(str(outcome.recorded), "recorded")
    table.add_row(str(outcome.known), "known already")
    for code, count in outcome.without_effect.most_common():
        why = WITHOUT_EFFECT.get(code, code.lower())
        table.add_row(str(count), f"of those recorded, without effect: {why}", style="yellow")
    for why, count in outcome.refused.most_common():
        table.add_row(str(count), f"refused: {why}", style="red")
    table.add_section()
    table.add_row(str(outcome.enrolled), "mentors enrolled")
    table.add_row(str(outcome.mentors_known), "mentors known already, whose own choices stay as they are")
    if outcome.refused:
        table.caption = f"What was refused is in {rejects}."
    return table


async def _wiki(ledger: Ledger, name: str, url: str | None) -> int:
    known = await ledger.wikis()
    if name in known:
        return known[name]
    if url is None:
        raise UnknownWikiError(
            f"{name} is not known here: add it with addWiki, or say its address with --url."
        )
    return await ledger.add_wiki(name, url, PRESETS[PolicyPreset.DEFAULT])


class _Import:
    """One run."""

    def __init__(
        self,
        ledger: Ledger,
        wiki: int,
        files: Files,
        outcome: GrowthOutcome,
        refused: Rejects,
        bar: Progress,
    ) -> None:
        self._ledger, self._wiki, self._files = ledger, wiki, files
        self._outcome, self._refused, self._bar = outcome, refused, bar

    async def run(self, *, in_place: bool) -> None:
        await self._enroll()
        rows = self._rows()
        first = list(islice(rows, FEW + 1))
        if len(first) <= FEW or in_place or not await self._ledger.may_load():
            await self._record(chain(first, rows))
        else:
            await self._load(chain(first, rows))

    # Mentors.

    async def _enroll(self) -> None:
        listed = [mentor for mentor in self._files.listed() if not self._is_malformed(mentor)]
        known = await self._ledger.mentors_at(self._wiki, self._files.at)
        task = self._bar.add_task("Mentors", total=len(listed))
        for _, mentor in listed:
            assert isinstance(mentor, ListedMentor)
            if mentor.id in known:
                self._outcome.mentors_known += 1
            else:
                await self._enroll_one(mentor)
                known.add(mentor.id)
            self._bar.advance(task)
        await self._name([(path, mentor) for path, mentor in listed if isinstance(mentor, ListedMentor)])

    def _is_malformed(self, listed: tuple[Path, ListedMentor | MalformedMentor]) -> bool:
        path, mentor = listed
        if isinstance(mentor, MalformedMentor):
            self._refused.add(path, 0, 0, f"a mentor of the list: {mentor.why}", mentor.text)
        return isinstance(mentor, MalformedMentor)

    async def _enroll_one(self, mentor: ListedMentor) -> None:
        await self._ledger.enroll(
            self._wiki,
            Target(id=mentor.id),
            share=mentor.share,
            introduction=mentor.introduction,
            away_until=mentor.away_until,
            at=self._files.at,
            origin=Origin(SOURCE, f"{stamp(self._files.at)}/mentor/{mentor.id}"),
        )
        self._outcome.enrolled += 1

    async def _name(self, listed: Sequence[tuple[Path, ListedMentor]]) -> None:
        """How the list calls them, where that is not known; since when they are called that is not known either."""
        given = await self._ledger.namings(self._wiki, [mentor.name for _, mentor in listed if mentor.name])
        called = {one.account: one.name for one in given}
        new = [one for one in listed if one[1].name is not None and called.get(one[1].id) != one[1].name]
        at = self._files.at
        result = await self._ledger.bulk(self._wiki, [named(at, mentor.id, mentor.name) for _, mentor in new])
        for index, why in result.refused.items():
            path, mentor = new[index]
            told = NAMED_OTHERWISE if why.code is UserErrorCode.CONFLICT else why.message
            self._refused.add(path, 0, 0, f"a mentor's name: {told}", str(mentor.name))

    # Rows.

    def _rows(self) -> Iterator[FileRow]:
        """The rows that are some; what is none is refused at once."""
        task = self._bar.add_task("Reading", total=self._files.size)
        for path, row in self._files.rows(lambda count: self._bar.update(task, completed=count)):
            if isinstance(row, Malformed):
                self._refused.add(path, row.line, row.part, row.why, row.text)
            else:
                yield path, row

    async def _record(self, rows: Iterator[FileRow]) -> None:
        """By the bulk path: into a wiki that is in use, each mentee by the rules."""
        task = self._bar.add_task("Recording", total=None)
        while part := list(islice(rows, AT_ONCE)):
            result = await self._ledger.bulk(self._wiki, [self._entry(row) for _, row in part])
            self._outcome.recorded += result.recorded
            self._outcome.known += result.known
            self._outcome.without_effect.update(result.without_effect)
            for index, why in result.refused.items():
                self._refuse(*part[index], why)
            self._bar.advance(task, len(part))

    def _entry(self, row: DumpRow) -> Entry:
        return told(self._files.at, row.mentee, row.mentor, row.role)

    def _refuse(self, path: Path, row: DumpRow, why: Refused) -> None:
        text = f"{row.mentee},{row.mentor},{row.role.value.lower()}"
        told = TOLD_OTHERWISE if why.code is UserErrorCode.CONFLICT else why.message
        self._refused.add(path, row.line, row.part, told, text)

    async def _load(self, rows: Iterator[FileRow]) -> None:
        """All at once: their indexes are made when all rows are in, and the tables closed only to put them in place."""
        task = self._bar.add_task("Rows that wait", total=None)

        def progress(what: str, done: int, total: int) -> None:
            self._bar.update(task, description=what, completed=done, total=total or None)

        staged = (
            Staged(place, row.mentee, row.mentor, row.role is RelationshipRole.BACKUP)
            for place, (_, row) in enumerate(rows, start=1)
        )
        loaded = await self._ledger.load(self._wiki, self._files.name, staged, self._told, progress)
        self._outcome.recorded += loaded.recorded
        self._outcome.known += loaded.known
        self._outcome.without_effect.update(loaded.without_effect)
        if loaded.refused:
            for place, (path, row) in enumerate(self._files.good_rows(), start=1):
                if place in loaded.refused:
                    self._refuse(path, row, loaded.refused[place])

    def _told(self, mentee: int, mentor: int, is_backup: bool) -> Entry:
        role = RelationshipRole.BACKUP if is_backup else RelationshipRole.PRIMARY
        return told(self._files.at, mentee, mentor, role)
