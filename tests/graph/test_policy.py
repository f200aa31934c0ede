"""What a wiki may decide, how it is written down, and what a reason means."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kinds import BlockCategory, CategorySource, PolicyPreset
from graph.policy import (
    PRESETS,
    CategoryRule,
    PolicySettings,
    format_duration,
    from_json,
    parse_duration,
    to_json,
)
from lifecycle_histories import settings_by_chance


@given(st.timedeltas(min_value=timedelta()))
def test_a_duration_is_read_back_as_it_was_written(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P90D", timedelta(days=90)),
        ("PT31H", timedelta(hours=31)),
        ("P2W", timedelta(weeks=2)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("P0D", timedelta()),
    ],
)
def test_durations_are_iso_8601(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1Y", "P1M", "-P1D", "P-1D", "P1DT", "1D", "P٣D", "P9999999999D"]
)
def test_what_has_no_fixed_length_is_negative_or_endless_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration|too long"):
        parse_duration(text)


@given(settings_by_chance)
def test_settings_survive_json(settings: PolicySettings) -> None:
    assert from_json(json.loads(json.dumps(to_json(settings)))) == settings


def test_what_is_left_out_is_as_in_the_default() -> None:
    assert from_json({}) == PRESETS[PolicyPreset.DEFAULT]
    assert from_json({"default_hold": None}) == replace(PolicySettings(), default_hold=None)


@pytest.mark.parametrize(
    "values",
    [
        {"default_hold": 90},
        {"holds": {"NONSENSE": None}},
        {"seek_for": 30},
        {"count_partial_blocks": "yes"},
        {"on_unblock": "PRAY"},
        {"category_rules": [{"pattern": "*", "category": "SPAM"}]},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(values)


def test_an_unknown_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="did you mean 'default_hold'"):
        from_json({"default_holds": "P1D"})


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        PolicySettings(default_hold=timedelta(days=-1))


@pytest.mark.parametrize(
    ("reason", "category"),
    [
        ("{{usernamehardblock}} <!-- Promotional username -->", BlockCategory.USERNAME),
        ("Promotional username, spam", BlockCategory.USERNAME),
        ("Ungeeigneter Benutzername", BlockCategory.USERNAME),
        ("Nom d'utilisateur inapproprié", BlockCategory.USERNAME),
        ("Nombre de usuario inapropiado", BlockCategory.USERNAME),
        ("Spam-only account", BlockCategory.SPAM),
        ("[[WP:SOCK|Sockpuppet]]", BlockCategory.SOCKPUPPETRY),
        ("VANDALISMUS", BlockCategory.VANDALISM),
        ("Wiederholte Störungen", BlockCategory.DISRUPTION),
        ("Guerre d’édition", BlockCategory.EDIT_WARRING),
        ("Guerre d'édition", BlockCategory.EDIT_WARRING),
        ("Violation of [[WP:3RR]]", BlockCategory.EDIT_WARRING),
        ("derechos de autor", BlockCategory.COPYRIGHT),
        ("no reason at all", BlockCategory.OTHER),
    ],
)
def test_the_first_phrase_that_is_found_says_what_a_reason_means(
    reason: str, category: BlockCategory
) -> None:
    source = CategorySource.NONE if category is BlockCategory.OTHER else CategorySource.RULE
    assert PolicySettings().categorize(reason) == (category, source)


def test_phrases_are_words_with_runs_of_anything() -> None:
    rules = (CategoryRule("user * name", BlockCategory.USERNAME), CategoryRule("spam", BlockCategory.SPAM))
    settings = PolicySettings(category_rules=rules)
    assert settings.categorize("The USER has a bad\n name")[0] is BlockCategory.USERNAME
    assert settings.categorize("spamming")[0] is BlockCategory.OTHER
    assert settings.categorize("too much spam!")[0] is BlockCategory.SPAM
    assert settings.categorize(None) == (BlockCategory.OTHER, CategorySource.NONE)
