"""Figures for Prometheus. Each label is of a set that we or the operator have chosen, so no caller can add to them."""

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from time import perf_counter
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from mentorgraph.eyes.seen import Seen

REGISTRY: Final = CollectorRegistry()
"""This process's figures."""

ERRORS: Final = Counter(
    "mentorgraph_errors", "Errors told, by code (docs/errors.md).", ("code",), registry=REGISTRY
)
UNLOGGED: Final = Counter(
    "mentorgraph_log_lines_left_out", "Lines for which one request had no room left.", registry=REGISTRY
)
LAG: Final = Histogram(
    "mentorgraph_loop_lag_seconds",
    "How much later than it should the event loop wakes who sleeps: how long everybody waits for somebody's work.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    registry=REGISTRY,
)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the loop's lag."""


BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, each the most of a bucket; the last holds what takes longer."""


class Count:
    """The requests of one operation and kind."""

    __slots__ = ("buckets", "cost", "known", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0
        self.cost = 0
        self.known = 0


class Tally(Collector):
    """Counts requests, in plain numbers: one loop counts, so none of prometheus-client's locks is needed for them."""

    def __init__(self) -> None:
        self.counts: defaultdict[tuple[str, str], Count] = defaultdict(Count)
        self.statuses: defaultdict[int, int] = defaultdict(int)

    def count(self, seen: Seen) -> None:
        """One more, which is over."""
        took = perf_counter() - seen.began
        count = self.counts[seen.operation, seen.kind]
        count.buckets[bisect_left(BUCKETS, took)] += 1
        count.seconds += took
        count.known += seen.was_known
        if seen.cost is not None:
            count.cost += seen.cost
        self.statuses[seen.status] += 1

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        labels = ("operation", "kind")
        seconds = HistogramMetricFamily(
            "mentorgraph_request_seconds",
            "From a request's headers to its answer's last byte, by registered operation (else `other`) and kind.",
            labels=labels,
        )
        known = CounterMetricFamily(
            "mentorgraph_requests_known", "Those that a plan answered which was there already.", labels=labels
        )
        cost = CounterMetricFamily(
            "mentorgraph_cost", "What they asked for, in the points of docs/limits.md.", labels=labels
        )
        for name, one in self.counts.items():
            up_to = zip((*map(str, BUCKETS), "+Inf"), accumulate(one.buckets), strict=True)
            seconds.add_metric(name, list(up_to), one.seconds)
            known.add_metric(name, one.known)
            cost.add_metric(name, one.cost)
        statuses = CounterMetricFamily(
            "mentorgraph_responses", "Answers, by HTTP status.", labels=("status",)
        )
        for status, number in self.statuses.items():
            statuses.add_metric((str(status),), number)
        yield from (seconds, known, cost, statuses)


async def watch_lag() -> None:
    """Look how late the loop is, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LOOK_EVERY
        await asyncio.sleep(LOOK_EVERY)
        LAG.observe(max(0.0, loop.time() - due))


class Gauge(NamedTuple):
    """A figure that is read where it stands when somebody asks for it. `counts`: it only grows."""

    name: str
    about: str
    read: Callable[[], float]
    counts: bool = False


class Gauges(Collector):
    """Figures that cost nothing until they are asked for."""

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self.gauges = tuple(gauges)

    def collect(self) -> Iterator[Metric]:
        """Read each."""
        for one in self.gauges:
            if one.counts:
                yield CounterMetricFamily(one.name, one.about, value=one.read())
            else:
                yield GaugeMetricFamily(one.name, one.about, value=one.read())


@contextmanager
def shown(*collectors: Collector) -> Iterator[None]:
    """Show their figures beside those of the process, for as long as the block takes."""
    for one in collectors:
        REGISTRY.register(one)
    try:
        yield
    finally:
        for one in collectors:
            REGISTRY.unregister(one)
