"""The log of a real wiki, resolved to facts by user id: by events, by pages, by both, in any order."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import orjson
import pytest

from graph.facts import BlockChanged, BlockPlaced, Registered
from graph.kinds import FactKind
from mentorgraph.feed.gather import Reading, SeveralWikisError
from mentorgraph.feed.gathered import Resolved, Unresolved
from mentorgraph.feed.resolve import NO_EXPIRY, NO_REASON
from wiki_captures import (
    DATA,
    EVENTS,
    FRAMES,
    WHOLE_LOG,
    answer,
    captured_pages,
    event_lines,
    gather,
    resolved,
    written,
)

PAGE = DATA / "api" / WHOLE_LOG

# Log ids whose entries the public stream never carried: the block that hides a name.
NOT_PUBLIC = {79}


def by_id(found: list[Resolved]) -> dict[int, tuple[object, ...]]:
    """What each log entry says, without the words."""
    return {
        int(one.fact.origin.source_id): (
            one.user_id,
            one.fact,
            one.reason,
            one.performer,
            one.name,
            one.eligible,
        )
        for one in found
    }


def ids(unresolved: list[Unresolved]) -> dict[int, str]:
    return {one.lines[0].sighting.log_id: str(one.why) for one in unresolved}


def test_the_newcomer_of_the_story_is_one_person_and_the_reused_name_is_another() -> None:
    found, _ = resolved(PAGE)
    told = by_id(found)
    assert [told[log_id][0] for log_id in (4, 29, 30, 33, 34)] == [5, 5, 5, 5, 15]
    assert (told[4][4], told[30][4], told[34][4]) == (
        "Acme Widgets Ltd",
        "Wanda Widgetfan",
        "Acme Widgets Ltd",
    )


def test_swapped_names_end_with_whom_the_wiki_says() -> None:
    found, _ = resolved(EVENTS)
    last = {one.user_id: one.name for one in found if one.name is not None}
    for capture in ("088", "029"):
        for user in answer(capture)["query"]["users"]:
            assert last[user["userid"]] == user["name"]
    assert last[13] == "Ringo Very Final"


def test_events_say_what_the_log_says_but_for_ends_and_what_is_not_public() -> None:
    from_events, open_ended = resolved(EVENTS)
    from_page, nothing = resolved(PAGE)
    assert nothing == []
    told, wanting = by_id(from_page), ids(open_ended)
    assert set(wanting.values()) == {NO_EXPIRY}
    assert by_id(from_events) == {
        log_id: said for log_id, said in told.items() if log_id not in wanting.keys() | NOT_PUBLIC
    }
    # What wants an end is exactly the blocks and changes that have one.
    ends = {
        int(one.fact.origin.source_id)
        for one in from_page
        if isinstance(one.fact, BlockPlaced | BlockChanged) and one.fact.expires_at is not None
    }
    assert set(wanting) == ends


def test_events_and_the_page_together_say_what_the_page_says() -> None:
    both, unresolved = resolved(EVENTS, PAGE)
    assert (by_id(both), unresolved) == (by_id(resolved(PAGE)[0]), [])


@pytest.mark.parametrize("seed", range(8))
def test_neither_the_order_of_lines_nor_of_files_matters(tmp_path: Path, seed: int) -> None:
    random, lines = Random(seed), event_lines()
    random.shuffle(lines)
    pages = list(captured_pages().values())
    random.shuffle(pages)
    files = written(tmp_path, lines=b"\n".join(lines), pages=b"\n".join(pages))
    random.shuffle(files)
    found, unresolved = resolved(*files)
    assert (by_id(found), unresolved) == (by_id(resolved(PAGE)[0]), [])


def test_pages_of_many_moments_say_what_the_last_one_says(tmp_path: Path) -> None:
    pages = written(tmp_path, **captured_pages())
    rest = [path for path in pages if path.name != WHOLE_LOG]
    found, _ = resolved(*rest)
    told = by_id(resolved(PAGE)[0])
    assert by_id(found) == {log_id: told[log_id] for log_id in by_id(found)}
    assert len(found) > 40


def test_what_was_read_without_its_reason_waits_for_a_page_that_tells_it(tmp_path: Path) -> None:
    silent = answer("125")
    for entry in silent["query"]["logevents"]:
        del entry["comment"]
    files = written(tmp_path, silent=orjson.dumps(silent))
    found, unresolved = resolved(*files)
    assert set(ids(unresolved).values()) == {NO_REASON}
    # Log 81 has a reason that the wiki hides: there is nothing to wait for.
    assert {log_id for log_id, said in by_id(found).items() if not isinstance(said[1], Registered)} == {81}
    assert by_id(resolved(*files, PAGE)[0]) == by_id(resolved(PAGE)[0])


def test_the_day_of_reading_can_be_given(tmp_path: Path) -> None:
    # Read before the swap: the names are those of that day, though a later page is there too.
    early = written(tmp_path, early=orjson.dumps(answer("003")))
    found, _ = resolved(*early, EVENTS, read_at=datetime(2026, 11, 22, 19, 27, 58, tzinfo=UTC))
    told = by_id(found)
    assert {told[log_id][0]: told[log_id][4] for log_id in (11, 13)} == {
        12: "Zoë Müller é",
        14: "A&B 'Co' \"Ltd\" +1",
    }


def test_frames_of_the_stream_are_read_as_its_lines(tmp_path: Path) -> None:
    head = written(tmp_path, head=b"\n".join(event_lines()[:45]))
    assert by_id(resolved(FRAMES)[0]) == by_id(resolved(*head)[0])
    reading = Reading("mentorwiki")
    reading.read(0, FRAMES)
    assert reading.left_out["a canary event"] == 1  # type: ignore[index]


def test_a_page_of_many_lines_is_read_as_one_of_one_line(tmp_path: Path) -> None:
    pretty = written(tmp_path, pretty=orjson.dumps(answer("125"), option=orjson.OPT_INDENT_2))
    assert by_id(resolved(*pretty)[0]) == by_id(resolved(PAGE)[0])


def test_who_was_suppressed_is_known_by_id_all_the_same() -> None:
    told = by_id(resolved(PAGE)[0])
    hidden = told[79][1]
    assert (told[10][0], told[79][0], told[80][0]) == (11, 11, 11)
    assert isinstance(hidden, BlockPlaced)
    assert hidden.hides_name


def test_what_the_wiki_hides_of_an_entry_is_not_taken_in() -> None:
    for found, _ in (resolved(PAGE), resolved(EVENTS, PAGE)):
        _, fact, reason, performer, _, _ = by_id(found)[81]
        assert isinstance(fact, BlockPlaced)
        assert (fact.reason, reason, performer) == (None, None, None)


def test_a_block_that_ended_by_itself_and_came_again_is_two_blocks() -> None:
    told = by_id(resolved(PAGE)[0])
    kinds = [told[log_id][1].kind for log_id in (62, 63, 64, 65)]  # type: ignore[attr-defined]
    assert kinds == [FactKind.BLOCK_PLACED] * 3 + [FactKind.BLOCK_LIFTED]


def test_nobody_is_taken_for_someone_who_had_not_registered_yet(tmp_path: Path) -> None:
    # The block of log 29 was on "Acme Widgets Ltd", user 5; here only user 15's registration of that name is
    # known.
    lines = [line for line in event_lines() if b'"log_id":29,' in line or b'"log_id":34,' in line]
    found, unresolved = resolved(*written(tmp_path, some=b"\n".join(lines)))
    assert [one.user_id for one in found] == [15]
    assert "nobody of that name is known" in ids(unresolved)[29]


def test_whoever_acted_is_known_by_id_without_a_registration(tmp_path: Path) -> None:
    page = answer("125")
    entries = page["query"]["logevents"]
    page["query"]["logevents"] = [one for one in entries if one["logid"] in (16, 29, 30)]
    found, _ = resolved(*written(tmp_path, page=orjson.dumps(page)))
    assert {one.user_id for one in found} == {5}


def test_lines_of_two_wikis_need_to_be_told_apart(tmp_path: Path) -> None:
    other = event_lines()[0].replace(b'"wiki":"mentorwiki"', b'"wiki":"otherwiki"')
    files = written(tmp_path, mixed=b"\n".join([*event_lines(), other]))
    with pytest.raises(SeveralWikisError, match="--wiki"):
        gather(*files, wiki=None)
    assert by_id(resolved(*files)[0]) == by_id(resolved(EVENTS)[0])


def test_two_entries_with_one_log_id_are_not_mixed_up(tmp_path: Path) -> None:
    page = answer("003")
    page["query"]["logevents"][0]["timestamp"] = "2020-01-01T00:00:00Z"
    found, unresolved = resolved(EVENTS, *written(tmp_path, page=orjson.dumps(page)))
    assert by_id(found)[13] == by_id(resolved(EVENTS)[0])[13]
    assert ids(unresolved)[13].startswith("another entry has the same log id")


def test_temporary_accounts_are_never_eligible(tmp_path: Path) -> None:
    line = event_lines()[0].replace(b"Mentor Ada", b"~2026-7")
    found, _ = resolved(*written(tmp_path, line=line))
    assert [(one.name, one.eligible) for one in found] == [("~2026-7", False)]
