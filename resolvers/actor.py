"""Somebody who acted: an account as it is called now, or a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import strawberry

import models
from graph.compile.rows import Row
from graph.compile.words import both, either, no, or_else, same, when
from resolvers.account import name_of

if TYPE_CHECKING:
    from resolvers.mentor import Mentor

T = TypeVar("T")

WIKI_LOG = "mw-log"


@strawberry.type(description="Somebody who acted: an account as it is called now, or a tool.")
class Actor:
    """Who acted, put together from a fact or a block."""

    name: str | None = strawberry.field(description="Null where it is hidden from the caller.")
    mentor: Mentor | None = strawberry.field(
        description="The same account as a mentor, where it is or was one."
    )
    is_tool: bool = strawberry.field(description="Whether a tool acted by itself.")


def acted(row: Row[Any], account_id: Any, text: Any, *, tool: bool, told: bool) -> T:  # type: ignore[type-var]  # T is what the caller's annotation says
    """The actor of an account's id, else of a name as the source wrote it, else a tool; else nobody."""
    answers = {
        "name": when(account_id.is_(None), text, called(row, account_id)),
        "mentor": row.one(lambda mentor: same(mentor.row.id, account_id)),
        "isTool": tool,
    }
    return row.part(answers, there=both(told, either(named(account_id, text), tool)))


def named(account_id: Any, text: Any) -> bool:
    """Whether anybody is named at all."""
    return either(no(account_id.is_(None)), no(text.is_(None)))


def by_itself(row: Row[Any], fact: models.Fact, words: models.FactText) -> bool:
    """Whether a tool did it: nobody is named nor hidden, and the wiki's log would have named somebody."""
    hidden = row.exists(models.HiddenText, lambda hidden: same(hidden.fact_id, fact.id))
    return or_else(
        both(no(named(fact.performer_id, words.performer)), fact.source != WIKI_LOG, no(hidden)), False
    )


def called(row: Row[Any], account_id: Any) -> Any:
    """The account's name, as far as the caller may see it."""
    public = row.value(
        models.Account, lambda account: same(account.id, account_id), lambda account: account.name
    )
    return name_of(row, account_id, public)
