"""A transition of a tie that was told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.sets import among
from graph.compile.words import (
    HORIZON,
    both,
    either,
    is_caller,
    later,
    no,
    not_one_of,
    one_of,
    or_else,
    same,
    sees_hidden,
    sees_opt_out,
    when,
)
from graph.kinds import FactKind, RelationshipEventKind, RelationshipState
from models.event import Xid8
from resolvers.account import is_party, seen
from resolvers.actor import acted, by_itself
from resolvers.declare import Filter, Node, answer, column, node
from resolvers.declare import where as member
from resolvers.ranges import DateTimeRange

if TYPE_CHECKING:
    from resolvers.actor import Actor
    from resolvers.block import Block
    from resolvers.relationship import Relationship

CLOCK = "clock"
"""The source of what no fact caused."""

PRIVATE = (FactKind.OPTED_OUT, FactKind.OPTED_IN, FactKind.ENDED)
"""Whose reason and actor would tell of an opt-out, or that there was none."""

BLOCKING = (FactKind.BLOCK_PLACED, FactKind.BLOCK_CHANGED)
"""Whose reason and performer can be hidden with the block's."""


@node("A transition of a tie: what happened to it, when, and why.")
class RelationshipEvent(Row[models.RelationshipEvent], Node):
    """One event of the feed, which is never changed."""

    kind: RelationshipEventKind = column("What happened.")
    at: datetime = column("When it took effect.")
    recorded_at: datetime = column("When it became known here.")
    from_state: RelationshipState | None = column("The state before; null where the tie began.")
    to_state: RelationshipState = column("The state after.")
    bulk: bool = column("Whether it was one of many made by one act, such as a resignation.")

    def visible(self) -> bool:
        """An event of somebody who is hidden is not there, but for the mentor whose tie it is about, and themselves."""
        own = is_party(self, self.row.mentor_id, self.row.mentee_id)
        return both(either(own, seen(self, self.row.mentee_id)), seen(self, self.row.mentor_id))

    def reachable(self) -> bool:
        """At a moment of the past: once it had taken effect."""
        return self.row.at <= self.moment if self.within.then else True

    def listed(self, where: RelationshipEventFilter | None) -> Iterator[bool]:
        """What holds of every event in a list: unless asked, it was not withdrawn."""
        yield self.reachable()
        asked = where.withdrawn if where else None
        yield self.is_one_withdrawn() if asked is True else no(self.is_withdrawn())
        if where:
            yield from where.conditions(self)

    def is_settled(self) -> bool:
        """Whether nothing can come to stand before it in the feed any more."""
        return cast("bool", self.row.xid < horizon(self))

    def is_withdrawn(self) -> bool:
        """Whether a later event says that it is untrue."""
        return self.exists(models.RelationshipEvent, lambda later: same(later.withdraws_id, self.row.id))

    def is_one_withdrawn(self) -> bool:
        """The same, for a list of these alone: they are few."""
        return among(
            self,
            self.row.id,
            models.RelationshipEvent,
            lambda later: no(later.withdraws_id.is_(None)),  # type: ignore[union-attr]  # a column
            lambda later: later.withdraws_id,
        )

    # The fact that caused it and the fact's words, joined where they are named.

    @property
    def fact(self) -> models.Fact:
        """What caused it; none for the clock."""
        return self.join(models.Fact, lambda fact: same(fact.id, self.row.fact_id))

    @property
    def words(self) -> models.FactText:
        """The fact's names and free text."""
        return self.join(models.FactText, lambda text: same(text.fact_id, self.row.fact_id))

    def may_read(self, shown: bool) -> bool:
        """Whether the fact's words are for the caller: not of an opt-out, unless it was they who acted, nor of a block
        whose own are hidden, nor of whoever is.
        """
        own = is_caller(self, self.fact.performer_id)
        public = either(not_one_of(self.fact.kind, PRIVATE), own, sees_opt_out(self, self.row.mentee_id))
        # Of somebody hidden they and their mentor are told the tie, and neither names nor reasons.
        party = is_party(self, self.row.mentor_id, self.row.mentee_id)
        known = either(no(party), seen(self, self.row.mentee_id))
        return both(public, known, either(not_one_of(self.fact.kind, BLOCKING), shown, sees_hidden(self)))

    @answer
    def relationship(self) -> Relationship:
        """The tie that it happened to."""
        return self.by_key(self.row.relationship_id)

    @answer
    def block(self) -> Block | None:
        """The block that caused it."""
        return self.by_key(self.row.block_id)

    @answer
    def actor(self) -> Actor | None:
        """Who acted; null for the clock, and where it is hidden from the caller."""
        fact, words = self.fact, self.words
        shown = self.exists(
            models.Block,
            lambda block: both(
                same(block.id, self.row.block_id),
                either(no(block.performer.is_(None)), no(block.performer_id.is_(None))),  # type: ignore[union-attr]  # a column
            ),
        )
        tool = by_itself(self, fact, words)
        return acted(self, fact.performer_id, words.performer, tool=tool, told=self.may_read(shown))

    @answer
    def reason(self) -> str | None:
        """The reason given; null where there is none or it is hidden from the caller."""
        shown = self.exists(
            models.Block,
            lambda block: both(same(block.id, self.row.block_id), no(block.reason.is_(None))),  # type: ignore[union-attr]  # a column
        )
        return when(self.may_read(shown), self.words.reason)

    @answer
    def source(self) -> str:
        """Where it was learnt: `mw-log`, `reconcile`, `api`, `clock`, …"""
        return or_else(self.fact.source, CLOCK)

    @answer
    def source_id(self) -> str | None:
        """The fact's id there, as `retractFact` takes it; null for the clock."""
        return self.fact.source_id

    @answer
    def withdraws(self) -> RelationshipEvent | None:
        """For `WITHDRAWN`: the event that is no longer true."""
        return self.by_key(self.row.withdraws_id)

    @answer
    def withdrawn_at(self) -> datetime | None:
        """When it was withdrawn; lists leave withdrawn events out unless asked."""
        return self.value(
            models.RelationshipEvent,
            lambda later: same(later.withdraws_id, self.row.id),
            lambda later: later.recorded_at,
        )


def horizon(row: Row[Any]) -> Any:
    """The transaction before which every event has its place in the feed."""
    ahead = row.value(models.FeedClock, lambda clock: clock.is_only, lambda clock: clock.ahead)
    return later(HORIZON, ahead, Xid8())


@strawberry.input(description="Which events.")
class RelationshipEventFilter(Filter):
    """Each member says which events it lets through."""

    kind: list[RelationshipEventKind] | None = member(
        "Of those kinds.", lambda event, kinds: one_of(event.row.kind, kinds)
    )
    at: DateTimeRange | None = member(
        "Which took effect then.", lambda event, range_: range_.holds(event.row.at)
    )
    withdrawn: bool | None = member(
        "True: those alone that turned out untrue. Else they are left out.", lambda _event, _withdrawn: True
    )
