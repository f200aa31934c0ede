"""The few kinds of columns that all tables are made of."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Integer, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlmodel import Field

from graph.kinds import MILLISECONDS

# asyncpg writes these two as PostgreSQL's infinities, so "without an end" is a value that compares. It reads
# infinities as the same moments without a zone: `models.ledger.connections.aware` gives them theirs.
ENDLESS = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)

MOMENT = TIMESTAMP(timezone=True, precision=MILLISECONDS)


def moment(**kwargs: Any) -> Any:
    """A point in time, to the millisecond: what a client reads is what was compared."""
    return Field(sa_type=MOMENT, **kwargs)


def endless(**kwargs: Any) -> Any:
    """A moment that is `infinity` where there is none: keys and ranges are never NULL."""
    return moment(sa_column_kwargs={"server_default": text("'infinity'")}, **kwargs)


def never(**kwargs: Any) -> Any:
    """A moment that is `-infinity` where there is none, and sorts before every other."""
    return moment(sa_column_kwargs={"server_default": text("'-infinity'")}, **kwargs)


def wiki_key() -> Any:
    """The wiki, first in every key: one wiki lives on one machine."""
    return Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})


def account_key() -> Any:
    """An account by the wiki's own user id."""
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


def big(**kwargs: Any) -> Any:
    """A 64-bit id."""
    return Field(sa_type=BigInteger, **kwargs)


def one_of(column: str, words: type[StrEnum], name: str) -> CheckConstraint:
    """The column holds one of the words (or nothing, where it may be null)."""
    values = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(text(f"{column} IN ({values})"), name=name)
