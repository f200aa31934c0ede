"""What a wiki decided about its mentorships, and from when on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import models
from graph.compile.rows import Row
from graph.compile.words import FIRST_DAY, NEVER, first_of, flag_in, same, told_in
from graph.kinds import BlockCategory, NotificationKind, UnblockAction
from resolvers.declare import Node, answer, column, node

if TYPE_CHECKING:
    from resolvers.wiki import Wiki


@node("What a wiki decides, from a moment on; a version is never changed, only followed by another.")
class Policy(Row[models.Policy], Node):
    """One version of a wiki's policy."""

    version: int = column("Counts from 1.")

    @answer
    def wiki(self) -> Wiki:
        """Its wiki."""
        return self.one(lambda wiki: same(wiki.row.id, self.within.wiki))

    @answer
    def effective_from(self) -> datetime:
        """The first version of a wiki has force from the beginning of time (`0001-01-01T00:00:00.000Z`);
        every other from here on.
        """
        return first_of((same(self.row.effective_from, NEVER), FIRST_DAY), other=self.row.effective_from)

    @answer
    def settings(self) -> PolicySettings:
        """What it decides."""
        return self.part()


@node("What a policy decides; also of policies that were never in force.")
class PolicySettings(Row[models.Policy]):
    """The settings, which are kept as JSON: a policy's, or beside what a simulation made of them."""

    @property
    def said(self) -> Any:
        """The JSON."""
        settings = getattr(self.row, "settings", None)
        return cast("Any", self.row).value["settings"] if settings is None else settings

    def text(self, name: str) -> Any:
        """A setting as text: durations are written so already."""
        return self.said[name].astext

    @answer
    def name(self) -> str:
        """What the policy is called."""
        return cast("str", self.text("name"))

    @answer
    def holds(self) -> list[CategoryHold]:
        """How long a tie is kept, by what the mentee is blocked for."""
        return self.elements(self.said["holds"], keyed=True)

    @answer
    def default_hold(self) -> timedelta | None:
        """The hold (grace period) of categories not named in `holds`; null: as long as the mentor stays a mentor."""
        return cast("timedelta", self.text("default_hold"))

    @answer
    def keep_definite_up_to(self) -> timedelta | None:
        """Null: a block with an end always keeps the tie."""
        return cast("timedelta", self.text("keep_definite_up_to"))

    @answer
    def count_partial_blocks(self) -> bool:
        """Whether partial blocks suspend too."""
        return flag_in(self.said["count_partial_blocks"])

    @answer
    def restore_within(self) -> timedelta | None:
        """Null: always."""
        return cast("timedelta", self.text("restore_within"))

    @answer
    def on_unblock(self) -> UnblockAction:
        """What follows an unblock for a tie that was lost."""
        return cast("UnblockAction", self.text("on_unblock"))

    @answer
    def category_rules(self) -> list[CategoryRule]:
        """What reasons mean; the first rule that fits decides."""
        return self.elements(self.said["category_rules"])

    @answer
    def notify(self) -> list[NotificationKind]:
        """Which transitions mentors are told of."""
        return cast("list[NotificationKind]", self.said["notify"])

    @answer
    def auto_assign(self) -> bool:
        """Whether needs are answered by drawing."""
        return flag_in(self.said["auto_assign"])

    @answer
    def seek_for(self) -> timedelta | None:
        """How long an unassigned mentee without an edit is waited for; null: for ever."""
        return cast("timedelta", self.text("seek_for"))


@node("How long a tie is kept while the mentee is blocked for that.")
class CategoryHold(Row[Any]):
    """A member of the holds."""

    @answer
    def category(self) -> BlockCategory:
        """What the mentee is blocked for."""
        return cast("BlockCategory", self.row.key)

    @answer
    def hold(self) -> timedelta | None:
        """Null: as long as the mentor stays a mentor."""
        return cast("timedelta", told_in(self.row.value))


@node("What a block's reason means.")
class CategoryRule(Row[Any]):
    """An element of the rules."""

    @answer
    def pattern(self) -> str:
        """Words to be found in the reason, case and accents folded; `*` stands for any run of characters."""
        return cast("str", self.row.value["pattern"].astext)

    @answer
    def category(self) -> BlockCategory:
        """What it is then taken for."""
        return cast("BlockCategory", self.row.value["category"].astext)
