"""What a document may hold. The figures are those of the limits; the time is that of one pass."""

import gc
import time

import pytest
from graphql import GraphQLSyntaxError, get_introspection_query

from graph.compile.limits import LIMITS, check, read
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
