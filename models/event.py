"""The feed: what was told, and when. Appended in the order of commits; never changed, never deleted."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel

from graph.kinds import RelationshipEventKind, RelationshipState
from models.columns import big, moment, one_of, wiki_key


class Xid8(UserDefinedType[int]):
    """A transaction's id that never wraps around; with it a reader can stay below what is still being committed."""

    cache_ok = True
    least = 0
    """No number is below it."""

    def get_col_spec(self, **_: object) -> str:
        """The type's name in PostgreSQL."""
        return "xid8"


class FeedClock(SQLModel, table=True):
    """One row: how far the feed's count of transactions is ahead of the cluster's own.

    0, but in a cluster that a dump was restored into which had counted less far than the one it came from. What stands
    here is also in the default of `relationship_event.xid`: see models/migrate.py, which alone writes it.
    """

    __tablename__ = "feed_clock"
    __table_args__ = (CheckConstraint("is_only", name="feed_clock_has_one_row"),)

    is_only: bool = Field(primary_key=True)
    ahead: int = big()


class RelationshipEvent(SQLModel, table=True):
    """A transition of a tie that was told. `at` is when it took effect, `recorded_at` when it became known here.

    `fact_id` is what caused it, NULL for the clock; `withdraws_id` is, for WITHDRAWN, the event that is no longer
    true. `(xid, id)` is its place in the feed.
    """

    __tablename__ = "relationship_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "relationship_id"],
            ["relationship.wiki_id", "relationship.id"],
            name="relationship_event_is_of_a_tie",
        ),
        ForeignKeyConstraint(
            ["wiki_id", "fact_id"],
            ["fact.wiki_id", "fact.id"],
            name="relationship_event_was_caused_by_a_fact",
        ),
        UniqueConstraint("wiki_id", "withdraws_id", name="relationship_event_is_withdrawn_once"),
        CheckConstraint(
            "(kind = 'WITHDRAWN') = (withdraws_id IS NOT NULL)", name="relationship_event_withdraws_one"
        ),
        one_of("kind", RelationshipEventKind, "relationship_event_kind_is_known"),
        one_of("from_state", RelationshipState, "relationship_event_from_state_is_known"),
        one_of("to_state", RelationshipState, "relationship_event_to_state_is_known"),
        Index("relationship_event_feed", "wiki_id", "xid", "id"),
        Index("relationship_event_by_moment", "wiki_id", "at", "id"),
        Index("relationship_event_by_mentee", "wiki_id", "mentee_id", "id"),
        Index("relationship_event_by_mentor", "wiki_id", "mentor_id", "id"),
        Index("relationship_event_by_tie", "wiki_id", "relationship_id", "id"),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    xid: int = Field(sa_type=Xid8, sa_column_kwargs={"server_default": text("pg_current_xact_id()")})
    kind: str
    at: datetime = moment()
    recorded_at: datetime = moment()
    relationship_id: int = big()
    mentor_id: int = big()
    mentee_id: int = big()
    from_state: str | None = None
    to_state: str
    block_id: int | None = big(default=None)
    fact_id: int | None = big(default=None)
    bulk: bool
    withdraws_id: int | None = big(default=None)
