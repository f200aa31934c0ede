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
    kinds.EndReason: "Why a tie ended.",
    kinds.ErrorPolicy: "What becomes of the rest where one of many is refused.",
    kinds.MenteeState: (
        "By the primary tie. To callers who may not know of an opt-out, `OPTED_OUT` is told as "
        "`UNASSIGNED`, in filters "
        "and counts too. Where several fit, the last."
    ),
    kinds.MentorShare: "How many of the newcomers a mentor is drawn for.",
    kinds.MentorStatus: "The first that fits, from the right.",
    kinds.NotificationKind: "What a mentor can be told of.",
    kinds.PolicyPreset: "Policies that can be chosen by name.",
    kinds.RelationshipEventKind: "Each event has one kind, the narrowest that fits.",
    kinds.RelationshipRole: "Which of a mentee's mentors.",
    kinds.RelationshipState: "How a tie stands.",
    kinds.StartReason: "Why a tie began.",
    kinds.UnblockAction: (
        "What follows an unblock for a tie that was lost. A tie that is only suspended always resumes."
    ),
    kinds.UserErrorCode: "What a caller can act on.",
}

SAID = {
    "BlockKind.LOCAL": "On this wiki alone.",
    "BlockKind.GLOBAL_BLOCK": "On all wikis.",
    "BlockKind.GLOBAL_LOCK": "The account can't log in anywhere.",
    "BlockScope.SITEWIDE": "From editing anything.",
    "BlockScope.PARTIAL": "From some pages, namespaces or actions.",
    "BlockCategory.USERNAME": "The name itself.",
    "BlockCategory.VANDALISM": "Damage done on purpose.",
    "BlockCategory.SPAM": "Links and texts that advertise.",
    "BlockCategory.SOCKPUPPETRY": "Several accounts of one person, used against the rules.",
    "BlockCategory.EDIT_WARRING": "Edits reverted back and forth.",
    "BlockCategory.DISRUPTION": "Disruption of another kind.",
    "BlockCategory.COPYRIGHT": "Texts or pictures of others.",
    "BlockCategory.HARASSMENT": "Attacks on people.",
    "BlockCategory.PROMOTION": "Writing on behalf of somebody or something.",
    "BlockCategory.LOCK": "A global lock of which no other category is known.",
    "BlockCategory.OTHER": "Anything else, and what no rule knows.",
    "RelationshipRole.PRIMARY": "The mentor.",
    "RelationshipRole.BACKUP": "Who answers while the primary mentor is unavailable.",
    "EndReason.MENTOR_RESIGNED": "The mentor resigned or was removed.",
    "EndReason.OPTED_OUT": "The mentee chose to have no mentor.",
    "EndReason.GRADUATED": "The mentee has outgrown mentorship.",
    "EndReason.VANISHED": "The mentee's account vanished.",
    "EndReason.ENDED_BY_HAND": "Somebody ended it.",
    "MentorStatus.AVAILABLE": "May be drawn, and answers.",
    "MentorStatus.AWAY": "Away until a date of their own choosing.",
    "MentorStatus.RESIGNED": "No mentor any more.",
    "MentorShare.NORMAL": "The usual.",
    "NotificationKind.MENTEE_BLOCKED": "A mentee was blocked.",
    "NotificationKind.MENTEE_UNBLOCKED": "A mentee was unblocked.",
    "NotificationKind.RELEASED": "A tie ended because no block held it any longer.",
    "NotificationKind.RESTORED": "A mentee came back.",
    "PolicyPreset.DEFAULT": "Kept while blocked for the name, for a week or a quarter otherwise.",
    "PolicyPreset.UNTIL_MENTOR_RESIGNS": "Kept as long as the mentor stays a mentor.",
    "PolicyPreset.GRACE_30_DAYS": "Kept for 30 days, whatever the block is for.",
    "ErrorPolicy.ALL_OR_NOTHING": "Nothing is done.",
    "ErrorPolicy.PER_ITEM": "The rest is done.",
    "UserErrorCode.NOT_FOUND": "There is no such thing, or you may not know of it.",
    "UserErrorCode.ALREADY_EXISTS": "It is there already.",
    "UserErrorCode.INVALID": "The input can't mean anything here; the message says why.",
    "UserErrorCode.STALE_VERSION": "It has changed since it was read.",
    "UserErrorCode.NOT_A_MENTOR": "That account is no mentor at that time.",
    "UserErrorCode.ALREADY_MENTOR": "That account is a mentor already.",
    "UserErrorCode.OPTED_OUT": "The mentee chose to have no mentor.",
    "UserErrorCode.NO_MENTOR_AVAILABLE": "Nobody can be drawn now.",
    "UserErrorCode.SELF_MENTORING": "Nobody mentors themselves.",
    "UserErrorCode.PRIMARY_IS_BACKUP": "Primary and backup mentor are never the same person.",
    "UserErrorCode.IN_THE_FUTURE": "It lies in the future.",
    "UserErrorCode.IN_THE_PAST": "It lies in the past.",
    "UserErrorCode.TOO_MANY": "More than one request may hold.",
    "UserErrorCode.FORBIDDEN": "You may not do this.",
}


def said(enum: type[Enum], name: str, doc: str) -> str:
    """The sentence of a value."""
    return doc or SAID.get(f"{enum.__name__}.{name}") or name.capitalize().replace("_", " ") + "."


def register() -> None:
    """Make the words known to Strawberry."""
    for enum, description in ENUMS.items():
        strawberry.enum(enum, description=description)
        definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set just now
        for value in definition.values:
            value.description = said(enum, value.name, enum[value.name].doc)  # type: ignore[attr-defined]  # of a Word


register()
