"""Rows to read: two wikis full of odd names, hidden people, withdrawn ties, forecasts and infinities.
Always the same.

They obey the tables' constraints and no more: what the rules would never make is read like anything else.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import orjson

from graph.kinds import (
    BlockCategory,
    BlockKind,
    DeliveryKind,
    DeliveryState,
    EndReason,
    JobKind,
    JobState,
    PolicyPreset,
    StartReason,
)
from graph.policy import PRESETS, to_json
from models.columns import ENDLESS, NEVER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WIKIS = {"enwiki": 1, "dewiki": 2, "emptywiki": 3}
HIDDEN = {7, 23, 105}
MENTORS = range(101, 111)

ODD = [
    'O\'Brien "the" Second',
    "Back\\slash \\x01 E'",
    "Ünï 🦊 ﷽",
    "Tab\tbell\x07one\x01us\x1f",
    "</script>&amp;<b>",
    "100% $1 :name {0}",
    '{"!":["NULL",1]}',
    "\u202eRight to left",
]

Rows = dict[str, list[dict[str, Any]]]


async def seed(dsn: str) -> None:
    """Fill the tables of an empty database."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.set_type_codec(
            "jsonb", encoder=_json, decoder=orjson.loads, schema="pg_catalog", format="binary"
        )
        for table, rows in generate().items():
            columns = list(rows[0])
            records = [tuple(row[name] for name in columns) for row in rows]
            await connection.copy_records_to_table(table, records=records, columns=columns)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def _json(value: Any) -> bytes:
    """JSON as COPY takes it: behind the version of jsonb's binary form."""
    return b"\x01" + orjson.dumps(value)


def generate() -> Rows:
    """All rows, by table, in an order that the foreign keys allow."""
    rows: Rows = defaultdict(list)
    for name, wiki in WIKIS.items():
        rows["wiki"].append(
            {"id": wiki, "db_name": name, "url": f"https://{name}.example", "added_at": NOW - 900 * DAY}
        )
        # The third has none, which can't be: what must be there and isn't is a fault in the answer.
        rows["policy"] += policies(wiki) if wiki != 3 else ()
        rows["job"] += jobs(wiki) if wiki != 3 else ()
        rows["webhook"] += webhooks(wiki) if wiki != 3 else ()
    for wiki, mentees in ((1, range(1, 61)), (2, range(1, 13))):
        World(wiki, mentees, rows).fill()
    order = (
        "wiki policy account account_name suppressed_name mentor mentor_term fact fact_text hidden_text "
        "block block_span relationship relationship_span mentee_span need relationship_event job webhook outbox"
    )
    return {table: rows[table] for table in order.split()}


def policies(wiki: int) -> Iterator[dict[str, Any]]:
    """The first from the beginning of time, one now in force, one to come."""
    starts = [(PolicyPreset.DEFAULT, NEVER), (PolicyPreset.GRACE_30_DAYS, NOW - 30 * DAY)]
    starts.append((PolicyPreset.UNTIL_MENTOR_RESIGNS, NOW + 30 * DAY))
    for version, (preset, start) in enumerate(starts, 1):
        settings = to_json(PRESETS[preset])
        yield {
            "wiki_id": wiki,
            "version": version,
            "effective_from": start,
            "settings": settings,
            "recorded_at": NOW - 900 * DAY,
        }


def jobs(wiki: int) -> Iterator[dict[str, Any]]:
    """One of each state; the first two began at one moment."""
    for number, (kind, state) in enumerate(zip(JobKind, JobState, strict=True), 1):
        yield {
            "wiki_id": wiki,
            "id": number,
            "kind": kind,
            "state": state,
            "done": 3 * number,
            "total": None if kind is JobKind.SIMULATION else 12,
            "plan": {},
            "result": None,
            "error": "It went wrong." if state is JobState.FAILED else None,
            "started_at": NOW - max(number, 2) * DAY,
            "finished_at": None if state is JobState.RUNNING else NOW - DAY,
        }
    yield {
        "wiki_id": wiki,
        "id": 5,
        "kind": JobKind.SIMULATION,
        "state": JobState.DONE,
        "done": 40,
        "total": 40,
        "plan": {},
        "result": [outcome(PolicyPreset.DEFAULT, 0.75), outcome(PolicyPreset.GRACE_30_DAYS, None)],
        "error": None,
        "started_at": NOW - 5 * DAY,
        "finished_at": NOW - 4 * DAY,
    }


def webhooks(wiki: int) -> Iterator[dict[str, Any]]:
    """One that is told all, and one that has ended."""
    yield {
        "wiki_id": wiki,
        "id": 1,
        "url": "https://one.example/",
        "kinds": None,
        "created_at": NOW - 9 * DAY,
        "created_by": "A tool",
        "rotated_at": NOW - DAY,
        "ended_at": None,
        "ended_because": None,
    }
    yield {
        "wiki_id": wiki,
        "id": 2,
        "url": "https://two.example/",
        "kinds": ["STARTED", "ENDED"],
        "created_at": NOW - 8 * DAY,
        "created_by": "A tool",
        "rotated_at": None,
        "ended_at": NOW - 2 * DAY,
        "ended_because": "it answered 410",
    }


def outcome(preset: PolicyPreset, continuity: float | None) -> dict[str, Any]:
    """What a simulation keeps of one policy."""
    counts = {"suspensions": 4, "continued": 3, "broken": 1, "released": 2, "continuity": continuity}
    clutter = {"mean_suspended_per_mentor": 1.5, "max_suspended_per_mentor": 3}
    day = {"day": "2026-11-01T00:00:00.000Z", "suspended": 2, "released": 1, "continued": 1, "broken": 0}
    return {
        "settings": to_json(PRESETS[preset]),
        **counts,
        **clutter,
        "daily": [day, {**day, "suspended": 0}],
    }


class World:
    """One wiki in the making."""

    def __init__(self, wiki: int, mentees: range, rows: Rows) -> None:
        self.wiki = wiki
        self.mentees = mentees
        self.rows = rows
        self.random = Random(wiki)
        self.number = wiki * 1000

    def add(self, table: str, **row: Any) -> None:
        self.rows[table].append({"wiki_id": self.wiki, **row})

    def next(self) -> int:
        self.number += 1
        return self.number

    def moment(self, first: int, last: int) -> datetime:
        """Some millisecond of the days from now."""
        span = timedelta(milliseconds=self.random.randrange((last - first) * 86_400_000))
        return NOW + first * DAY + span

    def fill(self) -> None:
        for key in MENTORS:
            self.account(key, is_mentee=False)
            self.mentor(key)
        for key in self.mentees:
            self.account(key, is_mentee=key % 10 != 9)
            blocks = [self.block(key) for _ in range(self.random.choice([0, 0, 1, 1, 2, 4]))]
            self.stretches(key)
            for role in ("PRIMARY", "BACKUP"):
                self.ties(key, role, blocks)
        self.block(103, open_now=True)

    def account(self, key: int, *, is_mentee: bool) -> None:
        hidden = key in HIDDEN
        name = ODD[key % 10] if key < 50 and key % 10 < len(ODD) else f"Account {key}"
        name = f"{name} {key}"
        unknown = key in (11, 12)
        edited = self.moment(-400, 0) if key % 4 else NEVER
        self.add(
            "account",
            id=key,
            name=None if hidden or unknown else name,
            is_hidden=hidden,
            registered_at=None if key % 13 == 0 else NOW - (key % 7) * DAY - 500 * DAY,
            edit_count=self.random.randrange(1000),
            last_edit_at=edited,
            is_mentee=is_mentee,
            eligible=True,
            block_count=key % 5,
            question_count=None if key % 3 == 0 else key % 4,
            reverted_edit_count=None if key % 5 == 0 else key % 3,
            next_change_at=ENDLESS,
        )
        self.names(key, name, hidden=hidden)

    def names(self, key: int, name: str, *, hidden: bool) -> None:
        """An earlier name that the next account took over, and the present one."""
        table = "suppressed_name" if hidden else "account_name"
        changed = NOW - (200 + key) * DAY
        self.add(table, account_id=key, valid_from=changed, valid_to=ENDLESS, name=name)
        self.add(
            "account_name", account_id=key, valid_from=NEVER, valid_to=changed, name=f"Former {key // 2}"
        )

    def mentor(self, key: int) -> None:
        enrolled = self.moment(-800, -600)
        resigned = NOW - 50 * DAY if key in (104, 109) else ENDLESS
        away = NOW + 5 * DAY if key in (102, 108) else NOW - DAY if key == 107 else NEVER
        self.add(
            "mentor",
            id=key,
            share=self.random.choice(["NONE", "LOW", "NORMAL", "HIGH"]),
            capacity=None if key % 2 else key,
            introduction=ODD[key % len(ODD)] if key % 3 else None,
            away_since=None if away == NEVER else NOW - 20 * DAY,
            away_until=away,
            enrolled_at=enrolled,
            resigned_at=resigned,
            notify=None,
            version=key - 100,
        )
        self.add("mentor_term", mentor_id=key, valid_from=enrolled, valid_to=resigned)

    def fact(self, key: int, kind: str, at: datetime) -> int:
        number = self.next()
        source = self.random.choice(["mw-log", "mw-log", "api", "reconcile"])
        self.add(
            "fact",
            id=number,
            kind=kind,
            mentee_id=key,
            mentor_id=None,
            occurred_at=at,
            source=source,
            source_id=f"{source} {number}",
            choices={},
            performer_id=self.random.choice([None, None, 101, 105, 1, 7]),
            bulk=False,
            digest=b"",
            recorded_at=at,
        )
        self.add(
            "fact_text",
            fact_id=number,
            reason=self.random.choice([None, *ODD]),
            performer=self.random.choice([None, "Somebody", *ODD[:2]]),
            name=None,
        )
        return number

    def block(self, key: int, *, open_now: bool = False) -> int:
        placed = self.moment(-300, -1)
        expires = (
            ENDLESS
            if self.random.random() < 0.5 or open_now
            else placed + self.random.randrange(1, 400) * DAY
        )
        lifted = placed + 3 * DAY if self.random.random() < 0.3 and not open_now else ENDLESS
        number, category = self.next(), str(self.random.choice(list(BlockCategory)))
        scope = "SITEWIDE" if open_now else self.random.choice(["SITEWIDE", "SITEWIDE", "PARTIAL"])
        fact = self.fact(key, "BLOCK_PLACED", placed)
        hides = self.random.random() < 0.2
        if hides:
            self.add("hidden_text", fact_id=fact)
        common = {
            "scope": scope,
            "category": category,
            "category_source": self.random.choice(["CALLER", "RULE", "NONE"]),
        }
        self.add(
            "block",
            id=number,
            kind=str(self.random.choice(list(BlockKind))),
            block_id=str(number * 7),
            mentee_id=key,
            placed_at=placed,
            expires_at=expires,
            lifted_at=lifted,
            **common,
            unblock_requested=bool(number % 2),
            hides_name=False,
            reason=None if hides else self.random.choice(ODD),
            performer=None if hides else self.random.choice([None, *ODD[:3]]),
            performer_id=None if hides else self.random.choice([None, 101, 105, 2]),
            placed_by=fact,
            reason_by=fact,
            withdrawn_at=NOW - DAY if self.random.random() < 0.1 and not open_now else ENDLESS,
        )
        self.add(
            "block_span",
            block_id=number,
            valid_from=placed,
            valid_to=min(expires, lifted),
            mentee_id=key,
            **common,
            expires_at=expires,
            counted=scope == "SITEWIDE",
            unblock_requested=False,
        )
        return number

    def stretches(self, key: int) -> None:
        """The mentee's own states, with what comes of them, and a need here and there."""
        start = self.moment(-300, -200)
        for n in range(self.random.randrange(4)):
            end = ENDLESS if n == 2 else start + self.random.randrange(1, 200) * DAY
            state = self.random.choice(
                ["ACTIVE", "SUSPENDED", "RELEASED", "UNASSIGNED", "OPTED_OUT", "GRADUATED", "DEPARTED"]
            )
            blocked = state in ("SUSPENDED", "RELEASED")
            self.add(
                "mentee_span",
                mentee_id=key,
                valid_from=start,
                valid_to=end,
                state=state,
                told_state="UNASSIGNED" if state == "OPTED_OUT" else state,
                blocked_since=start if blocked else None,
                blocked_until=end if blocked else ENDLESS,
                returns_to=self.random.choice([None, *MENTORS]) if blocked else None,
                returns_until=self.random.choice([ENDLESS, end]),
                told_since=start - DAY if n else start,
                told_until=end,
            )
            if state == "UNASSIGNED":
                self.need(key, start, end)
            start = end
            if end == ENDLESS:
                return

    def need(self, key: int, start: datetime, end: datetime) -> None:
        for role in ("PRIMARY", "BACKUP"):
            self.add(
                "need",
                mentee_id=key,
                role=role,
                valid_from=start,
                valid_to=end,
                since=start - DAY,
                cause="REGISTERED",
                previous_id=None,
                replaces_id=None,
            )

    def ties(self, key: int, role: str, blocks: list[int]) -> None:
        start = NOW - (key % 5) * DAY - 250 * DAY
        last: int | None = None
        for _ in range(
            self.random.choice([0, 1, 1, 2, 3, 4]) if role == "PRIMARY" else self.random.choice([0, 0, 1])
        ):
            endless = self.random.random() < 0.4
            end = ENDLESS if endless else start + self.random.randrange(1, 300) * DAY
            withdrawn = self.random.random() < 0.15
            last = self.tie(key, role, start, end, last, blocks, withdrawn=withdrawn)
            if withdrawn:
                continue
            if endless:
                return
            start = end + self.random.randrange(3) * DAY

    def tie(
        self,
        key: int,
        role: str,
        start: datetime,
        end: datetime,
        last: int | None,
        blocks: list[int],
        *,
        withdrawn: bool,
    ) -> int:
        number, mentor = self.next(), self.random.choice(MENTORS)
        fact = self.fact(key, "ASSIGNED", min(start, NOW))
        restored = last is not None and self.random.random() < 0.4
        self.add(
            "relationship",
            id=number,
            mentor_id=mentor,
            mentee_id=key,
            role=role,
            started_at=start,
            start_is_known=bool(number % 3),
            started_because="RESTORED" if restored else str(self.random.choice(list(StartReason))),
            ends_at=end,
            ends_because=None if end == ENDLESS else str(self.random.choice(list(EndReason))),
            fact_id=fact,
            number=0,
            continues_id=last if restored else None,
            replaces_id=None if restored else last,
            withdrawn_at=NOW - 2 * DAY if withdrawn else ENDLESS,
            version=self.random.randrange(1, 9),
        )
        if not withdrawn:
            self.spans(number, key, role, mentor, start, end)
        if start <= NOW:
            self.events(number, key, mentor, fact, start, blocks)
        return number

    def spans(self, number: int, key: int, role: str, mentor: int, start: datetime, end: datetime) -> None:
        edited = next(
            row["last_edit_at"]
            for row in self.rows["account"]
            if row["id"] == key and row["wiki_id"] == self.wiki
        )
        state = "ACTIVE"
        while start < end:
            until = (
                min(end, start + self.random.randrange(1, 300) * DAY) if self.random.random() < 0.7 else end
            )
            self.add(
                "relationship_span",
                relationship_id=number,
                valid_from=start,
                valid_to=until,
                state=state,
                mentor_id=mentor,
                mentee_id=key,
                role=role,
                last_edit_at=edited,
            )
            state = "SUSPENDED" if state == "ACTIVE" else "ACTIVE"
            start = until

    def events(self, tie: int, key: int, mentor: int, fact: int, at: datetime, blocks: list[int]) -> None:
        last: int | None = None
        kinds = ["STARTED", *self.random.sample(["SUSPENDED", "RESUMED", "CHANGED", "ENDED", "RELEASED"], 2)]
        if self.random.random() < 0.3:
            kinds.append("WITHDRAWN")
        for kind in kinds:
            number = self.next()
            caused = self.random.choice([None, fact, self.fact(key, self.random.choice(CAUSES), at)])
            self.add(
                "relationship_event",
                id=number,
                xid=LONG_AGO - number % 7,
                kind=kind,
                at=at,
                recorded_at=at + DAY,
                relationship_id=tie,
                mentor_id=mentor,
                mentee_id=key,
                from_state=None if kind == "STARTED" else "ACTIVE",
                to_state=self.random.choice(["ACTIVE", "SUSPENDED", "ENDED"]),
                block_id=self.random.choice([None, *blocks]),
                fact_id=caused,
                bulk=bool(number % 2),
                withdraws_id=last if kind == "WITHDRAWN" else None,
            )
            if number % 3 == 0:
                self.delivery(number, key, at)
            last = number

    def delivery(self, event: int, mentee: int, at: datetime) -> None:
        """What is done outside about an event."""
        # Of its own, so that all else is as it would be without.
        chance = Random(event)
        kind, state = chance.choice(list(DeliveryKind)), chance.choice(list(DeliveryState))
        self.add(
            "outbox",
            id=event,
            event_id=event,
            mentee_id=mentee,
            notification=kind,
            created_at=at + DAY,
            sent_at=at + 2 * DAY if state is DeliveryState.SENT else None,
            state=state,
            tries=event % 4,
            said="it answered 500" if state is DeliveryState.DEAD else None,
            webhook_id=1 + event % 2 if kind is DeliveryKind.WEBHOOK else None,
        )


LONG_AGO = 600
"""A transaction before any of a new cluster's own; those who were given later ids may commit first."""
CAUSES = ["ASSIGNED", "BLOCK_PLACED", "BLOCK_LIFTED", "OPTED_OUT", "DRAWN"]
