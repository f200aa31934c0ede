"""`import-log` on a real database, held against what the same wiki answered about its accounts at the end."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest
from rich.console import Console

from graph.facts import Assigned, MentorEnrolled
from graph.kinds import Origin
from mentorgraph.feed.entries import LeftOut
from mentorgraph.importlog import ImportOutcome, UnknownWikiError, import_log, run, table_of
from models.ledger import Entry, Ledger, Target
from models.migrate import upgrade
from wiki_captures import DATA, END, EVENTS, WHOLE_LOG, WIKI, answer, captured_pages, event_lines, written

PAGE = DATA / "api" / WHOLE_LOG

OPEN_BLOCKS = """
SELECT s.mentee_id, s.expires_at, s.scope, b.placed_at
FROM block_span AS s JOIN block AS b ON b.wiki_id = s.wiki_id AND b.id = s.block_id
WHERE s.valid_from <= $1 AND s.valid_to > $1
"""

# Everything that the rules made of the facts, by what names it at its source instead of by the ids of rows.
TIMELINES = {
    "facts": """
        SELECT f.mentee_id, f.kind, f.occurred_at, f.source, f.source_id, f.choices, t.reason, t.performer,
               t.name
        FROM fact AS f LEFT JOIN fact_text AS t ON t.wiki_id = f.wiki_id AND t.fact_id = f.id""",
    "accounts": """
        SELECT id, name, is_hidden, registered_at, is_mentee, eligible, block_count FROM account""",
    "names": """
        SELECT account_id, valid_from, valid_to, name FROM account_name
        UNION ALL SELECT account_id, valid_from, valid_to, name FROM suppressed_name""",
    "blocks": """
        SELECT b.mentee_id, b.kind, b.block_id, b.placed_at, b.expires_at, b.lifted_at, b.scope, b.category,
               b.category_source, b.hides_name, b.reason, b.performer, b.performer_id, f.source_id
        FROM block AS b JOIN fact AS f ON f.wiki_id = b.wiki_id AND f.id = b.placed_by
        WHERE b.withdrawn_at = 'infinity'""",
    "block spans": """
        SELECT b.mentee_id, b.kind, b.block_id, s.valid_from, s.valid_to, s.scope, s.category, s.expires_at,
               s.counted
        FROM block_span AS s JOIN block AS b ON b.wiki_id = s.wiki_id AND b.id = s.block_id""",
    "mentee spans": """
        SELECT mentee_id, valid_from, valid_to, state, told_state, blocked_since, blocked_until
        FROM mentee_span""",
    "needs": "SELECT mentee_id, role, valid_from, valid_to FROM need",
    "ties": """
        SELECT mentee_id, mentor_id, role, number, started_at, started_because, ends_at, ends_because
        FROM relationship WHERE withdrawn_at = 'infinity'""",
    "tie spans": """
        SELECT mentee_id, mentor_id, role, valid_from, valid_to, state FROM relationship_span""",
    # What the feed told in the end: an order of imports may have told more in between, and withdrawn it.
    "events": """
        SELECT e.mentee_id, e.mentor_id, e.kind, e.at, e.from_state, e.to_state, b.block_id
        FROM relationship_event AS e LEFT JOIN block AS b ON b.wiki_id = e.wiki_id AND b.id = e.block_id
        WHERE e.kind <> 'WITHDRAWN' AND NOT EXISTS (
            SELECT FROM relationship_event AS w WHERE w.wiki_id = e.wiki_id AND w.withdraws_id = e.id)""",
}
ADA, BO = 3, 4
FIRST_DAY = datetime(2026, 11, 22, 19, 27, 54, tzinfo=UTC)
NEWCOMERS = range(5, 16)


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    async with Ledger.open(database) as opened:
        yield opened


class Importer:
    """Imports files into one database, as one who runs the command again and again in one folder does."""

    def __init__(self, ledger: Ledger, database: str, folder: Path) -> None:
        self._ledger = ledger
        self._database = database
        self.rejects = folder / "rejects.jsonl"

    async def take(
        self, *files: Path, wiki: str | None = WIKI, read_at: datetime | None = None
    ) -> ImportOutcome:
        console = Console(quiet=True)
        return await import_log(
            self._ledger, wiki, files, rejects=self.rejects, console=console, read_at=read_at
        )

    def refused(self) -> list[dict[str, Any]]:
        lines = self.rejects.read_bytes().splitlines() if self.rejects.exists() else []
        return [orjson.loads(line) for line in lines]

    async def rows(self, statement: str, *args: object) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self._database)
        try:
            return sorted(map(tuple, await connection.fetch(statement, *args)), key=repr)
        finally:
            await connection.close()

    async def timelines(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table: await self.rows(statement) for table, statement in TIMELINES.items()}


async def with_mentors(ledger: Ledger, database: str, folder: Path) -> Importer:
    """Who imports into a wiki where Ada and Bo have mentored every newcomer since soon after their registration."""
    made = Importer(ledger, database, folder)
    # Pages alone do not tell their wiki's address.
    await made.take(*written(folder, siteinfo=orjson.dumps(answer("001"))))
    wiki = (await ledger.wikis())[WIKI]
    entries = [
        Entry(
            fact=MentorEnrolled(at=FIRST_DAY, origin=Origin("programme", f"enrolled {mentor}"), mentor=mentor)
        )
        for mentor in (ADA, BO)
    ]
    for mentee in NEWCOMERS:
        at = FIRST_DAY + timedelta(seconds=7 if mentee == NEWCOMERS[-1] else 4)
        origin = Origin("programme", f"assigned {mentee}")
        fact = Assigned(at=at, origin=origin, mentor=(ADA, BO)[mentee % 2])
        entries.append(Entry(fact=fact, target=Target(id=mentee)))
    await ledger.bulk(wiki, entries)
    return made


@pytest.fixture
async def importer(ledger: Ledger, database: str, tmp_path: Path) -> Importer:
    return await with_mentors(ledger, database, tmp_path)


@pytest.fixture
async def whole(importer: Importer) -> dict[str, list[tuple[Any, ...]]]:
    """What the whole log comes to, read at once at the end."""
    await importer.take(PAGE)
    return await importer.timelines()


def open_blocks_of_the_wiki() -> dict[int, tuple[str, str]]:
    """Who was blocked at the end, until when and how widely, as `list=blocks` said."""
    blocks = answer("129")["query"]["blocks"]
    return {
        block["userid"]: (block["expiry"], "PARTIAL" if block["partial"] else "SITEWIDE")
        for block in blocks
        if block["userid"] != 0
    }


async def open_blocks(importer: Importer) -> dict[int, tuple[str, str]]:
    """The same, as it is recorded."""
    rows = await importer.rows(OPEN_BLOCKS, END)
    return {mentee: (_expiry(expires_at), scope) for mentee, expires_at, scope, _ in rows}


def _expiry(at: datetime) -> str:
    return "infinity" if at.year == 9999 else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_both_lists_of_the_wiki_say_the_same_of_who_is_blocked() -> None:
    users = answer("128")["query"]["users"]
    blocked = {
        user["userid"]: user["blockexpiry"].replace("infinite", "infinity")
        for user in users
        if "blockid" in user
    }
    asked = {user["userid"] for user in users if "userid" in user}
    by_list = {who: expiry for who, (expiry, _) in open_blocks_of_the_wiki().items() if who in asked}
    assert blocked == by_list


async def test_the_page_leaves_everybody_as_the_wiki_says(importer: Importer) -> None:
    outcome = await importer.take(PAGE)
    assert (outcome.recorded, outcome.known, outcome.status) == (52, 0, 0)
    assert await open_blocks(importer) == open_blocks_of_the_wiki()
    assert not importer.rejects.exists()


async def test_events_and_the_page_leave_everybody_as_the_wiki_says(
    importer: Importer, whole: dict[str, list[tuple[Any, ...]]]
) -> None:
    outcome = await importer.take(EVENTS, PAGE)
    assert (outcome.recorded, outcome.status) == (0, 0)
    assert await importer.timelines() == whole


async def test_events_alone_know_all_but_the_blocks_with_an_end_and_say_so(importer: Importer) -> None:
    """What may differ from the wiki: who is blocked until a moment that no event tells, and nothing else."""
    outcome = await importer.take(EVENTS)
    said = open_blocks_of_the_wiki()
    assert await open_blocks(importer) == {
        who: block for who, block in said.items() if block[0] == "infinity"
    }
    assert outcome.status == 1
    assert {line["why"] for line in importer.refused()} == {"no expiry known; give the log page too"}
    assert len(importer.refused()) == sum(outcome.refused.values()) == 20


async def test_events_first_and_the_page_later_come_to_the_same(importer: Importer) -> None:
    await importer.take(EVENTS)
    outcome = await importer.take(PAGE)
    assert (outcome.status, outcome.refused_again, importer.refused()) == (0, 0, [])
    assert await open_blocks(importer) == open_blocks_of_the_wiki()


async def test_importing_again_records_nothing(
    importer: Importer, whole: dict[str, list[tuple[Any, ...]]]
) -> None:
    outcome = await importer.take(PAGE)
    assert (outcome.recorded, outcome.known, outcome.status) == (0, 52, 0)
    assert await importer.timelines() == whole


@pytest.fixture
async def others(bare_database: str, tmp_path: Path) -> AsyncIterator[Importer]:
    """A second database, to import the same in another way."""
    folder = tmp_path / "others"
    folder.mkdir()
    await upgrade(bare_database)
    async with Ledger.open(bare_database) as ledger:
        yield await with_mentors(ledger, bare_database, folder)


async def test_a_block_of_the_log_suspends_the_tie_and_the_unblock_resumes_it(
    whole: dict[str, list[tuple[Any, ...]]],
) -> None:
    """Wanda was blocked under one name, renamed, and unblocked under another."""
    wanda = NEWCOMERS[0]
    assert [tie[1] for tie in whole["ties"] if tie[0] == wanda] == [BO]
    assert [state for *_, state in sorted(whole["tie spans"], key=lambda span: span[3]) if _[0] == wanda] == [
        "ACTIVE",
        "SUSPENDED",
        "ACTIVE",
    ]
    kinds = Counter(event[2] for event in whole["events"])
    assert len(whole["ties"]) == len(NEWCOMERS)
    assert kinds == {"STARTED": len(NEWCOMERS), "SUSPENDED": 7, "RESUMED": 4}


@pytest.mark.parametrize(
    ("seed", "count"), [(0, 4), (1, 4), (2, 4), (212, 10), (335, 10), (394, 5), (418, 40)]
)
async def test_events_and_pages_shuffled_and_in_pieces_come_to_the_same(
    importer: Importer, others: Importer, tmp_path: Path, seed: int, count: int
) -> None:
    await others.take(EVENTS, PAGE)
    pages = captured_pages()
    lines = [*event_lines(), *pages.values()]
    Random(seed).shuffle(lines)
    # Pages are read with the renames of their day: these have to be there when the pages are.
    pieces = [[pages.pop("092-logevents-renameuser-all.json")], *cut(lines, count)]
    await in_pieces(importer, tmp_path, pieces)
    assert (await importer.timelines(), importer.refused()) == (await others.timelines(), [])


@pytest.mark.parametrize("count", [2, 5, 9])
async def test_events_in_pieces_from_the_newest_to_the_oldest_come_to_the_same(
    importer: Importer, others: Importer, tmp_path: Path, count: int
) -> None:
    await others.take(EVENTS)
    await in_pieces(importer, tmp_path, [*reversed(cut(event_lines(), count))])
    assert await importer.timelines() == await others.timelines()
    assert words(importer.refused()) == words(others.refused())


def cut(lines: Sequence[bytes], count: int) -> list[Sequence[bytes]]:
    size = len(lines) // count + 1
    return [lines[start : start + size] for start in range(0, len(lines), size)]


async def in_pieces(importer: Importer, folder: Path, pieces: Sequence[Sequence[bytes]]) -> None:
    for number, piece in enumerate(pieces):
        await importer.take(*written(folder, **{f"piece{number}": b"\n".join(piece)}))


def words(refused: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(line["why"], line["text"]) for line in refused}


async def test_lines_without_sense_are_refused_with_their_place(importer: Importer, tmp_path: Path) -> None:
    lines = [b"{not json", b"[1, 2]", b'{"meta":{}}', answer_of_an_error(), *event_lines()[:3]]
    outcome = await importer.take(*written(tmp_path, mixed=b"\n".join(lines)))
    assert (outcome.recorded, outcome.status) == (3, 1)
    refused = importer.refused()
    assert [(Path(line["file"]).name, line["line"]) for line in refused] == [
        ("mixed", n) for n in (1, 2, 3, 4)
    ]
    assert [line["text"] for line in refused] == [line.decode() for line in lines[:4]]
    assert [line["why"].split(":")[0] for line in refused] == [
        "it is no JSON",
        "it is neither an event nor a page of list=logevents",
        "it does not say of which wiki it is",
        "the wiki answered with an error",
    ]


def answer_of_an_error() -> bytes:
    return orjson.dumps(answer("124"))


async def test_an_entry_of_a_page_that_is_refused_says_when_the_page_was_read(
    importer: Importer, tmp_path: Path
) -> None:
    # Nobody of these names is known yet; the registrations come with the next import, and then they are.
    await importer.take(*written(tmp_path, blocks=captured_pages()["090-swap-logevents-1.json"]))
    assert [(line["part"], line["read_at"][:19]) for line in importer.refused()] == [
        (1, "2026-11-22T19:28:15"),
        (2, "2026-11-22T19:28:15"),
    ]
    await importer.take(EVENTS)
    blocks = await importer.rows("SELECT mentee_id FROM block WHERE block_id = '52'")
    assert blocks == [(12,)]


async def test_what_was_refused_of_another_wiki_stays_in_the_file(importer: Importer, tmp_path: Path) -> None:
    line = event_lines()[0]
    foreign = line.replace(b'"wiki":"mentorwiki"', b'"wiki":"otherwiki"').replace(b'"log_id":2,', b"")
    await importer.take(*written(tmp_path, foreign=foreign), wiki="otherwiki")
    outcome = await importer.take(*written(tmp_path, ours=line))
    assert outcome.status == 0
    assert [entry["wiki"] for entry in importer.refused()] == ["otherwiki"]


async def test_the_table_tells_every_line(importer: Importer) -> None:
    outcome = await importer.take(EVENTS)
    told = [outcome.recorded, outcome.known, *outcome.left_out.values(), *outcome.refused.values()]
    assert sum(told) == len(event_lines())
    console = Console(record=True, width=120, file=StringIO())
    console.print(table_of(outcome, importer.rejects))
    text = console.export_text()
    for phrase in ("recorded", "known already", "left out: about an autoblock", "refused: no expiry known"):
        assert phrase in text


async def test_a_wiki_that_nobody_knows_is_asked_for(ledger: Ledger, database: str, tmp_path: Path) -> None:
    importer = Importer(ledger, database, tmp_path)
    with pytest.raises(UnknownWikiError, match="--wiki"):
        await importer.take(PAGE, wiki=None)
    with pytest.raises(UnknownWikiError, match="addWiki"):
        await importer.take(PAGE)


async def test_event_lines_bring_their_wiki(ledger: Ledger, database: str, tmp_path: Path) -> None:
    importer = Importer(ledger, database, tmp_path)
    await importer.take(EVENTS, wiki=None)
    assert await importer.rows("SELECT db_name FROM wiki") == [(WIKI,)]


async def test_each_account_has_the_names_that_the_wiki_gives_it(importer: Importer) -> None:
    await importer.take(PAGE)
    rows = await importer.rows("SELECT id, name FROM account WHERE name IS NOT NULL")
    names = dict(rows)
    for capture in ("088", "029", "128"):
        for user in answer(capture)["query"]["users"]:
            if "userid" in user:
                assert names[user["userid"]] == user["name"]


async def test_a_line_that_comes_twice_is_recorded_once(importer: Importer, tmp_path: Path) -> None:
    outcome = await importer.take(*written(tmp_path, twice=b"\n".join([event_lines()[0]] * 2)))
    assert (outcome.recorded, outcome.known, outcome.status) == (1, 1, 0)


async def test_what_the_wiki_hides_is_left_out(importer: Importer, tmp_path: Path) -> None:
    outcome = await importer.take(*written(tmp_path, hidden=orjson.dumps(answer("109"))))
    assert (dict(outcome.left_out), outcome.status) == ({LeftOut.HIDDEN: 1}, 0)


async def test_a_log_of_another_wiki_with_the_same_numbers_is_not_taken_for_known(
    importer: Importer, tmp_path: Path
) -> None:
    await importer.take(PAGE)
    other = answer("125")
    for entry in other["query"]["logevents"]:
        entry["timestamp"] = entry["timestamp"].replace("2026", "2025")
    outcome = await importer.take(*written(tmp_path, other=orjson.dumps(other)))
    assert (outcome.recorded, outcome.known) == (0, 0)
    assert sum(outcome.refused.values()) == 52


async def test_the_command_tells_by_its_status_how_it_went(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rejects = tmp_path / "kept" / "rejects.jsonl"
    assert await run(database, [PAGE], rejects=rejects) == 2
    assert "--wiki" in capsys.readouterr().out
    assert await run(database, [EVENTS], rejects=rejects) == 1
    assert rejects.exists()
    assert await run(database, [PAGE], wiki=WIKI, rejects=rejects) == 0
    assert not rejects.exists()


GARBAGE: tuple[Any, ...] = (
    5, -1, 0, 2**63, 2**70, True, None, "", "²", "a\0b", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    [], ["²"], {}, [[]], {"a": []}, 1e300, "infinity", "x" * 300,
)  # fmt: skip


def spoilt(value: Any, chance: Random) -> Any:
    """The same, with something that no wiki writes in place of one of its members, however deep."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.2:
        return chance.choice(GARBAGE)
    key = chance.choice([*value]) if isinstance(value, dict) else chance.randrange(len(value))
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = spoilt(copy[key], chance)
    return copy


@pytest.mark.parametrize("seed", range(4))
async def test_a_line_with_anything_in_it_stops_no_import_and_is_recorded_or_refused(
    importer: Importer, tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    lines = [orjson.loads(line) for line in [*event_lines(), *captured_pages().values()]]
    texts = []
    for _ in range(400):
        try:
            texts.append(orjson.dumps(spoilt(chance.choice(lines), chance)))
        except TypeError:  # an integer that JSON can't hold here
            texts.append(b'{"meta": {"id": 1' + b"0" * 40 + b"}}")
    whole = b"\n".join([*texts, *event_lines()])
    outcome = await importer.take(*written(tmp_path, spoilt=whole))
    assert outcome.recorded > 20, "what is whole is recorded"
    assert outcome.status == 1
    await importer.take(*written(tmp_path, again=b""))


async def test_a_page_of_another_wiki_is_read_again_under_its_own_name(
    importer: Importer, tmp_path: Path
) -> None:
    page = answer(WHOLE_LOG[:3])
    page["query"]["general"] = {"wikiid": "otherwiki", "server": "https://other.example"}
    outcome = await importer.take(*written(tmp_path, page=orjson.dumps(page)))
    assert (outcome.recorded, outcome.status) == (0, 1)
    [refused] = importer.refused()
    assert (refused["wiki"], refused["why"]) == (None, "the page is of otherwiki, not of mentorwiki")
    outcome = await importer.take(*written(tmp_path, nothing=b""), wiki="otherwiki")
    assert outcome.recorded == 52
    assert importer.refused() == []


async def test_what_is_refused_still_is_told_by_the_status_too(importer: Importer, tmp_path: Path) -> None:
    await importer.take(*written(tmp_path, bad=b"{not json\n\xff\n\xfe"))
    assert len(importer.refused()) == 3, "bytes that are no text are no reason to take two lines for one"
    outcome = await importer.take(*written(tmp_path, nothing=b""))
    assert (outcome.refused_again, outcome.status) == (3, 1)
