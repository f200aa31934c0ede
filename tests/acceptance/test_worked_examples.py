"""Every worked example of the rules, through the API: recorded on its day, and read as it then stands."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from acceptance.client import Client
from acceptance.in_process import Calendar, living, written
from acceptance.walked_stories import Story, by_time, need, outlook, ties
from graph.facts import Assigned, BlockChanged, BlockLifted, BlockPlaced, Fact
from graph.kinds import BlockScope, PolicyPreset
from graph.policy import PRESETS
from lifecycle_stories import (
    DEFAULT,
    EXAMPLES,
    SPAM,
    START,
    THE_STORY,
    USERNAME,
    B,
    Example,
    Policies,
    blocked,
    changed,
    claimed,
    lifted,
    locked,
    on,
    resigned,
)
from those_who_ask import SEES_ALL

pytestmark = pytest.mark.acceptance

THE_END = 100.0
NUMBER = count(1)

TODAY = PRESETS[PolicyPreset.DROP_ON_INDEFINITE_BLOCK]
GRACE = PRESETS[PolicyPreset.GRACE_30_DAYS]
BRIEF = replace(DEFAULT, name="restores for 20 days", restore_within=timedelta(days=20))

Begin = Callable[[Policies], Awaitable[Story]]


@pytest.fixture(scope="module")
async def begin(module_database: str) -> AsyncIterator[Begin]:
    """Begins a story under a policy, on a wiki of its own, at a server on whose days the tests decide."""
    calendar = Calendar(START)
    # It is read where opt-outs are shown: to others the end of the tie has no reason.
    async with living(module_database, calendar) as anyone:
        client = Client(anyone.http, SEES_ALL, reads_too=True)

        async def a_story(policy: Policies) -> Story:
            story = Story(client, calendar, f"story{next(NUMBER)}wiki")
            await story.begin(policy)
            return story

        yield a_story


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
async def test_what_happens_leads_to_these_ties_and_needs(begin: Begin, example: Example) -> None:
    _, policy, facts, expected_ties, expected_need = example
    story = await begin(policy)
    await story.walk(facts)
    seen = await story.seen_on(THE_END)
    assert (ties(seen), need(seen)) == (expected_ties, expected_need)


TELLABLE_LATE = [
    example
    for example in EXAMPLES
    if all(isinstance(fact, BlockPlaced | BlockChanged | BlockLifted | Assigned) for fact in example[2])
    and "recorded on day 6" not in example[0]
]


@pytest.mark.parametrize("example", TELLABLE_LATE, ids=lambda example: example[0])
async def test_what_is_told_late_and_backwards_leads_to_the_same(begin: Begin, example: Example) -> None:
    _, policy, facts, expected_ties, expected_need = example
    story = await begin(policy)
    story.calendar.now = on(THE_END)
    for number, fact in reversed(list(enumerate(by_time(facts), 1000))):
        await story.record(fact, number)
    seen = await story.seen()
    assert (ties(seen), need(seen)) == (expected_ties, expected_need)


RESTORING = [example for example in EXAMPLES if "RESTORED" in example[3]]


@pytest.mark.parametrize("example", RESTORING, ids=lambda example: example[0])
async def test_a_restored_tie_names_the_one_that_it_continues_and_no_other_does(
    begin: Begin, example: Example
) -> None:
    story = await begin(example[1])
    await story.walk(example[2])
    newest, *older = (await story.seen_on(THE_END))["relationships"]["nodes"]
    lost = next(tie for tie in older if tie["mentor"] == newest["mentor"])
    assert (newest["continues"], lost["continuedBy"]) == ({"id": lost["id"]}, {"id": newest["id"]})
    assert [tie["continues"] for tie in older] == [None] * len(older)


async def test_the_draw_that_came_too_late_is_withdrawn_as_a_tie_and_in_the_feed(begin: Begin) -> None:
    _, policy, facts, _, _ = EXAMPLES[-1]
    story = await begin(policy)
    await story.walk(facts)
    document = """
      query($wiki: String!, $drawn: ID!) {
        node(id: $drawn) { ... on Relationship { mentor { name } withdrawnAt } }
        wiki(dbName: $wiki) {
          mentee(by: {userId: "1"}) {
            events(where: {kind: [WITHDRAWN]}) {
              nodes { relationship { id } withdraws { kind withdrawnAt } }
            }
          }
        }
      }
    """
    found = await story.client.ask(document, wiki=story.wiki, drawn=story.drawn)
    now = written(story.calendar.now)
    assert found["node"] == {"mentor": {"name": "C"}, "withdrawnAt": now}
    unsaid = {"relationship": {"id": story.drawn}, "withdraws": {"kind": "STARTED", "withdrawnAt": now}}
    assert unsaid in found["wiki"]["mentee"]["events"]["nodes"]


async def test_a_claim_without_effect_leaves_the_loss_to_be_restored_and_is_withdrawn(begin: Begin) -> None:
    _, policy, facts, _, _ = next(example for example in EXAMPLES if "recorded on day 6" in example[0])
    story = await begin(policy)
    await story.walk(facts[:1])
    assert ties(await story.seen()) == "A (DRAWN) ACTIVE [0, 5) ended TRANSFERRED; B (CLAIMED) ACTIVE [5, ∞)"
    story.calendar.now = on(6)
    await story.record(facts[1], 1000)
    assert (
        outlook(await story.seen())
        == "RELEASED, A ENDED since 4, ended 4 HOLD_ELAPSED, blocked since 4, returns to A, until 369"
    )
    found = await story.client.ask(
        """query ($wiki: String!) { wiki(dbName: $wiki) { mentee(by: {userId: "1"}) {
             events(where: {kind: [WITHDRAWN]}) { nodes { relationship { mentor { name } withdrawnAt }
                                                          withdraws { kind } } } } } }""",
        wiki=story.wiki,
    )
    events = found["wiki"]["mentee"]["events"]["nodes"]
    claim = {"mentor": {"name": "B"}, "withdrawnAt": written(on(6))}
    assert {"relationship": claim, "withdraws": {"kind": "STARTED"}} in events


RESUMING = "SUSPENDED, A SUSPENDED since 3, until 4.292 then ACTIVE"

Look = tuple[str, Policies, tuple[Fact, ...], float, str]

LOOKS: tuple[Look, ...] = (
    ("nobody is blocked yet", DEFAULT, (), 2, "ACTIVE, A ACTIVE since 0"),
    (
        "blocked for the name",
        DEFAULT,
        (blocked(3, USERNAME),),
        5,
        "SUSPENDED, A SUSPENDED since 3, blocked since 3, returns to A",
    ),
    ("unblocked", DEFAULT, THE_STORY, 9, "ACTIVE, A ACTIVE since 8"),
    (
        "blocked for the name, for 30 days at most",
        GRACE,
        (blocked(3, USERNAME),),
        5,
        "SUSPENDED, A SUSPENDED since 3, until 33 then ENDED, blocked since 3, releases 33, returns to A",
    ),
    (
        "blocked for the name under what wikis run today",
        TODAY,
        (blocked(3, USERNAME),),
        5,
        "RELEASED, A ENDED since 3, ended 3 HOLD_ELAPSED, blocked since 3, returns to nobody",
    ),
    (
        "31 hours, in them",
        DEFAULT,
        (blocked(3, until=3 + 31 / 24),),
        3.5,
        f"{RESUMING}, blocked since 3, resumes 4.292, returns to A",
    ),
    ("31 hours, after them", DEFAULT, (blocked(3, until=3 + 31 / 24),), 5, "ACTIVE, A ACTIVE since 4.292"),
    (
        "31 hours, at the very moment of their end",
        DEFAULT,
        (blocked(3, until=3 + 31 / 24),),
        3 + 31 / 24,
        "ACTIVE, A ACTIVE since 4.292",
    ),
    (
        "spam, before the hold ends",
        DEFAULT,
        (blocked(3, SPAM),),
        9.9,
        "SUSPENDED, A SUSPENDED since 3, until 10 then ENDED, blocked since 3, releases 10, returns to A",
    ),
    (
        "spam, the moment the hold ends",
        DEFAULT,
        (blocked(3, SPAM),),
        10,
        "RELEASED, A ENDED since 10, ended 10 HOLD_ELAPSED, blocked since 3, returns to A, until 375",
    ),
    (
        "spam, as long as an unblock brings A back",
        BRIEF,
        (blocked(3, SPAM),),
        29.9,
        "RELEASED, A ENDED since 10, ended 10 HOLD_ELAPSED, blocked since 3, returns to A, until 30",
    ),
    (
        "spam, from when it does not any more",
        BRIEF,
        (blocked(3, SPAM),),
        30,
        "RELEASED, A ENDED since 10, ended 10 HOLD_ELAPSED, blocked since 3, returns to nobody",
    ),
    (
        "spam, and A has resigned meanwhile",
        DEFAULT,
        (blocked(3, SPAM), resigned(20)),
        21,
        "RELEASED, A ENDED since 10, ended 10 HOLD_ELAPSED, blocked since 3, returns to nobody",
    ),
    (
        "spam, and 20 days besides: the longer one holds",
        DEFAULT,
        (blocked(3, SPAM), blocked(5, None, "2", until=25)),
        6,
        "SUSPENDED, A SUSPENDED since 3, until 25 then ENDED, blocked since 3, releases 25, returns to A",
    ),
    (
        "blocked for the name, and locked: the name's block holds without limit",
        DEFAULT,
        (blocked(3, USERNAME), locked(4)),
        5,
        "SUSPENDED, A SUSPENDED since 3, blocked since 3, returns to A",
    ),
    (
        "the block lifted, the lock left",
        DEFAULT,
        (blocked(3, USERNAME), locked(4), lifted(8)),
        9,
        "SUSPENDED, A SUSPENDED since 3, until 11 then ENDED, blocked since 3, releases 11, returns to A",
    ),
    (
        "two blocks with an end: the later one is when it resumes",
        DEFAULT,
        (blocked(3, until=5), blocked(4, None, "2", until=9)),
        4.5,
        "SUSPENDED, A SUSPENDED since 3, until 9 then ACTIVE, blocked since 3, resumes 9, returns to A",
    ),
    (
        "partial: it does not count",
        DEFAULT,
        (blocked(3, scope=BlockScope.PARTIAL),),
        5,
        "ACTIVE, A ACTIVE since 0",
    ),
    (
        "partial, then sitewide",
        DEFAULT,
        (blocked(3, SPAM, scope=BlockScope.PARTIAL), changed(6, scope=BlockScope.SITEWIDE)),
        7,
        "SUSPENDED, A SUSPENDED since 6, until 13 then ENDED, blocked since 6, releases 13, returns to A",
    ),
    (
        "claimed while blocked",
        DEFAULT,
        (blocked(3, SPAM), claimed(20, B)),
        21,
        "SUSPENDED, B SUSPENDED since 20, until 27 then ENDED, blocked since 3, releases 27, returns to B",
    ),
    (
        "restored",
        DEFAULT,
        (blocked(3, SPAM), lifted(30)),
        31,
        "ACTIVE, A ACTIVE since 30",
    ),
)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look[0])
async def test_a_dashboard_sees_how_it_stands_and_what_comes_next(begin: Begin, look: Look) -> None:
    _, policy, facts, when, expected = look
    story = await begin(policy)
    await story.walk(facts)
    assert outlook(await story.seen_on(when)) == expected


async def test_a_release_that_lies_ahead_is_in_no_end_no_list_and_no_event(begin: Begin) -> None:
    document = """
      query($wiki: String!) {
        wiki(dbName: $wiki) {
          ended: relationships(where: {state: [ENDED]}) { totalCount }
          suspended: mentees(where: {state: [SUSPENDED]}) { totalCount }
          released: mentees(where: {state: [RELEASED]}) { totalCount }
        }
      }
    """
    story = await begin(DEFAULT)
    await story.walk((blocked(3, SPAM),))
    counted = []
    for when in (9, 10, 11):
        story.calendar.now = on(when)
        wiki = (await story.client.ask(document, wiki=story.wiki))["wiki"]
        counted.append([wiki[name]["totalCount"] for name in ("ended", "suspended", "released")])
    assert counted == [[0, 1, 0], [1, 0, 1], [1, 0, 1]]


async def test_the_block_payload_tells_what_has_happened_and_not_what_is_to_come(begin: Begin) -> None:
    story = await begin(DEFAULT)
    story.calendar.now = on(3)
    entry = {"wiki": story.wiki, "source": "mw-log", "sourceId": "2000", "occurredAt": written(on(3))}
    block = {**entry, "target": {"name": "Newcomer"}, "category": "SPAM"}
    told = await story.client.done("recordBlock", block, "events { kind at fromState toState }")
    assert told["events"] == [
        {"kind": "SUSPENDED", "at": written(on(3)), "fromState": "ACTIVE", "toState": "SUSPENDED"}
    ]
