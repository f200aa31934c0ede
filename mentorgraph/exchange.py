"""Lines of an export, understood: the wiki, its policies, its facts, and what mentors and accounts chose and did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from graph.facts import MentorEnrolled, MentorResigned, TakenBack
from graph.kinds import FactKind
from graph.policy import PolicyVersion, from_json
from mentorgraph.packed import opened
from models.export import VERSION
from models.ledger import Activity, Entry, Target
from models.ledger.facts_kept import Row, from_row
from models.ledger.mentors import Choices

TERMS: Final = {FactKind.MENTOR_ENROLLED.value, FactKind.MENTOR_RESIGNED.value}

Json = dict[str, Any]


class MalformedLineError(ValueError):
    """A line that no export has; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, from 1, as what it says it is."""

    number: int
    text: bytes
    value: Json

    @property
    def kind(self) -> str:
        return str(self.value.get("is"))


def lines(path: Path) -> Iterator[Line]:
    """All lines; one that is no JSON object is of no kind."""
    with opened(path) as file:
        for number, text in enumerate(file.said, start=1):
            if text.strip():
                yield Line(number, text, _object(text))


def _object(text: bytes) -> Json:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def header(line: Line) -> tuple[str, str]:
    """The wiki's name and address."""
    value = line.value
    if value.get("version") != VERSION:
        raise MalformedLineError(
            f"it is an export of version {value.get('version')}; this one reads {VERSION}"
        )
    return _text(value, "wiki"), _text(value, "url")


def policy(line: Line) -> PolicyVersion:
    value = line.value
    try:
        return PolicyVersion(
            int(value["version"]), _moment(value.get("effectiveFrom")), from_json(value["settings"])
        )
    except (LookupError, TypeError, ValueError) as error:
        raise MalformedLineError(f"it is no policy: {error}") from error


def is_about_terms(line: Line) -> bool:
    return line.value.get("kind") in TERMS


def entry(line: Line) -> Entry:
    """A fact with the texts beside it, about the account of that id."""
    value = line.value
    try:
        kept = from_row(
            Row(
                0,
                _text(value, "kind"),
                _id(value, "mentee"),
                _id(value, "mentor"),
                _moment_of(value, "at"),
                _text(value, "source"),
                _text(value, "sourceId"),
                orjson.dumps(value.get("choices") or {}).decode(),
                _id(value, "performerId"),
                datetime.now(UTC),
                _said(value, "reason"),
                _said(value, "performer"),
                _said(value, "name"),
            )
        )
    except (LookupError, TypeError, ValueError) as error:
        raise MalformedLineError(f"it is no fact: {error}") from error
    fact, mentee = kept.fact, _id(value, "mentee")
    is_about_somebody = isinstance(fact, MentorEnrolled | MentorResigned | TakenBack)
    if mentee is None and not is_about_somebody:
        raise MalformedLineError("it is a fact about nobody")
    return Entry(
        fact=fact,
        target=None if is_about_somebody or mentee is None else Target(id=mentee),
        reason=kept.reason,
        performer=kept.performer,
        performer_id=kept.performer_id,
        name=kept.name,
        eligible=value.get("ineligible") is not True,
        is_blanked=value.get("blanked") is True,
    )


def activity(line: Line) -> Activity:
    value = line.value
    account, edits = _id(value, "account"), _count(value, "edits")
    if account is None or edits is None:
        raise MalformedLineError("it is no account's activity")
    last = _moment(value.get("lastEditAt"))
    return Activity(account, edits, last, _count(value, "questions"), _count(value, "revertedEdits"))


def choices(line: Line) -> Choices:
    value = line.value
    account, capacity, notify = _id(value, "account"), value.get("capacity"), value.get("notify")
    if account is None or not isinstance(capacity, int | None) or not isinstance(notify, list | None):
        raise MalformedLineError("they are no mentor's choices")
    return Choices(
        account,
        _text(value, "share"),
        capacity,
        _said(value, "introduction"),
        _moment(value.get("awaySince")),
        _moment(value.get("awayUntil")),
        notify,
    )


def _text(value: Json, key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise MalformedLineError(f"its {key} is no text")
    return found


def _said(value: Json, key: str) -> str | None:
    return None if value.get(key) is None else _text(value, key)


def _id(value: Json, key: str) -> int | None:
    found = value.get(key)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**63:
        raise MalformedLineError(f"its {key} is no id")
    return found


def _count(value: Json, key: str) -> int | None:
    found = value.get(key)
    if found is not None and (
        not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 2**31
    ):
        raise MalformedLineError(f"its {key} are no number of them")
    return found


def _moment_of(value: Json, key: str) -> datetime:
    found = _moment(value.get(key))
    if found is None:
        raise MalformedLineError(f"its {key} is no moment")
    return found


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise MalformedLineError(f"{text} is no moment") from None
    if moment.tzinfo is None:
        raise MalformedLineError(f"{text} says no zone")
    return moment.astimezone(UTC)
