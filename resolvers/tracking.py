"""Mutations about a wiki itself: tracking it, and under which policy."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import strawberry

from graph.errors import Refused
from graph.kinds import BlockCategory, NotificationKind, PolicyPreset, UnblockAction, UserErrorCode
from graph.policy import PRESETS, CategoryRule, PolicySettings
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.declare import ref
from resolvers.happenings import LEAVE_OUT, WIKI
from resolvers.job import Job
from resolvers.policy import Policy
from resolvers.refusals import Outdated, UserError, refusing
from resolvers.telling import or_none
from resolvers.wiki import Wiki


@strawberry.input(description="The hold of one category.")
class CategoryHoldInput:
    """How long blocks of a category keep a tie."""

    category: BlockCategory = strawberry.field(description="Of blocks.")
    hold: timedelta | None = strawberry.field(
        default=LEAVE_OUT, description="Null or left out: as long as the mentor stays a mentor."
    )


@strawberry.input(description="Words that tell a block's category.")
class CategoryRuleInput:
    """A phrase of block reasons."""

    pattern: str = strawberry.field(
        description=(
            "Words to be found in the reason, case and accents folded; `*` stands for any run of characters."
        )
    )
    category: BlockCategory = strawberry.field(description="What they tell.")


@strawberry.input(
    description=(
        "What is left out is taken from `basedOn`; null is a value of its own, with the meaning told in "
        "`PolicySettings`, and refused where none is told. `holds`, where given, replaces the whole list."
    )
)
class PolicyInput:
    """A policy of a wiki's own."""

    name: str = strawberry.field(description="What the wiki calls it.")
    based_on: PolicyPreset = strawberry.field(
        default=PolicyPreset.DEFAULT, description="Where what is left out is taken from."
    )
    holds: strawberry.Maybe[list[CategoryHoldInput] | None] = strawberry.field(
        description="Replaces the whole list."
    )
    default_hold: strawberry.Maybe[timedelta | None] = strawberry.field(
        description="Of the categories not named; null: as long as the mentor stays a mentor."
    )
    keep_definite_up_to: strawberry.Maybe[timedelta | None] = strawberry.field(
        description="Null: a block with an end always keeps the tie."
    )
    seek_for: strawberry.Maybe[timedelta | None] = strawberry.field(
        description="How long an unassigned mentee without an edit is waited for; null: for ever."
    )
    count_partial_blocks: strawberry.Maybe[bool] = strawberry.field(
        description="Whether partial blocks suspend."
    )
    restore_within: strawberry.Maybe[timedelta | None] = strawberry.field(description="Null: always.")
    on_unblock: strawberry.Maybe[UnblockAction | None] = strawberry.field(
        description="For a tie that was lost."
    )
    category_rules: strawberry.Maybe[list[CategoryRuleInput] | None] = strawberry.field(
        description="The first that fits tells the category."
    )
    notify: strawberry.Maybe[list[NotificationKind] | None] = strawberry.field(
        description="What mentors are told."
    )
    auto_assign: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether needs are answered by drawing."
    )


@strawberry.input(one_of=True, description="A policy by name, or one of the wiki's own.")
class PolicyChoice:
    """A preset or a policy."""

    preset: strawberry.Maybe[PolicyPreset]
    policy: strawberry.Maybe[PolicyInput]


@strawberry.input(description="A wiki that is not tracked yet.")
class AddWikiInput:
    """A wiki to track."""

    db_name: str = strawberry.field(description=WIKI)
    url: str = strawberry.field(description="Its address, such as `https://en.wikipedia.org`.")
    policy: PolicyChoice | None = strawberry.field(
        default=LEAVE_OUT, description="Left out: the default policy."
    )


@strawberry.input(description="A policy that follows the one in force.")
class SetPolicyInput:
    """A new version of a wiki's policy."""

    wiki: str = strawberry.field(description=WIKI)
    policy: PolicyChoice = strawberry.field(description="What is decided.")
    effective_from: datetime | None = strawberry.field(
        default=LEAVE_OUT, description="Left out: now. Not in the past."
    )
    expected_version: int | None = strawberry.field(
        default=LEAVE_OUT, description="Refuse it if the newest version is another one."
    )
    validate_only: bool = strawberry.field(
        default=False, description="Only tell what would come of it; nothing is set."
    )


@strawberry.type(description="The counts are told beforehand too, by `validateOnly`.")
class SetPolicyPayload:
    """What became of it, or would."""

    policy: Policy | None = strawberry.field(
        default=None, description="The new version; null where nothing was set."
    )
    affected: int | None = strawberry.field(
        default=None, description="Blocked mentees that the change re-projects."
    )
    released_at_once: int | None = strawberry.field(
        default=None, description="Ties that it would end the moment it has force."
    )
    job: Job | None = strawberry.field(
        default=None, description="Re-projects them; null where nothing was set."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@strawberry.type(description="The wiki as it is now.")
class AddWikiPayload:
    """What became of it."""

    wiki: Wiki | None = strawberry.field(default=None, description="The wiki.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


DB_NAME = re.compile(r"[a-z0-9_-]{1,64}")
LONGEST_ADDRESS = 255

PLAIN = {
    "default_hold": "defaultHold",
    "keep_definite_up_to": "keepDefiniteUpTo",
    "seek_for": "seekFor",
    "restore_within": "restoreWithin",
}
"""Lengths of time, for which null is a value of its own."""

NEVER_NULL = {
    "count_partial_blocks": "countPartialBlocks",
    "on_unblock": "onUnblock",
    "auto_assign": "autoAssign",
    "holds": "holds",
    "category_rules": "categoryRules",
    "notify": "notify",
}


def settings_of(choice: PolicyChoice | None, *path: str) -> PolicySettings:
    """The settings that a caller chose."""
    if not choice:
        return PRESETS[PolicyPreset.DEFAULT]
    if choice.preset:
        return PRESETS[choice.preset.value]
    assert choice.policy is not None
    return own_settings(choice.policy.value, *path, "policy")


def own_settings(asked: PolicyInput, *path: str) -> PolicySettings:
    """A policy of the wiki's own, over the preset it is based on."""
    if not 0 < len(asked.name) <= 100 or not asked.name.isprintable():
        raise Refused(
            UserErrorCode.INVALID, "Give the policy a name of 1 to 100 printable characters.", *path, "name"
        )
    changed = {name: value.value for name in PLAIN if (value := getattr(asked, name)) is not None}
    for name, field in NEVER_NULL.items():
        value = getattr(asked, name)
        if value is None:
            continue
        if value.value is None:
            message = "This can't be null; leave it out to take it from the preset."
            raise Refused(UserErrorCode.INVALID, message, *path, field)
        changed[name] = value.value
    if "holds" in changed:
        changed["holds"] = holds_of(changed["holds"], *path, "holds")
    if "category_rules" in changed:
        changed["category_rules"] = rules_of(changed["category_rules"], *path, "categoryRules")
    if "notify" in changed:
        changed["notify"] = frozenset(changed["notify"])
    return replace(PRESETS[asked.based_on], name=asked.name, **changed)


def rules_of(asked: list[CategoryRuleInput], *path: str) -> tuple[CategoryRule, ...]:
    """The rules, in their order."""
    rules = []
    for place, rule in enumerate(asked):
        if not rule.pattern.isprintable() or not rule.pattern.replace("*", "").strip():
            message = "A pattern has one letter or more, and none that can't be printed."
            raise Refused(UserErrorCode.INVALID, message, *path, str(place), "pattern")
        rules.append(CategoryRule(rule.pattern, rule.category))
    return tuple(rules)


def holds_of(
    asked: list[CategoryHoldInput], *path: str
) -> tuple[tuple[BlockCategory, timedelta | None], ...]:
    """The holds by category, each named once."""
    named = [hold.category for hold in asked]
    if len(set(named)) < len(named):
        raise Refused(UserErrorCode.INVALID, "Name each category once.", *path)
    return tuple((hold.category, None if hold.hold is LEAVE_OUT else hold.hold) for hold in asked)


@refusing(AddWikiPayload)
async def add_wiki(info: Info, input: AddWikiInput) -> AddWikiPayload:
    """Start tracking a wiki."""
    if not DB_NAME.fullmatch(input.db_name):
        message = "Give the database name, such as `enwiki`: small letters, digits, `_` and `-`, 64 at most."
        raise Refused(UserErrorCode.INVALID, message, "dbName")
    if not is_address(input.url):
        raise Refused(UserErrorCode.INVALID, "Give an address such as `https://en.wikipedia.org`.", "url")
    settings = settings_of(None if input.policy is LEAVE_OUT else input.policy, "policy")
    wiki = await ledger_of(info).add_wiki(input.db_name, input.url, settings)
    return AddWikiPayload(wiki=ref("Wiki", wiki, wiki))


@refusing(SetPolicyPayload)
async def set_policy(info: Info, input: SetPolicyInput) -> SetPolicyPayload:
    """Put a new version of a wiki's policy in force."""
    wiki = await wiki_of(info, input.wiki)
    try:
        done = await ledger_of(info).set_policy(
            wiki,
            settings_of(input.policy, "policy"),
            effective_from=or_none(input.effective_from),
            expected_version=or_none(input.expected_version),
            validate_only=input.validate_only,
            hidden=info.context["caller"].rights(wiki).sees_hidden,
        )
    except Refused as refused:
        if refused.code is not UserErrorCode.STALE_VERSION:
            raise
        raise Outdated(refused, ref("Policy", wiki, await ledger_of(info).newest_policy(wiki))) from None
    return SetPolicyPayload(
        policy=ref("Policy", wiki, done.version),
        affected=done.affected,
        released_at_once=done.released_at_once,
        job=ref("Job", wiki, done.job),
    )


def is_address(url: str) -> bool:
    """Whether it is the address of a web site."""
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url:
        return False
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname)
