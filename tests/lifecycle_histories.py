"""Histories by chance, in which instants collide, and a naive account of blocks to hold the real one
against.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from graph.facts import (
    ABSENT,
    Assigned,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Drawn,
    Ended,
    Fact,
    Graduated,
    Imported,
    Kept,
    MentorEnrolled,
    MentorResigned,
    OptedIn,
    OptedOut,
    Registered,
    Renamed,
    TakenBack,
    Vanished,
    VisibilityChanged,
)
from graph.kinds import (
    BlockCategory,
    BlockKey,
    BlockKind,
    BlockScope,
    Origin,
    RelationshipRole,
    StartReason,
    UnblockAction,
)
from graph.lifecycle import order_key, project
from graph.policy import PRESETS, PolicySettings, PolicyVersion
from graph.timeline import Timeline
from lifecycle_stories import DEFAULT, MENTEE, on

through_the_database = settings(
    max_examples=int(os.environ.get("MENTORGRAPH_HISTORIES", "25")),
    derandomize="MENTORGRAPH_HISTORIES" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""For tests that take a second for each history: the same few each time, or as many others as one asks for."""

DAYS = (0, 1, 2, 3, 4, 7, 10, 11, 30, 60, 100, 400, 800)
MENTORS = (101, 102, 103)


def days_of(*numbers: int) -> st.SearchStrategy[datetime]:
    """One of these days."""
    return st.sampled_from(numbers).map(on)


days = days_of(*DAYS)
mentors = st.sampled_from((*MENTORS, *MENTORS, *MENTORS, MENTEE))
roles = st.sampled_from(RelationshipRole)
kinds = st.sampled_from((BlockKind.LOCAL, BlockKind.LOCAL, BlockKind.LOCAL, BlockKind.GLOBAL_LOCK))
block_ids = st.sampled_from(("7", "8", "9"))
scopes = st.sampled_from((BlockScope.SITEWIDE, BlockScope.SITEWIDE, BlockScope.PARTIAL))
ends = st.one_of(st.none(), days)
reasons = st.sampled_from((None, "Spam", "bad username", "vandalism", "because"))
categories = st.one_of(st.none(), st.sampled_from((BlockCategory.SPAM, BlockCategory.USERNAME)))
origins = st.one_of(
    st.builds(Origin, st.just("mw-log"), st.integers(1, 999).map(str)),
    st.builds(Origin, st.sampled_from(("api", "reconcile")), st.from_regex(r"[a-z]{3}", fullmatch=True)),
)

block_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        BlockPlaced,
        at=days,
        origin=origins,
        block_kind=kinds,
        block_id=st.one_of(block_ids, block_ids, st.none()),
        scope=scopes,
        expires_at=ends,
        category=categories,
        reason=reasons,
    ),
    st.builds(
        BlockChanged,
        at=days,
        origin=origins,
        block_kind=kinds,
        block_id=st.one_of(block_ids, block_ids, st.none()),
        scope=st.one_of(st.just(ABSENT), scopes),
        expires_at=st.one_of(st.just(ABSENT), ends),
        category=st.one_of(st.just(ABSENT), categories),
        reason=st.one_of(st.just(ABSENT), reasons),
        unblock_requested=st.sampled_from((ABSENT, ABSENT, True, False)),
    ),
    st.builds(
        BlockLifted, at=days, origin=origins, block_kind=kinds, block_id=st.one_of(block_ids, st.none())
    ),
)

terms: st.SearchStrategy[Fact] = st.one_of(
    st.builds(MentorEnrolled, at=days, origin=origins, mentor=mentors),
    st.builds(MentorEnrolled, at=days, origin=origins, mentor=mentors),
    st.builds(MentorResigned, at=days, origin=origins, mentor=mentors),
)

decisions: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        Assigned,
        at=days,
        origin=origins,
        role=roles,
        mentor=mentors,
        because=st.sampled_from((StartReason.CLAIMED, StartReason.SET)),
    ),
    st.builds(Imported, at=days, origin=origins, role=roles, mentor=mentors),
    st.builds(Kept, at=days, origin=origins, role=roles, mentor=mentors, until=ends),
    st.builds(Ended, at=days, origin=origins, role=roles, mentor=mentors),
)

draws: st.SearchStrategy[Fact] = st.builds(
    Drawn, at=days, origin=origins, role=roles, mentor=mentors, instead_of=st.one_of(st.none(), mentors)
)

choices: st.SearchStrategy[Fact] = st.one_of(
    *(st.builds(kind, at=days, origin=origins) for kind in (OptedOut, OptedIn, OptedIn, Graduated, Vanished))
)

quiet: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Renamed, at=days, origin=origins),
    st.builds(VisibilityChanged, at=days, origin=origins, name_hidden=st.booleans()),
    st.builds(Registered, at=days, origin=origins, assign=st.booleans()),
)

durations = st.sampled_from((None, timedelta(), timedelta(days=1), timedelta(days=7), timedelta(days=90)))
settings_by_chance = st.one_of(
    st.sampled_from(tuple(PRESETS.values())),
    st.builds(
        PolicySettings,
        holds=st.builds(lambda hold: ((BlockCategory.SPAM, hold),), durations),
        default_hold=durations,
        keep_definite_up_to=durations,
        count_partial_blocks=st.booleans(),
        restore_within=durations,
        on_unblock=st.sampled_from(UnblockAction),
    ),
)


@st.composite
def policies_by_chance(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[PolicyVersion]:
    later = sorted(draw(st.lists(days, max_size=2, unique=True)))
    return [
        PolicyVersion(number, since, draw(settings_by_chance))
        for number, since in enumerate([None, *later], 1)
    ]


@dataclass(frozen=True)
class History:
    facts: tuple[Fact, ...]
    policies: tuple[PolicyVersion, ...]

    def projected(self, facts: Sequence[Fact] | None = None) -> Timeline:
        return project(MENTEE, self.facts if facts is None else facts, self.policies)


GROUND = (
    Registered(at=on(0), origin=Origin("mw-log", "0")),
    *(MentorEnrolled(at=on(0), origin=Origin("ground", str(m)), mentor=m) for m in MENTORS[:2]),
    Drawn(at=on(0), origin=Origin("ground", "drawn"), mentor=MENTORS[0]),
    Drawn(at=on(1), origin=Origin("ground", "drawn too"), role=RelationshipRole.BACKUP, mentor=MENTORS[1]),
)
"""So that most histories have a mentor to lose."""


decided_on, decided_as = days_of(4, 7, 10, 11, 30), st.just(Origin("api", "decided"))
words: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        Assigned,
        at=decided_on,
        origin=decided_as,
        mentor=st.just(MENTORS[1]),
        because=st.just(StartReason.CLAIMED),
    ),
    st.builds(
        Kept,
        at=decided_on,
        origin=decided_as,
        mentor=st.just(MENTORS[0]),
        until=st.one_of(st.none(), days_of(30, 60, 400)),
    ),
)


@st.composite
def courses(draw: Callable[[st.SearchStrategy[Any]], Any], *, decided: bool) -> list[Fact]:
    """A block that counts for long enough to matter, what it may be changed to, and often its end.

    `decided`: now and then somebody keeps the tie meanwhile, or claims the mentee.

    By chance alone hardly any block outlasts a hold and is lifted while the mentor may come back.
    """
    facts: list[Fact] = [
        BlockPlaced(
            at=draw(days_of(2, 3, 4, 7, 10)),
            origin=Origin("mw-log", "1001"),
            block_id="5",
            category=draw(
                st.sampled_from((BlockCategory.SPAM, BlockCategory.SPAM, BlockCategory.USERNAME, None))
            ),
            expires_at=draw(st.sampled_from((None, None, None, on(1200)))),
        )
    ]
    if draw(st.integers(0, 3)) == 0:
        facts.append(
            BlockChanged(
                at=draw(days_of(4, 7, 11, 30)),
                origin=Origin("mw-log", "1002"),
                block_id="5",
                category=draw(st.one_of(st.just(ABSENT), categories)),
                unblock_requested=draw(st.sampled_from((ABSENT, True, False))),
            )
        )
    if decided and draw(st.integers(0, 2)) == 0:
        facts.append(draw(words))
    if draw(st.integers(0, 4)):
        facts.append(
            BlockLifted(at=draw(days_of(11, 30, 60, 100, 400)), origin=Origin("mw-log", "1003"), block_id="5")
        )
    if draw(st.integers(0, 3)) == 0:
        facts += [
            BlockPlaced(at=draw(days_of(60, 100)), origin=Origin("mw-log", "1004"), block_id="6"),
            BlockLifted(at=draw(days_of(400, 800)), origin=Origin("mw-log", "1005"), block_id="6"),
        ]
    return facts


any_fact = st.one_of(block_facts, block_facts, terms, decisions, draws, choices, quiet)


@st.composite
def histories(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    facts: st.SearchStrategy[Fact] = any_fact,
    policies: st.SearchStrategy[list[PolicyVersion]] | None = None,
    *,
    eventful: bool = False,
    decided: bool = True,
) -> History:
    """A few facts on few days; each has a name of its own. Two in three have a block that takes its course.

    `eventful`: all of them have, and a mentor to lose; for tests that can afford but a few. `decided`: decisions are
    taken during it.
    """
    ground = GROUND if eventful or draw(st.integers(0, 5)) else ()
    course = draw(courses(decided=decided)) if eventful or draw(st.integers(0, 2)) else []
    most = 6 if course else 12
    chance = [*course, *draw(st.lists(facts, max_size=most, unique_by=lambda fact: fact.origin))]
    if draw(st.integers(0, 4)) == 0 and chance:
        target = draw(st.sampled_from(chance)).origin
        chance.append(TakenBack(at=draw(days), origin=Origin("office", "mistake"), target=target))
    return History((*ground, *chance), tuple(draw(policies or policies_by_chance())))


def possible(facts: Sequence[Fact]) -> list[Fact]:
    """Without those that are refused whatever is known: ends before the start, two facts of one name, and what
    takes back one of these.
    """
    once: dict[object, Fact] = {}
    for fact in facts:
        ends = fact.expires_at if isinstance(fact, BlockPlaced | BlockChanged) else None
        if not isinstance(ends, datetime) or ends > fact.at:
            once.setdefault(fact.origin, fact)
    found = [fact for fact in once.values() if not isinstance(fact, TakenBack) or fact.target in once]
    return found if len(found) == len(facts) else possible(found)


# The naive account of blocks: for each moment asked, everything from the start, as the rules say it.


@dataclass
class PlainBlock:
    """A block as the facts up to some moment have left it."""

    placed_at: datetime
    scope: BlockScope = BlockScope.SITEWIDE
    expires_at: datetime | None = None
    changed_at: datetime | None = None
    lifted: bool = False

    def is_open(self, at: datetime, before_the_clock: bool = False) -> bool:
        end = self.expires_at
        if end is not None:
            end = max(end, self.changed_at or self.placed_at)
        return not self.lifted and (end is None or at < end or (before_the_clock and at == end))


def policy_at(policies: Sequence[PolicyVersion], at: datetime) -> PolicySettings:
    return [p.settings for p in policies if p.effective_from is None or p.effective_from <= at][-1]


def standing_facts(facts: Sequence[Fact]) -> list[Fact]:
    targets = {fact.target for fact in facts if isinstance(fact, TakenBack)}
    stands = [fact for fact in facts if fact.origin not in targets and not isinstance(fact, TakenBack)]
    return sorted(stands, key=lambda fact: (fact.at, order_key(fact)))


def blocks_at(facts: Sequence[Fact], at: datetime) -> dict[BlockKey, PlainBlock]:
    """Every block that was placed by then."""
    everything = standing_facts(facts)
    known: dict[BlockKey, PlainBlock] = {}
    for fact in everything:
        if fact.at > at or not isinstance(fact, BlockPlaced | BlockChanged | BlockLifted):
            continue
        key = BlockKey(fact.block_kind, fact.block_id or fact.origin.source_id)
        open_now = {k for k, b in known.items() if k.kind is fact.block_kind and b.is_open(fact.at, True)}
        match fact:
            case BlockLifted(block_id=None):
                for k in open_now:
                    known[k].lifted = True
            case BlockLifted() if key in open_now:
                known[key].lifted = True
            case BlockPlaced() if key not in known:
                known[key] = PlainBlock(fact.at, fact.scope, fact.expires_at)
                known[key].lifted = _was_lifted_before(everything, key, fact.at)
            case BlockChanged():
                _change(known, open_now, key, fact, everything)
    return known


def _change(
    known: dict[BlockKey, PlainBlock],
    open_now: set[BlockKey],
    key: BlockKey,
    fact: BlockChanged,
    everything: Sequence[Fact],
) -> None:
    if fact.block_id is None and open_now:
        if len(open_now) > 1:
            return
        key = next(iter(open_now))
    if key not in known and not any(
        isinstance(f, BlockPlaced) and BlockKey(f.block_kind, f.block_id or f.origin.source_id) == key
        for f in everything
    ):
        known[key] = PlainBlock(fact.at, lifted=_was_lifted_before(everything, key, fact.at))
    elif key not in open_now:
        return
    block = known[key]
    block.changed_at = fact.at
    block.scope = block.scope if fact.scope is ABSENT else fact.scope
    block.expires_at = block.expires_at if fact.expires_at is ABSENT else fact.expires_at


def _was_lifted_before(facts: Sequence[Fact], key: BlockKey, at: datetime) -> bool:
    return any(isinstance(f, BlockLifted) and f.at <= at and (f.block_kind, f.block_id) == key for f in facts)


def is_blocked(history: History, at: datetime) -> bool:
    """Whether a counted block is open at that moment."""
    partial_counts = policy_at(history.policies, at).count_partial_blocks
    return any(
        block.is_open(at)
        and (block.scope is BlockScope.SITEWIDE or partial_counts or key.kind is not BlockKind.LOCAL)
        for key, block in blocks_at(history.facts, at).items()
    )


MOMENTS = tuple(on(day + half) for day in DAYS for half in (0, 0.5))
"""The days on which something can happen, and moments between them."""

UNTIL_MENTOR_RESIGNS = next(p for p in PRESETS.values() if p.name == "until-mentor-resigns")
SAME_MENTOR_POLICY = [PolicyVersion(1, None, replace(UNTIL_MENTOR_RESIGNS))]
DEFAULT_POLICY = [PolicyVersion(1, None, DEFAULT)]
