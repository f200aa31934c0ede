"""Brings a database to the newest schema: once, however many servers start at the same moment."""

import asyncio
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import DDL, Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from graph.errors import MentorgraphError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
ROLE: Final = "mentorgraph_app"
"""Whom the ledger writes as: it may append facts and events, and can neither change nor delete them."""

PUBLIC: Final = "mentorgraph_public"
OVERSEER: Final = "mentorgraph_overseer"
READERS: Final = (PUBLIC, OVERSEER)
"""Whom the reader reads as: for those who may not see what is hidden, and for those who may. Row-level security tells
them apart.
"""
ROLES: Final = (ROLE, *READERS)

# Whoever comes second waits until the first has migrated, and finds nothing left to do. Traffic must never
# queue behind a table's change, so the change itself waits for a lock only as long as a request would.
FIRST_COME = text("SELECT pg_advisory_xact_lock(20261122, 1)")
WAIT_FOR_ANOTHER = text("SET LOCAL lock_timeout = '120s'")
WAIT_FOR_TRAFFIC = text("SET LOCAL lock_timeout = '3s'")

# In one statement: what its snapshot sees is older than its end, but for what another cluster has counted.
BEHIND = text("""
SELECT coalesce(max(latest.xid - pg_snapshot_xmax(pg_current_snapshot())::text::bigint - c.ahead), -1) + 1
FROM feed_clock AS c, wiki AS w CROSS JOIN LATERAL (
    SELECT e.xid::text::bigint AS xid FROM relationship_event AS e
    WHERE e.wiki_id = w.id ORDER BY e.xid DESC LIMIT 1
) AS latest
""")
WIND = text("UPDATE feed_clock SET ahead = ahead + :behind")
AHEAD = text("SELECT ahead FROM feed_clock")
COUNT_FROM_THERE = """
ALTER TABLE relationship_event
ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint + %(ahead)s)::text::xid8
"""

ROLE_EXISTS = "SELECT 1 FROM pg_roles WHERE rolname = $1"
CREATE_ROLE = "CREATE ROLE {role} NOLOGIN"
GRANT_ROLE = "GRANT {role} TO CURRENT_USER"
TAKE_ROLE = "SET ROLE {role}"
LEAVE_ROLE = "RESET ROLE"

# Roles belong to the whole cluster, so two databases that are migrated at once meet here.
MEETINGS = 5


class CannotMigrateError(MentorgraphError):
    """The database can't be brought to the newest schema; the message says what to do."""


async def upgrade(dsn: str) -> None:
    """Make the roles and bring the tables to the newest version; does nothing where all are there."""
    for role in ROLES:
        await _make_role(dsn, role)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(WAIT_FOR_ANOTHER)
            await connection.execute(FIRST_COME)
            await connection.execute(WAIT_FOR_TRAFFIC)
            await connection.run_sync(to_newest)
            await connection.run_sync(wind_feed_clock)
    finally:
        await engine.dispose()


def newest() -> str:
    """The version that this code's tables have."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def to_newest(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")


def wind_feed_clock(connection: Connection) -> None:
    """Let the feed go on after its last event, where this cluster has not counted that far: a dump was restored here.

    Else each of its events would count as one of a transaction that has not begun, and new ones would come before them.
    """
    behind = connection.execute(BEHIND).scalar_one()
    if behind > 0:
        connection.execute(WIND, {"behind": behind})
        ahead = connection.execute(AHEAD).scalar_one()
        count = DDL(COUNT_FROM_THERE, context={"ahead": int(ahead)})  # type: ignore[no-untyped-call]  # SQLAlchemy's
        connection.execute(count)


def configuration(connection: Connection) -> Config:
    """Alembic's settings, made here: there is no alembic.ini that could say something else."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


async def _make_role(dsn: str, role: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for _ in range(MEETINGS):
            try:
                return await _have_role(connection, role)
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError, asyncpg.InternalServerError):
                # Another database's starter made it between our look and our try.
                await asyncio.sleep(0.05)
        await _have_role(connection, role)
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotMigrateError(
            f"The database user can't act as the role {role} ({error}). Let an administrator run "
            f"`CREATE ROLE {role} NOLOGIN` and grant that role to the user that mentorgraph connects as; "
            f"the roles are {', '.join(ROLES)}."
        ) from error
    finally:
        await connection.close()


async def _have_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str) -> None:
    if await connection.fetchval(ROLE_EXISTS, role) is None:
        await connection.execute(CREATE_ROLE.format(role=role))
    try:
        await connection.execute(TAKE_ROLE.format(role=role))
    except asyncpg.InsufficientPrivilegeError:
        await connection.execute(GRANT_ROLE.format(role=role))
        await connection.execute(TAKE_ROLE.format(role=role))
    await connection.execute(LEAVE_ROLE)
