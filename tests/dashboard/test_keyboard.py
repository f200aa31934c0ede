"""Every flow by keyboard alone: nothing here is clicked, and nothing is focused but by keys."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from dashboard.desk import WIKI, Desk, settled
from dashboard.hands import agree, choose, look_up, press, reach, write
from dashboard.timely import ago


@pytest.fixture(autouse=True)
async def no_pointer(page: Page, leading: Page) -> None:
    """A page that is touched by a pointer says so, and fails the test."""
    for one in (page, leading):
        await one.add_init_script(
            "addEventListener('pointerdown', () => console.error('a pointer was used'), true)"
        )


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def menu(page: Page, name: str) -> Locator:
    return row(page, name).get_by_role("button", name="What to do")


async def mentor_of(desk: Desk, number: int, name: str) -> dict[str, Any]:
    """Another mentor, who is never drawn."""
    told = {"userId": str(number), "name": name, "occurredAt": ago(days=300), "assign": False}
    await desk.tell("recordRegistration", told)
    enrolled = {"wiki": WIKI, "account": {"userId": str(number)}, "share": "NONE"}
    mentor: dict[str, Any] = (await desk.tells.done("enrollMentor", enrolled, "mentor { id name }"))["mentor"]
    return mentor


async def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page) -> None:
    await page.goto("/")
    await settled(page)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('main') !== null")


async def test_search_tabs_order_and_pages(page: Page) -> None:
    await page.goto("/?mentor=all&size=10")
    await settled(page)
    await press(page, page.get_by_role("link", name=re.compile("^Suspended")))
    await expect(page).to_have_url(re.compile("tab=suspended"))
    await settled(page)
    await press(page, page.get_by_role("button", name="Edits", exact=True))
    await expect(page).to_have_url(re.compile("sort=edits&dir=desc"))
    await settled(page)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("sort=edits&dir=asc"))
    await settled(page)
    first = await page.locator("tbody th a.name").first.inner_text()
    await press(page, page.get_by_role("button", name="Next"))
    await expect(page).to_have_url(re.compile("after="))
    await expect(page.locator("tbody th a.name").first).not_to_have_text(first)
    await reach(page, page.get_by_role("button", name="Previous"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody th a.name").first).to_have_text(first)
    await choose(page, page.get_by_role("combobox", name="Rows"), "25")
    await expect(page).to_have_url(re.compile("size=25"))
    await expect(page.get_by_role("combobox", name="Rows")).to_be_focused()
    await page.keyboard.press("/")
    await page.keyboard.type("zzzzz")
    await expect(page.get_by_role("heading", name="Filters hide everything")).to_be_visible()


async def test_a_filter_is_set_and_taken_away_and_a_view_is_kept(page: Page) -> None:
    await page.goto("/?mentor=all&tab=suspended")
    await settled(page)
    await press(page, page.get_by_role("button", name="Filters"))
    await choose(page, page.locator("form.filters").get_by_role("combobox", name="Blocked for"), "Spam")
    await expect(page).to_have_url(re.compile("category=SPAM"))
    await settled(page)
    await write(page, page.get_by_label("Edits, at most"), "400")
    await page.keyboard.press("Tab")
    await expect(page).to_have_url(re.compile("max=400"))
    await settled(page)
    await page.reload()
    await settled(page)
    await choose(page, page.get_by_role("button", name="Views"), "Keep this view")
    await press(page, page.get_by_role("button", name="Remove the filter: Edits, at most"))
    await expect(page).to_have_url(re.compile("^(?!.*max=)"))
    await page.reload()
    await settled(page)
    await choose(page, page.get_by_role("button", name="Views"), "Blocked for: Spam")
    await expect(page).to_have_url(re.compile("max=400"))


async def test_a_mentee_is_starred(desk: Desk, page: Page) -> None:
    await desk.newcomer("Keyed Kestrel")
    await page.goto("/?q=Keyed+Kestrel")
    await settled(page)
    await page.keyboard.press("j")
    await expect(page.get_by_role("link", name="Keyed Kestrel", exact=True)).to_be_focused()
    await page.keyboard.press("s")
    star = page.get_by_role("button", name="Star")
    await expect(star).to_have_attribute("aria-pressed", "true")
    await reach(page, star, "Shift+Tab")
    await page.keyboard.press("Space")
    await expect(star).to_have_attribute("aria-pressed", "false")


async def test_a_tie_is_kept_ended_taken_back_and_restored(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Keyed Kittiwake")
    await desk.block(mentee, category="VANDALISM")
    await page.goto("/?tab=suspended&q=Keyed+Kittiwake")
    await settled(page)
    await choose(page, menu(page, "Keyed Kittiwake"), "Keep longer")
    await reach(page, page.get_by_role("dialog").get_by_label("Until"))
    await page.keyboard.type("05042031")
    await agree(page, "Keep longer")
    assert (await desk.stands(mentee))["suspension"]["releasesAt"] == "2031-05-04T00:00:00.000Z"
    await expect(page.locator("tbody")).to_contain_text("May 4, 2031")
    await choose(page, menu(page, "Keyed Kittiwake"), "Release now")
    await agree(page, "Release now")
    await expect(page.get_by_role("heading", name="Filters hide everything")).to_be_visible()
    assert (await desk.stands(mentee))["mentor"] is None
    await page.keyboard.press("u")
    await expect(page.get_by_text("Taken back: everything is as it was.")).to_be_visible()
    assert (await desk.stands(mentee))["mentor"] == {"name": "Hedda Linnet"}
    await page.goto(f"/mentees/{mentee['id']}")
    await settled(page)
    await press(page, page.get_by_role("button", name="Release now"))
    await agree(page, "Release now")
    await press(page, page.get_by_role("button", name="Restore"))
    await agree(page, "Restore")
    assert (await desk.stands(mentee))["mentor"] == {"name": "Hedda Linnet"}


async def test_many_are_picked_handed_over_and_taken_back(desk: Desk, page: Page) -> None:
    other = await mentor_of(desk, 991_001, "Keyed Quail")
    mentees = [await desk.newcomer(f"Keyed Plover {number}") for number in range(3)]
    await page.goto("/?q=Keyed+Plover")
    await settled(page)
    await press(page, page.get_by_label(re.compile("^Pick .Keyed Plover 1")), "Space")
    await reach(page, page.get_by_label("Pick all of this page"), "Shift+Tab")
    await page.keyboard.press("Space")
    group = page.get_by_role("group", name="With those picked")
    await expect(group).to_contain_text("3 mentees picked")
    await reach(page, group.get_by_role("button", name="Hand over"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await look_up(page, page.get_by_role("dialog").get_by_role("combobox"), "Keyed Quail")
    await expect(page.locator(".effect")).to_contain_text("3 mentees would get another mentor")
    await agree(page, "Hand over")
    for mentee in mentees:
        assert (await desk.stands(mentee))["mentor"]["name"] == other["name"]
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.keyboard.press("u")
    await expect(page.get_by_text("Taken back: everything is as it was.")).to_be_visible()
    for mentee in mentees:
        assert (await desk.stands(mentee))["mentor"]["name"] == "Hedda Linnet"


async def test_a_mentee_is_claimed(desk: Desk, page: Page) -> None:
    other = await mentor_of(desk, 991_002, "Keyed Rail")
    mentee = await desk.newcomer("Keyed Wren")
    await desk.tells.done("claimMentees", {"mentor": other["id"], "mentees": [mentee["id"]]})
    await page.goto(f"/mentees/{mentee['id']}")
    await settled(page)
    await press(page, page.get_by_role("button", name="Claim mentee"))
    await expect(page.locator(".effect")).to_contain_text("One mentee would get another mentor")
    await agree(page, "Claim mentee")
    await expect(page.get_by_text("is your mentee").first).to_be_visible()
    assert (await desk.stands(mentee))["mentor"] == {"name": "Hedda Linnet"}


async def test_a_mentor_is_looked_up_hands_over_and_resigns(desk: Desk, leading: Page) -> None:
    tired, fresh = await mentor_of(desk, 991_003, "Keyed Tern"), await mentor_of(desk, 991_004, "Keyed Teal")
    mentees = [await desk.newcomer(f"Keyed Tit {number}") for number in range(2)]
    ids = [one["id"] for one in mentees]
    await desk.tells.done("claimMentees", {"mentor": tired["id"], "mentees": ids})
    await leading.goto("/mentors")
    await settled(leading)
    await leading.keyboard.press("/")
    await leading.keyboard.type("Keyed Tern")
    await expect(leading.locator("tbody tr")).to_have_count(1)
    await press(leading, leading.get_by_role("link", name="Keyed Tern"))
    await press(leading, leading.get_by_role("button", name="Hand over all"))
    dialog = leading.get_by_role("dialog")
    await look_up(leading, dialog.get_by_role("combobox"), "Keyed Teal")
    await expect(leading.locator(".effect")).to_contain_text("2 get another mentor")
    await agree(leading, "Hand over")
    assert [(await desk.stands(one))["mentor"]["name"] for one in mentees] == ["Keyed Teal"] * 2
    await leading.goto(f"/mentors/{fresh['id']}")
    await settled(leading)
    await press(leading, leading.get_by_role("button", name="Resign"))
    await expect(leading.locator(".effect")).to_contain_text("2 get another mentor, 0 ties end")
    await agree(leading, "Resign")
    await expect(leading.locator("h1")).to_contain_text("Resigned")
    assert "Keyed Teal" not in [(await desk.stands(one))["mentor"]["name"] for one in mentees]


async def test_settings_are_saved(desk: Desk, page: Page) -> None:
    await page.goto("/settings")
    await settled(page)
    await reach(page, page.get_by_label("Away until"))
    back = datetime.now(UTC) + timedelta(days=60)
    await page.keyboard.type(f"{back:%m%d%Y}")
    await choose(page, page.get_by_role("combobox", name="Number of mentees assigned"), "About half")
    await write(page, page.get_by_label("At most"), "12")
    await write(page, page.get_by_label("Introduction message"), "By keys alone.")
    released = page.get_by_label("A tie was released")
    was = await released.is_checked()
    await press(page, released, "Space")
    await press(page, page.get_by_role("button", name="Save"))
    await expect(page.get_by_text("Saved.")).to_be_visible()
    asked = (
        "query($id: ID!) { node(id: $id) { ... on Mentor { introduction capacity share status awayUntil } } }"
    )
    found = (await desk.tells.ask(asked, id=desk.mentor["id"]))["node"]
    assert found == {
        "introduction": "By keys alone.",
        "capacity": 12,
        "share": "LOW",
        "status": "AWAY",
        "awayUntil": f"{back:%Y-%m-%d}T00:00:00.000Z",
    }
    await page.reload()
    await settled(page)
    assert await released.is_checked() is not was
    as_before = {"mentor": desk.mentor["id"], "awayUntil": None, "share": "NORMAL"}
    await desk.tells.done("updateMentor", as_before)


async def test_somebody_signs_in_and_out_again(desk: Desk) -> None:
    async with desk.sitting() as page:
        await page.goto("/?tab=suspended")
        await settled(page)
        await press(page, page.get_by_role("link", name="Sign in"))
        await expect(page.get_by_role("heading", name="Your mentees")).to_be_visible()
        await press(page, page.get_by_role("button", name="Sign out"))
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_a_token_is_used_and_put_away(desk: Desk) -> None:
    async with desk.sitting() as page:
        await page.goto("/")
        await settled(page)
        await press(page, page.get_by_role("button", name="Use a token"))
        await write(page, page.get_by_label("API token"), desk.token)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Your mentees")).to_be_visible()
        await press(page, page.get_by_role("button", name="Sign out"))
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_the_graph_is_opened_and_closed_and_looks_further_back(page: Page) -> None:
    await page.goto("/graph")
    await settled(page)
    await choose(page, page.get_by_role("combobox", name="Hand-overs"), "365 days")
    await expect(page).to_have_url(re.compile("window=365"))
    await settled(page)
    node = page.locator("svg g.node.mentor").first
    await reach(page, node)
    await page.keyboard.press("Space")
    await expect(page.locator("svg g.node.mentee").first).to_be_visible()
    await expect(node).to_be_focused()
    await press(page, page.locator("ul.names a").first)
    await expect(page.get_by_role("heading", name="What happens next")).to_be_visible()


async def test_events_are_chosen_paused_and_paged(page: Page) -> None:
    await page.goto("/events")
    await settled(page)
    await choose(page, page.get_by_role("combobox", name="Kinds of events"), "Suspended")
    await expect(page).to_have_url(re.compile("kind=SUSPENDED"))
    await settled(page)
    await press(page, page.get_by_role("button", name="Pause"))
    await expect(page.get_by_role("button", name="Go on")).to_have_attribute("aria-pressed", "true")
    first = await page.locator("tbody tr").first.inner_text()
    await press(page, page.get_by_role("button", name="Older"))
    await expect(page).to_have_url(re.compile("before="))
    await expect(page.locator("tbody tr").first).not_to_have_text(first)
    await press(page, page.get_by_role("button", name="Newest"))
    await expect(page).to_have_url(re.compile("^(?!.*before=)"))


async def test_the_timeline_is_read_as_a_table(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Keyed Knot", blocked=True)
    await page.goto(f"/mentees/{mentee['id']}")
    await settled(page)
    await press(page, page.locator("summary"))
    await expect(page.get_by_role("region", name="The same as a table")).to_contain_text("Suspended")


async def test_a_language_and_a_theme_are_chosen(page: Page) -> None:
    await page.goto("/settings")
    await settled(page)
    await choose(page, page.get_by_role("button", name="Theme"), "Dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await choose(page, page.get_by_role("button", name="Language"), "עברית")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
