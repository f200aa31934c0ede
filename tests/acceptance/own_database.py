"""A PostgreSQL of the test's own, to be stopped and started again."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mentorgraph import postgres


class Database:
    """A PostgreSQL of the test's own, which it can stop and start again in the same place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = ExitStack()
        self.dsn = ""

    def start(self) -> None:
        self.dsn = self.run.enter_context(postgres.running(self.folder, postgres.UNSAFE_BUT_FAST))

    def stop(self) -> None:
        self.run.close()


@contextmanager
def own_database() -> Iterator[Database]:
    """One that runs, for as long as the block takes."""
    # Not pytest's own folder: its path is too long for a socket, and only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="mg-") as made:
        Path(made).chmod(0o755)
        database = Database(Path(made) / "data")
        database.start()
        try:
            yield database
        finally:
            database.stop()
