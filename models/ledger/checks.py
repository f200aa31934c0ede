"""What a fact must be like to be recorded at all, whatever else is known; each refusal says what to do."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from graph.errors import Refused
from graph.facts import BlockChanged, BlockPlaced, Registered, Renamed
from graph.kinds import Origin, UserErrorCode
from graph.moments import EARLIEST
from models.ledger.entry import Entry
from models.ledger.facts_kept import reason_of

AHEAD = timedelta(minutes=5)
"""How far a wiki's clock may run before ours."""

NAME_BYTES = 255
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
ORIGIN_CHARACTERS = 255
CLAIMS = 100

NO_EFFECT = {
    UserErrorCode.OPTED_OUT: "The mentee has opted out of mentorship; they must opt in first.",
    UserErrorCode.DEPARTED: "The account has vanished; nobody can be assigned to it any more.",
    UserErrorCode.NOT_A_MENTOR: "That person was no mentor at that moment; enroll them first.",
    UserErrorCode.SELF_MENTORING: "Nobody can be their own mentor; name somebody else.",
    UserErrorCode.PRIMARY_IS_BACKUP: "That person has the mentee's other role already; name somebody else.",
    UserErrorCode.WOULD_NOT_HOLD: (
        "The mentee is blocked and the policy holds no tie during such a block; wait for the unblock, "
        "or change the policy's hold."
    ),
    UserErrorCode.NOT_OPEN: "There is no open tie of that role and mentor at that moment.",
    UserErrorCode.NOT_ELIGIBLE: "Temporary accounts and bots have no mentors.",
    UserErrorCode.INVALID: "This changes nothing at that moment; look at the mentee's state first.",
}
"""What a caller is told whose decision would change nothing (rule 7)."""


class NotAllError(Exception):
    """Some of what shares a change was refused, so the change is undone. Holds who was refused, and why."""

    def __init__(self, refused: Mapping[int, Refused]) -> None:
        super().__init__()
        self.refused = refused


def without_effect(code: str, *field: str) -> Refused:
    known = UserErrorCode(code)
    return Refused(known, NO_EFFECT.get(known, "This would have no effect at that moment."), *field)


def check(entry: Entry, now: datetime) -> None:
    """Refuse what can't be true of any account."""
    _check_origin(entry.origin)
    _check_moment(entry, now)
    if isinstance(entry.fact, Registered | Renamed) and entry.name is not None:
        check_name(entry.name, "newName" if isinstance(entry.fact, Renamed) else "name")
    elif isinstance(entry.fact, Renamed) and not entry.is_blanked:
        raise Refused(UserErrorCode.INVALID, "A rename says the new name.", "newName")
    if entry.target is not None and entry.target.name is not None:
        check_name(entry.target.name, "target", "name")
    check_text(reason_of(entry), "reason")
    check_text(entry.performer, "performer")


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether it lies in the future, by whoever's clock."""
    return moment > now + AHEAD


def _check_origin(origin: Origin) -> None:
    for value, field in ((origin.source, "source"), (origin.source_id, "sourceId")):
        if not value or len(value) > ORIGIN_CHARACTERS:
            raise Refused(
                UserErrorCode.INVALID,
                f"{field} has 1 to {ORIGIN_CHARACTERS} characters.",
                field,
            )
        check_text(value, field)


def _check_moment(entry: Entry, now: datetime) -> None:
    fact = entry.fact
    if fact.at < EARLIEST:
        raise Refused(
            UserErrorCode.INVALID, f"occurredAt lies before the year {EARLIEST.year}.", "occurredAt"
        )
    if not entry.timeless and is_ahead(fact.at, now):
        raise Refused(
            UserErrorCode.IN_THE_FUTURE,
            "occurredAt is more than five minutes in the future; check the clock and the offset.",
            "occurredAt",
        )
    ends = fact.expires_at if isinstance(fact, BlockPlaced | BlockChanged) else None
    if isinstance(ends, datetime) and ends <= fact.at:
        raise Refused(
            UserErrorCode.INVALID,
            "A block expires after it begins; leave expiresAt out for a block without an end.",
            "expiresAt",
        )


TEXT_BYTES: Final = 4096
"""Of a reason: MediaWiki's comments have at most 500 characters, of four bytes each; other sources get twice that."""


def check_name(name: str, *field: str) -> None:
    """A name as MediaWiki could have it."""
    if not name.strip(" _") or len(name.encode(errors="replace")) > NAME_BYTES:
        raise Refused(UserErrorCode.INVALID, f"A name has 1 to {NAME_BYTES} bytes.", *field)
    if CONTROL.search(name):
        raise Refused(UserErrorCode.INVALID, "A name has no control characters.", *field)


def check_text(text: str | None, field: str) -> None:
    """What a wiki's log can hold and PostgreSQL can keep: no NUL, no half of a surrogate pair."""
    if text is not None and len(text.encode(errors="replace")) > TEXT_BYTES:
        raise Refused(UserErrorCode.INVALID, f"{field} has at most {TEXT_BYTES} bytes.", field)
    if text is not None and UNKEEPABLE.search(text):
        raise Refused(UserErrorCode.INVALID, f"{field} holds a character that can't be kept.", field)


def is_temporary(name: str | None) -> bool:
    """Whether the name is one that MediaWiki gives to those who edit without an account."""
    return name is not None and (name.startswith("~2") or name.endswith("*Unregistered"))
