"""The server, whoever tells it what happens, and the browsers before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final
from weakref import WeakSet

from playwright.async_api import Browser, BrowserContext, Page, expect

from acceptance.client import Client
from dashboard.timely import ago

WIKI: Final = "demowiki"
NUMBERS = count(900_001)
COMPLAIN: Final = WeakSet[Page]()
"""Pages whose complaints are what is tested."""

expect.set_options(timeout=10_000)


class Desk:
    """The server, whoever tells it what happens, and the browsers before it."""

    def __init__(self, address: str, browser: Browser, tells: Client) -> None:
        self.address, self.browser, self.tells = address, browser, tells
        self.mentor: dict[str, Any] = {}
        self.token = ""
        self.number = next(NUMBERS)

    async def settle(self) -> None:
        """A mentor of a small list, and a token that acts for them."""
        number = self.number
        told = {"userId": str(number), "name": "Hedda Linnet", "occurredAt": ago(days=400), "assign": False}
        await self.tell("recordRegistration", told)
        enrolled = {"wiki": WIKI, "account": {"userId": str(number)}, "introduction": "Ask me anything."}
        self.mentor = (await self.tells.done("enrollMentor", enrolled, "mentor { id name }"))["mentor"]
        self.token = await self.token_of(number, "Hedda Linnet")

    async def token_of(self, number: int, name: str) -> str:
        given = {
            "name": name,
            "roles": [{"role": "MENTOR", "wiki": WIKI}],
            "accounts": [{"wiki": WIKI, "userId": str(number)}],
        }
        secret: str = (await self.tells.done("createToken", given, "secret"))["secret"]
        return secret

    async def tell(self, mutation: str, happened: dict[str, Any], selection: str = "__typename") -> Any:
        origin = {"source": "tests", "sourceId": f"d{next(NUMBERS)}"}
        return await self.tells.done(mutation, {"wiki": WIKI, **origin, **happened}, selection)

    async def newcomer(self, name: str, *, blocked: bool = False) -> dict[str, Any]:
        """Somebody new whose mentor is ours; blocked for their name if asked."""
        number = next(NUMBERS)
        told = {
            "userId": str(number),
            "name": name,
            "occurredAt": ago(days=20),
            "preferredMentors": [{"name": self.mentor["name"]}],
        }
        mentee = (await self.tell("recordRegistration", told, "mentee { id name userId }"))["mentee"]
        await self.tells.done("claimMentees", {"mentor": self.mentor["id"], "mentees": [mentee["id"]]})
        if blocked:
            await self.block(mentee)
        return dict(mentee)

    async def block(self, mentee: dict[str, Any], **more: Any) -> None:
        about = {"target": {"userId": mentee["userId"]}, "reason": "{{uw-softerblock}}", **more}
        await self.tell("recordBlock", {"occurredAt": ago(), "category": "USERNAME", **about})

    async def unblock(self, mentee: dict[str, Any]) -> None:
        await self.tell("recordUnblock", {"target": {"userId": mentee["userId"]}, "occurredAt": ago()})

    async def stands(self, mentee: dict[str, Any]) -> dict[str, Any]:
        """How the database has the mentee now."""
        asked = (
            "query($id: ID!) { node(id: $id) { ... on Mentee { state isStarred mentor { name }"
            " suspension { releasesAt } relationship { id state } } } }"
        )
        found: dict[str, Any] = (await self.tells.ask(asked, id=mentee["id"]))["node"]
        return found

    @asynccontextmanager
    async def sitting(self, token: str | None = None, **context: Any) -> AsyncIterator[Page]:
        """A page of a new browser; whatever it complains of fails the test."""
        settings = {"viewport": {"width": 1280, "height": 900}, "base_url": self.address, **context}
        async with opened(await self.browser.new_context(**settings)) as made:
            if token:
                await made.add_init_script(f"sessionStorage.setItem('mentorgraph.token', '{token}')")
            page = await made.new_page()
            page.set_default_timeout(10_000)
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            yield page
            if page not in COMPLAIN:
                assert complaints == []


@asynccontextmanager
async def opened(context: BrowserContext) -> AsyncIterator[BrowserContext]:
    try:
        yield context
    finally:
        await context.close()


async def settled(page: Page) -> None:
    """Until the page has what it asked for: an empty row is no row."""
    # A page that has not begun is not busy either.
    await expect(page.locator("main h1, main .bone").first).to_be_attached()
    await expect(page.locator("main [aria-busy=true], main .bone")).to_have_count(0)
    await expect(page.locator("main h1").first).to_be_visible()


async def confirm(page: Page, act: str) -> None:
    """Say yes to what the dialog asks."""
    await page.get_by_role("dialog").get_by_role("button", name=act, exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
