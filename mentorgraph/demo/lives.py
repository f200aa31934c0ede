"""What may happen to a newcomer of the demo wiki: courses of events, drawn by seeded dice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from graph.facts import (
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Fact,
    Graduated,
    OptedIn,
    OptedOut,
    Registered,
    Renamed,
    Vanished,
)
from graph.kinds import AccountId, BlockKind, BlockScope, Origin

ADMINS = ("Admin Ito", "Admin Okafor", "Admin Svensson")


@dataclass(slots=True)
class Told:
    """A fact with the names and the reason that lie beside it."""

    fact: Fact
    reason: str | None = None
    performer: str | None = None
    name: str | None = None


@dataclass(slots=True)
class Life:
    """One newcomer: who, since when, and what happened to them up to `now`."""

    account: AccountId
    name: str
    registered: datetime
    now: datetime
    dice: Random
    log_ids: Iterator[int]
    told: list[Told] = field(default_factory=list)

    def origin(self) -> Origin:
        """The next entry of the wiki's log."""
        return Origin("mw-log", str(next(self.log_ids)))

    def tell(self, make: Callable[..., Fact], at: datetime, **choices: object) -> bool:
        """Let something happen, unless it lies in the future; says whether it did."""
        if at > self.now:
            return False
        beside = {key: choices.pop(key, None) for key in ("performer", "name")}
        fact = make(at=at, origin=self.origin(), **choices)
        self.told.append(Told(fact, getattr(fact, "reason", None) or None, **beside))  # type: ignore[arg-type]
        return True

    def days(self, least: float, most: float) -> timedelta:
        """A length of time between two numbers of days, in whole seconds."""
        return timedelta(seconds=round(self.dice.uniform(least, most) * 86400))

    def block(self, at: datetime, reason: str, **choices: object) -> bool:
        """A block by one of the administrators."""
        return self.tell(BlockPlaced, at, reason=reason, performer=self.dice.choice(ADMINS), **choices)

    def lift(self, at: datetime, kind: BlockKind = BlockKind.LOCAL) -> bool:
        """An unblock by one of the administrators."""
        return self.tell(BlockLifted, at, block_kind=kind, performer=self.dice.choice(ADMINS))

    def some_day(self) -> datetime:
        """A moment of this life."""
        return self.registered + self.dice.random() * (self.now - self.registered)


def registration(life: Life) -> None:
    """Every life begins with this."""
    life.tell(Registered, life.registered, name=life.name)


def unsuitable_name(life: Life, new_name: str) -> None:
    """Blocked for the name, renamed, unblocked: a matter of days; one in five never asks."""
    blocked = life.registered + life.days(0.1, 20)
    if not life.block(blocked, "{{uw-softerblock}} <!-- Promotional username, soft block -->"):
        return
    if life.dice.random() < 0.2:
        return
    renamed = blocked + life.days(0.3, 9)
    life.tell(BlockChanged, renamed - timedelta(hours=5), unblock_requested=True)
    life.tell(Renamed, renamed, name=new_name, performer=life.dice.choice(ADMINS))
    life.lift(renamed + life.days(0.01, 0.5))


def quarrel(life: Life) -> None:
    """Edit warring: a day, sometimes a week, that ends by itself."""
    at = life.some_day()
    length = timedelta(hours=life.dice.choice((24, 31, 31, 72, 168)))
    life.block(at, "Edit warring, [[WP:3RR]]", expires_at=at + length)


def vandalism(life: Life) -> None:
    """Vandalism: hours at first, then without an end."""
    at = life.registered + life.days(0.01, 60)
    length = timedelta(hours=31)
    if life.block(
        at,
        "Vandalism-only account" if life.dice.random() < 0.5 else "[[WP:VAND|Vandalism]]",
        expires_at=at + length,
    ):
        life.tell(BlockChanged, at + length / 2, expires_at=None, reason="Persistent vandalism")


def advertising(life: Life) -> None:
    """Spam: without an end; one in ten is unblocked in time, or too late."""
    at = life.registered + life.days(0.01, 40)
    if life.block(at, "Using Wikipedia for spam or advertising purposes") and life.dice.random() < 0.3:
        life.lift(at + life.days(1, 60))


def writing_for_others(life: Life) -> None:
    """Paid to write: without an end, until it is disclosed."""
    at = life.registered + life.days(0.5, 200)
    if life.block(at, "Undisclosed paid editing") and life.dice.random() < 0.4:
        life.lift(at + life.days(2, 20))


def copied_texts(life: Life) -> None:
    """Texts of others, more than once: a month, or less where it is understood."""
    at = life.some_day()
    if (
        life.block(at, "[[WP:COPYVIO|Copyright violations]]", expires_at=at + timedelta(days=31))
        and life.dice.random() < 0.5
    ):
        life.lift(at + life.days(1, 10))


def attack(life: Life) -> None:
    """Harsh words: three days, or for good."""
    at = life.some_day()
    ends = at + timedelta(days=3) if life.dice.random() < 0.7 else None
    life.block(at, "Personal attacks", expires_at=ends)


def sockpuppet(life: Life) -> None:
    """A sock of somebody else: blocked, then locked on all wikis."""
    at = life.some_day()
    life.block(at, "Sock puppetry: see the investigation")
    life.tell(
        BlockPlaced,
        at + life.days(0.1, 2),
        block_kind=BlockKind.GLOBAL_LOCK,
        reason="Long-term abuse",
        performer=None,
    )


def corner(life: Life) -> None:
    """A partial block of one page, sometimes made sitewide."""
    at = life.some_day()
    if not life.block(
        at, "Disruptive editing of one article", scope=BlockScope.PARTIAL, expires_at=at + timedelta(days=90)
    ):
        return
    if life.dice.random() < 0.3:
        life.tell(BlockChanged, at + life.days(1, 20), scope=BlockScope.SITEWIDE, reason="Disruptive editing")


def elsewhere(life: Life) -> None:
    """Blocked globally for a while."""
    at = life.some_day()
    life.tell(
        BlockPlaced,
        at,
        block_kind=BlockKind.GLOBAL_BLOCK,
        reason="Cross-wiki abuse",
        expires_at=at + timedelta(days=life.dice.choice((30, 180, 730))),
    )


def shame(life: Life) -> None:
    """A name so bad that it is hidden."""
    life.block(life.registered + life.days(0.01, 3), "Abusive username", hides_name=True)


def no_thanks(life: Life) -> None:
    """Wants no mentor; some think again."""
    at = life.registered + life.days(0.5, 60)
    if life.tell(OptedOut, at) and life.dice.random() < 0.3:
        life.tell(OptedIn, at + life.days(1, 30))


def outgrown(life: Life) -> None:
    """Has become an experienced editor."""
    life.tell(Graduated, life.registered + life.days(180, 700))


def gone(life: Life) -> None:
    """The account vanished."""
    life.tell(Vanished, life.registered + life.days(30, 500))


COURSES: tuple[tuple[Callable[[Life], None], float], ...] = (
    (quarrel, 0.05),
    (vandalism, 0.05),
    (advertising, 0.06),
    (writing_for_others, 0.01),
    (copied_texts, 0.01),
    (attack, 0.01),
    (sockpuppet, 0.02),
    (corner, 0.03),
    (elsewhere, 0.01),
    (shame, 0.004),
    (no_thanks, 0.03),
    (outgrown, 0.06),
    (gone, 0.01),
)
"""What may happen and to which part of the newcomers. Names that are unsuitable are a matter of the name."""
