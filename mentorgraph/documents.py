"""Trusted documents: the operations of a client of one's own, known by their ids before anybody asks them.

The manifest is that of graphql-codegen: a JSON object, from an id to the document's text. An id is taken as it is,
with its prefix; nothing is hashed again, for a text that is printed anew has another hash.
"""

from collections.abc import Mapping
from pathlib import Path

import orjson
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, validate

from graph.compile.plan import Operation
from graph.errors import MentorgraphError
from resolvers.schema import rules


class BadManifest(MentorgraphError):
    """The manifest can't be used; the message says which document, and why."""


Documents = Mapping[str, str]
"""Texts by id."""


def read(path: Path | None) -> Documents:
    """The documents of a manifest; none where there is no manifest."""
    if path is None:
        return {}
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadManifest(f"The trusted documents in {path} can't be read: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise BadManifest(f"{path} is no manifest: a JSON object from ids to the texts of documents.")
    return found


def own(path: Path) -> Documents:
    """The documents of a page of ours; none where it was not built."""
    return read(path) if path.exists() else {}


def operations(documents: Documents, schema: GraphQLSchema) -> dict[tuple[str, str | None], Operation]:
    """Every operation, validated, by its text and name; and by its text alone where it is the only one."""
    found: dict[tuple[str, str | None], Operation] = {}
    for id_, text in documents.items():
        try:
            document = parse(text)
            errors = validate(schema, document, rules())
        except GraphQLError as error:
            errors = [error]
        if errors:
            raise BadManifest(f"The trusted document {id_} is not valid here: {errors[0].message}")
        names = [
            one.name.value if one.name else None
            for one in document.definitions
            if isinstance(one, OperationDefinitionNode)
        ]
        for name in (*names, None) if len(names) == 1 else names:
            found[text, name] = operation = Operation(schema, document, name)
            operation.registered = names[0] if name is None else name
    return found
