"""The root of all mutations, a line a field; what each does stands beside its input."""

import strawberry

from resolvers.mentoring import (
    assign_mentor,
    claim_mentees,
    enroll_mentor,
    opt_in_to_mentorship,
    opt_out_of_mentorship,
    resign_mentor,
    update_mentor,
)
from resolvers.recording import (
    record_block,
    record_block_change,
    record_departure,
    record_registration,
    record_rename,
    record_unblock,
)
from resolvers.refusals import TYPES
from resolvers.tracking import add_wiki

__all__ = ["TYPES", "Mutation"]

field = strawberry.mutation


@strawberry.type(
    description="What tools and people do. Each root field is a transaction of its own, in the order asked."
)
class Mutation:
    """The mutations of the API."""

    add_wiki = field(add_wiki, description="Start tracking a wiki.")

    record_registration = field(
        record_registration,
        description="Record that an account was registered; draws mentors where the policy says so.",
    )
    record_block = field(record_block, description="Record that an account was blocked.")
    record_block_change = field(
        record_block_change, description="Record that a block's expiry, scope or reason was changed."
    )
    record_unblock = field(record_unblock, description="Record that a block was lifted before it expired.")
    record_rename = field(record_rename, description="Record that an account was renamed.")
    record_departure = field(record_departure, description="Record that an account vanished.")

    enroll_mentor = field(enroll_mentor, description="Make somebody a mentor.")
    update_mentor = field(
        update_mentor, description="Change only what is given; what is left out stays as it is."
    )
    resign_mentor = field(
        resign_mentor, description="End someone's mentoring and find new mentors for their active mentees."
    )

    assign_mentor = field(assign_mentor, description="Draw or name a mentor for a mentee.")
    claim_mentees = field(
        claim_mentees,
        description="Take mentees over, all or none unless the error policy says otherwise; at most 100.",
    )
    opt_out_of_mentorship = field(opt_out_of_mentorship, description="Have no mentor from now on.")
    opt_in_to_mentorship = field(opt_in_to_mentorship, description="Have a mentor after all.")
