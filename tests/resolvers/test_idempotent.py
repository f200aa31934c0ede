"""A key and what it stands for, before the ledger is asked: which fields hand one on, and which leave it alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers.idempotent import Idempotent, attach
from resolvers.refusals import UserError
from resolvers.scalars import SCALARS, BigInt
from resolvers.schema import core


@strawberry.input
class TryInput:
    """Something of every kind that inputs hold."""

    number: BigInt = BigInt(1)
    moment: datetime | None = strawberry.UNSET
    length: timedelta | None = strawberry.UNSET
    members: list[str] | None = strawberry.UNSET
    validate_only: bool = False


@strawberry.type
class TryPayload:
    """Whether it was done."""

    done: bool = False
    user_errors: list[UserError] = strawberry.field(default_factory=list)


async def do(input: TryInput) -> TryPayload:
    return TryPayload(done=isinstance(input, TryInput))


@strawberry.type
class Query:
    """There has to be one."""

    nothing: str = ""


@strawberry.type
class Mutation:
    """One mutation."""

    do = strawberry.mutation(do, extensions=[Idempotent()])


class Desk:
    """Stands where the ledger stands, and notes what it is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    @asynccontextmanager
    async def once(self, key: str, asked: bytes) -> AsyncIterator[None]:
        self.sent.append((key, asked))
        yield


SCHEMA = strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))
attach(core(SCHEMA))


async def sent(field: str) -> list[tuple[str, bytes]]:
    desk = Desk()
    answer = await SCHEMA.execute(f"mutation {{ {field} {{ done }} }}", context_value={"ledger": desk})
    assert (answer.errors, answer.data) == (None, {"do": {"done": True}})
    return desk.sent


async def test_without_a_key_the_ledger_hears_of_none() -> None:
    assert await sent("do(input: {})") == []


async def test_what_only_validates_leaves_the_key_for_what_is_meant() -> None:
    assert await sent('do(input: {validateOnly: true}) @idempotent(key: "k")') == []
    assert len(await sent('do(input: {validateOnly: false}) @idempotent(key: "k")')) == 1


@pytest.mark.parametrize(
    "same",
    [
        "number: 1, validateOnly: false",
        'number: "1"',
        'moment: "2026-01-01T00:00:00Z", length: "P1D"',
        'length: "PT24H", moment: "2026-01-01T02:00:00.000+02:00"',
        "members: null",
        'members: ["a"]',
        'members: "a"',
    ],
)
async def test_what_is_sent_is_what_was_coerced(same: str) -> None:
    asked: dict[bytes, str] = {}
    for one in ("", 'length: "P1D", moment: "2026-01-01T00:00:00Z"', "members: null", 'members: ["a"]', same):
        [(key, said)] = await sent(f'do(input: {{{one}}}) @idempotent(key: "k")')
        assert key == "k"
        asked.setdefault(said, one)
    assert len(asked) == 4, "the last is one of the others, in other words"
