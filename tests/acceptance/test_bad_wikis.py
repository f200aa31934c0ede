"""Wikis that cannot be tracked, and policies that cannot be."""

from typing import Any

import pytest

from acceptance.refusals import Input, Refusal, Told, each, must_refuse, named
from acceptance.small_wiki import SmallWiki

pytestmark = pytest.mark.acceptance


def new_wiki(**policy: Any) -> Input:
    own = {"name": "own"} | policy
    return {"dbName": "newwiki", "url": "https://new.example.org", "policy": {"policy": own}}


WIKIS: dict[str, tuple[Told, ...]] = {
    "addWiki": (
        (
            "a wiki that is tracked already",
            lambda w: {"dbName": w.name, "url": "https://small.example.org"},
            "ALREADY_EXISTS at dbName",
        ),
        (
            "a database name that is none",
            lambda _: {"dbName": "En Wiki!", "url": "https://en.example.org"},
            "INVALID at dbName",
        ),
        ("no database name", lambda _: {"dbName": "", "url": "https://en.example.org"}, "INVALID at dbName"),
        (
            "a database name with a NUL",
            lambda _: {"dbName": "a\0wiki", "url": "https://en.example.org"},
            "INVALID at dbName",
        ),
        (
            "an address that is none",
            lambda _: {"dbName": "newwiki", "url": "en.example.org"},
            "INVALID at url",
        ),
        (
            "an address of another protocol",
            lambda _: {"dbName": "newwiki", "url": "javascript:alert(1)"},
            "INVALID at url",
        ),
        (
            "an address with a NUL",
            lambda _: {"dbName": "newwiki", "url": "https://en.example.org/\0"},
            "INVALID at url",
        ),
        (
            "an address that cannot be read",
            lambda _: {"dbName": "newwiki", "url": "http://[half"},
            "INVALID at url",
        ),
        ("a policy without a name", lambda _: new_wiki(name=""), "INVALID at policy.policy.name"),
        ("a policy's name with a NUL", lambda _: new_wiki(name="a\0b"), "INVALID at policy.policy.name"),
        (
            "a category with two holds",
            lambda _: new_wiki(holds=[{"category": "SPAM"}] * 2),
            "INVALID at policy.policy.holds",
        ),
        (
            "a setting that can't be null",
            lambda _: new_wiki(autoAssign=None),
            "INVALID at policy.policy.autoAssign",
        ),
        ("a list that can't be null", lambda _: new_wiki(holds=None), "INVALID at policy.policy.holds"),
        (
            "a rule without a pattern",
            lambda _: new_wiki(categoryRules=[{"pattern": "", "category": "SPAM"}]),
            "INVALID at policy.policy.categoryRules.0.pattern",
        ),
    ),
}


@pytest.mark.parametrize("refusal", each(WIKIS), ids=named(each(WIKIS)))
async def test_what_cannot_be_a_wiki_or_its_policy_is_refused(wiki: SmallWiki, refusal: Refusal) -> None:
    await must_refuse(wiki, refusal)


async def test_a_length_of_time_in_months_or_below_nothing_is_refused(wiki: SmallWiki) -> None:
    for hold in ("P1M", "P1Y", "-P1D", "7 days", 7):
        (error,) = (await wiki.client.do("addWiki", new_wiki(defaultHold=hold)))["userErrors"]
        assert error["field"] == ["input", "policy", "policy", "defaultHold"], hold
        assert "P90D" in error["message"]


async def test_a_wiki_may_seek_and_restore_without_a_limit(wiki: SmallWiki) -> None:
    endless: dict[str, Any] = {
        "seekFor": None,
        "restoreWithin": None,
        "keepDefiniteUpTo": None,
        "defaultHold": None,
        "holds": [],
    }
    selection = (
        "wiki { policy { settings { seekFor restoreWithin keepDefiniteUpTo defaultHold holds { hold } } } }"
    )
    payload = await wiki.client.done("addWiki", new_wiki(**endless), selection)
    assert payload["wiki"]["policy"]["settings"] == endless
    told = wiki.logged(wiki="newwiki", userId="1", name="Newcomer")
    assert (await wiki.client.done("recordRegistration", told, "mentee { state }"))["mentee"] == {
        "state": "UNASSIGNED"
    }
