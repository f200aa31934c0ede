"""Fourteen days of wikis that tell all they log, if late, twice, and in another order: nobody has to look."""

import pytest

from fourteen_days import calm, days, seeds

__all__ = ["calm"]

PARTS = 6


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize("part", range(PARTS))
def test_whoever_hears_all_knows_all(part: int, module_database: str) -> None:
    for seed in [*seeds(0)][part::PARTS]:
        assert days(seed, module_database) == [], f"seed {seed}"
