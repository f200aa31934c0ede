"""What goes out comes in again as the same timelines: histories by chance, in pieces, in any order, twice."""

import asyncio
import csv
import gzip
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from graph.facts import (
    Assigned,
    BlockPlaced,
    Registered,
    Renamed,
    TakenBack,
    VisibilityChanged,
)
from graph.kinds import BlockCategory, MentorShare, Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, entry_of, feed_of, fetch, rows_of, with_policies
from lifecycle_histories import History, histories, through_the_database
from mentorgraph.export import write_facts, write_table
from mentorgraph.importfacts import FactsOutcome, NotImportableError, import_facts
from models.export import TABLES, NoSuchWikiError, snapshot
from models.ledger import Activity, Entry, Ledger, Target

NUMBER = count(1)
ANN, BOB, NEWCOMER = 101, 102, 1
CHOICES = (
    "SELECT id, share, capacity, introduction, away_since, away_until, notify FROM mentor "
    "WHERE wiki_id = $1 ORDER BY id"
)
ACTIVITY = (
    "SELECT id, edit_count, last_edit_at, question_count, reverted_edit_count, eligible FROM account "
    "WHERE wiki_id = $1 ORDER BY id"
)
POLICIES = "SELECT version, effective_from, settings FROM policy WHERE wiki_id = $1 ORDER BY version"
BLOCKS = (
    "SELECT kind, block_id, reason, performer, performer_id FROM block WHERE wiki_id = $1 "
    "AND withdrawn_at = 'infinity' ORDER BY kind, block_id, mentee_id"
)


def quiet() -> Console:
    return Console(file=StringIO())


async def go_out(dsn: str, wiki: str, folder: Path, *, with_hidden: bool = True) -> Path:
    async with snapshot(dsn, wiki) as kept:
        return await write_facts(kept, folder, quiet(), with_hidden=with_hidden)


async def come_in(ledger: Ledger, files: Sequence[Path], name: str) -> FactsOutcome:
    return await import_facts(
        ledger, files, wiki=name, rejects=files[0].parent / "rejects.jsonl", console=quiet()
    )


async def everything(dsn: str, wiki: int) -> dict[str, Any]:
    """All that must be the same, but for ids and for when it was recorded."""
    rows: dict[str, Any] = dict(await rows_of(dsn, wiki))
    statements = {"choices": CHOICES, "activity": ACTIVITY, "policies": POLICIES, "blocks": BLOCKS}
    return (
        rows
        | {name: await fetch(dsn, statement, wiki) for name, statement in statements.items()}
        | {"feed": await feed_of(dsn, wiki)}
    )


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


async def a_history(ledger: Ledger, dsn: str, history: History) -> tuple[str, int]:
    name = f"wiki{next(NUMBER)}"
    wiki = await ledger.add_wiki(name, "https://test.example", PRESETS[PolicyPreset.DEFAULT])
    await with_policies(dsn, wiki, history.policies)
    facts = list({fact.origin: fact for fact in history.facts}.values())
    await ledger.bulk(wiki, [entry_of(fact, performer="Admin") for fact in facts])
    return name, wiki


@through_the_database
@given(history=histories(), seed=st.integers(0, 1 << 32))
async def test_what_goes_out_comes_in_as_the_same_timelines(
    history: History, seed: int, module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dsn, chance, folder = module_database, random.Random(seed), tmp_path_factory.mktemp("out")
    async with Ledger(dsn, clock=Clock(NOW), size=2) as ledger:
        name, wiki = await a_history(ledger, dsn, history)
        out = await go_out(dsn, name, folder)
        before = await everything(dsn, wiki)

        outcome = await come_in(ledger, [out], f"{name} again")
        again = (await ledger.wikis())[f"{name} again"]
        assert (outcome.refused.total(), outcome.known) == (0, 0)
        assert differences(await everything(dsn, again), before) == {}

        pieces = in_pieces(out, chance)
        await come_in(ledger, pieces, f"{name} in pieces")
        await come_in(ledger, pieces[::-1], f"{name} in pieces")
        in_parts = (await ledger.wikis())[f"{name} in pieces"]
        assert differences(await everything(dsn, in_parts), before) == {}


def in_pieces(path: Path, chance: random.Random) -> list[Path]:
    """The same lines in any order, in three files, one of them packed."""
    lines = path.read_bytes().splitlines(keepends=True)
    chance.shuffle(lines)
    pieces = []
    for number in range(3):
        piece = path.with_name(f"piece{number}")
        content = b"".join(lines[number::3])
        piece.write_bytes(gzip.compress(content) if number == 1 else content)
        pieces.append(piece)
    return pieces


# One wiki in which everything occurs that is no timeline.


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    async with Ledger(database, clock=Clock(NOW, tick=timedelta(milliseconds=1))) as opened:
        yield opened


async def a_full_wiki(ledger: Ledger, now: datetime = NOW) -> int:
    wiki = await ledger.add_wiki("full", "https://full.example", PRESETS[PolicyPreset.GRACE_30_DAYS])
    long_ago = now - timedelta(days=100)
    await ledger.enroll(
        wiki, Target(id=ANN), introduction="Hello", share=MentorShare.HIGH, capacity=9, at=long_ago
    )
    await ledger.enroll(wiki, Target(id=BOB), at=long_ago)
    await ledger.update_mentor(
        wiki, ANN, {"away_until": now + timedelta(days=9), "notify": ["RELEASED", "RESTORED"]}
    )
    await ledger.update_mentor(wiki, BOB, {"notify": []})

    async def tell(fact: Any, account: int, **beside: Any) -> None:
        await ledger.record(wiki, Entry(fact=fact, target=Target(id=account), **beside))

    def when(days: float) -> dict[str, Any]:
        return {"at": now - timedelta(days=days), "origin": Origin("test", f"{next(NUMBER)}")}

    await tell(Registered(**when(90), assign=False), BOB, name="Bob")
    await tell(Registered(**when(50)), NEWCOMER, name="Acme Ltd")
    await tell(Registered(**when(50)), 2, name="Robot", eligible=False)
    await tell(Registered(**when(50)), 3, name="Rude name")
    await tell(Assigned(**when(49), mentor=BOB), NEWCOMER)
    await tell(Assigned(**when(49), mentor=ANN), 3)
    await tell(Renamed(**when(40)), 3, name="Ruder name")
    blocks: dict[str, Any] = {"category": BlockCategory.USERNAME, "reason": "the name"}
    await tell(BlockPlaced(**when(30), **blocks), NEWCOMER, performer="Bob")
    await tell(BlockPlaced(**when(30), **blocks), 3, performer="Nobody known")
    await tell(VisibilityChanged(**when(20), name_hidden=True), 3)
    await tell(VisibilityChanged(**when(20), reason_hidden=True), NEWCOMER)
    await ledger.record_activity(wiki, [Activity(NEWCOMER, 7, now - timedelta(days=31), 2), Activity(2, 0)])
    return wiki


async def test_choices_edits_hidden_names_and_performers_come_in_too(
    ledger: Ledger, database: str, tmp_path: Path
) -> None:
    wiki = await a_full_wiki(ledger)
    out = await go_out(database, "full", tmp_path)
    outcome = await come_in(ledger, [out], "moved")
    moved = (await ledger.wikis())["moved"]
    assert (outcome.refused.total(), outcome.mentors, outcome.accounts) == (0, 2, 1)
    assert differences(await everything(database, moved), await everything(database, wiki)) == {}
    again = await come_in(ledger, [out], "moved")
    assert (again.recorded, again.refused.total()) == (0, 0)
    assert differences(await everything(database, moved), await everything(database, wiki)) == {}


SECRETS = (b"Rude", b"the name", b"Nobody known")


async def test_without_the_flag_no_hidden_name_or_reason_goes_out(
    ledger: Ledger, database: str, tmp_path: Path
) -> None:
    await a_full_wiki(ledger)
    with_them = (await go_out(database, "full", tmp_path)).read_bytes()
    assert all(secret in with_them for secret in SECRETS)
    out = await go_out(database, "full", tmp_path, with_hidden=False)
    assert not any(secret in out.read_bytes() for secret in SECRETS)
    outcome = await come_in(ledger, [out], "moved")
    assert outcome.refused.total() == 0
    moved = (await ledger.wikis())["moved"]
    names = await fetch(database, "SELECT name FROM account_name WHERE wiki_id = $1", moved)
    names += await fetch(database, "SELECT name FROM suppressed_name WHERE wiki_id = $1", moved)
    assert {name for (name,) in names} == {"Bob", "Acme Ltd", "Robot"}


async def test_only_whoever_exports_may_read_the_files(ledger: Ledger, database: str, tmp_path: Path) -> None:
    await a_full_wiki(ledger)
    assert (await go_out(database, "full", tmp_path)).stat().st_mode & 0o777 == 0o600


async def test_an_export_is_of_one_moment(ledger: Ledger, database: str, tmp_path: Path) -> None:
    wiki = await a_full_wiki(ledger)
    async with snapshot(database, "full") as kept:
        lines = kept.lines(with_hidden=True)
        found = [await anext(lines)]
        late = Entry(fact=Registered(at=NOW, origin=Origin("test", "late")), target=Target(id=77))
        await ledger.record(wiki, late)
        found += [line async for line in lines]
        await write_table(kept, tmp_path, "ties")
    assert not any(line.get("sourceId") == "late" for line in found)
    assert "77" not in {row["mentee_id"] for row in table(tmp_path, "ties")}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


async def test_tables_are_for_reading(ledger: Ledger, database: str, tmp_path: Path) -> None:
    await a_full_wiki(ledger)
    async with snapshot(database, "full") as kept:
        for name in TABLES:
            await write_table(kept, tmp_path, name)
    ties = {int(tie["mentee_id"]): tie for tie in table(tmp_path, "ties") if tie["role"] == "PRIMARY"}
    assert (ties[NEWCOMER]["mentee"], ties[NEWCOMER]["mentor"]) == ("Acme Ltd", "Bob")
    assert ties[3]["mentee"] == ""
    states = [
        span["state"] for span in table(tmp_path, "spans") if span["relationship_id"] == ties[NEWCOMER]["id"]
    ]
    assert states == ["ACTIVE", "SUSPENDED"]
    told = [event["kind"] for event in table(tmp_path, "events") if event["mentee_id"] == str(NEWCOMER)]
    assert told[:1] == ["STARTED"]
    assert "SUSPENDED" in told


# What can't be taken as it is.


def a_file(folder: Path, *lines: object) -> Path:
    path = folder / "facts.jsonl"
    path.write_bytes(
        b"".join(line if isinstance(line, bytes) else orjson.dumps(line) + b"\n" for line in lines)
    )
    return path


HEADER = {"is": "export", "version": 1, "wiki": "w", "url": "https://w.example", "withHidden": True}
POLICY = {"is": "policy", "version": 1, "effectiveFrom": None, "settings": {}}
FACT = {
    "is": "fact", "kind": "REGISTERED", "mentee": 5, "at": "2026-01-01T00:00:00.000Z", "source": "s", "sourceId": "1",
    "name": "Five",
}  # fmt: skip

BAD_LINES: dict[str, object] = {
    "no JSON": b"{\n",
    "no object": b"[]\n",
    "nothing known": {"is": "poem"},
    "an unknown kind": {**FACT, "kind": "SNEEZED"},
    "a choice that none has": {**FACT, "choices": {"colour": "red"}},
    "a moment without a zone": {**FACT, "at": "2026-01-01T00:00:00"},
    "no moment": {**FACT, "at": None},
    "an id that is none": {**FACT, "mentee": "5"},
    "about nobody": {**FACT, "mentee": None},
    "no source": {**FACT, "source": None},
    "in the future": {**FACT, "sourceId": "2", "at": "2999-01-01T00:00:00.000Z"},
    "takes back what nobody told": {
        **FACT, "sourceId": "2", "kind": "TAKEN_BACK", "choices": {"target": {"source": "s", "source_id": "9"}}
    },
    "other content under the same name": {**FACT, "at": "2026-01-02T00:00:00.000Z"},
    "choices of no share": {"is": "mentor", "account": 5, "share": "ALL"},
    "choices of nobody": {"is": "mentor", "share": "LOW"},
    "a wish that none has": {"is": "mentor", "account": 5, "share": "LOW", "notify": ["NOISE"]},
    "edits that are none": {"is": "account", "account": 5, "edits": -1},
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_LINES)
async def test_a_line_that_cannot_be_taken_is_refused_and_the_others_are_taken(
    ledger: Ledger, tmp_path: Path, what: str
) -> None:
    path = a_file(tmp_path, HEADER, POLICY, FACT, BAD_LINES[what])
    outcome = await come_in(ledger, [path], "w")
    assert (outcome.recorded, outcome.refused.total(), outcome.refused.total()) == (1, 1, 1)
    (reject,) = (orjson.loads(line) for line in (tmp_path / "rejects.jsonl").read_bytes().splitlines())
    assert (reject["line"], bool(reject["why"])) == (4, True)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([POLICY, FACT], "tell of no wiki"),
        ([HEADER, FACT], "tell of w"),
        ([HEADER, {**HEADER, "wiki": "v"}, POLICY], "tell of v, w"),
        ([{**HEADER, "version": 2}, POLICY], "version 2"),
        ([HEADER, {**POLICY, "settings": {"colour": "red"}}], "no policy"),
    ],
)
async def test_files_without_one_wiki_and_its_policies_are_refused(
    ledger: Ledger, tmp_path: Path, lines: list[object], why: str
) -> None:
    with pytest.raises(NotImportableError, match=why):
        await come_in(ledger, [a_file(tmp_path, *lines)], "w")
    assert await ledger.wikis() == {}


async def test_a_piece_without_the_first_lines_goes_on_with_a_wiki_that_is_named(
    ledger: Ledger, tmp_path: Path
) -> None:
    piece = a_file(tmp_path, FACT)
    with pytest.raises(NotImportableError, match="Say with --wiki which"):
        await come_in(ledger, [piece], "w")
    await ledger.add_wiki("w", "https://w.example", PRESETS[PolicyPreset.GRACE_30_DAYS])
    assert (await come_in(ledger, [piece], "w")).recorded == 1


async def test_a_wiki_with_other_policies_is_not_mixed_with_an_export(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.add_wiki("w", "https://w.example", PRESETS[PolicyPreset.GRACE_30_DAYS])
    with pytest.raises(NotImportableError, match="other policies"):
        await come_in(ledger, [a_file(tmp_path, HEADER, POLICY, FACT)], "w")


async def test_a_taking_back_may_stand_long_before_what_it_takes_back(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorgraph.importfacts.AT_ONCE", 1)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    wiki = await ledger.add_wiki("was", "https://w.example", PRESETS[PolicyPreset.DEFAULT])
    registered = Registered(at=at, origin=Origin("s", "r"))
    taken = TakenBack(at=at, origin=Origin("s", "t"), target=registered.origin)
    kept_after_all = TakenBack(at=at, origin=Origin("s", "u"), target=taken.origin)
    facts = (registered, taken, kept_after_all)
    await ledger.bulk(wiki, [Entry(fact=fact, target=Target(id=NEWCOMER), name="One") for fact in facts])
    async with snapshot(ledger._dsn, "was") as kept:
        lines = [line async for line in kept.lines(with_hidden=True)]
    outcome = await come_in(ledger, [a_file(tmp_path, *reversed(lines))], "is")
    assert (outcome.recorded, outcome.refused.total()) == (3, 0)


async def test_nobody_exports_a_wiki_that_is_not_here(database: str) -> None:
    with pytest.raises(NoSuchWikiError, match="not known here"):
        async with snapshot(database, "nowhere"):
            pass


async def test_the_commands_go_out_and_in(database: str, tmp_path: Path) -> None:
    async with Ledger(database) as ledger:
        await a_full_wiki(ledger, datetime.now(UTC).replace(microsecond=0))
    environment = {
        **os.environ,
        "MENTORGRAPH_DATABASE_URL": database,
        "MENTORGRAPH_DATA_DIR": str(tmp_path / "data"),
    }

    def mentorgraph(*arguments: object) -> tuple[int, str]:
        command = [sys.executable, "-m", "mentorgraph", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    out = tmp_path / "out"
    status, said = await asyncio.to_thread(mentorgraph, "export", out, "--wiki", "full")
    assert (status, "--with-hidden" in said) == (0, True), said
    assert {path.name for path in out.iterdir()} == {"facts.jsonl", "ties.csv", "spans.csv", "events.csv"}
    status, said = await asyncio.to_thread(
        mentorgraph, "import", "facts", out / "facts.jsonl", "--wiki", "moved"
    )
    assert (status, "facts recorded" in said) == (0, True), said
    status, said = await asyncio.to_thread(mentorgraph, "export", out, "--wiki", "nowhere")
    assert status == 2, said
