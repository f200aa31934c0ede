"""What PostgreSQL knows of the sizes of tables: looked at anew whenever they have doubled by a bulk."""

from dataclasses import dataclass
from typing import Final

import asyncpg

FIRST_LOOK: Final = 300
"""Entries after which it is worth looking for the first time."""

ANALYZE: Final = (
    "ANALYZE fact, fact_text, account, account_name, relationship, relationship_span, mentee_span, block"
)


@dataclass(slots=True)
class Statistics:
    """How much was brought in since the last look.

    A database that was empty a moment ago is planned for as if it still were, until autovacuum comes by, a
    minute later: each check of a foreign key then reads all facts of the wiki, and 30,000 entries took a
    minute instead of ten seconds. Only the tables' owner may look, so this is no work for the connections
    that can only append; where the owner is someone else, PostgreSQL passes over it with a warning.
    """

    dsn: str
    brought: int = 0
    looked_at: int = 0

    async def grew(self, entries: int) -> None:
        """So many entries more are kept; look where that makes twice as many as at the last look."""
        self.brought += entries
        if self.brought < max(FIRST_LOOK, 2 * self.looked_at):
            return
        self.looked_at = self.brought
        connection = await asyncpg.connect(
            self.dsn, server_settings={"application_name": "mentorgraph statistics"}
        )
        try:
            await connection.execute(ANALYZE)
        finally:
            await connection.close()
