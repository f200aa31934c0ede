"""The stretches of each mentee's own states, and when a mentor is needed: a projection of the facts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from graph.kinds import MenteeState, NeedCause, RelationshipRole
from models.columns import account_key, big, endless, moment, never, one_of, wiki_key


class MenteeSpan(SQLModel, table=True):
    """A stretch of one mentee in one state, the future included.

    `told_state` is the state as those may know it who may not know of an opt-out. `blocked_since` is NULL while no
    counted block is open, `blocked_until` `infinity` where the blocks do not end by themselves. `returns_to` is the
    mentor that an unblock now would leave the mentee with, `returns_until` until when that holds. From `told_since` to
    `told_until` this stretch and its neighbours are in the same `told_state`.
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
        CheckConstraint(
            "told_since <= valid_from AND told_until >= valid_to", name="mentee_span_is_part_of_what_is_told"
        ),
        *(
            Index(f"mentee_span_by_{order}", "wiki_id", order, "mentee_id", "valid_to", "valid_from")
            for order in ("told_since", "told_until")
        ),
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
    told_since: datetime = moment()
    told_until: datetime = moment()


class Need(SQLModel, table=True):
    """A stretch of time in which a mentor is being sought for a mentee and a role.

    `since`: when the seeking began. `signed_at` is the mentee's last sign of life but for edits, `last_edit_at` the
    last edit; both are kept here so that whoever answers needs finds those of the living in an index.
    """

    __tablename__ = "need"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "mentee_id"], ["account.wiki_id", "account.id"], name="need_is_of_an_account"
        ),
        CheckConstraint("valid_from < valid_to", name="need_is_not_empty"),
        one_of("role", RelationshipRole, "need_role_is_known"),
        one_of("cause", NeedCause, "need_cause_is_known"),
        Index("need_open", "wiki_id", "valid_to", "since"),
        # The others that are open end at a moment of the future, which a policy that is to come has set: they are few.
        Index(
            "need_sought",
            "wiki_id",
            text("GREATEST(signed_at, last_edit_at)"),
            postgresql_where=text("valid_to = 'infinity'"),
        ),
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
    signed_at: datetime = never()
    last_edit_at: datetime = never()
