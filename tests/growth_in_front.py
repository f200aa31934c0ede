"""What GrowthExperiments would answer, in front of a wiki that does not have it; all else the wiki answers itself.

It does what is in no log, too: draws a mentor for whoever registers, forgets the tie of whoever is blocked for ever
each time it is asked, and draws anew for whoever comes back. The list of mentors is a page, which the wiki really has.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import uuid4

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]

LIST: Final = "MediaWiki:GrowthMentors.json"
OURS: Final = 10**9
"""Numbers of log entries from here on are those of this stand-in; the wiki's own have far less."""
ALREADY: Final = "growthexperiments-homepage-claimmentee-already-mentor"
NO_SUCH_USER: Final = "nosuchuser"


@dataclass
class Growth:
    """In front of the wiki at `api`, whose events go to the file `events`."""

    api: str
    events: Path
    wiki: str
    mentors: dict[int, str] = field(default_factory=dict)
    """The names of mentors by their ids, from when it begins to draw."""
    ties: dict[int, int] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    at_once: set[int] = field(default_factory=set)
    """Who comes back the very moment that the block is gone, and so is drawn for before anybody can be set."""
    drawn: list[tuple[int, int]] = field(default_factory=list)
    """Whom chance gave a mentor, and whom."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    known: set[int] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Its address, for as long as the block takes."""
        async with httpx.AsyncClient(timeout=30) as self.http:
            app = Starlette(routes=[Route("/w/api.php", self.answer, methods=["GET", "POST"])])
            server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            try:
                yield f"http://127.0.0.1:{port}/w/api.php"
            finally:
                server.should_exit = True
                await serving

    async def begin(self, mentors: Mapping[int, str]) -> None:
        """Draw for whoever registers from now on."""
        self.known = set(await self._accounts())
        self.mentors = dict(mentors)

    async def answer(self, request: Request) -> Response:
        """Answer what is GrowthExperiments' own, and hand on what is not."""
        body = await request.body()
        said = {key: values[-1] for key, values in parse_qs(request.url.query).items()}
        said |= {key: values[-1] for key, values in parse_qs(body.decode("latin-1")).items()}
        if self.mentors:
            if said.get("list") == "growthmentormentee":
                return JSONResponse(await self._mentees(int(said["gemmmentor"].removeprefix("#"))))
            if said.get("action") == "growthsetmentor":
                return JSONResponse(await self._set(said, await self._who(request)))
            if said.get("list") == "logevents" and said.get("letype") == "growthexperiments":
                return JSONResponse(self._logged(said))
        headers = {key: request.headers[key] for key in SENT if key in request.headers}
        url = f"{self.api}?{request.url.query}" if request.url.query else self.api
        answer = await self.http.request(request.method, url, headers=headers, content=body)
        self.http.cookies.clear()
        response = Response(answer.content, answer.status_code)
        response.raw_headers += [(key, value) for key, value in answer.headers.raw if key.lower() in TOLD]
        return response

    async def choose(self, mentee: int, mentor: int, by: str) -> None:
        """A person sets somebody's mentor by hand, as the log tells."""
        await self._put(mentee, mentor, by)

    async def by_name(self) -> dict[str, int]:
        """The ids of all accounts by their names."""
        return {account["name"]: user for user, account in (await self._accounts()).items()}

    # What is in no log.

    async def _go_on(self) -> None:
        """Draw for whoever is new, forget whoever is blocked without an end, draw for whoever is back."""
        users = await self._accounts()
        for user, account in users.items():
            is_blocked = account.get("blockexpiry") in ("infinite", "infinity")
            if user in self.mentors:
                continue
            if is_blocked:
                self.ties.pop(user, None)
            elif user not in self.known:
                self._draw(user)
            elif user in self.at_once and user not in self.ties:
                self.at_once.discard(user)
                self._draw(user)
        self.known |= users.keys()

    def _draw(self, user: int, but: int | None = None) -> None:
        mentor = self.chance.choice([one for one in self.mentors if one != but])
        self.ties[user] = mentor
        self.drawn.append((user, mentor))

    def come_back_to_another(self, user: int) -> None:
        """They visit, and chance gives them somebody they never had."""
        before = {mentor for who, mentor in self.drawn if who == user}
        self._draw(user, *before)

    # What it answers.

    async def _mentees(self, mentor: int) -> Json:
        await self._go_on()
        names = {user: account["name"] for user, account in (await self._accounts()).items()}
        mentees = [{"name": names[user], "id": user} for user, by in self.ties.items() if by == mentor]
        return {"growthmentormentee": {"mentor": self.mentors.get(mentor, ""), "mentees": mentees}}

    async def _set(self, said: Mapping[str, str], who: str) -> Json:
        users = await self._accounts()
        by_name = {account["name"]: user for user, account in users.items()}
        mentee, mentor = by_name.get(said["mentee"]), by_name.get(said["mentor"])
        if mentee is None or mentor is None:
            return {"error": {"code": NO_SUCH_USER, "info": "There is no user by that name."}}
        if self.ties.get(mentee) == mentor:
            return {"error": {"code": ALREADY, "info": "This is the mentor already."}}
        old = self.ties.get(mentee)
        await self._put(mentee, mentor, who)
        told = False if old is None else users[old]["name"]
        names = {"mentee": said["mentee"], "newMentor": said["mentor"], "oldMentor": told}
        return {"growthsetmentor": {"status": "ok", **names}}

    async def _put(self, mentee: int, mentor: int, by: str) -> None:
        users = await self._accounts()
        old = self.ties.get(mentee)
        self.ties[mentee] = mentor
        action = "setmentor" if old is not None else "setmentor-no-previous-mentor"
        params = {"new-mentor": users[mentor]["name"]}
        params |= {} if old is None else {"previous-mentor": users[old]["name"]}
        now, number = datetime.now(UTC).replace(microsecond=0), OURS + len(self.log)
        entry = {"logid": number, "ns": 2, "title": f"User:{users[mentee]['name']}", "params": params}
        entry |= {"type": "growthexperiments", "action": action, "user": by, "timestamp": now.isoformat()}
        self.log.append(entry)
        event = {
            "meta": {"domain": "127.0.0.1", "id": str(uuid4()), "stream": "mediawiki.recentchange"},
            "wiki": self.wiki, "id": number, "type": "log", "namespace": 2, "title": entry["title"], "comment": "",
            "timestamp": int(now.timestamp()), "user": by, "log_id": number, "log_type": entry["type"],
            "log_action": action, "log_params": params, "server_url": self.api.removesuffix("/w/api.php"),
        }  # fmt: skip
        with self.events.open("ab") as file:
            file.write(orjson.dumps(event) + b"\n")

    def _logged(self, said: Mapping[str, str]) -> Json:
        start = datetime.fromisoformat(said["lestart"]) if "lestart" in said else None
        found = [
            entry
            for entry in self.log
            if said.get("letitle") in (None, entry["title"])
            and (start is None or datetime.fromisoformat(entry["timestamp"]) >= start.replace(microsecond=0))
        ]
        return {"batchcomplete": True, "query": {"logevents": found}}

    async def _who(self, request: Request) -> str:
        asked = {"action": "query", "meta": "userinfo", "format": "json", "formatversion": "2"}
        cookies = {"cookie": request.headers.get("cookie", "")}
        answer = (await self.http.get(self.api, params=asked, headers=cookies)).json()
        self.http.cookies.clear()
        return str(answer["query"]["userinfo"]["name"])

    async def _accounts(self) -> dict[int, Json]:
        """All that are shown, with the block of each."""
        found: dict[int, Json] = {}
        asked = {"action": "query", "list": "allusers", "auprop": "blockinfo", "aulimit": "max"}
        more: dict[str, str] = {"format": "json", "formatversion": "2"}
        while True:
            page = (await self.http.get(self.api, params=asked | more)).json()
            found |= {user["userid"]: user for user in page["query"]["allusers"]}
            if "continue" not in page:
                return found
            more |= page["continue"]


SENT: Final = ("cookie", "content-type", "authorization", "user-agent")
TOLD: Final = (b"content-type", b"set-cookie", b"retry-after", b"mediawiki-api-error")
