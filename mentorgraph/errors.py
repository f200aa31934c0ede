"""What a caller is told of an error: the words of errors that are meant for callers, and of no other.

Nothing here is kept from one request to the next, so no error can be told to another's caller.
"""

import logging
import re
from secrets import token_hex
from typing import Any, Final

import asyncpg
from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, VariableDefinitionNode

from graph.compile import coordinates
from graph.compile.plan import Operation
from graph.errors import ErrorCode, Refused, RequestRefused, Unavailable
from mentorgraph.eyes.figures import ERRORS

LOG = logging.getLogger("mentorgraph")

NO_DATABASE = "The database cannot be reached now; the same request may succeed in a moment."
TOO_SLOW = "The answer took too long. Ask for less at once."
SUGGESTION: Final = re.compile(r"\s*Did you mean [^?]*\?")
"""What graphql-core says where it knows a name that is near."""

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
    asyncpg.ObjectNotInPrerequisiteStateError,  # a database that takes no connections, as while it is restored
)


def said(code: ErrorCode, message: str, **more: Any) -> dict[str, Any]:
    """An error as it is sent: every one is made here."""
    ERRORS.labels(code.value).inc()
    return {
        "message": message,
        "extensions": {"code": code.value, "retryable": code.retryable}
        | {name: value for name, value in more.items() if value is not None},
    }


def told(error: GraphQLError, operation: Operation | None = None, *, suggest: bool = True) -> dict[str, Any]:
    """A GraphQLError as it is sent: of the document's text, or of what happened while the operation was run."""
    coordinate = None if operation is None else _about(error, operation)
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        return told_of(cause, coordinate=coordinate) | place_of(error)
    is_no_graphql = isinstance(error, GraphQLSyntaxError)
    otherwise = ErrorCode.GRAPHQL_PARSE_FAILED if is_no_graphql else ErrorCode.BAD_USER_INPUT
    code = ErrorCode((error.extensions or {}).get("code", otherwise))
    return said(code, worded(error, suggest=suggest), coordinate=coordinate) | place_of(error)


def _about(error: GraphQLError, operation: Operation) -> str | None:
    """What of the schema an error is about: the field at its path, or what its variable is given to."""
    if error.path:
        return operation.coordinate(error.path)
    variables = (node.variable for node in error.nodes or () if isinstance(node, VariableDefinitionNode))
    return next((operation.coordinate_of_variable(one.name.value) for one in variables), None)


def told_of(cause: BaseException, **more: Any) -> dict[str, Any]:
    """What is told of a failure, outside of any field too."""
    if isinstance(cause, RequestRefused):
        more["coordinate"] = cause.coordinate or more.get("coordinate")
        return said(cause.code, cause.message, **more)
    if isinstance(cause, Refused):
        return said(ErrorCode.BAD_USER_INPUT, cause.message, **more)
    # asyncpg calls a value that fits no type an InterfaceError too: that is a mistake of ours.
    if isinstance(cause, LOST) and not isinstance(cause, ValueError):
        return said(ErrorCode.UNAVAILABLE, NO_DATABASE, **more)
    if isinstance(cause, asyncpg.QueryCanceledError):
        return said(ErrorCode.TIMEOUT, TOO_SLOW, **more)
    # An exception's own words may hold anyone's data: its class and place go to the log, its number to the caller.
    number = token_hex(4)
    LOG.error("internal error %s", number, exc_info=cause)
    message = f"Internal error {number}. It is in the server's log under this number."
    return said(ErrorCode.INTERNAL, message, errorId=number, **more)


def invalid(
    error: GraphQLError, schema: GraphQLSchema, document: DocumentNode, *, suggest: bool
) -> dict[str, Any]:
    """What is told of a document that does not fit the schema."""
    coordinate = next((coordinates.of_node(schema, document, node) for node in error.nodes or ()), None)
    message = worded(error, suggest=suggest)
    return said(ErrorCode.GRAPHQL_VALIDATION_FAILED, message, coordinate=coordinate) | place_of(error)


def worded(error: GraphQLError, *, suggest: bool) -> str:
    """GraphQL's own words. Where nobody may read the schema, names that are near would tell it all, one by one."""
    return error.message if suggest else SUGGESTION.sub("", error.message)


def place_of(error: GraphQLError) -> dict[str, Any]:
    """Where in the document and in the answer."""
    return {name: part for name, part in error.formatted.items() if name in ("locations", "path")}
