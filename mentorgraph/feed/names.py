"""Whom a name meant: names of any day, walked back through the renames to the one account that they mean.

An account is known here by its *root*: the first name that is known of it, and which of that name's
stretches it held. The renames that gave a name or took it away part its stretches, so two lines can be seen
to mean the same person before anyone knows an id; what tells an id (a registration, whoever acted, the
database) tells it of a root.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Place(NamedTuple):
    """A place in the wiki's log: whole seconds are shared by many entries, the log id parts them."""

    at: datetime
    log_id: int


class Root(NamedTuple):
    """An account, by the first name known of it and the number of that name's stretch."""

    name: str
    stretch: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When a name was written: at a place in the log and in the stream, or on the day it was read."""

    place: Place
    published: int | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    """One account's change of name, in the names of that time; `old` None where it is not known."""

    place: Place
    old: str | None
    new: str
    published: int | None = None

    def came_before(self, moment: Moment) -> bool:
        """Whether names written at the moment know of it.

        A rename gets its log id first and is published last: between two events, the stream's order says
        which name was in force. A page shows all that had happened when it was read, its own second
        included.
        """
        if moment.read_at is not None:
            return self.place.at <= moment.read_at
        if self.published is not None and moment.published is not None:
            return self.published < moment.published
        return self.place < moment.place


class Names:
    """All the renames that are known, and so all the stretches of all names."""

    def __init__(self, renames: Iterable[Rename]) -> None:
        self._ends: dict[str, list[Rename]] = defaultdict(list)
        self._roots: dict[int, Root] = {}
        # A log entry is one rename, however often it was seen; what the stream tells of it is told once.
        for rename in sorted(_once(renames), key=lambda rename: rename.place):
            old = Root("", 0) if rename.old is None else self._root(rename.old, len(self._ends[rename.old]))
            if rename.old is not None:
                self._ends[rename.old].append(rename)
            if rename.new != rename.old:
                self._ends[rename.new].append(rename)
            unknown = Root(rename.new, len(self._ends[rename.new]))
            self._roots[rename.place.log_id] = unknown if rename.old is None else old

    def holder(self, name: str, moment: Moment) -> Root:
        """Who held the name, as written at the moment."""
        return self._root(name, self._stretch(name, moment))

    def renamed(self, log_id: int) -> Root:
        """Whose rename that was."""
        return self._roots[log_id]

    def then(self, name: str, moment: Moment, place: Place) -> str:
        """What the holder of the name at the moment was called at an earlier place in the log."""
        stretch = self._stretch(name, moment)
        while stretch > 0:
            given = self._ends[name][stretch - 1]
            if given.new != name or given.old is None or given.place <= place:
                break
            name, stretch = given.old, bisect_right(self._ends[given.old], given.place, key=_place) - 1
        return name

    def _stretch(self, name: str, moment: Moment) -> int:
        ends = self._ends.get(name)
        # Nearly all names are never given away nor taken over.
        return 0 if ends is None else sum(end.came_before(moment) for end in ends)

    def _root(self, name: str, stretch: int) -> Root:
        if stretch > 0:
            given = self._ends[name][stretch - 1]
            if given.new == name:
                return self._roots[given.place.log_id]
        return Root(name, stretch)


class Accounts:
    """Which root is which user id, and since when each account has existed."""

    def __init__(self) -> None:
        self._told: dict[Root, list[tuple[Place, int]]] = defaultdict(list)
        self._registered: dict[int, Place] = {}

    def tell(self, root: Root, place: Place, user_id: int) -> None:
        """Somebody with this id was the root, at a place in the log or on the day it was read."""
        self._told[root].append((place, user_id))

    def register(self, user_id: int, place: Place) -> None:
        """The account has existed since then."""
        self._registered[user_id] = min(place, self._registered.get(user_id, place))

    def find(self, root: Root, place: Place, written: Place) -> int | None:
        """The id of a root that did something, or to which it was done, at a place in the log.

        With all renames known a root has one id. Where some are missing it can have several: then it is
        whoever was last told of when the name was written; but nobody before they had registered.
        """
        told = self._told.get(root)
        if told is None:
            return None
        earlier = [one for one in told if one[0] <= written]
        user_id = (max(earlier) if earlier else min(told))[1]
        registered = self._registered.get(user_id)
        return user_id if registered is None or registered <= place else None


def _once(renames: Iterable[Rename]) -> Iterable[Rename]:
    known: dict[int, Rename] = {}
    for rename in renames:
        seen = known.get(rename.place.log_id)
        # What is recorded of a rename may not know the old name, and what is read of it does.
        tells_more = seen is not None and (
            (seen.old is None and rename.old is not None)
            or (seen.published is None and rename.published is not None and rename.old is not None)
        )
        if seen is None or tells_more:
            known[rename.place.log_id] = rename
    return known.values()


def _place(rename: Rename) -> Place:
    return rename.place
