"""What each spelling of a log entry says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from graph.kinds import BlockScope, FactKind
from mentorgraph.feed import events, logs
from mentorgraph.feed.entries import Hiding, LeftOut, MalformedError, Sighting, Terms
from wiki_captures import answer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entry(**parts: Any) -> dict[str, Any]:
    """A block as a page of format version 2 has it."""
    params = {"duration": "1 day", "flags": [], "sitewide": True, "expiry": "2026-11-23T12:00:00Z"}
    return {
        "logid": 7,
        "ns": 2,
        "title": "User:Kim",
        "type": "block",
        "action": "block",
        "params": params,
        "user": "Admin",
        "userid": 1,
        "timestamp": "2026-11-22T12:00:00Z",
        "comment": "why",
        **parts,
    }


def event(**parts: Any) -> dict[str, Any]:
    """The same block as the stream has it."""
    return {
        "meta": {"domain": "example.org"},
        "wiki": "mentorwiki",
        "id": 9,
        "type": "log",
        "namespace": 2,
        "title": "User:Kim",
        "comment": "why",
        "timestamp": int(NOON.timestamp()),
        "user": "Admin",
        "log_id": 7,
        "log_type": "block",
        "log_action": "block",
        "log_params": {"duration": "1 day", "flags": "", "sitewide": True},
        **parts,
    }


def seen(told: Sighting | Hiding | LeftOut) -> Sighting:
    assert isinstance(told, Sighting)
    return told


def terms(told: Sighting | Hiding | LeftOut) -> Terms:
    found = seen(told).terms
    assert found is not None
    return found


def test_a_page_tells_a_block_with_its_end() -> None:
    assert seen(logs.sighting(entry())) == Sighting(
        log_id=7,
        at=NOON,
        kind=FactKind.BLOCK_PLACED,
        name="Kim",
        terms=Terms(BlockScope.SITEWIDE, datetime(2026, 11, 23, 12, tzinfo=UTC), True, False),
        reason="why",
        performer="Admin",
    )


def test_an_event_tells_the_same_block_without_its_end() -> None:
    told = seen(events.sighting(event(), line=1))
    assert (told.log_id, told.at, told.name, told.published) == (7, NOON, "Kim", 9)
    assert told.terms == Terms(BlockScope.SITEWIDE, None, False, False)


@pytest.mark.parametrize("word", ["infinity", "infinite", "indefinite", "never"])
def test_all_words_for_no_end_are_known(word: str) -> None:
    endless = Terms(BlockScope.SITEWIDE, None, True, False)
    assert terms(logs.sighting(entry(params={"duration": word, "sitewide": True}))) == endless
    assert terms(events.sighting(event(log_params={"duration": word, "sitewide": True}), 1)) == endless


@pytest.mark.parametrize("text", ["31 hours", "next friday", "2031-02-03T04:05:06Z", "", None])
def test_free_text_is_never_taken_for_an_end(text: str | None) -> None:
    assert not terms(
        events.sighting(event(log_params={"duration": text, "sitewide": True}), 1)
    ).expiry_is_known


@pytest.mark.parametrize(
    ("params", "scope"),
    [
        ({"sitewide": True}, BlockScope.SITEWIDE),
        ({"sitewide": ""}, BlockScope.SITEWIDE),
        ({}, BlockScope.SITEWIDE),
        ({"sitewide": False}, BlockScope.PARTIAL),
        ({"sitewide": False, "restrictions": {"namespaces": [4]}}, BlockScope.PARTIAL),
        ({"restrictions": {"pages": [{"page_ns": 0, "page_title": "X"}]}}, BlockScope.PARTIAL),
    ],
)
def test_every_spelling_of_sitewide_and_partial_is_read(params: dict[str, Any], scope: BlockScope) -> None:
    assert terms(logs.sighting(entry(params=params))).scope is scope


@pytest.mark.parametrize("flags", [["nocreate", "hiddenname"], "nocreate,hiddenname"])
def test_flags_are_a_list_or_a_string(flags: Any) -> None:
    assert terms(logs.sighting(entry(params={"flags": flags}))).hides_name


def test_a_suppressing_block_hides_the_name_whatever_its_flags() -> None:
    assert terms(logs.sighting(entry(type="suppress"))).hides_name


@pytest.mark.parametrize("params", [[], {}, None])
def test_a_lift_has_no_params_in_any_spelling(params: Any) -> None:
    from_page = seen(logs.sighting(entry(action="unblock", params=params)))
    from_event = seen(events.sighting(event(log_action="unblock", log_params=params), 1))
    assert (from_page.kind, from_page.terms) == (from_event.kind, from_event.terms)
    assert (from_page.kind, from_page.terms) == (FactKind.BLOCK_LIFTED, None)


def test_a_rename_is_read_alike_in_both_format_versions() -> None:
    told = [seen(logs.sighting(logs.entries_of(answer(page))[0])) for page in ("019", "020")]
    assert told[0] == told[1]
    assert (told[0].name, told[0].new_name) == ("Acme Widgets Ltd", "Wanda Widgetfan")


def test_namespaces_are_read_in_the_language_of_their_wiki() -> None:
    assert seen(logs.sighting(entry(title="Benutzer:Zoë_Müller"))).name == "Zoë Müller"


@pytest.mark.parametrize("action", ["create", "create2", "byemail", "autocreate"])
def test_a_registration_gives_the_id_of_the_new_account(action: str) -> None:
    told = seen(logs.sighting(entry(type="newusers", action=action, params={"userid": 11})))
    assert (told.kind, told.user_id) == (FactKind.REGISTERED, 11)


def test_the_oldest_registrations_give_the_id_as_that_of_who_acted() -> None:
    itself = entry(type="newusers", action="create", params={}, user="Kim", userid=12)
    assert seen(logs.sighting(itself)).user_id == 12
    with pytest.raises(MalformedError, match="no user id"):
        logs.sighting(entry(type="newusers", action="create2", params={}))


def test_who_registers_without_help_is_no_performer() -> None:
    assert (
        seen(logs.sighting(entry(type="newusers", action="create", params={"userid": 3}))).performer is None
    )


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("User:203.0.113.10", LeftOut.ADDRESS),
        ("User:198.51.100.0/24", LeftOut.ADDRESS),
        ("User:2001:DB8:1234:0:0:0:0:0/48", LeftOut.ADDRESS),
        ("User:#14", LeftOut.AUTOBLOCK),
    ],
)
def test_addresses_and_autoblocks_are_nobody(title: str, why: LeftOut) -> None:
    assert logs.sighting(entry(title=title)) is why
    assert events.sighting(event(title=title), 1) is why


@pytest.mark.parametrize("title", ["User:2Cool4School", "User:1.2.3", "User:~2026-1", "User:1.2.3.xxx"])
def test_names_that_look_like_addresses_are_still_names(title: str) -> None:
    assert seen(logs.sighting(entry(title=title))).kind is FactKind.BLOCK_PLACED


@pytest.mark.parametrize(
    ("kind", "action"),
    [("move", "move"), ("rights", "rights"), ("gblrename", "rename"), ("globalauth", "setstatus")],
)
def test_other_logs_say_nothing_about_mentees(kind: str, action: str) -> None:
    assert logs.sighting(entry(type=kind, action=action)) is LeftOut.OTHER_LOG


def test_edits_say_nothing_about_mentees() -> None:
    assert events.sighting(event(type="edit"), 1) is LeftOut.OTHER_LOG


def test_an_entry_whose_target_is_hidden_has_no_name() -> None:
    told = seen(logs.sighting(logs.entries_of(answer("109"))[0]))
    assert (told.log_id, told.name, told.terms) == (81, None, None)


def test_a_hiding_entry_is_read_from_a_page_and_from_an_event() -> None:
    page = {"type": "delete", "action": "event", "title": "Special:Log/block", "ns": -1}
    from_page = logs.sighting(entry(**page, params={"ids": [81], "new": {"bitmask": 7}}))
    params = {"ids": [81], "ofield": 0, "nfield": 7}
    from_event = events.sighting(event(log_type="delete", log_action="event", log_params=params), 1)
    assert from_page == from_event == Hiding(7, NOON, (81,), 7)


def test_lifts_and_changes_go_by_the_blocks_id_only_where_there_are_several_blocks() -> None:
    def block_id(action: str, **params: Any) -> str | None:
        return seen(logs.sighting(entry(action=action, params={"duration": "never", **params}))).block_id

    assert block_id("block", blockId=77) == "77"
    assert block_id("reblock", blockId=77) is None
    assert block_id("reblock", blockId=77, finalTargetCount=2) == "77"
    assert block_id("unblock", blockId=77) is None
    assert block_id("unblock", blockId=77, finalTargetCount=1) == "77"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"logid": None}, "no log id"),
        ({"logid": "7"}, "no log id"),
        ({"timestamp": "yesterday"}, "no time"),
        ({"timestamp": "2026-11-22T12:00:00"}, "without an offset"),
        ({"title": "Main Page", "ns": 0}, "no user's"),
        ({"title": f"User:{'é' * 128}"}, "no name"),
        ({"title": "User:a\x07b"}, "no name"),
        ({"type": "renameuser", "action": "renameuser", "params": {"olduser": "A"}}, "no newuser"),
        ({"params": {"expiry": "soon", "duration": "soon"}}, "no time"),
    ],
)
def test_what_no_wiki_writes_is_malformed(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        logs.sighting(entry(**parts))


def test_an_error_of_the_wiki_is_no_page() -> None:
    with pytest.raises(MalformedError, match="badcontinue"):
        logs.entries_of(answer("124"))
