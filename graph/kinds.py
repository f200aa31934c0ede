"""The words of the domain: enumerations and ids, each named once, for tables, types and tests alike."""

from enum import StrEnum
from typing import NamedTuple, Self

AccountId = int
"""An account's id on its wiki (MediaWiki's user id); stable across renames and blocks."""

MILLISECONDS = 3
"""Digits of a second that are kept of every moment: what a client reads is what was compared."""


class Word(StrEnum):
    """An enumeration whose members carry the sentence that explains them, for the schema's readers."""

    doc: str

    def __new__(cls, value: str, doc: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.doc = doc
        return member

    # A member equals its text, and is looked up as often as that: enum's own hash is a call in Python each time.
    __hash__ = str.__hash__


class Origin(NamedTuple):
    """What a happening is called where it was learnt: the same name is the same fact, whichever way it came."""

    source: str
    source_id: str


class BlockKey(NamedTuple):
    """A block, as its source knows it; unique within a wiki and kind."""

    kind: "BlockKind"
    block_id: str


class TieKey(NamedTuple):
    """A tie, by the fact that began its chain and how often that chain has been restored: 0 is the tie itself."""

    fact: Origin
    number: int


class FactKind(Word):
    """What can happen. The order is that of facts of one instant and one source that have no numbers."""

    MENTOR_ENROLLED = "MENTOR_ENROLLED"
    REGISTERED = "REGISTERED"
    BLOCK_PLACED = "BLOCK_PLACED"
    BLOCK_CHANGED = "BLOCK_CHANGED"
    BLOCK_LIFTED = "BLOCK_LIFTED"
    RENAMED = "RENAMED"
    VISIBILITY_CHANGED = "VISIBILITY_CHANGED"
    OPTED_IN = "OPTED_IN"
    IMPORTED = "IMPORTED"
    ASSIGNED = "ASSIGNED"
    KEPT = "KEPT"
    ENDED = "ENDED"
    OPTED_OUT = "OPTED_OUT"
    GRADUATED = "GRADUATED"
    MENTOR_RESIGNED = "MENTOR_RESIGNED"
    VANISHED = "VANISHED"
    DRAWN = "DRAWN"
    TAKEN_BACK = "TAKEN_BACK"


class BlockKind(Word):
    LOCAL = "LOCAL", "On this wiki alone."
    GLOBAL_BLOCK = "GLOBAL_BLOCK", "On all wikis."
    GLOBAL_LOCK = "GLOBAL_LOCK", "The account can't log in anywhere."


class BlockScope(Word):
    SITEWIDE = "SITEWIDE", "From editing anything."
    PARTIAL = "PARTIAL", "From some pages, namespaces or actions."


class BlockCategory(Word):
    USERNAME = "USERNAME", "The name itself."
    VANDALISM = "VANDALISM", "Damage done on purpose."
    SPAM = "SPAM", "Links and texts that advertise."
    SOCKPUPPETRY = "SOCKPUPPETRY", "Several accounts of one person, used against the rules."
    EDIT_WARRING = "EDIT_WARRING", "Edits reverted back and forth."
    DISRUPTION = "DISRUPTION", "Disruption of another kind."
    COPYRIGHT = "COPYRIGHT", "Texts or pictures of others."
    HARASSMENT = "HARASSMENT", "Attacks on people."
    PROMOTION = "PROMOTION", "Writing on behalf of somebody or something."
    LOCK = "LOCK", "A global lock of which no other category is known."
    OTHER = "OTHER", "Anything else, and what no rule knows."


class CategorySource(Word):
    CALLER = "CALLER", "Given by whoever recorded the block."
    RULE = "RULE", "Worked out from the reason by the policy's rules."
    NONE = "NONE", "No rule fits, or there is no reason."


class RelationshipRole(Word):
    PRIMARY = "PRIMARY", "The mentor."
    BACKUP = "BACKUP", "Who answers while the primary mentor is unavailable."


class RelationshipState(Word):
    ACTIVE = "ACTIVE", "It is running."
    SUSPENDED = "SUSPENDED", "It is kept while the mentee is blocked."
    ENDED = "ENDED", "It is over, with a reason."


class StartReason(Word):
    DRAWN = "DRAWN", "Drawn at a need."
    CLAIMED = "CLAIMED", "A mentor took the mentee over."
    SET = "SET", "Somebody named the mentor."
    TRANSFERRED = "TRANSFERRED", "Handed over by a mentor who resigned, or by hand."
    RESTORED = "RESTORED", "The mentor of a tie that was lost came back at the unblock."
    IMPORTED = "IMPORTED", "It was there when it was first seen; its true start is unknown."


class EndReason(Word):
    HOLD_ELAPSED = "HOLD_ELAPSED", "No open block held the tie any longer: it was released, or dropped."
    MENTOR_RESIGNED = "MENTOR_RESIGNED", "The mentor resigned or was removed."
    TRANSFERRED = "TRANSFERRED", "Another mentor took over."
    OPTED_OUT = "OPTED_OUT", "The mentee chose to have no mentor."
    GRADUATED = "GRADUATED", "The mentee has outgrown mentorship."
    VANISHED = "VANISHED", "The mentee's account vanished."
    ENDED_BY_HAND = "ENDED_BY_HAND", "Somebody ended it."


class RelationshipEventKind(Word):
    """Each event has one kind, the narrowest that fits."""

    STARTED = "STARTED", "A tie began other than by restoring one."
    RESTORED = "RESTORED", "A tie began that continues an earlier one."
    SUSPENDED = "SUSPENDED", "The first counted block opened."
    CHANGED = (
        "CHANGED",
        "A block was placed, changed or lifted and what comes next has changed, though the state has not.",
    )
    RESUMED = "RESUMED", "The last counted block closed."
    RELEASED = "RELEASED", "It ended because its hold had elapsed."
    TRANSFERRED = "TRANSFERRED", "It ended because another mentor took over."
    ENDED = "ENDED", "It ended for any other reason."
    WITHDRAWN = "WITHDRAWN", "An earlier event turned out untrue."


class MenteeState(Word):
    """By the primary tie. Where several fit, the last."""

    ACTIVE = "ACTIVE", "Has a mentor and is not blocked."
    SUSPENDED = "SUSPENDED", "Blocked; the mentor is kept."
    RELEASED = "RELEASED", "Blocked, and no mentor is kept any longer."
    UNASSIGNED = "UNASSIGNED", "Not blocked and without a mentor."
    OPTED_OUT = "OPTED_OUT", "Chose not to have one."
    GRADUATED = "GRADUATED", "Has outgrown mentorship."
    DEPARTED = "DEPARTED", "The account vanished; nobody is ever assigned."


class NeedCause(Word):
    """Why a mentor is being sought."""

    REGISTERED = "REGISTERED", "The account was registered."
    RESIGNED = "RESIGNED", "The mentor resigned while the mentee was not blocked."
    LOST = "LOST", "The tie was lost while the mentee was blocked and could not be restored."
    OPTED_IN = "OPTED_IN", "The mentee chose to have a mentor after all."
    MISSING = "MISSING", "For a backup: there is a primary mentor and no backup."


class MentorStatus(Word):
    """The first that fits, from the right."""

    AVAILABLE = "AVAILABLE", "May be drawn, and answers."
    AWAY = "AWAY", "Away until a date of their own choosing."
    BLOCKED = "BLOCKED", "Blocked sitewide or locked."
    RESIGNED = "RESIGNED", "No mentor any more."


class MentorShare(Word):
    """How many of the newcomers a mentor is drawn for."""

    NONE = "NONE", "Never drawn."
    LOW = "LOW", "Half the usual."
    NORMAL = "NORMAL", "The usual."
    HIGH = "HIGH", "Twice the usual."


class UnblockAction(Word):
    """What follows an unblock for a tie that was lost. A tie that is only suspended always resumes."""

    RESTORE_ORIGINAL = "RESTORE_ORIGINAL", "The mentor of the lost tie comes back."
    ASSIGN_NEW = "ASSIGN_NEW", "A mentor is sought."
    LEAVE_UNASSIGNED = "LEAVE_UNASSIGNED", "Nothing, until somebody assigns."


class NotificationKind(Word):
    MENTEE_BLOCKED = "MENTEE_BLOCKED", "A mentee was blocked."
    MENTEE_UNBLOCKED = "MENTEE_UNBLOCKED", "A mentee was unblocked."
    RELEASE_NEAR = "RELEASE_NEAR", "Three days before a release."
    RELEASED = "RELEASED", "A tie ended because no block held it any longer."
    RESTORED = "RESTORED", "A mentee came back."


class DeliveryKind(Word):
    """What is done outside: a mentor is written to of one of those, or the wiki or a webhook is told."""

    MENTEE_BLOCKED = NotificationKind.MENTEE_BLOCKED.value, "A letter: a mentee was blocked."
    MENTEE_UNBLOCKED = NotificationKind.MENTEE_UNBLOCKED.value, "A letter: a mentee was unblocked."
    RELEASE_NEAR = NotificationKind.RELEASE_NEAR.value, "A letter: a mentee will be released in three days."
    RELEASED = NotificationKind.RELEASED.value, "A letter: a tie ended because no block held it any longer."
    RESTORED = NotificationKind.RESTORED.value, "A letter: a mentee came back."
    SET_MENTOR = "SET_MENTOR", "The wiki is to have our mentor, after a block."
    WEBHOOK = "WEBHOOK", "A webhook is told an event."


class DeliveryState(Word):
    WAITING = "WAITING", "To be done, or to be tried again."
    SENT = "SENT", "Done."
    LEFT_OUT = "LEFT_OUT", "Nothing was to be done when its turn came; `said` tells why."
    DEAD = "DEAD", "Given up; `said` tells why. `retryDeliveries` tries it again."


class PolicyPreset(Word):
    DEFAULT = "DEFAULT", "Kept while blocked for the name, for a week or a quarter otherwise."
    DROP_ON_INDEFINITE_BLOCK = "DROP_ON_INDEFINITE_BLOCK", "Nearly what wikis run today."
    UNTIL_MENTOR_RESIGNS = "UNTIL_MENTOR_RESIGNS", "Kept as long as the mentor stays a mentor."
    GRACE_30_DAYS = "GRACE_30_DAYS", "Kept for 30 days, whatever the block is for."


class ErrorPolicy(Word):
    ALL_OR_NOTHING = "ALL_OR_NOTHING", "Nothing is done."
    PER_ITEM = "PER_ITEM", "The rest is done."


class JobKind(Word):
    SIMULATION = "SIMULATION", "What policies would have made of what happened."
    REPROJECTION = "REPROJECTION", "What a new policy, or a mentor who enrolled again, makes of mentees."
    RESIGNATION = "RESIGNATION", "The mentees of somebody who resigned are handed over."
    TRANSFER = "TRANSFER", "Mentees are handed over without a resignation."


class JobState(Word):
    RUNNING = "RUNNING", "It goes on, or will as soon as a server is up."
    DONE = "DONE", "All is done."
    FAILED = "FAILED", "It could not be done; what was done before stays."
    CANCELLED = "CANCELLED", "Somebody stopped it; what was done before stays."


class UserErrorCode(Word):
    """What a caller can act on."""

    NOT_FOUND = "NOT_FOUND", "There is no such thing, or you may not know of it."
    ALREADY_EXISTS = "ALREADY_EXISTS", "It is there already."
    INVALID = "INVALID", "The input can't mean anything here; the message says why."
    STALE_VERSION = "STALE_VERSION", "It has changed since it was read."
    NOT_A_MENTOR = "NOT_A_MENTOR", "That account is no mentor at that time."
    ALREADY_MENTOR = "ALREADY_MENTOR", "That account is a mentor already."
    OPTED_OUT = "OPTED_OUT", "The mentee chose to have no mentor."
    NO_MENTOR_AVAILABLE = "NO_MENTOR_AVAILABLE", "Nobody can be drawn now."
    SELF_MENTORING = "SELF_MENTORING", "Nobody mentors themselves."
    PRIMARY_IS_BACKUP = "PRIMARY_IS_BACKUP", "Primary and backup mentor are never the same person."
    IN_THE_FUTURE = "IN_THE_FUTURE", "It lies in the future."
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH", "The key was sent with something else before."
    IDEMPOTENCY_IN_PROGRESS = (
        "IDEMPOTENCY_IN_PROGRESS",
        "What was sent under the key is being done at this moment; send the same again to be answered.",
    )
    IN_THE_PAST = "IN_THE_PAST", "It lies in the past."
    TOO_MANY = "TOO_MANY", "More than one request may hold."
    FORBIDDEN = "FORBIDDEN", "The caller may not do this."
    CONFLICT = "CONFLICT", "The same `source` and `sourceId` with other content."
    WOULD_NOT_HOLD = (
        "WOULD_NOT_HOLD",
        "The policy would end the tie at that very moment: the mentee is blocked and the hold is zero.",
    )
    NOT_OPEN = "NOT_OPEN", "The tie has ended already, or has nothing to keep."
    DEPARTED = "DEPARTED", "The account vanished."
    NOT_ELIGIBLE = "NOT_ELIGIBLE", "Temporary accounts and bots have no mentors."
    WHICH_BLOCK = "WHICH_BLOCK", "Without a block id, and not exactly one block of that kind is open."
    CALLER_BLOCKED = "CALLER_BLOCKED", "The caller is blocked on the wiki."


class ViewerRole(Word):
    READER = "READER", "Reads what is public."
    MENTEE = "MENTEE", "Decides about their own mentorship."
    MENTOR = "MENTOR", "Decides about their own mentees, and about themselves as a mentor."
    COORDINATOR = "COORDINATOR", "Decides about all mentorships of a wiki, and about its policy."
    SERVICE = "SERVICE", "A tool that tells what happened, and what others have decided elsewhere."
    ADMIN = "ADMIN", "May do all of it."


class OrderDirection(Word):
    ASC = "ASC", "The smallest, or the earliest, first."
    DESC = "DESC", "The largest, or the latest, first."


class MenteeOrderField(Word):
    LAST_EDIT = "LAST_EDIT", "By the last edit; who never edited counts as before all others."
    EDIT_COUNT = "EDIT_COUNT", "By edits."
    NAME = "NAME", "Hidden names come last and no cursor holds one."
    REGISTERED = "REGISTERED", "By registration; where no source tells it, it counts as before all others."
    STATE_SINCE = (
        "STATE_SINCE",
        ("By how long the mentee has stood so, as everyone may know it; under a mentor, the tie."),
    )
    STATE_UNTIL = (
        "STATE_UNTIL",
        ("By when the state will change if nothing else happens; what will not by itself counts as last."),
    )
    BLOCK_COUNT = "BLOCK_COUNT", "By blocks, former ones included."
    QUESTION_COUNT = "QUESTION_COUNT", "By questions to mentors; never told counts as fewer than none."
    REVERTED_EDIT_COUNT = "REVERTED_EDIT_COUNT", "By reverted edits; never told counts as fewer than none."


class MentorOrderField(Word):
    NAME = "NAME", "Hidden names come last and no cursor holds one."
    ENROLLED = "ENROLLED", "By the start of the latest term."
    ACTIVE_MENTEES = "ACTIVE_MENTEES", "By active mentees, as primary mentor."
    SUSPENDED_MENTEES = "SUSPENDED_MENTEES", "By suspended mentees, as primary mentor."


class RelationshipOrderField(Word):
    STARTED = "STARTED", "By the start."
    ENDED = (
        "ENDED",
        ("By the end; one that is known in advance counts, and a tie without an end comes after all others."),
    )
    STATE_SINCE = "STATE_SINCE", "By how long the tie has stood so."
    STATE_UNTIL = (
        "STATE_UNTIL",
        ("By when the state will change if nothing else happens; what will not by itself counts as last."),
    )
