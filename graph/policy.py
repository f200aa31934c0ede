"""What a wiki may decide: how long ties are kept, what follows an unblock, what reasons mean; presets."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from graph.kinds import BlockCategory, CategorySource, NotificationKind, PolicyPreset, UnblockAction
from graph.moments import DAY, format_duration, parse_duration
from graph.reasons import DEFAULT_RULES, CategoryRule, first_match

__all__ = [
    "PRESETS",
    "CategoryRule",
    "PolicySettings",
    "PolicyVersion",
    "format_duration",
    "from_json",
    "parse_duration",
    "to_json",
]

_REASONS_REMEMBERED = 4096


@dataclass(frozen=True)
class PolicySettings:
    """All that a wiki decides about its mentorships. `None` as a duration: without limit."""

    name: str = "default"
    holds: tuple[tuple[BlockCategory, timedelta | None], ...] = (
        (BlockCategory.USERNAME, None),
        (BlockCategory.VANDALISM, 7 * DAY),
        (BlockCategory.SPAM, 7 * DAY),
        (BlockCategory.SOCKPUPPETRY, 7 * DAY),
        (BlockCategory.LOCK, 7 * DAY),
    )
    default_hold: timedelta | None = 90 * DAY
    keep_definite_up_to: timedelta | None = 366 * DAY
    count_partial_blocks: bool = False
    restore_within: timedelta | None = 365 * DAY
    on_unblock: UnblockAction = UnblockAction.RESTORE_ORIGINAL
    category_rules: tuple[CategoryRule, ...] = DEFAULT_RULES
    notify: frozenset[NotificationKind] = frozenset(NotificationKind)
    auto_assign: bool = True
    seek_for: timedelta | None = 30 * DAY

    def __post_init__(self) -> None:
        durations = (*dict(self.holds).values(), self.default_hold, self.keep_definite_up_to)
        if any(d is not None and d < timedelta() for d in (*durations, self.restore_within, self.seek_for)):
            raise ValueError("a duration is never negative")
        if len(dict(self.holds)) != len(self.holds):
            raise ValueError("a category has one hold")

    def hold(self, category: BlockCategory) -> timedelta | None:
        """How long a block of that category without a near end keeps a tie."""
        return self._hold_of.get(category, self.default_hold)

    def categorize(self, reason: str | None) -> tuple[BlockCategory, CategorySource]:
        """What a reason means; the first rule that fits decides."""
        if reason is None:
            return BlockCategory.OTHER, CategorySource.NONE
        known = self._remembered.get(reason)
        if known is None:
            # The same few reasons come over and over, and to search one by forty rules costs more than all
            # the rest.
            if len(self._remembered) >= _REASONS_REMEMBERED:
                self._remembered.clear()
            category = first_match(self.category_rules, reason)
            known = (
                category or BlockCategory.OTHER,
                CategorySource.RULE if category else CategorySource.NONE,
            )
            self._remembered[reason] = known
        return known

    @cached_property
    def _hold_of(self) -> dict[BlockCategory, timedelta | None]:
        return dict(self.holds)

    @cached_property
    def _remembered(self) -> dict[str, tuple[BlockCategory, CategorySource]]:
        return {}


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """Settings with the moment from which they have force; `None`: from the beginning of time."""

    version: int
    effective_from: datetime | None
    settings: PolicySettings


_DEFAULT = PolicySettings()

PRESETS: dict[PolicyPreset, PolicySettings] = {
    PolicyPreset.DEFAULT: _DEFAULT,
    PolicyPreset.DROP_ON_INDEFINITE_BLOCK: replace(
        _DEFAULT,
        name="drop-on-indefinite-block",
        holds=(),
        default_hold=timedelta(),
        keep_definite_up_to=None,
        count_partial_blocks=True,
        restore_within=timedelta(),
        on_unblock=UnblockAction.ASSIGN_NEW,
    ),
    PolicyPreset.UNTIL_MENTOR_RESIGNS: replace(
        _DEFAULT,
        name="until-mentor-resigns",
        holds=(),
        default_hold=None,
        keep_definite_up_to=None,
        restore_within=None,
    ),
    PolicyPreset.GRACE_30_DAYS: replace(_DEFAULT, name="grace-30-days", holds=(), default_hold=30 * DAY),
}


def to_json(settings: PolicySettings) -> dict[str, Any]:
    """Settings as plain JSON values; durations as ISO 8601 text."""
    return {field.name: _plain(field.name, getattr(settings, field.name)) for field in fields(settings)}


def from_json(values: Mapping[str, Any]) -> PolicySettings:
    """Settings from plain JSON values; what is left out is as in the default, what is unknown is refused."""
    names = [field.name for field in fields(PolicySettings)]
    for name in values:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise ValueError(
                f"there is no setting {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
            )
    return PolicySettings(**{name: _rich(name, value) for name, value in values.items()})


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, timedelta):
        return format_duration(value)
    if name == "holds":
        return {str(category): _plain("hold", hold) for category, hold in value}
    if name == "category_rules":
        return [{"pattern": rule.pattern, "category": str(rule.category)} for rule in value]
    if name == "notify":
        return sorted(str(kind) for kind in value)
    return str(value) if isinstance(value, str) else value


def _rich(name: str, value: Any) -> Any:
    match name, value:
        case "holds", Mapping():
            return tuple((BlockCategory(category), _duration(hold)) for category, hold in value.items())
        case "category_rules", [*rules]:
            return tuple(CategoryRule(rule["pattern"], BlockCategory(rule["category"])) for rule in rules)
        case "notify", [*notifications]:
            return frozenset(NotificationKind(kind) for kind in notifications)
        case "on_unblock", str():
            return UnblockAction(value)
        case (("default_hold" | "keep_definite_up_to" | "restore_within" | "seek_for"), (None | str())):
            return _duration(value)
        case (("count_partial_blocks" | "auto_assign"), bool()):
            return value
        case "name", str():
            return value
    raise ValueError(f"{name} can't be {value!r}")


def _duration(text: str | None) -> timedelta | None:
    return None if text is None else parse_duration(text)
