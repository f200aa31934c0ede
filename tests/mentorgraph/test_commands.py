"""The commands as they are listed: what brings in stands together, and the old name of one of them stays."""

import re

import pytest
from typer.testing import CliRunner

from mentorgraph.cli import app


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    assert result.exit_code == 0, result.output
    return result.output


def test_what_brings_in_stands_together() -> None:
    text = said("import", "--help")
    assert all(re.search(rf"\b{name}\b", text) for name in ("growth", "facts", "log"))


def test_a_log_is_imported_by_either_name() -> None:
    one, other = said("import-log", "--help"), said("import", "log", "--help")
    assert one.replace("import-log", "import log") == other


@pytest.mark.parametrize("option", ["--wiki", "--format", "--with-hidden"])
def test_an_export_says_what_it_can_leave_out(option: str) -> None:
    assert option in said("export", "--help")
