"""What HTTP has to say of a request to GraphQL: each is one request, and what it gets."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from starlette.types import Message

from mentorgraph.app import create_app
from mentorgraph.front import METHODS, RESERVED, Front, joined
from mentorgraph.http import asked as reading
from mentorgraph.http.accept import GRAPHQL_JSON, JSON
from mentorgraph.settings import Settings

ADDRESS = "http://127.0.0.1:8400"
WIKIS = "query Wikis { wikis { nodes { dbName } } }"
WATCH = 'subscription { relationshipEvents(wiki: "x") { cursor } }'
ID = "sha256:" + "0" * 64
ANSWERED: dict[str, Any] = {"wikis": {"nodes": []}}
FRIEND = "https://dashboard.example"


@pytest.fixture(scope="module")
async def front(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    manifest = tmp_path_factory.mktemp("documents") / "manifest.json"
    manifest.write_bytes(orjson.dumps({ID: WIKIS}))
    settings = Settings(pool_size=2, trusted_documents=manifest, origins=frozenset({FRIEND}))
    front = create_app(settings, module_database)
    async with front.running():
        yield front


@pytest.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=ADDRESS) as client:
        yield client


async def post(client: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    sent = {"content-type": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return await client.post("/graphql", content=content, headers=sent)


def code(answer: httpx.Response) -> str:
    """The code of a refusal, which has GraphQL's shape whatever it is."""
    body = answer.json()
    assert "data" not in body, body
    assert answer.headers["content-type"].endswith("; charset=utf-8")
    (error,) = body["errors"]
    assert error["message"].endswith("."), error
    return str(error["extensions"]["code"])


# Bodies.

GARBAGE = {
    "nothing": b"",
    "a number": b"1",
    "null": b"null",
    "a list": b"[]",
    "a batch": b'[{"query": "{ __typename }"}]',
    "a string": b'"x"',
    "a byte order mark": b'\xef\xbb\xbf{"query": "{ __typename }"}',
    "no UTF-8": b'{"query": "\xff"}',
    "not a number": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "bytes after the end": b'{"query": "{ __typename }"} x',
    "nesting": b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 40 + b"]" * 40 + b"}}",
    "nesting beyond reason": b"[" * 10_000,
    "a query that is no text": b'{"query": 1}',
    "variables that are a list": b'{"query": "{ __typename }", "variables": []}',
    "variables that are a text": b'{"query": "{ __typename }", "variables": "{}"}',
    "extensions that are a list": b'{"query": "{ __typename }", "extensions": []}',
    "an id that is no text": b'{"documentId": 1}',
    "half a pair of surrogates": b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
async def test_a_body_that_is_no_request_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await post(client, body)
    assert answer.status_code == 400
    assert code(answer)


async def test_what_a_body_holds_besides_is_passed_over(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": WIKIS, "doc": 1, "variables": None, "operationName": ""})
    assert answer.json()["data"] == ANSWERED


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": ""},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=lambda headers: ", ".join(headers.values()),
)
async def test_what_is_not_json_in_utf_8_is_415_and_says_what_is(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/graphql", content=orjson.dumps({"query": WIKIS}), headers=headers)
    assert answer.status_code == 415
    assert code(answer) == "UNSUPPORTED_MEDIA_TYPE"
    assert {"accept", "accept-encoding"} & set(answer.headers)


@pytest.mark.parametrize("kind", [JSON, 'application/json; charset="UTF-8"', "Application/JSON"])
async def test_json_is_json_however_it_is_called(client: httpx.AsyncClient, kind: str) -> None:
    assert (await post(client, {"query": WIKIS}, content_type=kind)).status_code == 200


# Bodies as they arrive.


class Wire:
    """A request whose body arrives piece by piece; and what the server said to it."""

    def __init__(
        self, pieces: list[bytes], headers: dict[str, str] | None = None, *, ends: bool = True
    ) -> None:
        self.pieces, self.ends = pieces, ends
        self.headers = {"host": "127.0.0.1:8400", "content-type": JSON} | (headers or {})
        self.said: list[Message] = []
        self.read = self.read_before = 0
        self.left = asyncio.Event()

    async def receive(self) -> Message:
        if self.pieces:
            self.read += 1
            more = len(self.pieces) > 1 or not self.ends
            return {"type": "http.request", "body": self.pieces.pop(0), "more_body": more}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if not self.said:
            self.read_before = self.read
        self.said.append(message)

    async def ask(self, front: Front) -> int:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in self.headers.items()],
        }
        await front(scope, self.receive, self.send)
        return int(self.said[0]["status"]) if self.said else 0


async def test_a_body_that_says_it_is_too_large_is_not_read_at_all(front: Front) -> None:
    wire = Wire([b"x"], {"content-length": str(reading.LARGEST + 1)})
    assert await wire.ask(front) == 413
    assert wire.read_before == 0


async def test_a_body_that_grows_too_large_is_read_no_further(front: Front) -> None:
    wire = Wire([b" " * 50_000] * 10)
    assert await wire.ask(front) == 413
    assert wire.read_before == 3


async def test_who_sends_on_is_heard_out_and_not_for_ever(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Wire([b" " * 1_000_000] * 30)
    assert await endless.ask(front) == 413
    assert endless.read == 12, "two that were too many, and ten millions that nobody keeps"
    monkeypatch.setattr(reading, "LINGERING", 0.05)
    slow = Wire([b" " * 100_000] * 2, ends=False)
    assert await slow.ask(front) == 413
    assert slow.said[-1] == {"type": "http.response.body"}


async def test_a_body_that_does_not_arrive_is_given_up(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.05)
    assert await Wire([b'{"query":'], ends=False).ask(front) == 408


async def test_a_body_in_pieces_is_one(front: Front) -> None:
    body = orjson.dumps({"query": WIKIS})
    assert await Wire([body[:5], body[5:9], body[9:]]).ask(front) == 200


async def test_who_leaves_takes_the_statement_along(front: Front, module_database: str) -> None:
    admin = await asyncpg.connect(module_database)
    try:
        async with admin.transaction():
            await admin.execute("LOCK TABLE wiki IN ACCESS EXCLUSIVE MODE")
            wire = Wire([orjson.dumps({"query": WIKIS})])
            asking = asyncio.create_task(wire.ask(front))
            await until(lambda: waiting(module_database), 1)
            wire.left.set()
            assert await asking == 0, "nobody is told anything"
            await until(lambda: waiting(module_database), 0)
    finally:
        await admin.close()
    assert await Wire([orjson.dumps({"query": WIKIS})]).ask(front) == 200


async def waiting(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
    finally:
        await connection.close()


async def until(count: Any, wanted: int) -> None:
    async with asyncio.timeout(10):
        while await count() != wanted:
            await asyncio.sleep(0.02)


# Methods.


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods_are_405_and_told_which_are_meant(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, METHODS.decode())
    assert code(answer) == "METHOD_NOT_ALLOWED"


async def test_who_wants_one_stream_for_all_operations_is_told_what_is_spoken_here(
    client: httpx.AsyncClient,
) -> None:
    """graphql-sse's single connection: a stream is reserved by PUT, and named by a header from then on."""
    reserved = await client.put("/graphql", headers={"accept": "text/event-stream"})
    assert (reserved.status_code, code(reserved)) == (405, "METHOD_NOT_ALLOWED")
    ended = await client.delete("/graphql", params={"operationId": "1"})
    named = await post(client, {"query": WIKIS}, **{RESERVED.decode(): "1"})
    assert (named.status_code, code(named)) == (400, "BAD_REQUEST")
    for answer in (reserved, ended, named):
        assert "singleConnection: false" in answer.json()["errors"][0]["message"]


async def test_head_is_get_without_a_body(client: httpx.AsyncClient) -> None:
    get = await client.get("/graphql", params={"query": WIKIS})
    head = await client.head("/graphql", params={"query": WIKIS})
    assert head.content == b""
    get.headers.pop("ratelimit"), head.headers.pop("ratelimit")
    get.headers.pop("x-request-id"), head.headers.pop("x-request-id")
    assert {**head.headers} == {**get.headers}


async def test_options_tells_the_methods(client: httpx.AsyncClient) -> None:
    answer = await client.options("/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (204, METHODS.decode())


async def test_what_will_do_for_nobody_is_406(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": WIKIS}, accept="text/html")
    assert answer.status_code == 406
    assert code(answer) == "NOT_ACCEPTABLE"


async def test_a_subscription_says_which_way_it_goes(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": WATCH}, accept=GRAPHQL_JSON)
    assert answer.status_code == 400
    assert "WebSocket" in answer.json()["errors"][0]["message"]


# Addresses.


@pytest.mark.parametrize(
    "address",
    [
        "query=%FF",
        "query={a}&query={b}",
        "query={__typename}&variables=[]",
        "query={__typename}&variables={",
        "query={__typename}&variables=" + "[" * 40 + "]" * 40,
        "&".join(f"p{n}=1" for n in range(30)),
        "",
    ],
)
async def test_an_address_that_is_no_request_is_400(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(f"/graphql?{address}")
    assert answer.status_code == 400
    assert code(answer)


async def test_a_parameter_without_a_value_is_none(client: httpx.AsyncClient) -> None:
    empty = {"query": WIKIS, "variables": "", "operationName": "", "extensions": ""}
    assert (await client.get("/graphql", params=empty)).json()["data"] == ANSWERED


async def test_what_is_known_already_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphql", params={"documentId": ID})
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get("/graphql", params={"documentId": ID}, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await client.get("/graphql", params={"documentId": ID}, headers={"if-none-match": '"other"'})
    assert other.json()["data"] == ANSWERED


async def test_an_answer_with_an_error_has_no_tag(client: httpx.AsyncClient) -> None:
    assert "etag" not in (await client.get("/graphql", params={"query": "{ nobody }"})).headers


# Trusted documents.


async def test_a_trusted_document_is_asked_by_its_id(client: httpx.AsyncClient) -> None:
    apollo = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ID.removeprefix("sha256:")}}}
    for asked in ({"documentId": ID}, {"documentId": ID, "operationName": "Wikis"}, apollo):
        assert (await post(client, asked)).json()["data"] == ANSWERED
    assert code(await post(client, {"documentId": "sha256:1"})) == "DOCUMENT_NOT_FOUND"


async def test_where_only_trusted_documents_are_answered_no_other_is(
    module_database: str, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({ID: WIKIS}))
    front = create_app(Settings(trusted_documents=manifest, trusted_only=True), module_database)
    transport = httpx.ASGITransport(front)
    async with front.running(), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        assert (await post(client, {"documentId": ID})).json()["data"] == ANSWERED
        assert (await post(client, {"query": WIKIS})).json()["data"] == ANSWERED
        assert code(await post(client, {"query": "{ __typename }"})) == "UNTRUSTED_DOCUMENT"


# Pages of other sites.


async def test_a_page_of_a_friend_may_ask_and_read(client: httpx.AsyncClient) -> None:
    asked = {"origin": FRIEND, "access-control-request-method": "POST"}
    preflight = await client.options("/graphql", headers=asked)
    assert preflight.headers["access-control-allow-origin"] == FRIEND
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    answer = await post(client, {"query": WIKIS}, origin=FRIEND)
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert "origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{FRIEND}.evil.example"])
async def test_a_page_of_anybody_else_may_not(client: httpx.AsyncClient, origin: str) -> None:
    asked = {"origin": origin, "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in (await client.options("/graphql", headers=asked)).headers
    assert "access-control-allow-origin" not in (await post(client, {"query": WIKIS}, origin=origin)).headers


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"cookie": "session=1"},
    ],
)
async def test_what_a_page_elsewhere_can_send_without_asking_is_not_answered(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/graphql", params={"query": WIKIS}, headers=headers)
    assert answer.status_code == 403
    assert code(answer) == "CSRF"
    headers = headers | {"graphql-require-preflight": "1"}
    assert (await client.get("/graphql", params={"query": WIKIS}, headers=headers)).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_our_own_page_and_an_address_that_is_typed_in_are_answered(
    client: httpx.AsyncClient, site: str
) -> None:
    answer = await client.get("/graphql", params={"query": WIKIS}, headers={"sec-fetch-site": site})
    assert answer.status_code == 200


# Answers.


async def test_a_large_answer_is_compressed_for_those_who_take_that(client: httpx.AsyncClient) -> None:
    large = {"query": '{ __type(name: "Mentee") { fields { name description } } }'}
    plain = await post(client, large, accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert len(plain.content) > 1_000
    async with client.stream("POST", "/graphql", json=large, headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 2


async def test_a_small_answer_is_sent_as_it_is(client: httpx.AsyncClient) -> None:
    assert "content-encoding" not in (await post(client, {"query": WIKIS}, accept_encoding="gzip")).headers


async def test_the_cost_is_told_in_the_answer_and_beside_it(client: httpx.AsyncClient) -> None:
    for _ in ("new", "known"):
        answer = await post(client, {"query": "{ wikis(first: 7) { nodes { dbName } totalCount } }"})
        told = answer.json()["extensions"]["cost"]
        assert told == {"requested": 1 + 7 + 100, "most": 50_000}
        assert answer.headers["graphql-cost"] == str(told["requested"])


def test_a_header_in_several_lines_is_one_list() -> None:
    lines = [(b"accept", b"a"), (b"host", b"h"), (b"accept", b"b")]
    assert joined(lines) == {b"accept": b"a, b", b"host": b"h"}
