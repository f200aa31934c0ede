"""The rows of everybody, from those of their representatives: one statement a table, with the ids put in for the codes.

`load_mentee` holds who is told of, with the number of their case; a representative's row is joined to all of its case.
Each mentee has as many ids, from the first of the load's own, as a representative may need. Every statement takes whole
rows of `rows`: whoever gives one a new column is told here, by the count of the arguments.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from models.ledger.connections import Connection
from models.ledger.entry import NamesMentor
from models.ledger.facts_kept import choices, digest
from models.ledger.representative import MENTEE, Representative
from models.ledger.script import Script

IDS_A_MENTEE: Final = 4

# What is told of each mentee, those left out who go apart. The case is a number of seven bits.
GATHER: Final = """
CREATE UNLOGGED TABLE mentorgraph_load.load_mentee AS
SELECT row_number() OVER (ORDER BY t.mentee) - 1 AS number, t.mentee, t.primary_mentor, t.backup_mentor,
       (t.primary_mentor IS NOT NULL)::integer
       + (t.backup_mentor IS NOT NULL)::integer * 2
       + (p.mentor IS NOT NULL)::integer * 4
       + (b.mentor IS NOT NULL)::integer * 8
       + coalesce(t.primary_mentor = t.mentee, false)::integer * 16
       + coalesce(t.backup_mentor = t.mentee, false)::integer * 32
       + coalesce(t.primary_mentor = t.backup_mentor, false)::integer * 64 AS told
FROM (SELECT r.mentee, min(r.mentor) FILTER (WHERE NOT r.is_backup) AS primary_mentor,
             min(r.mentor) FILTER (WHERE r.is_backup) AS backup_mentor
      FROM load_row AS r GROUP BY r.mentee) AS t
LEFT JOIN load_mentor AS p ON p.mentor = t.primary_mentor
LEFT JOIN load_mentor AS b ON b.mentor = t.backup_mentor
WHERE NOT EXISTS (SELECT FROM load_apart AS k WHERE k.mentee = t.mentee)
"""
MAKE_MENTORS: Final = "CREATE UNLOGGED TABLE mentorgraph_load.load_mentor (mentor bigint NOT NULL)"
MAKE_DIGESTS: Final = """
CREATE UNLOGGED TABLE mentorgraph_load.load_digest (code bigint NOT NULL, mentor bigint NOT NULL, digest bytea NOT NULL)
"""
MAKE_APART: Final = "CREATE TEMP TABLE load_apart (mentee bigint NOT NULL) ON COMMIT DROP"
# Of whom something is known, and whose mentor has more of a past than a beginning.
FIND_APART: Final = """
INSERT INTO load_apart SELECT a.id FROM account AS a WHERE a.wiki_id = $1
UNION SELECT r.mentee FROM load_row AS r WHERE r.mentor = ANY($2::bigint[])
"""
ANALYZE_MENTEES: Final = "ANALYZE load_mentee"
MENTORS: Final = "SELECT p.mentor FROM load_mentor AS p"
CASES: Final = "SELECT m.told, count(*) AS mentees FROM load_mentee AS m GROUP BY m.told ORDER BY m.told"
NAMED: Final = "SELECT DISTINCT r.is_backup, r.mentor FROM load_row AS r"
RESERVE: Final = """
SELECT setval(pg_get_serial_sequence($1, 'id')::regclass,
              nextval(pg_get_serial_sequence($1, 'id')::regclass) + $2::bigint) - $2::bigint
"""

FILL_ACCOUNTS: Final = """
INSERT INTO account AS a
    (wiki_id, id, name, is_hidden, registered_at, last_edit_at, is_mentee, eligible, block_count, next_change_at)
SELECT $1::integer, m.mentee, t.name, t.is_hidden, t.registered_at, t.last_edit_at, t.is_mentee, t.eligible,
       t.block_count, t.next_change_at
FROM load_mentee AS m
JOIN unnest($2::integer[], $3::bigint[], $4::text[], $5::boolean[], $6::timestamptz[], $7::timestamptz[],
            $8::boolean[], $9::boolean[], $10::integer[], $11::timestamptz[])
     AS t (told, id, name, is_hidden, registered_at, last_edit_at, is_mentee, eligible, block_count, next_change_at)
  ON t.told = m.told
"""
FILL_FACTS: Final = """
INSERT INTO fact AS f
    (wiki_id, id, kind, mentee_id, mentor_id, occurred_at, source, source_id, choices, bulk, digest, recorded_at)
OVERRIDING SYSTEM VALUE
SELECT $1::integer, $2::bigint + m.number * $3::bigint + t.code, t.kind, m.mentee, d.mentor, t.occurred_at, t.source,
       t.before || m.mentee || t.after, t.choices, true, d.digest, $4::timestamptz
FROM load_mentee AS m
JOIN unnest($5::integer[], $6::bigint[], $7::bigint[], $8::text[], $9::timestamptz[], $10::text[], $11::text[],
            $12::text[], $13::jsonb[])
     AS t (told, code, mentor_id, kind, occurred_at, source, before, after, choices) ON t.told = m.told
JOIN load_digest AS d
  ON d.code = t.code
 AND d.mentor = CASE t.mentor_id WHEN -1 THEN m.mentee WHEN 1 THEN m.primary_mentor WHEN 2 THEN m.backup_mentor END
"""
FILL_TIES: Final = """
INSERT INTO relationship AS r
    (wiki_id, id, mentor_id, mentee_id, role, started_at, start_is_known, started_because, ends_at, ends_because,
     fact_id, number, continues_id, replaces_id, withdrawn_at, version)
OVERRIDING SYSTEM VALUE
SELECT $1::integer, $2::bigint + m.number * $4::bigint + t.id,
       CASE t.mentor_id WHEN -1 THEN m.mentee WHEN 1 THEN m.primary_mentor WHEN 2 THEN m.backup_mentor END,
       m.mentee, t.role, t.started_at, t.start_is_known, t.started_because, t.ends_at, t.ends_because,
       $3::bigint + m.number * $4::bigint + t.fact_id, t.number,
       $2::bigint + m.number * $4::bigint + t.continues_id, $2::bigint + m.number * $4::bigint + t.replaces_id,
       t.withdrawn_at, t.version
FROM load_mentee AS m
JOIN unnest($5::integer[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::timestamptz[], $11::boolean[],
            $12::text[], $13::timestamptz[], $14::text[], $15::bigint[], $16::integer[], $17::bigint[],
            $18::bigint[], $19::timestamptz[], $20::integer[])
     AS t (told, id, mentor_id, mentee_id, role, started_at, start_is_known, started_because, ends_at, ends_because,
           fact_id, number, continues_id, replaces_id, withdrawn_at, version) ON t.told = m.told
"""
FILL_TIE_SPANS: Final = """
INSERT INTO relationship_span AS s
    (wiki_id, relationship_id, valid_from, valid_to, state, mentor_id, mentee_id, role, last_edit_at)
SELECT $1::integer, $2::bigint + m.number * $3::bigint + t.id, t.valid_from, t.valid_to, t.state,
       CASE t.mentor_id WHEN -1 THEN m.mentee WHEN 1 THEN m.primary_mentor WHEN 2 THEN m.backup_mentor END,
       m.mentee, t.role, t.last_edit_at
FROM load_mentee AS m
JOIN unnest($4::integer[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::bigint[],
            $10::bigint[], $11::text[], $12::timestamptz[])
     AS t (told, id, valid_from, valid_to, state, mentor_id, mentee_id, role, last_edit_at) ON t.told = m.told
"""
FILL_MENTEE_SPANS: Final = """
INSERT INTO mentee_span AS s
    (wiki_id, mentee_id, valid_from, valid_to, state, told_state, blocked_since, blocked_until, returns_to,
     returns_until, told_since, told_until)
SELECT $1::integer, m.mentee, t.valid_from, t.valid_to, t.state, t.told_state, t.blocked_since, t.blocked_until,
       CASE t.returns_to WHEN -1 THEN m.mentee WHEN 1 THEN m.primary_mentor WHEN 2 THEN m.backup_mentor END,
       t.returns_until, t.told_since, t.told_until
FROM load_mentee AS m
JOIN unnest($2::integer[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[],
            $8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::timestamptz[], $12::timestamptz[],
            $13::timestamptz[])
     AS t (told, mentee_id, valid_from, valid_to, state, told_state, blocked_since, blocked_until, returns_to,
           returns_until, told_since, told_until) ON t.told = m.told
"""
FILL_NEEDS: Final = """
INSERT INTO need AS n
    (wiki_id, mentee_id, role, valid_from, valid_to, since, cause, previous_id, replaces_id, signed_at, last_edit_at)
SELECT $1::integer, m.mentee, t.role, t.valid_from, t.valid_to, t.since, t.cause,
       CASE t.previous_id WHEN -1 THEN m.mentee WHEN 1 THEN m.primary_mentor WHEN 2 THEN m.backup_mentor END,
       $2::bigint + m.number * $3::bigint + t.replaces_id, t.signed_at, t.last_edit_at
FROM load_mentee AS m
JOIN unnest($4::integer[], $5::bigint[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],
            $10::text[], $11::bigint[], $12::bigint[], $13::timestamptz[], $14::timestamptz[])
     AS t (told, mentee_id, role, valid_from, valid_to, since, cause, previous_id, replaces_id, signed_at,
           last_edit_at) ON t.told = m.told
"""
FILL_EVENTS: Final = """
INSERT INTO relationship_event AS e
    (wiki_id, id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, from_state, to_state, fact_id, bulk)
OVERRIDING SYSTEM VALUE
SELECT $1::integer, $2::bigint + m.number * $5::bigint + t.id, t.kind, t.at, t.recorded_at,
       $3::bigint + m.number * $5::bigint + t.relationship_id,
       CASE t.mentor_id WHEN -1 THEN m.mentee WHEN 1 THEN m.primary_mentor WHEN 2 THEN m.backup_mentor END,
       m.mentee, t.from_state, t.to_state, $4::bigint + m.number * $5::bigint + t.fact_id, t.bulk
FROM load_mentee AS m
JOIN unnest($6::integer[], $7::bigint[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::bigint[],
            $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::boolean[],
            $19::bigint[])
     AS t (told, id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, from_state, to_state, block_id,
           fact_id, bulk, withdraws_id) ON t.told = m.told
"""

FILL: Final = {
    "account": FILL_ACCOUNTS,
    "fact": FILL_FACTS,
    "relationship": FILL_TIES,
    "relationship_span": FILL_TIE_SPANS,
    "mentee_span": FILL_MENTEE_SPANS,
    "need": FILL_NEEDS,
    "relationship_event": FILL_EVENTS,
}

Representatives = Mapping[int, Representative]
Rows = list[tuple[Any, ...]]


class Filling:
    """The rows of one load. `facts`, `ties` and `events` are the ids before the first of its own."""

    def __init__(self, wiki: int, now: datetime, facts: int, ties: int, found: Representatives) -> None:
        self._wiki, self._now, self._found = wiki, now, found
        self._facts, self._ties, self.events = facts, ties, 0

    def digests(self, named: Sequence[tuple[int, int]]) -> Rows:
        """What tells a repeat of each fact; it is the same for all mentees of a mentor. `named`: code and mentor."""
        facts = {code: entry.fact for one in self._found.values() for code, entry in one.entries.items()}
        return [
            (code, mentor, digest(facts[code].kind.value, facts[code].at, choices(facts[code]), mentor))
            for code, mentor in named
            if code in facts
        ]

    async def fill(self, connection: Connection, table: str) -> None:
        """All rows of one table."""
        rows, *arguments = getattr(self, "_" + table)()
        if rows:
            statement = FILL[table]
            await connection.execute(statement, self._wiki, *arguments, *zip(*rows, strict=True))

    def _account(self) -> tuple[Rows]:
        return ([(told, *one.account) for told, one in self._found.items()],)

    def _fact(self) -> tuple[Rows, int, int, datetime]:
        rows = [_fact(told, code, one) for told, one in self._found.items() for code in one.entries]
        return rows, self._facts, IDS_A_MENTEE, self._now

    def _relationship(self) -> tuple[Rows, int, int, int]:
        return self._rows(lambda script: script.ties.new), self._ties, self._facts, IDS_A_MENTEE

    def _relationship_span(self) -> tuple[Rows, int, int]:
        return self._stretches("tie_spans"), self._ties, IDS_A_MENTEE

    def _mentee_span(self) -> tuple[Rows]:
        return (self._stretches("mentee_spans"),)

    def _need(self) -> tuple[Rows, int, int]:
        return self._stretches("needs"), self._ties, IDS_A_MENTEE

    def _relationship_event(self) -> tuple[Rows, int, int, int, int]:
        return self._rows(lambda script: script.events), self.events, self._ties, self._facts, IDS_A_MENTEE

    def _rows(self, new: Callable[[Script], Sequence[tuple[Any, ...]]]) -> Rows:
        rows = [(told, *row) for told, one in self._found.items() for row in new(one.script)]
        assert all(row[1] <= IDS_A_MENTEE for row in rows), "a representative has more rows than ids"
        return rows

    def _stretches(self, part: str) -> Rows:
        return [(told, *row) for told, one in self._found.items() for row in getattr(one.script, part).new]


async def reserve(connection: Connection, table: str, mentees: int) -> int:
    """As many ids as the rows of so many mentees may need; gives the one before the first."""
    reserved: int = await connection.fetchval(RESERVE, table, mentees * IDS_A_MENTEE)
    return reserved


def _fact(told: int, code: int, one: Representative) -> tuple[Any, ...]:
    """A fact's row; what its source calls it names the mentee once, and is cut there."""
    fact = one.entries[code].fact
    before, after = fact.origin.source_id.split(str(MENTEE))
    assert isinstance(fact, NamesMentor)
    chosen = orjson.dumps(choices(fact)).decode()
    return (told, code, fact.mentor, fact.kind.value, fact.at, fact.origin.source, before, after, chosen)
