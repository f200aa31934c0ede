"""Those who ask in tests: tokens that every database of the run knows, and what they may.

DOES_ALL     may do anything, and is shown nothing that is hidden
SEES_ALL     may do anything, and is shown all
bearing()    the header that sends a token
"""

from datetime import datetime

from graph.caller import Grant
from graph.kinds import ViewerRole
from models.ledger import Ledger
from models.ledger.secrecy import written
from models.ledger.tokens import Wanted

DOES_ALL, SEES_ALL = written(bytes(32)), written(bytes([1] * 32))


def bearing(token: str | None) -> dict[str, str]:
    """The header that sends it."""
    return {} if token is None else {"authorization": f"Bearer {token}"}


async def let_in(dsn: str) -> None:
    """Make the two known to a database."""
    async with Ledger.open(dsn, size=1) as ledger:
        for token, sees_hidden in ((DOES_ALL, False), (SEES_ALL, True)):
            await ledger.tokens.bring(token, a_token(ViewerRole.ADMIN, sees_hidden=sees_hidden))


def a_token(
    *roles: ViewerRole,
    wiki: int | None = None,
    account: int | None = None,
    sees_hidden: bool = False,
    expires_at: datetime | None = None,
) -> Wanted:
    """A token as it is asked for: of a tool, or of whoever has that account on the wiki."""
    return Wanted(
        name="+".join(roles).lower() or "nobody",
        scopes=[Grant(role, wiki, sees_hidden) for role in roles],
        accounts={} if account is None or wiki is None else {wiki: account},
        expires_at=expires_at,
        by="tests",
    )
