"""Brings a database to the newest schema: once, however many servers start at the same moment."""

import asyncio
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from graph.errors import MentorgraphError

ROLE: Final = "mentorgraph_app"
"""Whom the ledger writes as: it may append facts and events, and can neither change nor delete them."""

# Whoever comes second waits until the first has migrated, and finds nothing left to do. Traffic must never
# queue behind a table's change, so the change itself waits for a lock only as long as a request would.
FIRST_COME = text("SELECT pg_advisory_xact_lock(20261122, 1)")
WAIT_FOR_ANOTHER = text("SET LOCAL lock_timeout = '120s'")
WAIT_FOR_TRAFFIC = text("SET LOCAL lock_timeout = '3s'")

ROLE_EXISTS = "SELECT 1 FROM pg_roles WHERE rolname = $1"
CREATE_ROLE = "CREATE ROLE mentorgraph_app NOLOGIN"
GRANT_ROLE = "GRANT mentorgraph_app TO CURRENT_USER"
TAKE_ROLE = "SET ROLE mentorgraph_app"
LEAVE_ROLE = "RESET ROLE"

# Roles belong to the whole cluster, so two databases that are migrated at once meet here.
MEETINGS = 5


class CannotMigrateError(MentorgraphError):
    """The database can't be brought to the newest schema; the message says what to do."""


async def upgrade(dsn: str) -> None:
    """Make the role and bring the tables to the newest version; does nothing where both are there."""
    await _make_role(dsn)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(WAIT_FOR_ANOTHER)
            await connection.execute(FIRST_COME)
            await connection.execute(WAIT_FOR_TRAFFIC)
            await connection.run_sync(to_newest)
    finally:
        await engine.dispose()


def to_newest(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's settings, made here: there is no alembic.ini that could say something else."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def _make_role(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for _ in range(MEETINGS):
            try:
                return await _have_role(connection)
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError, asyncpg.InternalServerError):
                # Another database's starter made it between our look and our try.
                await asyncio.sleep(0.05)
        await _have_role(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotMigrateError(
            f"The database user can't act as the role {ROLE} ({error}). Let an administrator run "
            f"`CREATE ROLE {ROLE} NOLOGIN` and grant that role to the user that mentorgraph connects as."
        ) from error
    finally:
        await connection.close()


async def _have_role(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    if await connection.fetchval(ROLE_EXISTS, ROLE) is None:
        await connection.execute(CREATE_ROLE)
    try:
        await connection.execute(TAKE_ROLE)
    except asyncpg.InsufficientPrivilegeError:
        await connection.execute(GRANT_ROLE)
        await connection.execute(TAKE_ROLE)
    await connection.execute(LEAVE_ROLE)
