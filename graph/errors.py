"""What callers can be told, in one tree:

    MentorgraphError
    ├── Refused              the caller can act on it: `userErrors` of a mutation
    ├── RequestRefused       the request as a whole can't be answered: a GraphQL error without data
    └── Unavailable          the database can't be reached now: 503 with `Retry-After`

A refusal carries its code, a sentence that says what to do, and the path into the input.
"""

from graph.kinds import UserErrorCode


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


class RequestRefused(MentorgraphError):
    """A request that can't be answered at all; `code` goes into the error's extensions."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Unavailable(MentorgraphError):
    """The database can't be reached; the same request may succeed in a moment."""
