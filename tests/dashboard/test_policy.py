"""Coordinators try policies, and set one. It is set last: whoever is suspended after it is held by it."""

import re
from typing import Final

from playwright.async_api import Page, expect

from dashboard.desk import Desk, confirm, settled
from dashboard.hands import agree, press, reach
from dashboard.screens import NEWEST_POLICY, compared

OVERLAPPING: Final = """() => [...document.querySelectorAll("svg.plot")].flatMap(plot => {
    const boxes = [...plot.querySelectorAll("text")].map(one => [one.textContent, one.getBBox()]);
    return boxes.flatMap(([said, one], index) => boxes.slice(index + 1).filter(([, other]) =>
        one.x < other.x + other.width && other.x < one.x + one.width &&
        one.y + 2 < other.y + other.height - 2 && other.y + 2 < one.y + one.height - 2
    ).map(([other]) => [said, other]));
})"""


async def test_policies_are_compared_and_one_is_set_after_its_effect_was_told(
    desk: Desk, leading: Page
) -> None:
    await compared(leading)
    await expect(leading.get_by_role("heading", name="Ties held over time")).to_be_visible()
    assert await leading.evaluate(OVERLAPPING) == []
    row = leading.get_by_role("row").filter(has=leading.get_by_role("rowheader", name="90 days", exact=True))
    await row.get_by_role("button", name="Set this policy").click()
    await expect(leading.locator(".effect")).to_contain_text(
        re.compile("looked at anew; .* released at once")
    )
    await confirm(leading, "Set this policy")
    assert (await desk.tells.ask(NEWEST_POLICY))["wiki"]["policy"]["settings"] == {
        "name": "hold-90",
        "defaultHold": "P90D",
    }


async def test_one_is_tried_and_set_by_keyboard_alone(desk: Desk, leading: Page) -> None:
    await leading.goto("/policy?window=90")
    await settled(leading)
    slider = leading.get_by_role("slider")
    await reach(leading, slider)
    await leading.keyboard.press("ArrowRight")
    await expect(leading).to_have_url(re.compile("grace=31"))
    await press(leading, leading.get_by_role("button", name="Compare"))
    mine = leading.get_by_role("row").filter(has=leading.get_by_role("rowheader", name="31 days", exact=True))
    await expect(mine).to_be_visible(timeout=60_000)
    await press(leading, mine.get_by_role("button", name="Set this policy"))
    await expect(leading.locator(".effect")).to_contain_text("looked at anew")
    await agree(leading, "Set this policy")
    assert (await desk.tells.ask(NEWEST_POLICY))["wiki"]["policy"]["settings"] == {
        "name": "hold-31",
        "defaultHold": "P31D",
    }
