"""A wiki that behaves as MediaWiki does where that matters, over httpx2 and without a network.

Its log forgets old names (a rename rewrites them), its stream does not; an expiry is silent; a block that hides a
name is in no log that all may read. What else it does wrong a test says: it drops, repeats, cuts, lags and fails.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import httpx2
import orjson

from fake_stream import Frames, Json, plain

SERVER = "http://127.0.0.1:8081"
API = f"{SERVER}/w/api.php"
STREAM = f"{SERVER}/v2/stream/mediawiki.recentchange"

LONGEST_ADDRESS = 8_190
"""Of a request, as the servers before a wiki have it."""


@dataclass
class FakeBlock:
    """An open block of an account."""

    id: int
    since: datetime
    expires_at: datetime | None
    partial: bool
    reason: str
    by: str


@dataclass
class FakeAccount:
    """An account of the wiki."""

    id: int
    name: str
    registered_at: datetime
    block: FakeBlock | None = None
    is_hidden: bool = False
    edits: list[datetime] = field(default_factory=list)


@dataclass
class FakeWiki:
    """Accounts, the log as it reads now, and the events as they were published."""

    now: datetime
    name: str = "fakewiki"
    accounts: dict[int, FakeAccount] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    blocks: int = 0
    mentors: dict[int, Json] | None = None
    """The list of mentors, by user id; None where the wiki has none."""
    ties: dict[int, int] = field(default_factory=dict)
    """Who mentors whom by GrowthExperiments, by mentee."""
    pages: dict[str, str] = field(default_factory=dict)
    """What stands on pages, by their titles."""
    logged_in: str | None = None
    """Who asks; None: nobody in particular."""
    rights: list[str] = field(default_factory=list)
    silence: int = 0
    """How many of the next changes are made without an answer."""
    asked: list[Json] = field(default_factory=list)
    faults: list[httpx2.Response] = field(default_factory=list)
    """What is answered in place of the next requests to the API."""
    frames: Callable[[list[Json], int], Iterator[bytes]] | None = None
    """How the stream tells the events from one on; plainly where nothing else is said."""

    # What happens on it.

    def register(self, user: int, name: str) -> FakeAccount:
        account = self.accounts[user] = FakeAccount(user, name, self.now)
        self._log("newusers", "create", account, name, {"userid": user}, "", actor=(name, user))
        return account

    def block(
        self,
        user: int,
        reason: str = "Spam",
        *,
        until: datetime | None = None,
        partial: bool = False,
        hides_name: bool = False,
    ) -> FakeBlock:
        account = self.accounts[user]
        is_change = self.open_block(account) is not None
        if account.block is None or not is_change:
            self.blocks += 1
            account.block = FakeBlock(self.blocks, self.now, until, partial, reason, "Admin")
        account.block.expires_at, account.block.partial, account.block.reason = until, partial, reason
        account.is_hidden = hides_name
        params: Json = {"duration": "infinity", "flags": ["nocreate"], "sitewide": not partial}
        if until is not None:
            # What was typed is free text, which nobody can read without the wiki.
            params |= {"duration": "next friday", "expiry": stamp(until)}
        self._log(
            "suppress" if hides_name else "block",
            "reblock" if is_change else "block",
            account,
            account.name,
            params,
            reason,
            is_public=not hides_name,
        )
        return account.block

    def unblock(self, user: int) -> None:
        account = self.accounts[user]
        account.block, account.is_hidden = None, False
        self._log("block", "unblock", account, account.name, {}, "")

    def rename(self, user: int, name: str) -> None:
        account = self.accounts[user]
        old, account.name = account.name, name
        params = {"olduser": old, "newuser": name, "edits": 3}
        self._log("renameuser", "renameuser", account, old, params, "")
        for entry in self.log:
            if entry["account"] == user and entry["type"] != "renameuser":
                entry["title"] = f"User:{name}"

    def silently_unblock(self, user: int) -> None:
        """Something that no log tells: a repair in the database, or a page of the log that was lost."""
        self.accounts[user].block = None

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def open_block(self, account: FakeAccount) -> FakeBlock | None:
        block = account.block
        return (
            block if block is not None and (block.expires_at is None or block.expires_at > self.now) else None
        )

    def _log(
        self,
        kind: str,
        action: str,
        account: FakeAccount,
        name: str,
        params: Json,
        comment: str,
        *,
        actor: tuple[str, int] = ("Admin", 1),
        is_public: bool = True,
    ) -> None:
        number = len(self.log) + 1
        entry = {
            "logid": number,
            "ns": 2,
            "title": f"User:{name}",
            "type": kind,
            "action": action,
            "params": params,
            "user": actor[0],
            "userid": actor[1],
            "timestamp": stamp(self.now),
            "comment": comment,
            "account": account.id,
            "is_public": is_public,
        }
        self.log.append(entry)
        if is_public:
            self.events.append(self._event(entry))

    def _event(self, entry: Json) -> Json:
        params = {key: value for key, value in entry["params"].items() if key != "expiry"}
        if "flags" in params:
            params["flags"] = ",".join(params["flags"])
        return {
            "meta": {
                "domain": "127.0.0.1",
                "id": f"{entry['logid']:032x}",
                "stream": "mediawiki.recentchange",
            },
            "wiki": self.name,
            "server_url": SERVER,
            "id": len(self.events) + 1,
            "type": "log",
            "namespace": 2,
            "title": entry["title"],
            "comment": entry["comment"],
            "timestamp": int(self.now.timestamp()),
            "user": entry["user"],
            "log_id": entry["logid"],
            "log_type": entry["type"],
            "log_action": entry["action"],
            "log_params": params or [],
        }

    # What it answers.

    def client(self) -> httpx2.AsyncClient:
        """Somebody who asks it."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/v2/stream"):
            return self._stream(request)
        said = {key: values[-1] for key, values in parse_qs(request.url.query.decode()).items()}
        said |= {key: values[-1] for key, values in parse_qs(request.content.decode()).items()}
        self.asked.append(said)
        if self.faults:
            return self.faults.pop(0)
        if len(str(request.url)) > LONGEST_ADDRESS:
            return httpx2.Response(414)
        page = self._page(said)
        if self.silence and said["action"] != "query":
            self.silence -= 1
            raise httpx2.ReadTimeout("the wiki has done it, and does not say so", request=request)
        return httpx2.Response(200, json={**page, "curtimestamp": stamp(self.now)})

    def _page(self, said: Mapping[str, str]) -> Json:
        what = said.get("list") or said.get("meta") or ("titles" if "titles" in said else said["action"])
        answers: dict[str, Callable[[Mapping[str, str]], Json]] = {
            "logevents": self._logevents,
            "users": self._some_users,
            "growthmentormentee": lambda said: self._mentees(int(said["gemmmentor"].removeprefix("#"))),
            "siteinfo": lambda _: {
                "query": {"general": {"wikiid": self.name, "server": SERVER, "lang": "en"}}
            },
            "tokens": lambda _: {"query": {"tokens": {"csrftoken": "c+\\"}}},
            "userinfo": lambda _: {"query": {"userinfo": self._who()}},
            "usercontribs": lambda said: {"query": {"usercontribs": self._edits(int(said["ucuserids"]))}},
            "titles": lambda said: {"query": {"pages": [self._text(said["titles"])]}},
            "edit": self._edit,
            "growthsetmentor": self._set_mentor,
        }
        unknown: Json = {"error": {"code": "badvalue", "info": "the fake wiki does not know that"}}
        return answers[what](said) if what in answers else unknown

    def _who(self) -> Json:
        if self.logged_in is None:
            return {"id": 0, "name": "127.0.0.1", "anon": True}
        return {"id": 1, "name": self.logged_in, "rights": self.rights}

    def _edits(self, user: int) -> list[Json]:
        return [{"userid": user, "timestamp": stamp(at)} for at in self.accounts[user].edits[-1:]]

    def _edit(self, said: Mapping[str, str]) -> Json:
        written = f"== {said['sectiontitle']} ==\n{said['text']}\n"
        self.pages[said["title"]] = self.pages.get(said["title"], "") + written
        return {"edit": {"result": "Success"}}

    def _text(self, title: str) -> Json:
        if title == "MediaWiki:GrowthMentors.json":
            return self._mentor_list(title)
        slots = {"main": {"content": self.pages.get(title, "")}}
        return {"title": title, "revisions": [{"slots": slots}]}

    def _mentor_list(self, title: str) -> Json:
        if self.mentors is None:
            return {"ns": 8, "title": title, "missing": True}
        text = orjson.dumps(
            {"Mentors": {str(user): chosen for user, chosen in self.mentors.items()}}
        ).decode()
        slots = {"main": {"contentmodel": "json", "contentformat": "application/json", "content": text}}
        return {"ns": 8, "title": title, "revisions": [{"timestamp": stamp(self.now), "slots": slots}]}

    def _mentees(self, mentor: int) -> Json:
        mentees = [
            {"name": self.accounts[user].name, "id": user} for user, by in self.ties.items() if by == mentor
        ]
        return {"growthmentormentee": {"mentor": self.accounts[mentor].name, "mentees": mentees}}

    def _set_mentor(self, said: Mapping[str, str]) -> Json:
        """GrowthExperiments' own call, with the errors of its own."""
        by_name = {account.name: account.id for account in self.accounts.values()}
        mentee, mentor = by_name.get(said["mentee"]), by_name.get(said["mentor"])
        if mentee is None or mentor is None:
            return {"error": {"code": "nosuchuser", "info": "There is no user by that name."}}
        if self.ties.get(mentee) == mentor:
            code = "growthexperiments-homepage-claimmentee-already-mentor"
            return {"error": {"code": code, "info": "They are the mentor already."}}
        if self.open_block(self.accounts[mentee]) is None:
            self.set_mentor(mentee, mentor, by=0)
        return {"growthsetmentor": {"status": "ok", "mentee": said["mentee"], "newMentor": said["mentor"]}}

    def set_mentor(self, mentee: int, mentor: int, *, by: int = 1) -> None:
        """Somebody sets a mentor by hand, or claims the mentee; the first is in the log."""
        account, old = self.accounts[mentee], self.ties.get(mentee)
        self.ties[mentee] = mentor
        params = {} if old is None else {"previous-mentor": self.accounts[old].name}
        action = "claimmentee" if by == mentor else "setmentor"
        if by != mentor:
            params["new-mentor"] = self.accounts[mentor].name
        actor = (
            self.accounts[by].name if by in self.accounts else "Admin" if by else self.logged_in or "Admin"
        )
        suffix = "" if old is not None else "-no-previous-mentor"
        self._log("growthexperiments", action + suffix, account, account.name, params, "", actor=(actor, by))

    def _logevents(self, said: Mapping[str, str]) -> Json:
        start = datetime.fromisoformat(said["lestart"]) if "lestart" in said else None
        end = datetime.fromisoformat(said["leend"]) if "leend" in said else None
        kind, action = said.get("letype"), said.get("leaction")
        limit = 500 if said.get("lelimit", "10") == "max" else int(said.get("lelimit", "10"))
        found = []
        for entry in self.log:
            at = datetime.fromisoformat(entry["timestamp"])
            if (
                entry["is_public"]
                and (kind is None or entry["type"] == kind)
                and (action is None or f"{entry['type']}/{entry['action']}" == action)
                and (start is None or at >= start.replace(microsecond=0))
                and (end is None or at <= end)
                and ("letitle" not in said or entry["title"] == said["letitle"])
            ):
                found.append(
                    {key: value for key, value in entry.items() if key not in ("account", "is_public")}
                )
        if said.get("ledir") != "newer":
            found.reverse()
        begin = int(said.get("lecontinue", "0"))
        page: Json = {"query": {"logevents": found[begin : begin + limit]}}
        if begin + limit < len(found):
            page["continue"] = {"lecontinue": str(begin + limit), "continue": "-||"}
        return page

    def _some_users(self, said: Mapping[str, str]) -> Json:
        wanted = (said.get("ususers") or said["ususerids"]).count("\x1f")
        if wanted > (500 if "apihighlimits" in self.rights else 50):
            return {"error": {"code": "toomanyvalues", "info": "Too many values supplied."}}
        return {"query": {"users": [*self._users(said)]}}

    def _users(self, said: Mapping[str, str]) -> Iterator[Json]:
        by_name = {account.name: account for account in self.accounts.values()}
        if "ususers" in said:
            for name in said["ususers"].lstrip("\x1f").split("\x1f"):
                found = by_name.get(name)
                yield (
                    {"name": name, "missing": True} if found is None or found.is_hidden else self._user(found)
                )
        else:
            for number in said["ususerids"].lstrip("\x1f").split("\x1f"):
                found = self.accounts.get(int(number))
                hidden = found is None or found.is_hidden
                yield (
                    {"userid": int(number), "missing": True} if hidden or found is None else self._user(found)
                )

    def _user(self, account: FakeAccount) -> Json:
        block = self.open_block(account)
        told: Json = {"userid": account.id, "name": account.name, "editcount": len(account.edits)}
        if block is not None:
            told |= {
                "blockid": block.id,
                "blockedby": block.by,
                "blockreason": block.reason,
                "blockedtimestamp": stamp(block.since),
                "blockexpiry": "infinite" if block.expires_at is None else stamp(block.expires_at),
                "blockpartial": block.partial,
            }
        return told

    def _stream(self, request: httpx2.Request) -> httpx2.Response:
        last = request.headers.get("last-event-id")
        begin = 0 if last is None else orjson.loads(last)[0]["offset"] + 1
        told = (self.frames or plain)(self.events, begin)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Frames(told))


def stamp(at: datetime) -> str:
    """A moment as the wiki writes it: in whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
