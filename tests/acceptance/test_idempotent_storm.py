"""Mutations that are sent under keys by who loses answers all the time, and to servers that are killed."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

import httpx
import pytest

from acceptance.client import Client, keyed, server_process
from acceptance.in_process import Calendar, living, written
from acceptance.refusals import NOTHING
from graph.compile.ids import encode
from graph.facts import BlockPlaced, MentorEnrolled, OptedOut, Registered
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import fetch
from lifecycle_stories import on
from models.ledger import Entry, Ledger, Target

pytestmark = [pytest.mark.acceptance, pytest.mark.storm]

Asked = dict[str, Any]
Mutation = tuple[str, Asked]
"""Its name and its input."""

CLAIMED = "results { mentee relationship { id } userErrors { code message field } }"
SELECTIONS = NOTHING | {"claimMentees": CLAIMED}

# Mentees for whom nothing has happened yet, who are blocked, and who opted out; mentors whom chance can take.
NEW, BLOCKED, OPTED_OUT, DRAWN, IDLE = (
    range(1, 201),
    range(201, 301),
    range(301, 401),
    range(401, 404),
    range(501, 601),
)
MADE = """
SELECT 'fact ' || f.kind, count(*) FROM fact AS f WHERE f.wiki_id = $1 GROUP BY f.kind
UNION ALL SELECT 'event ' || e.kind, count(*) FROM relationship_event AS e WHERE e.wiki_id = $1 GROUP BY e.kind
UNION ALL SELECT 'versions', sum(m.version) FROM mentor AS m WHERE m.wiki_id = $1
UNION ALL SELECT 'open ties', count(*) FROM relationship AS r WHERE r.wiki_id = $1 AND r.ends_at = 'infinity'
"""


class Town:
    """A wiki with many people, and two hundred things that can be asked of it, none of which touches another."""

    def __init__(self, name: str, wiki: int) -> None:
        self.name, self.wiki = name, wiki
        self.log = count(1)

    @classmethod
    async def found(cls, database: str, name: str) -> "Town":
        def origin() -> Origin:
            return Origin("mw-log", str(next(numbers)))

        numbers = count(1)
        everybody = (*NEW, *BLOCKED, *OPTED_OUT, *DRAWN, *IDLE)
        entries = [
            Entry(
                fact=Registered(at=on(0), origin=origin(), assign=False),
                target=Target(id=user),
                name=f"User {user}",
            )
            for user in everybody
        ]
        entries += [Entry(fact=MentorEnrolled(at=on(0), origin=origin(), mentor=user)) for user in DRAWN]
        entries += [
            Entry(fact=BlockPlaced(at=on(1), origin=origin(), block_id=str(user)), target=Target(id=user))
            for user in BLOCKED
        ]
        entries += [
            Entry(fact=OptedOut(at=on(1), origin=origin()), target=Target(id=user)) for user in OPTED_OUT
        ]
        async with Ledger(database, clock=lambda: on(2)) as ledger:
            wiki = await ledger.add_wiki(name, f"https://{name}.example.org", PRESETS[PolicyPreset.DEFAULT])
            done = await ledger.bulk(wiki, entries)
            assert not done.refused
            for user in IDLE:
                await ledger.enroll(wiki, Target(id=user), share="NONE", at=on(1))  # type: ignore[arg-type]  # its word
        return cls(name, wiki)

    def mentee(self, user: int) -> str:
        return encode("Mentee", self.wiki, user)

    def mentor(self, user: int) -> str:
        return encode("Mentor", self.wiki, user)

    def told(self, user: int, **said: Any) -> Asked:
        named = {
            "wiki": self.name,
            "source": "tool",
            "sourceId": str(next(self.log)),
            "occurredAt": written(on(2)),
        }
        return named | {"target": {"userId": str(user)}} | said

    def asked(self) -> Iterator[Mutation]:
        """Two hundred mutations of all kinds."""
        new, blocked, opted_out, idle = iter(NEW), iter(BLOCKED), iter(OPTED_OUT), iter(IDLE)
        for number in range(20):
            yield "recordBlock", self.told(next(new), reason="Spam")
            yield "updateMentor", {"mentor": self.mentor(next(idle)), "capacity": number}
            yield "assignMentor", {"mentee": self.mentee(next(new))} | self._named(number)
            yield "claimMentees", self._claim((next(new), next(new), next(opted_out)), number)
            yield "recordRegistration", self._registration(number)
        for number in range(15):
            yield "recordUnblock", self.told(next(blocked))
            yield "enrollMentor", {"wiki": self.name, "account": {"userId": str(next(new))}, "share": "NONE"}
            yield "optOutOfMentorship", {"mentee": self.mentee(next(new))}
            if number % 3:
                yield "recordBlockChange", self.told(next(blocked), scope="PARTIAL")
                yield "recordRename", self.told(next(new), newName=f"Renamed {number}")
                yield "recordDeparture", self.told(next(new))
                yield "resignMentor", {"mentor": self.mentor(next(idle))}
                yield "optInToMentorship", {"mentee": self.mentee(next(opted_out))}
            else:
                url = f"https://{self.name}{number}.example.org"
                yield "addWiki", {"dbName": f"{self.name}{number}", "url": url}

    def _named(self, number: int) -> Asked:
        """Every other mentor is left to chance."""
        return {} if number % 2 else {"mentor": self.mentor(DRAWN[0])}

    def _claim(self, users: Iterable[int], number: int) -> Asked:
        """One of three can't be claimed: then two are, or none."""
        policy = "PER_ITEM" if number % 2 else "ALL_OR_NOTHING"
        asked = [self.mentee(user) for user in users]
        return {"mentor": self.mentor(DRAWN[0]), "mentees": asked, "errorPolicy": policy}

    def _registration(self, number: int) -> Asked:
        registered = self.told(0) | {"userId": str(1000 + number), "name": f"Newcomer {number}"}
        del registered["target"]
        return registered

    async def made(self, database: str) -> dict[str, int]:
        """How many facts and events of each kind there are, and how often mentors changed."""
        wikis = await fetch(database, "SELECT count(*) FROM wiki WHERE db_name LIKE $1", f"{self.name}%")
        return {"wikis": int(str(wikis[0][0]))} | {
            str(what): int(str(many)) for what, many in await fetch(database, MADE, self.wiki)
        }


async def insist(client: Client, key: str, mutation: Mutation) -> Asked:
    """Send it under its key until it is answered."""
    name, asked = mutation
    while True:
        payload: Asked = (await client.ask(keyed(name, SELECTIONS[name]), key=key, input=asked))[name]
        if not any(error["code"] == "IDEMPOTENCY_IN_PROGRESS" for error in payload["userErrors"]):
            return payload
        await asyncio.sleep(0.01)


async def few_at_a_time(
    send: Callable[[int, Mutation], Awaitable[None]], mutations: Sequence[Mutation]
) -> None:
    gate = asyncio.Semaphore(8)

    async def one(number: int, mutation: Mutation) -> None:
        async with gate:
            await send(number, mutation)

    await asyncio.gather(*(one(number, mutation) for number, mutation in enumerate(mutations)))


@pytest.fixture
async def pair(database: str) -> AsyncIterator[tuple[Client, Client]]:
    """Two servers over one database, on the same day."""
    calendar = Calendar(on(2))
    async with living(database, calendar) as one, living(database, calendar) as other:
        yield one, other


async def test_two_hundred_that_are_sent_three_times_and_cancelled_have_happened_once(
    database: str, pair: tuple[Client, Client]
) -> None:
    town, twin = await Town.found(database, "townwiki"), await Town.found(database, "twinwiki")
    mutations = list(town.asked())
    assert len(mutations) == 200
    chance = random.Random(20261125)

    cancelled, lengths = 0, [0.1]

    async def send(client: Client, key: str, mutation: Mutation) -> list[Asked]:
        """Lose patience at some moment of it, and send the same again; all answers that came."""
        nonlocal cancelled
        task = asyncio.create_task(insist(client, key, mutation))
        await asyncio.wait({task}, timeout=chance.uniform(0, 1.5 * lengths[-1]))
        task.cancel()
        [given_up] = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(given_up, dict | asyncio.CancelledError), given_up
        cancelled += not isinstance(given_up, dict)
        begun = time.monotonic()
        answer = await insist(client, key, mutation)
        lengths.append(time.monotonic() - begun)
        return [given_up, answer] if isinstance(given_up, dict) else [answer]

    async def three_times(number: int, mutation: Mutation) -> None:
        one, other = pair
        answers = await asyncio.gather(
            *(send(client, f"key {number}", mutation) for client in (one, other, one))
        )
        first, *others = [answer for some in answers for answer in some]
        assert all(answer == first for answer in others), mutation

    await few_at_a_time(three_times, mutations)
    assert 100 < cancelled < 600, "before, in the midst, and after"
    for name, asked in twin.asked():
        payload = await pair[0].do(name, asked, SELECTIONS[name])
        assert "replayed" not in payload or not payload["replayed"]
    assert await town.made(database) == await twin.made(database), "as in a wiki to which each was sent once"


CLAIMS = 30
"""Each of ten mentees, item by item: ten transactions, and the server is killed between any two or in one."""


async def test_a_killed_server_leaves_what_the_next_one_goes_on_with(database: str) -> None:
    town = await Town.found(database, "townwiki")
    mentees = iter(NEW), iter(BLOCKED), iter(OPTED_OUT)
    users = [user for some in mentees for user in some]
    mutations: list[Mutation] = [
        (
            "claimMentees",
            {
                "mentor": town.mentor(DRAWN[0]),
                "errorPolicy": "PER_ITEM",
                "mentees": [town.mentee(user) for user in users[number::CLAIMS][:10]],
            },
        )
        for number in range(CLAIMS)
    ]
    answers: dict[int, list[Asked]] = {number: [] for number in range(CLAIMS)}

    async def send(client: Client, few: asyncio.Semaphore, number: int, mutation: Mutation) -> None:
        try:
            answers[number].append(await insist(client, f"key {number}", mutation))
        except httpx.TransportError:
            return  # the server was killed: nobody knows what has happened
        few.release()

    # After so many answers it is killed, whatever else it is doing; the last one is left to answer all.
    for many in (3, 7, 12, CLAIMS):
        few = asyncio.Semaphore(0)
        async with httpx.AsyncClient(timeout=60) as http:
            with server_process(database) as (address, process):
                http.base_url = httpx.URL(address)
                sending = asyncio.ensure_future(few_at_a_time(partial(send, Client(http), few), mutations))
                async with asyncio.timeout(300):
                    for _ in range(many):
                        await few.acquire()
                process.send_signal(signal.SIGKILL)
            await sending
    assert sum(len(told) for told in answers.values()) < 4 * CLAIMS, "some were killed"
    for number in range(CLAIMS):
        first, *others = answers[number]
        assert all(answer == first for answer in others)
    claimed = await fetch(
        database, "SELECT mentee_id, count(*) FROM fact WHERE kind = 'ASSIGNED' GROUP BY mentee_id"
    )
    assert {many for _, many in claimed} == {1}
    told = [result for some in answers.values() for result in some[0]["results"]]
    assert len(told) == 10 * CLAIMS
    assert len(claimed) == sum(result["relationship"] is not None for result in told)
