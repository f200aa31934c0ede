"""A browser before a real server with the demo wiki, and people to sit at it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright

from acceptance.client import Client, free_port, server_process
from acceptance.wiki_signs_in import CLIENT, SECRET, Wiki
from dashboard.desk import WIKI, Desk
from mentorgraph.demo.fill import fill
from models.ledger import Ledger
from those_who_ask import DOES_ALL, SEES_ALL

CHROMIUM: Final = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def desk(session_database: str, browser: Browser) -> AsyncIterator[Desk]:
    """A server with the demo wiki, where people sign in with another wiki."""
    async with Ledger.open(session_database, size=2) as ledger:
        await fill(ledger, lambda *_: None)
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    provider = Wiki(f"{home}/sign-in/return")
    with provider.running():
        provider.person = "Hedda Linnet"
        settings = {
            "port": str(port),
            "public_url": home,
            "oauth_url": provider.rest,
            "oauth_client": CLIENT,
            "oauth_secret": SECRET,
            "oauth_wikis": f'{{"{WIKI}": "{provider.api}"}}',
        }
        async with serves(session_database, home, settings) as http:
            desk = Desk(home, browser, Client(http, DOES_ALL))
            await desk.settle()
            provider.accounts = {provider.person: (desk.number, None)}
            yield desk


@asynccontextmanager
async def serves(dsn: str, home: str, settings: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    with server_process(dsn, None, **settings) as (_, __):
        async with httpx.AsyncClient(base_url=home, timeout=60) as http:
            yield http


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Page]:
    """The mentor's own page."""
    async with desk.sitting(desk.token) as page:
        yield page


@pytest.fixture
async def leading(desk: Desk) -> AsyncIterator[Page]:
    """The page of somebody who may do all."""
    async with desk.sitting(SEES_ALL) as page:
        yield page
