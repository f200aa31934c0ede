"""A stream of a wiki's events, told well or badly."""

import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import httpx2
import orjson

Json = dict[str, Any]


class Frames(httpx2.AsyncByteStream):
    """Bytes of a stream, piece by piece."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


def plain(events: list[Json], begin: int) -> Iterator[bytes]:
    """Every event once, and then the end of the connection."""
    yield b":ok\n\n"
    for offset, event in enumerate(events[begin:], begin):
        yield frame(event, offset)


def frame(event: Json, offset: int) -> bytes:
    place = orjson.dumps([{"topic": "eqiad.mediawiki.recentchange", "partition": 0, "offset": offset}])
    return b"event: message\nid: " + place + b"\ndata: " + orjson.dumps(event) + b"\n\n"


CANARY: Json = {
    "meta": {"domain": "canary"},
    "wiki": "fakewiki",
    "type": "log",
    "log_type": "block",
    "log_id": 1,
}


def badly(chance: random.Random, longest: int) -> Callable[[list[Json], int], Iterator[bytes]]:
    """Up to so many events, from a little earlier than was asked, some twice, with canaries, and cut within a frame."""

    def told(events: list[Json], begin: int) -> Iterator[bytes]:
        begin = max(0, begin - chance.randrange(20))
        end = min(len(events), begin + 20 + chance.randrange(longest))
        pieces = b":ok\n\n"
        for offset in range(begin, end):
            pieces += frame(events[offset], offset)
            if chance.random() < 0.1:
                pieces += frame(events[max(0, offset - chance.randrange(5))], offset)
            if chance.random() < 0.05:
                pieces += frame(CANARY, offset)
        if end < len(events):
            pieces = pieces[: len(pieces) - chance.randrange(200)]
        while pieces:
            size = 1 + chance.randrange(4_000)
            yield pieces[:size]
            pieces = pieces[size:]

    return told


def last_id(events: Sequence[Json]) -> str:
    """The place of the last event."""
    told = frame(events[-1], len(events) - 1)
    return told.split(b"\n")[1].removeprefix(b"id: ").decode()
