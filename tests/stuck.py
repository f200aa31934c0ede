"""What a test waits for that takes very long: written to the run's log, for soon afterwards it is ended from outside.

pytest-timeout shows where the threads are, which of a test that awaits is the event loop; and of a process of xdist
it shows nothing.
"""

import asyncio
import gc
import io
import os
import threading
from collections.abc import Iterator

import pytest

LATE = 240.0
"""Seconds; a minute before `timeout` in pyproject.toml."""
LOG = os.dup(2)
"""Where errors went before pytest caught them."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Watch a test, and all that is set up for it and taken down after it."""
    timer = threading.Timer(LATE, tell, [item.nodeid])
    timer.daemon = True
    timer.start()
    try:
        return (yield)
    finally:
        timer.cancel()


def tell(test: str) -> None:
    """Say where every task of the process stands."""
    said = io.StringIO()
    print(f"\n== {test} has taken {LATE:g} s, and waits here:", file=said)
    for task in gc.get_objects():
        if isinstance(task, asyncio.Task) and not task.done():
            task.print_stack(file=said)
    os.write(LOG, said.getvalue().encode())
