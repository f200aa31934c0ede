"""What a resolver may say: rows that are not there yet, and the answers it can give about them.

A resolver is a method on a `Row`. It says where the answer is; its annotation says what it is; the
compiler makes every FROM. So the wiki, the moment and what the caller may see can't be forgotten: no
resolver holds a FROM to forget them in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, cast, get_args

from sqlalchemy import ColumnClause, ColumnElement, FromClause, Table, true

from graph.compile.shape import EVERYWHERE, HERE, KEY, NOW, WIKI, Id, Ids, May, OneOfs, Param, past

M = TypeVar("M")
M2 = TypeVar("M2")
T = TypeVar("T")


class Scope(NamedTuple):
    """Where and when a row is looked at; it travels with every row to all that hangs below.

    `then`: the moment is one that was named and not that of the request, so every id carries it, and what is
    kept of the present alone is no answer.
    """

    wiki: Any
    at: Any
    then: bool = False


class Columns:
    """The columns of one alias, by name."""

    __slots__ = ("_alias",)

    def __init__(self, alias: FromClause) -> None:
        self._alias = alias

    def __getattr__(self, name: str) -> Any:
        found = column_of(self._alias, name)
        if found is None:
            raise AttributeError(f"{self._alias.description} has no column {name}")
        return found


def column_of(source: FromClause, name: str) -> Any:
    """A column of an alias, or None.

    Of a table's alias it is made by itself: to ask SQLAlchemy for the first one copies them all, with their foreign
    keys, which was half the time of compiling.
    """
    table = getattr(source, "element", None)
    if not isinstance(table, Table):
        return source.c.get(name)
    kept = table.c.get(name)
    if kept is None:
        return None
    made: ColumnClause[Any] = ColumnClause(name, kept.type)
    made.table = source
    made.nullable = kept.nullable  # type: ignore[attr-defined]  # what may be NULL needs a fault beside it
    return made


@dataclass
class Source:
    """A FROM in the making: one alias, what is joined to it, and what must hold."""

    base: FromClause
    where: list[Any] = field(default_factory=list)
    joins: dict[Any, tuple[FromClause, Any]] = field(default_factory=dict)


def of_wiki(source: FromClause, scope: Scope) -> Any:
    """The wiki's condition, which every FROM says on its own level (only `wiki` itself has none)."""
    wiki_id = column_of(source, "wiki_id")
    return true() if wiki_id is None else wiki_id == scope.wiki


def alias_of(model: Any) -> FromClause:
    """A new alias of a model's table."""
    return cast("Table", model.__table__).alias()


class Row(Generic[M]):
    """A row that is not there yet: `row` are its columns, `within` its wiki and moment, `origin` its FROM."""

    model: ClassVar[Any] = None
    row: M
    within: Scope
    origin: Source

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in cls.__dict__.get("__orig_bases__", ()):
            named = [arg for arg in get_args(base) if hasattr(arg, "__table__")]
            if named:
                cls.model = named[0]

    @classmethod
    def over(cls, source: Source, scope: Scope) -> "Row[M]":
        """This type over a FROM."""
        row = cls.__new__(cls)
        row.origin, row.within, row.row = source, scope, cast("M", Columns(source.base))
        return row

    @property
    def moment(self) -> Any:
        """The moment at which the row is looked at."""
        return self.within.at

    @property
    def may(self) -> May:
        """The caller's rights on the row's wiki. Of a row that may be of any wiki: those they have on every one."""
        return HERE if self.within.wiki is WIKI else EVERYWHERE

    # What a type may say of its rows as a whole.

    def visible(self) -> bool:
        """Whether the caller may know of the row: part of every FROM of this type."""
        return True

    def reachable(self) -> bool:
        """Whether it is there to be looked up and listed: at a moment of the past, whether it was by then."""
        return True

    # Addresses: where another row, some rows or a page of rows is. The annotation says of which type.

    def by_key(self, key: Any) -> T:  # type: ignore[type-var]  # T is what the caller's annotation says
        """The row with that key."""
        return self.one(lambda other: other.key_is(key))

    def one(self, on: Callable[[Any], bool]) -> T:  # type: ignore[type-var]  # the same
        """The one row for which it holds, or none."""
        return cast("T", To(on, self.within))

    def anywhere(self, on: Callable[[Any], bool]) -> T:  # type: ignore[type-var]  # the same
        """The one wiki for which it holds, whichever the statement is run for; below it nothing is its caller's own."""
        return cast("T", To(on, Scope(None, self.within.at)))

    def each(self, asked: OneOfs, on: Callable[[Any, Any], bool]) -> T:  # type: ignore[type-var]  # the same
        """For each of the objects asked, in their order, the row for which it holds with that object's members."""
        return cast("T", Each(asked, on, self.within))

    def all(self, on: Callable[[Any], bool], order: Callable[[Any], Sequence[Any]]) -> T:  # type: ignore[type-var]  # the same
        """All rows for which it holds, in an order without ties. Only where they are few."""
        return cast("T", Many(on, self.within, order))

    def page(
        self,
        on: Callable[[Any], bool],
        orders: "Sequence[By]",
        edge: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> T:  # type: ignore[type-var]  # the same
        """A page of the rows for which it holds; `edge` answers the further fields of an edge."""
        return cast("T", Page(on, self.within, tuple(orders), edge or {}))

    def as_edge(self, on: Callable[[Any], bool], orders: "Sequence[By]") -> T:  # type: ignore[type-var]  # the same
        """The one row for which it holds, as an edge of the list in that order."""
        return cast("T", Place(on, self.within, tuple(orders), {}))

    def part(self, answers: Mapping[str, Any] | None = None, *, there: Any = True) -> T:  # type: ignore[type-var]  # the same
        """An object of the same row: another type over it, or the answers themselves by name."""
        return cast("T", Part(self, answers, there))

    def elements(self, array: Any, *, keyed: bool = False, there: Any = True) -> T:  # type: ignore[type-var]  # the same
        """The elements of a JSON array, or the members of an object, as rows with the columns `key` and
        `value`; null unless `there`.
        """
        return cast("T", Elements(array, self.within, keyed, there))

    # Values of other tables.

    def join(self, model: type[M2], on: Callable[[M2], Any], name: Any = None) -> M2:
        """The one row of another table that belongs to this one, NULL where there is none; joined once for
        each name.
        """
        key = name or model
        if key not in self.origin.joins:
            alias = alias_of(model)
            condition = of_wiki(alias, self.within) & on(cast("M2", Columns(alias)))
            self.origin.joins[key] = (alias, condition)
        return cast("M2", Columns(self.origin.joins[key][0]))

    def value(
        self,
        model: type[M2],
        on: Callable[[M2], bool],
        what: Callable[[M2], T],
        latest: Callable[[M2], Any] | None = None,
    ) -> T | None:
        """One value of another table; of several rows the one with the greatest `latest`."""
        alias = alias_of(model)
        columns = cast("M2", Columns(alias))
        source = Source(alias, [of_wiki(alias, self.within), on(columns)])
        order = [(latest(columns), True)] if latest else []
        return cast("T", Select([what(columns)], source, order=order, limit=1 if latest else None))

    def rows(
        self, model: type[M2], on: Callable[[M2], bool], columns: Callable[[M2], Mapping[str, Any]]
    ) -> "Select":
        """Some columns of the rows of another table, to be put together (`graph.compile.arrays`)."""
        alias = alias_of(model)
        row = cast("M2", Columns(alias))
        return Select(list(columns(row).items()), Source(alias, [of_wiki(alias, self.within), on(row)]))

    def exists(self, model: type[M2], on: Callable[[M2], bool]) -> bool:
        """Whether another table has such a row."""
        alias = alias_of(model)
        source = Source(alias, [of_wiki(alias, self.within), on(cast("M2", Columns(alias)))])
        return cast("bool", Exists(Select([1], source)))

    def key_is(self, key: Any) -> bool:
        """Whether the row has that key: the last column of a node's primary key."""
        return cast("bool", self.key == key)

    @property
    def key(self) -> Any:
        """The column that, with the wiki, names a node."""
        return cast("Columns", self.row).__getattr__(key_columns(type(self))[-1])


class Root(Row[Any]):
    """The row that a query begins with: no table, and a wiki for each of its fields."""

    @classmethod
    def start(cls) -> "Root":
        """The root, at the moment of the request, in the wiki that each statement is run for."""
        root = cls.__new__(cls)
        root.within = Scope(WIKI, NOW)
        root.origin = cast("Source", None)
        return root

    @classmethod
    def over(cls, _source: Source, _scope: Scope) -> "Row[Any]":
        """A root has no FROM."""
        return cls.start()

    def named(self, wiki: Any, as_of: Any = None) -> T:  # type: ignore[type-var]  # T is what the caller's annotation says
        """The wiki of that name, which the directory turns into an id before the statement; now or then."""
        scope = self.within
        if as_of is not None:
            scope = Scope(WIKI, as_of.derive("past", NOW.type, past), then=True)
        return cast("T", In(wiki_named(wiki), To(lambda one: one.row.id == WIKI, scope)))

    def named_here(self, wiki: Any, on: Callable[[Any], bool]) -> T:  # type: ignore[type-var]  # the same
        """The row of that wiki for which it holds: each wiki that is named below one field has its statement."""
        return cast("T", In(wiki_named(wiki), To(on, self.within)))

    def told(self, wiki: Any, orders: "Sequence[By]") -> T:  # type: ignore[type-var]  # the same
        """The row of that wiki that is being told, whose key the values will bring."""
        return cast("T", In(wiki_named(wiki), self.as_edge(lambda one: one.key_is(KEY), orders)))

    def of(self, found: Any, answer: Any) -> T:  # type: ignore[type-var]  # the same
        """An answer in the wiki of an id."""
        return cast("T", In(found.wiki, answer))

    def every_wiki(self, orders: "Sequence[By]") -> T:  # type: ignore[type-var]  # the same
        """A page of all wikis: each row is the wiki of what hangs below it."""
        return cast("T", Page(lambda _: true(), Scope(None, self.within.at), tuple(orders), {}))

    def looked_up(self, found: Any) -> T:  # type: ignore[type-var]  # the same
        """The object with that id."""
        return cast("T", In(found.wiki, found))

    def each_looked_up(self, found: Any) -> T:  # type: ignore[type-var]  # the same
        """The objects with those ids, in their order."""
        return cast("T", found)


def wiki_named(name: Param) -> Param:
    """The id of the wiki of that name."""
    return name.derive("wiki", WIKI.type, lambda name, values: values["directory"].get(name))


def key_columns(node: type[Row[Any]]) -> list[str]:
    """The primary key without the wiki; `id` of the wiki itself."""
    return [column.name for column in node.model.__table__.primary_key if column.name != "wiki_id"]


@dataclass(frozen=True)
class By:
    """One key of an order: a name that no other key of the type has, what is sorted by, never NULL, and the
    direction.
    """

    name: str
    key: Callable[[Any], Any]
    descending: bool = False


@dataclass(frozen=True)
class To:
    """Another row, or none."""

    on: Callable[[Any], Any]
    scope: Scope


@dataclass(frozen=True)
class Many:
    """A list of rows."""

    on: Callable[[Any], Any]
    scope: Scope
    order: Callable[[Any], Sequence[Any]]


@dataclass(frozen=True)
class Each:
    """For each of the objects asked, the row for which `on` holds with its members; none: null."""

    asked: OneOfs
    on: Callable[[Any, Any], Any]
    scope: Scope


@dataclass(frozen=True)
class Page:
    """A connection: the rows for which `on` holds, sorted, some of them."""

    on: Callable[[Any], Any]
    scope: Scope
    orders: tuple[By, ...]
    edge: Mapping[str, Callable[[Any], Any]]
    asked: "Paging | None" = None


@dataclass(frozen=True)
class Place(Page):
    """One row of such a list by itself, with its place in it: an edge."""


@dataclass(frozen=True)
class Paging:
    """The four arguments of every connection."""

    first: Any = None
    after: Any = None
    last: Any = None
    before: Any = None


@dataclass(frozen=True)
class Part:
    """An object of the same row."""

    row: Row[Any]
    answers: Mapping[str, Any] | None
    there: Any


@dataclass(frozen=True)
class Elements:
    """The elements of a JSON array of the row, or (`keyed`) the members of an object."""

    array: Any
    scope: Scope
    keyed: bool = False
    there: Any = True


@dataclass(frozen=True)
class In:
    """An answer in a wiki of its own; a root field gives one, or one of its members. `wiki` is read before the
    statement.
    """

    wiki: Param
    answer: "To | Id | Ids | Place | Part"


class Union(ColumnElement[Any]):
    """The rows of several SELECTs."""

    __visit_name__ = "row_union"
    inherit_cache = False

    def __init__(self, *selects: "Select") -> None:
        self.selects = selects


class Select(ColumnElement[Any]):
    """A SELECT as an expression. It says its FROM itself: nothing is added to it or correlated behind one's
    back.
    """

    __visit_name__ = "row_select"
    inherit_cache = False

    def __init__(
        self,
        columns: Sequence[Any],
        source: Source | None,
        *,
        group: Sequence[Any] = (),
        order: Sequence[tuple[Any, bool]] = (),
        limit: Any = None,
        one_row: bool = False,
    ) -> None:
        self.columns = columns
        self.source = source
        self.group = group
        self.order = order
        self.limit = limit
        self.one_row = one_row


class Exists(ColumnElement[Any]):
    """Whether a SELECT finds a row."""

    __visit_name__ = "row_exists"
    inherit_cache = False

    def __init__(self, select: Select) -> None:
        self.select = select
