"""Content negotiation: which media type, and which coding, a caller would rather have. RFC 9110, section 12.5."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
EVENT_STREAM: Final = "text/event-stream"

Preference = tuple[str, float]

KEPT: Final = 256
"""Headers whose reading is remembered: a client sends the same ones each time."""
MOST: Final = 100
"""Preferences that are read; who sends more wants nothing that we have."""


@lru_cache(KEPT)
def media_type(accept: str | None) -> str | None:
    """The media type to answer in, of the two that hold a GraphQL response; None where neither will do.

    Who says nothing gets `application/json`, and so does who takes anything: clients that know the newer type ask
    for it. Equal wishes count in the order in which they stand.
    """
    if accept is None or not accept.strip():
        return JSON
    wishes = preferences(accept)
    # What is named by itself beats what a wildcard allows, and can be ruled out by `q=0`.
    own = {kind: _quality(wishes, kind) for kind in (JSON, GRAPHQL_JSON)}
    ranked = sorted(
        ((quality, -place, kind) for kind, (quality, place) in own.items() if quality > 0), reverse=True
    )
    return ranked[0][2] if ranked else None


@lru_cache(KEPT)
def takes_events(accept: str | None) -> bool:
    """Whether a stream of events is what the caller would rather have than any JSON.

    Some clients name it with every query, after what they want: for them it is no wish.
    """
    if accept is None:
        return False
    wishes = preferences(accept)
    stream, place = _quality(wishes, EVENT_STREAM, wildcards=False)
    if stream <= 0:
        return False
    return all(
        (stream, -place) > (quality, -at)
        for quality, at in (_quality(wishes, JSON), _quality(wishes, GRAPHQL_JSON))
    )


@lru_cache(KEPT)
def takes(coding: str, accept_encoding: str | None) -> bool:
    """Whether an answer may be sent in that coding."""
    wishes = dict(preferences(accept_encoding or ""))
    return wishes.get(coding, wishes.get("*", 0.0)) > 0


def preferences(header: str) -> list[Preference]:
    """What is wished for, and how much; what can't be read is left out."""
    found = []
    for part in header.split(",", MOST)[:MOST]:
        name, _, parameters = part.partition(";")
        quality = _q(parameters.split(";"))
        if name.strip() and quality is not None:
            found.append((name.strip().lower(), quality))
    return found


def _q(parameters: Iterable[str]) -> float | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value.strip())
            except ValueError:
                return None
            return quality if 0 <= quality <= 1 else None
    return 1.0


def _quality(wishes: list[Preference], kind: str, *, wildcards: bool = True) -> tuple[float, int]:
    """How much one type is wished for, by the narrowest word for it, and where that stands.

    Under a wildcard the older type comes before the newer one.
    """
    family = kind.partition("/")[0]
    for word in (kind, f"{family}/*", "*/*"):
        for place, (name, quality) in enumerate(wishes):
            if name == word:
                later = len(wishes) if word != kind else 0
                return quality, place * 2 + later * 2 + (kind == GRAPHQL_JSON)
        if not wildcards:
            break
    return 0.0, 0
