"""A wiki without a public stream: its log, read again and again from a little before where it was left."""

from datetime import datetime, timedelta
from typing import Final

from mentorgraph.action_api import WikiRefusedError
from mentorgraph.feed.entries import moment
from mentorgraph.feed.following import Following, Heard

SOURCE: Final = "log"
OVERLAP: Final = timedelta(seconds=60)
"""What is read again each time: an entry is written before it is seen, and a replica may lag."""
WINDOW: Final = timedelta(hours=6)
"""How much of the log is recorded together where there is more: whoever comes back after months reads it in parts."""

LOGS: Final = ("newusers", "block", "renameuser", "delete/event")
"""The logs that tell of mentees; the last tells what was hidden of other entries."""
NOT_EVERYWHERE: Final = ("suppress", "growthexperiments")
"""Hidden blocks, which few may read; who was given which mentor, where the wiki has mentors of its own."""
NOT_HERE: Final = frozenset({"badvalue", "unknown_letype", "permissiondenied", "readapidenied"})
"""How a wiki says that it has no such log, or none for us."""
PROP: Final = "ids|title|type|user|userid|timestamp|comment|details"


def log_of(kind: str) -> dict[str, str | int]:
    """What to ask the wiki for: that log, or one action of it, from its beginning on."""
    return {
        "list": "logevents",
        "leaction" if "/" in kind else "letype": kind,
        "leprop": PROP,
        "ledir": "newer",
        "lelimit": "max",
    }


class Polling:
    """One wiki's log."""

    def __init__(self, following: Following, since: datetime | None = None) -> None:
        self.following = following
        self.since = None if since is None else since.isoformat()
        self._missing: set[str] = set()

    async def poll(self) -> None:
        """Read what is new, and record it. Without a place to go on from, that is all since `since`, or since now."""
        following = self.following
        assert following.api is not None, "a log is read from the wiki itself"
        since = following.position or await following.begin() or self.since
        while True:
            end = None if since is None else moment(since) + WINDOW
            pages, now = [], ""
            for kind in (*LOGS, *NOT_EVERYWHERE):
                for page in await self._read(kind, since, end):
                    # What the first was read at is where the next look begins: entries came while the others were read.
                    now = now or str(page["curtimestamp"])
                    pages.append(page)
            is_all = end is None or end >= moment(now)
            since = now if is_all or end is None else end.isoformat()
            await following.take([Heard(page, since) for page in pages], since)
            following.hears(moment(since))
            if is_all:
                return

    async def _read(self, kind: str, since: str | None, end: datetime | None) -> list[dict[str, object]]:
        if kind in self._missing:
            return []
        api = self.following.api
        assert api is not None
        asked = log_of(kind)
        if since is None:
            asked |= {"ledir": "older", "lelimit": 1}
        else:
            asked["lestart"] = (moment(since) - OVERLAP).isoformat()
            asked |= {} if end is None else {"leend": end.isoformat()}
        try:
            if since is None:
                # Only where to begin: what was before is history.
                page = await api.query(**asked)
                return [{**page, "query": {"logevents": []}}]
            return [dict(page) async for page in api.pages(**asked)]
        except WikiRefusedError as refused:
            if kind not in NOT_EVERYWHERE or refused.code not in NOT_HERE:
                raise
            self._missing.add(kind)
            return []
