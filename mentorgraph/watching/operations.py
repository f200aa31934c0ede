"""Operations of a socket: a document and its variables become a stream of payloads, or the errors why not."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from graphql import GraphQLObjectType, OperationType, get_argument_values, parse
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import VariableValues, get_variable_values

from graph.caller import Caller
from graph.compile.ids import Ref, decode, encode
from graph.compile.page import read_cursor
from graph.compile.plan import Operation, Unreadable
from graph.errors import ErrorCode, RequestRefused
from graph.kinds import JobState
from mentorgraph import errors
from mentorgraph.allowance import Allowance
from mentorgraph.answering import Answer, Answering
from mentorgraph.callers import Callers, Visitor
from mentorgraph.executor import Engine
from mentorgraph.http.asked import Asked
from mentorgraph.watching.news import News
from mentorgraph.watching.rendering import Rendering, surely
from mentorgraph.watching.standing import Standings, keep_counts, keep_job
from mentorgraph.watching.streams import Events, Wanted
from models import feed
from models.event import RelationshipEvent
from models.feed import Place
from resolvers.orders import FEED
from resolvers.schema import core

WHO_IS_THERE = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
KEYS = [RelationshipEvent.__table__.c[name].type for name in ("xid", "id")]  # type: ignore[attr-defined]  # SQLModel's


class Wrong(Exception):
    """An operation that can't be run; `errors` say why, as they are sent."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


RIGHTS_EVERY = 30.0
"""Seconds after which it is looked at again whether who watches still may, where no event made anybody look."""


class NoLonger(Exception):
    """Whoever watches may no longer what they might when they came."""


class Field:
    """The one root field of a subscription, its arguments as values."""

    def __init__(self, operation: Operation, variables: Mapping[str, Any], *, suggest: bool) -> None:
        root = cast("GraphQLObjectType", operation.schema.subscription_type)
        found = get_variable_values(
            operation.schema, operation.definition.variable_definitions or (), dict(variables)
        )
        if not isinstance(found, VariableValues):
            raise Wrong([errors.told(error, operation, suggest=suggest) for error in found])
        fields = collect_fields(operation.schema, operation.fragments, found, root, operation.definition)
        details = next(iter(fields.grouped_field_set.values()), None)
        if details is None:
            raise RequestRefused(
                ErrorCode.NOTHING_TO_WATCH, "All that this subscription asks for is skipped."
            )
        self.name = details[0].node.name.value
        self.arguments = get_argument_values(root.fields[self.name], details[0].node, found)


@dataclass
class Desk:
    """What answers the operations of whoever listens: on sockets, and to streams of events."""

    answering: Answering
    news: News
    standings: Standings
    callers: Callers

    @property
    def engine(self) -> Engine:
        """What answers reads."""
        return self.answering.engine

    async def answers(self, asked: Asked, watch: "Watch") -> AsyncGenerator[str]:
        """The payloads, one after the other."""
        query = self.answering.document(asked)
        operation = query if isinstance(query, Answer) else await self.answering.operation(query, asked)
        if isinstance(operation, Answer):
            raise Wrong(operation.errors)
        if operation.definition.operation is not OperationType.SUBSCRIPTION:
            async with watch.turn:
                answer = await self.answering.answer(asked, watch.visitor.caller, watch.allowance)
                if answer.data is None:
                    raise Wrong(answer.errors)
                yield answer.body(self.engine.most).decode()
            return
        with watch.place():
            async with aclosing(await self._stream(operation, asked, watch)) as stream:
                async for text in stream:
                    # What may be told is asked again for each event: a right that was taken away tells nothing more.
                    await self.must_still_be(watch.visitor)
                    yield text

    async def must_still_be(self, visitor: Visitor) -> None:
        """Refuse whoever is no longer who they were, or may no longer what they might."""
        if visitor.digest is not None and not await surely(lambda: self.callers.still(visitor)):
            raise NoLonger

    async def while_still_so(self, visitor: Visitor) -> None:
        """Ask again from time to time, for as long as nothing is told; ends by `NoLonger` alone."""
        while visitor.digest is not None:
            await asyncio.sleep(RIGHTS_EVERY)
            await self.must_still_be(visitor)

    # Subscriptions.

    async def _stream(self, operation: Operation, asked: Asked, watch: "Watch") -> AsyncGenerator[str]:
        try:
            field = Field(operation, asked.variables, suggest=self.engine.introspection)
            rendering = await self._rendering(operation, asked, watch.visitor.caller)
            return await SOURCES[field.name](self, field.arguments, rendering, watch)
        except RequestRefused as error:
            raise error.at(operation.first_field) from None

    async def _rendering(self, operation: Operation, asked: Asked, caller: Caller) -> Rendering:
        values = self.engine.values(caller)
        try:
            shape = operation.read(asked.variables, values)
        except Unreadable:
            # graphql-core took the variables, so they are right: only this reader can't say what they are.
            raise RequestRefused(ErrorCode.BAD_USER_INPUT, "A variable can't be read.") from None
        plan = await self.answering.study.compile(operation, shape, values, OperationType.SUBSCRIPTION)
        return Rendering(self.engine.reader, plan, values)

    async def relationship_events(
        self, given: Mapping[str, Any], rendering: Rendering, watch: "Watch"
    ) -> AsyncGenerator[str]:
        """First what came since the cursor, then what comes."""
        wiki = await self._wiki(given["wiki"])
        people = {name: _person(given.get(name), name.capitalize(), wiki) for name in ("mentor", "mentee")}
        await self._must_be_there([ref for ref in people.values() if ref], watch.visitor.caller)
        kinds = None if given.get("kind") is None else frozenset(str(kind) for kind in given["kind"])
        wanted = Wanted(wiki, **{name: ref and ref.key for name, ref in people.items()}, kinds=kinds)
        events = Events(wanted, await self._place(watch.after or given.get("after")), watch.fall_behind)
        watch.events = events
        return events.told(self.news, rendering)

    async def relationship_counts(
        self, given: Mapping[str, Any], rendering: Rendering, _: "Watch"
    ) -> AsyncGenerator[str]:
        """Now, and whenever they change."""
        mentor = _of_now(given["mentor"], "Mentor")
        about = (mentor.wiki, mentor.key)
        return self.standings.told(
            rendering.same,
            lambda standing: keep_counts(standing, self.news, about, rendering, self.engine.clock),
        )

    async def job(self, given: Mapping[str, Any], rendering: Rendering, _: "Watch") -> AsyncGenerator[str]:
        """Now and once a second, as far as it changes, until it ends."""
        ref = _of_now(given["id"], "Job")

        async def is_over() -> bool:
            found = await self.answering.ledger.jobs.find(ref.wiki, ref.key)
            return found is None or found.state is not JobState.RUNNING

        return self.standings.told(
            rendering.same, lambda standing: keep_job(standing, is_over, rendering, self.engine.clock)
        )

    async def _wiki(self, name: str) -> int:
        directory = self.engine.reader.directory
        if name not in directory:
            await self.engine.reader.refresh()
        if name not in directory:
            raise RequestRefused(
                ErrorCode.NOT_FOUND, "This wiki is not tracked here. Start tracking it by `addWiki`."
            )
        return directory[name]

    async def _must_be_there(self, people: Sequence[Ref], caller: Caller) -> None:
        """Who is hidden from the caller is nobody, here too."""
        if not people:
            return
        schema, memory, values = core(self.answering.schema), self.engine.memory, self.engine.values(caller)
        operation = memory.get(WHO_IS_THERE) or memory.put(
            WHO_IS_THERE, None, Operation(schema, parse(WHO_IS_THERE))
        )
        shape = operation.read({"ids": [encode(*ref) for ref in people]}, values)
        data, _ = await self.engine.reader.answer(operation.plan(shape), values)
        for ref, there in zip(people, orjson.loads(data)["nodes"], strict=True):
            if there is None:
                raise RequestRefused(
                    ErrorCode.NOT_FOUND, f"There is no such {ref.type.lower()} on this wiki."
                )

    async def _place(self, cursor: str | None) -> Place | None:
        if cursor is None:
            return None
        place = Place(*read_cursor(cursor, FEED, KEYS))
        if place.xid > (await feed.head(self.engine.reader)).xid:
            raise RequestRefused(
                ErrorCode.BAD_CURSOR,
                "This cursor is ahead of the feed: it was given before the database was set back to an earlier "
                "day. Read what you show again, with `eventCursor`, and go on from that.",
            )
        return place


@dataclass
class Watch:
    """What is known of an operation that somebody listens to, and of who it is."""

    visitor: Visitor
    allowance: Allowance | None
    place: Callable[[], AbstractContextManager[None]]
    """Takes one of the places for subscriptions that its caller has."""
    turn: AbstractAsyncContextManager[None] = field(default_factory=nullcontext)
    """Waits until an answer may be made: so many at a time are held for who reads slowly, and no more."""
    fall_behind: Callable[[], None] = lambda: None
    events: Events | None = None
    after: str | None = None
    """Where a stream goes on that was interrupted, whatever the document says."""


SOURCES = {
    "relationshipEvents": Desk.relationship_events,
    "relationshipCounts": Desk.relationship_counts,
    "job": Desk.job,
}


def _person(given: str | None, type_: str, wiki: int) -> Ref | None:
    if given is None:
        return None
    ref = _of_now(given, type_)
    if ref.wiki != wiki:
        raise RequestRefused(ErrorCode.BAD_ID, f"This is the id of a {type_.lower()} of another wiki.")
    return ref


def _of_now(given: str, type_: str) -> Ref:
    """What an id stands for; what is watched is what comes, so an id of the past is refused."""
    ref = decode(given, type_)
    if ref.at is not None:
        raise RequestRefused(
            ErrorCode.BAD_ID,
            "This id is of a moment of the past. Watch by the id that is given without `asOf`.",
        )
    return ref
