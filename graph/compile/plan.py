"""An operation, its plans, and the answers of their statements put together.

    memory = Memory()                                    # one for the process; bounded

    # Once a document, after GraphQL's own validation:
    operation = memory.put(query, name, Operation(schema, parse(query), name))

    # Each request. `values` is new each time: what is bound is kept in it.
    values = request(now, caller, reader.directory)
    plan = operation.plan(operation.read(variables, values))
    data, errors = await reader.answer(plan, values)     # one statement, or one for each wiki that is named

`data` are the bytes of the JSON, `errors` GraphQLErrors with paths (usually none). What may be raised on
the way:

* `NotCompiled`: not a query, or introspection is in it: let the executor that goes field by field answer;
* `Unreadable`: a variable isn't of its type: the same, and graphql-core will word the error;
* `RequestRefused`: a request error without data; `.code` belongs into `extensions`;
* `Unavailable`: the database can't be reached.

The objects of a mutation's payload, on the mutation's own connection. `details` is what graphql-core's
`complete_object_value(return_type, details, …, result, …)` is given, and `result` a `Ref`:

    shape = operation.read(variables, values)            # once for the request
    plan = operation.plan_for(shape, result.type, details)
    [call] = plan.calls(about(result, values))
    text = await connection.fetchval(call.sql, *call.arguments)
    data, errors = plan.answer([call], [text], path)              # data: b"null" where it isn't there
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar, cast

import orjson
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    get_operation_ast,
    type_from_ast,
    value_from_ast_untyped,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails
from graphql.execution.values import VariableValues
from sqlalchemy import func, literal

from graph.caller import Caller, Rights
from graph.compile import coordinates, cost
from graph.compile.build import Asked, Build, NotCompiled, RootField
from graph.compile.faults import Path, settle
from graph.compile.ids import Ref
from graph.compile.shape import Param, Shape, Unreadable, Values, refusing, shape_of
from graph.compile.symbols import symbol
from graph.compile.text import obj
from graph.compile.write import Written, write
from graph.errors import RequestRefused

__all__ = ["Call", "Memory", "NotCompiled", "Operation", "Plan", "Unreadable", "about", "request"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LIMITS = cost.Limits()
DOCUMENTS = 1_000
SHAPES = 64


class Lru(Generic[K, V]):
    """The entries that were used last."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """An entry, which is now the latest."""
        found = self.entries.get(key)
        if found is not None:
            self.entries.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> V:
        """Keep an entry, and forget the one that was not used for longest."""
        self.entries[key] = value
        self.entries.move_to_end(key)
        if len(self.entries) > self.most:
            self.entries.popitem(last=False)
        return value


def request(now: datetime, caller: Caller, directory: Mapping[str, int]) -> Values:
    """What a request brings besides its variables: the moment, who asks, and the wikis' ids by name."""
    return {"now": now, "caller": caller, "directory": directory}


def about(ref: Ref, values: Values) -> Values:
    """The values for the plan of one object."""
    return {**values, "wiki": ref.wiki, "key": ref.key}


class Call(NamedTuple):
    """One statement to be run, its arguments, which root fields it answers, and for whom."""

    sql: str
    arguments: list[Any]
    roots: tuple[int, ...]
    rights: Rights


class Plan:
    """An operation in one shape: its root fields as expressions, and the statements made of them."""

    def __init__(self, roots: Sequence[RootField], build: Build, operation: "Operation") -> None:
        self.roots = roots
        self.loads = build.loads
        self.price = cost.price(build.loads)
        self.checks = build.checks
        self.operation = operation
        self.limits = operation.limits
        self.statements: dict[tuple[int, ...], Written] = {}
        self.is_object = len(roots) == 1 and roots[0].key == ""

    def check_price(self, values: Values) -> int:
        """What it may cost, kept in the values; refused where that is too much, or a page can't be that large."""
        try:
            for param in self.checks:
                param.read(values)
            values["cost"] = asked = self.price.of(values)
        except RequestRefused as error:
            sizes = [size for load in self.loads for size in load.sizes if isinstance(size, Param)]
            raise error.at(refusing([*self.checks, *sizes], values)) from None
        try:
            cost.check(asked, self.limits)
        except RequestRefused as error:
            raise error.at(max(self.loads, key=lambda load: load.of(values)).about) from None
        return asked

    def calls(self, values: Values) -> list[Call]:
        """What is to be run: one statement for each wiki that the root fields are about."""
        if "cost" not in values:
            self.check_price(values)
        groups = self._groups(values)
        if len(groups) == 1:
            [(wiki, roots)] = groups.items()
            values["wiki"] = wiki
            return [self._call(tuple(roots), values)]
        return [self._call(tuple(roots), {**values, "wiki": wiki}) for wiki, roots in groups.items()]

    def arguments(self, values: Values) -> list[Any]:
        """The arguments of the one statement of an operation on one wiki."""
        [call] = self.calls(values)
        return call.arguments

    def answer(
        self, calls: Sequence[Call], texts: Sequence[bytes], under: Path = ()
    ) -> tuple[bytes, list[GraphQLError]]:
        """The data and the errors, from what the statements have answered."""
        if len(calls) == 1:
            return settle(texts[0], under)
        settled = [settle(text, under) for text in texts]
        errors = [error for _, found in settled for error in found]
        parts = [orjson.loads(data) for data, _ in settled]
        if None in parts:
            return b"null", errors
        return orjson.dumps(self._merged(calls, parts)), errors

    def statement(self, roots: tuple[int, ...]) -> Written:
        """The statement that answers these root fields."""
        found = self.statements.get(roots)
        if found is None:
            found = self.statements[roots] = write(self._whole(roots))
        return found

    def _whole(self, roots: tuple[int, ...]) -> Any:
        whole = (
            self.roots[0].text
            if self.is_object
            else obj({self.roots[n].key: self.roots[n].text for n in roots})
        )
        # As bytes, for nobody needs to decode what is only passed on.
        return func.convert_to(whole, literal("UTF8"))

    def _call(self, roots: tuple[int, ...], values: Values) -> Call:
        written = self.statement(roots)
        rights = values["caller"].rights(values["wiki"])
        try:
            arguments = [param.read(values) for param in written.params]
        except RequestRefused as error:
            raise error.at(refusing(written.params, values)) from None
        return Call(written.sql, arguments, roots, rights)

    def _wikis(self, root: RootField, values: Values) -> Sequence[int | None]:
        try:
            return root.wikis(values) if root.wikis else ()
        except RequestRefused as error:
            raise error.at(self.operation.coordinate([root.key])) from None

    def _groups(self, values: Values) -> dict[int | None, list[int]]:
        if len(self.roots) == 1:
            wikis = self._wikis(self.roots[0], values)
            return {wiki: [0] for wiki in wikis} or {None: [0]}
        groups: dict[int | None, list[int]] = {}
        rest: list[int] = []
        for number, root in enumerate(self.roots):
            wikis = self._wikis(root, values)
            for wiki in wikis:
                groups.setdefault(wiki, []).append(number)
            if not wikis:
                rest.append(number)
        if not groups:
            return {None: rest}
        first = next(iter(groups.values()))
        first[:] = sorted([*first, *rest])
        return groups

    def _merged(self, calls: Sequence[Call], parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        merged: dict[str, Any] = dict.fromkeys(root.key for root in self.roots)
        for call, part in zip(calls, parts, strict=True):
            for number in call.roots:
                root = self.roots[number]
                before, here = merged[root.key], part[root.key]
                if root.spread and before is not None:
                    here = [new if old is None else old for old, new in zip(before, here, strict=True)]
                elif root.parted and before is not None:
                    here = {name: here[name] if old is None else old for name, old in before.items()}
                merged[root.key] = here
        return merged


class Operation:
    """A validated operation, and its plans by the shape of its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        name: str | None = None,
        limits: cost.Limits = LIMITS,
    ) -> None:
        definition = get_operation_ast(document, name)
        if definition is None:
            raise NotCompiled("which operation?")
        self.schema = schema
        self.document = document
        self.limits = limits
        self.definition: OperationDefinitionNode = definition
        self.fragments = {
            one.name.value: FragmentDetails(one)
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self.variables = [_variable(schema, one) for one in definition.variable_definitions or ()]
        self.plans: Lru[Any, Plan] = Lru(SHAPES)
        self.can_be_compiled = True
        self.registered: str | None = None
        """The name that whoever runs the server gave it beforehand; a caller's own name for one may be anything."""

    def read(self, variables: Mapping[str, Any], values: Values) -> Shape:
        """Check the variables, keep in `values` what is bound, and say what chooses the plan."""
        shapes = []
        for name, type_, default in self.variables:
            try:
                shapes.append(shape_of(type_, variables.get(name, default), (name,), values))
            except RequestRefused as error:
                raise error.at(self.coordinate_of_variable(name)) from None
        return tuple(shapes)

    def plan(self, shape: Shape, kind: OperationType = OperationType.QUERY) -> Plan:
        """The plan of a query (or of what a subscription tells) for variables of that shape."""
        return self.planned(shape, kind) or self.plans.put(shape, self.compile(shape, kind))

    def planned(self, shape: Shape, kind: OperationType = OperationType.QUERY) -> Plan | None:
        """The plan, if it was made before."""
        return self.plans.get(shape) if self.definition.operation is kind else None

    def compile(self, shape: Shape, kind: OperationType = OperationType.QUERY) -> Plan:
        """A new plan, not kept: this can be done beside the thread that answers."""
        if self.definition.operation is not kind or not self.can_be_compiled:
            raise NotCompiled(self.definition.operation.value)
        build = self._build(shape)
        try:
            return Plan(build.roots(), build, self)
        except NotCompiled:
            self.can_be_compiled = False
            raise

    def plan_for(self, shape: Shape, type_name: str, details: list[FieldDetails]) -> Plan:
        """The plan of one object, of whose type and place in the document these are."""
        # The nodes live as long as the document that this operation holds, so their identity names the place.
        key = (shape, type_name, tuple(id(one.node) for one in details))
        found = self.plans.get(key)
        if found is not None:
            return found
        build = self._build(shape)
        type_ = cast("GraphQLObjectType", self.schema.get_type(type_name))
        return self.plans.put(key, Plan([build.object_root(type_, details)], build, self))

    def coordinate(self, path: Sequence[str | int]) -> str | None:
        """Which field of the schema answers there."""
        return coordinates.of_path(self.schema, self.definition, self.fragments, path)

    def coordinate_of_variable(self, name: str) -> str | None:
        """The argument, or the member of an input, that a variable is given to first."""
        return coordinates.of_variable(self.schema, self.document, name)

    @property
    def first_field(self) -> str | None:
        """The coordinate of the first of its root fields."""
        return coordinates.of_first(self.schema, self.definition, self.fragments)

    def _build(self, shape: Shape) -> Build:
        found = {
            name: symbol(type_, part, (name,))
            for (name, type_, _), part in zip(self.variables, shape, strict=True)
        }
        coerced = {name: value for name, value in found.items() if value is not Undefined}
        return Build(Asked(self.schema, self.definition, self.fragments, VariableValues({}, coerced)))


def _variable(schema: GraphQLSchema, node: Any) -> tuple[str, GraphQLInputType, Any]:
    """A variable's name, type and default; the default as a client would send it."""
    default = Undefined if node.default_value is None else value_from_ast_untyped(node.default_value)
    return node.variable.name.value, cast("GraphQLInputType", type_from_ast(schema, node.type)), default


class Memory:
    """The operations that were asked last, by their text and name."""

    def __init__(
        self, most: int = DOCUMENTS, trusted: Mapping[tuple[str, str | None], Operation] | None = None
    ) -> None:
        self.operations: Lru[tuple[str, str | None], Operation] = Lru(most)
        self.trusted = trusted or {}

    def get(self, query: str, name: str | None = None) -> Operation | None:
        """An operation that was validated before. Those of trusted documents are never forgotten."""
        return self.operations.get((query, name)) or self.trusted.get((query, name))

    def put(self, query: str, name: str | None, operation: Operation) -> Operation:
        """Remember an operation that is valid."""
        return self.operations.put((query, name), operation)
