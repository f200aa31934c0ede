"""Lists of mentees: which, and in what order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry
from sqlalchemy import ARRAY, BigInteger

import models
from graph.compile.ids import BadId
from graph.compile.rows import By
from graph.compile.sets import among, within
from graph.compile.shape import Ids, Param, Values
from graph.compile.words import (
    ENDLESS,
    NEVER,
    both,
    covers,
    either,
    folded,
    is_caller,
    no,
    one_of,
    or_else,
    same,
    sees_hidden,
    starts_with,
)
from graph.errors import ErrorCode, RequestRefused
from graph.kinds import (
    BlockCategory,
    BlockKind,
    BlockScope,
    EndReason,
    MenteeOrderField,
    MenteeState,
    OrderDirection,
    RelationshipRole,
)
from resolvers.account import by_then, may_see
from resolvers.declare import Filter, is_given
from resolvers.declare import where as member
from resolvers.orders import by_name
from resolvers.ranges import DateTimeRange, IntRange

if TYPE_CHECKING:
    from resolvers.mentee import Mentee

PRIMARY = RelationshipRole.PRIMARY


@strawberry.input(
    description="An order of mentees. Those that are alike in it go by an id, in its direction."
)
class MenteeOrder:
    """One of the orders, one way or the other."""

    field: MenteeOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")

    __hash__ = object.__hash__  # Strawberry hashes the defaults of arguments

    def keys(self, *, under: bool = False) -> tuple[By, ...]:
        """What a page is sorted by; `under`: a mentor. The last key is the account, under a mentor the tie, and is told
        by the table whose index has the order.
        """
        last = "tie" if under else "id"
        down = self.direction == OrderDirection.DESC
        if self.field == MenteeOrderField.NAME:
            return by_name(By(last, lambda mentee: mentee.place, descending=down))
        word, key = KEYS[self.field]
        place: Any = (lambda mentee: mentee.place_in_state) if word in STATES else lambda mentee: mentee.place
        return By(word, key, descending=down), By(last, place, descending=down)

    def driven_by(self, mentee: Mentee) -> Iterator[bool]:
        """What holds of every mentee anyway, and gives the index of the order its beginning."""
        if self.field == MenteeOrderField.STATE_SINCE:
            yield mentee.since <= mentee.moment
        elif self.field == MenteeOrderField.STATE_UNTIL:
            yield mentee.until > mentee.moment


KEYS: dict[MenteeOrderField, tuple[str, Any]] = {
    MenteeOrderField.LAST_EDIT: ("last_edit", lambda mentee: mentee.edited),
    MenteeOrderField.EDIT_COUNT: ("edits", lambda mentee: mentee.figure(mentee.account.edit_count, 0)),
    MenteeOrderField.REGISTERED: (
        "registered",
        lambda mentee: mentee.figure(mentee.account.registered_key, NEVER),
    ),
    MenteeOrderField.STATE_SINCE: ("since", lambda mentee: mentee.since),
    MenteeOrderField.STATE_UNTIL: ("until", lambda mentee: mentee.until),
    MenteeOrderField.BLOCK_COUNT: ("blocks", lambda mentee: mentee.figure(mentee.account.block_count, 0)),
    MenteeOrderField.QUESTION_COUNT: (
        "questions",
        lambda mentee: or_else(mentee.figure(mentee.account.question_count), -1),
    ),
    MenteeOrderField.REVERTED_EDIT_COUNT: (
        "reverts",
        lambda mentee: or_else(mentee.figure(mentee.account.reverted_edit_count), -1),
    ),
}
STATES = ("since", "until")

REGISTERED_LAST = MenteeOrder(field=MenteeOrderField.REGISTERED, direction=OrderDirection.DESC)
EDITED_LAST = MenteeOrder(field=MenteeOrderField.LAST_EDIT, direction=OrderDirection.DESC)


def _of_a_block(_mentee: Any, _value: Any) -> bool:
    """Said of one block together with the others of its kind, by `_blocked`."""
    return True


def is_called(row: Any, account_id: Any, prefix: Any) -> bool:
    """Whether the account has, or had, a name that everyone may see and that begins so."""
    begins = folded(prefix.derive("title", prefix.type, lambda text, _: text.replace("_", " ").lstrip()))
    return among(
        row,
        account_id,
        models.AccountName,
        lambda held: both(starts_with(folded(held.name), begins), by_then(row, held)),
        lambda held: held.account_id,
    )


def _has_one_of(mentee: Mentee, ids: Any) -> bool:
    if mentee.under is not None:
        raise RequestRefused(
            ErrorCode.ONLY_UNDER_WIKI,
            "A mentor's list has no filter `mentor`: ask `Wiki.mentees` for those of several.",
        )
    named = cast("Ids", ids)
    for type_ in named.types - {"Mentor"}:
        raise BadId(f"The id of a {type_} was given where a Mentor's is expected.")

    def keys(values: Values) -> list[int]:
        return [ref.key for ref in named.read(values) if ref and ref.wiki == values["wiki"]]

    mentors = Param(f"{named.name}|mentors", ARRAY(BigInteger()), keys)
    return among(
        mentee,
        mentee.account.id,
        models.RelationshipSpan,
        lambda span: both(
            one_of(span.mentor_id, mentors), same(span.role, PRIMARY), covers(span, mentee.moment)
        ),
        lambda span: span.mentee_id,
    )


def _waits(mentee: Mentee) -> bool:
    return among(
        mentee,
        mentee.account.id,
        models.Need,
        lambda need: both(same(need.role, PRIMARY), covers(need, mentee.moment)),
        lambda need: need.mentee_id,
    )


def _is_starred(mentee: Mentee) -> bool:
    return among(
        mentee,
        mentee.account.id,
        models.Star,
        lambda star: is_caller(mentee, star.mentor_id),
        lambda star: star.mentee_id,
    )


def _was_renamed(mentee: Mentee) -> bool:
    def former(held: Any) -> bool:
        return both(same(held.account_id, mentee.account.id), held.valid_to <= mentee.moment)

    hidden = both(sees_hidden(mentee), mentee.exists(models.SuppressedName, former))
    return either(mentee.exists(models.AccountName, former), hidden)


def _releases_before(mentee: Mentee, moment: datetime) -> bool:
    return among(
        mentee,
        mentee.account.id,
        models.Relationship,
        lambda tie: both(
            same(tie.role, PRIMARY),
            same(tie.ends_because, EndReason.HOLD_ELAPSED),
            tie.started_at <= mentee.moment,
            tie.ends_at > mentee.moment,
            tie.ends_at < moment,
            same(tie.withdrawn_at, ENDLESS),
        ),
        lambda tie: tie.mentee_id,
    )


@strawberry.input(
    description="Which mentees. What is said of a block is said of one that is open, all of the same one."
)
class MenteeFilter(Filter):
    """Each member says which mentees it lets through."""

    state: list[MenteeState] | None = member(
        "Whose mentorship stands so; under a mentor, whose tie does.",
        lambda mentee, states: mentee.is_in(states),
    )
    name_prefix: str | None = member(
        "Of the name now or a former one, letter case folded; hidden names never match.",
        lambda mentee, prefix: is_called(mentee, mentee.account.id, prefix),
    )
    mentor: list[strawberry.ID] | None = member(
        "Only under `Wiki`: whose primary mentor is one of these.",
        _has_one_of,
    )
    waiting: bool | None = member(
        "For whom a mentor is being sought, or for whom none is.",
        lambda mentee, asked: _waits(mentee) if asked else no(_waits(mentee)),
    )
    state_since: DateTimeRange | None = member(
        "Who has stood so since a moment of this range.", lambda mentee, range_: range_.holds(mentee.since)
    )
    renamed: bool | None = member(
        "Who has a former name that the caller may see, or who has none.",
        lambda mentee, asked: _was_renamed(mentee) if asked else no(_was_renamed(mentee)),
    )
    starred: bool | None = member(
        "Whom the caller, a mentor, has starred, or has not.",
        lambda mentee, asked: _is_starred(mentee) if asked else no(_is_starred(mentee)),
    )
    block_scope: BlockScope | None = member("With an open block of that scope.", _of_a_block)
    block_indefinite: bool | None = member(
        "With an open block that has no end, or that has one.", _of_a_block
    )
    block_kind: list[BlockKind] | None = member("With an open block of one of those kinds.", _of_a_block)
    edit_count: IntRange | None = member(
        "Who has that many edits.", lambda mentee, range_: range_.holds(mentee.account.edit_count)
    )
    last_edit: DateTimeRange | None = member(
        "Whose last edit was then; who never edited is in no range.",
        lambda mentee, range_: range_.holds(mentee.edited),
    )
    registered: DateTimeRange | None = member(
        "Who was registered then; of whom no source tells it is in no range.",
        lambda mentee, range_: range_.holds(mentee.account.registered_key),
    )
    block_category: list[BlockCategory] | None = member(
        "With an open block of one of those categories.", _of_a_block
    )
    releases_before: datetime | None = member(
        "Whose primary tie will be released before that moment if no block is lifted by then.",
        _releases_before,
    )

    def conditions(self, row: Any) -> Iterator[bool]:
        """What must hold of a mentee; what is said of a block, of the same one."""
        yield from super().conditions(row)
        blocks = (self.block_scope, self.block_indefinite, self.block_kind, self.block_category)
        if row.under and any(map(is_given, (*blocks, self.edit_count, self.registered))):
            # Whom only the tie is told of is found by nothing else.
            yield may_see(row, row.account)
        if any(map(is_given, blocks)):
            yield self._blocked(row)
        if is_given(self.block_kind):
            # Follows from it, and tells PostgreSQL how few they may be.
            yield within(
                row,
                row.account.id,
                models.Block,
                lambda block: one_of(block.kind, self.block_kind),
                lambda block: block.mentee_id,
            )

    def _blocked(self, mentee: Mentee) -> bool:
        def on(span: models.BlockSpan) -> Iterator[bool]:
            yield covers(span, mentee.moment)
            if is_given(self.block_scope):
                yield same(span.scope, str(self.block_scope))
            if is_given(self.block_category):
                yield one_of(span.category, self.block_category)
            if is_given(self.block_indefinite):
                endless = same(span.expires_at, ENDLESS)
                yield endless if self.block_indefinite else no(endless)
            if is_given(self.block_kind):
                yield mentee.exists(
                    models.Block,
                    lambda block: both(same(block.id, span.block_id), one_of(block.kind, self.block_kind)),
                )

        return within(
            mentee,
            mentee.account.id,
            models.BlockSpan,
            lambda span: both(*on(span)),
            lambda span: span.mentee_id,
        )
