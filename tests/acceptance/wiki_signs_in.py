"""A wiki that says who somebody is: MediaWiki's three doors of OAuth 2, with PKCE checked as it checks it, and what its
Action API tells of an account.
"""

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "mentorgraph-client", "the-wiki-knows-this-secret"


class Wiki:
    """A provider, with one person at its keyboard: `person` is who agrees; None: who declines.

    `accounts` are whoever has which name now: the id of the wiki's own, and the one that all wikis share. Without the
    latter it is a wiki that shares none.
    """

    def __init__(self, redirect: str) -> None:
        self.redirect = redirect
        self.person: str | None = "Ada"
        self.profile: Any = None
        self.accounts: dict[str, tuple[int, int | None]] = {"Ada": (901, 70_901)}
        self.attached = True
        self.codes: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.refused: list[str] = []
        self.rest = self.api = ""
        self.app = Starlette(
            routes=[
                Route("/w/rest.php/oauth2/authorize", self.authorize),
                Route("/w/rest.php/oauth2/access_token", self.access_token, methods=["POST"]),
                Route("/w/rest.php/oauth2/resource/profile", self.tell),
                Route("/w/api.php", self.users),
            ]
        )

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        fits = (
            asked.get("response_type") == "code"
            and asked.get("client_id") == CLIENT
            and asked.get("redirect_uri") == self.redirect
            and asked.get("code_challenge_method") == "S256"
        )
        if not fits:
            return PlainTextResponse("invalid_request", 400)
        said = {"state": asked["state"]}
        if self.person is None:
            said["error"] = "access_denied"
        else:
            said["code"] = token_urlsafe()
            self.codes[said["code"]] = (asked["code_challenge"], self.person)
        return RedirectResponse(f"{self.redirect}?{urlencode(said)}", 302)

    async def access_token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        challenge, person = self.codes.pop(form.get("code", ""), ("", ""))
        digest = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return self._refuse("invalid_client")
        if form.get("redirect_uri") != self.redirect or digest.decode().rstrip("=") != challenge:
            return self._refuse("invalid_grant")
        token = token_urlsafe()
        self.tokens[token] = person
        return JSONResponse({"token_type": "Bearer", "expires_in": 14400, "access_token": token})

    async def tell(self, request: Request) -> Response:
        person = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if person is None:
            return JSONResponse({"error": "unauthorized"}, 401)
        if self.profile is not None:
            return JSONResponse(self.profile)
        own, shared = self.accounts.get(person, (1, 1))
        sub = own if shared is None else shared
        return JSONResponse({"sub": sub, "username": person, "blocked": False, "groups": ["*", "user"]})

    async def users(self, request: Request) -> Response:
        name = request.query_params["ususers"].removeprefix("\x1f")
        if name not in self.accounts:
            return JSONResponse({"query": {"users": [{"name": name, "missing": True}]}})
        own, shared = self.accounts[name]
        ids = {"local": own} | ({} if shared is None else {"CentralAuth": shared})
        attached = {"local": True} | ({} if shared is None else {"CentralAuth": self.attached})
        user = {"userid": own, "name": name, "centralids": ids, "attachedlocal": attached}
        return JSONResponse({"query": {"users": [user]}})

    def _refuse(self, word: str) -> Response:
        self.refused.append(word)
        return JSONResponse({"error": word, "message": "refused"}, 400)

    @contextmanager
    def running(self) -> Iterator["Wiki"]:
        """At a port of its own."""
        server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        self.rest, self.api = (f"http://127.0.0.1:{port}/w/{door}.php" for door in ("rest", "api"))
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(10)
