"""`import growth` on a real database: in one go or in pieces, by the bulk path or by a load, once or again."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from graph.facts import Assigned, BlockPlaced, MentorEnrolled
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import feed_of, fetch, rows_of
from mentorgraph.growth.reading import Files
from mentorgraph.importgrowth import GrowthOutcome, import_growth, table_of
from mentorgraph.rejected import FINE, REFUSED, WRONG_USE, status_of
from models.ledger import Entry, Ledger, Target
from models.ledger.loading import FEW
from schema_shape import shape_of

AT = datetime(2026, 3, 1, tzinfo=UTC)
ADA, BO, GONE = 903, 904, 999
LIST = {
    "Mentors": {
        str(ADA): {"username": "Ada", "message": "Hello", "weight": 4},
        str(BO): {"username": "Bo", "message": None, "weight": 0, "awayTimestamp": "2999-01-05T12:00:00Z"},
    }
}
Told = tuple[int, int, str]
ROWS: list[Told] = [
    (11, ADA, "primary"),
    (11, BO, "backup"),
    (12, BO, "primary"),
    (13, ADA, "primary"),
    (13, ADA, "backup"),
    (14, GONE, "primary"),
    (15, 15, "primary"),
    (ADA, BO, "primary"),
]


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    async with Ledger.open(database) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def a_wiki(ledger: Ledger, name: str = "testwiki") -> int:
    return await ledger.add_wiki(name, "https://test.example", PRESETS[PolicyPreset.DEFAULT])


def the_list(folder: Path, content: object = LIST) -> Path:
    path = folder / "GrowthMentors.json"
    path.write_bytes(orjson.dumps(content))
    return path


def a_dump(folder: Path, rows: Iterable[Told], name: str = "dump.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{mentee},{mentor},{role},1\n" for mentee, mentor, role in rows))
    return path


async def bring_in(ledger: Ledger, wiki: int, paths: Sequence[Path], at: datetime = AT) -> GrowthOutcome:
    return await import_growth(
        ledger,
        wiki,
        Files.of(paths, at),
        rejects=paths[0].parent / "rejects.jsonl",
        console=Console(file=StringIO()),
    )


async def mentors_of(dsn: str, wiki: int) -> set[tuple[object, ...]]:
    statement = (
        "SELECT mentee_id, mentor_id, role, started_because, start_is_known FROM relationship "
        "WHERE wiki_id = $1 AND ends_at = 'infinity' AND withdrawn_at = 'infinity'"
    )
    return set(await fetch(dsn, statement, wiki))


TIES = {
    (11, ADA, "PRIMARY", "IMPORTED", False),
    (11, BO, "BACKUP", "IMPORTED", False),
    (12, BO, "PRIMARY", "IMPORTED", False),
    (13, ADA, "PRIMARY", "IMPORTED", False),
    (ADA, BO, "PRIMARY", "IMPORTED", False),
}


async def test_the_list_and_the_table_make_mentors_and_ties(
    ledger: Ledger, folder: Path, database: str
) -> None:
    wiki = await a_wiki(ledger)
    outcome = await bring_in(ledger, wiki, [a_dump(folder, ROWS), the_list(folder)])
    assert await mentors_of(database, wiki) == TIES
    assert (outcome.recorded, outcome.enrolled, status_of(outcome.refused)) == (len(ROWS), 2, FINE)
    found = await fetch(
        database,
        "SELECT m.id, a.name, m.share, m.introduction, m.away_until > '2900-01-01', m.enrolled_at FROM mentor m "
        "JOIN account a ON a.wiki_id = m.wiki_id AND a.id = m.id ORDER BY m.id",
    )
    assert found == [(ADA, "Ada", "HIGH", "Hello", False, AT), (BO, "Bo", "NONE", None, True, AT)]


async def test_who_is_named_and_no_mentor_is_told_and_changes_nothing(ledger: Ledger, folder: Path) -> None:
    wiki = await a_wiki(ledger)
    outcome = await bring_in(ledger, wiki, [a_dump(folder, ROWS), the_list(folder)])
    assert dict(outcome.without_effect) == {"NOT_A_MENTOR": 1, "SELF_MENTORING": 1, "PRIMARY_IS_BACKUP": 1}
    console = Console(file=StringIO(), width=200)
    console.print(table_of(outcome, folder))
    text = console.file.getvalue() if isinstance(console.file, StringIO) else ""
    assert "give GrowthMentors.json with the dump" in text


async def test_a_list_that_comes_after_its_table_makes_the_ties_all_the_same(
    ledger: Ledger, folder: Path, database: str
) -> None:
    wiki = await a_wiki(ledger)
    await bring_in(ledger, wiki, [a_dump(folder, ROWS)])
    assert await mentors_of(database, wiki) == set()
    await bring_in(ledger, wiki, [the_list(folder)])
    assert await mentors_of(database, wiki) == TIES


@pytest.mark.parametrize("few", [FEW, 3], ids=["by the bulk path", "by a load"])
async def test_twice_in_pieces_or_shuffled_it_is_the_same(
    ledger: Ledger, folder: Path, database: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorgraph.importgrowth.FEW", few)
    chance = random.Random(few)
    once, in_pieces = await a_wiki(ledger, "once"), await a_wiki(ledger, "pieces")
    both = [a_dump(folder, ROWS), the_list(folder)]
    await bring_in(ledger, once, both)
    rows, feed = await rows_of(database, once), await feed_of(database, once)

    again = await bring_in(ledger, once, both)
    assert (again.recorded, again.known, again.enrolled, again.mentors_known) == (0, len(ROWS), 0, 2)
    assert (await rows_of(database, once), await feed_of(database, once)) == (rows, feed)

    shuffled = chance.sample(ROWS, len(ROWS))
    pieces = [a_dump(folder, shuffled[start : start + 5], f"{start}.csv") for start in range(0, len(ROWS), 5)]
    for path in [*pieces, the_list(folder), pieces[0]]:
        await bring_in(ledger, in_pieces, [path])
    assert (await rows_of(database, in_pieces), await feed_of(database, in_pieces)) == (rows, feed)


async def test_the_mentor_we_have_already_stays_and_another_takes_over(
    ledger: Ledger, folder: Path, database: str
) -> None:
    wiki = await a_wiki(ledger)
    before = AT - timedelta(days=30)
    facts = [
        *(MentorEnrolled(at=before, origin=Origin("api", str(m)), mentor=m) for m in (ADA, BO)),
    ]
    entries = [Entry(fact=fact) for fact in facts]
    for mentee in (11, 12, 13):
        fact = Assigned(at=before, origin=Origin("api", f"a{mentee}"), mentor=ADA)
        entries.append(Entry(fact=fact, target=Target(id=mentee)))
    block = BlockPlaced(at=AT - timedelta(days=1), origin=Origin("api", "block"))
    entries.append(Entry(fact=block, target=Target(id=13)))
    await ledger.bulk(wiki, entries)
    await bring_in(
        ledger, wiki, [a_dump(folder, [(m, ADA if m != 12 else BO, "primary") for m in (11, 12, 13)])]
    )
    assert await mentors_of(database, wiki) == {
        (11, ADA, "PRIMARY", "SET", True),
        (12, BO, "PRIMARY", "IMPORTED", False),
    }
    kept = await fetch(
        database, "SELECT mentor_id, state FROM relationship_span WHERE mentee_id = 13 ORDER BY valid_from"
    )
    assert kept == [(ADA, "ACTIVE"), (ADA, "SUSPENDED")]


async def test_what_mentors_chose_here_is_not_overwritten(
    ledger: Ledger, folder: Path, database: str
) -> None:
    wiki = await a_wiki(ledger)
    await bring_in(ledger, wiki, [the_list(folder)])
    await ledger.update_mentor(wiki, ADA, {"share": "LOW"})
    await bring_in(ledger, wiki, [the_list(folder)], AT + timedelta(days=30))
    assert await fetch(database, "SELECT share FROM mentor WHERE id = $1", ADA) == [("LOW",)]


async def test_malformed_rows_are_in_the_rejects_file_with_their_reason(ledger: Ledger, folder: Path) -> None:
    wiki = await a_wiki(ledger)
    dump = folder / "dump.csv"
    dump.write_text(f"11,{ADA},primary,1\n12,{ADA},tertiary,1\nnonsense\n")
    listed = the_list(folder, {"Mentors": {str(ADA): {}, "5": {"weight": 7}}})
    outcome = await bring_in(ledger, wiki, [dump, listed])
    assert (outcome.recorded, status_of(outcome.refused)) == (1, REFUSED)
    lines = [orjson.loads(line) for line in (folder / "rejects.jsonl").read_bytes().splitlines()]
    assert [(line["file"], line["line"], line["text"]) for line in lines] == [
        (str(listed), 0, '{"5":{"weight":7}}'),
        (str(dump), 2, f"12,{ADA},tertiary,1"),
        (str(dump), 3, "nonsense"),
    ]
    assert all(line["why"] for line in lines)

    dump.write_text(f"11,{ADA},primary,1\n")
    assert not (await bring_in(ledger, wiki, [dump])).refused
    assert not (folder / "rejects.jsonl").exists()


@pytest.mark.parametrize("few", [FEW, 1], ids=["by the bulk path", "by a load"])
async def test_a_row_that_contradicts_an_earlier_one_is_refused(
    ledger: Ledger, folder: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorgraph.importgrowth.FEW", few)
    wiki = await a_wiki(ledger)
    rows: list[Told] = [(11, ADA, "primary"), (12, ADA, "primary"), (11, BO, "primary"), (12, ADA, "primary")]
    outcome = await bring_in(ledger, wiki, [a_dump(folder, rows), the_list(folder)])
    assert (outcome.recorded, outcome.known, outcome.refused.total()) == (2, 1, 1)
    (line,) = (folder / "rejects.jsonl").read_bytes().splitlines()
    assert (orjson.loads(line)["line"], orjson.loads(line)["text"]) == (3, f"11,{BO},primary")
    assert "another mentor was told for the same mentee" in orjson.loads(line)["why"]


# The command, as a process.


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "mentorgraph", "import", "growth", *map(str, arguments)]


def environment(dsn: str, folder: Path) -> dict[str, str]:
    return {**os.environ, "MENTORGRAPH_DATABASE_URL": dsn, "MENTORGRAPH_DATA_DIR": str(folder / "data")}


def ended(dsn: str, folder: Path, *arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        command(*arguments),
        env=environment(dsn, folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


async def test_the_command_says_what_became_of_the_rows(database: str, folder: Path) -> None:
    files = [a_dump(folder, ROWS, "x-20260301-y.csv"), the_list(folder)]
    status, said = await asyncio.to_thread(ended, database, folder, *files, "--wiki", "enwiki")
    assert (status, "say its address with --url" in said) == (WRONG_USE, True)
    status, said = await asyncio.to_thread(
        ended, database, folder, *files, "--wiki", "enwiki", "--url", "https://en.example"
    )
    assert status == FINE, said
    assert "2026-03-01" in said
    assert "mentors enrolled" in said
    with (folder / "x-20260301-y.csv").open("a") as file:
        file.write("nonsense\n")
    status, said = await asyncio.to_thread(ended, database, folder, *files, "--wiki", "enwiki")
    assert (status, "refused" in said) == (REFUSED, True)


MANY = FEW + 500
LOADING = (
    "SELECT query FROM pg_stat_activity WHERE application_name = 'mentorgraph load' AND state = 'active'"
)


async def test_a_load_that_is_killed_leaves_nothing_and_the_second_run_ends_it(
    ledger: Ledger, database: str, folder: Path
) -> None:
    wiki = await a_wiki(ledger, "enwiki")
    shape = await shape_of(database)
    dump = a_dump(
        folder, ((mentee, ADA if mentee % 2 else BO, "primary") for mentee in range(1000, 1000 + MANY))
    )
    arguments = [dump, the_list(folder), "--wiki", "enwiki", "--read-at", "2026-03-01"]
    process = await asyncio.create_subprocess_exec(*command(*arguments), env=environment(database, folder))
    await until(database, lambda queries: any("INSERT INTO relationship AS" in query for query in queries))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await until(database, lambda queries: not queries)
    assert await fetch(database, "SELECT count(*) FROM relationship") == [(0,)]
    assert await fetch(database, "SELECT count(*) FROM mentorgraph_load.load_row") == [(MANY,)]

    status, said = await asyncio.to_thread(ended, database, folder, *arguments)
    assert status == FINE, said
    assert await fetch(database, "SELECT count(*) FROM relationship WHERE wiki_id = $1", wiki) == [(MANY,)]
    assert await shape_of(database) == shape


async def until(dsn: str, is_so: Callable[[list[str]], bool]) -> None:
    """Wait until what the load is doing is so."""
    for _ in range(6000):
        if is_so([query for (query,) in await fetch(dsn, LOADING)]):
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came to that")
