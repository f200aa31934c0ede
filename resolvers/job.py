"""Work that outlasts a request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import models
from graph.compile.rows import Row
from graph.compile.words import both, same
from graph.kinds import JobKind, JobState
from resolvers.declare import Node, answer, column, node

if TYPE_CHECKING:
    from resolvers.outcome import PolicyOutcome
    from resolvers.wiki import Wiki


@node("Work that outlasts a request. Ask again by `node`, or watch `job`.")
class Job(Row[models.Job], Node):
    """One piece of long work, and how far it is."""

    kind: JobKind = column("What it is about.")
    state: JobState = column("How it stands.")
    done: int = column("How much is done, of `total`.")
    total: int | None = column("Null until it is known.")
    started_at: datetime = column("When it was asked for.")
    finished_at: datetime | None = column("When it ended, in whichever way.")

    @answer
    def wiki(self) -> Wiki:
        """Its wiki."""
        return self.one(lambda wiki: same(wiki.row.id, self.within.wiki))

    @answer
    def outcomes(self) -> list[PolicyOutcome] | None:
        """For a simulation that is finished: one per policy, in the order asked."""
        is_told = both(
            same(self.row.kind, JobKind.SIMULATION.value), same(self.row.state, JobState.DONE.value)
        )
        return cast("list[PolicyOutcome]", self.elements(self.row.result, there=is_told))
