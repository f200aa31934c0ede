"""What accounts did: told by whoever counts it, for dashboards."""

from typing import Any

import pytest

from acceptance.in_process import written
from acceptance.refusals import after
from acceptance.small_wiki import ADA, NEWCOMER, ONCE, SmallWiki
from ledger_rows import fetch
from lifecycle_stories import on

pytestmark = pytest.mark.acceptance

COUNTS = "SELECT edit_count, question_count, reverted_edit_count FROM account WHERE wiki_id = 1 AND id = $1"


async def tell(wiki: SmallWiki, *activity: dict[str, Any]) -> tuple[int, int]:
    asked = {"wiki": wiki.name, "activity": list(activity)}
    told = await wiki.client.done("recordActivity", asked, "updated unknown")
    return told["updated"], told["unknown"]


async def counts(wiki: SmallWiki, user: str) -> tuple[Any, ...]:
    [row] = await fetch(wiki.database, COUNTS, int(user))
    return row


async def last_edit(wiki: SmallWiki, user: str) -> Any:
    document = "query($id: ID!) { node(id: $id) { ... on Mentee { lastEditAt editCount } } }"
    return (await wiki.client.ask(document, id=wiki.mentee(user)))["node"]["lastEditAt"]


async def test_what_is_left_out_stays_and_null_is_a_word_of_its_own(wiki: SmallWiki) -> None:
    assert await counts(wiki, NEWCOMER) == (0, None, None), "nobody has told yet"
    everything = {
        "userId": NEWCOMER,
        "editCount": 7,
        "lastEditAt": written(on(98)),
        "questionCount": 2,
        "revertedEditCount": 1,
    }
    assert await tell(wiki, everything) == (1, 0)
    assert await counts(wiki, NEWCOMER) == (7, 2, 1)
    assert await tell(wiki, {"userId": NEWCOMER, "editCount": 8}) == (1, 0)
    assert await counts(wiki, NEWCOMER) == (8, 2, 1)
    assert await last_edit(wiki, NEWCOMER) == written(on(98))
    assert await tell(wiki, {"userId": NEWCOMER, "questionCount": None, "lastEditAt": None}) == (1, 0)
    assert await counts(wiki, NEWCOMER) == (8, None, 1)
    assert await last_edit(wiki, NEWCOMER) is None


async def test_a_list_by_the_last_edit_is_in_the_new_order(wiki: SmallWiki) -> None:
    document = "query($id: ID!) { node(id: $id) { ... on Mentor { mentees { nodes { userId } } } } }"
    for first, second in ((NEWCOMER, ONCE), (ONCE, NEWCOMER)):
        one = {"userId": first, "lastEditAt": written(on(99))}
        other = {"userId": second, "lastEditAt": written(on(97))}
        assert await tell(wiki, one, other) == (2, 0)
        seen = (await wiki.client.ask(document, id=wiki.mentors[ADA]))["node"]["mentees"]["nodes"]
        assert [mentee["userId"] for mentee in seen[:2]] == [first, second]


async def test_accounts_that_are_not_known_are_passed_over(wiki: SmallWiki) -> None:
    before = await wiki.kept()
    assert await tell(wiki, {"userId": "9999", "editCount": 1}) == (0, 1)
    assert await wiki.kept() == before
    assert await tell(wiki) == (0, 0)


async def test_a_hidden_account_is_noted_and_counted_as_one_that_never_was(wiki: SmallWiki) -> None:
    hidden = wiki.logged(userId="300", name="Rude Name", assign=False)
    await wiki.client.done("recordRegistration", hidden)
    await wiki.client.done("recordVisibility", wiki.logged(target={"userId": "300"}, nameHidden=True))
    assert await tell(wiki, {"userId": "300", "editCount": 5}, {"userId": ONCE, "editCount": 6}) == (1, 1)
    assert await counts(wiki, "300") == (5, None, None)


async def test_a_thousand_accounts_come_at_once_and_no_more(wiki: SmallWiki) -> None:
    many = [{"userId": str(10_000 + number), "editCount": number} for number in range(1000)]
    assert await tell(wiki, *many) == (0, 1000)
    more = {"wiki": wiki.name, "activity": [*many, {"userId": "1"}]}
    (error,) = (await wiki.client.do("recordActivity", more))["userErrors"]
    assert (error["code"], error["field"]) == ("TOO_MANY", ["input", "activity"])


async def test_a_clock_may_run_ahead_of_ours(wiki: SmallWiki) -> None:
    assert await tell(wiki, {"userId": ONCE, "lastEditAt": after(minutes=5)}) == (1, 0)
