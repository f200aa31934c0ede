"""Mutations that make tokens and revoke them."""

from datetime import datetime
from typing import Final

import strawberry

from graph.caller import Grant
from graph.errors import Refused
from graph.kinds import UserErrorCode, ViewerRole
from models.ledger.tokens import Wanted
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.declare import ref
from resolvers.happenings import LEAVE_OUT, WIKI
from resolvers.inputs import user_id
from resolvers.refusals import UserError, below, refusing
from resolvers.scalars import BigInt
from resolvers.telling import or_none
from resolvers.token import Token

MOST: Final = 100
"""Roles and accounts of one token."""
OF_NO_WIKI: Final = 0


@strawberry.input(description="A role, and where it counts.")
class ScopeInput:
    """A role in which a token may be used."""

    role: ViewerRole = strawberry.field(description="The role.")
    wiki: str | None = strawberry.field(default=LEAVE_OUT, description="Left out: on every wiki.")
    sees_hidden: bool = strawberry.field(
        default=False,
        description="Whether hidden names and reasons are shown. Only who sees them gives this.",
    )


@strawberry.input(description="Somebody's account.")
class OwnAccountInput:
    """Whom a token acts for, on one wiki."""

    wiki: str = strawberry.field(description=WIKI)
    user_id: BigInt = strawberry.field(description="The account's id on its wiki.")


@strawberry.input(description="A token that is made.")
class CreateTokenInput:
    """What a token is for, and what it may be used for."""

    name: str = strawberry.field(description="What it is for, in at most 100 characters.")
    roles: list[ScopeInput] = strawberry.field(description="In which roles it may be used.")
    accounts: list[OwnAccountInput] | None = strawberry.field(
        default=LEAVE_OUT,
        description=(
            "Whom it acts for; then it can do no more than they may themselves. Left out: it is a tool's, and its "
            "roles are what it may do."
        ),
    )
    expires_at: datetime | None = strawberry.field(
        default=LEAVE_OUT, description="Until when it may be used; null or left out: without an end."
    )


@strawberry.input(description="A token that is to be used no more.")
class RevokeTokenInput:
    """Which one."""

    token: strawberry.ID = strawberry.field(description="The token's `id`, not the token itself.")


@strawberry.type(description="The token, shown this once.")
class CreateTokenPayload:
    """What became of it."""

    token: Token | None = strawberry.field(default=None, description="What is kept of it.")
    secret: str | None = strawberry.field(
        default=None,
        description=(
            "The token itself, to be sent as `Authorization: Bearer …`. Nobody can be shown it again, a repeat "
            "under an idempotency key neither."
        ),
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@strawberry.type(description="The token as it is now.")
class RevokeTokenPayload:
    """What became of it."""

    token: Token | None = strawberry.field(default=None, description="The token.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@refusing(CreateTokenPayload)
async def create_token(info: Info, input: CreateTokenInput) -> CreateTokenPayload:
    """Make a token."""
    caller = info.context["caller"]
    accounts = or_none(input.accounts) or []
    for given, field in ((input.roles, "roles"), (accounts, "accounts")):
        if len(given) > MOST:
            raise Refused(UserErrorCode.TOO_MANY, f"A token has {MOST} at most.", field)
    scopes = []
    for place, one in enumerate(input.roles):
        named = or_none(one.wiki)
        wiki = None if named is None else await _wiki(info, named, "roles", place)
        if one.sees_hidden and not caller.rights(wiki).sees_hidden:
            message = "You can't give what you do not have: what is hidden is not shown to you there."
            raise Refused(UserErrorCode.FORBIDDEN, message, "roles", str(place), "seesHidden")
        scopes.append(Grant(one.role, wiki, one.sees_hidden))
    theirs = {}
    for place, account in enumerate(accounts):
        key = user_id(account.user_id, "accounts", str(place), "userId")
        theirs[await _wiki(info, account.wiki, "accounts", place)] = key
    wanted = Wanted(
        name=input.name,
        scopes=scopes,
        accounts=theirs,
        expires_at=or_none(input.expires_at),
        by=caller.name,
    )
    token, secret = await ledger_of(info).tokens.create(wanted)
    return CreateTokenPayload(token=ref("Token", OF_NO_WIKI, token), secret=secret)


async def _wiki(info: Info, name: str, field: str, place: int) -> int:
    try:
        return await wiki_of(info, name)
    except Refused as refused:
        raise below(refused, field, str(place)) from None


@refusing(RevokeTokenPayload)
async def revoke_token(info: Info, input: RevokeTokenInput) -> RevokeTokenPayload:
    """Let a token be used no more."""
    if not input.token.isdecimal() or not input.token.isascii() or int(input.token) >= 2**63:
        message = "This is no token's id. Give the `id` that `viewer { tokens { id } }` tells."
        raise Refused(UserErrorCode.INVALID, message, "token")
    token = int(input.token)
    await ledger_of(info).tokens.revoke(token, info.context["caller"].name)
    return RevokeTokenPayload(token=ref("Token", OF_NO_WIKI, token))
