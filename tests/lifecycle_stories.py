"""Stories about one mentee, told in days, and timelines told back in a line: for tests and for
docs/lifecycle.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from graph.facts import (
    Assigned,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Drawn,
    Fact,
    MentorEnrolled,
    MentorResigned,
    OptedIn,
    OptedOut,
    Registered,
    Renamed,
)
from graph.kinds import (
    AccountId,
    BlockCategory,
    BlockKind,
    BlockScope,
    Origin,
    PolicyPreset,
    RelationshipRole,
    StartReason,
)
from graph.lifecycle import project
from graph.policy import PRESETS, PolicySettings, PolicyVersion
from graph.timeline import Need, Tie, Timeline

MENTEE: AccountId = 1
A, B, C = 101, 102, 103
NAMES = {A: "A", B: "B", C: "C", MENTEE: "the mentee"}
START = datetime(2024, 1, 1, tzinfo=UTC)

DEFAULT = PRESETS[PolicyPreset.DEFAULT]
USERNAME, SPAM = BlockCategory.USERNAME, BlockCategory.SPAM


def on(day: float) -> datetime:
    return START + timedelta(days=day)


def day(moment: datetime | None) -> str:
    return "∞" if moment is None else f"{round((moment - START) / timedelta(days=1), 3):g}"


def origin(kind: type[Fact], at: float, *what: object) -> Origin:
    return Origin("story", "-".join(map(str, (kind.kind, at, *what))))


def enrolled(at: float, mentor: AccountId = A) -> Fact:
    return MentorEnrolled(at=on(at), origin=origin(MentorEnrolled, at, mentor), mentor=mentor)


def resigned(at: float, mentor: AccountId = A) -> Fact:
    return MentorResigned(at=on(at), origin=origin(MentorResigned, at, mentor), mentor=mentor)


def blocked(at: float, category: BlockCategory | None = None, block: str = "1", **more: Any) -> Fact:
    expires = more.pop("until", None)
    return BlockPlaced(
        at=on(at),
        origin=origin(BlockPlaced, at, block),
        block_id=block,
        category=category,
        expires_at=None if expires is None else on(expires),
        **more,
    )


def changed(at: float, block: str | None = "1", **what: Any) -> Fact:
    return BlockChanged(at=on(at), origin=origin(BlockChanged, at, block), block_id=block, **what)


def lifted(at: float, block: str | None = "1", kind: BlockKind = BlockKind.LOCAL) -> Fact:
    return BlockLifted(at=on(at), origin=origin(BlockLifted, at, block), block_id=block, block_kind=kind)


def locked(at: float) -> Fact:
    return BlockPlaced(at=on(at), origin=origin(BlockPlaced, at, "lock"), block_kind=BlockKind.GLOBAL_LOCK)


def claimed(at: float, mentor: AccountId = B, role: RelationshipRole = RelationshipRole.PRIMARY) -> Fact:
    where = origin(Assigned, at, mentor, role)
    return Assigned(at=on(at), origin=where, mentor=mentor, role=role, because=StartReason.CLAIMED)


def drawn(at: float, mentor: AccountId = A, role: RelationshipRole = RelationshipRole.PRIMARY) -> Fact:
    return Drawn(at=on(at), origin=origin(Drawn, at, mentor, role), mentor=mentor, role=role)


def of(kind: type[Fact], at: float, **what: Any) -> Fact:
    """Any other fact."""
    return kind(at=on(at), origin=origin(kind, at, *what.values()), **what)


GIVEN = (enrolled(-30, A), enrolled(-30, B), enrolled(-30, C), of(Registered, 0), drawn(0, A))
"""A is drawn on day 0; B and C are mentors too."""

Policies = PolicySettings | Sequence[tuple[float | None, PolicySettings]]


def versions(policy: Policies) -> list[PolicyVersion]:
    """One policy from the beginning of time, or several, each from its day on."""
    each = [(None, policy)] if isinstance(policy, PolicySettings) else policy
    return [
        PolicyVersion(number, None if since is None else on(since), settings)
        for number, (since, settings) in enumerate(each, 1)
    ]


def told(*facts: Fact, policy: Policies = DEFAULT, given: Iterable[Fact] = GIVEN) -> Timeline:
    """The timeline of what was given and of these facts."""
    return project(MENTEE, [*given, *facts], versions(policy))


def ties(timeline: Timeline, role: RelationshipRole = RelationshipRole.PRIMARY) -> str:
    """`A (DRAWN) ACTIVE [0, 3) ended HOLD_ELAPSED; …`."""
    return "; ".join(_tie(tie) for tie in timeline.ties if tie.role is role)


def _tie(tie: Tie) -> str:
    spans = " ".join(f"{span.state} [{day(span.start)}, {day(span.end)})" for span in tie.spans)
    ended = "" if tie.ended_because is None else f" ended {tie.ended_because}"
    return f"{NAMES[tie.mentor]} ({tie.because}) {spans}{ended}"


def needs(timeline: Timeline, role: RelationshipRole = RelationshipRole.PRIMARY) -> str:
    return " ".join(_need(need) for need in timeline.needs if need.role is role) or "–"


def _need(need: Need) -> str:
    return f"[{day(need.start)}, {day(need.end)})"


def states(timeline: Timeline) -> str:
    return " ".join(f"{s.state} [{day(s.start)}, {day(s.end)})" for s in timeline.stretches)


def events(timeline: Timeline) -> str:
    return "; ".join(f"{day(event.at)} {event.kind}" for event in timeline.events)


_TEN_DAYS = replace(DEFAULT, name="own", holds=(), default_hold=timedelta(days=10))
_ZERO = replace(DEFAULT, name="hold zero", holds=(), default_hold=timedelta())
_TODAY = PRESETS[PolicyPreset.DROP_ON_INDEFINITE_BLOCK]
_HELD = "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 10) ended HOLD_ELAPSED"

Example = tuple[str, Policies, tuple[Fact, ...], str, str]

EXAMPLES: tuple[Example, ...] = (
    (
        "username block on day 3, lifted on day 8",
        DEFAULT,
        (blocked(3, USERNAME), lifted(8)),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 8) ACTIVE [8, ∞)",
        "–",
    ),
    (
        "the same under what wikis run today",
        _TODAY,
        (blocked(3, USERNAME), lifted(8)),
        "A (DRAWN) ACTIVE [0, 3) ended HOLD_ELAPSED",
        "[8, ∞)",
    ),
    (
        "31-hour block on day 3, nobody lifts it",
        DEFAULT,
        (blocked(3, until=3 + 31 / 24),),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 4.292) ACTIVE [4.292, ∞)",
        "–",
    ),
    ("spam block on day 3, never lifted", DEFAULT, (blocked(3, SPAM),), _HELD, "–"),
    (
        "spam block on day 3, lifted on day 30",
        DEFAULT,
        (blocked(3, SPAM), lifted(30)),
        f"{_HELD}; A (RESTORED) ACTIVE [30, ∞)",
        "–",
    ),
    (
        "the same, mentor A resigned on day 20",
        DEFAULT,
        (blocked(3, SPAM), resigned(20), lifted(30)),
        _HELD,
        "[30, ∞)",
    ),
    (
        "the same, A resigned on day 15 and enrolled again on day 20",
        DEFAULT,
        (blocked(3, SPAM), resigned(15), enrolled(20), lifted(30)),
        f"{_HELD}; A (RESTORED) ACTIVE [30, ∞)",
        "–",
    ),
    (
        "spam block on day 3; lifted on day 10, the moment the hold ends",
        DEFAULT,
        (blocked(3, SPAM), lifted(10)),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 10) ACTIVE [10, ∞)",
        "–",
    ),
    (
        "blocked and unblocked in the same second of day 3",
        DEFAULT,
        (blocked(3, SPAM), lifted(3)),
        "A (DRAWN) ACTIVE [0, ∞)",
        "–",
    ),
    (
        "spam block on day 3; on day 5 changed to USERNAME; lifted on day 30",
        DEFAULT,
        (blocked(3, SPAM), changed(5, category=USERNAME), lifted(30)),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 30) ACTIVE [30, ∞)",
        "–",
    ),
    (
        "spam block on day 3; on day 12 changed to USERNAME; lifted on day 30",
        DEFAULT,
        (blocked(3, SPAM), changed(12, category=USERNAME), lifted(30)),
        f"{_HELD}; A (RESTORED) ACTIVE [30, ∞)",
        "–",
    ),
    (
        "spam block on day 3, a 20-day block on day 5, never lifted",
        DEFAULT,
        (blocked(3, SPAM), blocked(5, None, "2", until=25)),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 25) ended HOLD_ELAPSED",
        "–",
    ),
    (
        "username block on day 3, locked on day 4, only the block lifted on day 8",
        DEFAULT,
        (blocked(3, USERNAME), locked(4), lifted(8)),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 11) ended HOLD_ELAPSED",
        "–",
    ),
    (
        "partial block on day 3",
        DEFAULT,
        (blocked(3, scope=BlockScope.PARTIAL),),
        "A (DRAWN) ACTIVE [0, ∞)",
        "–",
    ),
    (
        "partial spam block on day 3, made sitewide on day 6",
        DEFAULT,
        (blocked(3, SPAM, scope=BlockScope.PARTIAL), changed(6, scope=BlockScope.SITEWIDE)),
        "A (DRAWN) ACTIVE [0, 6) SUSPENDED [6, 13) ended HOLD_ELAPSED",
        "–",
    ),
    (
        "username block on day 3; B claims on day 5; lifted on day 8",
        DEFAULT,
        (blocked(3, USERNAME), claimed(5), lifted(8)),
        (
            "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 5) ended TRANSFERRED; "
            "B (CLAIMED) SUSPENDED [5, 8) ACTIVE [8, ∞)"
        ),
        "–",
    ),
    (
        "spam block on day 3; B claims on day 20; never lifted",
        DEFAULT,
        (blocked(3, SPAM), claimed(20)),
        f"{_HELD}; B (CLAIMED) SUSPENDED [20, 27) ended HOLD_ELAPSED",
        "–",
    ),
    (
        "the same, lifted on day 60",
        DEFAULT,
        (blocked(3, SPAM), claimed(20), lifted(60)),
        f"{_HELD}; B (CLAIMED) SUSPENDED [20, 27) ended HOLD_ELAPSED; B (RESTORED) ACTIVE [60, ∞)",
        "–",
    ),
    (
        "block on day 4, recorded on day 6; B claimed on day 5; lifted on day 9",
        _ZERO,
        (claimed(5), blocked(4), lifted(9)),
        "A (DRAWN) ACTIVE [0, 4) ended HOLD_ELAPSED; A (RESTORED) ACTIVE [9, ∞)",
        "–",
    ),
    (
        "mentor A resigns on day 5, nobody blocked",
        DEFAULT,
        (resigned(5),),
        "A (DRAWN) ACTIVE [0, 5) ended MENTOR_RESIGNED",
        "[5, ∞)",
    ),
    (
        "opt-out on day 5 while blocked since day 3; opt-in on day 9; lifted on day 20",
        DEFAULT,
        (blocked(3), of(OptedOut, 5), of(OptedIn, 9), lifted(20)),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 5) ended OPTED_OUT",
        "[20, ∞)",
    ),
    (
        "username block on day 3; on day 50 the policy's hold becomes 10 days for all",
        ((None, DEFAULT), (50, _TEN_DAYS)),
        (blocked(3, USERNAME),),
        "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 50) ended HOLD_ELAPSED",
        "–",
    ),
    (
        (
            "spam block on day 3, lifted on day 30, A resigned on day 15, C drawn on day 31; "
            "late: A had enrolled again on day 25"
        ),
        DEFAULT,
        (blocked(3, SPAM), lifted(30), resigned(15), drawn(31, C), enrolled(25)),
        f"{_HELD}; A (RESTORED) ACTIVE [30, ∞)",
        "–",
    ),
)
"""The worked examples: what happens, under which policy, the facts; the primary ties and needs that
follow.
"""

THE_STORY = (blocked(3, USERNAME), of(Renamed, 5), lifted(8))
"""Assigned, blocked for the username, renamed, unblocked."""
