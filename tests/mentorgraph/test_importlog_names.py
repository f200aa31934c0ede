"""Whom names mean: after any history of renames, swaps and reuse, events and log pages mean the same."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph.facts import FACTS
from graph.kinds import FactKind, Origin
from mentorgraph.feed.entries import Sighting
from mentorgraph.feed.gathered import Gathered, Known, Line, Whence
from mentorgraph.feed.resolve import resolve

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY_IN_PARTICULAR = Whence(0, 1)


@dataclass
class Wiki:
    """A wiki that registers, renames and unblocks at random, often in one second, and logs like MediaWiki."""

    random: Random
    now: datetime = NOON
    holders: dict[str, int] = field(default_factory=dict)
    log: list[Sighting] = field(default_factory=list)
    truth: dict[int, int] = field(default_factory=dict)
    accounts: int = 0
    published: int = 100

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.now += timedelta(seconds=self.random.choice([0, 0, 0, 1, 5]))
            self.random.choice([self.register, self.rename, self.unblock, self.unblock])()

    def register(self) -> None:
        free = [name for name in "ABCD" if name not in self.holders]
        if free:
            self.accounts += 1
            name = self.random.choice(free)
            self.holders[name] = self.accounts
            self.note(FactKind.REGISTERED, self.accounts, name, user_id=self.accounts)

    def rename(self) -> None:
        free = [name for name in "ABCD" if name not in self.holders]
        if self.holders and free:
            old, new = self.random.choice(sorted(self.holders)), self.random.choice(free)
            account = self.holders.pop(old)
            # It gets its log id first and is published last: others that still see the old name come between.
            between = self.random.random() < 0.3
            log_id = len(self.log) + 1
            self.log.append(
                Sighting(log_id=log_id, at=self.now, kind=FactKind.RENAMED, name=old, new_name=new)
            )
            self.truth[log_id] = account
            if between:
                self.note(FactKind.BLOCK_LIFTED, account, old)
            self.published += 1
            self.log[log_id - 1] = replace(self.log[log_id - 1], published=self.published)
            self.holders[new] = account

    def unblock(self) -> None:
        if self.holders:
            name = self.random.choice(sorted(self.holders))
            self.note(FactKind.BLOCK_LIFTED, self.holders[name], name)

    def note(self, kind: FactKind, account: int, name: str, user_id: int | None = None) -> None:
        self.published += 1
        log_id = len(self.log) + 1
        self.truth[log_id] = account
        self.log.append(
            Sighting(
                log_id=log_id, at=self.now, kind=kind, name=name, user_id=user_id, published=self.published
            )
        )

    def events(self) -> list[Line]:
        return [Line(seen, NOBODY_IN_PARTICULAR) for seen in self.log]

    def page(self) -> list[Line]:
        """The log as it is read now: rewritten to the names of today, but for the renames."""
        today = {account: name for name, account in self.holders.items()}
        lines = []
        for seen in self.log:
            name = seen.name if seen.kind is FactKind.RENAMED else today[self.truth[seen.log_id]]
            lines.append(Line(replace(seen, name=name, published=None), NOBODY_IN_PARTICULAR, self.now))
        return lines

    def known(self) -> list[Known]:
        """What the database knows of names after the log so far."""
        return [
            Known(
                user_id=self.truth[seen.log_id],
                fact=FACTS[seen.kind](at=seen.at, origin=Origin("mw-log", str(seen.log_id))),
                name=seen.new_name or seen.name or "",
                number=seen.log_id,
            )
            for seen in self.log
            if seen.kind in (FactKind.REGISTERED, FactKind.RENAMED)
        ]


def who(lines: list[Line], known: list[Known] | None = None) -> dict[int, int]:
    """Whom each entry is about, by log id; no line stays unresolved."""
    resolved, unresolved = resolve(Gathered(lines, known=known or []))
    assert not unresolved
    return {int(one.fact.origin.source_id): one.user_id for one in resolved}


wikis = st.builds(lambda seed, steps: (seed, steps), st.integers(0, 2**32), st.integers(1, 40))


@given(wikis)
def test_events_mean_whoever_held_the_name_then(wiki: tuple[int, int]) -> None:
    made = Wiki(Random(wiki[0]))
    made.live(wiki[1])
    lines = made.events()
    made.random.shuffle(lines)
    assert who(lines) == made.truth


@given(wikis)
def test_pages_mean_whoever_held_the_name_on_the_day_they_were_read(wiki: tuple[int, int]) -> None:
    made = Wiki(Random(wiki[0]))
    made.live(wiki[1])
    lines = made.page()
    made.random.shuffle(lines)
    assert who(lines) == made.truth


@given(wikis)
def test_pages_of_several_days_and_events_together_mean_the_same_accounts(wiki: tuple[int, int]) -> None:
    made = Wiki(Random(wiki[0]))
    made.live(wiki[1])
    early = made.page()
    made.now += timedelta(seconds=1)
    made.live(wiki[1])
    lines = [*early, *made.page(), *made.random.sample(made.events(), len(made.log) // 2)]
    made.random.shuffle(lines)
    assert who(lines) == made.truth


@given(wikis)
def test_what_is_known_of_names_already_stands_for_the_lines_that_told_it(wiki: tuple[int, int]) -> None:
    made = Wiki(Random(wiki[0]))
    made.live(wiki[1])
    known, before = made.known(), len(made.log)
    made.now += timedelta(seconds=1)
    made.live(wiki[1])
    later = {log_id: account for log_id, account in made.truth.items() if log_id > before}
    assert who(made.events()[before:], known) == later
    assert who(made.page()[before:], known) == later


@given(wikis)
def test_registrations_on_pages_get_the_name_of_their_day_back(wiki: tuple[int, int]) -> None:
    made = Wiki(Random(wiki[0]))
    made.live(wiki[1])
    resolved, _ = resolve(Gathered(made.page()))
    names = {one.fact.origin.source_id: one.name for one in resolved if one.fact.kind is FactKind.REGISTERED}
    assert names == {str(one.log_id): one.name for one in made.log if one.kind is FactKind.REGISTERED}
