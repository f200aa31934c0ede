"""Who is active, who is suspended and why: the list of mentees, and its address."""

import re

from playwright.async_api import Page, expect

from acceptance.client import Client
from dashboard.desk import WIKI, Desk, settled
from dashboard.timely import ago


async def names(page: Page) -> list[str]:
    await settled(page)
    found: list[str] = await page.locator("tbody th a.name").all_inner_texts()
    return found


async def test_a_mentor_sees_who_is_active_and_who_is_suspended_and_why(desk: Desk, page: Page) -> None:
    await desk.newcomer("Grete Fennel")
    await desk.newcomer("Acme Sprockets Ltd", blocked=True)
    await page.goto("/")
    assert "Grete Fennel" in await names(page)
    await page.get_by_role("link", name=re.compile("^Suspended")).click()
    row = page.get_by_role("row").filter(has_text="Acme Sprockets Ltd")
    await expect(row).to_contain_text("Blocked: Username, no expiry")
    await expect(row).to_contain_text("As long as the mentor stays")
    await expect(page).to_have_url(re.compile("tab=suspended"))


async def test_a_block_that_ends_by_itself_is_told_with_its_end(desk: Desk, page: Page) -> None:
    ends = ago(days=-2)
    await desk.block(await desk.newcomer("Patient Plover"), category="VANDALISM", expiresAt=ends)
    await page.goto("/?tab=suspended")
    row = page.get_by_role("row").filter(has_text="Patient Plover")
    await expect(row).to_contain_text(re.compile("Blocked: Vandalism, until .*The block ends by itself"))
    await expect(row).to_contain_text("Until the block ends")
    talk = row.get_by_role("link", name=re.compile("talk: .Patient Plover"))
    await expect(talk).to_have_attribute("href", re.compile(r"^https://.*/wiki/User_talk:Patient%20Plover$"))
    log = row.get_by_role("link", name="block log: 1")
    await expect(log).to_have_attribute(
        "href", re.compile(r"/wiki/Special:Log/block\?page=User:Patient%20Plover$")
    )
    await page.goto("/events?kind=SUSPENDED")
    told = page.get_by_role("row").filter(has_text="Patient Plover").first
    await expect(told).to_contain_text(re.compile(r"Vandalism, until \w+ \d+, 20\d\d"))


async def test_an_address_brings_back_the_same_view(page: Page) -> None:
    await page.goto("/?mentor=all&tab=suspended&category=VANDALISM&sort=since&dir=asc&size=10")
    first = await names(page)
    assert first
    await expect(page.get_by_text("Blocked for: Vandalism")).to_be_visible()
    assert await page.locator("th[aria-sort=ascending]").inner_text() == "Since"
    await page.reload()
    assert await names(page) == first


async def test_every_column_that_can_sorts_both_ways_and_says_so(page: Page) -> None:
    await page.goto("/?mentor=all&tab=suspended&size=10")
    for column in ("Mentee", "Since", "Kept until", "Blocks", "Edits", "Questions", "Reverts", "Last active"):
        button = page.get_by_role("button", name=column, exact=True)
        seen = set()
        for _ in range(2):
            before = page.url
            await button.click()
            await expect(page).not_to_have_url(before)
            await settled(page)
            head = page.get_by_role("columnheader", name=column, exact=True)
            seen.add(await head.get_attribute("aria-sort"))
        assert seen == {"ascending", "descending"}, column


async def test_every_filter_is_in_the_address_and_can_be_taken_away(page: Page) -> None:
    chosen = {
        "category": "USERNAME",
        "ends": "never",
        "scope": "SITEWIDE",
        "kind": "LOCAL",
        "stood": "90",
        "near": "30",
        "edited": "180",
        "renamed": "no",
        "min": "0",
        "max": "500",
    }
    await page.goto("/?mentor=all&tab=suspended")
    everybody = len(await names(page))
    for name, value in chosen.items():
        await page.goto(f"/?mentor=all&tab=suspended&{name}={value}")
        assert len(await names(page)) <= everybody, name
        await page.get_by_role("button", name=re.compile("^Remove the filter")).click()
        await expect(page).to_have_url(re.compile(f"^(?!.*{name}=)"))
        assert len(await names(page)) == everybody


async def test_each_filter_lets_through_whom_it_says(desk: Desk, page: Page) -> None:
    plain, held, noisy, wide = [
        await desk.newcomer(f"Sieve {name}") for name in ("Plain", "Held", "Noisy", "Wide")
    ]
    for one in (held, noisy):
        await desk.block(one, category="VANDALISM" if one is noisy else "USERNAME")
    await desk.block(wide, category="SPAM", kind="GLOBAL_LOCK", expiresAt=ago(days=-2))
    about = {"target": {"userId": noisy["userId"]}, "newName": "Sieve Noisier", "occurredAt": ago()}
    await desk.tell("recordRename", about)
    edits = [{"userId": one["userId"], "editCount": 40, "lastEditAt": ago(hours=2)} for one in (plain, held)]
    await desk.tells.done("recordActivity", {"wiki": WIKI, "activity": edits})
    for one in (plain, noisy):
        await Client(desk.tells.http, desk.token).done("starMentee", {"mentee": one["id"]})
    suspended = {"Held", "Noisier", "Wide"}
    for tab, chosen, passed in (
        ("active", "starred=yes", {"Plain"}),
        ("suspended", "starred=yes", {"Noisier"}),
        ("suspended", "category=USERNAME", {"Held"}),
        ("suspended", "ends=never", {"Held", "Noisier"}),
        ("suspended", "ends=sometime", {"Wide"}),
        ("suspended", "kind=LOCAL", {"Held", "Noisier"}),
        ("suspended", "kind=GLOBAL_LOCK", {"Wide"}),
        ("suspended", "scope=SITEWIDE", suspended),
        ("suspended", "scope=PARTIAL", set()),
        ("suspended", "stood=1", suspended),
        ("suspended", "near=30", {"Noisier"}),
        ("suspended", "near=3", set()),
        ("suspended", "renamed=yes", {"Noisier"}),
        ("suspended", "renamed=no", {"Held", "Wide"}),
        ("suspended", "edited=1", {"Held"}),
        ("suspended", "min=1", {"Held"}),
        ("suspended", "max=1", {"Noisier", "Wide"}),
        ("active", "min=30&max=50", {"Plain"}),
    ):
        await page.goto(f"/?tab={tab}&q=Sieve&{chosen}")
        assert {name.removeprefix("Sieve ") for name in await names(page)} == passed, (tab, chosen)


async def test_each_order_of_the_list_is_the_servers(page: Page) -> None:
    for tab in ("active", "suspended", "released"):
        for column, number in (("blocks", "Blocks"), ("edits", "Edits")):
            for way in ("asc", "desc"):
                await page.goto(f"/?mentor=all&tab={tab}&sort={column}&dir={way}&size=50")
                await settled(page)
                heads = await page.locator("thead > tr > *").all_inner_texts()
                at = [one.strip() for one in heads].index(number) + 1
                cells = await page.locator(f"tbody tr > :nth-child({at})").all_inner_texts()
                said = [int(one.replace(",", "")) for one in cells]
                assert said == sorted(said, reverse=way == "desc"), (tab, column, way)


async def test_mentors_are_sorted_filtered_and_paged(page: Page) -> None:
    for column, place in (("Active", 3), ("Suspended", 4)):
        for way in ("desc", "asc"):
            await page.goto(f"/mentors?sort={column.lower()}&dir={way}&size=50")
            await settled(page)
            cells = await page.locator(f"tbody tr > :nth-child({place})").all_inner_texts()
            said = [int(one) for one in cells]
            assert said == sorted(said, reverse=way == "desc"), (column, way)
            head = page.get_by_role("columnheader", name=column, exact=True)
            await expect(head).to_have_attribute("aria-sort", {"asc": "ascending", "desc": "descending"}[way])
    for column in ("Mentor", "Mentor since"):
        await page.get_by_role("button", name=column, exact=True).click()
        first = await turned(page)
        await page.get_by_role("button", name=column, exact=True).click()
        assert await turned(page) != first, column
    for status in ("Active", "Away", "Blocked", "Resigned"):
        word = {"Active": "AVAILABLE"}.get(status, status.upper())
        await page.goto(f"/mentors?status={word}&size=50")
        await settled(page)
        shown = await page.locator("tbody tr > :nth-child(2)").all_inner_texts()
        assert all(one.startswith(status) for one in shown), status
    await page.goto("/mentors?size=10")
    first_page = set(await names(page))
    await page.get_by_role("button", name="Next").click()
    await expect(page).to_have_url(re.compile("after="))
    await expect(page.locator("tbody th a.name").first).not_to_have_text(next(iter(first_page)))
    await page.reload()
    assert not set(await names(page)) & first_page
    await page.go_back()
    await page.reload()
    assert set(await names(page)) == first_page


async def turned(page: Page) -> list[str]:
    await page.wait_for_url(re.compile("sort="))
    await page.wait_for_timeout(100)
    return await names(page)


async def test_events_are_filtered_and_paged(page: Page) -> None:
    for kind, word in (("SUSPENDED", "Suspended"), ("RELEASED", "Released"), ("RESUMED", "Resumed")):
        await page.goto(f"/events?kind={kind}")
        await expect(page.locator("tbody tr strong").first).to_be_visible()
        shown = await page.locator("tbody tr > :nth-child(2) strong").all_inner_texts()
        assert set(shown) == {word}
    await page.goto("/events")
    await settled(page)
    newest = await page.locator("tbody tr > :first-child time").first.get_attribute("datetime")
    await page.get_by_role("button", name="Older").click()
    await expect(page).to_have_url(re.compile("before="))
    await page.reload()
    await settled(page)
    older = await page.locator("tbody tr > :first-child time").first.get_attribute("datetime")
    assert newest is not None
    assert older is not None
    assert older <= newest
    await page.go_back()
    await expect(page).to_have_url(re.compile("^(?!.*before=)"))


async def test_a_filter_is_chosen_by_keyboard_alone(page: Page) -> None:
    await page.goto("/?mentor=all&tab=suspended")
    await settled(page)
    await page.get_by_role("button", name="Filters").focus()
    await page.keyboard.press("Enter")
    await page.locator("form.filters").get_by_role("combobox").first.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("category="))


async def test_search_finds_a_mentee_by_the_name_they_no_longer_have(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Bargain Lamps Oy")
    about = {"target": {"userId": mentee["userId"]}, "newName": "Lotta Lamppu"}
    await desk.tell("recordRename", {**about, "occurredAt": "2026-11-20T10:00:00Z"})
    await page.goto("/")
    await settled(page)
    await page.keyboard.press("/")
    await page.keyboard.type("bargain l")
    await expect(page).to_have_url(re.compile("q=bargain"))
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody")).to_contain_text(re.compile("formerly .Bargain Lamps Oy"))


async def test_pages_are_turned_and_back_returns(page: Page) -> None:
    await page.goto("/?mentor=all&size=10")
    first = await names(page)
    await page.get_by_role("button", name="Next").click()
    await expect(page).to_have_url(re.compile("after="))
    await expect(page.locator("tbody th a.name").first).not_to_have_text(first[0])
    second = await names(page)
    assert not set(first) & set(second)
    await page.go_back()
    await expect(page.locator("tbody th a.name").first).to_have_text(first[0])
    assert await names(page) == first


async def test_empty_and_filtered_empty_are_told_apart(desk: Desk, page: Page) -> None:
    await desk.newcomer("Somebody Active")
    await page.goto("/?tab=released")
    await expect(page.get_by_role("heading", name="Nobody was released")).to_be_visible()
    await page.goto("/?q=zzzzzz")
    await expect(page.get_by_role("heading", name="Filters hide everything")).to_be_visible()
    await page.locator(".empty").get_by_role("button", name="Clear filters").click()
    await expect(page.locator("tbody th a.name").first).to_be_visible()


async def test_a_view_is_kept_in_this_browser(page: Page) -> None:
    await page.goto("/?mentor=all&tab=suspended&category=SPAM")
    await settled(page)
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("option", name="Keep this view").click()
    await page.goto("/?mentor=all")
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("option", name="Blocked for: Spam").click()
    await expect(page).to_have_url(re.compile("category=SPAM"))


async def test_a_table_goes_out_as_csv_and_its_query_into_graphiql(page: Page) -> None:
    await page.goto("/?mentor=all&tab=suspended&size=10")
    shown = await names(page)
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="CSV").click()
    text = (await (await waiting.value).path()).read_text()
    assert all(name in text for name in shown)
    link = await page.get_by_role("link", name="Open this query in GraphiQL").get_attribute("href")
    assert link is not None
    assert link.startswith("/graphiql?query=query+WikisMentees")


async def test_whoever_is_not_signed_in_reads_and_is_offered_nothing_to_do(desk: Desk) -> None:
    async with desk.sitting() as page:
        await page.goto("/")
        await expect(page.get_by_role("heading", name="All mentees")).to_be_visible()
        await settled(page)
        assert await page.locator("tbody input[type=checkbox], tbody .star").count() == 0
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_a_mentor_signs_in_with_the_wiki_and_comes_back_to_the_page(desk: Desk) -> None:
    async with desk.sitting() as page:
        await page.goto("/?tab=suspended")
        await page.get_by_role("link", name="Sign in").click()
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        await expect(page.get_by_role("heading", name="Your mentees")).to_be_visible()
        await expect(page).to_have_url(re.compile("tab=suspended"))
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
