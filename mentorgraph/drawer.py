"""The drawer: draws mentors for those who wait, and tells what the clock alone has brought.

Nothing that callers read depends on it: a block's end is known beforehand, and a read at any moment is right
without it. It only makes draws that had nobody to fall on, and lets the feed speak of what has come due.
"""

import asyncio
import logging

from graph.errors import MentorgraphError
from models.ledger import Ledger

LOG = logging.getLogger("mentorgraph")


async def draw_forever(dsn: str, every: float) -> None:
    """Look every so many seconds, until cancelled."""
    async with Ledger.open(dsn, size=1) as ledger:
        while True:
            await asyncio.sleep(every)
            try:
                await draw(ledger)
            except MentorgraphError as error:
                # The database is away, or a wiki's mentors are all full: the next look may find better.
                LOG.warning("the drawer will look again: %s", error)


async def draw(ledger: Ledger) -> None:
    """One look at every wiki."""
    for wiki in (await ledger.wikis()).values():
        await ledger.answer_needs(wiki)
    await ledger.tell_due()
