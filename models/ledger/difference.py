"""The difference between what is kept of a mentee and what the rules now say: the rows to write and to delete.

Pure: it reads nothing and decides nothing that the rules decide. Ids are given out by whoever writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from graph.facts import Registered
from graph.history import standing
from graph.kinds import BlockKey, BlockKind, MenteeState, Origin, RelationshipEventKind, TieKey
from graph.timeline import Block, Event, Need, Stretch, Tie, Timeline
from models.columns import ENDLESS, NEVER
from models.ledger.facts_kept import Kept
from models.ledger.names import Called, block_visibility, called
from models.ledger.rows import (
    AccountRow,
    BlockRow,
    BlockSpanRow,
    EventRow,
    MenteeSpanRow,
    NeedRow,
    Stored,
    TieRow,
    TieSpanRow,
)
from models.ledger.script import NewIds, Script
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
        self.by_id = {kept.id: kept for kept in self.by_origin.values()}

    def standing(self) -> list[Kept]:
        """The mentee's own, in their order, without those that were taken back."""
        return [self.by_origin[fact.origin] for fact in standing(kept.fact for kept in self.own)]


class Difference:
    """One mentee: what is kept, what follows now, and what is to be told."""

    def __init__(
        self, account: AccountRow, facts: Facts, stored: Stored, timeline: Timeline, given: Circumstances
    ) -> None:
        self._account, self._facts, self._stored = account, facts, stored
        self._timeline, self._given = timeline, given
        self._standing = facts.standing()
        origins = {row_id: kept.fact.origin for row_id, kept in facts.by_id.items()}
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
        self._tie_ids |= {key: next(ids.ties) for key in self._new_ties}
        self._block_ids |= {key: next(ids.blocks) for key in self._new_blocks}
        self._write_ties(script)
        self._write_blocks(script)
        self._write_mentee(script)
        self._write_account(script)
        self._write_events(script, ids)

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
                script.ties.append(row)
            elif row != before:
                script.ties.append(row._replace(version=before.version + 1))
        true = {tie.key for tie in self._timeline.ties}
        for key, row in self._ties.items():
            if key not in true and row.withdrawn_at == ENDLESS:
                script.ties.append(row._replace(withdrawn_at=self._given.now, version=row.version + 1))
        spans = [row for tie in self._timeline.ties for row in self._tie_span_rows(tie)]
        script.tie_spans.compare(self._stored.tie_spans, spans)

    def _tie_row(self, tie: Tie, version: int) -> TieRow:
        return TieRow(
            id=self._tie_ids[tie.key],
            mentor_id=tie.mentor,
            mentee_id=self._account.id,
            role=tie.role.value,
            started_at=tie.start,
            start_is_known=tie.start_is_known,
            started_because=tie.because.value,
            ends_at=tie.end or ENDLESS,
            ends_because=tie.ended_because and tie.ended_because.value,
            fact_id=self._fact(tie.key.fact),
            number=tie.key.number,
            continues_id=tie.continues and self.tie(tie.continues),
            replaces_id=tie.replaces and self.tie(tie.replaces),
            withdrawn_at=ENDLESS,
            version=version,
        )

    def _tie_span_rows(self, tie: Tie) -> Iterable[TieSpanRow]:
        tie_id, mentee, role = self._tie_ids[tie.key], self._account.id, tie.role.value
        edited = self._account.last_edit_at or NEVER
        for span in tie.spans:
            yield TieSpanRow(
                tie_id, span.start, span.end or ENDLESS, span.state.value, tie.mentor, mentee, role, edited
            )

    def _write_blocks(self, script: Script) -> None:
        for block in self._timeline.blocks:
            row = self._block_row(block)
            if row != self._blocks.get(block.key):
                script.blocks.append(row)
        true = {block.key for block in self._timeline.blocks}
        for key, row in self._blocks.items():
            if key not in true and row.withdrawn_at == ENDLESS:
                script.blocks.append(row._replace(withdrawn_at=self._given.now))
        spans = [row for block in self._timeline.blocks for row in self._block_span_rows(block)]
        script.block_spans.compare(self._stored.block_spans, spans)

    def _block_row(self, block: Block) -> BlockRow:
        placed, reasoned = self._facts.by_origin[block.placed_by], self._facts.by_origin[block.reason_by]
        hidden = block_visibility(self._standing, block.key)
        return BlockRow(
            id=self._block_ids[block.key],
            kind=block.key.kind.value,
            block_id=block.key.block_id,
            mentee_id=self._account.id,
            placed_at=block.placed_at,
            expires_at=block.expires_at or ENDLESS,
            lifted_at=block.lifted_at or ENDLESS,
            scope=block.scope.value,
            category=block.category.value,
            category_source=block.category_source.value,
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
                scope=span.scope.value,
                category=span.category.value,
                category_source=span.category_source.value,
                expires_at=span.expires_at or ENDLESS,
                counted=span.counted,
                unblock_requested=span.unblock_requested,
            )

    def _write_mentee(self, script: Script) -> None:
        stretches = [_mentee_span_row(self._account.id, stretch) for stretch in self._timeline.stretches]
        script.mentee_spans.compare(self._stored.mentee_spans, stretches)
        needs = [self._need_row(need) for need in self._timeline.needs]
        script.needs.compare(self._stored.needs, needs)

    def _need_row(self, need: Need) -> NeedRow:
        replaces = need.replaces and self.tie(need.replaces)
        end = need.end or ENDLESS
        return NeedRow(
            self._account.id,
            need.role.value,
            need.start,
            end,
            need.since,
            need.cause.value,
            need.previous,
            replaces,
        )

    def _write_account(self, script: Script) -> None:
        names = called(self._account.id, self._standing, self._timeline.blocks, self._given.now)
        script.names.compare(self._stored.names, names.public)
        script.suppressed_names.compare(self._stored.suppressed_names, names.suppressed)
        row = self._account_row(names)
        if row != self._account:
            script.accounts.append(row)

    def _account_row(self, names: Called) -> AccountRow:
        registered = (kept.fact.at for kept in self._standing if isinstance(kept.fact, Registered))
        return self._account._replace(
            name=names.name,
            is_hidden=names.is_hidden,
            registered_at=next(registered, None),
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
            kind=RelationshipEventKind.WITHDRAWN.value,
            at=self._given.now,
            recorded_at=self._given.now,
            fact_id=self._given.causes.get(self._account.id),
            bulk=self._given.bulk,
            withdraws_id=row.id,
        )

    def _event_row(self, event: Event, mentor: int, event_id: int) -> EventRow:
        return EventRow(
            id=event_id,
            kind=event.kind.value,
            at=event.at,
            recorded_at=self._given.now,
            relationship_id=self._tie_ids[event.tie],
            mentor_id=mentor,
            mentee_id=self._account.id,
            from_state=event.from_state and event.from_state.value,
            to_state=event.to_state.value,
            block_id=None if event.block is None else self._block_ids[event.block],
            fact_id=None if event.fact is None else self._fact(event.fact),
            bulk=self._given.bulk,
            withdraws_id=None,
        )

    def _fact(self, origin: Origin) -> int:
        return self._facts.by_origin[origin].id


def _turned(ids: Mapping[K, int]) -> dict[int, K]:
    return {row_id: key for key, row_id in ids.items()}


def _mentee_span_row(mentee: int, stretch: Stretch) -> MenteeSpanRow:
    return MenteeSpanRow(
        mentee_id=mentee,
        valid_from=stretch.start,
        valid_to=stretch.end or ENDLESS,
        state=stretch.state.value,
        told_state=told_state(stretch).value,
        blocked_since=stretch.blocked_since,
        blocked_until=stretch.blocked_until or ENDLESS,
        returns_to=stretch.returns_to,
        returns_until=stretch.returns_until or ENDLESS,
    )


def told_state(stretch: Stretch) -> MenteeState:
    """Opt-outs are private (rule 10): to others they read as no mentor."""
    if stretch.state is not MenteeState.OPTED_OUT:
        return stretch.state
    return MenteeState.UNASSIGNED if stretch.blocked_since is None else MenteeState.RELEASED
