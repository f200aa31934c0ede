"""What dumps of growthexperiments_mentor_mentee and lists of mentors say, in each form that wikis have."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from graph.kinds import MentorShare, RelationshipRole
from mentorgraph.growth.dump import DumpRow, Malformed, UnreadableDumpError, rows
from mentorgraph.growth.mentors import ListedMentor, MalformedMentor, UnreadableListError, mentors
from mentorgraph.growth.reading import Files, UnknownMomentError

PRIMARY, BACKUP = RelationshipRole.PRIMARY, RelationshipRole.BACKUP

A_STATEMENT_A_LINE = b"""-- MySQL dump 10.19  Distrib 10.3.38-MariaDB, for debian-linux-gnu (x86_64)
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `growthexperiments_mentor_mentee`;
CREATE TABLE `growthexperiments_mentor_mentee` (
  `gemm_mentee_id` int(10) unsigned NOT NULL,
  `gemm_mentor_id` int(10) unsigned NOT NULL,
  `gemm_mentor_role` varbinary(255) NOT NULL,
  `gemm_mentee_is_active` tinyint(1) NOT NULL DEFAULT 1
);
LOCK TABLES `growthexperiments_mentor_mentee` WRITE;
INSERT INTO `growthexperiments_mentor_mentee` VALUES (11,3,'primary',1),(11,4,'backup',1),(12,3,'primary',0);
INSERT INTO `growthexperiments_mentor_mentee` VALUES (13,4,'primary',1);
UNLOCK TABLES;
INSERT INTO `something_else` VALUES (99,99,'primary',1);
"""
A_ROW_A_LINE = b"""/*M!999999\\- enable the sandbox mode */
INSERT INTO `growthexperiments_mentor_mentee` (`gemm_mentee_id`, `gemm_mentor_id`, `gemm_mentor_role`) VALUES
(11,3,'primary'),
(11,4,'backup'),
(12,3,_binary 'primary\\0\\0\\0'),
(13,4,0x7072696D617279);
"""
CSV_WITH_NAMES = b"""gemm_mentor_id,gemm_mentee_id,gemm_mentor_role,gemm_mentee_is_active
3,11,primary,1
4,11,backup,1
"3","12","primary","0"
4,13,primary,1
"""
CSV_BARE = b"11,3,primary,1\r\n11,4,backup,1\r\n12,3,primary,0\r\n13,4,primary,1\r\n"
TABS = b"""gemm_mentee_id\tgemm_mentor_id\tgemm_mentor_role\tgemm_mentee_is_active
11\t3\tprimary\t1
11\t4\tbackup\t1
12\t3\tprimary\t0
13\t4\tprimary\t1
"""
TOLD = [(11, 3, PRIMARY), (11, 4, BACKUP), (12, 3, PRIMARY), (13, 4, PRIMARY)]
FORMS = {
    "a statement a line": A_STATEMENT_A_LINE,
    "a row a line": A_ROW_A_LINE,
    "csv with names": CSV_WITH_NAMES,
    "csv": CSV_BARE,
    "tabs": TABS,
}


def file(folder: Path, content: bytes, name: str = "dump") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_table_says_the_same(tmp_path: Path, form: str, is_packed: bool) -> None:
    content = gzip.compress(FORMS[form]) if is_packed else FORMS[form]
    found = list(rows(file(tmp_path, content)))
    assert [row[2:] for row in found if isinstance(row, DumpRow)] == TOLD
    assert len(found) == len(TOLD)


SQL_WITH_FAULTS = b"""-- dump
INSERT INTO `growthexperiments_mentor_mentee` VALUES (11,3,'primary',1),(12,-3,'primary',1),(13,4,'third',1),\
(14,NULL,'primary',1),(15,9999999999999999999,'primary',1),(16,4,'backup',1);
"""


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (
            b"11,3,primary,1\n12,x,primary,1\n13,4\n14,0,primary,1\n15,5,tertiary,1\n16,4,backup,1\n",
            [2, 3, 4, 5],
        ),
        (
            SQL_WITH_FAULTS,
            [2, 3, 4, 5],
        ),
    ],
)
def test_a_row_that_is_none_is_told_by_its_place_and_the_rest_is_read(
    tmp_path: Path, content: bytes, places: list[int]
) -> None:
    found = list(rows(file(tmp_path, content)))
    assert [row[2:] for row in found if isinstance(row, DumpRow)] == [(11, 3, PRIMARY), (16, 4, BACKUP)]
    faults = [row for row in found if isinstance(row, Malformed)]
    assert [fault.part or fault.line for fault in faults] == places
    assert all(fault.why and fault.text for fault in faults)


def test_a_dump_that_is_cut_short_is_an_error_and_no_shorter_dump(tmp_path: Path) -> None:
    packed = gzip.compress(A_STATEMENT_A_LINE * 50)
    with pytest.raises(UnreadableDumpError, match="cut short"):
        list(rows(file(tmp_path, packed[: len(packed) // 2])))


def test_columns_in_another_order_are_refused_and_not_guessed(tmp_path: Path) -> None:
    swapped = A_ROW_A_LINE.replace(
        b"`gemm_mentee_id`, `gemm_mentor_id`", b"`gemm_mentor_id`, `gemm_mentee_id`"
    )
    with pytest.raises(UnreadableDumpError, match="expected are gemm_mentee_id"):
        list(rows(file(tmp_path, swapped)))
    with pytest.raises(UnreadableDumpError, match="no column gemm_mentor_role"):
        list(rows(file(tmp_path, b"gemm_mentee_id,gemm_mentor_id\n1,2\n")))


def test_an_empty_dump_has_no_rows(tmp_path: Path) -> None:
    assert list(rows(file(tmp_path, b""))) == []


LIST = {
    "Mentors": {
        "3": {"username": "Ada", "message": "Hello", "weight": 4, "automaticallyAssigned": True},
        "4": {"username": "Bo", "message": None, "weight": 1, "awayTimestamp": "20270105120000"},
        "5": {"automaticallyAssigned": False, "message": ""},
        "6": {"awayTimestamp": "2027-01-05T12:00:00Z", "weight": 0},
    }
}
BACK = datetime(2027, 1, 5, 12, tzinfo=UTC)
LISTED = [
    ListedMentor(3, "Ada", MentorShare.HIGH, "Hello", None),
    ListedMentor(4, "Bo", MentorShare.LOW, None, BACK),
    ListedMentor(5, None, MentorShare.NONE, "", None),
    ListedMentor(6, None, MentorShare.NONE, None, BACK),
]


def as_page(content: object) -> dict[str, object]:
    """As the Action API answers, an older revision after the newest."""
    text = orjson.dumps(content).decode()
    older = {"timestamp": "2026-01-01T00:00:00Z", "slots": {"main": {"content": '{"Mentors": {}}'}}}
    newest = {"timestamp": "2026-02-01T00:00:00Z", "slots": {"main": {"content": text}}}
    return {"query": {"pages": [{"title": "MediaWiki:GrowthMentors.json", "revisions": [newest, older]}]}}


@pytest.mark.parametrize("content", [LIST, as_page(LIST)], ids=["the page", "the API's answer"])
def test_a_list_says_who_is_a_mentor_and_what_they_chose(tmp_path: Path, content: object) -> None:
    assert list(mentors(file(tmp_path, orjson.dumps(content)))) == LISTED


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("x", {}),
        ("0", {}),
        ("3", []),
        ("3", {"weight": 3}),
        ("3", {"weight": True}),
        ("3", {"message": "m" * 241}),
        ("3", {"message": 5}),
        ("3", {"awayTimestamp": "soon"}),
        ("3", {"awayTimestamp": 5}),
        ("3", {"colour": "red"}),
    ],
)
def test_an_entry_that_is_none_is_told_and_the_others_are_read(
    tmp_path: Path, key: str, entry: object
) -> None:
    content = orjson.dumps({"Mentors": {key: entry, "7": {}}})
    bad, good = mentors(file(tmp_path, content))
    assert isinstance(bad, MalformedMentor)
    assert isinstance(good, ListedMentor)


@pytest.mark.parametrize("content", [b"{", b'{"Mentors": 5}', b"{}", b'{"query": {"pages": []}}'])
def test_a_file_that_is_no_list_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableListError, match=r"no GrowthMentors\.json"):
        list(mentors(file(tmp_path, content)))


def test_an_empty_list_as_php_writes_it_has_no_mentors(tmp_path: Path) -> None:
    assert list(mentors(file(tmp_path, b'{"Mentors": []}'))) == []


def test_files_are_told_apart_by_what_they_hold_and_tell_of_the_day_in_their_name(tmp_path: Path) -> None:
    dump = file(tmp_path, CSV_BARE, "enwiki-20260301-growthexperiments_mentor_mentee.csv")
    listed = file(tmp_path, orjson.dumps(LIST), "list.txt")
    files = Files.of([listed, dump], None)
    assert (files.lists, files.dumps, files.at) == ([listed], [dump], datetime(2026, 3, 1, tzinfo=UTC))
    assert Files.of([listed, dump], BACK.replace(year=2025, microsecond=5)).at == BACK.replace(year=2025)
    with pytest.raises(UnknownMomentError, match="lies ahead"):
        Files.of([dump], datetime(2999, 1, 1, tzinfo=UTC))


def test_files_of_no_day_tell_of_when_they_were_written(tmp_path: Path) -> None:
    dump = file(tmp_path, CSV_BARE)
    written = datetime.fromtimestamp(int(dump.stat().st_mtime), UTC)
    assert Files.of([dump], None).at == written
