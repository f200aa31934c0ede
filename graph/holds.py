"""Which blocks suspend, and how long each holds a tie, under the policies it lived to see (rules 1, 2 and
14).

Blocks depend on the facts about blocks and on the policy alone, so they are settled before anything is said
of ties.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from graph.blocks import BlockDraft, Terms
from graph.kinds import BlockCategory, BlockKey, BlockKind, BlockScope, CategorySource, Origin
from graph.moments import BEGINNING, FOREVER, or_none
from graph.policy import PolicySettings, PolicyVersion
from graph.timeline import Block, BlockSpan

_BEFORE_ALL_FACTS = -1
_AT_AND_PLACE = attrgetter("at", "place")

# Looked up once: to look up a member of an enumeration takes longer than to compare it.
_SITEWIDE = BlockScope.SITEWIDE
_LOCAL, _, _GLOBAL_LOCK = BlockKind


class Reign(NamedTuple):
    """From when on the same settings have force."""

    at: datetime
    settings: PolicySettings


def reigns(policies: Sequence[PolicyVersion]) -> list[Reign]:
    """The settings in the order of their force; the first has it from the beginning of time."""
    found: list[Reign] = []
    for policy in sorted(policies, key=lambda policy: (policy.effective_from or BEGINNING, policy.version)):
        start = policy.effective_from or BEGINNING
        if not found or found[-1].at == start:
            found = [*found[:-1], Reign(start, policy.settings)]
        else:
            found.append(Reign(start, policy.settings))
    first = found[0].settings if found else PolicySettings()
    return [Reign(BEGINNING, first), *found[1:]]


def in_force(policy: Sequence[Reign], at: datetime) -> tuple[PolicySettings, Sequence[Reign]]:
    """The settings that decide at that moment, and the reigns that follow."""
    if len(policy) == 1:
        return policy[0].settings, ()
    begun = sum(reign.at <= at for reign in policy)
    return policy[begun - 1].settings, policy[begun:]


class Phase:
    """A stretch of an open block under the same terms and the same policy, from `at` on.

    It begins by `fact`, at its place among the others (None: by a new policy, before all facts). Where `hold`
    is None it holds a tie without limit, else for that long from `since`. `expires` is the block's end as it
    is known in this phase.
    """

    __slots__ = (
        "at", "block", "category", "counted", "expires", "fact", "hold", "place", "since", "source", "terms",
    )  # fmt: skip

    def __init__(self, block: BlockDraft, terms: Terms, reign: Reign, before: "Phase | None") -> None:
        from_when, settings = reign
        kind = block.key.kind
        self.block, self.terms = block, terms
        self.at, self.place = terms.at, terms.place
        self.fact: Origin | None = terms.fact
        if from_when > terms.at:
            self.at, self.place, self.fact = from_when, _BEFORE_ALL_FACTS, None
        self.expires = terms.expires
        self.category, self.source = category, _ = _categorized(kind, terms, settings)
        self.counted = terms.scope is _SITEWIDE or settings.count_partial_blocks or kind is not _LOCAL
        self.since: datetime | None = None
        self.hold: timedelta | None = None
        if self.counted and (
            terms.expires_at is None or not _near_end(terms.expires_at, block.placed_at, settings)
        ):
            # A request for an unblock, or a category without limit, doesn't let the time begin anew.
            self.since = before.since if before is not None and before.since is not None else self.at
            self.hold = None if terms.asked else settings.hold(category)

    def says(self) -> tuple[object, ...]:
        """What of it can be seen in a block's span."""
        terms = self.terms
        return terms.scope, self.category, self.source, terms.expires_at, self.counted, terms.asked


class Closing(NamedTuple):
    """A block closes; `fact` None: by the clock."""

    at: datetime
    place: int
    block: BlockDraft
    fact: Origin | None


Turn = Phase | Closing
"""A block opens or says something else, or it closes."""


Cause = tuple[Origin | None, BlockKey | None]
"""What an instant's change goes back to: a fact (None: the clock or a policy) and a block, if any."""

NO_CAUSE: Cause = (None, None)


def cause_of(turn: Turn | None) -> Cause:
    return NO_CAUSE if turn is None else (turn.fact, turn.block.key)


Settled = tuple[BlockDraft, list[Phase]]
"""A block and what it said under a course of policy; no phases: it never was open."""


def settle(blocks: Iterable[BlockDraft], policy: Sequence[Reign]) -> tuple[list[Settled], list[Turn]]:
    """What every block said, and all their turns in the order in which they take effect."""
    settled: list[Settled] = []
    turns: list[Turn] = []
    for block in blocks:
        phases = _phases(block, policy)
        turns += phases
        if phases and block.end != FOREVER:
            turns.append(Closing(block.end, block.closed_place, block, block.closed_by))
        settled.append((block, phases))
    if len(turns) > 1:
        turns.sort(key=_AT_AND_PLACE)
    return settled, turns


def freeze(settled: Iterable[Settled], policy: Sequence[Reign]) -> tuple[Block, ...]:
    """Every block as it was."""
    return tuple(_frozen(block, phases, policy) for block, phases in settled)


def _phases(block: BlockDraft, policy: Sequence[Reign]) -> list[Phase]:
    phases: list[Phase] = []
    if len(policy) == 1 and len(block.terms) == 1:
        (terms,), (reign,) = block.terms, policy
        return [Phase(block, terms, reign, None)] if terms.at < block.end else []
    for number, terms in enumerate(block.terms, 1):
        until = block.terms[number].at if number < len(block.terms) else block.end
        if terms.at < until:
            for reign in _reigns_between(policy, terms.at, until):
                phases.append(Phase(block, terms, reign, phases[-1] if phases else None))
    return phases


def _reigns_between(policy: Sequence[Reign], start: datetime, end: datetime) -> Sequence[Reign]:
    ends = [reign.at for reign in policy[1:]] + [FOREVER]
    return [reign for reign, until in zip(policy, ends, strict=True) if reign.at < end and until > start]


def _categorized(
    kind: BlockKind, terms: Terms, settings: PolicySettings
) -> tuple[BlockCategory, CategorySource]:
    if terms.given is not None:
        return terms.given, CategorySource.CALLER
    if kind is _GLOBAL_LOCK:
        return BlockCategory.LOCK, CategorySource.RULE
    return settings.categorize(terms.reason)


def _near_end(expires_at: datetime, placed_at: datetime, settings: PolicySettings) -> bool:
    keep_up_to = settings.keep_definite_up_to
    return keep_up_to is None or expires_at - placed_at <= keep_up_to


def _frozen(block: BlockDraft, phases: list[Phase], policy: Sequence[Reign]) -> Block:
    terms = block.terms[-1]
    if phases:
        category, source = phases[-1].category, phases[-1].source
    else:
        never_open = _reigns_between(policy, terms.at, FOREVER)[0]
        category, source = _categorized(block.key.kind, terms, never_open.settings)
    return Block(
        block.key,
        block.placed_at,
        terms.expires_at,
        block.lifted_at,
        terms.scope,
        category,
        source,
        terms.asked,
        terms.hides_name,
        block.placed_by,
        terms.reason_by,
        _spans(phases, block.end),
    )


def _spans(phases: list[Phase], end: datetime) -> tuple[BlockSpan, ...]:
    if len(phases) == 1:
        return (_span(phases[0], phases[0].at, or_none(end)),)
    spans: list[BlockSpan] = []
    start: datetime | None = None
    for number, phase in enumerate(phases, 1):
        start = start or phase.at
        if number == len(phases):
            spans.append(_span(phase, start, or_none(end)))
        elif phase.says() != phases[number].says():
            spans.append(_span(phase, start, phases[number].at))
            start = None
    return tuple(spans)


def _span(phase: Phase, start: datetime, end: datetime | None) -> BlockSpan:
    terms = phase.terms
    return BlockSpan(
        start, end, terms.scope, phase.category, phase.source, terms.expires_at, phase.counted, terms.asked
    )
