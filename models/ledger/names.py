"""Names: who held one at a moment, what an account was called from when to when, and what is hidden of it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from graph.facts import Fact, Registered, Renamed, TakenBack, Vanished, VisibilityChanged
from graph.history import OrderKey, order_key, standing
from graph.kinds import BlockKey, FactKind, Origin
from graph.timeline import Block
from models.columns import ENDLESS
from models.ledger.connections import Connection
from models.ledger.facts_kept import Kept
from models.ledger.rows import NameRow

# By the facts, not by the spans of names: renames of the same second are told apart by the numbers of the log.
NAMINGS: Final = """
SELECT f.id, f.mentee_id, f.kind, f.occurred_at, f.source, f.source_id, f.choices, t.name
FROM fact_text AS held
JOIN fact AS gave ON gave.wiki_id = $1 AND gave.id = held.fact_id
JOIN fact AS f ON f.wiki_id = $1 AND f.mentee_id = gave.mentee_id
LEFT JOIN fact_text AS t ON t.wiki_id = $1 AND t.fact_id = f.id
WHERE held.wiki_id = $1 AND held.name = ANY($2::text[])
  AND f.kind IN ('REGISTERED', 'RENAMED', 'TAKEN_BACK')
"""

Place = tuple[datetime, OrderKey]
"""A fact's place among all others: its moment, and its order within it (rule 15)."""


def place(fact: Fact) -> Place:
    return fact.at, order_key(fact)


class Naming(NamedTuple):
    """From there on, an account had that name."""

    place: Place
    name: str


class Directory:
    """Who was called what, for the names that were asked of it; grows with what a batch itself brings."""

    def __init__(self) -> None:
        self._namings: dict[int, list[Naming]] = {}
        self._accounts: dict[str, set[int]] = {}

    def add(self, account: int, fact: Fact, name: str | None) -> None:
        """A registration or a rename gave this account that name."""
        if name is None:
            return
        namings = self._namings.setdefault(account, [])
        naming = Naming(place(fact), name)
        at = bisect_left(namings, naming)
        if at == len(namings) or namings[at] != naming:
            namings.insert(at, naming)
        self._accounts.setdefault(name, set()).add(account)

    def holder(self, name: str, moment: Place) -> int | None:
        """Whoever held the name just before that fact, else whoever holds it now; of several, the latest."""
        return self._latest(name, moment) or self._latest(name, None)

    def ever_held(self, account: int, name: str) -> bool:
        return account in self._accounts.get(name, ())

    def _latest(self, name: str, moment: Place | None) -> int | None:
        best: tuple[Place, int] | None = None
        for account in self._accounts.get(name, ()):
            namings = self._namings[account]
            at = len(namings) if moment is None else bisect_left(namings, moment, key=lambda n: n.place)
            if at and namings[at - 1].name == name:
                held = (namings[at - 1].place, account)
                best = held if best is None or held > best else best
        return None if best is None else best[1]


async def look_up(connection: Connection, wiki: int, names: Iterable[str]) -> Directory:
    """All that is known of who held these names."""
    directory = Directory()
    wanted = sorted(set(names))
    if not wanted:
        return directory
    for naming in await namings(connection, wiki, wanted):
        directory.add(naming.account, naming.fact, naming.name)
    return directory


class GivenName(NamedTuple):
    """A name that a registration or a rename gave an account; `fact_id` is the row of that fact."""

    account: int
    fact: Fact
    name: str | None
    fact_id: int


async def namings(connection: Connection, wiki: int, names: Sequence[str]) -> list[GivenName]:
    """All names that were ever given to the accounts that ever had one of these; in order for each account."""
    said: dict[int, dict[Origin, GivenName]] = {}
    for fact_id, account, kind, at, source, source_id, choices, name in await connection.fetch(
        NAMINGS, wiki, names
    ):
        fact = _naming(kind, at, Origin(source, source_id), choices)
        said.setdefault(account, {})[fact.origin] = GivenName(account, fact, name, fact_id)
    return [
        by_origin[fact.origin]
        for by_origin in said.values()
        for fact in standing(given.fact for given in by_origin.values())
    ]


def _naming(kind: str, at: datetime, origin: Origin, choices: str) -> Fact:
    if kind == FactKind.TAKEN_BACK:
        target = orjson.loads(choices)["target"]
        return TakenBack(at=at, origin=origin, target=Origin(target["source"], target["source_id"]))
    return Registered(at=at, origin=origin) if kind == FactKind.REGISTERED else Renamed(at=at, origin=origin)


class Called(NamedTuple):
    """What an account is and was called: the public names, the hidden ones, and whether all of it is hidden.

    `turns_at` is when the clock will next hide or show it.
    """

    name: str | None
    is_hidden: bool
    public: list[NameRow]
    suppressed: list[NameRow]
    turns_at: datetime


def called(account: int, facts: Sequence[Kept], blocks: Iterable[Block], now: datetime) -> Called:
    """Work out an account's names from its standing facts, in their order, and from its blocks."""
    spans = _spans(account, facts)
    turns = [moment for block in blocks if block.hides_name and block.spans for moment in _turns(block)]
    open_hiders = any(
        block.hides_name and any(span.start <= now < (span.end or ENDLESS) for span in block.spans)
        for block in blocks
    )
    hidden = open_hiders or _hidden_by_hand(facts)
    vanished = any(isinstance(kept.fact, Vanished) for kept in facts)
    public: list[NameRow] = []
    suppressed: list[NameRow] = []
    for span in spans:
        former = span.valid_to != ENDLESS
        (suppressed if hidden or (vanished and former) else public).append(span)
    current = spans[-1].name if spans and not hidden else None
    return Called(
        current, hidden, public, suppressed, min((turn for turn in turns if turn > now), default=ENDLESS)
    )


def _spans(account: int, facts: Sequence[Kept]) -> list[NameRow]:
    namings = [(kept.fact.at, kept.name) for kept in facts if kept.name is not None]
    spans: list[NameRow] = []
    ends = [*(start for start, _ in namings[1:]), ENDLESS] if namings else []
    for (start, name), end in zip(namings, ends, strict=True):
        if start == end:
            continue  # a name of no time: renamed again within the same moment
        if spans and spans[-1].name == name and spans[-1].valid_to == start:
            spans[-1] = spans[-1]._replace(valid_to=end)
        else:
            spans.append(NameRow(account, start, end, name))
    return spans


def _turns(block: Block) -> tuple[datetime, datetime]:
    return block.spans[0].start, block.spans[-1].end or ENDLESS


def _hidden_by_hand(facts: Sequence[Kept]) -> bool:
    said = [
        kept.fact.name_hidden
        for kept in facts
        if isinstance(kept.fact, VisibilityChanged) and kept.fact.name_hidden is not None
    ]
    return said[-1] if said else False


class BlockVisibility(NamedTuple):
    """What of a block is hidden by itself."""

    reason: bool = False
    performer: bool = False


def block_visibility(facts: Sequence[Kept], block: BlockKey) -> BlockVisibility:
    """The last word counts, for each of the two; one that names no block speaks of all."""
    reason = performer = False
    for kept in facts:
        fact = kept.fact
        if isinstance(fact, VisibilityChanged) and _speaks_of(fact, block):
            reason = reason if fact.reason_hidden is None else fact.reason_hidden
            performer = performer if fact.performer_hidden is None else fact.performer_hidden
    return BlockVisibility(reason, performer)


def _speaks_of(fact: VisibilityChanged, block: BlockKey) -> bool:
    return fact.block_id is None or BlockKey(fact.block_kind, fact.block_id) == block
