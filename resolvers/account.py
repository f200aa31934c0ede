"""An account on a wiki: what mentors and mentees have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry

import models
from graph.compile.arrays import gathered
from graph.compile.rows import Row
from graph.compile.sets import outside
from graph.compile.shape import OneOfs, Param, Values
from graph.compile.words import (
    ENDLESS,
    both,
    covers,
    either,
    is_caller,
    moment_in,
    no,
    or_else,
    same,
    sees_hidden,
    when,
)
from graph.errors import ErrorCode, RequestRefused
from resolvers.declare import Connection, Node, answer, connection, is_given, node
from resolvers.orders import PLACED
from resolvers.scalars import BigInt

if TYPE_CHECKING:
    from resolvers.block import Block, BlockFilter
    from resolvers.wiki import Wiki


MOST_ACCOUNTS = 100


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
        return cast("str | None", name_of(self.own, self.account.id, self.account.name))

    @answer
    def former_names(self) -> list[FormerName]:
        """Earlier names, newest first; those hidden from the caller are left out. Each finds the account where
        nobody holds it now.
        """
        return self.own.elements(former_names(self.own, self.account.id))

    def figure(self, value: Any, nothing: Any = None) -> Any:
        """What is known of the account, where the caller may know it: here, of whoever is there at all."""
        del nothing
        return value

    @answer
    def registered_at(self) -> datetime | None:
        """When it was registered; null where no source tells."""
        return cast("datetime | None", self.figure(self.account.registered_at))

    @answer
    def edit_count(self) -> int:
        """Edits on this wiki, as last told."""
        return cast("int", self.figure(self.account.edit_count, 0))

    @answer
    def last_edit_at(self) -> datetime | None:
        """The last edit, as last told."""
        return cast("datetime | None", self.figure(self.account.last_edit_at))

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


def name_of(row: Row[Any], account_id: Any, now: Any) -> Any:
    """What an account is called at the row's moment, as far as the caller may see it; `now` is today's name.

    Whoever is hidden today is so at every moment of the past.
    """

    def of(names: Any, shown: bool) -> Any:
        def on(held: Any) -> bool:
            then = covers(held, row.moment) if row.within.then else True
            return both(same(held.account_id, account_id), then, shown)

        return row.value(names, on, lambda held: held.name, latest=lambda held: held.valid_to)

    public = of(models.AccountName, seen(row, account_id)) if row.within.then else now
    return or_else(public, when(sees_hidden(row), of(models.SuppressedName, shown=True)))


def former_names(row: Row[Any], account_id: Any) -> Any:
    """What an account was called before the row's moment, as an array; hidden names for those with the right."""

    def of(names: Any, shown: Any) -> Any:
        return row.rows(
            names,
            lambda held: both(same(held.account_id, account_id), held.valid_to <= row.moment, shown),
            lambda held: {"name": held.name, "until": held.valid_to},
        )

    public, hidden = of(models.AccountName, True), of(models.SuppressedName, sees_hidden(row))
    return gathered(public, hidden, order=[("until", True), ("name", False)])


def was_registered(row: Row[Any], account: models.Account) -> bool:
    """Whether the account was there at the row's moment; where no source tells since when, it always was."""
    return account.registered_key <= row.moment if row.within.then else True


def may_see(row: Row[Any], account: models.Account) -> bool:
    """Whether the account is there for the caller."""
    return either(no(account.is_hidden), sees_hidden(row))


def seen(row: Row[Any], account_id: Any) -> bool:
    """Whether the account of that id is there for the caller."""
    return either(
        sees_hidden(row),
        row.exists(models.Account, lambda account: both(same(account.id, account_id), no(account.is_hidden))),
    )


def is_party(row: Row[Any], mentor_id: Any, mentee_id: Any) -> bool:
    """Whether a tie is the caller's, as its mentor or as its mentee: they know of it, though the mentee be hidden."""
    return either(is_caller(row, mentor_id), is_caller(row, mentee_id))


def is_own_mentee(row: Row[Any], account_id: Any) -> bool:
    """Whether the account has, or had, the caller as a mentor. They know of the tie, though the account be hidden."""
    return row.exists(
        models.Relationship,
        lambda tie: both(
            same(tie.mentee_id, account_id),
            is_caller(row, tie.mentor_id),
            tie.started_at <= row.moment,
            same(tie.withdrawn_at, ENDLESS),
        ),
    )


def is_shown(row: Row[Any], account_id: Any) -> bool:
    """The same as `seen`, where many are counted: the few that are hidden are found once."""
    hidden = outside(
        row, account_id, models.Account, lambda account: account.is_hidden, lambda account: account.id
    )
    return either(sees_hidden(row), hidden)


@node("A name that an account had.")
class FormerName(Row[Any]):
    """A member of the array of former names."""

    @answer
    def name(self) -> str:
        """The name."""
        return cast("str", self.row.value["name"].astext)

    @answer
    def until(self) -> datetime:
        """Until when the account had it."""
        return moment_in(self.row.value["until"])


@strawberry.input(one_of=True, description="An account, by its name or its id.")
class AccountBy:
    """One of the two."""

    name: str | None = strawberry.field(default=strawberry.UNSET, description="A name that it has or had.")
    user_id: BigInt | None = strawberry.field(default=strawberry.UNSET, description="Its id on its wiki.")

    def finds(self, one: Any) -> bool:
        """Whether this mentor or mentee is meant."""
        name, user_id = cast("Param", self.name), cast("Any", self.user_id)
        if is_given(user_id):
            return both(same(one.row.id, user_id), one.reachable())
        wanted = name.derive("name", name.type, lambda text, _: wiki_name(text))
        return both(same(one.row.id, holder(one, wanted)), one.reachable())


def named_by(by: OneOfs) -> OneOfs:
    """Many accounts, the names among them as the wiki writes them; more than a hundred are refused."""

    def rows(values: Values) -> list[Mapping[str, Any]]:
        asked = by.rows(values)
        if len(asked) > MOST_ACCOUNTS:
            raise RequestRefused(
                ErrorCode.TOO_MANY_ACCOUNTS, f"Ask for at most {MOST_ACCOUNTS} accounts at once."
            )
        return [
            {name: wiki_name(value) if name == "name" else value for name, value in one.items()}
            for one in asked
        ]

    def column(name: str) -> Param:
        return Param(
            f"{by.name}|{name}", by.columns[name].type, lambda values: [one.get(name) for one in rows(values)]
        )

    return OneOfs(by.name, {name: column(name) for name in by.columns}, rows)


def is_one_of(one: Any, asked: Any) -> bool:
    """Whether this mentor or mentee is the one asked for, whose name and id stand in a row."""
    return both(same(one.row.id, or_else(asked.userId, holder(one, asked.name))), one.reachable())


def holder(row: Row[Any], wanted: Any) -> Any:
    """Whoever holds the name at the row's moment, else whoever held it last; hidden names are looked into for
    those with the right.
    """
    public = row.value(
        models.AccountName,
        lambda held: both(same(held.name, wanted), by_then(row, held), seen(row, held.account_id)),
        lambda held: held.account_id,
        latest=lambda held: held.valid_to,
    )
    hidden = row.value(
        models.SuppressedName,
        lambda held: both(same(held.name, wanted), by_then(row, held)),
        lambda held: held.account_id,
        latest=lambda held: held.valid_to,
    )
    return or_else(public, when(sees_hidden(row), hidden))


def by_then(row: Row[Any], held: Any) -> bool:
    """Whether an account had a name at the row's moment, or before."""
    return both(held.valid_from <= row.moment) if row.within.then else True


def wiki_name(text: str) -> str:
    """A user's name as MediaWiki writes it: no underscores, no space too many, the first letter a capital."""
    name = " ".join(text.replace("_", " ").split())
    return name[:1].upper() + name[1:]
