"""Which block a fact speaks of, and what each block says from when to when (rules 3 and 16)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from graph.facts import ABSENT, BlockChanged, BlockLifted, BlockPlaced
from graph.kinds import BlockCategory, BlockKey, BlockKind, BlockScope, Origin
from graph.moments import FOREVER

BlockFact = BlockPlaced | BlockChanged | BlockLifted

AFTER_ALL_FACTS = 1 << 30
"""The place of the clock among the facts of its instant: behind them."""


class Terms(NamedTuple):
    """What a block says from one of its facts to the next.

    `given` is the category that a caller gave, None: to be worked out; `asked`: an unblock is requested.
    `place` is the fact's place among the others.
    """

    at: datetime
    place: int
    fact: Origin
    reason_by: Origin
    scope: BlockScope = BlockScope.SITEWIDE
    expires_at: datetime | None = None
    given: BlockCategory | None = None
    reason: str | None = None
    asked: bool = False
    hides_name: bool = False

    @property
    def expires(self) -> datetime:
        """When they let the block end by itself; an end that lies before the terms that name it is now."""
        expires_at = self.expires_at
        if expires_at is None:
            return FOREVER
        return max(self.at, expires_at)


class BlockDraft:
    """A block while its facts are gathered; `end` is when it closes, by `closed_by` (None: by the clock)."""

    __slots__ = ("closed_by", "closed_place", "end", "key", "lifted_at", "placed_at", "placed_by", "terms")

    def __init__(self, key: BlockKey, terms: Terms) -> None:
        self.key = key
        self.placed_at = terms.at
        self.placed_by = terms.fact
        self.terms = [terms]
        self.end = terms.expires
        self.lifted_at: datetime | None = None
        self.closed_by: Origin | None = None
        self.closed_place = AFTER_ALL_FACTS

    def is_open(self, at: datetime) -> bool:
        """For a fact of this moment: facts apply before the clock, so what expires now can be changed."""
        return self.lifted_at is None and at <= self.end

    def change(self, terms: Terms) -> None:
        if terms.at == self.terms[-1].at:
            self.terms.pop()
        self.terms.append(terms)
        self.end = terms.expires

    def lift(self, at: datetime, fact: Origin, place: int) -> None:
        self.lifted_at = self.end = max(at, self.placed_at)
        self.closed_by, self.closed_place = fact, place


def gather(facts: list[BlockFact]) -> list[BlockDraft]:
    """Every block that the facts speak of, in the order of their placing; the facts are in their order."""
    keyed = [(fact, _key(fact)) for fact in facts]
    register = _Register(keyed)
    for place, (fact, key) in enumerate(keyed):
        register.read(fact, key, place)
    return list(register.blocks.values())


class _Register:
    """The blocks that are known at one place among the facts, and what is known of them from the whole."""

    def __init__(self, facts: Iterable[tuple[BlockFact, BlockKey]]) -> None:
        self.blocks: dict[BlockKey, BlockDraft] = {}
        self.open: dict[BlockKind, dict[BlockKey, BlockDraft]] = defaultdict(dict)
        self.placed: set[BlockKey] = set()
        self.lifts: dict[BlockKey, BlockLifted] = {}
        for fact, key in facts:
            if isinstance(fact, BlockPlaced):
                self.placed.add(key)
            elif isinstance(fact, BlockLifted) and fact.block_id is not None:
                self.lifts.setdefault(key, fact)

    def read(self, fact: BlockFact, key: BlockKey, place: int) -> None:
        if isinstance(fact, BlockPlaced):
            self._place(key, _terms_placed(fact, place), place)
        elif isinstance(fact, BlockLifted):
            self._lift(fact, key, place)
        else:
            self._change(fact, key, place)

    def _place(self, key: BlockKey, terms: Terms, place: int) -> None:
        if key in self.blocks:
            return
        block = self.blocks[key] = BlockDraft(key, terms)
        lift = self.lifts.get(key)
        if lift is not None and lift.at <= terms.at:
            block.lift(lift.at, lift.origin, place)
        else:
            self.open[key.kind][key] = block

    def _lift(self, fact: BlockLifted, key: BlockKey, place: int) -> None:
        for block in self._meant(fact, key):
            block.lift(fact.at, fact.origin, place)
            del self.open[key.kind][block.key]

    def _change(self, fact: BlockChanged, key: BlockKey, place: int) -> None:
        meant = self._meant(fact, key)
        if len(meant) == 1:
            (block,) = meant
            block.change(_terms_changed(block.terms[-1], fact, place))
        elif not meant and key not in self.placed:
            unknown = Terms(fact.at, place, fact.origin, reason_by=fact.origin)
            self._place(key, _terms_changed(unknown, fact, place), place)

    def _meant(self, fact: BlockChanged | BlockLifted, key: BlockKey) -> list[BlockDraft]:
        """The open blocks of which it speaks: by id at most one, else all of that kind."""
        known = self.open[key.kind]
        if fact.block_id is not None:
            block = known.get(key)
            return [block] if block is not None and block.is_open(fact.at) else []
        still_open = [block for block in known.values() if block.is_open(fact.at)]
        self.open[key.kind] = {block.key: block for block in still_open}
        return still_open


def _key(fact: BlockFact) -> BlockKey:
    return BlockKey(fact.block_kind, fact.origin.source_id if fact.block_id is None else fact.block_id)


def _terms_placed(fact: BlockPlaced, place: int) -> Terms:
    return Terms(
        fact.at,
        place,
        fact.origin,
        fact.origin,
        fact.scope,
        fact.expires_at,
        fact.category,
        fact.reason,
        False,
        fact.hides_name,
    )


def _terms_changed(before: Terms, fact: BlockChanged, place: int) -> Terms:
    """What the change names replaces what was; a new reason without a category has it worked out anew."""
    named: dict[str, Any] = {"at": fact.at, "place": place, "fact": fact.origin}
    if fact.reason is not ABSENT:
        named |= {"reason": fact.reason, "reason_by": fact.origin, "given": None}
    if fact.category is not ABSENT:
        named["given"] = fact.category
    if fact.scope is not ABSENT:
        named["scope"] = fact.scope
    if fact.expires_at is not ABSENT:
        named["expires_at"] = fact.expires_at
    if fact.unblock_requested is not ABSENT:
        named["asked"] = fact.unblock_requested
    if fact.hides_name is not ABSENT:
        named["hides_name"] = fact.hides_name
    return before._replace(**named)
