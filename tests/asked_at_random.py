"""Documents made up from the schema: aliases, fragments, directives, variables, pages both ways, ids of
every type.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    validate,
)

import seeded
from graph.compile import page
from graph.compile.ids import encode
from graph.compile.rows import By
from models.columns import NEVER
from resolvers import orders

ROWS = seeded.generate()
TABLES = {
    "Mentor": ("mentor", "id"),
    "Mentee": ("account", "id"),
    "Relationship": ("relationship", "id"),
    "RelationshipEvent": ("relationship_event", "id"),
    "Block": ("block", "id"),
    "Policy": ("policy", "version"),
}
NAMES = ["enwiki", "dewiki", "enwiki", "emptywiki", "nowhere"]
PAGING = ("first", "after", "last", "before")
BY_TIE = (By("last_edit", lambda _: None, descending=True), By("tie", lambda _: None, descending=True))


@dataclass
class Asked:
    """A document and its variables."""

    text: str
    variables: dict[str, Any]


def ids(random: Random) -> str:
    """The id of something, now and then of nothing."""
    if random.random() < 0.1:
        wiki = random.choice([1, 2, 3, 4])
        return encode("Wiki", wiki, wiki)
    name, (table, key) = random.choice(sorted(TABLES.items()))
    row = random.choice(ROWS[table])
    return encode(name, row["wiki_id"], row[key] + (10**6 if random.random() < 0.05 else 0))


def cursors(random: Random, parent: str, name: str) -> str:
    """A cursor of that list, or rather of one that is sorted like it."""

    def of(table: str, *columns: str) -> list[Any]:
        row = random.choice(ROWS[table])
        return [row[column] for column in columns]

    def registered() -> list[Any]:
        row = random.choice(ROWS["account"])
        return [row["registered_at"] or NEVER, row["id"]]

    def named() -> list[Any]:
        row = random.choice(ROWS["account"])
        return [row["name"] is None, row["name"] or "", row["id"]]

    made: dict[str, tuple[str, Any, Callable[[], list[Any]]]] = {
        "wikis": ("Wiki", orders.DB_NAMES, lambda: of("wiki", "db_name")),
        "mentors": ("Mentor", orders.BY_NAME, named),
        "mentees": ("Mentee", orders.REGISTERED, registered),
        "relationships": ("Relationship", orders.STARTED, lambda: of("relationship", "started_at", "id")),
        "blocks": ("Block", orders.PLACED, lambda: of("block", "placed_at", "id")),
        "events": ("RelationshipEvent", orders.NEWEST, lambda: of("relationship_event", "id")),
        "policies": ("Policy", orders.VERSIONS, lambda: of("policy", "version")),
    }
    node, by, keys = made[name]
    if (parent, name) == ("Wiki", "events"):
        by = orders.LEARNT
    if (parent, name) == ("Mentor", "mentees"):
        by, keys = BY_TIE, lambda: of("relationship_span", "last_edit_at", "relationship_id")
    return page.write_cursor(page.order_hash(node, by), keys())


@dataclass
class Making:
    """One document in the making."""

    schema: GraphQLSchema
    random: Random
    left: int = 30
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    number: int = 0

    def next(self) -> int:
        self.number += 1
        return self.number

    def document(self) -> Asked:
        root = self.schema.query_type
        assert root is not None
        body = self.selection(root, 0)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        return Asked("\n".join([f"query Q{declared} {body}", *self.fragments]), self.variables)

    def selection(self, type_: Any, depth: int) -> str:
        """A selection set of that type."""
        parts = [self.one(type_, depth) for _ in range(self.random.choice([1, 2, 2, 3, 4]))]
        return "{ " + " ".join(part for part in parts if part) + " __typename }"

    def one(self, type_: Any, depth: int) -> str:
        chance = self.random.random()
        if is_abstract_type(type_) and chance < 0.6:
            concrete = self.random.choice(self.schema.get_possible_types(type_))
            return f"... on {concrete.name}{self.directive()} {self.selection(concrete, depth)}"
        if chance < 0.07 and depth:
            return self.fragment(type_, depth)
        if chance < 0.12:
            return f"...{self.directive()} {self.selection(type_, depth)}"
        if chance < 0.16 and isinstance(type_, GraphQLObjectType) and type_.interfaces:
            interface = self.random.choice(type_.interfaces)
            return f"... on {interface.name} {self.selection(interface, depth)}"
        return self.field(type_, depth)

    def fragment(self, type_: Any, depth: int) -> str:
        name = f"F{self.next()}"
        self.fragments.append(f"fragment {name} on {type_.name} {self.selection(type_, depth)}")
        return f"...{name}{self.directive()}"

    def directive(self) -> str:
        chance = self.random.random()
        if chance > 0.2:
            return ""
        word = self.random.choice(["skip", "include"])
        value = self.random.choice([True, False])
        if chance < 0.1:
            return f" @{word}(if: {str(value).lower()})"
        return f" @{word}(if: {self.variable('Boolean!', value)})"

    def field(self, type_: Any, depth: int) -> str:
        names = [
            name
            for name, one in type_.fields.items()
            if is_leaf_type(get_named_type(one.type)) or (depth < 6 and self.left > 0)
        ]
        if not names:
            return ""
        # Composite ones are rarer in a type than leaves, and are what it is about.
        rich = [name for name in names if not is_leaf_type(get_named_type(type_.fields[name].type))]
        name = self.random.choice(rich if rich and self.random.random() < 0.55 else names)
        self.left -= 1
        one: GraphQLField = type_.fields[name]
        arguments = self.arguments(type_.name, name, one)
        alias = f"a{self.next()}: " if arguments or self.random.random() < 0.3 else ""
        below = (
            ""
            if is_leaf_type(get_named_type(one.type))
            else " " + self.selection(get_named_type(one.type), depth + 1)
        )
        return f"{alias}{name}{arguments}{self.directive()}{below}"

    def arguments(self, parent: str, name: str, one: GraphQLField) -> str:
        found = []
        backwards = self.random.random() < 0.4
        for argument, definition in one.args.items():
            if argument in PAGING:
                found += self.paging(parent, name, argument, backwards=backwards)
            elif isinstance(definition.type, GraphQLNonNull) or self.random.random() < 0.5:
                found.append(f"{argument}: {self.value(definition.type)}")
        if "first" in one.args and not any(part.startswith(("first", "last")) for part in found):
            found.append("last: 2" if backwards else "first: 2")
        return f"({', '.join(found)})" if found else ""

    def paging(self, parent: str, name: str, argument: str, *, backwards: bool) -> list[str]:
        if argument in ("first", "last"):
            if backwards is not (argument == "last"):
                return ["first: null"] if argument == "first" and self.random.random() < 0.1 else []
            size = self.random.randrange(1, 4)
            return [f"{argument}: {self.variable('Int', size) if self.random.random() < 0.4 else size}"]
        if self.random.random() < 0.3:
            text = cursors(self.random, parent, name)
            written = self.variable("String", text) if self.random.random() < 0.5 else literal(text)
            return [f"{argument}: {written}"]
        return []

    def variable(self, type_: str, value: Any) -> str:
        name = f"v{self.next()}"
        self.variables[name] = value
        self.declared.append(f"${name}: {type_}")
        return f"${name}"

    def value(self, type_: GraphQLInputType) -> str:
        """A value of that type: a variable, or written out."""
        plain = self.plain(type_)
        return self.variable(str(type_), plain) if self.random.random() < 0.5 else literal(plain)

    def plain(self, type_: GraphQLInputType) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.plain(type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self.plain(type_.of_type) for _ in range(self.random.choice([1, 1, 2, 3]))]
        if isinstance(type_, GraphQLInputObjectType):
            members = list(type_.fields.items())
            chosen = [self.random.choice(members)] if type_.is_one_of else self.random.sample(members, 1)
            return {
                name: self.plain(GraphQLNonNull(one.type) if type_.is_one_of else one.type)
                for name, one in chosen
            }
        if isinstance(type_, GraphQLEnumType):
            return Word(self.random.choice(sorted(type_.values)))
        return self.scalar(type_.name)

    def scalar(self, name: str) -> Any:
        if name == "Boolean":
            return self.random.choice([True, False])
        if name == "ID":
            return ids(self.random)
        if name == "BigInt":
            return str(self.random.choice(ROWS["account"])["id"])
        if name == "DateTime":
            return datetime.isoformat(seeded.NOW)
        known = [row["name"] for row in ROWS["account_name"] + ROWS["suppressed_name"]]
        return self.random.choice([*NAMES * 30, *known])


class Word(str):
    """A value of an enumeration, which a document writes without quotes."""

    __slots__ = ()


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, int):
        return str(value)
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\' else c for c in value)
    return f'"{escaped}"'


def asked(schema: GraphQLSchema, random: Random) -> Asked:
    """A valid document."""
    while True:
        made = Making(schema, random).document()
        if not validate(schema, parse(made.text)):
            return made
