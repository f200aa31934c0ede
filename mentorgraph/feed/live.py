"""All that follows wikis, together: the stream or the logs, and a look at each wiki now and then."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import httpx2

from graph.errors import MentorgraphError
from graph.kinds import PolicyPreset
from graph.policy import PRESETS
from mentorgraph.action_api import ActionApi, Login, WikiAwayError, WikiRefusedError, agent
from mentorgraph.feed import polling, stream
from mentorgraph.feed.following import Following
from mentorgraph.feed.polling import Polling
from mentorgraph.feed.programme import Programme
from mentorgraph.feed.reconcile import Reconciling
from mentorgraph.feed.stream import Stream
from mentorgraph.outbox.deliverer import Deliverer, deliver_forever
from mentorgraph.settings import Settings, SettingsError
from models.ledger import Ledger
from models.ledger.connections import Connection, wall_clock
from models.ledger.turns import FAMILY, Turn, TurnLostError, turn, until_lost

LOG = logging.getLogger("mentorgraph")

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds until a source that is away is asked again; each time twice as many, and a random part of them."""
RECONNECT: Final = 0.5
TURN_EVERY: Final = 5.0
"""Seconds between two looks at whether the server that follows is gone."""
CAUGHT_UP_WITHIN: Final = 900
"""Seconds that a look at a wiki waits for its source to have told all; then it is the source that is away."""
SILENCE: Final = 600.0
"""Seconds without a word after which `/readyz` says so."""


class Live:
    """The wikis that are followed, and how."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.followings: dict[str, Following] = {}
        self.reconciling: dict[str, Reconciling] = {}
        self.programmes: dict[str, Programme] = {}
        self.deliverers: dict[str, Deliverer] = {}
        self.begun_at = self.heard_at = wall_clock()
        """When this began, and when a source last answered or told anything."""
        self.is_our_turn = False
        """Of several servers with these settings one follows; the others wait for it to end."""
        self._joined = asyncio.Event()

    @property
    def silent(self) -> float:
        """Seconds since a source was last heard of; none where another server listens."""
        return (wall_clock() - self.heard_at).total_seconds() if self.is_our_turn else 0.0

    @property
    def missed(self) -> int:
        """What no event told, and a look at the wikis has found."""
        looks: list[Reconciling | Programme] = [*self.reconciling.values(), *self.programmes.values()]
        return sum(one.found for one in looks)

    def told(self, what: Callable[[Following], float]) -> float:
        """A figure of all wikis together."""
        return sum(what(one) for one in self.followings.values())

    async def keep_on(self, dsn: str, told: Callable[[int], None]) -> None:
        """Follow beside a server, until cancelled: whatever is wrong, the server goes on."""
        while True:
            try:
                await self.run(dsn, told)
            except SettingsError as error:
                LOG.error("the wikis are not followed: %s", error)  # noqa: TRY400 - the settings are wrong, not the code
            except Exception:
                LOG.exception("the wikis are not followed, and will be in a minute")
            await asyncio.sleep(LONGEST_WAIT)

    async def run(
        self, dsn: str, told: Callable[[int], None] | None = None, since: datetime | None = None
    ) -> None:
        """Follow, until cancelled: from where it was left, or else from that moment on, or from now."""
        async with Ledger.open(dsn, told=told) as ledger:
            while True:
                async with turn(dsn, FAMILY, Turn.FOLLOW, "mentorgraph feed") as held:
                    if held is not None:
                        await self._follow(ledger, held, since)
                await asyncio.sleep(TURN_EVERY)

    async def _follow(self, ledger: Ledger, held: Connection, since: datetime | None) -> None:
        """While it is our turn: each wiki by itself, so that one that is away keeps nobody waiting."""
        self.is_our_turn, self.heard_at = True, wall_clock()
        self.followings.clear()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(until_lost(held))
                for name in self.settings.feed_wikis:
                    group.create_task(self._wiki(ledger, name, since))
                if self.settings.feed_stream is not None:
                    group.create_task(self._stream(self.settings.feed_stream, since))
        except BaseExceptionGroup as several:
            wrong = first_of(several)
            if not isinstance(wrong, TurnLostError):
                raise wrong from None
            LOG.warning("the connection that held our turn to follow is gone: whoever is first goes on")
        finally:
            self.is_our_turn = False

    async def _wiki(self, ledger: Ledger, name: str, since: datetime | None) -> None:
        async with self.api(name) as api:
            await self._again(f"the beginning with {name}", partial(self.begin, ledger, name, api))
            self._joined.set()
            async with asyncio.TaskGroup() as group:
                if self.settings.feed_stream is None:
                    group.create_task(self._poll(Polling(self.followings[name], since)))
                group.create_task(self._look(name))
                if name in self.deliverers:
                    group.create_task(deliver_forever(self.deliverers[name], self.settings.outbox_every))

    @property
    def _contact(self) -> str:
        assert self.settings.feed_contact is not None
        return self.settings.feed_contact

    @asynccontextmanager
    async def api(self, name: str) -> AsyncIterator[ActionApi]:
        """A wiki's Action API, for as long as the block takes."""
        chosen = self.settings
        login = None
        if chosen.feed_login is not None and chosen.feed_password is not None:
            login = Login(chosen.feed_login, chosen.feed_password)
        async with ActionApi.open(chosen.feed_wikis[name], self._contact, login, chosen.feed_token) as api:
            yield api

    async def begin(self, ledger: Ledger, name: str, api: ActionApi) -> None:
        """Find the wiki here, or add it; and see that it is the one that was meant."""
        general = (await api.query(meta="siteinfo"))["query"]["general"]
        if general["wikiid"] != name:
            raise SettingsError(f"MENTORGRAPH_FEED_WIKIS: at {api.url} is {general['wikiid']}, not {name}.")
        wikis = await ledger.wikis()
        wiki = wikis.get(name)
        if wiki is None:
            wiki = await ledger.add_wiki(name, general["server"], PRESETS[PolicyPreset.DEFAULT])
        source = stream.SOURCE if self.settings.feed_stream is not None else polling.SOURCE
        self.followings[name] = Following(ledger, wiki, name, api, source)
        self.programmes[name] = programme = Programme(self.followings[name])
        if self.settings.outbox:
            own = await self._own_name(api)
            self.followings[name].own = own
            self.deliverers[name] = Deliverer(
                ledger,
                wiki,
                api,
                language=str(general.get("lang", "en")),
                own=own,
                has_mentors=lambda: programme.is_run,
                tag=self.settings.outbox_tag,
                pause=timedelta(seconds=self.settings.outbox_pause),
            )
        self.reconciling[name] = Reconciling(self.followings[name], self.settings.feed_accounts)

    async def _own_name(self, api: ActionApi) -> str:
        user = (await api.query(meta="userinfo"))["query"]["userinfo"]
        if "anon" in user:
            raise SettingsError(
                "MENTORGRAPH_OUTBOX does things on the wiki, and for that it needs an account: set "
                "MENTORGRAPH_FEED_LOGIN and MENTORGRAPH_FEED_PASSWORD, or MENTORGRAPH_FEED_TOKEN."
            )
        return str(user["name"])

    # What goes on and on.

    async def _stream(self, url: str, since: datetime | None) -> None:
        """One stream tells of all wikis that have begun; when another has, it goes on from where that one was left."""
        async with httpx2.AsyncClient(headers={"user-agent": agent(self._contact)}) as client:
            following = Stream(client, url, self.followings, since)
            following.heard = self._heard
            await self._joined.wait()
            while True:
                self._joined.clear()
                telling = asyncio.create_task(self._again("the stream", following.follow))
                joining = asyncio.create_task(self._joined.wait())
                try:
                    await asyncio.wait({telling, joining}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in (telling, joining):
                        task.cancel()
                    await asyncio.wait({telling, joining})
                # That a connection ends is normal; that one ends at once, again and again, is not.
                await asyncio.sleep(RECONNECT)

    async def _poll(self, one: Polling) -> None:
        while True:
            await self._again(f"the log of {one.following.name}", one.poll)
            self._heard()
            await asyncio.sleep(self.settings.feed_every)

    def _heard(self) -> None:
        self.heard_at = wall_clock()

    async def _look(self, name: str) -> None:
        while True:
            await self._until_caught_up(self.followings[name])
            # First what the log tells: a choice by hand that was missed would be taken for a draw.
            await self._again(f"the look at {name}", self.reconciling[name].round)
            await self._again(f"the look at the mentors of {name}", self.programmes[name].compare)
            if new := self.programmes[name].new:
                await self._again(f"their names on {name}", partial(self.reconciling[name].compare, new))
            await asyncio.sleep(self.settings.feed_look_every)

    async def _until_caught_up(self, following: Following) -> None:
        for _ in range(CAUGHT_UP_WITHIN):
            if not following.is_behind:
                return
            await asyncio.sleep(1)

    async def _again(self, who: str, work: Callable[[], Awaitable[None]]) -> None:
        """Until it has gone well once: what is away comes back, and a hot loop helps nobody."""
        wait = FIRST_WAIT
        while True:
            try:
                return await work()
            except WikiAwayError as error:
                LOG.warning("%s will be tried again: %s", who, error)
                after = error.after
            except (WikiRefusedError, MentorgraphError) as error:
                LOG.warning("%s will be tried again: %s", who, error)
                after = None
            except SettingsError:
                raise
            except Exception:
                # An answer that no wiki gives, of one wiki: the others go on.
                LOG.exception("%s will be tried again", who)
                after = None
            # Whoever says "at once" again and again is not believed.
            await asyncio.sleep(max(after or 0.0, random.uniform(wait / 2, wait)))  # noqa: S311 - no secret
            wait = min(2 * wait, LONGEST_WAIT)


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """One of them, however deep."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def wanted(settings: Settings) -> Mapping[str, str]:
    """The wikis that are to be followed; a SettingsError says what is lacking for that."""
    if settings.feed_wikis and settings.feed_contact is None:
        raise SettingsError(
            "MENTORGRAPH_FEED_CONTACT is lacking: a wiki wants to know whom to write to. Give an address of yours, "
            "such as https://mentors.example.org or mentors@example.org."
        )
    return settings.feed_wikis
