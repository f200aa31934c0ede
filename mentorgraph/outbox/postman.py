"""Sends a message where somebody else has chosen: over TLS, to the public network, and nowhere else.

A name is looked up once, and what it stands for is connected to: nothing can mean another machine a moment later.
Redirects lead somewhere that was not looked at, and are not followed.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx2

from graph.addresses import is_public

Address = IPv4Address | IPv6Address

WITHIN: Final = 10.0
"""Seconds for a whole delivery, the looking up of the name included."""
PATIENCE: Final = 5.0
"""Seconds for each step of it: what the client itself gives up it closes, which it does not when it is cancelled."""
READ: Final = 65_536
"""Bytes of an answer that are read; nobody needs them, but a connection is closed with what is on it."""
TLS: Final = 443


class NotSentError(Exception):
    """It was not sent, or nobody knows whether it arrived. The message is for whoever made the webhook."""


class Answer(NamedTuple):
    """What was answered, and how many seconds the other side wants to be left alone, where it says so."""

    status: int
    after: float | None


async def look_up(host: str, port: int) -> Sequence[Address]:
    """What a name stands for now."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(one[4][0]) for one in found))


@dataclass
class Postman:
    """`is_fit` says which addresses are connected to, `tls` whose certificates are believed: for tests to set."""

    agent: str
    look_up: Callable[[str, int], Awaitable[Sequence[Address]]] = look_up
    is_fit: Callable[[Address], bool] = is_public
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send it; a `NotSentError` says why that could not be done."""
        try:
            async with asyncio.timeout(WITHIN):
                return await self._post(url, headers, body)
        except TimeoutError:
            raise NotSentError(f"it was not answered within {WITHIN:.0f} s") from None
        except httpx2.HTTPError as error:
            raise NotSentError(f"it can't be reached ({type(error).__name__})") from error
        except (OSError, ValueError) as error:
            raise NotSentError(f"it can't be found ({type(error).__name__})") from error

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        split = urlsplit(url)
        host, port = split.hostname, split.port or TLS
        if split.scheme != "https" or host is None:
            raise NotSentError("its address does not begin with https://")
        addresses = await self.look_up(host, port)
        if not addresses or not all(self.is_fit(address) for address in addresses):
            # One that is public beside one that is not is a trap.
            raise NotSentError("its name stands for an address that is not on the public network")
        there = addresses[0]
        netloc = f"[{there}]:{port}" if isinstance(there, IPv6Address) else f"{there}:{port}"
        said = {**headers, "host": split.netloc, "user-agent": self.agent}
        # No proxy or password of this machine's is taken from its surroundings.
        async with httpx2.AsyncClient(verify=self.tls, timeout=PATIENCE, trust_env=False) as client:
            request = client.build_request(
                "POST",
                urlunsplit(("https", netloc, split.path or "/", split.query, "")),
                headers=said,
                content=body,
                extensions={"sni_hostname": host},
            )
            answer = await client.send(request, stream=True, follow_redirects=False)
            try:
                await _swallow(answer)
            finally:
                await answer.aclose()
        return Answer(answer.status_code, _seconds(answer.headers.get("retry-after", "")))


async def _swallow(answer: httpx2.Response) -> None:
    """Read what is said, as far as it is not too much. It is as it comes: what is packed stays so."""
    read = 0
    async for part in answer.aiter_raw():
        read += len(part)
        if read > READ:
            return


def _seconds(said: str) -> float | None:
    return float(said) if said.isdecimal() and said.isascii() and len(said) < 6 else None
