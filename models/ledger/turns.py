"""Turns: of many processes one does what needs doing once, by an advisory lock.

A convenience each time: two that do the same do it right.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import IntEnum
from typing import Final

import asyncpg

from models.ledger.connections import CONNECT_TIMEOUT, GONE, Connection

FAMILY: Final = 20261122
"""The first half of the keys of all that is done by one process for the whole database; the second is which."""
JOBS: Final = 20261125
"""The first half of the keys of jobs; the second is made of wiki and job."""
TAKE: Final = "SELECT pg_try_advisory_lock($1, $2)"
HEARTBEAT: Final = 10.0
"""Seconds between two looks at whether the connection lives that holds the turn."""
ALIVE: Final = "SELECT 1"


class Turn(IntEnum):
    """What is done by one at a time; 1 and 2 are taken in models/migrate.py and models/relay.py."""

    MIGRATE = 1
    ANNOUNCE = 2
    HELP_TO_LOAD = 3
    LOAD = 4
    FOLLOW = 5


class TurnLostError(Exception):
    """The connection that held the turn is gone, and another process may have taken it."""


async def until_lost(connection: Connection) -> None:
    """Hold on to a turn; raises `TurnLostError` when it is gone."""
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await connection.execute(ALIVE)
        except GONE:
            raise TurnLostError from None


@asynccontextmanager
async def turn(dsn: str, family: int, key: int, who: str) -> AsyncIterator["Connection | None"]:
    """The connection that holds the turn for as long as it lives; None where another has it, or no database answers."""
    try:
        connection = await asyncpg.connect(
            dsn,
            timeout=CONNECT_TIMEOUT,
            command_timeout=CONNECT_TIMEOUT,
            server_settings={"application_name": who},
        )
    except GONE:
        yield None
        return
    try:
        is_ours = False
        with suppress(*GONE):
            is_ours = await connection.fetchval(TAKE, family, key)
        yield connection if is_ours else None
    finally:
        with suppress(*GONE):
            await connection.close(timeout=CONNECT_TIMEOUT)
