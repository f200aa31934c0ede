"""The rows of a mentee's timeline as they are kept, and the statements that read them, a set of mentees at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from models.ledger.connections import Connection, aware


class AccountRow(NamedTuple):
    id: int
    name: str | None = None
    is_hidden: bool = False
    registered_at: datetime | None = None
    last_edit_at: datetime | None = None
    is_mentee: bool = False
    eligible: bool = True
    block_count: int = 0
    next_change_at: datetime | None = None


class TieRow(NamedTuple):
    id: int
    mentor_id: int
    mentee_id: int
    role: str
    started_at: datetime
    start_is_known: bool
    started_because: str
    ends_at: datetime
    ends_because: str | None
    fact_id: int
    number: int
    continues_id: int | None
    replaces_id: int | None
    withdrawn_at: datetime
    version: int


class TieSpanRow(NamedTuple):
    relationship_id: int
    valid_from: datetime
    valid_to: datetime
    state: str
    mentor_id: int
    mentee_id: int
    role: str
    last_edit_at: datetime


class MenteeSpanRow(NamedTuple):
    mentee_id: int
    valid_from: datetime
    valid_to: datetime
    state: str
    told_state: str
    blocked_since: datetime | None
    blocked_until: datetime
    returns_to: int | None
    returns_until: datetime
    told_since: datetime
    told_until: datetime


class NeedRow(NamedTuple):
    mentee_id: int
    role: str
    valid_from: datetime
    valid_to: datetime
    since: datetime
    cause: str
    previous_id: int | None
    replaces_id: int | None
    signed_at: datetime
    last_edit_at: datetime


class BlockRow(NamedTuple):
    id: int
    kind: str
    block_id: str
    mentee_id: int
    placed_at: datetime
    expires_at: datetime
    lifted_at: datetime
    scope: str
    category: str
    category_source: str
    unblock_requested: bool
    hides_name: bool
    reason: str | None
    performer: str | None
    performer_id: int | None
    placed_by: int
    reason_by: int
    withdrawn_at: datetime


class BlockSpanRow(NamedTuple):
    block_id: int
    valid_from: datetime
    valid_to: datetime
    mentee_id: int
    scope: str
    category: str
    category_source: str
    expires_at: datetime
    counted: bool
    unblock_requested: bool


class NameRow(NamedTuple):
    account_id: int
    valid_from: datetime
    valid_to: datetime
    name: str


class EventRow(NamedTuple):
    id: int
    kind: str
    at: datetime
    recorded_at: datetime
    relationship_id: int
    mentor_id: int
    mentee_id: int
    from_state: str | None
    to_state: str
    block_id: int | None
    fact_id: int | None
    bulk: bool
    withdraws_id: int | None


TIES: Final = """
SELECT r.id, r.mentor_id, r.mentee_id, r.role, r.started_at, r.start_is_known, r.started_because, r.ends_at,
       r.ends_because, r.fact_id, r.number, r.continues_id, r.replaces_id, r.withdrawn_at, r.version
FROM relationship AS r WHERE r.wiki_id = $1 AND r.mentee_id = ANY($2::bigint[])
"""
TIE_SPANS: Final = """
SELECT s.relationship_id, s.valid_from, s.valid_to, s.state, s.mentor_id, s.mentee_id, s.role, s.last_edit_at
FROM relationship_span AS s WHERE s.wiki_id = $1 AND s.mentee_id = ANY($2::bigint[])
"""
MENTEE_SPANS: Final = """
SELECT s.mentee_id, s.valid_from, s.valid_to, s.state, s.told_state, s.blocked_since, s.blocked_until,
       s.returns_to, s.returns_until, s.told_since, s.told_until
FROM mentee_span AS s WHERE s.wiki_id = $1 AND s.mentee_id = ANY($2::bigint[])
"""
NEEDS: Final = """
SELECT n.mentee_id, n.role, n.valid_from, n.valid_to, n.since, n.cause, n.previous_id, n.replaces_id,
       n.signed_at, n.last_edit_at
FROM need AS n WHERE n.wiki_id = $1 AND n.mentee_id = ANY($2::bigint[])
"""
BLOCKS: Final = """
SELECT b.id, b.kind, b.block_id, b.mentee_id, b.placed_at, b.expires_at, b.lifted_at, b.scope, b.category,
       b.category_source, b.unblock_requested, b.hides_name, b.reason, b.performer, b.performer_id,
       b.placed_by, b.reason_by, b.withdrawn_at
FROM block AS b WHERE b.wiki_id = $1 AND b.mentee_id = ANY($2::bigint[])
"""
BLOCK_SPANS: Final = """
SELECT s.block_id, s.valid_from, s.valid_to, s.mentee_id, s.scope, s.category, s.category_source,
       s.expires_at, s.counted, s.unblock_requested
FROM block_span AS s WHERE s.wiki_id = $1 AND s.mentee_id = ANY($2::bigint[])
"""
NAMES: Final = """
SELECT n.account_id, n.valid_from, n.valid_to, n.name
FROM account_name AS n WHERE n.wiki_id = $1 AND n.account_id = ANY($2::bigint[])
"""
SUPPRESSED_NAMES: Final = """
SELECT n.account_id, n.valid_from, n.valid_to, n.name
FROM suppressed_name AS n WHERE n.wiki_id = $1 AND n.account_id = ANY($2::bigint[])
"""
EVENTS: Final = """
SELECT e.id, e.kind, e.at, e.recorded_at, e.relationship_id, e.mentor_id, e.mentee_id, e.from_state,
       e.to_state, e.block_id, e.fact_id, e.bulk, e.withdraws_id
FROM relationship_event AS e WHERE e.wiki_id = $1 AND e.mentee_id = ANY($2::bigint[]) ORDER BY e.id
"""


@dataclass(slots=True)
class Stored:
    """All that is kept of one mentee's timeline."""

    ties: list[TieRow] = field(default_factory=list)
    tie_spans: list[TieSpanRow] = field(default_factory=list)
    mentee_spans: list[MenteeSpanRow] = field(default_factory=list)
    needs: list[NeedRow] = field(default_factory=list)
    blocks: list[BlockRow] = field(default_factory=list)
    block_spans: list[BlockSpanRow] = field(default_factory=list)
    names: list[NameRow] = field(default_factory=list)
    suppressed_names: list[NameRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)


_PARTS: Final[tuple[tuple[str, str, type[Any]], ...]] = (
    ("ties", TIES, TieRow),
    ("tie_spans", TIE_SPANS, TieSpanRow),
    ("mentee_spans", MENTEE_SPANS, MenteeSpanRow),
    ("needs", NEEDS, NeedRow),
    ("blocks", BLOCKS, BlockRow),
    ("block_spans", BLOCK_SPANS, BlockSpanRow),
    ("names", NAMES, NameRow),
    ("suppressed_names", SUPPRESSED_NAMES, NameRow),
    ("events", EVENTS, EventRow),
)


async def read(connection: Connection, wiki: int, mentees: Iterable[int]) -> dict[int, Stored]:
    """What is kept of each of these mentees; they are locked already, so it can't change meanwhile."""
    asked = list(mentees)
    kept = {mentee: Stored() for mentee in asked}
    if not asked:
        return kept
    for part, statement, row_class in _PARTS:
        fields = row_class._fields
        whose = fields.index("account_id" if "account_id" in fields else "mentee_id")
        rows = {mentee: getattr(stored, part) for mentee, stored in kept.items()}
        for row in await connection.fetch(statement, wiki, asked):
            rows[row[whose]].append(row_class._make(aware(row)))
    return kept
