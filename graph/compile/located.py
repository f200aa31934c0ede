"""Objects by their places, as the executor that goes field by field holds them; how their keys compare."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy.dialects.postgresql import JSONB

from graph.compile.build import elements_of
from graph.compile.rows import Elements, Paging, Root, Row, Scope, Source, alias_of, of_wiki
from graph.compile.shape import MOMENT, NOW, WIKI, Param, Values


@dataclass(frozen=True)
class Located:
    """An object by its place: its type, its wiki, and the values of its key."""

    type: str
    node: Any
    wiki: int | None
    key: tuple[Any, ...]
    element: Elements | None = field(default=None, compare=False)
    at: datetime | None = None
    """The moment that it is looked at; None: that of the request."""

    def row(self) -> Row[Any]:
        """The symbolic row of that place."""
        if issubclass(self.node, Root):
            return cast("Row[Any]", self.node.start())
        scope = Scope(WIKI, NOW) if self.at is None else Scope(WIKI, bound("at", MOMENT, self.at), then=True)
        if self.element is not None:
            name, value = self.key
            array = orjson.dumps({name: value} if self.element.keyed else [value]).decode()
            source = Source(
                elements_of(Elements(bound("element", JSONB(), array), scope, self.element.keyed))
            )
            return cast("Row[Any]", self.node.over(source, scope))
        alias = alias_of(self.node.model)
        source = Source(alias, [of_wiki(alias, scope)])
        for number, column in enumerate(keys_of_table(alias)):
            source.where.append(column == bound(f"key{number}", column.type, self.key[number]))
        return cast("Row[Any]", self.node.over(source, scope))


def keys_of_table(alias: Any) -> list[Any]:
    return [column for column in alias.primary_key if column.name != "wiki_id"]


def bound(name: str, type_: Any, value: Any) -> Param:
    return Param(f"@{name}", type_, lambda _: value)


def read_paging(paging: Paging, values: Values) -> Paging:
    """The four arguments as values."""
    four = (paging.first, paging.after, paging.last, paging.before)
    return Paging(*(one.read(values) if isinstance(one, Param) else one for one in four))


class Backwards:
    """A key that sorts the other way."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "Backwards") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and bool(other.value == self.value)

    __hash__ = None  # type: ignore[assignment]  # it is only compared


def sortable(values: Sequence[Any], keys: Sequence[Any]) -> list[Any]:
    plain = [_aware(value) for value in values]
    return [Backwards(value) if key.descending else value for value, key in zip(plain, keys, strict=True)]


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
