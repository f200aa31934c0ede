"""What is written to a mentor: from how things stand now, in the wiki's language, and never with a name that is hidden.

Gender and plural are left to the wiki, which knows both: the texts hold `{{GENDER:}}` and `{{PLURAL:}}`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

import orjson

from graph.kinds import RelationshipState
from models.columns import ENDLESS
from models.ledger import deliveries
from models.ledger.deliveries import Delivery
from models.outbox import SET_MENTOR

TEXTS: Final = Path(__file__).parent / "texts"
OTHERS: Final = "en"
"""The language of those wikis for whose own there are no texts."""
PAUSE: Final = timedelta(days=1)
"""Between two letters to a mentor about the same mentee; what holds then is told then."""
TOO_LATE: Final = timedelta(days=2)
"""What happened longer ago is no news, and whoever the wiki gave a mentee meanwhile has begun with them."""
COMES_BACK: Final = frozenset({"MENTEE_UNBLOCKED", "RESTORED", SET_MENTOR})
MEANWHILE: Final = frozenset({"MENTEE_BLOCKED", "RELEASE_NEAR"})
"""What is true while the tie is suspended."""
WHENEVER: Final = frozenset({"RELEASE_NEAR"})
"""What is no less true because its cause lies back."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A new section of a mentor's talk page; each marker tells whether that news is there already."""

    to: str
    heading: str
    text: str
    summary: str
    markers: Sequence[str]

    @property
    def wikitext(self) -> str:
        """What stands under the heading, with the signature, which the wiki writes out."""
        return f"{self.text} ~~~~ {''.join(self.markers)}"


@dataclass(frozen=True, slots=True)
class Choice:
    """The mentor whom the wiki shall show for a mentee; `since`: whoever chose another after that is heeded."""

    mentee: str
    mentor: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Nothing is to be done, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """It can't be done now, and why; `until`: before that it need not be tried."""

    why: str
    until: datetime | None = None


def what_to_do(
    delivery: Delivery, language: str, now: datetime, pause: timedelta = PAUSE
) -> Letter | Choice | LeftOut | NotYet:
    """What a delivery comes to, as things stand now."""
    why = _why_not(delivery, now)
    if why is not None:
        return LeftOut(why)
    if delivery.mentor is None or delivery.mentee is None:
        return NotYet("a name is not known yet")
    texts = texts_of(language)
    if delivery.notification == SET_MENTOR:
        return Choice(delivery.mentee, delivery.mentor, delivery.at, texts["set"])
    if delivery.told_at is not None and now < delivery.told_at + pause:
        return NotYet("the mentor was told of this mentee lately", delivery.told_at + pause)
    text = texts[delivery.notification]
    days = _days_left(delivery, now)
    kept = "" if days is None else filled(text.get("kept", texts["kept"]), str(days))
    return Letter(
        to=delivery.mentor,
        heading=filled(text["heading"], plain(delivery.mentee)),
        text=filled(text["text"], plain(delivery.mentee), delivery.mentee, kept),
        summary=texts["summary"],
        markers=[marker(delivery)],
    )


def digest(news: Sequence[Delivery], language: str, now: datetime) -> Letter:
    """One letter about several mentees of whom a mentor is told the same; `what_to_do` has one about each."""
    texts = texts_of(language)
    text = texts[news[0].notification]
    lines = []
    for delivery in news:
        assert delivery.mentee is not None
        days = _days_left(delivery, now)
        kept = "" if days is None else filled(text.get("kept", texts["kept"]), str(days))
        lines.append(f"* [[User:{delivery.mentee}|{plain(delivery.mentee)}]]{kept}")
    assert news[0].mentor is not None
    return Letter(
        to=news[0].mentor,
        heading=filled(text["headings"], str(len(news))),
        text="\n".join([text["texts"], *lines, ""]),
        summary=texts["summary"],
        markers=[marker(delivery) for delivery in news],
    )


def marker(delivery: Delivery) -> str:
    """What a page holds once it was told that; nobody sees it there."""
    return f"<!-- mentorgraph {delivery.id} -->"


def _why_not(delivery: Delivery, now: datetime) -> str | None:
    if delivery.is_withdrawn:
        return "it has turned out not to have happened"
    if delivery.is_hidden:
        return "a name is hidden"
    if not delivery.is_wanted and delivery.notification != SET_MENTOR:
        return "the mentor wants no such message"
    if delivery.notification in WHENEVER and (
        delivery.until is None or delivery.until - now > deliveries.NEAR_BEFORE
    ):
        return "the release is not near any more"
    if now - delivery.at > TOO_LATE and delivery.notification not in WHENEVER:
        return "it is no news any more"
    if delivery.notification in COMES_BACK and delivery.state != RelationshipState.ACTIVE:
        return "the mentee is blocked again, or has another mentor"
    if delivery.notification in MEANWHILE and delivery.state != RelationshipState.SUSPENDED:
        return "the block is over, or the tie is"
    return None


def _days_left(delivery: Delivery, now: datetime) -> int | None:
    if delivery.notification not in MEANWHILE or delivery.until is None or delivery.until == ENDLESS:
        return None
    return max(1, math.ceil((delivery.until - now) / timedelta(days=1)))


def plain(name: str) -> str:
    """A name as text: it may hold quotes that wikitext reads as bold, and braces never."""
    return escape(name, quote=True)


def filled(text: str, *values: str) -> str:
    """The text with its `$1`, `$2` … filled in, each once: a name that holds `$2` stays as it is."""
    parts = text.split("$")
    return parts[0] + "".join(values[int(part[0]) - 1] + part[1:] for part in parts[1:])


@cache
def texts_of(language: str) -> Mapping[str, Any]:
    """The texts of a language, or of the one before its first hyphen, or else English."""
    for one in (language, language.partition("-")[0]):
        path = TEXTS / f"{one}.json"
        if one.isalpha() and path.exists():
            found: Mapping[str, Any] = orjson.loads(path.read_bytes())
            return found
    return texts_of(OTHERS)
