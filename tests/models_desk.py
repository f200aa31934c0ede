"""A ledger over a database of its own, with a wiki and a clock that the test sets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from graph.facts import BlockChanged, BlockLifted, BlockPlaced, Fact, Registered, Renamed
from graph.kinds import BlockCategory, Origin, PolicyPreset, RelationshipRole
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, fetch
from models.ledger import Entry, Ledger, Recorded, Target

ANN, BOB, CAT = 101, 102, 103
NEWCOMER = 1


@dataclass
class Desk:
    """A ledger, one of its wikis, and the few things that tests say over and over."""

    ledger: Ledger
    wiki: int
    clock: Clock
    dsn: str
    _number: int = 0

    def origin(self, source: str = "test") -> Origin:
        self._number += 1
        return Origin(source, str(self._number))

    def ago(self, **duration: float) -> datetime:
        return self.clock.now - timedelta(**duration)

    async def enroll(self, *mentors: int, **choices: Any) -> None:
        for mentor in mentors:
            await self.ledger.enroll(self.wiki, Target(id=mentor), at=self.ago(days=300), **choices)

    async def tell(
        self, fact: Fact, mentee: int | str = NEWCOMER, *, draw: bool = True, **beside: Any
    ) -> Recorded:
        target = Target(name=mentee) if isinstance(mentee, str) else Target(id=mentee)
        return await self.ledger.record(self.wiki, Entry(fact=fact, target=target, **beside), draw=draw)

    async def register(
        self, mentee: int = NEWCOMER, name: str | None = None, *, draw: bool = True
    ) -> Recorded:
        fact = Registered(at=self.ago(hours=1), origin=self.origin())
        return await self.tell(fact, mentee, name=name or f"User {mentee}", draw=draw)

    async def block(self, mentee: int | str = NEWCOMER, at: datetime | None = None, **more: Any) -> Recorded:
        more.setdefault("category", BlockCategory.USERNAME)
        return await self.tell(BlockPlaced(at=at or self.clock.now, origin=self.origin(), **more), mentee)

    async def change(self, mentee: int = NEWCOMER, **more: Any) -> Recorded:
        return await self.tell(BlockChanged(at=self.clock.now, origin=self.origin(), **more), mentee)

    async def unblock(self, mentee: int | str = NEWCOMER) -> Recorded:
        return await self.tell(BlockLifted(at=self.clock.now, origin=self.origin()), mentee)

    async def rename(
        self, who: int | str, name: str, at: datetime | None = None, *, log: int | None = None
    ) -> Recorded:
        origin = self.origin() if log is None else Origin("mw-log", str(log))
        return await self.tell(Renamed(at=at or self.clock.now, origin=origin), who, name=name)

    async def mentor_of(
        self, mentee: int = NEWCOMER, role: RelationshipRole = RelationshipRole.PRIMARY
    ) -> tuple[int, str] | None:
        """Who mentors now, and in which state."""
        found = await fetch(
            self.dsn,
            "SELECT mentor_id, state FROM relationship_span WHERE wiki_id = $1 AND mentee_id = $2 AND role = $3 "
            "AND valid_from <= $4 AND valid_to > $4",
            self.wiki,
            mentee,
            role.value,
            self.clock.now,
        )
        assert len(found) <= 1
        return (found[0][0], found[0][1]) if found else None

    async def events(self, mentee: int = NEWCOMER) -> list[str]:
        found = await fetch(
            self.dsn,
            "SELECT kind FROM relationship_event WHERE wiki_id = $1 AND mentee_id = $2 ORDER BY id",
            self.wiki,
            mentee,
        )
        return [kind for (kind,) in found]


@pytest.fixture
async def desk(database: str) -> AsyncIterator[Desk]:
    clock = Clock(NOW, tick=timedelta(milliseconds=1))
    async with Ledger(database, seed=1, clock=clock) as ledger:
        wiki = await ledger.add_wiki("testwiki", "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        yield Desk(ledger, wiki, clock, database)
