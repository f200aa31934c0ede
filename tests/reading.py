"""What tests of reading share: the schema, the reader's settings, and a reader of the seeded wikis that is counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

import seeded
from graph.caller import NOBODY, Caller, Grant
from graph.kinds import ViewerRole
from models.reader import Reader
from resolvers.schema import build, core
from statement_lint import Statements

SCHEMA = core(build())


@dataclass(frozen=True)
class Reads:
    """Settings of the reader."""

    pool_size: int = 2
    plan_cache_mode: str = "force_generic_plan"
    statement_timeout: float = 30.0
    connect_timeout: float = 10.0


READS = Reads()


def seeing(
    *,
    sees_hidden: bool = False,
    sees_opt_outs: bool = False,
    administers: bool = False,
    account: int = NOBODY,
) -> Caller:
    """Somebody who sees so much on every wiki; `account` is theirs on the first two."""
    role = ViewerRole.COORDINATOR if sees_opt_outs else ViewerRole.READER
    role = ViewerRole.ADMIN if administers else role
    return Caller("Somebody", (Grant(role, None, sees_hidden),), {1: account, 2: account})


@pytest.fixture(scope="module")
def statements() -> Statements:
    """What `reader` has run."""
    return Statements()


@pytest.fixture(scope="module")
async def reader(module_database: str, statements: Statements) -> AsyncIterator[Reader]:
    """Of the seeded wikis."""
    await seeded.seed(module_database)
    async with Reader.open(module_database, READS, statements) as opened:
        await opened.refresh()
        yield opened
