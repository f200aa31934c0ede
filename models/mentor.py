"""Mentors, what they chose, and their terms."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from graph.kinds import MentorShare
from models.columns import account_key, endless, moment, never, one_of, wiki_key


class Mentor(SQLModel, table=True):
    """An account that is or was a mentor, with what that mentor chose. Its row is the lock for their terms and load.

    `away_until` is `-infinity` for who is not away; `resigned_at` is `infinity` for who is a mentor, and
    `enrolled_at` the start of the latest term.
    """

    __tablename__ = "mentor"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "id"], ["account.wiki_id", "account.id"], name="mentor_is_an_account"
        ),
        CheckConstraint("capacity >= 0", name="mentor_capacity_is_a_number_of_mentees"),
        CheckConstraint("char_length(introduction) <= 240", name="mentor_introduction_is_short"),
        one_of("share", MentorShare, "mentor_share_is_known"),
    )

    wiki_id: int = wiki_key()
    id: int = account_key()
    share: str = Field(default=MentorShare.NORMAL.value)
    capacity: int | None = None
    introduction: str | None = None
    away_since: datetime | None = moment(default=None)
    away_until: datetime = never()
    enrolled_at: datetime = moment()
    resigned_at: datetime = endless()
    notify: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    version: int = Field(default=1)


class MentorTerm(SQLModel, table=True):
    """A stretch of time in which somebody was a mentor: the projection of that mentor's facts."""

    __tablename__ = "mentor_term"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "mentor_id"], ["mentor.wiki_id", "mentor.id"], name="mentor_term_is_of_a_mentor"
        ),
        CheckConstraint("valid_from < valid_to", name="mentor_term_is_not_empty"),
        Index("mentor_term_running", "wiki_id", "mentor_id", "valid_to"),
    )

    wiki_id: int = wiki_key()
    mentor_id: int = account_key()
    valid_from: datetime = moment(primary_key=True)
    valid_to: datetime = endless()
