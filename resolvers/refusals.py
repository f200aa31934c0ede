"""What a caller can act on, as data in the payload: `userErrors`, each with a code and the path into the input."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

import strawberry

from graph.errors import Refused
from graph.kinds import UserErrorCode


@strawberry.interface(description="Something the caller can act on. More kinds may come: read `code`.")
class UserError:
    """What all refusals say."""

    message: str = strawberry.field(description="What is wrong and what to do, in a sentence.")
    code: UserErrorCode = strawberry.field(description="The same for programs.")
    field: list[str] | None = strawberry.field(description="The path into the input.")


@strawberry.type(description="Input that can't be acted upon.")
class InputError(UserError):
    """A refusal without more to say."""


def told(refused: Refused) -> UserError:
    """The refusal as the caller reads it."""
    path = list(refused.field)
    return InputError(message=refused.message, code=refused.code, field=["input", *path] if path else None)


class Payload(Protocol):
    """A payload that can be made of its refusals alone."""

    user_errors: list[UserError]


P = ParamSpec("P")
A = TypeVar("A", bound=Payload)


def refusing(payload: Callable[..., A]) -> Callable[[Callable[P, Awaitable[A]]], Callable[P, Awaitable[A]]]:
    """Answer a refusal with `payload(user_errors=[…])` instead of an error without data."""

    def decorate(resolver: Callable[P, Awaitable[A]]) -> Callable[P, Awaitable[A]]:
        @wraps(resolver)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> A:
            try:
                return await resolver(*args, **kwargs)
            except Refused as refused:
                return payload(user_errors=[told(refused)])

        return answer

    return decorate
