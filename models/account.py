"""Accounts on a wiki, and what they are and were called."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.columns import account_key, endless, moment, never, wiki_key


class Account(SQLModel, table=True):
    """One account, by the wiki's user id. Its row is the lock that every change of its mentorship takes.

    `name` is NULL where it is hidden or not known; a hidden one is in `suppressed_name` alone, so that no query can
    leak it by mistake. `is_mentee`: has, had or waits for a mentor. `eligible` is false for bots and temporary
    accounts. `question_count` and `reverted_edit_count` are NULL until told. `next_change_at` is when the clock will
    next bring a transition that nobody was told of yet.
    """

    __tablename__ = "account"
    __table_args__ = (
        ForeignKeyConstraint(["wiki_id"], ["wiki.id"], name="account_is_of_a_wiki"),
        CheckConstraint("name IS NULL OR NOT is_hidden", name="account_hidden_names_are_kept_elsewhere"),
        CheckConstraint("octet_length(name) BETWEEN 1 AND 255", name="account_name_fits_the_wiki"),
        CheckConstraint("edit_count >= 0", name="account_edits_are_counted"),
        CheckConstraint("question_count >= 0", name="account_questions_are_counted"),
        CheckConstraint("reverted_edit_count >= 0", name="account_reverts_are_counted"),
        # One for each order of a wiki's mentees.
        *(
            Index(
                f"account_by_{order}", "wiki_id", *map(text, keys), "id", postgresql_where=text("is_mentee")
            )
            for order, keys in {
                "registration": ["registered_key"],
                "last_edit": ["last_edit_at"],
                "edits": ["edit_count"],
                "blocks": ["block_count"],
                "questions": ["coalesce(question_count, -1)"],
                "reverts": ["coalesce(reverted_edit_count, -1)"],
                "name": ["(name IS NULL)", "coalesce(name, '')"],
                "name_down": ["(name IS NOT NULL)", "coalesce(name, '')"],
            }.items()
        ),
        Index("account_hidden", "wiki_id", "id", postgresql_where=text("is_hidden")),
        Index(
            "account_by_next_change",
            "wiki_id",
            "next_change_at",
            postgresql_where=text("next_change_at < 'infinity'"),
        ),
    )

    wiki_id: int = wiki_key()
    id: int = account_key()
    name: str | None = None
    is_hidden: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    registered_at: datetime | None = moment(default=None)
    registered_key: datetime = moment(
        sa_column_args=(Computed("coalesce(registered_at, '-infinity'::timestamptz)", persisted=True),)
    )
    edit_count: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    last_edit_at: datetime = never()
    question_count: int | None = None
    reverted_edit_count: int | None = None
    is_mentee: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    eligible: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    block_count: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    next_change_at: datetime = endless()


class AccountName(SQLModel, table=True):
    """A name that everyone may see, and when the account held it. A name finds its latest holder."""

    __tablename__ = "account_name"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "account_id"], ["account.wiki_id", "account.id"], name="account_name_is_of_an_account"
        ),
        CheckConstraint("valid_from < valid_to", name="account_name_is_held_for_a_time"),
        Index("account_name_by_name", "wiki_id", "name", "valid_to"),
        # By code points, whatever the database's own collation is, so that a prefix is a range.
        Index("account_name_by_prefix", "wiki_id", text('(lower(name) COLLATE "C")'), "account_id"),
    )

    wiki_id: int = wiki_key()
    account_id: int = account_key()
    valid_from: datetime = never(primary_key=True)
    valid_to: datetime = endless()
    name: str


class SuppressedName(SQLModel, table=True):
    """A name that is hidden from the public; read only by statements for those with the right."""

    __tablename__ = "suppressed_name"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "account_id"],
            ["account.wiki_id", "account.id"],
            name="suppressed_name_is_of_an_account",
        ),
        CheckConstraint("valid_from < valid_to", name="suppressed_name_is_held_for_a_time"),
        Index("suppressed_name_by_name", "wiki_id", "name", "valid_to"),
    )

    wiki_id: int = wiki_key()
    account_id: int = Field(primary_key=True, sa_type=BigInteger)
    valid_from: datetime = never(primary_key=True)
    valid_to: datetime = endless()
    name: str
