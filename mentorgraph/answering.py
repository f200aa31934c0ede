"""One request of GraphQL, answered: by the plan of an operation that is known, else by Strawberry's executor.

Whatever the transport, this is the way in. An operation that was asked before is answered by its statement and
nothing else; what is new is read within the limits, validated and executed by Strawberry, and known from then on.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson
from graphql import GraphQLError, OperationType
from strawberry.schema import Schema

from graph.caller import ANYONE, Caller
from graph.compile.plan import NotCompiled, Operation, Plan, Unreadable
from graph.compile.shape import Values
from graph.errors import ErrorCode, RequestRefused
from mentorgraph import documents, errors
from mentorgraph.allowance import Allowance
from mentorgraph.executor import Engine
from mentorgraph.eyes.seen import SEEN
from mentorgraph.http.asked import Asked
from mentorgraph.http.refused import HttpRefused
from mentorgraph.study import Invalid, Study, is_about_the_schema
from models.ledger import Ledger
from resolvers.schema import core

# What a request that is not as it should be runs into. The executor finds better words.
NOT_KNOWN = (ValueError, LookupError, TypeError, AttributeError, NotCompiled, Unreadable, RequestRefused)

STREAMS: Final = (
    "Subscriptions are told over a WebSocket at this address, in `graphql-transport-ws`, "
    "or as a stream of events to those who accept `text/event-stream`."
)


class Answer(NamedTuple):
    """What is said to a request. `data` is None where nothing was run: then there is no `data` in the response."""

    data: bytes | None
    errors: Sequence[dict[str, Any]] = ()
    cost: int | None = None
    explained: dict[str, Any] | None = None
    """How it came about, for whoever may know and has asked."""

    def body(self, most: int) -> bytes:
        """The response, as JSON."""
        parts = []
        if self.errors:
            parts.append(b'"errors":' + orjson.dumps(list(self.errors)))
        if self.data is not None:
            parts.append(b'"data":' + self.data)
        if self.cost is not None:
            explained = b"" if self.explained is None else b',"explain":' + orjson.dumps(self.explained)
            parts.append(b'"extensions":{"cost":{"requested":%d,"most":%d}%b}' % (self.cost, most, explained))
        return b"{" + b",".join(parts) + b"}"


def refused(code: ErrorCode, message: str, **more: str | None) -> Answer:
    """A request error."""
    return Answer(None, [errors.said(code, message, **more)])


@dataclass
class Answering:
    """Answers requests over one schema, one reader and one ledger."""

    schema: Schema
    engine: Engine
    ledger: Ledger
    trusted: documents.Documents = field(default_factory=dict)
    trusted_only: bool = False

    def document(self, asked: Asked) -> str | Answer:
        """The text that is asked for, or why it is not taken."""
        if asked.document_id is not None:
            found = self.trusted.get(asked.document_id)
            if found is None:
                return refused(
                    ErrorCode.DOCUMENT_NOT_FOUND, "No trusted document has this id. Send the `query` itself."
                )
            return found
        assert asked.query is not None
        if self.trusted_only and asked.query not in self.texts:
            return refused(
                ErrorCode.UNTRUSTED_DOCUMENT,
                "This server answers trusted documents alone. Send a `documentId`.",
            )
        return asked.query

    def __post_init__(self) -> None:
        self.texts = frozenset(self.trusted.values())
        self.study = Study(core(self.schema), introspection=self.engine.introspection)

    def known(self, query: str, asked: Asked, caller: Caller) -> tuple[Plan, Values] | None:
        """The plan of a query that was asked before, and what is bound; None if it has to be looked into."""
        try:
            operation = self.engine.memory.get(query, asked.operation_name)
            if operation is None:
                return None
            values = self.engine.values(caller)
            plan = operation.planned(operation.read(asked.variables, values))
        except NOT_KNOWN:
            return None
        if plan is None:
            return None
        if (seen := SEEN.get()) is not None:
            seen.is_of(operation, known=True)
        return plan, values

    async def read(self, plan: Plan, values: Values, allowance: Allowance | None = None) -> Answer:
        """The answer of a plan, which may cost no more than the caller has left."""
        try:
            if allowance is not None:
                allowance.spend(plan.check_price(values))
            seen = SEEN.get()
            fetch = None if seen is None or seen.explanation is None else seen.explanation.fetch
            data, found = await self.engine.reader.answer(plan, values, fetch=fetch)
        except RequestRefused as error:
            return Answer(None, [errors.told_of(error)], values.get("cost"))
        except HttpRefused:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and nothing leaks
            return Answer(b"null", [errors.told_of(error)])
        return Answer(data, [errors.told(error, plan.operation) for error in found], values.get("cost"))

    async def operation(self, query: str, asked: Asked) -> Operation | Answer:
        """The operation, which is valid; or why it is none."""
        name, memory = asked.operation_name, self.engine.memory
        found = memory.get(query, name)
        if found is not None:
            return self.seen(found)
        try:
            learnt = await self.study.learn(query, name)
        except GraphQLError as error:
            return Answer(None, [errors.told(error)])
        except RequestRefused as error:
            return Answer(None, [errors.told_of(error)])
        except Invalid as invalid:
            return Answer(None, invalid.errors)
        # Of two who learnt it at the same time, one's plans are enough.
        return self.seen(memory.get(query, name) or memory.put(query, name, learnt))

    def seen(self, operation: Operation) -> Operation:
        """Say to those who look on what is asked for, and that no plan was there for it."""
        if (seen := SEEN.get()) is not None:
            seen.is_of(operation, known=False)
        return operation

    async def first(
        self,
        query: str,
        asked: Asked,
        operation: Operation,
        caller: Caller,
        allowance: Allowance | None = None,
    ) -> Answer:
        """The answer to a query that has no plan yet, or none at all."""
        values = self.engine.values(caller)
        try:
            shape = operation.read(asked.variables, values)
            plan = await self.study.compile(operation, shape, values)
        except RequestRefused as error:
            return Answer(None, [errors.told_of(error)])
        except NotCompiled:
            if is_about_the_schema(operation):
                return await self._described(query, asked, operation)
            return await self.execute(query, asked, operation, caller)
        except NOT_KNOWN:
            return await self.execute(query, asked, operation, caller)
        return await self.read(plan, values, allowance)

    async def _described(self, query: str, asked: Asked, operation: Operation) -> Answer:
        name, variables = asked.operation_name, asked.variables
        data, found = await self.study.describe(query, name, operation, variables)
        told = [self._told(error, operation) for error in found]
        return Answer(None if data == b"null" and not any("path" in error for error in told) else data, told)

    async def execute(self, query: str, asked: Asked, operation: Operation, caller: Caller) -> Answer:
        """The answer of Strawberry's executor: of mutations, and of what no statement answers."""
        context: dict[str, Any] = {
            "engine": self.engine,
            "ledger": self.ledger,
            "document": operation.document,
            "caller": caller,
        }
        result = await self.schema.execute(
            query, asked.variables, context, operation_name=asked.operation_name
        )
        found = [self._told(error, operation) for error in result.errors or ()]
        # An error with a path is a field's: the operation ran, though nothing came of it.
        ran = result.data is not None or any("path" in error for error in found)
        cost = context.get("cost")
        return Answer(orjson.dumps(result.data) if ran else None, found, cost)

    def _told(self, error: GraphQLError, operation: Operation) -> dict[str, Any]:
        return errors.told(error, operation, suggest=self.engine.introspection)

    async def other(self, query: str, asked: Asked, operation: Operation, caller: Caller) -> Answer:
        """The answer to what is no query. A mutation that was begun is finished, whoever leaves."""
        if operation.definition.operation is OperationType.SUBSCRIPTION:
            return refused(ErrorCode.SUBSCRIPTION, STREAMS, coordinate=operation.first_field)
        return await asyncio.shield(self.execute(query, asked, operation, caller))

    async def answer(
        self, asked: Asked, caller: Caller = ANYONE, allowance: Allowance | None = None
    ) -> Answer:
        """The answer to a query or a mutation, on whatever way it came."""
        query = self.document(asked)
        if isinstance(query, Answer):
            return query
        operation = await self.operation(query, asked)
        if isinstance(operation, Answer):
            return operation
        if operation.definition.operation is not OperationType.QUERY:
            return await self.other(query, asked, operation, caller)
        try:
            async with asyncio.timeout(self.patience):
                found = self.known(query, asked, caller)
                if found is not None:
                    return await self.read(*found, allowance)
                return await self.first(query, asked, operation, caller, allowance)
        except TimeoutError:
            return self.too_late()

    @property
    def patience(self) -> float:
        """Seconds that a query may take, with all that it waits for."""
        return self.engine.reader.settings.statement_timeout

    def too_late(self) -> Answer:
        """What is said when it took longer."""
        return refused(ErrorCode.TIMEOUT, f"This took longer than {self.patience:g} s. Ask for less.")
