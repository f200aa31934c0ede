"""What is to be done on a wiki: claimed for a while, done by whoever claimed it, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from graph.kinds import DeliveryState, NotificationKind
from graph.policy import PolicySettings
from models.ledger.connections import Connection, aware
from models.ledger.script import PUT_IN_OUTBOX

# One mentor's letters about a mentee are written one after the other, and so is whom the wiki is to show: the first
# that waits keeps the others waiting, dead ones do not. A letter may wait for a day, and nothing else waits for that.
# What is revived was tried before, so whoever does it looks first whether it is there. With $5 and $6: what that mentor
# is to be told alike of other mentees.
CLAIM: Final = """
UPDATE outbox AS o SET claimed_until = $3, tries = o.tries + 1
WHERE o.wiki_id = $1 AND o.id IN (
    SELECT w.id FROM outbox AS w JOIN relationship_event AS e ON e.wiki_id = $1 AND e.id = w.event_id
    WHERE w.wiki_id = $1 AND w.state = 'WAITING' AND w.webhook_id IS NULL
      AND w.due_at <= $2 AND w.claimed_until <= $2
      AND ($5::text IS NULL OR (w.notification = $5 AND e.mentor_id = $6::bigint))
      AND NOT EXISTS (
          SELECT FROM outbox AS earlier
          JOIN relationship_event AS cause ON cause.wiki_id = $1 AND cause.id = earlier.event_id
          WHERE earlier.wiki_id = $1 AND earlier.mentee_id = w.mentee_id AND earlier.state = 'WAITING'
            AND earlier.webhook_id IS NULL AND earlier.id < w.id
            AND CASE w.notification WHEN 'SET_MENTOR' THEN earlier.notification = 'SET_MENTOR'
                ELSE earlier.notification <> 'SET_MENTOR' AND cause.mentor_id = e.mentor_id END
      )
    ORDER BY w.id LIMIT $4
    FOR UPDATE OF w SKIP LOCKED
)
RETURNING o.id
"""
# Names are those that everybody may know: who is hidden has none.
LOAD: Final = """
SELECT o.id, o.notification, o.tries, e.at, e.mentor_id, mentor.name AS mentor, e.mentee_id, mentee.name AS mentee,
       mentee.is_hidden OR mentor.is_hidden AS is_hidden,
       coalesce(o.notification = ANY(m.notify), true) AS is_wanted,
       EXISTS (
           SELECT FROM relationship_event AS w WHERE w.wiki_id = $1 AND w.withdraws_id = e.id
       ) AS is_withdrawn,
       (SELECT s.state FROM relationship_span AS s
        WHERE s.wiki_id = $1 AND s.relationship_id = e.relationship_id AND s.valid_from <= $2 AND $2 < s.valid_to
       ) AS state,
       (SELECT s.valid_to FROM relationship_span AS s
        WHERE s.wiki_id = $1 AND s.relationship_id = e.relationship_id AND s.valid_from <= $2 AND $2 < s.valid_to
       ) AS until,
       (SELECT max(sent.sent_at)
        FROM outbox AS sent JOIN relationship_event AS other
          ON other.wiki_id = $1 AND other.id = sent.event_id AND other.mentor_id = e.mentor_id
        WHERE sent.wiki_id = $1 AND sent.mentee_id = o.mentee_id AND sent.id < o.id AND sent.state = 'SENT'
          AND sent.notification NOT IN ('SET_MENTOR', 'WEBHOOK')
       ) AS told_at
FROM outbox AS o
JOIN relationship_event AS e ON e.wiki_id = $1 AND e.id = o.event_id
JOIN account AS mentor ON mentor.wiki_id = $1 AND mentor.id = e.mentor_id
JOIN account AS mentee ON mentee.wiki_id = $1 AND mentee.id = e.mentee_id
LEFT JOIN mentor AS m ON m.wiki_id = $1 AND m.id = e.mentor_id
WHERE o.wiki_id = $1 AND o.id = ANY($3::bigint[])
ORDER BY o.id
"""
END: Final = """
UPDATE outbox AS o SET state = $3, said = $4, sent_at = $5, claimed_until = '-infinity'
WHERE o.wiki_id = $1 AND o.id = $2 AND o.state = 'WAITING'
"""
AGAIN: Final = """
UPDATE outbox AS o SET due_at = $3, said = $4, claimed_until = '-infinity'
WHERE o.wiki_id = $1 AND o.id = $2 AND o.state = 'WAITING'
"""
REVIVE: Final = """
UPDATE outbox AS o SET state = 'WAITING', due_at = '-infinity', tries = 1
WHERE o.wiki_id = $1 AND o.state = 'DEAD' AND ($2::bigint IS NULL OR o.id = $2)
"""
DEAD: Final = """
SELECT o.id, o.notification, o.created_at, o.tries, o.said FROM outbox AS o
WHERE o.wiki_id = $1 AND o.state = 'DEAD' ORDER BY o.id LIMIT $2
"""
WAITING: Final = """
SELECT o.id FROM outbox AS o
WHERE o.wiki_id = $1 AND o.state = 'WAITING' AND o.webhook_id IS NULL ORDER BY o.id LIMIT $2
"""
HOW_MANY: Final = """
SELECT count(*) FILTER (WHERE o.state = 'WAITING') AS waiting, count(*) FILTER (WHERE o.state = 'DEAD') AS dead,
       min(o.created_at) FILTER (WHERE o.state = 'WAITING') AS since
FROM outbox AS o WHERE o.wiki_id = $1 AND o.state IN ('WAITING', 'DEAD')
"""
FORGET: Final = """
DELETE FROM outbox AS o WHERE o.wiki_id = $1 AND o.created_at < $2 AND o.state <> 'DEAD'
"""

# Whose state after the suspension is RELEASED, by what is forecast now; each suspension is told of once.
NEAR: Final = """
SELECT e.id, e.mentee_id, tie.mentor_id
FROM mentee_span AS s
JOIN mentee_span AS next
  ON next.wiki_id = $1 AND next.mentee_id = s.mentee_id AND next.valid_from = s.valid_to AND next.state = 'RELEASED'
JOIN relationship_span AS tie
  ON tie.wiki_id = $1 AND tie.mentee_id = s.mentee_id AND tie.role = 'PRIMARY' AND tie.state = 'SUSPENDED'
 AND tie.valid_from <= $2 AND $2 < tie.valid_to
JOIN mentor AS m ON m.wiki_id = $1 AND m.id = tie.mentor_id
 AND (m.notify IS NULL OR 'RELEASE_NEAR' = ANY(m.notify))
JOIN LATERAL (
    SELECT e.id, e.mentee_id FROM relationship_event AS e
    WHERE e.wiki_id = $1 AND e.relationship_id = tie.relationship_id AND e.kind = 'SUSPENDED' AND e.at <= $2
      AND NOT EXISTS (SELECT FROM relationship_event AS w WHERE w.wiki_id = $1 AND w.withdraws_id = e.id)
    ORDER BY e.at DESC, e.id DESC LIMIT 1
) AS e ON true
WHERE s.wiki_id = $1 AND s.state = 'SUSPENDED' AND s.valid_from <= $2 AND s.valid_to > $2 AND s.valid_to <= $3
  AND NOT EXISTS (
      SELECT FROM outbox AS o
      WHERE o.wiki_id = $1 AND o.mentee_id = s.mentee_id AND o.event_id = e.id AND o.notification = 'RELEASE_NEAR'
  )
ORDER BY e.id
"""

CLAIMED_FOR: Final = timedelta(minutes=5)
"""Longer than anything that is done takes: then whoever claimed it is dead."""
IN_ONE_LETTER: Final = 500
"""Mentees, at most."""
FORGOTTEN_AFTER: Final = timedelta(days=90)
NEAR_BEFORE: Final = timedelta(days=3)
"""How long before a release its mentor is told."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to do, and how things stand now that it is done.

    `mentor` and `mentee` are None where their names are not known. `is_hidden`: nobody may know one of them.
    `is_wanted`: the mentor has not turned such messages off. `state` is the tie's, None if it has ended; `until` is
    when that state ends if nothing happens. `told_at`: when that mentor was last written to about that mentee.
    """

    id: int
    notification: str
    tries: int
    at: datetime
    mentor_id: int
    mentor: str | None
    mentee_id: int
    mentee: str | None
    is_hidden: bool
    is_wanted: bool
    is_withdrawn: bool
    state: str | None
    until: datetime | None
    told_at: datetime | None


class Dead(NamedTuple):
    """What was given up, and why."""

    id: int
    notification: str
    created_at: datetime
    tries: int
    said: str | None


class Heap(NamedTuple):
    """How much there is to do, since when, and how much was given up."""

    waiting: int
    dead: int
    since: datetime | None


async def claim(connection: Connection, wiki: int, now: datetime, most: int) -> list[Delivery]:
    """The next things to do; nobody else does them meanwhile."""
    rows = await connection.fetch(CLAIM, wiki, now, now + CLAIMED_FOR, most, None, None)
    return await load(connection, wiki, now, [row["id"] for row in rows])


async def claim_alike(connection: Connection, wiki: int, now: datetime, first: Delivery) -> list[Delivery]:
    """What can go into the same letter as that one, of other mentees of that mentor."""
    asked = (now + CLAIMED_FOR, IN_ONE_LETTER - 1, first.notification, first.mentor_id)
    rows = await connection.fetch(CLAIM, wiki, now, *asked)
    return await load(connection, wiki, now, [row["id"] for row in rows])


async def announce_releases(
    connection: Connection, wiki: int, settings: PolicySettings, now: datetime
) -> int:
    """Write down whose release is near and is to be told, each once; how many."""
    if NotificationKind.RELEASE_NEAR not in settings.notify:
        return 0
    kind = NotificationKind.RELEASE_NEAR.value
    near = [
        (row["id"], row["mentee_id"], row["mentor_id"], "", kind)
        for row in await connection.fetch(NEAR, wiki, now, now + NEAR_BEFORE)
    ]
    if near:
        await connection.execute(PUT_IN_OUTBOX, wiki, now, *zip(*near, strict=True))
    return len(near)


async def load(connection: Connection, wiki: int, now: datetime, ids: Sequence[int]) -> list[Delivery]:
    """These, as things stand now."""
    return [Delivery(*aware(row)) for row in await connection.fetch(LOAD, wiki, now, list(ids))]


async def waiting(connection: Connection, wiki: int, now: datetime, most: int) -> list[Delivery]:
    """What would be done next, without claiming it."""
    rows = await connection.fetch(WAITING, wiki, most)
    return await load(connection, wiki, now, [row["id"] for row in rows])


async def end(
    connection: Connection, wiki: int, delivery: int, state: DeliveryState, said: str | None, now: datetime
) -> None:
    """It is over with."""
    sent_at = now if state is DeliveryState.SENT else None
    await connection.execute(END, wiki, delivery, state.value, said, sent_at)


async def again(connection: Connection, wiki: int, delivery: int, due_at: datetime, said: str) -> None:
    """It is to be tried again, not before that moment."""
    await connection.execute(AGAIN, wiki, delivery, due_at, said)


async def revive(connection: Connection, wiki: int, delivery: int | None) -> int:
    """Try again what was given up, all of it or one; how many."""
    return int((await connection.execute(REVIVE, wiki, delivery)).rpartition(" ")[2])


async def dead(connection: Connection, wiki: int, most: int) -> list[Dead]:
    """What was given up, the oldest first."""
    return [Dead(*row) for row in await connection.fetch(DEAD, wiki, most)]


async def heap(connection: Connection, wiki: int) -> Heap:
    """How much there is."""
    row = await connection.fetchrow(HOW_MANY, wiki)
    assert row is not None
    return Heap(*row)


async def forget(connection: Connection, wiki: int, now: datetime) -> None:
    """Remove what was done long ago, and what nobody has done since."""
    await connection.execute(FORGET, wiki, now - FORGOTTEN_AFTER)
