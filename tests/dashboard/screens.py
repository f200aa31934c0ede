"""Every screen, by the name of its picture and its address."""

from typing import Final

from playwright.async_api import Page

NEWEST_POLICY: Final = '{ wiki(dbName: "demowiki") { policy { settings { name defaultHold } } } }'

SCREENS: Final = {
    "mentees": "/?mentor={mentor}",
    "suspended": "/?tab=suspended&mentor=all",
    "released": "/?tab=released&mentor=all",
    "mentee": "/mentees/{mentee}",
    "mentee-suspended": "/mentees/{suspended}",
    "mentors": "/mentors",
    "mentor": "/mentors/{mentor}",
    "graph": "/graph",
    "policy": "/policy",
    "events": "/events",
    "settings": "/settings",
}


async def compared(page: Page) -> None:
    """Policies compared on the page, so that its plots are there."""
    await page.goto("/policy?window=90")
    await page.get_by_role("button", name="Compare").click()
    await page.get_by_role("heading", name="Continuity against clutter").wait_for(timeout=60_000)
