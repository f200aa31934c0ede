"""The pages that people look at: the dashboard, whatever address of its own is opened, and GraphiQL.

The dashboard's files are few, so they are read once, at the start, and packed once. Those with a hash in their name
are never asked for again; the page itself is asked for each time, and says in a few bytes that it is still the same.
"""

import gzip
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mentorgraph.page import GRAPHIQL, STATIC

DASHBOARD: Final = STATIC / "dashboard"
MANIFEST: Final = DASHBOARD / "documents.json"
"""The operations of the dashboard, as graphql-codegen wrote them."""

PLACES: Final = (
    "/",
    "/mentees/{id}",
    "/mentors",
    "/mentors/{id}",
    "/graph",
    "/policy",
    "/events",
    "/settings",
)
"""What the dashboard calls a page; it finds out by itself which one it is."""

POLICY: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}
EACH_TIME: Final = {"cache-control": "no-cache"}

NOT_BUILT: Final = "The dashboard is not built: `make dashboard` does that. GraphiQL is at /graphiql.\n"
NOBODY: Final = b'data-sign-in="no"'


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    body: bytes
    packed: bytes
    etag: str
    kind: str
    lasting: dict[str, str]

    @classmethod
    def of(cls, body: bytes, name: str) -> "File":
        kind = mimetypes.guess_type(name)[0] or "text/plain"
        lasting = FOR_EVER if name.startswith("assets/") else EACH_TIME
        packed = gzip.compress(body, mtime=0)
        return cls(body, packed, f'"{sha256(body).hexdigest()[:32]}"', kind, lasting)

    def answer(self, request: Request) -> Response:
        """The file, or that it is the one that the browser has."""
        headers = {**POLICY, **self.lasting, "etag": self.etag, "vary": "accept-encoding"}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, headers=headers, media_type=self.kind)
        headers["content-encoding"] = "gzip"
        return Response(self.packed, headers=headers, media_type=self.kind)


class Pages:
    """Where the pages are. `signs_in` says whether there is a wiki that people sign in with."""

    def __init__(self, *, signs_in: bool, folder: Path = DASHBOARD) -> None:
        self.files = {name: File.of(body, name) for name, body in read(folder, signs_in=signs_in)}

    @property
    def routes(self) -> Iterator[Route | Mount]:
        """The dashboard, its files, GraphiQL and its own."""
        for place in PLACES:
            yield Route(place, self.dashboard)
        yield Route("/static/dashboard/{name:path}", self.file)
        yield Route("/graphiql", graphiql)
        yield Mount("/static", StaticFiles(directory=STATIC))

    async def dashboard(self, request: Request) -> Response:
        """The one page that is all of them."""
        page = self.files.get("index.html")
        return PlainTextResponse(NOT_BUILT, 404) if page is None else page.answer(request)

    async def file(self, request: Request) -> Response:
        """One of the files that the page asks for."""
        found = self.files.get(request.path_params["name"])
        return PlainTextResponse("Not Found", 404) if found is None else found.answer(request)


def read(folder: Path, *, signs_in: bool) -> Iterator[tuple[str, bytes]]:
    """The files of a build by their names; the page says whether people can sign in."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name, body = path.relative_to(folder).as_posix(), path.read_bytes()
            yield (
                name,
                body.replace(NOBODY, b'data-sign-in="yes"') if signs_in and name == "index.html" else body,
            )


async def graphiql(_: Request) -> FileResponse:
    """GraphiQL, without a single address of elsewhere in it."""
    return FileResponse(GRAPHIQL)
