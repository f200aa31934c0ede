"""GraphiQL's page; where people sign in with a wiki account, with the way in and out above it."""

from html import escape
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
GRAPHIQL: Final = STATIC / "graphiql" / "index.html"
PLACE: Final = '<div id="graphiql">'
"""Before it stands who is signed in."""


def with_a_door(entry: str, way_out: str, name: str | None) -> str:
    """The page for somebody who is signed in under that name, or (None) for nobody in particular."""
    if name is None:
        door = f'<a href="{entry}?to=/graphiql">Sign in with your wiki account</a>'
    else:
        # A way out changes something, so it is asked for by POST: a link could be followed by anything.
        door = (
            f'<form method="post" action="{way_out}">Signed in as {escape(name)} '
            '<button type="submit">Sign out</button></form>'
        )
    page = GRAPHIQL.read_text(encoding="utf-8")
    assert page.count(PLACE) == 1
    return page.replace(PLACE, f'<header id="door">{door}</header>\n    {PLACE}')
