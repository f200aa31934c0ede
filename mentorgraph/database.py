"""Where a command finds its database: the operator's own, or the embedded one, which it runs meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from mentorgraph import postgres
from mentorgraph.settings import Settings


@contextmanager
def database(chosen: Settings, *, beside: bool = False) -> Iterator[str]:
    """The DSN of the database: the given one, or the embedded one for as long as the block takes.

    `beside`: also the embedded one that a server runs meanwhile.
    """
    given = chosen.database_url or (postgres.beside(chosen.data_dir) if beside else None)
    if given is not None:
        yield given
        return
    with postgres.running(chosen.data_dir) as dsn:
        yield dsn
