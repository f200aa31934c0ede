"""The difference between what is kept of a mentee and what the rules now say: the rows to write and to delete.

Pure: it reads nothing and decides nothing that the rules decide. Ids are given out by whoever writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from graph.draw import signed_at
from graph.facts import BlockChanged, BlockPlaced, OptedIn, Registered, TakenBack, VisibilityChanged
from graph.history import standing
from graph.kinds import BlockKey, BlockKind, Origin, RelationshipEventKind, TieKey
from graph.timeline import Block, Event, Need, Tie, Timeline
from models.columns import ENDLESS, NEVER
from models.ledger.facts_kept import Kept
from models.ledger.names import Called, block_visibility, called
from models.ledger.rows import (
    AccountRow,
    BlockRow,
    BlockSpanRow,
    EventRow,
    NeedRow,
    Stored,
    TieRow,
    TieSpanRow,
)
from models.ledger.script import NewIds, Script
from models.ledger.stretches import mentee_span_rows
from models.ledger.telling import Keys, silence, telling

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for all mentees of one change.

    `causes` are the facts that are being recorded, by mentee; `ineligible` turned out to be bots or temporary.
    """

    now: datetime
    tell: bool = True
    bulk: bool = False
    causes: Mapping[int, int] = field(default_factory=dict)
    ineligible: frozenset[int] = frozenset()


class Facts:
    """What is kept about one mentee and the terms of the mentors whom that names."""

    def __init__(self, own: Sequence[Kept], terms: Sequence[Kept]) -> None:
        self.own, self.terms = own, terms
        self.by_origin = {kept.fact.origin: kept for kept in (*terms, *own)}

    def plus(self, kept: Kept, terms: Sequence[Kept]) -> "Facts":
        """The same with one more of the mentee's own, and the terms of the mentor whom it names."""
        more = Facts((*self.own, kept), (*self.terms, *terms))
        known = self.standing
        # What comes last changes nothing about those before it, unless it takes one of them back.
        if known and known[-1].fact.at < kept.fact.at and not isinstance(kept.fact, TakenBack):
            more.standing = [*known, kept]
        return more

    @property
    def by_id(self) -> dict[int, Kept]:
        return {kept.id: kept for kept in self.by_origin.values()}

    @cached_property
    def standing(self) -> list[Kept]:
        """The mentee's own, in their order, without those that were taken back."""
        return [self.by_origin[fact.origin] for fact in standing(kept.fact for kept in self.own)]

    @cached_property
    def registered_at(self) -> datetime | None:
        """When the mentee registered."""
        return next((kept.fact.at for kept in self.standing if isinstance(kept.fact, Registered)), None)

    @cached_property
    def opted_in_at(self) -> datetime | None:
        """When the mentee opted in the last time, which is a sign of life."""
        return max((kept.fact.at for kept in self.standing if isinstance(kept.fact, OptedIn)), default=None)


class Difference:
    """One mentee: what is kept, what follows now, and what is to be told."""

    def __init__(
        self, account: AccountRow, facts: Facts, stored: Stored, timeline: Timeline, given: Circumstances
    ) -> None:
        self._account, self._facts, self._stored = account, facts, stored
        self._timeline, self._given = timeline, given
        self._standing = facts.standing
        origins = {kept.id: origin for origin, kept in facts.by_origin.items()}
        self._ties = {TieKey(origins[row.fact_id], row.number): row for row in stored.ties}
        self._blocks = {BlockKey(BlockKind(row.kind), row.block_id): row for row in stored.blocks}
        self._tie_ids = {key: row.id for key, row in self._ties.items()}
        self._block_ids = {key: row.id for key, row in self._blocks.items()}
        self._new_ties = [tie.key for tie in timeline.ties if tie.key not in self._ties]
        self._new_blocks = [block.key for block in timeline.blocks if block.key not in self._blocks]
        keys = Keys(_turned(self._tie_ids), _turned(self._block_ids), origins)
        self._telling = (
            telling(stored.events, timeline, keys, given.now)
            if given.tell
            else silence(stored.events, timeline, keys)
        )

    def needs_ids(self) -> tuple[int, int, int]:
        """How many new ties, blocks and events there will be."""
        events = len(self._telling.untrue) + len(self._telling.news)
        return len(self._new_ties), len(self._new_blocks), events

    def write(self, script: Script, ids: NewIds) -> None:
        names = called(self._account.id, self._standing, self._timeline.blocks, self._given.now)
        # Where a mentor's own list is sorted by it, the last edit of who is hidden is not told by their place.
        self._edited = NEVER if names.is_hidden else self._account.last_edit_at or NEVER
        self._tie_ids |= {key: next(ids.ties) for key in self._new_ties}
        self._block_ids |= {key: next(ids.blocks) for key in self._new_blocks}
        self._write_ties(script)
        self._write_blocks(script)
        self._write_mentee(script)
        self._write_account(script, names)
        self._write_events(script, ids)
        self._hide_texts(script)

    def tie(self, key: TieKey) -> int | None:
        """The id of a tie; None where a restoring by hand names one that never was."""
        return self._tie_ids.get(key)

    def block(self, key: BlockKey) -> int | None:
        return self._block_ids.get(key)

    def _write_ties(self, script: Script) -> None:
        for tie in self._timeline.ties:
            before = self._ties.get(tie.key)
            row = self._tie_row(tie, 1 if before is None else before.version)
            if before is None:
                script.ties.new.append(row)
            elif row != before:
                script.ties.changed.append(row._replace(version=before.version + 1))
        true = {tie.key for tie in self._timeline.ties}
        for key, row in self._ties.items():
            if key not in true and row.withdrawn_at == ENDLESS:
                script.ties.changed.append(
                    row._replace(withdrawn_at=self._given.now, version=row.version + 1)
                )
        spans = [row for tie in self._timeline.ties for row in self._tie_span_rows(tie)]
        script.tie_spans.compare(self._stored.tie_spans, spans)

    def _tie_row(self, tie: Tie, version: int) -> TieRow:
        return TieRow(
            id=self._tie_ids[tie.key],
            mentor_id=tie.mentor,
            mentee_id=self._account.id,
            role=tie.role,
            started_at=tie.start,
            start_is_known=tie.start_is_known,
            started_because=tie.because,
            ends_at=tie.end or ENDLESS,
            ends_because=tie.ended_because,
            fact_id=self._fact(tie.key.fact),
            number=tie.key.number,
            continues_id=tie.continues and self.tie(tie.continues),
            replaces_id=tie.replaces and self.tie(tie.replaces),
            withdrawn_at=ENDLESS,
            version=version,
        )

    def _tie_span_rows(self, tie: Tie) -> Iterable[TieSpanRow]:
        tie_id, mentee, role = self._tie_ids[tie.key], self._account.id, tie.role
        for span in tie.spans:
            yield TieSpanRow(
                tie_id, span.start, span.end or ENDLESS, span.state, tie.mentor, mentee, role, self._edited
            )

    def _write_blocks(self, script: Script) -> None:
        for block in self._timeline.blocks:
            before, row = self._blocks.get(block.key), self._block_row(block)
            if before is None:
                script.blocks.new.append(row)
            elif row != before:
                script.blocks.changed.append(row)
        true = {block.key for block in self._timeline.blocks}
        for key, row in self._blocks.items():
            if key not in true and row.withdrawn_at == ENDLESS:
                script.blocks.changed.append(row._replace(withdrawn_at=self._given.now))
        spans = [row for block in self._timeline.blocks for row in self._block_span_rows(block)]
        script.block_spans.compare(self._stored.block_spans, spans)

    def _block_row(self, block: Block) -> BlockRow:
        placed, reasoned = self._facts.by_origin[block.placed_by], self._facts.by_origin[block.reason_by]
        hidden = block_visibility(self._standing, block.key)
        return BlockRow(
            id=self._block_ids[block.key],
            kind=block.key.kind,
            block_id=block.key.block_id,
            mentee_id=self._account.id,
            placed_at=block.placed_at,
            expires_at=block.expires_at or ENDLESS,
            lifted_at=block.lifted_at or ENDLESS,
            scope=block.scope,
            category=block.category,
            category_source=block.category_source,
            unblock_requested=block.unblock_requested,
            hides_name=block.hides_name,
            reason=None if hidden.reason else reasoned.reason,
            performer=None if hidden.performer else placed.performer,
            performer_id=None if hidden.performer else placed.performer_id,
            placed_by=placed.id,
            reason_by=reasoned.id,
            withdrawn_at=ENDLESS,
        )

    def _block_span_rows(self, block: Block) -> Iterable[BlockSpanRow]:
        for span in block.spans:
            yield BlockSpanRow(
                block_id=self._block_ids[block.key],
                valid_from=span.start,
                valid_to=span.end or ENDLESS,
                mentee_id=self._account.id,
                scope=span.scope,
                category=span.category,
                category_source=span.category_source,
                expires_at=span.expires_at or ENDLESS,
                counted=span.counted,
                unblock_requested=span.unblock_requested,
            )

    def _write_mentee(self, script: Script) -> None:
        stretches = mentee_span_rows(self._account.id, self._timeline.stretches)
        script.mentee_spans.compare(self._stored.mentee_spans, stretches)
        needs = [self._need_row(need) for need in self._timeline.needs]
        script.needs.compare(self._stored.needs, needs)

    def _need_row(self, need: Need) -> NeedRow:
        facts = self._facts
        signed = signed_at(self._timeline, need, facts.registered_at, facts.opted_in_at)
        return NeedRow(
            self._account.id,
            need.role,
            need.start,
            need.end or ENDLESS,
            need.since,
            need.cause,
            need.previous,
            need.replaces and self.tie(need.replaces),
            signed or NEVER,
            self._account.last_edit_at or NEVER,
        )

    def _write_account(self, script: Script, names: Called) -> None:
        script.names.compare(self._stored.names, names.public)
        script.suppressed_names.compare(self._stored.suppressed_names, names.suppressed)
        row = self._account_row(names)
        if row != self._account:
            script.accounts.append(row)

    def _hide_texts(self, script: Script) -> None:
        """The texts of facts about a block whose reason or performer was ever hidden, though it be shown again."""
        if not any(isinstance(kept.fact, VisibilityChanged) for kept in self._facts.own):
            return
        hidden = {key for key in self._block_ids if any(block_visibility(self._standing, key))}
        for kept in self._facts.own:
            fact = kept.fact
            if isinstance(fact, BlockPlaced | BlockChanged):
                # Where a fact does not say which block is meant, it may be any of its kind.
                meant = {key for key in hidden if key.kind is fact.block_kind}
                named = fact.block_id is None or BlockKey(fact.block_kind, fact.block_id) in meant
                script.hidden_texts.append((kept.id, bool(meant) and named))

    def _account_row(self, names: Called) -> AccountRow:
        return self._account._replace(
            name=names.name,
            is_hidden=names.is_hidden,
            registered_at=self._facts.registered_at,
            eligible=self._account.eligible and self._account.id not in self._given.ineligible,
            is_mentee=bool(self._timeline.ties or self._timeline.needs),
            block_count=sum(1 for block in self._timeline.blocks if block.spans),
            next_change_at=min(self._telling.next_at, names.turns_at),
        )

    def _write_events(self, script: Script, ids: NewIds) -> None:
        for row in self._telling.untrue:
            script.events.append(self._withdrawal(row, next(ids.events)))
        mentors = {tie.key: tie.mentor for tie in self._timeline.ties}
        for event in self._telling.news:
            script.events.append(self._event_row(event, mentors[event.tie], next(ids.events)))

    def _withdrawal(self, row: EventRow, event_id: int) -> EventRow:
        """It says what the untrue event said, and takes effect now."""
        return row._replace(
            id=event_id,
            kind=RelationshipEventKind.WITHDRAWN,
            at=self._given.now,
            recorded_at=self._given.now,
            fact_id=self._given.causes.get(self._account.id),
            bulk=self._given.bulk,
            withdraws_id=row.id,
        )

    def _event_row(self, event: Event, mentor: int, event_id: int) -> EventRow:
        return EventRow(
            id=event_id,
            kind=event.kind,
            at=event.at,
            recorded_at=self._given.now,
            relationship_id=self._tie_ids[event.tie],
            mentor_id=mentor,
            mentee_id=self._account.id,
            from_state=event.from_state,
            to_state=event.to_state,
            block_id=None if event.block is None else self._block_ids[event.block],
            fact_id=None if event.fact is None else self._fact(event.fact),
            bulk=self._given.bulk,
            withdraws_id=None,
        )

    def _fact(self, origin: Origin) -> int:
        return self._facts.by_origin[origin].id


def _turned(ids: Mapping[K, int]) -> dict[int, K]:
    return {row_id: key for key, row_id in ids.items()}
