"""Draws: whom a need brings, with the mentors' loads read under their locks. Chance and the rules are the graph's."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Final

from graph.draw import Candidate, Urn, due_needs, preferred_for
from graph.facts import Drawn
from graph.kinds import FactKind, MentorShare, NeedCause, Origin, RelationshipRole
from graph.policy import PolicySettings
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
# Millions of needs may be open that nobody will ever answer: only those of the living are read, from `need_sought`, and
# the few that have an end to come. PostgreSQL takes a third of all rows to be later than an unknown moment, and few of
# them to be between two; for the few it shall not read all accounts.
WAITING: Final = """
SELECT n.mentee_id
FROM (
    SELECT endless.mentee_id, endless.role FROM need AS endless
    WHERE endless.wiki_id = $1 AND endless.valid_to = 'infinity' AND endless.valid_from <= $2
      AND greatest(endless.signed_at, endless.last_edit_at) BETWEEN $3 AND 'infinity'
    UNION ALL
    SELECT ending.mentee_id, ending.role FROM need AS ending
    WHERE ending.wiki_id = $1 AND ending.valid_to < 'infinity' AND ending.valid_to > $2 AND ending.valid_from <= $2
      AND greatest(ending.signed_at, ending.last_edit_at) >= $3
) AS n
CROSS JOIN LATERAL (
    SELECT account.registered_key FROM account
    WHERE account.wiki_id = $1 AND account.id = n.mentee_id AND account.eligible LIMIT 1
) AS a
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

# How they are locked follows from `Pool.strength`; what else the draw asks of them is read when they are.
MAY_BE_DRAWN: Final = """
SELECT m.id, m.capacity IS NOT NULL AS is_limited FROM mentor AS m
WHERE m.wiki_id = $1 AND m.enrolled_at <= $2 AND m.resigned_at > $2
"""

LONGEST_SEARCH: Final = timedelta(days=36500)

Wishes = Mapping[int, Sequence[int]]
"""The mentors that are drawn before others, by mentee."""

NO_WISHES: Final[Wishes] = MappingProxyType({})


STRENGTHS: Final = {True: Strength.EXCLUSIVE, False: Strength.SHARED}
"""How a mentor is locked who may be drawn, by whether there is a limit to their mentees."""


class Pool(Urn):
    """The mentors of a moment as the draw sees them, and how each is locked."""

    def strength(self, mentor: int) -> Strength:
        """Whoever counts a mentor's mentees must be the only one to add to them."""
        return STRENGTHS[self.mentors[mentor].capacity is not None]


async def candidates(connection: Connection, wiki: int, now: datetime) -> Pool:
    return Pool(
        Candidate(mentor, MentorShare(share), capacity, active, available)
        for mentor, share, capacity, active, available in await connection.fetch(CANDIDATES, wiki, now)
    )


async def lock_who_may_be_drawn(change: Change) -> None:
    """Have all of them locked with the change's mentors, where there are many to draw for."""
    found = await change.connection.fetch(MAY_BE_DRAWN, change.wiki, change.office.clock())
    for limited, strength in STRENGTHS.items():
        change.run.lock([mentor for mentor, is_limited in found if is_limited is limited], strength)


class Drawing:
    """The draws of one change, made after its facts were projected and before the difference is written."""

    def __init__(self, change: Change, pool: Pool, preferred: Wishes = NO_WISHES) -> None:
        self._change, self._pool, self._preferred = change, pool, preferred

    def draws(self, mentees: Iterable[int], *, bulk: bool = False) -> list[Given]:
        """The draws that are due now, primaries first; each adds to the load that the next one sees.

        Whoever is given a primary is in need of a backup at that very moment. What the rules would say then is
        foreseen, for to ask them costs more than all the rest; only after an opt-in they are asked, since the
        previous backup comes first then. A draw that turns out to be of no use is not kept.
        """
        asked = list(mentees)
        first = [one for mentee in asked for one in self._draw(mentee, RelationshipRole.PRIMARY, bulk=bulk)]
        given = {one.mentee: one.mentor for one in first if one.mentee is not None}
        asked_anew = [one for one in first if self._opted_in(one.mentee)]
        if asked_anew:
            self._change.must_have_locks()
            self._expect(asked_anew)
        second = [
            one
            for mentee in asked
            for one in self._draw(mentee, RelationshipRole.BACKUP, beside=given.get(mentee), bulk=bulk)
        ]
        self._change.must_have_locks()
        return self._expect([*first, *second])

    def _draw(
        self, mentee: int, role: RelationshipRole, *, bulk: bool, beside: int | None = None
    ) -> list[Given]:
        need = self._due(mentee, role)
        if need is None and not (beside is not None and self._misses_a_backup(mentee)):
            return []
        barred = self._barred(mentee) if beside is None else {beside, *self._barred(mentee)}
        mentor = self._choose(mentee, role, barred, () if need is None else preferred_for(need))
        if mentor is None:
            return []
        return [self.drawn(mentee, mentor, role, instead_of=self._forsaking(mentee), bulk=bulk)]

    def _misses_a_backup(self, mentee: int) -> bool:
        holders = active(self._change.timelines[mentee], self._change.now)
        return RelationshipRole.BACKUP not in holders and not self._opted_in(mentee)

    def _opted_in(self, mentee: int | None) -> bool:
        return mentee is not None and any(
            kept.fact.kind is FactKind.OPTED_IN for kept in self._change.facts(mentee).own
        )

    def _expect(self, made: Iterable[Given]) -> list[Given]:
        """Those of the draws that have an effect; the timelines are what they then will be."""
        kept: list[Given] = []
        for mentee, several in groupby(sorted(made, key=_mentee), key=_mentee):
            some = list(several)
            useless = self._change.rehearse(mentee, [one.entry.fact for one in some])
            if useless:
                some = [one for one in some if one.entry.origin not in useless]
                self._change.rehearse(mentee, [one.entry.fact for one in some])
            kept += some
        return kept

    def pick(self, mentee: int, role: RelationshipRole, excluded: Collection[int] = ()) -> int | None:
        """A mentor for a decision that names none."""
        chosen = self._choose(mentee, role, {*excluded, *self._barred(mentee)})
        self._change.must_have_locks()
        return chosen

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
        timeline = self._change.timelines[mentee]
        if not self._may_be_given(mentee):
            return None
        if role is RelationshipRole.BACKUP and self._forsaking(mentee) is not None:
            now = self._change.now
            timeline = replace(timeline, needs=(Need(role, now, None, now, NeedCause.MISSING),))
        due = due_needs(timeline, *self._signs(mentee))
        return next((need for need in due if need.role is role), None)

    def _may_be_given(self, mentee: int) -> bool:
        return self._change.accounts[mentee].eligible and mentee not in self._pool.mentors

    def _signs(self, mentee: int) -> tuple[datetime, PolicySettings, datetime | None, datetime | None]:
        """By what it is told whether somebody is sought for the mentee now."""
        change = self._change
        return change.now, change.settings, change.registered_at(mentee), self._seen_at(mentee)

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
        last = max(edited, self._change.facts(mentee).opted_in_at or NEVER)
        return None if last == NEVER else last

    def _barred(self, mentee: int) -> set[int]:
        return {mentee, *active(self._change.timelines[mentee], self._change.now).values()}

    def _choose(
        self,
        mentee: int,
        role: RelationshipRole,
        barred: Collection[int],
        preferred: Sequence[int] = (),
    ) -> int | None:
        """Chance, but the same chance again where a change had to start over to lock whom it had chosen."""
        chosen = self._change.run.picks.get((mentee, role))
        if chosen is None or chosen in barred or not self._pool.has_room(chosen):
            wanted = [one for one in self._preferred.get(mentee, ()) if self._pool.has_room(one)]
            again = (*preferred, *wanted) if role is RelationshipRole.PRIMARY else preferred
            chosen = self._pool.draw(barred, self._change.office.chance, again)
        if chosen is None:
            return None
        self._change.run.picks[mentee, role] = chosen
        self._change.want_lock(chosen, self._pool.strength(chosen))
        if role is RelationshipRole.PRIMARY:
            self._pool.give(chosen)
        return chosen


def _mentee(given: Given) -> int:
    assert given.mentee is not None
    return given.mentee


def active(timeline: Timeline, now: datetime) -> dict[RelationshipRole, int]:
    """Who has which role now, suspended or not."""
    return {
        tie.role: tie.mentor
        for tie in timeline.ties
        if tie.start <= now and (tie.end is None or now < tie.end)
    }


async def foresee(change: Change, wishes: Wishes) -> None:
    """Let chance choose before the locks are taken, so that the change need not start over to lock its choices."""
    pool = await candidates(change.connection, change.wiki, change.office.clock())
    for mentee, preferred in wishes.items():
        barred = {mentee}
        for role in RelationshipRole:
            first = role is RelationshipRole.PRIMARY
            wanted = [mentor for mentor in preferred if pool.has_room(mentor)] if first else []
            chosen = pool.draw(barred, change.office.chance, wanted)
            if chosen is not None:
                barred.add(chosen)
                change.run.picks[mentee, role] = chosen
                change.run.lock([chosen], pool.strength(chosen))
                if first:
                    pool.give(chosen)


async def draw_what_is_due(
    change: Change,
    mentees: Iterable[int],
    *,
    preferred: Wishes = NO_WISHES,
    pool: Pool | None = None,
    bulk: bool = False,
) -> int:
    """Draw for these mentees where a need is due; answers how many draws were made."""
    if not change.settings.auto_assign:
        return 0
    pool = pool or await candidates(change.connection, change.wiki, change.now)
    made = Drawing(change, pool, preferred).draws(mentees, bulk=bulk)
    if made:
        await change.append(made)
    return len(made)
