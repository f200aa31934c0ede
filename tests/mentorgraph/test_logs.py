"""The log: what an operator can read in it, and what can never come to stand there."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from graph.errors import Unavailable
from mentorgraph.app import create_app
from mentorgraph.eyes import logs
from mentorgraph.eyes.seen import ROOM, SEEN, Seen
from mentorgraph.front import Front
from mentorgraph.settings import Settings

NAME = "Acme Widgets Ltd"
LOG = logging.getLogger("mentorgraph.tests")


class Log:
    """What was written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logs.Lines(self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    made = Log()
    LOG.addHandler(made.handler)
    LOG.propagate = False
    yield made
    LOG.removeHandler(made.handler)


@pytest.fixture
def seen() -> Iterator[Seen]:
    token = SEEN.set(Seen(b"of-the-caller"))
    found = SEEN.get()
    assert found is not None
    yield found
    SEEN.reset(token)


def asking(front: Front) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://127.0.0.1:8400")


def fail(error: Exception) -> None:
    try:
        throw(error)
    except Exception:
        LOG.exception("internal error %s", "1f2e")


def throw(error: Exception) -> None:
    raise error


@pytest.mark.usefixtures("seen")
def test_a_line_says_when_how_bad_what_and_of_which_request(log: Log) -> None:
    LOG.warning("the feed will be read again")
    [line] = log.lines
    assert line.pop("time").endswith("Z")
    assert line == {"level": "warning", "message": "the feed will be read again", "request": "of-the-caller"}


def test_of_an_exception_the_log_has_its_class_and_place_and_not_its_words(log: Log) -> None:
    fail(KeyError(NAME))
    [error] = log.lines[0]["error"]
    assert error["class"] == "KeyError"
    assert error["at"][-1].startswith("tests/mentorgraph/test_logs.py:")
    assert NAME not in log.text


async def test_of_postgresqls_errors_the_log_has_the_constraint_and_not_the_row(
    log: Log, server: str
) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute("CREATE TEMP TABLE named (name text CONSTRAINT once UNIQUE)")
        await connection.execute("INSERT INTO named VALUES ($1)", NAME)
        with pytest.raises(asyncpg.UniqueViolationError, match=NAME) as caught:
            await connection.execute("INSERT INTO named VALUES ($1)", NAME)
    finally:
        await connection.close()
    fail(caught.value)
    [error] = log.lines[0]["error"]
    assert (error["sqlstate"], error["constraint_name"]) == ("23505", "once")
    assert NAME not in log.text


def test_an_exception_that_hid_another_is_told_with_it_and_both_without_words(log: Log) -> None:
    try:
        try:
            throw(ValueError(NAME))
        except ValueError as error:
            raise Unavailable("The database can't be reached now.") from error
    except Unavailable:
        LOG.exception("no answer")
    outer, inner = log.lines[0]["error"]
    assert (outer["class"], outer["words"]) == ("Unavailable", "The database can't be reached now.")
    assert (inner["class"], "words" in inner) == ("ValueError", False)
    assert NAME not in log.text


def test_whoever_looks_for_a_bug_can_have_the_words(log: Log) -> None:
    log.handler.words = True
    fail(KeyError("what the developer wrote"))
    assert "what the developer wrote" in log.lines[0]["error"][0]["words"]


def test_nobody_begins_a_line_of_their_own(log: Log) -> None:
    LOG.warning("asked for %s", 'x"}\n{"level": "error", "message": "all is lost\r\u2028\x1b[31m')
    assert log.text.count("\n") == 1
    assert not any(character < " " for character in log.text.rstrip("\n"))
    assert log.lines[0]["level"] == "warning"


@pytest.mark.usefixtures("seen")
def test_one_request_fills_no_more_of_the_log_than_it_has_room_for(log: Log) -> None:
    def deep(levels: int) -> None:
        if not levels:
            raise RuntimeError("x" * 10_000)
        deep(levels - 1)

    for number in range(50):
        try:
            deep(30)
        except RuntimeError:
            LOG.exception("internal error %s %s", number, "y" * 10_000)
    assert 1 <= len(log.lines) < 50
    assert len(log.text.encode()) <= ROOM
    assert log.lines[0]["error"][0]["at"], "the first says where"


async def test_whoever_wants_a_line_for_each_request_has_one(
    log: Log, module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "REQUESTS", LOG)
    LOG.setLevel(logging.INFO)
    for wanted in (False, True):
        front = create_app(Settings(log_requests=wanted), module_database)
        async with front.running(), asking(front) as client:
            headers = {"x-request-id": f"wanted-{wanted}"}
            await client.post(
                "/graphql", json={"query": "{ wikis(first: 7) { totalCount } }"}, headers=headers
            )
    [line] = log.lines
    assert line["ms"] > 0
    assert {name: line[name] for name in ("request", "status", "kind", "operation", "cost")} == {
        "request": "wanted-True",
        "status": 200,
        "kind": "query",
        "operation": "other",
        "cost": 101,
    }
