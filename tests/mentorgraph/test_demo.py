"""The demo wiki: who opens it for the first time sees every kind of thing that a wiki has, and the story."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acceptance.client import Client
from acceptance.in_process import Calendar, living
from graph.kinds import BlockCategory, MenteeState, RelationshipEventKind
from mentorgraph.demo.fill import DEMO_WIKI, fill
from models.ledger import Ledger
from those_who_ask import SEES_ALL

PAGE = Path(__file__).parents[2] / "ops" / "graphiql" / "page.js"
MENTEES, MENTORS = 2_000, 40

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
async def demo(module_database: str) -> AsyncIterator[Client]:
    """Somebody who asks a server of the demo wiki."""
    heard: list[tuple[int, int]] = []
    async with Ledger.open(module_database) as ledger:
        await fill(ledger, lambda done, total: heard.append((done, total)))
    assert heard[-1] == (MENTEES, MENTEES)
    async with living(module_database, Calendar(datetime.now(UTC))) as client:
        client.token, client.reads_too = (
            SEES_ALL,
            True,
        )  # as a coordinator may, of what is hidden and opted out too
        yield client


async def count(demo: Client, field: str) -> int:
    found = await demo.ask(f'{{ wiki(dbName: "{DEMO_WIKI}") {{ found: {field} {{ totalCount }} }} }}')
    total: int = found["wiki"]["found"]["totalCount"]
    return total


async def test_all_its_mentees_and_mentors_are_there(demo: Client) -> None:
    assert await count(demo, "mentees") == MENTEES
    mentors = [
        await count(demo, f"mentors(where: {{status: [{one}]}})") for one in ("AVAILABLE", "AWAY", "RESIGNED")
    ]
    assert sum(mentors) == MENTORS
    assert all(mentors)


@pytest.mark.parametrize("state", list(MenteeState))
async def test_there_are_mentees_in_every_state(demo: Client, state: MenteeState) -> None:
    assert await count(demo, f"mentees(where: {{state: [{state}]}})") > 0


@pytest.mark.parametrize("category", list(BlockCategory))
async def test_there_are_blocks_of_every_category(demo: Client, category: BlockCategory) -> None:
    assert await count(demo, f"blocks(where: {{category: [{category}]}})") > 0


@pytest.mark.parametrize("wanted", ["open: true", "open: false", "kind: [GLOBAL_LOCK]", "scope: PARTIAL"])
async def test_there_are_blocks_of_every_kind(demo: Client, wanted: str) -> None:
    assert await count(demo, f"blocks(where: {{{wanted}}})") > 0


@pytest.mark.parametrize("kind", sorted(set(RelationshipEventKind) - {RelationshipEventKind.WITHDRAWN}))
async def test_the_feed_tells_every_kind_of_transition(demo: Client, kind: RelationshipEventKind) -> None:
    assert await count(demo, f"events(where: {{kind: [{kind}]}})") > 0


async def test_somebody_was_blocked_for_the_name_renamed_unblocked_and_has_the_same_mentor(
    demo: Client,
) -> None:
    found = await demo.ask(
        """query ($wiki: String!) { wiki(dbName: $wiki) { mentees(where: {renamed: true, state: [ACTIVE]}, first: 100) {
        nodes { formerNames { name } blocks(where: {category: [USERNAME]}) { totalCount }
                events(first: 100) { nodes { kind relationship { id } } } } } } }""",
        wiki=DEMO_WIKI,
    )
    of_the_story = 0
    for mentee in found["wiki"]["mentees"]["nodes"]:
        by_tie: dict[str, set[str]] = {}
        for event in mentee["events"]["nodes"]:
            by_tie.setdefault(event["relationship"]["id"], set()).add(event["kind"])
        is_whole = any({"SUSPENDED", "RESUMED"} <= kinds for kinds in by_tie.values())
        of_the_story += bool(is_whole and mentee["formerNames"] and mentee["blocks"]["totalCount"])
    assert of_the_story > 10


async def test_what_graphiql_opens_with_shows_who_is_active_and_who_is_suspended(demo: Client) -> None:
    found = re.search(r"const EXAMPLE = `(.*?)`;", PAGE.read_text(), re.DOTALL)
    assert found
    answer = await demo.ask(found[1])
    mentors = answer["wiki"]["mentors"]["nodes"]
    assert len(mentors) == 3
    assert {one["state"] for mentor in mentors for one in mentor["active"]["nodes"]} == {"ACTIVE"}
    assert {one["state"] for mentor in mentors for one in mentor["suspended"]["nodes"]} == {"SUSPENDED"}
