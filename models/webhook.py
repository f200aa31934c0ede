"""Webhooks: addresses elsewhere that are told what happens to ties, as the public may know it."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Identity, Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import moment, wiki_key


class Webhook(SQLModel, table=True):
    """One address, which is told each event of those kinds (NULL: of all) from `created_at` to `ended_at`.

    What signs its messages is kept nowhere: it follows from the installation's key, this row's id and `generation`,
    which grows when the secret is changed. Until a day after `rotated_at` the one before signs as well.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint(
            "url LIKE 'https://%' AND char_length(url) <= 2000", name="webhook_has_a_safe_address"
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="webhook_ended_for_a_reason"),
        Index("webhook_told", "wiki_id", "id", postgresql_where=text("ended_at IS NULL")),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    url: str
    kinds: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    generation: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    created_at: datetime = moment()
    created_by: str
    rotated_at: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)
    ended_because: str | None = None
