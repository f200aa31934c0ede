"""On whose behalf changes are made: from the permission to the commit, through all that lies between."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from graph.caller import Caller
from graph.kinds import AccountId


@dataclass(frozen=True, slots=True)
class Acting:
    """Who asked for what. `own` is the account for which alone the caller may do it; None: for everybody."""

    caller: Caller
    mutation: str
    own: AccountId | None = None


_ACTING: Final[ContextVar[Acting | None]] = ContextVar("ACTING", default=None)


def acting() -> Acting | None:
    """On whose behalf changes are being made; None: the server does it by itself, or the command line."""
    return _ACTING.get()


@contextmanager
def on_behalf(of: Acting | None) -> Iterator[None]:
    """Make the changes of this block on behalf of somebody, or (None) of nobody."""
    token = _ACTING.set(of)
    try:
        yield
    finally:
        _ACTING.reset(token)
