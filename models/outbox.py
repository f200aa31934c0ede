"""What is to be done outside, written in the transaction of the change that it follows from."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, text
from sqlmodel import Field, SQLModel

from graph.kinds import DeliveryKind, DeliveryState
from models.columns import big, moment, never, one_of, wiki_key

SET_MENTOR: Final = DeliveryKind.SET_MENTOR.value
WEBHOOK: Final = DeliveryKind.WEBHOOK.value


class Outbox(SQLModel, table=True):
    """One event of which a mentor or a webhook is to be told, or after which the wiki is to have our mentor.

    `webhook_id`: which webhook; NULL: it is done on the wiki. What is sent is rendered at sending. `claimed_until`:
    somebody is at it, unless they died; `due_at`: not before; `said`: why it was left out or failed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "event_id"],
            ["relationship_event.wiki_id", "relationship_event.id"],
            name="outbox_tells_an_event",
        ),
        ForeignKeyConstraint(
            ["wiki_id", "webhook_id"], ["webhook.wiki_id", "webhook.id"], name="outbox_goes_to_a_webhook"
        ),
        one_of("state", DeliveryState, "outbox_state_is_known"),
        CheckConstraint(
            text("(notification = 'WEBHOOK') = (webhook_id IS NOT NULL)"), name="outbox_names_its_webhook"
        ),
        CheckConstraint(text("(state = 'SENT') = (sent_at IS NOT NULL)"), name="outbox_was_sent_at_a_moment"),
        Index("outbox_by_mentee", "wiki_id", "mentee_id", "id"),
        Index(
            "outbox_due", "wiki_id", "id", postgresql_where=text("state = 'WAITING' AND webhook_id IS NULL")
        ),
        Index(
            "outbox_due_to_webhook",
            "wiki_id",
            "webhook_id",
            "id",
            postgresql_where=text("state = 'WAITING' AND webhook_id IS NOT NULL"),
        ),
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
    webhook_id: int | None = big(default=None)
