"""Five hundred requests that are none, or none of ours, byte by byte: to be sent as they stand."""

import gzip
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

SEED = 20_261_127
TOTAL = 500
QUERY = b'{"query": "{ __typename }"}'


class Bytes(NamedTuple):
    """What is sent on a connection of its own, and what it tries."""

    name: str
    said: bytes


def whole(
    body: bytes = QUERY,
    *headers: bytes,
    line: bytes = b"POST /graphql HTTP/1.1",
    kind: bytes = b"application/json",
    host: bytes = b"127.0.0.1",
    length: bytes | None = None,
) -> bytes:
    """A request as it goes over the wire."""
    said = b"%d" % len(body) if length is None else length
    head = [line, b"host: " + host, b"content-type: " + kind, b"content-length: " + said, *headers]
    return b"\r\n".join([*head, b"", body])


def inputs() -> list[Bytes]:
    """All of them; what is left up to the total is the good request with a few bytes changed."""
    found = [Bytes(f"{what}: {said[:40]!r}", sent) for what, said, sent in _by_hand()]
    random = Random(SEED)
    while len(found) < TOTAL:
        if (said := changed(whole(b"  " + QUERY), random)) not in {one.said for one in found}:
            found.append(Bytes(f"changed {len(found)}", said))
    return found


def changed(said: bytes, random: Random) -> bytes:
    """The same with some bytes changed, doubled, left out or moved."""
    bytes_ = bytearray(said)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(bytes_) or 1)
        match random.randrange(6):
            case 0:
                bytes_[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                bytes_[at:at] = random.randbytes(random.randint(1, 4))
            case 2:
                del bytes_[at : at + random.randint(1, 9)]
            case 3:
                bytes_[at:at] = bytes_[at : at + random.randint(1, 40)]
            case 4:
                bytes_[at:at] = random.choice(
                    (b"\r\n", b"\n", b"\0", b": ", b'"', b"{", b"\xff", b"%00", b",")
                )
            case _:
                del bytes_[at:]
    return bytes(bytes_)


def _by_hand() -> Iterator[tuple[str, bytes, bytes]]:
    for body in BODIES:
        yield "a body", body, whole(body)
    for query in QUERIES:
        yield "an address", query, whole(b"", line=b"GET /graphql?" + query + b" HTTP/1.1")
    for kind in KINDS:
        yield "a type", kind, whole(kind=kind)
    for method in METHODS:
        yield "a method", method, whole(line=method + b" /graphql HTTP/1.1")
        yield "a method", method, whole(b"", line=method + b" /graphql?query={__typename} HTTP/1.1")
    for line in LINES:
        yield "a line", line, whole(line=line)
    for length in LENGTHS:
        yield "a length", length, whole(length=length)
    for chunks in CHUNKS:
        head = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        yield "chunks", chunks, head + b"transfer-encoding: chunked\r\n\r\n" + chunks
    for header in HEADERS:
        yield "a header", header, whole(QUERY, header)
    for host in HOSTS:
        yield "a host", host, whole(host=host)


LARGE = b"x" * 100_000
BODIES = (
    b"", b" ", b"null", b"true", b"0", b"-1", b"1e999", b"1" * 5_000, b'"x"', b"[]", b"[{}]", b"{}",
    b"[" + QUERY + b"]", b"{", b"}", b"[", b'{"query"', b'{"query":}', b'{"query":"{__typename}"',
    b'{"query":"{__typename}",}', b"{'query':1}", b'{"query":null}', b'{"query":1}', b'{"query":true}',
    b'{"query":[]}', b'{"query":{}}', b'{"query":""}', b'{"query":"{"}',
    b'{"query":"{ __typename }","variables":1}', b'{"query":"{ __typename }","variables":"x"}',
    b'{"query":"{ __typename }","variables":[1]}', b'{"query":"{ __typename }","operationName":1}',
    b'{"query":"{ __typename }","operationName":{}}', b'{"query":"{ __typename }","extensions":1}',
    b'{"query":"{ __typename }","extensions":{"persistedQuery":1}}', b'{"documentId":1}', b'{"documentId":"x"}',
    b'{"extensions":{"persistedQuery":{"sha256Hash":1}}}',
    b'{"extensions":{"persistedQuery":{"sha256Hash":"x"}}}', QUERY + b"x", QUERY + QUERY,
    b"\xef\xbb\xbf" + QUERY, b"\xfe\xff" + QUERY.decode().encode("utf-16-be"), QUERY.decode().encode("utf-16"),
    QUERY.decode().encode("utf-32"), gzip.compress(QUERY, mtime=0), b"\x00" * 50, b'{"query":"\xff"}',
    b'{"query":"\xed\xa0\x80"}', b'{"query":"\\ud800"}', b'{"query":"\\u0000"}', b'{"query":"\x00"}',
    b'{"query":"{ __typename }","query":"{ a }"}', b'{"query":"{ __typename }","\\u0071uery":"{ a }"}',
    b'{"query":"{ __typename }","variables":{"a":NaN}}',
    b'{"query":"{ __typename }","variables":{"a":Infinity}}',
    b'{"query":"query($a: Int) { wikis(first: $a) { totalCount } }","variables":{"a":' + b"9" * 5_000 + b"}}",
    b'{"query":"query($a: Int) { wikis(first: $a) { totalCount } }","variables":{"a":1e400}}',
    b'{"query":"query($a: Int) { wikis(first: $a) { totalCount } }","variables":{"a":{}}}',
    b'{"query":"query($a: String!) { wiki(dbName: $a) { id } }","variables":{"a":"\\u0000"}}',
    b'{"query":"query($a: String!) { wiki(dbName: $a) { id } }","variables":{"a":"\\udfff"}}',
    b'{"query":"query($a: ID!) { node(id: $a) { id } }","variables":{"a":"\\u0000"}}',
    b'{"query":"query($a: ID!) { node(id: $a) { id } }","variables":{"a":"' + b"A" * 9_000 + b'"}}', b"[" * 33,
    b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"query":"{ __typename }","variables":{"a":' + b"[" * 60 + b"]" * 60 + b"}}",
    b'{"query":"{ __typename #' + LARGE[:99_970] + b'"}', b'{"query":"' + LARGE[:99_988] + b'"}',
    b'{"query":"' + LARGE[:99_989] + b'"}', b'{"query":"' + LARGE * 2 + b'"}', LARGE, LARGE * 15,
    b'{"query":"mutation { addWiki }"}', b'{"query":"subscription { job(id: \\"x\\") { id } }"}',
    b'{"query":"type A { b: C }"}', b'{"query":"query A { __typename } query B { __typename }"}',
    b"query={__typename}",
    b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{__typename}\r\n--x--\r\n',
)  # fmt: skip
QUERIES = (
    b"", b"&", b"&&&=&", b"=", b"query", b"query=", b"query=%", b"query=%F", b"query=%FF", b"query=%00",
    b"query=%C0%80", b"query=%ED%A0%80", b"query={", b"query=%7B", b"query={a}&query={b}",
    b"query={__typename}&variables=1", b"query={__typename}&variables=[]", b"query={__typename}&variables={",
    b"query={__typename}&variables=null", b"query={__typename}&variables=%22x%22",
    b"query={__typename}&variables=NaN", b"query={__typename}&extensions=[]",
    b"query={__typename}&operationName=Nobody", b"query=mutation{addWiki}",
    b"query=subscription{job(id:1){id}}", b"query={__typename}&variables=" + b"[" * 60 + b"]" * 60,
    b"query={__typename}&variables=" + b"[" * 3_000, b"&".join(b"a%d=1" % n for n in range(40)),
    b"query=" + b"a" * 9_000, b"query=" + b"a" * 40_000, b"documentId=x", b"documentId=" + b"%00" * 20,
    b"query={__typename};a", b"query={__typename}#x", b"query=\xff", b"query=a b", b"query={__typename}\x00",
    b"query={__typename}\r", b"%71uery={__typename}&query={a}",
)  # fmt: skip
KINDS = (
    b"", b" ", b"/", b";", b"json", b"text/plain", b"text/html", b"application/xml", b"application/graphql",
    b"application/x-www-form-urlencoded", b"multipart/form-data", b"multipart/form-data; boundary=",
    b"multipart/mixed", b"application/json-patch+json", b"application/jsonx", b"application/json, text/plain",
    b"*/*", b"application/*", b"application/json; charset=utf-16", b"application/json; charset=latin-1",
    b"application/json; charset=\xff", b"application/json; charset", b"application/json; charset=",
    b'application/json; charset="', b"\xff", b"\x7f", b"application/octet-stream", b"x" * 5_000,
    b"application/json;" * 500, b"application/JSON;q=\x80",
)  # fmt: skip
METHODS = (
    b"PUT", b"DELETE", b"PATCH", b"TRACE", b"CONNECT", b"PROPFIND", b"LINK", b"QUERY", b"post", b"PO ST", b"",
    b"\x00", b"X" * 500, b"HEAD", b"OPTIONS",
)  # fmt: skip
LINES = (
    b"POST", b"POST /graphql", b"POST  /graphql HTTP/1.1", b"POST /graphql HTTP/1.0", b"POST /graphql HTTP/0.9",
    b"POST /graphql HTTP/2.0", b"POST /graphql HTTP/9.9", b"POST /graphql HTTP/1.1 x", b"POST /graphql FTP/1.1",
    b"POST graphql HTTP/1.1", b"POST * HTTP/1.1", b"POST // HTTP/1.1", b"POST /graphql/ HTTP/1.1",
    b"POST /GraphQL HTTP/1.1", b"POST /graphql/../graphql HTTP/1.1", b"POST /%67raphql HTTP/1.1",
    b"POST /graphql%00 HTTP/1.1", b"POST /%ff HTTP/1.1", b"POST /static/../app.py HTTP/1.1",
    b"GET /static/..%2f..%2fsettings.py HTTP/1.1", b"GET /static/%00 HTTP/1.1", b"GET /static// HTTP/1.1",
    b"GET /static/ HTTP/1.1", b"GET /static/graphiql HTTP/1.1", b"GET /../../etc/passwd HTTP/1.1",
    b"GET /static/%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", b"GET /static/" + b"a/" * 3_000 + b" HTTP/1.1",
    b"GET /static/" + b"a" * 300 + b" HTTP/1.1", b"GET /metrics HTTP/1.1", b"POST /healthz HTTP/1.1",
    b"POST / HTTP/1.1", b"GET http://127.0.0.1/graphql HTTP/1.1", b"POST http://evil.example/graphql HTTP/1.1",
    b"CONNECT evil:1 HTTP/1.1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0",
    b"SSH-2.0-x", b"\r\n\r\n\r\nPOST /graphql HTTP/1.1", b"GET /graphql?" + b"a" * 20_000 + b" HTTP/1.1",
    b"POST /graphql HTTP/1.1\nx: y", b"POST /graphql HTTP/1.1\rx: y",
)  # fmt: skip
LENGTHS = (
    b"", b"-1", b"+27", b"0x1b", b"27, 27", b"27,28", b"27 27", b"1e1", b"27.0", b"\xb2", b"9" * 30, b"0", b"1",
    b"26", b"28", b"99999", b"100001", b"2147483648", b"18446744073709551616", b"27\r\ncontent-length: 28",
    b"27\r\ntransfer-encoding:", b"27\r\ntransfer-encoding: identity", b"27\r\ntransfer-encoding: x, chunked",
)  # fmt: skip
CHUNKS = (
    b"0\r\n\r\n", b"1b\r\n" + QUERY + b"\r\n0\r\n\r\n", b"1c\r\n" + QUERY + b"\r\n0\r\n\r\n",
    b"1a\r\n" + QUERY + b"\r\n0\r\n\r\n", b"-1\r\n\r\n", b"g\r\n", b"\r\n", b"ffffffffffffffff\r\nx",
    b"fffffffffffffffff\r\nx", b"1b;" + b"x" * 9_000 + b"\r\n" + QUERY, b"1b\n" + QUERY + b"\n0\n\n",
    b"0\r\nx: y\r\n\r\n", b"0\r\n" + b"x: y\r\n" * 3_000 + b"\r\n", b"1\r\n{\r\n" * 50,
    b"10000\r\n" + b"x" * 65_536 + b"\r\n10000\r\n" + b"x" * 65_536 + b"\r\n0\r\n\r\n", b"1b\r\n" + QUERY,
    b"0x1b\r\n" + QUERY,
)  # fmt: skip
HEADERS = (
    b"x", b"x y: z", b": z", b"x : z", b" x: z", b"\tx: z", b"x: \x00", b"x\x00: y", b"x: \xff", b"\xff: x",
    b"x: y\rz: a", b"x: y\nz: a", b"x:" + b"y" * 20_000, b"x" * 20_000 + b": y",
    b"\r\n".join(b"x%d: y" % n for n in range(2_000)), b"host: evil.example", b"content-type: text/plain",
    b"content-encoding: gzip", b"content-encoding: br, gzip", b"content-encoding: \xff",
    b"transfer-encoding: gzip", b"transfer-encoding: chunked", b"te: trailers", b"expect: x",
    b"expect: 100-continue", b"upgrade: h2c\r\nconnection: upgrade",
    b"upgrade: websocket\r\nconnection: upgrade", b"upgrade: \xff\r\nconnection: upgrade", b"connection: \xff",
    b"connection: close, keep-alive", b"range: bytes=0-,0-,0-", b"if-none-match: " + b'"x", ' * 900,
    b"if-modified-since: never", b"accept:", b"accept: ;", b"accept: x", b"accept: */*;q=x",
    b"accept: text/html", b"accept: \xff", b"accept: application/json;q=0", b"accept: " + b"a/b," * 3_000,
    b"accept: text/event-stream", b"accept: application/json;q=" + b"9" * 400,
    b"accept: application/json;q=nan", b"accept: text/event-stream;q=1e9", b"accept-encoding: gzip;q=x",
    b"accept-encoding: \xff", b"accept-encoding: " + b"gzip," * 2_000, b"accept-encoding: gzip;q=nan",
    b"authorization:", b"authorization: Bearer", b"authorization: Bearer \xff",
    b"authorization: Bearer mgt_\xb2", b"authorization: Basic x", b"authorization: Bearer " + b"x" * 9_000,
    b"authorization: Bearer mgt_" + b"0" * 49, b"authorization: Bearer a b c", b"authorization: \xff",
    b"authorization: Bearer x\r\nauthorization: Bearer y", b"authorization: Digest username=x", b"cookie: \xff",
    b"cookie: a=b; " * 200, b"origin: null", b"origin: \xff", b"origin: http://127.0.0.1:1\r\norigin: http://b",
    b"origin: https://evil.example", b"origin:", b"sec-fetch-site: cross-site", b"sec-fetch-site: \xff",
    b"last-event-id: \xff\r\naccept: text/event-stream",
    b"last-event-id: " + b"9" * 900 + b"\r\naccept: text/event-stream", b"access-control-request-method: \xff",
    b"x-forwarded-for: \xff", b"x-forwarded-host: evil.example", b"forwarded: for=\x00", b"traceparent: \xff",
    b"content-length: 5", b"x-http-method-override: DELETE",
)  # fmt: skip
HOSTS = (
    b"", b" ", b"evil.example", b"127.0.0.1.evil.example", b"127.0.0.1@evil.example", b"evil.example:127.0.0.1",
    b"[::1", b"::1", b"[::1]:x", b"127.0.0.1:99999999", b"127.0.0.1:\xff", b"\xff", b"localhost.", b"LOCALHOST",
    b"0", b"2130706433", b"127.1", b"127.0.0.1, evil.example", b"a" * 9_000, b"127.0.0.1/graphql",
    b"http://127.0.0.1", b"user:pw@127.0.0.1", b"%00", b"127.0.0.1:80:80",
)  # fmt: skip
