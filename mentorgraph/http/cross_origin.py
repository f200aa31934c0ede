"""Pages of other sites: which may read answers (CORS), and what none of them can make a browser send (CSRF)."""

from collections.abc import Mapping
from typing import Final

from graph.errors import ErrorCode
from mentorgraph.http.refused import Headers, HttpRefused

PREFLIGHTED: Final = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
"""Headers that a browser sends for another site's page only after it has asked us whether it may."""
HERE: Final = (b"same-origin", b"none")
MAX_AGE: Final = b"7200"
ALLOWED_HEADERS: Final = (
    b"accept, authorization, content-type, graphql-require-preflight, last-event-id, "
    b"traceparent, x-graphql-explain, x-request-id"
)
EXPOSED_HEADERS: Final = b"etag, graphql-cost, ratelimit, ratelimit-policy, retry-after, x-request-id"


class CrossOrigin:
    """The rule for requests that come from pages."""

    def __init__(self, origins: frozenset[str], own: str | None = None) -> None:
        self.origins = frozenset(origin.encode() for origin in origins)
        self.own = None if own is None else own.encode()
        """This server's own origin, where it was said."""

    def headers(self, asked: Mapping[bytes, bytes]) -> Headers:
        """What the answer says to a page of an origin that may read it; to others nothing."""
        origin = asked.get(b"origin")
        if origin is None or origin not in self.origins:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", EXPOSED_HEADERS),
        ]

    def preflight(self, asked: Mapping[bytes, bytes]) -> Headers:
        """What a browser is told that asks whether a page may send a request."""
        allowed = self.headers(asked)
        if not allowed or b"access-control-request-method" not in asked:
            return []
        return [
            *allowed,
            (b"access-control-allow-methods", b"GET, HEAD, POST"),
            (b"access-control-allow-headers", ALLOWED_HEADERS),
            (b"access-control-max-age", MAX_AGE),
        ]

    def is_friend(self, asked: Mapping[bytes, bytes]) -> bool:
        """Whether a page of this server or of a friend asks, or no page: a browser names the page in `Origin`."""
        origin = asked.get(b"origin")
        if origin is None:
            return asked.get(b"sec-fetch-site", HERE[0]) in HERE
        if origin in self.origins or origin == self.own:
            return True
        host = origin.partition(b"://")[2]
        # A page of the same name without TLS is whoever stands in between.
        is_told = self.own is not None and host == self.own.partition(b"://")[2]
        return not is_told and host == asked.get(b"host")

    def check_simple(self, asked: Mapping[bytes, bytes]) -> None:
        """Refuse what another site's page can have sent without asking: such a page can't set a header.

        Only a browser sends cookies or says where a request comes from; whoever is none can leave the header out.
        """
        if any(name in asked for name in PREFLIGHTED) or asked.get(b"origin") in self.origins:
            return
        site = asked.get(b"sec-fetch-site")
        of_a_page = (site is not None and site not in HERE) or (site is None and b"origin" in asked)
        if of_a_page or (site is None and b"cookie" in asked):
            raise HttpRefused(
                403,
                "A page may ask by GET only with a header such as `GraphQL-Require-Preflight: 1`.",
                code=ErrorCode.CSRF,
            )
