"""What is to be done outside, written in the transaction of the change that it follows from."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.columns import big, moment, never, one_of, wiki_key

SET_MENTOR: Final = "SET_MENTOR"
"""Beside the kinds of notifications: the mentor is to be set on the wiki too."""


class DeliveryState(StrEnum):
    """How it stands with something that is to be done."""

    WAITING = "WAITING"
    SENT = "SENT"
    LEFT_OUT = "LEFT_OUT"
    DEAD = "DEAD"


class Outbox(SQLModel, table=True):
    """One event of which the mentor is to be told, or after which the wiki is to have our mentor.

    What is sent is rendered at sending. `claimed_until`: somebody is at it, unless they died; `due_at`: not before;
    `said`: why it was left out or failed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "event_id"],
            ["relationship_event.wiki_id", "relationship_event.id"],
            name="outbox_tells_an_event",
        ),
        one_of("state", DeliveryState, "outbox_state_is_known"),
        CheckConstraint(text("(state = 'SENT') = (sent_at IS NOT NULL)"), name="outbox_was_sent_at_a_moment"),
        Index("outbox_by_mentee", "wiki_id", "mentee_id", "id"),
        Index("outbox_due", "wiki_id", "id", postgresql_where=text("state = 'WAITING'")),
        Index("outbox_by_age", "wiki_id", "created_at"),
        Index("outbox_dead", "wiki_id", "id", postgresql_where=text("state = 'DEAD'")),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    event_id: int = big()
    mentee_id: int = big()
    notification: str
    created_at: datetime = moment()
    sent_at: datetime | None = moment(default=None)
    state: str = Field(default="WAITING", sa_column_kwargs={"server_default": text("'WAITING'")})
    due_at: datetime = never()
    tries: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    claimed_until: datetime = never()
    said: str | None = None
