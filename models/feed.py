"""The feed as those who watch read it: what became known after a place in it, in the order of commits.

An id is given out before its transaction ends, so an event can come to stand before others that were read
already, and whoever reads by id alone misses it. A place is therefore a transaction and an id, and nothing is
read that is not older than every transaction still running: what is there then is all that will ever be there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from models.reader import Reader

HEAD: Final = """
SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + c.ahead)::text::xid8 FROM feed_clock AS c
"""
AFTER: Final = """
SELECT e.xid, e.id, e.kind, e.at, e.recorded_at, e.mentor_id, e.mentee_id,
       e.xid < (SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + c.ahead)::text::xid8
                FROM feed_clock AS c) AS settled
FROM relationship_event AS e
WHERE e.wiki_id = $1 AND (e.xid, e.id) > ($2::xid8, $3::bigint)
ORDER BY e.xid, e.id LIMIT $4
"""

AT_ONCE: Final = 500


class Place(NamedTuple):
    """A place in the feed: after the event of that transaction and id."""

    xid: int
    id: int


class Told(NamedTuple):
    """An event as far as it matters to whom it is told."""

    place: Place
    kind: str
    at: datetime
    recorded_at: datetime
    mentor: int
    mentee: int


class Stretch(NamedTuple):
    """What follows a place. `more`: the stretch was cut off; `held_back`: some of it waits for older transactions."""

    events: Sequence[Told]
    more: bool
    held_back: bool


async def head(reader: Reader) -> Place:
    """Where the feeds of all wikis stand: what is told from now on comes after it."""
    [[xid]] = await reader.rows(HEAD, ())
    return Place(xid, 0)


async def after(reader: Reader, wiki: int, place: Place) -> Stretch:
    """What a wiki's feed has after that place."""
    rows = await reader.rows(AFTER, (wiki, place.xid, place.id, AT_ONCE))
    events = [
        Told(
            Place(row["xid"], row["id"]),
            row["kind"],
            row["at"],
            row["recorded_at"],
            row["mentor_id"],
            row["mentee_id"],
        )
        for row in rows
        if row["settled"]
    ]
    held_back = len(events) < len(rows)
    return Stretch(events, len(rows) == AT_ONCE and not held_back, held_back)
