"""Who asks, and what they may on each wiki: made once, and never changed while anything is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graph.kinds import AccountId, ViewerRole

NOBODY: Final = -1
"""The account of who has none: no id is below zero."""

LEADS: Final = (ViewerRole.COORDINATOR, ViewerRole.ADMIN)
"""Who is shown opt-outs, and what mentors have chosen to be told."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on a wiki, or (`wiki` None) on every wiki; and whether hidden names and reasons are shown with it."""

    role: ViewerRole
    wiki: int | None = None
    sees_hidden: bool = False


class Rights(NamedTuple):
    """What a statement tells, as far as it hangs on who asks; `account` is theirs on the wiki."""

    sees_hidden: bool = False
    sees_opt_outs: bool = False
    administers: bool = False
    account: AccountId = NOBODY


NO_RIGHTS: Final = Rights()


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: a person with an account on some wikis, a tool, or anyone.

    `token` is the id of the token that was sent. Whoever has neither roles nor accounts reads what is public.
    """

    name: str = ""
    grants: tuple[Grant, ...] = ()
    accounts: Mapping[int, AccountId] = field(default_factory=dict)
    token: int | None = None
    _rights: dict[int | None, Rights] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_known(self) -> bool:
        """Whether it was said who asks."""
        return bool(self.name)

    def may(self, wiki: int | None, *roles: ViewerRole) -> bool:
        """Whether the caller has one of these roles on that wiki; None: on every wiki."""
        return any(grant.role in roles and grant.wiki in (None, wiki) for grant in self.grants)

    def own(self, wiki: int | None, role: ViewerRole) -> AccountId | None:
        """The account for which the caller may act in that role there, if any."""
        account = None if wiki is None else self.accounts.get(wiki)
        return account if account is not None and self.may(wiki, role) else None

    def rights(self, wiki: int | None) -> Rights:
        """What statements about that wiki tell; None: statements about every wiki."""
        found = self._rights.get(wiki)
        if found is None:
            sees_hidden = any(grant.sees_hidden and grant.wiki in (None, wiki) for grant in self.grants)
            account = NOBODY if wiki is None else self.accounts.get(wiki, NOBODY)
            found = self._rights[wiki] = Rights(
                sees_hidden, self.may(wiki, *LEADS), self.may(wiki, ViewerRole.ADMIN), account
            )
        return found

    @property
    def mark(self) -> str:
        """Who it is, for what is kept of a deed: the token, and each account."""
        marks = [f"token:{self.token}"] if self.token is not None else []
        return " ".join(
            [*marks, *(f"account:{wiki}:{account}" for wiki, account in sorted(self.accounts.items()))]
        )


ANYONE: Final = Caller()
"""Who sent no token."""
