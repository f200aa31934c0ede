"""What a policy made of a stretch of time: worked by hand, against a slow account of it, and in parts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.facts import Fact, Graduated, OptedOut, Registered
from graph.kinds import EndReason, PolicyPreset, RelationshipRole, RelationshipState, UnblockAction
from graph.lifecycle import Walk, project, project_each, reigns
from graph.moments import BEGINNING, DAY, FOREVER
from graph.outcome import Outcome, Tally, Window, mentoring
from graph.policy import PRESETS, PolicySettings, PolicyVersion
from graph.timeline import Tie, Timeline
from lifecycle_histories import DAYS, MENTORS, History, histories
from lifecycle_stories import (
    MENTEE,
    SPAM,
    USERNAME,
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
)

often = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

GROUND = (enrolled(-10, A), enrolled(-10, B), of(Registered, 0), drawn(0, A))
MONTH = Window(on(0), on(30))
TWO_MENTORS = 2 * (MONTH.end - MONTH.start)

DEFAULT, DROP, UNTIL, GRACE = (PRESETS[preset] for preset in PolicyPreset)


def lived(facts: Sequence[Fact], policies: Sequence[PolicySettings], until: datetime = FOREVER) -> list[Walk]:
    """The mentee under each, as if it had always been in force."""
    courses = [reigns([PolicyVersion(1, None, policy)]) for policy in policies]
    return project_each(MENTEE, facts, courses, until)


def under(policy: PolicySettings, *facts: Fact, window: Window = MONTH, also: Sequence[Fact] = ()) -> Outcome:
    """What the policy makes of a mentee of A, and of another to whom `also` happened."""
    tally = Tally(window)
    for more in (facts, *([also] if also else [])):
        tally.count(*lived((*GROUND, *more), [policy]))
    return tally.outcome(2 * (window.end - window.start))


def told(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.suspensions, outcome.continued, outcome.broken, outcome.released


# Worked by hand.


def test_whoever_is_unblocked_while_the_tie_is_kept_came_back() -> None:
    outcome = under(DEFAULT, blocked(3, USERNAME), lifted(8))
    assert told(outcome) == (1, 1, 0, 0)
    assert outcome.continuity == 1.0


def test_five_days_on_one_of_two_lists_are_a_twelfth_of_a_month() -> None:
    outcome = under(DEFAULT, blocked(3, USERNAME), lifted(8))
    assert outcome.mean_suspended_per_mentor == pytest.approx(5 / 60)
    assert outcome.max_suspended_per_mentor == 1


def test_each_day_tells_what_is_suspended_when_it_begins() -> None:
    outcome = under(DEFAULT, blocked(3.5, USERNAME), lifted(6))
    assert [day.suspended for day in outcome.daily] == [0, 0, 0, 0, 1, 1, *[0] * 24]
    assert [day.day for day in outcome.daily if day.continued] == [on(6)]


def test_what_wikis_run_today_breaks_every_tie() -> None:
    outcome = under(DROP, blocked(3, USERNAME), lifted(8))
    assert told(outcome) == (0, 0, 1, 1)
    assert outcome.continuity == 0.0


def test_whoever_is_drawn_after_such_an_unblock_is_somebody_else_also_where_it_is_at_once() -> None:
    assert told(under(DROP, blocked(3, USERNAME), lifted(8), drawn(8, B))) == (0, 0, 1, 1)


def test_a_draw_after_the_loss_that_the_policy_spares_has_no_effect() -> None:
    assert told(under(DEFAULT, blocked(3, USERNAME), lifted(8), drawn(9, B))) == (1, 1, 0, 0)


def test_a_tie_that_is_released_and_restored_is_continued() -> None:
    outcome = under(DEFAULT, blocked(3, SPAM), lifted(20))
    assert told(outcome) == (1, 1, 0, 1)
    assert [day.day for day in outcome.daily if day.released] == [on(10)]


def test_a_block_that_nobody_lifts_is_neither_kept_nor_broken() -> None:
    outcome = under(DEFAULT, blocked(3, SPAM))
    assert told(outcome) == (1, 0, 0, 1)
    assert outcome.continuity is None


def test_a_mentor_who_resigns_meanwhile_breaks_it_under_every_policy() -> None:
    for policy in (DEFAULT, UNTIL, GRACE):
        assert told(under(policy, blocked(3, USERNAME), resigned(5), lifted(8))) == (1, 0, 1, 0)


def test_left_unassigned_is_broken() -> None:
    policy = replace(GRACE, on_unblock=UnblockAction.LEAVE_UNASSIGNED, default_hold=DAY)
    assert told(under(policy, blocked(3, SPAM), lifted(8))) == (1, 0, 1, 1)


def test_too_late_to_be_restored_is_broken() -> None:
    policy = replace(GRACE, restore_within=2 * DAY, default_hold=DAY)
    assert told(under(policy, blocked(3, SPAM), lifted(8))) == (1, 0, 1, 1)


def test_whom_somebody_claims_meanwhile_has_that_mentor_and_keeps_them() -> None:
    outcome = under(DEFAULT, blocked(3, USERNAME), claimed(5, B), lifted(8))
    assert told(outcome) == (1, 1, 0, 0)


def test_a_decision_of_the_mentee_is_no_fault_of_a_policy() -> None:
    for leaves in (of(OptedOut, 5), of(Graduated, 5)):
        assert told(under(DEFAULT, blocked(3, USERNAME), leaves, lifted(8))) == (1, 0, 0, 0)


def test_whoever_had_no_mentor_when_blocked_has_nobody_to_come_back_to() -> None:
    tally = Tally(MONTH)
    facts = (of(Registered, 0), blocked(3, USERNAME), lifted(8))
    tally.count(*lived(facts, [DEFAULT]))
    assert told(tally.outcome(TWO_MENTORS)) == (0, 0, 0, 0)


def test_up_to_its_last_moment_the_window_is_lived_to_be_counted() -> None:
    facts = (*GROUND, blocked(22.75, SPAM), lifted(29.9))
    for policy in (DEFAULT, DROP, UNTIL, GRACE):
        cut_off, whole = Tally(MONTH), Tally(MONTH)
        cut_off.count(*lived(facts, [policy], until=MONTH.end))
        whole.count(*lived(facts, [policy]))
        assert cut_off.to_json() == whole.to_json()
        assert sum(whole.released) == (policy in (DEFAULT, DROP))
        assert sum(whole.continued) + sum(whole.broken) == 1


def test_two_blocks_at_once_are_one_unblock() -> None:
    facts = (blocked(3, USERNAME), blocked(4, USERNAME, "2"), lifted(6), lifted(8, "2"))
    assert told(under(DEFAULT, *facts)) == (1, 1, 0, 0)


def test_two_blocks_one_after_the_other_are_two_unblocks_of_one_mentee() -> None:
    facts = (blocked(3, USERNAME), lifted(4), blocked(6, USERNAME, "2"), lifted(8, "2"))
    assert told(under(DEFAULT, *facts)) == (1, 2, 0, 0)


def test_only_the_window_counts() -> None:
    facts = (blocked(3, SPAM), lifted(20))
    assert told(under(DEFAULT, *facts, window=Window(on(4), on(9)))) == (1, 0, 0, 0)
    assert told(under(DEFAULT, *facts, window=Window(on(10), on(20)))) == (0, 0, 0, 1)
    assert told(under(DEFAULT, *facts, window=Window(on(20), on(21)))) == (0, 1, 0, 0)
    assert told(under(DEFAULT, *facts, window=Window(on(21), on(90)))) == (0, 0, 0, 0)


def test_a_window_within_a_day_has_one_day_that_begins_with_it() -> None:
    outcome = under(DEFAULT, blocked(3, SPAM), window=Window(on(3.25), on(3.75)))
    assert [(day.day, day.suspended) for day in outcome.daily] == [(on(3), 1)]
    assert outcome.mean_suspended_per_mentor == pytest.approx(0.5)


def test_the_longest_list_is_that_of_one_mentor_at_one_moment() -> None:
    meets = under(DEFAULT, blocked(3, USERNAME), lifted(8), also=(blocked(7, USERNAME), lifted(9)))
    follows = under(DEFAULT, blocked(3, USERNAME), lifted(8), also=(blocked(8, USERNAME), lifted(9)))
    assert (meets.max_suspended_per_mentor, follows.max_suspended_per_mentor) == (2, 1)


def test_mentors_count_for_the_time_in_which_they_are_mentors() -> None:
    terms = [(BEGINNING, FOREVER), (on(10), on(20)), (on(25), FOREVER), (on(40), FOREVER)]
    assert mentoring(terms, MONTH) == (30 + 10 + 5) * DAY


def test_counts_of_other_windows_are_not_added() -> None:
    with pytest.raises(ValueError, match="same window"):
        Tally(MONTH).add(Tally(Window(on(0), on(1))))


# Against a slow account.


def state_at(tie: Tie, at: datetime) -> RelationshipState | None:
    return next((s.state for s in tie.spans if s.start <= at and (s.end is None or at < s.end)), None)


def suspended_at(timelines: Sequence[Timeline], at: datetime, mentor: int | None = None) -> int:
    return sum(
        state_at(tie, at) is RelationshipState.SUSPENDED
        for timeline in timelines
        for tie in timeline.ties
        if tie.role is RelationshipRole.PRIMARY and mentor in (None, tie.mentor)
    )


def slowly(timelines: Sequence[Timeline], window: Window) -> Outcome:
    """Everything looked up moment by moment; all that ever happens in these histories does at such a moment."""
    start, end = window
    turns = {s.start for t in timelines for tie in t.ties for s in tie.spans}
    turns |= {s.end for t in timelines for tie in t.ties for s in tie.spans if s.end is not None}
    turns |= {s.start for t in timelines for s in t.stretches}
    moments = sorted({start, *(at for at in turns if start <= at < end)})
    lasted = [until - at for at, until in zip(moments, [*moments[1:], end], strict=True)]
    happened: list[tuple[datetime, str]] = []
    for timeline in timelines:
        happened += _released(timeline) + _unblocked(timeline)
    happened = [(at, what) for at, what in happened if start <= at < end]
    weights = [suspended_at(timelines, at) for at in moments]
    daily = []
    at = start.replace(hour=0, minute=0)
    while at < end:
        counts = [sum(at <= when < at + DAY and what == word for when, what in happened) for word in WORDS]
        daily.append((at, suspended_at(timelines, max(at, start)), *counts))
        at += DAY
    longest = max(suspended_at(timelines, at, mentor) for at in moments for mentor in (*MENTORS, MENTEE))
    counted = {word: sum(what == word for _, what in happened) for word in WORDS}
    mean = sum((n * d for n, d in zip(weights, lasted, strict=True)), timedelta()) / (2 * (end - start))
    suspensions = sum(any(suspended_at([timeline], at) for at in moments) for timeline in timelines)
    return Outcome(
        suspensions,
        counted["continued"],
        counted["broken"],
        counted["released"],
        mean,
        longest,
        tuple(daily),  # type: ignore[arg-type]  # a day is a tuple
    )


WORDS = ("released", "continued", "broken")


def _released(timeline: Timeline) -> list[tuple[datetime, str]]:
    return [
        (tie.end, "released")
        for tie in timeline.ties
        if tie.role is RelationshipRole.PRIMARY
        and tie.end is not None
        and tie.ended_because is EndReason.HOLD_ELAPSED
    ]


def _unblocked(timeline: Timeline) -> list[tuple[datetime, str]]:
    found = []
    ties = [tie for tie in timeline.ties if tie.role is RelationshipRole.PRIMARY]
    for stretch in timeline.stretches:
        at, since = stretch.start, None
        before = [s for s in timeline.stretches if s.end == at]
        if stretch.blocked_since is None and before:
            since = before[0].blocked_since
        if since is None:
            continue
        had = [tie for tie in ties if tie.start < at and (tie.end is None or tie.end >= since)]
        if not had:
            continue
        last = max(had, key=lambda tie: tie.start)
        if last.mentor in [tie.mentor for tie in ties if state_at(tie, at) is not None]:
            found.append((at, "continued"))
        elif last.ended_because in (EndReason.HOLD_ELAPSED, EndReason.MENTOR_RESIGNED):
            found.append((at, "broken"))
    return found


several = st.lists(histories(), min_size=1, max_size=4)
windows = st.builds(
    lambda start, length, half: Window(on(start - half), on(start + length)),
    st.sampled_from(DAYS),
    st.sampled_from((0.25, 1, 7, 90)),
    st.sampled_from((0, 0.5, 2)),
)


def tallied(window: Window, found: Sequence[History], until: datetime = FOREVER) -> Tally:
    tally = Tally(window)
    for history in found:
        tally.count(*project_each(MENTEE, history.facts, [reigns(history.policies)], until))
    return tally


@often
@given(several, windows)
def test_it_is_what_a_slow_account_says(found: list[History], window: Window) -> None:
    fast = tallied(window, found).outcome(2 * (window.end - window.start))
    slow = slowly([history.projected() for history in found], window)
    assert replace(fast, mean_suspended_per_mentor=0) == replace(slow, mean_suspended_per_mentor=0)
    assert fast.mean_suspended_per_mentor == pytest.approx(slow.mean_suspended_per_mentor)


@often
@given(several, windows, st.integers(0, 4))
def test_the_parts_add_up_to_the_whole(found: list[History], window: Window, cut: int) -> None:
    one = tallied(window, found[:cut])
    other = Tally.from_json(window, tallied(window, found[cut:]).to_json())
    one.add(other)
    length = window.end - window.start
    assert one.outcome(length) == tallied(window, found).outcome(length)


@often
@given(several, windows)
def test_what_comes_after_the_window_changes_nothing(found: list[History], window: Window) -> None:
    cut_off = tallied(window, found, until=window.end)
    assert cut_off.to_json() == tallied(window, found).to_json()


@often
@given(histories(), st.lists(histories(), max_size=3))
def test_several_policies_at_once_make_what_each_makes_alone(history: History, others: list[History]) -> None:
    policies = [history.policies, *(other.policies for other in others)]
    policies += [(PolicyVersion(1, None, preset),) for preset in PRESETS.values()]
    together = project_each(MENTEE, history.facts, [reigns(versions) for versions in policies])
    alone = [project(MENTEE, history.facts, versions) for versions in policies]
    assert [tuple(tie.frozen() for tie in walk.ties()) for walk in together] == [life.ties for life in alone]
    assert [list(walk.unblocks()) for walk in together] == [unblocks(life) for life in alone]


def unblocks(life: Timeline) -> list[tuple[datetime, datetime]]:
    """Since when the mentee was blocked, and until when, each time that came to an end."""
    blocked = {stretch.blocked_since: stretch.blocked_until for stretch in life.stretches}
    return [(since, until) for since, until in blocked.items() if since is not None and until is not None]
