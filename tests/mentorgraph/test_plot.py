"""The plot of continuity against clutter: each policy where its figures are, and named with them."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from mentorgraph.simulation.plot import Point, plot, ticks

SVG = "{http://www.w3.org/2000/svg}"


def each(image: str, tag: str) -> Iterator[ET.Element]:
    return ET.fromstring(image).iter(f"{SVG}{tag}")  # noqa: S314 - it was written here


def dots(image: str) -> list[tuple[float, float]]:
    return [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in each(image, "circle")]


def words(image: str) -> list[str]:
    return ["".join(text.itertext()) for text in each(image, "text")]


def test_more_clutter_is_further_right_and_more_continuity_further_up() -> None:
    (near, *_), (far, *_) = (
        dots(plot("a year", [Point("one", clutter, continuity), Point("other", 10, 1)]))
        for clutter, continuity in ((2, 0.2), (8, 0.9))
    )
    assert near[0] < far[0]
    assert near[1] > far[1]


def test_all_lies_within_the_axes() -> None:
    corners = dots(plot("a year", [Point("none", 0, 0), Point("all", 71.3, 1)]))
    for x, y in corners[::2]:
        assert 70 <= x <= 730
        assert 50 <= y <= 380


def test_a_policy_under_which_nobody_was_unblocked_is_in_the_legend_alone() -> None:
    image = plot("a year", [Point("quiet", 3, None)])
    assert len(dots(image)) == 1
    assert "quiet: nobody was unblocked, 3.0 suspended ties a mentor" in words(image)


def test_a_name_is_text_whatever_is_in_it() -> None:
    assert any("<b>&" in word for word in words(plot("<i>", [Point("<b>&", 1, 1)])))


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        (0, [0, 1]),
        (0.3, [0, 0.1, 0.2, 0.3]),
        (10, [0, 2, 4, 6, 8, 10]),
        (71.3, [0, 20, 40, 60, 80]),
        (1000, [0, 200, 400, 600, 800, 1000]),
    ],
)
def test_ticks_are_numbers_that_people_count_in(most: float, shown: list[float]) -> None:
    assert ticks(most) == pytest.approx(shown)
