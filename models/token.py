"""API tokens: of each its digest, and what it may be used for. The token itself is kept nowhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import moment


class Token(SQLModel, table=True):
    """One token. It is of all wikis, small, rarely written, and never deleted: what was done with it names it.

    `digest` is the SHA-256 of the whole token, which 256 random bits make unguessable; `prefix` its first
    characters, by which people tell one from another. `scopes` are the roles it may be used in, each as
    `{"role", "wiki", "sees_hidden"}`: the wiki's id or null for every wiki, and whether what is hidden is shown.
    `accounts` are those whose owner it acts for, as `{wiki id: user id}`: then it can do no more than they may
    themselves. `last_used_at` is right to the hour, so that using one is no write. `created_by` names whoever made it.
    """

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("digest", name="token_is_known_by_its_digest"),
        CheckConstraint("octet_length(digest) = 32", name="token_digest_is_a_sha256"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="token_has_a_name"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    digest: bytes = Field(sa_type=LargeBinary)
    prefix: str
    name: str
    scopes: list[dict[str, Any]] = Field(sa_type=JSONB)
    accounts: dict[str, int] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    created_at: datetime = moment()
    created_by: str
    expires_at: datetime | None = moment(default=None)
    revoked_at: datetime | None = moment(default=None)
    revoked_by: str | None = None
    last_used_at: datetime | None = moment(default=None)
