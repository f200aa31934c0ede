"""Who asks: the one place where a caller is made of what a request brings.

A token is looked up once a second at most; that is how long a revoked one, or a role that was taken away, is
still taken for what it was.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.caller import ANYONE, Caller
from graph.errors import ErrorCode, RequestRefused
from models.ledger import Ledger
from models.ledger.connections import Clock
from models.ledger.secrecy import digest_of, is_mistaken
from models.ledger.tokens import Found

TRUSTED_FOR: Final = 1.0
"""Seconds that what a look-up has found is taken for true."""
REMEMBERED: Final = 10_000
"""Tokens whose callers are kept in mind, those that are none among them."""

SESSION: Final = "mentorgraph_session"
"""The cookie in which a browser keeps the token of who signed in."""
OF_THIS_HOST: Final = "__Host-"
"""Before a cookie's name: browsers take it from this host alone, over TLS, so that no other can put a session there."""

BAD_FORM: Final = "Send `Authorization: Bearer` and a token, or leave the header out to read what is public."
NOT_GOOD: Final = (
    "This token is unknown, has expired or was revoked. Send another (`mentorgraph token create` makes one), or none "
    "to read what is public."
)


Stranger = Callable[[], None]
"""Hears of somebody who may be guessing at tokens, before the database does; raises where that is too much."""


def welcome() -> None:
    """Nobody counts them."""


class Unauthenticated(RequestRefused):
    """It was said who asks, and it is not so."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.UNAUTHENTICATED, message)


@dataclass(frozen=True, slots=True)
class Known:
    """A look-up, and until when (of the loop's own clock) it is trusted."""

    found: "asyncio.Task[Found | None]"
    until: float


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who stays: the caller as they came, and what they were known by."""

    caller: Caller = ANYONE
    digest: bytes | None = None


class Callers:
    """Makes callers; keeps those of a moment ago in mind."""

    def __init__(self, ledger: Ledger, clock: Clock, *, by_tls: bool = False) -> None:
        self._ledger, self._clock = ledger, clock
        self.session = f"{OF_THIS_HOST}{SESSION}" if by_tls else SESSION
        self._session_in = re.compile(rb"(?:^|[;,] *)" + self.session.encode() + rb"=([^;\s]+)")
        self._known: dict[bytes, Known] = {}

    async def of(self, headers: Mapping[bytes, bytes], stranger: Stranger = welcome) -> Visitor:
        """Who sends these headers; anyone, where they do not say."""
        said = headers.get(b"authorization")
        if said is not None:
            return await self.bearing(said.decode("latin-1"), stranger)
        return await self.signed_in(headers.get(b"cookie", b""), stranger)

    async def signed_in(self, cookie: bytes, stranger: Stranger = welcome) -> Visitor:
        """Whose session a browser keeps; anyone, where it keeps none or one that is over: what is public is shown."""
        session = self._session_in.search(cookie)
        if session is None:
            return ANYBODY
        try:
            return await self.bearing(f"Bearer {session[1].decode('latin-1')}", stranger)
        except Unauthenticated:
            return ANYBODY

    async def bearing(self, authorization: str, stranger: Stranger = welcome) -> Visitor:
        """Who sends `Bearer` and a token. Raises `Unauthenticated`, and `Unavailable` without a database.

        `stranger` is called before a token is looked up that was not known to be good a moment ago, and may refuse.
        """
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        digest = digest_of(token)
        if not self._was_good(digest):
            stranger()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(BAD_FORM)
        if digest not in self._known and is_mistaken(token):
            raise Unauthenticated(NOT_GOOD)
        return Visitor(await self._caller(digest), digest)

    def forget(self, visitor: Visitor) -> None:
        """Look up anew whose token was just revoked here; other processes will within a second."""
        if visitor.digest is not None:
            self._known.pop(visitor.digest, None)

    async def still(self, visitor: Visitor) -> bool:
        """Whether a visitor is and may what they were and might when they came."""
        if visitor.digest is None:
            return True
        try:
            return await self._caller(visitor.digest) == visitor.caller
        except Unauthenticated:
            return False

    def _was_good(self, digest: bytes) -> bool:
        known = self._known.get(digest)
        if known is None or not known.found.done() or known.found.cancelled():
            return False
        return known.found.exception() is None and known.found.result() is not None

    async def _caller(self, digest: bytes) -> Caller:
        found = await self._found(digest)
        if found is None or (found.expires_at is not None and found.expires_at <= self._clock()):
            raise Unauthenticated(NOT_GOOD)
        return found.caller

    async def _found(self, digest: bytes) -> Found | None:
        known, now = self._known.get(digest), time.monotonic()
        if known is None or known.until <= now:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = Known(asyncio.create_task(self._ledger.tokens.find(digest)), now + TRUSTED_FOR)
            self._known[digest] = known
        if known.found.done() and not known.found.cancelled() and known.found.exception() is None:
            return known.found.result()
        try:
            # Whoever leaves must not take it away from the others.
            return await asyncio.shield(known.found)
        except BaseException:
            if self._known.get(digest) is known and known.found.done():
                del self._known[digest]
            raise


ANYBODY: Final = Visitor()


def authorization_in(payload: Any) -> str | None:
    """What a `connection_init` says of who asks; clients write the name as that of a header, in any case."""
    if not isinstance(payload, dict):
        return None
    said = {str(name).lower(): value for name, value in payload.items()}.get("authorization")
    return said if isinstance(said, str) else None
