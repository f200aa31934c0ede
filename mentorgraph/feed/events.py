"""Event lines as the stream gives them (`mediawiki.recentchange`)."""

from datetime import UTC, datetime

from mentorgraph.feed.entries import (
    Hiding,
    Json,
    LeftOut,
    MalformedError,
    Plain,
    Sighting,
    hiding,
    number,
    text_or_none,
    understand,
)


def is_event(line: object) -> bool:
    """Whether a line is an event; all have `meta`, and nothing that the Action API gives does."""
    return isinstance(line, dict) and isinstance(line.get("meta"), dict)


def is_canary(event: Json) -> bool:
    """The stream's own heartbeat, copied from the schema's example; it is of no wiki."""
    return bool(event["meta"].get("domain") == "canary")


def wiki_of(event: Json) -> tuple[str, str]:
    """The wiki's name in its database and its address."""
    name = event.get("wiki")
    if not isinstance(name, str):
        raise MalformedError("it does not say of which wiki it is")
    return name, str(event.get("server_url", ""))


def sighting(event: Json, line: int) -> Sighting | Hiding | LeftOut:
    """What one event says; `line` is its place where it carries none of its own."""
    if event.get("type") != "log":
        return LeftOut.OTHER_LOG
    published = event.get("id")
    params = event.get("log_params")
    plain = Plain(
        log_id=number(event.get("log_id"), "log id"),
        at=_at(event.get("timestamp")),
        log_type=str(event.get("log_type")),
        action=str(event.get("log_action")),
        namespace=event.get("namespace", 0),
        title=text_or_none(event.get("title")),
        # Without params the stream has a list, `[]`, instead of an object.
        params=params if isinstance(params, dict) else {},
        comment=text_or_none(event.get("comment")),
        user=text_or_none(event.get("user")),
        published=published if isinstance(published, int) and published > 0 else line,
    )
    if (plain.log_type, plain.action) == ("delete", "event"):
        return hiding(plain, plain.params.get("nfield"))
    return understand(plain)


def _at(seconds: object) -> datetime:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise MalformedError("it has no timestamp")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise MalformedError(f"{seconds} is no timestamp") from error
