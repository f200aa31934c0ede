"""Who is asking, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import orjson
from sqlalchemy import Boolean, Text
from sqlalchemy.dialects.postgresql import JSONB

from graph.caller import Caller
from graph.compile.rows import Root, Row
from graph.compile.shape import Param, Values
from graph.compile.words import flag_in, number_in, same, told_in
from graph.kinds import ViewerRole
from resolvers.declare import answer, node

if TYPE_CHECKING:
    from resolvers.mentee import Mentee
    from resolvers.mentor import Mentor
    from resolvers.token import Token
    from resolvers.wiki import Wiki


def _of_caller(name: str, type_: Any, what: Callable[[Caller], Any]) -> Param:
    def read(values: Values) -> Any:
        return what(values["caller"])

    return Param(f"caller_{name}", type_, read)


def _written(caller: Caller) -> str:
    roles = [
        {"role": grant.role.value, "wiki": grant.wiki, "sees_hidden": grant.sees_hidden}
        for grant in caller.grants
    ]
    return orjson.dumps(roles).decode()


IS_KNOWN = _of_caller("is_known", Boolean(), lambda caller: caller.is_known)
NAME = _of_caller("name", Text(), lambda caller: caller.name)
ROLES = _of_caller("roles", JSONB(), _written)


@node("Who is asking. Roles and accounts are a wiki's.")
class Viewer(Root):
    """The caller; their mentor and mentee are looked up in the wiki that is named."""

    @answer
    def name(self) -> str:
        """The name of the token that was sent."""
        return cast("str", NAME)

    @answer
    def roles(self) -> list[ViewerWikiRole]:
        """What they may be, on which wikis."""
        return self.elements(ROLES)

    @answer
    def mentor(self, wiki: str) -> Mentor | None:
        """The caller as a mentor of that wiki; null where they never were one."""
        return self.named_here(wiki, lambda mentor: same(mentor.row.id, self.may.account))

    @answer
    def mentee(self, wiki: str) -> Mentee | None:
        """The caller's account on that wiki, as a mentee; null where they have none."""
        return self.named_here(wiki, lambda mentee: same(mentee.row.id, self.may.account))

    @answer
    def tokens(self) -> list[Token]:
        """All that were ever made, the oldest first, for an `ADMIN` of every wiki; for others none."""
        return self.all(lambda _: True, order=lambda token: [token.row.id])


@node("A role, and where it counts.")
class ViewerWikiRole(Row[Any]):
    """A member of the array of roles."""

    @answer
    def wiki(self) -> Wiki | None:
        """Null: on every wiki."""
        return self.anywhere(lambda wiki: same(wiki.row.id, number_in(self.row.value["wiki"])))

    @answer
    def role(self) -> ViewerRole:
        """The role."""
        return cast("ViewerRole", told_in(self.row.value["role"]))

    @answer
    def sees_hidden(self) -> bool:
        """Whether hidden names and reasons are shown."""
        return flag_in(self.row.value["sees_hidden"])
