"""Asks a server of its own what nobody would: bytes that change, and documents made up from the schema.

Each for so many seconds, one after the other. None may be answered with 5xx, no answer and no line of the log may hold
what was planted in its secrets, and no traceback may be written. Where nothing was asked nothing is proven.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from acceptance.client import Client, server_process  # noqa: E402 - found by the line above
from mentorgraph import postgres  # noqa: E402 - the same
from those_who_ask import DOES_ALL  # noqa: E402 - the same
from threats import requests  # noqa: E402 - the same
from threats.besieged import MARK, with_password  # noqa: E402 - the same
from threats.test_bad_bytes import STATUS  # noqa: E402 - the same
from threats.test_canary import plant  # noqa: E402 - the same

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CALLERS = 8
MOST = 10_000
"""Documents for one field: the seconds are what ends it."""


def main() -> int:
    """0 if nothing was found."""
    seconds, seed = (
        int(os.environ.get("SECONDS_TO_FUZZ", "120")),
        int(os.environ.get("SEED", str(time.time_ns() % 10**9))),
    )
    print(f"{seconds} s for each, SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="mg-fuzz-") as folder, tempfile.TemporaryFile() as log:
        Path(folder).chmod(0o755)
        with (
            postgres.running(Path(folder), postgres.UNSAFE_BUT_FAST) as dsn,
            server_process(with_password(dsn), log, bootstrap_token=DOES_ALL) as (address, process),
        ):
            asyncio.run(planted(address))
            found = asyncio.run(bytes_that_change(address, Random(seed), seconds))
            report = Path(folder) / "asked.ndjson"
            status = documents(address, seed, seconds, report)
            told = list(answers_in(report))
            print(f"{len(told):,} answers to documents")
            found += [] if told else ["nothing was asked"]
            found += [f"a secret is in {answer!r}" for answer in told if MARK.encode() in answer]
            process.terminate()
            found += [] if process.wait(60) == 0 else ["the server did not stop"]
        log.seek(0)
        lines = log.read()
    found += [f"in the log: {leak!r}" for leak in (MARK.encode(), b"Traceback") if leak in lines]
    print(f"{len(lines):,} bytes of log", *found, sep="\n")
    return 1 if found else status


async def planted(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as http:
        client = Client(http)
        await client.done("addWiki", {"dbName": "x", "url": "https://x.example.org"})
        await plant(client)


async def bytes_that_change(address: str, random: Random, seconds: float) -> list[str]:
    """What was found by changing what is known to be sent."""
    known = [one.said for one in requests.inputs() if len(one.said) < 20_000]
    end, counts, found = time.monotonic() + seconds, list[int](), list[str]()

    async def call() -> None:
        while time.monotonic() < end and len(found) < 10:
            said = requests.changed(random.choice(known), random)
            heard = await answered(address, said)
            statuses = [int(status) for status in STATUS.findall(heard)]
            counts.extend(statuses)
            if any(status >= 500 for status in statuses) or MARK.encode() in heard:
                found.append(f"{said!r} is answered with {heard!r}")

    await asyncio.gather(*(call() for _ in range(CALLERS)))
    print(f"{len(counts):,} answers to bytes:", {one: counts.count(one) for one in sorted(set(counts))})
    return found


async def answered(address: str, said: bytes) -> bytes:
    """What is answered at once; who waits for more than was sent is not waited for."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    heard = b""
    try:
        writer.write(said)
        heard = await asyncio.wait_for(reader.read(65_536), 0.2)
        heard += await asyncio.wait_for(reader.read(65_536), 0.02)
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return heard


def answers_in(report: Path) -> Iterator[bytes]:
    """The bodies of all answers that schemathesis was given; it keeps them in base64."""
    for line in report.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished")
        for one in scenario["recorder"]["interactions"].values() if scenario else ():
            if (answer := one["response"]) is not None and (content := answer.get("content")) is not None:
                yield b64decode(content["$base64"])


def documents(address: str, seed: int, seconds: int, report: Path) -> int:
    """The status of schemathesis, which writes documents from the schema, mutations among them."""
    command = [
        str(SCHEMATHESIS),
        "run",
        f"{address}/graphql",
        "--phases",
        "fuzzing",
        "--checks",
        "not_a_server_error",
        "--max-examples",
        str(MOST),
    ]
    command += [
        "--max-time",
        str(seconds),
        "--seed",
        str(seed),
        "--header",
        f"authorization: Bearer {DOES_ALL}",
    ]
    command += ["--continue-on-failure", "--no-shrink", "--report-ndjson-path", str(report)]
    return subprocess.run(command, check=False, cwd=report.parent).returncode


if __name__ == "__main__":
    sys.exit(main())
