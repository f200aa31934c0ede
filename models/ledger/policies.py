"""The versions of a wiki's policy, each read from the database once: a version is never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson

from graph.errors import Refused
from graph.kinds import UserErrorCode
from graph.policy import PolicySettings, PolicyVersion, from_json
from models.columns import NEVER
from models.ledger.connections import Connection, aware

NEW_VERSIONS: Final = """
SELECT p.version, p.effective_from, p.settings
FROM policy AS p WHERE p.wiki_id = $1 AND p.version > $2 ORDER BY p.version
"""


class Policies:
    """What each wiki has decided so far."""

    def __init__(self) -> None:
        self._known: dict[int, list[PolicyVersion]] = {}

    async def require(self, connection: Connection, wiki: int) -> None:
        """Refuse a wiki that nobody tracks, before anything is written about it."""
        if wiki not in self._known:
            await self.of(connection, wiki)

    async def of(self, connection: Connection, wiki: int) -> Sequence[PolicyVersion]:
        """All versions; asked in every change, for another process may have put a new one in force."""
        known = self._known.get(wiki, [])
        newest = known[-1].version if known else 0
        found = await connection.fetch(NEW_VERSIONS, wiki, newest)
        if found:
            known = self._known[wiki] = known + [
                PolicyVersion(version, None if since == NEVER else since, from_json(orjson.loads(settings)))
                for version, since, settings in map(aware, found)
            ]
        if not known:
            raise Refused(UserErrorCode.NOT_FOUND, "This wiki is not tracked; add it first.", "wiki")
        return known


def in_force(policies: Sequence[PolicyVersion], at: datetime) -> PolicySettings:
    """The settings that decide at that moment."""
    begun = [
        version for version in policies if version.effective_from is None or version.effective_from <= at
    ]
    return max(begun, key=lambda version: (version.effective_from or NEVER, version.version)).settings
