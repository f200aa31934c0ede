"""What was sent under a key of the caller's, and what became of it, so that it can be sent again: for a day."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import moment, wiki_key

OF_NO_WIKI: Final = 0
"""The `wiki_id` of what is of no wiki: a caller's key may stand for a mutation of any, or of several."""


def hashed_key() -> Any:
    return Field(primary_key=True, sa_type=LargeBinary)


def since() -> Any:
    return moment(primary_key=True)


class IdempotencyKey(SQLModel, table=True):
    """A key that a mutation was sent under, and what tells a repeat from something else under the same key.

    `key` is the SHA-256 of what the caller chose, `digest` the HMAC of mutation and input under it: an input
    holds names, and who has a plain digest of a name has the name, for names can be guessed. After a day the
    row stands for nothing, and may begin anew.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("wiki_id = 0", name="idempotency_key_is_of_no_wiki"),
        Index("idempotency_key_by_age", "wiki_id", "begun_at"),
    )

    wiki_id: int = wiki_key()
    key: bytes = hashed_key()
    digest: bytes = Field(sa_type=LargeBinary)
    begun_at: datetime = moment()


class IdempotencyStep(SQLModel, table=True):
    """What the n-th change of such a mutation has come to, written in the transaction of the change itself.

    That the row is unique is what makes the change happen once. `begun_at` is that of the key; `outcome` holds
    ids, counts and refusals, and neither names nor the caller's words.
    """

    __tablename__ = "idempotency_step"
    __table_args__ = (Index("idempotency_step_by_age", "wiki_id", "begun_at"),)

    wiki_id: int = wiki_key()
    key: bytes = hashed_key()
    begun_at: datetime = since()
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    outcome: dict[str, Any] = Field(sa_type=JSONB)
