"""Hands on a keyboard, and nowhere else: what people do who use no pointer."""

import re
from typing import Final

from playwright.async_api import Locator, Page, expect

HAS_FOCUS: Final = "one => one === document.activeElement"
MOST: Final = 400
"""More presses than anybody bears: whatever is behind so many is out of reach."""


async def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press one key until the focus is there."""
    await expect(target).to_be_visible()
    for _ in range(MOST):
        if await target.evaluate(HAS_FOCUS):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {target}")


async def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a control, and press it."""
    await reach(page, target)
    await page.keyboard.press(key)


async def choose(page: Page, menu: Locator, option: str) -> None:
    """Open a menu, go to an option of it, and take it."""
    await press(page, menu)
    lit = page.locator(".cdx-menu-item--highlighted").filter(visible=True)
    for _ in range(30):
        if await lit.filter(has_text=re.compile(f"^\\s*{re.escape(option)}")).count():
            await page.keyboard.press("Enter")
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"The arrows do not lead to {option}")


async def write(page: Page, field: Locator, text: str) -> None:
    """Go to a field, and write something else into it."""
    await reach(page, field)
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type(text)


async def look_up(page: Page, field: Locator, name: str) -> None:
    """Find a mentor by the beginning of their name."""
    await write(page, field, name)
    await expect(page.get_by_role("option").filter(has_text=name).first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")


async def agree(page: Page, act: str) -> None:
    """Say yes to what the dialog asks."""
    dialog = page.get_by_role("dialog")
    await press(page, dialog.get_by_role("button", name=act, exact=True))
    await expect(dialog).to_have_count(0)
