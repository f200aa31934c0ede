"""The root of all queries, a line a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from graph.compile.rows import Root
from resolvers.declare import Connection, Node, answer, connection, node
from resolvers.orders import DB_NAMES

if TYPE_CHECKING:
    from resolvers.wiki import Wiki


@node("What can be asked.")
class Query(Root):
    """The root."""

    @answer
    def node(self, id: strawberry.ID) -> Node | None:
        """Any object by its global id; null where there is none or the caller may not see it."""
        return self.looked_up(id)

    @answer
    def nodes(self, ids: list[strawberry.ID]) -> list[Node | None]:
        """Many objects by global id, at most 100, in the order asked."""
        return self.each(ids)

    @answer
    def wiki(self, db_name: str) -> Wiki | None:
        """One wiki, by its database name, such as `enwiki`."""
        return self.named(db_name)

    @connection
    def wikis(self) -> Connection[Wiki]:
        """The wikis that are tracked, by database name."""
        return self.every_wiki(DB_NAMES)
