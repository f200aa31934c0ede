"""The schema, assembled: the types, the roots, and what the compiler needs to know of them.

`build()` makes it. `schema.graphql` is its print, and a test keeps the two equal.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from resolvers import (
    account,
    actor,
    block,
    event,
    fallback,
    mentee,
    mentor,
    policy,
    query,
    relationship,
    span,
    suspension,
    wiki,
)
from resolvers.declare import attach, link
from resolvers.scalars import SCALARS

MODULES = (account, actor, block, event, mentee, mentor, policy, query, relationship, span, suspension, wiki)

MUTATION = "resolvers.mutation"


def build(**options: Any) -> strawberry.Schema:
    """The schema; `options` go to Strawberry (extensions, the executor's class)."""
    link(MODULES, [cls for module in MODULES for cls in _declared(module)])
    changes: Any = import_module(MUTATION) if find_spec(MUTATION) else None
    schema = strawberry.Schema(
        query=query.Query,
        mutation=changes and changes.Mutation,
        types=[
            *(cls for module in MODULES for cls in _declared(module) if _is_node(cls)),
            *(changes.TYPES if changes else ()),
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
        **options,
    )
    attach(core(schema))
    fallback.attach(core(schema))
    return schema


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
