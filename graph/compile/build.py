"""The walk: an operation's fields, asked of the resolvers one by one, become one expression."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias, cast

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, case, column, func, literal
from sqlalchemy.dialects.postgresql import JSONB

from graph.compile import cost, text
from graph.compile.connection import connection, place
from graph.compile.each import each_looked_up, each_named
from graph.compile.page import Gathered
from graph.compile.rows import (
    Each,
    Elements,
    In,
    Many,
    Page,
    Part,
    Place,
    Root,
    Row,
    Scope,
    Select,
    Source,
    To,
    alias_of,
    of_wiki,
)
from graph.compile.shape import ABOUT, KEY, MOMENT, NOW, WIKI, Id, Ids, Param, Values, past
from graph.compile.symbols import lift
from graph.errors import ErrorCode, RequestRefused

Details: TypeAlias = list[FieldDetails]
Wikis: TypeAlias = Callable[[Values], Sequence[int | None]]

MOST_IDS = 100


class NotCompiled(Exception):
    """An operation that no statement can answer whole; the executor that goes field by field can."""


class Piece(NamedTuple):
    """A text expression, and whether it can't be NULL."""

    text: Any
    sure: bool = False


class RootField(NamedTuple):
    """One field of the operation: its name in the answer, its expression, and the wikis that it is about."""

    key: str
    text: Any
    wikis: Wikis | None
    spread: bool = False
    """A list, whose items are of several wikis."""
    parted: bool = False
    """An object, whose members are of several wikis."""


class Asked(NamedTuple):
    """What the walk reads: the schema and the operation, with symbols in place of the variables' values."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    symbols: VariableValues


class Build:
    """One walk. `places` tells, from the root to here, which places of the answer may be null."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.places: list[bool] = []
        self.sizes: list[Any] = []
        self.loads: list[cost.Load] = []
        self.checks: list[Param] = []
        self.literals: dict[int, str] = {}
        self.named: list[Param] = []

    # Where the walk begins.

    def roots(self) -> list[RootField]:
        """The fields of a query, or the one of a subscription."""
        schema, operation, fragments, symbols = self.asked
        type_ = cast("GraphQLObjectType", schema.get_root_type(operation.operation))
        grouped = collect_fields(schema, fragments, symbols, type_, operation).grouped_field_set
        return [self._root(type_, key, details) for key, details in grouped.items()]

    def _root(self, type_: GraphQLObjectType, key: str, details: Details) -> RootField:
        name = details[0].node.name.value
        if name == "__typename":
            return RootField(key, f'"{type_.name}"', None)
        if name.startswith("__"):
            raise NotCompiled(name)
        with about(f"{type_.name}.{name}"):
            return self._root_field(type_.fields[name], key, details)

    def _root_field(self, field: GraphQLField, key: str, details: Details) -> RootField:
        answer = self.ask(field, details, Root.start())
        if isinstance(answer, In):
            read = answer.wiki.read
            self._check_moment(answer.answer)
            return RootField(
                key, self.field(field, answer.answer, details, None), lambda values: (read(values),)
            )
        written = self.field(field, answer, details, None)
        if isinstance(answer, Ids):
            self.checks.append(_moments_of(answer))
            return RootField(key, written, _wikis_of(answer), spread=True)
        if self.named:
            return RootField(key, written, _wikis_in(self.named), parted=True)
        return RootField(key, written, None)

    def _check_moment(self, answer: Any) -> None:
        """A moment that lies ahead is refused, whether or not what is asked hangs on it."""
        match answer:
            case To() | Place():
                at = answer.scope.at
            case Part():
                at = answer.row.within.at
            case _:
                at = answer.at
        if at is not None and at is not NOW:
            self.checks.append(at)

    def object_root(self, type_: GraphQLObjectType, details: Details) -> RootField:
        """One object, whose wiki and key the values will bring."""
        with self.at(nullable=True):
            found = self.row(type_, To(lambda one: one.key_is(KEY), Scope(WIKI, NOW)), details)
        return RootField("", func.coalesce(found.text, literal("null")), lambda values: (values["wiki"],))

    # Fields and their types.

    def subfields(self, type_: GraphQLObjectType, details: Details) -> Mapping[str, Details]:
        """What is selected of an object, by the names that the answer gives it."""
        schema, operation, fragments, symbols = self.asked
        return collect_subfields(schema, fragments, symbols, operation, type_, details).grouped_field_set

    def ask(self, field: GraphQLField, details: Details, row: Row[Any]) -> Any:
        """The resolver's answer."""
        return field.extensions["answer"](row, self.arguments(field, details))

    def arguments(self, field: GraphQLField, details: Details) -> dict[str, Any]:
        """A field's arguments as symbols."""
        node = details[0].node
        found = get_argument_values(field, node, self.asked.symbols, details[0].fragment_variable_values)
        lifted = {}
        for name, value in found.items():
            with about(f"{ABOUT.get()}({name}:)"):
                lifted[name] = lift(field.args[name].type, value, f"{self._named(node)}.{name}")
        return lifted

    def _named(self, node: FieldNode) -> str:
        """A name for what this field of the document says itself; a client's variables have no `#`."""
        return self.literals.setdefault(id(node), f"#{len(self.literals)}")

    def object(self, type_: GraphQLObjectType, details: Details, row: Row[Any]) -> Any:
        """An object over a row."""
        members: dict[str, Any] = {}
        for key, one in self.subfields(type_, details).items():
            name = one[0].node.name.value
            if name == "__typename":
                members[key] = f'"{type_.name}"'
            else:
                field = type_.fields[name]
                with about(f"{type_.name}.{name}"):
                    members[key] = self.field(field, self.ask(field, one, row), one, row)
        return text.obj(members)

    def load(self, *more: int) -> None:
        """What is asked here brings as many rows as the pages around it, times these."""
        self.loads.append(cost.Load((*self.sizes, *more), ABOUT.get()))

    def given(
        self, type_: GraphQLObjectType, details: Details, answers: Mapping[str, Any], row: Row[Any] | None
    ) -> Any:
        """An object whose answers are there already, by their names in the schema."""
        members: dict[str, Any] = {}
        for key, one in self.subfields(type_, details).items():
            name = one[0].node.name.value
            typename = name == "__typename"
            members[key] = (
                f'"{type_.name}"' if typename else self.field(type_.fields[name], answers[name], one, row)
            )
        return text.obj(members)

    def field(self, field: GraphQLField, answer: Any, details: Details, row: Row[Any] | None) -> Any:
        """A field's value, never NULL."""
        return self.complete(field.type, answer, details, row)

    def complete(self, type_: GraphQLOutputType, answer: Any, details: Details, row: Row[Any] | None) -> Any:
        """A value of that type: `null` or a fault stands where there is none."""
        nullable = not isinstance(type_, GraphQLNonNull)
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        with self.at(nullable=nullable):
            return self._whole(inner, answer, details, row)

    def _whole(self, type_: GraphQLOutputType, answer: Any, details: Details, row: Row[Any] | None) -> Any:
        piece = self.value(type_, answer, details, row)
        nothing = "null" if self.places[-1] else self.fault(ErrorCode.NULL)
        if isinstance(piece.text, str):
            return nothing if piece.text == "null" else piece.text
        return piece.text if piece.sure else func.coalesce(piece.text, text.Pieces([nothing]))

    @contextmanager
    def at(self, *, nullable: bool) -> Iterator[None]:
        """One step down in the answer: a field or an item of a list."""
        self.places.append(nullable)
        yield
        self.places.pop()

    def fault(self, code: ErrorCode) -> str:
        """What is written here where nothing may stand; the null goes up to the nearest place that may be
        null.
        """
        up = next((n for n, nullable in enumerate(reversed(self.places)) if nullable), len(self.places))
        return text.fault(code, up)

    # One method for each kind of answer.

    def value(self, type_: GraphQLOutputType, answer: Any, details: Details, row: Row[Any] | None) -> Piece:
        """What the answer becomes; NULL where there is nothing."""
        if answer is None:
            return Piece("null")
        if isinstance(type_, GraphQLList):
            return self._list(type_, answer, details)
        if is_leaf_type(type_):
            return Piece(text.leaf(get_named_type(type_), answer), _is_sure(answer, row))
        if isinstance(answer, Id):
            return self.looked_up(type_, answer, details)
        if isinstance(answer, In):
            return self._here(type_, answer, details)
        if isinstance(answer, To):
            return self.row(cast("GraphQLObjectType", type_), answer, details)
        return self._of_row(cast("GraphQLObjectType", type_), answer, details)

    def _of_row(self, type_: GraphQLObjectType, answer: Any, details: Details) -> Piece:
        if isinstance(answer, Place):
            return Piece(place(self, type_, answer, details))
        if isinstance(answer, Page):
            return Piece(connection(self, type_, answer, details), sure=True)
        assert isinstance(answer, Part), answer
        if answer.answers is None:
            over = type_.extensions["row"].over(answer.row.origin, answer.row.within)
            found = self.object(type_, details, over)
        else:
            found = self.given(type_, details, answer.answers, answer.row)
        return Piece(found, sure=True) if answer.there is True else Piece(case((answer.there, found)))

    def _here(self, type_: GraphQLOutputType, answer: In, details: Details) -> Piece:
        """What is of a wiki of its own below a root field: nothing, in the statements of other wikis."""
        self.named.append(answer.wiki)
        wiki = answer.wiki.read
        here = Param(
            f"{answer.wiki.key}|here",
            Boolean(),
            lambda values: values["wiki"] is not None and wiki(values) == values["wiki"],
        )
        return Piece(case((here, self.value(type_, answer.answer, details, None).text)))

    def row(self, type_: GraphQLObjectType, to: To, details: Details) -> Piece:
        """Another row."""
        row = self.row_of(type_, to.on, to.scope)
        return Piece(Select([self.object(type_, details, row)], row.origin))

    def row_of(self, type_: GraphQLObjectType, on: Callable[[Any], Any], scope: Scope) -> Row[Any]:
        """The only maker of rows: every FROM says its wiki, and what the caller may see of the type."""
        return row_of(type_.extensions["row"], on, scope)

    def looked_up(self, type_: GraphQLOutputType, found: Id, details: Details) -> Piece:
        """The object with that id, if it is of a type that fits."""
        target = self.asked.schema.get_type(found.type)
        if not isinstance(target, GraphQLObjectType) or not _fits(self.asked.schema, type_, target):
            return Piece("null")
        return self.row(target, To(looked_up(found.key), scope_of(found)), details)

    def _list(self, type_: GraphQLList[Any], answer: Any, details: Details) -> Piece:
        if isinstance(answer, Ids):
            return Piece(each_looked_up(self, type_, answer, details), sure=True)
        if isinstance(answer, Each):
            return Piece(each_named(self, type_, answer, details), sure=True)
        if isinstance(answer, Many | Elements):
            target = cast("GraphQLObjectType", get_named_type(type_))
            row, order = self._rows(target, answer)
            with self.at(nullable=False):
                item = self.object(target, details, row)
            items = Gathered("string_agg", [item, literal(",")], order, None, Text())
            found = Select([text.array(items)], row.origin)
            if isinstance(answer, Elements) and answer.there is not True:
                return Piece(case((answer.there, found)))
            return Piece(found, sure=True)
        return Piece(text.leaves(answer))

    def _rows(self, type_: GraphQLObjectType, answer: Many | Elements) -> tuple[Row[Any], Sequence[Any]]:
        if isinstance(answer, Many):
            row = self.row_of(type_, answer.on, answer.scope)
            return row, [(key, False) for key in answer.order(row)]
        source = Source(elements_of(answer))
        return type_.extensions["row"].over(source, answer.scope), [(source.base.c.key, False)]

    @contextmanager
    def many(self, size: Param) -> Iterator[None]:
        """One step down into a list whose length the request brings."""
        self.sizes.append(size)
        with self.at(nullable=True):
            yield
        self.sizes.pop()


def row_of(node: type[Row[Any]], on: Callable[[Any], Any], scope: Scope) -> Row[Any]:
    """A row of that type for which `on` holds, which its wiki has and the caller may see."""
    source = Source(alias_of(node.model))
    row = node.over(source, scope)
    source.where += [of_wiki(source.base, row.within), on(row), row.visible()]
    return row


def looked_up(key: Any) -> Callable[[Any], Any]:
    """The row of that key, where `node` may find it."""
    return lambda one: one.key_is(key) & one.reachable()


def scope_of(found: Id) -> Scope:
    """Where and when the object with that id is looked at."""
    return Scope(WIKI, NOW) if found.at is None else Scope(WIKI, found.at, then=True)


def elements_of(elements: Elements) -> Any:
    """The FROM over a JSON array (or an object's members) of the row; in the order of their keys."""
    if elements.keyed:
        return func.jsonb_each(elements.array).table_valued("key", _value()).render_derived()
    return (
        func.jsonb_array_elements(elements.array)
        .table_valued(_value(), with_ordinality="key")
        .render_derived()
    )


def _value() -> Any:
    return column("value", JSONB())


def _fits(schema: GraphQLSchema, type_: GraphQLOutputType, target: GraphQLObjectType) -> bool:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    return target is type_ or (isinstance(type_, GraphQLInterfaceType) and schema.is_sub_type(type_, target))


@contextmanager
def about(coordinate: str) -> Iterator[None]:
    """What is compiled in this block is about that of the schema, and so is what is refused of it."""
    token = ABOUT.set(coordinate)
    try:
        yield
    except RequestRefused as error:
        raise error.at(coordinate) from None
    finally:
        ABOUT.reset(token)


def _moments_of(ids: Ids) -> Param:
    def moments(values: Values) -> list[Any]:
        return [past(ref.at, values) for ref in ids.read(values) if ref]

    return Param(f"{ids.name}|moments", ARRAY(MOMENT), moments)


def _wikis_in(named: Sequence[Param]) -> Wikis:
    reads = [param.read for param in named]

    def wikis(values: Values) -> Sequence[int | None]:
        found = dict.fromkeys(read(values) for read in reads)
        return [wiki for wiki in found if wiki is not None]

    return wikis


def _wikis_of(ids: Ids) -> Wikis:
    def wikis(values: Values) -> Sequence[int | None]:
        refs = ids.read(values)
        if len(refs) > MOST_IDS:
            raise RequestRefused(ErrorCode.TOO_MANY_IDS, f"Ask for at most {MOST_IDS} ids at once.")
        return sorted({ref.wiki for ref in refs if ref})

    return wikis


def _is_sure(answer: Any, row: Row[Any] | None) -> bool:
    """Whether it is a constant or a column of the row itself that is never NULL, nor written as such."""
    if not isinstance(answer, ColumnElement) or getattr(answer, "sure", False):
        return True
    table = getattr(answer, "table", None)
    if row is None or table is None or table is not row.origin.base:
        return False
    return not getattr(answer, "nullable", True) and not hasattr(answer.type, "timezone")
