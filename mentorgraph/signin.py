"""Sign-in with a wiki account, by MediaWiki's OAuth 2: the code flow, with PKCE.

A session is a token like any other, for the accounts of the person, which the browser keeps in a cookie that no
script can read. So it is looked up, expires, is listed and is revoked as tokens are.

Who somebody is hangs on ids, never on a name: names are taken up again, and we hear of it later. The wiki says the id
under which it knows the person everywhere, and each wiki at that moment which account of its own has that id.

What a sign-in has to remember until the person comes back (the state, the verifier, where they wanted to go) is in a
cookie of its own, which only the way back is sent. Nothing is kept here of who never comes back.
"""

import asyncio
import hmac
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, NamedTuple

import httpx2
import orjson
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # it has no types
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # it has no types
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from graph.errors import Unavailable
from graph.kinds import AccountId
from mentorgraph.action_api import ActionApi, Json, WikiAwayError, WikiRefusedError
from mentorgraph.allowance import Allowances, caller_key
from mentorgraph.callers import ANYBODY, Callers
from mentorgraph.http.cross_origin import CrossOrigin
from mentorgraph.http.refused import HttpRefused
from mentorgraph.page import with_a_door
from mentorgraph.settings import PREFIX, Settings, SettingsError
from models.ledger import Ledger
from models.ledger.tokens import SIGN_IN

LOG = logging.getLogger("mentorgraph")

ENTRY: Final = "/sign-in"
WAY_BACK: Final = "/sign-in/return"
EXIT: Final = "/sign-out"

PENDING: Final = "mentorgraph_sign_in"
PATIENCE: Final = timedelta(minutes=10)
"""How long somebody may take on the wiki."""
LASTS: Final = timedelta(days=14)
"""How long a session lasts, used or not."""
PROVIDER_PATIENCE: Final = 10.0
"""Seconds that the wiki has to answer in."""
LONGEST_PATH: Final = 2_000
OF_THIS_WIKI: Final = "local"
"""What MediaWiki calls ids that a wiki shares with no other."""


class Person(NamedTuple):
    """Who signs in: the id that the wiki gives out for them and never again, and their name at this moment."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Provider:
    """The wiki that says who somebody is.

    `rest` is its `…/rest.php`, `home` our own address as browsers know it, `wikis` the Action API of each wiki on which
    people are known by what it says.
    """

    rest: str
    client: str
    secret: str | None = field(repr=False)
    home: str
    wikis: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings) -> "Provider | None":
        """The one that is set; None where nobody signs in. A SettingsError where only a part of it is."""
        needed = {
            "OAUTH_URL": settings.oauth_url,
            "OAUTH_CLIENT": settings.oauth_client,
            "OAUTH_WIKIS": settings.oauth_wikis,
        }
        if not any(needed.values()):
            return None
        needed["PUBLIC_URL"] = settings.public_url
        if missing := [PREFIX + name for name, value in needed.items() if not value]:
            raise SettingsError(f"To let people sign in, set {' and '.join(missing)} too.")
        assert settings.oauth_url
        assert settings.oauth_client
        assert settings.public_url
        secret = None if settings.oauth_secret is None else settings.oauth_secret.get_secret_value()
        return cls(
            settings.oauth_url, settings.oauth_client, secret, settings.public_url, settings.oauth_wikis
        )

    def asking(self) -> AsyncOAuth2Client:
        """A client for one sign-in. One that keeps no secret has PKCE alone."""
        return AsyncOAuth2Client(
            self.client,
            self.secret,
            token_endpoint_auth_method="client_secret_post" if self.secret else "none",
            redirect_uri=self.home + WAY_BACK,
            code_challenge_method="S256",
            timeout=PROVIDER_PATIENCE,
        )


class NotSignedIn(Exception):
    """Why somebody is not signed in; the message is theirs to read."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


UNLIKE_A_WIKI: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What comes of an answer in which something is missing, or is something else."""
NO_ANSWER: Final = f"The wiki did not answer as it should. Try again at {ENTRY}."
BEGIN_AGAIN: Final = f"This sign-in is unknown here, or took too long. Begin again at {ENTRY}."


class SignIn:
    """The doors through which a person comes and goes."""

    def __init__(self, provider: Provider, cross_origin: CrossOrigin, allowances: Allowances) -> None:
        self.provider, self.cross_origin, self.allowances = provider, cross_origin, allowances
        self.ledger: Ledger
        self.callers: Callers

    @property
    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/graphiql", self.page, methods=["GET"]),
            Route(ENTRY, self.enter, methods=["GET"]),
            Route(WAY_BACK, self.come_back, methods=["GET"]),
            Route(EXIT, self.leave, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """GraphiQL, and who is signed in there."""
        try:
            visitor = await self.callers.signed_in(request.headers.get("cookie", "").encode("latin-1"))
        except Unavailable:
            visitor = ANYBODY
        answer = HTMLResponse(with_a_door(ENTRY, EXIT, visitor.caller.name or None))
        answer.headers["cache-control"] = "no-store"
        return answer

    async def enter(self, request: Request) -> Response:
        """Send somebody to the wiki, which asks them whether we may know who they are."""
        if (refusal := self._too_often(request)) is not None:
            return refusal
        verifier = secrets.token_urlsafe(48)
        async with self.provider.asking() as client:
            address, state = client.create_authorization_url(
                f"{self.provider.rest}/oauth2/authorize", code_verifier=verifier
            )
        answer = RedirectResponse(address, status_code=303)
        pending = [state, verifier, _path_of(request.query_params.get("to"))]
        self._set(answer, PENDING, _packed(pending), PATIENCE, path=ENTRY)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Let somebody in whom the wiki has sent back, or say why not."""
        if (refusal := self._too_often(request)) is not None:
            return refusal
        try:
            code, verifier, to = _brought_back(request)
            token = await self._let_in(await self._ask_who(code, verifier))
        except NotSignedIn as refused:
            answer: Response = PlainTextResponse(refused.message + "\n", status_code=refused.status)
        except Unavailable:
            answer = PlainTextResponse(
                "The database can't be reached now. Try again.\n", 503, {"retry-after": "1"}
            )
        else:
            answer = RedirectResponse(to, status_code=303)
            self._set(answer, self.callers.session, token, LASTS, path="/")
            with suppress(Unavailable):  # they are in; what they had before ends by itself
                await self._end(request)
        answer.delete_cookie(PENDING, path=ENTRY)
        answer.headers["cache-control"] = "no-store"
        return answer

    async def leave(self, request: Request) -> Response:
        """End the session here and in the browser. Another site's page can't end it."""
        if not self.cross_origin.is_friend(dict(request.scope["headers"])):
            return PlainTextResponse("Only our own pages can sign you out.\n", status_code=403)
        if (refusal := self._too_often(request)) is not None:
            return refusal
        answer = RedirectResponse("/", status_code=303)
        try:
            await self._end(request)
        except Unavailable:
            return PlainTextResponse(
                "The database can't be reached now. Try again.\n", 503, {"retry-after": "1"}
            )
        answer.delete_cookie(self.callers.session, path="/", secure=self._is_by_tls)
        return answer

    def _too_often(self, request: Request) -> Response | None:
        """One more request of its caller, or its refusal: the wiki is not asked more often for us than we are."""
        allowance = self.allowances.of(caller_key(request.scope))
        if allowance is None:
            return None
        try:
            allowance.ask()
        except HttpRefused as refused:
            again = {name.decode(): value.decode() for name, value in refused.headers}
            return PlainTextResponse(refused.message + "\n", refused.status, again)
        return None

    async def _ask_who(self, code: str, verifier: str) -> Person:
        """The person, as the wiki says it."""
        try:
            async with self.provider.asking() as client:
                await client.fetch_token(
                    f"{self.provider.rest}/oauth2/access_token", code=code, code_verifier=verifier
                )
                profile = (
                    await client.get(f"{self.provider.rest}/oauth2/resource/profile")
                ).raise_for_status()
                said: Any = profile.json()
        except OAuthError as error:
            # `error` is one of the protocol's words; a description may hold anything.
            LOG.warning("the wiki has refused a sign-in: %s", error.error)
            raise NotSignedIn(403, BEGIN_AGAIN) from None
        except (httpx2.HTTPError, ValueError) as error:
            LOG.warning("the wiki could not be asked who signs in: %s", type(error).__name__)
            raise NotSignedIn(502, NO_ANSWER) from None
        name, key = (said.get("username"), said.get("sub")) if isinstance(said, dict) else (None, None)
        if (
            not isinstance(name, str)
            or not name
            or isinstance(key, bool)
            or not isinstance(key, str | int)
            or not key
        ):
            raise NotSignedIn(502, f"The wiki did not say who you are. Try again at {ENTRY}.")
        return Person(str(key), name)

    async def _let_in(self, person: Person) -> str:
        """The token of a new session for all accounts of that person."""
        wikis = await self.ledger.wikis()
        asked = {key: self.provider.wikis[wiki] for wiki, key in wikis.items() if wiki in self.provider.wikis}
        try:
            async with asyncio.timeout(PROVIDER_PATIENCE), asyncio.TaskGroup() as group:
                looking = {wiki: group.create_task(self._account(api, person)) for wiki, api in asked.items()}
        except* (TimeoutError, WikiAwayError, WikiRefusedError, *UNLIKE_A_WIKI) as errors:
            LOG.warning(
                "a wiki could not be asked whose account it is: %s", type(errors.exceptions[0]).__name__
            )
            raise NotSignedIn(502, NO_ANSWER) from None
        accounts = {wiki: found for wiki, task in looking.items() if (found := task.result()) is not None}
        token = await self.ledger.tokens.sign_in(person.name, accounts, LASTS)
        if token is None:
            message = (
                f"No wiki that is followed here knows an account {person.name}. You can read what is public."
            )
            raise NotSignedIn(403, message)
        return token

    async def _account(self, api: str, person: Person) -> AccountId | None:
        """The account that the person has on that wiki, by its own id there."""
        async with ActionApi.open(api, self.provider.home) as wiki:
            [found] = await wiki.users(names=[person.name], prop="centralids")
        return int(found["userid"]) if is_of(found, person) else None

    async def _end(self, request: Request) -> None:
        """Revoke the session that the browser has; where it has none, or a dead one, there is nothing to do."""
        cookie = request.headers.get("cookie", "").encode("latin-1")
        visitor = await self.callers.signed_in(cookie)
        if visitor.caller.token is not None:
            await self.ledger.tokens.revoke(visitor.caller.token, SIGN_IN)
            self.callers.forget(visitor)

    @property
    def _is_by_tls(self) -> bool:
        return self.provider.home.startswith("https:")

    def _set(self, answer: Response, name: str, value: str, lasts: timedelta, *, path: str) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=int(lasts.total_seconds()),
            path=path,
            secure=self._is_by_tls,
            httponly=True,
            samesite="lax",
        )


def is_of(account: Json, person: Person) -> bool:
    """Whether a wiki's account is that person's. An id of that wiki's own says so only where it shares none."""
    ids, attached = account.get("centralids", {}), account.get("attachedlocal", {})
    shared = ids.keys() - {OF_THIS_WIKI} or ids.keys()
    return any(str(ids[kind]) == person.id and attached.get(kind) for kind in shared)


def _brought_back(request: Request) -> tuple[str, str, str]:
    """The code, the verifier and where to go, of the browser that went to the wiki and of no other."""
    said = request.query_params
    state, verifier, to = _unpacked(request.cookies.get(PENDING))
    if not hmac.compare_digest(state.encode(), said.get("state", "").encode()):
        raise NotSignedIn(400, BEGIN_AGAIN)
    if "code" not in said:
        raise NotSignedIn(403, f"The wiki has not told us who you are. Begin again at {ENTRY}.")
    return said["code"], verifier, to


def _path_of(asked: str | None) -> str:
    """Where somebody wants to go afterwards: a page of ours, and nobody else's."""
    fits = (
        asked is not None
        and asked.startswith("/")
        and not asked.startswith(("//", "/\\"))
        and asked.isprintable()
        and len(asked) <= LONGEST_PATH
    )
    return asked if fits and asked is not None else "/"


def _packed(said: list[str]) -> str:
    return urlsafe_b64encode(orjson.dumps(said)).decode()


def _unpacked(cookie: str | None) -> tuple[str, str, str]:
    """What a sign-in remembers: its state, its verifier, and where to go. A cookie can be anything."""
    try:
        state, verifier, to = orjson.loads(urlsafe_b64decode(cookie or ""))
        return str(state), str(verifier), _path_of(str(to))
    except (ValueError, TypeError):
        raise NotSignedIn(400, BEGIN_AGAIN) from None
