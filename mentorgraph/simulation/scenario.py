"""A synthetic year of a large wiki's blocked mentees, by the figures of the wiki's own discussion; seeded.

The discussion about keeping mentors over blocks names three figures: about 70,000 mentees blocked without an
expiry a year, about one in ten of them unblocked, and names mended within days. All else is assumed, is named
here, and is listed in docs/policy.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

from graph.facts import (
    BlockLifted,
    BlockPlaced,
    Drawn,
    Fact,
    MentorEnrolled,
    MentorResigned,
    Registered,
    Renamed,
)
from graph.history import WIKI_LOG
from graph.kinds import AccountId, Origin
from graph.moments import DAY, FOREVER
from graph.outcome import Window
from models.ledger.histories import History, Part

BLOCKED_A_YEAR = 70_000
YEAR = Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))

# Assumed, for nobody has said them.
MENTORS = 120
RESIGNED_A_YEAR = 0.15
SHARES = (1, 2, 2, 2, 4)
DAYS_UNTIL_BLOCKED = 2.0
DAYS_UNTIL_DRAWN_AGAIN = 0.5

FIRST_MENTEE = 1_000_000


@dataclass(frozen=True, slots=True)
class Offence:
    """What newcomers are blocked for: its share of the blocks, how many are unblocked, after how long.

    `days` is the median of the days until the unblock, `spread` the deviation of their logarithm.
    """

    reason: str
    share: float
    unblocked: float
    days: float
    spread: float
    renamed: bool = False


OFFENCES = (
    Offence("{{uw-softerblock}}", share=0.30, unblocked=0.220, days=2, spread=1.0, renamed=True),
    Offence("Using Wikipedia for spam or advertising", share=0.25, unblocked=0.060, days=14, spread=1.3),
    Offence("Vandalism-only account", share=0.25, unblocked=0.028, days=45, spread=1.3),
    Offence("Disruptive editing", share=0.10, unblocked=0.100, days=20, spread=1.3),
    Offence("Sock puppetry", share=0.10, unblocked=0.020, days=120, spread=1.0),
)
"""Together one in ten is unblocked: 6.6 + 1.5 + 0.7 + 1.0 + 0.2 of a hundred."""

Term = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Mentor:
    """Somebody who mentors from a moment until another (FOREVER: still does)."""

    account: AccountId
    term: Term
    share: int

    def facts(self) -> list[Fact]:
        """Their term, as facts."""
        start, end = self.term
        known: list[Fact] = [
            MentorEnrolled(at=start, origin=Origin("terms", f"{self.account}+"), mentor=self.account)
        ]
        if end != FOREVER:
            known.append(
                MentorResigned(at=end, origin=Origin("terms", f"{self.account}-"), mentor=self.account)
            )
        return known


class Scenario:
    """A year of `blocked` mentees. Whoever is drawn anew after an unblock is so by what wikis run today."""

    def __init__(self, blocked: int = BLOCKED_A_YEAR, mentors: int = MENTORS, seed: int = 1) -> None:
        self.window = YEAR
        self.blocked = blocked
        self._seed = seed
        self.mentors = _mentors(Random(f"{seed} mentors"), mentors)  # noqa: S311 - made up, not secret
        self._facts = {mentor.account: mentor.facts() for mentor in self.mentors}
        self._shares = [mentor.share for mentor in self.mentors]

    def parts(self, size: int) -> Iterator[Part]:
        """All mentees, so many at a time."""
        for after in range(0, self.blocked, size):
            last = min(after + size, self.blocked)
            yield Part(after, last, last - after)

    def read(self, part: Part) -> list[History]:
        """The mentees of a part with all facts about them; the same for whoever asks, in any parts."""
        return [self._history(number) for number in range(part.after + 1, part.last + 1)]

    def terms(self) -> list[Term]:
        """From when to when there were mentors."""
        return [mentor.term for mentor in self.mentors]

    def _history(self, number: int) -> History:
        dice = Random(self._seed << 32 | number)  # noqa: S311 - made up, not secret
        account = FIRST_MENTEE + number
        blocked_at = self.window.start + dice.random() * (self.window.end - self.window.start)
        registered_at = blocked_at - _days(dice, DAYS_UNTIL_BLOCKED, 1.5)
        (offence,) = dice.choices(OFFENCES, [offence.share for offence in OFFENCES])
        life = _Life(
            number, [Registered(at=_whole(registered_at), origin=Origin(WIKI_LOG, str(number * 10)))]
        )
        mentor = self._drawn(dice, life, registered_at)
        while mentor.term[1] < blocked_at:
            mentor = self._drawn(dice, life, mentor.term[1])
        life.tell(BlockPlaced, blocked_at, reason=offence.reason, block_id=str(number))
        if dice.random() < offence.unblocked:
            unblocked_at = blocked_at + _days(dice, offence.days, offence.spread)
            if offence.renamed:
                life.tell(Renamed, unblocked_at - timedelta(hours=1))
            life.tell(BlockLifted, unblocked_at, block_id=str(number))
            self._drawn(dice, life, unblocked_at + _days(dice, DAYS_UNTIL_DRAWN_AGAIN, 1.0))
        named = dict.fromkeys(fact.mentor for fact in life.facts if isinstance(fact, Drawn))
        return account, [fact for mentor in named for fact in self._facts[mentor]] + life.facts

    def _drawn(self, dice: Random, life: "_Life", at: datetime) -> Mentor:
        """A draw among those who are mentors at that moment."""
        while True:
            (mentor,) = dice.choices(self.mentors, self._shares)
            start, end = mentor.term
            if start <= at < end:
                life.tell(Drawn, at, mentor=mentor.account)
                return mentor


class _Life:
    def __init__(self, number: int, facts: list[Fact]) -> None:
        self.number = number
        self.facts = facts

    def tell(self, make: type[Fact], at: datetime, **choices: object) -> None:
        origin = Origin(WIKI_LOG, str(self.number * 10 + len(self.facts)))
        self.facts.append(make(at=_whole(at), origin=origin, **choices))


def _mentors(dice: Random, count: int) -> list[Mentor]:
    """As many as were there at the start, some of whom resign in the year; each who does is followed by another."""
    mentors: list[Mentor] = []
    for number in range(1, count + 1):
        share = dice.choice(SHARES)
        start, end = datetime(2020, 1, 1, tzinfo=UTC), FOREVER
        if dice.random() < RESIGNED_A_YEAR:
            end = _whole(YEAR.start + dice.random() * (YEAR.end - YEAR.start))
            mentors.append(Mentor(count + number, (end, FOREVER), share))
        mentors.append(Mentor(number, (start, end), share))
    return mentors


def _days(dice: Random, median: float, spread: float) -> timedelta:
    return dice.lognormvariate(log(median), spread) * DAY


def _whole(moment: datetime) -> datetime:
    """To the second, as the wiki's log has it."""
    return moment.replace(microsecond=0)
