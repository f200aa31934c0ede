"""The root of all mutations, a line a field; what each does stands beside its input."""

from functools import partial

import strawberry

from resolvers.access import create_token, revoke_token
from resolvers.activity import record_activity
from resolvers.choices import graduate_mentee, opt_in_to_mentorship, opt_out_of_mentorship
from resolvers.handing import resign_mentor, transfer_mentees
from resolvers.idempotent import Idempotent
from resolvers.mentoring import (
    assign_mentor,
    claim_mentees,
    enroll_mentor,
    update_mentor,
)
from resolvers.permissions import Permitted
from resolvers.recording import (
    record_block,
    record_block_change,
    record_departure,
    record_facts,
    record_registration,
    record_rename,
    record_unblock,
    record_visibility,
    retract_fact,
)
from resolvers.refusals import TYPES
from resolvers.sending import (
    create_webhook,
    remove_webhook,
    retry_deliveries,
    rotate_webhook_secret,
)
from resolvers.stars import star_mentee, unstar_mentee
from resolvers.ties import end_relationship, keep_relationship, restore_relationship
from resolvers.tracking import add_wiki, set_policy
from resolvers.working import cancel_job, simulate_policies

__all__ = ["TYPES", "Mutation"]

# The last is asked first: who may not, takes no key.
field = partial(strawberry.mutation, extensions=[Idempotent(), Permitted()])


@strawberry.type(
    description="What tools and people do. Each root field is a transaction of its own, in the order asked."
)
class Mutation:
    """The mutations of the API."""

    add_wiki = field(add_wiki, description="Start tracking a wiki.")
    create_token = field(create_token, description="Make a token, by which a tool or a person is known.")
    revoke_token = field(
        revoke_token, description="Let a token be used no more; servers know within a second."
    )
    create_webhook = field(
        create_webhook,
        description="Have an address told what happens to ties, as the public may know it; at most 10 on a wiki.",
    )
    rotate_webhook_secret = field(
        rotate_webhook_secret,
        description="Give a webhook another secret; for a day the one of before signs as well.",
    )
    remove_webhook = field(
        remove_webhook, description="Tell a webhook nothing more, what waits for it included."
    )
    retry_deliveries = field(
        retry_deliveries, description="Try again what was given up: letters, mentors to be set, webhooks."
    )
    set_policy = field(set_policy, description="Put a new version of a wiki's policy in force.")
    simulate_policies = field(
        simulate_policies,
        description=(
            "Work out what each policy would have made of what really happened in a stretch of time. Nothing else is "
            "changed."
        ),
    )
    cancel_job = field(
        cancel_job, description="Stop long work; what it has done stays, and no further batch begins."
    )

    record_registration = field(
        record_registration,
        description="Record that an account was registered; draws mentors where the policy says so.",
    )
    record_block = field(record_block, description="Record that an account was blocked.")
    record_block_change = field(
        record_block_change,
        description="Record that a block's expiry, scope or reason was changed: a reblock.",
    )
    record_unblock = field(record_unblock, description="Record that a block was lifted before it expired.")
    record_rename = field(record_rename, description="Record that an account was renamed.")
    record_departure = field(record_departure, description="Record that an account vanished.")
    record_visibility = field(
        record_visibility,
        description=(
            "Record that a name, a block's reason or its performer was hidden from the public, or shown again."
        ),
    )
    record_facts = field(record_facts, description="Record many facts in one request.")
    retract_fact = field(retract_fact, description="Take back a fact that was recorded by mistake.")
    record_activity = field(
        record_activity,
        description=(
            "Record what accounts did: edit counts and times of the last edit, for dashboards to filter and "
            "sort by."
        ),
    )

    enroll_mentor = field(enroll_mentor, description="Make somebody a mentor.")
    update_mentor = field(
        update_mentor, description="Change only what is given; what is left out stays as it is."
    )
    resign_mentor = field(
        resign_mentor,
        description="End someone's mentoring (they quit) and find new mentors for their active mentees.",
    )

    transfer_mentees = field(transfer_mentees, description="Hand mentees over without resigning.")

    assign_mentor = field(assign_mentor, description="Draw or name a mentor for a mentee.")
    claim_mentees = field(
        claim_mentees,
        description="Take mentees over, all or none unless the error policy says otherwise; at most 100.",
    )
    restore_relationship = field(
        restore_relationship, description="Bring a mentee back to a mentor of their past."
    )
    keep_relationship = field(
        keep_relationship, description="Keep a suspended tie longer than the policy holds it."
    )
    end_relationship = field(
        end_relationship,
        description="End a tie. Nobody follows, and nothing is restored, until somebody assigns.",
    )
    star_mentee = field(star_mentee, description="Put a star on a mentee, for the caller alone to see.")
    unstar_mentee = field(unstar_mentee, description="Take the star off.")
    graduate_mentee = field(graduate_mentee, description="End mentorship of someone who has outgrown it.")
    opt_out_of_mentorship = field(opt_out_of_mentorship, description="Have no mentor from now on.")
    opt_in_to_mentorship = field(opt_in_to_mentorship, description="Have a mentor after all.")
