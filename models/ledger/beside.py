"""Tables that are made beside the wiki's own, of the same form, and put in their place when they are whole.

Nobody sees them before, so each of them, and each of their walls, is a piece of its own: what stands after a kill is
not made again. Two hands make them, each a connection that does one piece after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, NamedTuple

import asyncpg

from models.ledger.connections import Connection
from models.ledger.staging import HELP, BusyError
from models.ledger.walls import Wall, references_to, standing

SCHEMA: Final = "mentorgraph_load"
HANDS: Final = 2
TRIES: Final = 40

# Both hands together, and what all sessions share, stay far below a gigabyte. Each makes its indexes alone: helpers
# of its own would take from the other. A session whose process died ends within a second.
SETTINGS: Final = {
    "application_name": "mentorgraph load",
    "timezone": "UTC",
    "maintenance_work_mem": "128MB",
    "work_mem": "64MB",
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "client_connection_check_interval": "1s",
    # Traffic never queues behind us: whoever holds a table is left to end, and we ask again.
    "lock_timeout": "3s",
}

PATHS: Final = """
SELECT quote_ident(current_schema()) AS home, concat(s.path, ', mentorgraph_load') AS plain,
       concat('mentorgraph_load, ', s.path) AS beside
FROM (SELECT string_agg(quote_ident(n.name), ', ' ORDER BY n.place) AS path
      FROM unnest(current_schemas(false)) WITH ORDINALITY AS n (name, place)) AS s
"""
IS_THERE: Final = "SELECT to_regclass(concat('mentorgraph_load.', $1::text)) IS NOT NULL"
RELATED: Final = """
SELECT DISTINCT quote_ident(t.relname) AS name FROM pg_constraint AS c
JOIN pg_class AS t ON t.oid IN (c.conrelid, c.confrelid)
WHERE c.contype = 'f' AND (c.conrelid = ANY($1::text[]::regclass[]) OR c.confrelid = ANY($1::text[]::regclass[]))
ORDER BY name
"""
COLUMNS: Final = """
SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
COUNTERS: Final = """
SELECT a.attrelid::regclass::text AS table, a.attname AS column,
       pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS counter
FROM pg_attribute AS a WHERE a.attrelid = ANY($1::text[]::regclass[]) AND a.attidentity <> ''
"""
# Whose the tables are, and what others may do with them and with what counts their ids; and which rows they are shown.
RIGHTS: Final = """
WITH theirs AS (
    SELECT c.oid, c.relkind, c.relname, c.relowner, c.relacl, c.relrowsecurity FROM pg_class AS c
    WHERE c.oid = ANY($1::text[]::regclass[]) OR c.oid = ANY($2::text[]::regclass[])
)
SELECT format('ALTER TABLE %I OWNER TO %I', c.relname, pg_get_userbyid(c.relowner)) AS command
FROM theirs AS c WHERE c.relkind = 'r' AND pg_get_userbyid(c.relowner) <> current_user
UNION ALL
SELECT format('GRANT %s ON %s %I TO %s%s', a.privilege_type,
              CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM theirs AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE a.grantee <> c.relowner
UNION ALL
SELECT format('GRANT %s (%I) ON %I TO %s%s', a.privilege_type, p.attname, c.relname,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM theirs AS c JOIN pg_attribute AS p ON p.attrelid = c.oid CROSS JOIN LATERAL aclexplode(p.attacl) AS a
UNION ALL
SELECT format('CREATE POLICY %I ON %I AS %s FOR %s TO %s%s%s', p.polname, c.relname,
              CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
              ELSE 'ALL' END,
              (SELECT string_agg(CASE r.id WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.id)) END,
                                 ', ' ORDER BY r.id) FROM unnest(p.polroles) AS r (id)),
              ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
              ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
FROM theirs AS c JOIN pg_policy AS p ON p.polrelid = c.oid
UNION ALL
SELECT format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', c.relname) FROM theirs AS c WHERE c.relrowsecurity
"""

Fill = Callable[[Connection, str], Awaitable[None]]
"""Puts all rows into the table of that name."""


class Paths(NamedTuple):
    """Where the wiki's own tables are, and in which order names are looked up: those first, or those of the load."""

    home: str
    plain: str
    beside: str


@asynccontextmanager
async def session(dsn: str) -> AsyncIterator[tuple[Connection, Paths]]:
    """A connection as whoever migrated, for only they may make tables there; the wiki's own tables come first."""
    connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
    try:
        found = await connection.fetchrow(PATHS)
        assert found is not None
        paths = Paths(*found)
        await look(connection, paths.plain)
        yield connection, paths
    finally:
        await connection.close()


async def look(connection: Connection, path: str) -> None:
    await connection.execute("SELECT set_config('search_path', $1, false)", path)


class Beside:
    """The tables of one load. `done` is told of each piece that stands."""

    def __init__(
        self, dsn: str, paths: Paths, walls: Sequence[Wall], fill: Fill, done: Callable[[str], None]
    ) -> None:
        self._dsn, self._paths, self._walls, self._fill, self._done = dsn, paths, walls, fill, done

    async def make(self, tables: Sequence[str]) -> None:
        """These tables with their rows and walls, as far as they do not stand yet."""
        async with AsyncExitStack() as stack:
            hands = [await stack.enter_async_context(self._hand()) for _ in range(HANDS)]
            await _share(hands, tables, self.make_one)
            for table in tables:
                await self.refer(hands[0], table)
            await _share(hands, tables, self.prove)

    async def make_one(self, hand: Connection, table: str) -> None:
        """A table with its rows, or nothing of it; then its keys and indexes one by one."""
        async with hand.transaction():
            if not await hand.fetchval(IS_THERE, table):
                like = f"{SCHEMA}.{table} (LIKE {self._paths.home}.{table} INCLUDING ALL EXCLUDING INDEXES)"
                await hand.execute(f"CREATE TABLE {like}")
                await self._fill(hand, table)
        self._done(f"Writing {table}")
        stand = await standing(hand, SCHEMA)
        for wall in self._walls:
            if wall.table == table and not wall.is_reference:
                if (table, wall.name) not in stand:
                    await patiently(hand, wall.up)
                self._done(wall.name)
        await patiently(hand, f"ANALYZE {SCHEMA}.{table}")

    async def refer(self, hand: Connection, table: str) -> None:
        """Its references, for what comes from now on."""
        stand = await standing(hand, SCHEMA)
        for wall in self._references(table):
            if (table, wall.name) not in stand:
                await patiently(hand, wall.up_unproven)

    async def prove(self, hand: Connection, table: str) -> None:
        """Its references, for what is there."""
        for wall in self._references(table):
            await patiently(hand, wall.proof)
            self._done(wall.name)

    def _references(self, table: str) -> list[Wall]:
        return [wall for wall in self._walls if wall.table == table and wall.is_reference]

    @asynccontextmanager
    async def _hand(self) -> AsyncIterator[Connection]:
        async with session(self._dsn) as (hand, paths):
            await look(hand, paths.beside)
            await hand.execute(HELP)
            yield hand


async def patiently(connection: Connection, statement: str) -> None:
    """Run it once its locks are free; within a transaction, what was done before stays done."""
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                await connection.execute(statement)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            continue
        return
    raise BusyError("The tables are never free; try again when less is going on, or with --in-place.")


async def close(connection: Connection, tables: Sequence[str]) -> None:
    """Keep everybody out of these tables and all that they refer to or are referred to by."""
    names = [row["name"] for row in await connection.fetch(RELATED, tables)]
    await patiently(connection, f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")


async def move(connection: Connection, paths: Paths, tables: Sequence[str]) -> None:
    """Put these tables in the place of the wiki's own, with what those hold; nobody else may hold one of them.

    Whoever is given an id has read one of these tables before, so no count goes on while they are closed.
    """
    counters = await connection.fetch(COUNTERS, tables)
    rights = await connection.fetch(RIGHTS, tables, [row["counter"] for row in counters])
    others = await references_to(connection, tables)
    for table in tables:
        columns = await connection.fetchval(COLUMNS, table)
        kept = f"SELECT {columns} FROM {paths.home}.{table}"  # noqa: S608 - PostgreSQL's own names
        await connection.execute(f"INSERT INTO {SCHEMA}.{table} ({columns}) OVERRIDING SYSTEM VALUE {kept}")
    for row in counters:
        own = f"pg_get_serial_sequence('{SCHEMA}.{row['table']}', '{row['column']}')"
        going_on = f"SELECT setval({own}, c.last_value, c.is_called) FROM {row['counter']} AS c"  # noqa: S608
        await connection.execute(going_on)
    for wall in others:
        await connection.execute(wall.down)
    await connection.execute(f"DROP TABLE {', '.join(f'{paths.home}.{table}' for table in tables)}")
    for table in tables:
        await connection.execute(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA {paths.home}")
    for wall in others:
        await connection.execute(wall.up)
    for row in rights:
        await connection.execute(row["command"])


async def _share(
    hands: Sequence[Connection], tables: Sequence[str], work: Callable[[Connection, str], Awaitable[None]]
) -> None:
    """Each hand takes the next table when it has done with one."""
    waiting = iter(tables)

    async def one(hand: Connection) -> None:
        for table in waiting:
            await work(hand, table)

    try:
        async with asyncio.TaskGroup() as group:
            for hand in hands:
                group.create_task(one(hand))
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
