"""Continuity against clutter as an SVG: what each policy keeps, and what mentors' lists pay for it."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import takewhile
from math import ceil, log10
from typing import Final, NamedTuple

WIDTH, HEIGHT = 760, 440
LEFT, TOP, RIGHT, BOTTOM = 70, 50, 30, 60
LINE = 22
FONT = "font: 14px system-ui, sans-serif"
COLOURS: Final = (
    "#36c",
    "#d73333",
    "#14866d",
    "#ac6600",
    "#6b4ba1",
    "#202122",
    "#0c7fa8",
    "#a5497a",
    "#5c7a00",
    "#72777d",
)
STEPS = (1, 2, 2.5, 5, 10)
MOST_TICKS = 6


class Point(NamedTuple):
    """One policy. `continuity` None: nobody was unblocked, so it is in the legend alone."""

    name: str
    clutter: float
    continuity: float | None


def plot(title: str, points: Sequence[Point]) -> str:
    """The whole image; policies are numbered in the order given, and named below with their figures."""
    root = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT + LINE * (len(points) + 1)}",
        role="img",
        style=FONT,
    )
    ET.SubElement(root, "title").text = f"Continuity against clutter: {title}"
    ET.SubElement(root, "rect", width="100%", height="100%", fill="#fff")
    _text(root, LEFT, 28, title, weight="bold")
    widest = ticks(max((point.clutter for point in points), default=0))
    _axes(root, widest)
    for number, point in enumerate(points, 1):
        colour = COLOURS[(number - 1) % len(COLOURS)]
        if point.continuity is not None:
            _dot(root, _x(point.clutter, widest[-1]), _y(point.continuity), number, colour)
        _legend(root, number, point, colour)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def ticks(most: float) -> list[float]:
    """From 0 to at least that, in steps that people count in."""
    if most <= 0:
        return [0.0, 1.0]
    least = most / (MOST_TICKS - 1)
    power = 10.0 ** ceil(log10(least) - 1)
    step = next(factor * power for factor in STEPS if factor * power >= least)
    below = takewhile(lambda tick: tick < most, (number * step for number in range(MOST_TICKS)))
    shown = [*below]
    return [*shown, len(shown) * step]


def _x(clutter: float, widest: float) -> float:
    return LEFT + clutter / widest * (WIDTH - LEFT - RIGHT)


def _y(continuity: float) -> float:
    return HEIGHT - BOTTOM - continuity * (HEIGHT - TOP - BOTTOM)


def _axes(root: ET.Element, across: Sequence[float]) -> None:
    for tick in across:
        x = _x(tick, across[-1])
        _line(root, x, TOP, x, HEIGHT - BOTTOM)
        _text(root, x, HEIGHT - BOTTOM + 26, f"{tick:g}", anchor="middle")
    for percent in range(0, 101, 20):
        y = _y(percent / 100)
        _line(root, LEFT, y, WIDTH - RIGHT, y)
        _text(root, LEFT - 16, y + 5, f"{percent} %", anchor="end")
    _text(root, WIDTH - RIGHT, HEIGHT - BOTTOM + 48, "suspended ties a mentor, on average", anchor="end")
    _text(root, WIDTH - RIGHT, 28, "unblocked who came back to their mentor", anchor="end")


def _dot(root: ET.Element, x: float, y: float, number: int, colour: str) -> None:
    ET.SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="11", fill=colour)
    _text(root, x, y + 5, str(number), anchor="middle", fill="#fff")


def _legend(root: ET.Element, number: int, point: Point, colour: str) -> None:
    y = HEIGHT + LINE * number - 10
    _dot(root, LEFT, y - 5, number, colour)
    kept = "nobody was unblocked" if point.continuity is None else f"{point.continuity:.1%} came back"
    _text(root, LEFT + 20, y, f"{point.name}: {kept}, {point.clutter:.1f} suspended ties a mentor")


def _line(root: ET.Element, x1: float, y1: float, x2: float, y2: float) -> None:
    at = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    ET.SubElement(root, "line", {name: f"{value:.1f}" for name, value in at.items()}, stroke="#c8ccd1")


def _text(
    root: ET.Element,
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    weight: str = "normal",
    fill: str = "#202122",
) -> None:
    at = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-weight": weight, "fill": fill}
    ET.SubElement(root, "text", at).text = words
