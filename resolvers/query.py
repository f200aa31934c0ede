"""The root of all queries, a line a field."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from graph.compile.rows import Root
from resolvers.declare import Connection, Node, answer, connection, is_given, node
from resolvers.orders import DB_NAMES
from resolvers.viewer import IS_KNOWN

if TYPE_CHECKING:
    from resolvers.viewer import Viewer
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
        return self.each_looked_up(ids)

    @answer
    def wiki(self, db_name: str, as_of: datetime | None = None) -> Wiki | None:
        """One wiki, by its database name, such as `enwiki`. With `asOf`, all below it that hangs on time (states,
        spans, counts, filters) is told as it stood at that moment by what is known today, and every `id` below it
        carries the moment, so that a client's cache never takes the past for the present; `node` answers such an
        id as of its moment.
        """
        return self.named(db_name, as_of if is_given(as_of) else None)

    @answer
    def viewer(self) -> Viewer | None:
        """Who is asking, and what they may do; null for an anonymous caller."""
        return self.part(there=IS_KNOWN)

    @connection
    def wikis(self) -> Connection[Wiki]:
        """The wikis that are tracked, by database name."""
        return self.every_wiki(DB_NAMES)
