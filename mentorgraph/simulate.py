"""The command `simulate`: what policies would have made of a wiki's past, or of a synthetic year, as a table."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from rich.box import SIMPLE_HEAD
from rich.table import Table

from graph.errors import Refused
from graph.kinds import UserErrorCode
from graph.outcome import Outcome, Tally, Window, mentoring
from graph.policy import PRESETS, PolicySettings, from_json
from mentorgraph.simulation.plot import Point, plot
from mentorgraph.simulation.processes import MENTEES_A_PART, Recorded, Source, counted, processes
from mentorgraph.simulation.scenario import Scenario
from mentorgraph.upkeep import CONSOLE, bar
from models.ledger import Ledger
from models.ledger.connections import wall_clock
from models.ledger.histories import Part
from models.ledger.simulations import Simulation

SCENARIOS: dict[str, Callable[..., Scenario]] = {"enwiki-year": Scenario}

Terms = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which scenario, and what of it is chosen."""

    name: str
    blocked: int
    seed: int


def policies(named: Sequence[str]) -> list[PolicySettings]:
    """The presets of these names, and policies of the user's own from JSON files; without names, all presets."""
    known = {settings.name: settings for settings in PRESETS.values()}
    return [known[name] if name in known else _own(name, known) for name in named or known]


def _own(name: str, known: dict[str, PolicySettings]) -> PolicySettings:
    path = Path(name)
    if path.suffix != ".json":
        message = (
            f"There is no policy {name!r}. Name a file of settings (.json), or one of: {', '.join(known)}."
        )
        raise Refused(UserErrorCode.NOT_FOUND, message, "policies")
    try:
        return from_json({"name": path.stem, **orjson.loads(path.read_bytes())})
    except (OSError, TypeError, ValueError) as error:
        raise Refused(
            UserErrorCode.INVALID, f"{name} holds no settings of a policy: {error}.", "policies"
        ) from error


async def of_wiki(dsn: str, name: str, simulation: Simulation) -> list[Outcome]:
    """What was recorded of a wiki."""
    now = wall_clock()
    simulation.check(now)
    async with Ledger.open(dsn, size=2) as ledger:
        wiki = (await ledger.wikis()).get(name)
        if wiki is None:
            raise Refused(UserErrorCode.NOT_FOUND, f"The wiki {name!r} is not tracked here.", "wiki")
        stretch = simulation.stretch(wiki, now)
        desk = ledger.simulations
        total = await desk.mentees(stretch)
        parts = desk.parts(stretch, -1, MENTEES_A_PART)
        terms = await desk.terms(wiki)
        return await _outcomes(Recorded(dsn, stretch), simulation, parts, total, terms)


async def of_scenario(choice: Choice, settings: Sequence[PolicySettings]) -> tuple[Simulation, list[Outcome]]:
    """A synthetic year, which needs no database."""
    if choice.name not in SCENARIOS:
        message = f"There is no scenario {choice.name!r}; there is: {', '.join(SCENARIOS)}."
        raise Refused(UserErrorCode.NOT_FOUND, message, "scenario")
    scenario = SCENARIOS[choice.name](blocked=choice.blocked, seed=choice.seed)
    simulation = Simulation(settings, scenario.window)
    simulation.check(wall_clock())

    async def parts() -> AsyncIterator[Part]:
        for part in scenario.parts(MENTEES_A_PART):
            yield part

    return simulation, await _outcomes(scenario, simulation, parts(), scenario.blocked, scenario.terms())


async def _outcomes(
    source: Source, simulation: Simulation, parts: AsyncIterator[Part], total: int, terms: Terms
) -> list[Outcome]:
    tallies = [Tally(simulation.window) for _ in simulation.policies]
    with bar("Simulating") as progress:
        task = progress.add_task("", total=total)
        async with aclosing(counted(source, simulation, parts, processes())) as done:
            async for part, more in done:
                for tally, one in zip(tallies, more, strict=True):
                    tally.add(one)
                progress.advance(task, part.mentees)
    return [tally.outcome(mentoring(terms, simulation.window)) for tally in tallies]


def tell(title: str, simulation: Simulation, outcomes: Sequence[Outcome], image: Path | None) -> None:
    """Print the table, and write the plot where one is wanted."""
    names = [settings.name for settings in simulation.policies]
    CONSOLE.print(_table(title, simulation.window, names, outcomes))
    if image is not None:
        points = [
            Point(name, outcome.mean_suspended_per_mentor, outcome.continuity)
            for name, outcome in zip(names, outcomes, strict=True)
        ]
        image.write_text(plot(title, points))
        CONSOLE.print(f"Continuity against clutter is in {image}.")


def _table(title: str, window: Window, names: Sequence[str], outcomes: Sequence[Outcome]) -> Table:
    start, end = window
    table = Table(
        title=f"{title}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("")
    for name in names:
        table.add_column(name.replace("-", "-\n"), justify="right")
    for what, figure in ROWS.items():
        table.add_row(what, *map(figure, outcomes))
    return table


ROWS: dict[str, Callable[[Outcome], str]] = {
    "mentees suspended": lambda outcome: f"{outcome.suspensions:,}",
    "unblocked, continued": lambda outcome: f"{outcome.continued:,}",
    "unblocked, broken": lambda outcome: f"{outcome.broken:,}",
    "continuity": lambda outcome: "–" if outcome.continuity is None else f"{outcome.continuity:.1%}",
    "ties released": lambda outcome: f"{outcome.released:,}",
    "suspended, last midnight": lambda outcome: f"{outcome.suspended_at_the_end:,}",
    "suspended a mentor, mean": lambda outcome: f"{outcome.mean_suspended_per_mentor:.1f}",
    "suspended a mentor, most": lambda outcome: f"{outcome.max_suspended_per_mentor:,}",
}
