"""Strawberry's executor, overridden where a payload is made: queries are compiled, and so are payloads' objects.

A query never reaches graphql-core: an extension answers it by its statement, and remembers the operation for
the front. A mutation runs as graphql-core has it, its root fields one after the other, each in a transaction
of its own in the ledger. Where its payload has an object, the resolver has put an address; it is read after
the commit, through the reader, so that a caller sees what everyone sees from now on. What was only rehearsed is
read where it was changed, before it is undone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLAbstractType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
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

from graph.caller import Caller
from graph.compile.ids import Ref
from graph.compile.plan import LIMITS, Memory, NotCompiled, Operation, Unreadable, about, request
from graph.compile.shape import OUT, Shape, Values, shape_of
from graph.errors import ErrorCode, RequestRefused
from models.ledger import Rehearsal
from models.ledger.connections import Clock, wall_clock
from models.reader import Reader

Details = list[FieldDetails]

WHICH_OPERATION = "The document has several operations: say by `operationName` which one is meant."


@dataclass(frozen=True)
class Engine:
    """What answers reads, for the front and for the executor alike."""

    reader: Reader
    memory: Memory
    clock: Clock = wall_clock
    """The moment of a read; tests walk through the days of a story."""
    introspection: bool = True
    """Whether callers may read the schema, and are told names that are near those that they got wrong."""
    most: int = LIMITS.rows
    """What an operation may cost."""

    def values(self, caller: Caller) -> Values:
        """What a caller's request brings besides its variables."""
        return request(self.clock(), caller, self.reader.directory)


class Compiled(SchemaExtension):
    """Answers queries by their statements; leaves to graphql-core what no statement answers."""

    operation: Operation | None = None

    async def on_parse(self) -> AsyncIterator[None]:
        """Take the document as it was read within the limits; that of an operation that is known is valid."""
        self.operation = self._engine.memory.get(*self._asked)
        self.execution_context.graphql_document = self.execution_context.context["document"]
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
        values = self._engine.values(self.execution_context.context["caller"])
        plan = operation.plan(operation.read(variables, values))
        try:
            data, errors = await self._engine.reader.answer(plan, values)
        finally:
            self.execution_context.context["cost"] = values.get("cost")
        return ExecutionResult(orjson.loads(data), errors or None)

    def _remembered(self) -> Operation:
        """The operation that was just validated, remembered from now on."""
        query, name = self._asked
        document = self.execution_context.graphql_document
        assert document is not None
        schema = self.execution_context.schema._schema  # noqa: SLF001 - graphql-core's has no public name
        return self._engine.memory.put(query, name, Operation(schema, document, name))

    @property
    def _engine(self) -> Engine:
        engine: Engine = self.execution_context.context["engine"]
        return engine

    @property
    def _asked(self) -> tuple[str, str | None]:
        context = self.execution_context
        return context.query or "", context._provided_operation_name  # noqa: SLF001 - as it was sent


class Reading:
    """A read that begins when it is awaited: of a request that was given up, many never are."""

    def __init__(self, read: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.read = read

    def __await__(self) -> Generator[Any, None, Any]:
        return self.read().__await__()


class Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which reads an address by its statement."""

    most_described = 250
    """Objects of the schema that are described beside data, all of it on the thread that answers everybody."""
    described = 0

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
            return Reading(partial(self._read, result, field_details_list, path))
        if return_type.name.startswith("__"):
            self._count_described()
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
            return Reading(partial(self._read, result, field_details_list, path))
        return super().complete_abstract_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """What the caller may not know of is in no list, in a payload's neither."""
        completed: Any = super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )
        located = isinstance(result, list) and bool(result) and isinstance(result[0], Ref)
        return _those_there(completed) if located else completed

    async def complete_awaitable_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Awaitable[Any],
        position_context: Any,
    ) -> Any:
        """A root field's payload; what was only rehearsed for it is undone when it is complete."""
        try:
            return await super().complete_awaitable_value(
                return_type, field_details_list, info, path, result, position_context
            )
        finally:
            if path.prev is None and (rehearsal := self.context_value.pop("rehearsal", None)) is not None:
                await rehearsal.end()

    def _count_described(self) -> None:
        self.described += 1
        if self.described > self.most_described:
            sentence = f"This describes more than {self.most_described:,} types and fields of the schema. "
            raise RequestRefused(
                ErrorCode.TOO_EXPENSIVE, sentence + "Ask for the schema by itself, or for less of it."
            )

    async def _read(self, ref: Ref, details: Details, path: Path) -> Any:
        engine: Engine = self.context_value["engine"]
        operation: Operation = self.context_value["operation"]
        values = engine.values(self.context_value["caller"])
        shape = payload_shape(operation, self.context_value["variables"], values)
        plan = operation.plan_for(shape, ref.type, details)
        rehearsal: Rehearsal | None = self.context_value.get("rehearsal")
        fetch = None if rehearsal is None else rehearsal.fetch
        data, errors = await engine.reader.answer(plan, about(ref, values), tuple(path.as_list()), fetch)
        found = orjson.loads(data)
        if found is None and errors:
            raise errors[0]
        for error in errors:
            self.collected_errors.add(error, path)
        return found


class Describer(Executor):
    """The same for what asks for nothing but the schema, beside the thread that answers."""

    most_described = 10_000


async def _those_there(completed: Awaitable[list[Any]]) -> list[Any]:
    return [one for one in await completed if one is not None]


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
