"""The schema: migrated once however many start, the same as the models say, and closed to whoever may only
append.
"""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import models
from ledger_rows import fetch
from models.migrate import ROLE, CannotMigrateError, upgrade
from schema_shape import COLUMNS, CONSTRAINTS, INDEXES, shape_of

MIGRATIONS = Path(models.__file__).parent / "migrations"

assert models.__all__, "the tables are in the metadata once their modules are imported"


async def test_the_migrations_make_what_the_models_say(database: str, bare_database: str) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(bare_database)
    )
    await fetch(bare_database, "CREATE EXTENSION btree_gist")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    await engine.dispose()
    migrated, declared = await shape_of(database), await shape_of(bare_database)
    for statement in (COLUMNS, CONSTRAINTS, INDEXES):
        assert migrated[statement] == declared[statement]


async def test_starters_that_come_at_once_migrate_once(bare_database: str) -> None:
    await asyncio.gather(*(upgrade(bare_database) for _ in range(4)))
    await upgrade(bare_database)
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert await fetch(bare_database, "SELECT version_num FROM alembic_version") == [(newest,)]


async def test_who_may_not_make_the_role_is_told_what_to_do(bare_database: str) -> None:
    name = f"weak_{id(bare_database)}"
    await fetch(bare_database, f"CREATE ROLE {name} LOGIN")
    try:
        connection = await asyncpg.connect(bare_database, user=name)
        await connection.close()
    except asyncpg.PostgresError:
        pytest.skip("this server lets nobody in without a password")
    try:
        weak = bare_database.replace("postgresql://postgres@", f"postgresql://{name}@")
        if weak == bare_database:
            pytest.skip("the server's DSN names another user")
        with pytest.raises(CannotMigrateError, match=f"CREATE ROLE {ROLE} NOLOGIN"):
            await upgrade(weak)
    finally:
        await fetch(bare_database, f"DROP ROLE {name}")


@pytest.mark.parametrize("table", ["fact", "relationship_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET wiki_id = 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_the_servers_role_can_neither_change_nor_delete(
    database: str, table: str, statement: str
) -> None:
    connection = await asyncpg.connect(database, server_settings={"role": ROLE})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement.format(table))
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "table", ["relationship", "block", "account", "mentor", "fact_text", "policy", "wiki"]
)
async def test_the_servers_role_deletes_no_row_whose_id_was_given_out(database: str, table: str) -> None:
    connection = await asyncpg.connect(database, server_settings={"role": ROLE})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of this list
    finally:
        await connection.close()


OF_ALL_WIKIS = {"wiki", "feed_clock", "token"}
"""Small, hardly ever written, and the same on every machine."""
TABLES = [name for name in SQLModel.metadata.tables if name not in OF_ALL_WIKIS]


@pytest.mark.parametrize("table", TABLES)
def test_the_wiki_leads_every_key(table: str) -> None:
    """What is to be spread over machines is spread by wiki (design: distributed, 1)."""
    found = SQLModel.metadata.tables[table]
    assert next(iter(found.primary_key.columns)).name == "wiki_id"
    for index in found.indexes:
        assert next(iter(index.columns)).name == "wiki_id"
    for constraint in found.foreign_key_constraints:
        assert next(iter(constraint.columns)).name == "wiki_id"
        assert constraint.ondelete is None
