"""Coordinators try policies, and set one. It is set last: whoever is suspended after it is held by it."""

import re

from playwright.async_api import Page, expect

from dashboard.desk import Desk, confirm
from dashboard.screens import NEWEST_POLICY, compared


async def test_policies_are_compared_and_one_is_set_after_its_effect_was_told(
    desk: Desk, leading: Page
) -> None:
    await compared(leading)
    await expect(leading.get_by_role("heading", name="Ties held over time")).to_be_visible()
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
