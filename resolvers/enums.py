"""The enumerations of the API: the words of `graph.kinds`, with a sentence for each and for every value."""

from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from graph import kinds

ENUMS: dict[type[Enum], str] = {
    kinds.BlockCategory: "What a block is for, as far as its reason or its recorder says.",
    kinds.BlockKind: "Where a block was placed.",
    kinds.BlockScope: "How much of the wiki a block covers.",
    kinds.CategorySource: "How a block came by its category.",
    kinds.DeliveryKind: "What is done outside.",
    kinds.DeliveryState: "How it stands with something that is done outside.",
    kinds.EndReason: (
        "Why a tie ended. To callers who may not know of an opt-out, `OPTED_OUT` is told as `ENDED_BY_HAND`, in "
        "filters and hand-overs too."
    ),
    kinds.ErrorPolicy: "What becomes of the rest where one of many is refused.",
    kinds.MenteeOrderField: "What mentees can be sorted by.",
    kinds.JobKind: "What long work is about.",
    kinds.JobState: "How long work stands.",
    kinds.MenteeState: (
        "By the primary tie. To callers who may not know of an opt-out, `OPTED_OUT` is told as "
        "`UNASSIGNED`, in filters "
        "and counts too. Where several fit, the last."
    ),
    kinds.MentorOrderField: "What mentors can be sorted by.",
    kinds.MentorShare: "How many of the newcomers a mentor is drawn for: a weight.",
    kinds.MentorStatus: "The first that fits, from the right.",
    kinds.NotificationKind: "What a mentor can be told of.",
    kinds.OrderDirection: "Which end comes first.",
    kinds.PolicyPreset: "Policies that can be chosen by name.",
    kinds.RelationshipEventKind: "Each event has one kind, the narrowest that fits.",
    kinds.RelationshipOrderField: "What ties can be sorted by.",
    kinds.RelationshipRole: "Which of a mentee's mentors.",
    kinds.RelationshipState: "How a tie stands.",
    kinds.StartReason: "Why a tie began.",
    kinds.UnblockAction: (
        "What follows an unblock for a tie that was lost. A tie that is only suspended always resumes."
    ),
    kinds.UserErrorCode: "What a caller can act on.",
    kinds.ViewerRole: "What a caller may do on a wiki.",
}


def register() -> None:
    """Make the words known to Strawberry."""
    for enum, description in ENUMS.items():
        strawberry.enum(enum, description=description)
        definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set just now
        for value in definition.values:
            value.description = enum[value.name].doc  # type: ignore[attr-defined]  # of a Word


register()
