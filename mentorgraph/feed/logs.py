"""Log entries as the Action API gives them (`list=logevents`, format version 1 or 2)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from mentorgraph.feed.entries import (
    Hiding,
    Json,
    LeftOut,
    MalformedError,
    Plain,
    Sighting,
    hiding,
    id_of,
    moment,
    number,
    text_or_none,
    understand,
)


def entries_of(page: Json) -> list[Json]:
    """The entries of one answer of the API."""
    if "error" in page or "errors" in page:
        raise MalformedError(
            f"the wiki answered with an error: {page.get('error') or page.get('errors')}"[:200]
        )
    query = page.get("query")
    entries = query.get("logevents") if isinstance(query, dict) else None
    if not isinstance(entries, list):
        raise MalformedError("it is neither an event nor a page of list=logevents")
    return entries


def read_at(page: Json) -> datetime | None:
    """When the page was read, where it was asked for with `curtimestamp=1`."""
    stamp = page.get("curtimestamp")
    return moment(stamp) if isinstance(stamp, str) else None


def wiki_of(page: Json) -> tuple[str, str] | None:
    """The wiki's name in its database and its address, where the page holds `meta=siteinfo`."""
    query = page.get("query")
    general = query.get("general") if isinstance(query, dict) else None
    if not isinstance(general, dict) or not isinstance(general.get("wikiid"), str):
        return None
    return general["wikiid"], str(general.get("server", ""))


def sighting(entry: object) -> Sighting | Hiding | LeftOut:
    """What one entry of a page says."""
    if not isinstance(entry, dict):
        raise MalformedError("it is no log entry")
    # Format version 1 writes true as an empty string and leaves out what is false.
    plain = Plain(
        log_id=number(entry.get("logid"), "log id"),
        at=moment(str(entry.get("timestamp"))),
        log_type=str(entry.get("type")),
        action=str(entry.get("action")),
        namespace=entry.get("ns", 0),
        title=text_or_none(entry.get("title")),
        params=params if isinstance(params := entry.get("params"), dict) else {},
        comment=text_or_none(entry.get("comment")),
        user=text_or_none(entry.get("user")),
        user_id=entry.get("userid"),
        has_comment="comment" in entry or "commenthidden" in entry,
        hides_comment=entry.get("commenthidden", False) is not False,
        hides_user=entry.get("userhidden", False) is not False,
    )
    if (plain.log_type, plain.action) == ("delete", "event"):
        new = plain.params.get("new")
        return hiding(plain, new.get("bitmask") if isinstance(new, dict) else None)
    return understand(plain)


def performers(entries: Iterable[object]) -> Iterator[tuple[str, int]]:
    """Who acted, by the names of the day the page was read, and their ids; entries of all logs tell."""
    for entry in entries:
        if isinstance(entry, dict):
            name, user_id = entry.get("user"), id_of(entry.get("userid"))
            if isinstance(name, str) and user_id is not None and "\0" not in name:
                yield name, user_id
