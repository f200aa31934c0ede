"""A wiki that says who somebody is: MediaWiki's three doors of OAuth 2, with PKCE checked as it checks it."""

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
    """A provider, with one person at its keyboard: `person` is who agrees; None: who declines."""

    def __init__(self, redirect: str) -> None:
        self.redirect = redirect
        self.person: str | None = "Ada"
        self.profile: Any = None
        self.codes: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.refused: list[str] = []
        self.rest = ""
        self.app = Starlette(
            routes=[
                Route("/w/rest.php/oauth2/authorize", self.authorize),
                Route("/w/rest.php/oauth2/access_token", self.access_token, methods=["POST"]),
                Route("/w/rest.php/oauth2/resource/profile", self.tell),
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
        return JSONResponse({"sub": "1", "username": person, "blocked": False, "groups": ["*", "user"]})

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
        self.rest = f"http://127.0.0.1:{port}/w/rest.php"
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(10)
