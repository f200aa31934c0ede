"""What callers can be told, in one tree:

    MentorgraphError
    ├── Refused              the caller can act on it: `userErrors` of a mutation
    ├── KeyRefused           not under this idempotency key: `userErrors`, of the mutation as a whole
    ├── RequestRefused       the request as a whole can't be answered: a GraphQL error without data
    └── Unavailable          the database can't be reached now: 503 with `Retry-After`

A refusal carries its code, a sentence that says what to do, and the path into the input.

`Unfit` stands in for a value that is none of its type, until somebody refuses it who knows the path to it.
"""

from dataclasses import dataclass
from typing import Final, Self

from graph.kinds import UserErrorCode, Word


class ErrorCode(Word):
    """What a GraphQL error says of itself in `extensions.code`. The list is closed: nothing else ever stands there."""

    GRAPHQL_PARSE_FAILED = (
        "GRAPHQL_PARSE_FAILED",
        "The document is not GraphQL; the message says where it stops to be.",
    )
    GRAPHQL_VALIDATION_FAILED = (
        "GRAPHQL_VALIDATION_FAILED",
        "The document does not fit the schema: a field, an argument or a type that is not there.",
    )
    BAD_USER_INPUT = "BAD_USER_INPUT", "A variable or an argument is not of its type."
    BAD_VALUE = "BAD_VALUE", "A time, a length of time or a number can't be read."
    BAD_ID = "BAD_ID", "It is no id of this server, or of another type, wiki or moment than is wanted here."
    BAD_CURSOR = "BAD_CURSOR", "The cursor is of another list or order, or of a feed that was set back since."
    BAD_STRETCH = "BAD_STRETCH", "A stretch of time ends before it begins."
    EMPTY_RANGE = "EMPTY_RANGE", "A range says neither of its ends, or nothing can lie between them."
    IN_THE_FUTURE = "IN_THE_FUTURE", "`asOf` is a moment that was."
    ONLY_UNDER_WIKI = "ONLY_UNDER_WIKI", "A filter that only the lists of a wiki have."
    FIRST_AND_LAST = "FIRST_AND_LAST", "A page begins at one end: give `first` or `last`."
    PAGE_SIZE = "PAGE_SIZE", "A page has 1 to 100 rows."
    WHICH_OPERATION = "WHICH_OPERATION", "The document has several operations, none, or none of that name."
    NO_DOCUMENT = "NO_DOCUMENT", "The request has neither a `query` nor a `documentId`."
    DOCUMENT_NOT_FOUND = "DOCUMENT_NOT_FOUND", "No trusted document has this id."
    UNTRUSTED_DOCUMENT = "UNTRUSTED_DOCUMENT", "This server answers trusted documents alone."
    SUBSCRIPTION = (
        "SUBSCRIPTION",
        "A subscription was asked where nothing can be told without being asked again.",
    )
    NOTHING_TO_WATCH = "NOTHING_TO_WATCH", "All that a subscription asks for is skipped."
    NOT_FOUND = "NOT_FOUND", "What is to be watched is not there, or you may not know of it."
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS", "The document is longer than docs/limits.md allows."
    TOO_MANY_DEFINITIONS = "TOO_MANY_DEFINITIONS", "It has more operations and fragments than that."
    TOO_MANY_ROOT_FIELDS = "TOO_MANY_ROOT_FIELDS", "The operation has more root fields than that."
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS", "It has more fields than that, fragments written out."
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES", "It has more aliases than that."
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES", "It has more directives than that."
    TOO_DEEP = "TOO_DEEP", "The operation, or the JSON of the request, is nested deeper than that."
    TOO_EXPENSIVE = "TOO_EXPENSIVE", "The operation may bring more rows than that; its cost is told."
    TOO_MANY_IDS = "TOO_MANY_IDS", "More ids at once than that."
    TOO_MANY_ACCOUNTS = "TOO_MANY_ACCOUNTS", "More accounts at once than that."
    TOO_MANY = "TOO_MANY", "More operations on one socket at a time than that."
    UNAUTHENTICATED = "UNAUTHENTICATED", "It takes a token to do this, or the token is none, or no longer."
    RATE_LIMITED = (
        "RATE_LIMITED",
        "More in a minute than the installation grants; `Retry-After` says when to ask again.",
    )
    BAD_REQUEST = "BAD_REQUEST", "The request is no GraphQL request; the message says what one is."
    BAD_JSON = "BAD_JSON", "The body, or a part of the address, is no JSON."
    CSRF = "CSRF", "A page of another site can have had this sent without asking."
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED", "Not by this method; `Allow` says by which."
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE", "In none of the forms that `Accept` takes."
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT", "The request did not arrive in time."
    CONTENT_TOO_LARGE = "CONTENT_TOO_LARGE", "The request has more bytes than docs/limits.md allows."
    URI_TOO_LONG = "URI_TOO_LONG", "The address has more bytes than that; ask by POST."
    REQUEST_HEADER_FIELDS_TOO_LARGE = (
        "REQUEST_HEADER_FIELDS_TOO_LARGE",
        "The headers have more bytes than that.",
    )
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE", "The body is not JSON in UTF-8, as it is."
    MISDIRECTED_REQUEST = (
        "MISDIRECTED_REQUEST",
        "The server is not known by the name that it was asked under.",
    )
    FORBIDDEN = "FORBIDDEN", "You may not see this."
    NULL = "NULL", "What must be here is missing: a mistake of ours, or a row that went while it was read."
    TIMEOUT = "TIMEOUT", "It took longer than a statement may; ask for less at once."
    UNAVAILABLE = "UNAVAILABLE", "The database can't be reached now."
    INTERNAL = "INTERNAL", "A mistake of ours. `extensions.errorId` is its number in the server's log."

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed in a moment."""
        return self in RETRYABLE


RETRYABLE: Final = frozenset(
    {ErrorCode.UNAVAILABLE, ErrorCode.REQUEST_TIMEOUT, ErrorCode.TOO_MANY, ErrorCode.RATE_LIMITED}
)


class MentorgraphError(Exception):
    """The root of all that this project raises on purpose."""


class Refused(MentorgraphError):
    """Something that the caller can act on; nothing was written.

    `field` is the path into the input, such as `("input", "occurredAt")`.
    """

    def __init__(self, code: UserErrorCode, message: str, *field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class KeyRefused(MentorgraphError):
    """A mutation that can't be sent under its key (now).

    It is no `Refused`: what deals with the refusal of one of many must not take it for one of those.
    """

    def __init__(self, code: UserErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RequestRefused(MentorgraphError):
    """A request that can't be answered at all; `code` goes into the error's extensions."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.coordinate: str | None = None
        """What of the schema it is about, where that is known."""

    def at(self, coordinate: str | None) -> Self:
        """The same, about that; whoever said so first was nearer to it."""
        self.coordinate = self.coordinate or coordinate
        return self


@dataclass(frozen=True)
class Unfit:
    """What a scalar could not read, in the place of its value; `message` says how to write it.

    A scalar knows neither the path into the input nor the others in a list of facts that each stand alone.
    """

    message: str


class Unavailable(MentorgraphError):
    """The database can't be reached; the same request may succeed in a moment."""
