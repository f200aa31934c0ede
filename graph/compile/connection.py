"""A connection as SQL: the page is one derived table, and all that is asked of it an aggregate over that."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import ARRAY, ColumnElement, Integer, Text, func, literal, or_
from sqlalchemy import cast as sql_cast

from graph.compile import text
from graph.compile.page import (
    MOST,
    Derived,
    Gathered,
    Key,
    Numbered,
    Picked,
    Window,
    bounds,
    cursor,
    cut,
    keys_of,
    order_hash,
    rest,
    window_of,
)
from graph.compile.rows import Exists, Page, Paging, Place, Row, Select, Source
from graph.compile.sets import Stacked
from graph.compile.shape import Param

if TYPE_CHECKING:
    from graph.compile.build import Build, Details

COUNTING = 100
"""What a `totalCount` weighs, in rows: it reads the whole list."""


class Nth(ColumnElement[Any]):
    """An element of an array."""

    __visit_name__ = "nth"
    inherit_cache = False

    def __init__(self, of: Gathered, number: Any) -> None:
        self.of = of
        self.number = number
        self.type = cast("Any", of.type).item_type


class Connection:
    """One page in the making."""

    def __init__(self, build: "Build", node: GraphQLObjectType, page: Page) -> None:
        self.build = build
        self.node = node
        self.page = page
        self.window: Window = window_of(page.asked or Paging())
        self.hash = order_hash(node.name, page.orders)
        self.given: list[Param] = []
        self.row, self.keys = self._rows()
        self.cuts = self._cuts(self.keys, cut)
        self.columns: list[Any] = []
        self.used = False
        # The row too many, and the number that tells it, are there only where it is asked whether there is
        # more.
        self.more = False

    def _rows(self) -> tuple[Row[Any], list[Key]]:
        row = self.build.row_of(self.node, self.page.on, self.page.scope)
        return row, keys_of(self.page.orders, row)

    def _cuts(self, keys: list[Key], by: Callable[..., Any]) -> dict[str, Any]:
        found = {}
        for name, given in (("after", self.window.after), ("before", self.window.before)):
            if given is not None:
                cursor_keys = bounds(given, self.hash, keys)
                self.given += cursor_keys
                found[name] = by(keys, cursor_keys, later=name == "after")
        return found

    @property
    def order(self) -> list[tuple[Any, bool]]:
        """The list's own order, over the derived table."""
        return [(self.key(n), key.descending) for n, key in enumerate(self.keys)]

    def key(self, number: int) -> Picked:
        """A key of the order, in the derived table."""
        return Picked("p", f"k{number}", self.keys[number].value.type)

    @property
    def only(self) -> Any:
        """Without the row too many."""
        return Picked("p", "n", Integer()) <= self.window.size if self.more else None

    def select(self, whole: Any) -> Any:
        """The page around what was made of it."""
        if not self.used:
            # Nothing of the page itself is asked for; what was said of it is checked all the same.
            self.build.checks += [
                *self.given,
                *([self.window.size] if isinstance(self.window.size, Param) else []),
            ]
            return whole
        source = self.row.origin
        source.where += self.cuts.values()
        inner = _read_in_order(source, self.keys, forwards=self.window.forwards)
        columns: list[Any] = [(f"k{n}", key.value) for n, key in enumerate(self.keys)]
        if self.more:
            columns.append(("n", Numbered(inner)))
        derived = Derived(self._limited([*columns, *self.columns], source, inner), "p")
        return Select([whole], Source(cast("Any", derived)), one_row=True)

    def _limited(self, columns: list[Any], source: Source, order: list[tuple[Any, bool]]) -> Select:
        """The rows of the page, and one more where that is asked.

        Of a size that is bound a generic plan knows nothing, and reckons with a tenth of the table. So the most that
        a page can have is said first, and an index is read for it instead; only what is asked for is then fetched.
        """
        limit = self.window.size + 1 if self.more else self.window.size
        if not isinstance(self.window.size, Param):
            return Select(columns, source, order=order, limit=limit)
        most = Derived(Select(columns, source, order=order, limit=MOST + 1), "q")
        again = [
            (Picked("q", f"k{n}", key.value.type), descending)
            for n, (key, (_, descending)) in enumerate(zip(self.keys, order, strict=True))
        ]
        names = [Picked("q", name, Text()) for name, _ in columns]
        return Select(names, Source(cast("Any", most)), order=again, limit=limit)

    def beyond(self, name: str) -> Any:
        """Whether there are rows on the far side of a cursor.

        The nearest is looked for, in the page's order: so an index finds it, however few there are.
        """
        row, keys = self._rows()
        row.origin.where.append(self._cuts(keys, rest)[name])
        order = _read_in_order(row.origin, keys, forwards=name == "before")
        return Exists(Select([1], row.origin, order=order, limit=1))

    def has(self, *, after: bool) -> Any:
        """Whether there is more after the page (or before it)."""
        found = []
        if after is self.window.forwards:
            self.used = True
            found.append(func.count() > self.window.size)
        name = "before" if after else "after"
        if name in self.cuts:
            found.append(self.beyond(name))
        return sql_cast(or_(*found), Text) if found else "false"

    def end(self, *, last: bool) -> Any:
        """The cursor at one end of the page."""
        self.used = True
        count = func.least(func.count(), self.window.size) if self.more else func.count()
        ends = [
            Nth(
                Gathered("array_agg", [self.key(n)], self.order, self.only, ARRAY(key.value.type)),
                count if last else 1,
            )
            for n, key in enumerate(self.keys)
        ]
        return func.coalesce(text.Pieces(['"', cursor(self.hash, ends), '"']), literal("null"))

    def items(self, value: Any) -> Any:
        """A value of each row, as an array."""
        self.used = True
        name = f"f{len(self.columns)}"
        self.columns.append((name, value))
        values = [Picked("p", name, Text()), literal(",")]
        return text.array(Gathered("string_agg", values, self.order, self.only, Text()))

    def count(self) -> Any:
        """How many rows the whole list has."""
        row, _ = self._rows()
        return sql_cast(Select([func.count()], row.origin), Text)


def _read_in_order(source: Source, keys: list[Key], *, forwards: bool) -> list[tuple[Any, bool]]:
    """The order in which the rows are read; a stack in their FROM is read in it too."""
    order = [(key.value, key.descending is forwards) for key in keys]
    for joined in [cast("Any", one) for one, _ in source.joins.values()]:
        if isinstance(joined, Stacked):
            joined.read_in(order)
    return order


def connection(build: "Build", type_: GraphQLObjectType, page: Page, details: "Details") -> Any:
    """All that is asked of a connection."""
    node = cast("GraphQLObjectType", get_named_type(type_.fields["nodes"].type))
    made = Connection(build, node, page)
    fields = build.subfields(type_, details)
    made.more = _asks_for_more(build, type_, fields, made.window)
    members: dict[str, Any] = {}
    for key, one in fields.items():
        with build.at(nullable=False):
            members[key] = _member(made, type_, one)
    return made.select(text.obj(members))


def place(build: "Build", type_: GraphQLObjectType, answer: Place, details: "Details") -> Any:
    """One row as an edge of its list; NULL where it isn't there."""
    made = Connection(build, cast("GraphQLObjectType", get_named_type(type_.fields["node"].type)), answer)
    return Select([_edge(made, type_, details)], made.row.origin)


def _asks_for_more(build: "Build", type_: GraphQLObjectType, fields: Any, window: Window) -> bool:
    fact = "hasNextPage" if window.forwards else "hasPreviousPage"
    for one in fields.values():
        if one[0].node.name.value == "pageInfo":
            info = cast("GraphQLObjectType", get_named_type(type_.fields["pageInfo"].type))
            asked = build.subfields(info, one).values()
            if any(field[0].node.name.value == fact for field in asked):
                return True
    return False


def _member(made: Connection, type_: GraphQLObjectType, details: "Details") -> Any:
    name = details[0].node.name.value
    if name == "__typename":
        return f'"{type_.name}"'
    target = cast("GraphQLObjectType", get_named_type(type_.fields[name].type))
    if name == "totalCount":
        made.build.load(COUNTING)
        return made.count()
    if name == "pageInfo":
        return _page_info(made, target, details)
    made.build.sizes.append(made.window.size)
    made.build.load()
    with made.build.at(nullable=False):
        item = (
            made.build.object(target, details, made.row) if name == "nodes" else _edge(made, target, details)
        )
    made.build.sizes.pop()
    return made.items(item)


def _edge(made: Connection, type_: GraphQLObjectType, details: "Details") -> Any:
    members: dict[str, Any] = {}
    for key, one in made.build.subfields(type_, details).items():
        name = one[0].node.name.value
        if name == "__typename":
            members[key] = f'"{type_.name}"'
        elif name == "cursor":
            members[key] = text.Pieces(['"', cursor(made.hash, [part.value for part in made.keys]), '"'])
        elif name == "node":
            with made.build.at(nullable=False):
                members[key] = made.build.object(made.node, one, made.row)
        else:
            answer = made.page.edge[name](made.row) if name in made.page.edge else None
            members[key] = made.build.field(type_.fields[name], answer, one, made.row)
    return text.obj(members)


def _page_info(made: Connection, type_: GraphQLObjectType, details: "Details") -> Any:
    members: dict[str, Any] = {}
    for key, one in made.build.subfields(type_, details).items():
        name = one[0].node.name.value
        if name == "__typename":
            members[key] = f'"{type_.name}"'
        elif name in ("hasNextPage", "hasPreviousPage"):
            members[key] = made.has(after=name == "hasNextPage")
        else:
            members[key] = made.end(last=name == "endCursor")
    return text.obj(members)
