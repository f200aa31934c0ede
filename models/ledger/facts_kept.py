"""How a fact lies in its row and comes back from it: ids, times and choices here, names and free text beside it."""

import hashlib
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple

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

_ENUMERATIONS: dict[str, type[Enum]] = {
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
    """The fact that a row keeps."""
    chosen: dict[str, Any] = orjson.loads(row.choices)
    gives_reason = chosen.pop(GIVES_REASON, row.kind == FactKind.BLOCK_PLACED)
    values = {name: _rich(name, value) for name, value in chosen.items()}
    kind = FactKind(row.kind)
    if row.mentor_id is not None and kind in _NAME_A_MENTOR:
        values["mentor"] = row.mentor_id
    if gives_reason:
        values["reason"] = row.reason
    fact = FACTS[kind](at=row.occurred_at, origin=Origin(row.source, row.source_id), **values)
    return Kept(row.id, fact, row.recorded_at, row.reason, row.performer, row.performer_id, row.name)


_NAME_A_MENTOR = {kind for kind, cls in FACTS.items() if any(f.name == "mentor" for f in fields(cls))}


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


def _rich(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ENUMERATIONS:
        return _ENUMERATIONS[name](value)
    match name:
        case "expires_at" | "until":
            return datetime.fromisoformat(value)
        case "continues":
            return TieKey(Origin(value["source"], value["source_id"]), value["number"])
        case "target":
            return Origin(value["source"], value["source_id"])
    return value
