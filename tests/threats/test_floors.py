"""What we stand on has none of the holes that are known: its versions, as they are installed and as they are pinned."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
FLOORS = {
    "strawberry-graphql": (0, 327, 2),  # CVE-2026-35523, -35526, -47707, -107727
    "graphql-core": (3, 3, 0),  # CVE-2026-75507, -75508
    "starlette": (1, 3, 1),  # CVE-2026-54283, CVE-2025-62727
}
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)


def parts(said: str) -> tuple[int, ...]:
    """A version's numbers; of a candidate those before its letters, less one."""
    found = re.match(r"(\d+(?:\.\d+)*)(rc|a|b)?", said)
    assert found is not None
    numbers = tuple(map(int, found[1].split(".")))
    return (*numbers[:-1], numbers[-1] - 1) if found[2] else numbers


@pytest.mark.parametrize("name", FLOORS)
def test_what_is_installed_and_what_is_pinned_has_no_known_hole(name: str) -> None:
    lists = [PINNED.findall(file.read_text()) for file in sorted(REQUIREMENTS.glob("*.txt"))]
    # A library may stand in a list twice: one version for one Python, another for the next.
    pinned = [said for found in lists for other, said in found if other == name]
    assert name in dict(PINNED.findall((REQUIREMENTS / "run.txt").read_text()))
    for said in (version(name), *pinned):
        assert parts(said) >= FLOORS[name], said


@pytest.mark.parametrize("file", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda file: file.name)
def test_each_requirement_is_one_version_with_its_hashes(file: Path) -> None:
    text = re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=[^\s])", text.strip())
    assert entries
    for entry in entries:
        assert PINNED.match(entry), entry
        assert "--hash=sha256:" in entry, entry


def test_a_candidate_is_older_than_what_it_is_a_candidate_for() -> None:
    assert parts("3.3.0rc1") < parts("3.3.0") < parts("3.3.2")
