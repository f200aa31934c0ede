"""The wikis that are tracked: a small table, rarely written."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import moment, wiki_key


class Wiki(SQLModel, table=True):
    """One wiki. Its id is given by the application, leads every other table's key and never changes."""

    __tablename__ = "wiki"
    __table_args__ = (UniqueConstraint("db_name", name="wiki_name_is_unique"),)

    id: int = wiki_key()
    db_name: str = Field(max_length=255)
    url: str
    added_at: datetime = moment()
