"""The walls of tables: their keys, indexes, exclusions and references, made for tables of the same form elsewhere.

They are read from PostgreSQL's own catalogue, so whoever gives a table a new one need tell nobody of it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from models.ledger.connections import Connection

# Every constraint of these tables but their checks, which come with the tables themselves.
CONSTRAINTS: Final = """
SELECT t.relname AS table, quote_ident(c.conname) AS name, pg_get_constraintdef(c.oid) AS definition,
       c.contype = 'f' AS is_reference
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
WHERE c.contype IN ('p', 'u', 'x', 'f') AND c.conrelid = ANY($1::text[]::regclass[])
ORDER BY t.relname, c.conname
"""
# An index says in which schema its table lies; left out, it is made for the table that the session finds first.
INDEXES: Final = """
SELECT t.relname AS table, quote_ident(i.relname) AS name,
       replace(pg_get_indexdef(i.oid), concat(' ON ', quote_ident(n.nspname), '.'), ' ON ') AS definition
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE x.indrelid = ANY($1::text[]::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.oid AND c.conrelid = x.indrelid)
ORDER BY t.relname, i.relname
"""
OTHERS: Final = """
SELECT c.conrelid::regclass::text AS table, quote_ident(c.conname) AS name,
       pg_get_constraintdef(c.oid) AS definition, true AS is_reference
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.confrelid = ANY($1::text[]::regclass[]) AND c.conrelid <> ALL($1::text[]::regclass[])
ORDER BY c.conrelid::regclass::text, c.conname
"""
STANDING: Final = """
SELECT t.relname AS table, quote_ident(c.conname) AS name
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
WHERE t.relnamespace = to_regnamespace($1)
UNION
SELECT t.relname, quote_ident(i.relname) FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
WHERE t.relnamespace = to_regnamespace($1)
"""


class Wall(NamedTuple):
    """One of them, and the command that puts it up. `is_reference`: to another table's key."""

    table: str
    name: str
    up: str
    is_reference: bool = False

    @property
    def down(self) -> str:
        """The command that takes a constraint down."""
        return f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}"

    @property
    def up_unproven(self) -> str:
        """The command that puts up a reference for what comes from now on, and closes nothing for long."""
        return f"{self.up} NOT VALID"

    @property
    def proof(self) -> str:
        """The command that holds it to the rows that are there; that it was held to them before is no fault."""
        return f"ALTER TABLE {self.table} VALIDATE CONSTRAINT {self.name}"


async def walls_of(connection: Connection, tables: Sequence[str]) -> list[Wall]:
    """All walls of these tables, in the order in which they can be put up."""
    constraints = await connection.fetch(CONSTRAINTS, tables)
    keys = [_constraint(*row) for row in constraints if not row["is_reference"]]
    indexes = [Wall(*row) for row in await connection.fetch(INDEXES, tables)]
    return [*keys, *indexes, *(_constraint(*row) for row in constraints if row["is_reference"])]


async def references_to(connection: Connection, tables: Sequence[str]) -> list[Wall]:
    """The references of all other tables to these."""
    return [_constraint(*row) for row in await connection.fetch(OTHERS, tables)]


async def standing(connection: Connection, schema: str) -> set[tuple[str, str]]:
    """Which stand already in a schema: each one's table and name."""
    return {(row["table"], row["name"]) for row in await connection.fetch(STANDING, schema)}


def _constraint(table: str, name: str, definition: str, is_reference: bool) -> Wall:
    return Wall(table, name, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}", is_reference)
