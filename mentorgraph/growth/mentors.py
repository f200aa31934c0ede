"""`MediaWiki:GrowthMentors.json`: who is a mentor, with the weight, the introduction and the absence they chose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from graph.kinds import MentorShare

SHARES: Final = {0: MentorShare.NONE, 1: MentorShare.LOW, 2: MentorShare.NORMAL, 4: MentorShare.HIGH}
"""GrowthExperiments' weights."""

KNOWN: Final = {"username", "message", "weight", "automaticallyAssigned", "awayTimestamp"}
INTRODUCTION_CHARACTERS: Final = 240
BYTES_OF_A_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class ListedMentor:
    """A mentor as the list tells them; `away_until` None: not away."""

    id: int
    name: str | None
    share: MentorShare
    introduction: str | None
    away_until: datetime | None


@dataclass(frozen=True, slots=True)
class MalformedMentor:
    """An entry that can't be read."""

    id: str
    why: str
    text: str


class NoMentorError(ValueError):
    """What is wrong with one entry."""


class UnreadableListError(Exception):
    """The file is no list of mentors; the message says why."""


def is_list(path: Path) -> bool:
    """Whether a file is one JSON value; a dump's row begins with none."""
    with path.open("rb") as file:
        return file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def mentors(path: Path) -> Iterator[ListedMentor | MalformedMentor]:
    """All mentors of the page: its text as it is, or the Action API's answer around it (the newest revision)."""
    try:
        value = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UnreadableListError(f"{path} is no GrowthMentors.json: {error}") from error
    return mentors_of(value, str(path))


def mentors_of(value: object, called: str) -> Iterator[ListedMentor | MalformedMentor]:
    """The same of what was read already; `called` is what an error calls it."""
    for key, mentor in _listed(value, called).items():
        try:
            yield _mentor(key, mentor)
        except NoMentorError as error:
            yield MalformedMentor(key, str(error), orjson.dumps({key: mentor}).decode())


def _listed(value: object, called: str) -> Mapping[str, Any]:
    try:
        page = _page(value)
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        raise UnreadableListError(f"{called} is no GrowthMentors.json: {error}") from error
    if not isinstance(page, dict) or not isinstance(page.get("Mentors"), dict | list):
        raise UnreadableListError(f'{called} is no GrowthMentors.json: it has no "Mentors".')
    # PHP writes an empty map as an empty list.
    listed = page["Mentors"]
    if listed and not isinstance(listed, dict):
        raise UnreadableListError(f'{called} is no GrowthMentors.json: "Mentors" is a map from user ids.')
    return listed or {}


def _page(value: Any) -> Any:
    if not isinstance(value, dict) or "query" not in value:
        return value
    pages = value["query"]["pages"]
    page = pages[0] if isinstance(pages, list) else next(iter(pages.values()))
    newest = max(page["revisions"], key=lambda revision: revision.get("timestamp", ""))
    content = newest.get("slots", {}).get("main", newest)
    return orjson.loads(content["content"] if "content" in content else content["*"])


def _mentor(key: str, value: Any) -> ListedMentor:
    if not (key.isascii() and key.isdigit() and 0 < int(key) < 2**63):
        raise NoMentorError("its key is no user id")
    if not isinstance(value, dict):
        raise NoMentorError("it is no object")
    unknown = sorted(value.keys() - KNOWN)
    if unknown:
        raise NoMentorError(f"nobody knows what {', '.join(unknown)} means")
    return ListedMentor(
        int(key),
        _text(value, "username", BYTES_OF_A_NAME, lambda name: len(name.encode())) or None,
        _share(value),
        _text(value, "message", INTRODUCTION_CHARACTERS, len),
        _away(value.get("awayTimestamp")),
    )


def _text(value: Mapping[str, Any], field: str, longest: int, length: Any) -> str | None:
    text = value.get(field)
    if text is not None and not isinstance(text, str):
        raise NoMentorError(f"its {field} is no text")
    if text is not None and length(text) > longest:
        raise NoMentorError(f"its {field} is longer than {longest}")
    return text


def _share(value: Mapping[str, Any]) -> MentorShare:
    """The weight; older lists say only whether newcomers are given to the mentor at all."""
    weight = value.get("weight")
    if weight is None:
        return MentorShare.NORMAL if value.get("automaticallyAssigned", True) else MentorShare.NONE
    if isinstance(weight, bool) or weight not in SHARES:
        raise NoMentorError(f"its weight is none of {', '.join(map(str, SHARES))}")
    return SHARES[weight]


def _away(text: Any) -> datetime | None:
    """ISO 8601, or MediaWiki's fourteen digits; none, or an empty text, is not away."""
    if not text:
        return None
    if not isinstance(text, str):
        raise NoMentorError("its awayTimestamp is no moment")
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S") if text.isdigit() else datetime.fromisoformat(text)  # noqa: DTZ007 - MediaWiki's moments are UTC, said in the next line
    except ValueError:
        raise NoMentorError("its awayTimestamp is no moment") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
