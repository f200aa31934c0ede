"""A simulation as a job: part by part, each kept with the progress, so that whoever comes next goes on from there."""

from contextlib import aclosing
from typing import Final

from graph.outcome import Outcome
from graph.policy import to_json
from mentorgraph.simulation.processes import MENTEES_A_PART, Recorded, counted, processes
from models.ledger import Ledger
from models.ledger.jobs import Job
from models.ledger.simulations import Simulation

BEHIND_THE_SERVER: Final = 10
"""A server answers first, and simulates with what is left."""


async def simulate(ledger: Ledger, job: Job) -> None:
    """Count what is not counted yet, and say what came of all of it."""
    simulation, desk = Simulation.of(job.plan), ledger.simulations
    stretch = simulation.stretch(job.wiki, job.started_at)
    try:
        total = job.done + await desk.mentees(stretch, job.reached)
        await ledger.jobs.advance(job, job.done, total)
        parts = desk.parts(stretch, job.reached, MENTEES_A_PART)
        source = Recorded(ledger.dsn, stretch)
        async with aclosing(counted(source, simulation, parts, processes(), BEHIND_THE_SERVER)) as done:
            async for part, tallies in done:
                await desk.keep(job, part, tallies)
        outcomes = await desk.outcomes(job, simulation)
        await ledger.jobs.finish(job, result(simulation, outcomes))
    finally:
        await desk.sweep(job.wiki)


def result(simulation: Simulation, outcomes: list[Outcome]) -> list[dict[str, object]]:
    """As the job keeps it and the API answers it: one per policy, in the order asked."""
    return [
        {"settings": to_json(settings), **outcome.to_json()}
        for settings, outcome in zip(simulation.policies, outcomes, strict=True)
    ]
