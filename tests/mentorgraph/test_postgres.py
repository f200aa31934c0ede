"""The embedded PostgreSQL: that it starts, keeps, stops, and says why it cannot."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from mentorgraph import postgres

ROOT = Path(__file__).parents[2]

# Runs PostgreSQL until it is killed, in a process of its own.
RUNNER = """
import sys, time
from pathlib import Path
from mentorgraph import postgres
with postgres.running(Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: its path is too long for a socket, and only its owner may enter.
    # A server that was killed may write its last file while its folder goes.
    with tempfile.TemporaryDirectory(prefix="mg-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made) / "data"


@contextmanager
def another_process(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def is_gone(pid: int) -> bool:
    """Whether the process has ended; one that only waits to be collected has."""
    try:
        return " Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:2]
    except FileNotFoundError:
        return True


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while not is_gone(pid):
        assert time.monotonic() < deadline, "PostgreSQL is still there"
        time.sleep(0.02)


async def told(dsn: str, *commands: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return [await connection.fetchval(command) for command in commands][-1]
    finally:
        await connection.close()


async def test_a_second_start_finds_the_data(folder: Path) -> None:
    with postgres.running(folder) as dsn:
        await told(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    with postgres.running(folder) as dsn:
        assert await told(dsn, "SELECT answer FROM kept") == 42


async def test_contrib_is_there(folder: Path) -> None:
    with postgres.running(folder) as dsn:
        await told(dsn, "CREATE EXTENSION btree_gist", "CREATE EXTENSION pg_stat_statements")


async def test_text_sorts_alike_on_every_machine(folder: Path) -> None:
    with postgres.running(folder) as dsn:
        assert await told(dsn, "SELECT datlocale FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"


async def test_a_long_path_does_not_keep_it_from_starting(folder: Path) -> None:
    with postgres.running(folder / ("long" * 30)) as dsn:
        assert await told(dsn, "SELECT 1") == 1


def test_nothing_is_left_running(folder: Path) -> None:
    with postgres.running(folder):
        pid = postmaster(folder)
    assert is_gone(pid)


def test_it_stops_when_its_process_is_killed(folder: Path) -> None:
    with another_process(folder) as process:
        pid = postmaster(folder)
        process.kill()
        wait_until_gone(pid)


async def test_it_starts_again_after_everything_was_killed(folder: Path) -> None:
    with another_process(folder) as process:
        process.kill()
        os.kill(postmaster(folder), signal.SIGKILL)
    assert (folder / "postgres" / "postmaster.pid").exists()
    with postgres.running(folder) as dsn:
        assert await told(dsn, "SELECT 1") == 1


async def test_an_init_that_was_cut_short_is_done_again(folder: Path) -> None:
    (folder / "postgres" / "base").mkdir(parents=True)
    with postgres.running(folder) as dsn:
        assert await told(dsn, "SELECT 1") == 1


def test_two_at_once_in_one_folder_are_refused(folder: Path) -> None:
    with (
        another_process(folder) as process,
        pytest.raises(postgres.PostgresError, match=f"process {process.pid}.*MENTORGRAPH_DATA_DIR"),
        postgres.running(folder),
    ):
        pass


def test_data_of_another_version_is_refused(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(postgres.PostgresError, match="made by PostgreSQL 12"), postgres.running(folder):
        pass


def test_a_start_that_fails_says_what_postgresql_said(folder: Path) -> None:
    with (
        pytest.raises(postgres.PostgresError, match='unrecognized configuration parameter "nonsense"'),
        postgres.running(folder, ["nonsense=1"]),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be someone else")
def test_root_runs_it_as_someone_else(folder: Path) -> None:
    with postgres.running(folder):
        assert Path(f"/proc/{postmaster(folder)}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that others may not enter")
async def test_root_may_keep_it_where_others_cannot_pass(folder: Path) -> None:
    folder.parent.chmod(0o700)
    with postgres.running(folder) as dsn:
        assert await told(dsn, "SELECT 1") == 1
    assert folder.parent.stat().st_mode & 0o777 == 0o700
