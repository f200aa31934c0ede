"""What a caller is told of an error: the words of errors that are meant for callers, and of no other."""

import logging
from secrets import token_hex
from typing import Any

import asyncpg
from graphql import GraphQLError

from graph.errors import Refused, RequestRefused, Unavailable

LOG = logging.getLogger("mentorgraph")

UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL"

NO_DATABASE = "The database cannot be reached now; the same request may succeed in a moment."
TOO_SLOW = "The answer took too long. Ask for less at once."

# A connection that was cut says so in one of these, depending on what it was doing when.
LOST = (
    Unavailable,
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg's word for a connection that was cut while it lay idle
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


def told(error: GraphQLError) -> dict[str, Any]:
    """The error as it is sent."""
    said = dict(error.formatted)
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        said |= _told_of(cause)
    return said


def said_of(cause: BaseException) -> GraphQLError:
    """What is told of a failure outside of any field."""
    known = _told_of(cause)
    return GraphQLError(known["message"], extensions=known["extensions"])


def is_unavailable(errors: list[Any]) -> bool:
    return any(error.get("extensions", {}).get("code") == UNAVAILABLE for error in errors)


def _told_of(cause: BaseException) -> dict[str, Any]:
    if isinstance(cause, (Refused, RequestRefused)):
        return {"message": cause.message, "extensions": {"code": str(cause.code)}}
    # asyncpg calls a value that fits no type an InterfaceError too: that is a mistake of ours.
    if isinstance(cause, LOST) and not isinstance(cause, ValueError):
        return {"message": NO_DATABASE, "extensions": {"code": UNAVAILABLE}}
    if isinstance(cause, asyncpg.QueryCanceledError):
        return {"message": TOO_SLOW, "extensions": {"code": "TIMEOUT"}}
    return _internal(cause)


def _internal(cause: BaseException) -> dict[str, Any]:
    """An exception's own words may hold anyone's data: they go to the log, and its number to the caller."""
    number = token_hex(4)
    LOG.error("internal error %s", number, exc_info=cause)
    return {
        "message": f"Internal error {number}. It is in the server's log under this number.",
        "extensions": {"code": INTERNAL, "id": number},
    }
