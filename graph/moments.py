"""Moments and durations: what never comes, what comes later, and how a duration is written."""

import re
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)

FOREVER = datetime.max.replace(tzinfo=UTC)
"""Stands for the end of what has none, while moments are compared."""

BEGINNING = datetime.min.replace(tzinfo=UTC)

EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
"""Before it nothing happened on any wiki; whoever says so means that they don't know when."""

_DURATION = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


def after(moment: datetime, duration: timedelta | None) -> datetime:
    """That much later; without limit, or later than there are dates, is never."""
    if duration is None:
        return FOREVER
    try:
        return moment + duration
    except OverflowError:
        return FOREVER


def or_none(moment: datetime) -> datetime | None:
    """As timelines say it: an end that never comes is None."""
    return None if moment == FOREVER else moment


def parse_duration(text: str) -> timedelta:
    """ISO 8601 in weeks, days, hours, minutes and seconds; years and months have no fixed length."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no duration in weeks, days, hours, minutes and seconds, such as P90D or PT31H"
        )
    try:
        return timedelta(
            **{unit: float(n) if "." in n else int(n) for unit, n in match.groupdict("0").items()}
        )
    except OverflowError:
        raise ValueError(f"{text!r} is too long") from None


def format_duration(duration: timedelta) -> str:
    """The one way of writing a duration; `parse_duration` reads it back."""
    if duration < timedelta():
        raise ValueError("a duration is never negative")
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{duration.microseconds:06d}".rstrip("0") if duration.microseconds else ""
    numbers = ((str(hours), "H"), (str(minutes), "M"), (f"{seconds}{fraction}", "S"))
    time = "".join(number + unit for number, unit in numbers if number != "0")
    days = f"{duration.days}D" if duration.days or not time else ""
    return f"P{days}" + (f"T{time}" if time else "")
