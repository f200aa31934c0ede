"""The server as a process, asked over HTTP, as tools and dashboards ask it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from those_who_ask import DOES_ALL, bearing

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


class Client:
    """Asks one server in GraphQL: reads as anyone does, and writes with `token`; with `reads_too` both with it."""

    def __init__(
        self, http: httpx.AsyncClient, token: str | None = DOES_ALL, *, reads_too: bool = False
    ) -> None:
        self.http, self.token, self.reads_too = http, token, reads_too
        self.own: dict[str, str] = {}
        """Tokens of those who alone may do what is their own, by the mutation."""

    async def post(self, document: str, **variables: Any) -> httpx.Response:
        """The answer as it comes over the wire."""
        # Escaped, for what is no text (half a surrogate pair) can be sent in no other way.
        body = json.dumps({"query": document, "variables": variables})
        writes = self.reads_too or "mutation" in document
        own = (token for name, token in self.own.items() if f" {name}(" in document)
        shown = next(own, self.token) if writes else None
        headers = {"content-type": "application/json", **bearing(shown)}
        return await self.http.post("/graphql", content=body, headers=headers)

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        answer = await self.post(document, **variables)
        body = answer.json()
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def do(self, name: str, input: dict[str, Any], selection: str = "__typename") -> dict[str, Any]:
        """One mutation's payload, with its `userErrors`."""
        payload: dict[str, Any] = (await self.ask(mutation(name, selection), input=input))[name]
        return payload

    async def done(self, name: str, input: dict[str, Any], selection: str = "__typename") -> dict[str, Any]:
        """The payload of a mutation that is not refused."""
        payload = await self.do(name, input, selection)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload


OWN_CHOICES = {"optOutOfMentorship", "optInToMentorship", "graduateMentee"}
"""Mutations that share an input."""


def mutation(name: str, selection: str = "__typename") -> str:
    """The document of a mutation that takes its input from a variable."""
    return f"mutation Do($input: {input_of(name)}!) {{ {field_of(name, selection)} }}"


def keyed(name: str, selection: str = "__typename") -> str:
    """The same, with an idempotency key from another."""
    field = field_of(name, selection, "@idempotent(key: $key) ")
    return f"mutation Do($key: String!, $input: {input_of(name)}!) {{ {field} }}"


def input_of(name: str) -> str:
    name = name.removeprefix("un")
    return "MenteeInput" if name in OWN_CHOICES else f"{name[0].upper()}{name[1:]}Input"


def field_of(name: str, selection: str, directive: str = "") -> str:
    return f"{name}(input: $input) {directive}{{ {selection} userErrors {{ code message field }} }}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(database: str, **settings: str) -> Iterator[str]:
    """The address of a server over that database, for as long as the block takes."""
    with server_process(database, None, **settings) as (address, process):
        yield address
        process.terminate()
        assert process.wait(20) == 0, "the server stops cleanly"


@contextmanager
def server_process(
    database: str, log: BinaryIO | None = None, **settings: str
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The address of a server and its process, which is killed at the end of the block if it still runs."""
    port = int(settings.get("port", 0)) or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MENTORGRAPH_")}
    environment |= {
        "MENTORGRAPH_DATABASE_URL": database,
        "MENTORGRAPH_PORT": str(port),
        "MENTORGRAPH_DEMO": "0",
        "MENTORGRAPH_DRAW_EVERY": "3600",  # no worker helps a state to be right
        "MENTORGRAPH_LIMIT_REQUESTS": "0",  # a storm comes from one address
        "MENTORGRAPH_LIMIT_COST": "0",
    }
    environment |= {f"MENTORGRAPH_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "mentorgraph", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address, process
    finally:
        process.kill()
        process.wait(20)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server has ended"
        try:
            if httpx.get(f"{address}/livez").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")
