"""What a caller is told of an error, and what is kept from them."""

import asyncpg
import pytest
from graphql import GraphQLError

from graph.errors import RequestRefused, Unavailable
from mentorgraph import errors
from mentorgraph.view import GRAPHQL_JSON, JSON, media_type, status_of


def told(cause: Exception) -> dict[str, object]:
    return errors.told(GraphQLError("located", path=["wiki"], original_error=cause))


def test_an_unknown_exception_keeps_its_words() -> None:
    said = told(RuntimeError("password hunter2"))
    assert "hunter2" not in str(said)
    assert said["path"] == ["wiki"]


def test_an_unknown_exception_is_logged_once_under_the_number_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = told(RuntimeError("a bug"))
    [record] = caplog.records
    assert record.exc_info is not None
    assert record.getMessage().split()[-1] in str(said["message"])


def test_what_is_refused_is_told_in_its_own_words_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    said = told(RequestRefused("BAD_CURSOR", "This cursor is of another order."))
    assert said["message"] == "This cursor is of another order."
    assert said["extensions"] == {"code": "BAD_CURSOR"}
    assert caplog.records == []


@pytest.mark.parametrize(
    "cause",
    [
        Unavailable("x"),
        ConnectionRefusedError("x"),
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.AdminShutdownError("x"),
        TimeoutError(),
    ],
)
def test_a_lost_database_is_told_as_unavailable(cause: Exception) -> None:
    assert told(cause)["extensions"] == {"code": errors.UNAVAILABLE}


def test_a_syntax_error_is_told_as_graphql_core_says_it() -> None:
    assert errors.told(GraphQLError("Syntax Error: x")) == {"message": "Syntax Error: x"}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("", JSON), ("*/*", JSON), ("application/json", JSON), (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON)],
)
def test_the_newer_media_type_is_for_those_who_ask_for_it(accept: str, kind: str) -> None:
    assert media_type(accept) == kind


NEVER_RAN = {"data": None, "errors": [{"message": "Syntax Error"}]}
NULLED = {"data": None, "errors": [{"message": "x", "path": ["wiki"]}]}
LOST = {"data": None, "errors": [{"message": "x", "extensions": {"code": errors.UNAVAILABLE}}]}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ({"data": {}}, JSON, 200),
        (NEVER_RAN, JSON, 200),
        (NEVER_RAN, GRAPHQL_JSON, 400),
        (NULLED, GRAPHQL_JSON, 200),
        ({"data": {}, "errors": [{"message": "x"}]}, GRAPHQL_JSON, 200),
        (LOST, JSON, 503),
        (LOST, GRAPHQL_JSON, 503),
    ],
)
def test_the_status_says_whether_it_ran(body: dict[str, object], kind: str, status: int) -> None:
    assert status_of(body, kind) == status
