"""Roles that accounts were given on a wiki. That of a mentee needs none, and that of a mentor is being one."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, text
from sqlmodel import Field, SQLModel

from graph.kinds import ViewerRole
from models.columns import account_key, moment, one_of, wiki_key


class Role(SQLModel, table=True):
    """One role of one account; taken away, the row is gone. `sees_hidden`: hidden names and reasons are shown too."""

    __tablename__ = "role"
    __table_args__ = (
        ForeignKeyConstraint(
            ["wiki_id", "account_id"], ["account.wiki_id", "account.id"], name="role_is_of_an_account"
        ),
        one_of("role", ViewerRole, "role_is_known"),
    )

    wiki_id: int = wiki_key()
    account_id: int = account_key()
    role: str = Field(primary_key=True)
    sees_hidden: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    granted_at: datetime = moment()
    granted_by: str
