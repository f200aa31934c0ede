"""What a caller can act on, as data in the payload: `userErrors`, with a code and the path into the input."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

import strawberry
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from graph.errors import Refused, Unfit
from graph.kinds import UserErrorCode
from resolvers.declare import Node


@strawberry.interface(description="Something the caller can act on. More kinds may come: read `code`.")
class UserError:
    """What all refusals say."""

    message: str = strawberry.field(description="What is wrong and what to do, in a sentence.")
    code: UserErrorCode = strawberry.field(description="The same for programs.")
    field: list[str] | None = strawberry.field(description="The path into the input.")


@strawberry.type(description="Input that can't be acted upon.")
class InputError(UserError):
    """A refusal without more to say."""


@strawberry.type(description="The input was made for what has changed since it was read.")
class StaleVersionError(UserError):
    """A refusal that shows what is there now."""

    current: Node | None = strawberry.field(
        default=None, description="What is there now; null where nothing is."
    )


TYPES = (InputError, StaleVersionError)
"""For the schema, which finds the interface in payloads and not who implements it."""


class Outdated(Refused):
    """A stale version, and the address of what is there now."""

    def __init__(self, refused: Refused, current: Any) -> None:
        super().__init__(refused.code, refused.message, *refused.field)
        self.current = current


def told(refused: Refused, within: tuple[str, ...] = ("input",)) -> UserError:
    """The refusal as the caller reads it; `within` leads to where the ledger's paths begin."""
    path = [*within, *refused.field] if refused.field else None
    said: dict[str, Any] = {"message": refused.message, "code": refused.code, "field": path}
    if isinstance(refused, Outdated):
        return StaleVersionError(**said, current=refused.current)
    return InputError(**said)


def at_place(place: int, refused: Refused) -> Refused:
    """The refusal of one of many mentees: the path leads to the place where the caller named it."""
    if refused.code is UserErrorCode.NOT_A_MENTOR:
        return Refused(refused.code, refused.message, "mentor")
    return Refused(refused.code, refused.message, "mentees", str(place))


def below(refused: Refused, *path: str) -> Refused:
    """The refusal of a part of the input that stands there."""
    return Refused(refused.code, refused.message, *path, *refused.field)


WRONG_WITH_THE_MENTEE = {
    UserErrorCode.OPTED_OUT,
    UserErrorCode.DEPARTED,
    UserErrorCode.NOT_ELIGIBLE,
    UserErrorCode.WOULD_NOT_HOLD,
}
NOT_IN_THE_INPUT: dict[str, set[tuple[str, ...]]] = {
    "account": {(), ("mentor",)},
    "mentee": {(), ("wiki",)},
    "mentor": {(), ("wiki",)},
}
"""Where the ledger says that something is wrong, though the input has no such field."""


@contextmanager
def about(field: str) -> Iterator[None]:
    """Point into the input: to whom the decision is about, where the ledger points to nothing there."""
    try:
        yield
    except Refused as refused:
        of_the_mentee = field == "mentee" and refused.code in WRONG_WITH_THE_MENTEE
        if not of_the_mentee and refused.field not in NOT_IN_THE_INPUT[field]:
            raise
        raise Refused(refused.code, refused.message, field) from None


class Payload(Protocol):
    """A payload that can be made of its refusals alone."""

    user_errors: list[UserError]


P = ParamSpec("P")
A = TypeVar("A", bound=Payload)


def check_fit(value: Any, *path: str) -> None:
    """Refuse an input in which a scalar could not be read, by the path to it."""
    if isinstance(value, Unfit):
        raise Refused(UserErrorCode.INVALID, value.message, *path)
    if isinstance(value, strawberry.Some):
        check_fit(value.value, *path)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            check_fit(one, *path, str(place))
    elif definition := get_object_definition(type(value)):
        for one in definition.fields:
            name = one.graphql_name or to_camel_case(one.python_name)
            check_fit(getattr(value, one.python_name), *path, name)


def refusing(
    payload: Callable[..., A], within: tuple[str, ...] = ("input",)
) -> Callable[[Callable[P, Awaitable[A]]], Callable[P, Awaitable[A]]]:
    """Answer a refusal with `payload(user_errors=[…])` instead of an error without data."""

    def decorate(resolver: Callable[P, Awaitable[A]]) -> Callable[P, Awaitable[A]]:
        @wraps(resolver)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> A:
            try:
                check_fit(kwargs.get("input"))
                return await resolver(*args, **kwargs)
            except Refused as refused:
                return payload(user_errors=[told(refused, within)])

        return answer

    return decorate
