"""The difference between what is kept of a mentee and what the rules now say: which rows to write, which to delete.

Pure: it reads nothing and decides nothing that the rules decide. Ids are given out by whoever writes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from graph.facts import Fact, Registered
from graph.kinds import BlockKey, MenteeState, Origin, TieKey
from graph.timeline import Block, Event, Stretch, Tie, Timeline
from models.columns import ENDLESS, NEVER
from models.facts_kept import Kept
from models.names import Called, block_visibility, called
from models.rows import (
    AccountRow,
    BlockRow,
    BlockSpanRow,
    EventRow,
    MenteeSpanRow,
    NameRow,
    NeedRow,
    Stored,
    TieRow,
    TieSpanRow,
)


@dataclass(slots=True)
class Script:
    """What to write, for any number of mentees; `gone_*` are the keys of stretches that are no more."""

    accounts: list[AccountRow] = field(default_factory=list)
    blocks: list[BlockRow] = field(default_factory=list)
    ties: list[TieRow] = field(default_factory=list)
    tie_spans: list[TieSpanRow] = field(default_factory=list)
    mentee_spans: list[MenteeSpanRow] = field(default_factory=list)
    needs: list[NeedRow] = field(default_factory=list)
    block_spans: list[BlockSpanRow] = field(default_factory=list)
    names: list[NameRow] = field(default_factory=list)
    suppressed_names: list[NameRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    gone_tie_spans: list[Any] = field(default_factory=list)
    gone_mentee_spans: list[Any] = field(default_factory=list)
    gone_needs: list[Any] = field(default_factory=list)
    gone_block_spans: list[Any] = field(default_factory=list)
    gone_names: list[Any] = field(default_factory=list)
    gone_suppressed_names: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for all mentees of one change. `cause` is the fact that is being recorded, if one is."""

    now: datetime
    tell: bool = True
    bulk: bool = False
    cause: int | None = None


EventKey = tuple[str, datetime, TieKey, str | None, str, BlockKey | None, Origin | None]


class Difference:
    """One mentee: what is kept, what follows now, and what is to be told."""

    def __init__(
        self,
        account: AccountRow,
        facts: Sequence[Kept],
        stored: Stored,
        timeline: Timeline,
        circumstances: Circumstances,
    ) -> None:
        self._account, self._facts, self._stored = account, facts, stored
        self._timeline, self._circumstances = timeline, circumstances
        self._fact_ids = {kept.fact.origin: kept.id for kept in facts}
        self._origins = {kept.id: kept.fact.origin for kept in facts}
        self._tie_rows = {TieKey(self._origins[row.fact_id], row.number): row for row in stored.ties}
        self._block_rows = {BlockKey(row.kind, row.block_id): row for row in stored.blocks}  # type: ignore[arg-type]
        self.new_ties = [tie for tie in timeline.ties if tie.key not in self._tie_rows]
        self.new_blocks = [block for block in timeline.blocks if block.key not in self._block_rows]
        self._tell_what_is_new()

    # What is to be told.

    def _tell_what_is_new(self) -> None:
        told = self._told()
        true = {self._event_key(event) for event in self._timeline.events}
        untold = [event for event in self._timeline.events if self._event_key(event) not in told]
        self.untrue: list[EventRow] = []
        self.to_tell: list[Event] = []
        if self._circumstances.tell:
            self.untrue = [row for key, row in told.items() if key not in true]
            self.to_tell = [event for event in untold if event.at <= self._circumstances.now]
        self._next_event = min((e.at for e in untold[len(self.to_tell) :]), default=ENDLESS)

    def _told(self) -> dict[EventKey, EventRow]:
        """The events that were told and not withdrawn."""
        withdrawn = {row.withdraws_id for row in self._stored.events if row.withdraws_id is not None}
        ties = {row.id: key for key, row in self._tie_rows.items()}
        blocks = {row.id: key for key, row in self._block_rows.items()}
        return {
            (
                row.kind,
                row.at,
                ties[row.relationship_id],
                row.from_state,
                row.to_state,
                None if row.block_id is None else blocks[row.block_id],
                None if row.fact_id is None else self._origins[row.fact_id],
            ): row
            for row in self._stored.events
            if row.withdraws_id is None and row.id not in withdrawn
        }

    def _event_key(self, event: Event) -> EventKey:
        return (
            event.kind,
            event.at,
            event.tie,
            event.from_state,
            event.to_state,
            event.block,
            event.fact,
        )

    # What is to be written, once ids are there for what is new.

    def write(self, script: Script, ids: "NewIds") -> None:
        self._tie_ids = {key: row.id for key, row in self._tie_rows.items()}
        self._tie_ids |= {tie.key: next(ids.ties) for tie in self.new_ties}
        self._block_ids = {key: row.id for key, row in self._block_rows.items()}
        self._block_ids |= {block.key: next(ids.blocks) for block in self.new_blocks}
        self._write_ties(script)
        self._write_blocks(script)
        self._write_mentee(script)
        self._write_account(script)
        self._write_events(script, ids)

    def _write_ties(self, script: Script) -> None:
        stored = self._stored
        for tie in self._timeline.ties:
            before = self._tie_rows.get(tie.key)
            row = self._tie_row(tie, 1 if before is None else before.version)
            if before is None:
                script.ties.append(row)
            elif row != before:
                script.ties.append(row._replace(version=before.version + 1))
        true = {tie.key for tie in self._timeline.ties}
        for key, row in self._tie_rows.items():
            if key not in true and row.withdrawn_at == ENDLESS:
                unmade = row._replace(withdrawn_at=self._circumstances.now, version=row.version + 1)
                script.ties.append(unmade)
        spans = [row for tie in self._timeline.ties for row in self._tie_span_rows(tie)]
        compare(stored.tie_spans, spans, _tie_span_key, script.tie_spans, script.gone_tie_spans)

    def _tie_row(self, tie: Tie, version: int) -> TieRow:
        return TieRow(
            self._tie_ids[tie.key],
            tie.mentor,
            self._account.id,
            tie.role.value,
            tie.start,
            tie.start_is_known,
            tie.because.value,
            tie.end or ENDLESS,
            tie.ended_because and tie.ended_because.value,
            self._fact_ids[tie.key.fact],
            tie.key.number,
            self._tie_id(tie.continues),
            self._tie_id(tie.replaces),
            ENDLESS,
            version,
        )

    def _tie_id(self, key: TieKey | None) -> int | None:
        """A restoring by hand may name a tie that other facts have since unmade, or that never was."""
        return None if key is None else self._tie_ids.get(key)

    def _tie_span_rows(self, tie: Tie) -> Iterable[TieSpanRow]:
        edited = self._account.last_edit_at or NEVER
        for span in tie.spans:
            yield TieSpanRow(
                self._tie_ids[tie.key],
                span.start,
                span.end or ENDLESS,
                span.state.value,
                tie.mentor,
                self._account.id,
                tie.role.value,
                edited,
            )

    def _write_blocks(self, script: Script) -> None:
        for block in self._timeline.blocks:
            row = self._block_row(block)
            if row != self._block_rows.get(block.key):
                script.blocks.append(row)
        true = {block.key for block in self._timeline.blocks}
        for key, row in self._block_rows.items():
            if key not in true and row.withdrawn_at == ENDLESS:
                script.blocks.append(row._replace(withdrawn_at=self._circumstances.now))
        spans = [row for block in self._timeline.blocks for row in self._block_span_rows(block)]
        compare(self._stored.block_spans, spans, _block_span_key, script.block_spans, script.gone_block_spans)

    def _block_row(self, block: Block) -> BlockRow:
        said = {kept.fact.origin: kept for kept in self._facts}
        placed, reasoned = said[block.placed_by], said[block.reason_by]
        hidden = block_visibility(self._facts, block.key)
        return BlockRow(
            self._block_ids[block.key],
            block.key.kind.value,
            block.key.block_id,
            self._account.id,
            block.placed_at,
            block.expires_at or ENDLESS,
            block.lifted_at or ENDLESS,
            block.scope.value,
            block.category.value,
            block.category_source.value,
            block.unblock_requested,
            block.hides_name,
            None if hidden.reason else reasoned.reason,
            None if hidden.performer else placed.performer,
            None if hidden.performer else placed.performer_id,
            placed.id,
            reasoned.id,
            ENDLESS,
        )

    def _block_span_rows(self, block: Block) -> Iterable[BlockSpanRow]:
        for span in block.spans:
            yield BlockSpanRow(
                self._block_ids[block.key],
                span.start,
                span.end or ENDLESS,
                self._account.id,
                span.scope.value,
                span.category.value,
                span.category_source.value,
                span.expires_at or ENDLESS,
                span.counted,
                span.unblock_requested,
            )

    def _write_mentee(self, script: Script) -> None:
        spans = [_mentee_span_row(self._account.id, stretch) for stretch in self._timeline.stretches]
        compare(
            self._stored.mentee_spans, spans, _mentee_span_key, script.mentee_spans, script.gone_mentee_spans
        )
        needs = [
            NeedRow(
                self._account.id,
                need.role.value,
                need.start,
                need.end or ENDLESS,
                need.since,
                need.cause.value,
                need.previous,
                self._tie_id(need.replaces),
            )
            for need in self._timeline.needs
        ]
        compare(self._stored.needs, needs, _need_key, script.needs, script.gone_needs)

    def _write_account(self, script: Script) -> None:
        timeline, account = self._timeline, self._account
        names = called(account.id, self._facts, timeline.blocks, self._circumstances.now)
        compare(self._stored.names, names.public, _name_key, script.names, script.gone_names)
        compare(
            self._stored.suppressed_names,
            names.suppressed,
            _name_key,
            script.suppressed_names,
            script.gone_suppressed_names,
        )
        row = self._account_row(names)
        if row != account:
            script.accounts.append(row)

    def _account_row(self, names: Called) -> AccountRow:
        registered = [kept.fact.at for kept in self._facts if isinstance(kept.fact, Registered)]
        return self._account._replace(
            name=names.name,
            is_hidden=names.is_hidden,
            registered_at=registered[0] if registered else None,
            is_mentee=bool(self._timeline.ties or self._timeline.needs),
            block_count=sum(1 for block in self._timeline.blocks if block.spans),
            next_change_at=min(self._next_event, names.turns_at),
        )

    def _write_events(self, script: Script, ids: "NewIds") -> None:
        now, bulk = self._circumstances.now, self._circumstances.bulk
        for row in self.untrue:
            script.events.append(
                row._replace(
                    id=next(ids.events),
                    kind="WITHDRAWN",
                    at=now,
                    recorded_at=now,
                    fact_id=self._circumstances.cause,
                    bulk=bulk,
                    withdraws_id=row.id,
                )
            )
        mentors = {tie.key: tie.mentor for tie in self._timeline.ties}
        for event in self.to_tell:
            script.events.append(
                EventRow(
                    next(ids.events),
                    event.kind.value,
                    event.at,
                    now,
                    self._tie_ids[event.tie],
                    mentors[event.tie],
                    self._account.id,
                    event.from_state and event.from_state.value,
                    event.to_state.value,
                    None if event.block is None else self._block_ids[event.block],
                    None if event.fact is None else self._fact_ids[event.fact],
                    bulk,
                    None,
                )
            )
