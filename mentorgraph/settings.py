"""What may be set from outside: read once at the edge from MENTORGRAPH_*, then never changed."""

import os
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "MENTORGRAPH_"

DEAREST = 50_000
"""What one operation may cost, as `graph.compile.cost` has it."""

# Read by the tests, not by the server; known here so that the server does not refuse them.
OF_OTHERS = frozenset({"MENTORGRAPH_TEST_DATABASE_URL"})


SHORTEST, LONGEST = 32, 256
"""Characters of a token that is brought."""


class SettingsError(Exception):
    """A setting is unknown or cannot be used; the message says which, and what would do."""


def _loopback(host: str) -> str:
    try:
        fits = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "tokens are sent as they are, so it listens on loopback alone (127.0.0.1, ::1 or localhost); "
            "what stands before it and speaks TLS is reached from elsewhere"
        )
    return host


def _postgres(url: str) -> str:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("not the address of a PostgreSQL: postgresql://user:password@host:5432/database")
    return url


def _enough(cost: int) -> int:
    if 0 < cost < DEAREST:
        raise ValueError(
            f"a single operation may cost {DEAREST:,}, so grant as much at least; 0 grants any sum"
        )
    return cost


def _address(url: str) -> str:
    """A secret goes there, and what comes back is believed."""
    split = urlsplit(url)
    is_here = split.hostname in ("127.0.0.1", "::1", "localhost")
    if split.scheme != "https" and not (split.scheme == "http" and is_here):
        raise ValueError("an address begins with https:// (http:// will do for loopback alone)")
    if not split.hostname or split.username or split.query or split.fragment:
        raise ValueError("an address has a host, and neither a name nor a query")
    return url.rstrip("/")


def _origin(url: str) -> str:
    address = _address(url)
    if urlsplit(address).path:
        raise ValueError("only the scheme, the host and perhaps a port, such as https://mentors.example.org")
    return address


def _long(token: SecretStr) -> SecretStr:
    said = token.get_secret_value()
    if not (SHORTEST <= len(said) <= LONGEST and said.isascii() and said.isprintable() and " " not in said):
        raise ValueError(
            f"a token has {SHORTEST} to {LONGEST} printable characters, and no space; "
            "`openssl rand -hex 32` makes a good one"
        )
    return token


class Settings(BaseSettings):
    """All settings, frozen. Each is MENTORGRAPH_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    """Where to listen."""
    port: int = Field(default=8400, ge=0, le=65535)
    """Where to listen; 0 takes any free port."""
    database_url: Annotated[str, AfterValidator(_postgres)] | None = Field(default=None, repr=False)
    """A PostgreSQL of your own (15 or newer); without it an embedded one is run."""
    data_dir: Path = Path(".mentorgraph")
    """Where the embedded PostgreSQL keeps its data."""
    demo: bool = True
    """Whether an empty database is filled with a demo wiki."""
    bootstrap_token: Annotated[SecretStr, AfterValidator(_long)] | None = None
    """A token of your own that may do all, in place of the first one, which the server makes and prints once."""
    origins: frozenset[str] = frozenset()
    """Origins of other sites' pages that may ask here and read the answers, such as `["https://x.example"]`."""
    public_url: Annotated[str, AfterValidator(_origin)] | None = None
    """Our address as browsers know it, such as `https://mentors.example.org`; needed where people sign in."""
    proxied: bool = False
    """Whether a proxy stands before us that writes its caller's address last into `X-Forwarded-For`."""
    oauth_url: Annotated[str, AfterValidator(_address)] | None = None
    """The `rest.php` of the wiki that says who somebody is, such as `https://meta.wikimedia.org/w/rest.php`."""
    oauth_client: str | None = None
    """The id under which that wiki knows us."""
    oauth_secret: SecretStr | None = None
    """The secret that goes with it; a client that keeps none needs none."""
    oauth_wikis: dict[str, Annotated[str, AfterValidator(_address)]] = {}
    """The wikis on which people are known by signing in there, each with its Action API, which is asked which account
    is theirs: `{"enwiki": "https://en.wikipedia.org/w/api.php"}`.
    """
    trusted_documents: Path | None = None
    """A manifest of trusted documents, as graphql-codegen writes it."""
    introspection: bool = True
    """Whether callers may read the schema. Where they may not, no error suggests a name either."""
    trusted_only: bool = False
    """Whether trusted documents alone are answered."""
    pool_size: int = Field(default=4, ge=1, le=64)
    """Connections that read. A statement's plan is kept once a connection, so few are better than many."""
    plan_cache_mode: Literal["force_generic_plan", "force_custom_plan", "auto"] = "force_generic_plan"
    """How PostgreSQL plans reads; Citus needs `auto`."""
    statement_timeout: float = Field(default=10.0, gt=0, le=3600)
    """Seconds after which a read is given up."""
    limit_requests: int = Field(default=6_000, ge=0)
    """Requests that one caller may send in a minute; 0: any number."""
    limit_cost: Annotated[int, AfterValidator(_enough)] = Field(default=1_000_000, ge=0)
    """What the requests of one caller may cost in a minute; 0: any sum."""
    limit_connections: int = Field(default=100, ge=0)
    """Sockets and streams of events that one caller may have open; 0: any number."""
    limit_subscriptions: int = Field(default=500, ge=0)
    """Subscriptions that one caller may run at a time, on all of them; 0: any number."""
    feed_wikis: dict[str, Annotated[str, AfterValidator(_address)]] = {}
    """The wikis that are followed, each with its Action API: `{"enwiki": "https://en.wikipedia.org/w/api.php"}`."""
    feed_contact: str | None = Field(default=None, min_length=3, max_length=200)
    """Whom a wiki may write to about us: an address of a page or of mail. Needed where wikis are followed."""
    feed_stream: Annotated[str, AfterValidator(_address)] | None = None
    """The event stream of those wikis, such as `https://stream.wikimedia.org/v2/stream/mediawiki.recentchange`; without
    one their logs are read again and again."""
    feed_every: float = Field(default=10.0, gt=0, le=3600)
    """Seconds between two readings of a log."""
    feed_look_every: float = Field(default=3600.0, gt=0, le=86_400 * 7)
    """Seconds between two comparisons with a wiki of how its accounts stand."""
    feed_accounts: int = Field(default=10_000, ge=50)
    """Accounts that are compared at a time; the next time it goes on from there."""
    feed_login: str | None = None
    """A bot password's name, such as `Mentors@graph`, for wikis that let more be read by who is logged in."""
    feed_password: SecretStr | None = None
    """The bot password itself."""
    feed_token: SecretStr | None = None
    """The access token of an owner-only OAuth 2 consumer, in place of a bot password."""
    outbox: bool = False
    """Whether something is done on the wikis that are followed: mentors are written to, and set again after a block."""
    outbox_every: float = Field(default=10.0, gt=0, le=3600)
    """Seconds between two looks at what is to be done there."""
    outbox_pause: float = Field(default=86_400.0, ge=0, le=86_400)
    """Seconds for which a mentor who was written to about a mentee is not written to about them again."""
    outbox_tag: str | None = Field(default=None, min_length=1, max_length=100)
    """The change tag of what is written there, which an administrator of the wiki has made at Special:Tags."""
    webhook_key: Annotated[SecretStr, AfterValidator(_long)] | None = None
    """What the secrets of webhooks follow from; without it there are none. Another key makes other secrets."""
    webhook_every: float = Field(default=1.0, gt=0, le=3600)
    """Seconds between two looks at what webhooks are to be told."""
    draw_every: float = Field(default=2.0, gt=0, le=3600)
    """Seconds between two looks for those who wait for a mentor."""
    look_every: float = Field(default=1.0, gt=0, le=60)
    """Seconds between two looks at what is watched, where no hint has come before."""
    metrics: bool = True
    """Whether requests are counted and `/metrics` is there, for Prometheus."""
    log_requests: bool = False
    """Whether the log has a line for each request."""
    log_words: bool = False
    """Whether the log has the words of exceptions, which may hold what people are called or have written."""
    otlp_endpoint: str | None = None
    """Where traces are sent, in OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; left out: nowhere."""
    trace_sample: float = Field(default=0.05, ge=0, le=1)
    """The share of requests that are traced."""
    drain: float = Field(default=0.0, ge=0, le=600)
    """Seconds between `/readyz` saying that the server is leaving, and its leaving: whoever shares out requests looks
    there every so many."""
    connect_timeout: float = Field(default=10.0, gt=0, le=600)
    """Seconds to wait at the start for a database that is not up yet."""


def webhook_key(settings: Settings) -> bytes | None:
    """What the secrets of webhooks follow from, if there are any."""
    key = settings.webhook_key
    return None if key is None else key.get_secret_value().encode()


def read() -> Settings:
    """The settings of this process, or a SettingsError that names every mistake."""
    unknown = [name for name in os.environ if name.startswith(PREFIX) and not _is_known(name)]
    if unknown:
        raise SettingsError("\n".join(_unknown(name) for name in sorted(unknown)))
    try:
        return Settings()
    except ValidationError as error:
        # The value itself is left out: it may be a secret.
        raise SettingsError("\n".join(_mistake(detail) for detail in error.errors())) from None


def _is_known(name: str) -> bool:
    return name in OF_OTHERS or name.removeprefix(PREFIX).lower() in Settings.model_fields


def _unknown(name: str) -> str:
    known = [PREFIX + field.upper() for field in Settings.model_fields]
    near = get_close_matches(name.upper(), known, n=1, cutoff=0)
    return f"{name} is not a setting. Did you mean {near[0]}?"


def _mistake(detail: ErrorDetails) -> str:
    name = PREFIX + str(detail["loc"][0]).upper()
    reason = detail["msg"].removeprefix("Value error, ")
    return f"{name}: {reason[0].lower()}{reason[1:]}."
