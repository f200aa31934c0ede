"""A tie between one mentor and one mentee in one role, from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import models
from graph.compile.rows import Row
from graph.compile.sets import Layer, seen_as, stacked
from graph.compile.words import (
    ENDLESS,
    both,
    covers,
    either,
    first_of,
    or_else,
    same,
    sees_opt_out,
    when,
)
from graph.kinds import EndReason, RelationshipRole, RelationshipState, StartReason
from resolvers import ends
from resolvers.account import is_party, seen
from resolvers.declare import Connection, Node, answer, column, connection, node
from resolvers.mentee import Mentee
from resolvers.orders import NEWEST

if TYPE_CHECKING:
    from resolvers.event import RelationshipEvent, RelationshipEventFilter
    from resolvers.mentor import Mentor
    from resolvers.relationships import RelationshipFilter
    from resolvers.span import RelationshipSpan
    from resolvers.wiki import Wiki


@node("A tie between one mentor and one mentee in one role, from its start to its end.")
class Relationship(Row[models.Relationship], Node):
    """One tie; what lies in its future is told in `spans`, `stateUntil` and `nextState` alone."""

    role: RelationshipRole = column("Whether as the mentor or as the backup.")
    started_at: datetime = column("When it began.")
    start_is_known: bool = column(
        "False for an imported tie of which no source tells the start: `startedAt` is then the moment of "
        "the import."
    )
    started_because: StartReason = column("Why it began.")
    withdrawn_at: datetime | None = column(
        "When a late or a taken-back fact unmade this tie; it is then in no list, count or state."
    )
    version: int = column(
        "Grows with every change; send it as `expectedVersion` to refuse a change made on stale data."
    )

    def visible(self) -> bool:
        """A tie of somebody who is hidden is not there, but for its mentor and for themselves."""
        own = is_party(self, self.row.mentor_id, self.row.mentee_id)
        return both(either(own, seen(self, self.row.mentee_id)), seen(self, self.row.mentor_id))

    def reachable(self) -> bool:
        """By its id: once it has started, or was told of."""
        if self.within.then:
            return both(self.row.started_at <= self.moment)
        return either(
            self.row.started_at <= self.moment,
            self.row.withdrawn_at < ENDLESS,
            self.exists(models.RelationshipEvent, lambda event: same(event.relationship_id, self.row.id)),
        )

    def listed(self, where: RelationshipFilter | None) -> Iterator[bool]:
        """What holds of every tie in a list: it has started and, unless asked, was not withdrawn."""
        unmade = bool(where and where.withdrawn is True)
        yield self.row.started_at <= self.moment
        yield self.row.withdrawn_at < ENDLESS if unmade else same(self.row.withdrawn_at, ENDLESS)
        if where:
            yield from where.conditions(self)

    @property
    def span(self) -> models.RelationshipSpan:
        """The stretch that the moment falls in; none once it has ended."""
        return self.join(
            models.RelationshipSpan,
            lambda span: both(same(span.relationship_id, self.row.id), covers(span, self.moment)),
        )

    @property
    def turn(self) -> Any:
        """The last turn of a tie that was not withdrawn, `since` then and `until` the next: the stretch that the moment
        falls in, or the end, which stays until the tie is withdrawn.
        """
        return stacked(
            self,
            "turn",
            [
                Layer(
                    models.RelationshipSpan,
                    lambda span: covers(span, self.moment),
                    lambda span: {
                        "id": span.relationship_id,
                        "since": span.valid_from,
                        "until": span.valid_to,
                    },
                ),
                Layer(
                    models.Relationship,
                    # No constant, or it were no key to sort by.
                    lambda tie: both(tie.ends_at <= self.moment, tie.withdrawn_at > self.moment),
                    lambda tie: {"id": tie.id, "since": tie.ends_at, "until": tie.withdrawn_at},
                ),
            ],
            lambda turn: same(turn.id, self.row.id),
        )

    @property
    def stands_since(self) -> datetime:
        """Since when it stands so."""
        ended = first_of((self.row.ends_at <= self.moment, self.row.ends_at), other=self.row.started_at)
        return or_else(self.span.valid_from, ended)

    @property
    def of_mentee(self) -> Mentee:
        """The mentee, for filters."""
        account = self.join(models.Account, lambda account: same(account.id, self.row.mentee_id))
        return seen_as(Mentee, account, self)

    @answer
    def wiki(self) -> Wiki:
        """Its wiki."""
        return self.one(lambda wiki: same(wiki.row.id, self.within.wiki))

    @answer
    def mentor(self) -> Mentor:
        """Whose mentee it is."""
        return self.by_key(self.row.mentor_id)

    @answer
    def mentee(self) -> Mentee:
        """Who is mentored."""
        return self.by_key(self.row.mentee_id)

    @answer
    def state(self) -> RelationshipState:
        """How it stands."""
        return or_else(self.span.state, RelationshipState.ENDED)

    @answer
    def state_since(self) -> datetime:
        """Since when it stands so."""
        return self.stands_since

    @answer
    def state_until(self) -> datetime | None:
        """When the state will change if nothing else happens: the expiry of a block, the end of a hold;
        null: not by itself.
        """
        return self.span.valid_to

    @answer
    def next_state(self) -> RelationshipState | None:
        """The state it will then have."""
        following = self.value(
            models.RelationshipSpan,
            lambda span: both(
                same(span.relationship_id, self.row.id), same(span.valid_from, self.span.valid_to)
            ),
            lambda span: span.state,
        )
        return when(self.span.valid_to < ENDLESS, or_else(following, RelationshipState.ENDED))

    @answer
    def ended_at(self) -> datetime | None:
        """When it ended; null while it has not, also where the end is known in advance (`stateUntil`)."""
        return when(self.row.ends_at <= self.moment, self.row.ends_at)

    @answer
    def ended_because(self) -> EndReason | None:
        """Null while not ended. To callers who may not know of an opt-out it is told as `ENDED_BY_HAND`."""
        reason = ends.told(self.row, sees_opt_out(self, self.row.mentee_id))
        return cast("EndReason", when(self.row.ends_at <= self.moment, reason))

    @answer
    def continues(self) -> Relationship | None:
        """The tie that this one restores."""
        return self.by_key(self.row.continues_id)

    @answer
    def continued_by(self) -> Relationship | None:
        """The tie that restored this one."""
        return self.one(lambda tie: both(same(tie.row.continues_id, self.row.id), *tie.listed(None)))

    @answer
    def replaces(self) -> Relationship | None:
        """The tie whose place this one took: after a transfer, a resignation, or a loss that could not be
        restored.
        """
        return self.by_key(self.row.replaces_id)

    @answer
    def spans(self) -> list[RelationshipSpan]:
        """Its states one after the other, without gaps; the last may lie in the future."""
        return self.all(
            lambda span: same(span.row.relationship_id, self.row.id), order=lambda span: [span.row.valid_from]
        )

    @connection
    def events(self, where: RelationshipEventFilter | None = None) -> Connection[RelationshipEvent]:
        """What became of it, newest first."""
        return self.page(
            lambda event: both(same(event.row.relationship_id, self.row.id), *event.listed(where)), NEWEST
        )
