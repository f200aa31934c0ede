"""The only reader: runs compiled statements, on connections of its own that are made for that.

A list of connections instead of a pool: last in, first out, so that few of them are warm, and no reset
between two reads. There is one for each role in the database, so that row-level security, the second wall
around what is hidden, costs no word to the database: whoever may see less is read for on other connections.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeAlias

import asyncpg
from graphql import GraphQLError

from graph.caller import NO_RIGHTS, Rights
from graph.compile.faults import Path
from graph.compile.plan import Plan
from graph.compile.shape import Values
from graph.errors import ErrorCode, RequestRefused, Unavailable
from models.migrate import OVERSEER, PUBLIC, READERS

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

Fetch = Callable[[str, Sequence[Any], Rights], Awaitable[bytes]]
"""Answers the one value that a statement selects."""

Timed = Callable[[str, float], None]
"""Hears each statement when it is over, and how many seconds it took."""

GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""The connection, or the database behind it, is not there."""

OUTDATED = asyncpg.InvalidCachedStatementError
"""A migration has changed what a prepared statement reads; asyncpg forgets it, so a second try finds the
new one.
"""

STATEMENTS = 100
"""Prepared statements a connection keeps: a plan takes about 0.4 MB."""


class Settings(Protocol):
    """What the application decides about reads."""

    @property
    def pool_size(self) -> int:
        """Connections of each role at most."""

    @property
    def plan_cache_mode(self) -> str:
        """`force_generic_plan` is worth a third of the time; Citus needs `auto`."""

    @property
    def statement_timeout(self) -> float:
        """Seconds after which a read is given up."""

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection."""


class Directory(dict[str, int]):
    """The wikis' ids by name, which are found before a statement is run. `missed`: a name was asked that
    is not in it.
    """

    missed = False

    def get(self, name: str, default: Any = None) -> Any:
        """The id of a wiki, if it is known."""
        found = super().get(name, default)
        self.missed = self.missed or found is None
        return found


class Reader:
    """Runs statements; `observe`, where given, is told each of them, `timed` how long each took."""

    def __init__(
        self,
        dsn: str,
        settings: Settings,
        observe: Callable[[str], None] | None = None,
        timed: Timed | None = None,
    ) -> None:
        self.dsn = dsn
        self.settings = settings
        self.observe = observe
        self.timed = timed
        self.directory = Directory()
        self.lanes = {role: Lane(self, role) for role in READERS}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        dsn: str,
        settings: Settings,
        observe: Callable[[str], None] | None = None,
        timed: Timed | None = None,
    ) -> AsyncIterator["Reader"]:
        """A reader for as long as the block takes. It connects when it is first asked."""
        reader = cls(dsn, settings, observe=observe, timed=timed)
        try:
            yield reader
        finally:
            await reader.close()

    @property
    def open_connections(self) -> int:
        """Connections of all lanes."""
        return sum(lane.open_connections for lane in self.lanes.values())

    @property
    def idle_connections(self) -> int:
        """Those of them that are free."""
        return sum(len(lane.idle) for lane in self.lanes.values())

    @property
    def waiting(self) -> int:
        """Reads that wait for one."""
        return sum(len(lane.waiting) for lane in self.lanes.values())

    async def answer(
        self, plan: Plan, values: Values, under: Path = (), fetch: Fetch | None = None
    ) -> tuple[bytes, list[GraphQLError]]:
        """The data of an operation as JSON, and the errors in it; `under` is where the data hangs in the
        answer. `fetch` runs the statements elsewhere: where a change is not committed.
        """
        fetch = fetch or self.fetch
        self.directory.missed = False
        calls = plan.calls(values)
        if self.directory.missed:
            # Perhaps the wiki was added a moment ago, by another process.
            await self.refresh()
            calls = plan.calls(values)
        if len(calls) == 1:
            [call] = calls
            return plan.answer(calls, [await fetch(call.sql, call.arguments, call.rights)], under)
        texts = [await fetch(call.sql, call.arguments, call.rights) for call in calls]
        return plan.answer(calls, texts, under)

    async def refresh(self) -> None:
        """Read the wikis anew."""
        rows = await self.rows("SELECT db_name, id FROM wiki", ())
        self.directory.clear()
        self.directory.update({row["db_name"]: row["id"] for row in rows})

    async def fetch(self, sql: str, arguments: Sequence[Any], rights: Rights = NO_RIGHTS) -> bytes:
        """The one value that a statement selects, of what is there for whoever has these rights."""
        text: bytes = await self._run(lambda connection: connection.fetchval(sql, *arguments), sql, rights)
        return text

    async def rows(
        self, sql: str, arguments: Sequence[Any], rights: Rights = NO_RIGHTS
    ) -> list[asyncpg.Record]:
        """All rows that a statement selects, of what is there for whoever has these rights."""
        found: list[asyncpg.Record] = await self._run(
            lambda connection: connection.fetch(sql, *arguments), sql, rights
        )
        return found

    async def close(self) -> None:
        """Close what is idle; what is still at work is closed when it comes back."""
        for lane in self.lanes.values():
            await lane.close()

    async def _run(self, work: Callable[[Connection], Any], sql: str, rights: Rights) -> Any:
        if self.observe is not None:
            self.observe(sql)
        lane = self.lanes[behind(rights)]
        # A read can be sent again: a connection that died while idle is no reason to refuse anyone.
        for last in (False, True):
            connection = await lane.take()
            try:
                return await work(connection)
            except asyncpg.QueryCanceledError as error:
                raise RequestRefused(
                    ErrorCode.TIMEOUT,
                    f"This took longer than {self.settings.statement_timeout:g} s. Ask for less.",
                ) from error
            except (*GONE, OUTDATED) as error:
                if isinstance(error, ValueError):
                    raise  # asyncpg's word for a value that fits no type: a mistake of ours
                if isinstance(error, GONE):
                    connection.terminate()
                if last:
                    raise Unavailable("The database can't be reached now.") from error
            finally:
                lane.give(connection)
        raise AssertionError("unreachable")


def behind(rights: Rights) -> str:
    """The role as which a statement is run: what is hidden from its callers is no row to that role."""
    return OVERSEER if rights.sees_hidden else PUBLIC


class Lane:
    """The connections of one role, opened as they are needed."""

    def __init__(self, reader: Reader, role: str) -> None:
        self.reader, self.role = reader, role
        self.idle: list[Connection] = []
        self.open_connections = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def close(self) -> None:
        """Close what is idle."""
        while self.idle:
            connection = self.idle.pop()
            self.open_connections -= 1
            await connection.close(timeout=self.reader.settings.connect_timeout)

    async def take(self) -> Connection:
        """A connection, the one that was used last."""
        while True:
            while self.idle:
                connection = self.idle.pop()
                if not connection.is_closed():
                    return connection
                self.open_connections -= 1
            if self.open_connections < self.reader.settings.pool_size:
                return await self._connect()
            await self._wait()

    def give(self, connection: Connection) -> None:
        """Give one back."""
        if connection.is_closed():
            self.open_connections -= 1
        else:
            self.idle.append(connection)
        self._call_next()

    async def _wait(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            # Whoever was called and has gone hands the call on.
            if place.done() and not place.cancelled():
                self._call_next()
            raise

    def _call_next(self) -> None:
        while self.waiting:
            place = self.waiting.popleft()
            if not place.done():
                place.set_result(None)
                return

    async def _connect(self) -> Connection:
        self.open_connections += 1
        try:
            made = await connect(self.reader.dsn, self.reader.settings, self.role)
            return log_times(made, self.reader.timed)
        except (*GONE, asyncpg.PostgresError, TimeoutError) as error:
            raise self._unconnected() from error
        except BaseException:
            self._unconnected()
            raise

    def _unconnected(self) -> Unavailable:
        self.open_connections -= 1
        self._call_next()
        return Unavailable("The database can't be reached now.")


def log_times(connection: Connection, timed: Timed | None) -> Connection:
    """Let somebody hear how long each statement takes."""
    if timed is not None:
        hears = timed
        connection.add_query_logger(lambda query: hears(query.query, query.elapsed))
    return connection


async def connect(dsn: str, settings: Settings, role: str = PUBLIC) -> Connection:
    """A connection that can only read, and whose texts of times and lengths are those of the API."""
    connection: Connection = await asyncpg.connect(
        dsn,
        timeout=settings.connect_timeout,
        statement_cache_size=STATEMENTS,
        # Else all is prepared anew every five minutes, and a statement over 15 kB each time.
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
        server_settings={
            "role": role,
            "application_name": "mentorgraph reader",
            "default_transaction_read_only": "on",
            "plan_cache_mode": settings.plan_cache_mode,
            "statement_timeout": str(int(settings.statement_timeout * 1000)),
            "jit": "off",
            "timezone": "UTC",
            "datestyle": "ISO, YMD",
            "intervalstyle": "iso_8601",
        },
    )
    return connection
