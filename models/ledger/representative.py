"""One mentee who stands for all of whom the same is told: the rules are asked once, and the rows say for whom.

The rules know no number of an account, a fact or a tie by itself: whoever calls all of them otherwise gets the same
timeline with the other names in it. So for mentees of whom nothing is known but who mentors them, one timeline says
what becomes of each; its rows are made by what makes every other row (`Difference`), with codes where ids will stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final, NamedTuple

from graph.facts import MentorEnrolled
from graph.kinds import Origin
from graph.lifecycle import project
from graph.moments import DAY
from graph.policy import PolicyVersion
from models.columns import ENDLESS, NEVER
from models.ledger.difference import Circumstances, Difference, Facts
from models.ledger.entry import Entry
from models.ledger.facts_kept import Kept
from models.ledger.rows import AccountRow, Stored
from models.ledger.script import NewIds, Script

MENTEE: Final = -1
PRIMARY, BACKUP = 1, 2
"""Codes: who is primary or backup mentor by what is told; the fact that says so has the same."""


class Case(NamedTuple):
    """What is told of a mentee: the codes of their mentors (None: no row), and which of these are mentors."""

    primary: int | None
    backup: int | None
    mentors: frozenset[int]


@dataclass(frozen=True, slots=True)
class Representative:
    """The rows that stand for everybody of one case, the entries that are told, and those without effect."""

    entries: Mapping[int, Entry]
    script: Script
    account: AccountRow
    without_effect: Mapping[int, str]


def represent(
    case: Case, entries: Mapping[int, Entry], policies: Sequence[PolicyVersion], now: datetime
) -> Representative:
    """`entries` are what is told of the mentee, by the code of the role."""
    own = [Kept(code, entry.fact, now, None, None, None, None) for code, entry in entries.items()]
    terms = [_enrolled(mentor, own[0].fact.at, now) for mentor in sorted(case.mentors)]
    facts = Facts(own, terms)
    timeline = project(MENTEE, [kept.fact for kept in facts.by_origin.values()], policies)
    # What an account is that was added a moment ago, and of which nothing is known.
    account = AccountRow(MENTEE, last_edit_at=NEVER, next_change_at=ENDLESS)
    difference = Difference(account, facts, Stored(), timeline, Circumstances(now, bulk=True))
    script = Script()
    difference.write(script, NewIds(count(1), count(1), count(1)))
    by_origin = {kept.fact.origin: kept.id for kept in own}
    told = timeline.without_effect.items()
    without_effect = {by_origin[origin]: code for origin, code in told if origin in by_origin}
    return Representative(entries, script, script.accounts[0] if script.accounts else account, without_effect)


def _enrolled(mentor: int, at: datetime, now: datetime) -> Kept:
    """A mentor long before that moment: how long makes no difference, for nothing else happened to the mentee."""
    fact = MentorEnrolled(at=at - DAY, origin=Origin("enrolled", str(mentor)), mentor=mentor)
    return Kept(mentor - 10, fact, now, None, None, None, None)
