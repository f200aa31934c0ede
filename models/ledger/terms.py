"""Mentors' terms: from when to when somebody is a mentor, and whose timelines a change of that reaches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from graph.facts import MentorEnrolled, MentorResigned
from graph.history import standing
from graph.kinds import MentorShare
from models.columns import ENDLESS, NEVER
from models.ledger.change import Change
from models.ledger.connections import Connection, aware
from models.ledger.facts_kept import Kept

# Reached are those with a tie with the mentor that lasts to that moment or begins after it; those who had one and
# are blocked at or after it, for an unblock might bring it back; and those whom a later decision gave the mentor.
REACHED: Final = """
SELECT s.mentee_id FROM (
    SELECT r.mentee_id FROM relationship AS r
    WHERE r.wiki_id = $1 AND r.mentor_id = $2 AND r.mentee_id > $4 AND r.withdrawn_at = 'infinity'
      AND (r.ends_at >= $3
           OR EXISTS (SELECT FROM mentee_span AS s
                      WHERE s.wiki_id = $1 AND s.mentee_id = r.mentee_id AND s.blocked_since IS NOT NULL
                        AND s.valid_to >= $3))
    UNION
    SELECT f.mentee_id FROM fact AS f
    WHERE f.wiki_id = $1 AND f.mentor_id = $2 AND f.mentee_id > $4 AND f.occurred_at >= $3
) AS s ORDER BY s.mentee_id LIMIT $5
"""
TERMS: Final = """
SELECT t.valid_from, t.valid_to FROM mentor_term AS t WHERE t.wiki_id = $1 AND t.mentor_id = $2
"""
MENTORS_AT: Final = """
SELECT t.mentor_id FROM mentor_term AS t WHERE t.wiki_id = $1 AND t.valid_from <= $2 AND t.valid_to > $2
"""
WRITE_MENTOR: Final = """
INSERT INTO mentor AS m (wiki_id, id, share, enrolled_at, resigned_at, version)
VALUES ($1, $2, $3, $4, $5, 1)
ON CONFLICT (wiki_id, id) DO UPDATE
SET enrolled_at = excluded.enrolled_at, resigned_at = excluded.resigned_at, version = m.version + 1
WHERE (m.enrolled_at, m.resigned_at) IS DISTINCT FROM (excluded.enrolled_at, excluded.resigned_at)
"""
WRITE_CHOICES: Final = """
UPDATE mentor AS m SET share = $3, capacity = $4, introduction = $5, away_since = $6, away_until = $7
WHERE m.wiki_id = $1 AND m.id = $2
"""
UNMAKE_MENTOR: Final = """
UPDATE mentor AS m SET resigned_at = m.enrolled_at, version = m.version + 1
WHERE m.wiki_id = $1 AND m.id = $2 AND m.resigned_at <> m.enrolled_at
"""
WRITE_TERMS: Final = """
INSERT INTO mentor_term AS t (wiki_id, mentor_id, valid_from, valid_to)
SELECT $1::integer, $2, new.valid_from, new.valid_to
FROM unnest($3::timestamptz[], $4::timestamptz[]) AS new (valid_from, valid_to)
ON CONFLICT (wiki_id, mentor_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to
"""
DELETE_TERMS: Final = """
DELETE FROM mentor_term AS t
WHERE t.wiki_id = $1 AND t.mentor_id = $2 AND t.valid_from = ANY($3::timestamptz[])
"""

Term = tuple[datetime, datetime]


def terms(facts: Sequence[Kept]) -> list[Term]:
    """From when to when these facts make somebody a mentor; at one instant the order of rule 15 decides."""
    found: list[Term] = []
    since: datetime | None = None
    for fact in standing(kept.fact for kept in facts):
        if isinstance(fact, MentorEnrolled) and since is None:
            since = fact.at
        elif isinstance(fact, MentorResigned) and since is not None:
            if since < fact.at:
                found.append((since, fact.at))
            since = None
    if since is not None:
        found.append((since, ENDLESS))
    return _joined(found)


def _joined(found: Sequence[Term]) -> list[Term]:
    """Who resigns and enrolls again at one instant was never gone."""
    joined: list[Term] = []
    for start, end in found:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


async def reached(connection: Connection, wiki: int, mentor: int, at: datetime) -> set[int]:
    """The mentees whose timelines a change of the mentor's terms at that moment may change."""
    return set(await reached_after(connection, wiki, mentor, at, -1, None))


async def mentors_at(connection: Connection, wiki: int, at: datetime) -> set[int]:
    """Who was a mentor at that moment."""
    return {row["mentor_id"] for row in await connection.fetch(MENTORS_AT, wiki, at)}


async def reached_after(
    connection: Connection, wiki: int, mentor: int, at: datetime, last: int, limit: int | None
) -> list[int]:
    """Those of them with an id after `last`, in the order of ids, at most so many."""
    found = await connection.fetch(REACHED, wiki, mentor, at, last, limit)
    return [row["mentee_id"] for row in found]


async def write_terms(change: Change, mentor: int, *, ending: bool = True) -> None:
    """Write the mentor's terms as the facts now make them.

    Without `ending`, a term that is over stays open as long as ties lie in it: whoever ends them ends it. That the
    person is no mentor is written at once all the same, so that nobody is drawn them.
    """
    connection, wiki = change.connection, change.wiki
    now = dict(terms(change.terms(mentor)))
    before = dict(map(aware, await connection.fetch(TERMS, wiki, mentor)))
    if now:
        latest = max(now)
        share = MentorShare.NORMAL.value
        await connection.execute(WRITE_MENTOR, wiki, mentor, share, latest, now[latest])
    elif before:
        await connection.execute(UNMAKE_MENTOR, wiki, mentor)
    if not ending:
        now = before | {start: max(end, before.get(start, end)) for start, end in now.items()}
    gone = [start for start in before if start not in now]
    if gone:
        await connection.execute(DELETE_TERMS, wiki, mentor, gone)
    new = [(start, end) for start, end in now.items() if before.get(start) != end]
    if new:
        await connection.execute(WRITE_TERMS, wiki, mentor, *zip(*new, strict=True))


async def write_choices(change: Change, mentor: int, choices: Mapping[str, Any]) -> None:
    """What a mentor chooses when they enroll; a new term begins with new choices."""
    until = choices.get("away_until")
    away = (None, NEVER) if until is None or until <= change.now else (change.now, until)
    chosen = (choices["share"], choices["capacity"], choices["introduction"], *away)
    await change.connection.execute(WRITE_CHOICES, change.wiki, mentor, *chosen)
