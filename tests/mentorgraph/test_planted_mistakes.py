"""Mistakes that one could make in following a wiki: each is made on purpose, and found in fourteen days."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fourteen_days import Days, calm, days
from mentorgraph.feed import reconcile
from mentorgraph.feed.names import Names, Root
from mentorgraph.feed.stream import Stream
from mentorgraph.outbox.deliverer import Deliverer
from models.ledger import Ledger
from models.ledger.deliveries import Delivery

__all__ = ["calm"]

FOUND_WITHIN = 60
"""Seeds in which each has to be found."""

Plant = Callable[[pytest.MonkeyPatch], None]


def the_place_is_kept_before_the_facts(patch: pytest.MonkeyPatch) -> None:
    follow = Ledger.follow

    async def early(self: Ledger, wiki: int, entries: Any, reached: Any = None) -> Any:
        await follow(self, wiki, [], reached)
        return await follow(self, wiki, entries)

    patch.setattr(Ledger, "follow", early)


def nobody_says_where_the_stream_goes_on(patch: pytest.MonkeyPatch) -> None:
    begin = Stream._begin

    async def anywhere(self: Stream) -> None:
        await begin(self)

    patch.setattr(Stream, "_begin", anywhere)


def a_name_means_who_bears_it_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Names, "holder", lambda _, name, __: Root(name, 0))


def nobody_looks_whether_a_letter_is_there(patch: pytest.MonkeyPatch) -> None:
    write = Deliverer._write

    async def at_once(self: Deliverer, letter: Any, news: list[Delivery]) -> Any:
        return await write(self, letter, [replace(one, tries=1) for one in news])

    patch.setattr(Deliverer, "_write", at_once)


def nobody_tells_what_the_clock_brings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Days, "_announce", lambda *_: asyncio.Event().wait())


def a_look_compares_names_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reconcile, "_of_blocks", lambda *_: iter(()))


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize(
    ("plant", "first"),
    [
        (the_place_is_kept_before_the_facts, 50),
        (nobody_says_where_the_stream_goes_on, 0),
        (a_name_means_who_bears_it_first, 0),
        (nobody_looks_whether_a_letter_is_there, 0),
        (nobody_tells_what_the_clock_brings, 0),
        (a_look_compares_names_alone, 20),
    ],
)
def test_a_mistake_is_found(
    plant: Plant, first: int, module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From that seed on, so that it does not take a minute each time."""
    plant(monkeypatch)
    assert any(days(seed, module_database) for seed in range(first, first + FOUND_WITHIN))
