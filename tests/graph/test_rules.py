"""Each rule, and each case in which the rules were silent, as a sentence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from graph.facts import (
    Assigned,
    BlockChanged,
    BlockPlaced,
    Drawn,
    Ended,
    Fact,
    Graduated,
    Imported,
    Kept,
    MentorEnrolled,
    OptedIn,
    OptedOut,
    Registered,
    Renamed,
    TakenBack,
    Vanished,
)
from graph.kinds import (
    BlockCategory,
    BlockKey,
    BlockKind,
    CategorySource,
    NeedCause,
    Origin,
    RelationshipEventKind,
    RelationshipRole,
    StartReason,
    TieKey,
    UnblockAction,
    UserErrorCode,
)
from graph.lifecycle import order_key
from graph.policy import CategoryRule
from graph.timeline import Timeline
from lifecycle_stories import (
    DEFAULT,
    GIVEN,
    MENTEE,
    SPAM,
    START,
    USERNAME,
    A,
    B,
    C,
    blocked,
    changed,
    claimed,
    drawn,
    enrolled,
    events,
    lifted,
    locked,
    needs,
    of,
    on,
    resigned,
    states,
    ties,
    told,
)

BACKUP = RelationshipRole.BACKUP
LOST = "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 10) ended HOLD_ELAPSED"


def refusals(timeline: Timeline) -> list[str]:
    return list(timeline.without_effect.values())


def by_log(number: int, fact: Fact) -> Fact:
    return replace(fact, origin=Origin("mw-log", str(number)))


# 1, 2: suspension and hold


def test_several_blocks_may_be_open_and_the_tie_resumes_when_the_last_closes() -> None:
    timeline = told(blocked(3, USERNAME), blocked(4, USERNAME, "2"), lifted(5), lifted(9, "2"))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 9) ACTIVE [9, ∞)"


def test_an_unblock_request_holds_without_limit_and_does_not_let_the_time_begin_anew() -> None:
    asked = (blocked(3, SPAM), changed(5, unblock_requested=True))
    assert ties(told(*asked)) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, ∞)"
    assert ties(told(*asked, changed(15, unblock_requested=False))).endswith("[3, 15) ended HOLD_ELAPSED")
    assert ties(told(*asked, changed(6, unblock_requested=False))).endswith("[3, 10) ended HOLD_ELAPSED")


def test_a_stretch_with_a_near_end_lets_the_time_begin_anew() -> None:
    timeline = told(blocked(3, SPAM, until=20), changed(9, expires_at=None))
    assert ties(timeline).endswith("SUSPENDED [3, 16) ended HOLD_ELAPSED")


def test_a_far_end_is_held_like_none() -> None:
    assert ties(told(blocked(3, SPAM, until=3 + 366))).endswith("SUSPENDED [3, 369) ACTIVE [369, ∞)")
    assert ties(told(blocked(3, SPAM, until=3 + 367))) == f"{LOST}; A (RESTORED) ACTIVE [370, ∞)"


def test_a_lock_is_counted_whatever_the_policy_says_and_has_its_own_category() -> None:
    timeline = told(locked(3))
    assert timeline.blocks[0].category is BlockCategory.LOCK
    assert ties(timeline) == LOST


# 3, 16: which block


def test_a_new_reason_without_a_category_has_its_category_worked_out_anew() -> None:
    timeline = told(blocked(3, USERNAME), changed(5, reason="Spam-only account"))
    assert ties(timeline) == LOST
    assert timeline.blocks[0].category_source is CategorySource.RULE


def test_a_change_of_a_block_that_is_no_longer_open_does_nothing() -> None:
    assert told(blocked(3), lifted(5), changed(6, category=SPAM)).ties == told(blocked(3), lifted(5)).ties


def test_a_block_can_still_be_changed_at_the_moment_at_which_it_expires() -> None:
    timeline = told(blocked(3, until=5), changed(5, expires_at=on(7)))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 7) ACTIVE [7, ∞)"


def test_a_change_to_an_end_that_has_passed_ends_the_block_then() -> None:
    timeline = told(blocked(3), changed(5, expires_at=on(4)))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 5) ACTIVE [5, ∞)"


def test_of_two_placings_of_one_block_the_earlier_counts() -> None:
    twice = (blocked(3, SPAM), replace(blocked(4, USERNAME), origin=Origin("other", "x")))
    assert ties(told(*twice)) == LOST
    assert len(told(*twice).blocks) == 1


def test_a_lift_by_id_not_later_than_the_placing_means_that_it_was_never_open() -> None:
    timeline = told(lifted(2), blocked(3, SPAM))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, ∞)"
    assert timeline.blocks[0].spans == ()


def test_a_lift_by_id_at_the_moment_of_the_placing_closes_it_in_whatever_order_they_came() -> None:
    timeline = told(by_log(1, lifted(3)), by_log(2, blocked(3, SPAM)))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, ∞)"
    assert [block.lifted_at for block in timeline.blocks] == [on(3)]


def test_a_lift_without_an_id_closes_every_open_block_of_that_kind_and_no_lock() -> None:
    timeline = told(
        blocked(3, SPAM), blocked(4, SPAM, "2"), locked(4), lifted(5, None), blocked(6, SPAM, "3")
    )
    assert [block.lifted_at for block in timeline.blocks] == [on(5), on(5), None, None]


def test_a_change_without_an_id_means_the_one_open_block() -> None:
    assert ties(told(blocked(3, SPAM), changed(5, None, category=USERNAME))).endswith("SUSPENDED [3, ∞)")
    two = (blocked(3, SPAM), blocked(3, SPAM, "2"))
    assert told(*two, changed(5, None, category=USERNAME)).ties == told(*two).ties


def test_a_change_of_an_unknown_block_stands_for_its_placing_until_that_is_known() -> None:
    change = changed(5, category=SPAM)
    assert ties(told(change)) == "A (DRAWN) ACTIVE [0, 5) SUSPENDED [5, 12) ended HOLD_ELAPSED"
    assert ties(told(change, blocked(3))).endswith("SUSPENDED [3, 10) ended HOLD_ELAPSED")
    assert told(change, blocked(6, USERNAME)).ties == told(blocked(6, USERNAME)).ties


def test_a_change_without_an_id_and_without_an_open_block_stands_for_a_placing() -> None:
    timeline = told(changed(5, None, category=SPAM))
    origin = changed(5, None).origin
    assert [block.key for block in timeline.blocks] == [BlockKey(BlockKind.LOCAL, origin.source_id)]


# 4: the end of the last block


def test_a_loss_is_restored_before_the_time_for_it_has_passed_and_never_at_its_end() -> None:
    for day, restored in ((10 + 364, True), (10 + 365, False)):
        timeline = told(blocked(3, SPAM), lifted(day))
        assert ("RESTORED" in ties(timeline), needs(timeline) == "–") == (restored, restored)


@pytest.mark.parametrize(
    ("action", "then", "need"),
    [
        (UnblockAction.ASSIGN_NEW, LOST, "[30, ∞)"),
        (UnblockAction.LEAVE_UNASSIGNED, LOST, "–"),
        (UnblockAction.RESTORE_ORIGINAL, f"{LOST}; A (RESTORED) ACTIVE [30, ∞)", "–"),
    ],
)
def test_the_policy_says_what_follows_an_unblock(action: UnblockAction, then: str, need: str) -> None:
    timeline = told(blocked(3, SPAM), lifted(30), policy=replace(DEFAULT, on_unblock=action))
    assert (ties(timeline), needs(timeline)) == (then, need)


def test_a_tie_that_is_only_suspended_resumes_whatever_the_policy_says() -> None:
    left = replace(DEFAULT, on_unblock=UnblockAction.LEAVE_UNASSIGNED)
    assert ties(told(blocked(3, USERNAME), lifted(8), policy=left)).endswith("ACTIVE [8, ∞)")


def test_whoever_is_restored_as_primary_stops_being_the_backup() -> None:
    timeline = told(blocked(3, SPAM), claimed(20, A, BACKUP), lifted(25))
    assert ties(timeline) == f"{LOST}; A (RESTORED) ACTIVE [25, ∞)"
    assert ties(timeline, BACKUP) == "A (CLAIMED) SUSPENDED [20, 25) ended TRANSFERRED"


def test_the_tie_that_answers_a_loss_names_it() -> None:
    timeline = told(blocked(3, SPAM), resigned(20), lifted(30), drawn(31, C))
    assert timeline.ties[-1].replaces == timeline.ties[0].key
    assert timeline.ties[-1].because is StartReason.DRAWN


def test_a_loss_that_could_not_be_restored_may_be_by_the_next_unblock() -> None:
    twice = (
        blocked(3, SPAM),
        resigned(20),
        lifted(30),
        blocked(40, SPAM, "2"),
        enrolled(41),
        lifted(50, "2"),
    )
    timeline = told(*twice)
    assert needs(timeline) == "[30, 40)"
    assert ties(timeline) == f"{LOST}; A (RESTORED) ACTIVE [50, ∞)"


def test_a_chain_of_restored_ties_is_numbered() -> None:
    timeline = told(blocked(3, SPAM), lifted(30), blocked(40, SPAM, "2"), lifted(60, "2"))
    first = timeline.ties[0].key
    assert [tie.key.number for tie in timeline.ties] == [0, 1, 2]
    assert {tie.key.fact for tie in timeline.ties} == {first.fact}
    assert timeline.ties[2].continues == timeline.ties[1].key == TieKey(first.fact, 1)


# 5: resignation


def test_a_resignation_hands_over_by_a_draw_of_the_same_instant() -> None:
    timeline = told(resigned(5), drawn(5, B))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 5) ended MENTOR_RESIGNED; B (TRANSFERRED) ACTIVE [5, ∞)"
    assert needs(timeline) == "–"
    assert timeline.ties[1].replaces == timeline.ties[0].key


def test_a_resignation_while_blocked_is_a_loss_that_a_new_term_lets_the_unblock_restore() -> None:
    lost = (blocked(3, USERNAME), resigned(5), lifted(30))
    assert needs(told(*lost)) == "[30, ∞)"
    assert ties(told(*lost, enrolled(20))).endswith("ended MENTOR_RESIGNED; A (RESTORED) ACTIVE [30, ∞)")


def test_a_resignation_at_the_moment_of_the_unblock_is_none_while_blocked() -> None:
    timeline = told(blocked(3, USERNAME), lifted(8), resigned(8))
    assert [need.cause for need in timeline.needs if need.role is not BACKUP] == [NeedCause.RESIGNED]


# 7: decisions


@pytest.mark.parametrize(
    ("before", "decision", "code"),
    [
        ((of(OptedOut, 3),), claimed(5), UserErrorCode.OPTED_OUT),
        ((of(Vanished, 3),), claimed(5), UserErrorCode.DEPARTED),
        ((resigned(3, B),), claimed(5), UserErrorCode.NOT_A_MENTOR),
        ((enrolled(3, MENTEE),), claimed(5, MENTEE), UserErrorCode.SELF_MENTORING),
        ((), claimed(5, A, BACKUP), UserErrorCode.PRIMARY_IS_BACKUP),
        ((), of(Ended, 5, mentor=B), UserErrorCode.NOT_OPEN),
        ((), of(Kept, 5, mentor=A), UserErrorCode.NOT_OPEN),
        ((blocked(3),), of(Kept, 5, mentor=A, until=on(4)), UserErrorCode.IN_THE_PAST),
        ((), of(OptedIn, 5), UserErrorCode.INVALID),
        ((of(OptedOut, 3),), of(OptedOut, 5), UserErrorCode.INVALID),
        ((of(Graduated, 3),), of(Graduated, 5), UserErrorCode.INVALID),
        ((), drawn(5, B), UserErrorCode.INVALID),
        ((blocked(3, SPAM),), drawn(20, B), UserErrorCode.INVALID),
    ],
)
def test_a_decision_without_effect_leaves_everything_and_says_why(
    before: tuple[Fact, ...], decision: Fact, code: UserErrorCode
) -> None:
    timeline = told(*before, decision)
    assert timeline.without_effect == {decision.origin: code}
    assert replace(timeline, without_effect={}) == told(*before)


def test_a_claim_that_would_not_hold_leaves_the_loss_to_be_restored() -> None:
    zero = replace(DEFAULT, holds=(), default_hold=timedelta())
    timeline = told(blocked(4), claimed(5), lifted(9), policy=zero)
    assert refusals(timeline) == [UserErrorCode.WOULD_NOT_HOLD]
    assert ties(timeline).endswith("A (RESTORED) ACTIVE [9, ∞)")


def test_to_assign_the_mentor_whom_the_mentee_has_changes_nothing_and_is_no_error() -> None:
    assert told(claimed(5, A)) == told()


def test_the_backup_who_becomes_primary_stops_being_backup() -> None:
    timeline = told(claimed(2, B, BACKUP), claimed(5, B))
    assert ties(timeline).endswith("ended TRANSFERRED; B (CLAIMED) ACTIVE [5, ∞)")
    assert ties(timeline, BACKUP) == "B (CLAIMED) ACTIVE [2, 5) ended TRANSFERRED"
    assert needs(timeline, BACKUP) == "[0, 2) [5, ∞)"


def test_what_was_lost_before_a_decision_is_not_brought_back() -> None:
    timeline = told(blocked(3, SPAM), claimed(20), resigned(25, B), lifted(30))
    assert needs(timeline) == "[30, ∞)"
    assert "RESTORED" not in ties(timeline)


def test_a_tie_that_would_start_and_end_at_the_same_instant_is_not_made() -> None:
    timeline = told(by_log(1, claimed(5, B)), by_log(2, claimed(5, C)))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 5) ended TRANSFERRED; C (CLAIMED) ACTIVE [5, ∞)"
    assert timeline.ties[1].replaces == timeline.ties[0].key
    assert ties(told(claimed(5, B), of(OptedOut, 5))) == "A (DRAWN) ACTIVE [0, 5) ended OPTED_OUT"


def test_a_need_is_as_it_was_where_a_tie_was_not_made() -> None:
    given = (*GIVEN[:-1], claimed(5, B), resigned(5, B))
    assert needs(told(given=given)) == "[0, ∞)"
    assert needs(told(blocked(3, SPAM), claimed(20), resigned(20, B), lifted(30))) == "–"


# 8: the mentee's own choices


def test_after_an_opt_in_the_need_names_the_previous_mentor() -> None:
    timeline = told(of(OptedOut, 3), of(OptedIn, 5), drawn(6, A))
    (need,) = (need for need in timeline.needs if need.role is not BACKUP)
    assert (need.start, need.end, need.cause, need.previous) == (on(5), on(6), NeedCause.OPTED_IN, A)
    assert ties(timeline).endswith("A (DRAWN) ACTIVE [6, ∞)")


def test_whoever_has_graduated_is_drawn_nobody_but_may_be_assigned_somebody() -> None:
    graduated = of(Graduated, 5)
    assert (needs(told(graduated)), needs(told(graduated), BACKUP)) == ("–", "[0, 5)")
    timeline = told(graduated, claimed(7))
    assert ties(timeline).endswith("ended GRADUATED; B (CLAIMED) ACTIVE [7, ∞)")
    assert states(timeline) == "ACTIVE [0, 5) GRADUATED [5, 7) ACTIVE [7, ∞)"


def test_nothing_comes_after_an_account_has_vanished() -> None:
    timeline = told(of(Vanished, 5), claimed(6), of(OptedIn, 7), of(Graduated, 8), blocked(9), lifted(10))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 5) ended VANISHED"
    assert set(refusals(timeline)) == {UserErrorCode.DEPARTED}


def test_what_was_ended_by_hand_stays_so_until_somebody_assigns() -> None:
    timeline = told(of(Ended, 3, mentor=A), blocked(5, SPAM), lifted(30), drawn(31, B), claimed(40, C))
    assert needs(timeline) == "–"
    assert ties(timeline).endswith("ended ENDED_BY_HAND; C (CLAIMED) ACTIVE [40, ∞)")


# 9 and 12


def test_a_rename_changes_nothing_but_begins_the_life_that_is_known() -> None:
    assert told(of(Renamed, 5)) == told()
    assert states(told(of(Renamed, 2), given=())) == "UNASSIGNED [2, ∞)"


def test_nobody_is_due_who_was_not_registered_for_assignment() -> None:
    history = (enrolled(-30), of(Registered, 0, assign=False))
    assert needs(told(given=history)) == "–"
    assert refusals(told(drawn(1), given=history)) == [UserErrorCode.INVALID]


def test_a_need_pauses_while_the_mentee_is_blocked_and_remembers_when_it_began() -> None:
    timeline = told(resigned(5), blocked(7, SPAM), lifted(9))
    assert needs(timeline) == "[5, 7) [9, ∞)"
    assert {need.since for need in timeline.needs if need.role is not BACKUP} == {on(5)}


def test_nobody_is_drawn_for_a_blocked_mentee_though_one_is_due() -> None:
    timeline = told(resigned(2), blocked(3, SPAM), drawn(4, B))
    assert refusals(timeline) == [UserErrorCode.INVALID]


def test_a_backup_is_sought_where_there_is_a_primary_and_another_takes_an_unavailable_ones_place() -> None:
    assert needs(told(), BACKUP) == "[0, ∞)"
    instead = of(Drawn, 9, role=BACKUP, mentor=C, instead_of=B)
    timeline = told(drawn(2, B, BACKUP), instead)
    assert ties(timeline, BACKUP) == "B (DRAWN) ACTIVE [2, 9) ended TRANSFERRED; C (DRAWN) ACTIVE [9, ∞)"
    assert refusals(told(drawn(2, C, BACKUP), instead)) == [UserErrorCode.INVALID]


def test_the_backup_is_not_drawn_as_primary_nor_the_primary_as_backup() -> None:
    timeline = told(drawn(1, B, BACKUP), resigned(5), drawn(6, B))
    assert refusals(timeline) == [UserErrorCode.PRIMARY_IS_BACKUP]


def test_a_primary_and_a_backup_may_be_drawn_at_one_instant() -> None:
    timeline = told(drawn(0, B, BACKUP))
    assert (needs(timeline), needs(timeline, BACKUP)) == ("–", "–")


def test_the_primarys_draw_makes_the_need_that_a_backups_draw_of_the_same_instant_answers() -> None:
    backup, primary = (
        of(Drawn, 5, role=role, mentor=mentor)
        for role, mentor in ((BACKUP, C), (RelationshipRole.PRIMARY, B))
    )
    assert order_key(backup) < order_key(primary)
    timeline = told(resigned(5), backup, primary)
    assert not timeline.without_effect
    assert ties(timeline).endswith("B (TRANSFERRED) ACTIVE [5, ∞)")
    assert ties(timeline, BACKUP) == "C (DRAWN) ACTIVE [5, ∞)"


def test_where_both_roles_are_lost_both_are_restored() -> None:
    timeline = told(drawn(1, B, BACKUP), blocked(3, SPAM), lifted(30))
    assert ties(timeline) == f"{LOST}; A (RESTORED) ACTIVE [30, ∞)"
    assert ties(timeline, BACKUP).endswith("[3, 10) ended HOLD_ELAPSED; B (RESTORED) ACTIVE [30, ∞)")


# 13, 15: order and mistakes


def test_what_is_taken_back_is_as_if_it_had_not_been_and_so_is_a_taking_back() -> None:
    mistake = of(TakenBack, 9, target=claimed(5).origin)
    undone = of(TakenBack, 10, target=mistake.origin)
    assert told(claimed(5), mistake) == told()
    assert told(claimed(5), mistake, undone) == told(claimed(5))


def test_the_wikis_log_comes_first_then_sources_by_name_then_numbers_then_kinds() -> None:
    def fact(kind: type[Fact], source: str, number: str, **more: Any) -> Fact:
        return kind(at=START, origin=Origin(source, number), **more)

    expected = [
        fact(Vanished, "mw-log", "9"),
        fact(MentorEnrolled, "mw-log", "10", mentor=A),
        fact(Ended, "api", "2", mentor=A),
        fact(MentorEnrolled, "api", "10", mentor=A),
        fact(MentorEnrolled, "api", "z", mentor=A),
        fact(Registered, "api", "b"),
        fact(BlockPlaced, "api", "a"),
        fact(BlockChanged, "api", "a"),
        fact(Drawn, "feed", "1", mentor=A),
    ]
    backwards = expected[::-1]
    assert sorted(backwards, key=order_key) == expected


# 14: policies


def test_a_shorter_hold_ends_no_tie_before_the_policy_has_force() -> None:
    later = replace(DEFAULT, holds=(), default_hold=timedelta(days=2))
    timeline = told(blocked(3, SPAM), policy=((None, DEFAULT), (6, later)))
    assert ties(timeline).endswith("SUSPENDED [3, 6) ended HOLD_ELAPSED")


def test_with_a_new_policy_the_open_blocks_categories_are_worked_out_anew() -> None:
    rules = (CategoryRule("strange *", USERNAME),)
    later = replace(DEFAULT, category_rules=rules)
    timeline = told(blocked(3, reason="Strange words"), policy=((None, DEFAULT), (6, later)))
    assert [span.category for span in timeline.blocks[0].spans] == [BlockCategory.OTHER, USERNAME]
    assert ties(timeline).endswith("SUSPENDED [3, ∞)")


def test_a_policy_that_no_longer_counts_partial_blocks_ends_the_suspension() -> None:
    counting = replace(DEFAULT, count_partial_blocks=True)
    partial = of(BlockPlaced, 3, block_id="1", scope="PARTIAL")
    timeline = told(partial, policy=((None, counting), (6, DEFAULT)))
    assert ties(timeline) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 6) ACTIVE [6, ∞)"
    assert timeline.events[-1].fact is None


# 17: the wiki itself, and imports


def reconciled(at: float, mentor: int = B) -> Fact:
    return replace(of(Assigned, at, mentor=mentor), origin=Origin("reconcile", str(at)))


def test_what_the_wiki_shows_counts_only_where_nobody_was_blocked_since_our_tie_began() -> None:
    assert ties(told(reconciled(5))).endswith("B (SET) ACTIVE [5, ∞)")
    timeline = told(blocked(2, USERNAME), lifted(3), reconciled(5))
    assert refusals(timeline) == [UserErrorCode.INVALID]
    assert refusals(told(blocked(3, SPAM), reconciled(20))) == [UserErrorCode.INVALID]


def test_an_import_of_the_mentor_we_have_changes_nothing_and_of_another_starts_then() -> None:
    assert told(of(Imported, 5, mentor=A)) == told()
    timeline = told(of(Imported, 5, mentor=B))
    assert ties(timeline).endswith("ended TRANSFERRED; B (IMPORTED) ACTIVE [5, ∞)")
    assert [tie.start_is_known for tie in timeline.ties] == [True, False]


# 18: kept by hand


def test_a_kept_tie_is_held_until_its_day_whatever_the_policy_says_and_the_last_word_counts() -> None:
    spam = (blocked(3, SPAM), of(Kept, 5, mentor=A, until=on(50)))
    assert ties(told(*spam)).endswith("SUSPENDED [3, 50) ended HOLD_ELAPSED")
    assert ties(told(*spam, of(Kept, 6, mentor=A))).endswith("SUSPENDED [3, ∞)")
    assert ties(told(*spam, of(Kept, 6, mentor=A, until=on(8)))).endswith("[3, 10) ended HOLD_ELAPSED")
    assert ties(told(blocked(3, SPAM), of(Kept, 10, mentor=A, until=on(11)))).endswith(
        "[3, 11) ended HOLD_ELAPSED"
    )


# What is told


def test_the_mentees_states_say_since_when_and_who_would_return_until_when() -> None:
    timeline = told(blocked(3, SPAM), lifted(500))
    assert (
        states(timeline)
        == "ACTIVE [0, 3) SUSPENDED [3, 10) RELEASED [10, 375) RELEASED [375, 500) UNASSIGNED [500, ∞)"
    )
    assert [s.returns_to for s in timeline.stretches] == [None, A, A, None, None]
    assert [s.returns_until for s in timeline.stretches] == [None, None, on(375), None, None]
    assert {s.blocked_since for s in timeline.stretches} == {None, on(3)}
    assert {s.blocked_until for s in timeline.stretches} == {None, on(500)}


def test_each_transition_is_told_once_with_its_fact_and_block() -> None:
    block, unblock = blocked(3, SPAM), lifted(30)
    timeline = told(block, unblock, resigned(40))
    assert events(timeline) == "0 STARTED; 3 SUSPENDED; 10 RELEASED; 30 RESTORED; 40 ENDED"
    key = BlockKey(BlockKind.LOCAL, "1")
    assert [(event.fact, event.block) for event in timeline.events[1:4]] == [
        (block.origin, key),
        (None, key),
        (unblock.origin, key),
    ]


def test_a_block_that_changes_what_comes_next_is_told_and_one_that_does_not_is_not() -> None:
    timeline = told(blocked(3, SPAM), blocked(4, None, "2", until=6), changed(5, category=USERNAME))
    assert events(timeline) == "0 STARTED; 3 SUSPENDED; 5 CHANGED"


def test_a_change_is_told_though_somebody_kept_the_tie_at_the_same_instant() -> None:
    kept = of(Kept, 5, mentor=A, until=on(50))
    change = changed(5, category=USERNAME)
    timeline = told(blocked(3, SPAM), kept, change)
    assert events(timeline) == "0 STARTED; 3 SUSPENDED; 5 CHANGED"
    assert timeline.events[-1].fact == change.origin
    assert events(told(blocked(3, SPAM), kept, lifted(8))) == "0 STARTED; 3 SUSPENDED; 8 RESUMED"
    twice = (kept, of(Kept, 5, mentor=A, until=on(60)))
    assert events(told(blocked(3, SPAM), *twice, change)).endswith("5 CHANGED")


def test_a_hand_over_tells_the_ending_before_the_beginning() -> None:
    timeline = told(claimed(5))
    assert [event.kind for event in timeline.events[1:]] == [
        RelationshipEventKind.TRANSFERRED,
        RelationshipEventKind.STARTED,
    ]


def test_a_release_by_a_fact_names_it_and_the_block_that_held() -> None:
    timeline = told(blocked(3, USERNAME), changed(20, category=SPAM))
    assert ties(timeline).endswith("SUSPENDED [3, 20) ended HOLD_ELAPSED")
    assert timeline.events[-1].fact == changed(20).origin
