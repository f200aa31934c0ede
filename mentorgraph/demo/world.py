"""The demo wiki as facts: its mentors, its newcomers, and who was drawn for whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from graph.facts import (
    Assigned,
    BlockLifted,
    BlockPlaced,
    Drawn,
    Fact,
    MentorEnrolled,
    MentorResigned,
    Registered,
    Renamed,
    Vanished,
)
from graph.kinds import AccountId, MentorShare, Origin, PolicyPreset, RelationshipRole, StartReason
from graph.lifecycle import project
from graph.policy import PRESETS, PolicyVersion
from graph.timeline import Need
from mentorgraph.demo.lives import COURSES, Life, Told, registration, unsuitable_name
from mentorgraph.demo.names import firms, people

TWO_YEARS = timedelta(days=730)
ANSWERED_AFTER = timedelta(seconds=2)
WEIGHTS = {MentorShare.NONE: 0, MentorShare.LOW: 1, MentorShare.NORMAL: 2, MentorShare.HIGH: 4}
SHARES = (MentorShare.NORMAL,) * 6 + (MentorShare.LOW,) * 2 + (MentorShare.HIGH, MentorShare.NONE)


@dataclass(frozen=True, slots=True)
class Guide:
    """A mentor of the demo wiki; `until` is when they resigned, `away_until` when they come back."""

    account: AccountId
    name: str
    share: MentorShare
    since: datetime
    until: datetime | None
    away_until: datetime | None

    def facts(self) -> Iterator[Fact]:
        """The facts of this mentor's term."""
        yield MentorEnrolled(
            at=self.since, origin=Origin("demo", f"enrolled-{self.account}"), mentor=self.account
        )
        if self.until:
            yield MentorResigned(
                at=self.until, origin=Origin("demo", f"resigned-{self.account}"), mentor=self.account
            )

    def serves(self, at: datetime) -> bool:
        """Whether they are a mentor then."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A newcomer, all that happened to them, and what they did."""

    account: AccountId
    told: tuple[Told, ...]
    edits: int
    last_edit: datetime | None
    questions: int
    reverted: int


@dataclass(frozen=True, slots=True)
class World:
    """Everybody."""

    guides: tuple[Guide, ...]
    newcomers: tuple[Newcomer, ...]


def make(
    now: datetime,
    *,
    seed: int = 2026,
    mentees: int = 2000,
    mentors: int = 40,
) -> World:
    """The demo wiki as of `now`; the same for the same moment, seed and sizes."""
    dice = Random(seed)  # noqa: S311 - seeded on purpose: a demo, not a secret
    names = people(dice)
    guides = tuple(guide(dice, number, next(names), now) for number in range(1, mentors + 1))
    log_ids = count(1000)
    lives = list(courses(dice, names, log_ids, now, mentors + 1, mentees))
    newcomers = []
    for life in lives:
        answer_needs(life, guides)
        newcomers.append(newcomer(life))
    return World(guides, tuple(newcomers))


def guide(dice: Random, number: int, name: str, now: datetime) -> Guide:
    """One mentor: most have served all the time, some came later, some left, some are away."""
    start = now - TWO_YEARS - timedelta(days=30)
    since = start if dice.random() < 0.7 else start + dice.random() * TWO_YEARS * 0.7
    left = number > 4 and dice.random() < 0.15
    away = not left and dice.random() < 0.1
    return Guide(
        account=number,
        name=name,
        share=dice.choice(SHARES) if number > 4 else MentorShare.NORMAL,
        since=whole(since),
        until=whole(since + dice.uniform(0.4, 0.95) * (now - since)) if left else None,
        away_until=whole(now + timedelta(days=dice.randrange(2, 60))) if away else None,
    )


def whole(moment: datetime) -> datetime:
    """The moment in whole seconds, as wikis write them."""
    return moment.replace(microsecond=0)


def courses(
    dice: Random, names: Iterator[str], log_ids: Iterator[int], now: datetime, first: AccountId, number: int
) -> Iterator[Life]:
    """Everybody's lives, in the order of their registrations; the story is among the last."""
    bad_names = firms(dice)
    moments = sorted(now - dice.random() ** 1.3 * TWO_YEARS for _ in range(number - 2))
    for account, at in enumerate(moments, first):
        promotional = dice.random() < 0.07
        name = next(bad_names) if promotional else next(names)
        life = Life(account, name, whole(at), now, dice, log_ids)
        registration(life)
        if promotional:
            unsuitable_name(life, next(names))
        for course, part in COURSES:
            if dice.random() < part:
                course(life)
        yield life
    yield the_story(
        Life(first + number - 2, "Acme Widgets Ltd", whole(now - timedelta(days=12)), now, dice, log_ids)
    )
    yield still_waiting(
        Life(first + number - 1, "Sunrise Bakery Inc", whole(now - timedelta(days=5)), now, dice, log_ids)
    )


def the_story(life: Life) -> Life:
    """Blocked for the name on the third day, renamed, unblocked on the eighth: the same mentor."""
    registration(life)
    day = timedelta(days=1)
    life.tell(BlockPlaced, life.registered + 3 * day, reason="Promotional username", performer="Admin Ito")
    life.tell(Renamed, life.registered + 7 * day, name="Wanda Widgetfan", performer="Admin Okafor")
    life.tell(BlockLifted, life.registered + 8 * day, performer="Admin Okafor")
    return life


def still_waiting(life: Life) -> Life:
    """The same, half way: blocked for the name two days ago."""
    registration(life)
    life.tell(
        BlockPlaced, life.registered + timedelta(days=3), reason="Promotional username", performer="Admin Ito"
    )
    return life


def answer_needs(life: Life, guides: tuple[Guide, ...]) -> None:
    """Draw mentors wherever one was needed, as the server would have; then let one in thirty be claimed."""
    for _ in range(12):
        need = next(iter(open_needs(life, guides)), None)
        if need is None or not draw(life, guides, need):
            break
    if life.dice.random() < 1 / 30:
        claim(life, guides)


def open_needs(life: Life, guides: tuple[Guide, ...]) -> Iterator[Need]:
    """The needs that nobody has answered; who came in the last hours may still be waiting."""
    policy = [PolicyVersion(1, None, PRESETS[PolicyPreset.DEFAULT])]
    facts = [told.fact for told in life.told] + [fact for one in guides for fact in one.facts()]
    for need in project(life.account, facts, policy).needs:
        if need.start < life.now - timedelta(hours=8) and (
            need.end is None or need.start + ANSWERED_AFTER < need.end
        ):
            yield need


def draw(life: Life, guides: tuple[Guide, ...], need: Need) -> bool:
    """Let chance answer a need soon after it began; says whether somebody could be drawn."""
    at = need.start + ANSWERED_AFTER
    taken = {told.fact.mentor for told in life.told if isinstance(told.fact, Drawn | Assigned)}
    free = [one for one in guides if one.serves(at) and one.account not in taken]
    weights = [WEIGHTS[one.share] for one in free]
    if not any(weights):
        return False
    chosen = life.dice.choices(free, weights)[0]
    origin = Origin("draw", f"demo-{life.account}-{need.role}-{at:%Y%m%d%H%M%S}")
    life.told.append(Told(Drawn(at=at, origin=origin, role=need.role, mentor=chosen.account)))
    return True


def claim(life: Life, guides: tuple[Guide, ...]) -> None:
    """A mentor takes the newcomer over."""
    at = whole(life.some_day() + timedelta(minutes=5))
    free = [one for one in guides if one.serves(at)]
    if at < life.now and free:
        chosen = life.dice.choice(free)
        fact = Assigned(
            at=at,
            origin=life.origin(),
            role=RelationshipRole.PRIMARY,
            mentor=chosen.account,
            because=StartReason.CLAIMED,
        )
        life.told.append(Told(fact, reason="We have met at the help desk", performer=chosen.name))


def newcomer(life: Life) -> Newcomer:
    """The life in the order of its happenings, with what the newcomer did."""
    told = tuple(sorted(life.told, key=lambda one: one.fact.at))
    assert isinstance(told[0].fact, Registered)
    edits = min(int(life.dice.paretovariate(0.7)) - 1, 50_000)
    # Whoever is blocked or gone edits no longer.
    until = told[-1].fact.at if isinstance(told[-1].fact, BlockPlaced | Vanished) else life.now
    last = whole(life.registered + life.dice.random() * (until - life.registered)) if edits else None
    habits = Random(life.account)  # noqa: S311 - no secret; of its own, so that nobody else's course changes
    questions = min(int(habits.paretovariate(1.5)) - 1, edits, 30)
    return Newcomer(life.account, told, edits, last, questions, round(edits * habits.random() ** 4))
