"""What a change writes: rows in sets, a statement a table, each only where there is something to say.

Stretches are written over what has the same key; ties and blocks over what has the same id. So nothing depends on
the order of rows, and the wall behind the lock is looked at once, when all of a statement's rows are in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from models.ledger.connections import Connection
from models.ledger.rows import (
    AccountRow,
    BlockRow,
    BlockSpanRow,
    EventRow,
    MenteeSpanRow,
    NameRow,
    NeedRow,
    TieRow,
    TieSpanRow,
)

R = TypeVar("R", bound=tuple[Any, ...])
Key = tuple[Any, ...]

MANY: Final = 25
"""New rows of one table that are no longer written as fields of a statement."""


@dataclass(slots=True)
class Rows(Generic[R]):
    """Rows of one table: those whose keys are not in it yet, and those that are written over what has their key."""

    new: list[R] = field(default_factory=list)
    changed: list[R] = field(default_factory=list)


@dataclass(slots=True)
class Stretches(Rows[R]):
    """Rows of one table of stretches, and the keys of those that are no more.

    A row's key is its first columns, of which there are `key`.
    """

    key: int = 2
    gone: list[Key] = field(default_factory=list)

    def compare(self, before: Sequence[R], after: Sequence[R]) -> None:
        """Write down what makes the one out of the other."""
        if before == after:
            return
        key = self.key
        kept = {row[:key]: row for row in before}
        for row in after:
            was = kept.pop(row[:key], None)
            if was is None:
                self.new.append(row)
            elif was != row:
                self.changed.append(row)
        self.gone.extend(kept)


@dataclass(slots=True)
class Script:
    """What to write, for any number of mentees."""

    accounts: list[AccountRow] = field(default_factory=list)
    blocks: Rows[BlockRow] = field(default_factory=Rows)
    ties: Rows[TieRow] = field(default_factory=Rows)
    events: list[EventRow] = field(default_factory=list)
    names: Stretches[NameRow] = field(default_factory=Stretches)
    suppressed_names: Stretches[NameRow] = field(default_factory=Stretches)
    tie_spans: Stretches[TieSpanRow] = field(default_factory=Stretches)
    block_spans: Stretches[BlockSpanRow] = field(default_factory=Stretches)
    mentee_spans: Stretches[MenteeSpanRow] = field(default_factory=Stretches)
    needs: Stretches[NeedRow] = field(default_factory=lambda: Stretches(key=3))
    hidden_texts: list[tuple[int, bool]] = field(default_factory=list)
    """Facts whose texts are hidden, or shown."""


WALLED: Final = frozenset({"suppressed_name"})
"""Behind row-level security, through which PostgreSQL copies nothing."""


class NewIds(NamedTuple):
    """Ids that are given out as they are asked for."""

    ties: Iterator[int]
    blocks: Iterator[int]
    events: Iterator[int]


NEW_IDS: Final = """
SELECT 'tie', nextval('relationship_id_seq') FROM generate_series(1, $1::integer)
UNION ALL SELECT 'block', nextval('block_id_seq') FROM generate_series(1, $2::integer)
UNION ALL SELECT 'event', nextval('relationship_event_id_seq') FROM generate_series(1, $3::integer)
"""
WRITE_ACCOUNTS: Final = """
UPDATE account AS a
SET name = new.name, is_hidden = new.is_hidden, registered_at = new.registered_at, is_mentee = new.is_mentee,
    eligible = new.eligible, block_count = new.block_count, next_change_at = new.next_change_at
FROM unnest($2::bigint[], $3::text[], $4::boolean[], $5::timestamptz[], $6::timestamptz[], $7::boolean[],
            $8::boolean[], $9::integer[], $10::timestamptz[])
     AS new (id, name, is_hidden, registered_at, last_edit_at, is_mentee, eligible, block_count, next_change_at)
WHERE a.wiki_id = $1 AND a.id = new.id
"""
HIDE_TEXTS: Final = """
INSERT INTO hidden_text AS h (wiki_id, fact_id)
SELECT $1::integer, new.id FROM unnest($2::bigint[], $3::boolean[]) AS new (id, is_hidden) WHERE new.is_hidden
ON CONFLICT (wiki_id, fact_id) DO NOTHING
"""
SHOW_TEXTS: Final = """
DELETE FROM hidden_text AS h USING unnest($2::bigint[], $3::boolean[]) AS new (id, is_hidden)
WHERE h.wiki_id = $1 AND h.fact_id = new.id AND NOT new.is_hidden
"""
WRITE_BLOCKS: Final = """
INSERT INTO block AS b
    (wiki_id, id, kind, block_id, mentee_id, placed_at, expires_at, lifted_at, scope, category, category_source,
     unblock_requested, hides_name, reason, performer, performer_id, placed_by, reason_by, withdrawn_at)
OVERRIDING SYSTEM VALUE
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
            $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::boolean[], $13::boolean[], $14::text[],
            $15::text[], $16::bigint[], $17::bigint[], $18::bigint[], $19::timestamptz[]) AS new
ON CONFLICT (wiki_id, id) DO UPDATE
SET placed_at = excluded.placed_at, expires_at = excluded.expires_at, lifted_at = excluded.lifted_at,
    scope = excluded.scope, category = excluded.category, category_source = excluded.category_source,
    unblock_requested = excluded.unblock_requested, hides_name = excluded.hides_name, reason = excluded.reason,
    performer = excluded.performer, performer_id = excluded.performer_id, placed_by = excluded.placed_by,
    reason_by = excluded.reason_by, withdrawn_at = excluded.withdrawn_at
"""
WRITE_TIES: Final = """
INSERT INTO relationship AS r
    (wiki_id, id, mentor_id, mentee_id, role, started_at, start_is_known, started_because, ends_at, ends_because,
     fact_id, number, continues_id, replaces_id, withdrawn_at, version)
OVERRIDING SYSTEM VALUE
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::boolean[], $8::text[],
            $9::timestamptz[], $10::text[], $11::bigint[], $12::integer[], $13::bigint[], $14::bigint[],
            $15::timestamptz[], $16::integer[]) AS new
ON CONFLICT (wiki_id, id) DO UPDATE
SET mentor_id = excluded.mentor_id, started_at = excluded.started_at, start_is_known = excluded.start_is_known,
    started_because = excluded.started_because, ends_at = excluded.ends_at, ends_because = excluded.ends_because,
    continues_id = excluded.continues_id, replaces_id = excluded.replaces_id,
    withdrawn_at = excluded.withdrawn_at, version = excluded.version
"""
WRITE_TIE_SPANS: Final = """
INSERT INTO relationship_span AS s
    (wiki_id, relationship_id, valid_from, valid_to, state, mentor_id, mentee_id, role, last_edit_at)
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[],
            $8::text[], $9::timestamptz[]) AS new
ON CONFLICT (wiki_id, relationship_id, valid_from) DO UPDATE
SET valid_to = excluded.valid_to, state = excluded.state, mentor_id = excluded.mentor_id, role = excluded.role,
    last_edit_at = excluded.last_edit_at
"""
DELETE_TIE_SPANS: Final = """
DELETE FROM relationship_span AS s USING unnest($2::bigint[], $3::timestamptz[]) AS gone (id, valid_from)
WHERE s.wiki_id = $1 AND s.relationship_id = gone.id AND s.valid_from = gone.valid_from
"""
WRITE_BLOCK_SPANS: Final = """
INSERT INTO block_span AS s
    (wiki_id, block_id, valid_from, valid_to, mentee_id, scope, category, category_source, expires_at, counted,
     unblock_requested)
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::text[],
            $9::timestamptz[], $10::boolean[], $11::boolean[]) AS new
ON CONFLICT (wiki_id, block_id, valid_from) DO UPDATE
SET valid_to = excluded.valid_to, scope = excluded.scope, category = excluded.category,
    category_source = excluded.category_source, expires_at = excluded.expires_at, counted = excluded.counted,
    unblock_requested = excluded.unblock_requested
"""
DELETE_BLOCK_SPANS: Final = """
DELETE FROM block_span AS s USING unnest($2::bigint[], $3::timestamptz[]) AS gone (id, valid_from)
WHERE s.wiki_id = $1 AND s.block_id = gone.id AND s.valid_from = gone.valid_from
"""
WRITE_MENTEE_SPANS: Final = """
INSERT INTO mentee_span AS s
    (wiki_id, mentee_id, valid_from, valid_to, state, told_state, blocked_since, blocked_until, returns_to,
     returns_until, told_since, told_until)
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[],
            $8::timestamptz[], $9::bigint[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[]) AS new
ON CONFLICT (wiki_id, mentee_id, valid_from) DO UPDATE
SET valid_to = excluded.valid_to, state = excluded.state, told_state = excluded.told_state,
    blocked_since = excluded.blocked_since, blocked_until = excluded.blocked_until,
    returns_to = excluded.returns_to, returns_until = excluded.returns_until,
    told_since = excluded.told_since, told_until = excluded.told_until
"""
DELETE_MENTEE_SPANS: Final = """
DELETE FROM mentee_span AS s USING unnest($2::bigint[], $3::timestamptz[]) AS gone (id, valid_from)
WHERE s.wiki_id = $1 AND s.mentee_id = gone.id AND s.valid_from = gone.valid_from
"""
WRITE_NEEDS: Final = """
INSERT INTO need AS n
    (wiki_id, mentee_id, role, valid_from, valid_to, since, cause, previous_id, replaces_id, signed_at, last_edit_at)
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::text[],
            $8::bigint[], $9::bigint[], $10::timestamptz[], $11::timestamptz[]) AS new
ON CONFLICT (wiki_id, mentee_id, role, valid_from) DO UPDATE
SET valid_to = excluded.valid_to, since = excluded.since, cause = excluded.cause,
    previous_id = excluded.previous_id, replaces_id = excluded.replaces_id, signed_at = excluded.signed_at,
    last_edit_at = excluded.last_edit_at
"""
DELETE_NEEDS: Final = """
DELETE FROM need AS n USING unnest($2::bigint[], $3::text[], $4::timestamptz[]) AS gone (id, role, valid_from)
WHERE n.wiki_id = $1 AND n.mentee_id = gone.id AND n.role = gone.role AND n.valid_from = gone.valid_from
"""
WRITE_NAMES: Final = """
INSERT INTO account_name AS n (wiki_id, account_id, valid_from, valid_to, name)
SELECT $1::integer, new.* FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::text[]) AS new
ON CONFLICT (wiki_id, account_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name
"""
DELETE_NAMES: Final = """
DELETE FROM account_name AS n USING unnest($2::bigint[], $3::timestamptz[]) AS gone (id, valid_from)
WHERE n.wiki_id = $1 AND n.account_id = gone.id AND n.valid_from = gone.valid_from
"""
WRITE_SUPPRESSED_NAMES: Final = """
INSERT INTO suppressed_name AS n (wiki_id, account_id, valid_from, valid_to, name)
SELECT $1::integer, new.* FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::text[]) AS new
ON CONFLICT (wiki_id, account_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name
"""
DELETE_SUPPRESSED_NAMES: Final = """
DELETE FROM suppressed_name AS n USING unnest($2::bigint[], $3::timestamptz[]) AS gone (id, valid_from)
WHERE n.wiki_id = $1 AND n.account_id = gone.id AND n.valid_from = gone.valid_from
"""
# A name that somebody acted under before their account was known: from now on it is told as the account's, or hidden.
KNOW_WHO_ACTED: Final = """
WITH acted AS (
    SELECT t.fact_id, n.account_id
    FROM suppressed_name AS n JOIN fact_text AS t ON t.wiki_id = $1 AND t.performer = n.name
    WHERE n.wiki_id = $1 AND n.account_id = ANY($2::bigint[])
), facts AS (
    UPDATE fact AS f SET performer_id = a.account_id FROM acted AS a WHERE f.wiki_id = $1 AND f.id = a.fact_id
), texts AS (
    UPDATE fact_text AS t SET performer = NULL FROM acted AS a WHERE t.wiki_id = $1 AND t.fact_id = a.fact_id
)
UPDATE block AS b SET performer = NULL, performer_id = a.account_id
FROM acted AS a WHERE b.wiki_id = $1 AND b.placed_by = a.fact_id AND b.performer IS NOT NULL
"""
TELL: Final = """
INSERT INTO relationship_event AS e
    (wiki_id, id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, from_state, to_state, block_id,
     fact_id, bulk, withdraws_id)
OVERRIDING SYSTEM VALUE
SELECT $1::integer, new.*
FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::boolean[], $14::bigint[])
     AS new
"""


# A mentor who never chose is told whatever the wiki's policy says. `kind` is empty for what no webhook is told,
# `notification` for what no mentor is.
PUT_IN_OUTBOX: Final = """
INSERT INTO outbox AS o (wiki_id, event_id, mentee_id, notification, created_at, webhook_id)
SELECT $1::integer, told.event_id, told.mentee_id, told.notification, $2, told.webhook_id
FROM (
    SELECT new.event_id, new.mentee_id, new.notification, new.place, NULL::bigint AS webhook_id
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
         WITH ORDINALITY AS new (event_id, mentee_id, mentor_id, kind, notification, place)
    LEFT JOIN mentor AS m ON m.wiki_id = $1 AND m.id = new.mentor_id
    WHERE new.notification = 'SET_MENTOR'
       OR (new.notification <> '' AND (m.notify IS NULL OR new.notification = ANY(m.notify)))
    UNION ALL
    SELECT new.event_id, new.mentee_id, 'WEBHOOK', new.place, h.id
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
         WITH ORDINALITY AS new (event_id, mentee_id, mentor_id, kind, notification, place)
    JOIN webhook AS h
      ON h.wiki_id = $1 AND h.ended_at IS NULL AND (h.kinds IS NULL OR new.kind = ANY(h.kinds))
    WHERE new.kind <> ''
) AS told
ORDER BY told.place, told.webhook_id NULLS FIRST
"""


async def new_ids(connection: Connection, ties: int, blocks: int, events: int) -> NewIds:
    given: dict[str, list[int]] = {"tie": [], "block": [], "event": []}
    if ties or blocks or events:
        for kind, row_id in await connection.fetch(NEW_IDS, ties, blocks, events):
            given[kind].append(row_id)
    return NewIds(iter(given["tie"]), iter(given["block"]), iter(given["event"]))


async def write(connection: Connection, wiki: int, script: Script) -> None:
    """What is referred to comes before what refers to it."""
    await _each(connection, WRITE_ACCOUNTS, wiki, script.accounts)
    for statement in (HIDE_TEXTS, SHOW_TEXTS):
        await _each(connection, statement, wiki, script.hidden_texts)
    await _put(connection, "block", WRITE_BLOCKS, wiki, script.blocks)
    await _put(connection, "relationship", WRITE_TIES, wiki, script.ties)
    for table, gone, written, stretches in _stretches(script):
        await _each(connection, gone, wiki, stretches.gone)
        await _put(connection, table, written, wiki, stretches)
    if script.suppressed_names.new:
        await connection.execute(
            KNOW_WHO_ACTED, wiki, [row.account_id for row in script.suppressed_names.new]
        )
    await _put(connection, "relationship_event", TELL, wiki, Rows(script.events))


def _stretches(script: Script) -> Sequence[tuple[str, str, str, Stretches[Any]]]:
    return (
        ("relationship_span", DELETE_TIE_SPANS, WRITE_TIE_SPANS, script.tie_spans),
        ("block_span", DELETE_BLOCK_SPANS, WRITE_BLOCK_SPANS, script.block_spans),
        ("mentee_span", DELETE_MENTEE_SPANS, WRITE_MENTEE_SPANS, script.mentee_spans),
        ("need", DELETE_NEEDS, WRITE_NEEDS, script.needs),
        ("account_name", DELETE_NAMES, WRITE_NAMES, script.names),
        ("suppressed_name", DELETE_SUPPRESSED_NAMES, WRITE_SUPPRESSED_NAMES, script.suppressed_names),
    )


async def _put(connection: Connection, table: str, statement: str, wiki: int, rows: Rows[Any]) -> None:
    """Many new rows are copied, which takes half as long in this process; the others come first.

    What is changed makes room for what is new: the wall behind the lock never sees two where one is to be.
    """
    if len(rows.new) < MANY or table in WALLED:
        await _each(connection, statement, wiki, [*rows.changed, *rows.new])
        return
    await _each(connection, statement, wiki, rows.changed)
    columns = ["wiki_id", *rows.new[0]._fields]
    await connection.copy_records_to_table(table, records=[(wiki, *row) for row in rows.new], columns=columns)


async def _each(connection: Connection, statement: str, wiki: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """One execution for all rows: a column each."""
    if rows:
        await connection.execute(statement, wiki, *zip(*rows, strict=True))
