"""API tokens, as those see them who may revoke them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import strawberry
from sqlalchemy import Boolean

import models
from graph.caller import Caller
from graph.compile.rows import Row
from graph.compile.shape import Param
from graph.compile.words import either, no, same, when
from graph.kinds import ViewerRole
from models.ledger.tokens import SIGN_IN
from resolvers.declare import answer, column, node

if TYPE_CHECKING:
    from resolvers.viewer import ViewerWikiRole

MANAGES: Param = Param(
    "manages_tokens", Boolean(), lambda values: cast("Caller", values["caller"]).may(None, ViewerRole.ADMIN)
)
SEES_HIDDEN: Param = Param(
    "sees_hidden_everywhere",
    Boolean(),
    lambda values: cast("Caller", values["caller"]).rights(None).sees_hidden,
)


@node("A token, by which a tool or a person is known. The token itself is shown once, to whoever makes it.")
class Token(Row[models.Token]):
    """One token; whoever administers every wiki is shown all of them."""

    id: strawberry.ID = column("For `revokeToken`.")
    prefix: str = column("What it begins with, by which one is told from another.")
    created_at: datetime = column("When it was made.")
    created_by: str = column("By whom.")
    expires_at: datetime | None = column("Until when it may be used; null: without an end.")
    revoked_at: datetime | None = column("Since when it may be used no more.")
    last_used_at: datetime | None = column("When it was last used, to the hour.")

    def visible(self) -> bool:
        """Tokens are there for those who may revoke them."""
        return cast("bool", MANAGES)

    @answer
    def name(self) -> str:
        """What it is for. Of who has signed in it is their name, which may be hidden: for who is not shown what is
        hidden on every wiki it is `sign-in`.
        """
        nobodys = no(same(self.row.created_by, SIGN_IN))
        return cast(
            "str", when(either(nobodys, cast("bool", SEES_HIDDEN)), self.row.name, self.row.created_by)
        )

    @answer
    def roles(self) -> list[ViewerWikiRole]:
        """In which roles it may be used. One that acts for somebody can do no more than they may."""
        return self.elements(self.row.scopes)
