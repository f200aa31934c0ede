"""The drawer: draws mentors for those who wait, where nobody was there to be drawn before, and forgets old keys."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from graph.errors import MentorgraphError
from mentorgraph.watching.hints import Hints
from models.ledger import Ledger

LOG = logging.getLogger("mentorgraph")


async def draw_forever(dsn: str, every: float, hints: Hints) -> None:
    """Look every so many seconds, until cancelled."""
    async with Ledger.open(dsn, size=1, told=hints.tell) as ledger:
        while True:
            await asyncio.sleep(every)
            await draw(ledger)


async def draw(ledger: Ledger) -> None:
    """One look at every wiki. What goes wrong with one holds up neither the others nor the next look."""
    with told("drawer"):
        for wiki in (await ledger.wikis()).values():
            with told("drawer"):
                await ledger.answer_needs(wiki)
            with told("drawer"):
                await ledger.deliveries.forget(wiki)
    with told("drawer"):
        await ledger.forget_keys()


@contextmanager
def told(who: str) -> Iterator[None]:
    """Tell the operator of a failure, and go on."""
    try:
        yield
    except MentorgraphError as error:
        # The database is away, or a wiki's mentors are all full: the next look may find better.
        LOG.warning("the %s will look again: %s", who, error)
    except Exception:
        LOG.exception("the %s will look again", who)
