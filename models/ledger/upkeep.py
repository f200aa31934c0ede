"""What is done without being asked: to tell what the clock has brought, to answer needs, to make timelines anew."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from models.columns import NEVER
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, transact
from models.ledger.drawing import FORSAKEN, LONGEST_SEARCH, UNAVAILABLE, WAITING, candidates, draw_what_is_due
from models.ledger.policies import in_force
from models.ledger.terms import write_terms

DUE: Final = """
SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.next_change_at <= $2 AND a.next_change_at < 'infinity'
ORDER BY a.next_change_at, a.id LIMIT $3
"""
NEXT_DUE: Final = """
SELECT wiki_1.id, next.at
FROM wiki AS wiki_1 CROSS JOIN LATERAL (
    SELECT a.next_change_at AS at FROM account AS a
    WHERE a.wiki_id = wiki_1.id AND a.next_change_at < 'infinity' ORDER BY a.next_change_at LIMIT 1
) AS next
ORDER BY next.at
"""
EVERYBODY: Final = """
SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3
"""
HOW_MANY: Final = "SELECT count(*) FROM account AS a WHERE a.wiki_id = $1"
MENTORS: Final = """
SELECT DISTINCT f.mentor_id FROM fact AS f WHERE f.wiki_id = $1 AND f.mentor_id IS NOT NULL AND f.mentee_id IS NULL
"""

AT_ONCE: Final = 200


async def next_due(connection: Connection) -> list[tuple[int, datetime]]:
    """Each wiki for which the clock will bring something, and when, the soonest first."""
    return [(row["id"], row["at"]) for row in await connection.fetch(NEXT_DUE)]


async def tell_due(office: Office, wiki: int, limit: int) -> int:
    """Tell the transitions that nobody recorded: blocks that expired, holds that ended. Answers how many."""
    due = await _fetch(office, DUE, wiki, office.clock(), limit)
    told = 0
    for some in _some(due):

        async def work(change: Change, mentees: Sequence[int] = some) -> int:
            await change.open(mentees, create=False)
            change.project(change.accounts)
            return len((await change.write()).events)

        told += await office.change(wiki, work)
    return told


async def answer_needs(office: Office, wiki: int, limit: int) -> int:
    """Draw for those who wait, the newest first; answers how many draws were made."""
    made = 0
    for mentee in await transact(office.pool, lambda c: _waiting(office, c, wiki, limit), office.chance):

        async def work(change: Change, mentee: int = mentee) -> int:
            await change.open([mentee], create=False)
            change.project(change.accounts)
            drawn = await draw_what_is_due(change, change.accounts)
            if drawn:
                await change.write()
            return drawn

        made += await office.change(wiki, work)
    return made


async def _waiting(office: Office, connection: Connection, wiki: int, limit: int) -> list[int]:
    now = office.clock()
    settings = in_force(await office.policies.of(connection, wiki), now)
    if not settings.auto_assign:
        return []
    # Without a limit no sign of life is asked for.
    since = NEVER if settings.seek_for is None else now - min(settings.seek_for, LONGEST_SEARCH)
    waiting = [row["mentee_id"] for row in await connection.fetch(WAITING, wiki, now, since, limit)]
    unavailable = [row["id"] for row in await connection.fetch(UNAVAILABLE, wiki, now)]
    if unavailable:
        forsaken = await connection.fetch(FORSAKEN, wiki, now, unavailable, limit)
        waiting += [row["mentee_id"] for row in forsaken]
    if not waiting:
        return []
    # All mentors and their loads are much to read, and mostly nobody waits.
    pool = await candidates(connection, wiki, now)
    if not any(pool.has_room(mentor) for mentor in pool.mentors):
        return []
    return list(dict.fromkeys(waiting))[:limit]


async def rebuild(office: Office, wiki: int, progress: Callable[[int, int], None]) -> int:
    """Make every timeline of a wiki anew from the facts. Where nothing was wrong, nothing is written."""
    await _rebuild_terms(office, wiki)
    total, done, last = (await _fetch(office, HOW_MANY, wiki))[0], 0, -1
    while some := await _fetch(office, EVERYBODY, wiki, last, AT_ONCE):

        async def work(change: Change, mentees: Sequence[int] = some) -> None:
            await change.open(mentees, create=False)
            change.project(change.accounts)
            await change.write(tell=False)

        await office.change(wiki, work)
        last, done = some[-1], done + len(some)
        progress(done, max(total, done))
    return done


async def _rebuild_terms(office: Office, wiki: int) -> None:
    for mentor in await _fetch(office, MENTORS, wiki):

        async def work(change: Change, mentor: int = mentor) -> None:
            change.run.lock([mentor])
            await change.open([mentor])
            await write_terms(change, mentor)

        await office.change(wiki, work)


async def _fetch(office: Office, statement: str, *arguments: object) -> list[int]:
    """The first column of what a look finds."""

    async def look(connection: Connection) -> list[int]:
        return [row[0] for row in await connection.fetch(statement, *arguments)]

    return await transact(office.pool, look, office.chance)


def _some(everybody: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(everybody), AT_ONCE):
        yield everybody[start : start + AT_ONCE]
