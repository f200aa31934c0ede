"""The worked examples, as the rules are told to moderators."""

import pytest

from graph.kinds import PolicyPreset, UserErrorCode
from graph.policy import PRESETS
from lifecycle_stories import (
    DEFAULT,
    EXAMPLES,
    THE_STORY,
    USERNAME,
    B,
    Example,
    blocked,
    claimed,
    needs,
    ties,
    told,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
def test_what_happens_leads_to_these_ties_and_needs(example: Example) -> None:
    _, policy, facts, expected_ties, expected_needs = example
    timeline = told(*facts, policy=policy)
    assert (ties(timeline), needs(timeline)) == (expected_ties, expected_needs)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_story_ends_with_the_same_mentor_under_every_preset_but_todays(preset: PolicyPreset) -> None:
    timeline = told(*THE_STORY, policy=PRESETS[preset])
    if preset is PolicyPreset.DROP_ON_INDEFINITE_BLOCK:
        assert (ties(timeline), needs(timeline)) == ("A (DRAWN) ACTIVE [0, 3) ended HOLD_ELAPSED", "[8, ∞)")
    else:
        assert ties(timeline) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, 8) ACTIVE [8, ∞)"


def test_the_draw_that_came_too_late_is_withdrawn_and_the_claim_that_would_not_hold_is_told() -> None:
    late_term = told(*EXAMPLES[-1][2])
    assert set(late_term.without_effect.values()) == {UserErrorCode.INVALID}
    _, zero, facts, _, _ = next(example for example in EXAMPLES if "recorded on day 6" in example[0])
    claim = told(*facts, policy=zero)
    assert claim.without_effect == {claimed(5, B).origin: UserErrorCode.WOULD_NOT_HOLD}


def test_the_story_is_the_same_for_the_default_policy_when_the_block_is_never_lifted() -> None:
    assert ties(told(blocked(3, USERNAME), policy=DEFAULT)) == "A (DRAWN) ACTIVE [0, 3) SUSPENDED [3, ∞)"
