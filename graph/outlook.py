"""What comes next for a suspended tie, as far as open blocks and the policy can tell (rules 2 and 18)."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from graph.holds import Phase
from graph.kinds import BlockKey, RelationshipState
from graph.moments import BEGINNING, FOREVER, after


class Outlook(NamedTuple):
    """The moment at which the tie resumes (ACTIVE) or is released (ENDED), or that it stays (FOREVER,
    SUSPENDED).

    `holder` is the block that holds it longest.
    """

    moment: datetime
    state: RelationshipState
    holder: BlockKey


_SUSPENDED = RelationshipState.SUSPENDED
_ACTIVE = RelationshipState.ACTIVE
_ENDED = RelationshipState.ENDED


def outlook(start: datetime, kept_until: datetime, phases: Collection[Phase]) -> Outlook:
    """For a tie since `start`; `phases` are those of the counted blocks that are open, at least one.

    Blocks only close from here on, so the first moment at which none of the open ones holds is the latest at
    which one holds; if all have closed by then, the tie resumes instead.
    """
    closes = held = BEGINNING
    for phase in phases:
        expires = holds = phase.expires
        since, hold = phase.since, phase.hold
        if since is not None and hold is not None:
            limited = after(max(since, start), hold)
            if limited < expires:
                holds = limited
        if holds > held:
            held, holder = holds, phase.block.key
        closes = max(closes, expires)
    held = max(held, kept_until)
    if held < closes:
        return Outlook(held, _ENDED, holder)
    return Outlook(closes, _SUSPENDED if closes == FOREVER else _ACTIVE, holder)
