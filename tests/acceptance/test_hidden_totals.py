"""Whoever is hidden is counted for nobody who may not know of them: with them and without, a wiki reads the same."""

import statistics
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from acceptance.client import Client
from acceptance.in_process import Calendar, written
from acceptance.office import Office
from graph.compile.ids import decode, encode
from graph.kinds import PolicyPreset, RelationshipState, ViewerRole
from graph.policy import PRESETS
from lifecycle_stories import on
from mentorgraph import worker
from models.ledger import Ledger, tenure, transfers
from those_who_ask import a_token

pytestmark = pytest.mark.acceptance

SHOWN, HIDDEN = 1, 2
ALWAYS = 'from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z"'

COUNTS = ("active", "suspended", "released", "unassigned", "waiting", "mentorsAvailable")
ASKED = [
    *(f"counts {{ {name} }}" for name in COUNTS),
    *(
        f"{edge} {{ totalCount nodes {{ __typename }} pageInfo {{ hasNextPage hasPreviousPage }} }}"
        for edge in (
            "mentees", "mentees(where: {state: [SUSPENDED]})", "mentees(where: {waiting: true})",
            'mentees(where: {namePrefix: "Rude"})', "mentees(where: {renamed: true})",
            "mentees(where: {blockScope: SITEWIDE})", "mentees(where: {blockKind: [LOCAL]})",
            "mentees(where: {blockIndefinite: true})", "mentees(where: {blockCategory: [SPAM, OTHER]})",
            "mentees(where: {editCount: {min: 0}})", 'mentees(where: {releasesBefore: "2100-01-01T00:00:00Z"})',
            "mentees(first: 1)", "mentees(orderBy: {field: NAME, direction: ASC})",
            "mentees(orderBy: {field: BLOCK_COUNT, direction: ASC})",
            "relationships", "relationships(where: {state: [SUSPENDED]})", "relationships(first: 1)",
            "relationships(where: {role: PRIMARY})", "blocks", "blocks(where: {open: true})", "blocks(first: 1)",
            "events", "events(where: {kind: [SUSPENDED]})", "events(first: 1)", "mentors", "jobs",
        )
    ),
    "mentors(orderBy: {field: SUSPENDED_MENTEES, direction: ASC}) { nodes { name } }",
    "mentors(orderBy: {field: ACTIVE_MENTEES, direction: ASC}) { nodes { name } }",
    "mentors(where: {atCapacity: true}) { totalCount }",
    'mentee(by: {name: "Rude Name"}) { state }',
    'mentee(by: {name: "Former Rude Name"}) { state }',
    'mentee(by: {userId: "2"}) { state }',
    'mentor(by: {userId: "2"}) { status }',
    'accounts(by: [{userId: "2"}, {name: "Rude Name"}]) { __typename }',
    f"handOvers({ALWAYS}) {{ mentees because from {{ name }} to {{ name }} }}",
    *(
        f'mentor(by: {{userId: "101"}}) {{ {inner} }}'
        for inner in (
            "counts { active suspended released ended }", "counts(role: BACKUP) { active suspended released ended }",
            "mentees { totalCount nodes { name state } }", "mentees(where: {state: [SUSPENDED]}) { totalCount }",
            "mentees(orderBy: {field: BLOCK_COUNT, direction: ASC}) { nodes { name } }", "relationships { totalCount }",
            "relationships(where: {state: [ENDED]}) { totalCount }", "events { totalCount nodes { kind } }",
            "events(where: {kind: [SUSPENDED]}) { totalCount }", "status capacity version",
        )
    ),
]  # fmt: skip


class Pair(NamedTuple):
    """A wiki with a hidden mentee, and the same without; and those who may not know of them."""

    hidden: Office
    without: Office
    askers: dict[str, Client]
    overseer: Client


async def story(office: Office, *, hidden: bool) -> None:
    """Ada mentors somebody who is blocked, and perhaps another, handed over and blocked too, whose name is hidden."""
    await office.open()
    await office.mentor(101, "Ada", capacity=2)
    await office.mentor(102, "Ben", share="NONE")
    await office.newcomer(SHOWN, "Shown")
    await office.block(SHOWN, blockId="71", reason="Spam")
    if hidden:
        await office.newcomer(HIDDEN, "Former Rude Name")
        newcomer = (await office.mentee(HIDDEN, "id"))["id"]
        for mentor in ("102", "101"):
            found = await office.see(f'mentor(by: {{userId: "{mentor}"}}) {{ id }}')
            await office.do("assignMentor", {"mentee": newcomer, "mentor": found["mentor"]["id"]})
        await office.log_it("recordRename", target={"userId": "2"}, newName="Rude Name")
        await office.block(HIDDEN, blockId="72", reason="Spam", hidesName=True)
    office.calendar.now = on(2)


@pytest.fixture(scope="module")
async def pair(servers: tuple[Client, Client, Calendar], module_database: str) -> AsyncIterator[Pair]:
    hidden, without = Office(*servers), Office(*servers)
    await story(hidden, hidden=True)
    await story(without, hidden=False)
    async with Ledger.open(module_database, size=1, clock=hidden.calendar) as ledger:

        async def who(*roles: ViewerRole, **given: Any) -> Client:
            _, token = await ledger.tokens.create(a_token(*roles, **given))
            return Client(hidden.client.http, token, reads_too=True)

        roles = (ViewerRole.READER, ViewerRole.COORDINATOR, ViewerRole.SERVICE, ViewerRole.ADMIN)
        askers = {role.value: await who(role) for role in roles}
        askers["anyone"] = Client(hidden.client.http, None, reads_too=True)
        yield Pair(hidden, without, askers, await who(ViewerRole.ADMIN, sees_hidden=True))


async def told(client: Client, office: Office, selection: str) -> Any:
    return (await client.ask(f'{{ wiki(dbName: "{office.wiki}") {{ {selection} }} }}'))["wiki"]


@pytest.mark.parametrize("selection", ASKED)
async def test_what_is_read_is_the_same_as_where_nobody_is_hidden(pair: Pair, selection: str) -> None:
    for asker, client in pair.askers.items():
        assert await told(client, pair.hidden, selection) == await told(client, pair.without, selection), (
            asker
        )


async def test_there_is_something_to_be_told(pair: Pair) -> None:
    """Else the comparison would say nothing."""
    differs = [
        selection
        for selection in ASKED
        if await told(pair.overseer, pair.hidden, selection)
        != await told(pair.overseer, pair.without, selection)
    ]
    assert len(differs) >= 36, len(differs)


TRIED = {
    "resignMentor": "transferred ended unassigned",
    "transferMentees": "transferred unassigned",
    "setPolicy": "affected releasedAtOnce",
}


async def tried(client: Client, office: Office, name: str) -> Any:
    mentor = (await told(client, office, 'mentor(by: {userId: "101"}) { id }'))["mentor"]["id"]
    asked: dict[str, Any] = {
        "resignMentor": {"mentor": mentor},
        "transferMentees": {"from": mentor, "states": ["ACTIVE", "SUSPENDED"]},
        "setPolicy": {"wiki": office.wiki, "policy": {"preset": "DROP_ON_INDEFINITE_BLOCK"}},
    }[name]
    return await client.done(name, asked | {"validateOnly": True}, TRIED[name])


@pytest.mark.parametrize("name", TRIED)
async def test_what_would_come_of_it_counts_nobody_who_is_hidden(pair: Pair, name: str) -> None:
    for role in ("COORDINATOR", "ADMIN"):
        client = pair.askers[role]
        assert await tried(client, pair.hidden, name) == await tried(client, pair.without, name), role
    known, less = (
        await tried(pair.overseer, pair.hidden, name),
        await tried(pair.overseer, pair.without, name),
    )
    assert known != less, "who may know of them is told"


async def test_a_mentor_who_would_resign_is_told_of_all_mentees_of_theirs(
    pair: Pair, module_database: str
) -> None:
    hidden = pair.hidden
    async with Ledger.open(module_database, size=1, clock=hidden.calendar) as ledger:
        wiki = (await ledger.wikis())[hidden.wiki]
        _, token = await ledger.tokens.create(a_token(ViewerRole.MENTOR, wiki=wiki, account=101))
    ada = Client(hidden.client.http, token, reads_too=True)
    for name in ("resignMentor", "transferMentees"):
        assert await tried(ada, hidden, name) == await tried(pair.overseer, hidden, name)


@pytest.mark.parametrize("by_a_job", [False, True])
async def test_what_was_done_counts_nobody_who_is_hidden_either(
    servers: tuple[Client, Client, Calendar], monkeypatch: pytest.MonkeyPatch, *, by_a_job: bool
) -> None:
    if by_a_job:
        monkeypatch.setattr(transfers, "MOST", 0)
        monkeypatch.setattr(tenure, "MOST", 0)
    assert await done(servers, hidden=True) == await done(servers, hidden=False)


async def done(servers: tuple[Client, Client, Calendar], *, hidden: bool) -> list[Any]:
    """What is told of it by the answers, and by the jobs."""
    office = Office(*servers)
    await story(office, hidden=hidden)
    mentor = (await office.see('mentor(by: {userId: "101"}) { id }'))["mentor"]["id"]
    asked = {"from": mentor, "states": ["ACTIVE", "SUSPENDED"]}
    policy = {"wiki": office.wiki, "policy": {"preset": "DROP_ON_INDEFINITE_BLOCK"}}
    return [
        await office.do("transferMentees", asked, TRIED["transferMentees"]),
        await office.do("setPolicy", policy, TRIED["setPolicy"]),
        await office.do("resignMentor", {"mentor": mentor}, TRIED["resignMentor"]),
        await office.see("jobs { nodes { kind state done total } }"),
    ]


async def test_how_far_a_job_is_tells_nobody_who_is_hidden(
    servers: tuple[Client, Client, Calendar], module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "MOST", 0)
    monkeypatch.setattr(tenure, "MOST", 0)
    office = Office(*servers)
    await story(office, hidden=True)
    async with Ledger.open(module_database, clock=office.calendar) as ledger:
        wiki = (await ledger.wikis())[office.wiki]
        await ledger.transfer(wiki, 101, 102, states=[RelationshipState.SUSPENDED], patience=0.0)
        await ledger.set_policy(wiki, PRESETS[PolicyPreset.UNTIL_MENTOR_RESIGNS], patience=0.0)
        await ledger.resign(wiki, 101, patience=0.0)
        jobs = (await office.see("jobs { nodes { kind state done total } }"))["jobs"]["nodes"]
        assert sorted(job["kind"] for job in jobs) == ["REPROJECTION", "RESIGNATION", "TRANSFER"]
        assert {(job["state"], job["done"], job["total"]) for job in jobs} == {("RUNNING", 0, 1)}
        await worker.work_off(ledger)
    jobs = (await office.see("jobs { nodes { state done total } }"))["jobs"]["nodes"]
    assert {(job["state"], job["done"], job["total"]) for job in jobs if job["total"]} == {("DONE", 1, 1)}


async def test_a_simulation_knows_nobody_who_is_hidden(pair: Pair, module_database: str) -> None:
    """What comes of it is told to anyone, whoever asked for it."""
    outcomes = []
    for office in (pair.hidden, pair.without):
        asked = {
            "wiki": office.wiki,
            "policies": [{"preset": "DEFAULT"}],
            "from": written(on(0)),
            "to": written(on(1)),
        }
        job = await pair.overseer.done("simulatePolicies", asked, "job { id }")
        async with Ledger.open(module_database, clock=office.calendar) as ledger:
            await worker.work_off(ledger)
        counts = "suspensions released continued broken maxSuspendedPerMentor meanSuspendedPerMentor"
        outcome = f"done total outcomes {{ {counts} }}"
        outcomes.append(
            await pair.askers["anyone"].ask(
                f"query($id: ID!) {{ node(id: $id) {{ ... on Job {{ {outcome} }} }} }}", id=job["job"]["id"]
            )
        )
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]["node"]["outcomes"][0]["suspensions"] == 1


# An opt-out reads as a tie that somebody has ended by hand.

OF_MENTEE = [
    "state waitingSince mentor { name } suspension { since }",
    "relationships { totalCount nodes { state endedBecause endedAt startedBecause version spans { state from to } } }",
    "relationships(where: {endedBecause: [OPTED_OUT]}) { totalCount }",
    "relationships(where: {endedBecause: [ENDED_BY_HAND]}) { totalCount }",
    "events { totalCount nodes { kind at fromState toState reason actor { name isTool } source bulk } }",
]
ASKED_OF_OPT_OUTS = [
    *ASKED,
    "mentees(where: {state: [OPTED_OUT]}) { totalCount }",
    "mentees(where: {state: [UNASSIGNED]}) { totalCount nodes { name state } }",
    "mentees(where: {state: [UNASSIGNED, OPTED_OUT]}) { totalCount }",
    "mentees(where: {waiting: false}) { totalCount }",
    "relationships(where: {endedBecause: [OPTED_OUT]}) { totalCount }",
    *(f'mentee(by: {{userId: "{SHOWN}"}}) {{ {inner} }}' for inner in OF_MENTEE),
]


class Ended(NamedTuple):
    """A wiki in which somebody has opted out, and one in which their tie was ended by hand; and who may not know."""

    opted_out: Office
    by_hand: Office
    askers: dict[str, tuple[Client, Client]]


@pytest.fixture(scope="module")
async def ended(servers: tuple[Client, Client, Calendar], module_database: str) -> AsyncIterator[Ended]:
    offices = Office(*servers), Office(*servers)
    for office in offices:
        await office.open()
        await office.mentor(101, "Ada")
        newcomer = await office.newcomer(SHOWN, "Newcomer")
        if office is offices[0]:
            await office.do("optOutOfMentorship", {"mentee": newcomer})
        else:
            await office.do("endRelationship", {"relationship": (await office.tie(SHOWN))["id"]})
        office.calendar.now = on(2)
    async with Ledger.open(module_database, size=1, clock=offices[0].calendar) as ledger:
        http, wikis = servers[0].http, await ledger.wikis()
        askers = {"anyone": (Client(http, None, reads_too=True),) * 2}
        for role in (ViewerRole.READER, ViewerRole.SERVICE):
            _, token = await ledger.tokens.create(a_token(role))
            askers[role.value] = (Client(http, token, reads_too=True),) * 2
        mentors = []
        for office in offices:
            wanted = a_token(ViewerRole.MENTOR, wiki=wikis[office.wiki], account=101)
            _, token = await ledger.tokens.create(wanted)
            mentors.append(Client(http, token, reads_too=True))
        askers["their mentor"] = (mentors[0], mentors[1])
        yield Ended(*offices, askers)


@pytest.mark.parametrize("selection", ASKED_OF_OPT_OUTS)
async def test_who_opted_out_reads_as_somebody_whose_tie_was_ended(ended: Ended, selection: str) -> None:
    for asker, (first, second) in ended.askers.items():
        assert await told(first, ended.opted_out, selection) == await told(
            second, ended.by_hand, selection
        ), asker


async def test_coordinators_are_told_the_difference(ended: Ended) -> None:
    differs = [
        selection
        for selection in ASKED_OF_OPT_OUTS
        if await ended.opted_out.see(selection, trusted=True)
        != await ended.by_hand.see(selection, trusted=True)
    ]
    assert len(differs) >= 5, differs


async def test_whoever_is_hidden_is_absent_as_fast_as_who_never_was(pair: Pair) -> None:
    """Two hundred pairs, one after the other, so that what else the machine does weighs on both alike."""
    anyone, took = pair.askers["anyone"], {HIDDEN: list[float](), 999: list[float]()}
    theirs = (await told(pair.overseer, pair.hidden, f'mentee(by: {{userId: "{HIDDEN}"}}) {{ id }}'))[
        "mentee"
    ]["id"]
    ids = {user: encode("Mentee", decode(theirs).wiki, user) for user in took}
    query = 'query($id: ID!, $by: AccountBy!) { node(id: $id) { id } wiki(dbName: "%s") { mentee(by: $by) { id } } }'
    asked = query % pair.hidden.wiki
    for number in range(220):
        for user, times in took.items():
            begun = time.perf_counter()
            answer = await anyone.ask(asked, id=ids[user], by={"userId": str(user)})
            if number >= 20:  # a plan is made, and connections are opened
                times.append(time.perf_counter() - begun)
            assert answer == {"node": None, "wiki": {"mentee": None}}
    hidden, absent = (statistics.median(times) for times in took.values())
    assert 0.8 < hidden / absent < 1.25, (hidden, absent)
