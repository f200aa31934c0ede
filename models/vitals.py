"""What whoever runs a server asks of its database: whether it is there and as new as the code, and what waits in it."""

from datetime import datetime
from typing import Final, NamedTuple

from models.reader import Reader

VERSION: Final = "SELECT version_num FROM alembic_version"
JOBS: Final = """
SELECT count(*) AS waiting, 0 AS dead, min(j.started_at) AS since
FROM wiki AS wiki_1 JOIN job AS j ON j.wiki_id = wiki_1.id WHERE j.state = 'RUNNING'
"""
OUTBOX: Final = """
SELECT o.webhook_id IS NOT NULL AS by_webhook, count(*) FILTER (WHERE o.state = 'WAITING') AS waiting,
       count(*) FILTER (WHERE o.state = 'DEAD') AS dead,
       min(o.created_at) FILTER (WHERE o.state = 'WAITING') AS since
FROM wiki AS wiki_1 JOIN outbox AS o ON o.wiki_id = wiki_1.id
WHERE o.state IN ('WAITING', 'DEAD') GROUP BY 1
"""


class Queue(NamedTuple):
    """What is not done of all wikis, what of it was given up, and since when the oldest waits."""

    waiting: int = 0
    dead: int = 0
    since: datetime | None = None


class Queues(NamedTuple):
    """Jobs, what is to be done on wikis, and what webhooks are to be told."""

    jobs: Queue = Queue()
    letters: Queue = Queue()
    webhooks: Queue = Queue()


async def version(reader: Reader) -> str:
    """The last migration that the database has had."""
    [row] = await reader.rows(VERSION, ())
    return str(row["version_num"])


async def queues(reader: Reader) -> Queues:
    """How long each is."""
    [jobs] = await reader.rows(JOBS, ())
    outbox = {by_webhook: Queue(*rest) for by_webhook, *rest in await reader.rows(OUTBOX, ())}
    return Queues(Queue(*jobs), outbox.get(False, Queue()), outbox.get(True, Queue()))
