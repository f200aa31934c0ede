"""What is turned away at the door: a status, a code and a sentence, in GraphQL's shape."""

from http import HTTPStatus
from typing import Any

from graph.errors import ErrorCode
from mentorgraph import errors

Headers = list[tuple[bytes, bytes]]


class HttpRefused(Exception):
    """A request that is none, or none of ours. The code is HTTP's name for the status unless another is given."""

    def __init__(
        self, status: int, message: str, *, code: ErrorCode | None = None, headers: Headers | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or ErrorCode[HTTPStatus(status).name]
        self.headers = headers or []

    def body(self) -> dict[str, Any]:
        """The refusal as a response without data."""
        return {"errors": [errors.said(self.code, self.message)]}
