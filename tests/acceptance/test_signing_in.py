"""Signing in with a wiki account: who comes back from the wiki is known here, and nobody else is."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from acceptance.in_process import living
from acceptance.office import Office
from acceptance.wiki_signs_in import CLIENT, SECRET, Wiki
from mentorgraph.callers import SESSION
from mentorgraph.signin import PENDING
from those_who_ask import DOES_ALL, SEES_ALL, bearing

pytestmark = pytest.mark.acceptance

HOME = "http://127.0.0.1:8400"
FORTNIGHT = timedelta(days=14)
ME = "{ viewer { name roles { wiki { dbName } role } } }"


@pytest.fixture(scope="module")
def wiki() -> Iterator[Wiki]:
    with Wiki(f"{HOME}/sign-in/return").running() as running:
        yield running


def asking(wiki: Wiki, office: Office, home: str) -> dict[str, Any]:
    """The settings of a server at that address, which asks that wiki who people are."""
    return {
        "public_url": home,
        "oauth_url": wiki.rest,
        "oauth_client": CLIENT,
        "oauth_secret": SECRET,
        "oauth_wikis": {office.wiki: wiki.api},
    }


@pytest.fixture
async def browser(office: Office, module_database: str, wiki: Wiki) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a server that asks that wiki who people are; it follows nothing by itself."""
    wiki.person, wiki.profile, wiki.attached = "Ada", None, True
    wiki.accounts = {"Ada": (901, 70_901)}
    async with living(module_database, office.calendar, **asking(wiki, office, HOME)) as client:
        yield client.http


async def on_the_wiki(browser: httpx.AsyncClient, to: str = "/") -> httpx.URL:
    """Go to the wiki and agree; the address that it sends back to."""
    left = await browser.get("/sign-in", params={"to": to})
    async with httpx.AsyncClient() as elsewhere:
        agreed = await elsewhere.get(left.headers["location"])
    assert agreed.status_code == 302, agreed.text
    return httpx.URL(agreed.headers["location"])


async def sign_in(browser: httpx.AsyncClient, to: str = "/") -> httpx.Response:
    return await browser.get(await on_the_wiki(browser, to))


async def who(browser: httpx.AsyncClient) -> object:
    answer = await browser.post("/graphql", json={"query": ME})
    return answer.json()["data"]["viewer"]


async def test_who_signs_in_is_known_until_they_sign_out(office: Office, browser: httpx.AsyncClient) -> None:
    await office.mentor(901, "Ada")
    assert await who(browser) is None
    answer = await sign_in(browser, "/?mentee=7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?mentee=7")
    me = await who(browser)
    assert isinstance(me, dict)
    assert me["name"] == "Ada"
    assert {"wiki": {"dbName": office.wiki}, "role": "MENTOR"} in me["roles"]
    session = browser.cookies[SESSION]
    left = await browser.post("/sign-out", headers={"sec-fetch-site": "same-origin"})
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert await who(browser) is None
    browser.cookies.set(SESSION, session)
    assert await who(browser) is None, "what a thief has kept is good for nothing"


async def test_a_session_is_kept_from_scripts_and_from_other_sites(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.mentor(901, "Ada")
    answer = await sign_in(browser)
    cookies = {
        name: one
        for line in answer.headers.get_list("set-cookie")
        for name, one in SimpleCookie(line).items()
    }
    session = cookies[SESSION]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "lax", "/")
    assert cookies[PENDING].value == ""
    assert answer.headers["cache-control"] == "no-store"


async def test_the_page_has_the_way_in_and_for_who_is_in_the_way_out(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    wiki.person = "<b>Ada</b>"
    wiki.accounts[wiki.person] = (901, 70_901)
    await office.mentor(901, wiki.person)
    page = await browser.get("/graphiql")
    assert '<a href="/sign-in?to=/graphiql">' in page.text
    assert "/sign-out" not in page.text
    await sign_in(browser)
    page = await browser.get("/graphiql")
    assert page.headers["cache-control"] == "no-store", "it is nobody else's"
    assert '<form method="post" action="/sign-out">Signed in as &lt;b&gt;Ada&lt;/b&gt;' in page.text
    assert "/sign-in" not in page.text
    assert (await browser.post("/sign-out", headers={"sec-fetch-site": "same-origin"})).status_code == 303
    assert '<a href="/sign-in?to=/graphiql">' in (await browser.get("/graphiql")).text


async def test_where_nobody_signs_in_the_page_has_no_way_in(office: Office, module_database: str) -> None:
    async with living(module_database, office.calendar) as client:
        assert "sign-in" not in (await client.http.get("/graphiql")).text


async def test_a_mentor_who_signed_in_goes_away_by_themselves(
    office: Office, browser: httpx.AsyncClient
) -> None:
    mentor = await office.mentor(901, "Ada")
    await sign_in(browser)
    document = (
        "mutation($i: UpdateMentorInput!) { updateMentor(input: $i) { mentor { name } userErrors { code } } }"
    )
    asked = {"query": document, "variables": {"i": {"mentor": mentor, "share": "LOW"}}}
    done = (await browser.post("/graphql", json=asked)).json()
    assert done["data"]["updateMentor"] == {"mentor": {"name": "Ada"}, "userErrors": []}


async def test_another_sites_page_can_use_no_session_nor_end_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.mentor(901, "Ada")
    await sign_in(browser)
    foreign = {"origin": "https://evil.example"}
    answer = await browser.post("/graphql", json={"query": ME}, headers=foreign)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "CSRF")
    assert (await browser.post("/sign-out", headers=foreign)).status_code == 403
    assert (await browser.post("/sign-out", headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert await who(browser) is not None


async def test_only_the_browser_that_went_to_the_wiki_comes_back_from_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    """Else somebody could be signed in as another, unknowingly: a link would do."""
    await office.mentor(901, "Ada")
    back = await on_the_wiki(browser)
    kept = browser.cookies[PENDING]
    browser.cookies.clear()
    assert (await browser.get(back)).status_code == 400
    browser.cookies.set(PENDING, kept, path="/sign-in")
    assert (await browser.get(back.copy_set_param("state", "another"))).status_code == 400
    for cookie in ("", "x", "e30=", "WzEsMl0="):
        browser.cookies.clear()
        browser.cookies.set(PENDING, cookie, path="/sign-in")
        assert (await browser.get(back)).status_code == 400
    assert await who(browser) is None


async def test_a_code_is_good_once_and_with_its_verifier_alone(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    await office.mentor(901, "Ada")
    back = await on_the_wiki(browser)
    [stolen] = parse_qs(urlsplit(str(back)).query)["code"]
    mine = await on_the_wiki(browser)
    wiki.refused.clear()
    answer = await browser.get(mine.copy_set_param("code", stolen))
    assert (answer.status_code, wiki.refused) == (403, ["invalid_grant"])
    assert await who(browser) is None


@pytest.mark.parametrize(
    ("person", "profile", "status", "word"),
    [
        (None, None, 403, "has not told"),
        ("Nobody here", None, 403, "knows an account Nobody here"),
        ("Ada", {"sub": "1"}, 502, "did not say"),
        ("Ada", {"username": ["Ada"]}, 502, "did not say"),
        ("Ada", [], 502, "did not say"),
        ("Ada", {"username": "Ada"}, 502, "did not say"),
        ("Ada", {"username": "Ada", "sub": True}, 502, "did not say"),
        ("Ada", {"username": "Ada", "sub": 0}, 502, "did not say"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    office: Office,
    browser: httpx.AsyncClient,
    wiki: Wiki,
    person: str | None,
    profile: object,
    status: int,
    word: str,
) -> None:
    await office.mentor(901, "Ada")
    wiki.person, wiki.profile = person, profile
    answer = await sign_in(browser)
    assert answer.status_code == status
    assert word in answer.text
    assert await who(browser) is None


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\r\nb", "/" + "x" * 3000]
)
async def test_nobody_is_sent_elsewhere_afterwards(
    office: Office, browser: httpx.AsyncClient, to: str
) -> None:
    await office.mentor(901, "Ada")
    answer = await sign_in(browser, to)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_session_ends_after_a_fortnight(office: Office, browser: httpx.AsyncClient) -> None:
    await office.mentor(901, "Ada")
    answer = await sign_in(browser)
    assert re.search(rf"{SESSION}=.*Max-Age=1209600", "\n".join(answer.headers.get_list("set-cookie")))
    office.calendar.now += FORTNIGHT
    assert await who(browser) is None, "and the page shows what is public, as to anyone"


async def test_the_wiki_is_not_asked_for_us_more_often_than_we_are(
    office: Office, module_database: str, wiki: Wiki
) -> None:
    settings = {
        "public_url": HOME,
        "oauth_url": wiki.rest,
        "oauth_client": CLIENT,
        "oauth_wikis": {office.wiki: wiki.api},
        "limit_requests": 2,
    }
    async with living(module_database, office.calendar, **settings) as client:
        ways = ("/sign-in", "/sign-in/return?code=1&state=2", "/sign-in", "/sign-in/return?code=1&state=2")
        assert [(await client.http.get(way)).status_code for way in ways] == [303, 400, 429, 429]


async def test_whoever_is_renamed_is_the_same_person(office: Office, browser: httpx.AsyncClient) -> None:
    await office.mentor(901, "Ada")
    await sign_in(browser)
    await office.log_it("recordRename", target={"userId": "901"}, newName="Ada L.")
    assert await who(browser) is not None


async def test_who_takes_up_a_mentors_former_name_gets_nobodys_rights(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    """The wiki has renamed the mentor, and given the name to somebody else; nobody has told us yet."""
    await office.mentor(901, "Ada")
    wiki.accounts = {"Ada L.": (901, 70_901), "Ada": (950, 70_950)}
    answer = await sign_in(browser)
    assert answer.status_code == 403
    assert await who(browser) is None
    wiki.person = "Ada L."
    assert (await sign_in(browser)).status_code == 303
    me = await who(browser)
    assert isinstance(me, dict)
    assert {"wiki": {"dbName": office.wiki}, "role": "MENTOR"} in me["roles"]


async def test_who_changes_names_between_two_answers_of_the_wiki_is_not_taken_for_another(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    await office.mentor(901, "Ada")
    wiki.profile = {"sub": 70_950, "username": "Ada"}
    assert (await sign_in(browser)).status_code == 403
    wiki.profile = {"sub": 901, "username": "Ada"}
    assert (await sign_in(browser)).status_code == 403, "the id of one wiki is not the one that all share"
    assert await who(browser) is None


async def test_an_account_that_is_not_attached_to_the_person_is_not_theirs(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    await office.mentor(901, "Ada")
    wiki.attached = False
    assert (await sign_in(browser)).status_code == 403


async def test_a_wiki_that_shares_no_accounts_knows_people_by_its_own_ids(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    await office.mentor(901, "Ada")
    wiki.accounts = {"Ada": (901, None)}
    assert (await sign_in(browser)).status_code == 303
    assert await who(browser) is not None


async def test_a_wiki_that_does_not_say_whose_account_it_is_lets_nobody_in(
    office: Office, module_database: str, wiki: Wiki
) -> None:
    await office.mentor(901, "Ada")
    settings = asking(wiki, office, HOME) | {"oauth_wikis": {office.wiki: wiki.rest}}
    async with living(module_database, office.calendar, **settings) as client:
        answer = await sign_in(client.http)
        assert (answer.status_code, "did not answer" in answer.text) == (502, True)


async def test_whoever_has_a_long_name_signs_in_too(
    office: Office, browser: httpx.AsyncClient, wiki: Wiki
) -> None:
    wiki.person = "Ada \u00adwho writes at great length" + " and length" * 10
    wiki.accounts[wiki.person] = (902, 70_902)
    await office.mentor(902, wiki.person)
    assert (await sign_in(browser)).status_code == 303
    me = await who(browser)
    assert isinstance(me, dict)
    assert me["name"] == wiki.person.replace("\u00ad", "")[:100]


async def test_the_list_of_tokens_tells_no_hidden_name(office: Office, browser: httpx.AsyncClient) -> None:
    await office.mentor(901, "Ada")
    await sign_in(browser)
    names = "{ viewer { tokens { name createdBy } } }"
    for token, told in ((DOES_ALL, "sign-in"), (SEES_ALL, "Ada")):
        answer = await browser.post("/graphql", json={"query": names}, headers=bearing(token))
        tokens = answer.json()["data"]["viewer"]["tokens"]
        assert tokens[-1] == {"name": told, "createdBy": "sign-in"}
        assert {"name": "admin", "createdBy": "tests"} in tokens, "what a tool is called is no secret"


async def test_over_tls_a_session_is_this_hosts_alone(office: Office, module_database: str) -> None:
    home, name = "https://mentors.example", f"__Host-{SESSION}"
    await office.mentor(901, "Ada")
    with Wiki(f"{home}/sign-in/return").running() as wiki:
        wiki.person = "Ada"
        async with living(module_database, office.calendar, **asking(wiki, office, home)) as client:
            browser = client.http
            browser.base_url = httpx.URL(home)
            answer = await sign_in(browser)
            [told] = [one for one in answer.headers.get_list("set-cookie") if SESSION in one]
            assert told.startswith(f"{name}=")
            assert {"Secure", "Path=/"} <= {word.strip() for word in told.split(";")}
            assert await who(browser) is not None
            session = browser.cookies[name]
            browser.cookies.clear()
            browser.cookies.set(SESSION, session)
            assert await who(browser) is None, "another host of the domain could have put it there"
            browser.cookies.clear()
            browser.cookies.set(name, session)
            await browser.post("/sign-out", headers={"sec-fetch-site": "same-origin"})
            assert await who(browser) is None
