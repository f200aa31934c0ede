"""What holds for every history: collisions, late facts, both roles, mentors that come and go, policies that
change.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.draw import due_needs, signed_at
from graph.facts import Drawn, Fact, Kept, MentorEnrolled, MentorResigned, OptedIn, Registered
from graph.kinds import (
    EndReason,
    MenteeState,
    Origin,
    RelationshipEventKind,
    RelationshipRole,
    RelationshipState,
    StartReason,
    UnblockAction,
)
from graph.lifecycle import project
from graph.policy import PolicySettings
from graph.timeline import Need, Tie, Timeline
from lifecycle_histories import (
    GROUND,
    MENTORS,
    MOMENTS,
    SAME_MENTOR_POLICY,
    History,
    any_fact,
    block_facts,
    decisions,
    draws,
    histories,
    is_blocked,
    policy_at,
    quiet,
    standing_facts,
    terms,
)
from lifecycle_stories import DEFAULT, MENTEE, on

often = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

PRIMARY, BACKUP = RelationshipRole.PRIMARY, RelationshipRole.BACKUP
MOMENT = timedelta(microseconds=1)


def is_later(fact: Fact) -> bool:
    """Whether it came when both mentors were drawn, and is no second registration."""
    return fact.at > on(1) and not isinstance(fact, Registered)


def named(fact: Fact) -> Origin:
    """What a fact is known by."""
    return fact.origin


def covers(part: Tie | Need, at: datetime) -> bool:
    return part.start <= at and (part.end is None or at < part.end)


def open_ties(timeline: Timeline, at: datetime) -> dict[RelationshipRole, Tie]:
    return {tie.role: tie for tie in timeline.ties if covers(tie, at)}


def state_of(tie: Tie, at: datetime) -> RelationshipState:
    return next(s.state for s in tie.spans if s.start <= at and (s.end is None or at < s.end))


def moments(timeline: Timeline) -> Iterator[datetime]:
    """Those on which something happens, those between, and those at which the timeline turns."""
    yield from MOMENTS
    yield from (span.start for tie in timeline.ties for span in tie.spans)


@often
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_recording_never_counts(history: History, chance: object) -> None:
    shuffled = list(history.facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert history.projected(shuffled) == history.projected()


@often
@given(histories(), st.data())
def test_to_record_a_fact_again_changes_nothing(history: History, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(history.facts or GROUND[:0] or (None,)), max_size=4))
    assert history.projected([*history.facts, *filter(None, again)]) == history.projected()


@often
@given(histories())
def test_to_take_a_fact_back_leaves_the_timeline_of_the_others(history: History) -> None:
    assert history.projected(standing_facts(history.facts)) == history.projected()


@often
@given(histories())
def test_spans_are_contiguous_and_never_empty_and_keys_are_given_once(history: History) -> None:
    timeline = history.projected()
    assert len({tie.key for tie in timeline.ties}) == len(timeline.ties)
    for tie in timeline.ties:
        starts = [span.start for span in tie.spans]
        ends = [span.end for span in tie.spans]
        assert (tie.start, tie.end) == (starts[0], ends[-1])
        assert starts[1:] == ends[:-1]
        assert all(end is None or start < end for start, end in zip(starts, ends, strict=True))
        assert all(a.state is not b.state for a, b in zip(tie.spans, tie.spans[1:], strict=False))
        assert (tie.end is None) == (tie.ended_because is None)


@often
@given(histories())
def test_stretches_and_needs_are_contiguous_and_never_empty(history: History) -> None:
    timeline = history.projected()
    for before, after in zip(timeline.stretches, timeline.stretches[1:], strict=False):
        assert before.end == after.start
        assert before != after
    assert all(stretch.end is None or stretch.start < stretch.end for stretch in timeline.stretches)
    assert timeline.stretches == () or timeline.stretches[-1].end is None
    for need in timeline.needs:
        assert need.since <= need.start
        assert need.end is None or need.start < need.end


@often
@given(histories(block_facts))
def test_the_spans_of_a_block_are_contiguous_never_empty_and_end_with_it(history: History) -> None:
    for block in history.projected().blocks:
        starts = [span.start for span in block.spans]
        ends = [span.end for span in block.spans]
        assert starts[:1] in ([], [block.placed_at])
        assert starts[1:] == ends[:-1]
        assert all(end is None or start < end for start, end in zip(starts, ends, strict=True))
        assert block.lifted_at is None or not ends or ends[-1] == block.lifted_at


@often
@given(histories())
def test_a_mentee_has_one_tie_per_role_never_with_the_same_mentor_nor_with_themselves(
    history: History,
) -> None:
    timeline = history.projected()
    for at in moments(timeline):
        now = [tie for tie in timeline.ties if covers(tie, at)]
        assert len({tie.role for tie in now}) == len(now)
        assert len({tie.mentor for tie in now}) == len(now)
        assert MENTEE not in {tie.mentor for tie in now}


@often
@given(histories())
def test_a_tie_is_suspended_exactly_while_a_counted_block_is_open(history: History) -> None:
    timeline = history.projected()
    for at in moments(timeline):
        blocked = is_blocked(history, at)
        counted = any(
            span.counted and span.start <= at and (span.end is None or at < span.end)
            for block in timeline.blocks
            for span in block.spans
        )
        assert counted == blocked
        for tie in open_ties(timeline, at).values():
            assert state_of(tie, at) is (RelationshipState.SUSPENDED if blocked else RelationshipState.ACTIVE)
        for stretch in timeline.stretches:
            if stretch.start <= at and (stretch.end is None or at < stretch.end):
                assert (stretch.blocked_since is not None) == blocked


@often
@given(histories(st.one_of(any_fact, quiet)), st.sampled_from(range(0, 40, 3)))
def test_whoever_is_due_a_draw_has_shown_a_sign_of_life_by_what_is_kept_beside_the_need(
    history: History, days: int
) -> None:
    """Needs are looked up by it: one that were missed would be answered by nobody."""
    timeline, standing = history.projected(), standing_facts(history.facts)
    registered = next((fact.at for fact in standing if isinstance(fact, Registered)), None)
    opted_in = max((fact.at for fact in standing if isinstance(fact, OptedIn)), default=None)
    brief = replace(DEFAULT, seek_for=timedelta(days=days))
    for at in moments(timeline):
        seen = None if opted_in is None or opted_in > at else opted_in
        for need in due_needs(timeline, at, brief, registered, seen):
            sign = signed_at(timeline, need, registered, opted_in)
            assert sign is not None
            assert sign >= at - timedelta(days=days)


@often
@given(histories(st.one_of(any_fact, quiet)))
def test_whoever_is_due_a_mentor_has_a_need_and_nobody_has_who_is_blocked(history: History) -> None:
    timeline = history.projected()
    due_since = [f.at for f in standing_facts(history.facts) if isinstance(f, Registered) and f.assign]
    for at in moments(timeline):
        needed = {need.role for need in timeline.needs if covers(need, at)}
        if is_blocked(history, at):
            assert not needed
        assert not needed & set(open_ties(timeline, at))
        state = [s.state for s in timeline.stretches if s.start <= at and (s.end is None or at < s.end)]
        if state and state[0] in (MenteeState.OPTED_OUT, MenteeState.GRADUATED, MenteeState.DEPARTED):
            assert not needed
        last = last_tie(timeline, PRIMARY, at)
        is_due = last is not None or any(since <= at for since in due_since)
        if state == [MenteeState.UNASSIGNED] and is_due and not is_left_alone(history, timeline, last):
            assert PRIMARY in needed


def last_tie(timeline: Timeline, role: RelationshipRole, at: datetime) -> Tie | None:
    """The tie of that role that began last by then."""
    return max(
        (tie for tie in timeline.ties if tie.role is role and tie.start <= at),
        key=lambda tie: (tie.start, tie.end is None, tie.end or tie.start),
        default=None,
    )


def is_left_alone(history: History, timeline: Timeline, last: Tie | None) -> bool:
    """Whether nobody is sought after that tie: it was ended by hand, or lost where the policy seeks nobody."""
    if last is None or last.end is None:
        return False
    if last.ended_because is EndReason.ENDED_BY_HAND:
        return True
    unblock = next((at for at in unblocks(timeline) if at >= last.end), None)
    return (
        unblock is not None
        and is_lost(history, last)
        and policy_at(history.policies, unblock).on_unblock is UnblockAction.LEAVE_UNASSIGNED
    )


def is_lost(history: History, tie: Tie) -> bool:
    """Released, or ended by the mentor's resignation during a block."""
    return tie.end is not None and (
        tie.ended_because is EndReason.HOLD_ELAPSED
        or (tie.ended_because is EndReason.MENTOR_RESIGNED and is_blocked(history, tie.end))
    )


def unblocks(timeline: Timeline) -> Iterator[datetime]:
    """When the last counted block closed, each time."""
    for before, after in zip(timeline.stretches, timeline.stretches[1:], strict=False):
        if before.blocked_since is not None and after.blocked_since is None:
            yield after.start


@often
@given(histories())
def test_a_tie_is_released_at_the_first_moment_at_which_nothing_holds_it_and_not_before(
    history: History,
) -> None:
    timeline = history.projected()
    for tie in timeline.ties:
        for at in {*moments(timeline), *_ends_of_holds(timeline, tie)}:
            if covers(tie, at) and state_of(tie, at) is RelationshipState.SUSPENDED:
                assert is_held(history, timeline, tie, at)
        if tie.ended_because is EndReason.HOLD_ELAPSED:
            assert tie.end is not None
            assert is_blocked(history, tie.end)
            assert not is_held(history, timeline, tie, tie.end)


def is_held(history: History, timeline: Timeline, tie: Tie, at: datetime) -> bool:
    """Whether an open block holds the tie then, or somebody's word does."""
    words = [
        fact
        for fact in standing_facts(history.facts)
        if isinstance(fact, Kept)
        and (fact.role, fact.mentor) == (tie.role, tie.mentor)
        and tie.start <= fact.at <= at
        and fact.origin not in timeline.without_effect
    ]
    if words and (words[-1].until is None or words[-1].until > at):
        return True
    hold_of = policy_at(history.policies, at).hold
    for block in timeline.blocks:
        limited_since: datetime | None = None
        for span in block.spans:
            for start, end in _pieces(history, span.start, span.end):
                keep = policy_at(history.policies, start).keep_definite_up_to
                is_near = span.expires_at is not None and (
                    keep is None or span.expires_at - block.placed_at <= keep
                )
                is_limited = span.counted and not is_near
                limited_since = (limited_since or start) if is_limited else None
                if not span.counted or at < start or (end is not None and end <= at):
                    continue
                hold = hold_of(span.category)
                if limited_since is None or span.unblock_requested or hold is None:
                    return True
                if max(limited_since, tie.start) + hold > at:
                    return True
    return False


def _ends_of_holds(timeline: Timeline, tie: Tie) -> Iterator[datetime]:
    """When the hold of some length may be over that began with a stretch of a block, or with the tie."""
    starts = [tie.start, *(span.start for block in timeline.blocks for span in block.spans)]
    yield from (start + timedelta(days=length) for start in starts for length in (1, 7, 30, 90))


def _pieces(
    history: History, start: datetime, end: datetime | None
) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretch, cut where the policy changed."""
    cuts = [p.effective_from for p in history.policies if p.effective_from is not None]
    inside = [start, *(cut for cut in cuts if start < cut and (end is None or cut < end))]
    return zip(inside, [*inside[1:], end], strict=True)


@often
@given(st.lists(st.one_of(block_facts, block_facts, quiet).filter(is_later), max_size=12, unique_by=named))
def test_until_the_mentor_resigns_blocks_never_change_who_mentors(facts: list[Fact]) -> None:
    timeline = project(MENTEE, [*GROUND, *facts], SAME_MENTOR_POLICY)
    assert [(tie.mentor, tie.role, tie.start, tie.end) for tie in timeline.ties] == [
        (MENTORS[0], PRIMARY, on(0), None),
        (MENTORS[1], BACKUP, on(1), None),
    ]


@often
@given(histories())
def test_events_tell_the_ties_and_nothing_else(history: History) -> None:
    timeline = history.projected()
    assert [event.at for event in timeline.events] == sorted(event.at for event in timeline.events)
    told = [event for event in timeline.events if event.kind is not RelationshipEventKind.CHANGED]
    expected = []
    for tie in timeline.ties:
        before: RelationshipState | None = None
        for span in tie.spans:
            expected.append((span.start, tie.key, before, span.state))
            before = span.state
        if tie.end is not None:
            expected.append((tie.end, tie.key, before, RelationshipState.ENDED))
    found = [(event.at, event.tie, event.from_state, event.to_state) for event in told]
    assert sorted(found, key=str) == sorted(expected, key=str)
    for event in timeline.events:
        if event.kind is RelationshipEventKind.CHANGED:
            tie = next(tie for tie in timeline.ties if tie.key == event.tie)
            assert state_of(tie, event.at) is RelationshipState.SUSPENDED
            assert event.fact is not None


@often
@given(histories())
def test_what_stands_is_known_by_its_fact_and_what_is_restored_by_what_it_continues(history: History) -> None:
    timeline = history.projected()
    keys = {tie.key: tie for tie in timeline.ties}
    for tie in timeline.ties:
        assert tie.replaces is None or tie.replaces in keys
        if tie.because is StartReason.RESTORED:
            assert tie.continues is not None
            lost = keys[tie.continues]
            assert (lost.mentor, lost.role) == (tie.mentor, tie.role)
            assert tie.key == (lost.key.fact, lost.key.number + 1)
            assert is_lost(history, lost)
            assert lost.end is not None
            assert tie.start in set(unblocks(timeline))
            assert restores(policy_at(history.policies, tie.start), tie.start - lost.end)
            assert is_mentor(history, tie.mentor, tie.start)
            assert not was_left_alone(history, timeline, lost.end, tie.start)
        else:
            assert tie.key.fact not in timeline.without_effect


def restores(policy: PolicySettings, since_the_loss: timedelta) -> bool:
    """Whether an unblock so long after the loss brings the mentor back."""
    within = policy.restore_within
    return policy.on_unblock is UnblockAction.RESTORE_ORIGINAL and (within is None or since_the_loss < within)


def was_left_alone(history: History, timeline: Timeline, lost: datetime, at: datetime) -> bool:
    """Whether an unblock after the loss, and before that moment, left the mentee unassigned."""
    return any(
        policy_at(history.policies, unblock).on_unblock is UnblockAction.LEAVE_UNASSIGNED
        for unblock in unblocks(timeline)
        if lost <= unblock < at
    )


def is_mentor(history: History, mentor: int, at: datetime) -> bool:
    """Whether that person is a mentor, by the last that was told of their terms."""
    told = [
        fact
        for fact in standing_facts(history.facts)
        if isinstance(fact, MentorEnrolled | MentorResigned) and fact.mentor == mentor and fact.at <= at
    ]
    return bool(told) and isinstance(told[-1], MentorEnrolled)


@settings(often, max_examples=600)
@given(histories(st.one_of(block_facts, terms, quiet), decided=False))
def test_an_unblock_brings_back_whom_nobody_has_decided_about_since(history: History) -> None:
    """Only blocks, terms and names happen here: no decision, no choice of the mentee's, no later draw."""
    timeline = history.projected()
    for at in unblocks(timeline):
        for role in RelationshipRole:
            lost = last_tie(timeline, role, at - MOMENT)
            if lost is None or lost.end is None or lost.end > at or not is_lost(history, lost):
                continue
            is_back = any(
                (tie.role, tie.mentor, tie.start, tie.continues) == (role, lost.mentor, at, lost.key)
                for tie in timeline.ties
            )
            may_be = restores(policy_at(history.policies, at), at - lost.end) and not was_left_alone(
                history, timeline, lost.end, at
            )
            assert is_back == (may_be and is_mentor(history, lost.mentor, at))


@often
@given(histories(st.one_of(any_fact, draws, draws)))
def test_a_mentor_has_a_term_whenever_a_tie_of_theirs_begins_and_none_survives_it(history: History) -> None:
    timeline = history.projected()
    facts = standing_facts(history.facts)
    for tie in timeline.ties:
        terms_before = [
            fact
            for fact in facts
            if isinstance(fact, MentorEnrolled | MentorResigned) and fact.mentor == tie.mentor
        ]
        assert any(isinstance(fact, MentorEnrolled) and fact.at <= tie.start for fact in terms_before)
        resignations = [f.at for f in terms_before if isinstance(f, MentorResigned) and f.at > tie.start]
        assert tie.end is not None or not resignations
        assert not resignations or tie.end is None or tie.end <= min(resignations)


@often
@given(histories(st.one_of(terms, quiet, draws, block_facts)))
def test_nobody_is_drawn_for_a_blocked_mentee(history: History) -> None:
    timeline = history.projected()
    drawn = {fact.origin for fact in standing_facts(history.facts) if isinstance(fact, Drawn)}
    for tie in timeline.ties:
        if tie.key.fact in drawn and tie.key.number == 0:
            assert not is_blocked(history, tie.start)


@often
@given(histories(st.one_of(block_facts, decisions)))
def test_a_kept_tie_is_not_released_before_its_day(history: History) -> None:
    timeline = history.projected()
    kept = [fact for fact in standing_facts(history.facts) if isinstance(fact, Kept)]
    for tie in timeline.ties:
        words = [
            fact
            for fact in kept
            if (fact.role, fact.mentor) == (tie.role, tie.mentor)
            and covers(tie, fact.at)
            and fact.origin not in timeline.without_effect
        ]
        if words and tie.ended_because is EndReason.HOLD_ELAPSED:
            assert words[-1].until is not None
            assert tie.end is not None
            assert tie.end >= words[-1].until


AT_LEAST = {
    RelationshipEventKind.SUSPENDED: 1_000,
    RelationshipEventKind.RESUMED: 350,
    RelationshipEventKind.RELEASED: 700,
    RelationshipEventKind.RESTORED: 120,
    RelationshipEventKind.TRANSFERRED: 40,
}
"""Of all that is told in two thousand histories: a property that meets none of these holds of nothing."""


def test_two_thousand_histories_hold_enough_of_everything() -> None:
    """By the same strategy as those of the properties above, which are 4,000."""
    seen: set[History] = set()

    @settings(often, max_examples=3_000)
    @given(histories())
    def look(history: History) -> None:
        seen.add(history)

    look()
    told = Counter(event.kind for history in seen for event in history.projected().events)
    assert len(seen) >= 2_000
    assert {kind: told[kind] for kind, least in AT_LEAST.items() if told[kind] < least} == {}
    collide = sum(len({fact.at for fact in one.facts}) < len(one.facts) for one in seen)
    assert collide > len(seen) / 2
    assert sum(len(one.policies) > 1 for one in seen) > len(seen) / 4


def test_days_are_days() -> None:
    assert on(1) - on(0) == timedelta(days=1)
