"""Who may do what: one table, asked before any mutation runs. What it does not name nobody may do.

A role counts on the wiki that a mutation is about. Whoever has none of the roles may still act where it is their own
affair, in the role of a mentor or a mentee. That nobody acts who is blocked is seen to by the ledger, with the change.
"""

from collections.abc import Awaitable, Callable, Iterable
from enum import Enum
from typing import Any, Final, NamedTuple

import strawberry
from strawberry.extensions import FieldExtension

from graph.caller import Caller
from graph.compile.ids import Ref, decode
from graph.errors import ErrorCode, Refused, RequestRefused
from graph.kinds import AccountId, UserErrorCode, ViewerRole
from models.ledger.acting import Acting, on_behalf
from resolvers.asking import Info, mentor_of_tie, wiki_called
from resolvers.refusals import check_fit, told

MENTEE, MENTOR = ViewerRole.MENTEE, ViewerRole.MENTOR
COORDINATOR, SERVICE, ADMIN = ViewerRole.COORDINATOR, ViewerRole.SERVICE, ViewerRole.ADMIN


class Own(Enum):
    """What makes it a caller's own affair."""

    ACCOUNT = "you are who it is about"
    TIE = "the tie is with you"
    MENTEE = "the mentee has a tie with you now"
    """Seen by the ledger, with the tie locked: it may end at any moment."""
    MARK = "you do it for yourself alone"
    DEED = "it was you who did it, a few minutes ago"
    """Seen by the ledger, which has each deed written down."""


class May(NamedTuple):
    """Who may: `by` these roles, on the wiki that the member `about` names; or as `own_as`, where it is their `own`."""

    about: str
    by: tuple[ViewerRole, ...]
    own_as: ViewerRole | None = None
    own: Own = Own.ACCOUNT


EVERY_WIKI: Final = ""
LEADS: Final = (COORDINATOR, ADMIN)
TELLS: Final = (SERVICE, ADMIN)
DECIDES: Final = (COORDINATOR, SERVICE, ADMIN)

MAY: Final = {
    "addWiki": May(EVERY_WIKI, (ADMIN,)),
    "createToken": May(EVERY_WIKI, (ADMIN,)),
    "revokeToken": May(EVERY_WIKI, (ADMIN,)),
    "createWebhook": May("wiki", (ADMIN,)),
    "rotateWebhookSecret": May("webhook", (ADMIN,)),
    "removeWebhook": May("webhook", (ADMIN,)),
    "retryDeliveries": May("wiki", (ADMIN,)),
    "setPolicy": May("wiki", LEADS),
    "simulatePolicies": May("wiki", LEADS),
    "cancelJob": May("id", LEADS),
    "recordRegistration": May("wiki", TELLS),
    "recordBlock": May("wiki", TELLS),
    "recordBlockChange": May("wiki", TELLS),
    "recordUnblock": May("wiki", TELLS),
    "recordRename": May("wiki", TELLS),
    "recordDeparture": May("wiki", TELLS),
    "recordVisibility": May("wiki", TELLS),
    "recordFacts": May("facts", TELLS),
    "retractFact": May("wiki", (COORDINATOR, *TELLS), MENTOR, Own.DEED),
    "recordActivity": May("wiki", TELLS),
    "enrollMentor": May("wiki", DECIDES),
    "updateMentor": May("mentor", DECIDES, MENTOR),
    "resignMentor": May("mentor", DECIDES, MENTOR),
    "claimMentees": May("mentor", DECIDES, MENTOR),
    "transferMentees": May("from_", DECIDES, MENTOR),
    "assignMentor": May("mentee", DECIDES),
    "restoreRelationship": May("relationship", DECIDES, MENTOR, Own.TIE),
    "keepRelationship": May("relationship", DECIDES, MENTOR, Own.TIE),
    "endRelationship": May("relationship", DECIDES, MENTOR, Own.TIE),
    "graduateMentee": May("mentee", DECIDES, MENTOR, Own.MENTEE),
    "optOutOfMentorship": May("mentee", TELLS, MENTEE),
    "optInToMentorship": May("mentee", TELLS, MENTEE),
    "starMentee": May("mentee", (), MENTOR, Own.MARK),
    "unstarMentee": May("mentee", (), MENTOR, Own.MARK),
}

FOR_OTHERS: Final = {
    "performer": "performer",
    "occurred_at": "occurredAt",
    "source": "source",
    "source_id": "sourceId",
}
"""What tells of others, or of the past: for those who bring in what happened elsewhere (`TELLS`)."""

WHO: Final = (
    "Say who you are: send a token, as `Authorization: Bearer …` (over a socket in the payload of `connection_init`). "
    "`mentorgraph token create` makes one. Reading what is public needs none."
)


class Permitted(FieldExtension):
    """Lets a mutation run for those who may, on their behalf."""

    async def resolve_async(self, next_: Any, source: Any, info: Info, **given: Any) -> Any:
        """The payload; where the caller may not, one that says so."""
        name = info._raw_info.field_name  # noqa: SLF001 - graphql-core's; Strawberry's is the name in Python
        try:
            acting = await permission(info, name, given)
        except Refused as refused:
            payload: Any = info.return_type
            return payload(user_errors=[told(refused, ("input",) if "input" in given else ())])
        with on_behalf(acting):
            return await next_(source, info, **given)


async def permission(info: Info, name: str, given: dict[str, Any]) -> Acting:
    """On whose behalf the mutation is done; raises a refusal where the caller may not."""
    caller = info.context["caller"]
    if not caller.is_known:
        raise RequestRefused(ErrorCode.UNAUTHENTICATED, WHO)
    rule = MAY.get(name)
    if rule is None:
        raise Refused(UserErrorCode.FORBIDDEN, "Nobody may do this: it is not said who may.")
    asked = given.get("input")
    try:
        wikis = [wiki async for wiki in _wikis(info, rule, given)]
    except Refused:
        check_fit(asked)  # of two mistakes the one that others are told too
        raise
    if wikis and all(caller.may(wiki, *rule.by) for wiki in wikis):
        acting = Acting(caller, name)
    else:
        acting = Acting(caller, name, await _own(info, rule, asked, wikis))
    if rule.own is not Own.DEED and (rule.by != TELLS or acting.own is not None):
        _check_for_others(caller, asked, wikis)
    return acting


async def _wikis(info: Info, rule: May, given: dict[str, Any]) -> Any:
    """The wikis that it is about; None where none is named, which takes a role on every wiki."""
    asked: Any = given.get("input")
    if rule.about == "facts":
        named = {next(iter(_members(fact))).wiki for fact in asked.facts}
        for name in sorted(named):
            yield await wiki_called(info, name)
        if not named:
            yield None
    elif rule.about == "wiki":
        yield await wiki_called(info, asked.wiki)
    elif rule.about == EVERY_WIKI:
        yield None
    else:
        yield _ref(given[rule.about] if asked is None else getattr(asked, rule.about), rule).wiki


def _members(fact: Any) -> Iterable[Any]:
    return (some.value for some in vars(fact).values() if isinstance(some, strawberry.Some))


def _ref(given: str, rule: May) -> Ref:
    """What an id stands for; what is none is refused as such, whoever asks."""
    try:
        return decode(given)
    except RequestRefused as error:
        raise Refused(UserErrorCode.INVALID, error.message, rule.about.rstrip("_")) from None


async def _own(info: Info, rule: May, asked: Any, wikis: list[int | None]) -> AccountId:
    caller, (wiki, *_) = info.context["caller"], wikis or [None]
    account = None if rule.own_as is None else caller.own(wiki, rule.own_as)
    if account is None or wiki is None:
        raise _forbidden(rule)
    if rule.own is Own.DEED:
        return account
    ref = _ref(getattr(asked, rule.about), rule)
    if not await IS_OWN[rule.own](info, wiki, ref.key, account):
        raise _forbidden(rule)
    return account


async def _is_them(_: Info, __: int, key: int, account: AccountId) -> bool:
    return key == account


async def _is_their_tie(info: Info, wiki: int, key: int, account: AccountId) -> bool:
    return await mentor_of_tie(info, wiki, key) == account


async def _is_left_to_the_ledger(_: Info, __: int, ___: int, ____: AccountId) -> bool:
    return True


IS_OWN: Final[dict[Own, Callable[[Info, int, int, AccountId], Awaitable[bool]]]] = {
    Own.ACCOUNT: _is_them,
    Own.TIE: _is_their_tie,
    Own.MENTEE: _is_left_to_the_ledger,
    Own.MARK: _is_left_to_the_ledger,
}


def _forbidden(rule: May) -> Refused:
    where = "every wiki" if rule.about == EVERY_WIKI else "this wiki"
    ways = [f"a token with the role {' or '.join(rule.by)} on {where}"] if rule.by else []
    if rule.own_as is not None:
        ways.append(f"one that acts for you as a {rule.own_as}, where {rule.own.value}")
    return Refused(UserErrorCode.FORBIDDEN, f"You may not do this. It takes {', or '.join(ways)}.")


def _check_for_others(caller: Caller, asked: Any, wikis: list[int | None]) -> None:
    for member, field in FOR_OTHERS.items():
        said = getattr(asked, member, None)
        if said is None or said is strawberry.UNSET:
            continue
        if not all(caller.may(wiki, *TELLS) for wiki in wikis):
            message = (
                "Only a SERVICE or an ADMIN tells what others did, or when; leave it out: it is you, and now."
            )
            raise Refused(UserErrorCode.FORBIDDEN, message, field)
