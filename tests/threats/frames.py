"""Three hundred things to say on a socket that are not as the protocol has them, byte by byte."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import NamedTuple

SEED = 20_261_128
TOTAL = 300
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
INIT = '{"type":"connection_init"}'


class Said(NamedTuple):
    """What is sent after the handshake, and the codes with which the server may close; None: it does not close."""

    name: str
    frames: bytes
    codes: frozenset[int | None]


def frame(
    payload: str | bytes, opcode: int = TEXT, *, final: bool = True, flags: int = 0, masked: bool = True
) -> bytes:
    """A frame, masked with zeros, which leave it as it is."""
    body = payload.encode() if isinstance(payload, str) else payload
    size, mask = len(body), 128 if masked else 0
    head = bytes([(128 if final else 0) | flags | opcode])
    if size < 126:
        head += bytes([mask | size])
    elif size < 65_536:
        head += bytes([mask | 126]) + size.to_bytes(2)
    else:
        head += bytes([mask | 127]) + size.to_bytes(8)
    return head + (bytes(4) if masked else b"") + body


def inputs() -> list[Said]:
    """All of them; what is left up to the total is a good conversation with a few bytes changed."""
    found = [
        *_members(),
        *(Said(f"text {text[:40]!r}", frame(INIT) + frame(text), frozenset({4400})) for text in TEXTS),
        *(Said(name, frames, frozenset({code})) for name, frames, code in RAW),
        *(Said(name, frames, frozenset({code})) for name, frames, code in _out_of_order()),
    ]
    random = Random(SEED)
    good = '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}'
    while len(found) < TOTAL:
        text = bytearray(good.encode())
        for _ in range(random.randint(1, 5)):
            text[random.randrange(len(text))] = random.randrange(256)
        found.append(
            Said(f"changed {len(found)}", frame(INIT) + frame(bytes(text)), frozenset({None, 4400, 1007}))
        )
    return found


def _members() -> Iterator[Said]:
    """Each member of each message, with what it may not be."""
    for key, wrong in product(("id", "payload"), WRONG):
        other = '"payload":{"query":"{ __typename }"}' if key == "id" else '"id":"1"'
        if key == "payload" and wrong.startswith("{"):
            yield _after_init(f'{{"type":"subscribe",{other},"payload":{wrong}}}', None)
            continue  # an object, and no document in it: the operation fails, and nothing else
        if key == "id" and wrong in ('"x"', '"\\u0000"'):
            continue  # a name like any other
        yield _after_init(f'{{"type":"subscribe",{other},"{key}":{wrong}}}', 4400)
    for key, wrong in product(("query", "variables", "operationName", "documentId", "extensions"), WRONG):
        good = (wrong == "null" and key != "query") or wrong == FITS[key]
        asked = "" if key == "query" else '"query":"{ __typename }",'
        text = f'{{"type":"subscribe","id":"1","payload":{{{asked}"{key}":{wrong}}}}}'
        yield _after_init(
            text, *((None,) if good or (key == "query" and wrong in ('""', '"x"', "null")) else (4400, None))
        )
    for type_, wrong in product(("ping", "pong", "complete"), WRONG):
        yield _after_init(
            f'{{"type":"{type_}","id":{wrong},"payload":{wrong}}}', 4400 if wrong == DEEP else None
        )
    for wrong in WRONG:
        deep: set[int | None] | None = {4400} if wrong == DEEP else None
        yield _after_init(f'{{"type":{wrong}}}', 4400)
        yield Said(
            f"init with {wrong[:30]}",
            frame(f'{{"type":"connection_init","payload":{wrong}}}'),
            frozenset(deep or {None}),
        )
        token = f'{{"type":"connection_init","payload":{{"authorization":{wrong}}}}}'
        codes: set[int | None] = {4403} if wrong.startswith('"') else {None}
        yield Said(f"init by {wrong[:30]}", frame(token), frozenset(deep or codes))
    for type_ in (
        "connection_ack",
        "next",
        "error",
        "start",
        "stop",
        "data",
        "ka",
        "connection_terminate",
        "__proto__",
    ):
        yield _after_init(f'{{"type":"{type_}","id":"1","payload":{{}}}}', 4400)


def _after_init(text: str, *codes: int | None) -> Said:
    return Said(text[:100], frame(INIT) + frame(text), frozenset(codes))


DEEP = "[" * 2_000 + "]" * 2_000
WRONG = (
    "null", "true", "1", "-1.5", "1e300", '""', '"x"', '"\\u0000"', "[]", "[1]", "{}", '{"a":1}', DEEP,
)  # fmt: skip
FITS = {
    "query": '"{ __typename }"',
    "variables": "{}",
    "operationName": '""',
    "documentId": '""',
    "extensions": "{}",
}
TEXTS = (
    "", " ", "null", "true", "1", "-", '"ping"', "[]", "[{}]", "{", "}", "{}", "{'type':'ping'}", '{"type"}',
    '{"type":"ping"', '{"type":"ping"}{"type":"ping"}', '{"type":"ping"} x', '{"TYPE":"ping"}',
    '{"type":"Ping"}', '{"type":"ping\\u0000"}', '{"type":"\\ud800"}', '{"type":"ping","payload":NaN}', "NaN",
    "\ufeff{}", "\0", "[" * 30_000, '{"a":' * 9_000, "9" * 60_000, '{"type":' + '"x' * 2_000,
    "GET / HTTP/1.1\r\n\r\n", "<ping/>", "type: ping", '{"type":["ping"]}', '{"type":{"ping":1}}',
)  # fmt: skip
SUBSCRIBE = '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}'
WATCH = r"subscription { relationshipEvents(wiki: \"x\") { cursor } }"
RAW: tuple[tuple[str, bytes, int | None], ...] = (
    ("a frame without a mask", frame(INIT, masked=False), 1002),
    ("a reserved flag", frame(INIT, flags=64), 1002), ("another reserved flag", frame(INIT, flags=16), 1002),
    ("a reserved opcode", frame(INIT, 3), 1002), ("a reserved control opcode", frame(INIT, 11), 1002),
    ("a continuation of nothing", frame(INIT, 0), 1002),
    ("a text within a text", frame("{", final=False) + frame("}"), 1002),
    ("a ping in pieces", frame("x", PING, final=False), 1002),
    ("a ping that is too long", frame("x" * 126, PING), 1002),
    ("a close that is too long", frame(b"\x03\xe8" + b"x" * 124, CLOSE), 1002),
    ("half a code", frame(b"\x03", CLOSE), 1002),
    ("a code that nobody may send", frame(b"\x03\xed", CLOSE), 1002),
    ("a code of 0", frame(b"\x00\x00", CLOSE), 1002), ("a code of 65535", frame(b"\xff\xff", CLOSE), 1002),
    ("a reason that is no text", frame(b"\x03\xe8\xff", CLOSE), 1007),
    ("a text that is no UTF-8", frame(b"\xff\xfe"), 1007), ("a surrogate", frame(b'"\xed\xa0\x80"'), 1007),
    ("half a character", frame(b'"\xc3'), 1007), ("bytes", frame(INIT, BINARY), 4400),
    ("no bytes", frame(b"", BINARY), 4400), ("a text that is too long", frame("x" * 65_537), 1009),
    ("a text that says it is long", b"\x81\xff" + (2**62).to_bytes(8) + bytes(4), 1009),
    ("a length with a sign", b"\x81\xff" + (2**63).to_bytes(8) + bytes(4), 1009),
    ("pieces that are too long", frame("x" * 40_000, final=False) + frame("x" * 40_000, 0), 1009),
    ("a text in pieces", frame(INIT[:1], final=False) + frame("", 0, final=False) * 150 + frame(INIT[1:], 0), None),
    ("a short length in eight bytes", b"\x81\xff" + (26).to_bytes(8) + bytes(4) + INIT.encode(), None),
    ("pongs that nobody asked for", frame("x", PONG) * 90 + frame(INIT), None),
    ("a close at once", frame(b"", CLOSE), 1005),
    ("a close and a word", frame(b"\x03\xe8bye", CLOSE) + frame(INIT), 1000),
)  # fmt: skip


def _out_of_order() -> Iterator[tuple[str, bytes, int | None]]:
    init, ask = frame(INIT), frame(SUBSCRIBE)
    watch = frame(SUBSCRIBE.replace("{ __typename }", WATCH))
    yield "a question before the handshake", ask, 4401
    yield "a handshake after the handshake", init + init, 4429
    yield "a handshake after a question", init + ask + init, 4429
    yield "a question twice at once", init + watch + watch, 4409
    yield "an end of nothing", init + frame('{"type":"complete","id":"9"}'), None
    yield "an end before the handshake", frame('{"type":"complete","id":"9"}'), None
    yield "a ping before the handshake", frame('{"type":"ping"}'), None
    yield "an end at once", init + watch + frame('{"type":"complete","id":"1"}') * 20, None
    yield "the same id again and again", init + (watch + frame('{"type":"complete","id":"1"}')) * 20, None
    yield "too much at once", init + frame('{"type":"pong"}') * 250, 4429
    texts = (SUBSCRIBE.replace("{ __typename }", WATCH).replace('"1"', f'"{n}"') for n in range(90))
    yield "watching ninety times", init + b"".join(map(frame, texts)), None
