"""Fourteen days of wikis that do not tell all, and do some things in silence: whoever looks knows it in the end."""

import pytest

from fourteen_days import calm, days, seeds

__all__ = ["calm"]

PARTS = 6


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize("part", range(PARTS))
def test_whoever_looks_knows_what_nobody_told(part: int, module_database: str) -> None:
    for seed in [*seeds(1)][part::PARTS]:
        assert days(seed, module_database) == [], f"seed {seed}"
