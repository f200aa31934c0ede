"""The floor: pgbench with the very statement that the server sends for a page, and no server at all."""

import os
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import asyncpg
from graphql import parse
from load import CONNECTIONS, Load
from questions import PAGE
from seed_reads import WIKI, WIKI_ID

from graph.caller import ANYONE
from graph.compile.plan import Operation, request
from mentorgraph import postgres
from mentorgraph.settings import Settings
from models import reader
from resolvers.schema import build, core

# Longer ones are cut off there. What we ask ourselves is there too, but does not begin like it.
SENT: Final = "SELECT 1 FROM pg_stat_activity WHERE left(query, 30000) = left($1, 30000)"

LITERAL: Final = re.compile(r"(E?'(?:[^']|'')*')")


class Floor(NamedTuple):
    """A statement as pgbench takes it, its parameters but the mentor, and the connections' settings."""

    sql: str
    script: str
    given: Mapping[str, str]
    settings: str


async def floor(dsn: str, first: int) -> Floor:
    """The page's statement, on connections like the server's."""
    sql, arguments, mentor = compiled(first)
    script = f"\\set p{mentor} random(1, :mentors)\n{as_pgbench(sql)};\n"
    given = {f"p{n}": _text(value) for n, value in enumerate(arguments, 1) if n != mentor}
    return Floor(sql, script, given, await _settings(dsn))


def compiled(first: int) -> tuple[str, list[Any], int]:
    """The statement, its arguments, and the number of the one that is the mentor."""
    operation = Operation(core(build()), parse(PAGE))
    values = request(datetime.now(UTC), ANYONE, {WIKI: WIKI_ID})
    plan = operation.plan(operation.read({"wiki": WIKI, "mentor": "7", "first": first}, values))
    [call] = plan.calls(values)
    names = [param.key for param in plan.statement(call.roots).params]
    return call.sql, call.arguments, names.index("mentor") + 1


def as_pgbench(sql: str) -> str:
    """`$1` as `:p1`; and no colon in a literal, for pgbench would take what follows it for a variable."""
    parts = LITERAL.split(sql)
    parts[::2] = [re.sub(r"\$(\d+)", r":p\1", part) for part in parts[::2]]
    parts[1::2] = [_without_colons(part) for part in parts[1::2]]
    return "".join(parts)


def _without_colons(literal: str) -> str:
    if not re.search(r":\w", literal):
        return literal
    escaped = literal if literal.startswith("E") else "E" + literal.replace("\\", "\\\\")
    return escaped.replace(":", "\\x3a")


def _text(value: Any) -> str:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value).lower()


async def _settings(dsn: str) -> str:
    """What the server sets on the connections that it reads with, as libpq takes it."""
    connection = await reader.connect(dsn, Settings())
    try:
        rows = await connection.fetch("SELECT name, setting FROM pg_settings WHERE source = 'client'")
    finally:
        await connection.close()
    values = {row["name"]: row["setting"].replace("\\", "\\\\").replace(" ", "\\ ") for row in rows}
    return " ".join(f"-c {name}={value}" for name, value in values.items())


async def is_sent(dsn: str, sql: str) -> bool:
    """Whether a connection of the server's has just run that very statement."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(SENT, sql) is not None
    finally:
        await connection.close()


def pgbench(dsn: str, floor: Floor, mentors: int, seconds: float, folder: Path) -> Load:
    """Run the statement for that long, with the mentor drawn at random, over as many connections."""
    script = folder / "page.sql"
    script.write_text(floor.script)
    parts = urlsplit(dsn)
    options = [
        "-n",
        "-M",
        "prepared",
        f"-c{CONNECTIONS}",
        "-j1",
        f"-T{max(1, round(seconds))}",
        "-f",
        str(script),
    ]
    given = [word for name, value in floor.given.items() for word in ("-D", f"{name}={value}")]
    done = subprocess.run(
        [str(postgres.binaries() / "pgbench"), *options, *given, "-D", f"mentors={mentors}"],
        env=os.environ
        | {
            "PGHOST": parse_qs(parts.query)["host"][0],
            "PGUSER": postgres.SUPERUSER,
            "PGDATABASE": parts.path.lstrip("/"),
            "PGOPTIONS": floor.settings,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"pgbench failed: {done.stderr}")
    rate, latency, count = (
        float(_found(pattern, done.stdout))
        for pattern in (r"tps = ([\d.]+)", r"latency average = ([\d.]+) ms", r"actually processed: (\d+)")
    )
    return Load(int(count), count / rate, latency, latency)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"pgbench says something else than it used to:\n{text}")
    return match[1]
