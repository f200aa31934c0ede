"""What is new is studied beside the loop: documents read, validated and compiled, the schema described.

The worst document within the limits takes half a second of Python for that. In a thread of its own it holds nobody
up: the interpreter takes turns every 5 ms. It is one thread, so whoever sends many new documents waits for their own.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
    get_introspection_query,
    get_operation_ast,
    strip_ignored_characters,
    validate,
)

from graph.compile import coordinates, limits
from graph.compile.plan import Lru, Operation, Plan
from graph.compile.shape import Shape, Values
from graph.errors import ErrorCode, RequestRefused
from mentorgraph import errors
from mentorgraph.executor import WHICH_OPERATION, Describer
from resolvers.schema import rules

T = TypeVar("T")

ERRORS: Final = 20
"""Mistakes of a document that are told: to look for a name that is like a wrong one takes 5 ms each."""
DESCRIPTIONS: Final = 32
LARGEST: Final = 1_000_000
"""Bytes of a description that is remembered."""
TOOLS: Final = (
    get_introspection_query(),
    get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    ),
)
"""The questions of tools that want the whole schema, which are answered before they are asked."""


class Invalid(Exception):
    """A document that can't be run; `errors` say why, as they are sent."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


class Study:
    """Where one schema's documents are studied."""

    def __init__(self, schema: GraphQLSchema, *, introspection: bool = True) -> None:
        self.schema = schema
        self.introspection = introspection
        self.thread = ThreadPoolExecutor(1, "study")
        self.descriptions: Lru[tuple[str, str | None], bytes] = Lru(DESCRIPTIONS)
        self.of_tools: dict[str, bytes] = {}
        self.running: dict[Hashable, asyncio.Future[Any]] = {}

    def close(self) -> None:
        """Let go of the thread, and of what waits for it."""
        self.thread.shutdown(wait=False, cancel_futures=True)

    async def prepare(self) -> None:
        """Describe the schema to tools before they ask, if they may."""
        for query in TOOLS if self.introspection else ():
            operation = await self.learn(query, None)
            data, _ = await self._once(operation, self._describe, operation, {})
            self.of_tools[strip_ignored_characters(query)] = data

    async def learn(self, query: str, name: str | None) -> Operation:
        """The operation, within the limits and valid; else RequestRefused, GraphQL's syntax error, or Invalid."""
        return await self._once((query, name), self._learn, query, name)

    async def compile(
        self, operation: Operation, shape: Shape, values: Values, kind: OperationType = OperationType.QUERY
    ) -> Plan:
        """The plan for variables of that shape, its statement written."""
        found = operation.planned(shape, kind)
        if found is not None:
            return found
        plan = await self._once((operation, shape), _compile, operation, shape, dict(values), kind)
        return operation.plans.put(shape, plan)

    async def describe(
        self, query: str, name: str | None, operation: Operation, variables: Mapping[str, Any]
    ) -> tuple[bytes, list[GraphQLError]]:
        """The answer to an operation about the schema alone; without variables it is always the same."""
        known = None if variables else self.descriptions.get((query, name))
        if known is not None:
            return known, []
        asked = await self._once(query, strip_ignored_characters, query)
        of_tools = self.of_tools.get(asked)
        if of_tools is not None:
            return self.descriptions.put((query, name), of_tools), []
        same = (operation, orjson.dumps(variables))
        data, found = await self._once(same, self._describe, operation, variables)
        if not (variables or found) and len(data) <= LARGEST:
            self.descriptions.put((query, name), data)
        return data, found

    async def _once(self, same: Hashable, work: Callable[..., T], *given: Any) -> T:
        """The work's result; of all who want the same at once, it is done for the first, who may leave."""
        running = self.running.get(same)
        if running is None:
            running = asyncio.get_running_loop().run_in_executor(self.thread, work, *given)
            self.running[same] = running
            running.add_done_callback(lambda done: self._over(same, done))
        return cast("T", await asyncio.shield(running))

    def _over(self, same: Hashable, done: asyncio.Future[Any]) -> None:
        del self.running[same]
        if not done.cancelled():
            done.exception()  # it was heard, though whoever asked may have left

    def _learn(self, query: str, name: str | None) -> Operation:
        document = limits.read(query)
        try:
            limits.check(document)
        except RequestRefused as error:
            raise error.at(self._beyond(document, error)) from None
        if get_operation_ast(document, name) is None:
            if not any(isinstance(one, OperationDefinitionNode) for one in document.definitions):
                raise RequestRefused(ErrorCode.WHICH_OPERATION, "The document has no operation.")
            none = "The document has no operation of that name."
            raise RequestRefused(ErrorCode.WHICH_OPERATION, none if name is not None else WHICH_OPERATION)
        if wrong := validate(self.schema, document, rules(introspection=self.introspection), ERRORS):
            suggest = self.introspection
            raise Invalid([errors.invalid(one, self.schema, document, suggest=suggest) for one in wrong])
        return Operation(self.schema, document, name)

    def _beyond(self, document: DocumentNode, error: RequestRefused) -> str | None:
        """What of the schema goes beyond a limit, where it is one field or one type that does."""
        if error.code is ErrorCode.TOO_MANY_ROOT_FIELDS:
            operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
            return str(self.schema.get_root_type(operation.operation))
        node = limits.too_deep(document) if error.code is ErrorCode.TOO_DEEP else None
        return None if node is None else coordinates.of_node(self.schema, document, node)

    def _describe(
        self, operation: Operation, variables: Mapping[str, Any]
    ) -> tuple[bytes, list[GraphQLError]]:
        name = operation.definition.name
        result = execute_sync(
            self.schema,
            operation.document,
            variable_values=dict(variables),
            operation_name=name.value if name else None,
            executor_class=Describer,
        )
        return orjson.dumps(result.data), result.errors or []


def is_about_the_schema(operation: Operation) -> bool:
    """Whether nothing else is asked for: then the answer is known without a statement."""
    return all(name.startswith("__") for name in _names(operation, operation.definition.selection_set))


def _names(operation: Operation, selections: SelectionSetNode) -> Iterator[str]:
    for one in selections.selections:
        if isinstance(one, FieldNode):
            yield one.name.value
        elif isinstance(one, InlineFragmentNode):
            yield from _names(operation, one.selection_set)
        elif isinstance(one, FragmentSpreadNode):
            yield from _names(operation, operation.fragments[one.name.value].definition.selection_set)


def _compile(operation: Operation, shape: Shape, values: Values, kind: OperationType) -> Plan:
    plan = operation.compile(shape, kind)
    with suppress(RequestRefused):  # too expensive with these variables; who reads it will say so
        plan.calls({"key": 0, **values})  # each event brings its own
    return plan
