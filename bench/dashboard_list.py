"""What the dashboard promises: a mentor of 10,000 mentees has a list within a second, and each step within 200 ms.

The time of a list counts from the navigation in a new browser, with nothing kept, to its first row; that of a step from
the click to the rows that it brings. A promise that fails is the exit status.
"""

import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

import processes
from playwright.async_api import async_playwright

from graph.compile.ids import encode
from graph.facts import Assigned, BlockPlaced, MentorEnrolled, Registered
from graph.kinds import BlockCategory, Origin, PolicyPreset, RelationshipRole
from graph.policy import PRESETS
from mentorgraph import postgres
from models.ledger import Activity, Entry, Ledger, Target
from models.ledger.connections import wall_clock
from models.migrate import upgrade

MENTEES, ONE_IN, MENTOR, AT_ONCE, ROUNDS = int(os.environ.get("MENTEES", "10000")), 10, 1_000_000, 6_000, 5
LIST, STEP = 1.0, 0.2
"""Seconds that are promised."""
CHROMIUM: Final = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
READY: Final = (
    "() => !document.querySelector('main [aria-busy=true]') && document.querySelector('tbody th a.name')"
)


def entries() -> list[Entry]:
    """One mentor and all of their mentees, one in ten of them blocked."""
    chance, now = random.Random(1), wall_clock()
    number = iter(range(1, 10**9))

    def origin() -> Origin:
        return Origin("bench", str(next(number)))

    told = [Entry(fact=MentorEnrolled(at=now - timedelta(days=400), origin=origin(), mentor=MENTOR))]
    for mentee in range(1, MENTEES + 1):
        at, target = now - timedelta(minutes=chance.randrange(1440, 36000)), Target(id=mentee)
        told.append(Entry(fact=Registered(at=at, origin=origin()), target=target, name=f"Newcomer {mentee}"))
        fact = Assigned(at=at, origin=origin(), mentor=MENTOR, role=RelationshipRole.PRIMARY)
        told.append(Entry(fact=fact, target=target))
        if mentee % ONE_IN == 0:
            at += timedelta(hours=3)
            block = BlockPlaced(at=at, origin=origin(), category=BlockCategory.USERNAME)
            told.append(Entry(fact=block, target=target))
    return told


async def fill(dsn: str) -> int:
    """The wiki's id."""
    chance, now, told = random.Random(2), wall_clock(), entries()
    await upgrade(dsn)
    async with Ledger(dsn, seed=1) as ledger:
        wiki = await ledger.add_wiki("benchwiki", "https://bench.example", PRESETS[PolicyPreset.DEFAULT])
        for start in range(0, len(told), AT_ONCE):
            await ledger.bulk(wiki, told[start : start + AT_ONCE])
        everybody = range(1, MENTEES + 1)
        done = [Activity(one, chance.randrange(500), now - timedelta(minutes=one)) for one in everybody]
        for start in range(0, MENTEES, 1_000):
            await ledger.record_activity(wiki, done[start : start + 1_000])
    return wiki


STEPPED: Final = """button => new Promise(done => {
    const began = performance.now(), before = location.href, ready = READY;
    button.click();
    const look = () => location.href !== before && ready() ? done((performance.now() - began) / 1000)
        : requestAnimationFrame(look);
    look();
})""".replace("READY", READY)
"""Told by the page's own clock: what drives the browser takes its time too, and nobody waits for that."""


async def measure(address: str, place: str) -> dict[str, float]:
    """The median of each time."""
    times: dict[str, list[float]] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(ROUNDS):
            context = await browser.new_context()
            page = await context.new_page()
            began = time.perf_counter()
            await page.goto(address + place, wait_until="commit")
            await page.wait_for_function(READY, polling="raf")
            times.setdefault("list", []).append(time.perf_counter() - began)
            for name, label in (("sort", "Edits"), ("turned", "Edits"), ("next page", "Next")):
                button = page.get_by_role("button", name=label, exact=True)
                times.setdefault(name, []).append(await button.evaluate(STEPPED))
            tab = page.get_by_role("link", name="Suspended")
            times.setdefault("tab", []).append(await tab.evaluate(STEPPED))
            await context.close()
        await browser.close()
    return {name: median(taken) for name, taken in times.items()}


def main() -> None:
    """The table, and the exit status."""
    with tempfile.TemporaryDirectory(prefix="mg-") as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder)) as dsn:
            wiki = asyncio.run(fill(dsn))
            with processes.server(dsn, demo="0") as running:
                place = f"/?mentor={encode('Mentor', wiki, MENTOR)}"
                found = asyncio.run(measure(f"http://127.0.0.1:{running.port}", place))
    for name, taken in found.items():
        print(f"{name:<10} {taken * 1000:6.0f} ms")
    print(f"{MENTEES:,} mentees; load {os.getloadavg()[0]:.1f}")
    if any(taken > (LIST if name == "list" else STEP) for name, taken in found.items()):
        sys.exit("a promise fails")


if __name__ == "__main__":
    main()
