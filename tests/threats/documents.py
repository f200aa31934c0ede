"""Documents that attack, by the threat of docs/threats.md that they are: each one is to be refused."""

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from graph.compile.ids import encode
from mentorgraph.http.asked import LARGEST


class Hostile(NamedTuple):
    """What is asked, and which threat it is. None of them may be answered without an error."""

    threat: str
    name: str
    query: str
    variables: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.threat} {self.name}"


SEED = 20_261_126
SHAPES = 20
"""Documents of random shape."""


def repeated(count: int, text: str, between: str = " ") -> str:
    """The text so many times, each with its number in place of `#`."""
    return between.join(text.replace("#", str(n)) for n in range(count))


def nested(depth: int, opening: str, core: str = "__typename", closing: str = " }") -> str:
    """Something within itself, so many times."""
    return opening * depth + core + closing * depth


def wiki(selection: str) -> str:
    """A selection below a wiki."""
    return f'{{ wiki(dbName: "x") {{ {selection} }} }}'


def chain(levels: int, fragment: str, last: str) -> str:
    """Fragments that each hold the next one, as `fragment` says with `#` and `@` for this one and the next."""
    parts = [fragment.replace("#", str(n)).replace("@", str(n + 1)) for n in range(levels)]
    return f"{{ ...F0 }} {' '.join(parts)} fragment F{levels} on Query {{ {last} }}"


Sized = Iterator[tuple[str, str, str]]
"""The threat, its name, its document."""


def wide() -> Sized:
    """What holds too much beside each other, at three sizes."""
    for n in (31, 300, 3_000):
        yield "T1", f"{n} aliases", wiki(repeated(n, "a#: dbName"))
        yield "T1", f"{n} aliased roots", "{" + repeated(n, 'a#: wiki(dbName: "x") { dbName }') + "}"
    for n in (201, 700, 10_000):
        yield "T2", f"a field {n} times", wiki(repeated(n, "dbName"))
        yield "T2", f"a root {n} times", "{" + repeated(n, 'wiki(dbName: "x") { dbName }') + "}"
    for n in (51, 900, 9_000):
        yield "T7", f"{n} unknown directives", "{ __typename " + repeated(n, "@aa") + " }"
        yield "T7", f"{n} known directives", "{ __typename " + repeated(n, "@include(if: true)") + " }"
        yield "T7", f"{n} directives of the operation", "query Q " + repeated(n, "@aa") + " { __typename }"
    for n in (21, 300, 2_500):
        yield (
            "T8",
            f"{n} idle fragments",
            "{ __typename } " + repeated(n, "fragment F# on Query { __typename }"),
        )
        yield "T8", f"{n} operations", repeated(n, "query Q# { __typename }")
        yield "T8", f"{n} unknown fields", wiki(repeated(n, "no#"))
        yield "T8", f"{n} unknown arguments", wiki(f"mentees({repeated(n, 'no#: 1')}) {{ totalCount }}")
        yield "T8", f"{n} variables", f"query({repeated(n, '$v#: Nothing')}) {{ __typename }}"


def deep() -> Sized:
    """What lies within each other, at three sizes."""
    for n in (11, 200, 5_000):
        yield "T3", f"{n} fields deep", "{ " + nested(n, "wikis { ") + " }"
        yield "T3", f"{n} inline fragments deep", "{ " + nested(n, "... { ", "nobody") + " }"
        yield "T3", f"a list {n} deep", wiki(f"mentees(where: {nested(n, '[', '1', ']')}) {{ totalCount }}")
        yield (
            "T3",
            f"an input {n} deep",
            wiki(f"mentees(where: {nested(n, '{a: ', '1', '}')}) {{ totalCount }}"),
        )
    for n in (8, 14, 18):
        doubling = 'fragment F# on Query { a: wiki(dbName: "x") { dbName } ...F@ ...F@ }'
        yield "T4", f"{n} fragments that double", chain(n, doubling, "__typename")
    for n in (12, 18, 160):
        yield "T5", f"{n} fragments spread twice", chain(n, "fragment F# on Query { ...F@ ...F@ }", "nobody")
        yield "T5", f"{n} fragments in a circle", chain(n, "fragment F# on Query { ...F@ }", "...F0")
    for n in (50, 500, 5_000):
        yield (
            "T6",
            f"{n} overlapping fragments",
            wiki(repeated(n, "... on Wiki { a: mentees { totalCount } }")),
        )
        yield (
            "T6",
            f"{n} that contradict",
            wiki(repeated(n, "... on Wiki { x: mentees(first: #) { totalCount } }")),
        )


def large() -> Sized:
    """What is long, or asks for much, at three sizes."""
    for n in (90_000, LARGEST, 1_000_000):
        yield "T9", f"a comment of {n}", "{ nobody #" + "x" * n + "\n}"
        yield "T9", f"a string of {n}", '{ wiki(dbName: "' + "x" * n + '") { nobody } }'
        yield "T9", f"a block string of {n}", '{ wiki(dbName: """' + " \n" * (n // 2) + '""") { nobody } }'
        yield "T9", f"commas, {n} of them", "{ nobody " + "," * n + "}"
    for n in (0, 101, 200_000):
        yield "T15", f"first: {n}", wiki(f"mentees(first: {n}) {{ totalCount }}")
        yield "T15", f"last: -{n + 1}", wiki(f"mentees(last: -{n + 1}) {{ totalCount }}")
    for n in (3, 4, 6):
        pages = nested(n, "nodes { mentor { mentees(first: 100) { ", "totalCount", " } } }")
        yield "T16", f"lists in lists, {n} levels", wiki(f"mentees(first: 100) {{ {pages} }}")
    for n in (1, 5, 19):
        lists = repeated(n, 'w#: wiki(dbName: "x") { mentees(first: 100) { nodes { relationships(first: 100)'
                            " { nodes { events(first: 100) { totalCount } } } } } }")  # fmt: skip
        yield "T16", f"lists in lists in {n} roots", f"{{ {lists} }}"
    for n in (3, 8, 40):
        inner = nested(n, "fields { type { ", "name", " } }")
        yield "T30", f"the schema, {n} levels deep", f"{{ __schema {{ types {{ {inner} }} }} }}"


def asked() -> Iterator[Hostile]:
    """All of them."""
    for threat, name, query in (*wide(), *deep(), *large()):
        yield Hostile(threat, name, query, {})
    yield from with_variables()
    random = Random(SEED)
    for n in range(SHAPES):
        yield Hostile("T8", f"shape {n}", at_random(random), {})


def with_variables() -> Iterator[Hostile]:
    """What only variables can bring."""
    ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    states = 'query($s: [MenteeState!]) { wiki(dbName: "x") { mentees(where: {state: $s}) { totalCount } } }'
    named = 'query($n: String) { wiki(dbName: "x") { mentees(where: {name: $n}) { totalCount } } }'
    by = "query($n: String!) { wiki(dbName: $n) { dbName nobody } }"
    for n in (101, 1_000, 4_000):
        yield Hostile("T33", f"{n} ids", ids, {"ids": [encode("Mentee", 1, key) for key in range(n)]})
        yield Hostile("T10", f"{n} numbers for states", states, {"s": [1] * n * 10})
        yield Hostile("T11", f"{n} levels of a variable", ids, {"ids": _within(min(n, 400))})
    for said in ("x\0y", {"a": "b"}, ["x"] * 300, 10**18):
        yield Hostile("T13", f"{said!r:.20} for a name", named, {"n": said})
        yield Hostile("T13", f"{said!r:.20} for a wiki", by, {"n": said})
    for said in ("' OR 1=1 --", "name); DROP TABLE account; --", "NAME, (SELECT 1)"):
        order = f'mentees(orderBy: {{field: "{said}", direction: ASC}}) {{ totalCount }}'
        yield Hostile("T41", f"{said:.12} for an order", wiki(order), {})
        in_variable = 'query($o: MenteeOrder!) { wiki(dbName: "x") { mentees(orderBy: $o) { totalCount } } }'
        yield Hostile(
            "T41", f"{said:.12} in a variable", in_variable, {"o": {"field": said, "direction": said}}
        )


def _within(levels: int) -> Any:
    found: Any = "x"
    for _ in range(levels):
        found = [found]
    return found


PIECES = ("mentees", "wiki", "nodes { ", "... { ", "... on Wiki { ", "a: b", "@skip(if: $x)", "(first: 1)", "...F",
          "}", "}", '"', "fragment F on Query { ...F }", "query Q { a }", "$v", "[", "{", "!",
          "&", "1e9", '"\\u0000"')  # fmt: skip


def at_random(random: Random) -> str:
    """Some hundred pieces of documents, in whatever order."""
    return "{ nobody " + " ".join(random.choices(PIECES, k=random.choice((60, 300, 3_000)))) + " }"
