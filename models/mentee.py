"""The stretches of each mentee's own states, and when a mentor is needed: a projection of the facts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from graph.kinds import MenteeState, NeedCause, RelationshipRole
from models.columns import account_key, big, endless, moment, one_of, wiki_key


class MenteeSpan(SQLModel, table=True):
    """A stretch of one mentee in one state, the future included.

    `told_state` is the state as those may know it who may not know of an opt-out. `blocked_since` is NULL while no
    counted block is open, `blocked_until` `infinity` where the blocks do not end by themselves. `returns_to` is the
    mentor that an unblock now would leave the mentee with, `returns_until` until when that holds.
    """

    __tablename__ = "mentee_span"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "mentee_id"], ["account.wiki_id", "account.id"], name="mentee_span_is_of_an_account"
        ),
        CheckConstraint("valid_from < valid_to", name="mentee_span_is_not_empty"),
        one_of("state", MenteeState, "mentee_span_state_is_known"),
        one_of("told_state", MenteeState, "mentee_span_told_state_is_known"),
        CheckConstraint("told_state <> 'OPTED_OUT'", name="mentee_span_opt_outs_are_private"),
        Index("mentee_span_by_state", "wiki_id", "state", "valid_to"),
        Index("mentee_span_by_told_state", "wiki_id", "told_state", "valid_to"),
    )

    wiki_id: int = wiki_key()
    mentee_id: int = account_key()
    valid_from: datetime = moment(primary_key=True)
    valid_to: datetime = endless()
    state: str
    told_state: str
    blocked_since: datetime | None = moment(default=None)
    blocked_until: datetime = endless()
    returns_to: int | None = big(default=None)
    returns_until: datetime = endless()


class Need(SQLModel, table=True):
    """A stretch of time in which a mentor is being sought for a mentee and a role. `since`: when the seeking began."""

    __tablename__ = "need"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "mentee_id"], ["account.wiki_id", "account.id"], name="need_is_of_an_account"
        ),
        CheckConstraint("valid_from < valid_to", name="need_is_not_empty"),
        one_of("role", RelationshipRole, "need_role_is_known"),
        one_of("cause", NeedCause, "need_cause_is_known"),
        Index("need_open", "wiki_id", "valid_to", "since"),
    )

    wiki_id: int = wiki_key()
    mentee_id: int = account_key()
    role: str = Field(primary_key=True)
    valid_from: datetime = moment(primary_key=True)
    valid_to: datetime = endless()
    since: datetime = moment()
    cause: str
    previous_id: int | None = big(default=None)
    replaces_id: int | None = big(default=None)
