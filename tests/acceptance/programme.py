"""A mentorship programme on its 40th day, with a newcomer of every kind, each named after what became of them."""

from typing import Any

from acceptance.in_process import written
from acceptance.office import Office
from lifecycle_stories import on

ADA, BEN, CEM, DORA, ELI, FAY = range(101, 107)
MENTORS = {ADA: "Ada", BEN: "Ben", CEM: "Cem", DORA: "Dora", ELI: "Eli", FAY: "Fay"}
AMY, SUE, ROB, PAT, RAE, SAM, WILL, LOU, OLGA, HAL, GUS, EVE, BOB = range(1, 14)
NEWCOMERS = {
    AMY: "Active Amy", SUE: "Suspended Sue", ROB: "Released Rob", WILL: "Waiting Will", RAE: "Old Oak",
    SAM: "Short-blocked Sam", PAT: "Partly blocked Pat", LOU: "Locked Lou", OLGA: "Opted-out Olga",
    HAL: "Hidden Hal", GUS: "Vanishing Vic", EVE: "Left-behind Eve", BOB: "Bob with a backup",
}  # fmt: skip
MENTORED_BY = {
    AMY: ADA, SUE: ADA, ROB: ADA, RAE: ADA, SAM: ADA, PAT: BEN, LOU: ADA, OLGA: ADA, HAL: ADA, GUS: ADA, EVE: ELI,
    BOB: FAY,
}  # fmt: skip
TODAY = 40

# Edits, questions and reverted edits, and the day of the last edit.
ACTIVITY = {AMY: (10, 3, 0, 39), SUE: (250, 1, 7, 19), ROB: (3, None, None, 18), BOB: (500, 0, 2, 30)}


class Programme:
    """The wiki, and the ids of everybody on it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.mentors: dict[int, str] = {}
        self.mentees: dict[int, str] = {}

    async def happen(self) -> None:
        """All forty days."""
        await self.office.open()
        for user, name in MENTORS.items():
            chosen = {BEN: {"share": "HIGH", "capacity": 1}}.get(user, {"share": "NONE"})
            self.mentors[user] = await self.office.mentor(user, name, **chosen)
        for user, name in sorted(NEWCOMERS.items()):
            await self.arrive(user, name)
        await self.mentors_change()
        await self.newcomers_change()
        self.office.calendar.now = on(TODAY)
        await self.edits()

    async def arrive(self, user: int, name: str) -> None:
        """One newcomer a day, for whom nobody is drawn; from then on they have whom they are given."""
        self.office.calendar.now = on(user)
        said = {"userId": str(user), "name": name, "assign": user == WILL}
        told = await self.office.log_it("recordRegistration", "mentee { id }", **said)
        self.mentees[user] = told["mentee"]["id"]
        if user in MENTORED_BY:
            await self.assign(user, MENTORED_BY[user])

    async def assign(self, user: int, mentor: int, role: str = "PRIMARY") -> None:
        asked = {"mentee": self.mentees[user], "mentor": self.mentors[mentor], "role": role}
        await self.office.do("assignMentor", asked)

    async def rename(self, user: int, name: str) -> None:
        await self.office.log_it("recordRename", target={"userId": str(user)}, newName=name)

    async def mentors_change(self) -> None:
        self.office.calendar.now = on(20)
        away = {"mentor": self.mentors[CEM], "awayUntil": written(on(60))}
        await self.office.do("updateMentor", away)
        await self.office.block(DORA, reason="Vandalism", expiresAt=written(on(30)))
        self.office.calendar.now = on(29)
        await self.office.block(
            DORA, reason="Vandalism again", expiresAt=written(on(50)), kind="GLOBAL_BLOCK"
        )
        await self.office.do("resignMentor", {"mentor": self.mentors[ELI]})
        await self.assign(BOB, ADA, "BACKUP")
        await self.rename(GUS, "Gone Gus")

    async def newcomers_change(self) -> None:
        self.office.calendar.now = on(30)
        await self.office.block(SUE, category="USERNAME")
        await self.office.block(ROB, category="SPAM")
        await self.rename(RAE, "Renamed Rae")
        await self.office.block(PAT, category="EDIT_WARRING", scope="PARTIAL")
        await self.office.do("optOutOfMentorship", {"mentee": self.mentees[OLGA]})
        await self.office.block(HAL, category="HARASSMENT", hidesName=True)
        await self.office.log_it("recordDeparture", target={"userId": str(GUS)})
        self.office.calendar.now = on(36)
        await self.office.block(SAM, category="DISRUPTION", expiresAt=written(on(60)))
        await self.office.block(LOU, kind="GLOBAL_LOCK")

    async def edits(self) -> None:
        told = [
            {
                "userId": str(user),
                "editCount": edits,
                "questionCount": questions,
                "revertedEditCount": reverted,
                "lastEditAt": written(on(day)),
            }
            for user, (edits, questions, reverted, day) in ACTIVITY.items()
        ]
        activity = [{name: value for name, value in one.items() if value is not None} for one in told]
        await self.office.do("recordActivity", {"wiki": self.office.wiki, "activity": activity})

    def said(self, text: str) -> str:
        """A document with the ids of mentors and the moments of days in it."""
        for user, mentor in self.mentors.items():
            text = text.replace(f"${MENTORS[user]}", f'"{mentor}"')
        for day in range(TODAY + 40, 0, -1):
            text = text.replace(f"$day{day}", f'"{written(on(day))}"')
        return text

    async def names(self, field: str, arguments: str, *, trusted: bool = False) -> list[str | None]:
        """The names of a list, in its order; of ties, the mentees'."""
        node = "mentee { name }" if field == "relationships" else "name"
        found = await self.office.see(
            self.said(f"{field}(first: 50, {arguments}) {{ totalCount nodes {{ {node} }} }}"), trusted=trusted
        )
        nodes: list[dict[str, Any]] = found[field]["nodes"]
        assert found[field]["totalCount"] == len(nodes)
        return [(one["mentee"] if field == "relationships" else one)["name"] for one in nodes]
