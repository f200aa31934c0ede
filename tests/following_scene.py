"""A wiki, and what follows it into a database of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from fake_wiki import API, STREAM, FakeWiki
from graph.kinds import BlockScope, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import fetch
from mentorgraph import action_api
from mentorgraph.action_api import ActionApi, Login
from mentorgraph.feed import following, stream
from mentorgraph.feed.following import Following
from mentorgraph.feed.stream import Stream
from models.ledger import Ledger
from models.ledger.connections import wall_clock

FACTS = """
SELECT f.kind, f.mentee_id, f.occurred_at, f.source, f.source_id, f.choices, t.reason, t.performer, t.name
FROM fact AS f LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
WHERE f.wiki_id = $1 ORDER BY f.source, f.source_id
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits here for somebody else's machine."""
    monkeypatch.setattr(stream, "PAUSE", 0.0)
    monkeypatch.setattr(action_api, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(action_api, "JITTER", 0.0)
    monkeypatch.setattr(following, "ASK_AGAIN", 0.0)


@dataclass
class Scene:
    """A wiki, and what follows it into a database."""

    database: str
    ledger: Ledger
    id: int
    wiki: FakeWiki = field(
        default_factory=lambda: FakeWiki(now=wall_clock().replace(microsecond=0) - timedelta(hours=2))
    )
    following: Following | None = None

    def api(self, login: Login | None = None) -> ActionApi:
        return ActionApi(self.wiki.client(), API, login)

    def begin(self, source: str = stream.SOURCE) -> Following:
        self.following = Following(self.ledger, self.id, self.wiki.name, self.api(), source)
        return self.following

    async def follow(self) -> None:
        """Until the stream has told all."""
        following = self.following or self.begin()
        await Stream(self.wiki.client(), STREAM, {self.wiki.name: following}).follow()

    async def stand(self, user: int) -> tuple[str | None, BlockScope | None]:
        [found] = await self.ledger.standings(self.id, [user])
        return found.name, found.scope

    async def facts(self) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = await fetch(self.database, FACTS, self.id)
        return rows


def two_hours_ago() -> datetime:
    return wall_clock().replace(microsecond=0) - timedelta(hours=2)


@pytest.fixture
async def scene(database: str) -> AsyncIterator[Scene]:
    async with Ledger.open(database, seed=1) as ledger:
        wiki = await ledger.add_wiki("fakewiki", "http://127.0.0.1:8081", PRESETS[PolicyPreset.DEFAULT])
        yield Scene(database, ledger, wiki)
