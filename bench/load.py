"""Asks a server over a few kept connections, each with one request at a time; `wrk` where it is there.

`python bench/load.py` is the generator itself, a process of its own: an order comes in, a report goes out.
"""

import asyncio
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final, NamedTuple, cast

import uvloop

CONNECTIONS: Final = 4
PATIENCE: Final = 120.0
WRK: Final = shutil.which("wrk")
NAME: Final = "wrk" if WRK else "a generator of our own (no wrk on PATH)"

HEAD: Final = (
    "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
)

SCRIPT: Final = """
local requests, wrong = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", "/graphql", {["Content-Type"] = "application/json"}, line)
  end
  math.randomseed(args[2])
end
function request() return requests[math.random(#requests)] end
function done(summary, latency, requests)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("\\n%d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(95), bad))
end
"""


class Load(NamedTuple):
    """What came of it; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p95: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def drive(port: int, bodies: list[str], seconds: float, connections: int = CONNECTIONS) -> Load:
    """Send some of the bodies, drawn at random, for that long."""
    if WRK:
        return _wrk(WRK, port, bodies, seconds, connections)
    return _own({"port": port, "bodies": bodies, "seconds": seconds, "connections": connections})


def once(port: int, bodies: list[str]) -> Load:
    """Send each of the bodies once, one after the other."""
    return _own({"port": port, "bodies": bodies, "seconds": None, "connections": 1})


def _own(order: dict[str, Any]) -> Load:
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(order).encode(), stdout=subprocess.PIPE, check=True
    )
    return Load(**json.loads(done.stdout))


def _wrk(wrk: str, port: int, bodies: list[str], seconds: float, connections: int) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        script, lines = Path(folder, "ask.lua"), Path(folder, "bodies")
        script.write_text(SCRIPT)
        lines.write_text("\n".join(bodies))
        # wrk takes whole seconds only.
        options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
        command = [wrk, *options, f"http://127.0.0.1:{port}", "--", str(lines), str(random.randrange(2**30))]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    requests, taken, p50, p95, bad = (int(word) for word in done.stdout.splitlines()[-1].split())
    if bad:
        raise SystemExit(f"{bad} of {requests} requests failed.\n{done.stdout}")
    return Load(requests, taken / 1e6, p50 / 1e3, p95 / 1e3)


class Asking(asyncio.Protocol):
    """One connection: sends, reads to the end that Content-Length tells, and sends again."""

    def __init__(self, requests: list[bytes], until: float | None) -> None:
        self.requests, self.until = requests, until
        self.done = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []
        self.buffer, self.missing, self.begun, self.next = b"", 0, 0.0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        """The next request, or the end."""
        now = time.perf_counter()
        if self.next == len(self.requests) if self.until is None else now > self.until:
            self.transport.close()
            return self.done.set_result(None)
        request = self.requests[self.next] if self.until is None else random.choice(self.requests)
        self.next += 1
        self.begun = now
        self.transport.write(request)
        return None

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.missing:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            at = self.buffer.lower().index(b"content-length:", 0, head) + 15
            self.missing = head + 4 + int(self.buffer[at : self.buffer.index(b"\r", at)])
        if len(self.buffer) >= self.missing:
            self.latencies.append(time.perf_counter() - self.begun)
            answer, self.buffer, self.missing = self.buffer, b"", 0
            if not answer.startswith(b"HTTP/1.1 200") or b'"errors":' in answer:
                self.done.set_exception(SystemExit(f"A bad answer: {answer[:2000].decode()}"))
                self.transport.close()
            else:
                self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("The server hung up."))


async def ask(port: int, bodies: list[str], seconds: float | None, connections: int) -> Load:
    """Drive all connections at once."""
    heads = [HEAD.format(port=port, size=len(body.encode())) for body in bodies]
    requests = [(head + body).encode() for head, body in zip(heads, bodies, strict=True)]
    begun = time.perf_counter()
    until = None if seconds is None else begun + seconds
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: Asking(requests, until), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    async with asyncio.timeout((seconds or 0) + PATIENCE):
        await asyncio.gather(*(one.done for one in made))
    latencies = [one * 1000 for asking in made for one in asking.latencies]
    return Load(
        len(latencies), time.perf_counter() - begun, median(latencies), quantiles(latencies, n=20)[18]
    )


if __name__ == "__main__":
    found = uvloop.run(ask(**json.load(sys.stdin)))
    json.dump(found._asdict(), sys.stdout)
