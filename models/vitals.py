"""What whoever runs a server asks of its database: whether it is there and as new as the code, and what waits in it."""

from datetime import datetime
from typing import Final, NamedTuple

from models.reader import Reader

VERSION: Final = "SELECT version_num FROM alembic_version"
QUEUE: Final = """
SELECT count(*) AS jobs, min(j.started_at) AS since
FROM wiki AS wiki_1 JOIN job AS j ON j.wiki_id = wiki_1.id WHERE j.state = 'RUNNING'
"""


class Queue(NamedTuple):
    """The jobs of all wikis that are not done, and since when the oldest runs."""

    jobs: int
    since: datetime | None


async def version(reader: Reader) -> str:
    """The last migration that the database has had."""
    [row] = await reader.rows(VERSION, ())
    return str(row["version_num"])


async def queue(reader: Reader) -> Queue:
    """How long the queue of jobs is."""
    [row] = await reader.rows(QUEUE, ())
    return Queue(row["jobs"], row["since"])
