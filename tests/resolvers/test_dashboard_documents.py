"""What the dashboard asks: each of its queries is one statement, for a mentor with their own list too."""

from typing import Any

import orjson
import pytest
from graphql import OperationDefinitionNode, OperationType, parse, validate

import seeded
from graph.compile.ids import encode
from graph.compile.plan import Operation, request
from mentorgraph.pages import MANIFEST
from models.reader import Reader
from reading import SCHEMA, reader, seeing, statements
from statement_lint import Statements

__all__ = ["reader", "statements"]

MENTOR, MENTEE = seeded.MENTORS[0], 1
GIVEN: dict[str, Any] = {
    "wiki": "enwiki",
    "mentor": encode("Mentor", 1, MENTOR),
    "prefix": "A",
    "ids": [encode("Mentee", 1, MENTEE)],
    "first": 50,
    "from": "2025-11-27T00:00:00Z",
    "to": "2026-11-27T00:00:00Z",
}
ORDERS = {
    "MenteeOrder": {"field": "LAST_EDIT", "direction": "DESC"},
    "MentorOrder": {"field": "SUSPENDED_MENTEES", "direction": "DESC"},
}


def queries() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every query by its name, with variables as its screen sends them."""
    found = {}
    for text in orjson.loads(MANIFEST.read_bytes()).values():
        for part in parse(text).definitions:
            if isinstance(part, OperationDefinitionNode) and part.operation is OperationType.QUERY:
                assert part.name
                names = [one.variable.name.value for one in part.variable_definitions or ()]
                about = ("Mentor", MENTOR) if part.name.value == "MentorScreen" else ("Mentee", MENTEE)
                order = ORDERS["MentorOrder" if part.name.value == "MentorsScreen" else "MenteeOrder"]
                given = GIVEN | {"id": encode(about[0], 1, about[1]), "orderBy": order}
                given |= {"last": 50} if "first" not in names else {}
                found[part.name.value] = (text, {name: given[name] for name in names if name in given})
    return found


QUERIES = queries()


def test_there_is_a_query_for_every_screen() -> None:
    assert len(QUERIES) >= 11


@pytest.mark.parametrize("name", sorted(QUERIES))
async def test_a_query_of_the_dashboard_is_one_statement(
    reader: Reader, statements: Statements, name: str
) -> None:
    text, given = QUERIES[name]
    document = parse(text)
    assert not validate(SCHEMA, document)
    operation = Operation(SCHEMA, document, name)
    values = request(seeded.NOW, seeing(account=MENTOR), reader.directory)
    before = statements.total()
    _, errors = await reader.answer(operation.plan(operation.read(given, values)), values)
    assert errors == []
    assert statements.total() - before == 1
