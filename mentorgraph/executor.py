"""Strawberry's executor, overridden in two places: queries are compiled, and so are payloads' objects.

A query never reaches graphql-core: an extension answers it by its statement, and remembers the operation for
the front. A mutation runs as graphql-core has it, its root fields one after the other, each in a transaction
of its own in the ledger. Where its payload has an object, the resolver has put an address; it is read after
the commit, through the reader, so that a caller sees what everyone sees from now on.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.compile.ids import Ref
from graph.compile.plan import Memory, NotCompiled, Operation, Unreadable, about, request
from graph.compile.shape import OUT, Shape, Values, shape_of
from graph.errors import RequestRefused
from models.ledger.connections import Clock, wall_clock
from models.reader import Reader

Details = list[FieldDetails]

WHICH_OPERATION = "The document has several operations: say by `operationName` which one is meant."


@dataclass(frozen=True)
class Engine:
    """What answers reads, for the front and for the executor alike."""

    reader: Reader
    memory: Memory
    open: bool
    """Whether callers see what is hidden. Until there are roles, a setting of the installation says so."""
    clock: Clock = wall_clock
    """The moment of a read; tests walk through the days of a story."""

    def values(self) -> Values:
        """What a request brings besides its variables."""
        return request(
            self.clock(), sees_hidden=self.open, sees_opt_outs=self.open, directory=self.reader.directory
        )


class Compiled(SchemaExtension):
    """Answers queries by their statements; leaves to graphql-core what no statement answers."""

    operation: Operation | None = None

    async def on_parse(self) -> AsyncIterator[None]:
        """Take an operation that is remembered: it is parsed, and valid."""
        self.operation = self._engine.memory.get(*self._asked)
        if self.operation is not None:
            self.execution_context.graphql_document = self.operation.document
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        if self.operation is not None:
            self.execution_context.pre_execution_errors = []
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        context = self.execution_context
        operation = self.operation or self._remembered()
        # What the executor needs to read a payload's objects.
        context.context["operation"], context.context["variables"] = operation, context.variables or {}
        if operation.definition.operation is OperationType.QUERY:
            # Introspection, or a variable that graphql-core has better words for.
            with suppress(NotCompiled, Unreadable):
                context.result = await self._answer(operation, context.variables or {})
        yield

    async def _answer(self, operation: Operation, variables: Mapping[str, Any]) -> ExecutionResult:
        values = self._engine.values()
        plan = operation.plan(operation.read(variables, values))
        data, errors = await self._engine.reader.answer(plan, values)
        return ExecutionResult(orjson.loads(data), errors or None)

    def _remembered(self) -> Operation:
        """The operation that was just validated, remembered from now on."""
        query, name = self._asked
        document = self.execution_context.graphql_document
        assert document is not None
        schema = self.execution_context.schema._schema  # noqa: SLF001 - graphql-core's has no public name
        try:
            operation = Operation(schema, document, name)
        except NotCompiled as error:
            # Strawberry would take the first. The specification knows better: nobody can tell.
            raise RequestRefused("WHICH_OPERATION", WHICH_OPERATION) from error
        return self._engine.memory.put(query, name, operation)

    @property
    def _engine(self) -> Engine:
        engine: Engine = self.execution_context.context["engine"]
        return engine

    @property
    def _asked(self) -> tuple[str, str | None]:
        context = self.execution_context
        return context.query or "", context._provided_operation_name  # noqa: SLF001 - as it was sent


class Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which reads an address by its statement."""

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, Ref):
            return self._read(result, field_details_list, path)
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_abstract_value(
        self,
        return_type: GraphQLAbstractType,
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, Ref):
            return self._read(result, field_details_list, path)
        return super().complete_abstract_value(
            return_type, field_details_list, info, path, result, position_context
        )

    async def _read(self, ref: Ref, details: Details, path: Path) -> Any:
        engine: Engine = self.context_value["engine"]
        operation: Operation = self.context_value["operation"]
        values = engine.values()
        shape = payload_shape(operation, self.context_value["variables"], values)
        plan = operation.plan_for(shape, ref.type, details)
        data, errors = await engine.reader.answer(plan, about(ref, values), tuple(path.as_list()))
        found = orjson.loads(data)
        if found is None and errors:
            raise errors[0]
        for error in errors:
            self.collected_errors.add(error, path)
        return found


def payload_shape(operation: Operation, variables: Mapping[str, Any], values: Values) -> Shape:
    """The shape of the variables that the payload's fields use.

    The input's own are left out: they have been acted upon, or refused with a path into them, and an input
    with a thousand faces would make a thousand plans of one payload.
    """
    used = used_below(operation)
    return tuple(
        shape_of(type_, variables.get(name, default), (name,), values) if name in used else OUT
        for name, type_, default in operation.variables
    )


@lru_cache(maxsize=256)
def used_below(operation: Operation) -> frozenset[str]:
    """The names of the variables that are used below a root field."""
    found = _Variables()
    for field in operation.definition.selection_set.selections:
        if isinstance(field, FieldNode) and field.selection_set:
            visit(field.selection_set, found)
    for fragment in operation.fragments.values():
        visit(fragment.definition, found)
    return frozenset(found.names)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)
