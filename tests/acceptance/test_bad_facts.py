"""What is told of the wiki and cannot be true: refused, and nothing half-written."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from acceptance.refusals import Asked, Input, Refusal, Told, after, each, must_refuse, named, of_wiki, someone
from acceptance.small_wiki import NEWCOMER, ONCE, TWICE, SmallWiki

pytestmark = pytest.mark.acceptance

FACTS: dict[str, tuple[Told, ...]] = {
    "recordBlock": (
        (
            "a wiki that is not tracked",
            lambda w: w.logged(wiki="nowiki", **someone(ONCE)),
            "NOT_FOUND at wiki",
        ),
        ("a name that nobody bears", lambda w: w.logged(target={"name": "Nobody"}), "NOT_FOUND at target"),
        ("a user id that is none", lambda w: w.logged(**someone("0")), "INVALID at target.userId"),
        (
            "an id of the wrong type",
            lambda w: w.logged(target={"id": of_wiki("Block")}),
            "INVALID at target.id",
        ),
        ("a broken id", lambda w: w.logged(target={"id": "broken"}), "INVALID at target.id"),
        (
            "an id of another wiki",
            lambda w: w.logged(target={"id": w.mentee(NEWCOMER, w.empty)}),
            "INVALID at target.id",
        ),
        (
            "a block that is another's",
            lambda w: w.logged(**someone(NEWCOMER), blockId="51"),
            "CONFLICT at blockId",
        ),
        (
            "an expiry before the start",
            lambda w: w.logged(**someone(NEWCOMER), expiresAt=after(days=-1)),
            "INVALID at expiresAt",
        ),
        (
            "an expiry at the start",
            lambda w: w.logged(**someone(NEWCOMER), expiresAt=after()),
            "INVALID at expiresAt",
        ),
        (
            "a block of the future",
            lambda w: w.logged(**someone(ONCE), occurredAt=after(minutes=5, seconds=1)),
            "IN_THE_FUTURE at occurredAt",
        ),
        ("a reason with a NUL", lambda w: w.logged(**someone(NEWCOMER), reason="a\0b"), "INVALID at reason"),
        (
            "a performer with a NUL",
            lambda w: w.logged(**someone(NEWCOMER), performer="a\0b"),
            "INVALID at performer",
        ),
        (
            "a block id with a NUL",
            lambda w: w.logged(**someone(NEWCOMER), blockId="a\0b"),
            "INVALID at blockId",
        ),
        (
            "a block id of no character",
            lambda w: w.logged(**someone(NEWCOMER), blockId=""),
            "INVALID at blockId",
        ),
        ("a source with a NUL", lambda w: w.logged(**someone(NEWCOMER), source="a\0b"), "INVALID at source"),
        ("no source", lambda w: w.logged(**someone(NEWCOMER), source=""), "INVALID at source"),
        ("no source id", lambda w: w.logged(**someone(NEWCOMER), sourceId=""), "INVALID at sourceId"),
        (
            "a source id of 256 characters",
            lambda w: w.logged(**someone(NEWCOMER), sourceId="1" * 256),
            "INVALID at sourceId",
        ),
        (
            "the server's own source",
            lambda w: w.logged(**someone(NEWCOMER), source="draw"),
            "INVALID at source",
        ),
    ),
    "recordRegistration": (
        (
            "a wiki that is not tracked",
            lambda w: w.logged(wiki="nowiki", userId="9", name="N"),
            "NOT_FOUND at wiki",
        ),
        ("a user id that is none", lambda w: w.logged(userId="-1", name="Minus"), "INVALID at userId"),
        (
            "a registration of the future",
            lambda w: w.logged(userId="9", name="Early", occurredAt=after(days=1)),
            "IN_THE_FUTURE at occurredAt",
        ),
        (
            "other content under a known name",
            lambda w: w.logged(userId="77", name="Other", sourceId="1"),
            "CONFLICT at sourceId",
        ),
    ),
    "recordUnblock": (
        ("a name that nobody bears", lambda w: w.logged(target={"name": "Nobody"}), "NOT_FOUND at target"),
        ("an unblock that names no block", lambda w: w.logged(), "INVALID at target"),
        ("an unblock of an unknown block", lambda w: w.logged(blockId="999"), "NOT_FOUND at blockId"),
        (
            "a block of that id, but of another kind",
            lambda w: w.logged(blockId="51", kind="GLOBAL_LOCK"),
            "NOT_FOUND at blockId",
        ),
        (
            "an unblock's reason with a NUL",
            lambda w: w.logged(**someone(ONCE), reason="a\0b"),
            "INVALID at reason",
        ),
    ),
    "recordRename": (
        (
            "a name that nobody bears",
            lambda w: w.logged(target={"name": "Nobody"}, newName="New"),
            "NOT_FOUND at target",
        ),
    ),
    "recordDeparture": (
        ("a name that nobody bears", lambda w: w.logged(target={"name": "Nobody"}), "NOT_FOUND at target"),
    ),
    "recordBlockChange": (
        ("a change that names no block", lambda w: w.logged(reason="Spam"), "INVALID at target"),
        ("a change of an unknown block", lambda w: w.logged(blockId="999"), "NOT_FOUND at blockId"),
        (
            "a change where two blocks are open",
            lambda w: w.logged(**someone(TWICE), reason="Vandalism"),
            "WHICH_BLOCK at blockId",
        ),
        (
            "a change where none is open",
            lambda w: w.logged(**someone(NEWCOMER), reason="Vandalism"),
            "WHICH_BLOCK at blockId",
        ),
        (
            "a change that expired before it",
            lambda w: w.logged(**someone(ONCE), expiresAt=after(days=-1)),
            "INVALID at expiresAt",
        ),
        ("a new reason with a NUL", lambda w: w.logged(**someone(ONCE), reason="a\0b"), "INVALID at reason"),
    ),
}

BAD_TIMES = {
    "without offset": "2024-01-05T10:00:00",
    "of a date alone": "2024-01-05",
    "that is none": "yesterday",
    "that is a number": 1704448800,
    "outside of the calendar": "0001-01-01T00:00:00+14:00",
    "that stands for none": "0001-01-01T00:00:00Z",
}
BAD_NUMBERS = {"in words": "five", "beyond 64 bits": str(2**63), "with a fraction": 1.5}


def unfit(path: str, bad: Mapping[str, Any], said: Input) -> tuple[Told, ...]:
    """A happening told with each of the values that can't be read, at the end of a path into it."""

    def asked(value: Any) -> Asked:
        outer, _, inner = path.partition(".")
        return lambda w: w.logged(**(said | {outer: {inner: value} if inner else value}))

    return tuple((f"{path} {kind}", asked(value), f"INVALID at {path}") for kind, value in bad.items())


UNFIT: dict[str, tuple[Told, ...]] = {
    "recordBlock": (
        *unfit("occurredAt", BAD_TIMES, someone(NEWCOMER)),
        *unfit("expiresAt", BAD_TIMES, someone(NEWCOMER)),
        *unfit("target.userId", BAD_NUMBERS, {}),
    ),
    "recordBlockChange": unfit("expiresAt", BAD_TIMES, someone(ONCE)),
    "recordRegistration": (
        *unfit("userId", BAD_NUMBERS, {"name": "N"}),
        (
            "a preferred mentor's id in words",
            lambda w: w.logged(userId="9", name="N", preferredMentors=[{"userId": "1"}, {"userId": "two"}]),
            "INVALID at preferredMentors.1.userId",
        ),
    ),
    "addWiki": (
        (
            "a hold in years",
            lambda _: {
                "dbName": "newwiki",
                "url": "https://new.example",
                "policy": {"policy": {"name": "own", "holds": [{"category": "SPAM", "hold": "P1Y"}]}},
            },
            "INVALID at policy.policy.holds.0.hold",
        ),
    ),
}

BAD_NAMES = {
    "of 256 bytes": "é" * 128,
    "of no byte": "",
    "with a line break": "Line\nbreak",
    "with a control character": "Bell\a",
    "with a NUL": "Nu\0l",
}


def naming(said: Callable[[str], Input], path: str) -> tuple[Told, ...]:
    """A mutation that gives a name, with each of the bad ones."""
    return tuple(
        (f"a name {kind}", partial(entry, said(name)), f"INVALID at {path}")
        for kind, name in BAD_NAMES.items()
    )


def entry(said: Input, wiki: SmallWiki) -> Input:
    return wiki.logged(**said)


NAMES: dict[str, tuple[Told, ...]] = {
    "recordRegistration": naming(lambda name: {"userId": "9", "name": name}, "name"),
    "recordRename": naming(lambda name: {**someone(ONCE), "newName": name}, "newName"),
    "recordBlock": naming(lambda name: {"target": {"name": name}}, "target.name"),
}


@pytest.mark.parametrize("refusal", each(FACTS), ids=named(each(FACTS)))
async def test_what_cannot_be_true_is_refused_and_nothing_is_recorded(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    await must_refuse(wiki, refusal)


@pytest.mark.parametrize("refusal", each(UNFIT), ids=named(each(UNFIT)))
async def test_what_cannot_be_read_is_refused_by_its_path_and_nothing_is_recorded(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    await must_refuse(wiki, refusal)


@pytest.mark.parametrize("refusal", each(NAMES), ids=named(each(NAMES)))
async def test_what_cannot_be_a_name_is_refused_and_nothing_is_recorded(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    await must_refuse(wiki, refusal)


async def test_a_wikis_clock_may_run_five_minutes_before_ours(wiki: SmallWiki) -> None:
    ahead = wiki.logged(userId="88", name="A Little Early", assign=False, occurredAt=after(minutes=5))
    assert (await wiki.client.do("recordRegistration", ahead))["userErrors"] == []


async def test_a_name_of_255_bytes_is_kept_as_it_is(wiki: SmallWiki) -> None:
    name = "é" * 127 + "x"
    told = await wiki.client.done(
        "recordRegistration", wiki.logged(userId="89", name=name, assign=False), "mentee { name }"
    )
    assert told["mentee"] == {"name": name}
