"""Who is meant: the people and blocks that entries name, and the facts that are known already."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from graph.errors import Refused
from graph.facts import (
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    MentorEnrolled,
    MentorResigned,
    Registered,
    TakenBack,
    VisibilityChanged,
)
from graph.kinds import BlockKey, FactKind, Origin, UserErrorCode
from models.ledger.change import Given
from models.ledger.checks import is_temporary
from models.ledger.connections import Connection
from models.ledger.entry import Entry, NamesMentor, Target
from models.ledger.facts_kept import choices, digest, reason_of
from models.ledger.names import Directory, look_up, place

KNOWN: Final = """
SELECT f.id, f.kind, f.mentee_id, f.mentor_id, f.occurred_at, f.source, f.source_id, f.digest, f.recorded_at,
       t.reason, t.name
FROM unnest($2::text[], $3::text[]) AS asked (source, source_id)
JOIN fact AS f ON f.wiki_id = $1 AND f.source = asked.source AND f.source_id = asked.source_id
LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
"""
# `named` says that the block's id is the source's own: where a source tells none, a block is known by the id of
# the entry that placed it, which may well be another block's id.
OWNERS: Final = """
SELECT b.kind, b.block_id, b.mentee_id, coalesce(f.choices ->> 'block_id' = b.block_id, false) AS named
FROM unnest($2::text[], $3::text[]) AS asked (kind, block_id)
JOIN block AS b ON b.wiki_id = $1 AND b.kind = asked.kind AND b.block_id = asked.block_id
JOIN fact AS f ON f.wiki_id = $1 AND f.id = b.placed_by
WHERE b.withdrawn_at = 'infinity'
"""

DRAWS: Final = {FactKind.DRAWN, FactKind.ASSIGNED}

BlockFact = BlockPlaced | BlockChanged | BlockLifted


class Known(NamedTuple):
    """A fact that was recorded before, with what tells whether another is the same."""

    id: int
    kind: str
    mentee: int | None
    mentor: int | None
    at: datetime
    source: str
    source_id: str
    digest: bytes
    recorded_at: datetime
    reason: str | None
    name: str | None


class Owner(NamedTuple):
    """Whose block that is; `named`: its id is the source's own."""

    account: int
    named: bool


class Surroundings:
    """What is known that entries refer to: names, blocks by id, facts by origin."""

    def __init__(self) -> None:
        self.names = Directory()
        self.known: dict[Origin, Known] = {}
        self.owners: dict[BlockKey, list[Owner]] = {}
        self._subjects: dict[Origin, tuple[int | None, int | None]] = {}

    async def look(
        self, connection: Connection, wiki: int, entries: Sequence[Entry], others: Iterable[Target] = ()
    ) -> None:
        """Read all that these entries refer to; `others` are people that are named beside them."""
        names = {target.name for target in others if target.name is not None}
        self.names = await look_up(connection, wiki, names | _names(entries))
        self.known = await find(connection, wiki, _origins(entries))
        blocks = sorted({key for entry in entries if (key := block_named(entry)) is not None})
        if blocks:
            kinds, ids = zip(*((key.kind.value, key.block_id) for key in blocks), strict=True)
            for kind, block_id, account, named in await connection.fetch(OWNERS, wiki, kinds, ids):
                self.owners.setdefault(BlockKey(kind, block_id), []).append(Owner(account, named))

    def learn(self, given: Given) -> None:
        """What a later entry of the same batch may refer to."""
        fact = given.entry.fact
        self._subjects[fact.origin] = given.mentee, given.mentor if given.mentee is None else None
        if given.mentee is not None:
            self.names.add(given.mentee, fact, given.entry.name)
            key = block_named(given.entry)
            if key is not None and not any(o.account == given.mentee for o in self.owners.get(key, ())):
                self.owners.setdefault(key, []).append(Owner(given.mentee, True))

    def replayed(self, entry: Entry) -> Known | None:
        """The fact that was recorded under this name before; other content under the same name is refused."""
        known = self.known.get(entry.origin)
        if known is not None and not self._is_same(entry, known):
            raise other_content()
        return known

    def was_drawn(self, entry: Entry) -> Known | None:
        """The same for a decision that leaves the mentor to chance: whom chance named is no part of the question."""
        known = self.known.get(entry.origin)
        if known is not None and not (self._is_about(entry.target, known.mentee) and known.kind in DRAWS):
            raise other_content()
        return known

    def is_about_terms(self, entry: Entry) -> bool:
        """Whether it is about a mentor's terms, or takes back what is."""
        fact = entry.fact
        if isinstance(fact, TakenBack):
            return self.subject(fact.target)[0] is None
        return isinstance(fact, MentorEnrolled | MentorResigned)

    def _is_same(self, entry: Entry, known: Known) -> bool:
        """Text that either side lacks was hidden or erased, and tells nothing."""
        fact = settled(entry).fact
        at = known.at if entry.timeless else fact.at
        mentor = known.mentor if entry.mentor is not None else mentor_of(entry)
        if isinstance(fact, TakenBack):
            mentor = known.mentor
        texts = ((reason_of(entry), known.reason), (entry.name, known.name))
        return (
            digest(fact.kind.value, at, choices(fact), mentor) == known.digest
            and all(ours is None or theirs is None or ours == theirs for ours, theirs in texts)
            and self._is_about(entry.target, known.mentee)
        )

    def _is_about(self, target: Target | None, account: int | None) -> bool:
        if target is None or account is None:
            return True
        if target.name is not None:
            return self.names.ever_held(account, target.name)
        return target.id == account

    def given(self, entry: Entry) -> Given:
        """The entry with its people known by id, or a refusal that names whom nobody knows."""
        entry = settled(entry)
        if entry.mentor is not None:
            entry = entry.naming(self.account(entry, entry.mentor, "mentor"))
        performer = entry.performer_id or (
            entry.performer and self.names.holder(entry.performer, place(entry.fact))
        )
        if isinstance(entry.fact, MentorEnrolled | MentorResigned):
            return Given(entry, None, entry.fact.mentor, performer or None)
        if isinstance(entry.fact, TakenBack):
            mentee, mentor = self.subject(entry.fact.target)
            return Given(entry, mentee, mentor, performer or None)
        mentee = self._mentee(entry)
        return Given(entry, mentee, mentor_of(entry), performer or None)

    def account(self, entry: Entry, target: Target, field: str) -> int:
        if target.id is not None:
            return target.id
        assert target.name is not None
        found = self.names.holder(target.name, place(entry.fact))
        if found is None:
            raise nobody_of_that_name(field)
        return found

    def _mentee(self, entry: Entry) -> int:
        key = block_named(entry)
        owners = [] if key is None else self.owners.get(key, [])
        if entry.target is None:
            if not owners:
                raise Refused(
                    UserErrorCode.NOT_FOUND,
                    "No block of that kind and id is known; name the account as the target.",
                    "target" if key is None else "blockId",
                )
            return max(owners, key=lambda owner: owner.named).account
        account = self.account(entry, entry.target, "target")
        named = [owner.account for owner in owners if owner.named]
        if named and account not in named:
            raise Refused(
                UserErrorCode.CONFLICT,
                "A block of that kind and id is known for another account; look at the id and the target.",
                "blockId",
            )
        return account

    def subject(self, origin: Origin) -> tuple[int | None, int | None]:
        """The mentee whom a known fact is about, else the mentor; a taking back is about the same."""
        if origin in self._subjects:
            return self._subjects[origin]
        target = self.known.get(origin)
        if target is None:
            raise Refused(
                UserErrorCode.NOT_FOUND, "No fact of that source and sourceId is known.", "sourceId"
            )
        return target.mentee, None if target.mentee is not None else target.mentor


def nobody_of_that_name(field: str) -> Refused:
    return Refused(
        UserErrorCode.NOT_FOUND,
        "Nobody of that name is known at that moment; record the registration or the rename first, "
        "or name the account by its user id.",
        field,
    )


def other_content() -> Refused:
    return Refused(
        UserErrorCode.CONFLICT,
        "This source and sourceId were recorded before with other content; a new fact has a new sourceId.",
        "sourceId",
    )


def settled(entry: Entry) -> Entry:
    """Bots and temporary accounts are registered for no assignment (rule 12)."""
    fact = entry.fact
    if isinstance(fact, Registered) and (not entry.eligible or is_temporary(entry.name)):
        return replace(entry, fact=replace(fact, assign=False), eligible=False)
    return entry


def mentor_of(entry: Entry) -> int | None:
    return entry.fact.mentor if isinstance(entry.fact, NamesMentor) else None


def block_named(entry: Entry) -> BlockKey | None:
    """The block that a fact names by id."""
    fact = entry.fact
    if isinstance(fact, BlockFact | VisibilityChanged) and fact.block_id is not None:
        return BlockKey(fact.block_kind, fact.block_id)
    return None


def _names(entries: Iterable[Entry]) -> set[str]:
    names = {t.name for entry in entries for t in (entry.target, entry.mentor) if t is not None and t.name}
    return names | {entry.performer for entry in entries if entry.performer}


def _origins(entries: Iterable[Entry]) -> set[Origin]:
    taken_back = {entry.fact.target for entry in entries if isinstance(entry.fact, TakenBack)}
    return {entry.origin for entry in entries} | taken_back


async def find(connection: Connection, wiki: int, origins: Iterable[Origin]) -> dict[Origin, Known]:
    """The facts of these origins that are known."""
    wanted = sorted(set(origins))
    if not wanted:
        return {}
    sources, ids = zip(*wanted, strict=True)
    found = [Known(*row) for row in await connection.fetch(KNOWN, wiki, sources, ids)]
    return {Origin(known.source, known.source_id): known for known in found}
