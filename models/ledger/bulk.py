"""Many facts at once, as imports bring them: grouped by mentee, each projected once, written in sets; no draws."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Final

from graph.errors import Refused
from graph.kinds import Origin
from models.ledger import positions
from models.ledger.change import Change, Given, Office
from models.ledger.checks import check
from models.ledger.connections import transact
from models.ledger.entry import BulkResult, Entry
from models.ledger.garbage import no_collecting
from models.ledger.names import place
from models.ledger.positions import Reached
from models.ledger.recording import open_for
from models.ledger.resolving import Surroundings, find, other_content
from models.ledger.tenure import change_terms
from models.ledger.working import carry_on

# So many entries share a transaction that the price of a statement vanishes, and so few that a lock is had only
# for a moment. Two are in flight: while PostgreSQL writes the one, the next is projected.
ENTRIES_A_CHANGE: Final = 1500
IN_FLIGHT: Final = 2


class Batch:
    """The entries of one call, and what has become of each so far.

    `quiet`: nobody is told of them one by one. `reached` is kept in the transaction of the last of them.
    """

    def __init__(
        self,
        office: Office,
        wiki: int,
        entries: Sequence[Entry],
        *,
        quiet: bool = True,
        reached: Reached | None = None,
    ) -> None:
        self._office, self._wiki = office, wiki
        self._entries = [replace(entry, bulk=quiet) for entry in entries]
        self._quiet, self._reached = quiet, reached
        self._refused: dict[int, Refused] = {}
        self._known: set[int] = set()
        self._without_effect: Counter[str] = Counter()

    async def record(self) -> BulkResult:
        """Those about mentors' terms first, for the timelines of mentees read them."""
        with no_collecting():
            return await self._record()

    async def _record(self) -> BulkResult:
        new = self._resolve(await self._look())
        for index, given in new.items():
            if given.mentee is None:
                await self._record_terms(index)
        await self._record_chunks([given for given in new.values() if given.mentee is not None])
        recorded = len(self._entries) - len(self._known) - len(self._refused)
        return BulkResult(recorded, len(self._known), self._refused, self._without_effect)

    async def _look(self) -> Surroundings:
        around = Surroundings()
        office = self._office
        await transact(
            office.pool, lambda connection: around.look(connection, self._wiki, self._entries), office.chance
        )
        return around

    def _resolve(self, around: Surroundings) -> dict[int, Given]:
        """Who is meant, in the order in which things happened: what comes first names those that come later."""
        found: dict[int, Given] = {}
        waiting = sorted(range(len(self._entries)), key=lambda index: place(self._entries[index].fact))
        self._refuse_what_cannot_be(waiting)
        while True:
            again = [index for index in waiting if not self._is_resolved(index, around, found)]
            # What nobody was known for may be understood when the rest is; as long as that helps, once more.
            if not again or len(again) == len(waiting):
                return found
            waiting = again

    def _refuse_what_cannot_be(self, waiting: list[int]) -> None:
        """Refuse what can be true of nobody, and pass over what this batch brings twice."""
        now, firsts = self._office.clock(), dict[Origin, int]()
        for index in list(waiting):
            entry = self._entries[index]
            first = firsts.setdefault(entry.origin, index)
            try:
                check(entry, now)
                if first != index and self._entries[first].fact != entry.fact:
                    raise other_content()
            except Refused as refused:
                self._refused[index] = refused
                waiting.remove(index)
            else:
                if first != index:
                    self._known.add(index)
                    waiting.remove(index)

    def _is_resolved(self, index: int, around: Surroundings, found: dict[int, Given]) -> bool:
        entry = self._entries[index]
        try:
            if around.replayed(entry) is not None:
                self._known.add(index)
            else:
                found[index] = around.given(entry)
                around.learn(found[index])
        except Refused as refused:
            self._refused[index] = refused
            return False
        self._refused.pop(index, None)
        return True

    async def _record_terms(self, index: int) -> None:
        entry = self._entries[index]

        async def work(change: Change) -> int | None:
            around = Surroundings()
            await around.look(change.connection, change.wiki, [entry])
            if around.replayed(entry) is not None:
                return None
            return (await change_terms(change, around, entry, draw=False)).job

        try:
            job = await self._office.change(self._wiki, work)
        except Refused as refused:
            self._refused[index] = refused
        else:
            if job is not None:
                await carry_on(self._office, self._wiki, job)

    async def _record_chunks(self, given: Sequence[Given]) -> None:
        gate = asyncio.Semaphore(IN_FLIGHT)
        chunks = _chunks(given)
        last: list[Given] = []
        if self._reached is not None:
            *before, last = [*chunks] or [[]]
            chunks = iter(before)
        if not self._office.statistics.looked_at:
            # The first of all goes alone: in an empty database it is what all others are planned by.
            for first in islice(chunks, 1):
                await self._record_chunk(first)

        async def one_of_few(chunk: Sequence[Given]) -> None:
            async with gate:
                await self._record_chunk(chunk)

        try:
            async with asyncio.TaskGroup() as group:
                for chunk in chunks:
                    group.create_task(one_of_few(chunk))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from several
        if self._reached is not None:
            await self._record_chunk(last, self._reached)

    async def _record_chunk(self, chunk: Sequence[Given], reached: Reached | None = None) -> None:
        async def work(change: Change) -> Counter[str]:
            if reached is not None:
                await positions.keep(change.connection, self._wiki, reached)
            # Another may have recorded some of them since we looked.
            known = await find(change.connection, change.wiki, (one.entry.origin for one in chunk))
            given = [one for one in chunk if one.entry.origin not in known]
            if not given:
                return Counter()
            await open_for(change, given)
            ids = await change.append(given)
            change.project(change.accounts)
            causes = {
                one.mentee: fact for one, fact in zip(given, ids, strict=True) if one.mentee is not None
            }
            await change.write(bulk=self._quiet, causes=causes)
            return Counter(code for one in given if (code := change.without_effect(one)) is not None)

        self._without_effect += await self._office.change(self._wiki, work)
        await self._office.statistics.grew(len(chunk))


def _chunks(given: Sequence[Given]) -> Iterator[list[Given]]:
    """All that is about one mentee is in one chunk."""
    chunk: list[Given] = []
    for _, group in groupby(sorted(given, key=_mentee), key=_mentee):
        chunk += group
        if len(chunk) >= ENTRIES_A_CHANGE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _mentee(given: Given) -> int:
    assert given.mentee is not None
    return given.mentee
