"""Every screen, as everybody meets it: its operations, its accessibility, its keys, its picture."""

import json
import os
import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Page, Request, expect

from dashboard.desk import Desk, settled
from dashboard.screens import SCREENS, compared
from dashboard.timely import ago
from those_who_ask import SEES_ALL

AXE: Final = Path(__file__).parents[2] / "dashboard/node_modules/axe-core/axe.min.js"
PICTURES: Final = Path(__file__).parents[2] / "docs/pictures"
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "rtl": {"color_scheme": "light", "locale": "he-IL"},
}
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    one => [one.id, one.nodes.map(node => node.html.slice(0, 200))])"""
UNDEFINED = """() => {
    const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).map(rule => rule.cssText).join();
    const used = new Set([...rules.matchAll(/var\\((--[a-z0-9-]+)\\)/g)].map(found => found[1]));
    return [...used].filter(one => !/^--[0-9a-f]{8}$/.test(one) && !rules.includes(one + ":"));
}"""
SOMEBODY = """{ wiki(dbName: "demowiki") {
    mentee(by: {name: "Acme Widgets Ltd"}) { id }
    mentees(where: {state: [SUSPENDED], blockCategory: [VANDALISM, SPAM], releasesBefore: "%s"},
        orderBy: {field: STATE_UNTIL, direction: DESC}, first: 1) { nodes { id } }
    mentors(where: {status: [AVAILABLE]}, orderBy: {field: SUSPENDED_MENTEES, direction: DESC}, first: 1) {
        nodes { id }
    }
} }"""

OLDEST = """{ wiki(dbName: "demowiki") {
    mentees(where: {state: [ACTIVE]}, orderBy: {field: REGISTERED, direction: ASC}, first: 1) { nodes { id } }
} }"""


@pytest.fixture(scope="module")
async def addresses(desk: Desk) -> dict[str, str]:
    """The screens with somebody on them."""
    found = (await desk.tells.ask(SOMEBODY % ago(days=-8)))["wiki"]
    mentor = found["mentors"]["nodes"][0]["id"]
    mentee, suspended = found["mentee"]["id"], found["mentees"]["nodes"][0]["id"]
    async with desk.sitting(SEES_ALL) as page:
        await compared(page)
    return {
        name: place.format(mentor=mentor, mentee=mentee, suspended=suspended)
        for name, place in SCREENS.items()
    }


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("look", LOOKS)
async def test_no_screen_keeps_anybody_out(
    desk: Desk, addresses: dict[str, str], look: str, width: int
) -> None:
    async with desk.sitting(desk.token, viewport={"width": width, "height": 900}, **LOOKS[look]) as page:
        found = {}
        for name, address in addresses.items():
            await page.goto(address)
            await settled(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} overflows"
            assert await page.evaluate("document.documentElement.dir") == ("rtl" if look == "rtl" else "ltr")
            await page.evaluate(AXE.read_text())
            if violations := await page.evaluate(RUN):
                found[name] = violations
        assert found == {}


async def test_a_screen_takes_two_operations_at_most_and_sends_no_text_of_one(
    desk: Desk, addresses: dict[str, str]
) -> None:
    for name, address in addresses.items():
        async with desk.sitting(desk.token) as page:
            asked: list[dict[str, Any]] = []

            def note(request: Request, asked: list[dict[str, Any]] = asked) -> None:
                if request.url.endswith("/graphql") and request.post_data:
                    asked.append(json.loads(request.post_data))

            page.on("request", note)
            await page.goto(address)
            await settled(page)
            assert 1 <= len(asked) <= 2, (name, [one["operationName"] for one in asked])
            assert all("query" not in one and one["documentId"] for one in asked)


async def test_no_table_is_wider_than_a_screen_of_1280(desk: Desk, addresses: dict[str, str]) -> None:
    for look in ("light", "rtl"):
        async with desk.sitting(SEES_ALL, **LOOKS[look]) as page:
            for name, address in addresses.items():
                await page.goto(address)
                await settled(page)
                wide = await page.evaluate(
                    "[...document.querySelectorAll('.scroll')].map(one => one.scrollWidth - one.clientWidth)"
                )
                assert all(one <= 0 for one in wide), (look, name, wide)


async def test_no_style_names_what_is_not_defined(page: Page) -> None:
    """A token that is not there is no error to a browser: it takes what it has, and nobody is told."""
    await page.goto("/")
    await settled(page)
    missing = await page.evaluate(UNDEFINED)
    assert missing == []
    assert "sans-serif" in await page.evaluate("getComputedStyle(document.body).fontFamily")


async def test_graphiql_asks_nobody_but_the_server(desk: Desk, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda line: asked.append(line.url))
    await page.goto("/graphiql")
    await expect(page.locator(".graphiql-container")).to_be_visible()
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".result-window")).to_contain_text("data")
    here = (desk.address, desk.address.replace("http", "ws"), f"blob:{desk.address}", "data:")
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith(here)] == []


async def test_lately_is_the_newest_first(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Newest Nuthatch", blocked=True)
    await page.goto(f"/mentors/{desk.mentor['id']}")
    await settled(page)
    lately = page.locator("section", has=page.get_by_role("heading", name="Lately")).locator("li").first
    await expect(lately).to_contain_text(re.compile("Newest Nuthatch.*Suspended"))
    await page.goto(f"/mentees/{mentee['id']}")
    newest = page.get_by_role("region", name="What happened").locator("tbody tr").first
    await expect(newest).to_contain_text("Suspended")


async def test_who_goes_from_page_to_page_is_warned_of_nothing(page: Page) -> None:
    """In one and the same tab, with what is kept from the pages before."""
    await page.goto("/?mentor=all")
    for name in ("Mentors", "Graph", "Policy", "Events", "Settings", "Your mentees", "Graph", "Events"):
        await page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
        await expect(page.locator("main h1")).to_contain_text(name.removeprefix("Your m").removeprefix("M"))
        await settled(page)
        assert await page.locator(".cdx-message--warning, .cdx-message--error, .failure").count() == 0, name


async def test_keys_go_from_page_to_page_and_can_be_turned_off(page: Page) -> None:
    await page.goto("/?mentor=all")
    await settled(page)
    await page.keyboard.press("j")
    await expect(page.locator("tbody th a.name").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="Policy", exact=True)).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.goto("/settings")
    await page.get_by_label("Keyboard shortcuts of one key").uncheck()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_timeline_shows_until_when_a_tie_is_kept(page: Page, addresses: dict[str, str]) -> None:
    await page.goto(addresses["mentee-suspended"])
    await expect(page.locator("svg .until")).to_be_attached()
    await expect(page.locator("svg.plot")).to_contain_text("kept until")
    assert await page.locator("svg rect.suspended.coming").count() == 2, "of both mentors"


async def test_a_long_history_is_shown_as_far_back_as_is_wanted(desk: Desk, page: Page) -> None:
    oldest = (await desk.tells.ask(OLDEST))["wiki"]["mentees"]["nodes"][0]["id"]
    await page.goto(f"/mentees/{oldest}")
    await settled(page)
    all_of_it = await page.locator("svg.plot").text_content()
    await page.get_by_role("combobox", name="Time shown").click()
    await page.get_by_role("option", name="30 days").click()
    await expect(page).to_have_url(re.compile("days=30"))
    assert await page.locator("svg.plot").text_content() != all_of_it, "the days on the axis"


async def test_the_timeline_is_told_as_a_table_too(page: Page, addresses: dict[str, str]) -> None:
    await page.goto(addresses["mentee"])
    await page.get_by_text("The same as a table").click()
    table = page.get_by_role("region", name="The same as a table")
    await expect(table).to_contain_text("Suspended")
    await expect(table).to_contain_text("Acme Widgets Ltd")


async def test_the_graph_opens_a_mentor(page: Page, addresses: dict[str, str]) -> None:
    await page.goto(addresses["graph"])
    await settled(page)
    node = page.locator("svg g.node.mentor").first
    await node.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("svg g.node.mentee").first).to_be_visible()


async def test_every_screen_is_pictured(desk: Desk, addresses: dict[str, str], tmp_path: Path) -> None:
    """`PICTURES=1` puts them where the docs show them."""
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    folder.mkdir(exist_ok=True)
    for name, address in addresses.items():
        # The settings are a mentor's.
        asks = desk.token if name == "settings" else SEES_ALL
        async with desk.sitting(asks, reduced_motion="reduce") as page:
            await page.goto(address)
            await settled(page)
            await page.screenshot(path=folder / f"{name}.png", full_page=name == "policy")
    assert {one.stem for one in folder.glob("*.png")} >= set(SCREENS)
