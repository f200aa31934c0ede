"""What a caller may still ask for: requests, and what they cost, both by the minute and in this process alone.

A bucket that fills evenly, kept as the one moment at which it will be full again. So a caller who was quiet may ask
for a whole minute's worth at once, and nothing has to be counted down.
"""

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Final, Protocol

from starlette.types import Scope

from graph.caller import ANYONE, Caller
from graph.compile.plan import Lru
from graph.errors import ErrorCode
from mentorgraph.http.refused import Headers, HttpRefused

MINUTE: Final = 60.0
CALLERS: Final = 10_000
"""Callers who are remembered; whoever did not ask for longest is forgotten, and begins with a full bucket."""
ROUNDING: Final = 1e-6
"""Seconds that sums of many small steps may be off."""


def caller_key(scope: Scope, caller: Caller = ANYONE) -> str:
    """Who asks, as far as limits are concerned: a person, however often they signed in; a tool's token; else whoever
    has the same address.
    """
    if caller.accounts:
        wiki, account = min(caller.accounts.items())
        return f"account:{wiki}:{account}"
    if caller.token is not None:
        return f"token:{caller.token}"
    client = scope.get("client")
    return client[0] if client else ""


class Bucket:
    """So many of something within a stretch of seconds."""

    __slots__ = ("full_at", "quota", "step", "window")

    def __init__(self, quota: int, window: float = MINUTE) -> None:
        self.quota, self.window, self.step = quota, window, window / quota
        self.full_at = 0.0

    def take(self, amount: int, now: float) -> float:
        """Take so many, and 0; or take none, and the seconds until they are there."""
        before = self.full_at
        full_at = (max(now, before)) + amount * self.step
        missing = full_at - now - self.window
        if missing > ROUNDING:
            return missing
        self.full_at = full_at
        return 0.0

    def left(self, now: float) -> tuple[int, int]:
        """How many are there, and the seconds until all are."""
        until_full = self.full_at - now
        if until_full <= 0:
            return self.quota, 0
        return int((self.window - until_full + ROUNDING) / self.step), ceil(until_full)


class Limits(Protocol):
    """What the installation grants to each caller."""

    @property
    def limit_requests(self) -> int:
        """Requests a minute; 0: any number."""

    @property
    def limit_cost(self) -> int:
        """What they may cost a minute; 0: any sum."""


class Allowance:
    """What one caller has left."""

    __slots__ = ("cost", "policy", "requests")

    def __init__(self, limits: Limits, policy: bytes) -> None:
        self.policy = policy
        self.requests = Bucket(limits.limit_requests) if limits.limit_requests else None
        self.cost = Bucket(limits.limit_cost) if limits.limit_cost else None

    def ask(self) -> None:
        """One more request, or a refusal."""
        if self.requests is not None and (wait := self.requests.take(1, monotonic())):
            sentence = f"{self.requests.quota:,} requests may be sent in a minute."
            raise self._refusal(sentence, wait)

    def spend(self, cost: int) -> None:
        """What a request costs, or a refusal."""
        if self.cost is not None and (wait := self.cost.take(cost, monotonic())):
            sentence = f"Requests may cost {self.cost.quota:,} in a minute, and this one costs {cost:,}."
            raise self._refusal(sentence, wait)

    def headers(self) -> Headers:
        """What is left, as draft-ietf-httpapi-ratelimit-headers-11 has it told."""
        now = monotonic()
        if self.requests is None:
            assert self.cost is not None
            told = b'"cost";r=%d;t=%d' % self.cost.left(now)
        elif self.cost is None:
            told = b'"requests";r=%d;t=%d' % self.requests.left(now)
        else:
            left = self.requests.left(now) + self.cost.left(now)
            told = b'"requests";r=%d;t=%d, "cost";r=%d;t=%d' % left
        return [(b"ratelimit-policy", self.policy), (b"ratelimit", told)]

    def _refusal(self, sentence: str, wait: float) -> HttpRefused:
        seconds = max(1, ceil(wait))
        headers = [*self.headers(), (b"retry-after", b"%d" % seconds)]
        return HttpRefused(
            429, f"{sentence} Ask again in {seconds} s.", code=ErrorCode.RATE_LIMITED, headers=headers
        )


class Allowances:
    """Those of all callers."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.callers: Lru[str, Allowance] = Lru(CALLERS)
        granted = {b"requests": limits.limit_requests, b"cost": limits.limit_cost}
        self.policy = b", ".join(b'"%s";q=%d;w=60' % one for one in granted.items() if one[1])

    def of(self, key: str) -> Allowance | None:
        """What this caller has left; None where nothing is limited."""
        if not self.policy:
            return None
        return self.callers.get(key) or self.callers.put(key, Allowance(self.limits, self.policy))

    def stranger(self, scope: Scope) -> Callable[[], None]:
        """Counts a request of whoever has this address, as long as it is not known who that is; or refuses it."""

        def ask() -> None:
            if (allowance := self.of(caller_key(scope))) is not None:
                allowance.ask()

        return ask
