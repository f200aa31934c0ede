"""Mutations about a wiki itself: tracking it, and under which policy."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import strawberry

from graph.errors import Refused
from graph.kinds import BlockCategory, NotificationKind, PolicyPreset, UnblockAction, UserErrorCode
from graph.policy import PRESETS, CategoryRule, PolicySettings
from resolvers.asking import Info, ledger_of
from resolvers.declare import ref
from resolvers.recording import LEAVE_OUT, WIKI
from resolvers.refusals import UserError, refusing
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
        description="Words to be found in the reason, case and accents folded; `*` stands for any run of characters."
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
    holds: strawberry.Maybe[list[CategoryHoldInput]] = strawberry.field(
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
    on_unblock: strawberry.Maybe[UnblockAction] = strawberry.field(description="For a tie that was lost.")
    category_rules: strawberry.Maybe[list[CategoryRuleInput]] = strawberry.field(
        description="The first that fits tells the category."
    )
    notify: strawberry.Maybe[list[NotificationKind]] = strawberry.field(description="What mentors are told.")
    auto_assign: strawberry.Maybe[bool] = strawberry.field(
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


@strawberry.type(description="The wiki as it is now.")
class AddWikiPayload:
    """What became of it."""

    wiki: Wiki | None = strawberry.field(default=None, description="The wiki.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


PLAIN = (
    "default_hold",
    "keep_definite_up_to",
    "seek_for",
    "count_partial_blocks",
    "restore_within",
    "on_unblock",
    "auto_assign",
)


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
    if not 0 < len(asked.name) <= 100:
        raise Refused(UserErrorCode.INVALID, "Give the policy a name of 1 to 100 characters.", *path, "name")
    settings = replace(PRESETS[asked.based_on], name=asked.name)
    changed = {name: value.value for name in PLAIN if (value := getattr(asked, name)) is not None}
    if asked.holds:
        changed["holds"] = holds_of(asked.holds.value, *path, "holds")
    if asked.category_rules:
        changed["category_rules"] = tuple(
            CategoryRule(rule.pattern, rule.category) for rule in asked.category_rules.value
        )
    if asked.notify:
        changed["notify"] = frozenset(asked.notify.value)
    return replace(settings, **changed)


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
    address = urlsplit(input.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Refused(UserErrorCode.INVALID, "Give an address such as `https://en.wikipedia.org`.", "url")
    settings = settings_of(None if input.policy is LEAVE_OUT else input.policy, "policy")
    wiki = await ledger_of(info).add_wiki(input.db_name, input.url, settings)
    return AddWikiPayload(wiki=ref("Wiki", wiki, wiki))
