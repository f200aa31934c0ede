"""Lists whose items the request names one by one, by their ids or in other ways: a row of arrays for each."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLList, GraphQLObjectType
from sqlalchemy import ARRAY, BigInteger, Integer, Text, and_, case, func, literal

from graph.compile import text
from graph.compile.page import Gathered
from graph.compile.rows import Each, Select, Source, To
from graph.compile.shape import MOMENT, WIKI, Id, Ids, Param, Values

if TYPE_CHECKING:
    from graph.compile.build import Build, Details


def each_named(build: "Build", type_: GraphQLList[Any], answer: Each, details: "Details") -> Any:
    """Each as the request names it, null where there is none."""
    asked = answer.asked
    each = unnested(asked.columns.items())
    with build.many(len_of(asked.name, asked.rows)):
        to = To(lambda one: answer.on(one, each.c), answer.scope)
        piece = build.row(cast("GraphQLObjectType", type_.of_type), to, details)
    return _in_order(each, func.coalesce(piece.text, literal("null")))


def each_looked_up(build: "Build", type_: GraphQLList[Any], ids: Ids, details: "Details") -> Any:
    """Each by its id, of whatever type and moment that is; null where there is none."""

    def column(name: str, kind: Any) -> tuple[str, Param]:
        return name, Param(
            f"{ids.name}|{name}s",
            ARRAY(kind),
            lambda values: [one and getattr(one, name) for one in _own(ids, values)],
        )

    then = any(kind.then for kind in ids.kinds)
    moments = [column("at", MOMENT)] if then else []
    each = unnested([column("type", Text()), column("key", BigInteger()), *moments])
    with build.many(len_of(ids.name, ids.read)):
        cases = []
        for kind in sorted(ids.kinds):
            at = cast("Any", each.c["at"]) if kind.then else None
            found = Id(kind.type, WIKI, cast("Any", each.c["key"]), at)
            piece = build.looked_up(type_.of_type, found, details)
            timely = [each.c["at"].is_not(None) if kind.then else each.c["at"].is_(None)] if then else []
            cases.append((and_(each.c["type"] == kind.type, *timely), _as_text(piece.text)))
    item = func.coalesce(case(*cases), literal("null")) if cases else literal("null")
    return _in_order(each, item)


def unnested(columns: Iterable[tuple[str, Param]]) -> Any:
    """Arrays side by side as rows; `n` is their order."""
    names, arrays = zip(*columns, strict=True)
    return func.unnest(*arrays).table_valued(*names, with_ordinality="n", name="k").render_derived()


def len_of(name: str, read: Callable[[Values], Sequence[Any]]) -> Param:
    """How many the request asks for by name."""
    return Param(f"{name}|length", Integer(), lambda values: len(read(values)))


def _in_order(each: Any, item: Any) -> Select:
    items = Gathered("string_agg", [item, literal(",")], [(each.c.n, False)], None, Text())
    return Select([text.array(items)], Source(each))


def _own(ids: Ids, values: Values) -> list[Any]:
    """The refs of the statement's wiki, the others' places left empty."""
    return [one if one and one.wiki == values["wiki"] else None for one in ids.read(values)]


def _as_text(value: Any) -> Any:
    return text.Pieces([value]) if isinstance(value, str) else value
