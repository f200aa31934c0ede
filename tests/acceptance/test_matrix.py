"""Every mutation and every field, by every role, of one's own, of another's and hidden: docs/permissions.md, tried."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import orjson
import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type

from acceptance.client import Client, mutation
from acceptance.in_process import Calendar, living, written
from acceptance.small_wiki import ADA, BEN, NEWCOMER, ONCE, OPTED_OUT, SmallWiki
from graph.compile.ids import encode
from graph.kinds import PolicyPreset, ViewerRole
from lifecycle_stories import on
from models.ledger import Ledger
from reading import SCHEMA
from seeded import outcome as outcome_of
from those_who_ask import a_token

pytestmark = pytest.mark.acceptance

DOCUMENT = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text()
HIDDEN, OTHERS = "7", "8"
LONG = "x" * 5000


def table(first: str) -> list[dict[str, str]]:
    """The rows of the table whose first column has that name."""
    lines = [line for line in DOCUMENT.splitlines() if line.startswith("|")]
    begin = next(n for n, line in enumerate(lines) if line.startswith(f"| {first} |"))
    names = cells(lines[begin])
    rows = []
    for line in lines[begin + 2 :]:
        if len(cells(line)) != len(names):
            break
        rows.append(dict(zip(names, cells(line), strict=True)))
    return rows


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


class World(NamedTuple):
    """The small wiki with a hidden mentee of Ada's and a mentee of Ben's, and those who ask, by their roles."""

    wiki: SmallWiki
    clients: dict[str, Client]
    ties: dict[str, str]


@pytest.fixture(scope="module")
async def world(module_database: str) -> AsyncIterator[World]:
    calendar = Calendar(on(100))
    async with (
        living(module_database, calendar) as client,
        Ledger.open(module_database, size=1, clock=calendar) as ledger,
    ):
        wiki = SmallWiki(client, calendar, module_database)
        await wiki.settle()
        ledger.webhook_key = b"k" * 32
        await ledger.webhooks.create(1, "https://hooks.example/", None, "Admin Eve")
        ties = {ONCE: (await wiki.tie_of(ONCE))["id"]}
        for user, mentor in ((HIDDEN, ADA), (OTHERS, BEN)):
            await wiki.register(wiki.name, user, f"Former Name {user}", assign=False)
            later(calendar)
            await client.done("recordRename", wiki.logged(target={"userId": user}, newName=f"Name {user}"))
            for one in dict.fromkeys((ADA, mentor)):
                later(calendar)
                asked = {"mentee": wiki.mentee(user), "mentor": wiki.mentors[one]}
                await client.done("assignMentor", asked)
            ties[user] = (await wiki.tie_of(user))["id"]
            later(calendar)
            block = wiki.logged(target={"userId": user}, blockId=f"7{user}", performer="Admin Eve")
            told = await client.done("recordBlock", block | {"reason": "Bad name"}, "block { id }")
            wiki.ties[f"block of {user}"] = told["block"]["id"]
        activity = {"editCount": 5, "lastEditAt": written(on(96)), "questionCount": 4, "revertedEditCount": 3}
        each = [{"userId": user} | activity for user in (HIDDEN, OTHERS)]
        await client.done("recordActivity", {"wiki": wiki.name, "activity": each})
        await client.done("recordVisibility", wiki.logged(target={"userId": HIDDEN}, nameHidden=True))
        wants_none = {"mentee": wiki.mentee(OPTED_OUT)}
        await client.done("optInToMentorship", wants_none)
        later(calendar)
        await client.done("assignMentor", wants_none | {"mentor": wiki.mentors[ADA]})
        ties[OPTED_OUT] = (await wiki.tie_of(OPTED_OUT))["id"]
        later(calendar)
        await client.done("optOutOfMentorship", wants_none | {"reason": "I know my way"})
        later(calendar)
        await a_simulation(module_database)

        async def who(*roles: ViewerRole, **given: Any) -> Client:
            _, token = await ledger.tokens.create(a_token(*roles, **given))
            assert token is not None
            return Client(client.http, token, reads_too=True)

        clients = {
            "anyone": Client(client.http, None, reads_too=True),
            "reader": await who(ViewerRole.READER, wiki=1),
            "mentee": await who(*ViewerRole, wiki=1, account=int(NEWCOMER)),
            "opted out": await who(*ViewerRole, wiki=1, account=int(OPTED_OUT)),
            "hidden": await who(*ViewerRole, wiki=1, account=int(HIDDEN)),
            "mentor": await who(*ViewerRole, wiki=1, account=int(ADA)),
            "other mentor": await who(*ViewerRole, wiki=1, account=int(BEN)),
            "reading mentor": await who(ViewerRole.READER, wiki=1, account=int(ADA)),
            "reading mentee": await who(ViewerRole.READER, wiki=1, account=int(NEWCOMER)),
            "coordinator": await who(ViewerRole.COORDINATOR, wiki=1),
            "service": await who(ViewerRole.SERVICE, wiki=1),
            "admin": await who(ViewerRole.ADMIN, wiki=1),
            "admin of all": await who(ViewerRole.ADMIN),
            "overseer": await who(ViewerRole.READER, wiki=1, sees_hidden=True),
            "all-seeing": await who(ViewerRole.ADMIN, wiki=1, sees_hidden=True),
        }
        yield World(wiki, clients, ties)


def later(calendar: Calendar) -> None:
    calendar.now += timedelta(hours=1)


async def a_simulation(database: str) -> None:
    """One that is finished."""
    connection = await asyncpg.connect(database)
    result = orjson.dumps([outcome_of(PolicyPreset.DEFAULT, 0.75)]).decode()
    await connection.execute(
        "INSERT INTO job (wiki_id, kind, state, done, total, plan, result, started_at, finished_at) "
        "VALUES (1, 'SIMULATION', 'DONE', 1, 1, '{}', $1, '2024-01-01', '2024-01-02')",
        result,
    )
    await connection.close()


# Fields.

FIELDS = table("field")
SITUATIONS = ("public", "private", "hidden")
READERS = (
    "anyone", "reader", "mentee", "opted out", "hidden", "mentor", "other mentor", "coordinator", "service", "admin",
    "overseer",
)  # fmt: skip
OWN = {"private": {"Mentor": {"mentor"}}, "hidden": {}}
"""Whose own it is, where it is not the usual one's: who opted out, or a hidden account and its mentor."""
UNTOLD = {"Query", "Mutation", "Subscription", "PageInfo", "InputError", "StaleVersionError"}
THEIRS = "theirs"
OF_A_TIE = {"Mentee", "Relationship", "RelationshipSpan", "RelationshipEvent", "Suspension"}
"""Of these the mentor of a hidden account is told something."""

MENTEE = "node(id: %s) { ... on Mentee { %s } }"
MENTOR = "node(id: %s) { ... on Mentor { %s } }"
TIE = "node(id: %s) { ... on Relationship { %s } }"
BLOCK = "node(id: %s) { ... on Block { %s } }"
WIKI = 'wiki(dbName: "smallwiki") { %s }'
WITHIN = {
    "Suspension": ("Mentee", "suspension { %s }"),
    "FormerName": ("Mentee", "formerNames { %s }"),
    "RelationshipSpan": ("Relationship", "spans { %s }"),
    "RelationshipEvent": ("Relationship", "events(first: 1) { nodes { %s } }"),
    "Actor": ("Block", "performer { %s }"),
    "RelationshipCounts": ("Mentor", "counts { %s }"),
    "WikiCounts": ("Wiki", "counts { %s }"),
    "HandOver": ("Wiki", 'handOvers(from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z") { %s }'),
    "Policy": ("Wiki", "policy { %s }"),
    "PolicySettings": ("Policy", "settings { %s }"),
    "CategoryHold": ("PolicySettings", "holds { %s }"),
    "CategoryRule": ("PolicySettings", "categoryRules { %s }"),
    "Job": ("Wiki", "jobs { nodes { %s } }"),
    "PolicyOutcome": ("Job", "outcomes { %s }"),
    "Webhook": ("Wiki", "webhooks { %s }"),
    "Delivery": ("Wiki", "deliveries(first: 1) { nodes { %s } }"),
    "PolicyDay": ("PolicyOutcome", "daily { %s }"),
}
ARGUMENTS = {
    "Wiki.mentee": '(by: {userId: "8"})',
    "Wiki.mentor": '(by: {userId: "102"})',
    "Wiki.accounts": '(by: [{userId: "8"}, {userId: "7"}])',
    "Wiki.handOvers": '(from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z")',
}


def types() -> dict[str, GraphQLObjectType]:
    """All types that hold what is told, but those that only hold a page."""
    return {
        name: type_
        for name, type_ in SCHEMA.type_map.items()
        if isinstance(type_, GraphQLObjectType)
        and not name.startswith("__")
        and not name.endswith(("Connection", "Edge", "Payload", "Result"))
        and name not in UNTOLD
    }


def selected(type_: str, field: str) -> str:
    """The field, with something of what it holds."""
    found = get_named_type(types()[type_].fields[field].type)
    if is_leaf_type(found):
        inner = ""
    elif isinstance(found, GraphQLObjectType) and found.name.endswith("Connection"):
        inner = " { totalCount nodes { __typename } }"
    else:
        assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
        inner = " { __typename }"
    return f"{field}{ARGUMENTS.get(f'{type_}.{field}', '')}{inner}"


def address(world: World, type_: str, situation: str, inner: str) -> str:
    """Where there is one of that type of which the situation holds."""
    if type_ in WITHIN:
        outer, path = WITHIN[type_]
        return address(world, outer, situation, path % inner)
    w, user = world.wiki, {"public": OTHERS, "private": OPTED_OUT, "hidden": HIDDEN}[situation]
    mentor = BEN if situation == "public" else ADA
    where = {
        "Mentee": (MENTEE, w.mentee(user)),
        "Mentor": (MENTOR, w.mentors[mentor]),
        "Relationship": (TIE, world.ties[user]),
        "Block": (BLOCK, w.ties.get(f"block of {user}", "")),
    }
    if type_ == "Wiki":
        return WIKI % inner
    template, key = where[type_]
    return template % (f'"{key}"', inner)


async def told(world: World, row: dict[str, str], situation: str) -> set[str]:
    """Who is told the field as the all-seeing are."""
    type_, field = row["field"].split(".")
    document = f"{{ {address(world, type_, situation, selected(type_, field))} }}"
    truth = await world.clients["all-seeing"].ask(document)
    if situation == "private" or (
        situation == "hidden" and type_ in OF_A_TIE and "own" not in row[situation]
    ):
        assert any(leaves(truth)), f"there is something to be told: {document}"
    return {role for role in READERS if await world.clients[role].ask(document) == truth}


def leaves(value: Any) -> list[bool]:
    """Of each value whether it is one."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return [leaf for member in members for leaf in leaves(member)]
    return [value is not None]


def audience(cell: str, type_: str, situation: str) -> set[str]:
    """The roles that a cell names."""
    own = OWN.get(situation, {}).get(type_, {"opted out"} if situation == "private" else {"hidden", "mentor"})
    words = {
        "all": set(READERS),
        "own": own,
        "themselves": {"hidden"},
        "mentor": {"mentor"},
        "overseers": {"overseer"},
        "coordinators": {"coordinator", "admin"},
        "administrators": {"admin"},
        "nobody": set(),
    }
    return {role for word in cell.split(", ") for role in words[word]}


def test_the_table_names_every_field() -> None:
    named = [row["field"] for row in FIELDS]
    assert len(set(named)) == len(named)
    assert set(named) == {f"{name}.{field}" for name, type_ in types().items() for field in type_.fields}


CELLS = [(row, situation) for row in FIELDS for situation in SITUATIONS if row[situation] not in ("", THEIRS)]


@pytest.mark.parametrize(("row", "situation"), CELLS, ids=[f"{row['field']} {how}" for row, how in CELLS])
async def test_who_is_told_is_as_the_table_says(world: World, row: dict[str, str], situation: str) -> None:
    type_ = row["field"].split(".")[0]
    assert await told(world, row, situation) == audience(row[situation], type_, situation)


# Mutations. Each is refused for a reason that comes after the permission, or does nothing.

Asked = Callable[[World, str, str], dict[str, Any]]
OWN_HIDDEN = "own, hidden"
"""Somebody hidden who asks for themselves; the mentee who asks is they."""
WHOSE = {"own": (ADA, ONCE), "other's": (BEN, OTHERS), "hidden": (ADA, HIDDEN), OWN_HIDDEN: (ADA, HIDDEN)}


def logged(**said: Any) -> Asked:
    return lambda w, _, __: w.wiki.logged(**said) | {"source": ""}


def of_mentor(**more: Any) -> Asked:
    return lambda w, whose, _: {"mentor": w.wiki.mentors[WHOSE[whose][0]]} | more


def of_mentee(**more: Any) -> Asked:
    return lambda w, whose, _: {"mentee": w.wiki.mentee(WHOSE[whose][1])} | more


def of_tie(w: World, whose: str, _: str) -> dict[str, Any]:
    return {"relationship": w.ties[WHOSE[whose][1]], "expectedVersion": 99}


def claim(w: World, whose: str, _: str) -> dict[str, Any]:
    mentor, mentee = WHOSE[whose]
    return {"mentor": w.wiki.mentors[mentor], "mentees": [w.wiki.mentee(mentee)], "validateOnly": True}


def opt(w: World, whose: str, role: str) -> dict[str, Any]:
    mentee = NEWCOMER if whose == "own" else WHOSE[whose][1]
    # Of who is not there it is said before a word of theirs is read.
    is_there = "hidden" not in whose or (whose, role) == (OWN_HIDDEN, "mentee")
    return {"mentee": w.wiki.mentee(mentee), "reason": LONG if is_there else "x"}


def graduate(w: World, whose: str, role: str) -> dict[str, Any]:
    long = role != "mentor" and whose != "hidden"
    return {"mentee": w.wiki.mentee(WHOSE[whose][1]), "reason": LONG if long else "x"}


SMALL = {"wiki": "smallwiki"}
ASKED: dict[str, Asked] = {
    "addWiki": lambda *_: {"dbName": "smallwiki", "url": "https://x.example"},
    "createToken": lambda *_: {"name": "", "roles": [{"role": "READER"}]},
    "revokeToken": lambda *_: {"token": "999"},
    "createWebhook": lambda *_: SMALL | {"url": "http://plain.example"},
    "rotateWebhookSecret": lambda *_: {"webhook": encode("Webhook", 1, 999)},
    "removeWebhook": lambda *_: {"webhook": encode("Webhook", 1, 999)},
    "retryDeliveries": lambda *_: SMALL,
    "setPolicy": lambda *_: SMALL | {"policy": {"preset": "DEFAULT"}, "validateOnly": True},
    "simulatePolicies": lambda *_: SMALL | {"policies": [], "from": written(on(1)), "to": written(on(2))},
    "recordRegistration": logged(userId="9", name="Nine"),
    "recordBlock": logged(target={"userId": ONCE}),
    "recordBlockChange": logged(blockId="51"),
    "recordUnblock": logged(blockId="51"),
    "recordRename": logged(target={"userId": ONCE}, newName="Else"),
    "recordDeparture": logged(target={"userId": ONCE}),
    "recordVisibility": logged(target={"userId": ONCE}, nameHidden=True),
    "recordFacts": lambda w, *_: {"facts": [{"unblock": w.wiki.logged(blockId="51") | {"source": ""}}]},
    "retractFact": lambda *_: SMALL | {"source": "mw-log", "sourceId": "no", "reason": "x"},
    "recordActivity": lambda *_: SMALL | {"activity": []},
    "enrollMentor": lambda *_: SMALL | {"account": {"userId": ADA}},
    "updateMentor": of_mentor(expectedVersion=99),
    "resignMentor": of_mentor(validateOnly=True),
    "claimMentees": claim,
    "transferMentees": lambda w, whose, _: {"from": w.wiki.mentors[WHOSE[whose][0]], "validateOnly": True},
    "assignMentor": of_mentee(expectedVersion=99),
    "restoreRelationship": of_tie,
    "keepRelationship": of_tie,
    "endRelationship": of_tie,
    "graduateMentee": graduate,
    "optOutOfMentorship": opt,
    "optInToMentorship": opt,
    "starMentee": of_mentee(),
    "unstarMentee": of_mentee(),
}
CANCEL = "mutation($input: ID!) { cancelJob(id: $input) { userErrors { code } } }"
TOLD = {"FORBIDDEN": "–", "NOT_FOUND": "none"}
MUTATIONS = table("mutation")
ROLES = [name for name in MUTATIONS[0] if name not in ("mutation", "about")]


async def outcome(world: World, name: str, about: str, role: str) -> str:
    """What a caller of that role is told, as the table says it."""
    if name == "cancelJob":
        answer = await world.clients[role].post(CANCEL, input=encode("Job", 1, 999))
    else:
        who = "hidden" if (about, role) == (OWN_HIDDEN, "mentee") else role
        answer = await world.clients[who].post(mutation(name), input=ASKED[name](world, about, role))
    body = answer.json()
    if "errors" in body:
        assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAUTHENTICATED"], body
        return "who?"
    found = [TOLD.get(error["code"], "yes") for error in body["data"][name]["userErrors"]]
    # That there is none of what is public says nothing of who asks.
    return "yes" if not found or (found == ["none"] and "hidden" not in about) else found[0]


def test_the_table_names_every_mutation_once_for_whoever_it_is_about() -> None:
    assert SCHEMA.mutation_type is not None
    named = [(row["mutation"], row["about"]) for row in MUTATIONS]
    assert len(set(named)) == len(named)
    assert {name for name, _ in named} == set(SCHEMA.mutation_type.fields)
    assert all(
        {"own", "other's"} <= {about for other, about in named if other == name}
        for name, about in named
        if about == "hidden"
    )


@pytest.mark.parametrize("row", MUTATIONS, ids=lambda row: f"{row['mutation']} {row['about']}")
async def test_who_may_is_as_the_table_says(world: World, row: dict[str, str]) -> None:
    name, about = row["mutation"], row["about"]
    # A mentee that is graduated is nobody's any more.
    roles = ["mentor", *(role for role in ROLES if role != "mentor")]
    assert {role: await outcome(world, name, about, role) for role in roles} == {
        role: row[role] for role in roles
    }


@pytest.mark.parametrize("row", MUTATIONS, ids=lambda row: f"{row['mutation']} {row['about']}")
async def test_a_token_that_may_only_read_changes_nothing_whoever_has_it(
    world: World, row: dict[str, str]
) -> None:
    """What they might do by another token of theirs."""
    before = await world.wiki.kept()
    for role in ("reading mentor", "reading mentee"):
        assert await outcome(world, row["mutation"], row["about"], role) == "–", role
    assert await world.wiki.kept() == before
