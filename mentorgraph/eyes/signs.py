"""Signs of life of what runs beside the requests: who has said when that it will be heard of again until when."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE: Final = 60.0
"""Seconds of silence: a round of work may take some while after a night without a server."""


class Signs:
    """Whether the server is on its way out, and who is heard of as they said."""

    def __init__(self) -> None:
        self.is_leaving = False
        self.until: dict[str, float] = {}

    @contextmanager
    def of(self, who: str) -> Iterator[None]:
        """Count on them, for as long as the block takes."""
        self.beat(who)
        try:
            yield
        finally:
            self.until.pop(who, None)

    def beat(self, who: str, within: float = PATIENCE) -> None:
        """They are alive, and will be heard of again within so many seconds."""
        self.until[who] = asyncio.get_running_loop().time() + within

    def silent(self) -> list[str]:
        """Who should have been heard of by now."""
        now = asyncio.get_running_loop().time()
        return sorted(who for who, until in self.until.items() if until < now)
