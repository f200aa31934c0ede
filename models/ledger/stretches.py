"""A mentee's own stretches as rows: what each says, and how it reads to those who may not know of an opt-out."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from graph.kinds import MenteeState
from graph.timeline import Stretch
from models.columns import ENDLESS
from models.ledger.rows import MenteeSpanRow


def mentee_span_rows(mentee: int, stretches: Sequence[Stretch]) -> list[MenteeSpanRow]:
    """Each stretch, and from when to when it and its neighbours read the same to everyone."""
    rows: list[MenteeSpanRow] = []
    for _, run in groupby(stretches, told_state):
        same = list(run)
        since, until = same[0].start, same[-1].end or ENDLESS
        rows += [_row(mentee, stretch, since, until) for stretch in same]
    return rows


def _row(mentee: int, stretch: Stretch, since: datetime, until: datetime) -> MenteeSpanRow:
    return MenteeSpanRow(
        mentee_id=mentee,
        valid_from=stretch.start,
        valid_to=stretch.end or ENDLESS,
        state=stretch.state,
        told_state=told_state(stretch),
        blocked_since=stretch.blocked_since,
        blocked_until=stretch.blocked_until or ENDLESS,
        returns_to=stretch.returns_to,
        returns_until=stretch.returns_until or ENDLESS,
        told_since=since,
        told_until=until,
    )


def told_state(stretch: Stretch) -> MenteeState:
    """Opt-outs are private (rule 10): to others they read as no mentor."""
    if stretch.state is not MenteeState.OPTED_OUT:
        return stretch.state
    return MenteeState.UNASSIGNED if stretch.blocked_since is None else MenteeState.RELEASED
