"""The lint itself: each rule is broken once, so that a silent lint is not taken for a clean run."""

import asyncpg
import pytest

from models.ledger.beside import session
from statement_lint import Statements, breaches

GOOD = """
SELECT (SELECT string_agg(b.reason, ',' ORDER BY b.id) FROM block AS b WHERE b.wiki_id = $1 AND b.id = a.id)
FROM account AS a LEFT JOIN mentor AS m ON m.wiki_id = $1::int AND m.id = a.id
WHERE a.wiki_id = $1 AND a.id = $2
"""


GOOD_WRITES = (
    "INSERT INTO token AS t (wiki_id, id) SELECT $1, u.id FROM unnest($2::bigint[]) AS u (id) RETURNING t.id",
    "INSERT INTO token (wiki_id, id) VALUES ($1, $2) ON CONFLICT (wiki_id, id) DO NOTHING",
    "UPDATE account AS a SET eligible = false FROM unnest($2::bigint[]) AS u (id) WHERE a.wiki_id = $1 RETURNING a.id",
    "DELETE FROM need AS n USING account AS a WHERE n.wiki_id = $1 AND a.wiki_id = $1 AND n.mentee_id = a.id",
)


@pytest.mark.parametrize("statement", [GOOD, *GOOD_WRITES])
def test_a_statement_that_keeps_the_rules_passes(statement: str) -> None:
    assert breaches(statement) == ()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE account AS a SET edit_count = 1 WHERE a.id = $2", "account AS a does not say"),
        (
            "UPDATE account AS a SET edit_count = 1 FROM need AS n WHERE a.wiki_id = $1 AND n.mentee_id = a.id",
            "need AS n does not say",
        ),
        (
            "UPDATE account AS a SET edit_count = random() WHERE a.wiki_id = $1",
            "random() in an UPDATE",
        ),
        ("DELETE FROM need AS n WHERE n.mentee_id = $2", "need AS n does not say"),
        (
            "DELETE FROM need AS n USING account AS a WHERE n.wiki_id = $1 AND a.id = n.mentee_id",
            "account AS a does not say",
        ),
        ("INSERT INTO need (mentee_id, wiki_id) VALUES ($2, $1)", "does not name its wiki first"),
        (
            "INSERT INTO need (wiki_id, mentee_id) VALUES ($1, (SELECT a.id FROM account AS a WHERE a.wiki_id = $1))",
            "sub-select in its VALUES",
        ),
        (
            "INSERT INTO need (wiki_id, mentee_id) SELECT $1, $2 RETURNING need.mentee_id",
            "needs an alias",
        ),
        (
            "UPDATE account AS a SET edit_count = 1 WHERE a.wiki_id = $1 RETURNING row_to_json(a)",
            "RETURNING gives columns",
        ),
        (
            "WITH gone AS (DELETE FROM need AS n WHERE n.mentee_id = $2 RETURNING n.role) SELECT 1",
            "need AS n does not say",
        ),
        (
            "MERGE INTO need AS n USING account AS a ON a.id = n.mentee_id WHEN MATCHED THEN DELETE",
            "MERGE",
        ),
        ("SELECT 1; SELECT 2", "one execution is one command"),
    ],
)
def test_each_rule_of_writing_is_seen_to_be_broken(statement: str, said: str) -> None:
    assert any(said in breach for breach in breaches(statement))


async def test_whoever_opens_a_connection_is_heard(server: str, every_statement: Statements) -> None:
    """What reads, what writes, and what does neither: the relay, the export, the hands of a load."""
    async with session(server) as (connection, _):
        await connection.execute("SELECT 'by way of a load'")
    unheard = await asyncpg.connect(server)
    await unheard.execute("SELECT 'by way of a test'")
    await unheard.close()
    assert "SELECT 'by way of a load'" in every_statement
    assert "SELECT 'by way of a test'" not in every_statement


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
