"""Draws docs/lifecycle.md from the code: `python docs/draw_lifecycle.py` writes it, a test keeps it up to
date.

The diagrams are no drawings of what somebody thought: every short history is played, and what was seen is
drawn.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests")]

from graph.facts import Ended, Fact, Graduated, OptedIn, OptedOut, Registered, Vanished  # noqa: E402
from graph.kinds import FactKind, MenteeState, RelationshipState, Word  # noqa: E402
from graph.lifecycle import RULES  # noqa: E402
from graph.moments import format_duration  # noqa: E402
from graph.policy import PRESETS, PolicySettings  # noqa: E402
from graph.timeline import Timeline  # noqa: E402
from lifecycle_stories import (  # noqa: E402 - the tests' stories are found by the path above
    EXAMPLES,
    SPAM,
    A,
    B,
    blocked,
    claimed,
    drawn,
    enrolled,
    lifted,
    of,
    on,
    resigned,
    told,
    versions,
)

STEPS = (3, 20)
LENGTH = 3
PAGE = HERE / "lifecycle.md"

SEEN_AS = {
    FactKind.BLOCK_PLACED: "blocked",
    FactKind.BLOCK_LIFTED: "unblocked",
    FactKind.ASSIGNED: "assigned",
    FactKind.DRAWN: "drawn",
    FactKind.ENDED: "ended by hand",
    FactKind.OPTED_OUT: "opted out",
    FactKind.OPTED_IN: "opted in",
    FactKind.GRADUATED: "graduated",
    FactKind.VANISHED: "vanished",
    FactKind.MENTOR_RESIGNED: "mentor resigns",
    FactKind.MENTOR_ENROLLED: "mentor enrols",
}

Transitions = dict[tuple[str, str], set[str]]


def happenings(at: float) -> tuple[Fact, ...]:
    """One of each kind, on one day."""
    return (
        blocked(at, SPAM, f"b{at}"),
        lifted(at, None),
        claimed(at, B),
        drawn(at, A),
        of(Ended, at, mentor=A),
        of(OptedOut, at),
        of(OptedIn, at),
        of(Graduated, at),
        of(Vanished, at),
        resigned(at, A),
        enrolled(at, A),
    )


def every_short_history() -> Iterator[tuple[tuple[Fact, ...], Timeline]]:
    """All sequences of a few happenings; a hold of a week ends between two of them, or it doesn't."""
    given = (enrolled(-1, A), enrolled(-1, B), of(Registered, 0), drawn(1, A))
    for step in STEPS:
        for facts in product(*(happenings(step * number) for number in range(1, LENGTH + 1))):
            yield facts, told(*facts, given=given)


def observed() -> tuple[Transitions, Transitions]:
    """The transitions of ties, by the events that tell them, and of mentees, by what happened then."""
    of_ties: Transitions = {}
    of_mentees: Transitions = {}
    for facts, timeline in every_short_history():
        for event in timeline.events:
            edge = (str(event.from_state or "[*]"), str(event.to_state))
            of_ties.setdefault(edge, set()).add(str(event.kind))
        happened = {fact.at: SEEN_AS[fact.kind] for fact in facts} | {on(1): "drawn"}
        for before, after in zip(timeline.stretches, timeline.stretches[1:], strict=False):
            if before.state is not after.state:
                edge = (str(before.state), str(after.state))
                of_mentees.setdefault(edge, set()).add(happened.get(after.start, "the hold ends"))
    of_mentees["[*]", str(MenteeState.UNASSIGNED)] = {"first known"}
    return of_ties, of_mentees


def diagram(transitions: Transitions, states: type[Word]) -> str:
    order = ["[*]", *map(str, states)]
    lines = [
        f"    {before} --> {after}: {', '.join(sorted(labels))}"
        for (before, after), labels in sorted(
            transitions.items(), key=lambda edge: [order.index(state) for state in edge[0]]
        )
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def meanings(words: type[Word]) -> str:
    return table(("state", "meaning"), [(f"`{word}`", word.doc) for word in words])


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def limit(duration: timedelta | None) -> str:
    return "without limit" if duration is None else "zero" if not duration else format_duration(duration)


def preset_row(settings: PolicySettings) -> tuple[str, ...]:
    holds = [f"{category} {limit(hold)}" for category, hold in settings.holds]
    return (
        f"`{settings.name}`",
        ", ".join([*holds, f"all {'others ' if holds else ''}{limit(settings.default_hold)}"]),
        "every end" if settings.keep_definite_up_to is None else limit(settings.keep_definite_up_to),
        str(settings.count_partial_blocks).lower(),
        "always" if settings.restore_within is None else limit(settings.restore_within),
        str(settings.on_unblock),
    )


def presets() -> str:
    head = ("preset", "holds", "keepDefiniteUpTo", "countPartialBlocks", "restoreWithin", "onUnblock")
    return table(head, [preset_row(settings) for settings in PRESETS.values()])


def rules() -> str:
    rows = [(f"`{kind}`", (rule.__doc__ or "").split("\n")[0]) for kind, rule in RULES.items()]
    return table(("fact", "what it does to ties"), rows)


def examples() -> str:
    rows = [
        (what, ", then ".join(version.settings.name for version in versions(policy)), ties, needs)
        for what, policy, _, ties, needs in EXAMPLES
    ]
    return table(("what happens", "policy", "ties and spans", "a mentor is needed"), rows)


def page() -> str:
    of_ties, of_mentees = observed()
    histories = len(happenings(0)) ** LENGTH * len(STEPS)
    return f"""<!-- Drawn by docs/draw_lifecycle.py from the code; change that, not this. -->

# What becomes of a mentorship

The rules are a pure function, `graph.lifecycle.project`: facts about one mentee and the wiki's policy in,
the timeline out. Everything on this page is drawn from that code. The diagrams show what was seen when all
{histories} histories of {LENGTH} happenings were played, {" or ".join(map(str, STEPS))} days apart,
with spam blocks under the default policy (a hold of 7 days).

## A tie

{meanings(RelationshipState)}

The arrows bear the events that tell of them.

{diagram(of_ties, RelationshipState)}

## A mentee

{meanings(MenteeState)}

{diagram(of_mentees, MenteeState)}

## What each fact does

Facts about blocks are settled first: they suspend, hold, release and let resume. The others, in their order:

{rules()}

## The presets of a policy

{presets()}

## Worked examples

Mentor A is drawn on day 0; B and C are mentors too. Days, `[from, to)`; ∞: no end. Needs are those of the
primary role.

{examples()}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
