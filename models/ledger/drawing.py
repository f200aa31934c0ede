"""Draws: whom a need brings, with the mentors' loads read under their locks. Chance and the rules are the graph's."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from graph.draw import Candidate, draw, due_needs, preferred_for
from graph.facts import Drawn, OptedIn
from graph.kinds import MentorShare, NeedCause, Origin, RelationshipRole
from graph.timeline import Need, Timeline
from models.columns import NEVER
from models.ledger.change import Change, Given
from models.ledger.connections import Connection
from models.ledger.entry import Entry, Target
from models.ledger.locks import Strength

# The load is counted only where there is a limit to it. Counted are ties that are active now; mentors are those
# of now, and nobody else is a candidate.
CANDIDATES: Final = """
SELECT m.id, m.share, m.capacity,
       CASE WHEN m.capacity IS NULL THEN 0 ELSE (
           SELECT count(*) FROM relationship_span AS s
           WHERE s.wiki_id = $1 AND s.mentor_id = m.id AND s.role = 'PRIMARY' AND s.state = 'ACTIVE'
             AND s.valid_from <= $2 AND s.valid_to > $2)
       END AS active,
       m.away_until <= $2 AND NOT EXISTS (
           SELECT FROM block_span AS b
           WHERE b.wiki_id = $1 AND b.mentee_id = m.id AND b.counted AND b.scope = 'SITEWIDE'
             AND b.valid_from <= $2 AND b.valid_to > $2) AS available
FROM mentor AS m
WHERE m.wiki_id = $1 AND m.enrolled_at <= $2 AND m.resigned_at > $2
ORDER BY m.id
"""
# Primary ties first: who is drawn for them leaves those who only miss a backup waiting. Then the newest first.
WAITING: Final = """
SELECT n.mentee_id FROM need AS n
JOIN account AS a ON a.wiki_id = $1 AND a.id = n.mentee_id
WHERE n.wiki_id = $1 AND n.valid_from <= $2 AND n.valid_to > $2 AND a.eligible
  AND (a.registered_key > $3 OR a.last_edit_at > $3 OR (n.cause = 'OPTED_IN' AND n.since > $3)
       OR EXISTS (SELECT FROM mentee_span AS s
                  WHERE s.wiki_id = $1 AND s.mentee_id = n.mentee_id AND s.blocked_since IS NOT NULL
                    AND s.valid_to > $3 AND s.valid_to <= $2))
GROUP BY n.mentee_id, a.registered_key
ORDER BY bool_or(n.role = 'PRIMARY') DESC, a.registered_key DESC, n.mentee_id DESC
LIMIT $4
"""
# Rule 6: the primary is unavailable, and so is the backup.
UNAVAILABLE: Final = """
SELECT m.id FROM mentor AS m
WHERE m.wiki_id = $1 AND m.enrolled_at <= $2 AND m.resigned_at > $2 AND m.away_until > $2
UNION
SELECT m.id FROM block_span AS b JOIN mentor AS m ON m.wiki_id = $1 AND m.id = b.mentee_id
WHERE b.wiki_id = $1 AND b.counted AND b.scope = 'SITEWIDE' AND b.valid_from <= $2 AND b.valid_to > $2
  AND m.enrolled_at <= $2 AND m.resigned_at > $2
"""
FORSAKEN: Final = """
SELECT p.mentee_id FROM relationship_span AS p
JOIN relationship_span AS b ON b.wiki_id = $1 AND b.mentee_id = p.mentee_id AND b.role = 'BACKUP'
JOIN account AS a ON a.wiki_id = $1 AND a.id = p.mentee_id
WHERE p.wiki_id = $1 AND p.mentor_id = ANY($3::bigint[]) AND p.role = 'PRIMARY' AND p.state = 'ACTIVE'
  AND p.valid_from <= $2 AND p.valid_to > $2
  AND b.mentor_id = ANY($3::bigint[]) AND b.valid_from <= $2 AND b.valid_to > $2 AND a.eligible
ORDER BY a.registered_key DESC, p.mentee_id DESC
LIMIT $4
"""

LONGEST_SEARCH: Final = timedelta(days=36500)


class Pool(NamedTuple):
    """The mentors of a moment as the draw sees them."""

    mentors: Mapping[int, Candidate]

    def with_one_more(self, mentor: int) -> "Pool":
        known = self.mentors[mentor]
        more = replace(known, active_primaries=known.active_primaries + 1)
        return Pool({**self.mentors, mentor: more})

    def strength(self, mentor: int) -> Strength:
        """Whoever counts a mentor's mentees must be the only one to add to them."""
        limited = self.mentors[mentor].capacity is not None
        return Strength.EXCLUSIVE if limited else Strength.SHARED

    def has_room(self, mentor: int) -> bool:
        candidate = self.mentors.get(mentor)
        return (
            candidate is not None
            and candidate.available
            and (candidate.capacity is None or candidate.active_primaries < candidate.capacity)
        )


async def candidates(connection: Connection, wiki: int, now: datetime) -> Pool:
    return Pool(
        {
            mentor: Candidate(mentor, MentorShare(share), capacity, active, available)
            for mentor, share, capacity, active, available in await connection.fetch(CANDIDATES, wiki, now)
        }
    )


class Drawing:
    """The draws of one change, made after its facts were projected and before the difference is written."""

    def __init__(self, change: Change, pool: Pool, preferred: Sequence[int] = ()) -> None:
        self._change, self._pool, self._preferred = change, pool, preferred

    def draws(self, mentees: Iterable[int], role: RelationshipRole, *, bulk: bool = False) -> list[Given]:
        """One round: the draws for this role that are due now; each adds to the load that the next one sees."""
        made = []
        for mentee in mentees:
            need = self._due(mentee, role)
            mentor = None if need is None else self._choose(mentee, role, preferred_for(need))
            if mentor is not None:
                made.append(self.drawn(mentee, mentor, role, instead_of=self._forsaking(mentee), bulk=bulk))
        return made

    def pick(self, mentee: int, role: RelationshipRole, excluded: Collection[int] = ()) -> int | None:
        """A mentor for a decision that names none."""
        return self._choose(mentee, role, (), excluded)

    def drawn(
        self,
        mentee: int,
        mentor: int,
        role: RelationshipRole,
        *,
        origin: Origin | None = None,
        instead_of: int | None = None,
        bulk: bool = False,
    ) -> Given:
        change = self._change
        fact = Drawn(
            at=change.now,
            origin=origin or Origin("draw", change.office.new_id()),
            role=role,
            mentor=mentor,
            instead_of=instead_of if role is RelationshipRole.BACKUP else None,
        )
        return Given(Entry(fact=fact, target=Target(id=mentee), bulk=bulk), mentee, mentor)

    def _due(self, mentee: int, role: RelationshipRole) -> Need | None:
        account, timeline = self._change.accounts[mentee], self._change.timelines[mentee]
        if not account.eligible or mentee in self._pool.mentors:
            return None
        if role is RelationshipRole.BACKUP and self._forsaking(mentee) is not None:
            now = self._change.now
            timeline = replace(timeline, needs=(Need(role, now, None, now, NeedCause.MISSING),))
        due = due_needs(
            timeline,
            self._change.now,
            self._change.settings,
            self._change.registered_at(mentee),
            self._seen_at(mentee),
        )
        return next((need for need in due if need.role is role), None)

    def _forsaking(self, mentee: int) -> int | None:
        """The unavailable backup of an unavailable primary, whose place another takes (rule 6)."""
        holders = active(self._change.timelines[mentee], self._change.now)
        both = [holders.get(role) for role in RelationshipRole]
        if any(mentor is None or self._is_available(mentor) for mentor in both):
            return None
        return holders[RelationshipRole.BACKUP]

    def _is_available(self, mentor: int) -> bool:
        candidate = self._pool.mentors.get(mentor)
        return candidate is not None and candidate.available

    def _seen_at(self, mentee: int) -> datetime | None:
        """The last edit, or the opting in that was a sign of life as well."""
        edited = self._change.accounts[mentee].last_edit_at or NEVER
        opted_in = [kept.fact.at for kept in self._change.facts(mentee).own if isinstance(kept.fact, OptedIn)]
        last = max([edited, *opted_in])
        return None if last == NEVER else last

    def _choose(
        self,
        mentee: int,
        role: RelationshipRole,
        preferred: Sequence[int],
        excluded: Collection[int] = (),
    ) -> int | None:
        """Chance, but the same chance again where a change had to start over to lock whom it had chosen."""
        holders = active(self._change.timelines[mentee], self._change.now)
        barred = {mentee, *holders.values(), *excluded}
        chosen = self._change.run.picks.get((mentee, role))
        if chosen is None or chosen in barred or not self._pool.has_room(chosen):
            wanted = [mentor for mentor in self._preferred if self._pool.has_room(mentor)]
            again = (*preferred, *wanted) if role is RelationshipRole.PRIMARY else preferred
            chosen = draw(self._pool.mentors.values(), barred, self._change.office.chance, again)
        if chosen is None:
            return None
        self._change.run.picks[mentee, role] = chosen
        self._change.need_lock(chosen, self._pool.strength(chosen))
        if role is RelationshipRole.PRIMARY:
            self._pool = self._pool.with_one_more(chosen)
        return chosen


def active(timeline: Timeline, now: datetime) -> dict[RelationshipRole, int]:
    """Who has which role now, suspended or not."""
    return {
        tie.role: tie.mentor
        for tie in timeline.ties
        if tie.start <= now and (tie.end is None or now < tie.end)
    }


async def foresee(change: Change, mentee: int, preferred: Sequence[int]) -> None:
    """Let chance choose before the locks are taken, so that the change need not start over to lock its choice."""
    pool = await candidates(change.connection, change.wiki, change.office.clock())
    barred = {mentee}
    for role in RelationshipRole:
        first = role is RelationshipRole.PRIMARY
        wanted = [mentor for mentor in preferred if pool.has_room(mentor)] if first else []
        chosen = draw(pool.mentors.values(), barred, change.office.chance, wanted)
        if chosen is not None:
            barred.add(chosen)
            change.run.picks[mentee, role] = chosen
            change.run.lock([chosen], pool.strength(chosen))


async def draw_what_is_due(
    change: Change,
    mentees: Iterable[int],
    *,
    preferred: Sequence[int] = (),
    pool: Pool | None = None,
    bulk: bool = False,
) -> int:
    """Draw for these mentees where a need is due: primaries first, for only who has one misses a backup."""
    if not change.settings.auto_assign:
        return 0
    pool = pool or await candidates(change.connection, change.wiki, change.now)
    drawing, count = Drawing(change, pool, preferred), 0
    asked = list(mentees)
    for role in RelationshipRole:
        made = drawing.draws(asked, role, bulk=bulk)
        if made:
            await change.append(made)
            change.project(one.mentee for one in made if one.mentee is not None)
            count += len(made)
    return count
