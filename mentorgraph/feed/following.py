"""One wiki that is followed: what it tells becomes facts, each once, and how far it was read is kept with them.

What an event does not say (when a block ends, which account a name means) is asked of the wiki. That answers of a later
moment than the event, so answers are read as pages of that day, never as the event's own words.
"""

import asyncio
import logging
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from graph.facts import Fact, VisibilityChanged
from graph.history import WIKI_LOG
from graph.kinds import FactKind, Origin
from mentorgraph.action_api import ActionApi, WikiAwayError, WikiRefusedError
from mentorgraph.feed import logs
from mentorgraph.feed.entries import HIDES_COMMENT, HIDES_USER, Hiding, LeftOut
from mentorgraph.feed.gather import Reading
from mentorgraph.feed.gathered import Known, Line, Resolved, Unresolved, Whence
from mentorgraph.feed.resolve import NO_EXPIRY, NOBODY, names_in, resolve
from models.ledger import Entry, Ledger, Target
from models.ledger.connections import wall_clock
from models.ledger.positions import Reached

LOG = logging.getLogger("mentorgraph")

ASK_WITHIN: Final = 15.0
"""Seconds for which a batch waits for what the wiki is asked; it may be away, and its facts are not all that come."""
ASK_AGAIN, ASK_SELDOM = 1.0, 60.0
"""Seconds until it is asked once more about what it could not explain; each time twice as many, up to these."""
PATIENCE: Final = 600.0
"""Seconds that something is kept which nobody understands yet: a rename that explains it may be on its way."""
QUIET: Final = 5.0
"""Seconds in which whoever has more to tell tells something."""
NEW: Final = timedelta(seconds=60)
"""How old the last event may be of a source that has told all."""
ROUNDS: Final = 3
"""How often the wiki is asked about one batch: what it says of a name may lead to another name."""
ENTRIES_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, or a page of the log; `position` is where the source goes on after it, where it is a part of it."""

    value: object
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was not understood, since when, and from where the source would tell it again.

    `asked`: how often the wiki has been asked about it; `ask_at`: when it may be asked again; `in_vain_since`: when it
    first had no explanation. A wiki that is away has not said so.
    """

    heard: Heard
    before: str | None
    since: datetime
    ask_at: datetime
    asked: int = 0
    in_vain_since: datetime | None = None

    def is_ripe(self, now: datetime) -> bool:
        """Whether it is time to ask about it."""
        return self.ask_at <= now

    def put_off(self, now: datetime, *, in_vain: bool) -> "Waiting":
        """The same, after it was asked about."""
        pause = min(ASK_AGAIN * 2.0**self.asked, ASK_SELDOM)
        return replace(
            self,
            asked=self.asked + 1,
            ask_at=now + timedelta(seconds=pause),
            in_vain_since=self.in_vain_since or (now if in_vain else None),
        )


@dataclass
class Tally:
    """What became of all that was heard."""

    recorded: int = 0
    known: int = 0
    given_up: int = 0

    def __str__(self) -> str:
        return f"{self.recorded} recorded, {self.known} known already, {self.given_up} given up"


class Following:
    """A wiki by its id here and its own name, its ledger, and the wiki itself to ask where there is one."""

    def __init__(self, ledger: Ledger, wiki: int, name: str, api: ActionApi | None, source: str) -> None:
        self.ledger, self.wiki, self.name, self.api, self.source = ledger, wiki, name, api, source
        self.tally = Tally()
        self.waiting: list[Waiting] = []
        self.position: str | None = None
        self.own: str | None = None
        """The account in whose name this server does things on the wiki: its choices of mentors are ours already."""
        self._one_at_a_time = asyncio.Lock()
        self._is_answered = True
        self._heard_at: float | None = None
        self._newest: datetime | None = None

    def hears(self, of: datetime | None = None) -> None:
        """The source answers for the first time, or tells something of that moment, of whatever wiki."""
        if self._heard_at is None or of is not None:
            self._heard_at = asyncio.get_running_loop().time()
        self._newest = of or self._newest

    @property
    def is_behind(self) -> bool:
        """Whether the source has more to tell of the past, as far as can be seen: what differs from the wiki now may
        be on its way.
        """
        if self._heard_at is None:
            return True
        is_quiet = asyncio.get_running_loop().time() - self._heard_at > QUIET
        is_new = self._newest is not None and wall_clock() - self._newest < NEW
        return not (is_quiet or is_new)

    @property
    def is_ripe(self) -> bool:
        """Whether something waits of which the wiki may know more by now."""
        now = wall_clock()
        return any(one.is_ripe(now) for one in self.waiting)

    async def begin(self) -> str | None:
        """From where to go on; nothing that waited is lost, for the source tells it again."""
        reached = await self.ledger.reached(self.wiki, self.source)
        self.position = None if reached is None else reached.position
        self.waiting = []
        return self.position

    async def take(self, heard: Sequence[Heard], position: str | None = None, *, assign: bool = True) -> None:
        """Record what these say, and that all up to the position was read. Where that fails, nothing was read.

        Without a position, they are no part of what is followed.
        """
        async with self._one_at_a_time:
            await self._take(heard, position, assign=assign)

    async def _take(self, heard: Sequence[Heard], position: str | None, *, assign: bool) -> None:
        batch = [*self.waiting, *self._as_waiting(heard)]
        reading = Reading(self.name)
        for number, one in enumerate(batch):
            reading.take(one.heard.value, Whence(number, 1))
        new = sum(whence.file >= len(self.waiting) for whence in reading.faults)
        if new:
            # What they say may be somebody's name or words.
            LOG.warning("%s has told %d things that nobody can read", self.name, new)
            self.tally.given_up += new
        now = wall_clock()
        ripe = {number for number, one in enumerate(batch) if one.is_ripe(now)}
        self._is_answered = True
        resolved, unresolved, known = await self._understand(reading, ripe, assign=assign)
        batch = [
            one.put_off(now, in_vain=self._is_answered) if number in ripe else one
            for number, one in enumerate(batch)
        ]
        waiting = list(self._kept_waiting(batch, unresolved))
        entries = [one.entry for one in resolved if _is_told(one)]
        entries += await self._hidden(reading.gathered().hidings)
        position = position or self.position
        # Before the very first event there is no position: killed now, we find what waited by a look at the wiki.
        safe = position if not waiting else waiting[0].before or position
        # As old as what waits: where several wikis share a stream, the oldest place is where it goes on.
        read_at = min(one.since for one in waiting) if waiting else wall_clock()
        reached = None if safe is None else Reached(self.source, safe, read_at)
        result = await self.ledger.follow(self.wiki, entries, reached)
        for place, refused in result.refused.items():
            LOG.warning(
                "%s tells what can't be, in %s %s: %s", self.name, *entries[place].origin, refused.code
            )
        self.tally.recorded += result.recorded
        self.tally.known += result.known + known
        self.tally.given_up += len(result.refused)
        self.waiting, self.position = waiting, position

    def _as_waiting(self, heard: Sequence[Heard]) -> Iterator[Waiting]:
        now, before = wall_clock(), self.position
        for one in heard:
            yield Waiting(one, before, now, ask_at=now)
            before = one.position

    def _kept_waiting(self, batch: Sequence[Waiting], unresolved: Iterable[Unresolved]) -> Iterator[Waiting]:
        """Of what was not understood, what may be yet."""
        lacking = {line.whence.file: one.why for one in unresolved for line in one.lines}
        for number, why in sorted(lacking.items()):
            if number >= len(batch):
                continue  # what was asked for is no event
            one = batch[number]
            if one.heard.position is None:
                continue  # nor is what a look at the wiki has read: the next look reads it again
            since = one.in_vain_since
            if since is None or (wall_clock() - since).total_seconds() < PATIENCE:
                yield one
            else:
                self.tally.given_up += 1
                LOG.warning(
                    "%s has told something %g s ago that nobody understands: %s", self.name, PATIENCE, why
                )

    # What is asked.

    async def _understand(
        self, reading: Reading, ripe: Container[int], *, assign: bool
    ) -> tuple[list[Resolved], list[Unresolved], int]:
        """What is new of it as facts, what is not understood, and how much was known.

        The wiki is asked about those that are ripe, by their places in the batch. Where it does not answer, or not in
        time, they are not understood yet, and all else is recorded.
        """
        gathered = reading.gathered()
        new = await self._new(gathered.lines)
        asked: set[str] = set()
        for turn in range(ROUNDS + 1):
            names = names_in(replace(gathered, lines=new))
            given = await self.ledger.namings(self.wiki, names)
            known = [
                Known(account, fact, name, row) for account, fact, name, row in given if name is not None
            ]
            resolved, unresolved = resolve(replace(gathered, lines=new, known=known), assign=assign)
            unresolved = [one for one in unresolved if not isinstance(one.why, LeftOut)]
            lacking = [one for one in unresolved if any(line.whence.file in ripe for line in one.lines)]
            if turn == ROUNDS or not lacking or not await self._ask(reading, lacking, asked):
                break
            gathered = reading.gathered()
            new = await self._new(gathered.lines)
        return resolved, unresolved, len(gathered.lines) - len(new)

    async def _new(self, lines: Sequence[Line]) -> list[Line]:
        """What is not recorded yet, whatever was told of it then, and what we did not do ourselves."""
        lines = [line for line in lines if not self._is_our_own(line)]
        known = await self.ledger.known(self.wiki, [_origin(line) for line in lines])
        return [
            line
            for line in lines
            if (fact := known.get(_origin(line))) is None
            or (fact.at, fact.kind) != (line.sighting.at, line.sighting.kind)
        ]

    def _is_our_own(self, line: Line) -> bool:
        seen = line.sighting
        return self.own is not None and seen.kind is FactKind.ASSIGNED and seen.performer == self.own

    async def _ask(self, reading: Reading, unresolved: Sequence[Unresolved], asked: set[str]) -> bool:
        """Ask the wiki what is lacking; whether there was anything to ask, and an answer."""
        if self.api is None:
            return False
        try:
            async with asyncio.timeout(ASK_WITHIN):
                return await self._ask_about(reading, unresolved, asked)
        except (WikiAwayError, WikiRefusedError, TimeoutError) as error:
            LOG.warning(
                "%s can't be asked what it meant, and will be again: %s", self.name, str(error) or "no answer"
            )
            self._is_answered = False
            return False

    async def _ask_about(self, reading: Reading, unresolved: Sequence[Unresolved], asked: set[str]) -> bool:
        endless = [one for one in unresolved if one.why == NO_EXPIRY and "block" not in asked]
        nobody = [one for one in unresolved if one.why == NOBODY]
        if endless:
            asked.add("block")
            times = [line.sighting.at for one in endless for line in one.lines]
            await self._read_log(reading, "block", min(times), max(times))
        names = found = _names(nobody) - asked
        # The renames are read after the names are looked up: whoever is renamed in between would be taken for another.
        for _ in range(ROUNDS):
            if not names:
                break
            asked |= names
            await self._look_up(reading, names)
            since = min(line.sighting.at for one in nobody for line in one.lines)
            names = await self._read_log(reading, "renameuser", since, None) - asked
        return bool(endless or found)

    async def _read_log(self, reading: Reading, kind: str, start: datetime, end: datetime | None) -> set[str]:
        """Read that log; the new names that it tells."""
        assert self.api is not None
        asked: dict[str, str | int] = {
            "list": "logevents",
            "letype": kind,
            "leprop": "ids|title|type|user|userid|timestamp|comment|details",
            "ledir": "newer",
            "lestart": start.isoformat(),
            "lelimit": "max",
        }
        if end is not None:
            asked["leend"] = end.isoformat()
        names: set[str] = set()
        async for page in self.api.pages(**asked):
            reading.take(page, ASKED)
            given = (one.get("params", {}).get("newuser") for one in logs.entries_of(page))
            names |= {name for name in given if isinstance(name, str)}
        return names

    async def _look_up(self, reading: Reading, names: Iterable[str]) -> None:
        """Read which accounts have these names now."""
        assert self.api is not None
        now = wall_clock()
        for user in await self.api.users(names=sorted(names)):
            if isinstance(user.get("userid"), int) and user["userid"] > 0:
                reading.witness(user["name"], user["userid"], now)

    async def _hidden(self, hidings: Sequence[Hiding]) -> list[Entry]:
        """What is to be hidden of what was recorded before."""
        origins = {Origin(WIKI_LOG, str(one)) for hiding in hidings for one in hiding.log_ids}
        known = await self.ledger.known(self.wiki, origins) if origins else {}
        entries: list[Entry] = []
        for hiding in sorted(hidings, key=lambda hiding: hiding.log_id):
            for log_id in hiding.log_ids:
                fact = known.get(Origin(WIKI_LOG, str(log_id)))
                if fact is None or fact.mentee is None or fact.kind not in OF_BLOCKS:
                    continue
                if hiding.bits & (HIDES_COMMENT | HIDES_USER):
                    entries.append(Entry(fact=_hiding(hiding, log_id), target=Target(id=fact.mentee)))
        return entries


ASKED: Final = Whence(1 << 40, 1)
"""Where what the wiki was asked for stands: after all that it told."""
OF_BLOCKS: Final = frozenset({FactKind.BLOCK_PLACED, FactKind.BLOCK_CHANGED})


def _hiding(hiding: Hiding, log_id: int) -> Fact:
    """Of all the account's blocks: which one an entry was about is not told, and too much hidden does no harm."""
    return VisibilityChanged(
        at=hiding.at,
        origin=Origin(WIKI_LOG, f"{hiding.log_id}:{log_id}"),
        reason_hidden=True if hiding.bits & HIDES_COMMENT else None,
        performer_hidden=True if hiding.bits & HIDES_USER else None,
    )


def _is_told(resolved: Resolved) -> bool:
    """Whether it was told, or explains what was. What else a page holds that was asked for comes in its turn: a block
    that is recorded before the renames that the source tells first would be another's.
    """
    is_rename = resolved.fact.kind is FactKind.RENAMED
    return is_rename or any(line.whence.file != ASKED.file for line in resolved.lines)


def _origin(line: Line) -> Origin:
    return Origin(WIKI_LOG, str(line.sighting.log_id))


def _names(unresolved: Iterable[Unresolved]) -> set[str]:
    """By what those are called of whom nobody knows."""
    seen = [line.sighting for one in unresolved for line in one.lines]
    return {name for one in seen for name in (one.name, one.new_name, one.mentor) if name is not None}
