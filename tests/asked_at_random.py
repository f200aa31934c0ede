"""Documents made up from the schema: aliases, fragments, directives, variables, pages both ways, ids of
every type.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from graph.kinds import MenteeOrderField, MentorOrderField, OrderDirection, RelationshipOrderField
from models.columns import ENDLESS, NEVER
from resolvers.mentees import EDITED_LAST, REGISTERED_LAST, MenteeOrder
from resolvers.mentors import NAMED, MentorOrder
from resolvers.orders import DB_NAMES, LAST_BEGUN, LEARNT, NEWEST, PLACED, VERSIONS
from resolvers.relationships import STARTED_LAST, RelationshipOrder

ROWS = seeded.generate()
TABLES = {
    "Mentor": ("mentor", "id"),
    "Mentee": ("account", "id"),
    "Relationship": ("relationship", "id"),
    "RelationshipEvent": ("relationship_event", "id"),
    "Block": ("block", "id"),
    "Policy": ("policy", "version"),
    "Job": ("job", "id"),
    "Delivery": ("outbox", "id"),
    "Webhook": ("webhook", "id"),
}
NAMES = ["enwiki", "dewiki", "enwiki", "emptywiki", "nowhere"]
STRETCH = {("from", "DateTime!"): timedelta(days=-400), ("to", "DateTime!"): timedelta(days=-1)}
"""A stretch of time that is none is refused; most things happen in this one."""
PAGING = ("first", "after", "last", "before")


@dataclass
class Asked:
    """A document and its variables."""

    text: str
    variables: dict[str, Any]


def ids(random: Random, now: datetime) -> str:
    """The id of something, now and then of nothing; many as of a moment."""
    at = a_past(random, now) if random.random() < 0.4 else None
    if random.random() < 0.1:
        wiki = random.choice([1, 2, 3, 4])
        return encode("Wiki", wiki, wiki, at)
    name, (table, key) = random.choice(sorted(TABLES.items()))
    row = random.choice(ROWS[table])
    return encode(name, row["wiki_id"], row[key] + (10**6 if random.random() < 0.05 else 0), at)


def a_past(random: Random, now: datetime) -> datetime:
    """Some moment before, now and then one at which something happened."""
    known = [row["valid_from"] for row in ROWS["block_span"] + ROWS["relationship_span"]]
    if random.random() < 0.2:
        moment: datetime = random.choice(known)
        return min(moment, now)
    return now - timedelta(milliseconds=random.randrange(400 * 86_400_000))


def orders(random: Random, parent: str, name: str) -> Any:
    """One of the orders of that list; None where it has but one."""
    kinds: dict[str, Any] = {
        "mentees": (MenteeOrder, MenteeOrderField),
        "mentors": (MentorOrder, MentorOrderField),
        "relationships": (RelationshipOrder, RelationshipOrderField),
    }
    if name not in kinds:
        return None
    order, fields = kinds[name]
    usual = {"mentors": NAMED, "relationships": STARTED_LAST}
    if random.random() < 0.3:
        return usual.get(name) or (EDITED_LAST if parent == "Mentor" else REGISTERED_LAST)
    return order(field=random.choice(list(fields)), direction=random.choice(list(OrderDirection)))


def cursors(random: Random, parent: str, name: str, order: Any) -> str:
    """A cursor of that list in that order, rather near one of its rows."""

    def of(table: str) -> dict[str, Any]:
        return dict(random.choice(ROWS[table]))

    def mentee() -> dict[str, Any]:
        account, span, stretch = of("account"), of("relationship_span"), of("mentee_span")
        under = parent == "Mentor"
        return {
            "named": account["name"] is not None,
            "unnamed": account["name"] is None,
            "name": account["name"] or "",
            "last_edit": account["last_edit_at"],
            "edits": account["edit_count"],
            "registered": account["registered_at"] or NEVER,
            "since": span["valid_from"] if under else stretch["told_since"],
            "until": span["valid_to"] if under else stretch["told_until"],
            "blocks": account["block_count"],
            "questions": -1 if account["question_count"] is None else account["question_count"],
            "reverts": -1 if account["reverted_edit_count"] is None else account["reverted_edit_count"],
            "tie": span["relationship_id"],
            "id": account["id"],
        }

    def mentor() -> dict[str, Any]:
        account, row, load = of("account"), of("mentor"), random.randrange(6)
        names = {"named": account["name"] is not None, "unnamed": account["name"] is None}
        loads = {"active": load, "suspended": load, "enrolled": row["enrolled_at"]}
        return {**names, **loads, "name": account["name"] or "", "id": row["id"]}

    def tie() -> dict[str, Any]:
        row, span = of("relationship"), of("relationship_span")
        since = random.choice([row["started_at"], row["ends_at"], span["valid_from"]])
        until = random.choice([ENDLESS, span["valid_to"]])
        return {
            "started": row["started_at"], "ended": row["ends_at"], "since": since, "until": until, "id": row["id"],
        }  # fmt: skip

    made: dict[str, tuple[str, Any, Callable[[], dict[str, Any]]]] = {
        "wikis": ("Wiki", DB_NAMES, lambda: of("wiki")),
        "mentors": ("Mentor", order, mentor),
        "mentees": ("Mentee", order, mentee),
        "relationships": ("Relationship", order, tie),
        "blocks": ("Block", PLACED, lambda: {"placed": (row := of("block"))["placed_at"], "id": row["id"]}),
        "jobs": ("Job", LAST_BEGUN, lambda: {"started": (row := of("job"))["started_at"], "id": row["id"]}),
        "events": ("RelationshipEvent", NEWEST, lambda: of("relationship_event")),
        "deliveries": ("Delivery", NEWEST, lambda: of("outbox")),
        "policies": ("Policy", VERSIONS, lambda: of("policy")),
    }
    node, by, keys = made[name]
    if (parent, name) == ("Wiki", "events"):
        by = LEARNT
    if by is order:
        by = by.keys(under=True) if (parent, name) == ("Mentor", "mentees") else by.keys()
    row = keys()
    return page.write_cursor(page.order_hash(node, by), [row[one.name] for one in by])


@dataclass
class Making:
    """One document in the making."""

    schema: GraphQLSchema
    random: Random
    now: datetime
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
        order = orders(self.random, parent, name)
        for argument, definition in one.args.items():
            if argument in PAGING:
                found += self.paging(parent, name, argument, order, backwards=backwards)
            elif argument == "orderBy":
                found += self.order(parent, order)
            elif argument == "where" and (parent, name) == ("Mentor", "mentees"):
                chosen = self.plain(definition.type)
                chosen.pop("mentor", None)
                found.append(f"where: {literal(chosen)}")
            elif argument == "asOf":
                # What lies ahead is refused; half of all questions are of now.
                if self.random.random() < 0.5:
                    moment = datetime.isoformat(a_past(self.random, self.now))
                    bound = self.random.random() < 0.5
                    found.append(f"asOf: {self.variable('DateTime', moment) if bound else literal(moment)}")
            elif (argument, str(definition.type)) in STRETCH:
                moment = datetime.isoformat(self.now + STRETCH[argument, str(definition.type)])
                found.append(f"{argument}: {self.variable('DateTime!', moment)}")
            elif isinstance(definition.type, GraphQLNonNull) or self.random.random() < 0.5:
                found.append(f"{argument}: {self.value(definition.type)}")
        if "first" in one.args and not any(part.startswith(("first", "last")) for part in found):
            found.append("last: 2" if backwards else "first: 2")
        return f"({', '.join(found)})" if found else ""

    def order(self, parent: str, order: Any) -> list[str]:
        """An order; the usual one may be left out, or be null."""
        usual = [NAMED, STARTED_LAST, EDITED_LAST if parent == "Mentor" else REGISTERED_LAST]
        if order in usual and self.random.random() < 0.5:
            return self.random.choice([[], ["orderBy: null"]])
        plain = {"field": Word(order.field), "direction": Word(order.direction)}
        if self.random.random() < 0.5:
            return [f"orderBy: {literal(plain)}"]
        return [f"orderBy: {self.variable(type(order).__name__, plain)}"]

    def paging(self, parent: str, name: str, argument: str, order: Any, *, backwards: bool) -> list[str]:
        if argument in ("first", "last"):
            if backwards is not (argument == "last"):
                return ["first: null"] if argument == "first" and self.random.random() < 0.1 else []
            size = self.random.randrange(1, 4)
            return [f"{argument}: {self.variable('Int', size) if self.random.random() < 0.4 else size}"]
        if self.random.random() < 0.3:
            text = cursors(self.random, parent, name, order)
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
            return self.members(type_)
        if isinstance(type_, GraphQLEnumType):
            return Word(self.random.choice(sorted(type_.values)))
        return self.scalar(type_.name)

    def members(self, type_: GraphQLInputObjectType) -> Any:
        if type_.name == "IntRange":
            low = self.random.randrange(700)
            both: Any = {"min": low, "max": low + self.random.randrange(400)}
            return self.random.choice([both, {"min": low}, {"max": low, "min": None}])
        if type_.name == "DateTimeRange":
            start = seeded.NOW - self.random.randrange(600) * seeded.DAY
            both = {"from": start.isoformat(), "to": (start + 90 * seeded.DAY).isoformat()}
            return self.random.choice([both, {"from": both["from"]}, {"to": both["to"]}])
        members = list(type_.fields.items())
        several = 1 if type_.is_one_of else self.random.choice([1, 1, 2])
        return {
            name: self.member(name, GraphQLNonNull(one.type) if type_.is_one_of else one.type)
            for name, one in self.random.sample(members, several)
        }

    def member(self, name: str, type_: GraphQLInputType) -> Any:
        if name == "mentor":
            rows = [self.random.choice(ROWS["mentor"]) for _ in range(3)]
            return [encode("Mentor", row["wiki_id"], row["id"]) for row in rows]
        if name == "namePrefix":
            begins = self.random.choice(ROWS["account_name"])["name"][: self.random.choice([0, 1, 3, 9])]
            return self.random.choice([begins.upper(), begins.lower()])
        return self.plain(type_)

    def scalar(self, name: str) -> Any:
        if name == "Boolean":
            return self.random.choice([True, False])
        if name == "ID":
            return ids(self.random, self.now)
        if name == "BigInt":
            return str(self.random.choice(ROWS["account"])["id"])
        if name == "DateTime":
            # In filters also what is still to come.
            ahead = self.now + self.random.choice([0, 20]) * seeded.DAY
            return datetime.isoformat(self.random.choice([a_past(self.random, self.now), ahead]))
        known = [row["name"] for row in ROWS["account_name"] + ROWS["suppressed_name"]]
        return self.random.choice([*NAMES * 30, *known])


class Word(str):
    """A value of an enumeration, which a document writes without quotes."""

    __slots__ = ()


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, Word):
        return str(value)
    if value is None:
        return "null"
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


def asked(schema: GraphQLSchema, random: Random, now: datetime) -> Asked:
    """A valid document, asked at that moment."""
    while True:
        made = Making(schema, random, now).document()
        if not validate(schema, parse(made.text)):
            return made
