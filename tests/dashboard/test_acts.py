"""What mentors and coordinators do, and what of it is in the database."""

from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.async_api import Page, expect

from acceptance.client import Client
from dashboard.desk import COMPLAIN, Desk, confirm, settled
from dashboard.timely import ago

ANOTHER_MENTOR: Final = """{ wiki(dbName: "demowiki") {
    mentors(where: {status: [AVAILABLE]}, orderBy: {field: ACTIVE_MENTEES, direction: DESC}, first: 1) {
        nodes { id name }
    }
} }"""


async def choose(page: Page, name: str, act: str) -> None:
    """An act of the menu of a row."""
    await page.get_by_role("row").filter(has_text=name).get_by_role("button", name="What to do").click()
    await page.get_by_role("option", name=act).click()


async def test_a_star_is_there_at_once_and_stays(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Stella Starling")
    await page.goto("/")
    await settled(page)
    star = page.get_by_role("row").filter(has_text="Stella Starling").locator(".star")
    async with page.expect_response(lambda one: 'tar"' in (one.request.post_data or "")):
        await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    as_hedda = Client(desk.tells.http, desk.token, reads_too=True)
    asked = "query($id: ID!) { node(id: $id) { ... on Mentee { isStarred } } }"
    assert (await as_hedda.ask(asked, id=mentee["id"]))["node"] == {"isStarred": True}
    await page.reload()
    await expect(star).to_have_attribute("aria-pressed", "true")
    async with page.expect_response(lambda one: 'tar"' in (one.request.post_data or "")):
        await star.click()
    await expect(star).to_have_attribute("aria-pressed", "false")
    assert (await as_hedda.ask(asked, id=mentee["id"]))["node"] == {"isStarred": False}


async def test_a_star_that_cannot_be_kept_is_taken_away_again(desk: Desk, page: Page) -> None:
    await desk.newcomer("Nova Nightjar")
    await page.goto("/")
    await settled(page)
    COMPLAIN.add(page)
    await page.route("**/graphql", lambda route: route.abort())
    star = page.get_by_role("row").filter(has_text="Nova Nightjar").locator(".star")
    await star.click()
    await expect(page.get_by_text("could not be reached").first).to_be_visible()
    await expect(star).to_have_attribute("aria-pressed", "false")


async def test_a_suspended_tie_is_kept_until_a_day(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Quick Kites Inc")
    await desk.block(mentee, category="VANDALISM")
    await page.goto("/?tab=suspended")
    await choose(page, "Quick Kites Inc", "Keep longer")
    await page.get_by_label("Until").fill("2031-05-04")
    await confirm(page, "Keep longer")
    assert (await desk.stands(mentee))["suspension"]["releasesAt"] == "2031-05-04T00:00:00.000Z"
    await expect(page.locator("tbody")).to_contain_text("May 4, 2031")


async def test_a_tie_is_ended_and_restored_again(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Odd Otters AS", blocked=True)
    await page.goto(f"/mentees/{mentee['id']}")
    await page.get_by_role("button", name="Release now").click()
    await confirm(page, "Release now")
    assert (await desk.stands(mentee))["mentor"] is None
    await page.get_by_role("button", name="Restore").click()
    await confirm(page, "Restore")
    assert (await desk.stands(mentee))["mentor"] == {"name": "Hedda Linnet"}


async def test_undo_takes_the_fact_back(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Hasty Hares")
    await page.goto("/")
    await choose(page, "Hasty Hares", "Release now")
    await confirm(page, "Release now")
    assert (await desk.stands(mentee))["state"] == "UNASSIGNED"
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Taken back: everything is as it was.")).to_be_visible()
    assert (await desk.stands(mentee))["state"] == "ACTIVE"


async def test_the_history_offers_to_take_back_what_was_done_here(desk: Desk, page: Page) -> None:
    mentee = await desk.newcomer("Rash Raven", blocked=True)
    await page.goto(f"/mentees/{mentee['id']}")
    history = page.get_by_role("region", name="What happened")
    await expect(history.get_by_role("button", name="Undo")).to_have_count(0)
    await page.get_by_role("button", name="Release now").click()
    await confirm(page, "Release now")
    await page.reload()
    newest = history.locator("tbody tr").first
    await expect(newest).to_contain_text("Ended")
    await newest.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Taken back: everything is as it was.")).to_be_visible()
    await expect(newest).to_contain_text("Turned out untrue")
    await expect(history.get_by_role("button", name="Undo")).to_have_count(0)
    await expect(page.locator("h1")).to_contain_text("Suspended")
    assert (await desk.stands(mentee))["mentor"] == {"name": "Hedda Linnet"}


async def test_a_coordinator_acts_on_the_list_of_all(desk: Desk, leading: Page) -> None:
    mentees = [await desk.newcomer(f"Led Linnet {number}") for number in range(2)]
    for one in mentees:
        await desk.block(one, category="VANDALISM")
    await leading.goto("/?mentor=all&tab=suspended&q=Led+Linnet")
    await choose(leading, "Led Linnet 0", "Keep longer")
    await leading.get_by_label("Until").fill("2031-05-04")
    await confirm(leading, "Keep longer")
    assert (await desk.stands(mentees[0]))["suspension"]["releasesAt"] == "2031-05-04T00:00:00.000Z"
    await leading.get_by_label("Pick all of this page").check()
    group = leading.get_by_role("group", name="With those picked")
    await group.get_by_role("button", name="Release now").click()
    await confirm(leading, "Release now")
    assert [(await desk.stands(one))["mentor"] for one in mentees] == [None, None]


async def test_a_coordinator_restores_from_the_list_of_all(desk: Desk, leading: Page) -> None:
    mentee = await desk.newcomer("Lost Lapwing")
    await desk.block(mentee, category="VANDALISM")
    await leading.goto("/?mentor=all&tab=suspended&q=Lost+Lapwing")
    await choose(leading, "Lost Lapwing", "Release now")
    await confirm(leading, "Release now")
    assert (await desk.stands(mentee))["state"] == "RELEASED"
    await leading.goto("/?mentor=all&tab=released&q=Lost+Lapwing")
    await expect(leading.get_by_role("row").filter(has_text="Lost Lapwing")).to_contain_text("Ended by hand")
    await choose(leading, "Lost Lapwing", "Restore")
    await confirm(leading, "Restore")
    stands = await desk.stands(mentee)
    assert (stands["state"], stands["mentor"]) == ("SUSPENDED", {"name": "Hedda Linnet"})


async def test_whoever_keeps_a_tie_that_nothing_releases_is_told_so(desk: Desk, page: Page) -> None:
    for name, category in (("Sure Shrike", "USERNAME"), ("Short Stork", "VANDALISM")):
        await desk.block(await desk.newcomer(name), category=category)
    await page.goto("/?tab=suspended")
    said = page.get_by_text("As it stands, nothing releases this tie.")
    await choose(page, "Short Stork", "Keep longer")
    await expect(page.get_by_label("Until")).to_be_visible()
    await expect(said).to_have_count(0)
    await page.keyboard.press("Escape")
    await choose(page, "Sure Shrike", "Keep longer")
    await expect(said).to_be_visible()


async def test_many_are_handed_over_at_once_after_the_effect_was_told(desk: Desk, page: Page) -> None:
    mentees = [await desk.newcomer(f"Pia Plover {number}") for number in range(3)]
    await page.goto("/?q=Pia+Plover")
    await settled(page)
    await page.get_by_label("Pick all of this page").check()
    await page.get_by_role("group", name="With those picked").get_by_role("button", name="Hand over").click()
    await expect(page.locator(".effect")).to_contain_text("3 mentees would get another mentor")
    await confirm(page, "Hand over")
    for mentee in mentees:
        assert (await desk.stands(mentee))["mentor"]["name"] != "Hedda Linnet"


async def test_a_mentee_of_somebody_else_is_claimed(desk: Desk, page: Page) -> None:
    told = {"userId": "990001", "name": "Wandering Wren", "occurredAt": ago(days=26), "assign": False}
    mentee = (await desk.tell("recordRegistration", told, "mentee { id name userId }"))["mentee"]
    other = (await desk.tells.ask(ANOTHER_MENTOR))["wiki"]["mentors"]["nodes"][0]
    await desk.tells.done("claimMentees", {"mentor": other["id"], "mentees": [mentee["id"]]})
    await page.goto(f"/mentees/{mentee['id']}")
    await page.get_by_role("button", name="Claim mentee").click()
    await confirm(page, "Claim mentee")
    assert (await desk.stands(mentee))["mentor"] == {"name": "Hedda Linnet"}
    await page.get_by_role("button", name="Undo").first.click()
    await expect(page.get_by_text("Taken back: everything is as it was.")).to_be_visible()
    assert (await desk.stands(mentee))["mentor"] == {"name": other["name"]}


async def test_a_mentor_goes_away_and_says_what_they_are_like(desk: Desk, page: Page) -> None:
    await page.goto("/settings")
    await page.get_by_label("Introduction message").fill("I know about birds.")
    await page.get_by_label("At most").fill("40")
    back = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    await page.get_by_label("Away until").fill(back)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    asked = "query($id: ID!) { node(id: $id) { ... on Mentor { introduction capacity status awayUntil } } }"
    found = (await desk.tells.ask(asked, id=desk.mentor["id"]))["node"]
    said = {"introduction": "I know about birds.", "capacity": 40}
    assert found == {**said, "status": "AWAY", "awayUntil": f"{back}T00:00:00.000Z"}
    await page.goto("/")
    await expect(page.locator(".top")).to_contain_text("Away until")
    await page.goto("/mentors?status=AWAY&q=Hedda")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.goto("/settings")
    await page.get_by_label("Away until").fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    found = (await desk.tells.ask(asked, id=desk.mentor["id"]))["node"]
    assert found == {**said, "status": "AVAILABLE", "awayUntil": None}


async def test_a_resignation_is_previewed_and_then_carried_out(desk: Desk, leading: Page) -> None:
    told = {"userId": "990100", "name": "Tired Tern", "occurredAt": "2026-01-01T10:00:00Z", "assign": False}
    await desk.tell("recordRegistration", told)
    enrolled = {"wiki": "demowiki", "account": {"userId": "990100"}}
    mentor = (await desk.tells.done("enrollMentor", enrolled, "mentor { id }"))["mentor"]
    mentee = await desk.newcomer("Left Lark")
    await desk.tells.done("claimMentees", {"mentor": mentor["id"], "mentees": [mentee["id"]]})
    await leading.goto(f"/mentors/{mentor['id']}")
    await leading.get_by_role("button", name="Resign").click()
    await expect(leading.locator(".effect")).to_contain_text("1 get another mentor, 0 ties end")
    assert (await desk.stands(mentee))["mentor"] == {"name": "Tired Tern"}
    await confirm(leading, "Resign")
    await expect(leading.locator("h1")).to_contain_text("Resigned")
    assert (await desk.stands(mentee))["mentor"] != {"name": "Tired Tern"}
