"""Mutations that record what happened on the wiki, one by one or many at once, and take back what did not."""

from typing import Final

import strawberry

from graph.errors import Refused
from graph.kinds import Origin, UserErrorCode
from models.ledger import Recorded, Told
from models.ledger.checks import check_text
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.block import Block
from resolvers.declare import ref
from resolvers.event import RelationshipEvent
from resolvers.happenings import (
    SOURCE,
    SOURCE_ID,
    VALIDATE_ONLY,
    WIKI,
    FactInput,
    Happening,
    RecordBlockChangeInput,
    RecordBlockInput,
    RecordDepartureInput,
    RecordRegistrationInput,
    RecordRenameInput,
    RecordUnblockInput,
    RecordVisibilityInput,
)
from resolvers.mentee import Mentee
from resolvers.refusals import UserError, below, check_fit, refusing, told
from resolvers.telling import read

AT_ONCE: Final = 250
"""Facts that one request may hold."""


@strawberry.type(
    description="`events` are the transitions that this fact caused, those that lie in the future left out."
)
class RecordPayload:
    """What became of a fact."""

    mentee: Mentee | None = strawberry.field(default=None, description="Whom it is about, as they are now.")
    block: Block | None = strawberry.field(
        default=None, description="The block it is about, if it is about one."
    )
    events: list[RelationshipEvent] = strawberry.field(
        default_factory=list,
        description="What it caused. A draw is a fact of its own, and so is what follows from it.",
    )
    replayed: bool = strawberry.field(
        default=False, description="True where the fact was known already and nothing changed."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was recorded."
    )


@strawberry.input(description=f"At most {AT_ONCE}, each on its own; results in the order given.")
class RecordFactsInput:
    """Many happenings."""

    facts: list[FactInput] = strawberry.field(description=f"At most {AT_ONCE}, of any wikis.")


@strawberry.type(description="One result for each fact, in the order given.")
class RecordFactsPayload:
    """What became of many facts."""

    results: list[RecordPayload] = strawberry.field(default_factory=list, description="One for each fact.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="Why none was recorded; what is wrong with one of them is in its own result.",
    )


@strawberry.input(
    description=(
        "Takes a fact back: everything is as if it had never been recorded, and the history says who took "
        "it back."
    )
)
class RetractFactInput:
    """A fact was recorded by mistake."""

    wiki: str = strawberry.field(description=WIKI)
    source: str = strawberry.field(description=SOURCE)
    source_id: str = strawberry.field(description=SOURCE_ID)
    reason: str = strawberry.field(description="Why it was a mistake.")
    validate_only: bool = strawberry.field(default=False, description=VALIDATE_ONLY)


def payload_of(wiki: int, recorded: Recorded) -> RecordPayload:
    """The payload's objects, by address: the compiler reads them."""
    return RecordPayload(
        mentee=ref("Mentee", wiki, recorded.mentee),
        block=ref("Block", wiki, recorded.block),
        events=[ref("RelationshipEvent", wiki, event) for event in recorded.events],
        replayed=recorded.replayed,
    )


async def record(info: Info, happening: Happening, *, rehearse: bool = False) -> RecordPayload:
    """Record one fact and say what became of it."""
    wiki = await wiki_of(info, happening.wiki)
    one = read(happening, wiki)
    ledger = ledger_of(info, rehearse=rehearse)
    recorded = await ledger.record(wiki, one.entry, draw=one.draw, preferred=one.preferred)
    return payload_of(wiki, recorded)


@refusing(RecordPayload)
async def record_registration(info: Info, input: RecordRegistrationInput) -> RecordPayload:
    """Record a registration, and draw mentors where the policy says so."""
    return await record(info, input)


@refusing(RecordPayload)
async def record_block(info: Info, input: RecordBlockInput) -> RecordPayload:
    """Record that a block was placed."""
    return await record(info, input, rehearse=input.validate_only)


@refusing(RecordPayload)
async def record_block_change(info: Info, input: RecordBlockChangeInput) -> RecordPayload:
    """Record that a block was changed."""
    return await record(info, input)


@refusing(RecordPayload)
async def record_unblock(info: Info, input: RecordUnblockInput) -> RecordPayload:
    """Record that a block, or every block of a kind, was lifted."""
    return await record(info, input)


@refusing(RecordPayload)
async def record_rename(info: Info, input: RecordRenameInput) -> RecordPayload:
    """Record that an account has another name."""
    return await record(info, input)


@refusing(RecordPayload)
async def record_departure(info: Info, input: RecordDepartureInput) -> RecordPayload:
    """Record that an account vanished."""
    return await record(info, input)


@refusing(RecordPayload)
async def record_visibility(info: Info, input: RecordVisibilityInput) -> RecordPayload:
    """Record that something was hidden from the public, or shown again."""
    return await record(info, input)


async def record_facts(info: Info, input: RecordFactsInput) -> RecordFactsPayload:
    """Record many facts, each on its own: who is refused holds up nobody."""
    if len(input.facts) > AT_ONCE:
        refused = Refused(UserErrorCode.TOO_MANY, f"Tell {AT_ONCE} facts at most at once.", "facts")
        return RecordFactsPayload(user_errors=[told(refused)])
    many = _Many(info)
    for place, fact in enumerate(input.facts):
        await many.take(place, fact)
    await many.record()
    return RecordFactsPayload(results=[many.results[place] for place in range(len(input.facts))])


def _check_meant(happening: object) -> None:
    if isinstance(happening, RecordBlockInput) and happening.validate_only:
        message = "Among many facts none is only tried; try a block by `recordBlock`."
        raise Refused(UserErrorCode.INVALID, message, "validateOnly")


class _Many:
    """The facts of one request by wiki, and what has become of each, by its place."""

    def __init__(self, info: Info) -> None:
        self._info = info
        self._wikis: dict[str, int] = {}
        self._paths: dict[int, tuple[str, ...]] = {}
        self._told: dict[int, dict[int, Told]] = {}
        self.results: dict[int, RecordPayload] = {}

    async def take(self, place: int, fact: FactInput) -> None:
        member, happening = _given(fact)
        self._paths[place] = "facts", str(place), member
        try:
            check_fit(happening)
            _check_meant(happening)
            wiki = await self._wiki(happening.wiki)
            self._told.setdefault(wiki, {})[place] = read(happening, wiki)
        except Refused as refused:
            self._refuse(place, refused)

    async def _wiki(self, name: str) -> int:
        if name not in self._wikis:
            self._wikis[name] = await wiki_of(self._info, name)
        return self._wikis[name]

    async def record(self) -> None:
        for wiki, told_of in self._told.items():
            done = await ledger_of(self._info).record_each(wiki, told_of)
            for place, became in done.items():
                if isinstance(became, Refused):
                    self._refuse(place, became)
                else:
                    self.results[place] = payload_of(wiki, became)

    def _refuse(self, place: int, refused: Refused) -> None:
        self.results[place] = RecordPayload(user_errors=[told(below(refused, *self._paths[place]))])


def _given(fact: FactInput) -> tuple[str, Happening]:
    """Which of the happenings it is, as the caller names it."""
    for member, name in MEMBERS.items():
        given = getattr(fact, member)
        if given:
            happening: Happening = given.value
            return name, happening
    raise AssertionError("the schema lets just one be given")


MEMBERS: Final = {
    "registration": "registration",
    "block": "block",
    "block_change": "blockChange",
    "unblock": "unblock",
    "rename": "rename",
    "departure": "departure",
    "visibility": "visibility",
}


@refusing(RecordPayload)
async def retract_fact(info: Info, input: RetractFactInput) -> RecordPayload:
    """Take back a fact that was recorded by mistake."""
    for text, field in ((input.source, "source"), (input.source_id, "sourceId"), (input.reason, "reason")):
        check_text(text, field)
    if not input.reason.strip():
        raise Refused(UserErrorCode.INVALID, "Say why it was a mistake, for those who look later.", "reason")
    wiki = await wiki_of(info, input.wiki)
    ledger = ledger_of(info, rehearse=input.validate_only)
    return payload_of(wiki, await ledger.take_back(wiki, Origin(input.source, input.source_id), input.reason))
