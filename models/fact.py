"""Facts: what happened, appended once. The application's role can neither change nor delete them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from graph.kinds import FactKind
from models.columns import big, moment, one_of, wiki_key


class Fact(SQLModel, table=True):
    """One happening, in ids, times and choices; names and free text lie beside it in `fact_text`.

    It is about a mentee (`mentee_id`), or about a mentor's terms (`mentor_id` alone); `mentor_id` beside a
    mentee is the mentor it names. `choices` is what else the kind says, as JSON without free text. `digest` is
    the SHA-256 of kind, time, choices and mentor, so that a repeat is told from other content under the same
    name; names and free text are no part of it, for the digest of a hidden name would give it away.
    `performer_id` is who acted, where that account is known.
    """

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("wiki_id", "source", "source_id", name="fact_is_recorded_once"),
        ForeignKeyConstraint(["wiki_id"], ["wiki.id"], name="fact_is_of_a_wiki"),
        CheckConstraint("mentee_id IS NOT NULL OR mentor_id IS NOT NULL", name="fact_is_about_somebody"),
        one_of("kind", FactKind, "fact_kind_is_known"),
        Index("fact_by_mentee", "wiki_id", "mentee_id", "occurred_at"),
        Index(
            "fact_by_mentor",
            "wiki_id",
            "mentor_id",
            "occurred_at",
            postgresql_where=text("mentor_id IS NOT NULL"),
        ),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    kind: str
    mentee_id: int | None = big(default=None)
    mentor_id: int | None = big(default=None)
    occurred_at: datetime = moment()
    source: str = Field(max_length=255)
    source_id: str = Field(max_length=255)
    choices: dict[str, Any] = Field(sa_type=JSONB)
    performer_id: int | None = big(default=None)
    bulk: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    digest: bytes = Field(sa_type=LargeBinary)
    recorded_at: datetime = moment()


class FactText(SQLModel, table=True):
    """The names and free text of a fact, in a row of its own that can be blanked: erasure touches no fact.

    `performer` is the name as the source wrote it, kept where it is no account known here; `name` is the name
    that a registration or a rename gave.
    """

    __tablename__ = "fact_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "fact_id"], ["fact.wiki_id", "fact.id"], name="fact_text_is_of_a_fact"
        ),
        Index("fact_text_by_name", "wiki_id", "name", postgresql_where=text("name IS NOT NULL")),
        Index(
            "fact_text_by_performer", "wiki_id", "performer", postgresql_where=text("performer IS NOT NULL")
        ),
    )

    wiki_id: int = wiki_key()
    fact_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    reason: str | None = None
    performer: str | None = None
    name: str | None = None


class HiddenText(SQLModel, table=True):
    """That the reason or the performer of a fact is hidden from the public; its text is there for overseers alone."""

    __tablename__ = "hidden_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "fact_id"], ["fact.wiki_id", "fact.id"], name="hidden_text_is_of_a_fact"
        ),
    )

    wiki_id: int = wiki_key()
    fact_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
