"""What is handed on: an sdist and a wheel hold the pages that they serve."""

import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = "mentorgraph/static"
BUILD: Final = "import sys, hatchling.build as by; print(getattr(by, 'build_' + sys.argv[1])(sys.argv[2]))"
"""As `python -m build` and pip call it, without a network."""


def build(kind: str, source: Path, into: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(into)], cwd=source, check=True, capture_output=True, text=True
    )
    return into / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def pages() -> dict[str, bytes]:
    folder = ROOT / PAGES
    found = {one.relative_to(ROOT).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    assert f"{PAGES}/dashboard/index.html" in found
    assert f"{PAGES}/dashboard/documents.json" in found
    return found


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An sdist, as somebody who has nothing else unpacks it."""
    place = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", ROOT, place)) as archive:
        archive.extractall(place, filter="data")
    (folder,) = [one for one in place.iterdir() if one.is_dir()]
    return folder


def test_an_sdist_holds_the_dashboard(unpacked: Path, pages: dict[str, bytes]) -> None:
    assert {name: (unpacked / name).read_bytes() for name in pages} == pages


def test_a_wheel_of_the_sdist_holds_it_and_finds_it_where_it_is_installed(
    unpacked: Path, pages: dict[str, bytes], tmp_path: Path
) -> None:
    wheel = build("wheel", unpacked, tmp_path)
    with ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name.startswith(PAGES)}
        archive.extractall(tmp_path / "site")  # noqa: S202 - a wheel that was built a moment ago
    assert held == pages
    ask = "from mentorgraph.page import STATIC; print(STATIC / 'dashboard' / 'index.html')"
    found = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        check=True,
        capture_output=True,
        text=True,
    )
    place = Path(found.stdout.strip())
    assert place.is_relative_to(tmp_path / "site")
    assert place.read_bytes() == pages[f"{PAGES}/dashboard/index.html"]
