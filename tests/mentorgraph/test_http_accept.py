"""Which form of an answer a caller would rather have."""

import pytest

from mentorgraph.http.accept import GRAPHQL_JSON, JSON, media_type, takes, takes_events

URQL = f"{GRAPHQL_JSON}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("*/*;q=0.1", JSON),
        (JSON, JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (GRAPHQL_JSON.upper(), GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{JSON};q=0.9, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{GRAPHQL_JSON}, */*", GRAPHQL_JSON),
        (f"{JSON};q=0, */*", GRAPHQL_JSON),
        (f"{JSON};q=0, {GRAPHQL_JSON};q=0.001", GRAPHQL_JSON),
        (URQL, GRAPHQL_JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=0, {GRAPHQL_JSON};q=0.0", None),
        ("*/*;q=0", None),
        (f"{JSON};q=cat", None),
        (f"{JSON};q=2", None),
        (",,;,", None),
    ],
)
def test_the_type_wished_for_most_is_taken_and_of_equals_the_first(
    accept: str | None, kind: str | None
) -> None:
    assert media_type(accept) == kind


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/event-stream", True),
        (f"text/event-stream, {JSON}", True),
        (f"text/event-stream, {JSON};q=0.5", True),
        (f"{JSON}, text/event-stream", False),
        (URQL, False),
        ("*/*", False),
        ("text/event-stream;q=0", False),
        (None, False),
    ],
)
def test_a_stream_is_for_those_who_would_rather_have_one(accept: str | None, wanted: bool) -> None:
    assert takes_events(accept) is wanted


@pytest.mark.parametrize(
    ("encoding", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("", False),
        (None, False),
    ],
)
def test_a_coding_is_for_those_who_take_it(encoding: str | None, taken: bool) -> None:
    assert takes("gzip", encoding) is taken
