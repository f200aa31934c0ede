"""The lint itself: each rule is broken once, so that a silent lint is not taken for a clean run."""

import pytest

from statement_lint import breaches

GOOD = """
SELECT (SELECT string_agg(b.reason, ',' ORDER BY b.id) FROM block AS b WHERE b.wiki_id = $1 AND b.id = a.id)
FROM account AS a LEFT JOIN mentor AS m ON m.wiki_id = $1::int AND m.id = a.id
WHERE a.wiki_id = $1 AND a.id = $2
"""


def test_a_statement_that_keeps_the_rules_passes() -> None:
    assert breaches(GOOD) == ()


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("b.wiki_id = $1 AND ", "", "block AS b does not say"),
        ("b.wiki_id = $1 AND ", "b.wiki_id = a.wiki_id AND ", "block AS b does not say"),
        ("m.wiki_id = $1::int AND ", "", "mentor AS m does not say"),
        ("a.wiki_id = $1 AND ", "(a.wiki_id = $1 OR $3) AND ", "account AS a does not say"),
        (" ORDER BY b.id", "", "string_agg has no ORDER BY"),
        ("a.id = $2", "a.last_edit_at < now()", "now() is called"),
        ("a.id = $2", "a.last_edit_at < CURRENT_TIMESTAMP", "the moment is bound"),
    ],
)
def test_each_rule_is_seen_to_be_broken(was: str, is_now: str, said: str) -> None:
    assert was in GOOD
    assert any(said in breach for breach in breaches(GOOD.replace(was, is_now)))
