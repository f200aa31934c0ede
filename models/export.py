"""What is kept of one wiki, read out as a whole: one snapshot, however long it takes, a few rows in memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson

from models.columns import ENDLESS, NEVER
from models.ledger.connections import Connection, aware
from models.migrate import ROLE

WIKI: Final = "SELECT w.id, w.db_name, w.url FROM wiki AS w WHERE w.db_name = $1"
POLICIES: Final = """
SELECT p.version, p.effective_from, p.settings FROM policy AS p WHERE p.wiki_id = $1 ORDER BY p.version
"""
FACTS: Final = """
SELECT f.kind, f.mentee_id, f.mentor_id, f.occurred_at, f.source, f.source_id, f.choices, f.performer_id, f.recorded_at,
       t.reason, t.performer, t.name, coalesce(a.eligible, true) AS eligible
FROM fact AS f
LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
LEFT JOIN account AS a ON a.wiki_id = $1 AND a.id = f.mentee_id
WHERE f.wiki_id = $1 ORDER BY f.id
"""
ACCOUNTS: Final = """
SELECT a.id, a.edit_count, a.last_edit_at, a.question_count, a.reverted_edit_count FROM account AS a
WHERE a.wiki_id = $1
  AND (a.edit_count > 0 OR a.last_edit_at > '-infinity' OR a.question_count IS NOT NULL
       OR a.reverted_edit_count IS NOT NULL)
ORDER BY a.id
"""
MENTORS: Final = """
SELECT m.id, m.share, m.capacity, m.introduction, m.away_since, m.away_until, m.notify
FROM mentor AS m WHERE m.wiki_id = $1 ORDER BY m.id
"""
HIDDEN_ACCOUNTS: Final = "SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.is_hidden"
HIDDEN_NAMES: Final = "SELECT n.account_id, n.name FROM suppressed_name AS n WHERE n.wiki_id = $1"
HIDINGS: Final = """
SELECT f.mentee_id, coalesce(f.choices ->> 'reason_hidden' = 'true', false) AS reason,
       coalesce(f.choices ->> 'performer_hidden' = 'true', false) AS performer
FROM fact AS f WHERE f.wiki_id = $1 AND f.kind = 'VISIBILITY_CHANGED'
"""

TIES: Final = """
SELECT r.id, r.mentee_id, e.name AS mentee, r.mentor_id, o.name AS mentor, r.role, r.started_at, r.start_is_known,
       r.started_because, nullif(r.ends_at, 'infinity') AS ends_at, r.ends_because, r.continues_id, r.replaces_id,
       nullif(r.withdrawn_at, 'infinity') AS withdrawn_at
FROM relationship AS r
JOIN account AS e ON e.wiki_id = $1 AND e.id = r.mentee_id
JOIN account AS o ON o.wiki_id = $1 AND o.id = r.mentor_id
WHERE r.wiki_id = $1 ORDER BY r.id
"""
SPANS: Final = """
SELECT s.relationship_id, s.mentee_id, s.mentor_id, s.role, s.state, s.valid_from,
       nullif(s.valid_to, 'infinity') AS valid_to
FROM relationship_span AS s WHERE s.wiki_id = $1 ORDER BY s.relationship_id, s.valid_from
"""
EVENTS: Final = """
SELECT e.id, e.kind, e.at, e.recorded_at, e.relationship_id, e.mentee_id, e.mentor_id, e.from_state, e.to_state,
       b.kind AS block_kind, b.block_id, e.bulk, e.withdraws_id
FROM relationship_event AS e LEFT JOIN block AS b ON b.wiki_id = $1 AND b.id = e.block_id
WHERE e.wiki_id = $1 ORDER BY e.id
"""
# Before the snapshot is taken: else a load could put other tables in the place of these after it, in which the
# snapshot sees nothing.
HOLD: Final = """
LOCK TABLE account, fact, relationship, relationship_span, relationship_event IN ACCESS SHARE MODE
"""
TABLES: Final = {"ties": TIES, "spans": SPANS, "events": EVENTS}

AT_ONCE: Final = 2_000
"""Rows that are fetched together."""

VERSION: Final = 1

Line = dict[str, Any]


class NoSuchWikiError(Exception):
    """No wiki of that name is known here."""


@dataclass
class Hidden:
    """What the public may not see, as it is now."""

    accounts: set[int] = field(default_factory=set)
    names: set[tuple[int, str]] = field(default_factory=set)
    reasons_of: set[int] = field(default_factory=set)
    performers_of: set[int] = field(default_factory=set)

    @cached_property
    def called(self) -> set[str]:
        """The names alone, for those who acted are told by name."""
        return {name for _, name in self.names}

    def blank(self, fact: Line) -> None:
        """Take from a fact's line the texts that are hidden, and say so."""
        mentee = fact.get("mentee")
        whole = mentee in self.accounts
        gone = {
            "name": whole or (mentee, fact.get("name")) in self.names,
            "reason": whole or mentee in self.reasons_of,
            "performer": whole or mentee in self.performers_of or fact.get("performer") in self.called,
        }
        for text, is_hidden in gone.items():
            if is_hidden and fact.pop(text, None) is not None:
                fact["blanked"] = True
        if (whole or mentee in self.performers_of) and fact.pop("performerId", None) is not None:
            fact["blanked"] = True


class Snapshot:
    """One wiki as it was at one moment."""

    def __init__(self, connection: Connection, wiki: int, name: str, url: str) -> None:
        self._connection, self._wiki = connection, wiki
        self.name, self.url = name, url

    async def lines(self, *, with_hidden: bool) -> AsyncIterator[Line]:
        """All that another installation needs to come to the same timelines, a JSON object a line."""
        hidden = Hidden() if with_hidden else await self._hidden()
        yield {
            "is": "export",
            "version": VERSION,
            "wiki": self.name,
            "url": self.url,
            "withHidden": with_hidden,
        }
        async for row in self._rows(POLICIES):
            yield _policy(row)
        async for row in self._rows(FACTS):
            line = _fact(row)
            if not with_hidden:
                hidden.blank(line)
            yield line
        async for row in self._rows(MENTORS):
            yield _mentor(row, is_hidden=row["id"] in hidden.accounts)
        async for row in self._rows(ACCOUNTS):
            yield {
                "is": "account",
                "account": row["id"],
                "edits": row["edit_count"],
                "lastEditAt": _moment(row["last_edit_at"]),
                "questions": row["question_count"],
                "revertedEdits": row["reverted_edit_count"],
            }

    async def table(self, name: str, file: Path) -> None:
        """One of TABLES as CSV, with a line of names above."""
        await self._connection.copy_from_query(
            TABLES[name], self._wiki, output=file, format="csv", header=True
        )

    async def count(self) -> int:
        """How many facts there are."""
        found: int = await self._connection.fetchval(
            "SELECT count(*) FROM fact AS f WHERE f.wiki_id = $1", self._wiki
        )
        return found

    async def _rows(self, statement: str) -> AsyncIterator[Mapping[str, Any]]:
        async for row in self._connection.cursor(statement, self._wiki, prefetch=AT_ONCE):
            yield dict(zip(row.keys(), aware(row.values()), strict=True))

    async def _hidden(self) -> Hidden:
        hidden = Hidden(
            {row["id"] async for row in self._rows(HIDDEN_ACCOUNTS)},
            {(row["account_id"], row["name"]) async for row in self._rows(HIDDEN_NAMES)},
        )
        async for row in self._rows(HIDINGS):
            if row["reason"]:
                hidden.reasons_of.add(row["mentee_id"])
            if row["performer"]:
                hidden.performers_of.add(row["mentee_id"])
        return hidden


@asynccontextmanager
async def snapshot(dsn: str, wiki: str) -> AsyncIterator[Snapshot]:
    """A wiki as it is now, for as long as the block takes; whatever is recorded meanwhile is no part of it."""
    settings = {"role": ROLE, "application_name": "mentorgraph export", "timezone": "UTC"}
    connection = await asyncpg.connect(dsn, server_settings=settings)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(HOLD)
            row = await connection.fetchrow(WIKI, wiki)
            if row is None:
                raise NoSuchWikiError(f"{wiki} is not known here.")
            yield Snapshot(connection, row["id"], row["db_name"], row["url"])
    finally:
        await connection.close()


def _policy(row: Mapping[str, Any]) -> Line:
    return {
        "is": "policy",
        "version": row["version"],
        "effectiveFrom": _moment(row["effective_from"]),
        "settings": orjson.loads(row["settings"]),
    }


def _fact(row: Mapping[str, Any]) -> Line:
    """What is null is left out: most of it is."""
    line = {
        "is": "fact",
        "kind": row["kind"],
        "mentee": row["mentee_id"],
        "mentor": row["mentor_id"],
        "at": _moment(row["occurred_at"]),
        "source": row["source"],
        "sourceId": row["source_id"],
        "choices": orjson.loads(row["choices"]) or None,
        "performerId": row["performer_id"],
        "performer": row["performer"],
        "reason": row["reason"],
        "name": row["name"],
        "ineligible": None if row["eligible"] else True,
        "recordedAt": _moment(row["recorded_at"]),
    }
    return {key: value for key, value in line.items() if value is not None}


def _mentor(row: Mapping[str, Any], *, is_hidden: bool) -> Line:
    return {
        "is": "mentor",
        "account": row["id"],
        "share": row["share"],
        "capacity": row["capacity"],
        "introduction": None if is_hidden else row["introduction"],
        "awaySince": _moment(row["away_since"]),
        "awayUntil": _moment(row["away_until"]),
        "notify": row["notify"],
    }


def _moment(value: datetime | None) -> str | None:
    """ISO 8601 in milliseconds; what never was or never comes is null."""
    if value is None or value in (NEVER, ENDLESS):
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
