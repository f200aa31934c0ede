"""How a wiki's mentees and mentors stand, in numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.sets import count
from graph.compile.words import both, covers, same, sees_hidden, sees_opt_outs, when
from graph.kinds import MenteeState, RelationshipRole
from resolvers.account import may_see, seen
from resolvers.mentee import is_mentee
from resolvers.mentor import is_available


@strawberry.type(
    description="Mentees by state. `waiting` are the unassigned for whom a mentor is being sought."
)
class WikiCounts:
    """The mentees of whom the caller may know; opt-outs read as in states and filters."""

    active: int = strawberry.field(description="Who have a mentor and are not blocked.")
    suspended: int = strawberry.field(description="Who are blocked, and whose mentor is kept.")
    released: int = strawberry.field(description="Who are blocked, and no mentor is kept any longer.")
    unassigned: int = strawberry.field(description="Who are not blocked, and without a mentor.")
    waiting: int = strawberry.field(description="Of the unassigned: for whom a mentor is being sought.")
    mentors_available: int = strawberry.field(description="Mentors who can answer.")
    at: datetime = strawberry.field(description="Counted at this moment, at most a minute ago.")


def counts_of(wiki: Row[Any]) -> dict[str, Any]:
    """Each count as an expression; none is worked out that is not asked for."""

    def standing(span: models.MenteeSpan, state: MenteeState, column: str = "told_state") -> bool:
        return both(same(getattr(span, column), state.value), covers(span, wiki.moment))

    def with_a_mentor(state: MenteeState) -> Any:
        """Everyone in that state but the few who are hidden: so that an index alone answers for the many."""
        hidden = count(
            wiki,
            models.Account,
            lambda account: both(
                account.is_hidden,
                wiki.exists(
                    models.MenteeSpan,
                    lambda span: both(same(span.mentee_id, account.id), standing(span, state)),
                ),
            ),
        )
        everyone: Any = count(wiki, models.MenteeSpan, lambda span: standing(span, state))
        return everyone - when(sees_hidden(wiki), 0, hidden)

    def without(state: MenteeState, column: str) -> int:
        """Those in that state whom the wiki's list of mentees has: others never had a mentor, nor waited."""
        return count(
            wiki,
            models.MenteeSpan,
            lambda span: both(
                standing(span, state, column),
                wiki.exists(
                    models.Account,
                    lambda account: both(
                        same(account.id, span.mentee_id), may_see(wiki, account), is_mentee(wiki, account)
                    ),
                ),
            ),
        )

    def private(state: MenteeState) -> Any:
        """One of the states as which an opt-out reads to those who may not know of it."""
        return when(sees_opt_outs(wiki), without(state, "state"), without(state, "told_state"))

    return {
        "active": with_a_mentor(MenteeState.ACTIVE),
        "suspended": with_a_mentor(MenteeState.SUSPENDED),
        "released": private(MenteeState.RELEASED),
        "unassigned": private(MenteeState.UNASSIGNED),
        "waiting": count(
            wiki,
            models.Need,
            lambda need: both(
                same(need.role, RelationshipRole.PRIMARY.value),
                covers(need, wiki.moment),
                seen(wiki, need.mentee_id),
            ),
        ),
        "mentorsAvailable": count(
            wiki, models.Mentor, lambda mentor: both(is_available(wiki, mentor), seen(wiki, mentor.id))
        ),
        "at": wiki.moment,
    }
