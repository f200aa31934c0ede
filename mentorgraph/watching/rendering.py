"""Renderings: what a subscription asked for, read by one statement for all who asked the same."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

from graph.compile.plan import Plan
from graph.compile.shape import Values
from graph.errors import Unavailable
from mentorgraph import errors
from mentorgraph.watching.news import Event
from models.reader import Reader

T = TypeVar("T")

NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
AGAIN = 0.2
"""Seconds until a read is tried again that found no database: nobody who watches is told of it."""


class Rendering:
    """One root field of a subscription, with the rights of who asked.

    Two are the same where their plans and all that is bound are, but for what each event brings: its key, and its
    own time as the moment. So `same` is made once for each subscription, and compared for each event.
    """

    def __init__(self, reader: Reader, plan: Plan, values: Values) -> None:
        self.reader = reader
        self.plan = plan
        self.values = values
        bound = plan.arguments({**values, "now": NO_MOMENT, "key": 0})
        self.same = (plan, repr(bound))
        self.nothing = orjson.dumps({plan.roots[0].key: None})

    async def event(self, event: Event) -> str | None:
        """The event as it is sent, or None where whoever asked may not know of it."""
        found = event.rendered.get(self.same)
        if found is None:
            work = self.now(event.told.at, event.told.place.id)
            found = event.rendered[self.same] = asyncio.ensure_future(work)
        # Whoever leaves must not take it away from the others.
        return await asyncio.shield(found)

    async def now(self, moment: datetime, key: int = 0) -> str | None:
        """The payload of a `next`, as it stands at that moment."""
        values = {**self.values, "now": moment, "key": key}
        data, found = await surely(lambda: self.reader.answer(self.plan, dict(values)))
        if found:
            payload: dict[str, Any] = {"data": orjson.loads(data)}
            payload["errors"] = [errors.told(error, self.plan.operation) for error in found]
            return orjson.dumps(payload).decode()
        return None if data == self.nothing else f'{{"data":{data.decode()}}}'


async def surely(work: Callable[[], Awaitable[T]]) -> T:
    """The work's result, however long the database is away."""
    while True:
        try:
            return await work()
        except Unavailable:
            await asyncio.sleep(AGAIN)
