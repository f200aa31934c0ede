"""What operators' machines are told: whether the server lives, whether it can work, and its figures."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mentorgraph import probes
from mentorgraph.app import create_app
from mentorgraph.eyes.seen import OTHER
from mentorgraph.front import Front
from mentorgraph.settings import Settings

ADDRESS = "http://127.0.0.1:8400"
WIKIS = "query Wikis { wikis { totalCount } }"
TRUSTED = "query Trusted { wikis { totalCount } }"


@pytest.fixture(scope="module")
async def front(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    manifest = tmp_path_factory.mktemp("trusted") / "manifest.json"
    manifest.write_text(f'{{"sha256:1": "{TRUSTED}"}}')
    front = create_app(Settings(trusted_documents=manifest), module_database)
    async with front.running():
        yield front


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test looks anew."""
    monkeypatch.setattr(probes, "FRESH", 0.0)


@pytest.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(front) as client:
        yield client


def asking(front: Front) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS)


async def figures(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels, in the order of their names."""
    text = (await client.get("/metrics")).text
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


async def ask(client: httpx.AsyncClient, query: str, **rest: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query} | rest)


async def test_a_server_that_can_do_its_work_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).text == "ok\n"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "leaving": False, "database": "ok", "silent": []},
    )


async def test_a_server_that_leaves_is_not_ready_at_once_and_answers_nevertheless(
    client: httpx.AsyncClient, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front.signs, "is_leaving", True)
    leaving = await client.get("/readyz")
    assert (leaving.status_code, leaving.json()["leaving"]) == (503, True)
    assert (await ask(client, WIKIS)).json()["data"] == {"wikis": {"totalCount": 0}}


async def test_a_server_whose_announcer_is_not_heard_of_is_not_ready(
    client: httpx.AsyncClient, front: Front
) -> None:
    with front.signs.of("announcer"):
        assert (await client.get("/readyz")).status_code == 200
        front.signs.beat("announcer", within=-1)
        silent = await client.get("/readyz")
    assert (silent.status_code, silent.json()["silent"]) == (503, ["announcer"])
    assert (await client.get("/readyz")).status_code == 200


async def test_a_server_over_tables_that_are_older_than_it_is_not_ready(database: str) -> None:
    front = create_app(Settings(), database)
    async with front.running(), asking(front) as client:
        connection = await asyncpg.connect(database)
        await connection.execute("UPDATE alembic_version SET version_num = '0001'")
        older = await client.get("/readyz")
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        newer = await client.get("/readyz")
        await connection.close()
    assert (older.status_code, older.json()["database"]) == (503, "older than the code")
    assert newer.status_code == 200


async def test_a_server_without_a_database_is_alive_and_not_ready_until_it_is_back(
    database: str, server: str
) -> None:
    front, name = create_app(Settings(), database), urlsplit(database).path.lstrip("/")
    async with front.running(), asking(front) as client:
        assert (await client.get("/readyz")).status_code == 200
        admin = await asyncpg.connect(server)
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        away = await client.get("/readyz")
        assert (away.status_code, away.json()["database"]) == (503, "away")
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()
        assert (await client.get("/readyz")).status_code == 200


async def test_who_asks_without_end_has_the_database_asked_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probes, "FRESH", 60.0)
    looks = 0

    async def look() -> int:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return looks

    kept = probes.Kept(look)
    assert await asyncio.gather(*(kept() for _ in range(20))) == [1] * 20
    assert await kept() == 1
    kept.until = 0.0
    assert await kept() == 2


async def test_a_request_is_counted_by_what_became_of_it(client: httpx.AsyncClient) -> None:
    await ask(client, WIKIS)
    before = await figures(client)
    for _ in range(3):
        await ask(client, WIKIS)
    await ask(client, "{")
    await client.put("/graphql")
    after = await figures(client)

    def grown(*key: str) -> float:
        return after.get(key, 0.0) - before.get(key, 0.0)

    assert grown("mentorgraph_request_seconds_count", "query", OTHER) == 3
    assert grown("mentorgraph_request_seconds_count", "none", OTHER) == 2
    assert grown("mentorgraph_requests_known_total", "query", OTHER) == 3
    assert grown("mentorgraph_responses_total", "405") == 1
    assert grown("mentorgraph_cost_total", "query", OTHER) == 3 * 101
    assert after["mentorgraph_documents_known",] >= 1
    assert (after["mentorgraph_outbox_waiting",], after["mentorgraph_webhooks_waiting",]) == (0, 0)


async def test_no_caller_can_name_a_figure(client: httpx.AsyncClient) -> None:
    await ask(client, "", documentId="sha256:1")
    names = set(await figures(client))
    for number in range(30):
        await ask(client, f"query Made{number} {{ wikis {{ totalCount }} }}", operationName=f"Made{number}")
        await client.request(f"M{number}", "/graphql")
        await client.get(f"/no/such/page/{number}")
    after = {name for name in await figures(client) if "created" not in name[0]}
    assert not any("Made" in part for name in after for part in name)
    assert len(after - names) < 30, "one more operation, which is `other`, and one more status"
    assert ("mentorgraph_request_seconds_count", "query", "Trusted") in after


async def test_figures_that_nobody_wants_are_not_there(module_database: str) -> None:
    front = create_app(Settings(metrics=False), module_database)
    async with front.running(), asking(front) as client:
        assert (await client.get("/metrics")).status_code == 404


@pytest.mark.parametrize("given", ["abc-123", "01J8:trace/7=", "x" * 64])
async def test_a_caller_who_names_a_request_finds_the_name_in_the_answer(
    client: httpx.AsyncClient, given: str
) -> None:
    answer = await client.post("/graphql", json={"query": WIKIS}, headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "a\tb", "é"])
async def test_a_name_that_could_spoil_a_line_of_the_log_is_replaced(
    client: httpx.AsyncClient, given: str
) -> None:
    headers = httpx.Headers([(b"x-request-id", given.encode())])
    answers = [await client.post("/graphql", json={"query": WIKIS}, headers=headers) for _ in range(2)]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 2
    assert given not in ids


async def test_whoever_is_turned_away_is_told_the_requests_name_too(client: httpx.AsyncClient) -> None:
    for answer in (await client.put("/graphql"), await client.post("/graphql"), await ask(client, "{")):
        assert answer.headers["x-request-id"]
