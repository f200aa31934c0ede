"""The orders that lists have: each ends in a key without ties, and no key is ever NULL."""

from graph.compile.rows import By
from graph.compile.words import or_else

BY_NAME = (
    By("unnamed", lambda one: one.account.name.is_(None)),
    By("name", lambda one: or_else(one.account.name, "")),
    By("id", lambda one: one.key),
)
"""Hidden names come last, and no cursor holds one."""

REGISTERED = (
    By("registered", lambda one: one.account.registered_key, descending=True),
    By("id", lambda one: one.key, descending=True),
)
STARTED = (
    By("started", lambda tie: tie.row.started_at, descending=True),
    By("id", lambda tie: tie.key, descending=True),
)
PLACED = (
    By("placed", lambda block: block.row.placed_at, descending=True),
    By("id", lambda block: block.key, descending=True),
)
LEARNT = (By("id", lambda event: event.key),)
NEWEST = (By("id", lambda event: event.key, descending=True),)
VERSIONS = (By("version", lambda policy: policy.key, descending=True),)
DB_NAMES = (By("db_name", lambda wiki: wiki.row.db_name),)
