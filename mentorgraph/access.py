"""The commands that say who may do what: `mentorgraph token` and `mentorgraph grant`."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
import uvloop

from graph.caller import Grant
from graph.errors import Refused
from graph.kinds import UserErrorCode, ViewerRole
from mentorgraph import settings
from mentorgraph.database import database

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.ledger.tokens import Kept

T = TypeVar("T")

tokens = typer.Typer(help="Tokens, by which tools and people are known.", no_args_is_help=True)

A_YEAR = 365
BY = "command line"


@tokens.command(name="create")
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="A role it may be used in, on a wiki or on every one: `service@enwiki`, `admin`."),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="Whom it acts for: `enwiki:101`, wiki and user id. It can do no more than they may."
        ),
    ] = None,
    sees_hidden: Annotated[
        bool, typer.Option("--sees-hidden", help="Hidden names and reasons are shown to it.")
    ] = False,
    days: Annotated[
        int, typer.Option(min=0, max=36_500, help="How long it may be used; 0: without an end.")
    ] = A_YEAR,
) -> None:
    """Make a token and print it, once: nobody can ever be shown it again."""
    from models.ledger.tokens import Wanted

    async def make(ledger: "Ledger") -> str | None:
        wikis = await ledger.wikis()
        accounts = dict(_account_in(wikis, one) for one in account or ())
        scopes = [
            Grant(*_scope_in(wikis, one), sees_hidden) for one in scope or (ViewerRole if accounts else ())
        ]
        until = datetime.now(UTC) + timedelta(days=days) if days else None
        wanted = Wanted(
            name=name,
            scopes=scopes,
            accounts=accounts,
            expires_at=until,
            by=BY,
        )
        return (await ledger.tokens.create(wanted))[1]

    typer.echo(_asked(make))


@tokens.command(name="list")
def list_tokens() -> None:
    """Show every token that ever was, though not the tokens themselves."""
    from rich.table import Table

    from mentorgraph.upkeep import CONSOLE

    async def look(ledger: "Ledger") -> "tuple[list[Kept], dict[int, str]]":
        return await ledger.tokens.all(), {wiki: name for name, wiki in (await ledger.wikis()).items()}

    found, names = _asked(look)
    table = Table("id", "name", "begins", "may be used as", "for", "until", "last used", "by")
    for one in found:
        table.add_row(
            str(one.id),
            one.name,
            f"{one.prefix}…",
            ", ".join(_written(scope, names) for scope in one.scopes),
            ", ".join(f"{names.get(wiki, wiki)}:{account}" for wiki, account in one.accounts.items()),
            f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else _day(one.expires_at),
            _day(one.last_used_at),
            one.created_by,
        )
    CONSOLE.print(table)


@tokens.command(name="revoke")
def revoke_token(token: Annotated[int, typer.Argument(help="Its id, as the list names it.")]) -> None:
    """Let a token be used no more; servers know within a second."""

    async def revoke(ledger: "Ledger") -> None:
        await ledger.tokens.revoke(token, BY)

    _asked(revoke)
    typer.echo(f"Token {token} is good for nothing any more.")


def grant(
    account: Annotated[str, typer.Argument(help="Who: `enwiki:101`, wiki and user id.")],
    role: Annotated[
        str, typer.Argument(help="COORDINATOR, SERVICE, ADMIN, or READER for --sees-hidden alone.")
    ],
    sees_hidden: Annotated[
        bool, typer.Option("--sees-hidden", help="Hidden names and reasons are shown to them.")
    ] = False,
    take_away: Annotated[bool, typer.Option("--take-away", help="Take the role away.")] = False,
) -> None:
    """Give an account a role on its wiki, or take it away."""

    async def give(ledger: "Ledger") -> None:
        wiki, user = _account_in(await ledger.wikis(), account)
        if take_away:
            await ledger.roles.take_away(wiki, user, _role_in(role), by=BY)
        else:
            await ledger.roles.give(wiki, user, _role_in(role), sees_hidden=sees_hidden, by=BY)

    _asked(give)
    typer.echo(f"{account} is {'no longer' if take_away else 'now'} {role.upper()}.")


def _asked(work: "Callable[[Ledger], Awaitable[T]]") -> T:
    """What the ledger answers, of the database that is set or that a server runs."""
    chosen = settings.read()
    from mentorgraph.upkeep import ready
    from models.ledger import Ledger

    async def ask(dsn: str) -> T:
        await ready(dsn, chosen.connect_timeout)
        async with Ledger.open(dsn, size=1) as ledger:
            return await work(ledger)

    with database(chosen, beside=True) as dsn:
        return uvloop.run(ask(dsn))


def _scope_in(wikis: dict[str, int], written: str) -> tuple[ViewerRole, int | None]:
    role, at, wiki = written.partition("@")
    return _role_in(role), _wiki_in(wikis, wiki) if at else None


def _account_in(wikis: dict[str, int], written: str) -> tuple[int, int]:
    wiki, _, user = written.rpartition(":")
    if not user.isdecimal() or not 0 < int(user) < 2**63:
        raise _mistaken(f"{written} is no account; write wiki and user id, such as enwiki:101.", "account")
    return _wiki_in(wikis, wiki), int(user)


def _wiki_in(wikis: dict[str, int], name: str) -> int:
    if name not in wikis:
        raise _mistaken(f"No wiki {name} is tracked here.", "wiki")
    return wikis[name]


def _role_in(written: str) -> ViewerRole:
    if written.upper() not in ViewerRole.__members__:
        raise _mistaken(f"{written} is no role; there are {', '.join(ViewerRole)}.", "role")
    return ViewerRole[written.upper()]


def _mistaken(message: str, field: str) -> Refused:
    return Refused(UserErrorCode.INVALID, message, field)


def _written(scope: Grant, names: dict[int, str]) -> str:
    where = "" if scope.wiki is None else f"@{names.get(scope.wiki, scope.wiki)}"
    return f"{scope.role}{where}{' (sees hidden)' if scope.sees_hidden else ''}"


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"
