"""Ties between mentors and mentees, and the stretches of their states: a projection of the facts."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from graph.kinds import EndReason, RelationshipRole, StartReason
from models.columns import big, endless, moment, never, one_of, wiki_key


class Relationship(SQLModel, table=True):
    """One mentor, one mentee, one role, from a start to an end. A row is never deleted.

    It is known by the fact that began its chain and its number in it, so it keeps its id through every new projection.
    `ends_at` may lie in the future (a forecast); so may `started_at`, of a tie that will be restored. `withdrawn_at`
    is when a late or a taken-back fact unmade it. `version` grows with every change.
    """

    __tablename__ = "relationship"
    __table_args__ = (
        UniqueConstraint("wiki_id", "fact_id", "number", name="relationship_is_known_by_what_began_it"),
        # The wall behind the lock: forecasts included, a mentee has one tie at a time in each role.
        ExcludeConstraint(
            ("wiki_id", "="),
            ("mentee_id", "="),
            ("role", "="),
            (func.tstzrange(literal_column("started_at"), literal_column("ends_at")), "&&"),
            where=text("withdrawn_at = 'infinity'"),
            using="gist",
            name="relationship_one_open_per_mentee_and_role",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        ForeignKeyConstraint(
            ["wiki_id", "mentor_id"], ["mentor.wiki_id", "mentor.id"], name="relationship_has_a_mentor"
        ),
        ForeignKeyConstraint(
            ["wiki_id", "mentee_id"], ["account.wiki_id", "account.id"], name="relationship_has_a_mentee"
        ),
        ForeignKeyConstraint(
            ["wiki_id", "fact_id"], ["fact.wiki_id", "fact.id"], name="relationship_was_begun_by_a_fact"
        ),
        CheckConstraint("mentor_id <> mentee_id", name="relationship_nobody_mentors_themselves"),
        CheckConstraint("started_at < ends_at", name="relationship_is_not_empty"),
        CheckConstraint(
            "(ends_at = 'infinity') = (ends_because IS NULL)", name="relationship_ends_for_a_reason"
        ),
        one_of("role", RelationshipRole, "relationship_role_is_known"),
        one_of("started_because", StartReason, "relationship_start_reason_is_known"),
        one_of("ends_because", EndReason, "relationship_end_reason_is_known"),
        Index("relationship_by_mentee", "wiki_id", "mentee_id", "started_at", "id"),
        Index("relationship_by_mentor", "wiki_id", "mentor_id", "started_at", "id"),
        Index("relationship_by_start", "wiki_id", "started_at", "id"),
        Index("relationship_by_end", "wiki_id", "ends_at", "id", "withdrawn_at"),
        Index("relationship_by_withdrawal", "wiki_id", "withdrawn_at", "id", "ends_at"),
        Index(
            "relationship_by_continued",
            "wiki_id",
            "continues_id",
            postgresql_where=text("continues_id IS NOT NULL"),
        ),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    mentor_id: int = big()
    mentee_id: int = big()
    role: str
    started_at: datetime = moment()
    start_is_known: bool
    started_because: str
    ends_at: datetime = endless()
    ends_because: str | None = None
    fact_id: int = big()
    number: int
    continues_id: int | None = big(default=None)
    replaces_id: int | None = big(default=None)
    withdrawn_at: datetime = endless()
    version: int = Field(default=1)


class RelationshipSpan(SQLModel, table=True):
    """A stretch of one tie in one state, the future included: what covers a moment is the state at it.

    `last_edit_at` is the mentee's, kept here so that a mentor's list of ten thousand comes from an index.
    """

    __tablename__ = "relationship_span"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "relationship_id"],
            ["relationship.wiki_id", "relationship.id"],
            name="relationship_span_is_of_a_tie",
        ),
        CheckConstraint("valid_from < valid_to", name="relationship_span_is_not_empty"),
        CheckConstraint("state IN ('ACTIVE', 'SUSPENDED')", name="relationship_span_is_of_an_open_tie"),
        one_of("role", RelationshipRole, "relationship_span_role_is_known"),
        Index(
            "relationship_span_by_state",
            "wiki_id",
            "mentor_id",
            "role",
            "state",
            "last_edit_at",
            "relationship_id",
            "valid_to",
            "valid_from",
        ),
        Index(
            "relationship_span_by_edit",
            "wiki_id",
            "mentor_id",
            "role",
            "last_edit_at",
            "relationship_id",
            "valid_to",
            "valid_from",
        ),
        Index(
            "relationship_span_open",
            "wiki_id",
            "mentor_id",
            "role",
            "state",
            "valid_to",
            "valid_from",
            "mentee_id",
        ),
        Index("relationship_span_by_start", "wiki_id", "valid_from", "relationship_id", "valid_to"),
        Index("relationship_span_by_end", "wiki_id", "valid_to", "relationship_id", "valid_from"),
        Index("relationship_span_by_mentee", "wiki_id", "mentee_id", "role", "valid_to"),
    )

    wiki_id: int = wiki_key()
    relationship_id: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    valid_from: datetime = moment(primary_key=True)
    valid_to: datetime = endless()
    state: str
    mentor_id: int = big()
    mentee_id: int = big()
    role: str
    last_edit_at: datetime = never()
