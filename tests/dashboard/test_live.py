"""What happens while somebody looks."""

import re

from playwright.async_api import Page, WebSocketRoute, expect

from dashboard.desk import COMPLAIN, Desk, settled


async def test_a_block_shows_in_every_browser_and_moves_no_row_by_itself(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Live Larch")
    async with desk.sitting(desk.token) as other:
        for one in (page, other):
            await one.goto("/?q=Live+Larch")
            await settled(one)
            await expect(one.locator(".line")).to_have_text("Live")
        await desk.block(mentee)
        for one in (page, other):
            row = one.get_by_role("row").filter(has_text="Live Larch")
            await expect(row).to_contain_text("Suspended")
            await one.get_by_role("button", name=re.compile("change.*Show")).click()
            await expect(one.get_by_role("heading", name="Filters hide everything")).to_be_visible()


async def test_a_mentors_page_follows_what_happens_to_their_mentees(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Watched Warbler")
    await page.goto(f"/mentors/{desk.mentor['id']}")
    await settled(page)
    await expect(page.locator(".line")).to_have_text("Live")
    await desk.block(mentee)
    lately = page.locator("section", has=page.get_by_role("heading", name="Lately"))
    await expect(lately.locator("li").first).to_contain_text("Watched Warbler · Suspended")


async def test_events_arrive_as_they_happen_and_can_be_paused(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Busy Bittern")
    await page.goto("/events")
    await settled(page)
    await expect(page.locator(".line")).to_have_text("Live")
    await desk.block(mentee)
    first = page.locator("tbody tr").first
    await expect(first).to_contain_text(re.compile("Suspended.*Busy Bittern"))
    await page.get_by_role("button", name="Pause").click()
    await desk.unblock(mentee)
    await expect(page.get_by_role("button", name=re.compile("new event"))).to_be_visible()
    await expect(first).to_contain_text("Suspended")
    await page.get_by_role("button", name=re.compile("new event")).click()
    await expect(first).to_contain_text("Resumed")


async def test_a_line_that_was_lost_is_found_again_and_nothing_is_missed(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Cut Curlew")
    lines: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    def between(line: WebSocketRoute) -> None:
        lines.append((line, line.connect_to_server()))

    await page.route_web_socket("**/graphql", between)
    await page.goto("/events")
    await settled(page)
    await expect(page.locator(".line")).to_have_text("Live")
    COMPLAIN.add(page)
    for end in lines[0]:
        await end.close(code=4000)
    await expect(page.locator(".line")).to_have_text("Reconnecting…")
    await desk.block(mentee)
    await expect(page.locator("tbody tr").first).to_contain_text(re.compile("Suspended.*Cut Curlew"))
    assert len(lines) > 1


async def test_a_page_that_watches_nothing_has_lost_nothing(page: Page) -> None:
    """The socket is closed when nobody needs it, and that is no news."""
    await page.goto("/events")
    await settled(page)
    await expect(page.locator(".line")).to_have_text("Live")
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Graph").click()
    await expect(page.locator(".line")).not_to_have_text("Live")
    await expect(page.locator(".line")).to_have_text("Not live")
    await expect(page.get_by_text("The connection is lost")).to_have_count(0)
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Events").click()
    await expect(page.locator(".line")).to_have_text("Live")


async def test_offline_keeps_what_was_known_and_says_so(desk: Desk, page: Page) -> None:
    await desk.newcomer("Dim Dipper")
    await page.goto("/?q=Dim")
    await settled(page)
    COMPLAIN.add(page)
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Edits").click()
    await expect(page.locator(".failure")).to_contain_text("What you see is what was known before")
    await expect(page.locator("tbody")).to_contain_text("Dim Dipper")
    await page.context.set_offline(False)
    await page.locator(".failure").get_by_role("button", name="Try again").click()
    await expect(page.locator(".failure")).to_have_count(0)
