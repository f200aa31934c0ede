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
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, case, column, func, literal
from sqlalchemy.dialects.postgresql import JSONB

from graph.compile import text
from graph.compile.connection import connection
from graph.compile.page import Gathered
from graph.compile.rows import (
    Elements,
    In,
    Many,
    Page,
    Part,
    Root,
    Row,
    Scope,
    Select,
    Source,
    To,
    alias_of,
    of_wiki,
)
from graph.compile.shape import KEY, NOW, WIKI, Id, Ids, Param, Values, lift
from graph.errors import RequestRefused

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
        self.loads: list[tuple[Any, ...]] = []
        self.checks: list[Param] = []
        self.literals: dict[int, str] = {}

    # Where the walk begins.

    def roots(self) -> list[RootField]:
        """The fields of a query."""
        type_ = cast("GraphQLObjectType", self.asked.schema.query_type)
        schema, operation, fragments, symbols = self.asked
        grouped = collect_fields(schema, fragments, symbols, type_, operation).grouped_field_set
        return [self._root(type_, key, details) for key, details in grouped.items()]

    def _root(self, type_: GraphQLObjectType, key: str, details: Details) -> RootField:
        name = details[0].node.name.value
        if name == "__typename":
            return RootField(key, f'"{type_.name}"', None)
        if name.startswith("__"):
            raise NotCompiled(name)
        field = type_.fields[name]
        answer = self.ask(field, details, Root.start())
        if isinstance(answer, In):
            read = answer.wiki.read
            return RootField(
                key, self.field(field, answer.answer, details, None), lambda values: (read(values),)
            )
        written = self.field(field, answer, details, None)
        if isinstance(answer, Ids):
            return RootField(key, written, _wikis_of(answer), spread=True)
        return RootField(key, written, None)

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
        return {
            name: lift(field.args[name].type, value, f"{self._named(node)}.{name}")
            for name, value in found.items()
        }

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
                members[key] = self.field(field, self.ask(field, one, row), one, row)
        return text.obj(members)

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
        nothing = "null" if self.places[-1] else self.fault("NULL")
        if isinstance(piece.text, str):
            return nothing if piece.text == "null" else piece.text
        return piece.text if piece.sure else func.coalesce(piece.text, text.Pieces([nothing]))

    @contextmanager
    def at(self, *, nullable: bool) -> Iterator[None]:
        """One step down in the answer: a field or an item of a list."""
        self.places.append(nullable)
        yield
        self.places.pop()

    def fault(self, code: str) -> str:
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
            return self._looked_up(type_, answer, details)
        if isinstance(answer, To):
            return self.row(cast("GraphQLObjectType", type_), answer, details)
        return self._of_row(cast("GraphQLObjectType", type_), answer, details)

    def _of_row(self, type_: GraphQLObjectType, answer: Any, details: Details) -> Piece:
        if isinstance(answer, Page):
            return Piece(connection(self, type_, answer, details), sure=True)
        assert isinstance(answer, Part), answer
        if answer.answers is None:
            over = type_.extensions["row"].over(answer.row.origin, answer.row.within)
            found = self.object(type_, details, over)
        else:
            found = self.given(type_, details, answer.answers, answer.row)
        return Piece(found, sure=True) if answer.there is True else Piece(case((answer.there, found)))

    def row(self, type_: GraphQLObjectType, to: To, details: Details) -> Piece:
        """Another row."""
        row = self.row_of(type_, to.on, to.scope)
        return Piece(Select([self.object(type_, details, row)], row.origin))

    def row_of(self, type_: GraphQLObjectType, on: Callable[[Any], Any], scope: Scope) -> Row[Any]:
        """The only maker of rows: every FROM says its wiki, and what the caller may see of the type."""
        return row_of(type_.extensions["row"], on, scope)

    def _looked_up(self, type_: GraphQLOutputType, found: Id, details: Details) -> Piece:
        target = self.asked.schema.get_type(found.type)
        if not isinstance(target, GraphQLObjectType) or not _fits(self.asked.schema, type_, target):
            return Piece("null")
        on = looked_up(found.key)
        return self.row(target, To(on, Scope(WIKI, NOW)), details)

    def _list(self, type_: GraphQLList[Any], answer: Any, details: Details) -> Piece:
        if isinstance(answer, Ids):
            return self._each(type_, answer, details)
        if isinstance(answer, Many | Elements):
            target = cast("GraphQLObjectType", get_named_type(type_))
            row, order = self._rows(target, answer)
            with self.at(nullable=False):
                item = self.object(target, details, row)
            items = Gathered("string_agg", [item, literal(",")], order, None, Text())
            return Piece(Select([text.array(items)], row.origin), sure=True)
        return Piece(text.leaves(answer))

    def _rows(self, type_: GraphQLObjectType, answer: Many | Elements) -> tuple[Row[Any], Sequence[Any]]:
        if isinstance(answer, Many):
            row = self.row_of(type_, answer.on, answer.scope)
            return row, [(key, False) for key in answer.order(row)]
        source = Source(elements_of(answer))
        return type_.extensions["row"].over(source, answer.scope), [(source.base.c.key, False)]

    def _each(self, type_: GraphQLList[Any], ids: Ids, details: Details) -> Piece:
        names = Param(
            f"{ids.name}|types", ARRAY(Text()), lambda values: [one and one.type for one in _own(ids, values)]
        )
        keys = Param(
            f"{ids.name}|keys",
            ARRAY(BigInteger()),
            lambda values: [one and one.key for one in _own(ids, values)],
        )
        each = (
            func.unnest(names, keys)
            .table_valued("type", "key", with_ordinality="n", name="k")
            .render_derived()
        )
        with self.at(nullable=True):
            cases = []
            for name in sorted(ids.types):
                piece = self._looked_up(type_.of_type, Id(name, WIKI, cast("Any", each.c.key)), details)
                cases.append((each.c.type == name, _as_text(piece.text)))
            item = func.coalesce(case(*cases), literal("null")) if cases else literal("null")
        items = Gathered("string_agg", [item, literal(",")], [(each.c.n, False)], None, Text())
        return Piece(Select([text.array(items)], Source(each)), sure=True)


def row_of(node: type[Row[Any]], on: Callable[[Any], Any], scope: Scope) -> Row[Any]:
    """A row of that type for which `on` holds, which its wiki has and the caller may see."""
    source = Source(alias_of(node.model))
    row = node.over(source, scope)
    source.where += [of_wiki(source.base, row.within), on(row), row.visible()]
    return row


def looked_up(key: Any) -> Callable[[Any], Any]:
    """The row of that key, where `node` may find it."""
    return lambda one: one.key_is(key) & one.reachable()


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


def _own(ids: Ids, values: Values) -> list[Any]:
    """The refs of the statement's wiki, the others' places left empty."""
    return [one if one and one.wiki == values["wiki"] else None for one in ids.read(values)]


def _wikis_of(ids: Ids) -> Wikis:
    def wikis(values: Values) -> Sequence[int | None]:
        refs = ids.read(values)
        if len(refs) > MOST_IDS:
            raise RequestRefused("TOO_MANY_IDS", f"Ask for at most {MOST_IDS} ids at once.")
        return sorted({ref.wiki for ref in refs if ref})

    return wikis


def _is_sure(answer: Any, row: Row[Any] | None) -> bool:
    """Whether it is a constant or a column of the row itself that is never NULL, nor written as such."""
    if not isinstance(answer, ColumnElement) or getattr(answer, "sure", False):
        return True
    table = getattr(answer, "table", None)
    if row is None or table is not row.origin.base:
        return False
    return not getattr(answer, "nullable", True) and not hasattr(answer.type, "timezone")


def _as_text(value: Any) -> Any:
    return text.Pieces([value]) if isinstance(value, str) else value
