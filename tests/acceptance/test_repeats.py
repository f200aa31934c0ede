"""What is said again is answered as the first time; other content under the same name is refused."""

from typing import Any

import pytest

from acceptance.refusals import NOTHING, Asked, Input, after
from acceptance.small_wiki import BEN, DAN, NEWCOMER, ONCE, OPTED_OUT, TWICE, SmallWiki

pytestmark = pytest.mark.acceptance

Saying = tuple[str, Asked, Input]
"""A mutation, what is said, and what else could have been said under the same name."""


def once(number: int, **said: Any) -> Asked:
    """An entry of the wiki's log with a number of its own."""
    return lambda w: w.logged(**said) | {"sourceId": str(5000 + number)}


def named(number: int, **said: Any) -> Input:
    """A decision with a name of its own."""
    return {"occurredAt": after(), "source": "tool", "sourceId": str(number), **said}


SAYINGS: tuple[Saying, ...] = (
    ("recordRegistration", once(1, userId="201", name="Said Twice"), {"name": "Said Otherwise"}),
    ("recordRegistration", once(2, userId="202", name="Somebody"), {"userId": "203"}),
    (
        "recordBlock",
        once(3, target={"userId": NEWCOMER}, blockId="61", reason="Spam"),
        {"reason": "Vandalism"},
    ),
    ("recordBlock", once(4, target={"userId": NEWCOMER}, blockId="62"), {"target": {"userId": ONCE}}),
    ("recordBlock", once(5, target={"userId": NEWCOMER}, blockId="63"), {"expiresAt": after(days=3)}),
    ("recordBlockChange", once(6, blockId="51", scope="PARTIAL"), {"scope": "SITEWIDE"}),
    ("recordUnblock", once(7, blockId="61"), {"blockId": "62"}),
    ("recordUnblock", once(8, target={"userId": NEWCOMER}), {"kind": "GLOBAL_LOCK"}),
    ("recordRename", once(9, target={"userId": ONCE}, newName="Another Name"), {"newName": "Yet Another"}),
    ("recordDeparture", once(10, target={"userId": TWICE}), {"occurredAt": after(minutes=1)}),
    (
        "recordVisibility",
        once(17, target={"userId": ONCE}, reasonHidden=True),
        {"reasonHidden": False},
    ),
    (
        "enrollMentor",
        lambda w: named(11, wiki=w.name, account={"userId": DAN}),
        {"account": {"userId": "201"}},
    ),
    (
        "assignMentor",
        lambda w: named(12, mentee=w.mentee(ONCE), mentor=w.mentors[BEN]),
        {"role": "BACKUP"},
    ),
    (
        "claimMentees",
        lambda w: named(13, mentor=w.mentors[BEN], mentees=[w.mentee(NEWCOMER)]),
        {"occurredAt": after(minutes=1)},
    ),
    ("optInToMentorship", lambda w: named(14, mentee=w.mentee(OPTED_OUT)), {"occurredAt": after(minutes=1)}),
    ("optOutOfMentorship", lambda w: named(15, mentee=w.mentee(ONCE)), {"occurredAt": after(minutes=1)}),
    ("graduateMentee", lambda w: named(18, mentee=w.mentee(ONCE)), {"occurredAt": after(minutes=1)}),
    ("resignMentor", lambda w: named(16, mentor=w.mentors[BEN]), {"occurredAt": after(minutes=1)}),
)


@pytest.mark.parametrize("saying", SAYINGS, ids=[f"{saying[0]} {', '.join(saying[2])}" for saying in SAYINGS])
async def test_a_repeat_changes_nothing_and_a_contradiction_is_refused(
    wiki: SmallWiki, saying: Saying
) -> None:
    mutation, asked, otherwise = saying
    given = asked(wiki)
    first = await wiki.client.done(mutation, given, NOTHING[mutation])
    before = await wiki.kept()
    again = await wiki.client.done(mutation, given, NOTHING[mutation])
    assert (first.pop("replayed", False), again.pop("replayed", True)) == (False, True)
    assert again == first
    other = await wiki.client.do(mutation, given | otherwise, NOTHING[mutation])
    told = other.get("userErrors") or other["results"][0]["userErrors"]
    assert [(error["code"], error["field"]) for error in told] == [("CONFLICT", ["input", "sourceId"])]
    assert await wiki.kept() == before
