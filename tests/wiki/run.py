"""A real MediaWiki goes through all that matters; the server, whom nobody tells of it, must know it in the end."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson

HERE = Path(__file__).parent
SCRIPTS = HERE / "mediawiki"
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent), str(SCRIPTS)]

import drive  # type: ignore[import-not-found] # noqa: E402 - found by the line above, and by nobody else

from acceptance.client import Client, serving  # noqa: E402 - found by the line above
from event_server import EventServer  # noqa: E402 - the same
from growth_in_front import LIST, Growth  # noqa: E402 - the same
from mentorgraph import postgres  # noqa: E402 - the same
from those_who_ask import DOES_ALL  # noqa: E402 - the same

WIKI = "mentorwiki"
FOLDER = Path(os.environ.get("MENTORGRAPH_WIKI_DIR", HERE.parents[1] / ".mediawiki"))
PORT = 8081
PATIENCE = 40.0
"""Seconds for all that was told to be known: a look at the wiki among it."""
OF_THE_INSTALLER = 2
UNSUITABLE = "Acme Widgets Ltd"
"""The newcomer of the story, by the name that could not stay."""
STORY = """
query($wiki: String!, $name: String!) {
  wiki(dbName: $wiki) {
    mentee(by: {name: $name}) {
      name state
      relationships { nodes { events { nodes { kind at } } } }
    }
  }
}
"""
MENTOR = 'query($wiki: String!) { wiki(dbName: $wiki) { mentor(by: {userId: "1"}) { name } } }'
MENTORED = """
query($wiki: String!, $user: BigInt!) {
  wiki(dbName: $wiki) {
    mentee(by: {userId: $user}) { state relationship(role: PRIMARY) { mentor { userId } } }
  }
}
"""
ACCOUNTS = """
query($wiki: String!, $users: [AccountBy!]!) {
  wiki(dbName: $wiki) {
    accounts(by: $users) { userId name isHidden blocks { nodes { isOpen kind scope expiresAt } } }
  }
}
"""


def main() -> int:
    """Start the wiki, drive it twice at once, and compare."""
    with wiki() as env, tempfile.TemporaryDirectory(prefix="mg-wiki-") as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder), postgres.UNSAFE_BUT_FAST) as dsn:
            asyncio.run(followed(dsn, env))
    return 0


async def followed(dsn: str, env: dict[str, str]) -> None:
    """Follow the wiki while it is driven."""
    told = Path(env["WIKI_EVENTS_STREAM"])
    events, growth = EventServer(told, seed=1), Growth(env["WIKI_API"], told, WIKI)
    async with events.running() as stream, growth.running() as front:
        settings = {
            "feed_wikis": orjson.dumps({WIKI: front}).decode(),
            "feed_stream": stream,
            "feed_contact": "mentors@example.org",
            "feed_look_every": "2",
            "draw_every": "0.5",
            "bootstrap_token": DOES_ALL,
            "feed_login": env["WIKI_BOT_USER"],
            "feed_password": env["WIKI_BOT_PASS"],
            "outbox": "1",
            "outbox_every": "0.5",
            "outbox_pause": "1",
        }
        with serving(dsn, **settings) as address:
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                client = Client(http, DOES_ALL)
                await has_a_mentor(client, env["WIKI_API"])
                await story(client, env)
                await asyncio.gather(driven(""), driven(" two"))
                await until_equal(client, env["WIKI_API"])
                await with_mentors_of_its_own(client, env, growth)
    print(f"The stream was connected to {events.connections} times.")


async def driven(suffix: str) -> None:
    """Everything that a mentorship tracker must survive; the second driver leaves out what stops the whole wiki."""
    command = [
        sys.executable,
        str(SCRIPTS / "drive.py"),
        "--env",
        str(FOLDER / "wiki.env"),
        "--captures",
        str(FOLDER / f"captures{suffix}"),
    ]
    if suffix:
        command += ["--suffix", suffix, "--only", "accounts,edits,story,blocks,expiry,renames,hidden"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    assert await process.wait() == 0, f"the driver{suffix} has failed"


async def until_equal(client: Client, api: str) -> None:
    """Until every account's name and open blocks are here what the wiki says."""
    deadline, differing = time.monotonic() + PATIENCE, {}
    while time.monotonic() < deadline:
        theirs = wiki_says(api)
        ours = await we_say(client, sorted(theirs))
        differing = {
            user: (ours.get(user), theirs[user]) for user in theirs if ours.get(user) != theirs[user]
        }
        if not differing:
            blocked = sum(bool(said[1]) for said in theirs.values())
            print(f"{len(theirs)} accounts, {blocked} of them blocked, are here as the wiki says.")
            return
        await asyncio.sleep(1)
    raise AssertionError(f"ours and the wiki's differ: {differing}")


async def has_a_mentor(client: Client, api: str) -> None:
    """Let the wiki's only mentor be one whom the wiki has known from the beginning."""
    deadline = time.monotonic() + PATIENCE
    while (await client.ask("query($wiki: String!) { wiki(dbName: $wiki) { id } }", wiki=WIKI))[
        "wiki"
    ] is None:
        assert time.monotonic() < deadline, f"the wiki at {api} is not followed"
        await asyncio.sleep(0.1)
    await client.done("enrollMentor", {"wiki": WIKI, "account": {"userId": "1"}}, "mentor { id }")
    # The name is found by a look at the wiki: its installer's account was never registered.
    while (await client.ask(MENTOR, wiki=WIKI))["wiki"]["mentor"]["name"] is None:
        assert time.monotonic() < deadline, "the mentor's name is not found"
        await asyncio.sleep(0.1)


async def story(client: Client, env: dict[str, str]) -> None:
    """Blocked for the name, renamed, unblocked: the same mentor before, meanwhile and after."""
    people = drive.Scenario(env, None, " once")
    await asyncio.to_thread(people.create, "acme", UNSUITABLE, people.ip(1))
    await until_state(client, people.n("acme"), "ACTIVE")
    await asyncio.to_thread(
        people.block, people.n("acme"), "infinite", "{{uw-softerblock}} promotional username"
    )
    await until_state(client, people.n("acme"), "SUSPENDED")
    await until_written(env, f"Your mentee {UNSUITABLE} once was blocked")
    await asyncio.to_thread(people.rename, "acme", "Wanda", "a name of her own")
    await until_state(client, people.n("acme"), "SUSPENDED")
    await asyncio.to_thread(people.unblock, people.n("acme"), "renamed, welcome back")
    [tie] = await until_state(client, people.n("acme"), "ACTIVE")
    told = sorted(tie["events"]["nodes"], key=lambda event: str(event["at"]))
    assert [event["kind"] for event in told] == ["STARTED", "SUSPENDED", "RESUMED"], told
    await until_written(env, f"Your mentee {people.n('acme')} was unblocked")
    print(f"{people.n('acme')} has had one mentor all the time, and nobody called a mutation.")


async def with_mentors_of_its_own(client: Client, env: dict[str, str], growth: Growth) -> None:
    """GrowthExperiments draws and forgets, in no log; the mentor of before the block is there in the end."""
    people = drive.Scenario(env, None, " growth")
    await client.done(
        "setPolicy", {"wiki": WIKI, "policy": {"policy": {"name": "growth", "autoAssign": False}}}
    )
    await asyncio.to_thread(people.create, "bo", "Mentor Bo", people.ip(2))
    listed = {"Mentors": {"1": {"message": None, "weight": 2, "automaticallyAssigned": True}}}
    bo = (await growth.by_name())[people.n("bo")]
    listed["Mentors"][str(bo)] = dict(listed["Mentors"]["1"])
    page = {
        "title": LIST,
        "text": orjson.dumps(listed).decode(),
        "summary": "mentors",
        "contentmodel": "json",
    }
    await asyncio.to_thread(people.admin.post, action="edit", **page)
    await growth.begin({1: env["WIKI_ADMIN_USER"], bo: people.n("bo")})
    for number, key in enumerate(("greta", "hugo", "ines"), 3):
        await asyncio.to_thread(people.create, key, key.capitalize(), people.ip(number))
    users = {key: (await growth.by_name())[people.n(key)] for key in ("greta", "hugo", "ines")}
    for key, user in users.items():
        await until_mentored(client, user, growth)
        await asyncio.to_thread(people.block, people.n(key), "infinite", "{{uw-softerblock}}")
        await until_state(client, people.n(key), "SUSPENDED")
    first = dict(growth.drawn)
    await until(lambda: not users.values() & growth.ties.keys(), "GrowthExperiments forgets who is blocked")
    # The first is set again before chance comes to it, the second after, and of the third a person has decided.
    await asyncio.to_thread(people.unblock, people.n("greta"), "welcome back")
    await until(
        lambda: growth.ties.get(users["greta"]) == first[users["greta"]], "Greta's mentor is set again"
    )
    await asyncio.to_thread(people.unblock, people.n("hugo"), "welcome back")
    growth.come_back_to_another(users["hugo"])
    assert growth.ties[users["hugo"]] != first[users["hugo"]]
    await until(lambda: growth.ties[users["hugo"]] == first[users["hugo"]], "Hugo's mentor is set again")
    other = next(mentor for mentor in growth.mentors if mentor != first[users["ines"]])
    await asyncio.to_thread(people.unblock, people.n("ines"), "welcome back")
    await growth.choose(users["ines"], other, people.n("bo"))
    await until_mentored(client, users["ines"], growth)
    await asyncio.sleep(5)
    assert growth.ties[users["ines"]] == other, "what a person has decided stays"
    for user in users.values():
        await until_mentored(client, user, growth)
    print(
        "Of three whom GrowthExperiments forgot, two have their mentors again, and one whom a person has chosen."
    )


async def until(holds: Callable[[], bool], what: str) -> None:
    """Until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.1)


async def until_mentored(client: Client, user: int, growth: Growth) -> None:
    """Until they are active here, with the mentor whom GrowthExperiments shows."""
    deadline, found = time.monotonic() + PATIENCE, None
    while time.monotonic() < deadline:
        found = (await client.ask(MENTORED, wiki=WIKI, user=str(user)))["wiki"]["mentee"]
        tie = found and found["relationship"]
        shown = growth.ties.get(user)
        if tie and shown and (found["state"], tie["mentor"]["userId"]) == ("ACTIVE", str(shown)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{user} has {growth.ties.get(user)} there, and here {found}")


async def until_written(env: dict[str, str], heading: str) -> None:
    """Until the mentor's talk page has a section with that heading, and it has it once."""
    asked = {"action": "parse", "page": f"User talk:{env['WIKI_ADMIN_USER']}", "prop": "sections"}
    deadline, lines = time.monotonic() + PATIENCE, []
    async with httpx.AsyncClient(timeout=30) as http:
        while time.monotonic() < deadline:
            page = (await http.get(env["WIKI_API"], params=asked | {"format": "json"})).json()
            lines = [section["line"] for section in page.get("parse", {}).get("sections", ())]
            if lines.count(heading) == 1:
                print(f"The mentor reads: {heading}.")
                return
            await asyncio.sleep(0.2)
    raise AssertionError(f"the mentor's talk page has {lines}")


async def until_state(client: Client, name: str, state: str) -> list[dict[str, Any]]:
    """The ties of the mentee of that name, as soon as their state is that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        mentee = (await client.ask(STORY, wiki=WIKI, name=name))["wiki"]["mentee"]
        if mentee is not None and (mentee["name"], mentee["state"]) == (name, state):
            # The wiki's clock knows whole seconds: what comes next comes in another one.
            await asyncio.sleep(1.1)
            ties: list[dict[str, Any]] = mentee["relationships"]["nodes"]
            return ties
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} does not become {state}: {mentee}")


Said = dict[int, tuple[str, list[tuple[str, str | None]]]]


def wiki_says(api: str) -> Said:
    """Every account that is shown, with its name and its open block, as `list=users` has it."""
    found: Said = {}
    with httpx.Client(timeout=30) as http:
        # The installer's own accounts are of before there was a log.
        users = pages(http, api, list="allusers", auprop="", aulimit="max", key="allusers")
        users = [user for user in users if user["userid"] > OF_THE_INSTALLER]
        for some in (users[start : start + 50] for start in range(0, len(users), 50)):
            ids = "|".join(str(user["userid"]) for user in some)
            for user in pages(http, api, list="users", ususerids=ids, usprop="blockinfo", key="users"):
                found[user["userid"]] = (user["name"], _blocks(user))
    return found


def _blocks(user: dict[str, Any]) -> list[tuple[str, str | None]]:
    if "blockid" not in user:
        return []
    expiry = None if user["blockexpiry"] == "infinite" else user["blockexpiry"]
    return [("PARTIAL" if user["blockpartial"] else "SITEWIDE", expiry)]


async def we_say(client: Client, users: list[int]) -> Said:
    """The same, as we have it."""
    found: Said = {}
    for some in (users[start : start + 100] for start in range(0, len(users), 100)):
        answer = await client.ask(ACCOUNTS, wiki=WIKI, users=[{"userId": str(user)} for user in some])
        for account in answer["wiki"]["accounts"] if answer["wiki"] else ():
            if account is not None:
                blocks = [
                    (block["scope"], block["expiresAt"] and block["expiresAt"].replace(".000Z", "Z"))
                    for block in account["blocks"]["nodes"]
                    if block["isOpen"]
                ]
                found[int(account["userId"])] = (account["name"], blocks)
    return found


def pages(http: httpx.Client, api: str, *, key: str, **asked: str) -> list[dict[str, Any]]:
    """All that a list holds."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = http.get(
            api, params={"action": "query", "format": "json", "formatversion": "2", **asked, **more}
        ).json()
        found += page["query"][key]
        if "continue" not in page:
            return found
        more = page["continue"]


@contextmanager
def wiki() -> Iterator[dict[str, str]]:
    """A fresh wiki, for as long as the block takes, and what it says of itself."""
    subprocess.run([SCRIPTS / "start-wiki.sh", "--dir", FOLDER, "--port", str(PORT), "--fresh"], check=True)
    try:
        lines = (FOLDER / "wiki.env").read_text().splitlines()
        yield dict(line.split("=", 1) for line in lines if "=" in line)
    finally:
        subprocess.run([SCRIPTS / "stop-wiki.sh", "--dir", FOLDER], check=True)


if __name__ == "__main__":
    sys.exit(main())
