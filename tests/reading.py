"""What tests of reading share: the schema, and the reader's settings."""

from dataclasses import dataclass

from graph.caller import NOBODY, Caller, Grant
from graph.kinds import ViewerRole
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


def seeing(*, sees_hidden: bool = False, sees_opt_outs: bool = False, account: int = NOBODY) -> Caller:
    """Somebody who sees so much on every wiki; `account` is theirs on the first two."""
    role = ViewerRole.COORDINATOR if sees_opt_outs else ViewerRole.READER
    return Caller("Somebody", (Grant(role, None, sees_hidden),), {1: account, 2: account})
