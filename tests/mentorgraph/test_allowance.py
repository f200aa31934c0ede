"""What one caller may ask for in a minute, and what whoever asks for more is told."""

from collections.abc import AsyncIterator

import httpx
import pytest

from graph.caller import Caller
from graph.compile.plan import LIMITS
from mentorgraph import allowance, settings
from mentorgraph.allowance import Allowances, Bucket, caller_key
from mentorgraph.app import create_app
from mentorgraph.settings import Settings
from models.ledger.secrecy import written
from models.ledger.tokens import Found, Tokens
from those_who_ask import DOES_ALL, bearing

WIKIS = "{ wikis(first: 100) { nodes { dbName } } }"
COST = 101


def test_a_minutes_worth_may_be_asked_for_at_once_and_no_more() -> None:
    bucket = Bucket(6_000)
    assert [bucket.take(1, 100.0) for _ in range(6_000)] == [0.0] * 6_000
    assert bucket.take(1, 100.0) == pytest.approx(0.01)
    assert bucket.left(100.0) == (0, 60)


def test_what_was_taken_comes_back_evenly() -> None:
    bucket = Bucket(60)
    bucket.take(60, 0.0)
    assert bucket.left(30.0) == (30, 30)
    assert bucket.take(31, 30.0) == pytest.approx(1.0)
    assert bucket.take(30, 30.0) == 0.0
    assert bucket.left(1_000.0) == (60, 0), "and never more than there was"


def test_what_was_refused_costs_nothing() -> None:
    bucket = Bucket(10)
    bucket.take(8, 0.0)
    for _ in range(5):
        assert bucket.take(3, 0.0) > 0
    assert bucket.take(2, 0.0) == 0.0


def test_of_callers_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "CALLERS", 3)
    all_ = Allowances(Settings())
    for number in range(10):
        all_.of(caller_key({"type": "http", "client": (f"192.0.2.{number}", 5)}))
    assert list(all_.callers.entries) == [f"192.0.2.{number}" for number in (7, 8, 9)]


def test_a_person_is_one_caller_however_often_they_sign_in() -> None:
    sessions = [Caller("Ada", accounts={2: 7, 1: 101}, token=number) for number in (1, 2)]
    tools = [Caller("bot", token=number) for number in (1, 2)]
    keys = [caller_key({"type": "http", "client": ("192.0.2.1", 5)}, one) for one in (*sessions, *tools)]
    assert keys == ["account:1:101", "account:1:101", "token:1", "token:2"]


def test_the_dearest_operation_is_within_what_a_minute_may_cost() -> None:
    assert LIMITS.rows == settings.DEAREST
    with pytest.raises(ValueError, match="50,000"):
        Settings(limit_cost=LIMITS.rows - 1)


@pytest.fixture
async def limited(module_database: str, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    front = create_app(Settings(pool_size=1, **request.param), module_database)
    transport = httpx.ASGITransport(front)
    async with (
        front.running(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as http,
    ):
        yield http


async def ask(http: httpx.AsyncClient, query: str = WIKIS, **headers: str) -> httpx.Response:
    return await http.post("/graphql", json={"query": query}, headers=headers)


@pytest.mark.parametrize("limited", [{"limit_requests": 3, "limit_cost": 0}], indirect=True)
async def test_who_asks_too_often_is_told_when_to_ask_again(limited: httpx.AsyncClient) -> None:
    for left in (2, 1, 0):
        answer = await ask(limited)
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == '"requests";q=3;w=60'
        assert answer.headers["ratelimit"] == f'"requests";r={left};t={60 - 20 * left}'
    for kind in ("application/json", "application/graphql-response+json", "text/event-stream"):
        refused = await ask(limited, accept=kind)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
        assert refused.headers["ratelimit"] == '"requests";r=0;t=60'
        assert refused.json() == {
            "errors": [
                {
                    "message": "3 requests may be sent in a minute. Ask again in 20 s.",
                    "extensions": {"code": "RATE_LIMITED", "retryable": True},
                }
            ]
        }
    assert (await limited.get("/livez")).status_code == 200, "whether it answers may always be asked"


@pytest.mark.parametrize("limited", [{"limit_requests": 2, "proxied": True}], indirect=True)
async def test_behind_a_proxy_the_caller_is_whom_it_names(limited: httpx.AsyncClient) -> None:
    said = ("192.0.2.1", "192.0.2.2", "anything, 192.0.2.1", "192.0.2.2, 192.0.2.1")
    answers = [await ask(limited, **{"x-forwarded-for": one}) for one in said]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429], "the last word is the proxy's"


@pytest.mark.parametrize("limited", [{"limit_requests": 1}], indirect=True)
async def test_where_no_proxy_is_nobody_chooses_who_they_are(limited: httpx.AsyncClient) -> None:
    answers = [await ask(limited, **{"x-forwarded-for": f"192.0.2.{number}"}) for number in (1, 2)]
    assert [answer.status_code for answer in answers] == [200, 429]


@pytest.mark.parametrize("limited", [{"limit_requests": 0, "limit_cost": 50_000}], indirect=True)
async def test_who_asks_for_too_much_is_told_what_it_costs(limited: httpx.AsyncClient) -> None:
    dear = "{" + " ".join(f"w{n}: wikis(first: 100) {{ nodes {{ mentors(first: 100) {{ nodes {{ id }} }} }} }}"
                          for n in range(4)) + "}"  # fmt: skip
    cost = 1 + 4 * 100 * 101
    first = await ask(limited, dear)
    assert first.headers["graphql-cost"] == str(cost)
    left = int(first.headers["ratelimit"].removeprefix('"cost";r=').partition(";")[0])
    assert 50_000 - cost <= left < cost, "some of it has come back meanwhile"
    refused = await ask(limited, dear)
    assert refused.status_code == 429
    assert f"this one costs {cost:,}" in refused.json()["errors"][0]["message"]
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert (await ask(limited)).status_code == 200, "for what costs less there is enough"


@pytest.mark.parametrize("limited", [{"limit_requests": 3}], indirect=True)
async def test_who_guesses_at_tokens_too_often_asks_the_database_nothing(
    limited: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up, find = [], Tokens.find

    async def noted(tokens: Tokens, digest: bytes) -> Found | None:
        looked_up.append(digest)
        return await find(tokens, digest)

    monkeypatch.setattr(Tokens, "find", noted)
    good = await ask(limited, **bearing(DOES_ALL))
    guesses = [await ask(limited, **bearing(written(bytes([9] * 31 + [n])))) for n in range(4)]
    session = await ask(limited, cookie=f"mentorgraph_session={written(bytes([8] * 32))}")
    again = await ask(limited, **bearing(DOES_ALL))
    assert [one.status_code for one in guesses] == [401, 401, 429, 429]
    assert (good.status_code, session.status_code, again.status_code) == (200, 429, 200)
    assert len(looked_up) == 3


@pytest.mark.parametrize("limited", [{"limit_requests": 0, "limit_cost": 0}], indirect=True)
async def test_where_nothing_is_limited_nothing_is_said(limited: httpx.AsyncClient) -> None:
    assert not {"ratelimit", "ratelimit-policy"} & set((await ask(limited)).headers)
