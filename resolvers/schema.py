"""The schema, assembled: the types, the roots, and what the compiler needs to know of them.

`build()` makes it. `schema.graphql` is its print, and a test keeps the two equal.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import strawberry
from graphql import (
    ASTValidationRule,
    GraphQLInputObjectType,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    introspection_types,
    specified_rules,
)
from strawberry.extensions import AddValidationRules
from strawberry.schema.config import StrawberryConfig

from resolvers import (
    account,
    actor,
    block,
    census,
    counts,
    delivery,
    event,
    fallback,
    handover,
    idempotent,
    job,
    mentee,
    mentees,
    mentor,
    mentors,
    outcome,
    policy,
    query,
    ranges,
    relationship,
    relationships,
    span,
    subscription,
    suspension,
    token,
    viewer,
    webhook,
    wiki,
)
from resolvers.declare import attach, link
from resolvers.scalars import SCALARS

MODULES = (
    account,
    actor,
    block,
    census,
    counts,
    delivery,
    event,
    handover,
    job,
    mentee,
    mentees,
    mentor,
    mentors,
    outcome,
    policy,
    query,
    ranges,
    relationship,
    relationships,
    span,
    subscription,
    suspension,
    token,
    viewer,
    webhook,
    wiki,
)

MUTATION = "resolvers.mutation"


def build(extensions: Sequence[Any] = (), **options: Any) -> strawberry.Schema:
    """The schema; `extensions` and `options` (the executor's class) go to Strawberry."""
    link(MODULES, [cls for module in MODULES for cls in _declared(module)])
    changes: Any = import_module(MUTATION) if find_spec(MUTATION) else None
    schema = strawberry.Schema(
        query=query.Query,
        mutation=changes and changes.Mutation,
        subscription=subscription.Subscription,
        types=[
            *(cls for module in MODULES for cls in _declared(module) if _is_node(cls)),
            *(changes.TYPES if changes else ()),
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[lambda: AddValidationRules([*OWN_RULES]), *extensions],
        **options,
    )
    # Strawberry's own looks for a definition of its own, which `[Int!]!` and its like don't have.
    introspection_types["__Type"].fields["isOneOf"].resolve = _is_one_of  # type: ignore[attr-defined]  # an object
    attach(core(schema))
    idempotent.attach(core(schema))
    fallback.attach(core(schema))
    return schema


def _is_one_of(type_: Any, _: Any) -> bool | None:
    return type_.is_one_of if isinstance(type_, GraphQLInputObjectType) else None


OWN_RULES = (idempotent.OfMutationsAlone,)


def rules(*, introspection: bool = True) -> tuple[type[ASTValidationRule], ...]:
    """What a document must keep to, whichever way it comes."""
    closed = () if introspection else (NoSchemaIntrospectionCustomRule,)
    return (*specified_rules, *OWN_RULES, *closed)


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """graphql-core's schema, which is what the compiler reads."""
    return schema._schema  # noqa: SLF001 - Strawberry has no public name for it


def _declared(module: ModuleType) -> list[type]:
    return [
        cls
        for cls in vars(module).values()
        if isinstance(cls, type)
        and cls.__module__ == module.__name__
        and hasattr(cls, "__strawberry_definition__")
    ]


def _is_node(cls: type) -> bool:
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]  # looked for above
    return not (definition.is_input or definition.is_interface) and any(
        interface.name == "Node" for interface in definition.interfaces
    )


def __getattr__(name: str) -> strawberry.Schema:
    """`schema`: the schema itself, made when it is first asked for."""
    if name != "schema":
        raise AttributeError(name)
    globals()["schema"] = made = build()
    return made
