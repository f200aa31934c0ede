"""Stars: whom a mentor wants to keep an eye on. Nobody else is told."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import SQLModel

from models.columns import account_key, moment, wiki_key


class Star(SQLModel, table=True):
    """A mentee whom a mentor has starred; taken off, the row is gone."""

    __tablename__ = "star"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "mentor_id"], ["mentor.wiki_id", "mentor.id"], name="star_is_by_a_mentor"
        ),
        ForeignKeyConstraint(
            ["wiki_id", "mentee_id"], ["account.wiki_id", "account.id"], name="star_is_of_an_account"
        ),
        Index("star_by_mentee", "wiki_id", "mentee_id"),
    )

    wiki_id: int = wiki_key()
    mentor_id: int = account_key()
    mentee_id: int = account_key()
    starred_at: datetime = moment()
