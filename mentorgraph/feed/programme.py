"""The mentors of a wiki that runs GrowthExperiments, and whom each mentors there, compared with what is kept here.

Its draws are in no log, and nor is what it drops. A mentor whom it shows where we have another is a fact of source
`reconcile`, of which the rules say whether it was a decision (rule 17 of docs/lifecycle.md).
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from graph.facts import Assigned, Imported
from graph.kinds import Origin, StartReason
from graph.lifecycle import RECONCILE
from mentorgraph.action_api import Json, WikiRefusedError
from mentorgraph.feed.following import Following
from mentorgraph.growth.mentors import ListedMentor, MalformedMentor, UnreadableListError, mentors_of
from mentorgraph.growth.reading import SOURCE
from models.ledger import Entry, Target
from models.ledger.connections import wall_clock
from models.ledger.standings import Seat

LOG = logging.getLogger("mentorgraph")

LIST: Final = "MediaWiki:GrowthMentors.json"
AT_ONCE: Final = 500
"""Mentees of one mentor that are compared together."""
OF_THE_LIST: Final = frozenset({SOURCE, RECONCILE})
"""Where those come from who are mentors because the wiki's list says so."""


class Programme:
    """The mentors and ties of one wiki."""

    def __init__(self, following: Following) -> None:
        self.following = following
        self.found = 0
        """Differences that were found."""
        self.is_run: bool | None = None
        """Whether the wiki has mentors of its own; None until that is known."""
        self.new: list[int] = []
        """Who the last look has made a mentor: the list has their numbers alone, and a name is asked for."""
        self._unreadable: set[int] = set()

    async def compare(self) -> None:
        """Compare all of it once; nothing, where the wiki has no list of mentors."""
        listed = await self._listed()
        if listed is None:
            return
        self.is_run = bool(listed)
        if not listed:
            return
        await self._compare_mentors(listed)
        for mentor in listed:
            mentees = await self._mentees(mentor.id)
            while some := list(islice(mentees, AT_ONCE)):
                await self._compare_ties(mentor.id, some)

    async def _listed(self) -> list[ListedMentor] | None:
        """Whom the list holds; None where it can't be read."""
        following = self.following
        assert following.api is not None
        page = await following.api.query(
            titles=LIST, prop="revisions", rvprop="content|timestamp", rvslots="main"
        )
        if any("missing" in one for one in page["query"]["pages"]):
            return []
        try:
            listed = list(mentors_of(page, f"{LIST} of {following.name}"))
        except UnreadableListError as error:
            LOG.warning("%s", error)
            return None
        # Who can't be read is on the list all the same.
        self._unreadable = {
            int(one.id) for one in listed if isinstance(one, MalformedMentor) and one.id.isdecimal()
        }
        for one in listed:
            if isinstance(one, MalformedMentor):
                LOG.warning("%s of %s: of mentor %s %s", LIST, following.name, one.id, one.why)
        return [one for one in listed if isinstance(one, ListedMentor)]

    async def _compare_mentors(self, listed: Sequence[ListedMentor]) -> None:
        following, now = self.following, wall_clock()
        ledger, wiki = following.ledger, following.wiki
        ours = await ledger.mentors_at(wiki, now)
        self.new = [mentor.id for mentor in listed if mentor.id not in ours]
        for mentor in listed:
            if mentor.id not in ours:
                self.found += 1
                await ledger.enroll(
                    wiki,
                    Target(id=mentor.id),
                    share=mentor.share,
                    introduction=mentor.introduction,
                    away_until=mentor.away_until,
                    at=now,
                    origin=Origin(RECONCILE, f"{mentor.id}:{now.isoformat()}:enrolled"),
                )
        gone = sorted(ours - {mentor.id for mentor in listed} - self._unreadable)
        sources = await ledger.enrolled_by(wiki, gone) if gone else {}
        gone = [mentor for mentor in gone if sources.get(mentor) in OF_THE_LIST]
        if len(gone) > max(1, len(ours) // 2):
            lacking = "%s of %s lacks %d of %d mentors: nobody is taken to have left"
            LOG.warning(lacking, LIST, following.name, len(gone), len(ours))
            return
        for one in gone:
            self.found += 1
            origin = Origin(RECONCILE, f"{one}:{now.isoformat()}:resigned")
            await ledger.resign(wiki, one, at=now, origin=origin)

    async def _mentees(self, mentor: int) -> Iterator[int]:
        api = self.following.api
        assert api is not None
        try:
            page = await api.query(list="growthmentormentee", gemmmentor=f"#{mentor}")
        except WikiRefusedError as refused:
            LOG.warning("%s does not say whom #%d mentors: %s", self.following.name, mentor, refused)
            return iter(())
        return _ids(page)

    async def _compare_ties(self, mentor: int, mentees: Sequence[int]) -> None:
        following, now = self.following, wall_clock()
        seats = await following.ledger.seats(following.wiki, mentees)
        entries = [_entry(seats[one], mentor, now) for one in mentees if seats[one].mentor != mentor]
        known = await following.ledger.known(following.wiki, [entry.origin for entry in entries])
        new = [entry for entry in entries if entry.origin not in known]
        if new:
            self.found += len(new)
            result = await following.ledger.follow(following.wiki, new)
            for place, refused in result.refused.items():
                LOG.warning(
                    "%s shows what can't be, in %s %s: %s", following.name, *new[place].origin, refused.code
                )


def _entry(ours: Seat, mentor: int, now: datetime) -> Entry:
    """Told once of each tie of ours: whether it counts the rules have said by then."""
    origin = Origin(RECONCILE, f"{ours.mentee}:{ours.tie or 'none'}:mentor {mentor}")
    target = Target(id=ours.mentee)
    if not ours.had_one:
        return Entry(fact=Imported(at=now, origin=origin, mentor=mentor), target=target)
    return Entry(fact=Assigned(at=now, origin=origin, mentor=mentor, because=StartReason.SET), target=target)


def _ids(page: Json) -> Iterator[int]:
    told: Any = page.get("growthmentormentee")
    mentees = told.get("mentees", ()) if isinstance(told, Mapping) else ()
    return iter([int(one["id"]) for one in mentees if isinstance(one.get("id"), int)])
