"""What a resolver may ask of the request it serves: the ledger, and which wiki a name means."""

from typing import Any, TypeAlias, TypedDict

import strawberry

from graph.errors import Refused
from graph.kinds import UserErrorCode
from models.ledger import Ledger


class Context(TypedDict):
    """What the application hands to every request."""

    ledger: Ledger


Info: TypeAlias = strawberry.Info[Context, Any]


def ledger_of(info: Info) -> Ledger:
    """The only writer."""
    return info.context["ledger"]


async def wiki_of(info: Info, db_name: str) -> int:
    """The id of the wiki of that name; a wiki that is not tracked is refused."""
    wikis = await ledger_of(info).wikis()
    found = wikis.get(db_name)
    if found is None:
        raise Refused(
            UserErrorCode.NOT_FOUND, "This wiki is not tracked here. Start tracking it by `addWiki`.", "wiki"
        )
    return found
