"""The versions of each wiki's policy; a version is never changed, only followed by another."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import moment, never, wiki_key


class Policy(SQLModel, table=True):
    """What a wiki decided, from a moment on; the first version has force from the beginning of time (`-infinity`).

    `settings` is `graph.policy.PolicySettings` as JSON.
    """

    __tablename__ = "policy"
    __table_args__ = (
        ForeignKeyConstraint(["wiki_id"], ["wiki.id"], name="policy_is_of_a_wiki"),
        CheckConstraint("version >= 1", name="policy_versions_count_from_one"),
    )

    wiki_id: int = wiki_key()
    version: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    effective_from: datetime = never()
    settings: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = moment()
