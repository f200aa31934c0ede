"""What a document may hold, checked in one pass before it is validated: no document holds up the others.

Each fragment is measured once, however often it is spread; what it holds counts each time. A walk that went into
every spread would be what it is meant to prevent: eight fragments that spread the next one ten times are a document
of half a kilobyte with a hundred million fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from graph.errors import ErrorCode, RequestRefused


@dataclass(frozen=True)
class Limits:
    """What one document, or one of its operations, may hold."""

    tokens: int = 1_000
    definitions: int = 20
    roots: int = 20
    depth: int = 10
    fields: int = 200
    aliases: int = 30
    directives: int = 50
    schema_depth: int = 20
    """Of what is below `__schema` and `__type`: tools ask for wrapped types nine levels deep."""
    schema_fields: int = 500


LIMITS = Limits()


class Size(NamedTuple):
    """What a selection holds, with all fragments written out. What asks for the schema is counted by itself."""

    top: int = 0
    depth: int = 0
    fields: int = 0
    schema_depth: int = 0
    schema_fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "Size") -> "Size":
        """This and the other, one after the other."""
        return Size(
            self.top + other.top,
            max(self.depth, other.depth),
            self.fields + other.fields,
            max(self.schema_depth, other.schema_depth),
            self.schema_fields + other.schema_fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )

    def below(self, *, schema: bool) -> "Size":
        """A field around this selection."""
        if schema:
            around = self._replace(
                depth=0, fields=0, schema_depth=self.depth + 1, schema_fields=self.fields + 1
            )
        else:
            around = self._replace(depth=self.depth + 1, fields=self.fields + 1)
        return around._replace(top=1)


def read(text: str, limits: Limits = LIMITS) -> DocumentNode:
    """The document, if it is one and no longer than may be; else a RequestRefused, or GraphQL's own syntax error."""
    try:
        document = parse(text, max_tokens=limits.tokens)
    except GraphQLSyntaxError as error:
        if "token" in error.message and str(limits.tokens) in error.message:
            raise _too(ErrorCode.TOO_MANY_TOKENS, "A document", limits.tokens, "tokens") from None
        if "nested too deeply" in error.message:
            raise _too_deep("An operation", limits.depth) from None
        raise
    return document


def check(document: DocumentNode, limits: Limits = LIMITS) -> None:
    """Refuse a document that holds too much."""
    if len(document.definitions) > limits.definitions:
        raise _too(ErrorCode.TOO_MANY_DEFINITIONS, "A document", limits.definitions, "definitions")
    for size in sizes(document):
        _check_size(size, limits)


def sizes(document: DocumentNode) -> Iterator[Size]:
    """What each operation of a document holds."""
    measure = _Measure(document)
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            yield measure.of(one.selection_set).beside(_directives(one.directives))


def too_deep(document: DocumentNode, limits: Limits = LIMITS) -> FieldNode | None:
    """The first field that lies deeper than fields may, on the way that goes deepest; None where none does."""
    measure = _Measure(document)
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode) and measure.of(one.selection_set).depth > limits.depth:
            return measure.at_depth(one.selection_set, limits.depth + 1)
    return None


def _check_size(size: Size, limits: Limits) -> None:
    if size.depth > limits.depth:
        raise _too_deep("An operation", limits.depth)
    if size.schema_depth > limits.schema_depth:
        raise _too_deep("What asks for the schema", limits.schema_depth)
    for code, has, most, of in (
        (ErrorCode.TOO_MANY_ROOT_FIELDS, size.top, limits.roots, "root fields"),
        (ErrorCode.TOO_MANY_FIELDS, size.fields, limits.fields, "fields"),
        (ErrorCode.TOO_MANY_FIELDS, size.schema_fields, limits.schema_fields, "fields of the schema"),
        (ErrorCode.TOO_MANY_ALIASES, size.aliases, limits.aliases, "aliases"),
        (ErrorCode.TOO_MANY_DIRECTIVES, size.directives, limits.directives, "directives"),
    ):
        if has > most:
            raise _too(code, "An operation", most, of)


def _too_deep(what: str, most: int) -> RequestRefused:
    return RequestRefused(
        ErrorCode.TOO_DEEP, f"{what} may be {most} fields deep. Ask for what lies deeper by its id."
    )


def _too(code: ErrorCode, what: str, most: int, of: str) -> RequestRefused:
    return RequestRefused(code, f"{what} may have {most:,} {of}. Ask in several requests.")


class _Measure:
    """Sizes of selections; each fragment's is kept. A fragment within itself counts nothing: validation refuses it."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self.known: dict[str, Size] = {}
        self.open: set[str] = set()

    def of_field(self, field: FieldNode) -> Size:
        below = Size() if field.selection_set is None else self.of(field.selection_set)
        own = Size(aliases=int(field.alias is not None)).beside(_directives(field.directives))
        return below.beside(own).below(schema=field.name.value in ("__schema", "__type"))

    def of(self, selections: SelectionSetNode) -> Size:
        size = Size()
        for one in selections.selections:
            if isinstance(one, FieldNode):
                size = size.beside(self.of_field(one))
            elif isinstance(one, InlineFragmentNode):
                size = size.beside(self.of(one.selection_set)).beside(_directives(one.directives))
            elif isinstance(one, FragmentSpreadNode):
                size = size.beside(self.of_fragment(one.name.value)).beside(_directives(one.directives))
        return size

    def of_fragment(self, name: str) -> Size:
        found = self.known.get(name)
        if found is not None:
            return found
        fragment = self.fragments.get(name)
        if fragment is None or name in self.open:
            return Size()
        self.open.add(name)
        found = self.known[name] = self.of(fragment.selection_set)
        self.open.remove(name)
        return found

    def at_depth(self, selections: SelectionSetNode, level: int) -> FieldNode:
        """The field at that level, on the way that goes deepest."""
        found = max(self._fields(selections, set()), key=lambda field: self.of_field(field).depth)
        if level == 1 or found.selection_set is None:
            return found
        return self.at_depth(found.selection_set, level - 1)

    def _fields(self, selections: SelectionSetNode, gone_into: set[str]) -> Iterator[FieldNode]:
        """The fields of one level, each fragment written out once."""
        for one in selections.selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, InlineFragmentNode):
                yield from self._fields(one.selection_set, gone_into)
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in gone_into:
                gone_into.add(one.name.value)
                fragment = self.fragments.get(one.name.value)
                if fragment is not None:
                    yield from self._fields(fragment.selection_set, gone_into)


def _directives(given: Sequence[DirectiveNode] | None) -> Size:
    return Size(directives=len(given or ()))
