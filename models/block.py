"""Blocks of accounts, and the stretches in which each was open: a projection of the facts."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from graph.kinds import BlockCategory, BlockKind, BlockScope, CategorySource
from models.columns import big, endless, moment, one_of, wiki_key


class Block(SQLModel, table=True):
    """A block as it last was, by wiki, kind and its id at the source.

    It is open while `placed_at <= t < least(expires_at, lifted_at)`; `lifted_at` may lie at or before `placed_at`: it
    was never open then. `reason` and `performer` are NULL where hidden; the fact's text keeps them for those with the
    right. `withdrawn_at` is when a taken-back fact unmade it.
    """

    __tablename__ = "block"
    __table_args__ = (
        UniqueConstraint("wiki_id", "kind", "block_id", "mentee_id", name="block_is_known_by_kind_and_id"),
        ForeignKeyConstraint(
            ["wiki_id", "mentee_id"], ["account.wiki_id", "account.id"], name="block_is_of_an_account"
        ),
        ForeignKeyConstraint(
            ["wiki_id", "placed_by"], ["fact.wiki_id", "fact.id"], name="block_was_placed_by_a_fact"
        ),
        ForeignKeyConstraint(
            ["wiki_id", "reason_by"], ["fact.wiki_id", "fact.id"], name="block_reason_is_of_a_fact"
        ),
        CheckConstraint("placed_at < expires_at", name="block_expires_after_it_was_placed"),
        one_of("kind", BlockKind, "block_kind_is_known"),
        one_of("scope", BlockScope, "block_scope_is_known"),
        one_of("category", BlockCategory, "block_category_is_known"),
        one_of("category_source", CategorySource, "block_category_source_is_known"),
        Index("block_by_mentee", "wiki_id", "mentee_id", "placed_at", "id"),
        Index("block_by_placing", "wiki_id", "placed_at", "id"),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    kind: str
    block_id: str
    mentee_id: int = big()
    placed_at: datetime = moment()
    expires_at: datetime = endless()
    lifted_at: datetime = endless()
    scope: str
    category: str
    category_source: str
    unblock_requested: bool
    hides_name: bool
    reason: str | None = None
    performer: str | None = None
    performer_id: int | None = big(default=None)
    placed_by: int = big()
    reason_by: int = big()
    withdrawn_at: datetime = endless()


class BlockSpan(SQLModel, table=True):
    """A stretch in which a block was open with the same properties; `counted` says that it suspends."""

    __tablename__ = "block_span"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "block_id"], ["block.wiki_id", "block.id"], name="block_span_is_of_a_block"
        ),
        CheckConstraint("valid_from < valid_to", name="block_span_is_not_empty"),
        Index("block_span_by_mentee", "wiki_id", "mentee_id", "valid_to"),
        Index("block_span_open", "wiki_id", "valid_to", "block_id", postgresql_where=text("counted")),
    )

    wiki_id: int = wiki_key()
    block_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    valid_from: datetime = moment(primary_key=True)
    valid_to: datetime = endless()
    mentee_id: int = big()
    scope: str
    category: str
    category_source: str
    expires_at: datetime = endless()
    counted: bool
    unblock_requested: bool
