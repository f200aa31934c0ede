"""Moments as tests tell them."""

from datetime import UTC, datetime, timedelta


def ago(**length: float) -> str:
    """So long before now, as the API takes it."""
    return (datetime.now(UTC) - timedelta(**length)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
