"""Faults in an answer: found by a byte that JSON can't hold, made into nulls and into errors with paths."""

from collections.abc import Iterator
from typing import Any

import orjson
from graphql import GraphQLError

from graph.errors import ErrorCode

MARK = b"\x01"

MESSAGES = {
    ErrorCode.NULL: "What must be here is missing.",
    ErrorCode.FORBIDDEN: "You may not see this.",
}

Path = tuple[str | int, ...]


def settle(answer: bytes, under: Path = ()) -> tuple[bytes, list[GraphQLError]]:
    """The answer with its faults nulled, and the errors that say so; `under` is where the answer hangs."""
    if MARK not in answer:
        return answer, []
    whole = {"": orjson.loads(answer.replace(MARK, b""))}
    errors = []
    for path, code, up in list(_faults(whole[""], ())):
        if _null(whole, ("", *path[: len(path) - up])):
            message = MESSAGES[ErrorCode(code)]
            errors.append(GraphQLError(message, path=[*under, *path], extensions={"code": code}))
    return orjson.dumps(whole[""]), errors


def _faults(value: Any, path: Path) -> Iterator[tuple[Path, str, int]]:
    if isinstance(value, dict):
        # A client's name for a field can't be "!".
        if "!" in value:
            yield path, *value["!"]
            return
        for name, part in value.items():
            yield from _faults(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _faults(part, (*path, number))


def _null(whole: Any, path: Path) -> bool:
    """Null the place; False where something above it is null already."""
    for step in path[:-1]:
        whole = whole[step]
        if whole is None:
            return False
    if whole[path[-1]] is None:
        return False
    whole[path[-1]] = None
    return True
