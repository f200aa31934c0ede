"""The command: what it says, what it leaves behind, and what a mistake gets."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, entry_of, feed_of, lose_all_stretches, rows_of
from lifecycle_histories import GROUND
from lifecycle_stories import THE_STORY
from models.ledger import Ledger

PROTOCOL = Subprotocol("graphql-transport-ws")
ROOT = Path(__file__).parents[2]
WIKIS = {"query": "{ wikis { totalCount } }"}


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mg-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "data"


def command(*words: str, **settings: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MENTORGRAPH_")}
    return subprocess.Popen(
        [sys.executable, "-m", "mentorgraph", *words],
        cwd=ROOT,
        env=clean | {f"MENTORGRAPH_{name}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server with a database of its own, and its address as it says it."""
    process = command("serve", DATA_DIR=str(folder), PORT="0", DEMO="0", **settings)
    assert process.stdout is not None
    try:
        said = next((line for line in process.stdout if "http://" in line), "")
        assert said, process.stderr and process.stderr.read()
        yield process, said.split()[1].rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def ending(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """How the process ends, and what it complains of."""
    _, complaint = process.communicate(timeout=30)
    return process.returncode, complaint


def asked(address: str) -> object:
    return httpx.post(f"{address}/graphql", json=WIKIS).json()["data"]


def test_it_says_what_to_open(folder: Path) -> None:
    with serving(folder) as (_, address):
        assert "mentorgraph" in httpx.get(address).text
        assert asked(address) == {"wikis": {"totalCount": 0}}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order(folder: Path, number: signal.Signals) -> None:
    with serving(folder) as (process, address):
        asked(address)
        process.send_signal(number)
        assert ending(process) == (0, "")
    assert not (folder / "postgres" / "postmaster.pid").exists()
    assert (folder / "postgres.log").read_text().splitlines()[-1].endswith("database system is shut down")


def test_a_server_says_that_it_leaves_then_tells_those_who_watch_and_ends_what_was_begun(
    folder: Path,
) -> None:
    with serving(folder, DRAIN="60") as (process, address):
        place = urlsplit(address)
        with (
            connect(f"ws://{place.netloc}/graphql", subprotocols=[PROTOCOL], proxy=None) as watcher,
            socket.create_connection((place.hostname or "", place.port or 0)) as slow,
        ):
            watcher.send('{"type":"connection_init"}')
            assert watcher.recv() == '{"type":"connection_ack"}'
            body = json.dumps(WIKIS).encode()
            slow.sendall(f"POST /graphql HTTP/1.1\r\nHost: {place.netloc}\r\n".encode())
            slow.sendall(b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
            process.send_signal(signal.SIGTERM)
            while httpx.get(f"{address}/readyz").status_code == 200:
                pass
            watcher.send('{"type":"ping"}')
            assert watcher.recv() == '{"type":"pong"}', (
                "it still serves: who asks is only asked to go elsewhere"
            )
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                watcher.recv(timeout=20)
            slow.sendall(body)
            assert slow.recv(65536).startswith(b"HTTP/1.1 200 OK")
        assert ending(process) == (0, "")
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1012, "The server restarts")


def test_a_second_server_in_one_folder_is_told_of_the_first(folder: Path) -> None:
    with serving(folder) as (process, _):
        status, complaint = ending(command("serve", DATA_DIR=str(folder), PORT="0"))
    assert status == 1
    assert f"Another mentorgraph (process {process.pid}) is using" in complaint
    assert "Traceback" not in complaint


def test_a_port_in_use_is_said_before_anything_is_started(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, complaint = ending(command("serve", DATA_DIR=str(folder), PORT=port))
    assert status == 2
    assert "MENTORGRAPH_PORT" in complaint
    assert not folder.exists()


def test_an_unknown_setting_ends_it_with_the_nearest_name() -> None:
    assert ending(command("serve", DATABSE_URL="x")) == (
        2,
        "mentorgraph: MENTORGRAPH_DATABSE_URL is not a setting. Did you mean MENTORGRAPH_DATABASE_URL?\n",
    )


def test_a_database_that_is_never_there_ends_it_with_a_sentence() -> None:
    url = "postgresql://nobody@127.0.0.1:1/nowhere"
    status, complaint = ending(command("serve", DATABASE_URL=url, PORT="0", CONNECT_TIMEOUT="0.5"))
    assert status == 1
    assert complaint.startswith("mentorgraph: The database does not answer")
    assert len(complaint.splitlines()) == 1


def test_the_committed_schema_is_what_the_code_says() -> None:
    assert ending(command("schema", "--check", "schema.graphql")) == (0, "")


async def test_rebuild_makes_every_timeline_anew_from_the_facts(database: str) -> None:
    async with Ledger(database, clock=Clock(NOW)) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        await ledger.bulk(wiki, [entry_of(fact) for fact in GROUND + THE_STORY])
    before, feed = await rows_of(database, wiki), await feed_of(database, wiki)
    assert len(before["relationship_span"]) == 2 * 3, "active, suspended, active, of both mentors"
    await lose_all_stretches(database, wiki)
    assert await rows_of(database, wiki) != before
    assert ending(command("rebuild", DATABASE_URL=database)) == (0, "")
    assert await rows_of(database, wiki) == before
    assert await feed_of(database, wiki) == feed
