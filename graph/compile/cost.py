"""What an operation may cost: fields and depth before it is compiled, rows before it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from graphql.execution.collect_fields import FragmentDetails

from graph.compile.shape import Param, Values
from graph.errors import RequestRefused


@dataclass(frozen=True)
class Limits:
    """What one operation may ask for. A field costs a quarter of a millisecond to compile; a row some
    microseconds.
    """

    fields: int = 1_000
    depth: int = 20
    rows: int = 50_000


@dataclass
class Counted:
    """Fields that are counted so far."""

    fields: int = 0


def check(selections: SelectionSetNode, fragments: Mapping[str, FragmentDetails], limits: Limits) -> None:
    """Refuse what is too large to compile; fragments count each time they are spread."""
    _count(selections, fragments, limits, Counted(), 1)


def _count(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDetails],
    limits: Limits,
    counted: Counted,
    depth: int,
) -> None:
    if depth > limits.depth:
        raise RequestRefused(
            "TOO_DEEP", f"An operation may be {limits.depth} fields deep. Ask in several requests."
        )
    for one in selections.selections:
        if isinstance(one, FieldNode):
            counted.fields += 1
            if counted.fields > limits.fields:
                raise RequestRefused(
                    "TOO_MANY_FIELDS",
                    f"An operation may have {limits.fields} fields. Ask in several requests.",
                )
            if one.selection_set:
                _count(one.selection_set, fragments, limits, counted, depth + 1)
        elif isinstance(one, InlineFragmentNode):
            _count(one.selection_set, fragments, limits, counted, depth)
        elif isinstance(one, FragmentSpreadNode) and one.name.value in fragments:
            _count(fragments[one.name.value].definition.selection_set, fragments, limits, counted, depth)


Load = tuple[Any, ...]
"""The sizes of a page and of those around it: their product is how many rows it may bring."""


def refuse_dear(loads: Sequence[Load], values: Values, limits: Limits) -> None:
    """Refuse an operation whose pages may bring too many rows."""
    rows = sum(
        prod(size.read(values) if isinstance(size, Param) else size for size in load) for load in loads
    )
    if rows > limits.rows:
        raise RequestRefused(
            "TOO_EXPENSIVE",
            f"This may bring {rows} rows, and {limits.rows} are the most. "
            "Ask for smaller pages, or for fewer within each.",
        )
