"""Deeds: who did what, a row for each change that a caller asked for. The application's role can change none."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.columns import moment, wiki_key


class Deed(SQLModel, table=True):
    """One change, written in its own transaction. What the server does by itself, and the command line, is no deed.

    `wiki_id` is 0 for what is of no wiki. `doer` is who asked: the id of the token, and the accounts it acts for, as
    `token:7 account:1:101` (wiki and user id). `mutation` is what was asked, `facts` are the ids of those that were
    appended for it.
    """

    __tablename__ = "deed"
    __table_args__ = (Index("deed_by_time", "wiki_id", "done_at"),)

    wiki_id: int = wiki_key()
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    done_at: datetime = moment()
    doer: str
    mutation: str
    facts: list[int] = Field(sa_type=ARRAY(BigInteger), sa_column_kwargs={"server_default": text("'{}'")})
