"""How a fact lies in its row and comes back from it: ids, times and choices here, names and free text beside it."""

import hashlib
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple, cast

import orjson

from graph.facts import ABSENT, FACTS, BlockChanged, BlockPlaced, Fact
from graph.kinds import (
    BlockCategory,
    BlockKind,
    BlockScope,
    FactKind,
    Origin,
    RelationshipRole,
    StartReason,
    TieKey,
)
from models.ledger.entry import Entry

# Columns of their own; all else that a kind says is a choice. `reason` is free text and lies beside the fact.
_COLUMNS = {"at", "origin", "mentor", "reason"}

_CHOSEN = {kind: [f.name for f in fields(cls) if f.name not in _COLUMNS] for kind, cls in FACTS.items()}

_WORDS: dict[str, type[Enum]] = {
    "block_kind": BlockKind,
    "scope": BlockScope,
    "category": BlockCategory,
    "role": RelationshipRole,
    "because": StartReason,
}

GIVES_REASON = "gives_reason"
"""Among the choices of a block's change: that it names a reason, which may be none or may have been erased."""


class Kept(NamedTuple):
    """A fact with the id of its row and the text that lies beside it."""

    id: int
    fact: Fact
    recorded_at: datetime
    reason: str | None
    performer: str | None
    performer_id: int | None
    name: str | None


def choices(fact: Fact) -> dict[str, Any]:
    """What a fact says beyond its columns; what a change leaves out is left out here too."""
    chosen = {name: _plain(getattr(fact, name)) for name in _CHOSEN[fact.kind]}
    chosen = {name: value for name, value in chosen.items() if value is not ABSENT}
    if isinstance(fact, BlockChanged) and fact.reason is not ABSENT:
        chosen[GIVES_REASON] = True
    return chosen


def reason_of(entry: Entry) -> str | None:
    """The free text beside a fact; a block's reason is said in the fact itself."""
    fact = entry.fact
    if isinstance(fact, BlockPlaced):
        return fact.reason
    if isinstance(fact, BlockChanged):
        return None if fact.reason is ABSENT else fact.reason
    return entry.reason


def digest(kind: str, at: datetime, chosen: dict[str, Any], mentor: int | None) -> bytes:
    """What tells a repeat from other content. Free text is no part of it: a digest would give a name away."""
    said = [kind, at.astimezone(UTC).isoformat(timespec="milliseconds"), chosen, mentor]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def from_row(row: "Row") -> Kept:
    """The fact that a row keeps, with what lies beside it."""
    fact = read_fact(
        row.kind, row.mentor_id, row.occurred_at, row.source, row.source_id, row.choices, row.reason
    )
    return Kept(row.id, fact, row.recorded_at, row.reason, row.performer, row.performer_id, row.name)


def read_fact(
    kind: str, mentor: int | None, at: datetime, source: str, source_id: str, chosen: str, reason: str | None
) -> Fact:
    """The fact alone, from what its row and the text beside it say."""
    cls, names_a_mentor, gives_reason, values = _said(kind, chosen)
    origin = Origin(source, source_id)
    if names_a_mentor:
        return cls(at=at, origin=origin, mentor=mentor, **values)
    if gives_reason:
        return cls(at=at, origin=origin, reason=reason, **values)
    return cls(at=at, origin=origin, **values)


# Most facts of a kind choose alike, and to read what they say takes longer than all the rest.
@lru_cache(maxsize=4096)
def _said(kind: str, chosen: str) -> tuple[Callable[..., Fact], bool, bool, dict[str, Any]]:
    """What makes such a fact, whether it names a mentor, whether a reason lies beside it, and its choices.

    Whoever asks leaves them as they are.
    """
    cls = FACTS[cast("FactKind", kind)]  # a word equals its text
    said: dict[str, Any] = orjson.loads(chosen)
    gives_reason = said.pop(GIVES_REASON, cls is BlockPlaced)
    for name in said.keys() & _RICH.keys():
        if said[name] is not None:
            said[name] = _RICH[name](said[name])
    return cls, cls in _NAME_A_MENTOR, gives_reason, said


_NAME_A_MENTOR = {cls for cls in FACTS.values() if any(f.name == "mentor" for f in fields(cls))}


class Row(NamedTuple):
    """A row of `fact` and the text beside it, in the order of the statements that read it."""

    id: int
    kind: str
    mentee_id: int | None
    mentor_id: int | None
    occurred_at: datetime
    source: str
    source_id: str
    choices: str
    performer_id: int | None
    recorded_at: datetime
    reason: str | None
    performer: str | None
    name: str | None


def _plain(value: Any) -> Any:
    match value:
        case TieKey(fact=(source, source_id), number=number):
            return {"source": source, "source_id": source_id, "number": number}
        case Origin(source=source, source_id=source_id):
            return {"source": source, "source_id": source_id}
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds")
        case Enum() if value is not ABSENT:
            return value.value
    return value


def _origin(said: dict[str, str]) -> Origin:
    return Origin(said["source"], said["source_id"])


def _tie_key(said: dict[str, Any]) -> TieKey:
    return TieKey(_origin(said), said["number"])


# To ask an enumeration for its member takes several times as long as to look it up.
_RICH: dict[str, Callable[[Any], Any]] = {
    **{name: {word.value: word for word in words}.__getitem__ for name, words in _WORDS.items()},
    "expires_at": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "continues": _tie_key,
    "target": _origin,
}
"""How a choice is read that is not kept as it is."""
