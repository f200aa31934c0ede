"""`@idempotent`: a mutation that is safe to send again. All mutations have it, and none has to know.

The key stands for the mutation and its coerced input: whether a value came in a variable or in the document, in
which order members stand and at which offset a moment is written makes no difference.
"""

from datetime import timedelta
from typing import Any, Final

import orjson
from graphql import (
    DirectiveLocation,
    DirectiveNode,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLError,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLString,
    ValidationRule,
    get_argument_values,
    get_directive_values,
)
from graphql.execution.values import VariableValues
from strawberry.extensions import FieldExtension

from graph.errors import KeyRefused, Refused
from graph.kinds import UserErrorCode
from resolvers.asking import Info, ledger_of
from resolvers.refusals import told

LONGEST_KEY: Final = 128

DIRECTIVE: Final = GraphQLDirective(
    "idempotent",
    [DirectiveLocation.FIELD],
    {
        "key": GraphQLArgument(
            GraphQLNonNull(GraphQLString),
            description=f"A key of the caller's choice, at most {LONGEST_KEY} characters.",
        )
    },
    description=(
        "Makes a mutation safe to send again: the same key with the same input is answered with the first result."
    ),
)


def attach(schema: GraphQLSchema) -> None:
    """Make the directive known. It wraps no value, so it is none of those that Strawberry runs field by field."""
    schema.directives = (*schema.directives, DIRECTIVE)


class OfMutationsAlone(ValidationRule):
    """On anything but a mutation's own field the directive would promise what it can't keep."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        parent = self.context.get_parent_type()
        # Without a parent it stands on no field at all, and graphql-core says so.
        if node.name.value == DIRECTIVE.name and parent not in (None, self.context.schema.mutation_type):
            self.report_error(
                GraphQLError(
                    "@idempotent belongs to a field of the mutation itself: what is read can be read again anyway.",
                    node,
                )
            )


class Idempotent(FieldExtension):
    """Answers a mutation under its key, where it was sent with one."""

    async def resolve_async(self, next_: Any, source: Any, info: Info, **given: Any) -> Any:
        """The payload; where the key stands in the way, one that says so."""
        raw = info._raw_info  # noqa: SLF001 - graphql-core's, which alone knows the directives and what was coerced
        keys = _keys(raw)
        if not keys or _only_validates(raw):
            return await next_(source, info, **given)
        try:
            async with ledger_of(info).once(_checked(keys), _asked(raw)):
                return await next_(source, info, **given)
        except KeyRefused as refused:
            payload: Any = info.return_type
            return payload(user_errors=[told(Refused(refused.code, refused.message))])


def _keys(info: GraphQLResolveInfo[Any]) -> set[str]:
    """The keys of a field; a field that is named several times may have several, or say its one only once."""
    variables = _variables(info)
    found = [get_directive_values(DIRECTIVE, node, variables) for node in info.field_nodes]
    return {values["key"] for values in found if values}


def _checked(keys: set[str]) -> str:
    if len(keys) > 1:
        raise KeyRefused(
            UserErrorCode.INVALID, "One field has one key; give the others an alias of their own."
        )
    [key] = keys
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise KeyRefused(
            UserErrorCode.INVALID, f"An idempotency key has 1 to {LONGEST_KEY} printable characters."
        )
    return key


def _only_validates(info: GraphQLResolveInfo[Any]) -> bool:
    """Then nothing happens that could happen twice, and the key stays free for what is meant."""
    asked = _coerced(info).get("input")
    return isinstance(asked, dict) and asked.get("validateOnly") is True


def _asked(info: GraphQLResolveInfo[Any]) -> bytes:
    """The mutation and its input, the same for all ways to write the same."""
    said = [info.field_name, _coerced(info)]
    # Sorted, so that a release which moves a member makes no other input of it.
    return orjson.dumps(said, default=_plain, option=orjson.OPT_SORT_KEYS)


def _coerced(info: GraphQLResolveInfo[Any]) -> dict[str, Any]:
    field = info.parent_type.fields[info.field_name]
    return get_argument_values(field, info.field_nodes[0], _variables(info))


def _variables(info: GraphQLResolveInfo[Any]) -> VariableValues:
    # Strawberry hands a plain dictionary on, where graphql-core wants its own kind.
    variables: Any = info.variable_values
    return variables if isinstance(variables, VariableValues) else VariableValues({}, variables)


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"an input holds {value!r}: say here how it is told from another one")
