"""Does on a wiki what is to be done there: at least once, and seen there once.

Whoever dies in the midst of it has done it or not; the next one looks whether it is there before doing it again.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from graph.kinds import DeliveryState
from mentorgraph.action_api import ActionApi, WikiAwayError, WikiRefusedError
from mentorgraph.outbox.letters import PAUSE, Choice, LeftOut, Letter, NotYet, digest, marker, what_to_do
from models.ledger import Ledger
from models.ledger.connections import wall_clock
from models.ledger.deliveries import CLAIMED_FOR, Delivery

LOG = logging.getLogger("mentorgraph")

WITHIN: Final = (CLAIMED_FOR - timedelta(minutes=1)).total_seconds()
"""Seconds for one delivery, before somebody else may claim it."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=6)
TRIES: Final = 12
"""Tries after which something is given up: a day and a half later."""

ALREADY: Final = "growthexperiments-homepage-claimmentee-already-mentor"
HEEDED: Final = {
    "growthexperiments-homepage-claimmentee-opt-out": "the mentee wants no mentor",
    "growthexperiments-homepage-claimmentee-invalid-mentor": "the wiki does not take them for a mentor",
}
"""Refusals that are answers: nothing is to be mended."""
OF_THE_WAY: Final = ("login-", "http-", "mwoauth-", "permissiondenied", "blocked", "autoblocked")
"""Refusals of our login or account, or of something before the wiki: not of what is to be done."""
NO_SUCH_USER: Final = "nosuchuser"
"""The word of a renaming may be on its way to us."""


class Deliverer:
    """For one wiki; `language` is that of its texts, `own` the account in whose name it is done, `tag` marks its edits.

    `has_mentors` tells whether the wiki itself keeps mentors, whom it could be told. `pause`: for that long a mentor is
    told nothing more about the same mentee.
    """

    def __init__(
        self,
        ledger: Ledger,
        wiki: int,
        api: ActionApi,
        *,
        language: str,
        own: str,
        has_mentors: Callable[[], bool | None],
        tag: str | None = None,
        pause: timedelta = PAUSE,
    ) -> None:
        self.ledger, self.wiki, self.api = ledger, wiki, api
        self.language, self.own, self.has_mentors = language, own, has_mentors
        self.tags = {} if tag is None else {"tags": tag}
        self.pause = pause

    async def deliver(self) -> int:
        """All that is due now, one mentee after the other; how much it was."""
        done = 0
        await self.ledger.deliveries.announce_releases(self.wiki)
        # One by one: what is sent follows from how things stand just then, and nobody's claim runs out meanwhile.
        while some := await self.ledger.deliveries.claim(self.wiki, 1):
            if self._is_letter(some[0]):
                # What a bulk change brought, or a day without us, is one letter to each mentor.
                some += await self.ledger.deliveries.claim_alike(self.wiki, some[0])
            await self._deliver(some)
            done += len(some)
        return done

    async def _deliver(self, some: list[Delivery]) -> None:
        """One, or several that are one letter; what is left when its turn comes is done alone."""
        together = [one for one in some if len(some) > 1 and self._is_letter(one)]
        for group in ([together] if together else []) + [[one] for one in some if one not in together]:
            await self._deliver_group(group)

    def _is_letter(self, delivery: Delivery) -> bool:
        return isinstance(self._what_to_do(delivery), Letter)

    def _what_to_do(self, delivery: Delivery) -> Letter | Choice | LeftOut | NotYet:
        return what_to_do(delivery, self.language, wall_clock(), self.pause)

    async def _deliver_group(self, group: list[Delivery]) -> None:
        """These, which succeed or fail as one."""
        deliveries = self.ledger.deliveries
        try:
            async with asyncio.timeout(WITHIN):
                why = await (self._do(group[0]) if len(group) == 1 else self._write_one(group))
        except WikiAwayError as error:
            await self._again(group, str(error), error.after)
        except WikiRefusedError as error:
            if error.code.startswith(OF_THE_WAY):
                await self._again(group, error.code, None)
                return
            for delivery in group:
                LOG.warning("delivery %d is given up: %s", delivery.id, error)
                await deliveries.end(self.wiki, delivery.id, DeliveryState.DEAD, error.code)
        except Exception as error:
            # An answer that no wiki gives: one mentee's must not hold up all others for ever.
            LOG.exception("delivery %d will be tried again", group[0].id)
            await self._again(group, type(error).__name__, None)
        else:
            state = DeliveryState.SENT if why is None else DeliveryState.LEFT_OUT
            for delivery in group:
                await deliveries.end(self.wiki, delivery.id, state, why)

    async def _again(self, group: list[Delivery], why: str, after: float | None) -> None:
        for delivery in group:
            await self._again_one(delivery, why, after)

    async def _again_one(self, delivery: Delivery, why: str, after: float | None) -> None:
        if delivery.tries >= TRIES:
            LOG.warning("delivery %d is given up after %d tries: %s", delivery.id, delivery.tries, why)
            await self.ledger.deliveries.end(self.wiki, delivery.id, DeliveryState.DEAD, why)
            return
        wait = min(FIRST_WAIT * 2 ** (delivery.tries - 1), LONGEST_WAIT)
        wait = max(wait * random.uniform(0.5, 1), timedelta(seconds=after or 0))  # noqa: S311 - no secret
        await self.ledger.deliveries.again(self.wiki, delivery.id, wall_clock() + wait, why)

    async def _do(self, delivery: Delivery) -> str | None:
        """Do it; the reason why not, where it is left out."""
        match self._what_to_do(delivery):
            case LeftOut(why):
                return why
            case NotYet(why, until):
                raise WikiAwayError(why, None if until is None else (until - wall_clock()).total_seconds())
            case Letter() as letter:
                await self._write(letter, [delivery])
                return None
            case Choice() as choice:
                return await self._set(choice)

    async def _write_one(self, news: list[Delivery]) -> None:
        """One letter about several mentees."""
        await self._write(digest(news, self.language, wall_clock()), news)

    async def _write(self, letter: Letter, news: list[Delivery]) -> None:
        page = f"User talk:{letter.to}"
        if any(delivery.tries > 1 for delivery in news):
            there = await self.api.text(page)
            news = [delivery for delivery in news if marker(delivery) not in there]
            if not news:
                return
            if len(news) < len(letter.markers):
                letter = digest(news, self.language, wall_clock())
        answer = await self.api.act(
            action="edit",
            title=page,
            section="new",
            sectiontitle=letter.heading,
            text=letter.wikitext,
            summary=letter.summary,
            redirect=1,
            **self.tags,
        )
        if answer.get("edit", {}).get("result") != "Success":
            raise WikiRefusedError("edit-failure", "the wiki asks for a captcha, or a filter has stopped it")

    async def _set(self, choice: Choice) -> str | None:
        has_mentors = self.has_mentors()
        if has_mentors is None:
            raise WikiAwayError("whether the wiki keeps mentors itself is not known yet")
        if not has_mentors:
            return "the wiki keeps no mentors itself"
        if await self._was_chosen_since(choice):
            return "somebody has chosen a mentor since"
        try:
            await self.api.act(
                action="growthsetmentor", mentee=choice.mentee, mentor=choice.mentor, reason=choice.reason
            )
        except WikiRefusedError as refused:
            if refused.code == ALREADY:
                return None
            if refused.code in HEEDED:
                return HEEDED[refused.code]
            if refused.code == NO_SUCH_USER:
                raise WikiAwayError("the wiki calls the mentee or the mentor otherwise by now") from refused
            raise
        return None

    async def _was_chosen_since(self, choice: Choice) -> bool:
        """Whether a person has set or claimed somebody after the block was lifted."""
        page = await self.api.query(
            list="logevents",
            letype="growthexperiments",
            letitle=f"User:{choice.mentee}",
            leprop="ids|type|user|timestamp",
            ledir="newer",
            lestart=choice.since.isoformat(),
            lelimit="max",
        )
        return any(one.get("user") != self.own for one in page["query"]["logevents"])


async def deliver_forever(deliverer: Deliverer, every: float) -> None:
    """Look every so many seconds, until cancelled."""
    while True:
        try:
            await deliverer.deliver()
        except Exception:
            LOG.exception("what is to be done on the wiki will be looked at again")
        await asyncio.sleep(every)
