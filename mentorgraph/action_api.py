"""A wiki's Action API: asked politely, asked again where that helps, and logged in where it has an account for us.

MediaWiki answers errors with status 200 and says what is wrong in the body. What is worth asking again (the wiki lags,
is read-only, counts us out, or something in front of it answers instead) is told from what is not.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import httpx2
import orjson
import stamina
from pydantic import SecretStr

from mentorgraph import __version__

Json = Mapping[str, Any]

# Who asks says in the log what is tried again, and why; in stamina's words it would be there twice.
stamina.instrumentation.set_on_retry_hooks([])

LAG: Final = 5
"""Seconds that the wiki's database may lag for us to ask it: https://www.mediawiki.org/wiki/Manual:Maxlag_parameter."""
FEW, MANY = 50, 500
"""Names or ids in one request, without and with the right for more."""
PATIENCE: Final = 30.0
"""Seconds for one answer."""
TRIES: Final = 6
FIRST_WAIT, LONGEST_WAIT, JITTER = 0.5, 30.0, 1.0
LARGEST_WAIT: Final = 300.0
"""Seconds that a wiki's own wish to be left alone is heeded."""

LATER: Final = frozenset(
    {
        "maxlag",
        "readonly",
        "ratelimited",
        "internal_api_error_DBQueryError",
        "internal_api_error_DBConnectionError",
    }
)
LONGEST_VALUE: Final = 4_000
"""Bytes of an address for one parameter; servers before a wiki take some eight thousand in all."""
TOO_MANY: Final = "toomanyvalues"
READS: Final = {"promise-non-write-api-action": "true"}
"""Of a question that is posted: whichever data centre is near may answer it."""
LOGGED_OUT: Final = frozenset({"assertuserfailed", "assertnameduserfailed", "assertbotfailed", "badtoken"})


class WikiAwayError(Exception):
    """The wiki can't be asked now; `after` are the seconds that it wants to be left alone, where it says so."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class WikiRefusedError(Exception):
    """The wiki answers, and says no; `code` is its own word for why. `info` may hold names, and is for no log."""

    def __init__(self, code: str, info: str) -> None:
        super().__init__(f"the wiki says {code}")
        self.code, self.info = code, info


@dataclass(frozen=True, slots=True)
class Login:
    """A bot password: the name has an @ in it, and the password is shown once at Special:BotPasswords."""

    name: str
    password: SecretStr


def agent(contact: str) -> str:
    """How we introduce ourselves, as Wikimedia asks for it: with somebody to write to."""
    return f"mentorgraph/{__version__} ({contact}) httpx2/{httpx2.__version__}"


class ActionApi:
    """One wiki, over one client, which keeps the cookies of a login."""

    def __init__(self, client: httpx2.AsyncClient, url: str, login: Login | None = None) -> None:
        self.client, self.url, self.login = client, url, login
        self._is_logged_in = False
        self._csrf: str | None = None
        self._at_once: int | None = None
        self._logging_in = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, contact: str, login: Login | None = None, token: SecretStr | None = None
    ) -> AsyncIterator["ActionApi"]:
        """For as long as the block takes; `token` is that of an owner-only OAuth consumer."""
        headers = {"user-agent": agent(contact)}
        if token is not None:
            headers["authorization"] = f"Bearer {token.get_secret_value()}"
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as client:
            yield cls(client, url, login)

    async def act(self, **asked: str | int) -> Json:
        """Change something, as ourselves. It is not tried again here: whether it was done may not be known."""
        await self._be_logged_in()
        try:
            if self._csrf is None:
                tokens = await self._ask("GET", {"action": "query", "meta": "tokens", "assert": "user"})
                self._csrf = str(tokens["query"]["tokens"]["csrftoken"])
            return await self._ask("POST", {**asked, "assert": "user", "token": self._csrf})
        except WikiRefusedError as refused:
            if refused.code not in LOGGED_OUT:
                raise
            self._is_logged_in, self._csrf = False, None
            raise WikiAwayError(f"the wiki has forgotten our login ({refused.code})", 0.0) from refused

    async def text(self, title: str) -> str:
        """A page's wikitext as it is now; empty where there is none."""
        page = await self.query(titles=title, prop="revisions", rvprop="content", rvslots="main", redirects=1)
        for one in page["query"]["pages"]:
            for revision in one.get("revisions", ()):
                return str(revision["slots"]["main"]["content"])
        return ""

    async def query(self, **asked: str | int) -> Json:
        """One answer of `action=query`; asked again a few times where the wiki is away."""
        return await self._query_again("GET", asked)

    async def _query_again(self, method: str, asked: Mapping[str, str | int]) -> Json:
        async for attempt in stamina.retry_context(
            on=_how_long,
            attempts=TRIES,
            timeout=None,
            wait_initial=FIRST_WAIT,
            wait_max=LONGEST_WAIT,
            wait_jitter=JITTER,
        ):
            with attempt:
                return await self._query(method, asked)
        raise AssertionError("unreachable")

    async def pages(self, **asked: str | int) -> AsyncIterator[Json]:
        """All answers of a list, one after the other."""
        more: dict[str, str | int] = {}
        while True:
            page = await self.query(**asked | more)
            yield page
            if "continue" not in page:
                return
            more = page["continue"]

    async def users(
        self, *, names: Sequence[str] = (), ids: Sequence[int] = (), prop: str = ""
    ) -> list[Json]:
        """What is known of accounts; those that are not there have `missing`."""
        key, values = ("ususers", list(names)) if names else ("ususerids", [str(one) for one in ids])
        try:
            return await self._users(key, values, prop)
        except WikiRefusedError as refused:
            if refused.code != TOO_MANY or self._at_once in (None, FEW):
                raise
            self._at_once = FEW  # the right was taken away
            return await self._users(key, values, prop)

    async def at_once(self) -> int:
        """So many names or ids we may ask for in one request."""
        if self._at_once is None and (self.login is not None or "authorization" in self.client.headers):
            page = await self.query(meta="userinfo", uiprop="rights")
            has_right = "apihighlimits" in page["query"]["userinfo"].get("rights", ())
            self._at_once = MANY if has_right else FEW
        return self._at_once or FEW

    async def _users(self, key: str, values: Sequence[str], prop: str) -> list[Json]:
        found: list[Json] = []
        for some in _some(values, await self.at_once()):
            # What separates values may be no part of one: a name never holds this character.
            joined = "\x1f" + "\x1f".join(some)
            method = "POST" if 3 * len(joined.encode()) > LONGEST_VALUE else "GET"
            page = await self._query_again(method, {"list": "users", "usprop": prop, key: joined})
            found += page["query"]["users"]
        return found

    async def _query(self, method: str, asked: Mapping[str, str | int]) -> Json:
        await self._be_logged_in()
        try:
            return await self._ask(method, {"action": "query", **asked, **self._as_ourselves()})
        except WikiRefusedError as refused:
            if refused.code not in LOGGED_OUT or self.login is None:
                raise
            self._is_logged_in = False
            raise WikiAwayError(f"the wiki has forgotten our login ({refused.code})", 0.0) from refused

    def _as_ourselves(self) -> dict[str, str]:
        return {} if self.login is None else {"assert": "user"}

    async def _be_logged_in(self) -> None:
        # Several ask at once, and two that log in at once take each other's cookies away.
        async with self._logging_in:
            if self.login is not None and not self._is_logged_in:
                await self._log_in(self.login)

    async def _log_in(self, login: Login) -> None:
        self.client.cookies.clear()
        page = await self._ask("GET", {"action": "query", "meta": "tokens", "type": "login"})
        said = {
            "action": "login",
            "lgname": login.name,
            "lgpassword": login.password.get_secret_value(),
            "lgtoken": page["query"]["tokens"]["logintoken"],
        }
        result = (await self._ask("POST", said))["login"]
        if result["result"] != "Success":
            raise WikiRefusedError(
                f"login-{result['result'].lower()}", "the wiki does not let us in with that bot password"
            )
        self._is_logged_in = True

    async def _ask(self, method: str, asked: Mapping[str, str | int]) -> Json:
        said = {**asked, "format": "json", "formatversion": 2, "maxlag": LAG, "curtimestamp": 1}
        try:
            if method == "GET":
                response = await self.client.get(self.url, params=said)
            else:
                headers = READS if asked["action"] == "query" else {}
                response = await self.client.post(self.url, data=said, headers=headers)
        except httpx2.HTTPError as error:
            raise WikiAwayError(f"the wiki does not answer ({type(error).__name__})") from error
        after = seconds_of(response.headers.get("retry-after"))
        if response.status_code == httpx2.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise WikiAwayError(f"the wiki answers with status {response.status_code}", after)
        if not response.is_success:
            raise WikiRefusedError(f"http-{response.status_code}", f"no Action API answers at {self.url}")
        try:
            page = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise WikiAwayError("something that is no JSON answers for the wiki", after) from error
        if not isinstance(page, dict):
            raise WikiAwayError("something that is no API answers for the wiki", after)
        said_no = page.get("error")
        if isinstance(said_no, dict):
            code, info = str(said_no.get("code")), str(said_no.get("info", ""))[:200]
            if code in LATER or code.startswith("internal_api_error"):
                raise WikiAwayError(f"the wiki says {code}", after)
            raise WikiRefusedError(code, info)
        return page


def _how_long(error: Exception) -> bool | float:
    """Whether to ask again, and after how many seconds where the wiki has said so."""
    if not isinstance(error, WikiAwayError):
        return False
    return min(error.after, LARGEST_WAIT) if error.after else True


def seconds_of(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdecimal() else None


def _some(values: Sequence[str], most: int) -> Iterator[list[str]]:
    left = iter(values)
    while some := list(islice(left, most)):
        yield some
