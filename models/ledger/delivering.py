"""For whoever does on wikis what is to be done there: the ledger's side of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from graph.kinds import DeliveryState
from models.ledger import deliveries
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, transact
from models.ledger.deliveries import Dead, Delivery, Heap
from models.ledger.policies import in_force

T = TypeVar("T")


class Deliveries:
    """The outbox of each wiki."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def claim(self, wiki: int, most: int) -> list[Delivery]:
        """The next things to do there; nobody else does them meanwhile."""
        return await self._run(lambda c: deliveries.claim(c, wiki, self._office.clock(), most))

    async def claim_alike(self, wiki: int, first: Delivery) -> list[Delivery]:
        """What can go into the same letter as that one; nobody else does it meanwhile."""
        return await self._run(lambda c: deliveries.claim_alike(c, wiki, self._office.clock(), first))

    async def announce_releases(self, wiki: int) -> int:
        """Write down whose release is near and is to be told, each once; how many."""

        async def work(change: Change) -> int:
            await change.office.policies.require(change.connection, wiki)
            now = self._office.clock()
            policies = await change.office.policies.of(change.connection, wiki)
            return await deliveries.announce_releases(change.connection, wiki, in_force(policies, now), now)

        return await self._office.change(wiki, work)

    async def waiting(self, wiki: int, most: int) -> list[Delivery]:
        """What would be done next."""
        return await self._run(lambda c: deliveries.waiting(c, wiki, self._office.clock(), most))

    async def end(self, wiki: int, delivery: int, state: DeliveryState, said: str | None = None) -> None:
        """It is over with."""
        await self._run(lambda c: deliveries.end(c, wiki, delivery, state, said, self._office.clock()))

    async def again(self, wiki: int, delivery: int, due_at: datetime, said: str) -> None:
        """It is to be tried again, not before that moment."""
        await self._run(lambda c: deliveries.again(c, wiki, delivery, due_at, said))

    async def revive(self, wiki: int, delivery: int | None = None) -> int:
        """Try again what was given up, all of it or one; how many."""
        return await self._run(lambda c: deliveries.revive(c, wiki, delivery))

    async def dead(self, wiki: int, most: int) -> list[Dead]:
        """What was given up, the oldest first."""
        return await self._run(lambda c: deliveries.dead(c, wiki, most))

    async def heap(self, wiki: int) -> Heap:
        """How much there is to do, and how much was given up."""
        return await self._run(lambda c: deliveries.heap(c, wiki))

    async def forget(self, wiki: int) -> None:
        """Remove what was done long ago, and what nobody has done since."""
        await self._run(lambda c: deliveries.forget(c, wiki, self._office.clock()))

    async def _run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        return await transact(self._office.pool, work, self._office.chance)
