"""Somebody who writes to a wiki's rows while another reads its lists: to those whose id is divisible by three, and to
no other.

Rows come and go, and change their places; what the rules would never write, the meddler does.
"""

from datetime import timedelta
from random import Random

import asyncpg

import seeded

DICE = "SELECT set_config('dice.number', $1, false), set_config('dice.moment', $2, false)"

FREED = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'x')
"""

WRITTEN = {
    "mentee": """
UPDATE account SET is_mentee = (id + n) % 2 = 0, edit_count = n, last_edit_at = t, registered_at = t,
    block_count = n % 7, question_count = n % 5, reverted_edit_count = n % 3,
    name = CASE WHEN NOT is_hidden THEN 'Meddled ' || n END
FROM dice WHERE wiki_id = 1 AND id % 3 = 0;
UPDATE mentee_span SET told_since = least(t, valid_from), told_until = valid_to + n * interval '1 day'
FROM dice WHERE wiki_id = 1 AND mentee_id % 3 = 0;
UPDATE relationship_span SET last_edit_at = t, valid_to = valid_from + (1 + n) * interval '1 day'
FROM dice WHERE wiki_id = 1 AND mentee_id % 3 = 0
""",
    "mentor": """
UPDATE mentor SET enrolled_at = t FROM dice WHERE wiki_id = 1 AND id % 3 = 0;
UPDATE account SET name = CASE n % 2 WHEN 0 THEN 'Meddled ' || n END, is_hidden = n % 2 = 1
FROM dice WHERE wiki_id = 1 AND id % 3 = 0 AND id > 100;
UPDATE relationship_span SET valid_to = valid_from + (1 + n) * interval '1 day'
FROM dice WHERE wiki_id = 1 AND mentor_id % 3 = 0
""",
    "tie": """
UPDATE relationship SET withdrawn_at = CASE (id + n) % 2 WHEN 0 THEN t ELSE 'infinity' END,
    started_at = least(t, ends_at - interval '1 day'), ends_at = CASE (id + n) % 5 WHEN 0 THEN t ELSE 'infinity' END
FROM dice WHERE wiki_id = 1 AND id % 3 = 0;
UPDATE relationship_span SET valid_to = valid_from + (1 + n) * interval '1 day'
FROM dice WHERE wiki_id = 1 AND relationship_id % 3 = 0
""",
    "block": """
UPDATE block SET withdrawn_at = CASE (id + n) % 2 WHEN 0 THEN t ELSE 'infinity' END, placed_at = t
FROM dice WHERE wiki_id = 1 AND id % 3 = 0
""",
    "event": """
INSERT INTO relationship_event
    (wiki_id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, to_state, bulk, withdraws_id)
SELECT 1, 'WITHDRAWN', t, t, relationship_id, mentor_id, mentee_id, to_state, false, id
FROM dice, relationship_event AS e WHERE wiki_id = 1 AND id % 3 = 0
    AND NOT EXISTS (SELECT FROM relationship_event AS w WHERE w.wiki_id = 1 AND w.withdraws_id = e.id) LIMIT 2
""",
    "policy": """
INSERT INTO policy (wiki_id, version, effective_from, settings, recorded_at)
SELECT 1, max(version) + 1, max(effective_from) + interval '1 day', '{}', max(t)
FROM dice, policy WHERE wiki_id = 1
""",
}
"""By what is listed; `n` is some number, `t` some moment."""

READ_DICE = """
CREATE TEMP VIEW dice AS
SELECT current_setting('dice.number')::int AS n, current_setting('dice.moment')::timestamptz(3) AS t
"""


class Meddler:
    """One who writes."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.connection, self.random = connection, Random(7)

    async def prepare(self) -> None:
        """Free the tables of what would hold a meddler back."""
        for (freeing,) in await self.connection.fetch(FREED):
            await self.connection.execute(freeing)
        await self.connection.execute(READ_DICE)

    async def meddle(self, table: str) -> None:
        """Write once."""
        moment = seeded.NOW - timedelta(days=self.random.randrange(400))
        await self.connection.execute(DICE, str(self.random.randrange(1000)), moment.isoformat())
        await self.connection.execute(WRITTEN[table])
