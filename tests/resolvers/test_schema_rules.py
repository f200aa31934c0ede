"""What those who build on the schema can rely on, from one release to the next."""

from pathlib import Path

import pytest
from graphql import build_schema

from reading import SCHEMA
from schema_rules import badly_deprecated, unannounced, undescribed, unspecified

ROOT = Path(__file__).parents[2]
LAST = max((ROOT / "docs" / "releases").glob("schema-*.graphql"), key=lambda path: path.name)
"""The schema of the last release, as it was printed then."""

WORDS = {
    "weight": "MentorShare",
    "grace period": "PolicySettings.defaultHold",
    "reblock": "Mutation.recordBlockChange",
    "quit": "Mutation.resignMentor",
    "drop": "EndReason.HOLD_ELAPSED",
}
"""What others call it, and where a reader who looks for that finds it."""


def announced() -> str:
    """What the changelog says of changes that break clients."""
    unreleased = (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1]
    return "".join(part for part in unreleased.split("\n### ") if part.startswith("Breaking"))


def test_everything_says_what_it_is() -> None:
    assert undescribed(SCHEMA) == []


@pytest.mark.parametrize(("word", "coordinate"), WORDS.items())
def test_who_knows_it_by_another_word_finds_it(word: str, coordinate: str) -> None:
    type_, _, member = coordinate.partition(".")
    found = SCHEMA.type_map[type_]
    about = vars(found).get("values") or getattr(found, "fields", {})
    assert word in ((about[member] if member else found).description or "")


def test_every_scalar_says_by_what_it_is_specified() -> None:
    assert unspecified(SCHEMA) == []


def test_what_is_deprecated_says_what_to_use_and_until_when_it_stays() -> None:
    assert badly_deprecated(SCHEMA) == []


def test_nothing_that_breaks_clients_goes_unannounced() -> None:
    """If something must: name its coordinate, in backticks, in the changelog under `### Breaking`."""
    assert unannounced(build_schema(LAST.read_text()), SCHEMA, announced()) == []


BEFORE = "type Query { name(short: Boolean): String old: Int new: Int } enum State { ON OFF }"


@pytest.mark.parametrize(
    ("after", "named"),
    [
        ("type Query { name(short: Boolean): String new: Int } enum State { ON OFF }", "Query.old"),
        ("type Query { name: String old: Int new: Int } enum State { ON OFF }", "Query.name(short:)"),
        ("type Query { name(short: Boolean): Int old: Int new: Int } enum State { ON OFF }", "Query.name"),
        (
            "type Query { name(short: Boolean, long: Int!): String old: Int new: Int } enum State { ON OFF }",
            "Query.name(long:)",
        ),
        ("type Query { name(short: Boolean): String old: Int new: Int }", "State"),
        ("type Query { name(short: Boolean): String old: Int new: Int } enum State { ON }", "State.OFF"),
    ],
)
def test_a_change_that_breaks_clients_is_noticed_until_it_is_named(after: str, named: str) -> None:
    old, new = build_schema(BEFORE), build_schema(after)
    assert len(unannounced(old, new, "Query is better now.")) == 1
    assert unannounced(old, new, f"`{named}` is no more.") == []


def test_the_rules_see_what_breaks_them() -> None:
    schema = build_schema("""
        "An amount." scalar Amount
        "All." type Query {
            "Once." was: Int @deprecated
            "Late." late: Int @deprecated(reason: "Use `x`. Removal on 2027-13-01 UTC.")
            "Now." now(when: Int): Int @deprecated(reason: "Use `Query.late`. Removal on 2027-06-01 UTC.")
        }
    """)
    assert undescribed(schema) == ["Query.now(when:)"]
    assert unspecified(schema) == ["Amount"]
    assert badly_deprecated(schema) == ["Query.was", "Query.late"]
