"""How far a wiki's own events were read, and by which way: from where they are followed after a restart."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from models.columns import moment, wiki_key


class SourcePosition(SQLModel, table=True):
    """All that this source told up to the position is recorded: the row is written with the last of it.

    `position` is the source's own word: an id of its event stream, a moment of its log. `read_at` is when it was read.
    """

    __tablename__ = "source_position"
    __table_args__ = (ForeignKeyConstraint(["wiki_id"], ["wiki.id"], name="source_position_is_of_a_wiki"),)

    wiki_id: int = wiki_key()
    source: str = Field(primary_key=True)
    position: str
    read_at: datetime = moment()
