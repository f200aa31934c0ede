"""How each happening that a caller tells is read into a fact."""

from collections.abc import Callable
from typing import Any, Final

from graph.errors import Refused
from graph.facts import (
    ABSENT,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Registered,
    Renamed,
    Vanished,
    VisibilityChanged,
)
from graph.kinds import UserErrorCode
from models.ledger import Entry, Target, Told
from resolvers.happenings import (
    LEAVE_OUT,
    Happening,
    RecordBlockChangeInput,
    RecordBlockInput,
    RecordDepartureInput,
    RecordRegistrationInput,
    RecordRenameInput,
    RecordUnblockInput,
    RecordVisibilityInput,
)
from resolvers.inputs import AccountRef, block_id_of, origin_of, target_of, user_id


def read(happening: Happening, wiki: int) -> Told:
    """The fact that a happening on that wiki is."""
    return READ[type(happening)](happening, wiki)


def registration(input: RecordRegistrationInput, wiki: int) -> Told:
    """An account was registered; mentors are drawn for it where the policy says so."""
    preferred = [
        target_of(mentor, wiki, "preferredMentors", str(place))
        for place, mentor in enumerate(or_none(input.preferred_mentors) or ())
    ]
    if len(preferred) > PREFERRED:
        raise Refused(
            UserErrorCode.TOO_MANY, f"Prefer {PREFERRED} mentors at most to all others.", "preferredMentors"
        )
    origin = origin_of(input.source, input.source_id)
    fact = Registered(at=input.occurred_at, origin=origin, assign=input.assign)
    entry = Entry(fact=fact, target=Target(id=user_id(input.user_id, "userId")), name=input.name)
    return Told(entry, draw=input.assign, preferred=preferred)


def block(input: RecordBlockInput, wiki: int) -> Told:
    """A block was placed."""
    fact = BlockPlaced(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        block_kind=input.kind,
        block_id=block_id_of(input.block_id),
        scope=input.scope,
        expires_at=or_none(input.expires_at),
        category=or_none(input.category),
        reason=or_none(input.reason),
        hides_name=input.hides_name,
    )
    target = target_of(input.target, wiki, "target")
    return Told(Entry(fact=fact, target=target, reason=fact.reason, performer=or_none(input.performer)))


def block_change(input: RecordBlockChangeInput, wiki: int) -> Told:
    """A block was changed."""
    fact = BlockChanged(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        block_kind=input.kind,
        block_id=block_id_of(input.block_id),
        scope=or_absent(input.scope),
        expires_at=maybe_absent(input.expires_at),
        category=maybe_absent(input.category),
        reason=or_absent(input.reason),
        unblock_requested=or_absent(input.unblock_requested),
    )
    target = which(input.target, fact.block_id, wiki)
    reason, performer = or_none(input.reason), or_none(input.performer)
    return Told(Entry(fact=fact, target=target, reason=reason, performer=performer))


def unblock(input: RecordUnblockInput, wiki: int) -> Told:
    """A block, or every block of a kind, was lifted."""
    fact = BlockLifted(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        block_kind=input.kind,
        block_id=block_id_of(input.block_id),
    )
    target = which(input.target, fact.block_id, wiki)
    reason, performer = or_none(input.reason), or_none(input.performer)
    return Told(Entry(fact=fact, target=target, reason=reason, performer=performer))


def rename(input: RecordRenameInput, wiki: int) -> Told:
    """An account has another name."""
    fact = Renamed(at=input.occurred_at, origin=origin_of(input.source, input.source_id))
    target, performer = target_of(input.target, wiki, "target"), or_none(input.performer)
    return Told(Entry(fact=fact, target=target, name=input.new_name, performer=performer))


def departure(input: RecordDepartureInput, wiki: int) -> Told:
    """An account vanished."""
    fact = Vanished(at=input.occurred_at, origin=origin_of(input.source, input.source_id))
    return Told(Entry(fact=fact, target=target_of(input.target, wiki, "target")))


def visibility(input: RecordVisibilityInput, wiki: int) -> Told:
    """Something was hidden, or shown again."""
    name, reason, performer = map(or_none, (input.name_hidden, input.reason_hidden, input.performer_hidden))
    block_id = block_id_of(input.block_id)
    if name is reason is performer is None:
        raise Refused(
            UserErrorCode.INVALID,
            "Say what was hidden or shown: `nameHidden`, `reasonHidden`, `performerHidden`, or several.",
            "nameHidden",
        )
    if block_id is not None and reason is performer is None:
        raise Refused(
            UserErrorCode.INVALID, "Of a block, say `reasonHidden`, `performerHidden` or both.", "blockId"
        )
    fact = VisibilityChanged(
        at=input.occurred_at,
        origin=origin_of(input.source, input.source_id),
        name_hidden=name,
        block_id=block_id,
        reason_hidden=reason,
        performer_hidden=performer,
    )
    return Told(Entry(fact=fact, target=target_of(input.target, wiki, "target")))


PREFERRED: Final = 100
"""Mentors that a registration may prefer."""

READ: Final[dict[type, Callable[[Any, int], Told]]] = {
    RecordRegistrationInput: registration,
    RecordBlockInput: block,
    RecordBlockChangeInput: block_change,
    RecordUnblockInput: unblock,
    RecordRenameInput: rename,
    RecordDepartureInput: departure,
    RecordVisibilityInput: visibility,
}


def or_none(value: Any) -> Any:
    """What was given, or None where it was left out."""
    return None if value is LEAVE_OUT else value


def or_absent(value: Any) -> Any:
    """What was given, or that it stays: null is taken for left out, having no meaning of its own there."""
    return ABSENT if value is LEAVE_OUT or value is None else value


def maybe_absent(value: Any) -> Any:
    """What was given, null included, or that it stays."""
    return ABSENT if value is None else value.value


def which(target: AccountRef | None, block_id: str | None, wiki: int) -> Target | None:
    """Whose block is meant, where the caller says so; who says neither whose nor which is told."""
    if target:
        return target_of(target, wiki, "target")
    if block_id is None:
        raise Refused(
            UserErrorCode.INVALID, "Say which block is meant: give `blockId`, `target` or both.", "target"
        )
    return None
