"""What tests of reading share: the schema, and the reader's settings."""

from dataclasses import dataclass

from resolvers.schema import build, core

SCHEMA = core(build())


@dataclass(frozen=True)
class Reads:
    """Settings of the reader."""

    pool_size: int = 2
    plan_cache_mode: str = "force_generic_plan"
    statement_timeout: float = 30.0
    connect_timeout: float = 10.0


READS = Reads()
