"""A load: who mentors millions, told of a wiki that knows nothing of them yet.

The rules are asked once for each case (`representative`), the rows of everybody follow in sets (`filling`) into tables
beside the wiki's own (`beside`), and their keys and indexes are made when all rows are in (`walls`). At the end these
tables are put in the place of the others, in one transaction. Whatever stands before it waits (`staging`), so a second
run after a kill goes on from there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

from graph.errors import Refused
from graph.facts import MentorEnrolled
from models.ledger.beside import SCHEMA, Beside, Paths, close, look, move, session
from models.ledger.bulk import Batch
from models.ledger.change import TERM_FACTS, Office
from models.ledger.checks import check
from models.ledger.connections import Connection, transact
from models.ledger.entry import Entry
from models.ledger.facts_kept import Row, from_row
from models.ledger.filling import (
    ANALYZE_MENTEES,
    CASES,
    FILL,
    FIND_APART,
    GATHER,
    MAKE_APART,
    MAKE_DIGESTS,
    MAKE_MENTORS,
    MENTORS,
    NAMED,
    Filling,
    reserve,
)
from models.ledger.names import place
from models.ledger.representative import BACKUP, MENTEE, PRIMARY, Case, Representative, represent
from models.ledger.resolving import other_content
from models.ledger.staging import (
    DROP,
    MOVED,
    Beginning,
    BusyError,
    Staged,
    begin,
    beginning,
    forget,
    repeats,
    resume,
    set_repeats_aside,
    stage,
    take_turn,
)
from models.ledger.walls import walls_of
from models.ledger.wikis import wikis

# Those whom the load does not reach are told by the bulk path.
APART: Final = """
SELECT r.line, r.mentee, r.mentor, r.is_backup FROM load_row AS r
WHERE NOT EXISTS (SELECT FROM load_mentee AS m WHERE m.mentee = r.mentee) ORDER BY r.mentee, r.line
"""
# Of whom something has become known since, and whose mentor has another past than before.
LATE: Final = """
SELECT m.mentee FROM load_mentee AS m
WHERE m.mentee IN (SELECT a.id FROM account AS a WHERE a.wiki_id = $1)
   OR m.primary_mentor = ANY($2::bigint[]) OR m.backup_mentor = ANY($2::bigint[])
"""
FORGET: Final = "DELETE FROM load_mentee AS m WHERE m.mentee = ANY($1::bigint[])"
RESTS_ON: Final = """
SELECT concat(v.version_num, ' ', (SELECT count(*) FROM policy AS p WHERE p.wiki_id = $1)) FROM alembic_version AS v
"""
HELD: Final = "SELECT count(*) FROM (SELECT FROM fact AS f WHERE f.wiki_id = $1 LIMIT $2) AS held"
FEW: Final = 50_000
"""Rows that go by the bulk path all the same, and facts that an installation may hold for its tables to be replaced."""
AT_ONCE: Final = 6_000
TRIES: Final = 5

FILLED: Final = tuple(FILL)
FEED: Final = "relationship_event"

EntryOf = Callable[[int, int, bool], Entry]
"""What a row says, of a mentee, a mentor and whether the mentor is the backup."""
Progress = Callable[[str, int, int], None]
Named = Sequence[tuple[int, int]]
"""The mentors of a dump, each with the code of the role before it."""


@dataclass
class Loaded:
    """What became of the rows; `refused` by their place. `without_effect` are recorded, and change nothing yet."""

    recorded: int = 0
    known: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)
    without_effect: Counter[str] = field(default_factory=Counter)


class OutdatedError(Exception):
    """What the load rests on is otherwise now."""


async def may_load(office: Office) -> bool:
    """Whether all tables hold so little that it can be copied over while they are closed."""

    async def held(connection: Connection) -> int:
        known = (await wikis(connection)).values()
        return sum([await connection.fetchval(HELD, wiki, FEW + 1) for wiki in known])

    return await transact(office.pool, held, office.chance) <= FEW


class Load:
    """One load into one wiki. `name` says of what: the same name goes on with what waits already."""

    def __init__(self, office: Office, dsn: str, wiki: int, entry_of: EntryOf, progress: Progress) -> None:
        self._office, self._dsn, self._wiki = office, dsn, wiki
        self._entry_of, self._progress = entry_of, progress
        self._done = Loaded()

    async def run(self, name: str, rows: Iterable[Staged]) -> Loaded:
        async with session(self._dsn) as (connection, paths):
            await take_turn(connection)
            after, staged = await resume(connection, self._wiki, name)
            async for count in stage(connection, rows, after):
                staged += count
                self._progress("Reading", staged, 0)
            for _ in range(TRIES):
                try:
                    how = await self._begin(connection)
                    if not how.is_moved:
                        await self._load(connection, paths, how)
                    break
                except OutdatedError:
                    await forget(connection)
            else:
                raise BusyError("The wiki's policy never rests; try again when it does, or with --in-place.")
            await self._record_apart(connection)
            await self._count(connection, how)
            await connection.execute(DROP)
        return self._done

    async def _begin(self, connection: Connection) -> Beginning:
        """Who is told of, and with what ids; found out once, and kept for all pieces."""
        rests_on = await connection.fetchval(RESTS_ON, self._wiki)
        how = await beginning(connection)
        if how is not None and (how.is_moved or how.rests_on == rests_on):
            return how
        await forget(connection)
        self._progress("Gathering", 0, 0)
        async with connection.transaction():
            await set_repeats_aside(connection)
            named = await _named(connection)
            plain, others = await self._mentors(connection, named)
            for statement in (MAKE_MENTORS, MAKE_DIGESTS, MAKE_APART):
                await connection.execute(statement)
            await _put(connection, "load_mentor", [(mentor,) for mentor in plain])
            await connection.execute(FIND_APART, self._wiki, others)
            await connection.execute(GATHER)
            await connection.execute(ANALYZE_MENTEES)
            cases = await _cases(connection)
            facts, ties = [
                await reserve(connection, table, sum(cases.values())) for table in ("fact", "relationship")
            ]
            how = Beginning(rests_on, self._office.clock(), facts, ties)
            await begin(connection, how)
            filling = await self._filling(connection, how, cases)
            await _put(connection, "load_digest", filling.digests(named))
        return how

    async def _load(self, connection: Connection, paths: Paths, how: Beginning) -> None:
        """All tables but the feed's are made beside, a piece at a time; with the feed's they are moved, at once."""
        cases, named = await _cases(connection), await _named(connection)
        filling = await self._filling(connection, how, cases)
        walls = await walls_of(connection, FILLED)
        steps = count(1)

        def done(what: str) -> None:
            self._progress(what, next(steps), len(FILLED) + len(walls) + 1)

        beside = Beside(self._dsn, paths, walls, filling.fill, done)
        await beside.make([table for table in FILLED if table != FEED])
        async with connection.transaction():
            # The feed is in the order of transactions, so its rows are written by the one that shows them.
            filling.events = await reserve(connection, FEED, sum(cases.values()))
            await look(connection, paths.beside)
            await beside.make_one(connection, FEED)
            await look(connection, paths.plain)
            await close(connection, FILLED)
            await self._leave_out_late(connection, how, named)
            await look(connection, paths.beside)
            await beside.refer(connection, FEED)
            await beside.prove(connection, FEED)
            await look(connection, paths.plain)
            await move(connection, paths, FILLED)
            await connection.execute(MOVED)
            done("Moving in")

    async def _leave_out_late(self, connection: Connection, how: Beginning, named: Named) -> None:
        """Whoever is no case like all others any more is told by the bulk path too."""
        if how.rests_on != await connection.fetchval(RESTS_ON, self._wiki):
            raise OutdatedError
        plain, others = await self._mentors(connection, named)
        before = {row["mentor"] for row in await connection.fetch(MENTORS)}
        changed = sorted(before.symmetric_difference(plain) | set(others))
        late = [row["mentee"] for row in await connection.fetch(LATE, self._wiki, changed)]
        if not late:
            return
        for table in reversed(FILLED):
            mentee = "id" if table == "account" else "mentee_id"
            which = f"wiki_id = $1 AND {mentee} = ANY($2::bigint[])"
            await connection.execute(f"DELETE FROM {SCHEMA}.{table} WHERE {which}", self._wiki, late)  # noqa: S608
        await connection.execute(FORGET, late)

    async def _record_apart(self, connection: Connection) -> None:
        """One by one, by the rules, whoever is no case like all others."""
        apart = [Staged(*row) for row in await connection.fetch(APART)]
        for start in range(0, len(apart), AT_ONCE):
            some = apart[start : start + AT_ONCE]
            entries = [self._entry_of(row.mentee, row.mentor, row.is_backup) for row in some]
            result = await Batch(self._office, self._wiki, entries).record()
            self._done.recorded += result.recorded
            self._done.known += result.known
            self._done.without_effect.update(result.without_effect)
            self._done.refused |= {some[index].line: why for index, why in result.refused.items()}

    async def _mentors(self, connection: Connection, named: Named) -> tuple[list[int], list[int]]:
        """Who was enrolled before what is told and nothing else; and who has another past than that."""
        mentors = sorted({mentor for _, mentor in named})
        terms: dict[int, list[bool]] = {}
        for record in await connection.fetch(TERM_FACTS, self._wiki, mentors):
            fact, mentor = from_row(Row(*record)).fact, record["mentor_id"]
            first = min(place(self._entry_of(MENTEE, mentor, b).fact) for b in (False, True))
            terms.setdefault(mentor, []).append(isinstance(fact, MentorEnrolled) and place(fact) < first)
        plain = [mentor for mentor, before in terms.items() if before == [True]]
        return plain, [mentor for mentor, before in terms.items() if before != [True]]

    async def _filling(self, connection: Connection, how: Beginning, cases: Iterable[int]) -> Filling:
        found = await self._represent(connection, cases, how.begun_at)
        return Filling(self._wiki, how.begun_at, how.facts, how.ties, found)

    async def _represent(
        self, connection: Connection, cases: Iterable[int], now: datetime
    ) -> dict[int, Representative]:
        policies = await self._office.policies.of(connection, self._wiki)
        found = {}
        for told in cases:
            case = _case(told)
            mentors = {PRIMARY: case.primary, BACKUP: case.backup}
            entries = {
                code: self._entry_of(MENTEE, mentor, code == BACKUP)
                for code, mentor in mentors.items()
                if mentor is not None
            }
            for entry in entries.values():
                check(entry, now)
            found[told] = represent(case, entries, policies, now)
        return found

    async def _count(self, connection: Connection, how: Beginning) -> None:
        """What became of the rows of the load, and of those that were set aside."""
        cases = await _cases(connection)
        found = await self._represent(connection, cases, how.begun_at)
        for told, mentees in cases.items():
            self._done.recorded += mentees * len(found[told].entries)
            for code in found[told].without_effect.values():
                self._done.without_effect[code] += mentees
        for repeat in await repeats(connection):
            if repeat.is_same:
                self._done.known += 1
            else:
                self._done.refused[repeat.line] = other_content()


async def _named(connection: Connection) -> Named:
    """Who is named."""
    found = await connection.fetch(NAMED)
    return [(BACKUP if row["is_backup"] else PRIMARY, row["mentor"]) for row in found]


async def _cases(connection: Connection) -> dict[int, int]:
    """How many mentees each case has, by its number."""
    return {row["told"]: row["mentees"] for row in await connection.fetch(CASES)}


async def _put(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table(table, schema_name=SCHEMA, records=rows)


def _case(told: int) -> Case:
    """A case by its number: the seven bits that `GATHER` writes."""
    has_primary, has_backup, primary_is, backup_is, own_primary, own_backup, same = (
        bool(told >> bit & 1) for bit in range(7)
    )
    primary = (MENTEE if own_primary else PRIMARY) if has_primary else None
    backup = (MENTEE if own_backup else PRIMARY if same else BACKUP) if has_backup else None
    mentors = {code for code, is_mentor in ((primary, primary_is), (backup, backup_is)) if is_mentor and code}
    return Case(primary, backup, frozenset(mentors))
