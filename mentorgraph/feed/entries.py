"""One entry of MediaWiki's log, whichever way it came: which entries matter, and what their params say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from graph.kinds import BlockScope, FactKind

Json = Mapping[str, Any]

# What people type for "without an end". MediaWiki writes "infinity" now and left older entries as they were.
# Any other duration is free text ("next friday"), which only the wiki reads as the wiki does.
ENDLESS_WORDS = frozenset({"infinity", "infinite", "indefinite", "never"})

BYTES_OF_A_NAME = 255
USER_NAMESPACE = 2
HIDES_COMMENT, HIDES_USER = 2, 4

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")

MEANINGS: dict[tuple[str, str], FactKind] = {
    ("newusers", "create"): FactKind.REGISTERED,
    ("newusers", "create2"): FactKind.REGISTERED,
    ("newusers", "byemail"): FactKind.REGISTERED,
    ("newusers", "autocreate"): FactKind.REGISTERED,
    ("block", "block"): FactKind.BLOCK_PLACED,
    ("block", "reblock"): FactKind.BLOCK_CHANGED,
    ("block", "unblock"): FactKind.BLOCK_LIFTED,
    ("suppress", "block"): FactKind.BLOCK_PLACED,
    ("suppress", "reblock"): FactKind.BLOCK_CHANGED,
    ("renameuser", "renameuser"): FactKind.RENAMED,
    ("growthexperiments", "setmentor"): FactKind.ASSIGNED,
    ("growthexperiments", "setmentor-no-previous-mentor"): FactKind.ASSIGNED,
    ("growthexperiments", "claimmentee"): FactKind.ASSIGNED,
    ("growthexperiments", "claimmentee-no-previous-mentor"): FactKind.ASSIGNED,
}
NEVER_REWRITTEN = frozenset({FactKind.RENAMED, FactKind.ASSIGNED})
"""Entries that keep the names of their time when somebody is renamed."""
SELF_MADE = frozenset({"create", "autocreate"})


LARGEST = 2**63 - 1
DIGITS = 20
"""What an id can be here, and how long its text."""


class MalformedError(ValueError):
    """A line or an entry that is not what a wiki writes; the message says what is wrong with it."""


class LeftOut(StrEnum):
    """Why an entry says nothing about a mentee; each is counted, none is an error."""

    CANARY = "a canary event"
    OTHER_WIKI = "of another wiki"
    OTHER_LOG = "an edit, or of a log that says nothing about mentees"
    ADDRESS = "about an address or a range"
    AUTOBLOCK = "about an autoblock"
    HIDDEN = "hidden by the wiki"
    VISIBILITY = "hides or shows other entries"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a block or its change says. `expires_at` None: without an end, where `expiry_is_known`."""

    scope: BlockScope
    expires_at: datetime | None
    expiry_is_known: bool
    hides_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One look at one log entry about an account.

    An event (`published` is its place in the stream) has the names of that time; an entry of a page
    (`published` is None) those of the day it was read, but for a rename and a choice of a mentor, whose names are
    always those of the time. `name` is None where the wiki hides it.
    """

    log_id: int
    at: datetime
    kind: FactKind
    name: str | None
    new_name: str | None = None
    user_id: int | None = None
    terms: Terms | None = None
    block_id: str | None = None
    reason: str | None = None
    reason_is_known: bool = True
    performer: str | None = None
    mentor: str | None = None
    hides_reason: bool = False
    hides_performer: bool = False
    published: int | None = None


@dataclass(frozen=True, slots=True)
class Hiding:
    """An entry that hides parts of other entries, or shows them again: from then on, the bits are hidden."""

    log_id: int
    at: datetime
    log_ids: tuple[int, ...]
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """The parts of an entry that events and pages spell differently, in one spelling."""

    log_id: int
    at: datetime
    log_type: str
    action: str
    namespace: int
    title: str | None
    params: Json
    comment: str | None
    user: str | None
    user_id: int | None = None
    has_comment: bool = True
    hides_comment: bool = False
    hides_user: bool = False
    published: int | None = None


def understand(plain: Plain) -> Sighting | Hiding | LeftOut:
    """What an entry says about an account, or why it says nothing."""
    kind = MEANINGS.get((plain.log_type, plain.action))
    if kind is None:
        hiding = (plain.log_type, plain.action) == ("delete", "event")
        return LeftOut.VISIBILITY if hiding else LeftOut.OTHER_LOG
    name = target(plain)
    if name is None:
        return _sighting(plain, kind, None)
    return no_account(name) or _sighting(plain, kind, name)


def hiding(plain: Plain, bits: object) -> Hiding | LeftOut:
    """Which entries a `delete/event` entry is about; its `bits` are spelled in two ways."""
    ids = plain.params.get("ids")
    if not isinstance(ids, list) or not isinstance(bits, int):
        return LeftOut.VISIBILITY
    return Hiding(
        plain.log_id, plain.at, tuple(found for one in ids if (found := id_of(one)) is not None), bits
    )


def target(plain: Plain) -> str | None:
    """The account's name without its namespace, which each wiki writes in its own language."""
    if plain.title is None:
        return None
    if plain.namespace != USER_NAMESPACE or ":" not in plain.title:
        raise MalformedError(f"the title {plain.title!r} is no user's")
    return checked_name(plain.title.split(":", 1)[1])


def no_account(name: str) -> LeftOut | None:
    """Autoblocks are written `#14`; an address or a range holds what no account's name may."""
    if name.startswith("#"):
        return LeftOut.AUTOBLOCK
    if ":" in name or "/" in name or (name[0].isdigit() and IPV4.fullmatch(name)):
        return LeftOut.ADDRESS
    return None


def _sighting(plain: Plain, kind: FactKind, name: str | None) -> Sighting:
    renamed = kind is FactKind.RENAMED and name is not None
    block = kind in (FactKind.BLOCK_PLACED, FactKind.BLOCK_CHANGED) and name is not None
    # Who registers without help is no performer but the account itself, and one place for a name is enough
    # to hide.
    itself = kind is FactKind.REGISTERED and plain.action in SELF_MADE
    return Sighting(
        log_id=plain.log_id,
        at=plain.at,
        kind=kind,
        name=_param_name(plain.params, "olduser") if renamed else name,
        new_name=_param_name(plain.params, "newuser") if renamed else None,
        user_id=_new_account(plain, itself) if kind is FactKind.REGISTERED and name is not None else None,
        terms=terms(plain.params, suppressed=plain.log_type == "suppress") if block else None,
        block_id=_block_id(plain.params, kind),
        reason=plain.comment or None,
        reason_is_known=plain.has_comment,
        performer=None if itself else plain.user,
        mentor=_mentor(plain) if kind is FactKind.ASSIGNED and name is not None else None,
        hides_reason=plain.hides_comment,
        hides_performer=plain.hides_user,
        published=plain.published,
    )


def _mentor(plain: Plain) -> str:
    """Whom somebody has set; who claims a mentee is the mentor."""
    chosen = plain.user if plain.action.startswith("claim") else plain.params.get("new-mentor")
    if not isinstance(chosen, str):
        raise MalformedError("it does not say who the mentor is")
    return checked_name(chosen)


def _new_account(plain: Plain, itself: bool) -> int:
    """The id of the new account. The oldest entries have none, but there the performer is the new account."""
    found = id_of(plain.params.get("userid") or (plain.user_id if itself else None))
    if found is None:
        raise MalformedError(
            "the registration gives no user id; read the log with leprop=ids|title|type|user|userid|details"
        )
    return found


def terms(params: Json, *, suppressed: bool) -> Terms:
    """Scope, end and visibility of a block.

    `sitewide` is absent from entries older than partial blocks, and in format version 1, which writes true
    as an empty string, where it is false: such an entry is partial only if it names pages or namespaces.
    """
    sitewide = params.get("sitewide")
    partial = sitewide is False or (sitewide is None and bool(params.get("restrictions")))
    flags = params.get("flags") or ()
    flags = flags.split(",") if isinstance(flags, str) else flags if isinstance(flags, list) else ()
    expires_at, known = _expiry(params)
    return Terms(
        scope=BlockScope.PARTIAL if partial else BlockScope.SITEWIDE,
        expires_at=expires_at,
        expiry_is_known=known,
        hides_name=suppressed or "hiddenname" in flags,
    )


def _expiry(params: Json) -> tuple[datetime | None, bool]:
    expiry = params.get("expiry")
    if isinstance(expiry, str) and expiry.lower() not in ENDLESS_WORDS:
        return moment(expiry), True
    if isinstance(expiry, str):
        return None, True
    duration = params.get("duration")
    return None, isinstance(duration, str) and duration.strip().lower() in ENDLESS_WORDS


def _block_id(params: Json, kind: FactKind) -> str | None:
    """The id to know a block by (MediaWiki 1.44); lifts and changes go by it only where there are several
    blocks.

    A block that was placed under an older MediaWiki is known by its log id: a lift under a newer one that
    insisted on the block's id would miss it, and leave the mentee suspended for good.
    """
    found = params.get("blockId")
    if not isinstance(found, int | str) or isinstance(found, bool) or found == "":
        return None
    left = params.get("finalTargetCount")
    several = isinstance(left, int) and left > (0 if kind is FactKind.BLOCK_LIFTED else 1)
    return text_or_none(str(found)) if kind is FactKind.BLOCK_PLACED or several else None


def _param_name(params: Json, key: str) -> str:
    name = params.get(key)
    if not isinstance(name, str):
        raise MalformedError(f"the rename gives no {key}")
    return checked_name(name)


def checked_name(name: str) -> str:
    """The name as the wiki shows it: spaces for underscores, not empty, of at most 255 bytes."""
    name = name.replace("_", " ").strip()
    if not name or len(name.encode()) > BYTES_OF_A_NAME or CONTROL.search(name):
        raise MalformedError(f"{name[:40]!r} is no name that a wiki gives")
    return name


def moment(text: str) -> datetime:
    """An ISO time with its offset."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedError(f"{text[:40]!r} is no time") from error
    raise MalformedError(f"{text[:40]!r} is a time without an offset")


def number(value: object, called: str) -> int:
    """A positive whole number, or the sentence that says what was missing."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST:
        raise MalformedError(f"it has no {called}")
    return value


def id_of(value: object) -> int | None:
    """A positive whole number, which older entries write as text; None where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < DIGITS:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST else None


def text_or_none(value: object) -> str | None:
    """Hidden and removed fields are absent; anything else than text counts as absent."""
    if not isinstance(value, str):
        return None
    if "\0" in value:
        raise MalformedError("it holds a zero, which no wiki writes")
    return value
