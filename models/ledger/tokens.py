"""Tokens: made, revoked, and looked up when somebody sends one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from graph.caller import Caller, Grant
from graph.errors import Refused
from graph.kinds import AccountId, UserErrorCode, ViewerRole
from models.idempotency import OF_NO_WIKI
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, transact
from models.ledger.roles import given_to
from models.ledger.secrecy import SHOWN, digest_of, new_token

COLUMNS: Final = """
SELECT t.id, t.prefix, t.name, t.scopes, t.accounts, t.created_at, t.created_by, t.expires_at,
       t.revoked_at, t.revoked_by, t.last_used_at
FROM token AS t
"""
BY_DIGEST: Final = COLUMNS + "WHERE t.digest = $1"
ALL: Final = COLUMNS + "ORDER BY t.id"
ADD: Final = """
INSERT INTO token AS t (digest, prefix, name, scopes, accounts, created_at, created_by, expires_at)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8)
ON CONFLICT (digest) DO NOTHING
RETURNING t.id
"""
REVOKE: Final = """
UPDATE token AS t SET revoked_at = coalesce(t.revoked_at, $2), revoked_by = coalesce(t.revoked_by, $3)
WHERE t.id = $1 RETURNING t.id
"""
USED: Final = """
UPDATE token AS t SET last_used_at = $2 WHERE t.id = $1 AND (t.last_used_at IS NULL OR t.last_used_at < $3)
"""
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(20261126, 1)"
IS_KNOWN: Final = "SELECT EXISTS (SELECT FROM account AS a WHERE a.wiki_id = $1 AND a.id = $2)"
IS_ONE: Final = "SELECT EXISTS (SELECT FROM token)"

USE_IS_KNOWN_TO: Final = timedelta(hours=1)
LONGEST_NAME: Final = 100
SIGN_IN: Final = "sign-in"
"""By whom the tokens are made that browsers keep, and ended."""
OWN_ROLES: Final = frozenset({ViewerRole.READER, ViewerRole.MENTEE})
"""What everyone with an account may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token as it is asked for. `accounts` is whom it acts for, by wiki; empty: a tool, that acts for nobody."""

    name: str
    scopes: Sequence[Grant]
    accounts: Mapping[int, AccountId]
    expires_at: datetime | None = None
    by: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a token; `models.Token` says what each means."""

    id: int
    prefix: str
    name: str
    scopes: tuple[Grant, ...]
    accounts: Mapping[int, AccountId]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """Who sends a token, and until when at most."""

    caller: Caller
    expires_at: datetime | None


class Tokens:
    """All tokens, for whoever makes them, revokes them or is sent one."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def create(self, wanted: Wanted) -> tuple[int, str | None]:
        """Make a token: its id, and the token itself, which is told now and never again.

        A repeat under the same idempotency key is told the id alone.
        """
        self._check(wanted)
        token = new_token()

        async def work(change: Change) -> tuple[int, str]:
            return await self._add(change, token, wanted), token[:SHOWN]

        made, shown = await self._office.change(OF_NO_WIKI, work)
        return made, token if token.startswith(shown) else None

    async def bring(self, token: str, wanted: Wanted) -> bool:
        """Take a token of the operator's own; False where it is known already, though it be revoked."""
        self._check(wanted)

        async def work(change: Change) -> bool:
            return await self._add(change, token, wanted) != 0

        return await self._office.change(OF_NO_WIKI, work)

    async def first(self, wanted: Wanted) -> str | None:
        """The first token of an installation; None where there is one already."""
        token = new_token()

        async def work(change: Change) -> bool:
            await change.connection.execute(ONE_AT_A_TIME)
            if await change.connection.fetchval(IS_ONE):
                return False
            return await self._add(change, token, wanted) != 0

        return token if await self._office.change(OF_NO_WIKI, work) else None

    async def sign_in(self, name: str, accounts: Mapping[int, AccountId], lasts: timedelta) -> str | None:
        """A token for whoever has these accounts, in all that they may be; None where none of them is known here."""
        known = {
            wiki: account
            for wiki, account in accounts.items()
            if await self._look(lambda c, one=(wiki, account): c.fetchval(IS_KNOWN, *one))
        }
        if not known:
            return None
        scopes = [Grant(role, sees_hidden=True) for role in ViewerRole]
        until = self._office.clock() + lasts
        # A wiki's names may be longer than those of tokens, and hold what is not seen.
        shown = "".join(filter(str.isprintable, name))[:LONGEST_NAME]
        wanted = Wanted(name=shown, scopes=scopes, accounts=known, expires_at=until, by=SIGN_IN)
        return (await self.create(wanted))[1]

    async def revoke(self, token: int, by: str) -> None:
        """Let a token be used no more; one that is revoked stays so."""
        now = self._office.clock()

        async def work(change: Change) -> None:
            if await change.connection.fetchval(REVOKE, token, now, by) is None:
                raise Refused(UserErrorCode.NOT_FOUND, "There is no token of that id; list them.", "token")

        await self._office.change(OF_NO_WIKI, work)

    async def all(self) -> list[Kept]:
        """Every token that ever was, the oldest first."""
        rows = await self._look(lambda connection: connection.fetch(ALL))
        return [_kept(dict(row)) for row in rows]

    async def find(self, digest: bytes) -> Found | None:
        """Who sends the token of that digest; None where there is none that may be used now."""
        now = self._office.clock()

        async def work(connection: Connection) -> Found | None:
            row = await connection.fetchrow(BY_DIGEST, digest)
            if row is None:
                return None
            kept = _kept(dict(row))
            if kept.revoked_at is not None or (kept.expires_at is not None and kept.expires_at <= now):
                return None
            if kept.last_used_at is None or now - kept.last_used_at >= USE_IS_KNOWN_TO:
                await connection.execute(USED, kept.id, now, now - USE_IS_KNOWN_TO)
            grants = await _grants(connection, kept, now)
            return Found(Caller(kept.name, grants, kept.accounts, kept.id), kept.expires_at)

        return await transact(self._office.pool, work, self._office.chance)

    async def _add(self, change: Change, token: str, wanted: Wanted) -> int:
        """The id of the new row; 0 where the token is known."""
        scopes = [
            {"role": scope.role.value, "wiki": scope.wiki, "sees_hidden": scope.sees_hidden}
            for scope in wanted.scopes
        ]
        accounts = {str(wiki): account for wiki, account in wanted.accounts.items()}
        made = await change.connection.fetchval(
            ADD,
            digest_of(token),
            token[:SHOWN],
            wanted.name,
            orjson.dumps(scopes).decode(),
            orjson.dumps(accounts).decode(),
            self._office.clock(),
            wanted.by,
            wanted.expires_at,
        )
        return int(made or 0)

    def _check(self, wanted: Wanted) -> None:
        if not 0 < len(wanted.name) <= LONGEST_NAME or not wanted.name.isprintable():
            message = f"Give the token a name of 1 to {LONGEST_NAME} printable characters."
            raise Refused(UserErrorCode.INVALID, message, "name")
        if not wanted.scopes:
            raise Refused(UserErrorCode.INVALID, "Say in which roles the token may be used.", "roles")
        if wanted.expires_at is not None and wanted.expires_at <= self._office.clock():
            raise Refused(UserErrorCode.IN_THE_PAST, "A token expires at a moment to come.", "expiresAt")

    async def _look(self, work: Any) -> Any:
        return await transact(self._office.pool, work, self._office.chance, readonly=True)


async def _grants(connection: Connection, kept: Kept, now: datetime) -> tuple[Grant, ...]:
    """A tool's scopes are what it may do; a person's limit what the person may do."""
    if not kept.accounts:
        return kept.scopes
    grants = []
    for wiki, account in kept.accounts.items():
        given = {**dict.fromkeys(OWN_ROLES, False), **await given_to(connection, wiki, account, now)}
        grants += [
            Grant(scope.role, wiki, scope.sees_hidden and given[scope.role])
            for scope in kept.scopes
            if scope.role in given and scope.wiki in (None, wiki)
        ]
    return tuple(grants)


def _kept(said: dict[str, Any]) -> Kept:
    said["scopes"] = tuple(
        Grant(ViewerRole(scope["role"]), scope["wiki"], scope["sees_hidden"])
        for scope in orjson.loads(said["scopes"])
    )
    said["accounts"] = {int(wiki): account for wiki, account in orjson.loads(said["accounts"]).items()}
    return Kept(**said)
