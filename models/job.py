"""Work that outlasts a request, with its progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from graph.kinds import JobKind, JobState
from models.columns import moment, one_of, wiki_key


class Job(SQLModel, table=True):
    """One piece of long work, which any process may take up where the last one left it.

    `plan` is what it was asked. `total` is NULL until it is known. `reached` is the last account that is done
    with, for work that goes from account to account in the order of ids; it and `done` are written with each
    batch, in the batch's own transaction. `result` is what came of it (a simulation's outcomes, the counts of a
    resignation), `error` is for the operator.
    """

    __tablename__ = "job"
    __table_args__ = (
        ForeignKeyConstraint(["wiki_id"], ["wiki.id"], name="job_is_of_a_wiki"),
        CheckConstraint(
            "done >= 0 AND (total IS NULL OR done <= total)", name="job_progress_is_within_its_total"
        ),
        CheckConstraint("state <> 'FAILED' OR error IS NOT NULL", name="job_that_failed_says_why"),
        CheckConstraint("(state = 'RUNNING') = (finished_at IS NULL)", name="job_is_finished_unless_it_runs"),
        one_of("kind", JobKind, "job_kind_is_known"),
        one_of("state", JobState, "job_state_is_known"),
        Index("job_by_start", "wiki_id", "started_at", "id"),
        Index("job_running", "wiki_id", "id", postgresql_where=text("state = 'RUNNING'")),
    )

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    kind: str
    state: str
    done: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    total: int | None = None
    plan: dict[str, Any] = Field(sa_type=JSONB)
    reached: int = Field(default=-1, sa_type=BigInteger, sa_column_kwargs={"server_default": text("-1")})
    result: dict[str, Any] | list[Any] | None = Field(default=None, sa_type=JSONB)
    error: str | None = None
    started_at: datetime = moment()
    finished_at: datetime | None = moment(default=None)


class JobPart(SQLModel, table=True):
    """What a simulation has counted of the mentees of one range of ids, the last of which is `reached`.

    `counts` is compressed JSON that only the simulation reads. What is left of a job that has ended is
    swept away by the next simulation at the latest.
    """

    __tablename__ = "job_part"
    __table_args__ = (
        ForeignKeyConstraint(["wiki_id", "job_id"], ["job.wiki_id", "job.id"], name="job_part_is_of_a_job"),
    )

    wiki_id: int = wiki_key()
    job_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    reached: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    counts: bytes = Field(sa_type=LargeBinary)
