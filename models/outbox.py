"""What is to be told outside, written in the transaction of the change that is told."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.columns import big, moment, wiki_key


class Outbox(SQLModel, table=True):
    """One event that the wiki's policy says is to be told to the mentor; what is sent is rendered at sending."""

    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "event_id"],
            ["relationship_event.wiki_id", "relationship_event.id"],
            name="outbox_tells_an_event",
        ),
        Index("outbox_waiting", "wiki_id", "id", postgresql_where=text("sent_at IS NULL")),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    event_id: int = big()
    notification: str
    created_at: datetime = moment()
    sent_at: datetime | None = moment(default=None)
