"""The scalars as clients write and read them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLError

from resolvers.scalars import read_big, read_duration, read_moment, write_duration, write_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31T09:30:00.123456Z", datetime(2026, 1, 31, 9, 30, 0, 123_000, UTC)),
        ("2026-01-31T11:30:00+02:00", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc_to_the_millisecond(text: str, moment: datetime) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T09:30:00",
        "2026-01-31",
        "cat",
        "",
        5,
        None,
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
    ],
)
def test_a_moment_that_could_mean_several_is_refused(text: Any) -> None:
    with pytest.raises(GraphQLError):
        read_moment(text)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "2026-01-31T09:30:00.000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_a_moment_has_three_digits_and_a_z(moment: datetime, text: str) -> None:
    assert write_moment(moment) == text


def test_a_duration_is_written_in_fixed_lengths() -> None:
    assert write_duration(read_duration("P90D")) == "P90D"
    assert read_duration("PT31H") == timedelta(hours=31)
    for text in ("P1Y", "P1M", "-P1D", "cat", 5):
        with pytest.raises(GraphQLError):
            read_duration(text)


def test_a_big_number_is_its_digits_or_an_integer() -> None:
    assert read_big("9223372036854775807") == 2**63 - 1
    assert read_big(-5) == -5
    for value in (2**63, "1.5", "", "١", "1_0", True, 1.5, "9" * 5000):
        with pytest.raises(GraphQLError):
            read_big(value)
