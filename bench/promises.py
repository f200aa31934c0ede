"""The promises of reads, each with its figure and whether it holds, and the table of what was measured."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from kept import Promise
from load import Load

OF_PGBENCH: Final = 0.8
SERVER_CPU: Final = 0.6
"""Milliseconds of a request that the server itself may take, where bare Starlette takes 0.15 to 0.18."""
OF_BY_HAND: Final = 0.85
OVER_BY_HAND: Final = 1.5
"""What limits, rights, negotiation and figures may cost, over a page that Starlette and asyncpg answer without any."""


class Sample(NamedTuple):
    """One round of one kind: what came of the load, and CPU milliseconds for each request."""

    load: Load
    server: float
    postgres: float


Samples = Mapping[str, Sequence[Sample]]


def middle(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """The median of the rounds."""
    return median(of(one) for one in samples)


def promises(samples: Samples, fresh: Sample, statements: float) -> Iterator[Promise]:
    """All of them."""
    yield Promise("statements for each query operation", f"{statements:.3f}", "1", 0.99 < statements < 1.01)
    yield from _rate(samples)
    yield from _server_cpu(samples)
    slower = _of_rounds(samples["great, alone"], samples["small, alone"], lambda one: one.load.p50)
    yield Promise(
        "p50 of the great mentor's page, over p50 at 50 k ties", f"{slower:.2f}", "≤ 1.3", slower <= 1.3
    )
    # By CPU, which is the time that it takes where nobody else wants the processor.
    took, waited = fresh.server + fresh.postgres, f"p50 {fresh.load.p50:.1f} ms"
    yield Promise("a document never seen before", f"{took:.1f} ms of CPU, {waited}", "≤ 60 ms", took <= 60)


def _rate(samples: Samples) -> Iterator[Promise]:
    """Of what pgbench reaches, which has no server, and of what the same page by hand does."""
    page, by_hand, directly = (samples[name] for name in ("first 50", "first 50, by hand", "pgbench"))
    share, of_pgbench, at_most = (
        _of_rounds(some, others, lambda one: one.load.rate)
        for some, others in ((page, by_hand), (page, directly), (by_hand, directly))
    )
    about = "requests/s at 50 rows, of those of"
    yield Promise(
        f"{about} pgbench with the same statement",
        f"{of_pgbench:.2f}, where by hand it is {at_most:.2f}",
        f"≥ {OF_PGBENCH}",
        of_pgbench >= OF_PGBENCH,
    )
    yield Promise(f"{about} the same page by hand", f"{share:.2f}", f"≥ {OF_BY_HAND}", share >= OF_BY_HAND)


def _server_cpu(samples: Samples) -> Iterator[Promise]:
    """By itself, and over what nobody who answers with Starlette and asyncpg can go below, in the same rounds."""
    times = _of_rounds(samples["first 50"], samples["first 50, by hand"], lambda one: one.server)
    ours, bare = (middle(samples[name], lambda one: one.server) for name in ("first 50", "bare Starlette"))
    yield Promise(
        "server CPU at 50 rows",
        f"{ours:.2f} ms, where bare Starlette takes {bare:.2f}",
        f"≤ {SERVER_CPU} ms",
        ours <= SERVER_CPU,
    )
    yield Promise(
        "server CPU at 50 rows, over the same page by hand",
        f"{times:.2f} ×",
        f"≤ {OVER_BY_HAND}",
        times <= OVER_BY_HAND,
    )


def _of_rounds(some: Sequence[Sample], others: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """How one is to the other, round by round, for a round's halves meet the same weather."""
    return median(of(one) / of(other) for one, other in zip(some, others, strict=True))


HEAD: Final = ("", "requests/s", "server", "PostgreSQL", "p50", "p95")


def table(samples: Samples, fresh: Sample) -> Iterator[str]:
    """What was measured, a line a kind."""
    yield f"  {HEAD[0]:34}" + "".join(f"{word:>12}" for word in HEAD[1:])
    for name, rounds in {**samples, "a document never seen": [fresh]}.items():
        server = middle(rounds, lambda one: one.server)
        figures = (
            f"{middle(rounds, lambda one: one.load.rate):.0f}",
            f"{server:.3f} ms" if server else "–",
            f"{middle(rounds, lambda one: one.postgres):.3f} ms",
            f"{middle(rounds, lambda one: one.load.p50):.2f} ms",
            "–" if name == "pgbench" else f"{middle(rounds, lambda one: one.load.p95):.2f} ms",
        )
        yield f"  {name:34}" + "".join(f"{figure:>12}" for figure in figures)
