"""Roles of accounts: given, taken away, and what somebody may be on a wiki."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from graph.errors import Refused
from graph.kinds import AccountId, UserErrorCode, ViewerRole
from models.ledger import deeds
from models.ledger.change import Change, Office
from models.ledger.connections import Connection, transact

GIVEN: Final = "SELECT r.role, r.sees_hidden FROM role AS r WHERE r.wiki_id = $1 AND r.account_id = $2"
IS_MENTOR: Final = """
SELECT EXISTS (
    SELECT FROM mentor AS m
    WHERE m.wiki_id = $1 AND m.id = $2 AND m.enrolled_at <= $3 AND m.resigned_at > $3)
"""
GIVE: Final = """
INSERT INTO role AS r (wiki_id, account_id, role, sees_hidden, granted_at, granted_by)
SELECT a.wiki_id, a.id, $3::text, $4::boolean, $5::timestamptz, $6::text
FROM account AS a WHERE a.wiki_id = $1 AND a.id = $2
ON CONFLICT (wiki_id, account_id, role) DO UPDATE
SET sees_hidden = excluded.sees_hidden, granted_at = excluded.granted_at, granted_by = excluded.granted_by
RETURNING r.account_id
"""
TAKE_AWAY: Final = """
DELETE FROM role AS r WHERE r.wiki_id = $1 AND r.account_id = $2 AND r.role = $3 RETURNING r.account_id
"""

OF_THEMSELVES: Final = frozenset({ViewerRole.MENTEE, ViewerRole.MENTOR})
"""Roles that nobody gives: everyone is the one, and whoever enrolled is the other."""


async def given_to(
    connection: Connection, wiki: int, account: AccountId, now: datetime
) -> Mapping[ViewerRole, bool]:
    """The roles that an account has on a wiki, each with whether what is hidden is shown with it."""
    given = {ViewerRole(role): sees for role, sees in await connection.fetch(GIVEN, wiki, account)}
    if await connection.fetchval(IS_MENTOR, wiki, account, now):
        given[ViewerRole.MENTOR] = False
    return given


class Roles:
    """The roles of all accounts."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def of(self, wiki: int, account: AccountId) -> Mapping[ViewerRole, bool]:
        """What an account was given on a wiki, and whether it is a mentor; with what is hidden or without."""
        now = self._office.clock()
        return await transact(
            self._office.pool,
            lambda connection: given_to(connection, wiki, account, now),
            self._office.chance,
            readonly=True,
        )

    async def give(
        self, wiki: int, account: AccountId, role: ViewerRole, *, sees_hidden: bool, by: str
    ) -> None:
        """Give an account a role; given anew, it is as it is given last."""
        if role in OF_THEMSELVES:
            raise Refused(
                UserErrorCode.INVALID,
                "Everyone decides about their own mentorship, and whoever enrolls is a mentor: enroll them.",
                "role",
            )
        now = self._office.clock()

        async def work(change: Change) -> None:
            given = await change.connection.fetchval(GIVE, wiki, account, role.value, sees_hidden, now, by)
            if given is None:
                raise Refused(UserErrorCode.NOT_FOUND, "No such account is known on this wiki.", "account")
            await deeds.note(change.connection, wiki, by, f"give {role} to {account}", now)

        await self._office.change(wiki, work)

    async def take_away(self, wiki: int, account: AccountId, role: ViewerRole, *, by: str) -> None:
        """Take a role from an account."""
        now = self._office.clock()

        async def work(change: Change) -> None:
            if await change.connection.fetchval(TAKE_AWAY, wiki, account, role.value) is None:
                raise Refused(UserErrorCode.NOT_FOUND, "This account does not have that role.", "role")
            await deeds.note(change.connection, wiki, by, f"take {role} from {account}", now)

        await self._office.change(wiki, work)
