"""Questions, their SQL and their answers side by side: a change of SQL shows as a diff of SQL.

Each folder holds `question.graphql` (a comment names the rights it is asked with), `variables.json` where
there are any, `statement.sql` (one for each wiki that is named) and `answer.json`.
`GOLDEN_UPDATE=1` writes the last two anew.
"""

import os
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import parse, validate

import seeded
from graph.compile.plan import Operation, request
from models.reader import Reader
from reading import SCHEMA, reader, seeing, statements
from statement_lint import Statements

__all__ = ["reader", "statements"]

HERE = Path(__file__).parent
PAIRS = sorted(one.parent.name for one in HERE.glob("*/question.graphql"))
RIGHTS = ("sees_hidden", "sees_opt_outs", "administers")

pytestmark = pytest.mark.golden


WORDS = re.compile(r"'(?:[^'])*'|\(SELECT|[()]| (?:FROM|LEFT JOIN|WHERE|HAVING|ORDER BY|LIMIT) | \|\| ")


def pretty(sql: str) -> str:
    """A line for each clause and each piece of text, so that a change is a change of few lines."""
    open_: list[bool] = []
    lines = [""]
    at = 0
    for found in WORDS.finditer(sql):
        lines[-1] += sql[at : found.start()]
        at = found.end()
        word = found.group()
        if word == ")":
            open_.pop()
        elif word.startswith("("):
            open_.append(word == "(SELECT")
        indent = "  " * sum(open_)
        if word == "(SELECT" or (word.startswith(" ") and (not open_ or open_[-1])):
            lines[-1] = lines[-1].rstrip()
            lines.append(indent + word.lstrip())
        else:
            lines[-1] += word
    lines[-1] += sql[at:]
    return "\n".join(lines) + ";\n"


async def asked(reader: Reader, name: str) -> tuple[str, dict[str, Any]]:
    """The statements of a question, and its answer."""
    folder = HERE / name
    text = (folder / "question.graphql").read_text()
    variables = folder / "variables.json"
    document = parse(text)
    assert not validate(SCHEMA, document)
    operation = Operation(SCHEMA, document)
    rights = {right: f"# {right}\n" in text for right in RIGHTS}
    values = request(seeded.NOW, seeing(**rights), reader.directory)
    given = orjson.loads(variables.read_bytes()) if variables.exists() else {}
    plan = operation.plan(operation.read(given, values))
    data, errors = await reader.answer(plan, values)
    answer: dict[str, Any] = {"data": orjson.loads(data)}
    if errors:
        answer["errors"] = [error.formatted for error in errors]
    written = dict.fromkeys(call.sql for call in plan.calls(values))
    return "\n".join(pretty(sql) for sql in written), answer


@pytest.mark.parametrize("name", PAIRS)
async def test_the_question_has_this_statement_and_this_answer(reader: Reader, name: str) -> None:
    sql, answer = await asked(reader, name)
    told = orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if os.environ.get("GOLDEN_UPDATE"):
        (HERE / name / "statement.sql").write_text(sql)
        (HERE / name / "answer.json").write_bytes(told)
    assert told.decode() == (HERE / name / "answer.json").read_text()
    assert sql == (HERE / name / "statement.sql").read_text()


def test_there_are_thirty_pairs() -> None:
    assert len(PAIRS) >= 30


def test_no_statement_of_theirs_breaks_the_rules_for_many_machines(statements: Statements) -> None:
    assert statements.breaches() == []
