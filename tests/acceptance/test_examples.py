"""docs/examples: operations as clients write them, a story in their order, each with the answer that it gets."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate

from acceptance.in_process import Calendar, living
from lifecycle_stories import on
from reading import SCHEMA
from resolvers.schema import rules

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.graphql"))
README = Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.acceptance


def beside(example: Path) -> dict[str, Any]:
    """Its variables, the day on which it is asked, and the answer."""
    found: dict[str, Any] = json.loads(example.with_suffix(".json").read_text())
    return found


def test_every_example_and_those_of_the_readme_are_valid() -> None:
    documents = {example.name: example.read_text() for example in EXAMPLES}
    readme = [part.split("```")[0].replace("…", "x") for part in README.read_text().split("```graphql")[1:]]
    documents |= {f"README {number}": text for number, text in enumerate(readme)}
    wrong = {name: validate(SCHEMA, parse(text), rules()) for name, text in documents.items()}
    assert {name: errors for name, errors in wrong.items() if errors} == {}
    assert len(EXAMPLES) >= 12
    assert len(readme) >= 2


async def test_the_examples_tell_a_story_and_get_the_answers_that_stand_beside_them(
    module_database: str,
) -> None:
    calendar = Calendar(on(0))
    async with living(module_database, calendar) as client:
        for example in EXAMPLES:
            told = beside(example)
            if "today" not in told:
                continue
            calendar.now = datetime.fromisoformat(told["today"])
            answer = await client.ask(example.read_text(), **told["variables"])
            if os.environ.get("GOLDEN_UPDATE"):
                text = json.dumps(told | {"data": answer}, indent=2, ensure_ascii=False)
                example.with_suffix(".json").write_text(text + "\n")
            else:
                assert answer == told["data"], example.name
