"""A mentor: an account that mentors others, or did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import ARRAY, Text
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import array

import models
from graph.compile.rows import Row
from graph.compile.sets import count, seen_as
from graph.compile.words import (
    both,
    covers,
    either,
    first_of,
    is_caller,
    no,
    one_of,
    or_else,
    same,
    sees_opt_outs,
    when,
)
from graph.kinds import (
    BlockKind,
    BlockScope,
    MentorShare,
    MentorStatus,
    NotificationKind,
    RelationshipRole,
    RelationshipState,
)
from resolvers.account import Account, is_shown, may_see
from resolvers.counts import RelationshipCounts, ties_of
from resolvers.declare import Connection, answer, column, connection, node
from resolvers.mentees import EDITED_LAST, MenteeFilter, MenteeOrder
from resolvers.orders import NEWEST
from resolvers.relationships import STARTED_LAST, RelationshipFilter, RelationshipOrder

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.mentee import Mentee, MenteeConnection
    from resolvers.relationship import Relationship

T = TypeVar("T")


@node("An account that is or was a mentor.")
class Mentor(Row[models.Mentor], Account):
    """One mentor, with what that mentor chose."""

    share: MentorShare = column("How many of the newcomers this mentor is drawn for.")
    capacity: int | None = column("The most mentees this mentor is given by drawing; null: no limit.")
    introduction: str | None = column("At most 240 characters.")
    version: int = column("Grows with every change to the mentor; for `expectedVersion`.")

    @property
    def account(self) -> models.Account:
        """The account's row, joined."""
        return self.join(models.Account, lambda account: same(account.id, self.row.id))

    def visible(self) -> bool:
        """A hidden account is not there."""
        return may_see(self, self.account)

    def reachable(self) -> bool:
        """At a moment of the past: once there was a first term."""
        if not self.within.then:
            return True
        return self.exists(
            models.MentorTerm, lambda term: both(same(term.mentor_id, self.row.id), self.begun(term))
        )

    # What is kept on the row is of the latest term and the latest absence alone.

    def begun(self, term: models.MentorTerm) -> bool:
        """Whether the term had begun at the moment."""
        return both(term.valid_from <= self.moment)

    def term(self, what: Callable[[models.MentorTerm], T]) -> T | None:
        """Of the latest term that had begun at a moment of the past."""
        return self.value(
            models.MentorTerm,
            lambda term: both(same(term.mentor_id, self.row.id), self.begun(term)),
            what,
            latest=lambda term: term.valid_from,
        )

    def has_resigned(self) -> bool:
        """Whether no term runs."""
        if not self.within.then:
            return both(self.row.resigned_at <= self.moment)
        return no(
            self.exists(
                models.MentorTerm,
                lambda term: both(same(term.mentor_id, self.row.id), covers(term, self.moment)),
            )
        )

    def is_away(self) -> bool:
        """Whether the mentor has said so; of the past the latest absence alone is known."""
        away = self.row.away_until > self.moment
        return both(away, cast("datetime", self.row.away_since) <= self.moment) if self.within.then else away

    @answer
    def enrolled_at(self) -> datetime:
        """When the latest term as a mentor began."""
        if not self.within.then:
            return self.row.enrolled_at
        return or_else(self.term(lambda term: term.valid_from), self.row.enrolled_at)

    def load(self, state: RelationshipState) -> int:
        """How many mentees in that state the caller may know to have this primary mentor."""

        def on(span: models.RelationshipSpan) -> bool:
            mine = both(same(span.mentor_id, self.row.id), same(span.role, RelationshipRole.PRIMARY))
            told = is_shown(self, span.mentee_id)
            return both(mine, same(span.state, state), covers(span, self.moment), told)

        return count(self, models.RelationshipSpan, on)

    @answer
    def status(self) -> MentorStatus:
        """Whether this mentor can answer now, and if not, why."""
        return self.stands()

    def stands(self) -> MentorStatus:
        """The first that fits, from the right."""
        return first_of(
            (self.has_resigned(), MentorStatus.RESIGNED),
            (self.is_blocked(lambda span: covers(span, self.moment)), MentorStatus.BLOCKED),
            (self.is_away(), MentorStatus.AWAY),
            other=MentorStatus.AVAILABLE,
        )

    def is_blocked(self, when: Callable[[models.BlockSpan], bool]) -> bool:
        """Whether a lock, a global block or a sitewide block is open then."""
        return self.exists(models.BlockSpan, lambda span: self.keeps_out(span, when))

    def keeps_out(self, span: models.BlockSpan, when: Callable[[models.BlockSpan], bool]) -> bool:
        """Whether that stretch of a block keeps the mentor from answering then."""
        wide = (BlockKind.GLOBAL_BLOCK, BlockKind.GLOBAL_LOCK)
        return both(
            same(span.mentee_id, self.row.id),
            when(span),
            either(
                same(span.scope, BlockScope.SITEWIDE.value),
                self.exists(
                    models.Block,
                    lambda block: both(same(block.id, span.block_id), one_of(block.kind, wide)),
                ),
            ),
        )

    @answer
    def unavailable_since(self) -> datetime | None:
        """Since when, for the reason that `status` tells: the resignation, the block that was placed last, or the
        absence; null where the mentor can answer.
        """

        def now(span: models.BlockSpan) -> bool:
            return covers(span, self.moment)

        blocked = self.value(
            models.BlockSpan,
            lambda span: self.keeps_out(span, now),
            lambda span: span.valid_from,
            latest=lambda span: span.valid_from,
        )
        return first_of(
            (self.has_resigned(), self.ended()),
            (self.is_blocked(now), blocked),
            (self.is_away(), self.row.away_since),
            other=None,
        )

    def ended(self) -> datetime | None:
        """When the latest term ended, or will."""
        return self.term(lambda term: term.valid_to) if self.within.then else self.row.resigned_at

    @answer
    def away_until(self) -> datetime | None:
        """Until when this mentor is away; null where they are not."""
        return first_of((self.is_away(), self.row.away_until), other=None)

    @answer
    def resigned_at(self) -> datetime | None:
        """When the latest term as a mentor ended; null while it lasts."""
        ended = self.ended()
        return first_of((cast("datetime", ended) <= self.moment, ended), other=None)

    @answer
    def notify(self) -> list[NotificationKind] | None:
        """What this mentor is told; null to all but the mentor and coordinators."""
        every = sql_cast(array([kind.value for kind in NotificationKind]), ARRAY(Text()))
        may = either(sees_opt_outs(self), is_caller(self, self.row.id))
        return cast("list[NotificationKind]", when(may, or_else(self.row.notify, every)))

    @answer
    def counts(self, role: RelationshipRole = RelationshipRole.PRIMARY) -> RelationshipCounts:
        """How many ties this mentor has in that role."""
        return self.part(ties_of(self, self.row.id, role))

    @connection
    def mentees(
        self,
        role: RelationshipRole = RelationshipRole.PRIMARY,
        where: MenteeFilter | None = None,
        order_by: MenteeOrder | None = EDITED_LAST,
    ) -> MenteeConnection:
        """The mentees this mentor has in that role; `state` chooses between active and suspended ones, and
        both are given where it is left out. Those lost are in `relationships`.
        """

        def on(mentee: Any) -> bool:
            mine = same(mentee.listed_under(role).span(role).mentor_id, self.row.id)
            return both(mine, *(where.conditions(mentee) if where else ()))

        order = order_by or EDITED_LAST
        return self.page(on, order.keys(under=True), edge={"relationship": lambda mentee: mentee.tie(role)})

    @connection
    def relationships(
        self, where: RelationshipFilter | None = None, order_by: RelationshipOrder | None = STARTED_LAST
    ) -> Connection[Relationship]:
        """Every tie of this mentor."""
        order = order_by or STARTED_LAST
        return self.page(
            lambda tie: both(same(tie.row.mentor_id, self.row.id), *tie.listed(where)), order.keys()
        )

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """What became of this mentor's ties, newest first."""
        return self.page(
            lambda event: both(same(event.row.mentor_id, self.row.id), *event.listed(where)), NEWEST
        )

    @answer
    def as_mentee(self) -> Mentee:
        """The same account as a mentee."""
        return self.by_key(self.row.id)


def is_available(row: Row[Any], columns: models.Mentor) -> bool:
    """Whether the mentor with these columns answers at the moment of the row."""
    return same(seen_as(Mentor, columns, row).stands(), MentorStatus.AVAILABLE)


def answers_at(row: Row[Any], mentor_id: Any) -> bool:
    """Whether the mentor of that id answers at the moment of the row."""
    return row.exists(
        models.Mentor, lambda mentor: both(same(mentor.id, mentor_id), is_available(row, mentor))
    )
