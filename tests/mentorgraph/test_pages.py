"""docs/errors.md and docs/reference.md are written from the code, and are what it says today."""

import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"


def _writing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_pages", DOCS / "write_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_up_to_date() -> None:
    """If not: `make docs`."""
    stale = [
        page.name for page, write in _writing().PAGES.items() if page.read_text(encoding="utf-8") != write()
    ]
    assert stale == []
