"""Schema coordinates, such as `Query.wiki` or `Wiki.mentees(first:)`: what of the schema an error is about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from graphql import (
    BREAK,
    SKIP,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails

PLACES: Final = (FieldNode, ArgumentNode, ObjectFieldNode)
"""What of a document has a coordinate."""

Fragments = Mapping[str, FragmentDetails]


def of_path(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Fragments,
    path: Sequence[str | int],
) -> str | None:
    """The field that answers at a path; the deepest that is known, where the path goes on."""
    type_: GraphQLNamedType | None = schema.get_root_type(operation.operation)
    selections = [operation.selection_set]
    found = None
    for key in path:
        if isinstance(key, int):
            continue
        named = [
            (parent, node)
            for one in selections
            for parent, node in _fields(schema, fragments, one, type_)
            if (node.alias or node.name).value == key
        ]
        if not named:
            break
        parent, node = named[0]
        found = f"{parent.name}.{node.name.value}"
        field = parent.fields.get(node.name.value)
        type_ = field and get_named_type(field.type)
        selections = [one.selection_set for _, one in named if one.selection_set]
    return found


def _fields(
    schema: GraphQLSchema, fragments: Fragments, selections: SelectionSetNode, type_: GraphQLNamedType | None
) -> Iterator[tuple[GraphQLObjectType | GraphQLInterfaceType, FieldNode]]:
    """The fields of a selection with the types that they are of; what a valid document can't hold is passed over."""
    for one in selections.selections:
        if isinstance(one, FieldNode) and isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield type_, one
        elif isinstance(one, InlineFragmentNode):
            within = schema.get_type(one.type_condition.name.value) if one.type_condition else type_
            yield from _fields(schema, fragments, one.selection_set, within)
        elif isinstance(one, FragmentSpreadNode) and one.name.value in fragments:
            definition = fragments[one.name.value].definition
            within = schema.get_type(definition.type_condition.name.value)
            yield from _fields(schema, fragments, definition.selection_set, within)


def of_node(schema: GraphQLSchema, document: DocumentNode, node: Node) -> str | None:
    """What of the schema a place in a document is about; where it names what is not there, what it is looked for in."""
    info = TypeInfo(schema)
    finder = _Finder(info, node)
    visit(document, TypeInfoVisitor(info, finder))
    return finder.found


def of_variable(schema: GraphQLSchema, document: DocumentNode, name: str) -> str | None:
    """What of the schema a variable is given to first."""
    search = _Search(name)
    visit(document, search)
    return None if search.found is None else of_node(schema, document, search.found)


def of_first(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments) -> str | None:
    """The first root field of an operation."""
    root = schema.get_root_type(operation.operation)
    fields = _fields(schema, fragments, operation.selection_set, root)
    return next((f"{parent.name}.{node.name.value}" for parent, node in fields), None)


class _Search(Visitor):
    """Goes through a document until a variable is used."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.found: Node | None = None

    def enter_variable_definition(self, *_: Any) -> Any:
        return SKIP

    def enter_variable(self, node: VariableNode, *_: Any) -> Any:
        if node.name.value != self.name:
            return None
        self.found = node
        return BREAK


class _Finder(Visitor):
    """Goes through a document until it comes to a place."""

    def __init__(self, info: TypeInfo, wanted: Node) -> None:
        super().__init__()
        self.info = info
        self.wanted = wanted
        self.within: list[str | None] = [None]
        self.found: str | None = None

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, PLACES):
            self.within.append(self._coordinate(node) or self.within[-1])
        if node is not self.wanted:
            return None
        self.found = self.within[-1]
        return BREAK

    def leave(self, node: Node, *_: Any) -> None:
        if isinstance(node, PLACES):
            self.within.pop()

    def _coordinate(self, node: Node) -> str | None:
        if isinstance(node, FieldNode):
            parent = self.info.get_parent_type()
            if parent is None or self.info.get_field_def() is None:
                return None if parent is None else str(parent.name)
            return f"{parent.name}.{node.name.value}"
        if isinstance(node, ArgumentNode) and self.info.get_argument() is not None:
            return f"{self.within[-1]}({node.name.value}:)"
        if isinstance(node, ObjectFieldNode) and self.info.get_input_type() is not None:
            return f"{get_named_type(self.info.get_parent_input_type())}.{node.name.value}"
        return None
