"""Mutations about work that outlasts a request."""

from datetime import datetime

import strawberry

from graph.outcome import Window
from models.ledger.simulations import MOST_POLICIES, Simulation
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.declare import ref
from resolvers.happenings import WIKI
from resolvers.inputs import decode_as
from resolvers.job import Job
from resolvers.refusals import UserError, refusing
from resolvers.tracking import PolicyChoice, settings_of


@strawberry.type(description="The work as it stands now.")
class SimulatePoliciesPayload:
    """What became of a request for long work, or of one to stop it."""

    job: Job | None = strawberry.field(default=None, description="Ask again by `node`, or watch `job`.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@strawberry.input(
    description="Each policy is taken as if it had always been in force; what is counted is the stretch of time."
)
class SimulatePoliciesInput:
    """Which policies, and when."""

    wiki: str = strawberry.field(description=WIKI)
    policies: list[PolicyChoice] = strawberry.field(description=f"At most {MOST_POLICIES}.")
    from_: datetime = strawberry.field(name="from", description="From when on it is counted what happened.")
    to: datetime = strawberry.field(description="Until when; not in the future.")


@refusing(SimulatePoliciesPayload)
async def simulate_policies(info: Info, input: SimulatePoliciesInput) -> SimulatePoliciesPayload:
    """Ask what policies would have made of what happened."""
    settings = [
        settings_of(choice, "policies", str(place))
        for place, choice in enumerate(input.policies[: MOST_POLICIES + 1])
    ]
    wiki = await wiki_of(info, input.wiki)
    job = await ledger_of(info).simulations.start(wiki, Simulation(settings, Window(input.from_, input.to)))
    return SimulatePoliciesPayload(job=ref("Job", wiki, job))


@refusing(SimulatePoliciesPayload, within=())
async def cancel_job(info: Info, id: strawberry.ID) -> SimulatePoliciesPayload:
    """Stop long work."""
    job = decode_as(id, ("Job",), "id")
    await ledger_of(info).jobs.cancel(job.wiki, job.key)
    return SimulatePoliciesPayload(job=ref("Job", job.wiki, job.key))
