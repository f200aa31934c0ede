"""docs/threats.md is true of the tests: each threat is there once, and each test that it names is one."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREATS = [f"T{number}" for number in range(1, 43)]
ROW = re.compile(r"^\| (T\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:\[[^\]`]*\])?`")

ROWS = ROW.findall((ROOT / "docs/threats.md").read_text())


def test_every_threat_is_there_once() -> None:
    assert [row[0] for row in ROWS] == THREATS


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_threat_is_held_by_tests_that_exist(row: tuple[str, ...]) -> None:
    named = TEST.findall(held_by := row[-1])
    assert named, "a threat without a test"
    assert held_by.count("tests/") == len(named), "what looks like a test is one"
    for file, name in named:
        assert name in defined(ROOT / file), f"{file}::{name}"


def defined(file: Path) -> set[str]:
    """The tests of a file."""
    body = ast.parse(file.read_text()).body
    return {
        one.name
        for one in body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test_")
    }
