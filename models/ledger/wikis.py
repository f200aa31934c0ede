"""Wikis: to start tracking one, with the first version of its policy."""

from collections.abc import Sequence
from typing import Final

import orjson

from graph.errors import Refused
from graph.kinds import UserErrorCode
from graph.policy import PolicySettings, PolicyVersion, to_json
from models.columns import NEVER
from models.ledger.connections import Clock, Connection

WIKIS: Final = "SELECT w.db_name, w.id FROM wiki AS w ORDER BY w.db_name"
NEXT_ID: Final = "SELECT coalesce(max(w.id), 0) + 1 FROM wiki AS w"
ADD: Final = """
INSERT INTO wiki AS w (id, db_name, url, added_at) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING w.id
"""
EXISTS: Final = "SELECT w.id FROM wiki AS w WHERE w.db_name = $1"
POLICIES: Final = """
INSERT INTO policy AS p (wiki_id, version, effective_from, settings, recorded_at)
SELECT $1::integer, new.version, new.effective_from, new.settings::jsonb, $2
FROM unnest($3::integer[], $4::timestamptz[], $5::text[]) AS new (version, effective_from, settings)
"""


async def wikis(connection: Connection) -> dict[str, int]:
    """The ids of all wikis, by their database names."""
    return {row["db_name"]: row["id"] for row in await connection.fetch(WIKIS)}


async def add_wiki(
    connection: Connection, db_name: str, url: str, settings: PolicySettings, clock: Clock
) -> int:
    """Track a wiki; its id is the next that is free, whoever else adds one at the same moment."""
    return await add_with_policies(connection, db_name, url, [PolicyVersion(1, None, settings)], clock)


async def add_with_policies(
    connection: Connection, db_name: str, url: str, policies: Sequence[PolicyVersion], clock: Clock
) -> int:
    """Track a wiki that has decided about its mentorships elsewhere already."""
    now = clock()
    while True:
        wiki = await connection.fetchval(NEXT_ID)
        if await connection.fetchval(ADD, wiki, db_name, url, now) is not None:
            break
        if await connection.fetchval(EXISTS, db_name) is not None:
            raise Refused(UserErrorCode.ALREADY_EXISTS, "A wiki of that name is tracked already.", "dbName")
    rows = [
        (policy.version, policy.effective_from or NEVER, orjson.dumps(to_json(policy.settings)).decode())
        for policy in policies
    ]
    await connection.execute(POLICIES, wiki, now, *zip(*rows, strict=True))
    assert isinstance(wiki, int)
    return wiki
