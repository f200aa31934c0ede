"""A mentee's story, told to the API day by day: each fact on its day, one whose day is over a day late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from acceptance.client import Client
from acceptance.in_process import Calendar, written
from graph.facts import (
    ABSENT,
    Assigned,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Drawn,
    Fact,
    MentorEnrolled,
    MentorResigned,
    OptedIn,
    OptedOut,
    Renamed,
)
from graph.kinds import PolicyPreset
from graph.policy import PRESETS, PolicySettings, format_duration
from lifecycle_stories import A, B, C, Policies, day, on

MENTEE = "1"
NAMES = {A: "A", B: "B", C: "C"}
DAY = timedelta(days=1)

SEEN = """
  query Seen($wiki: String!) {
    wiki(dbName: $wiki) {
      mentee(by: {userId: "1"}) {
        state waitingSince
        mentor { name }
        suspension { since resumesAt releasesAt returnsTo { name } returnsUntil }
        relationship { id }
        relationships(where: {role: PRIMARY}, first: 100) {
          nodes {
            id state stateSince stateUntil nextState
            mentor { name } startedAt startedBecause endedAt endedBecause continues { id } continuedBy { id }
            spans { state from to }
          }
        }
      }
    }
  }
"""


class Story:
    """A wiki of its own, with mentors A, B and C and a newcomer for whom A was drawn on day 0."""

    def __init__(self, client: Client, calendar: Calendar, wiki: str) -> None:
        self.client, self.calendar, self.wiki = client, calendar, wiki
        self.mentors: dict[int, str] = {}
        self.mentee = self.drawn = ""

    async def begin(self, policy: Policies) -> None:
        """The wiki, its policy, its mentors, and the draw of day 0."""
        self.calendar.now = on(-60)
        await self._add_wiki(policy)
        self.calendar.now = on(-30)
        for mentor, name in NAMES.items():
            account = {"userId": str(mentor)}
            known = self._logged(mentor, on(-50)) | {"userId": str(mentor), "name": name, "assign": False}
            await self.client.done("recordRegistration", known)
            # Nobody is drawn but A: a share of none keeps newcomers away.
            asked = {"wiki": self.wiki, "account": account, "share": "NORMAL" if mentor == A else "NONE"}
            self.mentors[mentor] = (await self.client.done("enrollMentor", asked, "mentor { id }"))["mentor"][
                "id"
            ]
        self.calendar.now = on(0)
        newcomer = self._logged(1, on(0)) | {"userId": MENTEE, "name": "Newcomer"}
        payload = await self.client.done("recordRegistration", newcomer, "mentee { id mentor { name } }")
        assert payload["mentee"]["mentor"] == {"name": "A"}
        self.mentee = payload["mentee"]["id"]
        # And A is drawn only once: to be away keeps even former mentees from being drawn, and ends no tie.
        await self.client.done("updateMentor", {"mentor": self.mentors[A], "awayUntil": written(on(364))})

    async def _add_wiki(self, policy: Policies) -> None:
        versions = [(None, policy)] if isinstance(policy, PolicySettings) else policy
        url = f"https://{self.wiki}.example.org"
        asked = {"dbName": self.wiki, "url": url, "policy": choice(versions[0][1])}
        await self.client.done("addWiki", asked)
        for number, (since, settings) in enumerate(versions[1:], 2):
            assert since is not None
            asked = {"wiki": self.wiki, "policy": choice(settings), "effectiveFrom": written(on(since))}
            done = await self.client.done("setPolicy", asked, "policy { version effectiveFrom }")
            assert done["policy"] == {"version": number, "effectiveFrom": written(on(since))}

    async def walk(self, facts: Sequence[Fact]) -> None:
        """Let it happen, in the order told."""
        for fact in facts:
            self.calendar.now = fact.at if fact.at >= self.calendar.now else self.calendar.now + DAY
            await self.record(fact, 1000 + by_time(facts).index(fact))

    async def record(self, fact: Fact, number: int) -> None:
        """Tell one fact to the API, by the mutation that is made for it."""
        if isinstance(fact, Drawn):
            # The mentor comes to be available, and somebody asks for a draw.
            await self.client.done("updateMentor", {"mentor": self.mentors[fact.mentor], "share": "NORMAL"})
            drawn = await self.client.done(
                "assignMentor", {"mentee": self.mentee}, "relationship { id mentor { name } }"
            )
            assert drawn["relationship"]["mentor"] == {"name": NAMES[fact.mentor]}
            self.drawn = drawn["relationship"]["id"]
        elif isinstance(fact, BlockPlaced | BlockChanged | BlockLifted | Renamed):
            target = {"target": {"userId": MENTEE}}
            name, said = log_entry(fact)
            await self.client.done(name, self._logged(number, fact.at) | target | said)
        else:
            name, said = self._decision(fact)
            await self.client.done(name, {"occurredAt": written(fact.at)} | said)

    def _decision(self, fact: Fact) -> tuple[str, dict[str, Any]]:
        match fact:
            case MentorEnrolled(mentor=mentor):
                account = {"userId": str(mentor)}
                return "enrollMentor", {"wiki": self.wiki, "account": account, "share": "NONE"}
            case MentorResigned(mentor=mentor):
                return "resignMentor", {"mentor": self.mentors[mentor]}
            case Assigned(mentor=mentor):
                return "claimMentees", {"mentor": self.mentors[mentor], "mentees": [self.mentee]}
            case OptedOut():
                return "optOutOfMentorship", {"mentee": self.mentee}
            case OptedIn():
                return "optInToMentorship", {"mentee": self.mentee}
        raise AssertionError(fact)

    def _logged(self, number: int, at: datetime) -> dict[str, Any]:
        return {"wiki": self.wiki, "source": "mw-log", "sourceId": str(number), "occurredAt": written(at)}

    async def seen(self) -> dict[str, Any]:
        """The mentee as the API answers now."""
        found = (await self.client.ask(SEEN, wiki=self.wiki))["wiki"]["mentee"]
        return dict(found)

    async def seen_on(self, when: float) -> dict[str, Any]:
        """The mentee as the API answers on that day, if nothing else happens."""
        self.calendar.now = on(when)
        return await self.seen()


def by_time(facts: Sequence[Fact]) -> list[Fact]:
    """As the wiki's log numbers them."""
    return sorted(facts, key=lambda fact: fact.at)


def log_entry(fact: Fact) -> tuple[str, dict[str, Any]]:
    """The mutation of a log entry, and what it says."""
    match fact:
        case BlockPlaced():
            said = {
                "scope": fact.scope,
                "category": fact.category,
                "expiresAt": fact.expires_at and written(fact.expires_at),
            }
            name = "recordBlock"
        case BlockChanged():
            said = {
                name: value
                for name, value in (("scope", fact.scope), ("category", fact.category))
                if value is not ABSENT
            }
            name = "recordBlockChange"
        case BlockLifted():
            said, name = {}, "recordUnblock"
        case _:
            return "recordRename", {"newName": "Somebody Else"}
    return name, said | {"kind": fact.block_kind} | (
        {} if fact.block_id is None else {"blockId": fact.block_id}
    )


def choice(settings: PolicySettings) -> dict[str, Any]:
    """A policy as `addWiki` takes it: by the name of a preset, or setting by setting."""
    for preset in PolicyPreset:
        if PRESETS[preset] == settings:
            return {"preset": preset}
    own = {
        "name": settings.name,
        "holds": [{"category": category, "hold": length(hold)} for category, hold in settings.holds],
        "defaultHold": length(settings.default_hold),
        "keepDefiniteUpTo": length(settings.keep_definite_up_to),
        "restoreWithin": length(settings.restore_within),
        "countPartialBlocks": settings.count_partial_blocks,
        "onUnblock": settings.on_unblock,
    }
    return {"policy": own}


def length(duration: timedelta | None) -> str | None:
    return None if duration is None else format_duration(duration)


# What the API answers, told in a line.


def ties(mentee: dict[str, Any]) -> str:
    """`A (DRAWN) ACTIVE [0, 3) ended HOLD_ELAPSED; …`, oldest first."""
    return "; ".join(_tie(tie) for tie in reversed(mentee["relationships"]["nodes"]))


def _tie(tie: dict[str, Any]) -> str:
    spans = " ".join(f"{span['state']} [{told(span['from'])}, {told(span['to'])})" for span in tie["spans"])
    ended = "" if tie["endedBecause"] is None else f" ended {tie['endedBecause']}"
    return f"{tie['mentor']['name']} ({tie['startedBecause']}) {spans}{ended}"


def told(moment: str | None) -> str:
    """A moment of the API as the day of the story."""
    return day(None if moment is None else datetime.fromisoformat(moment))


def need(mentee: dict[str, Any]) -> str:
    return "–" if mentee["waitingSince"] is None else f"[{told(mentee['waitingSince'])}, ∞)"


def outlook(mentee: dict[str, Any]) -> str:
    """The mentee, the last tie and the suspension in one line: how it stands, and what comes next."""
    tie = mentee["relationships"]["nodes"][0]
    parts = [mentee["state"], f"{tie['mentor']['name']} {tie['state']} since {told(tie['stateSince'])}"]
    if tie["stateUntil"] is not None:
        parts.append(f"until {told(tie['stateUntil'])} then {tie['nextState']}")
    if tie["endedAt"] is not None:
        parts.append(f"ended {told(tie['endedAt'])} {tie['endedBecause']}")
    blocked = mentee["suspension"]
    if blocked is not None:
        parts.append(f"blocked since {told(blocked['since'])}")
        parts += [
            f"{name[:-2]} {told(blocked[name])}" for name in ("resumesAt", "releasesAt") if blocked[name]
        ]
        parts.append(f"returns to {blocked['returnsTo']['name'] if blocked['returnsTo'] else 'nobody'}")
        if blocked["returnsUntil"] is not None:
            parts.append(f"until {told(blocked['returnsUntil'])}")
    return ", ".join(parts)
