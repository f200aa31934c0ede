"""The schema: migrated once however many start, the same as the models say, and closed to whoever may only
append.
"""

import asyncio

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import models
from ledger_rows import fetch
from models.migrate import ROLE, CannotMigrateError, upgrade

assert models.__all__, "the tables are in the metadata once their modules are imported"

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       a.attgenerated,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname <> 'alembic_version'
"""
CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = 'public' AND t.relname <> 'alembic_version'
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


async def shape_of(dsn: str) -> dict[str, set[tuple[object, ...]]]:
    return {statement: set(await fetch(dsn, statement)) for statement in (COLUMNS, CONSTRAINTS, INDEXES)}


async def test_the_migrations_make_what_the_models_say(database: str, bare_database: str) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(bare_database)
    )
    await fetch(bare_database, "CREATE EXTENSION btree_gist")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    await engine.dispose()
    migrated, declared = await shape_of(database), await shape_of(bare_database)
    for statement in migrated:
        assert migrated[statement] == declared[statement]


async def test_starters_that_come_at_once_migrate_once(bare_database: str) -> None:
    await asyncio.gather(*(upgrade(bare_database) for _ in range(4)))
    await upgrade(bare_database)
    assert await fetch(bare_database, "SELECT version_num FROM alembic_version") == [("0001",)]


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


TABLES = [name for name in SQLModel.metadata.tables if name != "wiki"]


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
