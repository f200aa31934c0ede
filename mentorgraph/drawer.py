"""The drawer: draws mentors for those who wait, and tells what the clock alone has brought.

Nothing that callers read depends on it: a block's end is known beforehand, and a read at any moment is right
without it. It only makes draws that had nobody to fall on, and lets the feed speak of what has come due.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from graph.errors import MentorgraphError
from models.ledger import Ledger

LOG = logging.getLogger("mentorgraph")


async def draw_forever(dsn: str, every: float) -> None:
    """Look every so many seconds, until cancelled."""
    async with Ledger.open(dsn, size=1) as ledger:
        while True:
            await asyncio.sleep(every)
            await draw(ledger)


async def draw(ledger: Ledger) -> None:
    """One look at every wiki. What goes wrong with one holds up neither the others nor the next look."""
    with told():
        for wiki in (await ledger.wikis()).values():
            with told():
                await ledger.answer_needs(wiki)
    with told():
        await ledger.tell_due()


@contextmanager
def told() -> Iterator[None]:
    """Tell the operator of a failure, and go on."""
    try:
        yield
    except MentorgraphError as error:
        # The database is away, or a wiki's mentors are all full: the next look may find better.
        LOG.warning("the drawer will look again: %s", error)
    except Exception:
        LOG.exception("the drawer will look again")
