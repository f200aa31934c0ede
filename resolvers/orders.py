"""The orders that lists have: each ends in a key without ties, and no key is ever NULL."""

from graph.compile.page import order_hash
from graph.compile.rows import By
from graph.compile.words import no, or_else


def by_name(last: By) -> tuple[By, ...]:
    """By the name, in the direction of the last key; hidden ones come last whichever way, and no cursor holds one."""
    down = last.descending
    unnamed = (
        By("named", lambda one: no(one.account.name.is_(None)), descending=True)
        if down
        else By("unnamed", lambda one: one.account.name.is_(None))
    )
    name = By("name", lambda one: or_else(one.account.name, ""), descending=down)
    return unnamed, name, last


PLACED = (
    By("placed", lambda block: block.row.placed_at, descending=True),
    By("id", lambda block: block.key, descending=True),
)
LEARNT = (By("xid", lambda event: event.row.xid), By("id", lambda event: event.key))
"""The order of commits, as far as it can no longer change: an id is given out before its transaction ends."""
FEED = order_hash("RelationshipEvent", LEARNT)
"""What every cursor of the feed begins with."""
NEWEST = (By("id", lambda event: event.key, descending=True),)
LAST_BEGUN = (
    By("started", lambda job: job.row.started_at, descending=True),
    By("id", lambda job: job.key, descending=True),
)
VERSIONS = (By("version", lambda policy: policy.key, descending=True),)
DB_NAMES = (By("db_name", lambda wiki: wiki.row.db_name),)
