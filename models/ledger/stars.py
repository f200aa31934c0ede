"""Stars: a mentor's own marks, of which nobody else is told."""

from typing import Final

from graph.errors import Refused
from graph.kinds import AccountId, UserErrorCode
from models.ledger.change import Change, Office

ADD: Final = """
INSERT INTO star AS s (wiki_id, mentor_id, mentee_id, starred_at)
SELECT m.wiki_id, m.id, a.id, $4::timestamptz
FROM mentor AS m JOIN account AS a ON a.wiki_id = $1 AND a.id = $3
WHERE m.wiki_id = $1 AND m.id = $2 AND m.resigned_at > $4::timestamptz
ON CONFLICT (wiki_id, mentor_id, mentee_id) DO NOTHING
"""
TAKE_OFF: Final = "DELETE FROM star AS s WHERE s.wiki_id = $1 AND s.mentor_id = $2 AND s.mentee_id = $3"
IS_MENTEE: Final = "SELECT a.id FROM account AS a WHERE a.wiki_id = $1 AND a.id = $2"


async def star(office: Office, wiki: int, mentor: AccountId, mentee: AccountId, *, on: bool) -> None:
    """Put a mentor's star on a mentee, or take it off; to do so again changes nothing."""
    now = office.clock()

    async def work(change: Change) -> None:
        if await change.connection.fetchval(IS_MENTEE, wiki, mentee) is None:
            raise Refused(UserErrorCode.NOT_FOUND, "No account of that id is known on this wiki.", "mentee")
        if on:
            await change.connection.execute(ADD, wiki, mentor, mentee, now)
        else:
            await change.connection.execute(TAKE_OFF, wiki, mentor, mentee)

    await office.change(wiki, work)
