"""A block of an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.words import ENDLESS, both, covers, no, one_of, or_else, same, sees_hidden, when
from graph.kinds import BlockCategory, BlockKind, BlockScope, CategorySource
from resolvers.account import seen
from resolvers.actor import acted, by_itself
from resolvers.declare import Filter, Node, answer, column, node
from resolvers.declare import where as member
from resolvers.ranges import DateTimeRange

if TYPE_CHECKING:
    from resolvers.actor import Actor
    from resolvers.mentee import Mentee
    from resolvers.wiki import Wiki


@node("A block of an account.")
class Block(Row[models.Block], Node):
    """One block, as it last was."""

    block_id: str = column(
        "The block's id at its source; unique with `wiki` and `kind`. Where the source tells none, the id "
        "of the log "
        "entry that placed it."
    )
    kind: BlockKind = column("Where it was placed.")
    placed_at: datetime = column("When it was placed.")

    def visible(self) -> bool:
        """A block of somebody who is hidden is not there."""
        return seen(self, self.row.mentee_id)

    def reachable(self) -> bool:
        """At a moment of the past: once it was placed."""
        return self.row.placed_at <= self.moment if self.within.then else True

    def listed(self, where: BlockFilter | None) -> Iterator[bool]:
        """What holds of every block in a list: it was not withdrawn."""
        yield same(self.row.withdrawn_at, ENDLESS)
        yield self.reachable()
        if where:
            yield from where.conditions(self)

    def stood(self, column: str) -> Any:
        """What can be changed of a block, as it was at the moment; the row says how it last was."""
        last = getattr(self.row, column)
        if not self.within.then:
            return last
        then = self.value(
            models.BlockSpan,
            lambda span: both(same(span.block_id, self.row.id), span.valid_from <= self.moment),
            lambda span: getattr(span, column),
            latest=lambda span: span.valid_from,
        )
        return or_else(then, last)

    def open(self) -> bool:
        """Whether it is open at the moment."""
        if self.within.then:
            return self.exists(
                models.BlockSpan,
                lambda span: both(same(span.block_id, self.row.id), covers(span, self.moment)),
            )
        return both(
            self.row.placed_at <= self.moment,
            self.row.expires_at > self.moment,
            self.row.lifted_at > self.moment,
        )

    @answer
    def wiki(self) -> Wiki:
        """Its wiki."""
        return self.one(lambda wiki: same(wiki.row.id, self.within.wiki))

    @answer
    def target(self) -> Mentee:
        """The blocked account; everyone can be seen as a mentee, see `asMentor`."""
        return self.by_key(self.row.mentee_id)

    @answer
    def reason(self) -> str | None:
        """The reason as written on the wiki; null where it is suppressed and the caller may not see it."""
        kept = self.value(
            models.FactText, lambda text: same(text.fact_id, self.row.reason_by), lambda text: text.reason
        )
        return or_else(self.row.reason, when(sees_hidden(self), kept))

    @answer
    def performer(self) -> Actor | None:
        """Who placed it; null where nobody is told or it is hidden from the caller."""
        fact = self.join(models.Fact, lambda fact: same(fact.id, self.row.placed_by))
        words = self.join(models.FactText, lambda text: same(text.fact_id, self.row.placed_by))
        sees = sees_hidden(self)
        account = or_else(self.row.performer_id, when(sees, fact.performer_id))
        text = or_else(self.row.performer, when(sees, words.performer))
        return acted(self, account, text, tool=by_itself(self, fact, words), told=True)

    @answer
    def scope(self) -> BlockScope:
        """How much it covers."""
        return cast("BlockScope", self.stood("scope"))

    @answer
    def category(self) -> BlockCategory:
        """What it is for."""
        return cast("BlockCategory", self.stood("category"))

    @answer
    def category_source(self) -> CategorySource:
        """How the category was found."""
        return cast("CategorySource", self.stood("category_source"))

    @answer
    def expires_at(self) -> datetime | None:
        """Null: without an end."""
        return cast("datetime", self.stood("expires_at"))

    @answer
    def unblock_requested(self) -> bool:
        """Whether an unblock request of the mentee is open on the wiki."""
        return cast("bool", self.stood("unblock_requested"))

    @answer
    def lifted_at(self) -> datetime | None:
        """When it was lifted before it expired."""
        return when(self.row.lifted_at <= self.moment, self.row.lifted_at)

    @answer
    def is_indefinite(self) -> bool:
        """Whether it has no end."""
        return same(self.stood("expires_at"), ENDLESS)

    @answer
    def is_open(self) -> bool:
        """Whether it is open now."""
        return self.open()


@strawberry.input(description="Which blocks.")
class BlockFilter(Filter):
    """Each member says which blocks it lets through."""

    open: bool | None = member(
        "Those that are open now, or those that are not.",
        lambda block, asked: block.open() if asked else no(block.open()),
    )
    kind: list[BlockKind] | None = member(
        "Of those kinds.", lambda block, kinds: one_of(block.row.kind, kinds)
    )
    scope: BlockScope | None = member(
        "Of that scope.", lambda block, scope: same(block.stood("scope"), str(scope))
    )
    category: list[BlockCategory] | None = member(
        "Of those categories.", lambda block, categories: one_of(block.stood("category"), categories)
    )
    placed: DateTimeRange | None = member(
        "Placed then.", lambda block, range_: range_.holds(block.row.placed_at)
    )
