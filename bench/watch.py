"""What watching promises: 2,000 sockets on one process, each event heard by ten, within 250 ms at 50 a second.

Events are written beside the server, as another process would, which gives the hint through its relay. The time
counts from the commit to a client's having the frame, in a third process. `--clients` is that process.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))

import asyncpg
import processes
import uvloop
from kept import Promise, keep
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from graph.compile.ids import decode, encode
from graph.facts import Registered
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from mentorgraph import postgres
from models.ledger import Entry, Ledger, Target
from models.migrate import upgrade
from models.relay import Relay

SOCKETS: Final = 2000
HEARD_BY: Final = 10
RATE: Final = 50
PROMISED: Final = 250.0
QUIET: Final = 0.05
"""CPUs that a server takes which only waits."""
WIKI: Final = "watchwiki"
DOCUMENT: Final = """
subscription($wiki: String!, $mentor: ID) {
  relationshipEvents(wiki: $wiki, mentor: $mentor) {
    cursor node { id kind at fromState toState relationship { state mentor { name } mentee { name } } }
  }
}
"""
TELL: Final = """
INSERT INTO relationship_event
    (wiki_id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, from_state, to_state, bulk)
SELECT r.wiki_id, 'CHANGED', $1, $1, r.id, r.mentor_id, r.mentee_id, 'SUSPENDED', 'SUSPENDED', false
FROM relationship AS r WHERE r.wiki_id = 1 AND r.mentee_id = $2
RETURNING id
"""
TRANSACTIONS: Final = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


async def settle(dsn: str, mentors: int) -> None:
    """A wiki in which each mentor has one mentee."""
    await upgrade(dsn)
    async with Ledger.open(dsn) as ledger:
        wiki = await ledger.add_wiki(WIKI, "https://watch.example.org", PRESETS[PolicyPreset.DEFAULT])
        now = datetime.now(UTC)
        for number in range(1, mentors + 1):
            await ledger.enroll(wiki, Target(id=100_000 + number), at=now)
            fact = Registered(at=now, origin=Origin("bench", str(number)))
            newcomer = Entry(fact=fact, target=Target(id=number), name=f"Newcomer {number}")
            await ledger.record(wiki, newcomer, draw=False)
            await ledger.assign(wiki, number, mentor=100_000 + number)


async def write(dsn: str, seconds: float, mentors: int) -> dict[int, float]:
    """Put events into the feed at an even rate; when each was committed, by its id."""
    relay = Relay(dsn, lambda _: None)
    running = asyncio.create_task(relay.run())
    connection = await asyncpg.connect(dsn)
    committed = {}
    start = time.monotonic()
    for number in range(int(seconds * RATE)):
        await asyncio.sleep(max(0.0, start + number / RATE - time.monotonic()))
        key = await connection.fetchval(TELL, datetime.now(UTC), number % mentors + 1)
        committed[key] = time.monotonic()
        relay.tell(1)
    running.cancel()
    await connection.close()
    return committed


async def clients(port: int, mentors: int) -> None:
    """Open the sockets; say so; and when the input is closed, say what came and when."""
    heard: list[tuple[float, str | bytes]] = []
    sockets = []
    listening = []
    for first in range(0, SOCKETS, 50):
        opened = await asyncio.gather(*(watch(port, n % mentors + 1) for n in range(first, first + 50)))
        sockets += opened
        listening += [asyncio.create_task(listen(socket, heard)) for socket in opened]
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for task in listening:
        task.cancel()
    found = []
    for at, text in heard:
        edge = json.loads(text)["payload"]["data"]["relationshipEvents"]
        found.append((decode(edge["node"]["id"]).key, at))
    json.dump({"heard": found, "cpu": processes.cpu_of_ourselves()}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # 2,000 closing handshakes are not what is measured


async def watch(port: int, mentor: int) -> ClientConnection:
    """A socket on which one mentor's events are watched."""
    socket = await connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        ping_interval=None,
        open_timeout=60,
        proxy=None,
    )
    await socket.send('{"type":"connection_init"}')
    await socket.recv()
    variables = {"wiki": WIKI, "mentor": encode("Mentor", 1, 100_000 + mentor)}
    payload = {"query": DOCUMENT, "variables": variables}
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    return socket


async def listen(socket: ClientConnection, heard: list[tuple[float, str | bytes]]) -> None:
    """Note when each frame came."""
    while True:
        text = await socket.recv()
        heard.append((time.monotonic(), text))


async def measure(dsn: str, folder: Path, seconds: float) -> list[Promise]:
    """Run it, print what came of it, and say what is promised of it."""
    mentors = SOCKETS // HEARD_BY
    await settle(dsn, mentors)
    with processes.server(dsn) as server:
        command = [sys.executable, __file__, "--clients", str(server.port)]
        listeners = subprocess.Popen(  # noqa: ASYNC220 - nothing else waits for this loop yet
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert listeners.stdout is not None
        assert await asyncio.to_thread(listeners.stdout.readline) == "open\n"
        await rest(server.pid)
        await write(dsn, 3, mentors)
        await rest(server.pid)
        idle, before = await cost(server.pid, dsn, folder, 5), await now(server.pid, dsn, folder)
        machine, began = processes.cpu_of_machine(), time.monotonic()
        committed = await write(dsn, seconds, mentors)
        await asyncio.sleep(2)
        took = time.monotonic() - began
        machine = processes.cpu_of_machine() - machine
        after = await now(server.pid, dsn, folder)
        report, _ = await asyncio.to_thread(listeners.communicate, "")
    busy = [a - b - rest * took for a, b, rest in zip(after, before, idle, strict=True)]
    return say(json.loads(report), committed, busy, machine / took)


async def rest(server: int) -> None:
    """Until the server has nothing to do: nothing else tells that 2,000 subscriptions have begun."""
    busy = 1.0
    while busy > QUIET:
        before = processes.cpu(server)
        await asyncio.sleep(2)
        busy = (processes.cpu(server) - before) / 2


async def now(server: int, dsn: str, folder: Path) -> list[float]:
    """CPU seconds of the server, of PostgreSQL, and how many transactions it has committed."""
    connection = await asyncpg.connect(dsn)
    await asyncio.sleep(1.2)  # until the statistics are told
    transactions = await connection.fetchval(TRANSACTIONS)
    await connection.close()
    family = processes.cpu_of_family(processes.postmaster(folder))
    return [processes.cpu(server), family, float(transactions)]


async def cost(server: int, dsn: str, folder: Path, seconds: float) -> list[float]:
    """The same for each second in which nothing happens."""
    before, began = await now(server, dsn, folder), time.monotonic()
    await asyncio.sleep(seconds)
    after = await now(server, dsn, folder)
    return [(a - b) / (time.monotonic() - began) for a, b in zip(after, before, strict=True)]


def say(
    report: dict[str, Any], committed: dict[int, float], busy: list[float], machine: float
) -> list[Promise]:
    """Print the figures; what is promised of them."""
    late = sorted((at - committed[key]) * 1000 for key, at in report["heard"] if key in committed)
    frames, events = len(late), len(committed)
    p50, p99 = quantiles(late, n=100)[49], quantiles(late, n=100)[98]
    server, database, transactions = busy
    print(f"{SOCKETS} sockets, {events} events at {RATE} a second, each heard by {HEARD_BY}")
    print(f"frames heard            {frames} of {events * HEARD_BY}")
    print(f"commit to client, ms    p50 {p50:.1f}   p99 {p99:.1f}   most {late[-1]:.1f}")
    print(f"server's CPU a frame    {server / frames * 1e6:.0f} µs ({server / events * 1e3:.2f} ms an event)")
    print(f"PostgreSQL's an event   {database / events * 1e3:.2f} ms, the insert and the hint among it")
    print(f"statements an event     {transactions / events:.2f}, of which 2 are the insert and the hint")
    print(f"the machine meanwhile   {machine:.2f} of {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    return [
        Promise("frames heard", f"{frames}", f"{events * HEARD_BY}", frames == events * HEARD_BY),
        Promise("p99 from commit to client", f"{p99:.1f} ms", f"< {PROMISED:g} ms", p99 < PROMISED),
    ]


def main() -> None:
    """Measure, or be the clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, metavar="PORT")
    asked = parser.parse_args()
    if asked.clients is not None:
        uvloop.run(clients(asked.clients, SOCKETS // HEARD_BY))
        return
    with tempfile.TemporaryDirectory(prefix="mg-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with postgres.running(folder / "data", ["fsync=off", "max_connections=50"]) as dsn:
            promises = uvloop.run(measure(dsn, folder / "data", asked.seconds))
    keep(promises)


if __name__ == "__main__":
    main()
