"""What a document may hold. The figures are those of the limits; the time is that of one pass."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.compile.limits import LIMITS, Limits, check, read, sizes
from graph.errors import RequestRefused

DOUBLING = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(15))

TOO_MUCH = (
    ("tokens", "{ " + "a " * (LIMITS.tokens + 1) + "}", "TOO_MANY_TOKENS"),
    ("definitions", "{ a } " + "fragment F on T { a } " * LIMITS.definitions, "TOO_MANY_DEFINITIONS"),
    ("root fields", "{ " + "a " * (LIMITS.roots + 1) + "}", "TOO_MANY_ROOT_FIELDS"),
    ("depth", "{ " + "a { " * LIMITS.depth + "b" + " }" * LIMITS.depth + " }", "TOO_DEEP"),
    ("fields", "{ a { " + "b " * LIMITS.fields + "} }", "TOO_MANY_FIELDS"),
    ("aliases", "{ a { " + "c: b " * (LIMITS.aliases + 1) + "} }", "TOO_MANY_ALIASES"),
    ("directives", "{ a { b " + "@x " * (LIMITS.directives + 1) + "} }", "TOO_MANY_DIRECTIVES"),
    (
        "directives of the operation",
        "query Q " + "@x " * (LIMITS.directives + 1) + "{ a }",
        "TOO_MANY_DIRECTIVES",
    ),
    (
        "fields of fragments",
        f"{{ x {{ ...F0 }} }} {DOUBLING} fragment F15 on Query {{ a }}",
        "TOO_MANY_FIELDS",
    ),
    ("roots of fragments", f"{{ ...F0 }} {DOUBLING} fragment F15 on Query {{ a }}", "TOO_MANY_ROOT_FIELDS"),
    ("depth of fragments", "{ ...A } fragment A on Q { " + "a { " * 11 + "b" + " }" * 11 + " }", "TOO_DEEP"),
    ("selections within each other", "{ a" * 300 + " }" * 300, "TOO_DEEP"),
    ("lists within each other", "{ a(b: " + "[" * 480 + "]" * 480 + ") }", "TOO_DEEP"),
    ("fields of the schema", "{ __schema { " + "a " * (LIMITS.schema_fields + 1) + "} }", "TOO_MANY_FIELDS"),
)


@pytest.mark.parametrize(
    ("document", "code"), [row[1:] for row in TOO_MUCH], ids=[row[0] for row in TOO_MUCH]
)
def test_what_holds_too_much_is_refused_before_it_is_validated(document: str, code: str) -> None:
    gc.collect()  # what the run has left lying about is no concern of this document's
    begun = time.thread_time()
    with pytest.raises(RequestRefused) as refused:
        check(read(document))
    taken = time.thread_time() - begun
    assert refused.value.code == code
    assert any(character.isdigit() for character in refused.value.message), "the figure is told"
    assert taken < 0.25


JUST_RIGHT = (
    "{ " + "a " * LIMITS.roots + "}",
    "{ " + "a { " * (LIMITS.depth - 1) + "b" + " }" * LIMITS.depth,
    "{ a { " + "b " * (LIMITS.fields - 1) + "} }",
    "{ a { " + "c: b " * LIMITS.aliases + "} }",
    "{ ...A } fragment A on Query { ...A ...Nobody a }",
    f"{{ ...F0 }} {DOUBLING} fragment F15 on Query {{ ...Nobody }}",
    get_introspection_query(specified_by_url=True, input_value_deprecation=True),
)


@pytest.mark.parametrize("document", JUST_RIGHT)
def test_what_is_within_the_limits_is_read_and_so_is_what_only_validation_can_refuse(document: str) -> None:
    check(read(document))


def test_no_document_is_a_syntax_error_however_little_it_holds() -> None:
    with pytest.raises(GraphQLSyntaxError):
        read("{")


# One pass, whatever the shape; and what it counts is what would be written out.

LEVELS = (10, 20, 30, 50, 70, 90, 110, 130, 150, 180, 190, 200)


def chain(levels: int) -> str:
    return " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(levels))


def diamond(levels: int) -> str:
    return " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))


def comb(levels: int) -> str:
    return " ".join(f"fragment F{n} on Query {{ a ...F{n + 1} }}" for n in range(levels))


def cycle(levels: int) -> str:
    return f"{chain(levels)} fragment F{levels} on Query {{ ...F0 ...F0 }}"


def missing(levels: int) -> str:
    return " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...Nobody }}" for n in range(levels))


WIDE = Limits(tokens=100_000, definitions=1_000)


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("shape", [chain, diamond, comb, cycle, missing])
def test_fragments_within_each_other_are_measured_in_one_pass(
    shape: Callable[[int], str], levels: int
) -> None:
    """A walk into every spread takes seconds at twenty levels, and for ever at thirty."""
    document = read(f"{{ ...F0 }} {shape(levels)} fragment Last on Query {{ a }}", WIDE)
    gc.collect()
    taken = []
    for _ in range(5):
        begun = time.thread_time()
        with suppress(RequestRefused):
            check(document, WIDE)
        taken.append(time.thread_time() - begun)
    assert min(taken) < 0.005


@settings(max_examples=2_000, deadline=None)
@given(st.data())
def test_what_is_counted_is_what_would_be_written_out(data: st.DataObject) -> None:
    """Fragments that spread only those after them, so that there is an end to writing them out."""
    names = range(data.draw(st.integers(0, 6)))

    def selection(after: int, depth: int) -> str:
        parts = []
        for _ in range(data.draw(st.integers(1, 3))):
            kind = data.draw(
                st.sampled_from(["field", "alias", "inline", "spread"] if depth else ["field", "spread"])
            )
            if kind == "spread" and after < len(names):
                parts.append(f"...F{data.draw(st.integers(after, len(names) - 1))}")
            elif kind == "inline":
                parts.append(f"... on Q @x {{ {selection(after, depth - 1)} }}")
            elif kind == "alias":
                parts.append(f"b: a {{ {selection(after, depth - 1)} }}")
            else:
                parts.append("a @x")
        return " ".join(parts)

    text = f"{{ {selection(0, 2)} }} " + " ".join(
        f"fragment F{n} on Q {{ {selection(n + 1, 2)} }}" for n in names
    )
    document = parse(text)
    fragments = {
        one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    [operation] = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    [size] = sizes(document)
    counted = Written(size.fields, size.depth, size.aliases, size.directives)
    assert counted == written_out(operation.selection_set, fragments)


class Written(NamedTuple):
    """What is there when all fragments are written out."""

    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0


def written_out(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Written:
    """Counted by going into every spread."""
    fields = depth = aliases = directives = 0
    for one in selections.selections:
        if isinstance(one, FragmentSpreadNode):
            within = written_out(fragments[one.name.value].selection_set, fragments)
        else:
            assert isinstance(one, FieldNode | InlineFragmentNode)
            below = one.selection_set
            within = Written() if below is None else written_out(below, fragments)
        if isinstance(one, FieldNode):
            within = within._replace(
                fields=within.fields + 1,
                depth=within.depth + 1,
                aliases=within.aliases + (one.alias is not None),
            )
        fields, depth = fields + within.fields, max(depth, within.depth)
        aliases += within.aliases
        directives += within.directives + len(one.directives or ())
    return Written(fields, depth, aliases, directives)
