"""How far each wiki's own events were read."""

from datetime import datetime
from typing import Final, NamedTuple

from models.ledger.connections import Connection

KEEP: Final = """
INSERT INTO source_position AS p (wiki_id, source, position, read_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (wiki_id, source) DO UPDATE SET position = excluded.position, read_at = excluded.read_at
"""
FIND: Final = "SELECT p.position, p.read_at FROM source_position AS p WHERE p.wiki_id = $1 AND p.source = $2"


class Reached(NamedTuple):
    """All that this source told up to the position was read at that moment."""

    source: str
    position: str
    read_at: datetime


async def keep(connection: Connection, wiki: int, reached: Reached) -> None:
    """From here on it is to be followed."""
    await connection.execute(KEEP, wiki, *reached)


async def find(connection: Connection, wiki: int, source: str) -> Reached | None:
    """How far it was read, if ever."""
    row = await connection.fetchrow(FIND, wiki, source)
    return None if row is None else Reached(source, row["position"], row["read_at"])
