"""What holds for every history: collisions, late facts, both roles, mentors that come and go, policies that
change.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.draw import due_needs, signed_at
from graph.facts import Drawn, Ended, Graduated, Kept, MentorEnrolled, MentorResigned, OptedIn, Registered
from graph.kinds import (
    EndReason,
    MenteeState,
    RelationshipEventKind,
    RelationshipRole,
    RelationshipState,
    StartReason,
    UnblockAction,
)
from graph.lifecycle import project
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
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

PRIMARY, BACKUP = RelationshipRole.PRIMARY, RelationshipRole.BACKUP


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
    barred = list(_bars(history, timeline))
    for at in moments(timeline):
        needed = {need.role for need in timeline.needs if covers(need, at)}
        if is_blocked(history, at):
            assert not needed
        ties = open_ties(timeline, at)
        assert not needed & set(ties)
        state = [s.state for s in timeline.stretches if s.start <= at and (s.end is None or at < s.end)]
        due = any(
            isinstance(f, Registered) and f.assign and f.at <= at for f in standing_facts(history.facts)
        )
        was_mentored = any(tie.start <= at and tie.role is PRIMARY for tie in timeline.ties)
        if state == [MenteeState.UNASSIGNED] and (due or was_mentored) and not any(s <= at for s in barred):
            assert PRIMARY in needed
        if state and state[0] in (MenteeState.OPTED_OUT, MenteeState.GRADUATED, MenteeState.DEPARTED):
            assert not needed


def _bars(history: History, timeline: Timeline) -> Iterator[datetime]:
    """From when on a role may be left without a mentor: ended by hand, graduated, or left unassigned by
    policy.
    """
    for fact in standing_facts(history.facts):
        if isinstance(fact, Ended | Graduated) and fact.origin not in timeline.without_effect:
            yield fact.at
    for policy in history.policies:
        if policy.settings.on_unblock is UnblockAction.LEAVE_UNASSIGNED:
            yield policy.effective_from or on(0)


@often
@given(histories())
def test_no_tie_is_released_while_an_open_block_holds_it(history: History) -> None:
    timeline = history.projected()
    for tie in timeline.ties:
        if tie.ended_because is EndReason.HOLD_ELAPSED:
            assert tie.end is not None
            assert is_blocked(history, tie.end)
            held_until = _held_until(history, timeline, tie)
            assert held_until <= tie.end


def _held_until(history: History, timeline: Timeline, tie: Tie) -> datetime:
    """By the spans of blocks: the latest hold of those open at the end, from the start of their last limited
    run.
    """
    assert tie.end is not None
    found = tie.start
    policy = policy_at(history.policies, tie.end)
    for block in timeline.blocks:
        limited_since: datetime | None = None
        for span in block.spans:
            for start in _pieces(history, span.start, span.end):
                keep = policy_at(history.policies, start).keep_definite_up_to
                near = span.expires_at is not None and (
                    keep is None or span.expires_at - block.placed_at <= keep
                )
                limited = span.counted and not near
                limited_since = (limited_since or start) if limited else None
                if start <= tie.end and _is_last_piece(history, span.start, span.end, start, tie.end):
                    assert not span.counted or limited
                    assert not span.counted or not span.unblock_requested
                    hold = policy.hold(span.category)
                    if span.counted:
                        assert hold is not None
                        assert limited_since is not None
                        found = max(found, max(limited_since, tie.start) + hold)
    return found


def _pieces(history: History, start: datetime, end: datetime | None) -> list[datetime]:
    cuts = [p.effective_from for p in history.policies if p.effective_from is not None]
    return [start, *(cut for cut in cuts if start < cut and (end is None or cut < end))]


def _is_last_piece(
    history: History, start: datetime, end: datetime | None, piece: datetime, at: datetime
) -> bool:
    inside = start <= at and (end is None or at < end)
    return inside and piece == max(cut for cut in _pieces(history, start, end) if cut <= at)


@often
@given(histories(block_facts))
def test_no_tie_outlives_its_hold(history: History) -> None:
    """A suspended tie ends as soon as nothing holds it; one day later at the latest is not good enough."""
    timeline = history.projected()
    for tie in timeline.ties:
        if tie.ended_because is EndReason.HOLD_ELAPSED:
            assert tie.end is not None
            at_the_end = {_held_until(history, timeline, tie), *_turning(history, timeline)}
            assert tie.end in at_the_end


def _turning(history: History, timeline: Timeline) -> Iterator[datetime]:
    """Moments at which a block or the policy turned."""
    yield from (policy.effective_from for policy in history.policies if policy.effective_from is not None)
    for block in timeline.blocks:
        for span in block.spans:
            yield span.start
            if span.end is not None:
                yield span.end


@often
@given(st.lists(block_facts, max_size=12, unique_by=lambda fact: fact.origin))
def test_until_the_mentor_resigns_blocks_never_change_who_mentors(facts: list[object]) -> None:
    timeline = project(MENTEE, [*GROUND, *facts], SAME_MENTOR_POLICY)  # type: ignore[list-item]
    assert [(tie.mentor, tie.start, tie.end) for tie in timeline.ties] == [
        (MENTORS[0], on(0), None),
        *([(MENTORS[1], on(1), None)] if len(timeline.ties) > 1 else []),
    ] or timeline.ties == ()


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
            assert lost.ended_because in (EndReason.HOLD_ELAPSED, EndReason.MENTOR_RESIGNED)
        else:
            assert tie.key.fact not in timeline.without_effect


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


def test_days_are_days() -> None:
    assert on(1) - on(0) == timedelta(days=1)
