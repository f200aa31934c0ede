"""Mutations that are sent under a key: each of their changes happens once, and a repeat is told what came of it.

Whoever comes with a key claims it, in a transaction of its own, or is shown that it stands for something else.
Then every change looks for its step (the n-th of that key) and is told its outcome where it finds one; else it
does its work and writes the step in the same transaction. The row of the step is unique, so of two that do the
same work at once one alone can commit. Nobody holds a key: a mutation that was killed is gone on with, by whoever
sends it again, where it stopped.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from graph.errors import KeyRefused
from graph.kinds import UserErrorCode
from models.idempotency import OF_NO_WIKI
from models.ledger import outcomes
from models.ledger.acting import on_behalf
from models.ledger.connections import Connection
from models.ledger.outcomes import Outcome

CLAIM: Final = """
INSERT INTO idempotency_key AS k (wiki_id, key, digest, begun_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (wiki_id, key) DO UPDATE SET digest = excluded.digest, begun_at = excluded.begun_at
WHERE k.wiki_id = $1 AND k.begun_at <= $5
RETURNING k.begun_at
"""
CLAIMED: Final = """
SELECT k.digest, k.begun_at FROM idempotency_key AS k WHERE k.wiki_id = $1 AND k.key = $2
"""
# Rows alone are right: of two that do the same at once, the second would wait for the first to commit. With this
# it is told at once, where both are on one node. It ends with the transaction, however that ends.
TAKE_TURN: Final = "SELECT pg_try_advisory_xact_lock($1)"
STEP: Final = """
SELECT s.outcome FROM idempotency_step AS s
WHERE s.wiki_id = $1 AND s.key = $2 AND s.begun_at = $3 AND s.number = $4
"""
KEEP: Final = """
INSERT INTO idempotency_step AS s (wiki_id, key, begun_at, number, outcome) VALUES ($1, $2, $3, $4, $5::jsonb)
ON CONFLICT (wiki_id, key, begun_at, number) DO NOTHING
RETURNING s.number
"""
FORGET_KEYS: Final = "DELETE FROM idempotency_key AS k WHERE k.wiki_id = $1 AND k.begun_at <= $2"
FORGET_STEPS: Final = "DELETE FROM idempotency_step AS s WHERE s.wiki_id = $1 AND s.begun_at <= $2"

KEPT_FOR: Final = timedelta(hours=24)
# Who came with a key at its very end must still find the steps, for as long as that mutation can take.
REMOVED_AFTER: Final = KEPT_FOR + timedelta(hours=1)


def mismatch() -> KeyRefused:
    return KeyRefused(
        UserErrorCode.IDEMPOTENCY_MISMATCH,
        "This key was sent with another mutation or another input before. Take a new key for what is new.",
    )


def in_progress() -> KeyRefused:
    return KeyRefused(
        UserErrorCode.IDEMPOTENCY_IN_PROGRESS,
        "What was sent under this key is being done now. Send the same again in a moment to be answered.",
    )


@dataclass(frozen=True, slots=True)
class Step:
    """The n-th change of a mutation that was sent under a key."""

    wiki: int
    key: bytes
    begun_at: datetime
    number: int

    async def take_turn(self, connection: Connection) -> Outcome | None:
        """What the step has come to before; None where it is for this transaction to do."""
        if not await connection.fetchval(TAKE_TURN, int.from_bytes(self.key[:8], signed=True)):
            raise in_progress()
        return await self._find(connection)

    async def keep(self, connection: Connection, outcome: Outcome) -> bool:
        """Whether this is what the step has come to; False where another transaction was first."""
        said = outcomes.write(outcome)
        number = await connection.fetchval(KEEP, self.wiki, self.key, self.begun_at, self.number, said)
        return number is not None

    async def keep_or_find(self, connection: Connection, outcome: Outcome) -> Outcome:
        """What the step has come to: this, where no other transaction was first."""
        if await self.keep(connection, outcome):
            return outcome
        found = await self._find(connection)
        assert found is not None, "nobody removes a step that can still be asked for"
        return found

    async def _find(self, connection: Connection) -> Outcome | None:
        said = await connection.fetchval(STEP, self.wiki, self.key, self.begun_at, self.number)
        return None if said is None else outcomes.read(said)


@dataclass(slots=True)
class Sending:
    """A mutation that is being answered under a key by this task, and how many changes it has opened."""

    key: bytes
    begun_at: datetime
    changes: int = 0
    task: "asyncio.Task[object] | None" = field(default_factory=asyncio.current_task)
    is_changing: bool = False
    is_over: bool = False

    def next(self, wiki: int) -> Step:
        """The next step. Steps are known by their order, so one has come to something before the next begins."""
        if self.is_changing or asyncio.current_task() is not self.task:
            raise RuntimeError(
                "changes under one key are opened one after the other, by one task, and none after a failure"
            )
        step = Step(wiki, self.key, self.begun_at, self.changes)
        self.changes, self.is_changing = self.changes + 1, True
        return step


_SENDING: Final[ContextVar[Sending | None]] = ContextVar("SENDING", default=None)


def sending() -> Sending | None:
    """On whose behalf changes are being opened: what was sent under a key, until it is answered."""
    found = _SENDING.get()
    return None if found is None or found.is_over else found


@contextmanager
def answering(sent: Sending) -> Iterator[None]:
    """Open changes on behalf of this. Whoever was started meanwhile and goes on does so on their own."""
    token = _SENDING.set(sent)
    try:
        yield
    finally:
        sent.is_over = True
        _SENDING.reset(token)


@contextmanager
def apart() -> Iterator[None]:
    """Open changes that are no steps, nor anybody's deeds: those of a job, say, whose own row tells what is done."""
    token = _SENDING.set(None)
    try:
        with on_behalf(None):
            yield
    finally:
        _SENDING.reset(token)


async def claim(connection: Connection, key: str, asked: bytes, now: datetime) -> Sending:
    """Take a key for what is asked; refused where it stands for something else."""
    hashed, digest = hashlib.sha256(key.encode()).digest(), hmac.digest(key.encode(), asked, "sha256")
    while True:
        begun_at = await connection.fetchval(CLAIM, OF_NO_WIKI, hashed, digest, now, now - KEPT_FOR)
        if begun_at is not None:
            return Sending(hashed, begun_at)
        claimed = await connection.fetchrow(CLAIMED, OF_NO_WIKI, hashed)
        if claimed is None:
            continue  # it was removed between our two looks
        if claimed["digest"] != digest:
            raise mismatch()
        return Sending(hashed, claimed["begun_at"])


async def forget(connection: Connection, wiki: int, now: datetime) -> None:
    """Remove what can't be asked for any more."""
    await connection.execute(FORGET_STEPS, wiki, now - REMOVED_AFTER)
    if wiki == OF_NO_WIKI:
        await connection.execute(FORGET_KEYS, wiki, now - REMOVED_AFTER)
