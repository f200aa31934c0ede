"""What may be set from outside: read once at the edge from MENTORGRAPH_*, then never changed."""

import os
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "MENTORGRAPH_"

# Read by the tests, not by the server; known here so that the server does not refuse them.
OF_OTHERS = frozenset({"MENTORGRAPH_TEST_DATABASE_URL"})


class SettingsError(Exception):
    """A setting is unknown or cannot be used; the message says which, and what would do."""


def _loopback(host: str) -> str:
    try:
        fits = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "until there are roles, everyone who reaches the server may read and write, "
            "so it listens on loopback alone: 127.0.0.1, ::1 or localhost"
        )
    return host


def _postgres(url: str) -> str:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("not the address of a PostgreSQL: postgresql://user:password@host:5432/database")
    return url


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
    bootstrap_token: SecretStr | None = None
    """Accepted now, used once there are roles."""
    open: bool = False
    """Whether callers see hidden names and opt-outs. Loopback keeps strangers out."""
    pool_size: int = Field(default=4, ge=1, le=64)
    """Connections that read. A statement's plan is kept once a connection, so few are better than many."""
    plan_cache_mode: Literal["force_generic_plan", "force_custom_plan", "auto"] = "force_generic_plan"
    """How PostgreSQL plans reads; Citus needs `auto`."""
    statement_timeout: float = Field(default=10.0, gt=0, le=3600)
    """Seconds after which a read is given up."""
    draw_every: float = Field(default=2.0, gt=0, le=3600)
    """Seconds between two looks for those who wait for a mentor."""
    connect_timeout: float = Field(default=10.0, gt=0, le=600)
    """Seconds to wait at the start for a database that is not up yet."""


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
