"""Chance, with a seed: who is drawn, and when somebody is due to be."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

from graph.draw import Candidate, Urn, draw, due_needs, needs_at, preferred_for
from graph.facts import OptedIn, OptedOut
from graph.kinds import MentorShare, RelationshipRole
from lifecycle_stories import DEFAULT, MENTEE, USERNAME, A, B, C, blocked, lifted, of, on, resigned, told


def test_the_share_weighs_and_none_is_never_drawn() -> None:
    candidates = [
        Candidate(A, MentorShare.LOW),
        Candidate(B, MentorShare.HIGH),
        Candidate(C, MentorShare.NONE),
        Candidate(104, MentorShare.NORMAL),
    ]
    chance = Random(7)
    drawn = Counter(draw(candidates, (), chance) for _ in range(7000))
    assert drawn[C] == 0
    assert all(
        abs(drawn[mentor] - expected) < 200 for mentor, expected in ((A, 1000), (104, 2000), (B, 4000))
    )


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_candidates() -> None:
    candidates = [Candidate(mentor) for mentor in range(100, 120)]
    assert draw(candidates, (), Random(3)) == draw(candidates[::-1], (), Random(3))


def test_whoever_is_unavailable_full_or_excluded_is_not_drawn() -> None:
    candidates = [
        Candidate(A, available=False),
        Candidate(B, capacity=5, active_primaries=5),
        Candidate(MENTEE),
        Candidate(C),
    ]
    assert draw(candidates, {MENTEE}, Random(1)) == C
    assert draw(candidates, {MENTEE, C}, Random(1)) is None


def test_a_preferred_mentor_comes_first_where_available_even_at_capacity() -> None:
    full = Candidate(B, MentorShare.NONE, capacity=0)
    assert draw([Candidate(A), full], (), Random(1), preferred=(B,)) == B
    assert draw([Candidate(A), replace(full, available=False)], (), Random(1), preferred=(B,)) == A


def test_after_an_opt_in_the_previous_mentor_is_preferred() -> None:
    timeline = told(of(OptedOut, 3), of(OptedIn, 5))
    primary = next(need for need in needs_at(timeline, on(6)) if need.role is RelationshipRole.PRIMARY)
    assert preferred_for(primary) == (A,)


def test_a_need_is_answered_only_near_a_sign_of_life() -> None:
    timeline = told(resigned(100))
    assert due_needs(timeline, on(101), DEFAULT, registered_at=on(0)) == ()
    assert due_needs(timeline, on(101), DEFAULT, on(0), last_edit_at=on(90)) == needs_at(timeline, on(101))
    assert due_needs(timeline, on(120), DEFAULT, on(0), last_edit_at=on(90)) == ()


def test_an_unblock_is_a_sign_of_life_and_a_forecast_is_none() -> None:
    timeline = told(blocked(60, USERNAME), resigned(70), lifted(100))
    assert needs_at(timeline, on(99)) == ()
    assert due_needs(timeline, on(101), DEFAULT, on(0)) == needs_at(timeline, on(101)) != ()


def test_a_wiki_that_does_not_draw_answers_no_need() -> None:
    timeline = told(resigned(5))
    hand_made = replace(DEFAULT, auto_assign=False)
    assert due_needs(timeline, on(6), hand_made, registered_at=on(0), last_edit_at=on(6)) == ()
    short = replace(DEFAULT, seek_for=timedelta(days=6))
    assert due_needs(timeline, on(6), short, registered_at=on(0)) == ()


def test_without_a_limit_a_need_is_answered_for_ever_whether_or_not_there_is_a_sign_of_life() -> None:
    timeline = told(resigned(5))
    for_ever = replace(DEFAULT, seek_for=None)
    assert due_needs(timeline, on(5000), for_ever, registered_at=on(0)) == needs_at(timeline, on(5000)) != ()
    assert due_needs(timeline, on(5000), for_ever) == needs_at(timeline, on(5000))


def test_a_draw_that_came_to_nothing_gives_its_room_back() -> None:
    urn = Urn([Candidate(A, capacity=1), Candidate(B, MentorShare.NONE)])
    urn.give(A)
    assert urn.draw((), Random(1)) is None
    urn.give(A, -1)
    assert urn.draw((), Random(1)) == A
