"""The dashboard as it is served: small, never stale, under a strict policy, and known to the server."""

import gzip
import json
import re
from pathlib import Path
from typing import Final

import httpx
import orjson
import pytest
from graphql import build_schema, parse, validate

from mentorgraph.pages import DASHBOARD, MANIFEST, PLACES, Pages

ROOT: Final = Path(__file__).parents[2]
SCRIPTS: Final = 130_000
"""Bytes of JavaScript, packed, until a list is shown."""
STYLES: Final = 25_000


def first_load() -> set[str]:
    """The files that the page asks for before it shows a list, those that modules import among them."""
    manifest = json.loads((DASHBOARD / "manifest.json").read_text())
    found: set[str] = set()

    def load(name: str) -> None:
        chunk = manifest[name]
        if chunk["file"] not in found:
            found.update([chunk["file"], *chunk.get("css", [])])
            for imported in chunk.get("imports", []):
                load(imported)

    load("index.html")
    return found | {"before-paint.js"}


def packed(names: set[str], kind: str) -> int:
    return sum(len(gzip.compress((DASHBOARD / name).read_bytes())) for name in names if name.endswith(kind))


def test_the_first_load_is_small() -> None:
    files = first_load()
    assert 50_000 < packed(files, ".js") <= SCRIPTS
    assert 5_000 < packed(files, ".css") <= STYLES


def test_its_operations_are_valid_and_the_ones_that_its_scripts_name() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    documents = orjson.loads(MANIFEST.read_bytes())
    assert {id_: validate(schema, parse(text)) for id_, text in documents.items()} == {
        id_: [] for id_ in documents
    }
    scripts = "".join(path.read_text() for path in DASHBOARD.glob("assets/*.js"))
    assert set(re.findall(r"sha256:[0-9a-f]{64}", scripts)) == set(documents)


def test_nothing_that_is_built_names_where_it_came_from() -> None:
    lock = json.loads((ROOT / "dashboard/package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all(len(path.name) < 60 for path in DASHBOARD.rglob("*"))


@pytest.mark.parametrize("language", ["he", "qqq"])
def test_every_message_is_there_in_every_language_with_its_parameters(language: str) -> None:
    folder = ROOT / "dashboard/i18n"
    english, other = (json.loads((folder / f"{name}.json").read_text()) for name in ("en", language))
    assert set(english) == set(other)
    if language != "qqq":
        for key, said in english.items():
            if key != "@metadata":
                # A form of words may say the number itself.
                assert set(re.findall(r"\$\d", other[key])) <= set(re.findall(r"\$\d", said)), key


async def asking(path: str, **headers: str) -> httpx.Response:
    from starlette.applications import Starlette

    app = Starlette(routes=list(Pages(signs_in=False).routes))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("place", [place.replace("{id}", "TWVudGVlOjE6NDE=") for place in PLACES])
async def test_each_address_of_the_dashboard_is_its_page(place: str) -> None:
    answer = await asking(place)
    assert answer.status_code == 200
    assert '<div id="app">' in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_the_page_is_asked_for_each_time_and_sent_when_it_has_changed() -> None:
    answer = await asking("/")
    assert answer.headers["cache-control"] == "no-cache"
    again = await asking("/", **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_what_has_a_hash_in_its_name_is_asked_for_once() -> None:
    (entry,) = [name for name in first_load() if name.startswith("assets/index-") and name.endswith(".js")]
    answer = await asking(f"/static/dashboard/{entry}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (DASHBOARD / entry).read_bytes()
    assert (
        await asking(f"/static/dashboard/{entry}", **{"accept-encoding": "identity"})
    ).content == answer.content


async def test_the_page_says_whether_people_can_sign_in() -> None:
    assert 'data-sign-in="no"' in (await asking("/")).text
    assert b'data-sign-in="yes"' in Pages(signs_in=True).files["index.html"].body


async def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    assert Pages(signs_in=False, folder=tmp_path).files == {}
