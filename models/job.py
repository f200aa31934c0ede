"""Work that outlasts a request, with its progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from graph.kinds import JobKind, JobState
from models.columns import moment, one_of, wiki_key


class Job(SQLModel, table=True):
    """One piece of long work; `plan` is what it was asked, `total` NULL until it is known."""

    __tablename__ = "job"
    __table_args__ = (
        ForeignKeyConstraint(["wiki_id"], ["wiki.id"], name="job_is_of_a_wiki"),
        CheckConstraint(
            "done >= 0 AND (total IS NULL OR done <= total)", name="job_progress_is_within_its_total"
        ),
        one_of("kind", JobKind, "job_kind_is_known"),
        one_of("state", JobState, "job_state_is_known"),
        Index("job_by_start", "wiki_id", "started_at", "id"),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    kind: str
    state: str
    done: int = Field(default=0)
    total: int | None = None
    plan: dict[str, Any] = Field(sa_type=JSONB)
    started_at: datetime = moment()
    finished_at: datetime | None = moment(default=None)
