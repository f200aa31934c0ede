"""Tells webhooks what happened to ties: as the public may know it when it is sent, signed, each mentee's in order.

The form is that of Standard Webhooks: https://www.standardwebhooks.com. What is told is what a caller without a token
would be told, by the same statement, so what is hidden meanwhile is not told either.
"""

import asyncio
import hmac
import logging
import random
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

import orjson
from graphql import parse
from graphql.type import GraphQLSchema

from graph.caller import ANYONE
from graph.compile.ids import encode
from graph.compile.plan import Operation
from graph.kinds import DeliveryState
from mentorgraph.outbox.postman import NotSentError, Postman
from models.ledger import Ledger
from models.ledger.connections import wall_clock
from models.ledger.webhooks import MARK, Message, Target
from resolvers.asking import Reads

LOG = logging.getLogger("mentorgraph")

WAITS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600, 24 * 3600)
)
"""Before each further try; when the last has failed too, it is given up."""
JITTER: Final = 0.2
"""By how much of itself a wait is longer or shorter: many that failed together do not come back together."""
LONGEST_WISH: Final = timedelta(hours=1)
"""How long the other side is left alone, if it wishes so."""
GONE: Final = 410
"""The answer that means: never again."""

QUERY: Final = """
query Webhook($id: ID!) {
  node(id: $id) {
    ... on RelationshipEvent {
      id kind at recordedAt fromState toState bulk source sourceId reason
      actor { name isTool }
      block { id blockId kind }
      relationship {
        id role
        mentor { id userId name }
        mentee { id userId name state }
      }
      withdraws { id }
    }
  }
}
"""
"""What a message tells of an event. New members may come; none of these goes."""

Render = Callable[[int, int], Awaitable[Mapping[str, Any] | None]]


class Telling:
    """What is told of an event, read as one who has no token."""

    def __init__(self, engine: Reads, schema: GraphQLSchema) -> None:
        self._engine, self._operation = engine, Operation(schema, parse(QUERY), None)

    async def of(self, wiki: int, event: int) -> Mapping[str, Any] | None:
        """The event as it stands now; None where nobody may know of it."""
        values = self._engine.values(ANYONE)
        asked = {"id": encode("RelationshipEvent", wiki, event)}
        plan = self._operation.plan(self._operation.read(asked, values))
        data, errors = await self._engine.reader.answer(plan, values)
        if errors:
            raise errors[0]
        found: Mapping[str, Any] | None = orjson.loads(data)["node"]
        return found


class Sender:
    """Tells all webhooks, each by itself: one that does not answer keeps no other waiting."""

    def __init__(self, ledger: Ledger, render: Render, postman: Postman) -> None:
        self._ledger, self._render, self._postman = ledger, render, postman
        self._at_it: dict[Target, asyncio.Task[None]] = {}

    async def run(self, every: float) -> None:
        """Look every so many seconds, until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(every)
        finally:
            for task in self._at_it.values():
                task.cancel()
            await asyncio.gather(*self._at_it.values(), return_exceptions=True)

    async def look(self) -> None:
        """Begin with those that have something due and are not told anything at the moment."""
        try:
            for target in await self._ledger.webhooks.due():
                if target not in self._at_it:
                    task = self._at_it[target] = asyncio.create_task(self._surely(target))
                    task.add_done_callback(lambda _, target=target: self._at_it.pop(target, None))  # type: ignore[misc]  # a default binds it
        except Exception:
            LOG.exception("the webhooks will be looked at again")

    async def tell(self, target: Target) -> int:
        """Tell one all that is due, one thing after the other; how much it was."""
        told = 0
        while (message := await self._ledger.webhooks.claim(target)) is not None:
            await self._tell(message)
            told += 1
        return told

    async def _surely(self, target: Target) -> None:
        try:
            await self.tell(target)
        except Exception:
            LOG.exception("webhook %d will be told again", target.webhook)

    async def _tell(self, message: Message) -> None:
        deliveries = self._ledger.deliveries
        try:
            event = await self._render(message.wiki, message.event)
        except Exception as error:
            # One mentee's must not hold up that mentee for ever without a sign.
            LOG.exception("delivery %d will be tried again", message.id)
            await self._again(message, type(error).__name__, None)
            return
        if event is None:
            why = "nobody may know of it"
            await deliveries.end(message.wiki, message.id, DeliveryState.LEFT_OUT, why)
            return
        body = written(message, event)
        try:
            headers = signed(message, body, int(wall_clock().timestamp()))
            answer = await self._postman.post(message.url, headers, body)
        except NotSentError as error:
            await self._again(message, str(error), None)
            return
        if 200 <= answer.status < 300:
            await deliveries.end(message.wiki, message.id, DeliveryState.SENT)
        elif answer.status == GONE:
            LOG.warning("webhook %d has ended: it answers 410", message.webhook)
            await self._ledger.webhooks.end(message.wiki, message.webhook, "it answered 410")
        else:
            await self._again(message, f"it answered {answer.status}", answer.after)

    async def _again(self, message: Message, why: str, after: float | None) -> None:
        deliveries = self._ledger.deliveries
        if message.tries > len(WAITS):
            LOG.warning("delivery %d is given up after %d tries: %s", message.id, message.tries, why)
            await deliveries.end(message.wiki, message.id, DeliveryState.DEAD, why)
            return
        wait = WAITS[message.tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        wait = max(wait, min(timedelta(seconds=after or 0), LONGEST_WISH))
        await deliveries.again(message.wiki, message.id, wall_clock() + wait, why)


def written(message: Message, event: Mapping[str, Any]) -> bytes:
    """The body of a message."""
    return orjson.dumps(
        {
            "type": f"relationship.{str(event['kind']).lower()}",
            "timestamp": event["recordedAt"],
            "data": {"wiki": message.db_name, "event": event},
        }
    )


def signed(message: Message, body: bytes, now: int) -> dict[str, str]:
    """The headers of a message that is sent now; its id stays the same whenever it is sent."""
    name = f"msg_{message.db_name}_{message.id}"
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(message.secrets, name, now, body),
    }


def signature(secrets: Sequence[str], name: str, now: int, body: bytes) -> str:
    """One signature for each secret, the newest first."""
    what = b"%s.%d.%s" % (name.encode(), now, body)
    keys = (b64decode(secret.removeprefix(MARK)) for secret in secrets)
    return " ".join("v1," + b64encode(hmac.digest(key, what, sha256)).decode() for key in keys)
