"""Webhooks: made, ended, given another secret; and for whoever tells them what happened, what they are to be told.

A secret is kept nowhere. It is what the installation's key makes of the webhook's id and the generation of its secret,
so it can be shown again to whoever repeats the request that made it, and a copy of the database signs nothing.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from graph.addresses import is_public
from graph.errors import Refused
from graph.kinds import RelationshipEventKind, UserErrorCode
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, transact
from models.ledger.deliveries import CLAIMED_FOR

ADD: Final = """
INSERT INTO webhook AS h (wiki_id, url, kinds, created_at, created_by)
SELECT $1::integer, $2, $3::text[], $4, $5
WHERE (SELECT count(*) FROM webhook AS other WHERE other.wiki_id = $1 AND other.ended_at IS NULL) < $6
RETURNING h.id
"""
ROTATE: Final = """
UPDATE webhook AS h SET generation = h.generation + 1, rotated_at = $3
WHERE h.wiki_id = $1 AND h.id = $2 AND h.ended_at IS NULL RETURNING h.generation
"""
END: Final = """
UPDATE webhook AS h SET ended_at = $3, ended_because = $4
WHERE h.wiki_id = $1 AND h.id = $2 AND h.ended_at IS NULL RETURNING h.id
"""
LEAVE_OUT: Final = """
UPDATE outbox AS o SET state = 'LEFT_OUT', said = $3, claimed_until = '-infinity'
WHERE o.wiki_id = $1 AND o.webhook_id = $2 AND o.state = 'WAITING'
"""
DUE: Final = """
SELECT wiki_1.id AS wiki, due.id
FROM wiki AS wiki_1 CROSS JOIN LATERAL (
    SELECT h.id FROM webhook AS h
    WHERE h.wiki_id = wiki_1.id AND h.ended_at IS NULL AND EXISTS (
        SELECT FROM outbox AS o
        WHERE o.wiki_id = wiki_1.id AND o.webhook_id = h.id AND o.state = 'WAITING'
          AND o.due_at <= $1 AND o.claimed_until <= $1
    )
) AS due
"""
# Of one mentee the first that waits keeps the others waiting, as it does for letters.
CLAIM: Final = """
UPDATE outbox AS o SET claimed_until = $3, tries = o.tries + 1
WHERE o.wiki_id = $1 AND o.id IN (
    SELECT w.id FROM outbox AS w JOIN webhook AS h ON h.wiki_id = $1 AND h.id = w.webhook_id
    WHERE w.wiki_id = $1 AND w.webhook_id = $4 AND w.state = 'WAITING' AND h.ended_at IS NULL
      AND w.due_at <= $2 AND w.claimed_until <= $2
      AND NOT EXISTS (
          SELECT FROM outbox AS earlier
          WHERE earlier.wiki_id = $1 AND earlier.mentee_id = w.mentee_id AND earlier.state = 'WAITING'
            AND earlier.webhook_id = $4 AND earlier.id < w.id
      )
    ORDER BY w.id LIMIT 1
    FOR UPDATE OF w SKIP LOCKED
)
RETURNING o.id, o.event_id, o.tries
"""
SEEN: Final = """
SELECT h.url, h.generation, h.rotated_at, w.db_name
FROM webhook AS h JOIN wiki AS w ON w.id = $1 WHERE h.wiki_id = $1 AND h.id = $2
"""

MOST: Final = 10
"""Webhooks of one wiki."""
LONGEST_URL: Final = 2000
BOTH_FOR: Final = timedelta(days=1)
"""How long the secret of before signs as well."""
MARK: Final = "whsec_"
"""What a secret of Standard Webhooks begins with."""
REMOVED: Final = "it was removed"


@dataclass(frozen=True, slots=True)
class Message:
    """An event that is to be told to a webhook: where to, how often that was tried, and the secrets that sign it."""

    id: int
    wiki: int
    db_name: str
    webhook: int
    event: int
    tries: int
    url: str
    secrets: Sequence[str]


class Target(NamedTuple):
    """A webhook that has something due."""

    wiki: int
    webhook: int


class Webhooks:
    """All webhooks. `key` is what their secrets follow from; without one there are none."""

    def __init__(self, office: Office, key: bytes | None) -> None:
        self._office, self._key = office, key

    async def create(
        self, wiki: int, url: str, kinds: Sequence[RelationshipEventKind] | None, by: str
    ) -> tuple[int, str]:
        """Tell that address what happens from now on; the webhook's id, and its secret."""
        check_address(url)
        if kinds is not None and not kinds:
            raise Refused(
                UserErrorCode.INVALID, "Name a kind of event, or leave `kinds` out for all.", "kinds"
            )
        self._require_key()
        named = None if kinds is None else sorted({kind.value for kind in kinds})
        now = self._office.clock()

        async def work(change: Change) -> int:
            made = await change.connection.fetchval(ADD, wiki, url, named, now, by, MOST)
            if made is None:
                message = f"A wiki has {MOST} webhooks at most: remove one."
                raise Refused(UserErrorCode.TOO_MANY, message, "wiki")
            return int(made)

        made = await self._office.change(wiki, work)
        return made, self.secret(wiki, made, 1)

    async def rotate(self, wiki: int, webhook: int) -> str:
        """Give a webhook another secret; the one of before signs as well, for a day."""
        self._require_key()
        now = self._office.clock()

        async def work(change: Change) -> int:
            found = await change.connection.fetchval(ROTATE, wiki, webhook, now)
            if found is None:
                raise _none()
            return int(found)

        return self.secret(wiki, webhook, await self._office.change(wiki, work))

    async def end(self, wiki: int, webhook: int, why: str = REMOVED) -> None:
        """Tell a webhook nothing more, what waits for it included."""
        now = self._office.clock()

        async def work(change: Change) -> None:
            if await change.connection.fetchval(END, wiki, webhook, now, why) is None:
                raise _none()
            await change.connection.execute(LEAVE_OUT, wiki, webhook, f"the webhook ended: {why}")

        await self._office.change(wiki, work)

    async def due(self) -> list[Target]:
        """Those that have something to be told now."""
        now = self._office.clock()
        return [Target(*row) for row in await self._look(lambda c: c.fetch(DUE, now))]

    async def claim(self, target: Target) -> Message | None:
        """The next thing to tell it; nobody else does meanwhile."""
        now = self._office.clock()

        async def work(connection: Connection) -> Message | None:
            row = await connection.fetchrow(CLAIM, target.wiki, now, now + CLAIMED_FOR, target.webhook)
            if row is None:
                return None
            seen = await connection.fetchrow(SEEN, target.wiki, target.webhook)
            assert seen is not None
            return Message(
                row["id"],
                target.wiki,
                seen["db_name"],
                target.webhook,
                row["event_id"],
                row["tries"],
                seen["url"],
                self._secrets(target, seen["generation"], seen["rotated_at"], now),
            )

        return await transact(self._office.pool, work, self._office.chance)

    def secret(self, wiki: int, webhook: int, generation: int) -> str:
        """What signs; shown to whoever makes the webhook."""
        asked = f"mentorgraph webhook {wiki} {webhook} {generation}".encode()
        return MARK + b64encode(hmac.digest(self._require_key(), asked, sha256)).decode()

    def _secrets(
        self, target: Target, generation: int, rotated_at: datetime | None, now: datetime
    ) -> Sequence[str]:
        both = rotated_at is not None and now - rotated_at < BOTH_FOR
        return [self.secret(*target, one) for one in range(generation - both, generation + 1)][::-1]

    def _require_key(self) -> bytes:
        if self._key is None:
            message = "This server signs nothing: let its operator set MENTORGRAPH_WEBHOOK_KEY."
            raise Refused(UserErrorCode.INVALID, message, "url")
        return self._key

    async def _look(self, work: Any) -> Any:
        return await transact(self._office.pool, work, self._office.chance, readonly=True)


def check_address(url: str) -> None:
    """Refuse what nothing would ever be sent to. Names are looked up when something is."""
    try:
        split = urlsplit(url)
        host, _ = split.hostname, split.port
    except ValueError:
        host, split = None, urlsplit("")
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not plain or split.scheme != "https" or not url.startswith("https://") or not host:
        message = f"Give an address that begins with https://, of at most {LONGEST_URL} characters."
        raise Refused(UserErrorCode.INVALID, message, "url")
    if split.username is not None or split.password is not None or split.fragment:
        raise Refused(UserErrorCode.INVALID, "An address holds no name, no password and no fragment.", "url")
    try:
        address = ip_address(host)
    except ValueError:
        return
    if not is_public(address):
        raise Refused(UserErrorCode.INVALID, "That address is not on the public network.", "url")


def _none() -> Refused:
    return Refused(UserErrorCode.NOT_FOUND, "There is no such webhook, or it has ended.", "webhook")
