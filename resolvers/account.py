"""An account on a wiki: what mentors and mentees have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.shape import Param
from graph.compile.words import SEES_HIDDEN, both, either, no, or_else, same, when
from resolvers.declare import Connection, Node, answer, connection, is_given
from resolvers.orders import PLACED
from resolvers.scalars import BigInt

if TYPE_CHECKING:
    from resolvers.block import Block, BlockFilter
    from resolvers.wiki import Wiki


@strawberry.interface(
    description=(
        "An account on a wiki. It hangs on the wiki's user id, so a rename changes nothing but the name."
    )
)
class Account(Node):
    """What every account tells; `account` says where its row is."""

    @property
    def account(self) -> models.Account:
        """The account's row."""
        raise NotImplementedError

    @property
    def own(self) -> Row[Any]:
        """This row, as what it is besides."""
        return cast("Row[Any]", self)

    @property
    def sees_hidden(self) -> bool:
        """Whether the caller may know of hidden accounts."""
        return cast("bool", SEES_HIDDEN)

    @answer
    def wiki(self) -> Wiki:
        """Its wiki."""
        return self.own.one(lambda wiki: wiki.row.id == self.own.within.wiki)

    @answer
    def user_id(self) -> BigInt:
        """The account's id on its wiki."""
        return BigInt(self.account.id)

    @answer
    def name(self) -> str | None:
        """The name now; null where it is hidden from the caller, and where no source has told it yet."""
        hidden = self.own.value(
            models.SuppressedName,
            lambda kept: same(kept.account_id, self.account.id),
            lambda kept: kept.name,
            latest=lambda kept: kept.valid_to,
        )
        return or_else(self.account.name, when(self.sees_hidden, hidden))

    @answer
    def registered_at(self) -> datetime | None:
        """When it was registered; null where no source tells."""
        return self.account.registered_at

    @answer
    def edit_count(self) -> int:
        """Edits on this wiki, as last told."""
        return self.account.edit_count

    @answer
    def last_edit_at(self) -> datetime | None:
        """The last edit, as last told."""
        return self.account.last_edit_at

    @answer
    def is_hidden(self) -> bool:
        """Whether the name is hidden. To a caller without the right to see it, a hidden account is there
        only as their own mentee.
        """
        return self.account.is_hidden

    @connection
    def blocks(self, where: BlockFilter | None = None) -> Connection[Block]:
        """The blocks of this account, newest first."""
        return self.own.page(
            lambda block: both(same(block.row.mentee_id, self.account.id), *block.listed(where)),
            orders=PLACED,
        )


def may_see(account: models.Account) -> bool:
    """Whether the account is there for the caller."""
    return either(no(account.is_hidden), cast("bool", SEES_HIDDEN))


def seen(row: Row[Any], account_id: Any) -> bool:
    """Whether the account of that id is there for the caller."""
    return either(
        cast("bool", SEES_HIDDEN),
        row.exists(models.Account, lambda account: both(same(account.id, account_id), no(account.is_hidden))),
    )


@strawberry.input(one_of=True, description="An account, by its name or its id.")
class AccountBy:
    """One of the two."""

    name: str | None = strawberry.field(default=strawberry.UNSET, description="A name that it has or had.")
    user_id: BigInt | None = strawberry.field(default=strawberry.UNSET, description="Its id on its wiki.")

    def finds(self, one: Any) -> bool:
        """Whether this mentor or mentee is meant."""
        name, user_id = cast("Param", self.name), cast("Any", self.user_id)
        return same(one.row.id, user_id if is_given(user_id) else holder(one, name))


def holder(row: Row[Any], name: Param) -> Any:
    """Whoever holds the name now, else whoever held it last; hidden names are looked into for those with the
    right.
    """
    wanted = name.derive("name", name.type, lambda text, _: wiki_name(text))
    public = row.value(
        models.AccountName,
        lambda held: both(same(held.name, cast("str", wanted)), seen(row, held.account_id)),
        lambda held: held.account_id,
        latest=lambda held: held.valid_to,
    )
    hidden = row.value(
        models.SuppressedName,
        lambda held: same(held.name, cast("str", wanted)),
        lambda held: held.account_id,
        latest=lambda held: held.valid_to,
    )
    return or_else(public, when(cast("bool", SEES_HIDDEN), hidden))


def wiki_name(text: str) -> str:
    """A user's name as MediaWiki writes it: no underscores, no space too many, the first letter a capital."""
    name = " ".join(text.replace("_", " ").split())
    return name[:1].upper() + name[1:]
