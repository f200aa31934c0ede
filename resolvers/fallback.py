"""The other executor's side: each field by itself, one statement a field, from the same resolvers.

It answers what no single statement can (introspection beside data, fields answered in Python), and it is
the oracle of the compiler's tests: it shares with it neither nesting, nor JSON, nor pages, nor scalars.
graphql-core does the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Protocol, cast

import orjson
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from sqlalchemy import BigInteger, ColumnElement, DateTime, Integer, func, true
from sqlalchemy.dialects.postgresql import JSONB

from graph.caller import NO_RIGHTS, Caller, Rights
from graph.compile.build import MOST_IDS, looked_up, row_of, scope_of
from graph.compile.ids import Ref, encode
from graph.compile.located import Located, bound, keys_of_table, read_paging, sortable
from graph.compile.page import (
    Derived,
    Picked,
    checked,
    keys_of,
    order_hash,
    read_cursor,
    window_of,
    write_cursor,
)
from graph.compile.rows import (
    Each,
    Elements,
    In,
    Many,
    Page,
    Paging,
    Part,
    Root,
    Row,
    Scope,
    Select,
    Source,
    To,
)
from graph.compile.shape import MOMENT, Id, Ids, Values, past
from graph.compile.symbols import lift
from graph.compile.write import write
from graph.errors import ErrorCode, RequestRefused


class Reads(Protocol):
    """The reader, as far as it is needed here."""

    async def rows(
        self, sql: str, arguments: Sequence[Any], rights: Rights = NO_RIGHTS
    ) -> Sequence[Sequence[Any]]:
        """All rows that a statement selects."""

    async def refresh(self) -> None:
        """Read the wikis anew."""


class Engine(Protocol):
    """What the application puts into the context under `engine`."""

    @property
    def reader(self) -> Reads:
        """The only reader."""

    def values(self, caller: Caller) -> Values:
        """What a caller's request brings."""


def attach(schema: GraphQLSchema) -> None:
    """Give every field of a row its resolver."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and "row" in type_.extensions:
            for one in type_.fields.values():
                one.resolve = _resolver(one)


def _resolver(one: GraphQLField) -> Callable[..., Any]:
    async def resolve(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        engine: Engine = info.context["engine"]
        values: Values = info.context.setdefault("values", None) or engine.values(info.context["caller"])
        info.context["values"] = values
        located = source if isinstance(source, Located) else None
        row = located.row() if located else Root.start()
        arguments = {name: lift(one.args[name].type, value, name) for name, value in given.items()}
        ask = Field(info.schema, engine.reader, values, located, row)
        return await ask.finish(one.type, one.extensions["answer"](row, arguments))

    return resolve


@dataclass(frozen=True)
class Field:
    """One field of one object being answered."""

    schema: GraphQLSchema
    reader: Reads
    values: Values
    located: Located | None
    row: Row[Any]

    @property
    def wiki(self) -> int | None:
        """The wiki that the object is of."""
        return self.located.wiki if self.located else None

    async def finish(self, type_: GraphQLOutputType, answer: Any) -> Any:
        """What the answer stands for."""
        type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if answer is None:
            return None
        if isinstance(type_, GraphQLList):
            return await self._list(answer)(type_)
        if is_leaf_type(type_):
            return await self._leaf(answer)
        if isinstance(answer, In):
            ask = Field(self.schema, self.reader, self.values, None, self.row)
            wiki = answer.wiki.read(self.values)
            if wiki is None:
                # Perhaps it was added a moment ago, by another process.
                await self.reader.refresh()
                wiki = answer.wiki.read(self.values)
            return await ask.in_wiki(type_, answer.answer, wiki)
        target = cast("GraphQLObjectType", type_)
        if isinstance(answer, To):
            return await self._one(target, answer, self.wiki)
        if isinstance(answer, Page):
            return await self._page(target, answer)
        return await self._part(target, answer)

    async def in_wiki(self, type_: Any, answer: Any, wiki: int | None) -> Any:
        """A root field's answer, in the wiki that it named."""
        if isinstance(answer, Id):
            target = self.schema.get_type(answer.type)
            if target is None or "row" not in target.extensions:
                return None
            return await self._one(
                cast("GraphQLObjectType", target), To(looked_up(answer.key), scope_of(answer)), wiki
            )
        return await self._one(type_, answer, wiki)

    def _list(self, answer: Any) -> Callable[[GraphQLList[Any]], Any]:
        if isinstance(answer, Ids):
            return lambda _: self._each_looked_up(answer)
        if isinstance(answer, Each):
            return lambda type_: self._each(cast("GraphQLObjectType", get_named_type(type_)), answer)
        if isinstance(answer, Many):
            return lambda type_: self._many(cast("GraphQLObjectType", get_named_type(type_)), answer)
        if isinstance(answer, Elements):
            return lambda type_: self._elements(cast("GraphQLObjectType", get_named_type(type_)), answer)
        return lambda _: self._leaf(answer)

    # Values.

    async def _leaf(self, answer: Any) -> Any:
        if not isinstance(answer, ColumnElement):
            return answer
        if self.located and getattr(answer, "sure", False):
            return encode(self.located.type, self.located.wiki or 0, self.located.key[-1], self.located.at)
        if isinstance(answer.type, DateTime):
            # To asyncpg the infinities are the first and the last day there is.
            [[value, finite]] = await self._run(
                Select([answer, func.isfinite(answer)], self.row.origin), self.wiki
            )
            return value if finite else None
        [[value]] = await self._run(Select([answer], self.row.origin), self.wiki)
        return orjson.loads(value) if isinstance(answer.type, JSONB) and isinstance(value, str) else value

    async def _run(self, select: Select, wiki: int | None) -> Sequence[Sequence[Any]]:
        written = write(select)
        values = {**self.values, "wiki": wiki}
        arguments = [param.read(values) for param in written.params]
        return await self.reader.rows(written.sql, arguments, values["caller"].rights(wiki))

    # Places.

    def _at(self, scope: Scope) -> datetime | None:
        """The moment at which rows are looked at, where it was named."""
        return cast("datetime", scope.at.read(self.values)) if scope.then else None

    async def _keys(
        self, target: GraphQLObjectType, row: Row[Any], wiki: int | None, order: Sequence[Any] = ()
    ) -> list[tuple[Located, list[Any]]]:
        """The places of the rows, and their keys in the order; found beside this row, one by one."""
        found = keys_of_table(row.origin.base)
        columns = [(f"k{n}", column) for n, column in enumerate([*found, *(key for key, _ in order)])]
        inner = Select(columns, row.origin, order=order)
        names = [Picked("t", name, value.type) for name, value in columns]
        if isinstance(self.row, Root):
            select = Select(names, Source(cast("Any", Derived(inner, "t"))))
        else:
            source = self.row.origin
            beside = {**source.joins, "t": (cast("Any", Derived(inner, "t", lateral=True)), true())}
            select = Select(names, Source(source.base, source.where, beside))
        rows = await self._run(select, wiki)
        node, split, at = type(row), len(found), self._at(row.within)

        def located(one: Sequence[Any]) -> Located:
            own = one[0] if target.name == "Wiki" else wiki
            return Located(target.name, node, own, tuple(one[:split]), at=at)

        return [(located(one), list(one[split:])) for one in rows if one[0] is not None]

    async def _one(self, target: GraphQLObjectType, to: To, wiki: int | None) -> Located | None:
        row = row_of(target.extensions["row"], to.on, to.scope)
        found = await self._keys(target, row, wiki)
        assert len(found) <= 1, f"{target.name} is not one"
        return found[0][0] if found else None

    async def _many(self, target: GraphQLObjectType, many: Many) -> list[Located]:
        row = row_of(target.extensions["row"], many.on, many.scope)
        order = [(key, False) for key in many.order(row)]
        return [located for located, _ in await self._keys(target, row, self.wiki, order)]

    async def _elements(self, target: GraphQLObjectType, elements: Elements) -> list[Located] | None:
        if elements.there is not True and not await self._leaf(elements.there):
            return None
        value = await self._leaf(elements.array)
        members = sorted(value.items()) if elements.keyed else enumerate(value or (), 1)
        node, at = target.extensions["row"], self._at(elements.scope)
        return [Located(target.name, node, self.wiki, pair, elements, at) for pair in members]

    async def _each(self, target: GraphQLObjectType, each: Each) -> list[Located | None]:
        """One after the other, each as if it alone had been asked for."""
        columns = {name: cast("Any", one.type).item_type for name, one in each.asked.columns.items()}

        def of(row: Mapping[str, Any]) -> To:
            members = {name: bound(f"{name} of one", type_, row.get(name)) for name, type_ in columns.items()}
            return To(lambda one: each.on(one, SimpleNamespace(**members)), each.scope)

        return [await self._one(target, of(row), self.wiki) for row in each.asked.rows(self.values)]

    async def _each_looked_up(self, ids: Ids) -> list[Located | None]:
        refs = ids.read(self.values)
        if len(refs) > MOST_IDS:
            raise RequestRefused(ErrorCode.TOO_MANY_IDS, f"Ask for at most {MOST_IDS} ids at once.")
        return [await self._looked_up(ref) for ref in refs]

    async def _looked_up(self, ref: Ref | None) -> Located | None:
        if ref is None:
            return None
        moment = None if ref.at is None else bound("at", MOMENT, past(ref.at, self.values))
        at = Id(ref.type, bound("wiki", Integer(), ref.wiki), bound("key", BigInteger(), ref.key), moment)
        # Each lookup joins to nothing, so each begins anew.
        return cast("Located | None", await self.in_wiki(None, at, ref.wiki))

    async def _part(self, target: GraphQLObjectType, part: Part) -> Any:
        if part.there is not True:
            [[there]] = await self._run(Select([part.there], part.row.origin), self.wiki)
            if not there:
                return None
        if part.answers is None and self.located is None:
            return Located(target.name, target.extensions["row"], None, ())
        assert self.located is not None
        if part.answers is None:
            return Located(
                target.name, target.extensions["row"], self.located.wiki, self.located.key, at=self.located.at
            )
        return Answers(self, target, part.answers)

    async def _page(self, target: GraphQLObjectType, page: Page) -> SimpleNamespace:
        """The whole list of keys, sliced here: no keyset, no window."""
        node = cast("GraphQLObjectType", get_named_type(target.fields["nodes"].type))
        row = row_of(node.extensions["row"], page.on, page.scope)
        keys = keys_of(page.orders, row)
        rows = await self._keys(node, row, self.wiki, [(key.value, key.descending) for key in keys])
        asked = read_paging(page.asked or Paging(), self.values)
        window = window_of(asked)
        mark = order_hash(node.name, page.orders)

        def read(text: str | None) -> list[Any] | None:
            return (
                None
                if text is None
                else sortable(read_cursor(text, mark, [key.value.type for key in keys]), keys)
            )

        after, before = read(asked.after), read(asked.before)
        within = [one for one in rows if after is None or after < sortable(one[1], keys)]
        within = [one for one in within if before is None or sortable(one[1], keys) < before]
        size = checked(window.size, "first")
        shown = within[:size] if window.forwards else within[-size:]
        more = len(within) > size
        first, last = (shown[0], shown[-1]) if shown else (None, None)
        edge = cast("GraphQLObjectType", get_named_type(target.fields["edges"].type))
        beyond = {
            "after": after is not None and any(not after < sortable(one[1], keys) for one in rows),
            "before": before is not None and any(not sortable(one[1], keys) < before for one in rows),
        }
        return SimpleNamespace(
            nodes=[located for located, _ in shown],
            edges=[EdgeOf(self, edge, page, located, write_cursor(mark, key)) for located, key in shown],
            total_count=len(rows),
            page_info=SimpleNamespace(
                has_next_page=beyond["before"] or (window.forwards and more),
                has_previous_page=beyond["after"] or (not window.forwards and more),
                start_cursor=first and write_cursor(mark, first[1]),
                end_cursor=last and write_cursor(mark, last[1]),
            ),
        )


@dataclass(frozen=True)
class EdgeOf:
    """An edge; what it has beside its node is found when it is asked for."""

    ask: Field
    type_: GraphQLObjectType
    page: Page
    node: Located
    cursor: str

    def __getattr__(self, name: str) -> Any:
        if name not in self.page.edge:
            if name in self.type_.fields:
                return None
            raise AttributeError(name)
        return self._further(name)

    async def _further(self, name: str) -> Any:
        row = self.node.row()
        ask = Field(self.ask.schema, self.ask.reader, self.ask.values, self.node, row)
        return await ask.finish(self.type_.fields[name].type, self.page.edge[name](row))


class Answers:
    """An object whose answers were given, by their names in the schema."""

    def __init__(self, ask: Field, type_: GraphQLObjectType, answers: Mapping[str, Any]) -> None:
        self._of = (ask, type_, answers)

    def __getattr__(self, name: str) -> Any:
        ask, type_, answers = self._of
        first, *rest = name.split("_")
        public = first + "".join(word.capitalize() for word in rest)
        if public not in answers:
            raise AttributeError(name)
        return Field(ask.schema, ask.reader, ask.values, ask.located, ask.row).finish(
            type_.fields[public].type, answers[public]
        )
