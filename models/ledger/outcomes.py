"""What a change came to, as JSON and back: values that the ledger hands back, and refusals.

Plain values stand as they are; whatever else there is stands as an object that says its class. Only classes of this
project that hold nothing but values are read back, so a row can't make anything happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from importlib import import_module
from typing import Any, Final

import orjson

from graph.errors import Refused

CLASS: Final = "class"
OURS: Final = ("graph.", "models.ledger.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value, or the exception that undid the change instead."""

    value: Any = None
    raised: Exception | None = None

    def told(self) -> Any:
        """As whoever asked for the change is told it."""
        if self.raised is not None:
            raise self.raised
        return self.value


def is_told_again(error: Exception) -> bool:
    """Whether the exception says what came of a change: a refusal, or one that the ledger raises to undo it.

    All others say that something else went wrong, which may go well the next time.
    """
    return isinstance(error, Refused) or error.__class__.__module__.startswith(OURS[1])


def write(outcome: Outcome) -> str:
    """The outcome as JSON; a value that would be read back as another one is a mistake of ours, and said so."""
    how, said = ("done", outcome.value) if outcome.raised is None else ("raised", outcome.raised)
    return orjson.dumps({how: _plain(said)}).decode()


def read(text: str) -> Outcome:
    """The outcome that was written."""
    said = orjson.loads(text)
    return Outcome(raised=_rich(said["raised"])) if "raised" in said else Outcome(_rich(said["done"]))


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return _of_class(value, {"value": value.value})
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [_plain(item) for item in value]
        case Mapping():
            return {CLASS: "dict", "items": [[_plain(key), _plain(item)] for key, item in value.items()]}
        case datetime():
            return {CLASS: "datetime", "value": value.isoformat()}
    return {CLASS: "tuple", "items": _plain(list(value))} if value.__class__ is tuple else _ours(value)


def _ours(value: Any) -> dict[str, Any]:
    match value:
        case Exception():
            return _of_class(value, {"args": _plain(list(value.args)), "vars": _plain(vars(value))})
        case tuple():
            return _of_class(value, {"items": _plain(list(value))})
        case _ if is_dataclass(value):
            return _of_class(value, {one.name: _plain(getattr(value, one.name)) for one in fields(value)})
    raise _untellable(value)


def _of_class(value: Any, parts: dict[str, Any]) -> dict[str, Any]:
    module, name = value.__class__.__module__, value.__class__.__qualname__
    if not module.startswith(OURS):
        raise _untellable(value)
    return {CLASS: f"{module}:{name}", **parts}


def _untellable(value: object) -> TypeError:
    return TypeError(
        f"no repeat could be told {value!r}: let a change hand back values of the ledger's own classes"
    )


def _rich(said: Any) -> Any:
    if isinstance(said, list):
        return [*map(_rich, said)]
    if not isinstance(said, dict):
        return said
    match said.pop(CLASS):
        case "dict":
            return {_rich(key): _rich(item) for key, item in said["items"]}
        case "tuple":
            return tuple(map(_rich, said["items"]))
        case "datetime":
            return datetime.fromisoformat(said["value"])
        case name:
            return _made(_class_of(name), said)


def _class_of(name: str) -> type:
    module, _, qualified = name.partition(":")
    found = getattr(import_module(module), qualified) if module.startswith(OURS) else None
    if not isinstance(found, type):
        raise TypeError(f"an outcome is no {name}")
    return found


def _made(cls: type, said: dict[str, Any]) -> Any:
    if issubclass(cls, Enum):
        return cls(said["value"])
    if issubclass(cls, Exception):
        # As it was, and without asking its constructor: what that takes is not always what it keeps.
        error = cls.__new__(cls)
        error.args = tuple(map(_rich, said["args"]))
        vars(error).update(_rich(said["vars"]))
        return error
    if issubclass(cls, tuple):
        return cls(*map(_rich, said["items"]))
    if is_dataclass(cls):
        return cls(**{name: _rich(part) for name, part in said.items()})
    raise TypeError(f"an outcome is no {cls}")
