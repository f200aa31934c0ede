"""docs/lifecycle.md is drawn from the code, and is what the code draws today."""

import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"


def _drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_lifecycle", DOCS / "draw_lifecycle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    """If not: `python docs/draw_lifecycle.py`."""
    assert (DOCS / "lifecycle.md").read_text(encoding="utf-8") == _drawing().page()
