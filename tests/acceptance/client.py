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
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


class Client:
    """Asks one server in GraphQL."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, document: str, **variables: Any) -> httpx.Response:
        """The answer as it comes over the wire."""
        # Escaped, for what is no text (half a surrogate pair) can be sent in no other way.
        body = json.dumps({"query": document, "variables": variables})
        return await self.http.post("/graphql", content=body, headers={"content-type": "application/json"})

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


def mutation(name: str, selection: str = "__typename") -> str:
    """The document of a mutation that takes its input from a variable."""
    kind = "MenteeInput" if name.startswith("opt") else f"{name[0].upper()}{name[1:]}Input"
    errors = "userErrors { code message field }"
    return f"mutation Do($input: {kind}!) {{ {name}(input: $input) {{ {selection} {errors} }} }}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(database: str, **settings: str) -> Iterator[str]:
    """The address of a server over that database, for as long as the block takes."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MENTORGRAPH_")}
    environment |= {
        "MENTORGRAPH_DATABASE_URL": database,
        "MENTORGRAPH_PORT": str(port),
        "MENTORGRAPH_DEMO": "0",
        "MENTORGRAPH_DRAW_EVERY": "3600",  # no worker helps a state to be right
    }
    environment |= {f"MENTORGRAPH_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen([sys.executable, "-m", "mentorgraph", "serve"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        assert process.wait(20) == 0, "the server stops cleanly"


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server has ended"
        try:
            if httpx.get(f"{address}/healthz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")
