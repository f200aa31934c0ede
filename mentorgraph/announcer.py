"""The announcer: tells what the clock alone has brought, the moment it does.

Of many processes one does so; the others look a little later, and find nothing left to tell unless that one is
gone. Whoever tells takes the mentee's lock and compares the feed with the timeline, so nothing is told twice.
"""

import asyncio
from datetime import timedelta

from mentorgraph.drawer import told
from mentorgraph.eyes.signs import Signs
from mentorgraph.watching.hints import Hints
from models.ledger import Ledger
from models.ledger.connections import wall_clock

WHO = "announcer"
OFTEN = 0.4
"""Seconds between two looks at what is due next: it may have come nearer since."""
GRACE = timedelta(seconds=0.3)
"""How much later than whose turn it is the others look."""
AGAIN = 1.0
"""Seconds until it is tried again after a failure."""


async def announce_forever(dsn: str, hints: Hints, signs: Signs) -> None:
    """Announce, until cancelled."""
    async with Ledger.open(dsn, size=1, told=hints.tell) as ledger:
        with signs.of(WHO):
            while True:
                wait = AGAIN
                with told(WHO):
                    wait = await announce(ledger, timedelta(0) if hints.leads else GRACE)
                    signs.beat(WHO)
                await asyncio.sleep(wait)


async def announce(ledger: Ledger, grace: timedelta = timedelta(0)) -> float:
    """Tell all that is due; how many seconds to sleep until the next look."""
    wait = OFTEN
    for wiki, at in await ledger.next_due():
        left = (at + grace - wall_clock()).total_seconds()
        if left > 0:
            return min(wait, left)
        failed = True
        with told(WHO):
            await ledger.tell_due(wiki)
            failed = False
        wait = AGAIN if failed else wait
    return wait
