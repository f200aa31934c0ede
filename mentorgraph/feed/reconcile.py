"""A look at the wiki itself: what no event has told of names and blocks is found, and recorded.

What the wiki's log tells is taken from there, as if its event had come; what it does not tell (a block that hides the
name, say) is a fact of source `reconcile`, of the moment at which it was seen.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from graph.facts import ABSENT, BlockChanged, BlockLifted, BlockPlaced, Fact, Renamed, VisibilityChanged
from graph.kinds import BlockScope, Origin
from graph.lifecycle import RECONCILE
from mentorgraph.action_api import Json, WikiRefusedError
from mentorgraph.feed import logs
from mentorgraph.feed.entries import ENDLESS_WORDS, checked_name, moment
from mentorgraph.feed.following import Following, Heard
from mentorgraph.feed.polling import LOGS, NOT_EVERYWHERE, NOT_HERE, OVERLAP, PROP, log_of
from models.columns import ENDLESS
from models.ledger import Entry, Target
from models.ledger.activity import Activity
from models.ledger.connections import wall_clock
from models.ledger.positions import Reached
from models.ledger.standings import Standing

LOG = logging.getLogger("mentorgraph")

SOURCE: Final = "look"
"""Up to when a look has read the log is kept under this name."""
GRACE: Final = timedelta(seconds=30)
"""How old a difference must be: what happened since may be on its way to us."""
SECOND: Final = timedelta(seconds=1)
"""Moments of the wiki are whole seconds, and in the second of its end a block both is and is not:
https://www.mediawiki.org/wiki/Manual:Ipblocks_table."""
PROPERTIES: Final = "blockinfo|editcount"
RENAMES: Final = 5
"""Of one account, one after the other, that are followed through the log."""
LAST_EDITS: Final = 500
"""Mentees of one round whose last edit is asked for: a request each."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block as `list=users` tells it."""

    since: datetime
    scope: BlockScope
    expires_at: datetime | None
    reason: str | None
    performer: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """How the wiki says an account stands. `name` is None for one that it does not show."""

    id: int
    name: str | None
    block: Block | None
    read_at: datetime
    edit_count: int | None = None

    def origin(self, what: str) -> Origin:
        """Of what was seen just then."""
        return Origin(RECONCILE, f"{self.id}:{self.read_at.isoformat()}:{what}")

    def entry(
        self, fact: Fact, *, name: str | None = None, reason: str | None = None, performer: str | None = None
    ) -> Entry:
        """A fact about that account."""
        return Entry(fact=fact, target=Target(id=self.id), name=name, reason=reason, performer=performer)


def seen(user: Json, read_at: datetime) -> Seen:
    """One answer of `list=users`."""
    account = int(user["userid"])
    if "missing" in user or user.get("hidden") is True:
        return Seen(account, None, None, read_at)
    return Seen(account, checked_name(str(user["name"])), _block(user), read_at, user.get("editcount"))


def _block(user: Json) -> Block | None:
    if "blockid" not in user:
        return None
    expiry = str(user["blockexpiry"])
    return Block(
        since=moment(str(user["blockedtimestamp"])),
        scope=BlockScope.PARTIAL if user.get("blockpartial") is True else BlockScope.SITEWIDE,
        expires_at=None if expiry.lower() in ENDLESS_WORDS else moment(expiry),
        reason=str(user.get("blockreason", "")) or None,
        performer=str(user.get("blockedby", "")) or None,
    )


def differs(ours: Standing, theirs: Seen) -> bool:
    """Whether the wiki tells something else than we do, and not only since a moment ago."""
    return next(differences(ours, theirs), None) is not None


def differences(ours: Standing, theirs: Seen) -> Iterator[Entry]:
    """What must have happened, by how an account stands here and there."""
    if theirs.name is None:
        if not ours.is_hidden:
            # Only a block hides a name, and no log that we may read has it: that which is open, or another.
            hiding = BlockChanged if ours.blocks == 1 else BlockPlaced
            yield theirs.entry(hiding(at=theirs.read_at, origin=theirs.origin("hidden"), hides_name=True))
        return
    if ours.is_hidden:
        shown = VisibilityChanged(at=theirs.read_at, origin=theirs.origin("shown"), name_hidden=False)
        yield theirs.entry(shown)
    if theirs.name != ours.name:
        yield theirs.entry(Renamed(at=theirs.read_at, origin=theirs.origin("name")), name=theirs.name)
    yield from _of_blocks(ours, theirs)


def _of_blocks(ours: Standing, theirs: Seen) -> Iterator[Entry]:
    block, soon = theirs.block, theirs.read_at + SECOND
    # What we were told a moment ago a replica of theirs may not know yet.
    is_fresh = ours.turned_at is not None and ours.turned_at > theirs.read_at - GRACE
    if block is None:
        if ours.scope is not None and (ours.expires_at or ENDLESS) > soon and not is_fresh:
            yield theirs.entry(BlockLifted(at=theirs.read_at, origin=theirs.origin("lifted")))
    elif (block.expires_at or ENDLESS) <= soon:
        return
    elif ours.scope is None:
        if block.since < theirs.read_at - GRACE and not is_fresh:
            # A lift that we know of closes all that was placed before it: if they say otherwise, it is open anew.
            is_anew = ours.turned_at is not None and ours.turned_at >= block.since
            at = theirs.read_at if is_anew else block.since
            placed = BlockPlaced(
                at=at,
                origin=Origin(RECONCILE, f"{theirs.id}:{at.isoformat()}:placed"),
                scope=block.scope,
                expires_at=block.expires_at,
                reason=block.reason,
            )
            yield theirs.entry(placed, reason=block.reason, performer=block.performer)
    elif ours.blocks == 1 and (ours.scope, ours.expires_at) != (block.scope, block.expires_at or ENDLESS):
        changed = BlockChanged(
            at=theirs.read_at,
            origin=theirs.origin("changed"),
            scope=block.scope,
            expires_at=block.expires_at,
        )
        yield theirs.entry(changed)


class Reconciling:
    """Compares one wiki's accounts with the wiki, so many a round, and goes on from there in the next."""

    def __init__(self, following: Following, most: int) -> None:
        self.following, self.most = following, most
        self.found = 0
        """Differences that were found, by all rounds."""
        self._after = 0
        self._asked = 0

    async def round(self) -> None:
        """One round; before it, what the log has told since the last, for nobody else knows of who is new."""
        following, looked = self.following, 0
        self._asked = 0
        await self._read_logs()
        assert following.api is not None
        at_once = await following.api.at_once()
        while looked < self.most:
            accounts = await following.ledger.accounts(following.wiki, self._after, at_once)
            if not accounts:
                self._after = 0
                return
            await self.compare(accounts)
            self._after, looked = accounts[-1], looked + len(accounts)

    async def _read_logs(self) -> None:
        """Whatever of it a source has not told is recorded as if it had been."""
        following = self.following
        assert following.api is not None
        reached = await following.ledger.reached(following.wiki, SOURCE)
        since = None if reached is None else moment(reached.position)
        page = await following.api.query(meta="siteinfo")
        until = moment(str(page["curtimestamp"]))
        # What came in the last moment is the source's to tell.
        end = until - OVERLAP
        if since is not None and since < end:
            for kind in (*LOGS, *NOT_EVERYWHERE):
                log = following.api.pages(**log_of(kind), lestart=since.isoformat(), leend=end.isoformat())
                try:
                    async for page in log:
                        await following.take([Heard(page)])
                except WikiRefusedError as refused:
                    if kind not in NOT_EVERYWHERE or refused.code not in NOT_HERE:
                        raise
        await following.ledger.follow(following.wiki, [], Reached(SOURCE, end.isoformat(), until))

    async def compare(self, accounts: Sequence[int]) -> None:
        """These accounts: first what the log tells of those that differ, then what differs still."""
        looked = await self._look(accounts)
        await self._note_edits(looked)
        pairs = [(ours, theirs) for ours, theirs in looked if differs(ours, theirs)]
        if not pairs:
            return
        differing = [theirs for _, theirs in pairs]
        await self._read_log({name for ours, theirs in pairs for name in (ours.name, theirs.name) if name})
        entries = [
            entry
            for ours, theirs in await self._look([theirs.id for theirs in differing])
            for entry in differences(ours, theirs)
        ]
        if entries:
            self.found += len(entries)
            LOG.info(
                "%s: a look at the wiki has found %d things that no event told",
                self.following.name,
                len(entries),
            )
            await self.following.ledger.follow(self.following.wiki, entries)

    async def _look(self, accounts: Sequence[int]) -> list[tuple[Standing, Seen]]:
        """How they stand here and there; here first, so that what happens in between is not taken for a lift."""
        following = self.following
        assert following.api is not None
        ours = await following.ledger.standings(following.wiki, accounts)
        read_at = wall_clock()
        users = await following.api.users(ids=list(accounts), prop=PROPERTIES)
        theirs: Mapping[int, Seen] = {one.id: one for one in (seen(user, read_at) for user in users)}
        return [(one, theirs[one.id]) for one in ours if one.id in theirs]

    async def _note_edits(self, looked: Sequence[tuple[Standing, Seen]]) -> None:
        """How many edits each mentee has made and when the last was, where that has changed."""
        following, noted = self.following, []
        assert following.api is not None
        for ours, theirs in looked:
            if (
                not ours.is_mentee
                or theirs.edit_count in (None, ours.edit_count)
                or self._asked == LAST_EDITS
            ):
                continue
            assert theirs.edit_count is not None
            self._asked += 1
            page = await following.api.query(
                list="usercontribs", ucuserids=str(ours.id), uclimit=1, ucprop="timestamp"
            )
            # Of edits whose pages were deleted only the count tells.
            edits = [moment(str(edit["timestamp"])) for edit in page["query"]["usercontribs"]]
            noted.append(Activity(ours.id, theirs.edit_count, max(edits) if edits else ABSENT))
        if noted:
            await following.ledger.record_activity(following.wiki, noted)

    async def _read_log(self, names: set[str]) -> None:
        """What the log has of these names, and of those to which they were renamed: renames stand under the old one."""
        following = self.following
        assert following.api is not None
        pages: list[Json] = []
        asked: set[str] = set()
        for _ in range(RENAMES):
            new, names = names - asked, set()
            asked |= new
            for name in new:
                log = following.api.pages(
                    list="logevents", letitle=f"User:{name}", leprop=PROP, lelimit="max"
                )
                found = [page async for page in log]
                pages += found
                entries = [entry for page in found for entry in logs.entries_of(page)]
                given = (entry.get("params", {}).get("newuser") for entry in entries)
                names |= {name for name in given if isinstance(name, str)}
        if pages:
            await following.take([Heard(page) for page in pages], assign=False)
