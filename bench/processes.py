"""The processes that are measured: started, waited for, ended by their id, and asked what CPU they took."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
PATIENCE: Final = 60.0
TICK: Final = os.sysconf("SC_CLK_TCK")


class Listening(NamedTuple):
    """A server as a process, at a port of 127.0.0.1."""

    pid: int
    port: int


LIMITS: Final = tuple(
    f"MENTORGRAPH_LIMIT_{what}" for what in ("REQUESTS", "COST", "CONNECTIONS", "SUBSCRIPTIONS")
)


@contextmanager
def server(dsn: str, **settings: str) -> Iterator[Listening]:
    """`mentorgraph serve` over a database, as users run it."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MENTORGRAPH_")}
    environment |= {"MENTORGRAPH_DATABASE_URL": dsn, "MENTORGRAPH_PORT": str(port), "MENTORGRAPH_DEMO": "0"}
    # One caller asks what thousands would: the limits are kept account of, and never met.
    environment |= dict.fromkeys(LIMITS, "1000000000")
    environment |= {f"MENTORGRAPH_{name.upper()}": value for name, value in settings.items()}
    with _running([sys.executable, "-m", "mentorgraph", "serve"], environment, port) as listening:
        yield listening


@contextmanager
def bare(*dsn: str) -> Iterator[Listening]:
    """Starlette without anything, or with the one page over a database."""
    port = _free_port()
    command = [sys.executable, str(ROOT / "bench/bare.py"), str(port), *dsn]
    with _running(command, os.environ | {"PYTHONPATH": str(ROOT)}, port) as listening:
        yield listening


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int) -> Iterator[Listening]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Listening(process.pid, port)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"A server ended with status {process.returncode}: {process.args!r}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"A server does not answer: {process.args!r}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def postmaster(folder: Path) -> int:
    """The embedded PostgreSQL's first process."""
    return int((folder / "postgres/postmaster.pid").read_text().split("\n", 1)[0])


class Times(NamedTuple):
    """CPU seconds so far."""

    own: float
    of_ended_children: float
    parent: int


def _times(pid: int) -> Times:
    # The name, in parentheses, may hold anything; what follows it are numbers.
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, ended_user, ended_system = (int(word) for word in words[11:15])
    return Times((user + system) / TICK, (ended_user + ended_system) / TICK, int(words[1]))


def cpu_of_machine() -> float:
    """CPU seconds that anybody has taken on this machine, and those that its host gave to another."""
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, interrupts, softly, stolen = (int(word) for word in words[:8])
    return (user + nice + system + interrupts + softly + stolen) / TICK


def cpu_of_ourselves() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def cpu(pid: int) -> float:
    """CPU seconds that a process has taken."""
    return _times(pid).own


def cpu_of_family(pid: int) -> float:
    """The same of a process and its children, those that have ended among them."""
    while True:
        own = _times(pid)
        living = sum(times.own for times in _all() if times.parent == pid)
        # A child that ended meanwhile may be in neither sum.
        if _times(pid).of_ended_children == own.of_ended_children:
            return own.own + own.of_ended_children + living


def _all() -> Iterator[Times]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                yield _times(int(entry.name))
