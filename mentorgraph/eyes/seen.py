"""A request as those see it who look on: its id, what it turned out to be, and how much of the log it may fill."""

import os
import re
from collections.abc import Sequence
from contextvars import ContextVar
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol

from graph.caller import Rights
from graph.compile.plan import Operation

if TYPE_CHECKING:
    from opentelemetry.trace import Span

ROOM: Final = 2_000
"""Bytes of the log that one request may fill, whatever is in it."""
FIT: Final = re.compile(rb"[A-Za-z0-9._:+/=-]{1,64}")
"""An id that a caller may choose: it comes to stand in a header and in a line of the log."""
OTHER: Final = "other"
"""Stands for every operation that was not registered: a caller's own name for one may be anything."""

PROCESS: Final = os.urandom(6).hex().encode()
NUMBER: Final = count(1)


class Explanation(Protocol):
    """Keeps what is asked of PostgreSQL for one request."""

    async def fetch(self, sql: str, arguments: Sequence[Any], rights: Rights) -> bytes:
        """Runs a statement, as the reader does."""

    def told(self, seen: "Seen") -> dict[str, Any]:
        """What is told of it all."""


class Seen:
    """One request, or one operation of a socket."""

    operation = OTHER
    kind = "none"
    was_known = False
    status = 0
    cost: int | None = None
    room = ROOM
    explanation: "Explanation | None" = None

    span: "Span | None" = None
    is_sampled_out = False
    """Whether chance has left it out of those that are traced."""

    def __init__(self, given: bytes | None = None, traceparent: bytes | None = None) -> None:
        self.began = perf_counter()
        self.traceparent = traceparent
        fits = given is not None and FIT.fullmatch(given)
        self.id: bytes = given if fits and given is not None else b"%b-%x" % (PROCESS, next(NUMBER))

    def is_of(self, operation: Operation, *, known: bool) -> None:
        """It asks for this; `known`: what was compiled before answers it."""
        self.operation = operation.registered or OTHER
        self.kind = operation.definition.operation.value
        self.was_known = known


SEEN: Final[ContextVar[Seen | None]] = ContextVar("seen", default=None)
"""The request that is being answered, in its own task and those that it begins."""
